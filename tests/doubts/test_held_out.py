"""What is known is hidden, and predicted by the beliefs: how often does the truth lie inside?

METHODS.md states the counts; each is computed here again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import research
from research.doubts import (
    EVERY,
    MEANWHILE,
    Beliefs,
    Coarse,
    Doubt,
    Share,
    Sum,
    Within,
    Worlds,
    where,
)
from research.doubts.questions import ShareIn
from research.estimators.ranged import rounded
from research.measures.hub import hub_downloads
from research.measures.publishers import CHINA_MINUS_US, library_publishers
from research.measures.pulls import ROUNDING
from research.results import Bounds

METHODS = Path(__file__).parents[2] / "METHODS.md"
DAYS = ("2022-10-01", "2024-09-20", "2025-03-21", "2026-04-28", "2026-06-11")
TIMES, HIDDEN = 20, 0.2  # a day; the part that is hidden
DOUBTS = {"task": "task unknown", "licence": "repositories without a clear licence"}
LAST = 491  # accounts that were coded last
TEN = 10  # the largest of a kind in a state


def stated_in_methods(what: str) -> tuple[int, int]:
    """Of how many cases how many lay inside, as METHODS.md states it."""
    row = re.search(rf"^\| {re.escape(what)} \|.*\| (\d+) of (\d+) \|$", METHODS.read_text(), re.M)
    assert row, f"METHODS.md has no row '{what}'."
    inside, cases = row.groups()
    return int(inside), int(cases)


def channels() -> Iterator[pd.DataFrame]:
    history, origins = research.load("hub_history"), research.load("publisher_origins")
    for day in DAYS:
        listed = history[history["as_of"].astype(str).str[:10] == day]
        listed = listed.rename(columns={"account": "author", "task": "pipeline_tag"})
        yield hub_downloads(listed, origins, tell=["task", "licence"]).rows


def hidden(rows: pd.DataFrame, how: str, rng: np.random.Generator) -> np.ndarray:
    if how == "models":
        return rng.random(len(rows)) < HIDDEN
    names = rows["organisation"].unique()
    return rows["organisation"].isin(names[rng.random(len(names)) < HIDDEN]).to_numpy()


def interval(asked, worlds: Worlds) -> tuple[float, float]:
    low, high = np.quantile(asked.in_worlds(worlds), [0.025, 0.975])
    return low, high


@pytest.mark.parametrize("attribute", DOUBTS)
@pytest.mark.parametrize("how", ["models", "organisations"])
def test_attributes_that_are_hidden_are_predicted(attribute, how):
    doubt = Doubt(DOUBTS[attribute], "hidden")
    worlds = Worlds(Beliefs.of(research.load("stated_beliefs")), 1_000)
    inside = cases = 0
    for rows in channels():
        plain = rows.drop(columns=[name for name in rows if name.endswith("_doubt")])
        known = plain[plain[attribute].fillna("").ne("")]
        if known.empty:
            continue
        first = known.groupby(attribute)["value"].sum().idxmax()
        asked = Share(of=where(**{attribute: first}))
        truth = known.loc[known[attribute] == first, "value"].sum() / known["value"].sum()
        rng = np.random.default_rng(1)
        for _ in range(TIMES):
            texts = known[attribute].mask(hidden(known, how, rng), "")
            told = known.assign(**{attribute: texts, f"{attribute}_doubt": doubt.name})
            low, high = interval(asked.in_(Coarse(told, [doubt])), worlds)
            inside, cases = inside + (low <= truth <= high), cases + 1
    assert (inside, cases) == stated_in_methods(f"{attribute} of a fifth of the {how}")


def test_counts_that_are_rounded_hold_the_exact_lead():
    doubt = Doubt("rounding of the pulls", "its range", is_rounding=True)
    worlds = Worlds(Beliefs.of(research.load("stated_beliefs")), 1_000)
    inside = cases = 0
    for rows in channels():
        exact = rows.drop(columns=[name for name in rows if name.endswith("_doubt")])
        exact = exact[exact["origin"].isin(["CN", "US"])]
        truth = CHINA_MINUS_US.in_(Coarse(exact, [])).value
        rng = np.random.default_rng(1)
        for unit in rng.uniform(1, 10, TIMES):  # in other units other digits are rounded
            counted = exact["value"] * unit
            step = 10.0 ** (np.floor(np.log10(counted)) - 1)
            shown = (counted / step).round() * step
            told = exact.assign(
                value=shown, low=shown - step / 2, high=shown + step / 2, weight_doubt=doubt.name
            )
            low, high = interval(CHINA_MINUS_US.in_(Coarse(told, [doubt])), worlds)
            inside, cases = inside + (low <= truth <= high), cases + 1
    assert (inside, cases) == stated_in_methods("downloads rounded to two figures")


def test_half_of_the_accounts_coded_last_predicts_the_other_half():
    coded = research.load("publisher_origins").tail(LAST)
    named = coded.loc[coded["kind"] != "individual", "candidates"].dropna()
    chinese = (named == "CN").to_numpy()
    rng = np.random.default_rng(1)
    inside = cases = 0
    for _ in range(200):
        first = rng.permutation(len(chinese)) < len(chinese) // 2
        seen, other = chinese[first], chinese[~first]
        ends = stats.betabinom(len(other), seen.sum() + 0.5, (~seen).sum() + 1.0).ppf(
            [0.025, 0.975]
        )
        inside, cases = inside + (ends[0] <= other.sum() <= ends[1]), cases + 1
    assert (inside, cases) == stated_in_methods("origin of half of the accounts coded last")


def test_accounts_that_one_coder_could_place_do_not_predict_those_coded_last():
    """Why accounts that nobody has looked at have a belief of their own."""
    coded = research.load("publisher_origins")
    company = coded["kind"].eq("company")
    last = coded.index >= coded.index[-LAST]
    places = coded[["country_coder_a", "country_coder_b"]].mask(lambda codes: codes == "ZZ")
    one = places.notna().sum(axis="columns").eq(1)
    seen = places.bfill(axis="columns")["country_coder_a"][company & one & ~last]
    later = coded.loc[company & last, "candidates"].dropna()
    found = stats.betabinom(len(later), seen.eq("CN").sum() + 0.5, seen.ne("CN").sum() + 1.0).ppf(
        [0.025, 0.975]
    )
    assert not found[0] <= later.eq("CN").sum() <= found[1]


# Two collectors of one day, and states of one series ----------------------------------------------


def lead_of_pulls(totals: pd.DataFrame, library: pd.DataFrame) -> ShareIn:
    """The lead of China in the pulls that a table shows, each up to its rounding."""
    shown = rounded(totals["total"], totals["step"])
    rows = library.assign(
        low=shown.low, value=shown.value, high=shown.high, weight_doubt=ROUNDING.name
    )
    return CHINA_MINUS_US.in_(Coarse(rows[rows["origin"].isin(["CN", "US"])], [ROUNDING]))


def pulls_of_two(table: str, day: str) -> Iterator[tuple[ShareIn, ShareIn]]:
    """The lead by the daily series, and by another collector on the same day, of the same names."""
    tables = "ollama_library_pulls", table, "model_crosswalk_names", "publisher_origins"
    daily, other, names, origins = map(research.load, tables)
    library = library_publishers(names, origins)
    columns = {"ollama_pulls_total": "total", "pulls_step": "step"}
    daily, other = (
        each.rename(columns=columns | {day: "date"}).dropna(subset=["total"])
        for each in (daily, other)
    )
    days = sorted(set(daily["date"]) & set(other["date"]))
    for date in days[:: len(days) // TEN or 1]:
        one, two = (each[each["date"] == date].set_index("ollama_name") for each in (daily, other))
        both = one.index.intersection(two.index).intersection(library.index)
        yield tuple(lead_of_pulls(each.loc[both], library.loc[both]) for each in (one, two))


@pytest.mark.parametrize(
    ("table", "day", "what"),
    [
        ("ollama_registry_pulls", "date", "pulls as a second daily series shows them"),
        ("ollama_pull_states", "as_of", "pulls as a third collector shows them"),
    ],
)
def test_the_lead_in_pulls_that_another_collector_shows_is_predicted(table, day, what):
    worlds = Worlds(Beliefs.of(research.load("stated_beliefs")), 1_000)
    inside = cases = 0
    for mine, other in pulls_of_two(table, day):
        low, high = interval(mine, worlds)
        inside, cases = inside + (low <= other.value <= high), cases + 1
    assert (inside, cases) == stated_in_methods(what)


def test_exact_downloads_of_the_day_are_predicted_from_those_that_a_page_rounds():
    trending, exact = research.load("hub_trending"), research.load("hub_llm_panel")
    exact = exact.rename(columns={"as_of": "date"})[["date", "model_id", "hub_downloads_30d"]]
    both = trending.merge(exact, on=["date", "model_id"]).dropna(subset="hub_downloads_30d_rounded")
    both = both[both["hub_downloads_30d"] > 0]
    worlds = Worlds(Beliefs.of(research.load("stated_beliefs")), 1_000)
    inside = cases = 0
    for _, rows in both.groupby("date"):
        shown = rows["hub_downloads_30d_rounded"].astype(float)
        half = 10.0 ** (np.floor(np.log10(shown)) - 2).clip(lower=0) / 2
        told = pd.DataFrame(
            {
                "low": shown - half,
                "value": shown,
                "high": shown + half,
                "weight_doubt": ROUNDING.name,
            }
        )
        low, high = interval(Sum(Coarse(told, [ROUNDING]), EVERY), worlds)
        inside, cases = inside + (low <= rows["hub_downloads_30d"].sum() <= high), cases + 1
    assert (inside, cases) == stated_in_methods(
        "downloads as the page of trending models rounds them"
    )


@pytest.mark.parametrize("attribute", ["organisation", "task"])
def test_states_that_are_left_out_are_predicted_from_those_before_and_after(attribute):
    shares = pd.DataFrame(
        [rows.groupby(attribute)["value"].sum() / rows["value"].sum() for rows in channels()]
    ).fillna(0.0)
    shares = shares.loc[:, shares.columns != ""]
    worlds = Worlds(Beliefs.of(research.load("stated_beliefs")), 1_000)
    inside = cases = 0
    for at in range(1, len(shares) - 1):
        for name, truth in shares.iloc[at].nlargest(TEN).items():
            ends = sorted(shares[name].iloc[[at - 1, at + 1]])
            low, high = interval(Within(MEANWHILE, Bounds(*ends), str(name)), worlds)
            inside, cases = inside + (low <= truth <= high), cases + 1
    assert (inside, cases) == stated_in_methods(f"share of a large {attribute} in a middle state")
