"""The tutorial runs, its solutions are right, wrong answers are refused, its sentences hold."""

from __future__ import annotations

import re
import sys

import pytest

from research import places

DOCS = places.bundled() / "docs"
sys.path[:0] = [str(DOCS), str(DOCS / "hooks")]

import exercises  # noqa: E402
import notebook  # noqa: E402

EXERCISES = 8
NEARLY = 0.02  # coverage of 2,000 samples, four standard errors
SHARES = [
    f"{size}: share of hosts, China minus US"
    for size in ("small", "medium", "large", "extra-large")
]


@pytest.fixture(scope="module")
def tutorial():
    return notebook.executed(DOCS / "tutorial.md")


@pytest.fixture(scope="module")
def printed(tutorial):
    """Everything that it printed, as one text."""
    outputs = [out for cell in tutorial.cells if cell.cell_type == "code" for out in cell.outputs]
    return "\n".join(out.get("text") or out["data"].get("text/plain", "") for out in outputs)


@pytest.mark.long
def test_every_exercise_has_a_right_solution(tutorial):
    solutions = [cell for cell in tutorial.cells if notebook.is_solution(cell)]
    last = [cell.outputs[-1]["data"]["text/plain"] for cell in solutions]
    assert len(solutions) == EXERCISES
    assert [text for text in last if not text.startswith("Right. ")] == []
    asked = re.findall(r"^### Exercise (\d)$", (DOCS / "tutorial.md").read_text(), re.MULTILINE)
    assert [int(number) for number in asked] == list(range(1, EXERCISES + 1))


@pytest.mark.long
def test_assuming_independence_costs_coverage_and_clusters_repair_it(printed):
    table = printed[printed.index("independence assumed  design effect known") :]
    rows = [
        [float(number) for number in line.split()]
        for line in table.splitlines()[2:8]
    ]  # fmt: skip
    naive = [row[1] for row in rows]
    assert naive == sorted(naive, reverse=True)
    assert naive[0] > 0.95 - NEARLY
    assert naive[-1] < 0.6
    assert min(min(row[2:]) for row in rows) > 0.95 - NEARLY


@pytest.mark.long
def test_bounds_hold_the_truth_where_the_naive_test_rejects_it(printed):
    rejected = re.search(r"rejects the true hypothesis in (\d+)%", printed)
    held = re.search(r"holds the truth in (\d+)%", printed)
    assert int(rejected[1]) > 50
    assert int(held[1]) == 100


@pytest.mark.long
def test_a_belief_moves_the_likelihood_and_not_the_set(printed):
    table = printed[printed.rindex("as stated") :]
    rows = dict(re.findall(r"^(set|interval|likely, stated) +(.*)$", table, re.MULTILINE))
    stated, mine = re.split(r"  +", rows["likely, stated"].strip())
    assert int(stated.rstrip("%")) > 66
    assert int(mine.rstrip("%")) < 66
    for name, is_same in (("set", True), ("interval", False)):
        first, second = re.split(r"  +", rows[name].strip())
        assert (first == second) is is_same


@pytest.mark.long
def test_no_place_of_the_machine_is_printed(printed):
    assert re.findall(r"(?<![\w.])/(?:tmp|home|root|usr|var)\S*", printed) == []


@pytest.mark.parametrize(
    ("check", "wrong", "hint"),
    [
        ("check_not_identified", [SHARES[:1]], "0 in shares.estimates[label].identified"),
        ("check_not_identified", [["medium"]], "The labels to choose from are: small: share"),
        ("check_lost_at", [10], "still above zero"),
        ("check_lost_at", [135], "already below zero"),
        ("check_version", ["campus_rooms", "2026-01-19"], "campus_rooms"),
        ("check_version", ["tenthe_countries", "2025-04-24"], "rows are those of the first"),
        ("check_choice", ["no_such_analysis"], "There is no analysis named 'no_such_analysis'"),
        ("check_choice", ["creation_dates"], "Its values give the same estimate"),
        ("check_design_effect", [40, 50], "1 + (m - 1)"),
        ("check_design_effect", [2.95, 2000], "hosts over the design effect"),
        ("check_bounds", [0.24, 0.5], "low end is right"),
        ("check_bounds", [0.3, 0.4], "high end is right"),
        ("check_bounds", [0.2, 0.3], "at least, and how many at most"),
        ("check_threshold", [99], "Not all of the set"),
        ("check_threshold", [1], "more than one per cent more does too"),
    ],
)
def test_a_wrong_answer_is_refused_with_a_hint(check, wrong, hint):
    found = getattr(exercises, check)(*wrong)
    assert not found.right
    assert hint in repr(found)
    assert repr(found).startswith("Not yet. ")


def test_an_analysis_without_a_choice_is_refused(tmp_path):
    file = tmp_path / "fixed.py"
    file.write_text(
        "from research import Sample\n"
        "HYPOTHESES = {}\n"
        "def sample(tenthe_countries):\n"
        "    return Sample(population='', as_of='', data={})\n"
        "def estimate(sample): ...\n"
    )
    assert "no keyword parameter annotated" in repr(exercises.check_choice(str(file)))


def test_the_download_is_not_run_and_the_same_every_time():
    import nbformat

    text = notebook.download(DOCS / "tutorial.md")
    cells = [c for c in nbformat.reads(text, as_version=4).cells if c.cell_type == "code"]
    assert text == notebook.download(DOCS / "tutorial.md")
    assert all(cell.outputs == [] for cell in cells)
    folded = [c for c in cells if c.metadata.get("jupyter", {}).get("source_hidden", False)]
    assert len(folded) == EXERCISES
