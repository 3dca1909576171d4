"""A person's table from an empty folder to a dataset that loads, by the commands."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

import research
from research.cli import STOPPED, own_data
from research.collect import drafts, validation
from research.datasets import describe, verify
from research.results import ResearchError

TABLE = """Country;hosts;share;taken;is_new;note
Germany;12;0,5;2026-11-01;true;a
Korea;4;1;2026-11-04;false;NA
Türkiye;5;;2026-11-04;FALSE;
"""
ANSWERS = {
    "title": "Hosts by country",
    "description": "Hosts that answered.",
    "version": "2026-11-05",
    "licence": "CC0-1.0",
    "source": "https://example.org/scan",
    "citation": "A. Author (2026).",
    "limitation": ["Hosts behind a proxy are missing."],
    "unit": {"hosts": "hosts", "share": "share"},
    "describe": {name: f"The {name}." for name in TABLE.split("\n")[0].split(";")},
    "key": ["Country"],
    "country": {"Korea": "KR"},
}

app = typer.Typer()
for command in (own_data.new, own_data.check, own_data.add, own_data.diff):
    app.command()(command)


def run(*arguments, answer=None):
    done = CliRunner().invoke(app, list(map(str, arguments)), input=answer)
    if isinstance(done.exception, ResearchError):
        return 2, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "My hosts.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    return tmp_path


def table_with(here, **changes):
    """The draft, and the table with some of its text replaced."""
    run("new", "My hosts.csv", "--answers", "answers.json")
    text = TABLE
    for old, new in changes.items():
        text = text.replace(old, new)
    (here / "My hosts.csv").write_text(text, encoding="utf-8")
    return validation.check(here / "my_hosts.draft.json")


def test_from_an_empty_folder_to_a_dataset_that_loads(here):
    code, said = run("new", "My hosts.csv", "--answers", "answers.json")
    assert code == 0
    assert "3 rows, 6 columns, encoding utf-8, cells separated by semicolon" in said
    assert "Country: countries" in said
    assert "share: number with a decimal comma" in said
    assert run("check", "my_hosts") == (
        0, "my_hosts.draft.json is in order. Next: research data add my_hosts.draft.json\n",
    )  # fmt: skip
    code, said = run("add", "my_hosts")
    assert code == 0
    assert "3 rows, sha256:" in said
    frame = research.load("my_hosts")
    assert frame["Country"].tolist() == ["DE", "KR", "TR"]
    assert frame["hosts"].tolist() == [12, 4, 5]
    assert frame["share"].tolist()[:2] == [0.5, 1.0]
    assert frame["share"].isna().tolist() == [False, False, True]
    assert frame["is_new"].tolist() == [True, False, False]
    assert frame["note"].tolist()[:2] == ["a", "NA"]
    assert str(frame["taken"].iloc[0].date()) == "2026-11-01"
    assert verify("my_hosts") == []
    assert run("check", "my_hosts")[0] == 0


def test_the_frozen_descriptor_says_where_the_rows_come_from(here):
    run("new", "My hosts.csv", "--answers", "answers.json")
    run("add", "my_hosts")
    package = describe("my_hosts").descriptor
    (source,) = package["sources"]
    assert source["path"] == "https://example.org/scan"
    assert source["file"] == "My hosts.csv"
    assert source["hash"].startswith("sha256:")
    (resource,) = package["resources"]
    country, _, share, *_ = resource["schema"]["fields"]
    assert country["spellings"] == {"Korea": "KR"}
    assert "decimalChar" not in share


def test_a_draft_does_not_disturb_the_datasets(here):
    run("new", "My hosts.csv")
    assert "my_hosts" not in research.datasets.datasets()


def test_a_bare_draft_is_asked_for_everything_one_by_one(here):
    run("new", "My hosts.csv")
    code, said = run("check", "my_hosts.draft.json")
    assert code == 1
    for field in drafts.ASKED:
        assert f"the draft has no {field}: add e.g. " in said
    assert "column 'hosts' has no unit: add e.g. \"hosts\"" in said
    assert "row 3, column 'Country': 'Korea' can be North Korea (KP) or South" in said
    code, refused = run("add", "my_hosts")
    assert code == 2
    assert "cannot be added yet" in refused
    assert not (here / "datasets").exists()


def test_options_answer_as_the_file_does(here):
    pairs = [x for c, u in ANSWERS["unit"].items() for x in ("--unit", f"{c}={u}")]
    pairs += [x for c, text in ANSWERS["describe"].items() for x in ("--describe", f"{c}={text}")]
    for option in ("title", "description", "version", "licence", "source", "citation"):
        pairs += [f"--{option}", ANSWERS[option]]
    pairs += ["--limitation", *ANSWERS["limitation"], "--key", "Country", "--country", "Korea=KR"]
    run("new", "My hosts.csv", *pairs)
    by_option = (here / "my_hosts.draft.json").read_bytes()
    (here / "my_hosts.draft.json").unlink()
    run("new", "My hosts.csv", "--answers", "answers.json")
    assert (here / "my_hosts.draft.json").read_bytes() == by_option


def test_on_a_terminal_what_is_empty_is_asked(here, monkeypatch):
    asked = []

    def prompt(text, **_):
        asked.append(text)
        return "2026-11-05" if "YYYY-MM-DD" in text else "something"

    monkeypatch.setattr(own_data, "_on_a_terminal", lambda: True)
    monkeypatch.setattr(typer, "prompt", prompt)
    run("new", "My hosts.csv", "--country", "Korea=KR")
    assert len(asked) == len(drafts.ASKED) + 2 + 6  # two units are not known, six descriptions
    assert asked[0].startswith("Title of the dataset [e.g. ")
    assert validation.check(here / "my_hosts.draft.json") == []


def test_stopped_at_a_prompt_nothing_is_written(here, monkeypatch):
    def stop(*_, **__):
        raise typer.Abort

    monkeypatch.setattr(own_data, "_on_a_terminal", lambda: True)
    monkeypatch.setattr(typer, "prompt", stop)
    assert run("new", "My hosts.csv")[0] == STOPPED
    assert not (here / "my_hosts.draft.json").exists()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"12": "x"}, "row 2, column 'hosts': found 'x', expected a whole number such as 1200"),
        ({"0,5": "half"}, "row 2, column 'share': found 'half', expected a number such as 12.5"),
        ({"0,5": "NaN"}, "row 2, column 'share': found 'NaN', expected a number such as 12.5"),
        ({"12;": "1_2;"}, "row 2, column 'hosts': found '1_2', expected a whole number such as"),
        ({"2026-11-01": "1.11.2026"}, "row 2, column 'taken': found '1.11.2026', expected a date"),
        ({"2026-11-01": "2026-11-1"}, "row 2, column 'taken': found '2026-11-1', expected a date"),
        ({"true": "1"}, "row 2, column 'is_new': found '1', expected true or false"),
        ({"Türkiye": "Germany"}, "row 4: the key (Country) repeats that of row 2, expected one"),
        ({"Türkiye": "DE"}, "row 4: the key (Country) repeats that of row 2, expected one"),
        ({"Türkiye": ""}, "row 4: the key (Country) is empty"),
        ({"Türkiye": "Europe"}, "row 4, column 'Country': 'Europe' is a region"),
        ({"note": "notes"}, "has the columns Country, hosts, share, taken, is_new, notes; the"),
        ({"12;0,5": "12;0,5;7"}, "the header has 6 cells, but row 2 has 7"),
    ],
)
def test_problems_name_row_column_found_and_expected(here, changes, problem):
    (found,) = table_with(here, **changes)
    assert problem in found


@pytest.mark.parametrize(
    ("field", "rule", "problem"),
    [
        ("hosts", {"minimum": 5}, "row 3, column 'hosts': found '4', expected minimum 5"),
        ("share", {"required": True}, "row 4, column 'share': found an empty cell, expected a val"),
        ("note", {"enum": ["a", "NA"]}, None),
    ],
)
def test_constraints_of_the_draft_are_checked(here, field, rule, problem):
    run("new", "My hosts.csv", "--answers", "answers.json")
    path = here / "my_hosts.draft.json"
    package = json.loads(path.read_text())
    (chosen,) = [f for f in package["resources"][0]["schema"]["fields"] if f["name"] == field]
    chosen["constraints"] = rule
    path.write_text(json.dumps(package))
    found = validation.check(path)
    assert [text[: len(problem)] for text in found] == [problem] if problem else found == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"line 1, column 2: not valid JSON"),
        ("[]", "is no draft"),
        (
            '{"name": "x", "resources": [{"path": "a.csv", "schema": {"fields": []}}]}',
            "is no draft",
        ),
        ('{"name": "x", "resources": []}', "is no draft"),
    ],
)
def test_a_broken_draft_says_where(here, content, message):
    (here / "x.draft.json").write_text(content)
    with pytest.raises(ResearchError, match=message):
        validation.check(here / "x.draft.json")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "My hosts.csv"], "is a table and no draft.*research data new My hosts.csv"),
        (["check", "nothing"], "There is no dataset or table named 'nothing'"),
        (["check", "nothing.draft.json"], "There is no draft nothing.draft.json"),
        (["add", "nothing"], "There is no draft nothing.draft.json here"),
        (["new", "none.csv"], "There is no file none.csv"),
        (["new", "My hosts.csv", "--name", "9 lives"], "'9 lives' cannot name a dataset"),
        (["new", "My hosts.csv", "--name", "tenthe"], "a dataset 'tenthe' already, with other tab"),
        (["new", "My hosts.csv", "--name", "tenthe_countries"], "'tenthe' holds a table 'tenthe_c"),
        (["new", "My hosts.csv", "--unit", "hosts"], "--unit wants NAME=VALUE, found 'hosts'"),
        (
            ["new", "My hosts.csv", "--unit", "host=x"],
            "no column named 'host'. Did you mean 'hosts",
        ),
        (["new", "My hosts.csv", "--key", "land"], "There is no column named 'land'"),
        (["new", "My hosts.csv", "--form", "tenthe_country"], "Did you mean 'tenthe_countries'"),
        (["new", "My hosts.csv", "--answers", "none.json"], "There is no file none.json"),
        (["new", "My hosts.csv", "--answers", "My hosts.csv"], "is not valid JSON"),
        (["new", "My hosts.csv", "--answers", "wrong.json"], "field of a draft named 'titel'"),
        (["new", "My hosts.csv", "--answers", "list.json"], "holds no JSON object"),
    ],
)
def test_requests_to_mend_say_how(here, arguments, message):
    import re

    (here / "wrong.json").write_text('{"titel": "x"}')
    (here / "list.json").write_text("[]")
    code, said = run(*arguments)
    assert code == 2
    assert re.search(message, said)


def test_a_draft_and_a_version_are_never_overwritten(here):
    run("new", "My hosts.csv", "--answers", "answers.json")
    assert "There is a draft already" in run("new", "My hosts.csv")[1]
    run("add", "my_hosts")
    code, said = run("add", "my_hosts")
    assert code == 2
    assert "There is a version 2026-11-05 of 'my_hosts' already" in said


def test_a_wrong_version_text_is_a_problem(here):
    run("new", "My hosts.csv", "--answers", "answers.json", "--version", "November")
    (problem,) = validation.check(here / "my_hosts.draft.json")
    assert "the draft's version is 'November', expected the day" in problem


def test_a_table_in_the_form_of_another_takes_its_meaning(here):
    (here / "scan.csv").write_text("rank,country,discovered_ips\n1,China,20\n2,Viet Nam,10\n")
    given = ANSWERS | {"unit": {}, "describe": {}, "key": [], "country": {}}
    (here / "answers.json").write_text(json.dumps(given))
    run("new", "scan.csv", "--form", "tenthe_countries", "--answers", "answers.json")
    code, said = run("add", "scan")
    assert code == 0
    assert "research run ANALYSIS --data tenthe_countries=scan@2026-11-05" in said
    (resource,) = describe("scan").descriptor["resources"]
    meant = describe("tenthe_countries").resources["tenthe_countries"]["schema"]["fields"]
    assert resource["form"] == "tenthe_countries"
    assert [field["unit"] for field in resource["schema"]["fields"]] == [f["unit"] for f in meant]
    assert research.load("scan")["country"].tolist() == ["CN", "VN"]


def test_a_table_that_lacks_a_column_of_its_form_is_told_so(here):
    (here / "scan.csv").write_text("country,discovered_ips\nChina,20\nFrance,10\n")
    given = ANSWERS | {"unit": {}, "describe": {}, "key": [], "country": {}}
    (here / "answers.json").write_text(json.dumps(given))
    run("new", "scan.csv", "--form", "tenthe_countries", "--answers", "answers.json")
    (problem,) = validation.check(here / "scan.draft.json")
    assert "form of 'tenthe_countries', which has a column 'rank' (integer): there is" in problem


def test_check_as_json_is_for_a_script(here):
    run("new", "My hosts.csv", "--answers", "answers.json")
    code, said = run("check", "my_hosts", "--json")
    assert (code, json.loads(said)) == (0, {"checked": "my_hosts.draft.json", "problems": []})


def test_an_installed_dataset_that_was_tampered_with_is_told(here):
    run("new", "My hosts.csv", "--answers", "answers.json")
    run("add", "my_hosts")
    (here / "my_hosts.draft.json").unlink()
    path = here / "datasets/my_hosts/2026-11-05/my_hosts.csv"
    path.write_text(path.read_text().replace("12", "13"))
    code, said = run("check", "my_hosts")
    assert code == 1
    assert "is not the file that was frozen" in said


@pytest.mark.parametrize("name", ["tenthe", "hub_llm_models"])
def test_bundled_datasets_pass_the_check(name):
    assert validation.check_dataset(name) == []
