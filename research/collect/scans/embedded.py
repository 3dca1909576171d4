"""The embedded engine: DuckDB within this process, on files in a folder that vanishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import duckdb

from research.collect.scans.engine import Dialect, observation
from research.collect.scans.record import AGAIN, BROKEN, FIELDS, LONG_RECORD, LONGEST_RECORD
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
EMPTY = " AND ".join(f"{name} IS NULL" for name in FIELDS)

# As many places as numbers: no number is there twice. Cheaper than to look each number up.
PLACE = "1::BIGINT << CAST(n % 62 AS INT)"

WORDS = Dialect(
    text="{}",
    sha256="sha256({})",
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

    def read(self, files: Sequence[Path], secret: str, watch: Callable[[float], None]) -> None:
        key = f"'{secret}'"
        lines = [path for path in files if path.suffix != ".parquet"]
        with self._watched(watch):
            if lines:
                self._read_lines(lines, key)
            for number, path in enumerate(path for path in files if path.suffix == ".parquet"):
                self._write(f"table{number}", observation(self.words, self._table(path), key))
        kept = sorted(self._folder.glob("*.observations"))
        numbered = " UNION ALL BY NAME ".join(
            f"SELECT *, file_row_number + {number << 40} AS record "
            f"FROM read_parquet('{_quoted(path)}', file_row_number = true)"
            for number, path in enumerate(kept)
        )
        self._run(
            f"CREATE VIEW observations AS FROM ({numbered}) WHERE reason IS DISTINCT FROM '{AGAIN}'"
        )

    def _read_lines(self, files: Sequence[Path], key: str) -> None:
        """All files at once; where DuckDB refuses one of them, each alone and that one by lines."""
        try:
            self._write("lines", observation(self.words, _objects(files), key))
        except _Refused:
            for number, path in enumerate(files):
                self._read_alone(f"lines{number}", path, key)
        again = self.frame(f"SELECT DISTINCT file FROM {self._kept('lines*')}")["file"].dropna()
        if len(again):
            texts = _texts([Path(path) for path in again])
            self._write("texts", observation(self.words, texts, key))

    def _read_alone(self, name: str, path: Path, key: str) -> None:
        try:
            self._write(name, observation(self.words, _objects([path]), key))
        except _Refused:
            self._write(name, observation(self.words, _short_lines(path), key))
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

    def _kept(self, name: str) -> str:
        return f"read_parquet('{_quoted(self._folder / name)}.observations')"

    def _write(self, name: str, rows: str) -> None:
        """Into a Parquet file beside the database: written in one pass, read by column."""
        path = f"{_quoted(self._folder / name)}.observations"
        self._run(
            f"COPY ({rows}) TO '{path}' (FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false)"
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

    def _table(self, path: Path) -> str:
        source = f"read_parquet('{_quoted(path)}')"
        held = {row[0] for row in self._run(f"DESCRIBE FROM {source}").fetchall()}
        texts = ", ".join(
            f"CAST({name if name in held else 'NULL'} AS VARCHAR) AS {name}" for name in FIELDS[:-1]
        )
        tags = "to_json(tags)" if "tags" in held else "CAST(NULL AS JSON)"
        return _parsed(f"SELECT {texts}, {tags} AS tags, NULL AS filename FROM {source}")

    def _run(self, query: str) -> duckdb.DuckDBPyConnection:
        """DuckDB's own message could quote a record: it ends here."""
        try:
            return self._connection.execute(query)
        except duckdb.Error as error:
            kind = type(error).__name__
        raise _Refused(kind, self._memory)


def _objects(files: Sequence[Path]) -> str:
    """Bodies that are objects, in one pass of the parser; of others only that they are there."""
    return f"""
        SELECT *, tags.models AS models, {EMPTY} AS broken, tags IS NOT NULL AS answered,
            tags IS NOT NULL AND tags.models IS NULL AS again
        FROM {_lines(files, BODY)}
    """


def _texts(files: Sequence[Path]) -> str:
    """The records of these files of which the first reading could not tell."""
    parsed = _parsed(f"FROM {_lines(files, 'JSON')}")
    return f"FROM ({parsed}) WHERE answered AND (as_text OR models IS NULL)"


def _short_lines(path: Path) -> str:
    """Records of a file with lines that DuckDB's reader of JSON refuses; these are set apart."""
    texts = ", ".join(f"object ->> '{name}' AS {name}" for name in FIELDS[:-1])
    return _parsed(f"""
        SELECT {texts}, object -> 'tags' AS tags, NULL AS filename
        FROM (
            SELECT CASE WHEN json_valid(line) THEN CAST(line AS JSON) END AS object
            FROM read_csv('{_quoted(path)}', columns = {{line: 'VARCHAR'}}, header = false,
                auto_detect = false, delim = '\x01', quote = '', escape = '', strict_mode = false,
                max_line_size = {LONGEST_RECORD}, ignore_errors = true, store_rejects = true,
                rejects_table = 'refused', rejects_scan = 'refused_files', rejects_limit = 0)
            WHERE trim(line) <> ''
        )
    """)


REFUSED_LINES = f"""
    SELECT CASE WHEN error_type = 'LINE SIZE OVER MAXIMUM' THEN '{LONG_RECORD}' ELSE '{BROKEN}' END
        AS reason
    FROM refused
"""


# The reader of JSON has buffers of two objects: a longer line, and sometimes one of more than half
# of it, makes it refuse the file.
def _lines(files: Sequence[Path], body: str) -> str:
    named = ", ".join(f"'{_quoted(path)}'" for path in files)
    columns = ", ".join(f"{name}: '{body if name == 'tags' else 'VARCHAR'}'" for name in FIELDS)
    return (
        f"read_json([{named}], columns = {{{columns}}}, format = 'newline_delimited', "
        f"ignore_errors = true, filename = true, maximum_object_size = {LONGEST_RECORD // 2})"
    )


def _parsed(source: str) -> str:
    """Bodies of any kind: objects, texts of objects, or neither."""
    return f"""
        SELECT * EXCLUDE (body), json_transform(body, '{SHAPE}').models AS models, false AS again
        FROM (
            SELECT *, {EMPTY} AS broken,
                coalesce(json_type(tags), 'NULL') <> 'NULL' AS answered,
                coalesce(json_type(tags), 'NULL') = 'VARCHAR' AS as_text,
                CASE WHEN json_type(tags) <> 'VARCHAR' THEN tags
                    WHEN json_valid(tags ->> '$') THEN CAST(tags ->> '$' AS JSON) END AS body
            FROM ({source})
        )
    """


def _remove(files: Sequence[Path]) -> None:
    for path in files:
        path.unlink()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


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
