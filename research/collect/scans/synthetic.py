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
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from research.collect.beside import beside, sql_beside
from research.collect.scans import record
from research.collect.scans.record import class_set
from research.datasets.files import literal
from research.results import ResearchError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

Form = Literal["jsonl", "jsonl.gz", "jsonl.zst", "parquet"]

TAGS_PER_CLASS = 80
BLOCK = 5  # models of each host in the block of clones
NETWORKS = 400  # per country
MODELS = (0.16, 0.16, 0.16, 0.14, 0.14, 0.12, 0.12)  # chance of one to seven models
POPULAR = 6  # power of a uniform number: half of a class are its leading tag, few are the last
SECOND_PORT, SEEN_TWICE, OWN_MODEL = 0.04, 0.03, 0.15


@cache
def _world() -> dict[str, Any]:
    """The invented world: countries, sizes, families, levels, kinds of hosts, broken records."""
    world: dict[str, Any] = beside(__file__)
    long = "n" * (record.LONGEST_NAME + 1)
    bad = {reason: line.replace("LONG_NAME", long) for reason, line in world["bad"].items()}
    return world | {"bad": bad}


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
            engine.register("hosts", drawn_hosts).register("drawn", drawn).execute(
                sql_beside(__file__)
            )
            _count(truth, engine, bad={} if form == "parquet" else _world()["bad"])
            _write(folder / f"scan-{number:04}.{form}", engine, form)
    return truth


def _drawn(rng: np.random.Generator, first: int, hosts: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A run of hosts, what chance decided of each; and the models of each of their answers."""
    import pandas as pd

    countries, kinds = _world()["countries"], _world()["kinds"]
    parts = [country["part"] for country in countries.values()]
    country = rng.choice(len(countries), hosts, p=parts)
    kind = rng.choice(list(kinds), hosts, p=[each["chance"] for each in kinds.values()])
    country[kind == "block"] = 0  # the block is in one cloud of the first country
    table = pd.DataFrame(
        {
            "number": np.arange(first, first + hosts),
            "country": np.array(list(countries))[country],
            "kind": kind,
            "network": (NETWORKS * rng.random(hosts) ** 4).astype(int),
            "second": (rng.random(hosts) < SECOND_PORT) & (kind == "plain"),
            "twice": rng.random(hosts) < SEEN_TWICE,
            "own": (rng.random(hosts) < OWN_MODEL) & (kind == "plain"),
            "minute": rng.integers(0, 14 * 24 * 60, hosts),
        }
    )
    network = table["country"] + "-NETWORK-" + table["network"].astype(str)
    table["organisation"] = network.mask(table["kind"] == "block", "BLOCK-CLOUD")
    sets = np.stack([_models(rng, country) for _ in range(3)])
    for name, places in _of_kinds().items():
        sets[0, kind == name] = np.append(places, [-1] * (len(MODELS) - len(places)))
    sets[1, ~table["second"]] = -1
    sets[2, ~table["twice"]] = -1
    answer, host, place = np.nonzero(sets >= 0)
    models = sets[answer, host, place]
    return table, pd.DataFrame({"number": first + host, "answer": answer, "model": models})


def _of_kinds() -> dict[str, list[int]]:
    """The models of hosts of the special kinds, by their place in the catalogue."""
    plain = len(_world()["sizes"]) * TAGS_PER_CLASS
    block = list(range(plain, plain + BLOCK))
    return {"silent": [], "block": block, "imitation": [block[-1] + 1], "old": [block[-1] + 2]}


def _models(rng: np.random.Generator, country: np.ndarray) -> np.ndarray:
    """Places in the catalogue of up to seven models a host, -1 where there are fewer."""
    chances = [each["classes"] for each in _world()["countries"].values()]
    limits = np.cumsum(chances, axis=1)[country]
    shape = (country.size, len(MODELS))
    classes = (rng.random(shape)[:, :, None] > limits[:, None, :-1]).sum(axis=2)
    chosen = classes * TAGS_PER_CLASS + (TAGS_PER_CLASS * rng.random(shape) ** POPULAR).astype(int)
    listed = rng.choice(len(MODELS), country.size, p=MODELS) + 1
    return np.where(np.arange(len(MODELS)) < listed[:, None], chosen, -1)


def _catalogue(seed: int) -> pd.DataFrame:
    """All tags, class by class; then those of the block, of an imitation and of an old server."""
    import pandas as pd

    rng, world = np.random.default_rng([seed, 2**32]), _world()
    rows: list[tuple[object, ...]] = []
    for position, sizes in enumerate(world["sizes"]):
        for number in range(TAGS_PER_CLASS):
            family, level = (str(rng.choice(world[what])) for what in ("families", "levels"))
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
        if rule := _world()["kinds"][kind].get("rule"):
            truth.suspected[rule] += 1
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
