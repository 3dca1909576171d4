"""Series whose neighbours are alike: against simulated series."""

from __future__ import annotations

import numpy as np
import pytest

from research.estimators.serial import effective_length
from research.results import CannotEstimate

N = 40


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
