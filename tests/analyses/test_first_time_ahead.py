"""Before and after: published counts cross, the pulls do not, the catalogue begins too late."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find
from tests.origins import coded_origins

BEFORE = "at the earliest date: China minus US"
AFTER = "after the claimed year: China minus US"
EXACT = 1e-9


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("first_time_ahead")


@pytest.fixture(scope="module")
def codes():
    """The countries that each name of the library may be of ("" for any)."""
    names = research.load("model_crosswalk_names").merge(
        research.load("model_crosswalk"), on="ollama_name", validate="one_to_one"
    )
    origins = coded_origins().set_index("author")
    coded = names["hub_account"].map(origins["country"]).notna()
    own = names["hub_account"].map(origins["candidates"])
    found = own.where(coded, names["publisher_candidates"])
    return pd.Series(found.fillna("").to_numpy(), index=names["ollama_name"])


def pulled(codes, first, last):
    """China minus US of what was pulled between two days, as shown and at its extremes."""
    series = research.load("ollama_library_pulls")
    shown = series.set_index("ollama_name")[["date", "ollama_pulls_total", "pulls_step"]]
    after, before = (shown[shown["date"] == day].drop(columns="date") for day in (last, first))
    before = before.reindex(after.index, fill_value=0)  # nothing, where no first day is given
    gain = (after["ollama_pulls_total"] - before["ollama_pulls_total"]).astype(float)
    error = (after["pulls_step"] + before["pulls_step"]) / 2
    low, high = (gain - error).clip(lower=0), gain + error
    of = codes.reindex(after.index)
    china, us = of.eq("CN"), of.eq("US")
    may_be_us = us | of.eq("") | of.str.contains("US")
    may_be_china = china | of.eq("") | of.str.contains("CN")
    value = (gain[china].sum() - gain[us].sum()) / gain.sum()

    def least(ours, theirs):
        lead = low[ours].sum() - high[theirs].sum()
        rest = (low if lead < 0 else high)[~(ours | theirs)].sum()
        return lead / (low[ours].sum() + high[theirs].sum() + rest)

    return value, least(china, may_be_us), -least(us, may_be_china)


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [(BEFORE, None, "2025-02-17"), (AFTER, "2025-08-31", "2025-11-27")],
)
def test_leads_in_pulls_are_those_of_plain_sums(result, codes, label, first, last):
    found = result.answer(channel="pulls").estimates[label]
    value, low, high = pulled(codes, first and pd.Timestamp(first), pd.Timestamp(last))
    assert found.value == pytest.approx(value, abs=EXACT)
    assert found.bounds.low == pytest.approx(low, abs=EXACT)
    assert found.bounds.high == pytest.approx(high, abs=EXACT)


def test_the_first_state_of_the_catalogue_is_a_plain_sum(result):
    panel = research.load("hub_llm_panel")
    state = panel[panel["as_of"] == panel["as_of"].min()]
    state = state[state["stale_suspect"].isna() & (state["hub_downloads_30d"] > 0)]
    origins = coded_origins().set_index("author")["candidates"]
    of = state["model_id"].str.split("/").str[0].map(origins)
    downloads = state["hub_downloads_30d"].astype(float)
    lead = (downloads[of == "CN"].sum() - downloads[of == "US"].sum()) / downloads.sum()
    assert result.answer(channel="catalogue").estimates[AFTER].value == pytest.approx(
        lead, abs=EXACT
    )


def test_published_leads_follow_from_the_published_figures(result):
    # 1.15e9, 723e6 and 2.04e9 in March 2026; a year earlier 97 million, 4.1 and 6 times fewer.
    found = result.answer(channel="published").estimates
    assert found[AFTER].value == pytest.approx((1.15e9 - 723e6) / 2.04e9, abs=EXACT)
    earlier = (97e6 - 723e6 / 4.1) / (2.04e9 / 6)
    assert found[BEFORE].value == pytest.approx(earlier, abs=EXACT)
    assert found[BEFORE].bounds.low < earlier < found[BEFORE].bounds.high


def test_only_the_published_counts_show_a_first_time(result):
    words = {
        channel: {label: v.word for label, v in result.answer(channel=channel).verdicts.items()}
        for channel in ("published", "pulls", "catalogue")
    }
    assert words == {
        "published": {BEFORE: "holds", AFTER: "holds"},
        "pulls": {BEFORE: "holds", AFTER: "does not hold"},
        "catalogue": {AFTER: "holds"},
    }


@pytest.mark.parametrize("channel", ["pulls", "catalogue", "published"])
def test_removing_the_tipping_share_levels_the_two_countries(result, channel):
    rows = result.answer(channel=channel).tables["leads"]
    leads = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    row = next(row for row in leads if row["period"] == "after")
    (point,) = result.answer(channel=channel).estimates[AFTER].tipping_points
    larger, smaller = max(row["china"], row["us"]), min(row["china"], row["us"])
    assert larger * (1 - point.threshold) == pytest.approx(smaller, rel=EXACT)


def test_names_served_remotely_matter_only_where_there_were_any(result):
    specifications = result.answer(channel="pulls").specifications
    values = {s.choices["remote_names"]: s.value for s in specifications if s.label == AFTER}
    assert values["counted"] != values["left out"]
    assert abs(values["counted"] - values["left out"]) < 0.01
    skipped = result.answer(channel="catalogue").skipped
    assert {s.reason for s in skipped} == {
        "only pulls have remote names, and windows that can be chosen"
    }


def test_the_figure_draws_every_lead_that_the_result_holds(result):
    with figures.theme():
        (axes,) = find("first_time_ahead").module.figure(result).axes
    heights = [line.get_ydata()[0] for line in axes.lines if len(line.get_ydata()) == 1]
    for channel in ("pulls", "catalogue", "published"):
        table = result.answer(channel=channel).tables["leads"]
        for row in table.rows:
            lead = dict(zip(table.columns, row, strict=True))
            if channel == "pulls" and lead["period"] == "after":
                continue
            assert any(height == pytest.approx(lead["value"], abs=EXACT) for height in heights)
