"""What can be asked of the Hub: four queries, each with the dataset that it fills."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from research.collect.hub.asking import CollectError
from research.collect.hub.columns import FIELDS

PAGE = 1_000  # rows; the Hub's default and its most
# Every field that becomes a column. Others (cards, files) would make a row a hundred times as long.
EXPAND = tuple(sorted(FIELDS.keys() - {"_id", "id"}))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which rows become the table of ``dataset``, and in which order they are frozen.

    ``title`` may name the number of ``{rows}`` that came. ``order`` and ``first`` are of SQL, over
    the table's columns: of rows with the same ``key`` the first stays. ``count`` is how many rows
    there are at most; ``identified`` says whether the source tells the Hub's own identifiers.
    """

    dataset: str
    title: str
    order: str = "created_at, object_id"
    key: str = "object_id"
    first: str = "number, rowid"
    count: int | None = None
    identified: bool = True


@dataclass(frozen=True, kw_only=True)
class Query(Wanted):
    """What is asked of the Hub.

    ``starts`` are what listings are asked for, one after the other: authors, repositories, or one
    empty text where a single listing covers all.
    """

    option: str  # of the command line; it repeats the query
    starts: tuple[str, ...] = ("",)
    sort: str = "createdAt"
    by_id: bool = False

    def address(self, endpoint: str, start: str) -> str:
        """Where the first page of ``start`` is."""
        expand = [("expand", field) for field in EXPAND]
        if self.by_id:
            return f"{endpoint}/api/models/{quote(start)}?{urlencode(expand)}"
        asked = [("sort", self.sort), ("limit", str(min(PAGE, self.count or PAGE)))]
        author = [("author", start)] if start else []
        return f"{endpoint}/api/models?{urlencode([*asked, *author, *expand])}"


def top(count: int) -> Query:
    """The models with most downloads in the last 30 days.

    Examples
    --------
    >>> top(50).address("https://hub.example", "")[:58]
    'https://hub.example/api/models?sort=downloads&limit=50&exp'
    """
    if count < 1:
        raise CollectError(f"--top wants a whole number of at least 1, found {count}.")
    return Query(
        dataset="hub_top_models",
        option=f"--top {count}",
        title="The {rows:,} most downloaded Hugging Face models",
        sort="downloads",
        order="hub_downloads_30d DESC NULLS LAST, model_id, object_id",
        count=count,
    )


def authors(names: Iterable[str]) -> Query:
    """Every model of these accounts; what they create while it is taken may be missing."""
    wanted = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not wanted:
        raise CollectError("--authors names no account. Example: --authors Qwen,meta-llama.")
    return Query(
        dataset="hub_author_models",
        option=f"--authors {','.join(wanted)}",
        title=f"All Hugging Face models of {len(wanted):,} accounts",
        starts=wanted,
        order="author, created_at, object_id",
    )


def families(repositories: Iterable[str]) -> Query:
    """These repositories one by one, whatever has become of them.

    Examples
    --------
    >>> families(["Qwen/QwQ-32B", "Qwen/QwQ-32B"]).starts
    ('Qwen/QwQ-32B',)
    """
    wanted = tuple(dict.fromkeys(repositories))
    if not wanted:
        raise CollectError("The crosswalk names no repository, so there is nothing to ask for.")
    return Query(
        dataset="hub_family_models",
        option="--families",
        title="The Hugging Face repositories of the crosswalk's model families",
        starts=wanted,
        order="requested_id",
        key="requested_id",
        by_id=True,
    )


def census() -> Query:
    """Every public model, newest first: the order of creation does not move while one pages."""
    return Query(dataset="hub_models", option="--census", title="All public Hugging Face models")
