"""The study gives the same files under other processors, locales, zones, seeds and settings.

It must give what the committed results give here: their bytes, and those of the figures, the paper
and the page that are made from them. Under one condition every analysis is run, as each has numbers
that a processor might round otherwise; under the other one analysis of each kind of numerics, and
all figures and texts are made. Another interpreter is a condition of continuous integration.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from research import places

KERNEL = "OPENBLAS_CORETYPE"
CONDITIONS = {
    "another kernel, one thread, Tokyo": {
        KERNEL: "Prescott",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
        "OPENBLAS_NUM_THREADS": "1",
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "1",
    },
    "a third kernel, two threads, Los Angeles, no assertions, a style of one's own": {
        KERNEL: "Nehalem",
        "OPENBLAS_NUM_THREADS": "2",
        "TZ": "America/Los_Angeles",
        "LC_ALL": "de_DE.UTF-8",
        "PYTHONHASHSEED": "2",
        "PYTHONOPTIMIZE": "1",
        "MPLBACKEND": "none that exists",
    },
}
# A regression and a quantile regression, linear programmes, and draws of what is believed.
OF_EACH_KIND = "like_for_like", "chinese_origin_deployments", "families"
STYLE = "font.size: 20\naxes.grid: True\nlines.linewidth: 5\npdf.compression: 9\n"

pytestmark = pytest.mark.long


def outputs(folder: Path) -> dict[str, str]:
    """The hash of every file that the study made."""
    made = json.loads((folder / "build" / "manifest.json").read_text(encoding="utf-8"))
    return dict(made["outputs"])


def kernel(environment: dict[str, str]) -> str:
    """Which kernel of OpenBLAS numpy runs on; empty where it has another library."""
    libraries = Path(np.__file__).parents[1] / "numpy.libs"
    path = next(libraries.glob("libscipy_openblas64_*"), None)
    if path is None:
        return ""
    asked = (
        "import ctypes, sys; name = ctypes.CDLL(sys.argv[1]).scipy_openblas_get_corename64_; "
        "name.restype = ctypes.c_char_p; print(name().decode())"
    )
    return subprocess.run(
        [sys.executable, "-c", asked, str(path)],
        env=environment, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip


def study(folder: Path, environment: dict[str, str], *names: str) -> None:
    """Run the study in a process of its own; of the analyses those of these names, or all."""
    some = [str(Path(__file__).parent / "scripts" / "study_of_some.py"), *names]
    command = some if names else ["-m", "research", "reproduce", "--folder"]
    subprocess.run(
        [sys.executable, *command, str(folder)],
        env=environment, cwd=folder.parent, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def inherited() -> dict[str, str]:
    """The environment, in which the package under test comes first."""
    return os.environ | {"PYTHONPATH": str(Path(places.__file__).parents[1])}


@pytest.mark.parametrize(
    ("name", "run"), list(zip(CONDITIONS, [(), OF_EACH_KIND], strict=True)), ids=list(CONDITIONS)
)
def test_the_study_is_the_same_under(name, run, paper, tmp_path):
    (tmp_path / "style").mkdir()
    (tmp_path / "style" / "matplotlibrc").write_text(STYLE, encoding="utf-8")
    changed = CONDITIONS[name] | {"MATPLOTLIBRC": str(tmp_path / "style")}
    environment = inherited() | changed
    if kernel(inherited()):
        assert kernel(environment) != kernel(inherited())
    study(tmp_path / "paper", environment, *run)
    assert outputs(tmp_path / "paper") == outputs(paper)
