"""The kinds of the units of a channel in drawn worlds: what all that are of one weigh together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from research.doubts.coarse import BETWEEN, Coarse, where
from research.doubts.drawing import Worlds
from research.doubts.joining import resolved

if TYPE_CHECKING:
    import pandas as pd

    from research.estimators.valid import Floats, Labels


@dataclass(frozen=True, slots=True, eq=False)
class KindsInWorlds:
    """What the kinds of units weigh in each world.

    Parameters
    ----------
    fixed : array of shape (kinds,)
        Of the kinds that weigh the same in all worlds.
    names : array of shape (others,)
        The other kinds.
    weights : array of shape (others, worlds)
        What these weigh.
    unnamed : array of shape (worlds,)
        What falls on kinds that no unit names, such as the other countries of a belief: each has
        little, and they are no rivals of a kind.
    """

    fixed: pd.Series
    names: Labels
    weights: Floats
    unnamed: Floats

    @classmethod
    def of(cls, units: Coarse, by: str, worlds: Worlds) -> KindsInWorlds:
        """By the attribute whose values are the kinds: all that any unit names."""
        return units.once(("kinds", by, worlds), lambda: cls._made(units, by, worlds))

    @classmethod
    def _made(cls, units: Coarse, by: str, worlds: Worlds) -> KindsInWorlds:
        texts = units.rows[by].astype(object).fillna("")
        fixed, cells = resolved(units, [where(**{by: name}) for name in _telling(texts)], worlds)
        named = {name for text in texts.unique() for name in text.split(BETWEEN)}
        varying = sorted(map(str, cells.candidates(worlds, by) & named))
        held = fixed.rows.groupby(by)["value"].sum()
        shown = held.reindex(varying, fill_value=0.0).to_numpy(dtype=float)[:, None]
        weights = np.repeat(shown, worlds.count, axis=1)
        unnamed = np.zeros(worlds.count)
        places = {name: at for at, name in enumerate(varying)}
        for part in cells.chunks():
            weight = part.weight(worlds)
            for at, name, chosen in part.by_kind(worlds, by):
                into = weights[places[name]] if name in places else unnamed
                into += (weight[at] * chosen).sum(axis=0)
        kinds = np.array(varying, dtype=object)
        return cls(held.drop(varying, errors="ignore"), kinds, weights, unnamed)

    def weight(self, kind: str) -> Floats:
        """Of one kind."""
        varying: Floats = self.weights[self.names == kind].sum(axis=0)
        return varying + float(self.fixed.get(kind, 0.0))

    def total(self) -> Floats:
        """Of all."""
        return np.asarray(self.weights.sum(axis=0) + self.fixed.sum() + self.unnamed)

    def ahead_of(self, kind: str) -> Floats:
        """How many kinds weigh more than one."""
        mine, fixed = self.weight(kind), np.sort(self.fixed.to_numpy(dtype=float))
        ahead = (self.weights > mine).sum(axis=0) + len(fixed) - fixed.searchsorted(mine, "right")
        return np.asarray(ahead, dtype=float)

    def next_to(self, kind: str) -> Floats:
        """The largest of the others."""
        others = self.weights[self.names != kind].max(axis=0, initial=0.0)
        fixed = self.fixed.drop(kind, errors="ignore").to_numpy(dtype=float)
        return np.asarray(np.maximum(others, fixed.max(initial=0.0)))

    def squares(self) -> Floats:
        """The sum of their squares."""
        return np.asarray(np.square(self.weights).sum(axis=0) + np.square(self.fixed).sum())

    def largest(self, k: int) -> Floats:
        """The sum of the ``k`` largest."""
        first = self.fixed.nlargest(k).to_numpy(dtype=float)[:, None]
        every = np.concatenate([self.weights, np.repeat(first, self.weights.shape[1], axis=1)])
        k = min(k, len(every))
        return np.asarray(np.partition(every, len(every) - k, axis=0)[-k:].sum(axis=0))


def _telling(texts: pd.Series) -> list[str]:
    """Few values that are enough to tell which units have several candidates.

    One candidate of each such text; of texts without any, any value does.
    """
    distinct = [str(text) for text in texts.unique()]
    several = [text.split(BETWEEN)[0] for text in distinct if BETWEEN in text]
    return list(dict.fromkeys([*several, *[text for text in distinct if text][:1]]))
