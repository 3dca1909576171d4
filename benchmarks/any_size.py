"""What does a census of the Hub cost an analysis, beside loading it and beside DuckDB's group-by?

``python benchmarks/any_size.py FOLDER`` writes ``benchmarks/ANY_SIZE.md``. FOLDER receives three
invented censuses of 10^5 to 3.1 million models (0.2 GB), where it has none. Every figure is of a
process of its own: processor seconds, wall seconds, and the largest resident memory.

``python benchmarks/any_size.py FOLDER --ask 100000 1000000 5000000`` writes ``ASK_ANY_SIZE.md``
alone: a question beside DuckDB's own group-by over the same file, in the same process, and beside
pandas with the bootstrap of scipy.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from research.datasets import LargeTable

SIZES = (100_000, 1_000_000, 3_100_000)
ANALYSES = ("tasks", "creators", "licences", "lineage")
PAGE = Path(__file__).with_name("ANY_SIZE.md")
ASK_PAGE = Path(__file__).with_name("ASK_ANY_SIZE.md")
ASK_FIGURE = Path(__file__).with_name("ask_any_size.svg")
TIMES = 3  # of each in turn; the median counts
RESAMPLES = 199
AIM, ROOM = 2.5, 500  # times the group-by, and MB
AIMED_AT = 5_000_000  # models
MOST_OF_PANDAS = 10_000_000  # models: more take a memory that this machine lacks
DAY = "2026-10-30"

# Of sums that nobody reads DuckDB makes none, and does not read what they are of.
GROUPED = """
    SELECT max(models), max(held) FROM (
        SELECT author, count(*) AS models, sum(hub_downloads_30d) AS held
        FROM read_parquet(?) GROUP BY ALL
    )
"""
# A few accounts hold many models, some of those are in the table of origins; a third of the models
# names no task, two fifths no licence, half of them no base; downloads have a heavy tail.
INVENTED = """
    WITH drawn AS (
        SELECT i, CAST(hash(i) % 1000003 AS BIGINT) AS kind,
            hash(i + 101) % 1000003 / 1000003 AS a, hash(i + 202) % 1000003 / 1000003 AS b,
            hash(i + 303) % 1000003 / 1000003 AS c, hash(i + 404) % 1000003 / 1000003 AS d
        FROM range({models}) AS r(i)
    ), placed AS (
        SELECT *, CAST({accounts} * a * a * a AS BIGINT) AS holder,
            CAST({accounts} * c * c * c * c AS BIGINT) AS maker FROM drawn
    ), held AS (
        SELECT placed.*, coalesce(one.author, 'account-' || holder) AS author,
            coalesce(two.author, 'account-' || maker) AS base
        FROM placed LEFT JOIN coded AS one ON one.place = holder
        LEFT JOIN coded AS two ON two.place = maker
    )
    SELECT author || '/model-' || i AS id, author, md5(CAST(i AS VARCHAR)) AS _id,
        CAST(floor(pow(b + 1e-6, -1.1)) AS BIGINT) AS downloads, kind % 97 AS likes,
        CASE WHEN kind % 3 > 0 THEN 'task-' || CAST(45 * d * d AS INTEGER) END AS pipeline_tag,
        TIMESTAMP '2022-03-03' + i * INTERVAL 40 SECOND AS createdAt,
        list_filter([
            CASE WHEN kind % 5 < 3
            THEN 'license:' || ['apache-2.0', 'mit', 'other', 'llama3.2'][1 + kind // 5 % 4] END,
            CASE WHEN kind % 2 = 0 THEN 'base_model:'
            || (CASE WHEN d < 0.3 THEN author ELSE base END) || '/base-' || kind // 2 % 3 END,
            CASE WHEN kind % 2 = 0 THEN 'base_model:'
            || ['finetune', 'quantized', 'adapter'][1 + kind // 8 % 3] || ':'
            || (CASE WHEN d < 0.3 THEN author ELSE base END) || '/base-' || kind // 2 % 3 END,
            'region:us'], lambda tag: tag IS NOT NULL) AS tags
    FROM held
"""


def census(folder: Path, models: int) -> Path:
    """A folder with a frozen census of so many invented models, made where it is missing."""
    import duckdb

    from research.collect.bulk import freeze_file
    from research.datasets import load

    where = folder / f"{models}"
    if not (where / "datasets").exists():
        where.mkdir(parents=True, exist_ok=True)
        raw = where / "models.parquet"
        with duckdb.connect(config={"threads": "1"}) as engine:
            accounts = load("publisher_origins")[["author"]].astype(object)
            engine.register("coded", accounts.reset_index(names="place"))
            made = INVENTED.format(models=models, accounts=models // 5)
            engine.execute(f"COPY ({made}) TO '{raw}' (FORMAT parquet)")
        freeze_file(raw, as_of=DAY, into=where / "datasets")
        raw.unlink()
    return where


def figures(task: Callable[[], object]) -> None:
    """Run a task in this process and print its figures."""
    start = perf_counter()
    task()
    wall = perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": memory()}
    print(json.dumps(found))


def analyse(name: str) -> None:
    """``research run NAME`` of every question, without printing."""
    from research.analysis import find, run

    run(find(name, data={"hub_top_models": "hub_models"}))


def load_whole() -> None:
    """The table as a frame, with all its columns."""
    import research

    research.load("hub_models")


def grouped() -> None:
    """What DuckDB needs to sum the downloads of each account, and nothing else."""
    import duckdb

    (path,) = Path("datasets").glob("hub_models/*/hub_models.parquet")
    with duckdb.connect(config={"memory_limit": "200MB", "threads": "2"}) as engine:
        engine.execute(GROUPED, [str(path)]).fetchall()


def share() -> None:
    """China's share of downloads, its set and its interval by organisation."""
    from research.datasets import describe, load
    from research.datasets.reading import open_table
    from research.doubts import Share, where
    from research.measures.cells import hub_cells

    table, origins = open_table(describe("hub_models"), "hub_models"), load("publisher_origins")
    cells = hub_cells(table, origins, by=["organisation", "origin"])
    asked = Share(of=where(origin="CN")).in_(cells)
    print(asked.bounds(), asked.redrawn("organisation").interval)


# A question of a file -----------------------------------------------------------------------------


def listed(folder: Path, models: int) -> Path:
    """A Parquet file in the form of ``hub_top_models``, made where it is missing."""
    import duckdb

    from research.datasets import load

    path = folder.resolve() / f"{models}-listed.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as engine:
            accounts = load("publisher_origins")[["author"]].astype(object)
            engine.register("coded", accounts.reset_index(names="place"))
            made = INVENTED.format(models=models, accounts=models // 5)
            shaped = (
                f"SELECT DATE '{DAY}' AS as_of, id AS model_id, author, pipeline_tag, "
                f"downloads AS hub_downloads_30d, createdAt AS created_at "
                f"FROM ({made})"
            )
            engine.execute(f"COPY ({shaped}) TO '{path}' (FORMAT parquet)")
    return path


def question(path: Path) -> dict[str, float]:
    """DuckDB's group-by and the share with set and interval in turn: median seconds of each."""
    from research.datasets import LargeTable, describe, load

    fields = describe("hub_top_models").resources["hub_top_models"]["schema"]["fields"]
    kept = {"as_of", "model_id", "author", "hub_downloads_30d", "pipeline_tag", "created_at"}
    schema = tuple(field for field in fields if field["name"] in kept)
    origins = load("publisher_origins")
    asked_of(LargeTable(path, schema), origins)  # libraries are loaded
    found: dict[str, list[float]] = {"group": [], "share": []}
    for _ in range(TIMES):
        found["group"].append(processor(lambda: group_of(path)))
        found["share"].append(processor(lambda: asked_of(LargeTable(path, schema), origins)))
    told = {name: median(seconds) for name, seconds in found.items()} | {"memory": memory()}
    whole = processor(lambda: drawn_of(LargeTable(path, schema), origins))
    told |= {"drawn": whole, "memory_drawn": memory()}
    return told | {"accounts": accounts_of(path)}


def accounts_of(path: Path) -> int:
    """How many accounts there are."""
    import duckdb

    with duckdb.connect() as engine:
        sql = "SELECT count(DISTINCT author) FROM read_parquet(?)"
        return int(engine.execute(sql, [str(path)]).fetchall()[0][0])


def group_of(path: Path) -> object:
    """What DuckDB needs to sum the downloads of each account, and nothing else."""
    import duckdb

    with duckdb.connect() as engine:  # as it comes: all cores, and memory as it likes
        return engine.execute(GROUPED, [str(path)]).fetchall()


def asked_of(table: LargeTable, origins: pd.DataFrame) -> object:
    """China's share, its set and its interval by organisation."""
    from research.doubts import Share, where
    from research.measures.cells import hub_cells

    cells = hub_cells(table, origins, by=["organisation", "origin"], named=False)
    asked = Share(of=where(origin="CN")).in_(cells)
    return asked.bounds(), asked.redrawn("organisation").interval


def drawn_of(table: LargeTable, origins: pd.DataFrame) -> object:
    """The same by the channel of `research ask`, with what is likely of all that is open."""
    from research.datasets import load
    from research.doubts import Beliefs, Share, where
    from research.doubts.simulating import simulated
    from research.measures.channel import Wanted
    from research.measures.known_channels import CHANNELS

    tables = {"hub_top_models": table, "publisher_origins": origins}
    units = CHANNELS["downloads"].units(tables, Wanted(day=DAY, by=("origin",)))
    asked = Share(of=where(origin="CN")).in_(units)
    return asked.bounds(), simulated(asked, Beliefs.of(load("stated_beliefs")))


def bootstrap(path: Path) -> dict[str, float]:
    """The same share by pandas, its interval by scipy's bootstrap over organisations."""
    import duckdb
    import numpy as np
    from scipy.stats import bootstrap as resampled

    from research.datasets import load

    def made() -> object:
        rows = duckdb.sql(f"SELECT author, hub_downloads_30d AS held FROM '{path}'").df()
        coded = load("publisher_origins").set_index("author")
        chinese = rows["author"].map(coded["candidates"]).eq("CN")
        who = rows["author"].map(coded["parent"]).astype(object).fillna(rows["author"])
        sums = rows.assign(part=rows["held"].where(chinese, 0)).groupby(who)[["part", "held"]].sum()

        def share(part: np.ndarray, held: np.ndarray, axis: int) -> np.ndarray:
            return part.sum(axis=axis) / held.sum(axis=axis)

        columns = sums["part"].to_numpy(), sums["held"].to_numpy()
        return resampled(
            columns, share, n_resamples=RESAMPLES, batch=10, paired=True, vectorized=True,
            method="percentile", rng=np.random.default_rng(1),
        ).confidence_interval  # fmt: skip

    return {"bootstrap": processor(made), "memory": memory()}


def processor(task: Callable[[], object]) -> float:
    """The processor seconds of a task."""
    start = process_time()
    task()
    return process_time() - start


def memory() -> float:
    """The largest resident memory of this process so far, in MB.

    Linux keeps the largest of the process that started this one too, unless its own table is read.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(peak) / 2**10
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**20 if sys.platform == "darwin" else 2**10)  # bytes there, kilobytes elsewhere


FILE_TASKS = {"question": question, "bootstrap": bootstrap}


def curve(folder: Path, sizes: list[int]) -> list[dict[str, float]]:
    """What was measured now of each size: seconds and MB by what took them."""
    found = []
    for models in sizes:
        listed(folder, models)
        told = {"models": models} | measured("question", folder, models)
        if models <= MOST_OF_PANDAS:
            other = measured("bootstrap", folder, models)
            told |= {"pandas": other["bootstrap"], "memory_pandas": other["memory"]}
        found.append(told)
    return found


def ask_page(rows: list[dict[str, float]]) -> str:
    """The document of the question, from what was measured."""
    table = "\n".join(
        f"| {each['models']:,} | {each['accounts']:,} | "
        f"{seconds(each, 'group')} | {seconds(each, 'share')} | "
        f"{each['share'] / each['group']:.1f} | {megabytes(each, 'memory')} | "
        f"{seconds(each, 'drawn')} | {megabytes(each, 'memory_drawn')} | "
        f"{seconds(each, 'pandas')} | {megabytes(each, 'memory_pandas')} |"
        for each in rows
    )
    sizes = " ".join(f"{each['models']}" for each in rows)
    return f"""# A question asked of a table of any size

Written by `python benchmarks/any_size.py FOLDER --ask {sizes}`. {machine()}

China's share of the downloads of invented models in Parquet: its identified set, and its interval
by organisation (`hub_cells`, `Share`; the column *share, set* has all three). There are a million
invented accounts at the most. DuckDB's own group-by sums the downloads of each account of the same
file, in the same process, with DuckDB's defaults; processor seconds, medians of {TIMES} in turn,
libraries loaded. The largest sum is read: of sums that nobody reads DuckDB makes none. *Drawn* is
the question as `research ask` answers it: also all that its choices and beliefs need of a model,
and the interval of drawn doubts, once. The last columns read the account and the downloads alone
into pandas and draw {RESAMPLES} resamples of organisations (`scipy.stats.bootstrap`), without a
set; they end at {MOST_OF_PANDAS:,} models, as this machine lacks the memory for more of them beside
other work. Memory is the peak of each process up to there, Python and its libraries being part of
it. What is held grows with the accounts, and hardly with the models; of a short table most of the
time is fixed: a thousand models take it too.

{verdict(next((each for each in rows if each["models"] == AIMED_AT), rows[-1]))}

![Processor seconds and memory by the number of models](ask_any_size.svg)

| models | accounts | group-by | share, set | ratio | memory | drawn | memory | pandas | memory |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
{table}
"""


def seconds(told: dict[str, float], name: str) -> str:
    """How long it took, or that it was not tried."""
    return f"{told[name]:.2f} s" if name in told else "not run"


def megabytes(told: dict[str, float], name: str) -> str:
    """How much it held, or that it was not tried."""
    return f"{told[name]:,.0f} MB" if name in told else "not run"


def draw(rows: list[dict[str, float]]) -> None:
    """Seconds and memory by the number of models, beside the document."""
    from research import figures

    drawn = {
        "share, set, interval": ("share", "memory", figures.INK, "o"),
        "with drawn doubts": ("drawn", "memory_drawn", figures.MUTED, "s"),
        "pandas, bootstrap": ("pandas", "memory_pandas", figures.OTHER, "D"),
        "DuckDB's group-by": ("group", "", figures.INK, "^"),
    }
    with figures.theme():
        canvas, axes = figures.canvas((1, 2), height=2.8)
        for name, (time, held, colour, mark) in drawn.items():
            for panel, column in zip(axes, (time, held), strict=True):
                points = [(each["models"], each[column]) for each in rows if column in each]
                if points:
                    look = {"marker": mark, "markersize": 4, "color": colour, "label": name}
                    panel.plot(*zip(*points, strict=True), **look)
        for panel, text in zip(axes, ("Processor seconds", "Largest memory, MB"), strict=True):
            panel.set(xscale="log", yscale="log", xlabel="Models", title=text)
        axes[1].set_ylim(100, 10_000)
        axes[0].legend(frameon=False)
        figures.save(canvas, ASK_FIGURE.with_suffix(""), formats=["svg"])


def verdict(told: dict[str, float]) -> str:
    """Whether the aim is met, in a sentence."""
    ratio = told["share"] / told["group"]
    met = ratio <= AIM and told["memory"] <= ROOM
    return (
        f"The aim for {AIMED_AT:,} models is at most {AIM} times the group-by and {ROOM} MB for "
        f"the share, its set and its interval by organisation. Here it is "
        f"{'met' if met else 'missed'}:\n{ratio:.2f} times and {told['memory']:,.0f} MB for "
        f"{told['models']:,}. Drawn doubts are not in it."
    )


TASKS = {
    "load": ("loaded whole as a frame of pandas", load_whole),
    "group": ("DuckDB sums downloads by account, and nothing else", grouped),
    "share": ("China's share of downloads: set, and interval by organisation", share),
    **{name: (f"`research run {name}`", partial(analyse, name)) for name in ANALYSES},
}


def measured(name: str, folder: Path, models: int) -> dict[str, float]:
    """The figures of one task in a process of its own."""
    command = [sys.executable, __file__, "run", name, str(folder), str(models)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def page(folder: Path) -> str:
    """The whole document."""
    kinds = {name: SIZES if name in ("group", "share", "lineage") else SIZES[-1:] for name in TASKS}
    rows = [
        (TASKS[name][0], models, measured(name, folder, models))
        for name, sizes in kinds.items()
        for models in sizes
    ]
    table = "\n".join(
        f"| {what} | {models:,} | {found['cpu']:.1f} s | {found['wall']:.1f} s | "
        f"{found['memory']:,.0f} MB |"
        for what, models, found in rows
    )
    return f"""# Analyses of a table of any size

Written by `python benchmarks/any_size.py FOLDER`. {machine()}

Invented models in Parquet, {SIZES[-1]:,} being about as many as the Hub held in autumn 2026: one
account for six of them, half of which name a base. Each figure is of a process of its own from its
start: loading Python and its libraries is part of it, and the hash of the whole file, but for what
DuckDB does alone.

| what | models | processor | wall | memory |
| --- | --- | --- | --- | --- |
{table}
"""


def machine() -> str:
    """Cores, versions and how busy the machine was; no name of it."""
    named = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pandas"))
    return (
        f"{os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, "
        f"{named}. {os.getloadavg()[2]:.1f} processes wanted these cores in the last quarter of an "
        "hour (this benchmark is one or two): where that is more than there are cores, times are "
        "too long."
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["run", ("question" | "bootstrap") as name, folder, models]:
            print(json.dumps(FILE_TASKS[name](listed(Path(folder), int(models)))))
        case ["run", name, folder, models]:
            os.chdir(census(Path(folder).resolve(), int(models)))
            figures(TASKS[name][1])
        case _:
            parser = argparse.ArgumentParser(description=__doc__)
            parser.add_argument("folder", type=Path)
            parser.add_argument("--ask", type=int, nargs="+", metavar="MODELS")
            given = parser.parse_args()
            if given.ask:
                rows = curve(given.folder, given.ask)
                draw(rows)
                written, text = ASK_PAGE, ask_page(rows)
            else:
                for models in SIZES:
                    census(given.folder, models)
                written, text = PAGE, page(given.folder)
            written.write_text(text, encoding="utf-8")
            print(text)
