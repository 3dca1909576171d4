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
        ("{", r"not valid JSON \(line 1, column 2"),
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
def test_bundled_datasets_pass_the_check(name, no_network):
    assert validation.check_dataset(name) == []


# How a file is written ----------------------------------------------------------------------------

MUNICIPALITIES = "Municipio;Total\nAbengibre;1.932\nAlatoz;397\nAlbacete;86.464\n"


def drafted(here, content, *options, name="mine"):
    """A draft of a table with every answer that is not about its cells."""
    path = here / f"{name}.csv"
    path.write_text(content, encoding="utf-8")
    header = content.split("\n")[0].replace(",", ";").split(";")
    given = ANSWERS | {"unit": {}, "key": [], "country": {}, "describe": dict.fromkeys(header, "D")}
    (here / "answers.json").write_text(json.dumps(given))
    return run("new", path.name, "--answers", "answers.json", *options)


def test_a_dot_that_may_group_thousands_is_asked_about_by_new_and_by_check(here):
    code, said = drafted(here, MUNICIPALITIES, "--unit", "Total=inhabitants")
    question = "'1.932' can be 1.932 (--decimal '.') or 1932 (--thousands '.')"
    assert (code, question in said) == (0, True)
    (problem,) = validation.check(here / "mine.draft.json")
    assert problem.startswith(f"row 2, column 'Total': {question}")
    assert run("add", "mine")[0] == 2


@pytest.mark.parametrize(
    ("option", "frozen"), [("--thousands", [1932, 397, 86464]), ("--decimal", [1.932, 397, 86.464])]
)
def test_the_answer_is_what_is_frozen_and_shown_before(here, option, frozen):
    _, said = drafted(here, MUNICIPALITIES, "--unit", "Total=inhabitants", option, ".")
    assert f"Albacete   {frozen[2]}" in said
    assert run("add", "mine")[0] == 0
    assert research.load("mine")["Total"].tolist() == frozen
    (field,) = [f for f in _fields_of("mine") if f["name"] == "Total"]
    assert not drafts.OF_THE_FILE.keys() & field.keys()


def _fields_of(name):
    return describe(name).descriptor["resources"][0]["schema"]["fields"]


def test_a_decimal_comma_elsewhere_says_that_the_dot_groups(here):
    drafted(here, "Land;Hosts;Anteil\nDeutschland;1.234;12,5\nFrankreich;12.500;3,1\n",
            "--unit", "Hosts=hosts", "--unit", "Anteil=percent")  # fmt: skip
    assert run("add", "mine")[0] == 0
    frame = research.load("mine")
    assert (frame["Hosts"].tolist(), frame["Anteil"].tolist()) == ([1234, 12500], [12.5, 3.1])


def test_a_column_that_counts_is_no_text(here):
    drafted(here, 'land,hosts\nChad,"1,200"\nFrance,many\nChina,few\n', "--unit", "hosts=hosts")
    (problem,) = validation.check(here / "mine.draft.json")
    assert "row 2, column 'hosts': '1,200' looks like a number, but row 3 holds 'many'" in problem
    drafted(here, 'land,hosts\nChad,"1,200"\nFrance,NA\n', "--unit", "hosts=hosts",
            "--thousands", ",", name="other")  # fmt: skip
    (problem,) = validation.check(here / "other.draft.json")
    assert "row 3, column 'hosts': found 'NA', expected a whole number" in problem
    assert "give --missing" in problem


def test_words_and_dates_are_read_as_the_person_says(here):
    content = "land,day,hosts\nNamibia,1.11.2026,NA\nChad,02.11.2026,7\n"
    drafted(here, content, "--unit", "hosts=hosts", "--missing", "NA", "--date-format", "%d.%m.%Y")
    assert run("add", "mine")[0] == 0
    frame = research.load("mine")
    assert frame["hosts"].isna().tolist() == [True, False]
    assert frame["day"].dt.strftime("%Y-%m-%d").tolist() == ["2026-11-01", "2026-11-02"]


def test_numbers_of_another_system_are_asked_about_as_a_whole(here):
    drafted(here, "country,hosts\n2,40\n710,30\n740,22\n", "--unit", "hosts=hosts")
    (problem,) = validation.check(here / "mine.draft.json")
    assert "row 2, column 'country' (3 rows): the numbers 2 are none of ISO 3166-1" in problem
    (problem,) = validation.check(here / "mine.draft.json", country={"2": "US"})
    assert "(2 rows)" in problem
    answers = {"2": "US", "710": "CN", "740": "JP"}
    assert validation.check(here / "mine.draft.json", country=answers) == []


def test_a_carriage_return_in_a_cell_is_frozen_in_its_cell(here):
    drafted(here, 'land,note\nChad,"a\rb"\nFrance,y\n')
    assert run("add", "mine")[0] == 0
    assert research.load("mine")["note"].tolist() == ["a\rb", "y"]


def test_an_excel_file_becomes_a_dataset(here):
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Scan"], [], ["land", "hosts"], ["Chad", 1932], ["Korea", 5]):
        book.active.append(row)
    book.save(here / "mine.xlsx")
    code, said = run("new", "mine.xlsx")
    assert (code, "sheet 'Sheet', the header is row 3" in said) == (0, True)
    problems = validation.check(here / "mine.draft.json")
    assert "row 5, column 'land': 'Korea' can be" in problems[-1]


def test_an_empty_draft_is_no_obstacle_and_an_answered_one_is(here):
    run("new", "My hosts.csv")
    assert run("new", "My hosts.csv", "--title", "T")[0] == 0
    assert "There is a draft already" in run("new", "My hosts.csv")[1]
    (here / "my_hosts.draft.json").write_text(" \n")
    assert run("new", "My hosts.csv")[0] == 0


# Drafts and datasets of others --------------------------------------------------------------------


def changed_draft(here, change):
    run("new", "My hosts.csv", "--answers", "answers.json")
    path = here / "my_hosts.draft.json"
    package = json.loads(path.read_text())
    change(package, package["resources"][0])
    path.write_text(json.dumps(package))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p, _r: p.update(name="../../outside"), "'../../outside' cannot name a dataset"),
        (lambda _p, r: r.update(name="../../../important"), "cannot name a table"),
        (lambda p, _r: p.update(version="../up"), "expected the day on which the data"),
        (lambda p, _r: p.update(licenses=[{}]), "a licence has neither 'name' nor 'path'"),
        (lambda _p, r: r.update(path="../hosts.csv"), "its table is to lie beside it"),
        (lambda _p, r: r.update(path=".."), "its table is to lie beside it"),
        (lambda _p, r: r.update(path=["My hosts.csv"]), "expected a text"),
        (lambda _p, r: r["schema"]["fields"][0].update(spellings={"a": 3}), "expected a text"),
        (lambda _p, r: r["schema"]["fields"][1].update(decimalChar="x"), "decimalChar is . or ,"),
        (lambda _p, r: r["schema"]["fields"][1].update(type="any"), "expected one of integer"),
    ],
)
def test_a_draft_of_others_writes_nothing_outside(here, change, message):
    (here / "inside").mkdir()
    changed_draft(here, change)
    before = sorted(here.parent.rglob("*"))
    code, said = run("add", "my_hosts.draft.json")
    assert (code, message in said) == (2, True), said
    assert sorted(here.parent.rglob("*")) == before


HANGS = "(a+)+$"


def test_a_pattern_is_matched_in_linear_time(here):
    """Python's engine would need longer than the universe has."""
    note = "a" * 5_000 + "!"
    (here / "My hosts.csv").write_text(TABLE.replace("true;a", f"true;{note}"), encoding="utf-8")
    changed_draft(
        here, lambda _p, r: r["schema"]["fields"][5].update(constraints={"pattern": HANGS})
    )
    problems = validation.check(here / "my_hosts.draft.json")
    assert [problem[:30] for problem in problems] == [
        "row 2, column 'note': found 'a", "row 3, column 'note': found 'N",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"pattern": "("}, "no regular expression that is matched here"),
        ({"pattern": "(?=a)b"}, "no regular expression that is matched here"),
        ({"minLength": "x"}, "not those of Table Schema"),
        ({"minimum": 3}, "not those of Table Schema"),
        ({"jsonSchema": {"$ref": "http://example.org"}}, "has the constraint 'jsonSchema'"),
    ],
)
def test_constraints_that_cannot_be_checked_are_told(here, rules, message):
    changed_draft(here, lambda _p, r: r["schema"]["fields"][5].update(constraints=rules))
    assert any(message in problem for problem in validation.check(here / "my_hosts.draft.json"))


def test_a_bound_of_another_type_is_told(here):
    changed_draft(here, lambda _p, r: r["schema"]["fields"][1].update(constraints={"minimum": "x"}))
    (problem,) = validation.check(here / "my_hosts.draft.json")
    assert "column 'hosts': minimum is 'x', expected a whole number" in problem


@pytest.fixture
def no_network(monkeypatch):
    import socket

    def refuse(*_, **__):
        raise AssertionError("a descriptor of others led to a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize(
    ("where", "key", "value"),
    [
        ("package", "profile", "http://127.0.0.1:9/profile.json"),
        ("package", "$schema", "http://127.0.0.1:9/profile.json"),
        ("resource", "profile", "http://127.0.0.1:9/profile.json"),
        ("resource", "dialect", "http://127.0.0.1:9/dialect.json"),
        ("resource", "dialect", "/etc/hostname"),
        ("resource", "extrapaths", ["http://127.0.0.1:9/more.csv"]),
        ("resource", "extrapaths", ["../../../secret.csv", "/etc/passwd"]),
        ("resource", "scheme", "http"),
        ("resource", "encoding", "no-such-encoding"),
        ("resource", "mediatype", 3),
    ],
)
def test_a_dataset_of_others_is_checked_without_following_it(here, no_network, where, key, value):
    run("new", "My hosts.csv", "--answers", "answers.json")
    run("add", "my_hosts")
    (here / "my_hosts.draft.json").unlink()
    (here / "secret.csv").write_text("secret,1\n")
    path = here / "datasets/my_hosts/2026-11-05/datapackage.json"
    package = json.loads(path.read_text())
    (package if where == "package" else package["resources"][0])[key] = value
    path.write_text(json.dumps(package))
    code, said = run("check", "my_hosts")
    assert (code, said) == (0, "dataset my_hosts is in order.\n")


def test_an_installed_dataset_that_breaks_its_constraints_is_told(here):
    changed_draft(here, lambda _p, r: r["schema"]["fields"][1].update(constraints={"minimum": 4}))
    run("add", "my_hosts")
    (here / "my_hosts.draft.json").unlink()
    path = here / "datasets/my_hosts/2026-11-05/datapackage.json"
    path.write_text(path.read_text().replace('"minimum": 4', '"minimum": 5'))
    code, said = run("check", "my_hosts")
    assert code == 1
    assert "table 'my_hosts' of version 2026-11-05: 'hosts' is at least 5, found 4" in said


@pytest.mark.parametrize(
    "answers",
    [{"unit": 3}, {"key": {"a": 1}}, {"title": ["x"]}, {"missing": 4}, {"country": {"a": None}}],
)
def test_answers_in_another_form_are_refused(here, answers):
    (here / "odd.json").write_text(json.dumps(answers))
    code, said = run("new", "My hosts.csv", "--answers", "odd.json")
    assert (code, "The answers are not in their form" in said) == (2, True)
    assert not (here / "my_hosts.draft.json").exists()
