"""The whole study: every analysis, its result and figure, then the paper and the page."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from research import __version__, figures, places
from research.analysis import SEED, Analysis, analyses, find, is_result, record, recorded, run
from research.places import write_beside
from research.plain import changes
from research.publish.drawing import drawn_or_default
from research.publish.outputs import Notify, Outputs, sha256, write_json
from research.publish.paper import MANUSCRIPTS, compile_paper, prepare_paper, working_copy
from research.results import ResearchError, Result
from research.workers import workers

Progress = Callable[[str], None]  # told the name of each step when it is done


def reproduce(
    folder: Path,
    *,
    jobs: int | None = None,
    done: Progress = lambda _: None,
    notify: Notify = lambda _: None,
) -> list[Result]:
    """Run every analysis into ``folder/results``, draw its figure, compile paper and page.

    Nothing of the last run is replaced before every analysis has finished. A result of the same
    name is replaced; any other file only if an earlier run wrote it and nobody has changed it.
    A number that agrees with the one that is stored, in the folder or with the package, keeps its
    digits: figures, paper and page read what is stored, and are the same on every processor.

    Parameters
    ----------
    folder
        The paper's folder; gets a copy of the manuscript where it has none.
    jobs
        Processes; by default one per processor. The numbers do not depend on it.
    done
        Called with the name of each finished step.
    notify
        Called with a sentence about what a killed run had left.

    Raises
    ------
    ResearchError
        If another run writes into the folder, or a file that would be replaced is not the study's.
    """
    from research.publish.page import rendered  # no process that runs an analysis draws charts

    working_copy(folder)
    results, build = (Outputs(folder / part, "research reproduce") for part in ("results", "build"))
    with build.alone(notify) as fresh:
        _refuse_others(results, build)
        drawings, stored = fresh / "build/figures", _stored(folder)
        made = list(run_all(fresh / "results", drawings, stored=stored, jobs=jobs, done=done))
        of_page = _taken(drawings, figures.TEXT_SVG)
        prepare_paper(made, folder, fresh / "build")
        page = rendered(made, fresh / "results", of_page)
        write_beside(fresh / "build/page.html", page.encode())
        done("page")
        kept = results.put(fresh / "results", adopts=is_result)
        built = build.put(fresh / "build")
        for name, pdf in compile_paper(folder).items():
            write_beside(fresh / "last" / name, pdf)
        done("paper")
        built += build.put(fresh / "last")
        outputs = [f"results/{name}" for name in kept] + [f"build/{name}" for name in built]
        write_manifest(folder, fresh / "last/manifest.json", outputs)
        results.keep_only(kept)
        build.keep_only(built + build.put(fresh / "last"))
    return made


def _refuse_others(results: Outputs, build: Outputs) -> None:
    """Before minutes of work: what would be replaced in the end must be the study's."""
    names = list(analyses())
    drawn = [f"figures/{name}.{kind}" for name in names for kind in figures.FORMATS]
    results.refuse_others((f"{name}.json" for name in names), adopts=is_result)
    pdfs = [f"{name}.pdf" for name in MANUSCRIPTS]
    build.refuse_others([*pdfs, "page.html", "manifest.json", *drawn])


def _stored(folder: Path) -> dict[str, str]:
    """The text of every result that the folder holds, or else the package."""
    held = (places.bundled() / "paper" / "results", folder / "results")
    paths = {path.stem: path for results in held for path in results.glob("*.json")}
    return {name: path.read_text(encoding="utf-8") for name, path in paths.items()}


def _taken(drawings: Path, kind: str) -> dict[str, bytes]:
    """The drawings of one format by name, taken out of the folder."""
    contents = {}
    for path in sorted(drawings.glob(f"*.{kind}")):
        contents[path.name.removesuffix(f".{kind}")] = path.read_bytes()
        path.unlink()
    return contents


def run_all(
    results: Path,
    drawings: Path | None,
    *,
    stored: Mapping[str, str] = MappingProxyType({}),
    jobs: int | None = None,
    done: Progress = lambda _: None,
) -> Iterator[Result]:
    """Run and record every analysis, in parallel; results come in the order of their names.

    ``stored`` holds texts of earlier results, by name: numbers that agree keep their digits.
    """
    tasks = [
        (str(path), results, drawings, stored.get(name, "")) for name, path in analyses().items()
    ]
    count = min(jobs or os.cpu_count() or 1, len(tasks))
    if count <= 1:
        yield from _told(map(run_and_record, tasks), done)
        return
    with workers(count) as pool:
        yield from _told(pool.map(run_and_record, tasks), done)


def _told(finished: Iterable[Result], done: Progress) -> Iterator[Result]:
    for result in finished:
        done(result.analysis)
        yield result


def run_and_record(task: tuple[str, Path, Path | None, str]) -> Result:
    """Run one analysis, write its result, and draw its figure from what was written."""
    name, results, drawings, stored = task
    analysis = find(name)
    record(run(analysis), results, stored=stored)
    result = recorded(analysis.name, results)
    if drawings is not None:
        draw(result, drawings, (*figures.FORMATS, figures.TEXT_SVG), analysis)
    return result


def draw(
    result: Result,
    folder: Path,
    formats: Sequence[str] = figures.FORMATS,
    analysis: Analysis | None = None,
) -> list[Path]:
    """The figure of a result, by its analysis or the default one, in every format."""
    with figures.theme():
        return figures.save(drawn_or_default(result, analysis), folder / result.analysis, formats)


def check(folder: Path, *, jobs: int | None = None, done: Progress = lambda _: None) -> list[str]:
    """Run every analysis anew and say what differs from the results in ``folder/results``.

    Returns
    -------
    list of str
        One sentence per number or text that moved; empty where everything reproduces.

    Raises
    ------
    ResearchError
        If there are no results.
    """
    committed = {path.stem for path in (folder / "results").glob("*.json")}
    if not committed:
        raise ResearchError(f"There are no results in {folder / 'results'}: nothing to check.")
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
            "checkout), or move it away and run: research reproduce."
        ) from None


def write_manifest(folder: Path, path: Path, outputs: Iterable[str]) -> None:
    """What made the outputs: versions, platform, commit, seed, and the hash of every output."""
    drawing = ("matplotlib", "seaborn", "pypdfium2", "typst")
    libraries = ("numpy", "scipy", "statsmodels", "pandas", *drawing)
    manifest = {
        "modelometrics": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: metadata.version(name) for name in libraries},
        "lock": sha256(lock) if (lock := places.bundled() / "requirements.lock").is_file() else "",
        "seed": SEED,
        "outputs": {name: sha256(folder / name) for name in sorted(outputs)},
    }
    write_json(path, manifest)


def _commit() -> str:
    """The commit of the checkout, with a mark where it has changes; empty outside one."""
    asked = ["git", "-C", str(places.bundled()), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
