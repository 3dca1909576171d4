"""Type I error and power of tests that shuffle: pairs, organisations, answers of hosts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import stats

from research.calibration.cells import (
    Cell,
    Floats,
    Method,
    Role,
    Row,
    rejected,
    values_of,
)
from research.calibration.sets import PATTERNS, country
from research.estimators.association import kendall, spearman
from research.estimators.multiresponse import (
    decady_thomas,
    marginal_independence,
    marginal_independence_bootstrap,
    pairwise_independence,
    pairwise_independence_bootstrap,
)
from research.estimators.multiverse import specification_curve
from research.estimators.multiverse.multiplicity import Adjustment, adjust
from research.estimators.rao_scott import cluster_chi_square
from research.estimators.rates import gap_ratio, rate_ratio

RESAMPLES = 499  # of the bootstrap tests, fewer than their default
SPECIFICATIONS = 6
SAME = "overlapping"  # pattern of classes of both groups under the null


def study_rank_tests(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Do two heavy-tailed measures of a few units go together?"""
    n, r = int(cell.setting["units"]), float(cell.setting["normal correlation"])
    x, noise = rng.standard_normal((2, cell.repetitions, n))
    pairs = list(np.exp(np.stack((x, r * x + math.sqrt(1 - r**2) * noise), axis=1)))
    for name, test in (
        ("Spearman, permutation", lambda pair: spearman(*pair, rng=rng).p),
        ("Kendall, exact", lambda pair: kendall(*pair, rng=rng).p),
    ):
        p = values_of(test, pairs)
        yield rejected(Method(name=name), "the measures are unrelated", p, null_is_true=r == 0)


def study_answers(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Do two groups of hosts run each class equally often? Classes overlap."""
    n, second = int(cell.setting["hosts of each group"]), str(cell.setting["second group"])
    groups = np.repeat([0, 1], n)
    laws = country(SAME).chances, country(second).chances
    drawn = [
        np.vstack([PATTERNS[rng.choice(len(PATTERNS), n, p=law)] for law in laws])
        for _ in range(cell.repetitions)
    ]
    margins = [np.vstack((items[:n].sum(axis=0), items[n:].sum(axis=0))) for items in drawn]
    null, true = "each class is equally frequent in both groups", second == SAME

    def from_margins(p: str) -> Floats:
        return values_of(lambda m: float(getattr(decady_thomas(m, [n, n]), p)), margins)

    def from_records(p: str) -> Floats:
        return values_of(
            lambda items: float(getattr(marginal_independence(groups, items), p)), drawn
        )

    for name, role, found in _answer_tests(from_margins, from_records):
        yield rejected(Method(name=name, role=role), null, found, null_is_true=true)
    p = values_of(lambda items: marginal_independence_bootstrap(
        groups, items, rng=rng, resamples=RESAMPLES).p, drawn)  # fmt: skip
    yield rejected(Method(name="marginal independence, bootstrap"), null, p, null_is_true=true)
    naive = values_of(_chi_square_p, margins)
    method = Method(name="chi-square of incidences", role="assumption violated")
    yield rejected(method, null, naive, null_is_true=true)


def study_two_questions(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Are the answers to two questions of two items each independent?"""
    n, r = int(cell.setting["hosts"]), float(cell.setting["normal correlation"])
    shared, first, second = rng.standard_normal((3, cell.repetitions, n, 2))
    rows = shared + 0.5 * first[..., :1] > 0.5  # items of one question depend on each other
    columns = r * shared + math.sqrt(1 - r**2) * second + 0.5 * first[..., 1:] > 0.3
    drawn = list(zip(rows, columns, strict=True))
    null = "every item of one question is independent of every item of the other"
    tests: dict[str, Callable[[Any], float]] = {
        "pairwise independence, second order": lambda d: pairwise_independence(*d).p,
        "pairwise independence, Bonferroni": lambda d: pairwise_independence(*d).p_bonferroni,
        "pairwise independence, bootstrap": lambda d: (
            pairwise_independence_bootstrap(*d, rng=rng, resamples=RESAMPLES).p
        ),
    }
    for name, test in tests.items():
        yield rejected(Method(name=name), null, values_of(test, drawn), null_is_true=r == 0)


def study_clustered_table(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Are two classifications independent, in a sample of whole clusters of five units?"""
    groups, r = int(cell.setting["clusters"]), float(cell.setting["normal correlation"])
    codes = np.repeat(np.arange(groups), 5)

    def classified(_: int) -> tuple[Any, Any]:
        x, noise = rng.standard_normal((2, groups)), rng.standard_normal((2, len(codes)))
        first = x[0][codes] + noise[0]
        second = (r * x[0] + math.sqrt(1 - r**2) * x[1])[codes] + noise[1]
        return first > 0, second > 0

    drawn = [classified(i) for i in range(cell.repetitions)]
    null = "the classifications are independent"
    p = values_of(lambda d: cluster_chi_square(d[0], d[1], codes).p, drawn)
    method = Method(name="Rao-Scott, second order")
    yield rejected(method, null, p, null_is_true=r == 0)
    units = np.arange(len(codes))
    one_each = values_of(lambda d: cluster_chi_square(d[0], d[1], units).p, drawn)
    method = Method(name="Rao-Scott, clusters ignored", role="assumption violated")
    yield rejected(method, null, one_each, null_is_true=r == 0)


def study_gaps(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Does one group of organisations wait longer? Releases come in bursts."""
    groups, ratio = int(cell.setting["organisations"]), float(cell.setting["ratio of gaps"])
    codes = np.repeat(np.arange(groups), 5)
    ended = np.tile([True] * 4 + [False], groups)  # the last gap of each is still open
    inside = codes < groups // 2
    pace = rng.gamma(2, 1 / 2, (cell.repetitions, groups))[:, codes]
    waits = rng.exponential(size=(cell.repetitions, len(codes))) / pace
    gaps = list(waits * np.where(inside, ratio, 1.0))
    null = "the groups wait equally long"
    p = values_of(lambda row: gap_ratio(row, ended, inside, codes, rng=rng).p, gaps)
    yield rejected(Method(name="gap permutation"), null, p, null_is_true=ratio == 1)
    events = int(ended[inside].sum()), int(ended[~inside].sum())
    poisson = values_of(
        lambda row: rate_ratio(events, (float(row[inside].sum()), float(row[~inside].sum()))).p,
        gaps,
    )
    method = Method(name="Poisson rate ratio, bursts ignored", role="assumption violated")
    yield rejected(method, null, poisson, null_is_true=ratio == 1)


def study_curve(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """All specifications together, with organisations of three models each."""
    groups, shift = int(cell.setting["organisations"]), float(cell.setting["shift"])
    codes = np.repeat(np.arange(groups), 3)
    inside = codes < groups * 2 // 5

    def curve(_: int) -> Any:
        of_all = rng.standard_t(3, groups)[codes] + rng.standard_normal(len(codes))
        own = rng.standard_normal((SPECIFICATIONS, len(codes)))
        return specification_curve(of_all + own + shift * inside, inside, codes, rng=rng)

    curves = [curve(i) for i in range(cell.repetitions)]
    for name in ("p_median", "p_significant", "p_stouffer"):
        p = np.array([getattr(found, name) for found in curves])
        method = Method(name=f"specification curve, {name.removeprefix('p_')}")
        yield rejected(method, "origin is unrelated to size", p, null_is_true=shift == 0)


def study_families(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """A family of eight hypotheses, the first six of them true, with correlated statistics."""
    r = float(cell.setting["correlation"])
    shared, own = (
        rng.standard_normal((cell.repetitions, 1)),
        rng.standard_normal((cell.repetitions, 8)),
    )
    z = math.sqrt(r) * shared + math.sqrt(1 - r) * own
    z[:, 6:] += 3
    p = 2 * stats.norm.sf(np.abs(z))
    methods: tuple[Adjustment, ...] = ("Holm", "Benjamini-Hochberg", "Benjamini-Yekutieli")
    for name in methods:
        adjusted = np.array([adjust(row, name).p for row in p])
        least = adjusted[:, :6].min(axis=1)
        role: Role = "verdict" if name == "Holm" else "comparison"
        yield rejected(
            Method(name=f"{name}, any of six true nulls", role=role),
            "six of eight hypotheses", least, null_is_true=True,
        )  # fmt: skip


def _chi_square_p(margins: Floats) -> float:
    chosen = margins[:, margins.any(axis=0)]
    return float(stats.chi2_contingency(chosen, correction=False).pvalue)


def _answer_tests(
    from_margins: Callable[[str], Floats], from_records: Callable[[str], Floats]
) -> Iterator[tuple[str, Role, Floats]]:
    yield "marginal independence, second order", "verdict", from_records("p")
    yield "marginal independence, Bonferroni", "verdict", from_records("p_bonferroni")
    yield "Decady-Thomas, margins only", "comparison", from_margins("p")
    yield "first order, margins only", "comparison", from_margins("p_first_order")
    yield "worst dependence, margins only", "verdict", from_margins("p_worst_dependence")
