"""The suspected block of cloned hosts among the leading tags of the Tenthe scan.

The five leading tags are listed about twice by each host; without the rarest of them the others
fall to the rate of ordinary tags, as one block of identical hosts would make them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from research.measures.remembering import remembered

if TYPE_CHECKING:
    import pandas as pd

LEADING = 5  # tags of the block: the first five ranks
Spread = Literal["kept", "removed, spread as all hosts", "removed, spread as medium hosts"]


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


def in_block(tags: pd.DataFrame) -> pd.Series:
    """Whether each tag is one of the leading five."""
    return tags["rank"] <= LEADING


def part_of_medium(clones: Spread, tags: pd.DataFrame, answering: float) -> float:
    """Which part of the medium hosts of a country are the block, at its largest?

    All five tags are of medium models. Where the block lies is not published: any rule takes the
    same part from every country.

    Parameters
    ----------
    clones
        Whether the block is taken out, and how it is spread over countries.
    tags
        The table ``tenthe_model_tags``.
    answering
        All hosts that answered.
    """
    if clones == "kept":
        return 0.0
    spread_as = answering if clones.endswith("as all hosts") else tags["answering_hosts"].max()
    return Block.largest(tags).hosts / float(spread_as)


def with_block_tags(rows: pd.DataFrame, tags: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The rows of another table with ``block_tags``, the number of leading tags in each.

    Parameters
    ----------
    rows
        One row a kind of model, such as a family or a size.
    tags
        The tags, with the kind of each.
    kind
        The column of both that holds the kind.

    Examples
    --------
    >>> import pandas as pd
    >>> tags = pd.DataFrame({"rank": [1, 2, 6], "family": ["llama", "llama", "qwen2"]})
    >>> rows = pd.DataFrame({"family": ["llama", "qwen2"]})
    >>> with_block_tags(rows, tags, "family")["block_tags"].tolist()
    [2.0, 0.0]
    """
    held = tags.loc[in_block(tags), kind].value_counts()
    return rows.assign(block_tags=rows[kind].map(held).fillna(0.0))


def without_part(rows: pd.DataFrame, block: Block, part: float) -> pd.DataFrame:
    """The rows with this part of the block taken out: its hosts once, its listings for each tag.

    Parameters
    ----------
    rows
        With ``answering_hosts``, ``tag_occurrences`` and ``block_tags``.
    block
        The block.
    part
        From 0, nothing of it, to 1, all of it.

    Examples
    --------
    >>> import pandas as pd
    >>> columns = ["answering_hosts", "tag_occurrences", "block_tags"]
    >>> rows = pd.DataFrame([[30, 70, 2], [9, 9, 0]], columns=columns)
    >>> without_part(rows, Block(10, 20), 0.5)[columns[:2]].to_numpy().tolist()
    [[25.0, 50.0], [9.0, 9.0]]
    """
    held = rows["block_tags"]
    return rows.assign(
        answering_hosts=rows["answering_hosts"] - part * block.hosts * (held > 0).astype(float),
        tag_occurrences=rows["tag_occurrences"] - part * block.listings * held,
    )


@remembered
def without_block(tags: pd.DataFrame) -> pd.DataFrame:
    """The tags without the largest block that they allow.

    Examples
    --------
    >>> import research
    >>> without_block(research.load("tenthe_model_tags"))["answering_hosts"].head(5).tolist()
    [2814.0, 2727.0, 1318.0, 23.0, 0.0]
    """
    held = tags.assign(block_tags=in_block(tags).astype(float))
    return without_part(held, Block.largest(tags), 1.0).drop(columns="block_tags")
