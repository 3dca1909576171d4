"""Every count of the hosts and their models: one text of SQL for both engines.

Every count comes twice, as ``hosts`` (or ``listings``) and as ``genuine``, without the suspected
clones. Nothing here is fit to be published yet: small cells are suppressed in ``disclosure``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from research.collect.scans.engine import Engine
from research.collect.scans.record import (
    DUPLICATE,
    NO_COUNTRY,
    UNCLEAR_LEVEL,
    UNCLEAR_SIZE,
    UNKNOWN_COUNTRY,
)
from research.collect.scans.stages import KINDS, LISTED, PORTS, VALID

if TYPE_CHECKING:
    import pandas as pd

BOTH = (
    "CAST(sum(n) AS BIGINT) AS hosts, "
    "CAST(sum(CASE WHEN suspicion = 0 THEN n ELSE 0 END) AS BIGINT) AS genuine"
)


def counts(engine: Engine, threshold: int) -> dict[str, pd.DataFrame]:
    """Every count by its subject, each as a small frame; sets of models of so many hosts only."""
    first = {"reasons": REASONS, "latest": LATEST}
    frames = {subject: _in_order(engine.frame(query)) for subject, query in first.items()}
    engine.forget()
    engine.keep("cells", CELLS)
    queries = {
        "totals": _totals(),
        "countries": f"SELECT country, {BOTH} FROM cells GROUP BY country",
        "cities": f"SELECT country, city, {BOTH} FROM cells GROUP BY country, city",
        "hosting": f"SELECT organisation, {BOTH} FROM cells GROUP BY organisation",
        "class_sets": f"SELECT country, answered, classes, {BOTH} FROM cells "
        "GROUP BY country, answered, classes",
        "suspected_clones": "SELECT suspicion, CAST(sum(n) AS BIGINT) AS hosts FROM cells "
        "GROUP BY suspicion",
        "signatures": SIGNATURES.format(threshold=threshold),
    } | {subject: _listed_by(column, threshold) for subject, column in KINDS.items()}
    return frames | {subject: _in_order(engine.frame(query)) for subject, query in queries.items()}


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Neither engine keeps an order of its own."""
    return rows.sort_values(list(rows.columns), ignore_index=True, kind="stable")


# How many hosts there are of each kind.
CELLS = """
    SELECT country, city, organisation, answered, ports, classes, suspicion, endpoints, n
    FROM (
        SELECT profile, ports, classes, suspicion, CAST(sum(endpoints) AS BIGINT) AS endpoints,
            CASE WHEN endpoints > 0 THEN 1 ELSE 0 END AS answered, count(*) AS n
        FROM hosts GROUP BY profile, ports, classes, suspicion, 6
    ) AS each JOIN profiles USING (profile)
"""

UNCLEAR = (
    "CAST(coalesce(sum(listings), 0) AS BIGINT) "
    "FROM bundles JOIN sets USING (bundle) WHERE unclear_{what} > 0"
)

REASONS = f"""
    SELECT reason, count(*) AS records FROM observations WHERE reason IS NOT NULL GROUP BY reason
    UNION ALL SELECT '{DUPLICATE}', (SELECT count(*) FROM {VALID} AND host IN (
        SELECT host FROM several)) - (SELECT count(*) FROM endpoints)
    UNION ALL SELECT '{NO_COUNTRY}', count(*) FROM observations JOIN profiles USING (profile)
        WHERE reason IS NULL AND profiles.country = '{UNKNOWN_COUNTRY}'
    UNION ALL SELECT '{UNCLEAR_SIZE}', {UNCLEAR.format(what="size")}
    UNION ALL SELECT '{UNCLEAR_LEVEL}', {UNCLEAR.format(what="level")}
    UNION ALL SELECT 'all', count(*) FROM observations
"""

LATEST = f"SELECT max(observed_at) AS latest FROM {VALID}"

SIGNATURES = """
    SELECT any_value(size) AS size, any_value(hosts) AS hosts,
        count(DISTINCT organisation) AS organisations, count(DISTINCT country) AS countries,
        any_value(identical) AS identical, any_value(strange) AS strange
    FROM (
        SELECT signature AS bundle, hosts FROM held WHERE hosts >= {threshold}
    ) AS frequent JOIN sets USING (bundle) JOIN (
        SELECT bundle, profile FROM hosts WHERE alone = 1
        UNION ALL SELECT signature, profile FROM endpoints
    ) AS holders USING (bundle) JOIN profiles USING (profile) GROUP BY bundle
"""


def _totals() -> str:
    ports = " ".join(
        f"UNION ALL SELECT 'discovered_ips_port_{port}', {BOTH} FROM cells "
        f"WHERE ports & {1 << position} > 0"
        for position, port in enumerate(PORTS)
    )
    return f"""
        SELECT 'discovered_ips' AS name, {BOTH} FROM cells
        UNION ALL SELECT 'answering_hosts', {BOTH} FROM cells WHERE answered = 1
        UNION ALL SELECT 'endpoints', CAST(sum(endpoints) AS BIGINT),
            CAST(sum(CASE WHEN suspicion = 0 THEN endpoints ELSE 0 END) AS BIGINT) FROM cells
        {ports}
    """


TELLS = {"size": ("billions", "sizes"), "level": ("bits", "levels")}  # a number, and its table
SUMS = "CAST(sum(hosts) AS BIGINT) AS hosts, CAST(sum(genuine) AS BIGINT) AS genuine"


def _listed_by(column: str, threshold: int) -> str:
    """Hosts and listings of each tag, family, size or level (see ``_values``).

    Those of few hosts, of which there can be a million, are one row without a name; ``cells`` says
    how many they are.
    """
    values, bits = f"{column}_values", f"{column}_bits"
    tells = f"max({TELLS[column][0]}) AS {TELLS[column][0]}, " if column in TELLS else ""
    join = f"JOIN {TELLS[column][1]} USING ({column})" if column in TELLS else ""
    return f"""
        SELECT CASE WHEN hosts >= {threshold} THEN {column} END AS {column},
            {tells}{SUMS},
            CAST(sum(listings) AS BIGINT) AS listings,
            CAST(sum(genuine_listings) AS BIGINT) AS genuine_listings, count(*) AS cells
        FROM {values} JOIN (
            SELECT {column}, CAST(sum(listings) AS BIGINT) AS listings,
                CAST(sum(genuine_listings) AS BIGINT) AS genuine_listings
            FROM heard JOIN models USING (id) GROUP BY {column}
        ) AS by_listing USING ({column}) JOIN (
            SELECT {column}, hosts, genuine
            FROM heard JOIN models USING (id) JOIN {values} USING ({column}) WHERE models = 1
            UNION ALL
            SELECT {column}, {SUMS} FROM (
                SELECT {bits}, {SUMS} FROM bundles WHERE {bits} > 0 GROUP BY {bits}
            ) AS alike JOIN {values} ON {bits} & bit > 0 GROUP BY {column}
            UNION ALL
            SELECT {column}, {SUMS} FROM (
                SELECT DISTINCT bundle, {column}
                FROM models JOIN {values} USING ({column}) JOIN {LISTED} USING (id)
                WHERE models > 1 AND bit = 0
            ) AS rare JOIN bundles USING (bundle) GROUP BY {column}
        ) AS by_host USING ({column}) {join} GROUP BY 1
    """
