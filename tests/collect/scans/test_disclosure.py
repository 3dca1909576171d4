"""Disclosure control of one table whose totals are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from research.collect.scans.disclosure import protect_listing

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
    for shown in (every, without):
        left = (~shown).sum()
        assert left == 0 or (left > 1 and hosts[~shown].sum() - left >= THRESHOLD)
    # The clones of a row whose hosts are published: at most these, and the total is known.
    hidden = ~without
    upper = np.where(every, hosts, hosts.sum())[hidden]
    clones = (hosts - genuine)[hidden]
    if hidden.any() and clones.sum():
        width = ranges(np.ones((1, hidden.sum())), [clones.sum()], upper)
        for cell, row in enumerate(np.flatnonzero(hidden)):
            if every[row] and (small(genuine[row]) or small(clones[cell])):
                assert width[cell] >= THRESHOLD - ROUNDING


def test_what_needs_no_protection_is_published():
    hosts = np.array([400, 300, 200, 100])
    every, without = protect_listing(hosts, hosts, threshold=THRESHOLD)
    assert every.all()
    assert without.all()


def test_a_single_small_row_takes_the_smallest_other_with_it():
    hosts = np.array([400, 30, 50, 3])
    every, _ = protect_listing(hosts, hosts, threshold=THRESHOLD)
    assert every.tolist() == [True, False, True, False]
