"""The tail index: against a regression of scipy, in simulated tails, and where it is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from research.estimators.tail_index import tail_index, threshold_plot
from research.results import CannotEstimate, ResearchError


def test_the_index_is_a_slope_of_scipy():
    values = np.random.default_rng(1).pareto(1.5, 400) + 1
    top = np.sort(values)[-20:][::-1]
    line = stats.linregress(np.log(top), np.log(np.arange(1, 21) - 0.5))
    found = tail_index(values)
    assert (found.value, found.kept) == (pytest.approx(-line.slope), 20)
    half = 1.959963984540054 * np.sqrt(2 / 20)
    assert tuple(found.interval) == pytest.approx(
        (found.value * np.exp(-half), found.value * np.exp(half))
    )


@pytest.mark.parametrize("index", [0.8, 1.2, 2.5])
@pytest.mark.parametrize("burr", [False, True])
def test_the_interval_covers_in_powers_and_near_them(index, burr):
    u = np.random.default_rng(3).random((400, 250))
    draws = (u**-0.5 - 1) ** (2 / index) if burr else u ** (-1 / index)
    hits = np.mean([index in tail_index(row).interval for row in draws])
    assert 0.92 < hits < 1


def test_a_lognormal_has_no_index_and_the_plot_falls():
    values = np.exp(1.5 * np.random.default_rng(5).standard_normal(3000))
    plot = threshold_plot(values)
    assert [found.kept for found in plot][-1] == 1500
    assert plot[-1].value < 0.7 * plot[5].value
    exact = threshold_plot(np.random.default_rng(5).pareto(1.5, 3000) + 1)
    assert exact[-1].value == pytest.approx(1.5, rel=0.1)


def test_what_is_below_the_largest_moves_nothing():
    values = np.random.default_rng(7).pareto(1.2, 500) + 1
    cut = np.sort(values)[-100:]  # a list holds the largest alone
    assert tail_index(cut, 30) == tail_index(values, 30)


def test_tails_without_an_index_are_refused():
    for values in ([1.0, 2, 3, 4], np.ones(100), [5.0, 4, 0, 0, 0, 0]):
        with pytest.raises(CannotEstimate, match="A tail needs"):
            tail_index(values)
    with pytest.raises(CannotEstimate, match="50 were asked"):
        tail_index(np.arange(1.0, 30), 50)
    with pytest.raises(ResearchError, match="kept"):
        tail_index(np.arange(1.0, 30), 2)
