"""Disclosure control against an attacker who knows all that is published and can solve for it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from research.collect.scans.disclosure import protect_listing, protect_sums

THRESHOLD = 10
ROUNDING = 1e-6  # of the solver, in hosts


def small(count):
    return 0 < count < THRESHOLD


def ranges(known, values, upper):
    """The least and greatest value of each cell, given sums over the cells and upper limits."""
    found = []
    for cell in range(len(upper)):
        goal = np.zeros(len(upper))
        goal[cell] = 1
        limits = list(zip(np.zeros(len(upper)), upper, strict=True))
        ends = [
            linprog(sign * goal, A_eq=known, b_eq=values, bounds=limits).fun for sign in (1, -1)
        ]
        found.append(-ends[1] - ends[0])
    return np.array(found)


@pytest.mark.parametrize("seed", range(40))
def test_totals_and_the_rows_with_and_without_clones_give_nothing_small_away(seed):
    rng = np.random.default_rng(seed)
    hosts = rng.geometric(0.02, 12) * rng.integers(0, 2, 12) + rng.integers(1, 30, 12)
    genuine = hosts - rng.binomial(hosts, rng.choice([0, 0.05, 0.9], 12))
    every, without = protect_listing(hosts, genuine, threshold=THRESHOLD)
    assert not (without & ~every).any()
    for part, shown in ((hosts, every), (genuine, without), (hosts - genuine, without)):
        assert not any(small(count) for count in part[shown])
        assert not small(part[~shown].sum())
        assert (~shown).sum() != 1
    # The clones of a row whose hosts are published: at most these, and the total is known.
    hidden = ~without
    upper = np.where(every, hosts, hosts.sum())[hidden]
    clones = (hosts - genuine)[hidden]
    if hidden.any() and clones.sum():
        width = ranges(np.ones((1, hidden.sum())), [clones.sum()], upper)
        for cell, row in enumerate(np.flatnonzero(hidden)):
            if every[row] and (small(genuine[row]) or small(clones[cell])):
                assert width[cell] >= THRESHOLD - ROUNDING


@pytest.mark.parametrize("seed", range(25))
def test_sums_over_overlapping_classes_give_no_small_cell_away(seed):
    rng = np.random.default_rng([seed, 1])
    bits = np.arange(16)
    hosts = rng.negative_binomial(0.4, rng.choice([0.002, 0.01]), 16)
    genuine = hosts - rng.binomial(hosts, rng.choice([0, 0.03, 0.5]))
    classes = [bits >> k & 1 > 0 for k in range(4)]
    sums = np.array([bits >= 0, *classes, *(a & b for a, b in combinations(classes, 2))])
    found = protect_sums(hosts, genuine, sums, essential=5, threshold=THRESHOLD)
    if found is None:
        return  # the whole country is suppressed
    hidden = ~found.cells
    known = sums[found.sums][:, hidden].astype(float)
    widths = {}
    for name, part in (("genuine", genuine), ("clones", hosts - genuine)):
        assert not any(small(count) for count in part[found.cells])
        assert not any(small(count) for count in sums[found.sums] @ part)
        upper = np.full(hidden.sum(), float(hosts.sum()))
        widths[name] = ranges(known, known @ part[hidden], upper) if hidden.any() else []
    for cell, row in enumerate(np.flatnonzero(hidden)):
        if small(genuine[row]):
            assert widths["genuine"][cell] >= THRESHOLD - ROUNDING
        if small(hosts[row] - genuine[row]):
            assert widths["clones"][cell] >= THRESHOLD - ROUNDING
        if small(hosts[row]):
            both = widths["genuine"][cell] + widths["clones"][cell]
            assert both >= THRESHOLD - ROUNDING


def test_what_needs_no_protection_is_published():
    hosts = np.array([400, 300, 200, 100])
    every, without = protect_listing(hosts, hosts, threshold=THRESHOLD)
    assert every.all()
    assert without.all()
    found = protect_sums(hosts, hosts, np.ones((1, 4), bool), essential=1, threshold=THRESHOLD)
    assert found is not None
    assert found.cells.all()
    assert found.sums.all()


def test_a_single_small_row_takes_the_smallest_other_with_it():
    hosts = np.array([400, 30, 50, 3])
    every, _ = protect_listing(hosts, hosts, threshold=THRESHOLD)
    assert every.tolist() == [True, False, True, False]
