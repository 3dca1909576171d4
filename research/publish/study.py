"""The whole study: every analysis, its result and figure, then the paper and the page."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from research import __version__, figures, places
from research.analysis import SEED, analyses, find, record, recorded, run
from research.analysis.declare import where_in
from research.places import write_beside
from research.plain import changes
from research.publish.page import page
from research.publish.paper import compile_paper, prepare_paper, working_copy
from research.results import ResearchError, Result

OUTPUTS = {".json", ".svg", ".pdf", ".png", ".html"}
OUTPUTS = {".json", ".svg", ".pdf", ".png", ".html"}
Progress = Callable[[str], None]  # told the name of each step when it is done


def reproduce(
    folder: Path, *, jobs: int | None = None, done: Progress = lambda _: None
) -> list[Result]:
    """Run every analysis into ``folder/results``, draw its figure, compile paper and page.

    Nothing of the last run is replaced before every analysis has finished.

    Parameters
    ----------
    folder
        The paper's folder; gets a copy of the manuscript where it has none.
    jobs
        Processes; by default one per processor. The numbers do not depend on it.
    done
        Called with the name of each finished step.
    """
    working_copy(folder)
    with TemporaryDirectory(dir=folder, prefix=".unfinished-") as unfinished:
        fresh = Path(unfinished)
        results = list(run_all(fresh / "results", fresh / "figures", jobs=jobs, done=done))
        _replace(fresh / "results", folder / "results")
        _replace(fresh / "figures", folder / "build" / "figures")
    prepare_paper(results, folder)
    compile_paper(folder)
    done("paper")
    page(folder / "results", folder / "build" / "page.html")
    done("page")
    write_manifest(folder)
    return results


def _replace(fresh: Path, old: Path) -> None:
    """Put the files of a finished run in place, and remove what no analysis makes any more."""
    old.mkdir(parents=True, exist_ok=True)
    made = {path.name for path in fresh.iterdir()}
    for path in fresh.iterdir():
        path.replace(old / path.name)
    for path in old.iterdir():
        if path.name not in made:
            path.unlink()


def run_all(
    results: Path,
    drawings: Path | None,
    *,
    jobs: int | None = None,
    done: Progress = lambda _: None,
) -> Iterator[Result]:
    """Run and record every analysis, in parallel; results come in the order of their names."""
    tasks = [(str(path), results, drawings) for path in analyses().values()]
    workers = min(jobs or os.cpu_count() or 1, len(tasks))
    if workers <= 1:
        yield from _told(map(run_and_record, tasks), done)
        return
    # spawn: a forked copy of a process that has started threads may hang
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield from _told(pool.map(run_and_record, tasks), done)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _told(finished: Iterable[Result], done: Progress) -> Iterator[Result]:
    for result in finished:
        done(result.analysis)
        yield result


def run_and_record(task: tuple[str, Path, Path | None]) -> Result:
    """Run one analysis, write its result, and draw its figure from what was written."""
    name, results, drawings = task
    analysis = find(name)
    record(run(analysis), results)
    result = recorded(analysis.name, results)
    if drawings is not None:
        draw(result, name, drawings)
    return result


def draw(result: Result, name: str, folder: Path, *, other_data: bool = False) -> list[Path]:
    """The figure of a result, by its analysis or the default one, in every format.

    With ``other_data`` the default one serves where the analysis' own cannot: it may show
    populations and days that only the frozen data have.
    """
    analysis = find(name)
    drawing = getattr(analysis.module, "figure", figures.default)
    try:
        with figures.theme():
            return figures.save(drawing(result), folder / result.analysis)
    except Exception as error:
        if other_data:
            with figures.theme():
                return figures.save(figures.default(result), folder / result.analysis)
        raise ResearchError(
            f"{where_in(error, analysis.path)}: the figure fails: {type(error).__name__}: {error}"
        ) from error


def check(folder: Path, *, jobs: int | None = None, done: Progress = lambda _: None) -> list[str]:
    """Run every analysis anew and say what differs from the results in ``folder/results``.

    Returns
    -------
    list of str
        One sentence per number or text that moved; empty where everything reproduces.
    """
    committed = {path.stem for path in (folder / "results").glob("*.json")}
    with TemporaryDirectory() as fresh:
        names = [result.analysis for result in run_all(Path(fresh), None, jobs=jobs, done=done)]
        moved = [f"{name}: has no analysis any more" for name in sorted(committed - set(names))]
        for name in names:
            if name not in committed:
                moved.append(f"{name}: has no committed result")
                continue
            old, new = (
                _plain(parent / f"{name}.json") for parent in (folder / "results", Path(fresh))
            )
            moved += [f"{name}{change}" for change in changes(old, new)]
    return moved


def _plain(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ResearchError(
            f"{path} is not valid JSON (line {error.lineno}: {error.msg}). Restore it (git "
            "checkout) or run: research reproduce."
        ) from None


def write_manifest(folder: Path) -> Path:
    """What made the outputs: versions, platform, commit, seed, and the hash of every output."""
    outputs = sorted(
        path for path in folder.rglob("*")
        if path.suffix in OUTPUTS and path.name != "manifest.json"
    )  # fmt: skip
    libraries = ("numpy", "scipy", "statsmodels", "pandas", "matplotlib", "seaborn", "typst")
    manifest = {
        "modelometrics": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: metadata.version(name) for name in libraries},
        "lock": _sha256(places.bundled() / "requirements.lock"),
        "seed": SEED,
        "outputs": {path.relative_to(folder).as_posix(): _sha256(path) for path in outputs},
    }
    path = folder / "build" / "manifest.json"
    write_beside(path, (json.dumps(manifest, indent=1) + "\n").encode())
    return path


def _commit() -> str:
    """The commit of the checkout, with a mark where it has changes; empty outside one."""
    asked = ["git", "-C", str(places.bundled()), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
