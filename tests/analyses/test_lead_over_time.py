"""The same models at two dates: the lead grew in spring, and one model would hide it."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find
from tests.origins import coded_origins

CHANGE = "change of China minus US, same models"
SPIKE = "Qwen/Qwen3-VL-2B-Instruct"
EXACT = 1e-9


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("lead_over_time")


@pytest.fixture(scope="module")
def panel():
    panel = research.load("hub_llm_panel")
    fresh = panel[~panel["stale_suspect"].fillna(False)]
    fresh = fresh[fresh["hub_downloads_30d"] > 0]
    origins = coded_origins().set_index("author")["candidates"]
    return fresh.assign(
        account=fresh["model_id"].str.split("/").str[0],
        codes=fresh["model_id"].str.split("/").str[0].map(origins).fillna("CN|US|other"),
    )


def change(panel, since, until, *, choose=None, spike=False):
    """Change of China minus US; ``choose`` settles an account in doubt by its contribution."""
    if not spike:
        panel = panel[panel["model_id"] != SPIKE]
    days = [panel[panel["as_of"] == day].set_index("model_id") for day in (since, until)]
    shared = days[0].index.intersection(days[1].index)
    shares = [day.loc[shared, "hub_downloads_30d"].astype(float) for day in days]
    moved = shares[1] / shares[1].sum() - shares[0] / shares[0].sum()
    accounts = moved.groupby([days[0].loc[shared, "account"], days[0].loc[shared, "codes"]]).sum()
    total = 0.0
    for (_, codes), gain in accounts.items():
        options = [{"CN": 1, "US": -1}.get(code, 0) * gain for code in codes.split("|")]
        total += options[0] if len(options) == 1 else (choose(options) if choose else 0.0)
    return total, len(shared)


def specification(result, **choices):
    return next(
        row
        for row in result.answer().specifications
        if any(choices.items() <= c.items() for c in row.combinations)
    )


def test_value_bounds_and_count_are_those_of_plain_sums(result, panel):
    found = result.answer().estimates[CHANGE]
    value, models = change(panel, "2026-02-26", "2026-10-05")
    assert (found.value, found.n) == (pytest.approx(value, abs=EXACT), models)
    for end, choose in ((found.bounds.low, min), (found.bounds.high, max)):
        expected, _ = change(panel, "2026-02-26", "2026-10-05", choose=choose)
        assert end == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize("since", ["2026-04-01", "2026-05-09", "2026-06-19"])
@pytest.mark.parametrize("spike", ["removed", "kept"])
def test_every_pair_of_dates_is_what_it_says(result, panel, since, spike):
    found = specification(result, since=since, until="2026-10-05", spike=spike)
    value, _ = change(panel, since, "2026-10-05", spike=spike == "kept")
    assert found.value == pytest.approx(value, abs=EXACT)


def test_one_model_turns_the_sign_of_the_change_since_may(result):
    words = {
        spike: specification(result, since="2026-05-09", until="2026-10-05", spike=spike)
        for spike in ("removed", "kept")
    }
    assert words["removed"].bounds.low > 0 > words["kept"].bounds.high


def test_the_lead_grew_in_spring_and_not_since_june(result):
    assert result.answer().verdicts[CHANGE].word == "holds"
    later = specification(result, since="2026-06-19", until="2026-10-05", spike="removed")
    assert later.bounds.high < 0
    every = result.answer().robustness[CHANGE]
    assert every.same_verdict < every.specifications


def test_removing_the_tipping_share_undoes_the_change(result, panel):
    (point,) = result.answer().estimates[CHANGE].tipping_points
    rows = panel[panel["model_id"] != SPIKE]
    days = [
        rows[rows["as_of"] == day].set_index("model_id") for day in ("2026-02-26", "2026-10-05")
    ]
    shared = days[0].index.intersection(days[1].index)
    leads = []
    for day, removed in zip(days, (0, point.threshold), strict=True):
        found = day.loc[shared]
        share = found["hub_downloads_30d"] / found["hub_downloads_30d"].sum()
        china, us = (share[found["codes"] == code].sum() for code in ("CN", "US"))
        leads.append((china - removed - us) / (1 - removed))
    assert leads[0] == pytest.approx(leads[1], abs=EXACT)


def test_sampling_is_a_row_of_the_budget_and_carries_no_verdict(result):
    found = result.answer().estimates[CHANGE]
    assert found.interval is None
    row = found.budget[0]
    assert row.source == "other organisations drawn"
    assert row.low < 0 < row.high
    assert "carries no verdict" in row.detail


def test_the_table_holds_only_windows_that_do_not_overlap(result):
    table = result.answer().tables["moves"]
    moves = table.to_frame()
    apart = pd.to_datetime(moves["until"]) - pd.to_datetime(moves["since"])
    assert apart.dt.days.min() >= 30
    whole = moves[(moves["since"] == "2026-02-26") & (moves["until"] == "2026-10-05")]
    assert whole["change"].item() == pytest.approx(result.answer().estimates[CHANGE].value)


def test_the_figure_draws_the_changes_of_the_table(result):
    with figures.theme():
        course, doubts = find("lead_over_time").module.figure(result).axes
    table = result.answer().tables["moves"]
    moves = table.to_frame()
    lines = {line.get_label(): line.get_ydata() for line in course.lines}
    mine = moves[moves["since"] == "2026-04-01"]["change"]
    assert list(lines["since 1 Apr"]) == pytest.approx([0, *mine])
    value = result.answer().estimates[CHANGE].value
    assert any(line.get_xdata()[0] == pytest.approx(value) for line in doubts.lines)
