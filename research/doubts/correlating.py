"""Whether the weights of the same units in two channels go together."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from scipy.stats import kendalltau, rankdata

from research.doubts.asking import Asked
from research.doubts.coarse import Coarse, Doubt
from research.doubts.joining import weights_of_units
from research.estimators.association import (
    correlation,
    kendall,
    kendall_interval,
    spearman,
    spearman_interval,
)
from research.estimators.clustered import LeaveOneOut, recomputed_without_each
from research.estimators.identification import joined_interval
from research.estimators.partial_ranks import kendall_bounds, spearman_bounds
from research.plain import agree
from research.results import Bounds, Interval, Sharpness, Test
from research.wording import counted

if TYPE_CHECKING:
    from research.doubts.drawing import Worlds
    from research.estimators.valid import Flags, Floats

RANKED = 1_000  # worlds in which units are ranked anew
TESTS = {"Spearman": spearman, "Kendall": kendall}
BOUNDS = {"Spearman": spearman_bounds, "Kendall": kendall_bounds}
INTERVALS: dict[str, Callable[..., Interval]] = {
    "Spearman": spearman_interval, "Kendall": kendall_interval,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RankCorrelation(Asked):
    """Do units of more weight in one channel have more in the other?

    Parameters
    ----------
    first, second
        The channels, with the same units in the same order.
    of
        Whose correlation: Spearman's rho or Kendall's tau.

    Examples
    --------
    >>> import pandas as pd
    >>> ends = {"low": [0.0, 2, 3], "value": [1.0, 3, 4], "high": [1.0, 4, 5]}
    >>> pulls = Coarse(pd.DataFrame({**ends, "weight_doubt": "rounding"}), [Doubt("rounding", "")])
    >>> downloads = Coarse(pd.DataFrame(dict.fromkeys(ends, [1.0, 2, 3])), [])
    >>> together = RankCorrelation(pulls, downloads)
    >>> together.value, together.bounds()
    (1.0, Bounds(low=0.5, high=1.0))
    """

    first: Coarse
    second: Coarse
    of: Literal["Spearman", "Kendall"] = "Spearman"

    @property
    def doubts(self) -> Collection[Doubt]:
        return tuple(dict.fromkeys([*self.first.doubts, *self.second.doubts]))

    def over(self, change: Callable[[Coarse], Coarse]) -> Self:
        return replace(self, first=change(self.first), second=change(self.second))

    @property
    def value(self) -> float:
        """The correlation of the weights as shown."""
        return self._correlated(*self._weights())

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        """Valid for every order that is left open; wide where open orders exclude each other."""
        return BOUNDS[self.of](self.first.weight(doubts), self.second.weight(doubts))

    def in_worlds(self, worlds: Worlds) -> Floats:
        """Of few worlds only, as each is ranked anew."""
        fewer = worlds.up_to(RANKED)
        if not fewer.count:
            return np.empty(0)
        first, second = np.broadcast_arrays(
            *(weights_of_units(side, fewer) for side in (self.first, self.second))
        )
        return (_rho if self.of == "Spearman" else _tau)(first, second)

    def sharp(self, doubts: Collection[str] | None = None) -> bool:
        """Where all weights are known."""
        return not any(_ranged(side, doubts).any() for side in (self.first, self.second))

    def sharpness(self) -> Sharpness:
        """Outer unless it is a point: what rounding leaves open is all that is."""
        return "sharp" if agree(*self.bounds()) else "outer"

    def opens(self, doubt: Doubt) -> bool:
        return not self.sharp([doubt.name])

    def detail(self, doubt: Doubt) -> str:
        """Of how many units a doubt leaves the order open, and how."""
        opened = sum(_ranged(side, [doubt.name]).sum() for side in (self.first, self.second))
        return f"{counted(opened, self.first.unit)}: {doubt.detail}"

    def interval(self, *, level: float = 0.95, design_effect: float = 1.0) -> Interval:
        """The interval of the lowest correlation possible joined with that of the highest."""
        n = len(self.first.rows) / design_effect
        ends = [INTERVALS[self.of](end, n, level=level) for end in self.bounds()]
        return joined_interval(ends, design_effect=design_effect)

    def test(self, rng: np.random.Generator) -> Test:
        """Whether the weights as shown go together beyond what chance pairing gives."""
        outcome = TESTS[self.of](*self._weights(), rng=rng)
        name = f"{self.of}, {outcome.method}, {self.first.weighs} as shown"
        return Test(name=name, statistic=outcome.statistic, p=outcome.p)

    def without_each(self, cluster: str) -> LeaveOneOut:
        """The correlation as shown without each cluster, the other units ranked anew."""
        first, second = self._weights()
        return recomputed_without_each(
            lambda left: self._correlated(first[left], second[left]), self.first.rows[cluster]
        )

    def _weights(self) -> tuple[Floats, Floats]:
        return self.first.weight(()).value, self.second.weight(()).value

    def _correlated(self, first: Floats, second: Floats) -> float:
        if self.of == "Spearman":
            return correlation(first, second, of="ranks")
        return float(kendalltau(first, second).statistic)


def _rho(first: Floats, second: Floats) -> Floats:
    """Spearman's rho of each column: the correlation of average ranks."""
    ranks = [rankdata(side, axis=0) for side in (first, second)]
    one, two = (rank - rank.mean(axis=0) for rank in ranks)
    within = np.sqrt((one**2).sum(axis=0) * (two**2).sum(axis=0))
    return np.asarray((one * two).sum(axis=0) / within)


def _tau(first: Floats, second: Floats) -> Floats:
    """Kendall's tau-b of each column."""
    both = untied = other = np.zeros(first.shape[1])
    for at in range(len(first) - 1):
        one, two = (np.sign(side[at] - side[at + 1 :]) for side in (first, second))
        both = both + (one * two).sum(axis=0)
        untied, other = untied + np.abs(one).sum(axis=0), other + np.abs(two).sum(axis=0)
    return np.asarray(both / np.sqrt(untied * other))


def _ranged(units: Coarse, doubts: Collection[str] | None) -> Flags:
    """The units whose weight is open."""
    weight = units.weight(doubts)
    return np.asarray(weight.low != weight.high)
