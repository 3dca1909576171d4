"""Collecting: ask for what is not kept yet, make the table, freeze it, clear away the pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.collect.hub.asking import Answer, CollectError, Hub
from research.collect.hub.columns import FIELDS
from research.collect.hub.describing import described
from research.collect.hub.expecting import Expected, expected
from research.collect.hub.pages import ROWS, Page, Pages
from research.collect.hub.queries import Query
from research.collect.hub.tables import Table, database, receive
from research.datasets import Dataset, read_descriptor, refuse_name
from research.datasets.files import literal
from research.places import unglobbed, workshop

if TYPE_CHECKING:
    import duckdb

MEMORY = "200MB"  # beyond it DuckDB works on the disk
LATEST = 366  # days after the beginning: whoever goes on with an old collection finds changes


class Ended(CollectError):
    """The listing has ended, early or without a model: to go on with it would give nothing."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where a collection goes: the folder of datasets, the version, and what becomes of the rest.

    ``version`` is by default the day (UTC) on which the collecting began. ``restart`` discards an
    unfinished collection; ``keep_pages`` moves the pages to ``into/.pages`` in place of deleting;
    ``accept_fewer`` freezes also a listing that ended before it held what was expected of it.
    """

    into: Path = Path("datasets")
    version: str | None = None
    restart: bool = False
    keep_pages: bool = False
    accept_fewer: bool = False


def collect(query: Query, hub: Hub, destination: Destination) -> Dataset:
    """Take new data from the Hub into a frozen version of a dataset.

    Parameters
    ----------
    query
        What is asked: :func:`top`, :func:`authors`, :func:`families` or :func:`census`.
    hub
        Whom, and how patiently.
    destination
        Where to.

    Returns
    -------
    Dataset
        The version ``into/NAME/VERSION``, whole: it exists from one moment to the next. Pages lie
        in ``into/.collecting/NAME`` until then and are deleted afterwards.

    Raises
    ------
    CollectError
        If the Hub gives no usable answer or fewer rows than expected, the disk is full, the version
        exists, or an unfinished collection of another query lies there. The pages so far are kept;
        the same call goes on.
    """
    pages = Pages(destination.into / ".collecting" / query.dataset)
    if "?" in str(pages.folder.absolute()):  # DuckDB takes it for the beginning of options
        raise CollectError(
            f"The path of {destination.into} holds a question mark, and the database that makes "
            "the table cannot work in such a folder. Name another with --out."
        )
    with pages.alone():
        noted = _noted(query, hub, destination, pages)
        folder = destination.into / query.dataset / str(noted["version"])
        if not folder.exists():  # else a run was killed between freezing and clearing away
            try:
                _take(query, hub, pages)
                _refuse_nothing(query, pages)
                _freeze(query, pages, noted, folder, destination)
            except Ended:
                raise
            except CollectError as error:
                raise CollectError(f"{error}\n{standing(query, destination)}") from None
        kept = destination.into / ".pages" / query.dataset / folder.name
        pages.finish(kept if destination.keep_pages else None)
        return read_descriptor(folder)


def standing(query: Query, destination: Destination) -> str:
    """What is kept of an unfinished collection, and how to go on."""
    pages = Pages(destination.into / ".collecting" / query.dataset)
    return (
        f"{_amount(pages)} are kept in {pages.folder}, and nothing else was written. "
        "Run the same command again to go on from there."
    )


# Beginning ----------------------------------------------------------------------------------------


def _noted(query: Query, hub: Hub, destination: Destination, pages: Pages) -> dict[str, Any]:
    """What was noted when the collection began, which is now or when a killed run did."""
    asked = {"option": query.option, "starts": list(query.starts), "endpoint": hub.endpoint}
    noted = None if destination.restart else pages.began()
    dataset = destination.into / query.dataset
    same = noted is not None and noted["query"] == asked
    done = noted is not None and (dataset / str(noted["version"])).exists()
    if noted is None or (done and not same):
        return _begin(asked, destination.version, dataset, pages)
    if not same or destination.version not in (None, noted["version"]):
        raise CollectError(
            f"In {pages.folder} lies an unfinished collection that is not the one asked for: "
            f"{noted['query']['option']} from {noted['query']['endpoint']}, version "
            f"{noted['version']}, {_amount(pages)}. Finish it with the command that began it, or "
            "discard it with --restart."
        )
    return noted


def _begin(
    asked: dict[str, Any], version: str | None, dataset: Path, pages: Pages
) -> dict[str, Any]:
    began = datetime.now(UTC)
    version = version or f"{began:%Y-%m-%d}"
    refuse_name("version", version)
    if (dataset / version).exists():
        raise CollectError(
            f"{dataset / version} exists and stays as it is. Name another version, for example "
            f"--version {version}b."
        )
    noted = {"query": asked, "version": version, "began": _moment(began)}
    pages.begin(noted)
    return noted


def _amount(pages: Pages) -> str:
    kept = pages.kept()
    return f"{len(kept):,} pages with {sum(page.rows for page in kept):,} rows"


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


# Taking -------------------------------------------------------------------------------------------


def _take(query: Query, hub: Hub, pages: Pages) -> None:
    """Ask for every page that is not kept yet."""
    kept = list(takewhile(lambda page: page.start in query.starts, pages.kept()))
    pages.drop_after(len(kept))
    hub.watch.page(sum(page.rows for page in kept))
    last = kept[-1] if kept else None
    asked, brought = {page.address for page in kept}, {page.brings for page in kept}
    met = _met(query, (model for page in kept for model in pages.models(page)))
    while (place := _following(query, hub, last, len(met))) is not None:
        if place[1] in asked:
            raise CollectError(_NO_END)
        answer = hub.ask(place[1], by_id=query.by_id)
        page = _page(last, place, answer)
        if page.next is not None and page.brings in brought:
            raise CollectError(_NO_END)
        last = pages.keep(page, answer.body)
        asked.add(last.address)
        brought.add(last.brings)
        met |= _met(query, answer.models)
        hub.watch.page(last.rows)


_NO_END = (
    "The Hub names a page as the next one that brings what was taken before, so its listing has no "
    "end. Ask again later, or discard what is kept with --restart."
)


def _following(query: Query, hub: Hub, last: Page | None, met: int) -> tuple[str, str] | None:
    """What to ask for after a page, with its address; nothing where all is taken."""
    if query.count is not None and met >= query.count:
        return None
    if last is not None and last.next is not None:
        return last.start, last.next
    position = 0 if last is None else 1 + query.starts.index(last.start)
    if position == len(query.starts):
        return None
    start = query.starts[position]
    return start, query.address(hub.endpoint, start)


def _met(query: Query, models: Iterable[Any]) -> set[str]:
    """Which models of a top list were met; a census needs none of them in memory."""
    if query.count is None:
        return set()
    return {str(model["_id"]) for model in models if _is_named(model)}


def _is_named(model: Any) -> bool:
    names = (model.get("_id"), model.get("id")) if isinstance(model, dict) else (None,)
    return all(isinstance(name, str) and name for name in names)


def _brings(models: Iterable[Any]) -> str:
    """The same for two pages of the same models, whatever else is said of them."""
    names = [str(model.get("_id")) if isinstance(model, dict) else "" for model in models]
    return hashlib.sha256("\n".join(sorted(names)).encode(errors="replace")).hexdigest()[:32]


def _page(last: Page | None, place: tuple[str, str], answer: Answer) -> Page:
    return Page(
        number=1 if last is None else last.number + 1,
        start=place[0],
        address=place[1],
        next=answer.next,
        status=answer.status,
        rows=len(answer.models),
        requests=answer.requests,
        taken_at=_moment(datetime.now(UTC)),
        brings=_brings(answer.models),
    )


def _refuse_nothing(query: Query, pages: Pages) -> None:
    """Answers without a single model are not worth going on from."""
    if not any(page.rows for page in pages.kept()):
        pages.finish(None)
        raise Ended(
            f"The Hub gave no model at all for {query.option}, so there is nothing to freeze. "
            "Check HF_ENDPOINT and the names asked for."
        )


# Freezing -----------------------------------------------------------------------------------------


def _freeze(
    query: Query, pages: Pages, noted: dict[str, Any], folder: Path, destination: Destination
) -> None:
    hoped = expected(query, destination.into)
    with _table(query, pages, noted["began"][:10]) as taken:
        came = taken.came_of()
        _refuse_fewer(hoped, came, pages, accepted=destination.accept_fewer)
        try:
            taken.freeze(folder, described(query, noted, pages.kept(), came, hoped))
        except OSError as error:
            raise CollectError(
                f"The dataset could not be written to {folder}: {error.strerror}. Make room on "
                "that disk."
            ) from None


@contextmanager
def _table(query: Query, pages: Pages, as_of: str) -> Iterator[Table]:
    """The table of the kept pages; what it needs on the disk is gone afterwards."""
    import duckdb

    parent = pages.folder.parent
    try:
        with (
            workshop(parent, f".{pages.folder.name}.table-") as folder,
            database(folder, memory_limit=MEMORY, threads=2) as engine,
        ):
            last = f"DATE '{as_of}' + {LATEST}"
            receive(engine, query, _rows(engine, query, pages), as_of=as_of, last=last)
            yield Table(engine, query, folder)
    except duckdb.Error as error:
        raise CollectError(
            f"The table could not be made from the pages: {error}\nWhere the disk of {parent} is "
            "full, make room on it."
        ) from None


def _rows(engine: duckdb.DuckDBPyConnection, query: Query, pages: Pages) -> str:
    """SQL of every row of every page."""
    kept = pages.kept()
    engine.execute("CREATE TABLE asked (number INTEGER, requested VARCHAR)")
    if query.by_id:
        asked = [(page.number, page.start) for page in kept]
        engine.executemany("INSERT INTO asked VALUES (?, ?)", asked)
    files = ", ".join(literal(unglobbed(pages.rows(page.number))) for page in kept if page.rows)
    shape = "unstructured" if query.by_id else "array"
    fields = json.dumps(dict.fromkeys(FIELDS, "JSON"))
    return f"""
        SELECT number, requested, json_type(json) AS kind, unnest(json_transform(json, '{fields}'))
        FROM (
            SELECT regexp_extract(filename, '([0-9]+).{ROWS}$', 1)::INTEGER AS number, json
            FROM read_json_objects([{files}], format = '{shape}', filename = true)
        ) LEFT JOIN asked USING (number)
    """


def _refuse_fewer(hoped: Expected, came: dict[str, Any], pages: Pages, *, accepted: bool) -> None:
    """A listing that ended early must not pass for a whole one."""
    if not came["rowsKept"]:
        raise CollectError(f"None of the {came['rowsReceived']:,} rows names a model: no table.")
    if came["rowsKept"] >= hoped.least or accepted:
        return
    raise Ended(
        f"The Hub's listing ended after {came['rowsKept']:,} models; expected were {hoped.rows:,} "
        f"({hoped.why}). Nothing was frozen, and {_amount(pages)} are kept in {pages.folder}. Ask "
        "anew with --restart, or freeze what there is with --accept-fewer."
    )
