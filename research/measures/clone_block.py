"""The suspected block of cloned hosts among the leading tags of the Tenthe scan.

The five leading tags are listed about twice by each host; without the rarest of them the others
fall to the rate of ordinary tags, as one block of identical hosts would make them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from research.estimators.clones import clone_block_residuals

if TYPE_CHECKING:
    import pandas as pd

LEADING = 5  # tags of the block: the first five ranks


@dataclass(frozen=True, slots=True)
class Block:
    """Hosts of the block, and the listings of each of its tags."""

    hosts: float
    listings: float

    @classmethod
    def largest(cls, tags: pd.DataFrame) -> Block:
        """The largest block possible: all hosts and listings of the rarest leading tag.

        Parameters
        ----------
        tags
            The table ``tenthe_model_tags``.

        Examples
        --------
        >>> import research
        >>> Block.largest(research.load("tenthe_model_tags"))
        Block(hosts=9845.0, listings=20980.0)
        """
        rarest = tags[in_block(tags)][["answering_hosts", "tag_occurrences"]].min()
        return cls(*map(float, rarest))

    def part(self, hosts: float) -> Block:
        """A block of so many hosts that lists as often a host as this one."""
        return Block(hosts, hosts * self.listings / self.hosts)


def in_block(tags: pd.DataFrame) -> pd.Series:
    """Whether each tag is one of the leading five."""
    return tags["rank"] <= LEADING


def without_block(tags: pd.DataFrame, block: Block) -> pd.DataFrame:
    """The tags with hosts and listings of the block taken out of each leading tag.

    Raises
    ------
    ResearchError
        If the block is larger than one of its tags.

    Examples
    --------
    >>> import research
    >>> tags = research.load("tenthe_model_tags")
    >>> without_block(tags, Block.largest(tags))["answering_hosts"].head(5).tolist()
    [2814.0, 2727.0, 1318.0, 23.0, 0.0]
    """
    left = tags.astype({"answering_hosts": float, "tag_occurrences": float})
    leading = in_block(tags)
    found = clone_block_residuals(
        tags.loc[leading, "answering_hosts"],
        tags.loc[leading, "tag_occurrences"],
        block.hosts,
        block.listings,
    )
    left.loc[leading, "answering_hosts"] = found.hosts
    left.loc[leading, "tag_occurrences"] = found.occurrences
    return left
