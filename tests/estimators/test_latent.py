"""Bounds from several tables against the enumeration of all tables of whole units."""

from __future__ import annotations

import numpy as np
import pytest

from research.estimators.identification import (
    contrast_bounds,
    latent_difference,
    latent_share,
)
from research.results import CannotEstimate, ResearchError

CLOSE = 1e-6
CELLS = 4  # none, the first thing alone, the second alone, both
TAGS = np.array([[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]])


def compositions(total, cells):
    """All ways to put units into cells."""
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, cells - 1):
            yield (first, *rest)


def fitting(total, margins, low, high):
    """Every table of so many units whose margins are as published."""
    for cells in compositions(total, np.shape(margins)[1]):
        found = np.asarray(margins) @ cells
        if (found >= low).all() and (found <= high).all():
            yield np.array(cells)


@pytest.mark.parametrize(("first", "second", "all_"), [(6, 5, 10), (2, 9, 10), (4, 4, 7)])
def test_a_share_has_the_ends_of_all_tables(first, second, all_):
    published = [first, second, all_]
    either, both, one = np.array([0, 1, 1, 1]), np.array([0, 0, 0, 1]), np.array([0, 1, 0, 1])
    tables = list(fitting(all_, TAGS, published, published))
    for part, whole in ((either, np.ones(CELLS)), (both, one), (one, either)):
        shares = [part @ cells / (whole @ cells) for cells in tables]
        found = latent_share(part, whole, TAGS, published, published)
        assert tuple(found) == pytest.approx((min(shares), max(shares)))


def two_groups(block):
    """Two groups of units with two classes each, and copies of the second class in both."""
    kinds = [(group, one, two, False) for group in (0, 1) for one in (0, 1) for two in (0, 1)
             if one or two] + [(group, 0, 1, True) for group in (0, 1)]  # fmt: skip
    margins = [[k[0] == g and k[1 + c] for k in kinds] for g in (0, 1) for c in (0, 1)]
    margins.append([k[3] for k in kinds])
    counts = [2, 2, 1, 3, block]
    part, whole = (
        [np.array([k[0] == g and not k[3] and k[1] >= least for k in kinds]) for g in (0, 1)]
        for least in (1, 0)
    )
    return np.array(margins, dtype=float), counts, part, whole


@pytest.mark.parametrize("block", [0, 1, 2, 3])
def test_a_difference_has_the_ends_of_all_tables(block):
    margins, counts, part, whole = two_groups(block)
    differences = []
    for total in range(4, 9):
        for cells in fitting(total, margins, counts, counts):
            sizes = [each @ cells for each in whole]
            shares = [part[g] @ cells / sizes[g] for g in (0, 1)]
            differences.append(shares[0] - shares[1])
    found = latent_difference(part[0], whole[0], part[1], whole[1], margins, counts, counts)
    assert found.sharpness == "sharp up to rounding"
    assert tuple(found.outer) == pytest.approx((min(differences), max(differences)), abs=CLOSE)
    assert tuple(found.inner) == pytest.approx(tuple(found.outer), abs=CLOSE)


def test_without_what_ties_two_groups_the_difference_is_that_of_the_corners():
    margins, counts, part, whole = two_groups(0)
    found = latent_difference(part[0], whole[0], part[1], whole[1], margins, counts, counts)
    corners = contrast_bounds(counts[:2], counts[2:4], 0)
    assert tuple(found.outer) == pytest.approx(tuple(corners), abs=CLOSE)


def test_a_random_search_never_leaves_the_outer_set_and_comes_near_its_ends():
    """Groups that share units: the two denominators trade off, which corners do not show."""
    rng = np.random.default_rng(16)
    margins = np.vstack([np.ones(6), rng.integers(0, 2, (3, 6))]).astype(float)
    high = margins @ rng.dirichlet(np.ones(6)) * 30
    first = np.array([1, 0, 0, 1, 0, 0.0]), np.array([1, 1, 0, 1, 0, 1.0])
    second = np.array([0, 1, 0, 0, 1, 0.0]), np.array([0, 1, 1, 0, 1, 1.0])
    low = np.where(np.arange(4) == 0, 30.0, 0.0)
    high[0] = 30.0
    least = 1e-3
    margins, low = np.vstack([margins, first[1], second[1]]), np.append(low, [least, least])
    high = np.append(high, [30, 30])
    found = latent_difference(*first, *second, margins, low, high)
    cells = rng.dirichlet(np.full(6, 0.3), 200_000) * 30
    inside = ((cells @ margins.T <= high) & (cells @ margins.T >= low)).all(axis=1)
    shares = [cells @ part / (cells @ whole) for part, whole in (first, second)]
    drawn = (shares[0] - shares[1])[inside]
    assert len(drawn) > 1000
    assert found.outer.low - CLOSE <= drawn.min() < found.outer.low + 0.1
    assert found.outer.high - 0.1 < drawn.max() <= found.outer.high + CLOSE


def test_a_range_of_a_margin_widens_the_set():
    exact = latent_share([0, 1, 1, 1], np.ones(4), TAGS, [6, 5, 10], [6, 5, 10])
    ranged = latent_share([0, 1, 1, 1], np.ones(4), TAGS, [5, 4, 10], [7, 5, 10])
    assert tuple(exact) == pytest.approx((0.6, 1.0))
    assert tuple(ranged) == pytest.approx((0.5, 1.0))


def test_tables_that_contradict_each_other_are_refused():
    with pytest.raises(CannotEstimate, match="contradict each other"):
        latent_share([0, 1, 1, 1], np.ones(4), TAGS, [11, 5, 10], [11, 5, 10])


def test_the_share_of_an_empty_group_is_refused():
    one = np.array([0, 1, 0, 1])
    with pytest.raises(CannotEstimate, match="no unit that a share could be of"):
        latent_share(one, one, TAGS, [0, 5, 10], [0, 5, 10])
    with pytest.raises(CannotEstimate, match="no unit in one of the wholes"):
        latent_difference(one, one, [0, 0, 1, 1], [0, 0, 1, 1], TAGS, [0, 5, 10], [3, 5, 10])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"low": [7, 5, 10]}, "no 'low' is above its 'high'"),
        ({"low": [6, 5]}, "Each margin has a 'low' and a 'high'"),
        ({"part": [0, 1, 1]}, "There are 4 cells"),
        ({"part": [2, 1, 1, 1]}, "A part lies between 0 and its whole"),
    ],
)
def test_what_does_not_fit_is_told(changed, told):
    given = {"part": [0, 1, 1, 1], "whole": [1] * 4, "margins": TAGS, "low": [6, 5, 10],
             "high": [6, 5, 10]}  # fmt: skip
    with pytest.raises(ResearchError, match=told):
        latent_share(**given | changed)
