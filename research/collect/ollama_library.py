"""Saved files of the public Ollama library as a version of the dataset ``ollama_library``.

A version holds the tables that its files can fill, in the form of the bundled ones. Nothing is
asked of a network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.collect.beside import PROFILE, beside, fields
from research.collect.new_version import new_version_folder
from research.collect.ollama_dumps import Dump, Row, read
from research.datasets import Dataset, freeze
from research.datasets.files import PANDAS_TYPES, sha256

if TYPE_CHECKING:
    import pandas as pd

NAME = "ollama_library"
PANDAS = PANDAS_TYPES | {"date": "datetime64[s]"}


def freeze_files(
    paths: Sequence[Path], *, as_of: str | None = None, into: Path = Path("datasets")
) -> Dataset:
    """Freeze saved files of the Ollama library as a version of ``ollama_library``.

    Parameters
    ----------
    paths
        Files of the kinds named above; the pages of one day may be several files.
    as_of
        Day (YYYY-MM-DD) on which the pages were saved; a registry dump and a series say their own.
    into
        The folder of datasets.

    Returns
    -------
    Dataset
        Its version is the last day in the files.

    Raises
    ------
    ResearchError
        If a file is none of these kinds or cannot be read, if a day is missing, or if the version
        exists. Nothing is written then.
    """
    dumps = [read(path, as_of=as_of) for path in paths]
    frames = {
        table: frame
        for table in beside(__file__)["tables"]
        if len(frame := _frame(table, (row for dump in dumps for row in dump.rows.get(table, []))))
    }
    days = [frame.iloc[:, 0].max() for frame in frames.values()]
    version = f"{max(days):%Y-%m-%d}"
    return freeze(
        new_version_folder(into, NAME, version),
        frames,
        descriptor=_descriptor(dumps, version, list(frames)),
    )


def _frame(table: str, rows: Iterable[Row]) -> pd.DataFrame:
    """Rows of all files; of a name that stands twice on a day, the first filled value of each."""
    import pandas as pd

    schema = resource(table)["schema"]
    types = {field["name"]: PANDAS[field["type"]] for field in schema["fields"]}
    frame = pd.DataFrame(list(rows), columns=list(types), dtype=object)
    once = frame.groupby(schema["primaryKey"], sort=False, as_index=False).first()[list(types)]
    day = schema["primaryKey"][0]
    return once.assign(**{day: pd.to_datetime(once[day])}).astype(types)


def resource(table: str) -> dict[str, Any]:
    """The table's part of a descriptor, as every version has it."""
    stated = beside(__file__)
    title, key, columns = (stated["tables"][table][what] for what in ("title", "key", "columns"))
    schema = {"fields": fields(stated, columns), "primaryKey": key, "missingValues": [""]}
    return {"name": table, "type": "table", "title": title, "schema": schema}


def _descriptor(dumps: Sequence[Dump], version: str, tables: list[str]) -> dict[str, Any]:
    problems = sum((dump.problems for dump in dumps), Counter[str]())
    return {
        "$schema": PROFILE,
        "name": NAME,
        "title": f"The Ollama library, {version}",
        "description": "What saved files of the public Ollama library showed: "
        f"{', '.join(resource(table)['title'].lower() for table in tables)}.",
        "version": version,
        "licenses": [
            {
                "name": "LicenseRef-facts",
                "title": "Facts that the public pages show; the licence of whoever published a "
                "dump applies to the dump",
            }
        ],
        "sources": [
            {"title": "The public Ollama library", "path": "https://ollama.com/library",
             "file": dump.path.name, "hash": sha256(dump.path)}
            for dump in dumps
        ],
        "citation": f"The Ollama library, public pages as of {version} (dataset {NAME}, version "
        f"{version}), read with modelometrics.",
        "knownLimitations": [*_left_out(dumps, problems), *beside(__file__)["limitations"]],
        "collection": {"problems": dict(sorted(problems.items()))},
        "resources": [resource(table) for table in tables],
    }  # fmt: skip


def _left_out(dumps: Sequence[Dump], problems: Counter[str]) -> list[str]:
    outside = sum(dump.outside for dump in dumps)
    tally = "; ".join(f"{reason} ({count:,})" for reason, count in sorted(problems.items()))
    sentences = {
        f"{outside} entries of the pages are not names of the library (they belong to accounts) "
        "and were left out.": outside,
        f"Records that could not be read and were left out: {tally}.": tally,
    }
    return [sentence for sentence, needed in sentences.items() if needed]
