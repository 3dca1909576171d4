"""The embedded engine: DuckDB within this process, on files in a folder that vanishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import duckdb

from research.collect.scans.engine import Dialect, observation
from research.collect.scans.files import begins_with_mark, is_table, sql_path
from research.collect.scans.naming import column, empty, json_path, value_for_all
from research.collect.scans.record import AGAIN, BROKEN, FIELDS, LONG_RECORD, LONGEST_RECORD
from research.datasets.files import literal
from research.places import unglobbed
from research.results import ResearchError

if TYPE_CHECKING:
    import pandas as pd

# Of DuckDB's own pages, enough for some ten million records; with the interpreter and the reader's
# buffers a process of 600 MB.
MEMORY = "340MB"
THREADS = 2
PROGRESS = ("enable_progress_bar = true", "enable_progress_bar_print = false")
# The tables live for minutes: packing them, or making them safe from a power cut, is waste.
FLEETING = (
    "force_compression = 'uncompressed'",
    "checkpoint_threshold = '1TB'",
    "fsync_mode = NONE",
)
PAUSE = 0.5  # seconds between two looks at the progress

MODEL = (
    "STRUCT(name VARCHAR, digest VARCHAR, remote_host VARCHAR, remote_model VARCHAR, "
    "details STRUCT(family VARCHAR, parameter_size VARCHAR, quantization_level VARCHAR))"
)
BODY = f"STRUCT(models {MODEL}[])"
SHAPE = (
    '{"models": [{"name": "VARCHAR", "digest": "VARCHAR", "remote_host": "VARCHAR", '
    '"remote_model": "VARCHAR", "details": {"family": "VARCHAR", "parameter_size": "VARCHAR", '
    '"quantization_level": "VARCHAR"}}]}'
)
PLAIN_PATHS = "hive_partitioning = false"  # a folder named country=US is no column
# The reader of JSON has buffers of two objects: a longer line, and sometimes one of more than half
# of it, makes it refuse the file.
READER = (
    f"format = 'newline_delimited', ignore_errors = true, {PLAIN_PATHS}, "
    f"maximum_object_size = {LONGEST_RECORD // 2}"
)
Rows = Callable[[Sequence[Path]], str]  # SQL of the fields of the records of some files

# As many places as numbers: no number is there twice. Cheaper than to look each number up.
PLACE = "1::BIGINT << CAST(n % 62 AS INT)"

WORDS = Dialect(
    text="{}",
    sha256="sha256({})",
    matches="regexp_matches({}, '{}')",
    fingerprint=lambda columns: f"CAST(hash({columns}) >> 1 AS BIGINT)",
    microseconds=lambda text: f"epoch_us(try_cast({text} AS TIMESTAMPTZ))",
    each=lambda items, made: f"list_transform({items}, lambda m: {made})",
    greatest="list_max({})",
    total="list_sum({})",
    explode="unnest({})",
    size="len({})",
    distinct=(
        f"CASE WHEN bit_count(list_aggregate(list_transform({{0}}, lambda n: {PLACE}), 'bit_or')) "
        "= len({0}) THEN {0} ELSE list_distinct({0}) END"
    ),
)


class _Refused(ResearchError):
    """DuckDB would not do it."""

    def __init__(self, kind: str, memory: str) -> None:
        super().__init__(_refusal(kind, memory))


class Embedded:
    """DuckDB with its tables, and what memory cannot hold, below ``folder``."""

    words = WORDS

    def __init__(self, folder: Path, memory: str | None = None) -> None:
        self._folder = folder
        self._removal: Thread | None = None
        self._memory = memory or MEMORY
        options: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self._memory,
            "threads": THREADS,
            "temp_directory": str(folder / "spilled"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
        }
        self._connection = duckdb.connect(folder / "stages.duckdb", config=options)
        for setting in ("TimeZone = 'UTC'", *PROGRESS, *FLEETING):
            self._run(f"SET {setting}")
        self._run("PRAGMA disable_checkpoint_on_shutdown")

    def read(
        self,
        files: Sequence[Path],
        names: Mapping[str, str],
        secret: str,
        watch: Callable[[float], None],
    ) -> None:
        tables = [path for path in files if is_table(path)]
        with self._watched(watch):
            self._read_lines([path for path in files if path not in tables], names, f"'{secret}'")
            for number, path in enumerate(tables):
                with _naming(path):
                    self._observe(f"table{number}", self._table(path, names), f"'{secret}'")
        kept = sorted(self._folder.glob("*.observations"))
        numbered = " UNION ALL BY NAME ".join(
            f"SELECT *, file_row_number + {number << 40} AS record "
            f"FROM read_parquet({sql_path(path)}, file_row_number = true, {PLAIN_PATHS})"
            for number, path in enumerate(kept)
        )
        self._run(
            f"CREATE VIEW observations AS FROM ({numbered}) WHERE reason IS DISTINCT FROM '{AGAIN}'"
        )

    def _read_lines(self, files: Sequence[Path], names: Mapping[str, str], key: str) -> None:
        """All files at once, but those with a byte-order mark, which are read by lines."""
        marked = [path for path in files if begins_with_mark(path)]
        others = [path for path in files if path not in marked]
        rows = _objects if all(field == name for field, name in names.items()) else _named(names)
        if others:
            self._read_quickly(others, names, rows, key)
        for number, path in enumerate(marked):
            self._read_by_line(f"marked{number}", path, names, key)

    def _read_quickly(
        self, files: Sequence[Path], names: Mapping[str, str], rows: Rows, key: str
    ) -> None:
        """Where DuckDB refuses one of the files, each alone and that one by lines."""
        try:
            self._observe("lines", rows(files), key)
        except _Refused:
            for number, path in enumerate(files):
                try:
                    self._observe(f"lines{number}", rows([path]), key)
                except _Refused:
                    self._read_by_line(f"lines{number}", path, names, key)
        every = literal(f"{unglobbed(self._folder)}/lines*.observations")
        kept = f"read_parquet({every}, {PLAIN_PATHS})"
        again = self.frame(f"SELECT DISTINCT file FROM {kept}")["file"].dropna()
        if len(again):
            self._observe("texts", _texts([Path(path) for path in again]), key)

    def _read_by_line(self, name: str, path: Path, names: Mapping[str, str], key: str) -> None:
        with _naming(path):
            self._observe(name, _picked(_lines(path), names), key)
        self._write(f"refused-{name}", REFUSED_LINES)
        self._run("DROP TABLE refused; DROP TABLE refused_files")

    def forget(self) -> None:
        """Beside the work that follows: a disk can take its time for it."""
        self._removal = Thread(target=_remove, args=[list(self._folder.glob("*.observations"))])
        self._removal.start()

    def keep(self, name: str, query: str) -> None:
        self._run(f"CREATE TABLE {name} AS {query}")

    def frame(self, query: str) -> pd.DataFrame:
        return self._run(query).df()

    def close(self) -> None:
        self._connection.close()
        if self._removal:
            self._removal.join()

    def _observe(self, name: str, fields: str, key: str) -> None:
        self._write(name, observation(self.words, fields, key))

    def _write(self, name: str, rows: str) -> None:
        """Into a Parquet file beside the database: written in one pass, read by column."""
        path = literal(f"{self._folder}/{name}.observations")
        self._run(
            f"COPY ({rows}) TO {path} (FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false)"
        )

    @contextmanager
    def _watched(self, watch: Callable[[float], None]) -> Iterator[None]:
        """Tells the part that is done while the connection is busy."""
        done = Event()

        def look() -> None:
            while not done.wait(PAUSE):
                watch(max(self._connection.query_progress(), 0) / 100)

        thread = Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _table(self, path: Path, names: Mapping[str, str]) -> str:
        source = f"read_parquet({sql_path(path)}, {PLAIN_PATHS})"
        held = {row[0] for row in self._run(f"DESCRIBE FROM {source}").fetchall()}
        texts = {field: column(name, held, '"') for field, name in names.items()}
        tags = f"to_json({texts.pop('tags')})"
        columns = ", ".join(f"CAST({text} AS VARCHAR) AS {field}" for field, text in texts.items())
        return _parsed(f"SELECT {columns}, {tags} AS tags, NULL AS filename FROM {source}", names)

    def _run(self, query: str) -> duckdb.DuckDBPyConnection:
        """DuckDB's own message could quote a record: it ends here."""
        try:
            return self._connection.execute(query)
        except duckdb.Error as error:
            kind = type(error).__name__
        raise _Refused(kind, self._memory)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Whatever DuckDB refuses within is about this file."""
    try:
        yield
    except _Refused as refused:
        raise ResearchError(f"{path}: {refused}") from None


def _objects(files: Sequence[Path]) -> str:
    """Bodies that are objects, in one pass of the parser; of others only that they are there."""
    return f"""
        SELECT *, tags.models AS models, {empty()} AS broken, false AS long,
            tags IS NOT NULL AS answered, tags IS NOT NULL AND tags.models IS NULL AS again
        FROM {_fields(files, BODY)}
    """


def _texts(files: Sequence[Path]) -> str:
    """The records of these files of which the first reading could not tell."""
    parsed = _parsed(f"FROM {_fields(files, 'JSON')}")
    return f"FROM ({parsed}) WHERE answered AND (as_text OR models IS NULL OR no_models)"


def _fields(files: Sequence[Path], body: str) -> str:
    columns = ", ".join(f"{name}: '{body if name == 'tags' else 'VARCHAR'}'" for name in FIELDS)
    return f"read_json({_listed(files)}, columns = {{{columns}}}, filename = true, {READER})"


def _named(names: Mapping[str, str]) -> Rows:
    """The same where the files have other names for the fields."""
    return lambda files: _picked(
        f"SELECT json AS object FROM read_json_objects({_listed(files)}, {READER})", names
    )


def _listed(files: Sequence[Path]) -> str:
    return "[" + ", ".join(sql_path(path) for path in files) + "]"


def _lines(path: Path) -> str:
    """Objects of a file that DuckDB's reader of JSON refuses: lines too long are set apart.

    By one thread: of several none tells of a line that is longer than what each of them reads.
    """
    return f"""
        SELECT CASE WHEN json_valid(line) THEN CAST(line AS JSON) END AS object
        FROM read_csv({sql_path(path)}, columns = {{line: 'VARCHAR'}}, header = false,
            auto_detect = false, delim = '\x01', quote = '', escape = '', strict_mode = false,
            max_line_size = {LONGEST_RECORD}, ignore_errors = true, store_rejects = true,
            rejects_table = 'refused', rejects_scan = 'refused_files', rejects_limit = 0,
            parallel = false, {PLAIN_PATHS})
        WHERE trim(line) <> ''
    """


def _picked(objects: str, names: Mapping[str, str]) -> str:
    """The fields of whole objects."""
    texts = {
        field: value_for_all(name) or f"object ->> '{json_path(name)}'"
        for field, name in names.items()
    }
    value = value_for_all(names["tags"])
    texts["tags"] = f"to_json({value})" if value else f"object -> '{json_path(names['tags'])}'"
    columns = ", ".join(f"{text} AS {field}" for field, text in texts.items())
    return _parsed(f"SELECT {columns}, NULL AS filename FROM ({objects})", names)


def _parsed(source: str, names: Mapping[str, str] | None = None) -> str:
    """Bodies of any kind: objects, texts of objects, or neither; of ``null`` models there are 0."""
    return f"""
        SELECT * EXCLUDE (body), false AS again, false AS long,
            CASE WHEN no_models THEN [] ELSE json_transform(body, '{SHAPE}').models END AS models
        FROM (
            SELECT *, coalesce(json_type(body, '$.models') = 'NULL', false) AS no_models
            FROM (
                SELECT *, {empty(names)} AS broken,
                    coalesce(json_type(tags), 'NULL') <> 'NULL' AS answered,
                    coalesce(json_type(tags), 'NULL') = 'VARCHAR' AS as_text,
                    CASE WHEN json_type(tags) <> 'VARCHAR' THEN tags
                        WHEN json_valid(tags ->> '$') THEN CAST(tags ->> '$' AS JSON) END AS body
                FROM ({source})
            )
        )
    """


REFUSED_LINES = f"""
    SELECT CASE WHEN error_type = 'LINE SIZE OVER MAXIMUM' THEN '{LONG_RECORD}' ELSE '{BROKEN}' END
        AS reason
    FROM refused
"""


def _remove(files: Sequence[Path]) -> None:
    for path in files:
        path.unlink()


def _refusal(kind: str, memory: str) -> str:
    if kind == "OutOfMemoryException":
        return (
            f"DuckDB needs more than {memory} of memory, or more disk than there is, for these "
            "scans. Give more (--memory 2GB), free some disk, or use a cluster (--engine spark)."
        )
    return (
        f"DuckDB could not read the scans ({kind}; its own message is not shown, because it could "
        "quote a record). Check that every file is whole (JSON lines, plain, .gz or .zst, or "
        "Parquet)."
    )
