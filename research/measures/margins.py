"""Sets that may overlap, of which no more is published than how many units are in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from research.doubts import Computed, Doubt, Within
from research.estimators.identification import frechet_bounds
from research.results import Bounds

OVERLAP = Doubt("which sets share units", "any overlap that the sizes allow")


@dataclass(frozen=True, slots=True)
class Margins:
    """How many units are in each of several sets, and how many there are.

    Parameters
    ----------
    sizes
        Of each set by its name.
    everyone
        All units, those in none of the sets too.

    References
    ----------
    Fréchet (1935), Fundamenta Mathematicae 25:379-387, doi:10.4064/fm-25-1-379-387: every overlap
    that the sizes allow is possible, so that all bounds are sharp.

    Examples
    --------
    >>> on = Margins({"HTTP": 70, "HTTPS": 50, "port 80": 10}, everyone=100)
    >>> on.all_of("HTTP"), on.all_of("HTTP", "HTTPS")
    (Bounds(low=0.7, high=0.7), Bounds(low=0.2, high=0.5))
    >>> on.any_of("HTTPS", "port 80"), on.all_of("port 80", among="HTTPS")
    (Bounds(low=0.5, high=0.6), Bounds(low=0.0, high=0.2))
    """

    sizes: Mapping[str, float]
    everyone: float

    def any_of(self, *names: str) -> Bounds:
        """Which share of the units is in at least one of these sets?"""
        return frechet_bounds(self._of(names), self.everyone).at_least_one

    def all_of(self, *names: str, among: str = "") -> Bounds:
        """Which share of the units is in all of these sets, or of those in one more?"""
        if not among:
            return frechet_bounds(self._of(names), self.everyone).every
        return self.all_of(*names, among) / (self.sizes[among] / self.everyone)

    def overlap(self, *names: str) -> Within:
        """The share of the units in all of these sets, to be drawn where overlaps are believed."""
        return Within(OVERLAP, self.all_of(*names), " and ".join(names))

    def union(self, *names: str) -> Within:
        """The share in at least one of them, likewise."""
        return Within(OVERLAP, self.any_of(*names), " or ".join(names))

    def part(self, name: str, among: str) -> Computed:
        """The share in one set of the units in another, likewise."""
        size = self.sizes[among] / self.everyone
        return Computed(lambda both: both / size, self.overlap(name, among))

    def _of(self, names: tuple[str, ...]) -> list[float]:
        return [self.sizes[name] for name in names]
