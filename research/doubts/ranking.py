"""Which kinds of units weigh most: ranks, the lead of one over the next, concentration."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from research.doubts.asking import OfUnits
from research.doubts.coarse import BETWEEN, Coarse, Doubt
from research.doubts.kinds import KindsInWorlds
from research.estimators.budget import drawn_row, leave_one_out_row
from research.estimators.clustered import LeaveOneOut, kish_effective_size
from research.estimators.concentration import hhi, top_share
from research.estimators.multiverse import clustered_covariance, rank_confidence_sets
from research.estimators.ranged import Ranged
from research.estimators.ranged_indices import ranged_hhi, ranged_top_share
from research.results import Bounds, BudgetRow, CannotEstimate, TippingPoint
from research.wording import number

if TYPE_CHECKING:
    import pandas as pd

    from research.doubts.drawing import Worlds
    from research.estimators.valid import Codes, Flags, Floats


@dataclass(frozen=True, eq=False)
class Ranking:
    """The kinds of units by what they weigh.

    Parameters
    ----------
    units
        The units; what is of several kinds at once may be of any of them.
    by
        The attribute whose values are the kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> from research.doubts import Doubt
    >>> weights = dict.fromkeys(["low", "value", "high"], [5.0, 3.0, 1.0, 1.5])
    >>> rows = pd.DataFrame({**weights, "task": ["text", "", "audio", "image"]})
    >>> unnamed = Doubt("task unknown", "any task")
    >>> tasks = Ranking(Coarse(rows.assign(task_doubt=unnamed.name), [unnamed]), "task")
    >>> audio = tasks.rank("audio")
    >>> audio.value, audio.bounds(), tasks.lead("text").bounds()
    (3.0, Bounds(low=2.0, high=3.0), Bounds(low=0.047619047619047616, high=0.6190476190476191))
    """

    units: Coarse
    by: str

    @cached_property
    def shown(self) -> pd.Series:
        """What certainly is of each kind, as shown, the heaviest kind first."""
        return self.extent(())["least"].drop("").sort_values(ascending=False, kind="stable")

    def rank(self, *kinds: str) -> Rank:
        """The rank of a kind, or of the last one of several."""
        return Rank(self.units, self, kinds)

    def lead(self, kind: str) -> Lead:
        """By how much a kind is ahead of the next."""
        return Lead(self.units, self, kind)

    def concentration(self, largest: int | None = None) -> Concentration:
        """The concentration index (HHI), or the share of so many of the largest kinds."""
        return Concentration(self.units, self, largest)

    def in_worlds(self, worlds: Worlds) -> KindsInWorlds:
        """What the kinds weigh in each world."""
        return KindsInWorlds.of(self.units, self.by, worlds)

    def extent(
        self, doubts: Collection[str] | None = None, kinds: Collection[str] = ()
    ) -> pd.DataFrame:
        """What each kind weighs: at least, if nothing open is of it, and if all that may be is.

        A row ``""`` stands for a kind that nobody has named yet. Columns ``least``, ``known``
        (what certainly is of the kind, at its greatest) and ``most``.
        """
        import pandas as pd

        units, codes, names = self._named
        weight, certain = self.units.weight(doubts), self._certain[units]
        is_open = ~certain & self.units.is_open(self.by, doubts)[units]

        def sums(amounts: Floats, chosen: Flags) -> Floats:
            weights = amounts[units[chosen]].astype(float)
            return np.asarray(np.bincount(codes[chosen], weights, len(names)), dtype=float)

        low, high, more = (
            sums(weight.low, certain), sums(weight.high, certain), sums(weight.high, is_open)
        )  # fmt: skip
        anyone = float(more[names == ""].sum())
        more[names == ""] = 0.0
        extents = pd.DataFrame({"least": low, "known": high, "most": high + more}, index=names)
        here = names[np.unique(codes[certain | is_open])]
        extents = extents.reindex(here.union([*kinds, ""]), fill_value=0.0)
        return extents.assign(most=extents["most"] + anyone)

    @cached_property
    def _named(self) -> tuple[Codes, Codes, pd.Index]:
        """Every kind that a unit names: the place of the unit, that of the kind, and all kinds."""
        import pandas as pd

        kind = self.units.rows[self.by].fillna("").reset_index(drop=True)
        named = kind.str.split(BETWEEN).explode()
        codes, names = named.factorize(sort=True)
        return named.index.to_numpy(), np.asarray(codes), pd.Index(names)

    @cached_property
    def _certain(self) -> Flags:
        """Whether each unit names one kind."""
        kind = self.units.rows[self.by].fillna("")
        certain: Flags = ~(kind.eq("") | kind.str.contains(BETWEEN, regex=False)).to_numpy()
        return certain

    def held(self, cluster: str) -> pd.Series:
        """What each cluster holds of each kind, as shown."""
        rows = self.units.rows.assign(weight=self.units.weight(()).value)[self._certain]
        return rows.groupby([cluster, self.by])["weight"].sum()

    def drawn(
        self, kinds: Collection[str], cluster: str, *, rng: np.random.Generator
    ) -> dict[str, BudgetRow]:
        """A row for the rank of each of these kinds if other clusters had been drawn.

        Ranks that are not excluded, for all these kinds at once.
        """
        weight, clusters = self.units.weight(()).value, self.units.rows[cluster]
        whole = self.units.rows.assign(weight=weight).groupby(clusters)["weight"].sum()
        held = self.held(cluster).unstack().fillna(0.0)
        held = held.reindex(index=whole.index, columns=list(kinds), fill_value=0.0)
        errors = clustered_covariance(held, whole)
        sets = rank_confidence_sets(held.sum() / whole.sum(), errors, rng=rng)
        caution = (
            f"95 % confidence set of the {len(sets)} ranks shown, as if these were independent"
        )
        drawn = len(held), kish_effective_size(whole), caution, f"{cluster}s"
        return {
            kind: drawn_row(Bounds(float(ranks.low), float(ranks.high)), *drawn)
            for kind, ranks in zip(held.columns, sets, strict=True)
        }


@dataclass(frozen=True, slots=True, eq=False)
class OfKinds(OfUnits):
    """A question asked of the kinds of units."""

    units: Coarse
    ranking: Ranking

    def over(self, change: Callable[[Coarse], Coarse]) -> Self:
        units = change(self.units)
        return replace(self, units=units, ranking=Ranking(units, self.ranking.by))

    def opened(self, doubt: Doubt) -> Flags:
        weight, by = self.units.weight([doubt.name]), self.ranking.by
        of_any_kind = self.units.is_open(by, [doubt.name]) & ~self.ranking._certain
        opened: Flags = (of_any_kind & (weight.high > 0)) | (weight.low != weight.high)
        return opened

    def sharp(self, doubts: Collection[str] | None = None) -> bool:
        """Where no unit is of an open kind: else each kind is at its worst by itself."""
        return not (self.units.is_open(self.ranking.by, doubts) & ~self.ranking._certain).any()


@dataclass(frozen=True, slots=True, eq=False)
class Rank(OfKinds):
    """The rank of a kind by weight, or of the last one of several; equal kinds get the better one.

    Of several kinds the last one is no better than their number. All that is open may be of the
    kind at its best; at its worst it lifts the kinds just behind, the nearest first, while it
    lasts. What names no kind is of one that others name.
    """

    kinds: tuple[str, ...]

    @property
    def value(self) -> float:
        shown = self.ranking.shown
        ranks = [1 + (shown > shown.get(kind, 0.0)).sum() for kind in self.kinds]
        return float(max(len(ranks), *ranks))

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        extent = self.ranking.extent(doubts, self.kinds)
        open_ones = ~self.ranking._certain & self.units.is_open(self.ranking.by, doubts)
        spare = float(self.units.weight(doubts).high[open_ones].sum())
        places = [_places(extent, kind, spare) for kind in self.kinds]
        low, high = (max(ends) for ends in zip(*places, strict=True))
        return Bounds(float(max(low, len(self.kinds))), float(high))

    def in_worlds(self, worlds: Worlds) -> Floats:
        kinds = self.ranking.in_worlds(worlds)
        last = np.max([1 + kinds.ahead_of(kind) for kind in self.kinds], axis=0)
        return np.asarray(np.maximum(last, len(self.kinds)), dtype=float)

    def without_each(self, cluster: str) -> LeaveOneOut:
        """The rank as shown without each cluster."""
        ranks = [_without_each(self.ranking, kind, cluster) for kind in self.kinds]
        least = np.full(len(ranks[0]), len(ranks))
        values = np.max([least, *(each.to_numpy() for each in ranks)], axis=0).astype(float)
        return LeaveOneOut(value=self.value, labels=ranks[0].index.to_numpy(), values=values)

    def left_out(self, cluster: str) -> BudgetRow:
        return leave_one_out_row(self.without_each(cluster), cluster)

    def moved(self, first: int, last: int) -> TippingPoint:
        """How much more or less must a kind weigh to come into these ranks, or to leave them?"""
        (kind,), weighs = self.kinds, self.units.weighs
        shown = self.ranking.shown
        own, others = float(shown.get(kind, 0.0)), shown.drop(kind, errors="ignore").to_numpy()
        ranks = f"rank {first}" + (f" to {last}" if last > first else "")
        what = f"{weighs} between {kind} and {ranks}"
        if last > len(others):
            never = f"too few other kinds are named for {ranks} to be lost"
            return TippingPoint(what=what, threshold=None, sentence=never)
        lacking = float(others[last - 1]) - own
        spare = own - float(others[first - 2]) if first > 1 else -np.inf
        if lacking > 0:
            change, turn = lacking, "only with {} more"
        elif spare >= 0:
            change, turn = spare, "only with more than {} fewer"
        else:
            change, turn = -lacking, "is lost with more than {} fewer"
        clause = f"{turn.format(number(change, 0))} {weighs}, against {number(own, 0)} now"
        return TippingPoint(what=what, threshold=change, sentence=f"{ranks} {clause}")


def _places(extent: pd.DataFrame, kind: str, spare: float) -> tuple[int, int]:
    """The best and the worst rank of a kind; ``spare`` is all that is open."""
    mine, others = extent.loc[kind], extent.drop([kind, ""])
    best = 1 + int((others["least"] > mine["most"]).sum())
    lacking = np.sort((mine["least"] - others["known"])[others["most"] > mine["least"]])
    ahead = lacking < 0
    return best, 1 + int(ahead.sum() + (np.cumsum(lacking[~ahead]) < spare).sum())


def _without_each(ranking: Ranking, kind: str, cluster: str) -> pd.Series:
    """The rank of a kind without each cluster, of which only the kinds that it holds change."""
    shown, held = ranking.shown, ranking.held(cluster)
    clusters, kinds = (held.index.get_level_values(level) for level in (0, 1))
    of_it = held[kinds == kind].droplevel(1).reindex(clusters.unique(), fill_value=0.0)
    own = shown.get(kind, 0.0) - of_it
    ahead = len(shown) - np.searchsorted(np.sort(shown), own, side="right")
    left, before = shown.reindex(kinds).to_numpy() - held.to_numpy(), own.reindex(clusters)
    fallen = (shown.reindex(kinds).to_numpy() > before) & (left <= before)
    ranks: pd.Series = 1 + ahead - fallen.groupby(level=0).sum().reindex(own.index)
    return ranks


@dataclass(frozen=True, slots=True, eq=False)
class Lead(OfKinds):
    """The share of a kind minus that of whichever other kind has the largest one."""

    kind: str

    def in_worlds(self, worlds: Worlds) -> Floats:
        kinds = self.ranking.in_worlds(worlds)
        return (kinds.weight(self.kind) - kinds.next_to(self.kind)) / kinds.total()

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        """Sharp at the low end, where all that is open is of one rival."""
        weight = self.units.weight(doubts)
        if (weight.low != weight.high).any():
            raise CannotEstimate("A lead over the next is told where all weights are known.")
        extent, total = self.ranking.extent(doubts, [self.kind]), weight.value.sum()
        mine, others = extent.loc[self.kind], extent.drop(self.kind)
        return Bounds(
            float((mine["least"] - others["most"].max()) / total),
            float((mine["most"] - others["least"].max()) / total),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Concentration(OfKinds):
    """How much of the weight few kinds hold: the sum of squared shares, or what the largest hold.

    Of each unit its kind must be known.
    """

    largest: int | None = None

    def in_worlds(self, worlds: Worlds) -> Floats:
        kinds = self.ranking.in_worlds(worlds)
        if self.largest is None:
            return kinds.squares() / np.square(kinds.total())
        return kinds.largest(self.largest) / kinds.total()

    @property
    def value(self) -> float:
        shown = self.ranking.shown.to_numpy()
        if self.largest is None:
            return hhi(shown)
        return top_share(shown, self.largest)

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        if not self.ranking._certain.all():
            raise CannotEstimate("Concentration is told where the kind of each unit is known.")
        if (self.units.weight(doubts).low == self.units.weight(doubts).high).all():
            return Bounds.at(self.value)
        extent = self.ranking.extent(doubts).drop("")
        held = extent["least"], self.ranking.shown.reindex(extent.index), extent["known"]
        low, value, high = (column.to_numpy() for column in held)
        weight = Ranged(low=low, value=value, high=high)
        if self.largest is None:
            return ranged_hhi(weight)
        return ranged_top_share(weight, self.largest)

    def sharp(self, doubts: Collection[str] | None = None) -> bool:
        """Of the index the high end is but nearly so, where weights are open."""
        weight = self.units.weight(doubts)
        return self.largest is not None or bool((weight.low == weight.high).all())

    def without_each(self, cluster: str) -> LeaveOneOut:
        """The estimate as shown without each kind."""
        if cluster != self.ranking.by:
            return OfUnits.without_each(self, cluster)
        shown = self.ranking.shown
        held = shown.to_numpy()
        left, k = held.sum() - held, self.largest
        if k is None:
            values = (np.square(held).sum() - np.square(held)) / np.square(left)
        else:
            among_them = np.arange(len(held)) < k
            values = (held[:k].sum() + np.where(among_them, held[k] - held, 0.0)) / left
        return LeaveOneOut(value=self.value, labels=shown.index.to_numpy(), values=values)
