"""An invented scan whose truth is known: to try the aggregation, to test it and to time it.

Hosts of invented clouds list one to seven models, a few of which are very popular; some answer on
two ports with different models (several services behind one address), are seen twice, or do not
answer. Among them are a block of identical hosts, imitations with rounded sizes, and servers older
than a model that they list; and records that are broken in every way. All addresses are from the
ranges reserved for benchmarks and documentation (198.18.0.0/15, 2001:db8::/32).
"""

from __future__ import annotations

import functools
import operator
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np

from research.collect.scans import record
from research.collect.scans.record import class_set
from research.collect.scans.rules import IDENTICAL, OLDER, STRANGE
from research.results import ResearchError

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
START = 1_786_406_400  # 2026-08-11, in seconds since 1970

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


@dataclass(frozen=True, slots=True)
class _Model:
    text: tuple[str, str]  # before and after the time of change
    bit: int


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
    truth, catalogue = Truth(), _catalogue(seed)
    for number, first in enumerate(range(0, hosts, per_file)):
        rng = np.random.default_rng([seed, number])
        lines: list[str] = []
        for host in _hosts(rng, first, min(per_file, hosts - first)):
            answers = _answers(host, catalogue)
            lines += _lines(host, answers, catalogue)
            _count(truth, host, answers)
        if form != "parquet":
            lines += BAD.values()
            truth.bad.update(BAD.keys())
        truth.records += len(lines)
        _write(folder / f"scan-{number:04}.{form}", lines, form)
    return truth


class _Host(NamedTuple):
    """One invented host: what chance decided of it."""

    country: int
    kind: str
    network: int
    second: bool
    twice: bool
    own: bool
    minute: int
    sets: tuple[list[int], list[int], list[int]]
    number: int

    @property
    def code(self) -> str:
        return list(COUNTRIES)[self.country]

    @property
    def organisation(self) -> str:
        return "BLOCK-CLOUD" if self.kind == "block" else f"{self.code}-NETWORK-{self.network}"


def _hosts(rng: np.random.Generator, first: int, hosts: int) -> Iterator[_Host]:
    """A run of hosts, drawn as arrays."""
    country = rng.choice(len(COUNTRIES), hosts, p=[part for part, _ in COUNTRIES.values()])
    kind = rng.choice(list(KINDS), hosts, p=list(KINDS.values()))
    country[kind == "block"] = 0  # the block is in one cloud of the first country
    columns = (
        country,
        kind,
        (NETWORKS * rng.random(hosts) ** 4).astype(int),
        rng.random(hosts) < SECOND_PORT,
        rng.random(hosts) < SEEN_TWICE,
        rng.random(hosts) < OWN_MODEL,
        rng.integers(0, 14 * 24 * 60, hosts),
    )
    sets = zip(*(_models(rng, country).tolist() for _ in range(3)), strict=True)
    rows = zip(*(column.tolist() for column in columns), sets, strict=True)
    return (_Host._make((*row, number)) for number, row in enumerate(rows, first))


def _models(rng: np.random.Generator, country: np.ndarray) -> np.ndarray:
    """Positions in the catalogue of up to seven models a host, -1 where there are fewer."""
    limits = np.cumsum([chances for _, chances in COUNTRIES.values()], axis=1)[country]
    shape = (country.size, len(MODELS))
    classes = (rng.random(shape)[:, :, None] > limits[:, None, :-1]).sum(axis=2)
    chosen = classes * TAGS_PER_CLASS + (TAGS_PER_CLASS * rng.random(shape) ** POPULAR).astype(int)
    listed = rng.choice(len(MODELS), country.size, p=MODELS) + 1
    return np.where(np.arange(len(MODELS)) < listed[:, None], chosen, -1)


def _catalogue(seed: int) -> list[_Model]:
    """All tags, class by class; then those of the block, of an imitation and of an old server."""
    rng = np.random.default_rng([seed, 2**32])
    found = []
    for position, sizes in enumerate(SIZES):
        for number in range(TAGS_PER_CLASS):
            family, level = str(rng.choice(FAMILIES)), str(rng.choice(LEVELS))
            name = f"{family}-{'sml'[min(position, 2)]}{position}{number}:latest"
            size = sizes[number % len(sizes)]
            found.append(_model(name, rng.bytes(32).hex(), (family, size, level), 1 << position))
    for number in range(BLOCK):
        details = ("llama", "8.0B", "Q4_0")
        found.append(_model(f"block{number}:latest", rng.bytes(32).hex(), details, 2))
    rounded = ("qwen2", "14B", "Q4_K_M")
    found.append(_model("deepseek-r1:14b", rng.bytes(32).hex(), rounded, 4))
    found.append(_model("newer:4b", rng.bytes(32).hex(), ("gemma3", "4.3B", "Q4_K_M"), 2))
    return found


def _model(name: str, digest: str, details: tuple[str, str, str], bit: int) -> _Model:
    family, size, level = details
    return _Model(
        (
            f'{{"name":"{name}","model":"{name}","modified_at":"',
            f'","size":4661224676,"digest":"{digest}","details":{{"parent_model":"",'
            f'"format":"gguf","family":"{family}","families":["{family}"],'
            f'"parameter_size":"{size}","quantization_level":"{level}"}}}}',
        ),
        bit,
    )


def _answers(host: _Host, catalogue: list[_Model]) -> list[list[_Model]]:
    """The models that each endpoint of the host lists now; none where it is silent."""
    plain = len(SIZES) * TAGS_PER_CLASS
    match host.kind:
        case "silent":
            return []
        case "block":
            return [catalogue[plain : plain + BLOCK]]
        case "imitation":
            return [[catalogue[-2]]]
        case "old":
            return [[catalogue[-1]]]
    found = [_chosen(positions, catalogue) for positions in host.sets[: 1 + host.second]]
    if host.own:
        digest, details = sha256(str(host.number).encode()).hexdigest(), ("llama", "8.0B", "Q8_0")
        found[0] = [*found[0], _model(f"own-{host.number}:latest", digest, details, 2)]
    return found


def _chosen(positions: list[int], catalogue: list[_Model]) -> list[_Model]:
    return [catalogue[position] for position in dict.fromkeys(positions) if position >= 0]


def _lines(host: _Host, answers: list[list[_Model]], catalogue: list[_Model]) -> Iterator[str]:
    """The records of a host; an older one of the first endpoint must not count."""
    if not answers:
        yield _line(host, 11434, 0, "null")
    for port, models in zip((11434, 8080), answers, strict=False):
        yield _line(host, port, 1, _body(host, models))
    if host.twice:
        yield _line(host, 11434, -1, _body(host, _chosen(host.sets[2], catalogue)))


def _line(host: _Host, port: int, days: int, body: str) -> str:
    address = (
        IPv4Address("198.18.0.0") + host.number
        if host.number < 2**17
        else IPv6Address("2001:db8::") + host.number
    )
    version = "0.1.32" if host.kind == "old" else f"0.{7 + host.number % 5}.{host.number % 4}"
    return (
        f'{{"address":"{address}","port":{port},"country":"{host.code}",'
        f'"city":"{host.code} city {host.network % 7}","as_organisation":"{host.organisation}",'
        f'"observed_at":"{_time(host.minute + 1440 * days)}","version":"{version}","tags":{body}}}'
    )


def _body(host: _Host, models: list[_Model]) -> str:
    changed = f"2026-0{1 + host.number % 7}-{10 + host.minute % 20}T10:11:12.{host.minute:09}+08:00"
    return '{"models":[' + ",".join(changed.join(model.text) for model in models) + "]}"


def _time(minute: int) -> str:
    return datetime.fromtimestamp(START + 60 * minute, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _count(truth: Truth, host: _Host, answers: list[list[_Model]]) -> None:
    bits = functools.reduce(operator.or_, (model.bit for models in answers for model in models), 0)
    cell = host.code, class_set(bits) if answers else record.NO_ANSWER
    truth.hosts += 1
    truth.endpoints += len(answers)
    truth.class_sets[cell] += 1
    truth.organisations[host.organisation] += 1
    truth.bad[record.DUPLICATE] += host.twice
    if host.kind in RULE_OF:
        truth.suspected[RULE_OF[host.kind]] += 1
    else:
        truth.genuine[cell] += 1


def _write(path: Path, lines: list[str], form: Form) -> None:
    """One file, compressed by DuckDB, whole or not at all; in Parquet the body stays a text."""
    beside = path.with_name(f".{path.name}.part")
    try:
        _copy(str(beside).replace("'", "''"), lines, form)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _copy(path: str, lines: list[str], form: Form) -> None:
    import duckdb
    import pandas as pd

    rows = pd.DataFrame({"line": lines})
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        if form == "parquet":
            columns = ", ".join(f"line ->> '{name}' AS {name}" for name in record.FIELDS)
            connection.execute(f"COPY (SELECT {columns} FROM rows) TO '{path}' (FORMAT parquet)")
            return
        packed = {"jsonl": "none", "jsonl.gz": "gzip", "jsonl.zst": "zstd"}[form]
        connection.execute(
            f"COPY rows TO '{path}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', "
            f"DELIMITER '\x01', COMPRESSION {packed})"
        )
