"""From observations to counts: one text of SQL for both engines.

Every count comes twice, as ``hosts`` (or ``listings``) and as ``genuine``, without the suspected
clones. Nothing here is fit to be published yet: small cells are suppressed in ``disclosure``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from research.collect.scans.engine import Dialect, Engine
from research.collect.scans.record import (
    CLASSES,
    DUPLICATE,
    LONGEST_TEXT,
    NO_COUNTRY,
    UNKNOWN_COUNTRY,
)
from research.collect.scans.rules import (
    RULES,
    CloneRules,
    needed_version,
    strange_size,
    version_number,
)

if TYPE_CHECKING:
    import pandas as pd

PORTS = (11434, 80, 8080, 443)  # of the bundled totals
KINDS = {
    "model_tags": "tag", "families": "family", "parameter_sizes": "size", "quantizations": "level",
}  # fmt: skip
BOTH = (
    "count(*) AS hosts, CAST(sum(CASE WHEN suspicion = 0 THEN 1 ELSE 0 END) AS BIGINT) AS genuine"
)


def keep_stages(engine: Engine, rules: CloneRules) -> None:
    """Make the tables that the counts are taken from: endpoints, sets of models, hosts."""
    words = engine.words
    model = words.explode.format("models")
    answers = "FROM observations WHERE signature IS NOT NULL"
    unnested = f"(SELECT signature, {model} AS model {answers}) AS each"
    number = words.fingerprint("model")
    for name, query in (
        ("profiles", PROFILES),
        ("endpoints", ENDPOINTS),
        # The models that a signature stands for, and the text of each.
        ("listed", f"SELECT DISTINCT signature, {number} AS id FROM {unnested}"),
        ("texts", f"SELECT {number} AS id, any_value(model) AS model FROM {unnested} GROUP BY 1"),
        ("models", _models(words)),
        ("sets", _sets(rules)),
        ("hosts", _hosts()),
        ("bundles", f"SELECT bundle, {BOTH} FROM hosts WHERE answered = 1 GROUP BY bundle"),
        ("held", HELD),
        ("heard", HEARD),
    ):
        engine.keep(name, query)


def _version(column: str) -> str:
    """SQL: the version in a text as a whole number (see ``version_number``); 0 where none is."""
    parts = (
        f"coalesce(try_cast(regexp_extract({column}, '{VERSION}', {place}) AS INT), 0) * {weight}"
        for place, weight in ((1, version_number(1, 0, 0)), (2, version_number(0, 1, 0)), (3, 1))
    )
    return " + ".join(parts)


VERSION = "^v?([0-9]{1,3})[.]([0-9]{1,3})[.]([0-9]{1,3})"

# A profile is what a host's address and answer say of it beside the models; there are few.
PROFILES = f"""
    SELECT profile,
        CASE WHEN regexp_extract(upper(trim(country)), '^[A-Z][A-Z]$', 0) = ''
            THEN '{UNKNOWN_COUNTRY}' ELSE upper(trim(country)) END AS country,
        left(trim(city), {LONGEST_TEXT}) AS city,
        left(trim(organisation), {LONGEST_TEXT}) AS organisation, {_version("version")} AS version
    FROM (
        SELECT profile, any_value(country) AS country, any_value(city) AS city,
            any_value(organisation) AS organisation, any_value(version) AS version
        FROM observations WHERE reason IS NULL GROUP BY profile
    ) AS distinct_profiles
"""

# The newest valid observation of an endpoint counts. ``newest`` orders the endpoints of a host, by
# the millisecond and then by the port, in one whole number.
ENDPOINTS = """
    SELECT host, port, profile, signature,
        CAST(floor(observed_at / 1000) AS BIGINT) * 65536 - port AS newest
    FROM (
        SELECT host, port, profile, signature, observed_at, row_number() OVER (
            PARTITION BY host, port ORDER BY observed_at DESC, profile, signature
        ) AS place
        FROM observations WHERE reason IS NULL
    ) AS observed
    WHERE place = 1
"""


def _models(words: Dialect) -> str:
    """Each listed model with its class, what it needs, and whether its size is strange.

    Numbers stand for the texts by which models are counted: they make small rows.
    """
    numbers = ", ".join(f"{words.fingerprint(column)} AS {column}_id" for column in KINDS.values())
    cases = " ".join(
        f"WHEN billions >= {low} AND billions < {high or 1e12} THEN {1 << position}"
        for position, (low, high) in enumerate(CLASSES.values())
    )
    return f"""
        SELECT id, tag, family, size, level, billions, {numbers},
            CASE {cases} ELSE 0 END AS class,
            {needed_version("family")} AS needs,
            {strange_size("tag", "size")} AS strange
        FROM (
            SELECT *, try_cast(regexp_extract(size, '^([0-9]+([.][0-9]+)?)[KMBT]$', 1) AS DOUBLE)
                * CASE right(size, 1) WHEN 'K' THEN 1e-6 WHEN 'M' THEN 1e-3 WHEN 'T' THEN 1e3
                    ELSE 1.0 END AS billions
            FROM (
                SELECT id,
                    left(split_part(model, chr(31), 1), {LONGEST_TEXT}) AS family,
                    left(split_part(model, chr(31), 2), {LONGEST_TEXT}) AS size,
                    left(split_part(model, chr(31), 3), {LONGEST_TEXT}) AS level,
                    split_part(model, chr(31), 4) AS tag
                FROM texts
            ) AS parts
        ) AS sized
    """


def _sets(rules: CloneRules) -> str:
    """Each set of models: how many hosts hold it, its classes, and the marks that it bears."""
    return f"""
        SELECT held.signature, held.hosts,
            coalesce(marks.size, 0) AS size, coalesce(marks.classes, 0) AS classes,
            coalesce(marks.needs, 0) AS needs, coalesce(marks.strange, 0) AS strange,
            CASE WHEN held.hosts >= {rules.hosts} AND marks.size >= {rules.models}
                THEN 1 ELSE 0 END AS identical
        FROM (
            SELECT signature, count(DISTINCT host) AS hosts
            FROM endpoints WHERE signature IS NOT NULL GROUP BY signature
        ) AS held
        LEFT JOIN (
            SELECT signature, count(*) AS size, bit_or(class) AS classes, max(needs) AS needs,
                max(strange) AS strange
            FROM listed JOIN models USING (id) GROUP BY signature
        ) AS marks ON held.signature = marks.signature
    """


def _hosts() -> str:
    """Each host: its newest profile, the classes of all its endpoints, and its suspicion.

    A bundle stands for the models of a host: the signature where all endpoints list the same, else
    a number of the host's own.
    """
    return """
        SELECT host, country, city, organisation, ports, endpoints, classes, suspicion, answered,
            CASE WHEN one = other THEN one ELSE -1 - host END AS bundle
        FROM (
            SELECT host, max_by(profile, newest) AS profile,
                {ports} AS ports,
                count(signature) AS endpoints,
                max(CASE WHEN signature IS NULL THEN 0 ELSE 1 END) AS answered,
                coalesce(bit_or(classes), 0) AS classes,
                min(signature) AS one, max(signature) AS other,
                coalesce(max(identical), 0)
                    + 2 * coalesce(
                        max(CASE WHEN version BETWEEN 1 AND needs - 1 THEN 1 ELSE 0 END), 0)
                    + 4 * coalesce(max(strange), 0) AS suspicion
            FROM endpoints LEFT JOIN sets USING (signature)
                JOIN (SELECT profile, version FROM profiles) AS versions USING (profile)
            GROUP BY host
        ) AS each JOIN (SELECT profile, country, city, organisation FROM profiles) AS places
            USING (profile)
    """.format(
        ports=" + ".join(
            f"{1 << position} * max(CASE WHEN port = {port} THEN 1 ELSE 0 END)"
            for position, port in enumerate(PORTS)
        )
    )


# The models of each bundle, each once: those of its signatures.
HELD = f"""
    SELECT bundle, hosts, genuine, {", ".join(f"{column}_id" for column in KINDS.values())}
    FROM (
        SELECT signature AS bundle, id FROM listed
        UNION ALL
        SELECT DISTINCT -1 - endpoints.host AS bundle, id
        FROM endpoints JOIN listed USING (signature)
        WHERE endpoints.host IN (SELECT host FROM hosts WHERE bundle < 0)
    ) AS bundled JOIN bundles USING (bundle) JOIN models USING (id)
"""

# How often each model is listed, over all endpoints.
HEARD = """
    SELECT id, CAST(sum(listings) AS BIGINT) AS listings,
        CAST(sum(genuine_listings) AS BIGINT) AS genuine_listings
    FROM (
        SELECT signature, count(*) AS listings, count(*) - count(suspects.host) AS genuine_listings
        FROM endpoints LEFT JOIN (SELECT host FROM hosts WHERE suspicion > 0) AS suspects
            ON endpoints.host = suspects.host
        WHERE signature IS NOT NULL GROUP BY signature
    ) AS answers JOIN listed USING (signature) GROUP BY id
"""


def counts(engine: Engine, threshold: int) -> dict[str, pd.DataFrame]:
    """Every count by its subject, each as a small frame; sets of models of so many hosts only."""
    queries = {
        "reasons": REASONS,
        "totals": _totals(),
        "latest": "SELECT max(observed_at) AS latest FROM observations WHERE reason IS NULL",
        "countries": f"SELECT country, {BOTH} FROM hosts GROUP BY country",
        "cities": f"SELECT country, city, {BOTH} FROM hosts GROUP BY country, city",
        "hosting": f"SELECT organisation, {BOTH} FROM hosts GROUP BY organisation",
        "class_sets": f"SELECT country, answered, classes, {BOTH} FROM hosts "
        "GROUP BY country, answered, classes",
        "suspected_clones": "SELECT suspicion, count(*) AS hosts FROM hosts GROUP BY suspicion",
        "signatures": SIGNATURES.format(threshold=threshold),
    } | {subject: _listed_by(column) for subject, column in KINDS.items()}
    return {subject: _in_order(engine.frame(query)) for subject, query in queries.items()}


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Neither engine keeps an order of its own."""
    return rows.sort_values(list(rows.columns), ignore_index=True)


REASONS = f"""
    SELECT reason, count(*) AS records FROM observations WHERE reason IS NOT NULL GROUP BY reason
    UNION ALL SELECT '{DUPLICATE}', (SELECT count(*) FROM observations WHERE reason IS NULL)
        - (SELECT count(*) FROM endpoints)
    UNION ALL SELECT '{NO_COUNTRY}', count(*) FROM observations JOIN profiles USING (profile)
        WHERE reason IS NULL AND profiles.country = '{UNKNOWN_COUNTRY}'
    UNION ALL SELECT 'all', count(*) FROM observations
"""

SIGNATURES = """
    SELECT any_value(size) AS size, any_value(hosts) AS hosts,
        count(DISTINCT organisation) AS organisations, count(DISTINCT country) AS countries,
        any_value(identical) AS identical, any_value(strange) AS strange
    FROM sets JOIN endpoints USING (signature) JOIN profiles USING (profile)
    WHERE size > 0 AND hosts >= {threshold} GROUP BY signature
"""


def _totals() -> str:
    ports = " ".join(
        f"UNION ALL SELECT 'discovered_ips_port_{port}', {BOTH} FROM hosts "
        f"WHERE ports & {1 << position} > 0"
        for position, port in enumerate(PORTS)
    )
    return f"""
        SELECT 'discovered_ips' AS name, {BOTH} FROM hosts
        UNION ALL SELECT 'answering_hosts', {BOTH} FROM hosts WHERE answered = 1
        UNION ALL SELECT 'endpoints', CAST(sum(endpoints) AS BIGINT),
            CAST(sum(CASE WHEN suspicion = 0 THEN endpoints ELSE 0 END) AS BIGINT) FROM hosts
        {ports}
    """


def _listed_by(column: str) -> str:
    """Hosts and listings of each tag, family, size or level."""
    return f"""
        SELECT {column}, billions, hosts, genuine, listings, genuine_listings
        FROM (
            SELECT {column}_id, CAST(sum(hosts) AS BIGINT) AS hosts,
                CAST(sum(genuine) AS BIGINT) AS genuine
            FROM (
                SELECT {column}_id, any_value(hosts) AS hosts, any_value(genuine) AS genuine
                FROM held GROUP BY bundle, {column}_id
            ) AS once GROUP BY {column}_id
        ) AS by_host JOIN (
            SELECT {column}_id, any_value({column}) AS {column}, max(billions) AS billions,
                CAST(sum(listings) AS BIGINT) AS listings,
                CAST(sum(genuine_listings) AS BIGINT) AS genuine_listings
            FROM heard JOIN models USING (id) GROUP BY {column}_id
        ) AS by_listing USING ({column}_id)
    """


def rules_of(suspicion: int) -> list[str]:
    """The rules that a suspicion stands for.

    Examples
    --------
    >>> rules_of(0b101)
    ['identical model sets', 'parameter size that no server sends']
    """
    return [rule for position, rule in enumerate(RULES) if suspicion >> position & 1]
