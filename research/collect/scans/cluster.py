"""Spark, on this machine or on a cluster; the extra ``spark`` and Java 17.

Where the work is done changes nothing but the reading of records: the same text of SQL counts. A
cluster is named by ``--spark-master`` (``spark://host:7077``, ``yarn``, ``k8s://...``) or, with
Spark Connect, by the variable SPARK_REMOTE (``sc://host``); its settings come from Spark's own
configuration. The files must be where the workers find them under the same path. On a cluster the
secret travels to the workers as one row of a table, encrypted if ``spark.network.crypto.enabled``
and ``spark.io.encryption.enabled`` are set; it is in no plan, log or event log.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.collect.scans.engine import Dialect, observation
from research.collect.scans.files import is_table
from research.collect.scans.naming import column, empty, json_path, value_for_all
from research.collect.scans.record import FIELDS, LONGEST_RECORD
from research.results import ResearchError

if TYPE_CHECKING:
    import pandas as pd

BODY = (
    "STRUCT<models: ARRAY<STRUCT<name: STRING, digest: STRING, remote_host: STRING, "
    "remote_model: STRING, details: STRUCT<family: STRING, parameter_size: STRING, "
    "quantization_level: STRING>>>>"
)
RECORD = ", ".join(f"{name} STRING" for name in FIELDS)
# Whatever is nested in fields that nobody reads; the length of a record is limited.
LIMITS = f"map('maxNestingDepth', '{LONGEST_RECORD}', 'maxStringLen', '{LONGEST_RECORD}')"
# The models of a body; none where it holds ``null``, of which only its keys tell.
MODELS = f"""coalesce(from_json(tags, '{BODY}', {LIMITS}).models,
    CASE WHEN array_contains(json_object_keys(tags), 'models')
        AND get_json_object(tags, '$.models') IS NULL THEN array() END)"""
BYTE_ORDER_MARK = "\ufeff"

WIDE = "DECIMAL(38, 0)"

WORDS = Dialect(
    text="coalesce({}, '')",
    sha256="sha2({}, 256)",
    matches="({} RLIKE '{}')",
    fingerprint=lambda columns: f"(xxhash64({columns}) & {2**63 - 1})",
    microseconds=lambda text: f"unix_micros(try_cast({text} AS TIMESTAMP))",
    each=lambda items, made: f"transform({items}, m -> {made})",
    greatest="array_max({})",
    total=f"aggregate({{}}, CAST(0 AS {WIDE}), (sum, n) -> CAST(sum + n AS {WIDE}))",
    explode="explode({})",
    size="size({})",
    distinct="array_distinct({})",
)


class Cluster:
    """Spark with what memory cannot hold below ``folder`` (of each worker, on a cluster)."""

    words = WORDS

    def __init__(self, folder: Path, master: str | None) -> None:
        with warnings.catch_warnings():
            # Spark warns of pandas 3, of which only rows that Spark gives become frames here.
            warnings.simplefilter("ignore")
            try:
                from pyspark.errors import PySparkException
                from pyspark.sql import SparkSession
            except ModuleNotFoundError:
                raise ResearchError(
                    "Spark is not installed. Install the extra (pip install "
                    "'modelometrics[spark]') and Java 17, or leave out --engine spark: DuckDB "
                    "makes the same tables."
                ) from None
            self._failure = PySparkException
            self._session = _session(SparkSession.builder, folder, master)
        self._session.conf.set("spark.sql.session.timeZone", "UTC")
        self._session.conf.set("spark.sql.ansi.enabled", "true")
        # A backslash is a backslash within a text of SQL, as for DuckDB.
        self._session.conf.set("spark.sql.parser.escapedStringLiterals", "true")
        # Spark loses track of the columns of a union of computed tables when it infers from them.
        self._session.conf.set("spark.sql.constraintPropagation.enabled", "false")

    def read(
        self,
        files: Sequence[Path],
        names: Mapping[str, str],
        secret: str,
        watch: Callable[[float], None],
    ) -> None:
        _refuse_hidden(files)
        lines = [str(path) for path in files if not is_table(path)]
        sources = [self._lines(lines, names)] if lines else []
        tables = [path for path in files if is_table(path)]
        sources += [self._table(number, path, names) for number, path in enumerate(tables)]
        # As a row of a table, not as text of the query: plans and event logs hold the latter.
        self._session.createDataFrame([(secret,)], "key STRING").createOrReplaceTempView("secret")
        fields = " UNION ALL ".join(_fields(source, names) for source in sources)
        rows = observation(self.words, fields, "key")
        query = f"SELECT *, monotonically_increasing_id() AS record FROM ({rows}) AS rows"
        self.keep("observations", query)
        watch(1.0)

    def forget(self) -> None:
        self._session.catalog.dropTempView("observations")

    def keep(self, name: str, query: str) -> None:
        # Computed now and without its history: plans that hold each other would grow without end.
        frame = self._done(lambda: self._ask(query).localCheckpoint())
        frame.createOrReplaceTempView(name)

    def frame(self, query: str) -> pd.DataFrame:
        import pandas as pd

        asked = self._ask(query)
        rows = self._done(asked.collect)
        return pd.DataFrame([tuple(row) for row in rows], columns=asked.columns)

    def _done(self, task: Callable[[], Any]) -> Any:
        """Spark's own message could quote a record: it ends here."""
        try:
            return task()
        except self._failure as error:
            kind = type(error).__name__
        raise ResearchError(_refusal(kind))

    def close(self) -> None:
        self._session.stop()

    def _ask(self, query: str) -> Any:
        return self._session.sql(query)

    def _lines(self, files: Sequence[str], names: Mapping[str, str]) -> str:
        self._literal().text(list(files)).createOrReplaceTempView("lines")
        value = "CASE WHEN NOT long AND is_valid_utf8(value) THEN value END"
        own = all(field == name for field, name in names.items())
        looked_at = f"""
            SELECT trim(LEADING '{BYTE_ORDER_MARK}' FROM value) AS value,
                octet_length(value) > {LONGEST_RECORD} AS long
            FROM lines WHERE trim(value) <> ''
        """
        if not own:
            return f"SELECT {_picked(value, names)}, long FROM ({looked_at})"
        parsed = f"from_json({value}, '{RECORD}', {LIMITS})"
        return f"SELECT parsed.*, long FROM (SELECT {parsed} AS parsed, long FROM ({looked_at}))"

    def _table(self, number: int, path: Path, names: Mapping[str, str]) -> str:
        frame = self._done(lambda: self._literal().parquet(str(path)))
        frame.createOrReplaceTempView(f"table{number}")
        texts = {field: column(name, frame.columns, "`") for field, name in names.items()}
        tags = texts.pop("tags")
        kind = self._ask(f"SELECT {tags} AS tags FROM table{number}").dtypes[0][1]
        tags = tags if kind in ("string", "varchar(1)") else f"to_json({tags})"
        columns = ", ".join(f"CAST({text} AS STRING) AS {field}" for field, text in texts.items())
        return f"SELECT {columns}, CAST({tags} AS STRING) AS tags, false AS long FROM table{number}"

    def _literal(self) -> Any:
        """A reader of the files that are named, and of no others whose names are alike."""
        return self._session.read.option("__globPaths__", "false")


def _picked(value: str, names: Mapping[str, str]) -> str:
    """SQL: the fields of a whole object; a line that is none has no keys."""
    whole = f"CASE WHEN json_object_keys({value}) IS NOT NULL THEN value END"
    return ", ".join(
        f"{value_for_all(name) or f'get_json_object({whole}, {chr(39)}{json_path(name)}{chr(39)})'}"
        f" AS {field}"
        for field, name in names.items()
    )


def _refuse_hidden(files: Sequence[Path]) -> None:
    """Spark passes over such files without a word, or cannot open them."""
    for path in files:
        if path.name.startswith((".", "_")) or ":" in path.name:
            raise ResearchError(
                f"Spark does not read {path}: its name begins with a dot or an underscore, or has "
                "a colon. Rename it, or leave out --engine spark: DuckDB reads it."
            )


def _session(builder: Any, folder: Path, master: str | None) -> Any:
    """The session: a cluster's where one is named, else one of this machine without a web page."""
    if master is None and "SPARK_REMOTE" in os.environ:
        return builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
    builder = builder.appName("aggregate scans")
    if master is not None:
        return builder.master(master).getOrCreate()
    # Otherwise the first python3 on the path, which may be another version than this one.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    options = {
        "spark.ui.enabled": "false",
        "spark.io.encryption.enabled": "true",  # the secret is in no file, not even for a moment
        "spark.local.dir": str(folder / "local"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }
    for name, value in options.items():
        builder = builder.config(name, value)
    return builder.master("local[2]").getOrCreate()


def _fields(source: str, names: Mapping[str, str]) -> str:
    """The fields of the records; a body can be an object or the text of one."""
    return f"""
        SELECT *, {MODELS} AS models,
            tags IS NOT NULL AS answered, {empty(names)} AS broken, false AS again,
            CAST(NULL AS STRING) AS filename
        FROM ({source}) CROSS JOIN secret
    """


def _refusal(kind: str) -> str:
    return (
        f"Spark could not finish ({kind}; its own message is not shown, because it could quote a "
        "record). Check that every file is whole (JSON lines, plain, .gz or .zst, or Parquet) and "
        "that the workers find it under this path."
    )
