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
from research.doubts import Beliefs, Coarse, Doubt, Share, Worlds, where
from research.measures.hub import hub_downloads
from research.measures.publishers import CHINA_MINUS_US

METHODS = Path(__file__).parents[2] / "METHODS.md"
DAYS = ("2022-10-01", "2024-09-20", "2025-03-21", "2026-04-28", "2026-06-11")
TIMES, HIDDEN = 20, 0.2  # a day; the part that is hidden
DOUBTS = {"task": "task unknown", "licence": "repositories without a clear licence"}
LAST = 491  # accounts that were coded last


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
