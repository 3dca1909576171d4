"""The command line as its users meet it: real processes, exit codes, messages."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer._click.exceptions import UsageError
from typer.main import get_command

import research as research_package
from research.analysis import analyses, find, n_specifications, outlines, run
from research.cli import app, explaining
from research.cli.analyses import EXAMPLES, pairs
from research.results import ResearchError
from tests.shortened import first


def research(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "research", *arguments],
        capture_output=True, text=True, check=False, cwd=cwd,
    )  # fmt: skip


def test_help_loads_nothing_heavy():
    code = (
        "import sys, research.cli; "
        "print([m for m in ('pandas', 'scipy', 'matplotlib') if m in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
    assert "reproduce" in research("--help").stdout


def test_list_names_every_analysis_with_its_claims():
    rows = json.loads(research("list", "--json").stdout)
    assert [row["name"] for row in rows] == list(analyses())
    scale = next(row for row in rows if row["name"] == "parameter_scale")
    assert "tenthe/china-more-small" in scale["claims"]


def test_show_prints_tables_choices_and_hypotheses():
    shown = json.loads(research("show", "parameter_scale", "--json").stdout)
    assert shown["choices"]["quantity"] == {"values": ["shares", "counts"], "kind": "estimand"}
    assert "tenthe_parameter_scale" in shown["tables"]
    assert "design_effect (analytic)" in research("show", "parameter_scale").stdout


def test_run_from_an_empty_folder_prints_verdicts_and_writes_where_told(tmp_path):
    done = research("run", "ports_and_protocols", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0
    assert "not identified" in done.stdout
    assert "Traceback" not in done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        ".research-written",
        *(f"ports_and_protocols.{kind}" for kind in ("json", "svg", "pdf", "png")),
    }


@pytest.mark.long
def test_run_with_a_choice_changed_moves_the_primary_specification():
    done = research(
        "run", "parameter_scale", "--set", "design_effect=50", "--set", "quantity=shares", "--json"
    )
    (result,) = json.loads(done.stdout)
    assert list(result["answers"]) == ["shares"]
    assert result["answers"]["shares"]["choices"]["design_effect"] == 50


def test_data_list_show_and_verify():
    tables = {row["table"] for row in json.loads(research("data", "list", "--json").stdout)}
    assert {"tenthe_countries", "publisher_origins", "hub_top_models"} <= tables
    assert "Known limitations" in research("data", "show", "tenthe").stdout
    verified = research("data", "verify", "tenthe", "published_claims")
    assert (verified.returncode, verified.stdout.strip()) == (0, "2 datasets are as frozen.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    first(
        [
            (["run", "parameter_scal"], "Did you mean 'parameter_scale' or"),
            (
                ["run", "parameter_scale", "--set", "clones=gone"],
                "Known: kept; removed, spread as all hosts",
            ),
            (
                ["run", "parameter_scale", "--set", "clones"],
                "--set wants NAME=VALUE, found 'clones'",
            ),
            (["run", "./nothing.py"], "nothing.py. Check the path."),
            (["data", "show", "tenthee"], "Did you mean 'tenthe' or"),
            (["show", "nothing"], "There is no analysis named 'nothing'"),
        ],
        2,
        of_several=True,
    ),
)
def test_a_users_mistake_is_one_message_and_exit_code_2(arguments, message):
    done = research(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_tampered_dataset_fails_verification_with_exit_code_1(tmp_path):
    source = json.loads(research("data", "show", "published_claims", "--json").stdout)
    folder = tmp_path / "datasets" / "published_claims"
    folder.mkdir(parents=True)
    (folder / "datapackage.json").write_text(json.dumps(source))
    for resource in source["resources"]:
        (folder / resource["path"]).write_text("claim_id\nnot what was frozen\n")
    done = research("data", "verify", "published_claims", cwd=tmp_path)
    assert done.returncode == 1
    assert "is not the file that was frozen" in done.stdout


def test_the_bare_command_says_what_to_do_next_and_only_what_exists():
    done = research()
    assert done.returncode == 0
    offered = [
        line.split()[1:] for line in done.stdout.splitlines() if line.startswith("  research ")
    ]
    assert len(offered) >= 6
    for words in offered:
        command = get_command(app)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert not hasattr(command, "commands"), f"{words} names no command"
        if command.name == "explain":
            assert words[0] in analyses()


def test_a_mistyped_command_is_met_with_the_one_meant():
    done = research("explian", "parameter_scale")
    assert done.returncode == 2
    assert "Did you mean 'explain'?" in done.stderr


def test_explain_gives_claim_verdict_reason_and_what_the_verdict_depends_on():
    told = " ".join(research("explain", "parameter_scale").stdout.split())
    assert "- supported: tenthe/china-more-small: China leads" in told
    assert "- holds: all of the 95 % interval lies among the values that the claim needs" in told
    assert "the choice “clones” decides: with “kept”, as here, 3 of 3 ways agree" in told
    assert "- not identified: the data allow values on both sides" in told


def test_a_claim_is_explained_by_the_answers_to_it_alone():
    told = json.loads(research("explain", "tenthe/china-more-small", "--json").stdout)
    assert (told["verdict"], told["headline"][:10]) == ("supported", "Supported:")
    assert {answer["analysis"] for answer in told["answers"]} == {"parameter_scale"}
    for answer in told["answers"]:
        assert any("tenthe/china-more-small" in claim for claim in answer["claims"])


@pytest.mark.long
def test_explain_agrees_with_the_recorded_result():
    found = json.loads(research("explain", "tasks", "--json").stdout)["answers"]
    (result,) = json.loads(research("run", "tasks", "--json").stdout)
    judged = [
        (key, label, verdict["phrase"])
        for key, answer in result["answers"].items()
        for label, verdict in answer["verdicts"].items()
    ]
    assert [(a["question"], a["label"], a["verdict"]) for a in found] == judged


@pytest.mark.long
def test_a_choice_changed_is_explained_as_changed():
    done = research("explain", "parameter_scale", "--set", "clones=removed, spread as all hosts")
    told = " ".join(done.stdout.split())
    assert "with “removed, spread as all hosts”, as here," in told


@pytest.mark.parametrize("arguments", [("list",), ("explain", "tasks"), ("data", "list"), ()])
def test_piped_output_is_plain_text(arguments):
    done = research(*arguments)
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


# Nothing of the user's is run by reading ----------------------------------------------------------

TRAP = '''"""Does listing run this?"""
from pathlib import Path
Path("was-run").write_text("yes")
CLAIM = "tenthe/china-more-small"
'''


@pytest.fixture
def trapped(tmp_path):
    """A folder whose analyses leave a trace when they are run; one overlays a shipped one."""
    (tmp_path / "analyses").mkdir()
    for name in ("trap", "zebra"):
        (tmp_path / "analyses" / f"{name}.py").write_text(TRAP)
    (tmp_path / "analyses" / "broken.py").write_text("def sample(:\n")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    first(
        [
            ("list",),
            ("explain", "tasks"),
            ("explain", "patterns/fill-mask-first"),
            ("data", "list"),
            (),
        ]
    ),
)
def test_reading_runs_no_file_of_the_users(trapped, arguments):
    done = research(*arguments, cwd=trapped)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (trapped / "was-run").exists()


def test_listing_reads_question_and_claims_and_names_what_it_cannot_read(trapped):
    rows = {row["name"]: row for row in json.loads(research("list", "--json", cwd=trapped).stdout)}
    assert rows["trap"]["question"] == "Does listing run this?"
    assert list(rows["trap"]["claims"]) == ["tenthe/china-more-small"]
    assert rows["trap"]["answers"] == {}
    assert "broken.py, line 1: invalid syntax" in rows["broken"]["question"]


def test_completing_a_name_runs_no_file(trapped):
    words = {
        "_RESEARCH_COMPLETE": "complete_bash",
        "COMP_WORDS": "research show tr",
        "COMP_CWORD": "2",
    }
    code = "import sys; sys.argv[0] = 'research'; from research.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=trapped,
        env=os.environ | words,
    )  # fmt: skip
    assert done.stdout.split() == ["trap", *(name for name in analyses() if name[:2] == "tr")]
    assert not (trapped / "was-run").exists()


@pytest.mark.parametrize("arguments", [["list"], ["--help"], ["list", "--json"]])
def test_listing_and_help_load_nothing_heavy(arguments):
    heavy = ("numpy", "pandas", "scipy", "matplotlib", "duckdb", "rich", "analyses.tasks")
    code = (
        f"import sys, atexit; sys.argv[1:] = {arguments}; from research.cli import main\n"
        f"atexit.register(lambda: print('loaded', [m for m in {heavy} if m in sys.modules]))\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded []"


def test_the_outline_of_every_analysis_is_what_running_it_gives():
    for outline in outlines():
        analysis = find(outline.name)
        assert (outline.question, list(outline.claims)) == (analysis.title, analysis.claims)


# What is said can be typed ------------------------------------------------------------------------


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """A folder with the files that examples name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hosts.csv").write_text("country,hosts\nKorea,3\nFrance,1\n")
    (tmp_path / "scan").mkdir()
    record = {"port": 11434, "observed_at": "2026-01-01T00:00:00Z", "country": "FR"}
    records = [json.dumps({"ip_str": f"192.0.2.{n}"} | record) for n in range(12)]
    (tmp_path / "scan" / "a.jsonl").write_text("\n".join(records))
    return tmp_path


@pytest.mark.parametrize("option", EXAMPLES)
def test_the_example_in_an_error_is_accepted_when_it_is_typed(option, prepared, capsys):
    with pytest.raises(ResearchError, match=f"{option} wants NAME=VALUE, found 'x'") as refused:
        pairs(option, ["x"])
    command = str(refused.value).partition("Example: ")[2]
    assert option in command
    typed(command)
    assert capsys.readouterr().out


def typed(command):
    name, *words = shlex.split(command)
    assert name == "research"
    app(words, prog_name=name, standalone_mode=False)


def test_every_command_that_is_named_in_a_message_or_in_help_can_be_typed():
    """Names in capitals and gaps stand for one word; files that are named need not be there."""
    found = set()
    for path in Path(research_package.__file__).parent.rglob("*.py"):
        found |= set(re.findall(r"[:(] (research [a-z][^\"\n`]*)", path.read_text()))
    assert len(found) >= 15
    for command in sorted(found):
        words = shlex.split(re.sub(r"\{[^}]*\}", "GAP", command).split(", ")[0].rstrip(".)];"))[1:]
        parsed(words)


def parsed(words):
    """The words as click reads them: an unknown command or option is refused."""
    command = get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words[0]]
        words = words[1:]
    assert not hasattr(command, "commands"), words
    context = command.make_context("research", [], resilient_parsing=True)
    context.resilient_parsing = False  # arguments may be left out, an unknown option may not stand
    command.make_parser(context).parse_args(list(words))


def test_a_command_that_cannot_be_typed_is_found():
    for words in (["run", "--into", "here"], ["publish", "nothing"]):
        with pytest.raises((AssertionError, UsageError)):
            parsed(words)


@pytest.mark.parametrize("claim", ["tenthe/china-more-smal", "nothing"])
def test_open_refuses_an_unknown_claim_before_it_builds(claim, monkeypatch):
    monkeypatch.setattr("research.publish.page.page", lambda *_: pytest.fail("it was built"))
    with pytest.raises(ResearchError, match="There is no claim named"):
        explaining.open_page(claim)


def test_a_run_tells_of_each_specification_as_it_is_done(tmp_path):
    (tmp_path / "tiny.py").write_text(TINY)
    analysis, steps = find(str(tmp_path / "tiny.py")), []
    run(analysis, done=lambda: steps.append(1))
    assert len(steps) == n_specifications(analysis) == 6
    assert n_specifications(analysis, {"of": "all", "by": "2"}) == 3


TINY = '''"""How many?"""
from typing import Annotated, Literal
from research import ESTIMAND, Estimate, Sample
HYPOTHESES = {}
def sample(*, of: Annotated[Literal["some", "all"], ESTIMAND] = "some", by: Literal[1, 2, 3] = 1):
    return Sample(population="these", as_of="2026-01-01", data={"n": by})
def estimate(sample):
    return Estimate(label="n", unit="hosts", value=sample["n"])
'''
