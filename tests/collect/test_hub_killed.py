"""Killed without warning at any moment: the table comes out the same."""

from __future__ import annotations

import random
from multiprocessing import get_context
from pathlib import Path
from time import monotonic

import pytest

from research.collect.hub import census
from research.datasets import read_descriptor
from research.datasets.files import sha256
from tests.collect.loopback import Held, Loopback, Synthetic, serving
from tests.collect.taking import PATIENCE, begin, table_bytes, take

pytestmark = pytest.mark.usefixtures("no_token")

KILLS = 50
SEED = 20261121
MODELS, PAGE = 300, 10
DELAY = 0.005  # seconds a page, so that most kills fall between and within requests
AFTER = 1.1  # kills fall up to this many times the time of an undisturbed run
LONGEST = 1.0  # seconds, so that fifty kills take less than a minute on a busy machine


@pytest.fixture
def running():
    """Processes that begin within milliseconds: what they import is there already."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.collect.taking", "huggingface_hub", "pandas", "duckdb"])
    return context


def test_killed_while_a_page_is_on_its_way_the_table_comes_out_the_same(tmp_path, running):
    into, pages = tmp_path / "killed", MODELS // PAGE
    with serving(Loopback(Synthetic(MODELS), page=PAGE)) as server:
        expected = table_bytes(take(census(), server.address, tmp_path / "undisturbed"))
        for taken in (0, 7, pages - 1):  # so many are kept when it is killed
            held = Held(len(server.asked) + 1 + taken - kept(into))
            server.between = held
            process = run(running, server.address, into)
            assert held.came.wait(PATIENCE)
            process.kill()
            process.join()
            held.go.set()
            nothing_is_half_written(into)
            assert kept(into) == taken
        server.between = int
        last = run(running, server.address, into)
        last.join()
    assert last.exitcode == 0
    assert table_bytes(frozen(into)) == expected


def kept(into: Path) -> int:
    return len(list(into.glob(".collecting/hub_models/pages/[!.]*")))


@pytest.mark.long
def test_killed_at_any_moment_the_table_comes_out_the_same(tmp_path, running):
    with serving(Loopback(Synthetic(MODELS), page=PAGE, delay=DELAY)) as server:
        run(running, server.address, tmp_path / "warm").join()
        began = monotonic()
        run(running, server.address, tmp_path / "undisturbed").join()
        longest = min(AFTER * (monotonic() - began), LONGEST)
        expected = table_bytes(frozen(tmp_path / "undisturbed"))
        kills, finished, moments = 0, 0, random.Random(SEED)
        while kills < KILLS or not finished:
            into = tmp_path / f"killed-{finished}"
            process = run(running, server.address, into)
            process.join(moments.uniform(0, longest) if kills < KILLS else None)
            if process.is_alive():
                process.kill()
                process.join()
                kills += 1
                nothing_is_half_written(into)
                continue
            assert process.exitcode == 0
            assert table_bytes(frozen(into)) == expected
            finished += 1


def run(context, address: str, into: Path):
    """A collection in a process of its own, which goes on where a killed one stopped."""
    if not into.exists():
        begin(census(), address, into)
    process = context.Process(target=_take, args=(address, into))
    process.start()
    return process


def _take(address: str, into: Path) -> None:
    if (into / ".collecting" / "hub_models").exists():  # else it was killed when all was done
        take(census(), address, into)


def frozen(into: Path):
    return read_descriptor(into / "hub_models" / "2026-11-21")


def nothing_is_half_written(into: Path) -> None:
    """A version is there and whole, or it is not there."""
    for folder in into.glob("hub_models/[!.]*"):
        made = read_descriptor(folder)
        assert sha256(made.path("hub_models")) == made.resources["hub_models"]["hash"]
