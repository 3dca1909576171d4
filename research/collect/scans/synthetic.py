"""An invented scan whose truth is known: to try the aggregation, to test it and to time it.

Hosts of invented clouds list one to seven models, a few of which are very popular; some answer on
two ports with different models (several services behind one address), are seen twice, or do not
answer. Among them are a block of identical hosts, imitations with rounded sizes, and servers older
than a model that they list; and records that are broken in every way. All addresses are from the
ranges reserved for benchmarks and documentation (198.18.0.0/15, 2001:db8::/32).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from research.collect.scans import record
from research.collect.scans.record import class_set
from research.collect.scans.rules import IDENTICAL, OLDER, STRANGE
from research.datasets.files import literal
from research.results import ResearchError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

Form = Literal["jsonl", "jsonl.gz", "jsonl.zst", "parquet"]

# Countries: their part of the hosts, and how often a model is small, medium, large, extra large.
COUNTRIES = {
    "US": (0.36, (0.15, 0.68, 0.15, 0.02)),
    "CN": (0.22, (0.36, 0.42, 0.18, 0.04)),
    "DE": (0.14, (0.20, 0.60, 0.18, 0.02)),
    "JP": (0.12, (0.20, 0.62, 0.16, 0.02)),
    "IN": (0.08, (0.34, 0.56, 0.09, 0.01)),
    "BR": (0.05, (0.30, 0.58, 0.11, 0.01)),
    "SE": (0.0295, (0.20, 0.60, 0.18, 0.02)),
    "IS": (0.0005, (0.20, 0.60, 0.18, 0.02)),
}
SIZES = (
    ("134.52M", "494.03M", "751.63M"),
    ("1.5B", "3.2B", "7.6B", "8.0B"),
    ("12.2B", "14.8B", "32.8B"),
    ("70.6B", "671.0B"),
)
FAMILIES = ("llama", "qwen2", "gemma3", "qwen3", "phi3", "deepseek2", "nomic-bert")
LEVELS = ("Q4_K_M", "Q4_0", "Q8_0", "F16", "")
TAGS_PER_CLASS = 80
BLOCK = 5  # models of each host in the block of clones
NETWORKS = 400  # per country
MODELS = (0.16, 0.16, 0.16, 0.14, 0.14, 0.12, 0.12)  # chance of one to seven models
POPULAR = 6  # power of a uniform number: half of a class are its leading tag, few are the last

# Kinds of hosts: the chance of each, in this order.
KINDS = {"plain": 0.90, "silent": 0.02, "block": 0.07, "imitation": 0.006, "old": 0.004}
RULE_OF = {"block": IDENTICAL, "imitation": STRANGE, "old": OLDER}
SECOND_PORT, SEEN_TWICE, OWN_MODEL = 0.04, 0.03, 0.15

BAD = {
    record.BROKEN: '{"address": "198.18.0.1", "port": 11434, "tags": {"mod',
    record.NO_ADDRESS: '{"port": 11434, "observed_at": "2026-08-11T00:00:00Z", '
    '"tags": {"models": []}}',
    record.NO_PORT: '{"address": "198.18.0.2", "port": "many", '
    '"observed_at": "2026-08-11T00:00:00Z", "tags": {"models": []}}',
    record.NO_TIME: '{"address": "198.18.0.3", "port": 1, "observed_at": "last year", '
    '"tags": {"models": []}}',
    record.LONG_NAME: '{"address": "198.18.0.4", "port": 1, "observed_at": '
    '"2026-08-11T00:00:00Z", "tags": {"models": [{"name": "' + "n" * 1_001 + '"}]}}',
}  # fmt: skip


@dataclass(slots=True)
class Truth:
    """What is true of an invented scan, counted while it was made.

    ``class_sets`` counts hosts by country and class set, ``genuine`` those that are no clones;
    ``suspected`` counts hosts by rule, ``bad`` records by reason.
    """

    hosts: int = 0
    endpoints: int = 0
    records: int = 0
    class_sets: Counter[tuple[str, str]] = field(default_factory=Counter)
    genuine: Counter[tuple[str, str]] = field(default_factory=Counter)
    organisations: Counter[str] = field(default_factory=Counter)
    suspected: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)


# Each answer of each host as a line: 0 is the newest of its first port, 1 that of its second one, 2
# an older one of the first, which must not count.
RECORDS = """
    CREATE OR REPLACE TABLE records AS
    WITH listed AS (
        SELECT DISTINCT number, answer, catalogue.* EXCLUDE (model)
        FROM drawn JOIN catalogue USING (model)
        UNION ALL
        SELECT number, 0, 'own-' || number || ':latest', sha256(number::VARCHAR), 'llama', '8.0B',
            'Q8_0', 2
        FROM hosts WHERE own
    ), bodies AS (
        SELECT number, answer, bit_or(class) AS classes, list({
            'name': name, 'model': name, 'modified_at': modified, 'size': 4661224676,
            'digest': digest, 'details': {
                'parent_model': '', 'format': 'gguf', 'family': family, 'families': [family],
                'parameter_size': size, 'quantization_level': level}} ORDER BY name) AS models
        FROM listed JOIN (
            SELECT number, format('2026-0{}-{}T10:11:12.{:09}+08:00', 1 + number % 7,
                10 + minute % 20, minute) AS modified FROM hosts
        ) USING (number) GROUP BY number, answer
    )
    SELECT number, answer, classes, to_json({
        'address': CASE WHEN number < 1 << 17
            THEN format('198.{}.{}.{}', 18 + (number >> 16), number >> 8 & 255, number & 255)
            ELSE format('2001:db8::{:x}:{:x}', number >> 16, number & 65535) END,
        'port': CASE answer WHEN 1 THEN 8080 ELSE 11434 END,
        'country': country, 'city': country || ' city ' || network % 7,
        'as_organisation': organisation,
        'observed_at': strftime(TIMESTAMP '2026-08-11' + to_minutes(minute + 1440 * CASE
            WHEN answer = 2 THEN -1 WHEN kind = 'silent' THEN 0 ELSE 1 END), '%Y-%m-%dT%H:%M:%SZ'),
        'version': CASE kind WHEN 'old' THEN '0.1.32'
            ELSE format('0.{}.{}', 7 + number % 5, number % 4) END,
        'tags': CASE WHEN models IS NOT NULL THEN {'models': models} END})::VARCHAR AS line
    FROM hosts JOIN (
        SELECT number, 0 AS answer FROM hosts UNION ALL SELECT number, 1 FROM hosts WHERE second
        UNION ALL SELECT number, 2 FROM hosts WHERE twice
    ) USING (number) LEFT JOIN bodies USING (number, answer) ORDER BY number, answer
"""


def write_scan(
    folder: Path, hosts: int, *, seed: int = 1, form: Form = "jsonl.gz", per_file: int = 100_000
) -> Truth:
    """Write an invented scan, and say what is true of it.

    Parameters
    ----------
    folder
        Where the files ``scan-0000.jsonl.gz`` and so on go.
    hosts
        How many hosts; there are about 8 % more records.
    seed
        The same seed gives the same scan.
    form
        Kind of file. Parquet cannot hold broken JSON: it has no broken records.
    per_file
        Hosts of one file, which is also what is in memory at a time.

    Raises
    ------
    ResearchError
        If the form is unknown, there would be no host, or the folder holds a scan.
    """
    if form not in get_args(Form) or hosts < 1:
        raise ResearchError(
            f"An example scan has at least one host and is one of {', '.join(get_args(Form))}; "
            f"found {hosts} hosts as '{form}'."
        )
    folder.mkdir(parents=True, exist_ok=True)
    if there := sorted(folder.glob("scan-*")):
        raise ResearchError(
            f"{there[0]} is there already, and an invented scan must not mix with another one. "
            "Name another folder."
        )
    import duckdb

    truth = Truth()
    with duckdb.connect() as engine:
        engine.register("catalogue", _catalogue(seed))
        for number, first in enumerate(range(0, hosts, per_file)):
            rng = np.random.default_rng([seed, number])
            drawn_hosts, drawn = _drawn(rng, first, min(per_file, hosts - first))
            engine.register("hosts", drawn_hosts).register("drawn", drawn).execute(RECORDS)
            _count(truth, engine, bad={} if form == "parquet" else BAD)
            _write(folder / f"scan-{number:04}.{form}", engine, form)
    return truth


def _drawn(rng: np.random.Generator, first: int, hosts: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A run of hosts, what chance decided of each; and the models of each of their answers."""
    import pandas as pd

    country = rng.choice(len(COUNTRIES), hosts, p=[part for part, _ in COUNTRIES.values()])
    kind = rng.choice(list(KINDS), hosts, p=list(KINDS.values()))
    country[kind == "block"] = 0  # the block is in one cloud of the first country
    found = pd.DataFrame(
        {
            "number": np.arange(first, first + hosts),
            "country": np.array(list(COUNTRIES))[country],
            "kind": kind,
            "network": (NETWORKS * rng.random(hosts) ** 4).astype(int),
            "second": (rng.random(hosts) < SECOND_PORT) & (kind == "plain"),
            "twice": rng.random(hosts) < SEEN_TWICE,
            "own": (rng.random(hosts) < OWN_MODEL) & (kind == "plain"),
            "minute": rng.integers(0, 14 * 24 * 60, hosts),
        }
    )
    network = found["country"] + "-NETWORK-" + found["network"].astype(str)
    found["organisation"] = network.mask(found["kind"] == "block", "BLOCK-CLOUD")
    sets = np.stack([_models(rng, country) for _ in range(3)])
    for name, places in _of_kinds().items():
        sets[0, kind == name] = np.append(places, [-1] * (len(MODELS) - len(places)))
    sets[1, ~found["second"]] = -1
    sets[2, ~found["twice"]] = -1
    answer, host, place = np.nonzero(sets >= 0)
    models = sets[answer, host, place]
    return found, pd.DataFrame({"number": first + host, "answer": answer, "model": models})


def _of_kinds() -> dict[str, list[int]]:
    """The models of hosts of the special kinds, by their place in the catalogue."""
    plain = len(SIZES) * TAGS_PER_CLASS
    block = list(range(plain, plain + BLOCK))
    return {"silent": [], "block": block, "imitation": [block[-1] + 1], "old": [block[-1] + 2]}


def _models(rng: np.random.Generator, country: np.ndarray) -> np.ndarray:
    """Places in the catalogue of up to seven models a host, -1 where there are fewer."""
    limits = np.cumsum([chances for _, chances in COUNTRIES.values()], axis=1)[country]
    shape = (country.size, len(MODELS))
    classes = (rng.random(shape)[:, :, None] > limits[:, None, :-1]).sum(axis=2)
    chosen = classes * TAGS_PER_CLASS + (TAGS_PER_CLASS * rng.random(shape) ** POPULAR).astype(int)
    listed = rng.choice(len(MODELS), country.size, p=MODELS) + 1
    return np.where(np.arange(len(MODELS)) < listed[:, None], chosen, -1)


def _catalogue(seed: int) -> pd.DataFrame:
    """All tags, class by class; then those of the block, of an imitation and of an old server."""
    import pandas as pd

    rng = np.random.default_rng([seed, 2**32])
    rows: list[tuple[object, ...]] = []
    for position, sizes in enumerate(SIZES):
        for number in range(TAGS_PER_CLASS):
            family, level = str(rng.choice(FAMILIES)), str(rng.choice(LEVELS))
            name = f"{family}-{'sml'[min(position, 2)]}{position}{number}:latest"
            size = sizes[number % len(sizes)]
            rows.append((name, rng.bytes(32).hex(), family, size, level, 1 << position))
    for name, *details in (
        *((f"block{number}:latest", "llama", "8.0B", "Q4_0", 2) for number in range(BLOCK)),
        ("deepseek-r1:14b", "qwen2", "14B", "Q4_K_M", 4),
        ("newer:4b", "gemma3", "4.3B", "Q4_K_M", 2),
    ):
        rows.append((name, rng.bytes(32).hex(), *details))
    columns = ["name", "digest", "family", "size", "level", "class"]
    return pd.DataFrame(rows, columns=columns).rename_axis("model").reset_index()


def _count(truth: Truth, engine: duckdb.DuckDBPyConnection, bad: dict[str, str]) -> None:
    """Add what is true of the hosts in the tables, and of the broken records beside them."""
    each = engine.execute(
        "SELECT kind, organisation, country, twice, bit_or(classes), count(classes) FROM hosts "
        "JOIN records USING (number) WHERE answer < 2 GROUP BY number, 1, 2, 3, 4"
    ).fetchall()
    for kind, organisation, country, twice, bits, endpoints in each:
        cell = country, class_set(bits) if endpoints else record.NO_ANSWER
        truth.hosts += 1
        truth.endpoints += endpoints
        truth.records += max(endpoints, 1) + twice
        truth.class_sets[cell] += 1
        truth.organisations[organisation] += 1
        truth.bad[record.DUPLICATE] += twice
        if kind in RULE_OF:
            truth.suspected[RULE_OF[kind]] += 1
        else:
            truth.genuine[cell] += 1
    truth.records += len(bad)
    truth.bad.update(bad.keys())
    engine.execute("INSERT INTO records (line) SELECT unnest(?::VARCHAR[])", [[*bad.values()]])


def _write(path: Path, engine: duckdb.DuckDBPyConnection, form: Form) -> None:
    """One file, whole or not at all; in Parquet the body stays a text."""
    beside = path.with_name(f".{path.name}.part")
    into = literal(str(beside))
    packed = {"jsonl": "none", "jsonl.gz": "gzip", "jsonl.zst": "zstd"}.get(form)
    columns = ", ".join(f"line ->> '{name}' AS {name}" for name in record.FIELDS)
    try:
        engine.execute(
            f"COPY (SELECT line FROM records) TO {into} (FORMAT csv, HEADER false, QUOTE '', "
            f"ESCAPE '', DELIMITER '\x01', COMPRESSION {packed})"
            if packed
            else f"COPY (SELECT {columns} FROM records) TO {into} (FORMAT parquet)"
        )
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
