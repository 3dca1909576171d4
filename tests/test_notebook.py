"""What a notebook shows and calls: prints, frames, figures, analyses by name, a first file."""

from __future__ import annotations

import ast
import dataclasses
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import research
from research import Assumption, Bounds, BudgetRow, Estimate, Hypothesis, Interval, TippingPoint
from research.analysis import find, recorded
from research.analysis.calls import Listing
from research.analysis.outline import Outline
from research.analysis.scaffold import scaffold
from research.datasets import DatasetError, tables
from research.publish.screen import LINES, screen
from research.publish.tables.tidy import FIELDS
from research.results import (
    Answer,
    Provenance,
    ResearchError,
    Result,
    Robustness,
    Settled,
    Skipped,
    Specification,
    UnknownName,
    judge,
)
from tests.publish.material import RESULTS, hostile
from tests.shortened import first

HERE = Path(__file__).parent
SMALL = "small models: share of hosts, China minus US"
LEAD = "addresses in Japan minus those of the leading European country, Russia counted in Europe"
SCALE = "class-host pairs for each host, in the country where hosts serve most classes at once"
SHARE = Hypothesis(
    claims=("tenthe/china-more-small",), estimand="share of hosts with a small model, China minus "
    "the United States", null=0, alternative="greater", role="reanalysis", scope="other measure",
)  # fmt: skip
GENUINE = Assumption(
    name="every listed host is a genuine deployment", holds="no", evidence="Five tags look alike."
)


def made() -> Result:
    """A result with all that a print has to place: long names, sets, intervals, conditions."""
    small = Estimate(
        label=SMALL, unit="difference in share of hosts", reading="superpopulation",
        bounds=Bounds(0.134, 0.591), interval=Interval(0.122, 0.603, 0.95, "Imbens-Manski", 2),
        sharpness="sharp", n=18844, n_unit="hosts", assumptions=(GENUINE,),
        budget=(BudgetRow(source="hosts of several classes", low=0.134, high=0.591, detail=""),),
        tipping_points=(
            TippingPoint(what="deff", threshold=135.0, sentence="lost at deff 135"),
        ),
    )  # fmt: skip
    lead = Estimate(label=LEAD, unit="addresses", value=1514, n=24038, n_unit="addresses")
    scale = Estimate(label=SCALE, unit="ratio", bounds=Bounds(1.0, 2.25))
    own = Hypothesis(estimand="addresses", null=0, alternative="greater", role="own question")
    return Result(
        analysis="sizes", title="Does China run more small models than the United States",
        about="", choices={"quantity": ("shares", "counts"), "clones": ("kept", "removed")},
        hypotheses={SMALL: SHARE, LEAD: own}, answers={
            "shares": _answer({"quantity": "shares"}, [small, scale], {SMALL: SHARE}),
            "counts": _answer({"quantity": "counts"}, [lead], {LEAD: own}),
            "rates": Answer(
                estimand={"quantity": "rates"}, choices={}, population="", as_of="", estimates={},
                verdicts={}, robustness={}, specifications=(),
                skipped=(Skipped(choices={}, reason="no rates"),), refused="no rates are published",
            ),
        },
        settled=(Settled(claim="tenthe/tag-grammar", word="not testable", reason="no threshold"),),
        provenance=Provenance(
            seed=1, tables={"t": {"dataset": "tenthe", "version": "2025-04-24", "hash": ""}}
        ),
    )  # fmt: skip


def _answer(estimand, estimates, hypotheses) -> Answer:
    verdicts = {
        each.label: judge(hypotheses[each.label], each.identified, each.interval, where="there")
        for each in estimates
        if each.label in hypotheses
    }
    specifications = tuple(
        Specification(label=each.label, choices={"clones": "removed"}, value=each.value,
                      bounds=each.identified, interval=each.interval, verdict=verdicts[each.label])
        for each in estimates if each.label in verdicts
    )  # fmt: skip
    robust = Robustness(same_verdict=4, specifications=9, skipped=0, low=-0.5, high=0.9, against=1)
    return Answer(
        estimand=estimand, choices={"clones": "removed"}, population="the hosts of the scan",
        as_of="2025-04-24", estimates={each.label: each for each in estimates}, verdicts=verdicts,
        robustness=dict.fromkeys(verdicts, robust), specifications=specifications,
    )  # fmt: skip


# Prints -------------------------------------------------------------------------------------------

LISTED = Listing(
    Outline(name=name, path=HERE, question=question, claims=("tenthe/top-tags",))
    for name, question in {
        "tags": "Does one tag have more than half of the listings of all tags in the library",
        "size_by_origin": "Are larger models a greater part of the downloads",
    }.items()
)
SHOWN = {
    "result": lambda: repr(made()),
    "answer": lambda: repr(made()["shares"]),
    "estimate": lambda: repr(made()["shares"][SMALL]),
    "result-summary": lambda: made().summary(),
    "estimate-summary": lambda: made()["shares"][SMALL].summary(),
    "analyses": lambda: repr(LISTED),
    "hypothesis-mistakes": lambda: _refused(
        lambda: Hypothesis(estimand=3, alternativ="more", role="mine")
    ),
}  # fmt: skip


def _refused(call) -> str:
    with pytest.raises(ResearchError) as mistake:
        call()
    return str(mistake.value)


@pytest.mark.parametrize("width", [60, 80, 150])
@pytest.mark.parametrize("name", SHOWN)
def test_prints_are_as_stored(name, width, monkeypatch):
    """RENEW=1 pytest tests/test_notebook.py writes them anew; the history shows what changed."""
    monkeypatch.setenv("COLUMNS", str(width))
    text, stored = SHOWN[name]() + "\n", HERE / "screens" / f"{name}-{width}.txt"
    if os.environ.get("RENEW"):
        stored.write_text(text, encoding="utf-8")
    assert text == stored.read_text(encoding="utf-8")
    if name != "hypothesis-mistakes":
        assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize(
    ("dataset", "told"),
    [("stated_beliefs", "`research data show stated_beliefs` says"), ("mine", "‘mine’ says")],
)
def test_a_print_names_the_beliefs_that_doubts_were_drawn_from(dataset, told):
    result = recorded("trending_top_ten", RESULTS)
    tables = {**result.provenance.tables}
    tables["stated_beliefs"] = {**tables["stated_beliefs"], "dataset": dataset}
    other = dataclasses.replace(
        result, provenance=dataclasses.replace(result.provenance, tables=tables)
    )
    assert f"* doubts drawn as {told}" in screen(other, width=150)


def test_no_print_of_the_study_exceeds_a_screen_or_its_width():
    for path in RESULTS.glob("*.json"):
        result = recorded(path.stem, RESULTS)
        for width in (60, 150):
            for shown in (result, *result.answers.values()):
                lines = screen(shown, width=width).splitlines()
                assert len(lines) <= LINES + 4, path.stem  # many answers of documents take more
                assert max(map(len, lines)) <= width, path.stem
        assert len(repr(result.answers)) < 700


def test_every_name_is_whole_however_narrow():
    for width in (60, 80, 150):
        text = screen(made()["shares"], width=width)
        assert set(f"{SMALL} {SCALE}".split()) <= set(text.split())


def test_html_shows_the_same_and_texts_of_others_as_text():
    html = made()._repr_html_()
    for cell in ("13.4 to 59.1 points", "holds, fragile, if [1]", "4 of 9", "12.2 to 60.3 points"):
        assert cell in html
    assert "<|>" not in hostile()._repr_html_()
    assert "\x00" not in hostile()._repr_html_()


# Keys, numbers, frames, figures -------------------------------------------------------------------


def test_an_unknown_key_suggests_at_most_three():
    result = made()
    with pytest.raises(UnknownName, match="Did you mean 'shares'"):
        result["share"]
    with pytest.raises(KeyError, match="Did you mean 'small models"):
        result["shares"]["small models: share of hosts"]
    with pytest.raises(UnknownName, match="no answer for quantity='x'"):
        result.answer(quantity="x")
    many = _refused(lambda: research.run("licence"))
    assert many.count("licences") >= 1
    assert len(many) < 200


def test_a_key_may_be_written_as_it_is_printed():
    assert made()["shares"]["small models share of hosts China minus US"].label == SMALL


def test_no_number_of_numpy_is_left_in_a_record():
    found = Estimate(
        label="x", unit="share", value=np.float64(0.5), bounds=Bounds(np.float32(0.5), np.int64(1)),
        n=np.int64(3), budget=[BudgetRow(source="a", low=np.float64(0), high=1, detail="")],
    )  # fmt: skip
    assert [type(each) for each in (found.value, found.bounds.low, found.bounds.high, found.n)] == [
        float, float, int, int,
    ]  # fmt: skip
    curve = research.Curve(over="x", grid=np.arange(2), low=np.zeros(2), high=(np.float64(1), 2))
    assert (curve.grid, curve.low, curve.high) == ((0, 1), (0.0, 0.0), (1.0, 2))
    assert "np." not in repr(found) + repr(dataclasses.astuple(curve))


def test_a_result_survives_pickle_and_copies():
    result = made()
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert dataclasses.replace(again, title="other")["counts"] == result["counts"]
    assert list(dataclasses.asdict(result)["answers"]) == list(result.answers)


def test_a_frame_has_one_row_an_estimate_and_says_what_its_columns_are():
    frame = made().to_frame()
    told = frame.attrs["columns"]
    assert list(frame["label"]) == [SMALL, SCALE, LEAD]
    assert list(told)[:-1] == [field.name for field in FIELDS]
    assert [name for name in frame if name not in told] == ["choice_quantity", "choice_clones"]
    assert frame.loc[0, ["set_low", "interval_high", "same_verdict"]].tolist() == [0.134, 0.603, 4]
    assert frame["verdict"].tolist()[:1] == ["holds"]
    assert frame["verdict"].isna().tolist() == [False, True, False]
    both = pd.concat([frame, made()["counts"].to_frame(), made()["counts"][LEAD].to_frame()])
    assert both["value"].tolist()[2:] == [1514.0] * 3


def test_everything_can_be_drawn():
    result = made()
    for shown in (result, result["counts"], result["shares"][SMALL], result["shares"][SCALE]):
        picture, look = shown.plot()._repr_png_()
        assert picture.startswith(b"\x89PNG")
        assert look == {"width": 660}


# Calls --------------------------------------------------------------------------------------------

US = "share of the listed addresses, US minus China"


@pytest.fixture(scope="module")
def doubled():
    """The scan with twice as many addresses in China."""
    frame = research.load("tenthe_countries")
    frame.loc[frame["country"] == "CN", "discovered_ips"] *= 2
    return frame


def test_another_table_is_a_frame_or_a_file(doubled, tmp_path):
    doubled.attrs |= {"population": "a made-up scan", "as_of": "2026-01-01"}
    doubled.to_csv(tmp_path / "mine.csv", index=False)
    frozen = research.run("us_against_china_hosts", scan="Tenthe")["Tenthe"]
    as_frame, as_file = (
        research.run("us_against_china_hosts", data={"tenthe_countries": given}, scan="Tenthe")
        for given in (doubled, tmp_path / "mine.csv")
    )
    assert frozen[US].value > 0 > as_frame["Tenthe"][US].value == as_file["Tenthe"][US].value
    said = as_frame["Tenthe"].verdicts[US].phrase
    assert said == "does not hold as of 2026-01-01 in a made-up scan"
    assert as_file["Tenthe"].verdicts[US].phrase.endswith("that was not stated in mine.csv")
    assert as_file.plot()._repr_png_()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (3, "found int"),
        ("no.csv", "no file no.csv"),
        (Path("x.xlsx"), "cannot be read|no table that can be read"),
        (pd.DataFrame({"country": ["US"], "rank": ["first"]}), "lacks 'discovered_ips'"),
        (pd.DataFrame({"country": ["US"], "rank": ["first"]}), "'rank' is not integer"),
    ],
)
def test_data_of_another_form_are_refused_with_all_that_is_wrong(given, message):
    with pytest.raises(DatasetError, match=message):
        research.run("us_against_china_hosts", data={"tenthe_countries": given})


def test_what_is_recorded_is_found_by_name():
    assert research.recorded("parameter_scale").analysis == "parameter_scale"
    with pytest.raises(UnknownName, match="Did you mean 'parameter_scale'"):
        research.recorded("parameter_scal")


def test_the_list_of_analyses_is_light_and_indexed_by_name():
    known = research.analyses()
    assert set(known.to_frame()) == {"name", "question", "claims"}
    assert known["tasks"].question in known._repr_html_()
    with pytest.raises(UnknownName, match="Did you mean 'tasks'"):
        known["task"]


def test_a_notebook_shows_a_mistake_without_the_way_to_it():
    assert ResearchError("why")._render_traceback_() == ["ResearchError: why"]


# One's own question -------------------------------------------------------------------------------


@pytest.mark.parametrize("table", first(sorted(tables()), 2))
def test_a_scaffold_runs_at_once_on_any_table(table, tmp_path):
    path = tmp_path / "mine.py"
    scaffold(path, table)
    result = research.run(path)
    (answer,) = result.answers.values()
    assert [verdict.word for verdict in answer.verdicts.values()] in (["holds"], ["does not hold"])
    for text in (repr(result), result.summary(), result.to_json()):
        assert "supported" not in text
        assert "contradicted" not in text
    assert result.plot()._repr_png_()


def test_a_scaffold_replaces_nothing_and_needs_a_table(tmp_path):
    (tmp_path / "mine.py").write_text("mine")
    assert "stays as it is" in _refused(lambda: scaffold(tmp_path / "mine.py", "tenthe_countries"))
    assert "There is no table" in _refused(lambda: scaffold(tmp_path / "new.py", "tenthe_country"))
    assert "such as mine.py" in _refused(lambda: scaffold(tmp_path / "a b.py", "tenthe_countries"))
    assert (tmp_path / "mine.py").read_text() == "mine"


def test_an_own_question_answers_no_claim():
    own = Hypothesis(estimand="x", null=0, alternative="greater", role="own question")
    assert own.scope == "own"
    assert judge(own, Bounds(1, 2), None, where="here").phrase == "holds here"
    claims = {"claims": ("tenthe/country-lead",)}
    assert "leave out 'claims'" in _refused(lambda: dataclasses.replace(own, **claims))


WRONG = """
from research import Hypothesis, Sample, Estimate
HYPOTHESES = {}
def sample(tenthe_countries, *, day: str = "x", unit: int = 3): ...
def estimate(sample, *, way=None): ...
"""


def test_all_choices_that_are_none_are_named_at_once(tmp_path):
    (tmp_path / "mine.py").write_text(WRONG)
    text = _refused(lambda: find(str(tmp_path / "mine.py")))
    assert [f"'{name}'" in text for name in ("day", "unit", "way")] == [True] * 3


# Examples -----------------------------------------------------------------------------------------

PAGES = ("README.md", "docs/guides/change-a-choice.md", "docs/guides/bring-a-table.md",
         "docs/guides/state-beliefs.md")  # fmt: skip


@pytest.mark.parametrize("page", first(PAGES))
def test_python_on_a_page_runs_and_every_value_can_be_shown(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text, names = (HERE.parent / page).read_text(encoding="utf-8"), {}
    blocks = re.findall(r"^```python\n(.*?)^```", text, flags=re.M | re.S)
    assert blocks
    for statement in (each for block in blocks for each in ast.parse(block).body):
        if isinstance(statement, ast.Expr):
            repr(eval(compile(ast.Expression(statement.value), page, "eval"), names))
        else:
            exec(compile(ast.Module([statement], []), page, "exec"), names)


# A user's script ----------------------------------------------------------------------------------

SCRIPT = HERE / "scripts" / "first_look.py"


@pytest.mark.long
def test_types_are_shipped_for_a_script_of_a_users(tmp_path):
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(SCRIPT)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.long
def test_the_script_runs(tmp_path):
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Did you mean 'llama_tags'" in done.stdout
    assert (tmp_path / "llama_tags.png").stat().st_size > 10_000
