"""From observations to hosts and sets of models: one text of SQL for both engines."""

from __future__ import annotations

from research.collect.country_names import iso
from research.collect.scans.engine import Dialect, Engine, part
from research.collect.scans.forms import (
    billions,
    bits_per_weight,
    detail,
    says_no_size,
    trimmed,
)
from research.collect.scans.record import (
    CLASSES,
    LONGEST_TEXT,
    UNKNOWN_COUNTRY,
)
from research.collect.scans.rules import (
    CloneRules,
    needed_version,
    rounded_size,
    version_number,
)

PORTS = (11434, 80, 8080, 443)  # of the bundled totals
KINDS = {
    "model_tags": "tag", "families": "family", "parameter_sizes": "size", "quantizations": "level",
    "remote_tags": "remote",
}  # fmt: skip
UNCLEAR = ("unclear_size", "unclear_level")  # of a model: not understood
BITS = 30  # of the whole number that a set of values is; wider ones cost memory


def keep_stages(engine: Engine, rules: CloneRules) -> None:
    """Make the tables that the counts are taken from: endpoints, sets of models, hosts.

    Most hosts have one record: it needs no comparison with others, and no row of its own but the
    last. Models are looked at once for each set of models, whatever the number of its hosts.
    """
    words = engine.words
    for name, query in (
        ("profiles", _profiles()),
        ("several", SEVERAL),
        ("endpoints", ENDPOINTS),
        ("mixed", MIXED),
        ("held", HELD),
        ("single", _single(words)),
        ("manifold", MANIFOLD),
        ("models", _models(words)),
        *((f"{column}_values", _values(column)) for column in KINDS.values()),
        ("sizes", _sizes()),
        ("levels", LEVELS),
        ("needs", _needs()),
        ("marks", _marks()),
        ("sets", _sets(rules)),
        ("compared", _compared()),
        ("hosts", HOSTS),
        ("bundles", _bundles()),
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


def _profiles() -> str:
    """What a host's address and answer say of it beside the models; there are few."""
    codes = ", ".join(f"'{code}'" for code in iso())
    country = f"upper({trimmed('country')})"
    return f"""
        SELECT profile,
            CASE WHEN {country} IN ({codes}) THEN {country} ELSE '{UNKNOWN_COUNTRY}' END AS country,
            left({trimmed("city")}, {LONGEST_TEXT}) AS city,
            left({trimmed("organisation")}, {LONGEST_TEXT}) AS organisation,
            {_version("version")} AS version
        FROM (
            SELECT profile, {part("place", 1)} AS country, {part("place", 2)} AS city,
                {part("place", 3)} AS organisation, {part("place", 4)} AS version
            FROM (
                SELECT profile, any_value(place) AS place
                FROM observations WHERE reason IS NULL GROUP BY profile
            ) AS distinct_profiles
        ) AS parts
    """


VALID = "observations WHERE reason IS NULL"
SEVERAL = f"SELECT host FROM {VALID} GROUP BY host HAVING count(*) > 1"

# The newest valid observation of each endpoint of hosts with several. ``newest`` orders the
# endpoints of a host, by the millisecond and then by the port, in one whole number.
ENDPOINTS = f"""
    SELECT host, port, profile, signature, record,
        CAST(floor(observed_at / 1000) AS BIGINT) * 65536 - port AS newest
    FROM (
        SELECT host, port, profile, signature, record, observed_at, row_number() OVER (
            PARTITION BY host, port ORDER BY observed_at DESC, profile, signature, record
        ) AS place
        FROM {VALID} AND host IN (SELECT host FROM several)
    ) AS observed
    WHERE place = 1
"""
ALONE = f"""(
    SELECT port, profile, signature, record
    FROM (SELECT host, port, profile, signature, record FROM {VALID}) AS observed
        ANTI JOIN several USING (host)
) AS alone"""

# A bundle stands for the models of a host: the signature where all endpoints list the same, else a
# number of the host's own, below zero.
BUNDLE = "CASE WHEN min(signature) < max(signature) THEN -1 - host ELSE max(signature) END"
MIXED = f"""
    SELECT host, bundle FROM (SELECT host, {BUNDLE} AS bundle FROM endpoints GROUP BY host) AS each
    WHERE bundle < 0
"""

# Each signature: the hosts that hold it, and one record that lists its models.
HELD = f"""
    SELECT signature, CAST(count(*) AS INT) AS hosts, min(record) AS record
    FROM (
        SELECT signature, record FROM {ALONE} WHERE signature IS NOT NULL
        UNION ALL
        SELECT signature, min(record) AS record
        FROM endpoints WHERE signature IS NOT NULL GROUP BY host, signature
    ) AS each GROUP BY signature
"""


LISTING = "observations WHERE record IN (SELECT record FROM held)"


def _single(words: Dialect) -> str:
    """The models of each signature, each once."""
    once = words.explode.format(words.distinct.format("ids"))
    ids = words.each("models", words.fingerprint("m"))
    return f"""
        SELECT bundle, {once} AS id
        FROM (SELECT signature AS bundle, {ids} AS ids FROM {LISTING}) AS each
    """


# The same of the bundles of hosts whose endpoints differ.
MANIFOLD = """
    SELECT DISTINCT mixed.bundle, id
    FROM mixed JOIN endpoints USING (host) JOIN single ON signature = single.bundle
"""
LISTED = "(SELECT * FROM single UNION ALL SELECT * FROM manifold) AS listed"


def _models(words: Dialect) -> str:
    """The texts of each listed model; of one that runs elsewhere the name alone, as ``remote``."""
    texts = f"""
        SELECT {words.fingerprint("model")} AS id, any_value(model) AS model
        FROM (SELECT {words.explode.format("models")} AS model FROM {VALID}) AS unnested
        GROUP BY 1
    """
    here, name = f"({part('model', 1)} = '')", part("model", 5)
    details = ", ".join(
        f"CASE WHEN {here} THEN left({detail(part('model', place))}, {LONGEST_TEXT}) END AS {kind}"
        for place, kind in enumerate(("family", "size", "level"), 2)
    )
    return f"""
        SELECT id, {details}, CASE WHEN {here} THEN {name} END AS tag,
            CASE WHEN NOT {here} THEN {name} END AS remote
        FROM ({texts}) AS texts
    """


def _values(column: str) -> str:
    """The tags (families, ...) and how to count the bundles that hold them, each once.

    What one model alone has is in no bundle twice. The commonest of the others have a bit each: a
    bundle is the sum of the bits. The rest has bit 0.
    """
    return f"""
        SELECT {column}, models,
            CASE WHEN models > 1 AND place <= {BITS} THEN CAST(power(2, place - 1) AS INT)
                ELSE 0 END AS bit
        FROM (
            SELECT {column}, count(*) AS models,
                row_number() OVER (ORDER BY count(*) DESC, {column}) AS place
            FROM models WHERE {column} IS NOT NULL GROUP BY {column}
        ) AS each
    """


def _sizes() -> str:
    """What a size tells: the number, the class, and whether it is not understood."""
    cases = " ".join(
        f"WHEN billions >= {low} AND billions < {high or 1e12} THEN {1 << position}"
        for position, (low, high) in enumerate(CLASSES.values())
    )
    unclear = f"billions IS NULL AND NOT {says_no_size('size')}"
    return f"""
        SELECT *, CAST(CASE {cases} ELSE 0 END AS TINYINT) AS class,
            CAST(CASE WHEN {unclear} THEN 1 ELSE 0 END AS TINYINT) AS unclear_size
        FROM (SELECT size, {billions("size")} AS billions FROM size_values) AS sized
    """


# What a level tells: the bits, and whether it is not understood.
LEVELS = f"""
    SELECT *, CAST(CASE WHEN bits IS NULL AND level <> '' THEN 1 ELSE 0 END AS TINYINT)
        AS unclear_level
    FROM (SELECT level, {bits_per_weight("level")} AS bits FROM level_values) AS levelled
"""


def _needs() -> str:
    """What a family needs: the first version of the server that runs it."""
    return f"SELECT family, {needed_version('family')} AS needs FROM family_values"


def _marks() -> str:
    """Each model as numbers alone; one that runs elsewhere has no more than its name."""
    bits = ", ".join(
        f"coalesce({column}_values.bit, 0) AS {column}_bit" for column in KINDS.values()
    )
    columns = ", ".join(f"coalesce({name}, 0) AS {name}" for name in ("class", "needs", *UNCLEAR))
    tables = {f"{column}_values": column for column in KINDS.values()}
    tables |= {"sizes": "size", "levels": "level", "needs": "family"}
    joined = " ".join(f"LEFT JOIN {table} USING ({key})" for table, key in tables.items())
    strange = f"CASE WHEN {rounded_size('tag', 'size')} THEN 1 ELSE 0 END"
    return f"""
        SELECT id, {columns}, CAST({strange} AS TINYINT) AS strange, {bits}
        FROM models {joined}
    """


def _sets(rules: CloneRules) -> str:
    """Each bundle that holds a model: its classes, its bits, and the marks that it bears."""
    bits = ", ".join(f"bit_or({column}_bit) AS {column}_bits" for column in KINDS.values())
    unclear = ", ".join(f"max({name}) AS {name}" for name in UNCLEAR)
    return f"""
        SELECT found.*, CAST(CASE WHEN hosts > 0 AND size >= {rules.models} THEN 1 ELSE 0 END
            AS TINYINT) AS identical
        FROM (
            SELECT bundle, CAST(count(*) AS INT) AS size, bit_or(class) AS classes,
                max(needs) AS needs, max(strange) AS strange, {unclear}, {bits}
            FROM {LISTED} JOIN marks USING (id) GROUP BY bundle
        ) AS found LEFT JOIN (SELECT * FROM held WHERE hosts >= {rules.hosts}) AS frequent
            ON bundle = signature
    """


def _ports() -> str:
    """SQL: the sum of the bits of the known ports."""
    cases = " ".join(f"WHEN {port} THEN {1 << position}" for position, port in enumerate(PORTS))
    return f"CAST(CASE port {cases} ELSE 0 END AS TINYINT)"


OLD = "CASE WHEN version BETWEEN 1 AND needs - 1 THEN 1 ELSE 0 END"
PLACED = "(SELECT profile, version FROM profiles) AS placed USING (profile)"


def _compared() -> str:
    """The hosts of several records: newest profile, classes of all endpoints, suspicion."""
    return f"""
        SELECT host, max_by(profile, newest) AS profile, {BUNDLE} AS bundle,
            bit_or({_ports()}) AS ports, count(signature) AS endpoints,
            coalesce(bit_or(classes), 0) AS classes,
            CAST(coalesce(max(identical), 0) + 2 * max({OLD}) + 4 * coalesce(max(strange), 0)
                AS TINYINT) AS suspicion
        FROM endpoints LEFT JOIN sets ON signature = bundle JOIN {PLACED}
        GROUP BY host
    """


# Each host: where it is, its models, and its suspicion. ``alone``: it has one record.
HOSTS = f"""
    SELECT profile, signature AS bundle, {_ports()} AS ports, CAST(1 AS TINYINT) AS alone,
        CASE WHEN signature IS NULL THEN 0 ELSE 1 END AS endpoints,
        coalesce(classes, 0) AS classes,
        CAST(coalesce(identical, 0) + 2 * {OLD} + 4 * coalesce(strange, 0) AS TINYINT) AS suspicion
    FROM {ALONE} LEFT JOIN sets ON signature = bundle JOIN {PLACED}
    UNION ALL
    SELECT profile, bundle, ports, 0 AS alone, endpoints, classes, suspicion FROM compared
"""

# The hosts of each bundle, and how often it is listed, over all endpoints.
LISTINGS = """
    SELECT bundle, CAST(sum(hosts) AS INT) AS hosts, CAST(sum(genuine) AS INT) AS genuine,
        CAST(sum(listings) AS INT) AS listings,
        CAST(sum(genuine_listings) AS INT) AS genuine_listings
    FROM (
        SELECT bundle, 1 AS hosts, CASE WHEN suspicion = 0 THEN 1 ELSE 0 END AS genuine,
            alone AS listings, CASE WHEN suspicion = 0 THEN alone ELSE 0 END AS genuine_listings
        FROM hosts WHERE endpoints > 0
        UNION ALL
        SELECT signature, 0, 0, 1, CASE WHEN suspicion = 0 THEN 1 ELSE 0 END
        FROM endpoints JOIN compared USING (host) WHERE signature IS NOT NULL
    ) AS each GROUP BY bundle
"""


def _bundles() -> str:
    """The same of those that hold a model, with their bits."""
    bits = ", ".join(f"{column}_bits" for column in KINDS.values())
    known = f"(SELECT bundle, {bits} FROM sets) AS known"
    return f"SELECT * FROM ({LISTINGS}) AS listings JOIN {known} USING (bundle)"


# The same of each model.
HEARD = f"""
    SELECT id, CAST(sum(hosts) AS INT) AS hosts, CAST(sum(genuine) AS INT) AS genuine,
        CAST(sum(listings) AS INT) AS listings,
        CAST(sum(genuine_listings) AS INT) AS genuine_listings
    FROM {LISTED} JOIN bundles USING (bundle) GROUP BY id
"""
