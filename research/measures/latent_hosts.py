"""Hosts of which several tables count the margins: by country, by class, by tag, by family.

No table counts how many hosts have one thing and another. What all tables together allow is asked
of every distribution of hosts over the kinds of hosts that there can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Self

import numpy as np

from research.estimators.identification import LatentDifference, latent_difference, latent_share
from research.measures.clone_block import Block, in_block
from research.results import Bounds

if TYPE_CHECKING:
    import pandas as pd

    from research.estimators.valid import Flags

ELSEWHERE = ""  # in no country of the table
BLOCK, WANTED = "block", "wanted"
MEDIUM = "M"  # the class of all tags of the block


@dataclass(frozen=True, slots=True, eq=False)
class LatentHosts:
    """The kinds of hosts that there can be, and what is published of their numbers.

    Parameters
    ----------
    kinds
        One row a kind of host, one column a thing that is known of it.
    margins, hosts
        Which kinds each published number counts, and the number.

    Examples
    --------
    >>> import pandas as pd
    >>> kinds = pd.DataFrame({"one": [False, True, False, True], "two": [False, False, True, True]})
    >>> hosts = LatentHosts(kinds).counted(kinds["one"], 6).counted(kinds["two"], 5)
    >>> hosts.counted(kinds["one"] | True, 10).share(kinds["one"] | kinds["two"])
    Bounds(low=0.6, high=1.0)
    """

    kinds: pd.DataFrame
    margins: tuple[Flags, ...] = ()
    hosts: tuple[float, ...] = ()

    def counted(self, kinds: pd.Series, hosts: float) -> Self:
        """With the published number of hosts of these kinds."""
        margins = (*self.margins, kinds.to_numpy(dtype=bool))
        return replace(self, margins=margins, hosts=(*self.hosts, float(hosts)))

    def share(self, of: pd.Series, among: pd.Series | None = None) -> Bounds:
        """Which share of the hosts among some kinds is of others; of all hosts by default."""
        return latent_share(*self._share(of, among), *self._published)

    def difference(self, of: pd.Series, first: pd.Series, second: pd.Series) -> LatentDifference:
        """The share of some kinds among the first hosts, less that among the second ones."""
        return latent_difference(
            *self._share(of, first), *self._share(of, second), *self._published
        )

    def lead(self, of: pd.Series, first: pd.Series, second: pd.Series) -> LatentDifference:
        """The number of some kinds of hosts among the first ones, less that among the second."""
        ours, theirs = (self._share(of & side, None) for side in (first, second))
        difference = latent_difference(*ours, *theirs, *self._published)
        one = 1 / max(self.hosts)  # all hosts that answered
        return LatentDifference(difference.outer / one, difference.inner / one)

    def _share(self, of: pd.Series, among: pd.Series | None) -> tuple[Flags, Flags]:
        whole = np.ones(len(self.kinds), dtype=bool) if among is None else among.to_numpy(bool)
        return of.to_numpy(dtype=bool) & whole, whole

    @property
    def _published(self) -> tuple[Flags, tuple[float, ...], tuple[float, ...]]:
        return np.array(self.margins), self.hosts, self.hosts


def hosts_by_class(hosts: pd.DataFrame, answering: float, block: Block) -> LatentHosts:
    """Hosts by country and by the classes of their models, and whether they are of the block.

    Parameters
    ----------
    hosts
        Those with a model of each class: one row a country, one column a class.
    answering
        All hosts that answered.
    block
        The suspected clones, which may stand in any country and have medium models alone.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"S": [3, 1], "M": [4, 9]}, index=["CN", "US"])
    >>> all_hosts = hosts_by_class(table, 30, Block(5, 9))
    >>> kinds = all_hosts.kinds
    >>> china = kinds["country"].eq("CN") & kinds["classed"] & ~kinds["block"]
    >>> all_hosts.share(kinds["S"], among=china)
    Bounds(low=0.428571428571, high=1.0)
    """
    classes = [str(column) for column in hosts.columns]
    kinds = _combinations([BLOCK, *classes], country=[*hosts.index, ELSEWHERE])
    kinds["classed"] = kinds[classes].any(axis=1)
    medium_alone = kinds[MEDIUM] & kinds[classes].sum(axis=1).eq(1)
    latent = LatentHosts(kinds[~kinds[BLOCK] | medium_alone].reset_index(drop=True))
    every, in_it = latent.kinds[BLOCK] | True, latent.kinds[BLOCK]
    latent = latent.counted(every, answering).counted(in_it, block.hosts)
    for (country, row), name in product(hosts.iterrows(), classes):
        kind = latent.kinds["country"].eq(country) & latent.kinds[name]
        latent = latent.counted(kind, float(row[name]))
    return latent


def hosts_by_family(families: pd.DataFrame, tags: pd.DataFrame, answering: float) -> LatentHosts:
    """Hosts by the families and the leading tags that they have, and whether they are of the block.

    How many are of the block, which lists all of its tags, is not given yet.

    Parameters
    ----------
    families
        ``family``, the ``answering_hosts`` that have a model of it (missing where that is not
        told), and whether its models are as ``wanted``: ``"yes"`` or ``"maybe"``.
    tags
        ``ollama_tag``, its ``rank``, its ``family`` and the ``answering_hosts`` that list it.
    answering
        All hosts that answered.

    Returns
    -------
    LatentHosts
        ``wanted`` says of each kind whether the host has a model as wanted.
    """
    kinds = _combinations([BLOCK, WANTED, *families["family"], *tags["ollama_tag"]])
    for tag, family in zip(tags["ollama_tag"], tags["family"], strict=True):
        kinds = kinds[kinds[family] | ~kinds[tag]]
    for tag in tags.loc[in_block(tags), "ollama_tag"]:
        kinds = kinds[kinds[tag] | ~kinds[BLOCK]]
    sure = kinds[families.loc[families[WANTED].eq("yes"), "family"]].any(axis=1)
    may_be = kinds[families["family"]].any(axis=1)
    kinds = kinds[(kinds[WANTED] | ~sure) & (may_be | ~kinds[WANTED])].reset_index(drop=True)
    latent = LatentHosts(kinds).counted(kinds[BLOCK] | True, answering)
    for name, table in (("family", families), ("ollama_tag", tags)):
        known = table.dropna(subset="answering_hosts")
        for kind, number in zip(known[name], known["answering_hosts"], strict=True):
            latent = latent.counted(kinds[kind], number)
    return latent


def _combinations(flags: Sequence[str], **values: Sequence[str]) -> pd.DataFrame:
    """All combinations of things that are so or not, and of other values."""
    import pandas as pd

    of_each = [*values.values(), *([False, True] for _ in flags)]
    return pd.DataFrame(product(*of_each), columns=[*values, *flags])
