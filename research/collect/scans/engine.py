"""What an engine must offer, and the few words in which the two dialects of SQL differ.

Everything after the reading is one text of SQL for both: see ``stages``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Protocol

from research.collect.scans.addresses import spelling, with_spelling
from research.collect.scans.record import (
    AGAIN,
    BROKEN,
    FIRST_TIME,
    LONG_NAME,
    LONG_RECORD,
    LONGEST_NAME,
    NO_ADDRESS,
    NO_MODELS,
    NO_PORT,
    NO_TIME,
    NUL,
    SKEW,
)

if TYPE_CHECKING:
    import pandas as pd


SEPARATOR = "chr(31)"
# The default port needs no look at its form; tables of numbers write 80.0 where some are missing.
PORT = (
    "CASE WHEN port = '11434' THEN 11434 "
    r"ELSE try_cast(regexp_extract(port, '^([0-9]{1,5})([.]0+)?\z', 1) AS INT) END"
)
SHORTEST_TIME = len("2026-08-11T00:00:12")
NAMELESS = 2**30  # for the length of a name that is missing or empty


@dataclass(frozen=True, slots=True)
class Dialect:
    """Words of SQL that differ: each is a template or a function of SQL texts."""

    text: str  # of a column within ``concat``: nothing where it is null
    sha256: str
    matches: str  # of a text and a regular expression
    fingerprint: Callable[[str], str]  # a 63-bit hash of columns, for grouping within one run
    microseconds: Callable[[str], str]  # of a text: its time since 1970 in UTC, or null
    each: Callable[[str, str], str]  # the list of an expression of m over a list
    greatest: str
    total: str  # of a list of 63-bit numbers, without overflow
    explode: str
    size: str  # of a list
    distinct: str  # the list with each item once


class Engine(Protocol):
    """DuckDB or Spark: reads the records, keeps tables, answers in small frames."""

    words: Dialect

    def read(
        self,
        files: Sequence[Path],
        names: Mapping[str, str],
        secret: str,
        watch: Callable[[float], None],
    ) -> None:
        """Make the table ``observations`` (see ``observation``): no address gets beyond this.

        ``names`` tells what the files call each field (see ``naming``). ``record`` numbers its
        rows. ``watch`` is told now and then which part of it is done.
        """

    def forget(self) -> None:
        """Remove the observations that were read: no later query asks for them."""

    def keep(self, name: str, query: str) -> None:
        """Compute a query and keep it as a table."""

    def frame(self, query: str) -> pd.DataFrame:
        """The few rows of a query."""


def _packed(words: Dialect, *columns: str) -> str:
    """SQL: several texts as one, to be taken apart by ``part``."""
    return "concat(" + f", {SEPARATOR}, ".join(words.text.format(name) for name in columns) + ")"


def part(column: str, place: int) -> str:
    """SQL: the text at a place (from 1) of those that travel as one."""
    return f"split_part({column}, {SEPARATOR}, {place})"


def observation(words: Dialect, fields: str, key: str) -> str:
    """SQL of one row a record: its keyed host and what counts, or the reason why it does not.

    Parameters
    ----------
    words
        The dialect.
    fields
        SQL that gives the texts of the record's fields, ``broken`` (no such object), ``long`` (too
        long to look at), ``answered`` (there is a body), ``models`` (a list of structs, or null
        where the body holds none), and ``again`` with ``file`` (this reading cannot tell: another
        one of that file will).
    key
        SQL of the secret. The host is a 63-bit fingerprint of SHA-256 of the secret and the
        address. The secret has 160 random bits, is made anew in each run and never written, so that
        nobody can try addresses against the numbers afterwards (there are few enough IPv4 addresses
        to try all). Its text and that of an address fit into one block of SHA-256, which halves the
        time. Two of ten million addresses meet with a chance of 1 in 180,000.

    Notes
    -----
    The signature of a set of models is the sum of their fingerprints and how many they are, which
    no order changes (a multiset hash: Bellare and Micciancio 1997). Texts that are needed once for
    many records travel as one (``_packed``): what comes first is the scanner's, what comes last the
    host's, so that a host that sends a separator spoils but its own text. Lengths are in bits,
    which both engines have at hand; characters would have to be counted.
    """
    details = ("family", "parameter_size", "quantization_level")
    away = "CASE WHEN m.remote_host > '' OR m.remote_model > '' THEN '1' ELSE '' END"
    model = _packed(words, away, *(f"m.details.{name}" for name in details), "m.name")
    place = _packed(words, "country", "city", "as_organisation", "version")
    length = f"CASE WHEN m.name > '' THEN bit_length(m.name) ELSE {NAMELESS} END"
    dated = f"bit_length(observed_at) >= {8 * SHORTEST_TIME} AND instr(observed_at, '-') = 5"
    host = words.fingerprint(words.sha256.format("concat(key, address)"))
    last = int((time() + SKEW) * 1e6)
    numbers = words.total.format(words.each("models", words.fingerprint("m")))
    return f"""
        SELECT reason, answered, port, observed_at, place, CASE WHEN again THEN file END AS file,
            {host} AS host, {words.fingerprint("place")} AS profile,
            CASE WHEN reason IS NULL AND answered THEN signature END AS signature,
            CASE WHEN reason IS NULL THEN listed END AS models
        FROM (
            SELECT *,
                CASE WHEN again THEN '{AGAIN}' WHEN long THEN '{LONG_RECORD}'
                    WHEN broken THEN '{BROKEN}'
                    WHEN address IS NULL THEN '{NO_ADDRESS}'
                    WHEN coalesce(port, 0) NOT BETWEEN 1 AND 65535 THEN '{NO_PORT}'
                    WHEN coalesce(observed_at, 0) NOT BETWEEN {FIRST_TIME} AND {last}
                        THEN '{NO_TIME}'
                    WHEN answered AND (models IS NULL OR longest = {NAMELESS}) THEN '{NO_MODELS}'
                    WHEN longest > {8 * LONGEST_NAME} THEN '{LONG_NAME}'
                    WHEN contains(place, chr(0)) THEN '{NUL}'
                END AS reason
            FROM (
                SELECT broken, long, again, filename AS file, answered, models, {key} AS key,
                    {spelling()} AS address, {PORT} AS port,
                    CASE WHEN {dated} THEN {words.microseconds("observed_at")} END AS observed_at,
                    {place} AS place,
                    {words.fingerprint(f"{numbers}, {words.size.format('models')}")} AS signature,
                    {words.each("models", model)} AS listed,
                    {words.greatest.format(words.each("models", length))} AS longest
                FROM ({with_spelling(words.matches, fields)}) AS fields
            ) AS typed
        ) AS checked
    """
