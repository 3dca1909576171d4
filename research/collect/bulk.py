"""A downloaded table of Hub models (Parquet) in the form that ``research collect hub`` gives.

Daily and weekly snapshots of the whole Hub are published as Parquet files; one is fetched with the
Hub's own client, for example ``hf_hub_download("cfahlgren1/hub-stats", "models.parquet",
repo_type="dataset", revision=COMMIT)``, and read here. Nothing is downloaded by this module. The
file is read by DuckDB as a stream, so that millions of rows need no more memory than thousands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.collect.hub.asking import fit
from research.collect.hub.describing import package_of
from research.collect.hub.queries import Wanted, census, top
from research.collect.hub.tables import Table, receive
from research.collect.new_version import new_version_folder
from research.collect.parquet import reading
from research.datasets import Dataset
from research.datasets.files import literal, sha256
from research.places import unglobbed
from research.results import ResearchError

if TYPE_CHECKING:
    import duckdb

NEEDED = ("id", "tags", "downloads", "pipeline_tag")  # together they are a table of models
TEXTS = ("author", "createdAt", "lastModified", "library_name", "pipeline_tag", "_id", "id")
SCORE = "trendingScore"
WHOLES = ("downloads", "downloadsAllTime", "likes", SCORE)
OBJECTS = ("baseModels", "safetensors", "gguf")
READABLE = {
    "tags": ("ARRAY", "a list of texts, or a text that holds such a list as JSON"),
    "downloads": ("UBIGINT", "whole numbers"),
}
MOMENT = (
    "The file states one day; its rows were asked for one after the other, and some may be a day "
    "older. Of a model that stands twice, the row changed last stays."
)
MOST_LATER = 0.001  # the share of rows whose change after the file's day is taken for a wrong date


def freeze_file(
    path: Path, *, as_of: str | None = None, most: int | None = None, into: Path = Path("datasets")
) -> Dataset:
    """Freeze a Parquet file of Hub models as a version of ``hub_models`` or ``hub_top_models``.

    Parameters
    ----------
    path
        A file with at least the columns ``id``, ``tags``, ``downloads`` and ``pipeline_tag``.
        Columns that it lacks are missing throughout.
    as_of
        Day on which the file was made (YYYY-MM-DD); by default what the file's own metadata say
        under ``as_of``.
    most
        Only so many models, those most downloaded in 30 days.
    into
        The folder of datasets.

    Returns
    -------
    Dataset
        Its version is the day; ``collection`` of its descriptor says what came of the rows.

    Raises
    ------
    ResearchError
        If the file is no whole Parquet table of models, the day is unknown or contradicts the
        file, or the version exists. Nothing is written then.
    """
    how: dict[str, Any] = {"threads": 1, "preserve_insertion_order": False}
    with reading(path, "a table of Hub models", **how) as (engine, made):
        absent = _open(engine, path)
        _refuse_unreadable(engine, path)
        day = _day(engine, path, as_of)
        wanted = _wanted(most, absent)
        folder = new_version_folder(into, wanted.dataset, day)
        receive(engine, wanted, "FROM fields", as_of=day, last=f"DATE '{day}'")
        table = Table(engine, wanted, made)
        return table.freeze(folder, _described(path, wanted, day, table.came_of(), absent))


# The file -----------------------------------------------------------------------------------------


def _open(engine: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    """The view ``fields``: JSON as the Hub would send it; and the fields that are absent."""
    file = literal(unglobbed(path))
    source = f"read_parquet({file}, file_row_number = true, hive_partitioning = false)"
    kinds = {n: k for n, k, *_ in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    lacking = [name for name in NEEDED if name not in kinds]
    if lacking:
        raise ResearchError(
            f"{path} is not a table of Hub models: it has no column {', '.join(lacking)}. Found "
            f"{', '.join(sorted(kinds.keys() - {'file_row_number'}))}. Take models.parquet."
        )
    fields = {
        **{name: f'to_json("{name}"::VARCHAR)' for name in TEXTS},
        **{name: _whole(name) for name in WHOLES},
        **{name: _structure(name, kinds.get(name, "")) for name in (*OBJECTS, "tags")},
        "gated": "CASE lower(gated::VARCHAR) WHEN 'false' THEN 'false'::JSON "
        "ELSE to_json(lower(gated::VARCHAR)) END",
    }
    selected = ", ".join(
        f'({sql if name in kinds else "NULL"})::JSON AS "{name}"' for name, sql in fields.items()
    )
    engine.execute(
        "CREATE VIEW fields AS "
        "SELECT file_row_number AS number, 'OBJECT' AS kind, NULL::VARCHAR AS requested, "
        f"{selected} FROM {source}"
    )
    return tuple(name for name in fields if name not in kinds)


def _whole(name: str) -> str:
    """A whole number, also one written with a point; whatever else it is stays, to be counted.

    A score is no count: it is rounded. Not a number is what some writers have for a missing one.
    """
    whole, number = f'try_cast("{name}" AS BIGINT)', f'try_cast("{name}" AS DOUBLE)'
    return (
        f"CASE WHEN isnan({number}) THEN NULL "
        f"WHEN {whole} = {number if name != SCORE else f'round({number})'} THEN to_json({whole}) "
        f'ELSE to_json("{name}"::VARCHAR) END'
    )


def _structure(name: str, kind: str) -> str:
    """A structure or list, or a text that holds one as JSON."""
    if kind != "VARCHAR":
        return f'to_json("{name}")'
    return f'CASE WHEN json_valid("{name}") THEN "{name}"::JSON ELSE to_json("{name}") END'


def _refuse_unreadable(engine: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Where no cell of a column can be read, it is written in another way than the Hub's."""
    for name, (kind, words) in READABLE.items():
        filled, readable, example = engine.execute(
            f"SELECT count({name}), count(*) FILTER (json_type({name}) = '{kind}'), "
            f"any_value(coalesce({name} ->> '$', {name}::VARCHAR)) FROM fields"
        ).fetchall()[0]
        if filled and not readable:
            raise ResearchError(
                f"{path}: the column {name} holds '{fit(str(example))}' and the like, expected "
                f"{words}. The file is whole; write that column anew."
            )


def _day(engine: duckdb.DuckDBPyConnection, path: Path, given: str | None) -> str:
    """The day of the file: given, or from its metadata; never a guess."""
    row = engine.execute(
        f"SELECT decode(value) FROM parquet_kv_metadata({literal(unglobbed(path))}) "
        "WHERE decode(key) = 'as_of'"
    ).fetchone()
    day = given or (row[0] if row else None)
    if day is None:
        named = re.search(r"\d{4}-\d{2}-\d{2}", str(path))
        hint = (
            f" Its path names {named[0]}: give --as-of {named[0]} if that is it." if named else ""
        )
        raise ResearchError(
            f"{path} does not say of which day it is. Give --as-of with the day on which it was "
            f"made, such as 2026-11-01 (the date of the commit it was downloaded from).{hint}"
        )
    try:
        day = date.fromisoformat(day).isoformat()
    except ValueError:
        raise ResearchError(
            f"--as-of wants a day such as 2026-11-01, found '{fit(day)}'."
        ) from None
    _refuse_later(engine, path, day)
    return day


def _refuse_later(engine: duckdb.DuckDBPyConnection, path: Path, day: str) -> None:
    """A file with changes after its day is of a later day; a single such row is one bad date."""
    later, last, dated = engine.execute(
        f"SELECT count(*) FILTER (day > DATE '{day}'), max(day), count(day) "
        "FROM (SELECT any_day(lastModified) AS day FROM fields)"
    ).fetchall()[0]
    if later > MOST_LATER * dated:
        raise ResearchError(
            f"{path} holds {later:,} of {dated:,} models that were changed after --as-of {day}, "
            f"the last on {last}. Give the day on which the file was made."
        )


# The table ----------------------------------------------------------------------------------------


def _wanted(most: int | None, absent: Sequence[str]) -> Wanted:
    """All models or the most downloaded ones; of one that stands twice, the row changed last."""
    query = top(most) if most else census()
    return Wanted(
        dataset=query.dataset,
        title=query.title,
        order=query.order.replace("object_id", "model_id"),
        key="model_id",
        first="last_modified DESC NULLS LAST, number",
        count=most,
        identified="_id" not in absent,
    )


def _described(
    path: Path, wanted: Wanted, day: str, came: dict[str, Any], absent: Sequence[str]
) -> dict[str, Any]:
    """The whole descriptor but for what freezing adds."""
    if not came["rowsKept"]:
        raise ResearchError(
            f"The file holds {came['rowsReceived']} rows and no model with a name: no table."
        )
    package = package_of(wanted, came, version=day, day=day)
    title, (licence,) = package["title"], package["licenses"]
    lacking = (
        f"The file has no {', '.join(absent)}: what follows from these fields is missing "
        "throughout."
    )
    compiled = f"{licence['title']}; the licence of the file's publisher applies to the compilation"
    return package | {
        "description": f"{title}, read from a downloaded Parquet file of the Hub's models.",
        "licenses": [licence | {"title": compiled}],
        "sources": [
            {"title": "Parquet file of the Hub's models", "asOf": day, "file": path.name,
             "hash": sha256(path)}
        ],
        "citation": f"{title} (dataset {wanted.dataset}, version {day}), read with modelometrics "
        f"from {path.name}; cite the publisher of that file as well.",
        "knownLimitations": [*([lacking] if absent else []), *package["knownLimitations"], MOMENT],
        "collection": package["collection"] | {"file": path.name, "absentColumns": list(absent)},
    }  # fmt: skip
