"""What the README shows and says to type: the pictures are current, the commands work."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from research import figures, places
from research.analysis import analyses, find, recorded
from research.publish.claims import answer_claims
from research.publish.claims import figure as claims_figure
from tests.collect.loopback import Listed, Loopback, serving
from tests.collect.taking import bundled_rows
from tests.collect.test_evolution import RESOLVED, study, written
from tests.shortened import first

README = (places.bundled() / "README.md").read_text(encoding="utf-8")
PICTURES = places.bundled() / "docs" / "pictures"
RESULTS = places.bundled() / "paper" / "results"


def commands(section: str) -> list[str]:
    """The lines to type in a section, without their comments."""
    text = re.split(r"^## ", README, flags=re.M)
    mine = next(part for part in text if part.startswith(section))
    blocks = re.findall(r"^```\n(.*?)^```", mine, flags=re.M | re.S)
    return [line.split("   #")[0].strip() for block in blocks for line in block.splitlines()]


def drawn(name: str):
    if name == "claims":
        return claims_figure(answer_claims(recorded(known, RESULTS) for known in analyses()))
    return find(name).module.figure(recorded(name, RESULTS))


@pytest.mark.parametrize("name", first(["claims", "over_representation", "parameter_scale"]))
def test_the_pictures_show_the_committed_results(name, tmp_path):
    with figures.theme():
        figures.save(drawn(name), tmp_path / name)
    message = f"copy paper/build/figures/{name}.svg to docs/pictures after research reproduce"
    assert (PICTURES / f"{name}.svg").read_bytes() == (tmp_path / f"{name}.svg").read_bytes(), (
        message
    )


def test_every_picture_is_there_and_described():
    shown = re.findall(r"!\[(.*?)\]\((.*?)\)", README, flags=re.S)
    assert len(shown) >= 3
    for text, path in shown:
        assert len(text) > 20
        assert (places.bundled() / path).is_file()


@pytest.mark.long
def test_with_your_own_data_works_as_written_in_an_empty_folder(tmp_path):
    typed = commands("With your own data")
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
    assert {"datasets/hub_top_models/first", "datasets/hosts/2026-11-01"} <= made


READ_ONLY = {"list", "show", "explain", "run", "data"}


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
