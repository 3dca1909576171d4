"""Shares by origin over time: behind before, ahead after, and nothing said of the gaps between."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy import stats

import research
from research import figures
from research.analysis import find, run
from tests.origins import coded_origins

LEAD = "share of downloads, China minus US"
BEFORE = "at the earliest date: China minus US"
AFTER = "after the claimed year: China minus US"
FIRST = "first time ahead, days after the claimed year"
TREND = "trend of China minus US"
ALL, TEXT, NEW = "Hub, all models", "Hub, text generation", "Hub, created within a year"
PULLS, TOTALS = "Ollama pulls", "published downloads"
EXACT = 1e-9


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("origin_over_time")


def leads(result, population):
    table = result.answer(population=population).tables["leads"]
    return table.to_frame()


@pytest.fixture(scope="module")
def hub():
    """The 999 most downloaded of every day, with the code of who made each, in plain pandas."""
    coded = coded_origins().set_index("author")["candidates"]
    rows = research.load("hub_history").query("rank <= 999")
    who = rows["model_id"].where(rows["model_id"].isin(coded.index), rows["account"])
    return rows.assign(
        code=who.map(coded).fillna(""), weight=rows["hub_downloads_30d"].astype(float)
    )


def plain_lead(rows):
    sums = rows.groupby("code")["weight"].sum()
    return (sums.get("CN", 0) - sums.get("US", 0)) / rows["weight"].sum()


def test_all_models_are_plain_sums_of_every_state(result, hub):
    found = leads(result, ALL)
    days = ["2021-06-15", "2022-07-02", "2022-10-01", "2024-09-20", "2025-03-21", "2026-04-28",
            "2026-06-11"]  # fmt: skip
    assert found["end"].tolist() == days  # 2026-06-10 shares 29 of 30 days with the last
    for day, value in zip(days, found["value"], strict=True):
        assert value == pytest.approx(plain_lead(hub[hub["as_of"] == day]), abs=EXACT)


def test_all_models_are_as_another_computation_found_them(result):
    found = leads(result, ALL).set_index("end")["value"]
    expected = {"2022-07-02": -0.53, "2022-10-01": -0.67, "2024-09-20": -0.55,
                "2025-03-21": -0.49, "2026-04-28": -0.12, "2026-06-11": -0.13}  # fmt: skip
    for day, value in expected.items():
        assert found[day] == pytest.approx(value, abs=0.02), day


def test_text_generation_is_counted_under_its_merged_label(result, hub):
    labels = ["text-generation", "conversational", "text2text-generation"]
    text = hub[hub["task"].isin(labels)]
    for _, row in leads(result, TEXT).iterrows():
        tagged = text[text["as_of"] == row["end"]]
        assert row["value"] == pytest.approx(plain_lead(tagged), abs=EXACT), row["end"]
        untagged = hub[(hub["as_of"] == row["end"]) & hub["task"].isna()]
        against = pd.concat([tagged, untagged[untagged["code"] == "US"]])
        assert row["low"] <= plain_lead(against) + EXACT
    assert "2021-06-15" not in set(leads(result, TEXT)["end"])  # no task is recorded


def test_new_models_are_those_created_within_a_year(result, hub):
    for day in ("2024-09-20", "2025-03-21"):
        rows = hub[hub["as_of"] == day]
        since = pd.Timestamp(day) - pd.Timedelta(days=365)
        new = rows[rows["created_at"] >= since]
        found = result.answer(population=f"{NEW}, {day}").estimates[LEAD]
        assert found.value == pytest.approx(plain_lead(new), abs=EXACT)
        undated = rows[rows["created_at"].isna()]
        worst = pd.concat([new, undated[undated["code"] == "US"]])
        assert found.bounds.low < plain_lead(worst) + EXACT
        assert found.bounds.high < 0


def test_which_population_one_asks_decides_the_answer(result):
    words = {
        population: [v.word for v in result.answer(population=population).verdicts.values()]
        for population in (ALL, TEXT, NEW, PULLS, TOTALS)
    }
    assert words == {
        ALL: ["holds", "does not hold"],
        TEXT: ["holds", "not identified"],
        NEW: ["holds", "holds"],
        PULLS: ["holds", "does not hold"],
        TOTALS: ["holds", "holds"],
    }


def test_inside_the_claimed_year_new_models_of_the_us_lead(result):
    answers = [result.answer(population=f"{NEW}, {d}") for d in ("2024-09-20", "2025-03-21")]
    assert [a.verdicts[LEAD].word for a in answers] == ["does not hold", "does not hold"]
    assert [a.as_of for a in answers] == ["2024-09-20", "2025-03-21"]


@pytest.mark.parametrize("population", [ALL, TEXT, NEW, PULLS, TOTALS])
def test_a_first_time_lies_between_the_last_state_behind_and_the_first_ahead(result, population):
    rows = leads(result, population).query("kind != 'after'")
    ahead = rows.loc[rows["low"] > 0, "end"].min()
    behind = rows.loc[(rows["high"] < 0) & ~(rows["end"] >= ahead), "end"].max()
    found = result.answer(population=population).estimates[FIRST].bounds
    year_ended = pd.Timestamp("2025-08-31")
    assert found.low == (pd.Timestamp(behind) - year_ended).days
    if isinstance(ahead, str):
        assert found.high == (pd.Timestamp(ahead) - year_ended).days
    else:
        assert math.isinf(found.high)
    assert isinstance(ahead, str) == (population in (NEW, TOTALS))


def test_without_its_spike_a_model_less_the_lead_of_new_models_is_thin(result):
    rows = result.answer(population=NEW).specifications
    words = {
        (row.choices["spikes"], row.choices["persons"]): row.verdict.word
        for row in rows
        if row.label == AFTER and row.choices["sentence_transformers"] == "Germany"
    }
    assert words["kept", "in no country"] == words["removed", "in no country"] == "holds"
    assert words["removed", "of any country"] == "not identified"


# Pulls --------------------------------------------------------------------------------------------


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


def pulled(codes, series, first, last):
    """China minus US of what was pulled between two days, as shown and at its extremes."""
    shown = series.set_index("ollama_name")[["date", "ollama_pulls_total", "pulls_step"]]
    after, before = (shown[shown["date"] == day].drop(columns="date") for day in (last, first))
    before = before.reindex(after.index, fill_value=0)  # nothing, where no first day is given
    gain = (after["ollama_pulls_total"] - before["ollama_pulls_total"]).astype(float)
    error = (after["pulls_step"] + before["pulls_step"]) / 2
    low, high = (gain - error).clip(lower=0), gain + error
    of = codes.reindex(after.index).fillna("")
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
    [(BEFORE, None, "2023-11-29"), (AFTER, "2025-08-31", "2025-11-27")],
)
def test_leads_in_pulls_are_those_of_plain_sums(result, codes, label, first, last):
    found = result.answer(population=PULLS).estimates[label]
    if label == BEFORE:
        series = research.load("ollama_pull_states").rename(columns={"as_of": "date"})
    else:
        series = research.load("ollama_library_pulls")
    value, low, high = pulled(codes, series, first and pd.Timestamp(first), pd.Timestamp(last))
    assert found.value == pytest.approx(value, abs=EXACT)
    assert found.bounds.low == pytest.approx(low, abs=EXACT)
    assert found.bounds.high == pytest.approx(high, abs=EXACT)


def test_the_trend_of_pulls_is_a_line_with_a_wider_error(result):
    windows = leads(result, PULLS).query("kind == 'window'")
    years = (pd.to_datetime(windows["end"]) - pd.Timestamp("2025-01-01")).dt.days / 365.25
    fit = stats.linregress(years, windows["value"])
    found = result.answer(population=PULLS).estimates[TREND]
    assert found.value == pytest.approx(fit.slope, abs=EXACT)
    half = stats.t.ppf(0.975, len(windows) - 2) * fit.stderr
    assert found.interval.width >= 2 * half - EXACT
    assert found.interval.low > 0


def test_a_trend_of_the_hub_is_a_set_over_four_states_that_count_alike(result):
    rows = leads(result, ALL).query("end > '2024'")
    years = (pd.to_datetime(rows["end"]) - pd.Timestamp("2024-01-01")).dt.days / 365.25
    found = result.answer(population=ALL).estimates[TREND]
    assert found.n == len(rows) == 4
    assert found.value == pytest.approx(stats.linregress(years, rows["value"]).slope, abs=EXACT)
    mixed = [
        stats.linregress(
            years, [row[end] for row, end in zip(rows.to_dict("records"), ends, strict=True)]
        ).slope
        for ends in (("high", "high", "low", "low"), ("low", "low", "high", "high"))
    ]
    assert found.bounds.low <= min(mixed) + EXACT
    assert found.bounds.high >= max(mixed) - EXACT
    assert found.interval is None


def test_published_leads_follow_from_the_published_figures(result):
    # 1.15e9, 723e6 and 2.04e9 in March 2026; a year earlier 97 million, 4.1 and 6 times fewer.
    found = result.answer(population=TOTALS).estimates
    assert found[AFTER].value == pytest.approx((1.15e9 - 723e6) / 2.04e9, abs=EXACT)
    earlier = (97e6 - 723e6 / 4.1) / (2.04e9 / 6)
    assert found[BEFORE].value == pytest.approx(earlier, abs=EXACT)


@pytest.mark.parametrize("population", [ALL, NEW, PULLS, TOTALS])
def test_removing_the_tipping_share_levels_the_two_countries(result, population):
    answer = result.answer(population=population)
    rows = leads(result, population)
    row = rows[(rows["end"] > "2025-08-31") & (rows["kind"] != "window")].iloc[0]
    (point,) = answer.estimates[AFTER].tipping_points
    larger, smaller = max(row["china"], row["us"]), min(row["china"], row["us"])
    assert larger * (1 - point.threshold) == pytest.approx(smaller, rel=EXACT)


def test_choices_that_make_no_sense_say_why(result):
    reasons = {s.reason for population in (ALL, PULLS, TOTALS) for s in
               result.answer(population=population).skipped}  # fmt: skip
    assert reasons == {
        "only pulls have remote names, and windows that can be chosen",
        "only lists of the Hub have spikes, and hold sentence-transformers",
        "these models are chosen whatever their task",
        "the published count says nothing of private persons",
    }


def test_the_figure_draws_every_share_that_the_result_holds_and_bridges_no_gap(result):
    with figures.theme():
        panels = find("origin_over_time").module.figure(result).axes
    for panel, population in zip(panels, (ALL, PULLS, TEXT, NEW), strict=True):
        heights = [line.get_ydata()[0] for line in panel.lines]
        for _, row in leads(result, population).query("kind != 'after'").iterrows():
            for country in ("China", "US"):
                found = row[f"{country} value"]
                assert any(h == pytest.approx(found, abs=EXACT) for h in heights), row["end"]
        spans = [max(line.get_xdata()) - min(line.get_xdata()) for line in panel.lines]
        assert all(pd.Timedelta(span) <= pd.Timedelta(days=90) for span in spans)


def earlier(**more):
    """The dated lists as if they were of 500 days before."""
    back = pd.Timedelta(days=500)
    tables = {name: research.load(name) for name in ("hub_history", "hub_history_states")}
    data = {name: table.assign(as_of=table["as_of"] - back) for name, table in tables.items()}
    one_day = research.load("hub_top_models").query("as_of == '2026-06-11'")
    data["hub_top_models"] = one_day.assign(as_of=one_day["as_of"] - back)
    return data | more


def refusal(data, population):
    analysis = find("origin_over_time", data=data)
    result = run(analysis, fixed={"population": population}, multiverse=False)
    (skipped,) = result.answer(population=population).skipped
    return skipped.reason


def test_without_a_state_after_the_claimed_year_nothing_is_said():
    reason = refusal(earlier(), NEW)
    assert "no state lies after the claimed year, which ends on 2025-08-31" in reason
    assert reason.endswith("the last one is of 2025-01-27")


def test_a_trend_from_three_comparable_states_is_refused():
    data = earlier()
    few = {
        name: data[name][data[name]["as_of"] != data[name]["as_of"].unique()[3]]
        for name in ("hub_history", "hub_history_states")
    }
    assert "a trend needs 4 states" in refusal(data | few, ALL)


def test_tasks_of_days_without_labels_are_refused():
    data = earlier()
    unlabelled = data["hub_history_states"].assign(task_labels=None)
    reason = refusal(data | {"hub_history_states": unlabelled}, TEXT)
    assert reason.startswith("no task is recorded on 2020-02-01")


def test_the_longest_gap_is_told(result):
    for population in (ALL, PULLS):
        days = pd.to_datetime(leads(result, population).query("kind != 'after'")["end"])
        apart = days.drop_duplicates().diff().max().days
        (told,) = result.answer(population=population).estimates[FIRST].assumptions
        assert f"up to {apart} days" in told.evidence


@pytest.mark.parametrize(
    ("population", "reason"),
    [
        (ALL, "no crossing is certain on both sides"),
        (NEW, "the crossing lies between 2025-03-21 and 2026-04-28, and nothing is known"),
        (TOTALS, "the crossing lies between 2025-03-31 and 2026-03-31, and nothing is known"),
    ],
)
def test_inside_a_gap_no_day_is_given_and_it_is_said_why(result, population, reason):
    (told,) = result.answer(population=population).estimates[FIRST].assumptions
    assert f"No day is given: {reason}" in told.evidence
