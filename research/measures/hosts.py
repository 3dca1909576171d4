"""The hosts of a scan and what they list: tags, or kinds of models such as families or sizes.

A host can list models of several kinds, and how many hosts have any of several kinds is known up to
bounds; a listing is of one kind. In the Tenthe scan a block of hosts may be copies of one another:
what is asked is asked again with any part of the block taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from research.doubts import Coarse, Computed, Divided, Doubt, Thinned, Where, Worlds
from research.doubts.coarse import WEIGHTS
from research.estimators.identification import frechet_bounds
from research.measures.clone_block import LEADING, Block, in_block, with_block_tags, without_part
from research.results import (
    Assumption,
    Bounds,
    BudgetRow,
    CannotEstimate,
    Curve,
    Estimate,
    NotApplicable,
    TippingPoint,
    deferred,
)

if TYPE_CHECKING:
    import pandas as pd

    from research.estimators.valid import Floats

HOSTS, LISTINGS = "answering_hosts", "tag_occurrences"
BLOCK = "the five-tag block"
NOTHING = Block(0.0, 0.0)
UNCOUNTED = Doubt("hosts whose country is not counted", "hosts of any country that lists so many")
SHARED = Doubt("which kinds share a host", "any overlap that the counts allow")
GRID = 21  # parts of the block between which a share is interpolated


@dataclass(frozen=True, slots=True, eq=False)
class Hosts:
    """The answering hosts of a scan, by what they list.

    Parameters
    ----------
    rows
        One row a tag or a kind of model: ``answering_hosts`` that list it, ``tag_occurrences``,
        ``block_tags`` (how many tags of the block are of the kind) and what the kind is, as texts
        of candidates (see :class:`research.doubts.Coarse`).
    hosts
        All hosts that answered.
    listings
        All listings, of kinds that the table leaves out too.
    block
        The block of suspected clones at its largest; :data:`NOTHING` where none is suspected.
    doubts
        What opens columns of the rows.
    removed
        The part of the block that counts as clones: what is asked is asked of those :attr:`left`.
    """

    rows: pd.DataFrame
    hosts: float
    listings: float
    block: Block
    doubts: tuple[Doubt, ...] = ()
    removed: float = 0.0

    @property
    def left(self) -> Hosts:
        return self.without(self.removed)

    def without(self, part: float) -> Hosts:
        """The hosts if this part of the block is taken out."""
        return replace(
            self,
            rows=without_part(self.rows, self.block, part),
            hosts=self.hosts - part * self.block.hosts,
            listings=self.listings - part * LEADING * self.block.listings,
        )

    def with_any(self, wanted: Where) -> Bounds:
        """Which share of the hosts has a model of at least one of these kinds?

        Sharp: kinds may overlap in any way, and one that is open may be wanted or not.
        """
        certain, possible = self.listed().holds(wanted)
        if not possible.any():
            kinds = ", ".join(sorted(set().union(*wanted.values.values())))
            raise CannotEstimate(f"The table lists none of {kinds}: how many hosts is not told.")
        most = frechet_bounds(self.rows.loc[possible, HOSTS], self.hosts).at_least_one.high
        if not certain.any():
            return Bounds(0.0, most)
        bounds = frechet_bounds(self.rows.loc[certain, HOSTS], self.hosts).at_least_one
        return Bounds(bounds.low, max(bounds.high, most))

    def listed(
        self, below: Doubt | None = None, *, counted: bool = True, weight: str = LISTINGS
    ) -> Coarse:
        """The kinds by weight, and the listings below the table where they are in doubt.

        Parameters
        ----------
        below
            The doubt of what the further listings are of.
        counted
            Whether these are counted for a part of the whole as shown.
        weight
            The column that weighs each kind: its listings, or the hosts with it.
        """
        import pandas as pd

        rows = self.rows.assign(**dict.fromkeys(WEIGHTS, self.rows[weight].astype(float)))
        if below is None:
            return Coarse(rows, self.doubts)
        rest = dict.fromkeys(WEIGHTS, max(self.listings - float(rows[weight].sum()), 0.0))
        columns = [str(column) for column in self.rows.columns]
        kinds = [c for c in columns if c not in (HOSTS, LISTINGS) and "_doubt" not in c]
        opened = dict.fromkeys(["member_doubt", *(f"{kind}_doubt" for kind in kinds)], below.name)
        units = pd.concat(
            [rows.assign(member=True), pd.DataFrame([{**rest, **opened, "member": counted}])],
            ignore_index=True,
        )
        return Coarse(units, [*self.doubts, below])


def hosts_by(
    kind: str,
    kinds: pd.DataFrame,
    tags: pd.DataFrame,
    *,
    totals: pd.DataFrame,
    levels: pd.DataFrame,
    class_sets: pd.DataFrame | None = None,
    clones: str = "kept",
) -> Hosts:
    """The hosts of a scan by a kind of model.

    Parameters
    ----------
    kind
        The column that holds it, such as ``"family"``.
    kinds
        A table in the form of ``tenthe_families``, ``tenthe_parameter_sizes`` or
        ``tenthe_quantizations``, or the tags themselves.
    tags
        The leading tags with the kind of each (:func:`with_kind`).
    totals, levels
        The tables ``tenthe_totals`` and ``tenthe_quantizations``; the sum over levels is the only
        sum of listings over all models.
    class_sets
        Where a scan counts the sets of classes of each host it is one of one's own: its suspected
        clones stand in another dataset, and no block is guessed.
    clones
        Whether the block is ``"removed"``, which is refused where none is suspected.
    """
    block = suspected_block(tags, class_sets)
    refuse_without_block(block, clones)
    if kinds is tags:
        rows = tags.assign(block_tags=in_block(tags).astype(float))
    else:
        rows = with_block_tags(kinds, tags, kind)
    return Hosts(
        rows=rows.reset_index(drop=True),
        hosts=total(totals, HOSTS),
        listings=float(levels[LISTINGS].sum()),
        block=block,
        removed=float(clones == "removed"),
    )


def total(totals: pd.DataFrame, name: str) -> float:
    """One total of a scan; a reason where it was not counted.

    Examples
    --------
    >>> import research
    >>> total(research.load("tenthe_totals"), "answering_hosts")
    24038.0
    """
    values = totals.loc[totals["name"] == name, "value"]
    if values.empty:
        raise CannotEstimate(f"The scan has no total named '{name}'.")
    return float(values.iloc[0])


def network_share(hosting: pd.DataFrame, totals: pd.DataFrame) -> float:
    """Which share of the listed addresses is in the network of a random one, at the least?

    The Herfindahl index of networks, those that the table leaves out taken as addresses alone.

    Examples
    --------
    >>> import research
    >>> tables = (research.load(name) for name in ("tenthe_hosting", "tenthe_totals"))
    >>> round(network_share(*tables), 3)
    0.299
    """
    listed = hosting["discovered_ips"] / total(totals, "discovered_ips")
    return float((listed**2).sum())


def answering_by_country(
    scale: pd.DataFrame, everyone: float, listed: pd.Series
) -> dict[str, Bounds]:
    """How many hosts of each country answered, where hosts are counted by class of model alone.

    Parameters
    ----------
    scale
        The table ``tenthe_parameter_scale``: of each class, the hosts that answered.
    everyone
        The hosts that answered, of all countries.
    listed
        The listed hosts by country.

    Returns
    -------
    dict
        At least the largest class; at most all that are listed, or that others leave over. Sharp:
        what one country has less, others have more, in the table or not.

    Examples
    --------
    >>> import pandas as pd
    >>> scale = pd.DataFrame({"country": ["CN", "CN", "US"], "answering_hosts": [5, 7, 9]})
    >>> answering_by_country(scale, 20, pd.Series({"CN": 10, "US": 40}))
    {'CN': Bounds(low=7.0, high=10.0), 'US': Bounds(low=9.0, high=13.0)}
    """
    largest = scale.groupby("country")["answering_hosts"].max()
    least = largest.reindex(listed.index).fillna(0).astype(float)
    most = (everyone - (least.sum() - least)).clip(upper=listed)
    return dict(zip(map(str, least.index), map(Bounds, least, most), strict=True))


def answered_in(country: str, answering: Mapping[str, Bounds], everyone: float) -> Computed:
    """How many hosts of a country answered, to be drawn.

    Parameters
    ----------
    country
        Code of the country.
    answering, everyone
        As :func:`answering_by_country` gives and takes them. The hosts that no class counts are
        divided among countries, and none has more than it can have.

    Examples
    --------
    >>> import research
    >>> from research.doubts import Beliefs
    >>> worlds = Worlds(Beliefs.of(research.load("stated_beliefs")))
    >>> counts = {"CN": Bounds(7, 10), "US": Bounds(9, 13)}
    >>> drawn = answered_in("CN", counts, 20).in_worlds(worlds)
    >>> bool(drawn.min() >= 7), bool(drawn.max() <= 10)
    (True, True)
    """
    low, high = answering[country]
    uncounted = everyone - sum(bounds.low for bounds in answering.values())
    return Computed(
        lambda part: np.minimum(low + part * uncounted, high), Divided(UNCOUNTED, country)
    )


def with_kind(tags: pd.DataFrame, crosswalk: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    """The leading tags with what is known of each; a tag that is not coded may be of any kind."""
    known = crosswalk[["ollama_tag", *kinds]]
    return tags.merge(known, on="ollama_tag", how="left", validate="one_to_one")


def suspected_block(tags: pd.DataFrame, class_sets: pd.DataFrame | None = None) -> Block:
    """The block of suspected clones at its largest; nothing in a scan that counts class sets."""
    return Block.largest(tags) if class_sets is None else NOTHING


def refuse_without_block(block: Block, clones: str) -> None:
    """Refuse to take out a block where none is suspected."""
    if clones != "kept" and block == NOTHING:
        raise NotApplicable("a scan of one's own has its suspected clones in a dataset of its own")


@dataclass(frozen=True, slots=True)
class OverBlock:
    """A share of hosts or listings, with any part of the suspected block taken out."""

    hosts: Hosts
    share: Callable[[Hosts], Bounds]

    def at(self, part: float) -> Bounds:
        return self.share(self.hosts.without(part))

    def bounds(self) -> Bounds:
        """The share of the hosts that are left."""
        return self.at(self.hosts.removed)

    def estimate(self, *, null: float | None = None, **fields: Any) -> Estimate:
        """The share, sharp as :meth:`Hosts.with_any` and shares of listings are, and what is told.

        Parameters
        ----------
        null
            The claimed share; nothing is told of losing it where it is not given, or where a part
            of the block is taken out already.
        **fields
            For the estimate; by default of a share of answering hosts. A ``budget`` takes the place
            of the row of the block.
        """
        bounds, who = self.bounds(), "answering hosts"
        if null is not None and not self.hosts.removed:
            fields = {"tipping_points": self.points(null), "curves": self.curves()} | fields
        usual: dict[str, Any] = {
            "unit": f"share of {who}", "n": self.hosts.left.hosts, "n_unit": who,
            "value": bounds.point, "budget": self.rows(), "drawn": WithinSet(self),
        }  # fmt: skip
        return Estimate(bounds=bounds, sharpness="sharp", **(usual | fields))

    @deferred
    def rows(self) -> tuple[BudgetRow, ...]:
        """The budget row of the block: none where nothing is suspected."""
        if self.hosts.block == NOTHING:
            return ()
        whole = {"the whole block": 0.0, "none of it": self.hosts.block.hosts}
        return (self._clones.row(BLOCK, whole),)

    @deferred
    def points(self, null: float) -> tuple[TippingPoint, ...]:
        """How many hosts of the block must be clones for the least share to cross the null."""
        if self.hosts.block == NOTHING:
            return ()
        verb = "lost" if self.at(0.0).low > null else "turned"
        return (self._clones.lost(null, reached=verb),)

    @deferred
    def curves(self, steps: int = 41) -> tuple[Curve, ...]:
        """The share over the hosts of the block that are taken out."""
        if self.hosts.block == NOTHING:
            return ()
        return (self._clones.curve("cloned hosts removed", steps),)

    @property
    def _clones(self) -> Thinned:
        block = self.hosts.block.hosts
        return Thinned(
            without=lambda clones: self.at(clones / block), of=block, things="hosts of the block",
            are="were clones",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class WithinSet:
    """A share over the block in drawn worlds: somewhere in its set.

    How many of the block are copies is drawn where codes and counts may be wrong: it opens no set.
    """

    over: OverBlock

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        return (SHARED,)

    def opens(self, doubt: Doubt) -> bool:
        return doubt == SHARED and self.over.bounds().width > 0

    def in_worlds(self, worlds: Worlds) -> Floats:
        part = self.over.hosts.removed
        parts: Floats = np.full(worlds.count, part)
        if worlds.with_errors and self.over.hosts.block != NOTHING:
            parts = self._drawn(BLOCK, worlds)
        grid = np.linspace(0, 1, GRID) if np.ptp(parts) else np.array([part])
        ends = np.array([list(self.over.at(part)) for part in grid])
        low, high = (np.interp(parts, grid, end) for end in ends.T)
        return np.asarray(low + (high - low) * self._drawn(SHARED.name, worlds))

    def _drawn(self, doubt: str, worlds: Worlds) -> Floats:
        return worlds.beliefs[doubt, ""].place(worlds.uniform(doubt, ""))


# Facts about the tables ---------------------------------------------------------------------------

TENTHE_ADDRESSES = "the addresses that FOFA listed for the Tenthe report"
TENTHE_HOSTS = "the answering hosts of the Tenthe scan"
# Cities in which geolocation puts the addresses of Amazon's cloud regions open in April 2025.
AMAZON_CITIES = {
    "AU": ("Sydney",),
    "BR": ("Sao Paulo",),
    "CA": ("Montreal",),
    "DE": ("Frankfurt am Main",),
    "FR": ("Paris",),
    "GB": ("London",),
    "IE": ("Dublin",),
    "IN": ("Mumbai",),
    "JP": ("Tokyo", "Osaka"),
    "KR": ("Seoul",),
    "SE": ("Stockholm",),
    "SG": ("Singapore",),
    "US": ("Ashburn", "Boardman", "Columbus", "Portland", "San Jose"),
    "ZA": ("Cape Town",),
}


def genuine(what: str) -> Assumption:
    """Whether hosts are what they seem; ``what`` tells of the tags that look like clones."""
    return Assumption(
        name="every listing is a genuine deployment",
        holds="no",
        without="clones",
        evidence=f"The five leading tags look like one block of clones: {what}.",
    )


def overlapping(kinds: str) -> Assumption:
    """That the hosts of one kind may be those of another."""
    return Assumption(
        name=f"which {kinds} share a host is known",
        holds="no",
        without="set",
        evidence="No overlap is published; the bounds hold for every overlap.",
    )


ESTIMATED = Assumption(
    name="the report's estimates by kind are exact",
    holds="no",
    without="counts",
    evidence="It sums up its fifty leading tags, gives the counts as approximate and does not say "
    "how hosts with several tags of a kind were counted; what the leading tag alone has, counted "
    "exactly, is a lower bound that needs no estimate.",
)
CLASSED = Assumption(
    name="how many addresses of a country answered is known",
    holds="no",
    without="set",
    evidence="Section 6.6 counts the hosts of each class of model only: the largest class is the "
    "least that can have answered.",
)
LISTED = Assumption.of_scope(
    name="what the search engine lists is Ollama",
    evidence="Three quarters of the listed addresses did not answer, and more than half lacked "
    "Ollama's port.",
)
INDEPENDENT = Assumption(
    name="hosts are independent",
    holds="no",
    without="interval",
    evidence="Addresses cluster in a few clouds; the interval states its design effect.",
)
