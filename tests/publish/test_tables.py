"""The paper material: every number is the result's, every file is described, nobody's is lost."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from dataclasses import replace

import pytest

import research
from research.analysis import record, recorded
from research.publish.datasets_read import datasets_read
from research.publish.judged import reported
from research.publish.methods import INTERVALS, TESTS
from research.publish.tables import drawings
from research.publish.tables.archive import CRATE, PACKAGE, SUMS, files, sha256
from research.publish.tables.folder import publish_tables
from research.publish.tables.latex import escape, slug
from research.publish.tables.macros import Entry, command, numbers, paths
from research.publish.tables.methods_text import methods_text
from research.publish.tables.references import references
from research.publish.tables.tidy import FIELDS, raw, tidy
from research.publish.tables.typeset import table
from research.results import Bounds, ResearchError, Result
from research.wording import quantity
from tests.publish.material import HOSTILE, RESULTS, fields_of, hostile

NAMES = sorted(path.stem for path in RESULTS.glob("*.json"))
FEW = ["leading_tags", "parameter_scale"]  # both readings, settled claims, sets and points


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """The material of all analyses, without their figures."""
    into = tmp_path_factory.mktemp("everything") / "material"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawings, "draw", lambda *_: [])
        publish_tables(RESULTS, [], into)
    return into


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    into = tmp_path_factory.mktemp("few") / "material"
    publish_tables(RESULTS, FEW, into)
    return into


def stored(name: str) -> dict:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def same(written: str, value) -> bool:
    """Whether a cell holds the stored value: all digits of a number, a text as it is."""
    if value is None or value == "":
        return written == ""
    if isinstance(value, str) and value not in ("inf", "-inf"):
        return written == value
    return float(written) == float(value)


# Claims -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def claims(everything):
    text = (everything / "tables" / "claims-answered.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_claim_stands_in_the_table_of_claims(claims):
    table = research.load("published_claims")
    assert [*dict.fromkeys(row["claim"] for row in claims)] == sorted(table["claim_id"])


def test_the_table_of_claims_holds_the_draws_of_the_result(claims):
    drawn = [row for row in claims if row["chance_stated"]]
    assert len(drawn) > 5
    for row in drawn:
        found = stored(row["analysis"])["answers"][row["answer"]]["estimates"][row["label"]]
        simulated = found["simulated"]
        chances = {each["beliefs"]: each["probability"] for each in simulated["chances"]}
        for name in ("stated", "flat", "shifted"):
            assert float(row[f"chance_{name}"]) == chances[name]
        assert float(row["simulation_low"]) == simulated["low"]
        assert row["matters_most"] == simulated["parts"][0]["doubt"]
        assert row["matters_most_basis"] == simulated["parts"][0]["basis"]
        assert row["verdict"] == "not identified"  # else no belief matters


def test_a_claim_that_no_estimate_answers_says_what_settles_it(claims):
    settled = [row for row in claims if not row["analysis"]]
    assert settled
    assert all(row["settled"] and not row["verdict"] for row in settled)


def test_the_latex_of_the_claims_says_of_each_likelihood_what_it_rests_on(everything):
    text = (everything / "tables" / "claims-answered.tex").read_text(encoding="ascii")
    text = text.replace(r"\hspace{0pt}", "")
    row = next(row for row in text.split(r"\tabularnewline") if "text generation in the top" in row)
    assert "task unknown (judgement)" in row
    assert re.search(r"raggedleft[\d$<>]+, [\d$<>]+, [\d$<>]+", row)


def test_chances_have_one_order(monkeypatch):
    item = next(each for each in reported(recorded("published_past_year", RESULTS)) if each.chances)
    shuffled = dict(reversed(item.chances.items()))
    told = item.likelihood
    monkeypatch.setattr(type(item), "chances", property(lambda _: shuffled))
    assert item.likelihood == told


# Numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_csv_holds_what_the_result_holds(everything, name):
    text = (everything / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    rows = iter(list(csv.DictReader(io.StringIO(text))))
    result = stored(name)
    for key, answer in result["answers"].items():
        for label, estimate in answer["estimates"].items():
            row = next(rows)
            interval, test = estimate["interval"] or {}, estimate["test"] or {}
            verdict = answer["verdicts"].get(label, {})
            robustness = answer["robustness"].get(label, {})
            bounds = estimate["bounds"] or {"low": estimate["value"], "high": estimate["value"]}
            held = {
                "analysis": name, "question": result["title"], "answer": key, "label": label,
                "population": answer["population"], "as_of": answer["as_of"],
                "set_low": bounds["low"], "set_high": bounds["high"],
                "interval_low": interval.get("low"), "interval_high": interval.get("high"),
                "level": interval.get("level"), "method": interval.get("method"),
                "design_effect": interval.get("design_effect"), "test": test.get("name"),
                "statistic": test.get("statistic"), "p": test.get("p"),
                "verdict": verdict.get("word"),
                "same_verdict": robustness.get("same_verdict"),
                "against": robustness.get("against"),
                "specifications": robustness.get("specifications"),
                "range_low": robustness.get("low"), "range_high": robustness.get("high"),
            }  # fmt: skip
            held["n_effective"] = estimate["n_effective"]
            held |= {k: estimate[k] for k in ("unit", "reading", "value", "n", "n_unit")}
            assert [k for k, value in held.items() if not same(row[k], value)] == []
    assert next(rows, None) is None


@pytest.mark.parametrize("name", NAMES)
def test_the_macros_hold_what_the_result_holds(everything, name):
    texts = fields_of((everything / "numbers.tex").read_text(encoding="ascii"))
    result = recorded(name, RESULTS)
    for key, answer in stored(name)["answers"].items():
        for label, estimate in answer["estimates"].items():
            path = "/".join(map(slug, (name, key, label)))
            low, high = result.answers[key].estimates[label].identified
            assert float(texts[f"{path}/raw-low"]) == float(low)
            assert float(texts[f"{path}/raw-high"]) == float(high)
            found = quantity(Bounds(low, high), estimate["unit"])
            assert texts[f"{path}/found"] == escape(found)
            assert same(texts.get(f"{path}/raw-value", ""), estimate["value"])
            interval = estimate["interval"] or {"low": None, "high": None}
            assert same(texts.get(f"{path}/raw-interval-low", ""), interval["low"])
            assert same(texts.get(f"{path}/raw-interval-high", ""), interval["high"])
            phrase = answer["verdicts"].get(label, {}).get("phrase", "")
            fragile = ", fragile" if texts.get(f"{path}/verdict", "").endswith("fragile") else ""
            assert texts.get(f"{path}/verdict", "") == escape(phrase + fragile)


def test_a_claim_is_answered_by_the_estimate_nearest_to_it(everything):
    texts = fields_of((everything / "numbers.tex").read_text(encoding="ascii"))
    path = "claim/tenthe/china-more-small"
    assert texts[f"{path}/verdict"] == "supported"
    assert texts[f"{path}/analysis"] == escape("parameter_scale")
    value = stored("parameter_scale")["answers"]["counts"]["estimates"]
    assert float(texts[f"{path}/raw-value"]) == value["small: hosts, China minus US"]["value"]
    assert texts["claim/tenthe/latest-preferred/verdict"] == "not testable"


@pytest.mark.long
def test_an_answer_to_a_claim_does_not_depend_on_what_else_is_published(everything, few):
    all_of_them = fields_of((everything / "numbers.tex").read_text(encoding="ascii"))
    some = fields_of((few / "numbers.tex").read_text(encoding="ascii"))
    assert some.items() <= all_of_them.items()
    assert {path.split("/")[0] for path in some} == {"claim", *map(slug, FEW)}


def test_labels_that_differ_in_signs_only_get_paths_of_their_own():
    result = recorded("parameter_scale", RESULTS)
    rows = reported(result)[:1] * 3
    first, *others = paths(rows)
    assert others == [f"{first}-2", f"{first}-3"]


def test_two_labels_that_would_be_one_command_are_refused(monkeypatch):
    listed = [
        Entry("a-b/c", "A / B", {"found": "1"}, True),
        Entry("a/b-c", "C", {"found": "2"}, True),
    ]
    monkeypatch.setattr("research.publish.tables.macros.entries", lambda *_: listed)
    with pytest.raises(ResearchError, match=r"'A / B' and 'C' would both be .*\\ABCFound"):
        numbers([], [])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("parameter-scale/answer/small/found", "ParameterScaleSmallFound"),
        ("claim/tenthe/top-10/raw-low", "ClaimTentheTopOneZeroRawLow"),
    ],
)
def test_a_command_is_letters_only(path, name):
    assert command(path) == name


# Text from outside --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        (r"\input{x}", r"\textbackslash{}input\textbraceleft{}x\textbraceright{}"),
        ("%_&$#~^", r"\%\_\allowbreak{}\&\$\#\textasciitilde{}\textasciicircum{}"),
        ("a -- b ''c", "a -{}- b '{}'c"),
        ("[1] *", "{[}1] {*}"),
        ("a\n\nb\x00\u202ec\u200d", "a bc"),
        ("\U0001f600 智", r"\texttt{U+1F600} \texttt{U+667A}"),
        ("São Tuổi e\u0301 ł ß", r"S\~{a}o Tuoi \'{e} \l{} \ss{}"),
        ("α Ω Α ≥ – −", r"$\alpha$ $\Omega$ A $\geq$ \textendash{} $-$"),
        ("-0.2 to -infinity, 2025-04-24", r"$-$0.2 to $-$infinity, 2025-04-24"),
        ("1 234 567 of 24.3 %", r"1\,234\,567 of 24.3~\%"),
        ("in 2025 300 models", "in 2025 300 models"),
    ],
)  # fmt: skip
def test_text_is_printed_and_not_obeyed(text, latex):
    assert escape(text) == latex
    assert escape(text).isascii()
    assert escape(escape(text)) == latex


def test_no_file_for_latex_holds_anything_but_ascii(everything):
    odd = [p.name for p in everything.rglob("*.tex") if not p.read_bytes().isascii()]
    assert odd == []
    written = [
        table(hostile(), reported(hostile()), name="x"),
        methods_text(hostile(), latex=True),
    ]
    for text in written:
        assert text.isascii()
        assert not re.search(r"\\(input|write)(?!\{tables)", text)


def test_plain_text_keeps_what_it_was_given():
    assert "São Tuổi ≥5 α" in methods_text(hostile(), latex=False)
    assert raw(HOSTILE) == HOSTILE


# Methods and references ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_what_is_cited_is_in_the_bibliography(everything, name):
    bibliography = (everything / "references.bib").read_text(encoding="utf-8")
    known = set(re.findall(r"^@\w+\{([^,]+),", bibliography, re.M))
    text = (everything / "methods" / f"{name}.tex").read_text(encoding="ascii")
    cited = {key for group in re.findall(r"\\cite\{([^}]*)\}", text) for key in group.split(",")}
    result = recorded(name, RESULTS)
    assert cited <= known
    assert set(references(result)) <= known
    assert {source.key for source in datasets_read([result])} <= cited


@pytest.mark.parametrize("name", NAMES)
def test_every_method_has_its_reference_or_needs_none(name):
    answers = stored(name)["answers"].values()
    estimates = [e for answer in answers for e in answer["estimates"].values()]
    intervals = {e["interval"]["method"] for e in estimates if e["interval"]}
    tests = {e["test"]["name"].partition(",")[0] for e in estimates if e["test"]}
    assert intervals <= INTERVALS.keys()
    assert tests <= TESTS.keys()


@pytest.mark.parametrize("name", NAMES)
def test_the_methods_say_what_the_analysis_declares(everything, name):
    text = " ".join((everything / "methods" / f"{name}.txt").read_text(encoding="utf-8").split())
    result = stored(name)
    provenance = result["provenance"]
    said = [result["title"], f"seed {provenance['seed']}"]
    said += [f"version {origin['version']}" for origin in provenance["tables"].values()]
    answers = [answer for answer in result["answers"].values() if not answer["refused"]]
    made = {label for answer in answers for label in answer["estimates"]}
    said += [*provenance["tables"]]
    said += [h["estimand"] for label, h in result["hypotheses"].items() if label in made]
    said += [f"{answer['population']}, as of {answer['as_of']}" for answer in answers]
    assert [part for part in said if " ".join(part.split()) not in text] == []


def test_a_member_of_the_confirmatory_family_is_called_one(everything):
    text = (everything / "methods" / "likes_and_downloads.txt").read_text(encoding="utf-8")
    assert "each at 98.75 %" in " ".join(text.split())
    other = (everything / "methods" / "families.txt").read_text(encoding="utf-8")
    assert "Multiplicity" not in other


def test_a_version_of_a_dataset_that_is_not_here_is_refused():
    gone = hostile().provenance.tables[HOSTILE] | {"version": "1999-01-01"}
    text = hostile().to_json().replace("2025-04-24", gone["version"])
    with pytest.raises(ResearchError, match=r"version 1999-01-01 of the dataset 'tenthe'"):
        datasets_read([Result.from_json(text)])


# The archive --------------------------------------------------------------------------------------


def test_frictionless_finds_the_data_package_valid(everything):
    from frictionless import Package, system

    with system.use_context(trusted=False):
        report = Package(str(everything / PACKAGE)).validate()
    assert report.valid, report.flatten(["message"])
    assert report.stats["tasks"] == len(NAMES) + 1  # and the claims


def test_every_column_is_described(everything):
    described = json.loads((everything / "tables" / "schema.json").read_text(encoding="utf-8"))
    assert [field["name"] for field in described["fields"]] == [field.name for field in FIELDS]
    assert all(field["description"].endswith(".") for field in described["fields"])


def test_the_crate_lists_every_file_and_refers_to_nothing_that_is_not_there(few):
    graph = json.loads((few / CRATE).read_text(encoding="utf-8"))["@graph"]
    by_id = {entity["@id"]: entity for entity in graph}
    assert len(by_id) == len(graph)
    parts = {part["@id"] for part in by_id["./"]["hasPart"]}
    assert parts == set(files(few)) - {CRATE}
    assert by_id[CRATE]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert by_id["./"].keys() >= {"name", "description", "datePublished", "license", "author"}
    for name in parts - {SUMS}:
        assert int(by_id[name]["contentSize"]) == (few / name).stat().st_size
    outside = ("https://w3id.org/ro/crate/1.1",)
    assert [ref for ref in _references(graph) if ref not in by_id and ref not in outside] == []


def _references(part):
    if isinstance(part, dict):
        if part.keys() == {"@id"}:
            yield part["@id"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _references(inner)


def test_the_sums_are_those_of_all_files(few):
    listed = dict(
        reversed(line.split("  ")) for line in (few / SUMS).read_text(encoding="utf-8").splitlines()
    )
    assert listed == {name: sha256(few / name) for name in files(few) if name != SUMS}


@pytest.mark.long
def test_the_same_results_give_the_same_bytes(few, tmp_path):
    publish_tables(RESULTS, FEW, tmp_path / "again")
    assert {n: sha256(few / n) for n in files(few)} == {
        n: sha256(tmp_path / "again" / n) for n in files(tmp_path / "again")
    }


# Placing ------------------------------------------------------------------------------------------


@pytest.fixture
def into(tmp_path, monkeypatch):
    """A folder that holds the material of two analyses, without figures."""
    monkeypatch.setattr(drawings, "draw", lambda *_: [])
    publish_tables(RESULTS, FEW, tmp_path / "material")
    return tmp_path / "material"


def test_what_is_not_made_any_more_goes_and_what_is_anothers_stays(into):
    (into / "paper.tex").write_text("mine")
    (into / "tables" / "mine.csv").write_text("mine")
    written = publish_tables(RESULTS, ["parameter_scale"], into)
    assert all(path.is_file() for path in written)
    assert not (into / "tables" / "leading_tags.tex").exists()
    assert (into / "paper.tex").read_text() == (into / "tables" / "mine.csv").read_text() == "mine"
    assert [p.name for p in into.parent.iterdir()] == ["material"]


def test_a_file_changed_by_hand_is_neither_replaced_nor_removed(into):
    edited = into / "methods" / "leading_tags.tex"
    edited.write_text("my own words")
    before = {name: sha256(into / name) for name in files(into)}
    with pytest.raises(ResearchError, match=r"changed since:\n  - methods/leading_tags.tex\nMove"):
        publish_tables(RESULTS, FEW, into)
    assert {name: sha256(into / name) for name in files(into)} == before
    publish_tables(RESULTS, ["parameter_scale"], into)
    assert edited.read_text() == "my own words"


def test_a_folder_with_a_file_of_the_same_name_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(drawings, "draw", lambda *_: [])
    (tmp_path / "example.tex").write_text("mine")
    with pytest.raises(ResearchError, match=r"- example\.tex"):
        publish_tables(RESULTS, FEW, tmp_path)
    assert files(tmp_path) == ["example.tex"]


def test_a_call_that_was_cut_short_can_be_repeated(into):
    made = into / "tables" / "leading_tags.csv"
    sums = (into / SUMS).read_text(encoding="utf-8").replace(sha256(made), "0" * 64)
    (into / SUMS).write_text(sums)  # as after a crash between the file and the sums
    publish_tables(RESULTS, FEW, into)
    assert sha256(made) in (into / SUMS).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["parameter_scal"], r"no result named 'parameter_scal'\. Did you mean 'parameter_scale'"),
        (["../../x"], r"There is no result named"),
    ],
)
def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path, names, message):
    with pytest.raises(ResearchError, match=message):
        publish_tables(RESULTS, names, tmp_path / "material")
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_latex_cannot_read_is_refused(tmp_path):
    record(replace(hostile(), analysis="my analysis%"), tmp_path / "results")
    with pytest.raises(ResearchError, match=r"'my analysis%' cannot be the name of a LaTeX file"):
        publish_tables(tmp_path / "results", [], tmp_path / "material")


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(ResearchError, match=r"There are no results in .*Run: research reproduce"):
        publish_tables(tmp_path, [], tmp_path / "material")


def test_where_nothing_was_estimated_nothing_is_written(tmp_path):
    record(replace(hostile(), answers={}), tmp_path / "results")
    with pytest.raises(ResearchError, match=r"Nothing was estimated in: hostile"):
        publish_tables(tmp_path / "results", [], tmp_path / "material")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_run_is_marked_as_text(first):
    formula = f"{first}HYPERLINK(1)"
    result = replace(hostile(), title=formula)
    head, *rows = csv.reader(io.StringIO(tidy(reported(result)), newline=""))
    assert [row[head.index("question")] for row in rows] == ["'" + formula.replace("\r", "\n")]


@pytest.mark.parametrize("number", [-1, -0.5, -1e-30, -math.inf])
def test_a_negative_number_stays_a_number(number):
    assert float(raw(number)) == number


def test_an_infinite_end_is_written_as_a_data_package_does():
    assert raw(math.inf) == "INF"
    assert raw(-math.inf) == "-INF"
