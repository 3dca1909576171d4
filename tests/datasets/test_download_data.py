"""The frozen tables of downloads, trends and pulls hold what their sources and others published."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from huggingface_hub.utils import validate_repo_id

from research.datasets import describe, load

DATASETS = ("hub_top_models", "hub_llm_models", "hub_llm_panel", "hub_trending", "ollama_library")
HAND_ENTERED = {
    "openai/whisper-large-v3",
    "openai/whisper-large-v3-turbo",
    "openai/whisper-medium",
    "distil-whisper/distil-large-v3",
}
PRINTED_PERCENT = 0.0005  # the published shares are printed with one decimal of a percent
SUMS_OF_PULLS = 0.007  # the library's series is taken hours before the registry's
DROP = 0.98  # rounding alone moves no total above 10,000 by more than two percent


# All five -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DATASETS)
def test_the_text_of_others_is_left_out(name):
    columns = {
        column["name"]
        for resource in describe(name).resources.values()
        for column in resource["schema"]["fields"]
    }
    assert columns.isdisjoint({"description", "hf_links_in_readme", "use_case"})


@pytest.mark.parametrize(
    "table", ["hub_top_models", "hub_llm_models", "hub_llm_panel", "hub_trending"]
)
def test_models_are_named_as_the_hub_allows(table):
    frame = load(table)
    for model in frame["model_id"].unique():
        assert model.count("/") == 1
        validate_repo_id(model)
    if "author" in frame:
        assert (frame["author"] == frame["model_id"].str.split("/").str[0]).all()


@pytest.mark.parametrize(
    ("table", "when"),
    [("hub_top_models", "as_of"), ("hub_llm_models", None), ("hub_llm_panel", "as_of"),
     ("hub_trending", "date")],
)  # fmt: skip
def test_no_model_stands_twice_under_different_case(table, when):
    frame = load(table)
    key = frame["model_id"].str.lower().to_frame()
    assert not (key if when is None else key.assign(when=frame[when])).duplicated().any()


# The 1,000 most downloaded ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def top():
    return load("hub_top_models").set_index("as_of")


@pytest.mark.parametrize(
    ("day", "total", "last", "no_licence", "with_base", "legacy"),
    [
        ("2026-04-28", 2_163_162_220, 272_528, 115, 312, 197),
        ("2026-06-10", 2_117_379_620, 284_252, 107, 316, 178),
        ("2026-06-11", 2_107_749_955, 284_414, 106, 316, 180),
    ],
)
def test_each_day_has_its_1000_models(top, day, total, last, no_licence, with_base, legacy):
    models = top.loc[day]
    downloads = models["hub_downloads_30d"]
    assert len(models) == 1000
    assert downloads.is_monotonic_decreasing
    assert (downloads.sum(), downloads.min()) == (total, last)
    assert models["licence"].isna().sum() == no_licence
    assert models["base_models"].notna().sum() == with_base
    assert models["legacy_created_at"].sum() == legacy


def test_published_shares_of_april_are_reproduced(top):
    april = top.loc["2026-04-28"]
    total = april["hub_downloads_30d"].sum()
    by_author = april.groupby("author")["hub_downloads_30d"].sum().sort_values(ascending=False)
    assert by_author["Qwen"] == 399_454_717
    assert by_author["Qwen"] / total == pytest.approx(0.185, abs=PRINTED_PERCENT)
    assert by_author.head(5).sum() / total == pytest.approx(0.461, abs=PRINTED_PERCENT)
    assert by_author.head(10).sum() / total == pytest.approx(0.585, abs=PRINTED_PERCENT)
    assert (april["licence"] == "apache-2.0").sum() == 490
    assert (april["pipeline_tag"] == "text-generation").sum() == 222


def test_only_the_known_spike_is_marked(top):
    marked = top[top["traffic_spike"]]
    assert marked.index.strftime("%Y-%m-%d").tolist() == ["2026-04-28"]
    assert marked["model_id"].tolist() == ["Qwen/Qwen3-VL-2B-Instruct"]
    assert marked["hub_downloads_30d"].tolist() == [165_732_702]
    later = top.loc["2026-06-11"].set_index("model_id")["hub_downloads_30d"]
    assert later["Qwen/Qwen3-VL-2B-Instruct"] == 1_928_171


def test_bases_are_repositories_and_come_with_a_relation(top):
    named = top[top["base_models"].notna()]
    assert named["base_relation"].notna().all()
    assert top["base_relation"].notna().sum() == len(named)
    for base in named["base_models"].str.split("|").explode().unique():
        validate_repo_id(base)
    several = named.loc[named["base_models"].str.contains("|", regex=False), "model_id"]
    assert several.nunique() == 5
    assert (named["base_models"] == named["model_id"]).sum() == 5


def test_only_three_quarters_of_the_models_were_refreshed_between_the_last_two_days(top):
    first, second = (
        top.loc[day].set_index("model_id")["hub_downloads_30d"]
        for day in ("2026-06-10", "2026-06-11")
    )
    both = pd.concat([first, second], axis=1, join="inner", keys=["first", "second"])
    assert (len(both), (both["first"] == both["second"]).sum()) == (995, 750)


# The catalogue and its panel ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def catalogue():
    return load("hub_llm_models")


@pytest.fixture(scope="module")
def panel():
    return load("hub_llm_panel")


def test_catalogue_holds_the_source_less_what_was_dropped(catalogue):
    dropped_twins = 346_178 + 931_212 + 255_601
    hand_entered = 12_000_000 + 8_000_000 + 5_000_000 + 2_000_000
    assert len(catalogue) == 16_849 - 4 - 3
    assert catalogue["hub_downloads_30d"].sum() == 890_438_475 - hand_entered - dropped_twins
    assert catalogue["parameters"].min() > 0
    assert (catalogue["active_parameters"].notna() == catalogue["is_moe"]).all()
    assert catalogue["pipeline_tag"].value_counts()[
        ["text-generation", "text-to-speech"]
    ].tolist() == [9500, 1317]
    assert catalogue["pipeline_tag"].isna().sum() == 2206


@pytest.mark.parametrize("table", ["hub_llm_models", "hub_llm_panel"])
def test_hand_entered_rows_are_gone_and_the_row_that_shares_their_tag_is_not(table):
    models = set(load(table)["model_id"])
    assert models.isdisjoint(HAND_ENTERED)
    assert "microsoft/Phi-4-multimodal-instruct" in models


def test_what_was_not_asked_for_is_marked(catalogue):
    unseen = catalogue[~catalogue["downloads_observed"]]
    assert len(unseen) == 3619
    assert (unseen["hub_downloads_30d"] == 0).all()
    assert (catalogue.loc[catalogue["downloads_observed"], "hub_downloads_30d"] > 0).all()
    assert (catalogue.loc[~catalogue["likes_observed"], "likes"] == 0).all()


def test_two_licences_are_kept_apart(catalogue):
    assert not catalogue["licence"].str.contains(",", na=False).any()
    assert catalogue["licence"].str.contains("|", regex=False, na=False).sum() == 6


def test_last_state_of_the_panel_is_the_catalogue(catalogue, panel):
    columns = ["model_id", "hub_downloads_30d", "likes"]
    last = panel.loc[panel["as_of"] == "2026-10-05", columns]
    both = (
        frame[columns].sort_values("model_id", ignore_index=True) for frame in (last, catalogue)
    )
    pd.testing.assert_frame_equal(*both)


def test_panel_holds_the_source_less_what_was_dropped(panel):
    states = load("hub_llm_panel_snapshots").set_index("as_of")
    kept = panel.groupby("as_of")["hub_downloads_30d"].agg(["size", "sum"])
    assert len(states) == 18
    assert len(panel) == 93_303 - 8 * 4 - 15 - 2 * 5
    assert (kept["size"] == states["n_models"]).all()
    assert set(states["n_models_source"] - kept["size"]) == {0, 1, 5, 7}
    lost = states["hub_downloads_30d_source"] - kept["sum"]
    hand_entered = 27_000_000 * (states.index >= "2026-06-19")
    assert (lost >= hand_entered).all()
    assert (
        lost - hand_entered
    ).max() < 2_500_000  # three twins of at most 0.8, 1.5 and 0.3 million
    assert states.index[states["as_of_inferred"]].strftime("%m-%d").tolist() == [
        "08-24",
        "09-21",
        "10-05",
    ]


def test_stale_means_equal_to_the_previous_value(panel):
    ordered = panel.sort_values(["model_id", "as_of"])
    before = ordered.groupby("model_id")["hub_downloads_30d"].shift()
    assert (ordered["stale_suspect"].isna() == before.isna()).all()
    repeated = ordered["hub_downloads_30d"].eq(before) & ordered["hub_downloads_30d"].gt(0)
    assert (ordered["stale_suspect"].fillna(False) == repeated).all()
    hand_entered, twins = 4 * 7, 1 + 2 * 4  # stale rows of the source that were dropped
    assert repeated.sum() == 30_445 - hand_entered - twins


# Trending -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trending():
    return load("hub_trending")


def test_every_day_has_ranks_1_to_30(trending):
    ranks = trending.groupby("date")["rank"].agg(list)
    assert len(ranks) == 284
    assert all(sorted(day) == list(range(1, 31)) for day in ranks)
    every_day = pd.date_range("2025-11-07", "2026-08-21")
    missing = every_day.difference(ranks.index).strftime("%Y-%m-%d").tolist()
    assert missing == ["2026-01-05", "2026-06-03", "2026-06-15", "2026-06-16"]


def test_shifted_values_are_back_in_place_or_gone(trending):
    shifted = trending[trending["shifted"]]
    assert (len(shifted), shifted["parameters_rounded"].notna().sum()) == (1083, 456)
    assert (trending["category"].isna() == trending["shifted"]).all()
    assert not trending["category"].str.contains(r"\d(?!D)|Updated", na=False).any()


@pytest.mark.parametrize(
    ("date", "rank", "column", "value"),
    [
        ("2025-11-07", 1, "hub_downloads_30d_rounded", 5120),
        ("2025-11-07", 2, "hub_downloads_30d_rounded", 14_000),
        ("2025-11-07", 3, "parameters_rounded", 229_000_000_000),
        ("2025-11-07", 3, "likes_rounded", 1170),
        ("2025-11-09", 23, "parameters_rounded", 1_000_000_000_000),
    ],
)
def test_displayed_text_is_read_as_the_number_it_means(trending, date, rank, column, value):
    row = trending[(trending["date"] == date) & (trending["rank"] == rank)]
    assert row[column].item() == value


# The Ollama library -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library_pulls():
    return load("ollama_library_pulls")


@pytest.fixture(scope="module")
def registry_pulls():
    return load("ollama_registry_pulls")


@pytest.fixture(scope="module")
def names():
    return load("ollama_library_names")


@pytest.fixture(scope="module")
def tags():
    return load("ollama_library_tags")


@pytest.mark.parametrize(
    ("table", "rows", "days", "first", "last"),
    [
        ("ollama_library_pulls", 98_557, 510, (154, 140_005_614), (236, 969_630_403)),
        ("ollama_registry_pulls", 75_028, 367, (175, 361_363_200), (235, 1_013_548_900)),
    ],
)
def test_series_of_pulls_have_their_days_and_sums(table, rows, days, first, last):
    frame = load(table)
    by_day = frame.groupby("date")["ollama_pulls_total"].agg(["size", "sum"])
    assert (len(frame), len(by_day)) == (rows, days)
    assert tuple(by_day.iloc[0]) == first
    assert tuple(by_day.iloc[-1]) == last


@pytest.mark.parametrize(
    ("table", "day"),
    [("ollama_library_pulls", "2026-03-03"), ("ollama_registry_pulls", "2026-03-02")],
)
def test_pulls_fall_once_where_a_name_was_corrected(table, day):
    frame = load(table).dropna(subset="ollama_pulls_total").sort_values(["ollama_name", "date"])
    assert (frame["ollama_pulls_total"] >= 0).all()
    before = frame.groupby("ollama_name")["ollama_pulls_total"].shift()
    falls = frame[(frame["ollama_pulls_total"] / before < DROP).fillna(False)]
    assert falls["ollama_name"].tolist() == ["lfm2"]
    assert falls["date"].dt.strftime("%Y-%m-%d").tolist() == [day]


@pytest.mark.parametrize(
    "table", ["ollama_library_pulls", "ollama_registry_pulls", "ollama_library_names"]
)
def test_the_step_is_the_one_displayed(table):
    shown = load(table)[["ollama_pulls_total", "pulls_step"]].dropna()
    pulls, step = shown["ollama_pulls_total"], shown["pulls_step"]
    assert (pulls % step == 0).all()
    assert (step[pulls < 10_000] == 1).all()
    assert (step[pulls.between(10_000, 999_999)] == 100).all()
    assert (step[pulls > 1_000_000] == 100_000).all()
    tenths = (pulls // step % 10)[step > 1]  # a dropped ".0" leaves a tenth of the values without
    assert 0.08 < (tenths == 0).mean() < 0.12


def test_the_registry_lies_between_two_days_of_the_library(library_pulls, registry_pulls):
    early = library_pulls[["date", "ollama_name", "ollama_pulls_total", "pulls_step"]]
    late = early.assign(date=early["date"] - pd.Timedelta(days=1))
    key = ["date", "ollama_name"]
    both = registry_pulls.dropna(subset="ollama_pulls_total").merge(
        early, on=key, suffixes=("", "_early"), validate="one_to_one"
    )
    both = both.merge(late, on=key, suffixes=("", "_late"), validate="one_to_one")
    slack = both[["pulls_step", "pulls_step_early", "pulls_step_late"]].max(axis=1)
    inside = both["ollama_pulls_total"].between(
        both["ollama_pulls_total_early"] - slack, both["ollama_pulls_total_late"] + slack
    )
    assert len(both) > 70_000
    assert both.loc[~inside, "ollama_name"].unique().tolist() == ["lfm2"]
    sums = both.groupby("date")[["ollama_pulls_total", "ollama_pulls_total_early"]].sum()
    gap = 1 - sums["ollama_pulls_total_early"] / sums["ollama_pulls_total"]
    assert gap.between(0, SUMS_OF_PULLS).all()


def test_what_the_registry_could_not_read_lies_below_10000(library_pulls, registry_pulls):
    unread = registry_pulls[registry_pulls["ollama_pulls_total"].isna()]
    assert len(unread) == 553
    key = ["date", "ollama_name"]
    known = unread[key].merge(library_pulls, on=key, validate="one_to_one")
    assert len(known) == 494
    assert known["ollama_pulls_total"].max() < 10_000


@pytest.mark.parametrize(
    ("table", "day", "columns"),
    [
        (
            "ollama_library_pulls",
            "2025-04-24",
            ["ollama_pulls_total", "pulls_step", "n_tags", "sizes"],
        ),
        ("ollama_registry_pulls", "2026-08-21", ["ollama_pulls_total", "pulls_step", "n_tags"]),
    ],
)
def test_names_agree_with_the_series_of_their_day(names, table, day, columns):
    pulls = load(table)
    there = pulls[pulls["date"] == day].set_index("ollama_name")[columns].sort_index()
    here = names[names["as_of"] == day].set_index("ollama_name")[columns].sort_index()
    pd.testing.assert_frame_equal(here, there, check_dtype=False)


def test_tags_and_names_count_the_same(names, tags):
    key = ["as_of", "ollama_name"]
    counted = tags.groupby(key).size()
    assert (names.set_index(key)["n_tags"].sort_index() == counted.sort_index()).all()
    assert counted.groupby("as_of").agg(["size", "sum"]).to_numpy().tolist() == [
        [166, 6576],
        [235, 7312],
    ]


def test_remote_tags_have_no_size_and_only_local_ones_do(names, tags):
    later = tags[tags["as_of"] == "2026-08-21"]
    assert later["served_remotely"].sum() == 24
    assert (later["size_gb"].isna() == later["served_remotely"]).all()
    assert later["context_window_tokens"].notna().all()
    remote = names.loc[names["remote_only"], "ollama_name"]
    assert len(remote) == 11
    assert {"glm-5.1", "kimi-k3", "mistral-large-3"} <= set(remote)
    assert not names.loc[names["as_of"] == "2025-04-24", "remote_only"].any()


def test_manifests_of_2025_name_tags_with_the_same_content(tags):
    known = tags[tags["config_digest"].notna()]
    assert len(known) == 472
    assert (known["size_bytes"] > known["model_layer_bytes"] + known["projector_bytes"]).all()
    key = ["ollama_name", "tag"]
    named = known.dropna(subset="same_config_tags")
    twin = named[["ollama_name", "same_config_tags", "config_digest"]].merge(
        known[[*key, "config_digest"]], left_on=["ollama_name", "same_config_tags"], right_on=key
    )
    assert len(twin) == len(named) == 320
    assert (twin["config_digest_x"] == twin["config_digest_y"]).all()


def test_sizes_that_the_site_ran_together_are_apart(names):
    sizes = names[names["as_of"] == "2025-04-24"].set_index("ollama_name")["sizes"]
    assert sizes["smollm2"] == "135m|360m|1.7b"
    assert sizes["mixtral"] == "8x7b|8x22b"
    assert sizes.isna().sum() == 13


def test_caveats_that_change_conclusions_are_stated():
    said = {name: json.dumps(describe(name).descriptor["knownLimitations"]) for name in DATASETS}
    assert "Qwen/Qwen3-VL-2B-Instruct" in said["hub_top_models"]
    assert all(model in said["hub_llm_models"] for model in HAND_ENTERED)
    assert "lfm2" in said["ollama_library"]


# States of the library before the daily series ----------------------------------------------------


@pytest.fixture(scope="module")
def states():
    return load("ollama_pull_states")


def test_states_are_listed_with_their_names_and_sums(states):
    index = load("ollama_pull_state_index").set_index("as_of")
    counted = states.groupby("as_of")["ollama_pulls_total"].agg(["size", "sum"])
    assert (len(states), len(index)) == (2_687, 20)
    assert counted["size"].equals(index["n_names"].rename("size"))
    assert counted["sum"].equals(index["ollama_pulls_sum"].rename("sum"))
    assert index["ollama_pulls_sum"].is_monotonic_increasing
    assert (index["n_names"] <= index["n_names_daily_series"] + 1).dropna().all()
    assert index.loc["2025-02-19", ["n_names", "n_names_daily_series"]].tolist() == [107, 154]
    assert (index.index < "2025-02-17").sum() == 10


def test_no_name_loses_pulls_between_states(states):
    ordered = states.sort_values(["ollama_name", "as_of"])
    assert (ordered.groupby("ollama_name")["ollama_pulls_total"].diff().dropna() >= 0).all()


def test_states_agree_with_the_daily_series_where_it_has_their_day(states, library_pulls):
    daily = library_pulls.rename(columns={"date": "as_of"}).dropna(subset="ollama_pulls_total")
    both = states.merge(daily, on=["as_of", "ollama_name"], suffixes=("", "_daily"))
    close = (both["ollama_pulls_total"] / both["ollama_pulls_total_daily"] - 1).abs() <= 0.05
    share = close.astype(float).groupby(both["as_of"]).mean()
    assert len(share) == 9
    assert share["2026-01-14"] == pytest.approx(0.837, abs=PRINTED_PERCENT)
    assert (share.drop(pd.Timestamp("2026-01-14")) > 0.975).all()
    sums = both.groupby("as_of")[["ollama_pulls_total", "ollama_pulls_total_daily"]].sum()
    ratio = sums["ollama_pulls_total"] / sums["ollama_pulls_total_daily"]
    assert ratio.between(1, 1.011).all()


def test_states_keep_the_step_of_their_source(states):
    assert (states["ollama_pulls_total"] % states["pulls_step"] == 0).all()
    thousands = (states["pulls_step"] == 1_000).groupby(states["as_of"]).any()
    assert thousands.index[thousands].min() == pd.Timestamp("2026-01-22")
