"""Tokens on one router: the tables agree with each other, and their warnings hold."""

from __future__ import annotations

import pandas as pd
import pytest

from research.datasets import describe, load

PRINTED = 0.0005  # as per cent with one decimal


@pytest.fixture(scope="module")
def models():
    return load("router_model_tokens")


@pytest.fixture(scope="module")
def labs():
    return load("router_lab_tokens")


@pytest.fixture(scope="module")
def months():
    return load("router_open_share").set_index("month")


@pytest.fixture(scope="module")
def mean_days(months):
    """Tokens of a mean day by month; October 2026 has nine days."""
    days = months.index.days_in_month.to_series(index=months.index).mask(
        months.index == "2026-10-01", 9
    )
    return months.filter(like="tokens").sum(axis="columns") / days


def of_mean_day(tokens: pd.Series, mean_days: pd.Series) -> pd.Series:
    months = tokens.index.to_period("M").to_timestamp()
    return tokens / mean_days.reindex(months).to_numpy()


def test_shares_of_open_weights_are_those_of_the_tokens(months):
    assert len(months) == 22
    everything = months.filter(like="tokens").sum(axis="columns")
    coded = months["open_tokens"] + months["closed_tokens"]
    assert (months["open_tokens"] / everything).to_numpy() == pytest.approx(
        months["open_share_low"].to_numpy(), abs=1e-6
    )
    assert (months["open_tokens"] / coded).to_numpy() == pytest.approx(
        months["open_share_high"].to_numpy(), abs=1e-6
    )


def test_days_list_fifty_models_and_where_told_the_rest(models):
    named = models[models["model"] != "other"]
    assert set(named.groupby("date").size()) == {50}
    rest = models[models["model"] == "other"]
    assert (models["date"].nunique(), len(rest)) == (48, 33)
    assert rest["rank"].isna().all()
    for _, day in named.groupby("date"):
        assert day["rank"].tolist() == list(range(1, 51))
        assert day["tokens_of_day"].is_monotonic_decreasing


def test_models_makers_and_months_are_of_one_size(models, labs, mean_days):
    by_day = models.groupby("date")["tokens_of_day"].sum()
    assert of_mean_day(by_day, mean_days).between(0.7, 1.25).all()
    of_labs = of_mean_day(labs.groupby("date")["tokens_of_day"].sum(), mean_days)
    assert of_labs.between(0.95, 1.3).all()
    june = models[models["date"].dt.to_period("M") == "2026-06"]
    assert (june["date"].nunique(), len(june)) == (28, 28 * 51)
    assert june["tokens_of_day"].sum() / 1e12 == pytest.approx(178.8, abs=0.05)


def test_every_maker_is_known_by_all_its_names(models, labs):
    makers = load("router_makers").set_index("author")["maker"]
    weekly = [load("router_weekly_tokens"), load("router_weekly_makers")]
    for table in (models, labs, *weekly):
        assert table["author"].map(makers).equals(table["maker"])
    assert makers["google"] == makers["Google"]


def test_countries_of_makers_are_those_of_publisher_origins():
    makers = load("router_makers").dropna(subset="hub_account")
    origins = load("publisher_origins").set_index("author")["candidates"]
    assert makers["hub_account"].map(origins).fillna("ZZ").tolist() == makers["candidates"].tolist()


# Known flaws --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "day", "share"),
    [("router_model_tokens", "2025-04-09", 0.140), ("router_lab_tokens", "2026-09-30", 0.242)],
)
def test_makers_of_much_are_not_known(table, day, share):
    frame = load(table)
    of_day = frame[frame["date"] == day]
    unknown = of_day.loc[of_day["maker"] == "not known", "tokens_of_day"].sum()
    assert unknown / of_day["tokens_of_day"].sum() == pytest.approx(share, abs=PRINTED)


def test_a_free_model_holds_a_fifth_of_a_day(models):
    day = models[models["date"] == "2026-07-15"]
    free = day[(day["maker"] == "Tencent") & (day["variant"] == "free")]
    assert free["tokens_of_day"].sum() / day["tokens_of_day"].sum() == pytest.approx(
        0.19, abs=0.005
    )


def test_weeks_hold_leading_models_and_makers_alone(mean_days):
    weeks = (
        load("router_weekly_tokens")
        .groupby("date")
        .agg(n=("model", "size"), tokens=("tokens_of_week", "sum"))
    )
    assert len(weeks) == 26
    assert set(weeks["n"]) == {9, 10}
    assert (of_mean_day(weeks["tokens"] / 7, mean_days) < 0.8).all()
    makers = load("router_weekly_makers").groupby("date")["share_of_all"].sum()
    assert (makers.index.day_of_week == 5).all()
    assert makers.between(0.83, 0.9).all()


def test_the_attribution_asked_for_is_given():
    package = describe("router_tokens").descriptor
    assert "Source: OpenRouter (openrouter.ai/rankings), as of " in package["citation"]
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
