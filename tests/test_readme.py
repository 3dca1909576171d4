"""What the README and the guides say to type works; the picture is current."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from research import figures, places
from research.analysis import find, recorded
from tests.collect.loopback import Listed, Loopback, serving
from tests.collect.taking import bundled_rows
from tests.collect.test_evolution import RESOLVED, study, written

README = (places.bundled() / "README.md").read_text(encoding="utf-8")
PICTURES = places.bundled() / "docs" / "pictures"
RESULTS = places.bundled() / "paper" / "results"


GUIDES = places.bundled() / "docs" / "guides"
LINES = 120


def blocks(text: str) -> list[list[str]]:
    """The lines to type, block by block, without their comments."""
    found = re.findall(r"^```\n(.*?)^```", text, flags=re.M | re.S)
    return [[line.split("   #")[0].strip() for line in block.splitlines()] for block in found]


def commands(section: str) -> list[str]:
    """The lines to type in a section of the README."""
    text = re.split(r"^## ", README, flags=re.M)
    mine = next(part for part in text if part.startswith(section))
    return [line for block in blocks(mine) for line in block]


def of_guide(name: str, *beginnings: str) -> list[str]:
    """The lines to type of a guide: of all blocks, or of those that begin so."""
    found = blocks((GUIDES / f"{name}.md").read_text(encoding="utf-8"))
    kept = [block for block in found if not beginnings or block[0].startswith(beginnings)]
    assert len(kept) >= len(beginnings)
    return [line for block in kept for line in block]


def test_the_readme_is_short():
    assert len(README.splitlines()) <= LINES


def test_what_the_readme_links_to_is_there():
    linked = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(linked) > 10
    assert [path for path in linked if not (places.bundled() / path).is_file()] == []


def test_the_picture_shows_the_committed_results(tmp_path):
    name = "over_representation"
    with figures.theme():
        drawn = find(name).module.figure(recorded(name, RESULTS))
        figures.save(drawn, tmp_path / name)
    message = f"copy paper/build/figures/{name}.svg to docs/pictures after research reproduce"
    assert (PICTURES / f"{name}.svg").read_bytes() == (tmp_path / f"{name}.svg").read_bytes(), (
        message
    )


def test_the_picture_is_there_and_described():
    ((text, path),) = re.findall(r"!\[(.*?)\]\((.*?)\)", README, flags=re.S)
    assert len(text) > 20
    assert (places.bundled() / path).is_file()


@pytest.mark.long
def test_with_your_own_data_works_as_written_in_an_empty_folder(tmp_path):
    typed = [
        *of_guide("add-a-month"),
        *of_guide("take-new-data", "research collect evolution", "research data example-scan"),
        *of_guide("bring-a-table", "printf"),
    ]
    assert sum(line.startswith("research ") for line in typed) >= 9
    binaries = str(Path(sys.executable).parent)
    files = {RESOLVED: written(tmp_path / "e.parquet", study()).read_bytes()}
    with serving(Loopback(Listed(bundled_rows()), files=files)) as hub:
        # The Hub is on this machine, without anyone's token; all else is as a user has it.
        surroundings = {
            **{key: value for key, value in os.environ.items() if "HF_" not in key},
            "HF_ENDPOINT": hub.address,
            "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
            "PATH": binaries + os.pathsep + os.environ["PATH"],
        }
        for line in typed:
            done = subprocess.run(
                ["/bin/sh", "-c", line], cwd=tmp_path, env=surroundings,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            if shlex.split(line)[1:2] == ["run"]:
                assert re.search(r"\b(holds|does not hold)\b", done.stdout)
    made = {
        path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("datapackage.json")
    }
    assert {"datasets/hub_top_models/december", "datasets/hosts/2026-11-01"} <= made


def test_the_claim_on_its_own_data_is_two_commands_and_the_guide_has_the_same():
    of_study = of_guide("take-new-data", "research collect evolution")
    assert of_study == ["research collect evolution", "research run published_past_year"]
    assert of_study in blocks(README)


READ_ONLY = {"list", "show", "explain", "run", "ask", "new", "publish"}


@pytest.mark.long
@pytest.mark.parametrize(
    "line",
    [
        line
        for line in commands("Start")
        if line.startswith("research ") and line.split()[1] in READ_ONLY
    ],
)
def test_what_the_start_says_to_type_works(line, tmp_path):
    binaries = str(Path(sys.executable).parent)
    surroundings = {**os.environ, "PATH": binaries + os.pathsep + os.environ["PATH"]}
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=tmp_path, env=surroundings, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    assert done.stderr == ""
