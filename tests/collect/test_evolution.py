"""The data of the study behind one claim: read as assumed, or refused; answered by two commands."""

import json
import os
import subprocess
import sys
from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

import research
from research.analysis import find, run
from research.cli.collect_files import evolution
from research.collect.evolution import FILE, REPOSITORY, REVISION, downloaded, freeze_evolution
from research.results import ResearchError
from tests.collect.loopback import Listed, Loopback, serving

GROUPS = ["China", "USA", "International/Online", "France", "", "United States, China"]
CLAIMED = "share of the downloads of new models in the year of the claim, China minus US"
WITHIN = "share of the downloads of new models in the weeks there are, China minus US"


def study(first="2024-07-31", weeks=58, models=24):
    """Totals by model and week: some fall, one week is filled in, creations may be missing."""
    rng = np.random.default_rng(7)
    rows = []
    for model in range(models):
        created = pd.Timestamp("2023-06-01") + pd.Timedelta(days=int(rng.integers(0, 700)))
        total = 0
        for number, week in enumerate(pd.date_range(first, periods=weeks, freq="7D")):
            if number != 9:
                total = max(total + int(rng.integers(-100, 1000)), 0)
            if week + pd.Timedelta(days=6) >= created:
                stated = created if model else pd.NaT
                rows.append((f"a/m{model}", week, stated, float(total), GROUPS[model % 6]))
    columns = ["model", "time", "created", "downloadsAllTime", "merged_country_groups_single"]
    return pd.DataFrame(rows, columns=columns)


def written(path, rows):
    duckdb.sql(f"COPY rows TO '{path}' (FORMAT parquet)")
    return path


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plainly(rows):
    """What each group and age gained in each week, one model after the other."""
    weeks, found = sorted(rows["time"].unique()), {}
    for _, of_model in rows.groupby("model"):
        totals = of_model.set_index("time")["downloadsAllTime"]
        created, group = of_model["created"].iloc[0], of_model.iloc[0, -1] or "not stated"
        for before, week in pairwise(weeks):
            if week not in totals.index:
                continue
            if before in totals.index:
                gain = totals[week] - totals[before]
            elif created > before:
                gain = totals[week]
            else:
                continue
            days = (week - created).days if created == created else None
            age = "not known" if days is None else "within a year" if days <= 365 else "older"
            key = week, group, age
            found[key] = found.get(key, 0) + max(gain, 0)
    return found


def test_weekly_gains_are_those_of_a_plain_loop(here):
    rows = study()
    dataset = freeze_evolution(written(here / "e.parquet", rows))
    frame = research.load("hub_evolution")
    keys = list(zip(frame["week"], frame["publisher_group"], frame["age"], strict=True))
    found = dict(zip(keys, frame["downloads"], strict=True))
    expected = plainly(rows)
    assert {key: n for key, n in found.items() if n} == {k: n for k, n in expected.items() if n}
    assert dataset.version == f"{rows['time'].max():%Y-%m-%d}"
    assert frame.loc[frame["repeated"], "week"].unique() == [pd.Timestamp("2024-10-02")]
    assert frame["fallen"].sum() > 0
    countries = frame.drop_duplicates("publisher_group").set_index("publisher_group")["country"]
    assert countries["USA"] == "US"
    assert countries["United States, China"] == "CN|US"
    assert countries[["International/Online", "not stated"]].isna().all()
    assert not frame.astype(str).apply(lambda column: column.str.contains("a/m")).any().any()


def test_the_claim_is_answered_on_its_own_data(here):
    rows = study()
    freeze_evolution(written(here / "e.parquet", rows))
    result = run(find("published_past_year"))
    answer = result.answers["the study"]
    gains = plainly(rows)
    new = {key: n for key, n in gains.items() if key[2] == "within a year"
           and pd.Timestamp("2024-08-01") <= key[0] <= pd.Timestamp("2025-08-31")}  # fmt: skip
    of = {group: sum(n for key, n in new.items() if key[1] == group) for group in
          ["China", "USA", "International/Online", "France", "not stated", GROUPS[-1]]}  # fmt: skip
    maybe = sum(n for key, n in gains.items() if key[2] == "not known"
                and pd.Timestamp("2024-08-01") <= key[0] <= pd.Timestamp("2025-08-31"))  # fmt: skip
    whole = sum(of.values())
    open_ones = of["not stated"] + of[GROUPS[-1]]
    lead = of["China"] - of["USA"]
    bounds = answer.estimates[CLAIMED].bounds
    # The model whose age is not known is Chinese: with it all ends move the same way.
    low = min((lead - open_ones) / whole, (lead - open_ones + maybe) / (whole + maybe))
    high = max((lead + open_ones) / whole, (lead + open_ones + maybe) / (whole + maybe))
    assert tuple(bounds) == pytest.approx((low, high))
    assert result.hypotheses[CLAIMED].scope == "same"


def test_a_part_of_the_year_is_answered_for_that_part_alone(here):
    freeze_evolution(written(here / "e.parquet", study("2025-02-26", 40)))
    result = run(find("published_past_year"))
    assert "2025-03-05 to 2025-11-26, not August 2024" in result.answers["the study"].refused
    part = result.answers["the study, weeks there are"]
    assert "weeks of 2025-03-05 to 2025-08-31" in part.population
    assert result.hypotheses[WITHIN].scope == "other population"
    assert WITHIN in part.estimates


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows.drop(columns="created"), "lacks created"),
        (lambda rows: rows.drop(columns=rows.columns[-1]), "merged_country_groups_single or org"),
        (lambda rows: rows.assign(time="spring"), "no day can be read in time"),
        (lambda rows: rows.assign(downloadsAllTime=-1.0), "is no number, or below zero"),
        (lambda rows: rows[rows["time"] == rows["time"].min()], "holds one week"),
        (lambda rows: rows.assign(merged_country_groups_single="Asia"), "no group of publishers"),
        (lambda rows: rows.iloc[:0], "no row"),
    ],
)
def test_what_does_not_hold_is_refused_with_what_was_found(here, change, told):
    with pytest.raises(ResearchError, match=told):
        freeze_evolution(written(here / "e.parquet", change(study())))
    assert not (here / "datasets").exists()


def test_a_few_unreadable_rows_are_left_out_and_counted(here):
    rows = study()
    rows.loc[3, "downloadsAllTime"] = -5
    rows.loc[5, "model"] = None
    dataset = freeze_evolution(written(here / "e.parquet", rows))
    assert dataset.descriptor["collection"]["problems"] == {
        "no model is named": 1,
        "downloadsAllTime is no number, or below zero": 1,
    }


def test_of_one_model_and_week_the_largest_total_counts(here):
    rows = study()
    again = rows.assign(downloadsAllTime=rows["downloadsAllTime"] - 1).iloc[:40]
    freeze_evolution(written(here / "e.parquet", rows), into=here / "one")
    twice = pd.concat([again[again["downloadsAllTime"] >= 0], rows])
    freeze_evolution(written(here / "t.parquet", twice), into=here / "two")
    one, two = (next(here.glob(f"{folder}/*/*/*.csv*")).read_bytes() for folder in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("word", ["Unknown", " not known ", "None", "nan", None])
def test_a_publisher_of_whom_nothing_is_known_may_be_of_any_country(here, word):
    rows = study()
    column = rows.columns[-1]
    said = rows.assign(**{column: rows[column].where(rows[column] != "", word)})
    freeze_evolution(written(here / "e.parquet", rows), into=here / "one")
    freeze_evolution(written(here / "t.parquet", said), into=here / "two")
    one, two = (next(here.glob(f"{folder}/*/*/*.csv*")).read_bytes() for folder in ("one", "two"))
    assert one == two


# From the Hub -------------------------------------------------------------------------------------


RESOLVED = f"/datasets/{REPOSITORY}/resolve/{REVISION}/{FILE}"


def test_the_file_of_one_revision_is_taken_from_the_hub(here):
    payload = written(here / "e.parquet", study()).read_bytes()
    with serving(Loopback(Listed([]), files={RESOLVED: payload})) as hub:
        path = downloaded(to=here / "taken", endpoint=hub.address)
    assert path.read_bytes() == payload
    assert {asked.path for asked in hub.asked if "resolve" in asked.path} == {RESOLVED}


def test_a_hub_without_the_file_is_told_in_prose(here):
    with (
        serving(Loopback(Listed([]))) as hub,
        pytest.raises(ResearchError, match="could not be had"),
    ):
        downloaded("0" * 40, to=here, endpoint=hub.address)
    with pytest.raises(ResearchError, match="40 hexadecimal digits"):
        downloaded("main", to=here)


@pytest.mark.long  # the Hub's client is imported in a process of its own
def test_the_command_takes_it_from_the_hub_that_is_set(here):
    payload = written(here / "e.parquet", study()).read_bytes()
    command = [sys.executable, "-m", "research", "collect", "evolution", "--json"]
    with serving(Loopback(Listed([]), files={RESOLVED: payload})) as hub:
        told = {"HF_ENDPOINT": hub.address, "HF_HOME": str(here / "cache")}
        done = subprocess.run(command, env=os.environ | told, cwd=here, capture_output=True)
    assert json.loads(done.stdout)["weeks"] == 57


def test_the_command_reads_a_file_and_says_what_is_next(here):
    path = written(here / "e.parquet", study())
    done = CliRunner().invoke(_command(), [str(path)])
    assert "2024-08-07 to 2025-09-03" in done.stdout
    assert "research run published_past_year" in done.stdout
    both = CliRunner().invoke(_command(), [str(path), "--revision", "0" * 40])
    assert "not both" in str(both.exception)


def _command():
    app = typer.Typer()
    app.command()(evolution)
    return app
