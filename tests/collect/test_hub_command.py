"""``research collect hub`` as its users meet it: processes, messages, exit codes, files."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import resource
import shutil
import signal
import ssl
import subprocess
import sys
from types import SimpleNamespace

import pytest
import trustme

from research.cli import main
from tests.collect.loopback import (
    TOKEN,
    Held,
    Listed,
    Loopback,
    Synthetic,
    rows,
    serving,
    status,
)
from tests.collect.taking import PATIENCE, bundled_rows

COMMAND = (sys.executable, "-m", "research", "collect", "hub")


@pytest.fixture
def environment(tmp_path):
    """One in which nobody is logged in."""
    told = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGG"))}
    return told | {"HF_HOME": str(tmp_path / "home"), "NO_COLOR": "1"}


@pytest.fixture
def work(tmp_path):
    """The folder where one works, empty at first."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def hub(work, environment):
    """The command against a loopback Hub."""

    def run(server, *arguments, check=None, **told):
        done = subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True, text=True, check=False, cwd=work,
            env=environment | {"HF_ENDPOINT": server.address} | told,
            preexec_fn=check,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def inside(work, monkeypatch, capsys, no_token):
    """The same within this process, where a process of its own would show nothing more."""
    from huggingface_hub import constants

    def run(server, *arguments, command=("collect", "hub")):
        monkeypatch.chdir(work)
        monkeypatch.setattr(constants, "ENDPOINT", server.address)
        monkeypatch.setattr(sys, "argv", ["research", *command, *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return SimpleNamespace(returncode=ended.value.code, stdout=said.out, stderr=said.err)

    return run


def frozen(work, name="hub_models", version="v"):
    return (work / "datasets" / name / version / f"{name}.csv").read_bytes()


def test_each_query_ends_in_a_frozen_version_and_the_next_command(inside):
    with serving(Loopback(Listed(rows(40)), page=15)) as server:
        top = inside(server, "--top", "20", "--version", "v")
        census = inside(server, "--census", "--version", "v", "--json")
        authors = inside(server, "--authors", f"{rows(1)[0]['author']},nobody", "--version", "v")
    assert [top.returncode, census.returncode, authors.returncode] == [0, 0, 0]
    assert top.stdout.startswith("hub_top_models v: 20 models in datasets/hub_top_models/v.\n")
    assert "--data hub_top_models=v" in top.stdout
    made = json.loads(census.stdout)
    assert (made["dataset"], made["tables"]) == ("hub_models", {"hub_models": 40})
    assert made["collection"]["pages"] == 3
    assert "Without models: nobody." in authors.stdout
    assert "--data hub_top_models=hub_author_models@v" in authors.stdout
    assert (top.stderr, census.stderr) == ("", "")


def test_the_command_that_it_names_reads_what_was_taken(inside):
    with serving(Loopback(Listed(bundled_rows()))) as server:
        taken = inside(server, "--top", "1000", "--version", "v")
    (named,) = [line for line in taken.stdout.splitlines() if line.startswith("Next: ")]
    _, _, *arguments = named.split()
    done = inside(server, command=arguments)
    assert done.returncode == 0, done.stderr
    assert "does not hold" in done.stdout
    assert "supported" not in done.stdout  # that is for the claim's own day


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "exactly one of --top, --authors, --families and --census, found 0"),
        (("--top", "5", "--census"), "found 2"),
        (("--top", "0"), "at least 1, found 0"),
        (("--authors", " , "), "names no account"),
        (("--census", "--version", "../up"), "'../up' cannot name a version"),
    ],
)
def test_a_command_that_makes_no_sense(inside, arguments, said):
    with serving(Loopback(Synthetic(1))) as server:
        done = inside(server, *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_wait_is_one_line_where_output_is_piped(inside):
    faults = {2: status(503, Retry_After="0")}
    with serving(Loopback(Synthetic(30), page=10, faults=faults)) as server:
        done = inside(server, "--census")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Waiting 1 s until ")
    assert line.endswith("it answered with status 503.")


def shown_until(server, arguments, wanted, work, environment):
    """What a terminal shows of a command; its third page comes when ``wanted`` was to be seen."""
    ours, theirs = pty.openpty()
    told = {"HF_ENDPOINT": server.address, "TERM": "xterm", "COLUMNS": "150"}
    held = Held(len(server.asked) + 3)
    server.between = held
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.DEVNULL, stderr=theirs, cwd=work, env=environment | told,
    )  # fmt: skip
    os.close(theirs)
    shown = ""
    while more := read_from(ours):
        shown += more
        if re.search(wanted, shown):
            held.go.set()
    assert process.wait(PATIENCE) == 0
    return shown


def test_a_terminal_shows_rows_rate_time_and_waits(work, environment):
    with serving(Loopback(Listed(rows(40)), page=10)) as server:
        server.faults = {4: status(503, Retry_After="0")}
        wanted = r"Asking the Hub \(--top\).* 20/40 .*rows, 2 pages, [\d,]+ rows/s 0:00:0"
        shown = shown_until(server, ["--top", "40"], wanted, work, environment)
    assert re.search(r"Waiting until [\d:]+: it answered with status 503", shown)


def test_a_second_census_expects_as_many_rows_as_the_first(inside, work, environment):
    with serving(Loopback(Synthetic(40), page=10)) as server:
        inside(server, "--census", "--version", "first")
        shutil.copytree(work / "datasets/hub_models/first", work / "datasets/hub_models/read")
        read = work / "datasets/hub_models/read/datapackage.json"  # from a file, not from the Hub
        other = {"version": "read", "collection": {"file": "x"}}
        read.write_text(json.dumps(json.loads(read.read_text()) | other))
        wanted = r"--census, about as many as first\).* 20/40 .*2 pages"
        arguments = ["--census", "--version", "second"]
        assert shown_until(server, arguments, wanted, work, environment)


def read_from(terminal) -> str:
    """What a terminal shows next; nothing when whoever wrote to it has gone."""
    try:
        return os.read(terminal, 65_536).decode(errors="replace")
    except OSError:
        return ""


def test_ctrl_c_says_what_is_kept_and_the_next_run_goes_on(inside, work, environment):
    with serving(Loopback(Synthetic(100), page=10)) as server:
        inside(server, "--census", "--version", "whole")
        held = Held(len(server.asked) + 4)
        server.between = held
        process = subprocess.Popen(
            [*COMMAND, "--census", "--version", "v"],
            stderr=subprocess.PIPE, text=True, cwd=work,
            env=environment | {"HF_ENDPOINT": server.address},
            # In the background tests are deaf to the keyboard, and so would be what they start.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip
        assert held.came.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
        held.go.set()
        assert process.returncode == 130
        assert "3 pages with 30 rows are kept in datasets/.collecting/hub_models" in said
        assert "Traceback" not in said
        assert not (work / "datasets" / "hub_models" / "v").exists()
        before = len(server.asked)
        assert inside(server, "--census", "--version", "v").returncode == 0
        assert len(server.asked) - before == 7
    assert frozen(work) == frozen(work, version="whole")


def test_a_listing_that_ended_early_is_frozen_where_that_is_accepted(inside, work):
    with serving(Loopback(Listed(rows(25)))) as server:
        refused = inside(server, "--top", "1000", "--version", "v")
        accepted = inside(server, "--top", "1000", "--version", "v", "--accept-fewer")
        assert len(server.asked) == 1
    assert (refused.returncode, accepted.returncode) == (2, 0)
    assert "freeze what there is with --accept-fewer" in refused.stderr
    assert accepted.stdout.startswith("hub_top_models v: 25 models")


@pytest.mark.parametrize(
    ("largest", "said"),
    [
        (6_000, "Page 3 could not be written"),  # bytes: pages of ten rows fit, one of 300 does not
        (40_000, "The table could not be made from the pages"),
    ],
)
def test_a_full_disk_leaves_nothing_half_written(hub, inside, work, largest, said):
    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    with serving(Loopback(Synthetic(1_000))) as server:
        server.between = lambda number: setattr(server, "page", 300 if number > 2 else 10)
        uncompiled = {"PYTHONDONTWRITEBYTECODE": "1"}  # a module's file would be cut, and be kept
        done = hub(server, "--census", "--version", "v", check=full, **uncompiled)
        assert done.returncode == 2
        assert said in done.stderr
        assert "ake room on" in done.stderr
        assert "Run the same command again" in done.stderr
        assert not (work / "datasets" / "hub_models").exists()
        assert not list(work.rglob("*.part"))
        assert inside(server, "--census", "--version", "v").returncode == 0
        server.asked.clear()
        assert inside(server, "--census", "--version", "whole").returncode == 0
    assert frozen(work) == frozen(work, version="whole")


def test_a_token_goes_to_the_hub_and_nowhere_else(hub, work, tmp_path):
    faults = {2: status(503, Retry_After="0")}
    loud = {"HF_TOKEN": TOKEN, "HF_HUB_VERBOSITY": "debug", "HF_DEBUG": "1"}
    with serving(Loopback(Synthetic(30), page=10, faults=faults)) as server:
        done = hub(server, "--census", "--version", "v", "--keep-pages", **loud)
        stopped = hub(server, "--families", **loud)
        asked = server.asked
    assert done.returncode == 0
    assert stopped.returncode == 2
    assert {request.headers["authorization"] for request in asked} == {f"Bearer {TOKEN}"}
    assert all(TOKEN not in request.path for request in asked)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 6
    for path in written:
        content = path.read_bytes()
        content += gzip.decompress(content) if path.suffix == ".gz" else b""
        assert TOKEN.encode() not in content
    assert TOKEN not in done.stdout + done.stderr + stopped.stdout + stopped.stderr


def test_who_asks_is_named_and_nothing_else_is_asked(inside):
    with serving(Loopback(Synthetic(5))) as server:
        inside(server, "--census")
        (request,) = server.asked
    assert request.path.startswith("/api/models?sort=createdAt&limit=1000&expand=author&")
    assert request.headers["user-agent"].startswith("modelometrics/")
    assert "authorization" not in request.headers


def test_over_tls_gone_is_gone_and_a_stranger_is_not_trusted(hub, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    models = [row | {"id": "Qwen/QwQ-32B"} for row in rows(1)]
    with serving(Loopback(Listed(models)), tls=context) as server:
        stranger = hub(server, "--families")
        known = hub(
            server,
            "--families",
            "--json",
            "--restart",
            SSL_CERT_FILE=str(tmp_path / "authority.pem"),
        )
    assert stranger.returncode == 2
    assert "signed by nobody known here" in stranger.stderr
    made = json.loads(known.stdout)
    assert made["tables"] == {"hub_family_models": 1}
    assert {gone["status"] for gone in made["collection"]["gone"]} == {401}


def test_offline_is_said(hub):
    with serving(Loopback(Synthetic(5))) as server:
        done = hub(server, "--census", HF_HUB_OFFLINE="1")
        assert server.asked == []
    assert done.returncode == 2
    assert "HF_HUB_OFFLINE" in done.stderr
