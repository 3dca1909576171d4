"""What an engine must offer, and the few words in which the two dialects of SQL differ.

Everything after the reading is one text of SQL for both: see ``stages``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from research.collect.scans.record import (
    AGAIN,
    BROKEN,
    LONG_NAME,
    LONGEST_ADDRESS,
    LONGEST_NAME,
    NO_ADDRESS,
    NO_MODELS,
    NO_PORT,
    NO_TIME,
    NUL,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Dialect:
    """Words of SQL that differ: each is a template or a function of SQL texts."""

    sha256: str
    fingerprint: Callable[[str], str]  # a 63-bit hash of columns, for grouping within one run
    microseconds: Callable[[str], str]  # of a text: its time since 1970 in UTC, or null
    each: Callable[[str, str], str]  # the list of an expression of m over a list
    least: str
    greatest: str
    explode: str
    distinct: str  # the list with each item once


class Engine(Protocol):
    """DuckDB or Spark: reads the records, keeps tables, answers in small frames."""

    words: Dialect

    def read(self, files: Sequence[Path], secret: str, watch: Callable[[float], None]) -> None:
        """Make the table ``observations`` (see ``observation``): no address gets beyond this.

        ``record`` numbers its rows. ``watch`` is told now and then which part of it is done.
        """

    def keep(self, name: str, query: str) -> None:
        """Compute a query and keep it as a table."""

    def frame(self, query: str) -> pd.DataFrame:
        """The few rows of a query."""


def observation(words: Dialect, fields: str, key: str) -> str:
    """SQL of one row a record: its keyed host and what counts, or the reason why it does not.

    Parameters
    ----------
    words
        The dialect.
    fields
        SQL that gives the texts of the record's fields, ``broken`` (no such object), ``answered``
        (there is a body), ``models`` (a list of structs, or null where the body holds none), and
        ``again`` with ``file`` (this reading cannot tell: another one of that file will).
    key
        SQL of the secret. The host is a 63-bit fingerprint of SHA-256 of the secret and the
        address. The secret has 160 random bits, is made anew in each run and never written, so that
        nobody can try addresses against the numbers afterwards (there are few enough IPv4 addresses
        to try all). Its text and that of an address fit into one block of SHA-256, which halves the
        time. Two of ten million addresses meet with a chance of 1 in 180,000.
    """
    kept = "coalesce({}, '')"
    lengths = words.each("models", "coalesce(length(m.name), 0)")
    details = ("family", "parameter_size", "quantization_level")
    texts = ", ".join(f"{kept.format(f'm.details.{name}')}, chr(31)" for name in details)
    host = words.fingerprint(words.sha256.format("concat(key, address)"))
    listed = words.each("models", words.fingerprint("m"))
    signature = words.fingerprint(f"array_sort({listed})")
    written = ("address", "country", "city", "organisation")
    nul = " OR ".join(f"contains({column}, chr(0))" for column in written)
    profile = words.fingerprint("country, city, organisation, version")
    return f"""
        SELECT reason, answered, port, observed_at, country, city, organisation, version,
            CASE WHEN again THEN file END AS file,
            {host} AS host, {profile} AS profile,
            CASE WHEN reason IS NULL AND answered THEN signature END AS signature,
            CASE WHEN reason IS NULL THEN listed END AS models
        FROM (
            SELECT *,
                CASE WHEN again THEN '{AGAIN}' WHEN broken THEN '{BROKEN}'
                    WHEN coalesce(address, '') = '' OR length(address) > {LONGEST_ADDRESS}
                        OR left(address, 1) IN ('[', '{{') THEN '{NO_ADDRESS}'
                    WHEN coalesce(port, 0) NOT BETWEEN 1 AND 65535 THEN '{NO_PORT}'
                    WHEN observed_at IS NULL THEN '{NO_TIME}'
                    WHEN answered AND (models IS NULL OR shortest = 0) THEN '{NO_MODELS}'
                    WHEN longest > {LONGEST_NAME} THEN '{LONG_NAME}'
                    WHEN {nul} THEN '{NUL}'
                END AS reason
            FROM (
                SELECT broken, again, filename AS file, answered, models, {key} AS key,
                    lower(trim(address)) AS address,
                    try_cast(port AS INT) AS port,
                    CASE WHEN length(observed_at) >= 19 AND substr(observed_at, 5, 1) = '-'
                        THEN {words.microseconds("observed_at")} END AS observed_at,
                    {kept.format("country")} AS country,
                    {kept.format("city")} AS city,
                    {kept.format("as_organisation")} AS organisation,
                    {kept.format("version")} AS version,
                    {signature} AS signature,
                    {words.each("models", f"concat({texts}, m.name)")} AS listed,
                    {words.least.format(lengths)} AS shortest,
                    {words.greatest.format(lengths)} AS longest
                FROM ({fields}) AS fields
            ) AS typed
        ) AS checked
    """
