"""Over-representation: shares of pulls, hosts and downloads, recomputed in plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find
from research.measures.routers import CLOSED, OPEN
from research.results import NotApplicable

CATALOGUE, TOP = "pulls, catalogue", "pulls, top 1,000"
ODDS = "odds ratio, US to China"
TIMES = "{}: share of pulls over share of downloads"


@pytest.fixture(scope="module")
def analysis():
    return find("over_representation")


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("over_representation", multiverse=False)


@pytest.fixture(scope="module")
def origins():
    """The country of each name of the library, where one is certain."""
    names = research.load("model_crosswalk_names").set_index("ollama_name")
    coded = research.load("publisher_origins").set_index("author")["candidates"]
    stated = research.load("model_crosswalk").set_index("ollama_name")["publisher_candidates"]
    by_account = names["hub_account"].map(coded)
    return by_account.where(names["hub_account"].isin(coded.index), stated).fillna("")


def pulled(day, days=30):
    """Pulls of a month as shown, and up to the rounding, of names not served remotely."""
    series = research.load("ollama_library_pulls")
    names = research.load("model_crosswalk_names").set_index("ollama_name")
    now, before = (
        series[series["date"] == at].set_index("ollama_name")[["ollama_pulls_total", "pulls_step"]]
        for at in (pd.Timestamp(day), pd.Timestamp(day) - pd.Timedelta(days=days))
    )
    now = now[~names["served_remotely"].reindex(now.index, fill_value=True)].astype(float)
    before = before.astype(float).reindex(now.index).fillna(0.0)
    gain = now["ollama_pulls_total"] - before["ollama_pulls_total"]
    error = (now["pulls_step"] + before["pulls_step"]) / 2
    return pd.DataFrame({
        "low": (gain - error).clip(lower=0), "value": gain.clip(lower=0), "high": gain + error
    })  # fmt: skip


def downloaded(listed):
    rules = research.load("model_crosswalk_repositories")
    rows = listed.merge(rules, left_on="model_id", right_on="hub_repository")
    return rows.groupby("ollama_name")["hub_downloads_30d"].sum().astype(float)


def on(table, day):
    rows = research.load(table)
    return rows[rows["as_of"] == day]


PAIRS = {
    CATALOGUE: ("2026-06-19", lambda: on("hub_llm_panel", "2026-06-19")),
    TOP: ("2026-06-11", lambda: on("hub_top_models", "2026-06-11")),
    "pulls, top 1,000 of 2025": ("2025-03-21", lambda: on("hub_history", "2025-03-21")),
}


@pytest.fixture(scope="module", params=PAIRS)
def pair(request, origins):
    day, listed = PAIRS[request.param]
    pulls, downloads = pulled(day), downloaded(listed())
    both = pulls.index.intersection(downloads.index)
    return request.param, pulls.loc[both], downloads[both], origins[both]


def test_values_are_those_of_plain_sums(result, pair):
    name, pulls, downloads, origin = pair
    found = result.answer(channels=name).estimates
    assert found[ODDS].n == len(pulls)
    shares = {
        code: [
            weight[origin == code].sum() / weight.sum() for weight in (pulls["value"], downloads)
        ]
        for code in ("CN", "US")
    }
    for code, country in (("CN", "China"), ("US", "United States")):
        assert found[f"{country}: share of pulls"].value == pytest.approx(shares[code][0])
        assert found[f"{country}: share of downloads"].value == pytest.approx(shares[code][1])
        ratio = shares[code][0] / shares[code][1]
        assert found[TIMES.format(country)].value == pytest.approx(ratio)
    odds = np.divide(*shares["US"]) / np.divide(*shares["CN"])
    assert found[ODDS].value == pytest.approx(odds)


def test_the_rounding_alone_is_that_of_each_total_at_its_worst(result, pair):
    name, pulls, downloads, origin = pair
    us, china = origin == "US", origin == "CN"
    per_download = downloads[us].sum() / downloads[china].sum()
    ends = [
        pulls.loc[us, one].sum() / pulls.loc[china, other].sum() / per_download
        for one, other in (("low", "high"), ("high", "low"))
    ]
    row = next(r for r in budget_of(result, name) if r.source == "rounding of the pulls")
    assert (row.low, row.high) == pytest.approx(tuple(ends))


def budget_of(result, name):
    return result.answer(channels=name).estimates[ODDS].budget


@pytest.mark.parametrize("by", ["family", "organisation"])
def test_one_left_out_is_the_odds_ratio_of_the_others(result, pair, by):
    name, pulls, downloads, origin = pair
    table = result.answer(channels=name).tables["families"]
    known = table.to_frame().set_index("family")
    group = known.index.to_series() if by == "family" else known["organisation"]
    values = []
    for left_out in group.unique():
        kept = group.index[group != left_out]
        us, china = (kept[origin[kept] == code] for code in ("US", "CN"))
        odds = [weight[us].sum() / weight[china].sum() for weight in (pulls["value"], downloads)]
        values.append(odds[0] / odds[1])
    row = next(r for r in budget_of(result, name) if r.source == f"one {by} left out")
    assert (row.low, row.high) == pytest.approx((min(values), max(values)))


def test_families_are_in_the_proportion_of_their_shares(result, pair):
    name, pulls, downloads, _ = pair
    found = result.answer(channels=name).estimates
    share = (pulls["value"] / pulls["value"].sum()) / (downloads / downloads.sum())
    told = [family for family in pulls.index if TIMES.format(family) in found]
    assert len(told) == 18
    for family in told:
        assert found[TIMES.format(family)].value == pytest.approx(share[family])
        others = pulls.drop(family)
        least, most = (
            mine / (mine + rest) / (downloads[family] / downloads.sum())
            for mine, rest in (
                (pulls.loc[family, "low"], others["high"].sum()),
                (pulls.loc[family, "high"], others["low"].sum()),
            )
        )
        assert tuple(found[TIMES.format(family)].identified) == pytest.approx((least, most))


def test_the_table_of_families_holds_both_channels_and_the_ratio_of_each(result, pair):
    name, pulls, downloads, _ = pair
    table = result.answer(channels=name).tables["families"].to_frame().set_index("family")
    assert set(table.index) == set(pulls.index)
    for end in ("low", "value", "high"):
        assert table[f"pulls {end}"].to_dict() == pulls[end].to_dict()
    assert table["downloads value"].to_dict() == downloads.to_dict()
    share = (pulls["value"] / pulls["value"].sum()) / (downloads / downloads.sum())
    told = table["ratio value"].dropna()
    assert set(table.index) - set(told.index) == set(downloads.index[downloads == 0])
    assert told.to_dict() == pytest.approx(share[told.index].to_dict())
    for label, found in result.answer(channels=name).estimates.items():
        family = label.partition(":")[0]
        if label == TIMES.format(family) and family in table.index:
            row = table.loc[family]
            assert (row["ratio low"], row["ratio high"]) == pytest.approx(tuple(found.identified))


def test_families_of_the_catalogue_are_told_of_in_full(result):
    answer = result.answer(channels=CATALOGUE)
    table = answer.tables["families"].to_frame().set_index("family")
    listed = on("hub_llm_panel", "2026-06-19")
    rules = research.load("model_crosswalk_repositories")
    rows = listed.merge(rules, left_on="model_id", right_on="hub_repository")
    copied = rows[rows["relation"] == "copy"].groupby("ollama_name")["hub_downloads_30d"].sum()
    whole = rows.groupby("ollama_name")["hub_downloads_30d"].agg(["sum", "size"])
    for family in ("llama3.2", "mistral", "bge-large"):
        row = table.loc[family]
        assert row["models"] == whole.loc[family, "size"]
        assert row["copies"] == pytest.approx(copied.get(family, 0) / whole.loc[family, "sum"])
    assert table.index[table["sudden"]].tolist() == ["glm-ocr", "medgemma", "medgemma1.5"]
    assert table.loc["llama3.2", "sizes"] == "S|M"
    assert table.loc["mxbai-embed-large", "embedding"]
    pulls = answer.tables["pulls"].to_frame()
    last = pulls[pulls["end"] == answer.as_of].set_index("family")["value"]
    assert last.to_dict() == table["pulls value"].to_dict()
    assert set(answer.tables["downloads"].to_frame()["family"]) <= set(table.index)


def test_hosts_are_those_of_the_leading_tags(result, origins):
    tags = research.load("tenthe_model_tags")
    hosts = tags.groupby(tags["ollama_tag"].str.partition(":")[0])["answering_hosts"].sum()
    downloads = downloaded(on("hub_history", "2025-03-21"))[hosts.index]
    origin = origins[hosts.index]
    us, china = ([w[origin == code].sum() for w in (hosts, downloads)] for code in ("US", "CN"))
    found = result.answer(channels="hosts of 2025, top 1,000").estimates[ODDS]
    assert found.n == 9
    assert found.value == pytest.approx((us[0] / us[1]) / (china[0] / china[1]))
    # A host may list both tags of a family.
    assert found.identified.low < found.value == pytest.approx(found.identified.high)


def test_published_hosts_leave_out_names_served_remotely(result, origins):
    rows = research.load("published_aggregates")
    tags = rows[(rows["source"] == "nuclide-2026-05-15") & (rows["dimension"] == "model tag")]
    hosts = tags.groupby(tags["category"].str.partition(":")[0])["value"].sum()
    remote = research.load("model_crosswalk_names").set_index("ollama_name")["served_remotely"]
    downloads = downloaded(on("hub_llm_panel", "2026-05-09"))
    both = hosts.index[~remote[hosts.index]].intersection(downloads.index)
    us, china = (
        [w[both][origins[both] == code].sum() for w in (hosts, downloads)] for code in ("US", "CN")
    )
    found = result.answer(channels="hosts of 2026, catalogue").estimates[ODDS]
    assert found.n == len(both)
    assert found.value == pytest.approx((us[0] / us[1]) / (china[0] / china[1]))


def test_pulls_and_published_hosts_of_one_day(result, origins):
    rows = research.load("published_aggregates")
    tags = rows[(rows["source"] == "nuclide-2026-05-15") & (rows["dimension"] == "model tag")]
    hosts = tags.groupby(tags["category"].str.partition(":")[0])["value"].sum()
    pulls = pulled("2026-05-15")["value"]
    both = pulls.index.intersection(hosts.index)
    us, china = (
        [w[both][origins[both] == code].sum() for w in (pulls, hosts)] for code in ("US", "CN")
    )
    found = result.answer(channels="pulls, hosts of 2026").estimates[ODDS]
    assert found.n == len(both)
    assert found.value == pytest.approx((us[0] / us[1]) / (china[0] / china[1]))
    (open_still,) = found.tipping_points
    assert "no doubt alone" in open_still.sentence


def test_the_odds_are_told_on_every_date_of_the_most_downloaded(result, origins):
    found = result.answer(channels=TOP).estimates
    days = ["2024-09-20", "2025-03-21", "2026-04-28", "2026-06-11"]
    assert [label.rpartition(" ")[2] for label in found if label.startswith(f"{ODDS}, ")] == days
    states = research.load("ollama_pull_states").set_index("ollama_name")
    after, before = (
        states[states["as_of"] == day]["ollama_pulls_total"] for day in ("2024-12-10", "2024-06-28")
    )
    pulls = {"2024-09-20": (after - before.reindex(after.index).fillna(0)).clip(lower=0)}
    pulls |= {day: pulled(day)["value"] for day in days[1:]}
    for day in days:
        downloads = downloaded(on("hub_history", day))
        both = pulls[day].index.intersection(downloads.index).intersection(origins.index)
        us, china = (
            [w[both][origins[both] == code].sum() for w in (pulls[day], downloads)]
            for code in ("US", "CN")
        )
        told = found[f"{ODDS}, {day}"]
        assert told.n == len(both)
        assert told.value == pytest.approx((us[0] / us[1]) / (china[0] / china[1]))
        assert told.identified.low < told.value < told.identified.high


def test_the_router_is_set_beside_the_publishers_that_both_hold(result):
    """Open models alone as shown; those of which it is not known are either in the set."""
    tokens = research.load("router_model_tokens")
    tokens = tokens[tokens["date"].between("2026-05-21", "2026-06-19")]
    makers = research.load("router_makers").set_index("author")
    held = tokens["tokens_of_day"].astype(float)
    public, closed = (tokens["model"].str.contains(found) for found in (OPEN, CLOSED))
    account = tokens["author"].map(makers["hub_account"])
    coded = research.load("publisher_origins").set_index("author")
    who = account.map(coded["parent"]).fillna(account)
    names = research.load("model_crosswalk_names").set_index("ollama_name")["hub_account"]
    pulls = pulled("2026-06-19")["value"]
    published = names[pulls.index].map(coded["parent"]).fillna(names[pulls.index])
    odds = []
    for code in ("US", "CN"):
        mine = set(coded.index[coded["candidates"] == code])
        both = set(who[~closed & account.isin(mine)]) & set(
            published[names[pulls.index].isin(mine)]
        )
        odds.append(held[public & who.isin(both)].sum() / pulls[published.isin(both)].sum())
    found = result.answer(channels="tokens, pulls").estimates[ODDS]
    assert found.n_unit == "publishers"
    assert found.value == pytest.approx(odds[0] / odds[1])
    assert found.identified.high < 1
    # The verdict is lost by what makes China ahead.
    assert all("Chinese publishers" in point.sentence for point in found.tipping_points)


def test_what_is_of_any_origin_must_be_against_the_odds_by_so_much(result):
    label = "the same over all models, those of one channel alone of any origin"
    found = result.answer(channels=CATALOGUE).estimates[label]
    other = found.tipping_points[-1]
    assert other.what.endswith("other models of any origin")
    assert 0 < other.threshold < 1
    assert found.identified.low < 1 < found.value


def test_the_whole_channels_hold_what_the_families_hold_and_more(result):
    for name in (CATALOGUE, TOP):
        found = result.answer(channels=name).estimates
        coded = found["the same over all models, by publisher"].identified
        anywhere = found[
            "the same over all models, those of one channel alone of any origin"
        ].identified
        assert anywhere.low < coded.low < coded.high < anywhere.high
        for channel in ("pulls", "downloads"):
            covered = found[f"share of {channel} in families that both hold"]
            assert 0.5 < covered.value < 1


def test_as_many_downloads_more_would_level_it(result):
    found = result.answer(channels=CATALOGUE).estimates[ODDS]
    missing, automated = found.tipping_points
    downloads = downloaded(on("hub_llm_panel", "2026-06-19"))
    us = result.answer(channels=CATALOGUE).estimates["United States: share of downloads"]
    table = result.answer(channels=CATALOGUE).tables["families"]
    families = [row[table.columns.index("family")] for row in table.rows]
    held = us.value * downloads[families].sum()
    assert missing.threshold == pytest.approx(held * (found.identified.low - 1))
    assert (1 - automated.threshold) * found.identified.low == pytest.approx(1, abs=0.02)


def test_choices_that_a_pair_does_not_have_are_refused(analysis):
    frames = analysis.frames.values()
    for choices in (
        {"channels": CATALOGUE, "clones": "removed"},
        {"channels": "pulls, hosts of 2025", "copies": "left out"},
        {"channels": "hosts of 2025, top 1,000", "window": 90},
        {"channels": "tokens, pulls", "window": 90},
        {"channels": "tokens, catalogue", "copies": "left out"},
        {"channels": "tokens, catalogue", "origin": "base model"},
    ):
        with pytest.raises(NotApplicable):
            analysis.module.sample(*frames, **choices)


def test_the_figure_draws_the_families_and_both_channels(analysis, result):
    with figures.theme():
        canvas = analysis.module.figure(result)
    channels, families = canvas.axes
    texts = [text.get_text() for text in channels.texts]
    assert any("165" in text for text in texts)
    names = [label.get_text() for label in families.get_yticklabels()]
    ratios = [
        result.answer(channels=CATALOGUE).estimates[TIMES.format(name)].value for name in names
    ]
    assert ratios == sorted(ratios, reverse=True)
