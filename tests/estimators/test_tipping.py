"""Tipping points against closed forms and enumeration."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.estimators.design_effects import (
    design_effect,
    intraclass_correlation,
    weighted_cluster_size,
)
from research.estimators.identification import contrast_interval
from research.estimators.tipping import (
    misclassification_tipping,
    tipping_point,
)
from research.results import CannotEstimate, ResearchError

CLOSED_FORM = 1e-8  # relative: the accuracy asked of the root finder is 1e-10 of the range
CN, US = [3313, 4481, 1548, 280], [1368, 6495, 1301, 58]

sizes = st.lists(st.integers(1, 200), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("margin", "expected"),
    [
        (lambda x: 2 - x * x, math.sqrt(2)),
        (lambda x: x * x - 2, math.sqrt(2)),
        (lambda x: math.cos(x), math.pi / 2),  # the first of three roots
        (lambda x: (1 - x) * (9 - x), 1.0),  # lost at 1, regained at 9: the ends agree
        (lambda x: -x, 0.0),
        (lambda x: 10 - x, 10.0),
        (lambda x: 1 + x, None),
        (lambda x: -1 - x, None),
    ],
)
def test_the_smallest_root_and_none(
    margin: Callable[[float], float], expected: float | None
) -> None:
    found = tipping_point(margin, 0, 10)
    assert found == (None if expected is None else pytest.approx(expected, abs=CLOSED_FORM))


def test_the_design_effect_that_loses_the_sign_of_class_s() -> None:
    """In closed form: where the low end of the set is 1.645 of its standard errors above zero."""
    found = tipping_point(
        lambda effect: contrast_interval(CN, US, 0, design_effect=effect).low, 1, 400
    )
    p, q, n, m = 3313 / 9622, 1368 / 6495, 9622, 6495
    expected = ((p - q) / 1.6448536269514722) ** 2 / (p * (1 - p) / n + q * (1 - q) / m)
    assert found == pytest.approx(expected, rel=CLOSED_FORM)
    assert intraclass_correlation(found, 29_700) == pytest.approx(0.0045, abs=5e-5)


@given(sizes, st.floats(0, 1))
def test_design_effect_and_intraclass_correlation_are_inverse(
    cluster_sizes: list[int], icc: float
) -> None:
    size = weighted_cluster_size(cluster_sizes)
    effect = design_effect(cluster_sizes, icc)
    assert 1 <= effect <= size + CLOSED_FORM
    if size > 1:
        assert intraclass_correlation(min(effect, size), size) == pytest.approx(icc, abs=1e-6)


@given(sizes)
def test_identical_clusters_count_as_kish_says(cluster_sizes: list[int]) -> None:
    kish = sum(cluster_sizes) ** 2 / sum(size**2 for size in cluster_sizes)
    assert sum(cluster_sizes) / design_effect(cluster_sizes, 1) == pytest.approx(kish)
    assert design_effect(cluster_sizes, 0) == 1


@given(
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc")), min_size=1, max_size=7).filter(
        lambda units: any(weight for weight, _ in units)
    )
)
def test_miscoding_is_the_least_that_undoes_the_difference(units: list[tuple[int, str]]) -> None:
    weights = np.array([weight for weight, _ in units])
    first = np.array([code == "a" for _, code in units])
    second = np.array([code == "b" for _, code in units])
    gap = int(weights[first].sum() - weights[second].sum())
    found = misclassification_tipping(weights, first, second)
    assert found.exchanged == pytest.approx(abs(gap) / weights.sum() / 2)
    leader = weights[first if gap > 0 else second]
    undone = [
        sum(moved)
        for moved in product([0, 1], repeat=leader.size)
        if 2 * (leader * np.array(moved, dtype=int)).sum() >= abs(gap)
    ]
    assert found.units == min(undone)


def test_swapping_the_groups_leaves_the_miscoding() -> None:
    one, other = (
        misclassification_tipping([5, 3, 2], [1, 0, 0], [0, 1, 1]),
        (misclassification_tipping([5, 3, 2], [0, 1, 1], [1, 0, 0])),
    )
    assert one == other


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tipping_point(lambda x: 1 - x, 2, 1), ResearchError, "low < high"),
        (lambda: tipping_point(lambda x: 1 - x, 0, math.inf), ResearchError, "low < high"),
        (lambda: tipping_point(lambda x: 1 - x, 0, 2, steps=0), ResearchError, "between one and"),
        (lambda: tipping_point(lambda _: math.nan, 0, 1), ResearchError, "not a number"),
        (lambda: design_effect([3, 1], 1.5), ResearchError, "'icc'"),
        (lambda: design_effect([0, 0], 0.5), CannotEstimate, "All counts"),
        (lambda: intraclass_correlation(0.5, 10), ResearchError, "'design_effect'"),
        (lambda: intraclass_correlation(20, 10), CannotEstimate, "at most 10, not 20"),
        (lambda: intraclass_correlation(1, 1), CannotEstimate, "Clusters of one unit"),
        (lambda: misclassification_tipping([1], [1], [1]), ResearchError, "both groups"),
        (lambda: misclassification_tipping([1, 2], [1], [0]), ResearchError, "2 truth values"),
    ],
)
def test_what_cannot_be_estimated_says_why(
    call: Callable[[], object], error: type[ResearchError], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()
