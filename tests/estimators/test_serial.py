"""Series whose neighbours are alike: against scipy and simulated series."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from research.estimators.serial import effective_length, serial_trend
from research.results import CannotEstimate

N, DRAWS = 40, 400


def series(rng: np.random.Generator, alike: float) -> np.ndarray:
    values = [rng.normal() / (1 - alike**2) ** 0.5]
    for _ in range(N - 1):
        values.append(alike * values[-1] + rng.normal())
    return np.array(values)


@pytest.mark.parametrize("alike", [0.0, 0.5])
def test_a_mean_varies_as_that_of_so_many_independent_values(alike):
    rng = np.random.default_rng(3)
    means = [series(rng, alike).mean() for _ in range(4000)]
    expected = 1 / (1 - alike**2) / effective_length(N, alike)
    # The formula is that of long series: of forty values it is a twentieth too wide.
    assert np.var(means) == pytest.approx(expected, rel=0.1)


def test_neighbours_that_go_apart_do_not_count_as_more():
    assert effective_length(N, -0.5) == N
    for likeness in (-1, 1):
        with pytest.raises(CannotEstimate, match="one value alone"):
            effective_length(N, likeness)


def test_without_likeness_the_trend_is_that_of_scipy():
    times, values = np.arange(8.0), np.array([0, 2, 1, 3, 2, 4, 3, 5.0])
    found, fit = serial_trend(times, values), stats.linregress(times, values)
    assert found.n_effective == 8
    assert found.slope == pytest.approx(fit.slope)
    assert found.interval.high - found.slope == pytest.approx(stats.t.ppf(0.975, 6) * fit.stderr)
    without = [stats.linregress(np.delete(times, i), np.delete(values, i)).slope for i in range(8)]
    assert found.without == pytest.approx(without)


def test_the_trend_of_alike_neighbours_covers_where_the_plain_interval_does_not():
    rng, times, plain, wide = np.random.default_rng(5), np.arange(N), 0, 0
    for _ in range(DRAWS):
        values = series(rng, 0.6)
        fit = stats.linregress(times, values)
        plain += abs(fit.slope) <= stats.t.ppf(0.975, N - 2) * fit.stderr
        found = serial_trend(times, values).interval
        wide += found.low <= 0 <= found.high
    assert plain / DRAWS < 0.8 < 0.88 < wide / DRAWS


def test_a_series_that_counts_as_two_values_has_no_trend():
    with pytest.raises(CannotEstimate, match="count as"):
        serial_trend(np.arange(80.0), np.sin(4 * np.pi * np.arange(80) / 80))
    with pytest.raises(CannotEstimate, match="at least four"):
        serial_trend([1, 2, 3], [1, 2, 4])
