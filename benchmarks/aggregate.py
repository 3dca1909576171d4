"""How much does the aggregation of scans cost beside reading them, and how does it grow?

``python benchmarks/aggregate.py FOLDER`` writes all of ``benchmarks/AGGREGATE.md``; ``--only
scan`` or ``--only step`` writes that section alone. FOLDER receives an invented scan of 2.1 million
records twice, as .gz and as .zst (0.4 GB), where it has none. Every figure is of a process of its
own: processor seconds, wall seconds, and the largest resident memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

PAIRS = 3
HOSTS = 2_000_000  # give 2.1 million records
ROWS = (10**5, 10**6, 10**7, 10**8)
SPARK_ROWS = ROWS[:3]
LARGE = "3GB"  # for more records than the default memory is meant for
PAGE = Path(__file__).with_name("AGGREGATE.md")
CURVE = PAGE.with_name("aggregate.svg")
TITLE = "# The cost of aggregating scans"
HEADINGS = {"scan": "## 2.1 million records", "step": "## The step after reading"}
FORMS = ("jsonl.gz", "jsonl.zst")

BODY = (
    "STRUCT(models STRUCT(name VARCHAR, model VARCHAR, modified_at VARCHAR, size BIGINT, "
    "digest VARCHAR, details STRUCT(parent_model VARCHAR, format VARCHAR, family VARCHAR, "
    "families VARCHAR[], parameter_size VARCHAR, quantization_level VARCHAR))[])"
)
TEXTS = ("address", "country", "city", "as_organisation", "version")
OF_MODEL = ("name", "model", "modified_at", "size", "digest", "details")

# Observations of the step after reading: one in fifty hosts has a second endpoint, one in thirty
# an older record; a tenth as many sets of models as hosts, three models each.
GENERATED = """
    SELECT CAST(NULL AS {text}) AS reason, true AS answered,
        CASE WHEN i % 50 = 0 THEN 8080 ELSE 11434 END AS port,
        1786406400000000 + (i % 1000000) * 1000000 AS observed_at,
        concat(chr(65 + CAST(i % 5 AS INT)), chr(65 + CAST(i % 4 AS INT)), chr(31), chr(31),
            'NETWORK-', CAST(i % 4000 AS {text}), chr(31), '0.9.1') AS place,
        CASE WHEN i % 30 = 0 THEN i + 1 ELSE i END AS host,
        i AS record, i % 20000 AS profile, CAST(held AS BIGINT) AS signature,
        {list}(
            concat_ws(chr(31), '', 'llama', '8.0B', 'Q4_0',
                concat('a', CAST(held % 997 AS {text}))),
            concat_ws(chr(31), '', 'qwen2', '1.5B', 'F16',
                concat('b', CAST(held % 499 AS {text}))),
            concat_ws(chr(31), '', 'phi3', '70.6B', 'Q4_0',
                concat('c', CAST(held % 251 AS {text})))
        ) AS models
    FROM (SELECT i, (i * 7919) % {sets} AS held FROM {source}) AS made
"""  # fmt: skip


def main(folder: Path, only: str | None) -> None:
    """Write the sections that are asked for; the others stay."""
    sections = {"scan": lambda: scan_section(folder), "step": step_section}
    kept = PAGE.read_text(encoding="utf-8").split("\n## ")[1:] if PAGE.exists() else []
    parts = {f"## {text}".splitlines()[0]: f"## {text.strip()}" for text in kept}
    told = [
        sections[name]() if only in (None, name) else parts.get(heading, "")
        for name, heading in HEADINGS.items()
    ]
    written = "Written by `python benchmarks/aggregate.py FOLDER`."
    text = "\n\n".join(part for part in (TITLE, written, *told) if part)
    PAGE.write_text(text + "\n", encoding="utf-8")
    draw_curve(text)
    print(PAGE.read_text(encoding="utf-8"))


def scan_of(folder: Path, form: str) -> Path:
    """The scan in this form, made where it is missing."""
    from research.collect.scans import write_scan

    inner = folder / form.replace(".", "-")
    if not any(inner.glob(f"*.{form}")):
        write_scan(inner, HOSTS, form=form)
    return inner


def measured(*words: object) -> dict[str, float]:
    """The figures of one task in a process of its own."""
    command = [sys.executable, __file__, *map(str, words)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def figures(task, **told) -> None:
    """Run a task in this process and print its figures."""
    import resource

    start = perf_counter()
    task()
    wall = perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({
        "wall": wall,
        "cpu": sum(each.ru_utime + each.ru_stime for each in used),
        "memory": max(each.ru_maxrss for each in used) / 1024,
        **told,
    }))  # fmt: skip


def read_and_unnest(folder: Path) -> None:
    """What DuckDB needs to read every field and to unnest the models, and nothing else."""
    import duckdb

    columns = ", ".join(f"{name}: 'VARCHAR'" for name in TEXTS)
    columns += f", port: 'BIGINT', observed_at: 'TIMESTAMP', tags: '{BODY}'"
    wanted = ", ".join(
        [f"count({name})" for name in (*TEXTS, "port", "observed_at")]
        + [f"count(model.{name})" for name in OF_MODEL]
    )
    options = {"threads": 2, "memory_limit": "300MB", "preserve_insertion_order": False}
    duckdb.connect(config=options).execute(
        f"SELECT {wanted} FROM (SELECT * EXCLUDE (tags), unnest(tags.models) AS model "
        f"FROM read_json('{folder}/*.jsonl.*', columns = {{{columns}}}, "
        "format = 'newline_delimited', ignore_errors = true))"
    ).fetchall()


def aggregate_scan(folder: Path) -> None:
    from research.collect.scans import aggregate, scan_files
    from research.collect.scans.engines import open_engine

    with TemporaryDirectory() as work, open_engine("duckdb", Path(work)) as engine:
        aggregate(engine, scan_files([folder]), Path(work) / "datasets")


def step(kind: str, rows: int) -> None:
    """The aggregation of observations that are made within the engine."""
    from research.collect.scans.counting import counts
    from research.collect.scans.engines import open_engine
    from research.collect.scans.rules import CloneRules
    from research.collect.scans.stages import keep_stages

    words = {
        "duckdb": {"text": "VARCHAR", "list": "list_value", "source": f"range({rows}) AS r(i)"},
        "spark": {
            "text": "STRING",
            "list": "array",
            "source": f"(SELECT id AS i FROM range({rows})) AS r",
        },
    }
    memory = LARGE if rows > 10**7 else None
    with TemporaryDirectory() as work, open_engine(kind, Path(work), memory=memory) as engine:
        engine.keep("observations", GENERATED.format(sets=rows // 10, **words[kind]))
        engine.frame("SELECT count(*) AS n FROM observations")
        figures(lambda: counts(engine, 10) if not keep_stages(engine, CloneRules()) else None,
                engine=kind, rows=rows)  # fmt: skip


def cells(found) -> str:
    return f"{found['cpu']:.1f} s | {found['wall']:.1f} s | {found['memory']:,.0f} MB"


def scan_section(folder: Path) -> str:
    tables = "\n\n".join(scan_table(scan_of(folder, form), form) for form in FORMS)
    return f"""{HEADINGS["scan"]}

An invented scan, 1.35 kB a record; medians of {PAIRS} pairs of runs, one after the other.
{machine()}

{tables}"""


def scan_table(folder: Path, form: str) -> str:
    pairs = [(measured("read", folder), measured("aggregate", folder)) for _ in range(PAIRS)]
    read, whole = (middle(each) for each in zip(*pairs, strict=True))
    ratio = middle([{key: one[key] / base[key] for key in base} for base, one in pairs])
    size = sum(path.stat().st_size for path in folder.glob(f"*.{form}")) / 1e6
    return f"""{size:,.0f} MB of .{form}:

| what | processor | wall | memory |
| --- | --- | --- | --- |
| DuckDB reads and unnests, and nothing else | {cells(read)} |
| everything: keyed hashes, bad records, sets, overlaps, suppression, tables | {cells(whole)} |
| ratio | {ratio["cpu"]:.2f} | {ratio["wall"]:.2f} | |"""


def middle(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {key: median(each[key] for each in found) for key in found[0]}


def step_section() -> str:
    rows = [measured("step", engine, count) for engine, counts in
            (("duckdb", ROWS), ("spark", SPARK_ROWS)) for count in counts]  # fmt: skip
    lines = "\n".join(
        f"| {row['engine']} | {row['rows']:,} | "
        + (
            cells(row)
            if row["engine"] == "duckdb"
            else f"not seen | {row['wall']:.1f} s | not seen"
        )
        + " |"
        for row in rows
    )
    return f"""{HEADINGS["step"]}

Observations are made within the engine; the processor seconds of DuckDB include making them, the
wall seconds do not. Above ten million records DuckDB may take {LARGE} (`--memory`). The processor
and memory of Spark's Java process are not seen from here. {machine()}

![Time and memory of the step by number of records]({CURVE.name})

| engine | records | processor | wall | memory |
| --- | --- | --- | --- | --- |
{lines}"""


def draw_curve(text: str) -> None:
    """The table of the step as a drawing beside the page."""
    from research import figures as drawing

    told = re.findall(r"\| (duckdb|spark) \| ([\d,]+) \| .+? \| ([\d.]+) s \| (.+?) \|", text)
    names = {"duckdb": "DuckDB", "spark": "Spark, local"}
    with drawing.theme():
        figure, (times, memory) = drawing.canvas((1, 2), height=2.6)
        for (engine, name), color in zip(
            names.items(), (drawing.UNITED_STATES, drawing.CHINA), strict=True
        ):
            rows = [
                (number(records), number(wall), number(held.split()[0]) if "MB" in held else None)
                for kind, records, wall, held in told
                if kind == engine
            ]
            for axes, points in (
                (times, [(x, wall) for x, wall, _ in rows]),
                (memory, [(x, held) for x, _, held in rows if held is not None]),
            ):
                if points:
                    axes.plot(*zip(*points, strict=True), marker="o", markersize=4, color=color)
                    axes.annotate(name, points[-1], xytext=(5, 0), textcoords="offset points",
                                  va="center", color=color)  # fmt: skip
        for axes, title in ((times, "Wall time, seconds"), (memory, "Largest memory, MB")):
            axes.set(xscale="log", yscale="log", title=title, xlabel="Records", xlim=(7e4, 1.2e9))
        memory.set_ylim(100, 10_000)
        drawing.save(figure, CURVE.with_suffix(""), formats=["svg"])


def number(text: str) -> float:
    return float(text.replace(",", ""))


def machine() -> str:
    """Cores, versions and how busy the machine was; no name of it."""
    return (
        f"{os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, duckdb "
        f"{version('duckdb')}. {os.getloadavg()[2]:.1f} processes wanted these cores in the last "
        "quarter of an hour (this benchmark is one or two): where that is more than there are "
        "cores, times are too long."
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["read", folder]:
            figures(lambda: read_and_unnest(Path(folder)))
        case ["aggregate", folder]:
            figures(lambda: aggregate_scan(Path(folder)))
        case ["step", kind, rows]:
            step(kind, int(rows))
        case _:
            parser = argparse.ArgumentParser(description=__doc__)
            parser.add_argument("folder", type=Path)
            parser.add_argument("--only", choices=HEADINGS)
            asked = parser.parse_args()
            main(asked.folder, asked.only)
