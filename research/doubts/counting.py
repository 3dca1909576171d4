"""How many there are of what several units may stand for, such as companies by their models."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from research.doubts.asking import OfUnits
from research.doubts.coarse import Coarse, Doubt, Where
from research.doubts.joining import held_by_units
from research.results import Bounds

if TYPE_CHECKING:
    from research.doubts.drawing import Worlds
    from research.estimators.valid import Flags, Floats


@dataclass(frozen=True, slots=True)
class Distinct(OfUnits):
    """How many of something have at least one unit that is as wanted?

    Parameters
    ----------
    units
        The units; what they weigh does not matter.
    wanted
        Which of them count.
    by
        The column that says of what each is a unit.

    Examples
    --------
    >>> import pandas as pd
    >>> from research.doubts import where
    >>> weights = dict.fromkeys(["low", "value", "high"], [1.0, 1.0, 1.0])
    >>> rows = pd.DataFrame({**weights, "maker": ["a", "a", "b"], "licence": ["mit", "", ""]})
    >>> unnamed = Doubt("licence", "any")
    >>> units = Coarse(rows.assign(licence_doubt=unnamed.name), [unnamed])
    >>> Distinct(units, where(licence="mit"), by="maker").bounds()
    Bounds(low=1.0, high=2.0)
    """

    units: Coarse
    wanted: Where
    by: str

    def over(self, change: Callable[[Coarse], Coarse]) -> Distinct:
        return Distinct(change(self.units), self.wanted, self.by)

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        """Sharp: each unit is open by itself."""
        names = self.units.rows[self.by]
        low, high = (names[held].nunique() for held in self.units.holds(self.wanted, doubts))
        return Bounds(float(low), float(high))

    def in_worlds(self, worlds: Worlds) -> Floats:
        units = self.units.once(("undecided", self.wanted, self.by), self._undecided)
        certain = self.bounds().low
        if worlds.with_errors:  # what is certain may be coded wrong
            units, certain = self.units, 0.0
        if units.rows.empty:
            return np.full(worlds.count, certain)
        held = held_by_units(units, self.wanted, worlds)
        codes = units.rows[self.by].factorize()[0]
        order = codes.argsort(kind="stable")
        firsts = np.searchsorted(codes[order], np.arange(codes.max() + 1))
        any_of_it = np.logical_or.reduceat(held[order], firsts, axis=0)
        return np.asarray(certain + any_of_it.sum(axis=0))

    def sharp(self, doubts: Collection[str] | None = None) -> bool:  # noqa: ARG002
        """Always."""
        return True

    def opened(self, doubt: Doubt) -> Flags:
        certain, possible = self.units.holds(self.wanted, [doubt.name])
        opened: Flags = possible & ~certain
        return opened

    def _undecided(self) -> Coarse:
        """The units that decide whether what they stand for counts."""
        certain, possible = self.units.holds(self.wanted)
        names = self.units.rows[self.by]
        return self.units.among(possible & ~names.isin(names[certain]).to_numpy())
