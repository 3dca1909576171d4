"""The weekly downloads of the study behind one claim, as a dataset: by country and age of models.

The study has published its data on the Hub (Longpre et al. 2025, arXiv:2512.03073). What is assumed
of its columns is checked when a file is read; what does not hold is refused with what was found.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.collect import countries
from research.collect.beside import PROFILE, beside, fields
from research.collect.hub.asking import fit
from research.collect.new_version import new_version_folder
from research.collect.parquet import reading
from research.datasets import Dataset, freeze
from research.datasets.files import literal, sha256
from research.places import unglobbed
from research.results import ResearchError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

NAME = "hub_evolution"
REPOSITORY = "mmpr/open_model_evolution_data"
FILE = "all_downloads_with_annotations.parquet"
REVISION = "bb3a4481d3910236cc4037c0f2e8f92d6699dc01"  # the one whose card was read
NEEDED = ("model", "time", "created", "downloadsAllTime")
GROUPS = ("merged_country_groups_single", "org_country_single")  # the study's coding; else codes
YOUNG = 365  # days: a model is new within a year of its creation
BIN = 7  # days: the label of a state is the beginning of a week
NOT_STATED = "not stated"  # the group of a publisher of whom the study says nothing
# Words by which a study may say so: such a publisher may be of any country, and is not of none.
SILENT = ("", "unknown", "not known", "not stated", "unspecified", "none", "null", "nan", "n/a")
MOST_UNREADABLE = 0.1  # of the rows
NAMED = 10  # groups that a refusal names
TOGETHER = re.compile(r"\s*[|;,/]\s*")  # between the countries of a group
LEFT_OUT = {
    "unnamed": "no model is named",
    "undated": "no day can be read in time",
    "uncounted": "downloadsAllTime is no number, or below zero",
}

# Of one model and week the largest total counts: a later reading of the same week.
TYPED = """
    SELECT nullif(trim(model::VARCHAR), '') AS model, try_cast(time::VARCHAR AS TIMESTAMP)::DATE
        AS week, try_cast(created::VARCHAR AS TIMESTAMP)::DATE AS created,
        try_cast("downloadsAllTime" AS DOUBLE) AS total,
        CASE WHEN coalesce(lower(trim({group}::VARCHAR)), '') IN {silent} THEN '{missing}'
            ELSE trim({group}::VARCHAR) END AS publisher_group
    FROM {file}
"""
UNREADABLE = """
    SELECT count(*), count(*) FILTER (model IS NULL),
        count(*) FILTER (model IS NOT NULL AND week IS NULL),
        count(*) FILTER (model IS NOT NULL AND week IS NOT NULL AND NOT coalesce(total >= 0, false))
    FROM typed
"""
STATES = """
    CREATE TABLE states AS
    SELECT model, week, any_value(created ORDER BY total DESC) AS created, max(total) AS total,
        any_value(publisher_group ORDER BY total DESC) AS publisher_group
    FROM typed WHERE model IS NOT NULL AND week IS NOT NULL AND total >= 0 GROUP BY model, week
"""
# A model that was made after the state before has gained all that it has; what an older one had
# gained before it was first seen is not known.
GAINS = f"""
    CREATE TABLE gains AS
    WITH weeks AS (
        SELECT week, lag(week) OVER (ORDER BY week) AS before
        FROM (SELECT DISTINCT week FROM states)
    ), moved AS (
        SELECT states.*, before, lag(total) OVER of_model AS earlier,
            lag(week) OVER of_model AS seen
        FROM states JOIN weeks USING (week) WINDOW of_model AS (PARTITION BY model ORDER BY week)
    )
    SELECT model, week, publisher_group, coalesce(earlier, 0) AS earlier, total,
        seen IS NOT NULL OR created > before AS is_known, seen = before AS is_next,
        CASE WHEN created IS NULL OR created > week + {BIN} THEN 'not known'
            WHEN week - created <= {YOUNG} THEN 'within a year' ELSE 'older' END AS age
    FROM moved WHERE before IS NOT NULL
"""
WEEKLY = """
    SELECT week, publisher_group, age,
        coalesce(sum(greatest(total - earlier, 0)) FILTER (is_known), 0)::BIGINT AS downloads,
        coalesce(sum(greatest(earlier - total, 0)) FILTER (is_known), 0)::BIGINT AS fallen,
        count(*) FILTER (is_known) AS models, count(*) FILTER (NOT is_known) AS first_seen,
        bool_and(is_repeated) AS repeated
    FROM gains JOIN (
        SELECT week, coalesce(bool_and(total = earlier) FILTER (is_next), false) AS is_repeated
        FROM gains GROUP BY week
    ) USING (week) GROUP BY week, publisher_group, age ORDER BY week, publisher_group, age
"""


def freeze_evolution(path: Path, *, into: Path = Path("datasets")) -> Dataset:
    """Freeze the data of the study as a version of ``hub_evolution``.

    Parameters
    ----------
    path
        Its Parquet file: one row a model and week, with the columns of :data:`NEEDED` (the total of
        all downloads until then) and a column of :data:`GROUPS` with the publisher's country.
    into
        The folder of datasets.

    Returns
    -------
    Dataset
        Its version is the last week. No model is named in it: a row is what the models of one
        group of publishers and one age gained in a week.

    Raises
    ------
    ResearchError
        The file is damaged or lacks columns, more than one row in ten cannot be read, it holds
        fewer than two weeks, or no group of publishers is China or the US. Nothing is written then.
    """
    with reading(path, "the data of the study") as (engine, _):
        _open(engine, path)
        left_out = _left_out(engine, path)
        engine.execute(STATES)
        engine.execute(GAINS)
        frame = _weekly(engine, path)
    version = f"{frame['week'].max():%Y-%m-%d}"
    folder = new_version_folder(into, NAME, version)
    return freeze(folder, {NAME: frame}, descriptor=_descriptor(path, version, frame, left_out))


def downloaded(revision: str = REVISION, *, to: Path, endpoint: str | None = None) -> Path:
    """The file of the study, from the Hub at a revision.

    Parameters
    ----------
    revision
        A commit of the repository; a name that moves (``main``) does not say what was read.
    to
        The folder that it is put into.
    endpoint
        The address of the Hub, by default the one that its client is set to.

    Raises
    ------
    ResearchError
        The Hub cannot be reached, or has no such revision or file.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    if not re.fullmatch(r"[0-9a-f]{40}", revision):
        raise ResearchError(
            f"--revision wants a commit of 40 hexadecimal digits, found '{fit(revision)}'. The "
            "repository's history shows them."
        )
    try:
        return Path(
            hf_hub_download(
                REPOSITORY,
                FILE,
                repo_type="dataset",
                revision=revision,
                local_dir=str(to),
                endpoint=endpoint,
            )
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        first = str(error).strip().partition("\n")[0]
        raise ResearchError(
            f"{FILE} of the Hub's dataset {REPOSITORY} at {revision} could not be had "
            f"({fit(first)}). See that the Hub can be reached and that the revision is right, or "
            "give the file itself: research collect evolution FILE."
        ) from None


# The file -----------------------------------------------------------------------------------------


def _open(engine: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The view ``typed``: one row a model and week, as far as it can be read."""
    file = f"read_parquet({literal(unglobbed(path))}, hive_partitioning = false)"
    names = [name for name, *_ in engine.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()]
    group = next((name for name in GROUPS if name in names), None)
    lacking = [name for name in NEEDED if name not in names]
    if group is None:
        lacking.append(" or ".join(GROUPS))
    if lacking:
        raise ResearchError(
            f"{path} is not the file of weekly downloads: it lacks {', '.join(lacking)}. Found "
            f"{fit(', '.join(sorted(names)))}. Take {FILE} of {REPOSITORY}."
        )
    typed = TYPED.format(group=group, file=file, missing=NOT_STATED, silent=SILENT)
    engine.execute(f"CREATE VIEW typed AS {typed}")


def _left_out(engine: duckdb.DuckDBPyConnection, path: Path) -> dict[str, int]:
    """How many rows cannot be read, by reason; refused where they are many."""
    (rows, *counts) = engine.execute(UNREADABLE).fetchall()[0]
    problems = {LEFT_OUT[key]: n for key, n in zip(LEFT_OUT, counts, strict=True) if n}
    if sum(counts) > MOST_UNREADABLE * rows or not rows:
        tally = "; ".join(f"{reason} ({n:,})" for reason, n in problems.items()) or "no row"
        raise ResearchError(
            f"{path}: of {rows:,} rows {sum(counts):,} cannot be read: {tally}. Expected one row a "
            "model and week: model, a day in time, and the total of all downloads until then."
        )
    return problems


def _weekly(engine: duckdb.DuckDBPyConnection, path: Path) -> pd.DataFrame:
    """What each group of publishers gained in each week."""
    frame = engine.execute(WEEKLY).df()
    if frame.empty:
        raise ResearchError(f"{path} holds one week, expected two or more: a gain needs both ends.")
    groups = {text: _countries(text) for text in frame["publisher_group"].unique()}
    if not {"CN", "US"} <= set(groups.values()):
        raise ResearchError(
            f"{path}: no group of publishers is China, or none the US. Found "
            f"{fit(', '.join(sorted(groups)[:NAMED]))}. Another column may hold the countries."
        )
    frame.insert(2, "country", frame["publisher_group"].map(groups))
    return frame.astype({"week": "datetime64[s]", "publisher_group": "str", "country": "str"})


def _countries(group: str) -> str:
    """The countries that a group names, such as ``"CN|US"``; empty where it is no countries."""
    codes = [_code(part) for part in TOGETHER.split(group) if part]
    return "" if None in codes else "|".join(sorted({code for code in codes if code}))


def _code(text: str) -> str | None:
    try:
        return countries.code(text)
    except countries.UnclearCountry:
        return None


# The descriptor -----------------------------------------------------------------------------------


def _descriptor(
    path: Path, version: str, frame: pd.DataFrame, left_out: dict[str, int]
) -> dict[str, Any]:
    first, weeks = f"{frame['week'].min():%Y-%m-%d}", frame["week"].nunique()
    title = f"Weekly downloads of models by country of the publisher, {first} to {version}"
    tally = "; ".join(f"{reason} ({n:,})" for reason, n in left_out.items())
    left = [f"Rows left out: {tally}."] if tally else []
    return {
        "$schema": PROFILE,
        "name": NAME,
        "title": title,
        "description": f"{title}: {weeks} weeks of the data of Longpre et al. (2025), reduced to "
        "groups of publishers and the age of models.",
        "version": version,
        "licenses": [
            {"name": "LicenseRef-study", "title": "Facts of the study; the licence of its data "
             "applies to the compilation and is not known here: see the repository's card"}
        ],
        "sources": [
            {"title": "Longpre et al. (2025), data of the study",
             "path": f"https://huggingface.co/datasets/{REPOSITORY}", "file": path.name,
             "hash": sha256(path)},
        ],
        "citation": f"Longpre et al. (2025), arXiv:2512.03073; their data {REPOSITORY}, weeks "
        f"{first} to {version}, reduced with modelometrics.",
        "knownLimitations": [*left, *beside(__file__)["limitations"]],
        "collection": {"file": path.name, "weeks": weeks, "problems": left_out},
        "resources": [_resource()],
    }  # fmt: skip


def _resource() -> dict[str, Any]:
    stated = beside(__file__)
    return {
        "name": NAME,
        "type": "table",
        "title": "Weekly downloads by group of publishers and age of models",
        "description": "One row a week, group and age.",
        "schema": {
            "fields": fields(stated, stated["columns"]),
            "primaryKey": ["week", "publisher_group", "age"],
            "missingValues": [""],
        },
    }
