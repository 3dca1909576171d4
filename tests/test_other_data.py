"""Running an analysis on other data: versions, stand-ins, optional tables, what may be said."""

import copy
import json

import pandas as pd
import pytest

import research
from research import places
from research.analysis import find, run
from research.analysis.naming import named
from research.datasets import DatasetError, describe, freeze, load, selection, verify, versions
from research.datasets.reading import read
from research.results import ResearchError

TOY = '''
"""Is the share large?"""
from typing import Annotated, Literal
from research import ESTIMAND, Estimate, FromTable, Hypothesis, Sample

HYPOTHESES = {"share": Hypothesis(
    claims=["tenthe/country-lead"], estimand="share of the first country", null=0.1,
    alternative="greater", role="reanalysis")}

def sample(tenthe_countries, tenthe_overlaps=None, *,
           country: Annotated[
               str, ESTIMAND, FromTable("tenthe_countries", lambda t: t["country"][:2])] = "US",
           ) -> Sample:
    ips = tenthe_countries.set_index("country")["discovered_ips"]
    known = tenthe_overlaps is not None
    return Sample(population="the scan", as_of="2025-04-24",
                  data={"share": float(ips[country] / ips.sum()), "known": known})

def estimate(sample) -> Estimate:
    return Estimate(label="share", unit="known" if sample["known"] else "unknown",
                    reading="finite population", value=sample["share"])
'''


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "toy.py").write_text(TOY)
    return tmp_path


def of_form(name: str, version: str, table: str, **changes) -> dict:
    """The descriptor of a dataset with one table in the form of a frozen one."""
    frozen = describe(table)
    resource = copy.deepcopy(frozen.resources[table])
    kept = {key: resource[key] for key in ("schema",)}
    return {
        **copy.deepcopy(frozen.descriptor),
        "name": name,
        "title": f"The scan {name}",
        "version": version,
        "resources": [{"name": f"{name}_countries", "form": table, **kept}],
    } | changes


def countries(*rows: tuple[str, int]) -> pd.DataFrame:
    listed = [(rank, *row) for rank, row in enumerate(rows, 1)]
    return pd.DataFrame(listed, columns=["rank", "country", "discovered_ips"])


@pytest.fixture
def mine(here):
    frame = countries(("BR", 60), ("US", 40))
    descriptor = of_form("mine", "2026-11-01", "tenthe_countries")
    freeze(here / "datasets/mine/2026-11-01", {"mine_countries": frame}, descriptor=descriptor)
    return here


def test_a_version_appears_beside_the_frozen_one_and_changes_nothing_by_itself(here):
    frame = load("tenthe_countries").head(3)
    descriptor = copy.deepcopy(describe("tenthe").descriptor) | {"version": "2026-11-21"}
    descriptor["resources"] = [
        r for r in descriptor["resources"] if r["name"] == "tenthe_countries"
    ]
    freeze(here / "datasets/tenthe/2026-11-21", {"tenthe_countries": frame}, descriptor=descriptor)
    assert list(versions("tenthe")) == ["2025-04-24", "2026-11-21"]
    assert len(load("tenthe_countries")) == 20
    assert len(load("tenthe_countries", "2026-11-21")) == 3
    assert verify("tenthe", "2026-11-21") == []
    result = run(find("toy.py", data={"tenthe": "2026-11-21"}))
    assert result.provenance.tables["tenthe_countries"]["version"] == "2026-11-21"
    verdict = result.answer(country="US").verdicts["share"]
    assert verdict.word == "holds"  # never "supported": the claim was about another day
    assert verdict.phrase == "holds as of 2026-11-21 in the scan"


def test_a_dataset_of_ones_own_is_found_without_a_plain_folder(mine):
    assert describe("mine").version == "2026-11-01"
    assert load("mine_countries")["country"].tolist() == ["BR", "US"]


def test_another_dataset_stands_in_by_form(mine):
    analysis = find("toy.py", data={"tenthe": "mine"})
    result = run(analysis)
    assert [choice.values for choice in analysis.choices] == [("US", "BR")]
    assert result.answer(country="BR").estimates["share"].value == pytest.approx(0.6)
    phrase = result.answer(country="BR").verdicts["share"].phrase
    assert phrase == "holds as of 2026-11-01 in The scan mine"
    assert result.provenance.tables["tenthe_countries"]["dataset"] == "mine"
    assert result.hypotheses["share"].scope == "other population"


def test_an_optional_table_is_none_until_data_hold_it(here, mine):
    assert run(find("toy.py")).answer().estimates["share"].unit == "unknown"
    descriptor = of_form("more", "2026-11-02", "tenthe_countries")
    overlaps = copy.deepcopy(descriptor["resources"][0])
    overlaps |= {"name": "more_overlaps", "form": "tenthe_overlaps"}
    descriptor["resources"].append(overlaps)
    frames = {"more_countries": countries(("US", 9)), "more_overlaps": countries(("US", 9))}
    freeze(here / "datasets/more/2026-11-02", frames, descriptor=descriptor)
    result = run(find("toy.py", data={"tenthe": "more@2026-11-02"}))
    assert result.answer().estimates["share"].unit == "known"
    read = {"stated_beliefs", "tenthe_countries", "tenthe_overlaps"}
    assert set(result.provenance.tables) == read


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"tenthe": "2030-01-01"}, "version of 'tenthe' and no dataset named '2030-01-01'"),
        ({"tenthee": "mine"}, "Did you mean 'tenthe'"),
        ({"hub_trending": "mine"}, "holds no table in the form of 'hub_trending'"),
        ({"tenthe": "mine@2020-01-01"}, "no version of 'mine' named '2020-01-01'"),
    ],
)
def test_what_cannot_stand_in_is_refused_with_what_there_is(mine, data, message):
    with pytest.raises(DatasetError, match=message):
        run(find("toy.py", data=data))


def test_a_table_that_is_not_read_is_named(mine):
    (mine / "other.py").write_text(TOY.replace("tenthe_countries", "hub_trending"))
    with pytest.raises(DatasetError, match="no table of it is read here: only hub_trending"):
        run(find("other.py", data={"tenthe": "mine"}))


def test_a_table_that_the_stand_in_lacks_is_named(mine):
    (mine / "cities.py").write_text(TOY.replace("tenthe_overlaps=None", "tenthe_cities"))
    with pytest.raises(ResearchError, match=r"cities needs the table 'tenthe_cities'.*tenthe=mine"):
        run(find("cities.py", data={"tenthe": "mine"}))


def test_a_column_of_another_type_is_refused(here):
    descriptor = of_form("odd", "2026-11-01", "tenthe_countries")
    fields = descriptor["resources"][0]["schema"]["fields"]
    next(f for f in fields if f["name"] == "discovered_ips")["type"] = "number"
    frame = countries(("US", 1)).astype({"discovered_ips": float})
    freeze(here / "datasets/odd/2026-11-01", {"odd_countries": frame}, descriptor=descriptor)
    with pytest.raises(DatasetError, match=r"another type, discovered_ips \(integer\)"):
        run(find("toy.py", data={"tenthe": "odd"}))


def test_a_parquet_table_is_checked_without_loading_it(here):
    import duckdb

    fields = [
        {"name": name, "type": kind, "unit": "none", "description": "made up",
         "constraints": {"required": True}}
        for name, kind in (("key", "string"), ("n", "integer"), ("day", "date"))
    ]  # fmt: skip
    descriptor = of_form("pq", "2026-11-01", "tenthe_countries")
    descriptor["resources"] = [{"name": "pq", "schema": {"fields": fields, "primaryKey": ["key"]}}]

    def written(query: str):
        duckdb.sql(f"COPY ({query}) TO 'made.parquet' (FORMAT parquet)")
        return {"pq": here / "made.parquet"}

    good = "SELECT 'k' || range AS key, range AS n, DATE '2026-01-01' AS day FROM range(1000)"
    folder = here / "datasets/pq/2026-11-01"
    for bad, message in (
        (good.replace("'k' || range", "'k' || range % 10"), r"primary key \['key'\] repeats"),
        (
            good.replace("range AS n", "NULLIF(range, 7) AS n"),
            "'n' is required but empty in 1 rows",
        ),
        (good.replace("range AS n", "'x' AS n"), "'n' is VARCHAR, described as integer"),
        (good.replace("AS n", "AS m"), r"the columns are \['key', 'm', 'day'\]"),
    ):
        with pytest.raises(DatasetError, match=message):
            freeze(folder, written(bad), descriptor=copy.deepcopy(descriptor))
        assert not folder.exists()
    freeze(folder, written(good), descriptor=copy.deepcopy(descriptor))
    assert verify("pq") == []
    assert load("pq")["n"].sum() == 499_500
    assert json.loads((folder / "datapackage.json").read_text())["resources"][0]["rows"] == 1000
    path = folder / "pq.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(DatasetError, match="is not the file that was frozen"):
        load("pq")


def test_of_a_table_in_parquet_no_more_is_read_than_the_analysis_names(here):
    """Of what the Hub tells of models too: ``tell`` names what a channel calls a column."""
    import duckdb

    fields = [
        {"name": name, "type": kind, "unit": "none", "description": "made up"}
        for name, kind in zip(
            ("country", "discovered_ips", "noise"), ("string", "integer", "string"), strict=True
        )
    ]
    descriptor = of_form("big", "2026-11-01", "tenthe_countries")
    descriptor["resources"] = [{"name": "big", "schema": {"fields": fields}}]
    country = "CASE WHEN range % 3 > 0 THEN 'c' || range % 3 END AS country"
    made = f"SELECT {country}, range AS discovered_ips, 'x' || range AS noise FROM range(90)"
    duckdb.sql(f"COPY ({made}) TO 'made.parquet' (FORMAT parquet)")
    freeze(here / "datasets/big/2026-11-01", {"big": here / "made.parquet"}, descriptor=descriptor)
    whole, found = load("big"), read(describe("big"), "big", named(here / "toy.py"))
    assert list(found.columns) == ["country", "discovered_ips"]
    pd.testing.assert_frame_equal(found, whole.drop(columns="noise"))
    assert found["country"].fillna("none").value_counts().to_dict() == dict.fromkeys(
        ["none", "c1", "c2"], 30
    )
    asks = [places.bundled() / f"analyses/{name}.py" for name in ("creators", "tasks")]
    assert ["base_models" in named(path) for path in asks] == [True, False]


def test_a_file_of_a_users_reads_its_tables_whole(here, monkeypatch):
    """It may ask of all columns at once, as in ``dropna``."""
    load, asked = selection.Source.load, []
    monkeypatch.setattr(
        selection.Source, "load", lambda source, columns: asked.append(columns) or load(source)
    )
    assert find("./toy.py").frames
    assert set(asked) == {None}
    asked.clear()
    assert find("creation_dates").frames
    assert None not in asked


@pytest.mark.long
def test_latest_day_of_a_new_list_is_asked_by_itself(here):
    models = load("hub_top_models")
    day = models[models["as_of"] == "2026-06-11"].assign(as_of=pd.Timestamp("2026-11-21"))
    descriptor = copy.deepcopy(describe("hub_top_models").descriptor) | {"version": "2026-11-21"}
    folder = here / "datasets/hub_top_models/2026-11-21"
    freeze(folder, {"hub_top_models": day}, descriptor=descriptor)
    chosen = {"hub_top_models": "2026-11-21"}
    for name in (
        "tasks",
        "creators",
        "licences",
        "likes_and_downloads",
        "chinese_origin_downloads",
    ):
        result = run(find(name, data=chosen))
        assert any("2026-11-21" in key for key in result.answers), name
        assert not any("2026-06-11" in key for key in result.answers), name
    old = run(find("tasks")).answer(population="top 1,000, 2026-06-11")
    new = run(find("tasks", data=chosen)).answer(population="top 1,000, 2026-11-21")
    for label, estimate in new.estimates.items():
        same = old.estimates[label]
        assert (estimate.value, estimate.bounds) == (same.value, same.bounds)
    assert research.load("hub_top_models")["as_of"].nunique() == 3


def test_a_day_that_the_data_lack_is_a_reason_and_no_crash(here):
    models = load("hub_top_models")
    day = models[models["as_of"] == "2026-06-11"].assign(as_of=pd.Timestamp("2026-11-21"))
    descriptor = copy.deepcopy(describe("hub_top_models").descriptor) | {"version": "2026-11-21"}
    folder = here / "datasets/hub_top_models/2026-11-21"
    freeze(folder, {"hub_top_models": day}, descriptor=descriptor)
    chosen = {"hub_top_models": "2026-11-21"}
    result = run(find("video_generation", data=chosen), multiverse=False)
    reasons = {answer.refused for answer in result.answers.values() if answer.refused}
    assert any("taken on 2026-11-21, and 2026-06-11 is needed" in text for text in reasons)
    for name in ("leading_families", "lineage"):  # which take the newest day that there is
        answers = run(find(name, data=chosen), multiverse=False).answers.values()
        assert not any(answer.refused for answer in answers), name
