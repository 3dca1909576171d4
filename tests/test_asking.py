"""Questions that need no file, beside plain pandas on the frozen files; and all that is refused."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import research
from research import ask, datasets, figures, places
from research.analysis import recorded
from research.analysis.asking import drawing, labels
from research.analysis.asking.question import Question, condition
from research.cli import app
from research.doubts import Beliefs, Share, Worlds, where
from research.doubts.simulating import simulated
from research.measures.hub import hub_downloads
from research.measures.known_channels import CHANNELS
from research.measures.publishers import CHINA_MINUS_US
from research.measures.top_lists import on_day
from research.publish.judged import answer_to_quote, reported
from research.results import ResearchError, Result
from research.wording import amount

CN = {"origin": "CN"}
DOCS = places.bundled() / "docs"
sys.path.insert(0, str(DOCS / "hooks"))

import asked_pages  # noqa: E402

LAST = "2026-06-11"


def countries() -> pd.DataFrame:
    """The coded accounts; private persons, whom one coder may have taken for such, are in none."""
    coded = research.load("publisher_origins").set_index("author").astype(object)
    coders = coded[["kind_coder_a", "kind_coder_b"]].eq("individual").any(axis="columns")
    person = coded["kind"].eq("individual") | (coded["kind"].eq("unknown") & coders)
    nowhere = coded["candidates"].isna() & person
    return coded.assign(candidates=coded["candidates"].mask(nowhere, "none at all").fillna(""))


@pytest.fixture(scope="module")
def listed():
    """The models of the last day with the countries that their publishers may be in."""
    models = research.load("hub_top_models")
    models = models[models["as_of"] == LAST]
    coded = countries()
    account = models["author"].fillna(models["model_id"].str.partition("/")[0])
    codes = account.map(coded["candidates"]).fillna("")
    return models.assign(
        countries=[set(each.split("|")) - {""} for each in codes],
        organisation=account.map(coded["parent"]).astype(object).fillna(account.astype(object)),
        task=models["pipeline_tag"].astype(object).fillna(""),
        held=models["hub_downloads_30d"].astype(float),
    )


def ends(found) -> tuple[float, float]:
    return tuple(found.identified)


def only(result: Result):
    return next(iter(result.answer().estimates.values()))


# The numbers, recomputed --------------------------------------------------------------------------


def test_a_share_is_that_of_plain_pandas(listed):
    found = only(ask("downloads", share={"origin": "CN"}, on=LAST))
    sure = [each == {"CN"} for each in listed["countries"]]
    maybe = [not each or "CN" in each for each in listed["countries"]]
    total = listed["held"].sum()
    expected = listed["held"][sure].sum() / total, listed["held"][maybe].sum() / total
    assert ends(found) == pytest.approx(expected)
    assert found.value == pytest.approx(expected[0])
    assert found.sharpness == "sharp"


def test_private_persons_may_be_of_any_country_by_choice(listed):
    usual = only(ask("downloads", share={"origin": "CN"}, on=LAST))
    anywhere = only(ask("downloads", share={"origin": "CN"}, on=LAST, persons="of any country"))
    person = [each == {"none at all"} for each in listed["countries"]]
    more = listed["held"][person].sum() / listed["held"].sum()
    assert more > 0
    assert ends(anywhere) == pytest.approx((ends(usual)[0], ends(usual)[1] + more))


def test_a_sentence_to_quote_tells_what_other_conventions_give(listed):
    usual = ask("downloads", share={"origin": "US"}, on=LAST)
    accounts = listed["model_id"].str.partition("/")[0]
    begun = accounts.isin(["sentence-transformers", "cross-encoder"])
    more = listed["held"][begun].sum() / listed["held"].sum()
    at_home = ask(
        "downloads", share={"origin": "US"}, on=LAST, sentence_transformers="United States"
    )
    assert ends(only(at_home)) == pytest.approx([end + more for end in ends(only(usual))])
    assert more > only(usual).identified.width  # so that it must be told
    (quoted,) = (answer_to_quote(each) for each in reported(usual))
    told = amount(only(at_home).identified, only(at_home).unit)
    assert f"With sentence-transformers counted as US it is {told}" in quoted
    assert "sentence-transformers" not in answer_to_quote(reported(at_home)[0])
    of_task = ask("downloads", share={"task": "text-generation"}, on=LAST)
    assert not of_task.answer().tables


def test_two_channels_tell_the_other_home_of_a_family_too():
    usual = ask("downloads", "pulls", share={"origin": "US"}, ratio=True, on=LAST)
    at_home = ask("downloads", "pulls", share={"origin": "US"}, ratio=True, on=LAST,
                  sentence_transformers="United States")  # fmt: skip
    first, other = (next(iter(each.answer().estimates.values())) for each in (usual, at_home))
    assert other.identified.low > first.identified.high
    told = amount(other.identified, other.unit)
    quoted = answer_to_quote(reported(usual)[0])
    assert f"With sentence-transformers counted as US it is {told}" in quoted


def test_persons_of_any_country_may_belong_to_a_whole_of_one_country(listed):
    asked = ask(
        "downloads", share={"task": "text-generation"}, among=CN, on=LAST, persons="of any country"
    )
    person = listed["countries"].map(lambda each: each == {"none at all"})
    sure = listed["countries"].map(lambda each: each == {"CN"})
    maybe = person | listed["countries"].map(lambda each: not each or "CN" in each)
    of_it, untagged = listed["task"].eq("text-generation"), listed["task"].eq("")
    held = listed["held"]
    low = held[sure & of_it].sum() / held[sure | (maybe & ~of_it)].sum()
    part = held[maybe & (of_it | untagged)].sum()
    high = part / (part + held[sure & ~of_it & ~untagged].sum())
    assert ends(only(asked)) == pytest.approx((low, high))


def test_what_may_be_of_the_whole_is_drawn_as_the_models_of_the_list_are():
    """Not as certainly of one of the tasks that are asked about, which all that is left names."""
    among = {"task": ["text-generation", "any-to-any"]}
    found = only(ask("downloads", share=CN, among=among, on=LAST))
    low, high = ends(found)
    models = research.load("hub_top_models")
    models = models[models["as_of"] == LAST]
    named = models["pipeline_tag"].dropna()
    assert 0.2 < named.isin(among["task"]).mean() < 0.5  # most of the untagged are of other tasks
    all_of_it = (low + 1e-9, low + 0.05 * (high - low))  # what it was when these were cut out
    assert found.simulated.low > all_of_it[1]
    assert low < found.simulated.low < found.simulated.high < high


def test_an_answer_is_drawn_as_the_same_estimate_of_an_analysis():
    """One belief for all: of the kinds of publishers, and which codes people have confirmed."""
    result = ask("downloads", share=CN, minus={"origin": "US"}, on=LAST)
    models = research.load("hub_top_models")
    units = hub_downloads(models[models["as_of"] == LAST], research.load("publisher_origins"))
    by_model = simulated(
        CHINA_MINUS_US.in_(units),
        Beliefs.of(research.load("stated_beliefs")),
        next(iter(result.hypotheses.values())),
        with_chances=False,
    )
    drawn = only(result).simulated
    assert [drawn.low, drawn.high] == pytest.approx([by_model.low, by_model.high])
    assert list(drawn.with_errors) == pytest.approx(list(by_model.with_errors))


def test_what_coders_called_unknown_is_no_value(listed):
    coded = research.load("publisher_origins").set_index("author")["kind"].astype(object)
    account = listed["author"].fillna(listed["model_id"].str.partition("/")[0])
    told = account.map(coded).fillna("").replace("unknown", "")
    assert told.eq("").any()
    held = listed["held"]
    expected = [held[told.isin(each)].sum() / held.sum() for each in (["company"], ["company", ""])]
    assert ends(only(ask("downloads", share={"kind": "company"}, on=LAST))) == pytest.approx(
        expected
    )
    seen = research.channels()["downloads"].values("kind", on=LAST)["value"]
    assert "unknown" not in set(seen)


def test_a_maker_whom_nobody_knows_may_be_any():
    day = "2026-06-28"
    tokens = research.load("router_model_tokens")
    rows = tokens[(tokens["date"] == day) & (tokens["model"] != "other")]
    held, unnamed = rows["tokens_of_day"], rows["maker"].eq("not known")
    assert unnamed.any()
    ours = held[rows["maker"] == "Google"].sum()
    found = only(ask("tokens", share={"organisation": "Google"}, on=day))
    assert ends(found) == pytest.approx(
        (ours / held.sum(), (ours + held[unnamed].sum()) / held.sum())
    )
    assert "not known" not in set(research.channels()["tokens"].values("organisation")["value"])


def test_a_share_among_a_task_lets_untagged_models_belong_or_not(listed):
    asked = ask("downloads", share={"origin": "CN"}, among={"task": "text-generation"}, on=LAST)
    sure = listed["countries"].map(lambda each: each == {"CN"})
    maybe = listed["countries"].map(lambda each: not each or "CN" in each)
    of_it, untagged = listed["task"].eq("text-generation"), listed["task"].eq("")
    held = listed["held"]
    low = held[sure & of_it].sum() / held[of_it | (untagged & ~sure)].sum()
    high = held[maybe & (of_it | untagged)].sum() / held[of_it | (untagged & maybe)].sum()
    assert ends(only(asked)) == pytest.approx((low, high))


def test_a_share_among_a_task_is_drawn_as_that_of_the_whole_list_says():
    """Which task an untagged model is of is believed of what all others name, not of that task."""
    found = ask("downloads", share={"origin": "CN"}, among={"task": "text-generation"}, on=LAST)
    found = only(found).simulated
    origins = research.load("publisher_origins")
    models = hub_downloads(on_day(research.load("hub_top_models"), LAST), origins, tell=["task"])
    asked = Share(of=where(origin="CN"), among=where(task="text-generation")).in_(models)
    beliefs = Beliefs.of(research.load("stated_beliefs"))
    alone = np.quantile(asked.in_worlds(Worlds(beliefs)), [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx(tuple(alone), abs=0.003)


def test_a_difference_holds_every_world_that_is_drawn(listed):
    """No closed form: unknown countries and untagged models are drawn, and none leaves the set."""
    result = ask(
        "downloads", share={"origin": "CN"}, minus={"origin": "US"},
        among={"task": "text-generation"}, on=LAST,
    )  # fmt: skip
    (low, high), draw = ends(only(result)), random.Random(1)
    rows = listed[["countries", "task", "held"]].itertuples(index=False, name=None)
    rows = [row for row in rows if row[1] in ("text-generation", "")]
    extremes = [(p, q) for p in (0.0, 0.5, 1.0) for q in (0.0, 0.5, 1.0)]
    found = []
    for belongs, chinese in extremes:
        total = lead = 0.0
        for countries, task, held in rows:
            if task or draw.random() < belongs:
                open_to = sorted(countries) or ["CN", "US", "FR"]
                ahead = "CN" in open_to and (len(open_to) == 1 or draw.random() < chinese)
                country = "CN" if ahead else ("US" if "US" in open_to else open_to[0])
                total += held
                lead += held * ((country == "CN") - (country == "US"))
        found.append(lead / total)
    assert low <= min(found)
    assert max(found) <= high
    assert max(found) - min(found) > 0.5 * (high - low)


def test_every_day_over_time_is_that_of_plain_pandas():
    history = research.load("hub_history")
    coded = countries()["candidates"]
    result = ask("downloads", share={"origin": "US"}, over="time")
    assert len(result.answers) >= 7
    for day, answer in result.answers.items():
        models = history[(history["as_of"] == day) & (history["rank"] <= 999)]
        assert answer.population == "the 999 most downloaded models of the Hub"
        maker = models["model_id"].where(models["model_id"].isin(coded.index), models["account"])
        codes = maker.map(coded).fillna("")
        held = models["hub_downloads_30d"]
        sure = held[codes == "US"].sum() / held.sum()
        maybe = held[[not c or "US" in c.split("|") for c in codes]].sum() / held.sum()
        (found,) = answer.estimates.values()
        assert ends(found) == pytest.approx((sure, maybe)), day
        assert answer.as_of == day


def test_days_whose_counts_overlap_are_one_and_said_to_be_left_out():
    result = ask("downloads", share={"origin": "US"}, over="time")
    assert "2026-06-10" not in result.answers
    assert "2026-06-10" in result.about
    days = sorted(pd.to_datetime([*ask("pulls", share={"origin": "US"}, over="time").answers]))
    assert min(later - day for day, later in pairwise(days)) >= pd.Timedelta(days=30)


def test_a_series_prints_a_line_a_day_and_says_once_of_whom():
    lines = repr(ask("downloads", share={"origin": "US"}, over="time", more_than=0.2)).split("\n")
    assert sum("most downloaded" in line for line in lines) == 1
    assert sum(line.strip().startswith("2024-09-20 ") for line in lines) == 1


def test_a_day_on_which_nothing_was_recorded_is_left_out_and_said():
    result = ask("downloads", share={"task": "text-generation"}, over="time")
    assert "2021-06-15" not in result.answers
    assert "no task was recorded: 2021-06-15" in result.about
    with pytest.raises(ResearchError, match="No task was recorded on 2021-06-15"):
        ask("downloads", share={"task": "text-generation"}, on="2021")


@pytest.mark.parametrize("window", [30, 90])
def test_a_share_of_pulls_is_the_rounded_gain_of_its_name(window):
    result = ask("pulls", share={"family": "qwen3"}, on="2026-06-11", window=window)
    series = research.load("ollama_library_pulls")
    names = research.load("model_crosswalk_names")
    local = set(names.loc[~names["served_remotely"], "ollama_name"])
    day = pd.Timestamp("2026-06-11")
    after, before = (
        series[series["date"] == each].set_index("ollama_name")
        for each in (day, day - pd.Timedelta(days=window))
    )
    low, high = {}, {}
    for name in local & set(after.index):
        now, then = after.loc[name], before.loc[name] if name in before.index else None
        half = now["pulls_step"] / 2 + (0 if then is None else then["pulls_step"] / 2)
        gain = now["ollama_pulls_total"] - (0 if then is None else then["ollama_pulls_total"])
        low[name], high[name] = max(gain - half, 0), max(gain + half, 0)
    others = [name for name in low if name != "qwen3"]
    least = low["qwen3"] / (low["qwen3"] + sum(high[name] for name in others))
    most = high["qwen3"] / (high["qwen3"] + sum(low[name] for name in others))
    assert ends(only(result)) == pytest.approx((least, most), rel=2e-3)
    assert only(result).sharpness in ("sharp", "sharp up to rounding")


def test_a_class_of_size_is_any_that_the_name_lists():
    """Large and small names are told apart by the sizes of the page alone, read in plain Python."""
    day = "2026-06-11"
    found = only(ask("pulls", share={"size": "XL"}, on=day, window="all"))
    series, names = (
        research.load(each) for each in ("ollama_library_pulls", "model_crosswalk_names")
    )
    local = names.loc[~names["served_remotely"], "ollama_name"]
    rows = series[(series["date"] == day) & series["ollama_name"].isin(local)]
    held, half = rows["ollama_pulls_total"], rows["pulls_step"] / 2
    listed = rows["sizes"].astype(object).fillna("")
    plain = [re.findall(r"(?<![\d.x])(\d+(?:\.\d+)?)b(?:\||$)", text) for text in listed]
    only_xl = [bool(s) and min(map(float, s)) >= 60 and "m" not in text and "x" not in text
               for s, text in zip(plain, listed, strict=True)]  # fmt: skip
    none_xl = [bool(s) and max(map(float, s)) < 49 and "x" not in text
               for s, text in zip(plain, listed, strict=True)]  # fmt: skip
    low = (held - half)[only_xl].sum() / (held + half).sum()
    high = 1 - (held - half)[none_xl].sum() / (held + half).sum()
    assert any(only_xl)
    assert any(none_xl)
    assert 0 < low <= ends(found)[0] <= ends(found)[1] <= high < 1
    assert {"S", "M", "L", "XL"} == set(research.channels()["pulls"].values("size")["value"])


def test_two_channels_are_compared_over_the_families_that_both_hold():
    result = ask("catalogue", "pulls", share={"origin": "CN"}, on="2026-06-19")
    difference, catalogue, pulls = result.answer().estimates.values()
    assert difference.n == 165
    assert catalogue.value == pytest.approx(0.67, abs=0.01)
    assert pulls.value == pytest.approx(0.45, abs=0.01)
    assert difference.value == pytest.approx(catalogue.value - pulls.value)
    ratio = only(ask("catalogue", "pulls", share={"origin": "CN"}, on="2026-06-19", ratio=True))
    assert ratio.value == pytest.approx(catalogue.value / pulls.value)
    assert ratio.bounds.low <= ratio.value <= ratio.bounds.high


def test_beliefs_of_ones_own_move_what_is_drawn_and_not_the_set():
    stated = research.load("stated_beliefs")
    chinese = stated.assign(
        stated=stated["stated"].mask(stated["family"] == "categories", "CN=999|other=1"),
    )
    question = {"share": CN, "on": LAST}
    usual, mine = (
        ask("downloads", **question, data=data) for data in (None, {"stated_beliefs": chinese})
    )
    assert ends(only(mine)) == ends(only(usual))
    assert only(mine).simulated.low > only(usual).simulated.high
    assert mine.provenance.tables["stated_beliefs"] != usual.provenance.tables["stated_beliefs"]
    assert mine.answer().as_of == LAST


def test_a_ratio_of_what_is_open_in_both_channels_is_one_world_at_each_end():
    origins = research.load("publisher_origins")
    open_ones = origins.assign(candidates=origins["candidates"].mask(origins["author"] == "Qwen"))
    found = only(
        ask("downloads", "pulls", share={"origin": "US"}, ratio=True, on=LAST,
            data={"publisher_origins": open_ones})
    )  # fmt: skip
    assert found.sharpness == "sharp up to rounding"
    closed = only(ask("downloads", "pulls", share={"origin": "US"}, ratio=True, on=LAST))
    assert found.bounds.low <= closed.bounds.low <= closed.bounds.high <= found.bounds.high
    assert found.bounds.width > closed.bounds.width


def test_ranks_are_those_of_plain_pandas(listed):
    result = ask("downloads", rank="organisation", top=5, on=LAST)
    sums = listed.groupby("organisation")["held"].sum().sort_values(ascending=False)
    found = result.answer().estimates
    for place, (name, held) in enumerate(sums.head(5).items(), 1):
        assert found[f"{name}: rank by downloads"].value == place
        assert ends(found[f"{name}: share of downloads"]) == pytest.approx([held / sums.sum()] * 2)


def test_ranks_among_what_may_belong_are_sets(listed):
    result = ask("downloads", rank="organisation", among={"licence": "apache-2.0"}, top=3, on=LAST)
    licence = listed["licence"].astype(object).fillna("")
    sure, maybe = licence.eq("apache-2.0"), licence.isin(["apache-2.0", ""])
    least = listed["held"][sure].groupby(listed["organisation"]).sum()
    most = listed["held"][maybe].groupby(listed["organisation"]).sum()
    for label, found in result.answer().estimates.items():
        if found.unit != "rank":
            continue
        name = label.partition(":")[0]
        best = 1 + (least.drop(name) > most[name]).sum()
        worst = 1 + (most.drop(name) > least[name]).sum()
        assert best <= found.identified.low <= found.value <= found.identified.high <= worst


def test_a_sum_is_that_of_plain_pandas(listed):
    found = only(ask("downloads", total={"task": "fill-mask"}, on=LAST))
    sure, maybe = listed["task"].eq("fill-mask"), listed["task"].isin(["fill-mask", ""])
    assert ends(found) == pytest.approx([listed["held"][each].sum() for each in (sure, maybe)])


def test_tokens_are_of_the_makers_that_are_known():
    tokens = research.load("router_model_tokens")
    makers = research.load("router_makers").set_index("author")["candidates"]
    rows = tokens[(tokens["date"] == "2026-06-28") & (tokens["model"] != "other")]
    codes, held = rows["author"].map(makers), rows["tokens_of_day"]
    sure, maybe = (held[codes.isin(c)].sum() / held.sum() for c in (["CN"], ["CN", "ZZ"]))
    found = only(ask("tokens", share={"origin": "CN"}, on="2026-06-28"))
    assert ends(found) == pytest.approx((sure, maybe))


# Verdicts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "place", "word"),
    [
        ("more_than", -0.1, "holds"),
        ("more_than", 1.1, "does not hold"),
        ("more_than", 0.5, "not identified"),
        ("less_than", 1.1, "holds"),
        ("less_than", -0.1, "does not hold"),
    ],
)
def test_a_threshold_gives_a_verdict(asked, place, word):
    """``place`` is where the threshold lies between the ends of the set."""
    low, high = ends(only(ask("downloads", share={"origin": "CN"}, on=LAST)))
    threshold = {asked: low + place * (high - low)}
    result = ask("downloads", share={"origin": "CN"}, on=LAST, **threshold)
    (verdict,) = result.answer().verdicts.values()
    assert verdict.word == word
    (hypothesis,) = result.hypotheses.values()
    assert (hypothesis.role, hypothesis.scope) == ("own question", "own")


def test_what_turns_a_verdict_turns_it():
    low, high = ends(only(ask("downloads", share={"origin": "CN"}, on=LAST)))
    null = low + 0.3 * (high - low)
    result = ask("downloads", share={"origin": "CN"}, on=LAST, more_than=null)
    assert only(result).tipping_points[0].threshold == pytest.approx(0.3)


def test_a_share_that_is_too_small_lacks_what_others_have_too_much():
    _, high = ends(only(ask("downloads", share={"origin": "CN"}, on=LAST)))
    found = only(ask("downloads", share={"origin": "CN"}, on=LAST, more_than=high + 0.1))
    (point,) = found.tipping_points
    # The share at its most reaches the threshold once so much of the others is gone.
    others = (1 - high) * (1 - point.threshold)
    assert high / (high + others) == pytest.approx(high + 0.1)
    assert "downloads of all others were not genuine" in point.sentence


@pytest.mark.parametrize("ratio", [True, False])
def test_what_turns_a_verdict_over_two_channels_turns_it(ratio):
    both = ("catalogue", "pulls"), {"share": {"origin": "CN"}, "on": "2026-06-19", "ratio": ratio}
    shown = only(ask(*both[0], **both[1]))
    pulls = next(row for row in shown.budget if row.source == "rounding of the pulls")
    null = (shown.value + pulls.high) / 2
    found = only(ask(*both[0], **both[1], more_than=null)).tipping_points
    rounding = next(point for point in found if "rounding" in point.what)
    assert rounding.what.startswith("part of the pulls open")
    assert 0.2 < rounding.threshold < 0.8
    assert "the threshold is" in rounding.sentence
    # Whoever is ahead for certain must lose a part of what makes it so.
    firm = only(ask(*both[0], **both[1], more_than=shown.bounds.low - 0.1)).tipping_points[-1]
    assert "downloads of origin CN were not genuine" in firm.sentence
    behind = only(ask(*both[0], **both[1], more_than=shown.bounds.high + 0.1)).tipping_points[-1]
    assert "pulls of origin CN were not genuine" in behind.sentence


def test_a_share_without_a_threshold_has_no_verdict_and_a_difference_has_one():
    assert not ask("downloads", share={"origin": "CN"}, on=LAST).answer().verdicts
    minus = ask("downloads", share={"origin": "CN"}, minus={"origin": "US"}, on=LAST)
    assert [each.null for each in minus.hypotheses.values()] == [0]


def test_a_choice_of_the_channel_is_a_specification():
    result = ask("downloads", share={"task": "image-text-to-text"}, on="2026-04-28", more_than=0.1)
    (robust,) = result.answer().robustness.values()
    assert robust.specifications == 2  # persons do not bear on it
    removed = ask("downloads", share={"task": "image-text-to-text"}, on="2026-04-28",
                  spike="removed")  # fmt: skip
    assert only(removed).value < only(result).value


# What is refused ----------------------------------------------------------------------------------

REFUSED = {
    "a sum of a part of itself": (
        (("downloads",), {"total": CN, "among": {"origin": "US"}}), "both name origin"
    ),
    "all pulls over time": (
        (("pulls",), {"share": CN, "window": "all", "over": "time"}), "every earlier day"
    ),
    "ranks over time": ((("downloads",), {"rank": "origin", "over": "time"}), "no course"),
    "a whole alone": ((("downloads",), {"among": CN}), "none is given"),
    "a part of a sum": ((("downloads",), {"total": CN, "more_than": 0.41}), "is an amount"),
    "so many shares": ((("downloads",), {"share": CN, "top": 3}), "give 'rank' too"),
    "two channels and a difference": (
        (("downloads", "pulls"), {"share": CN, "minus": {"origin": "US"}}), "leave out minus"
    ),
    "a kind that is unknown": ((("downloads",), {"share": {"kind": "unknown"}}), "no kind named"),
    "no such channel": ((("download",), {"share": CN}), "Did you mean 'downloads'"),
    "no such attribute": ((("downloads",), {"share": {"origni": "CN"}}), "Did you mean 'origin'"),
    "a country's name": ((("downloads",), {"share": {"origin": "China"}}), "Did you mean CN"),
    "no such value": ((("downloads",), {"share": {"task": "text-gen"}}), "'text-generation'"),
    "an attribute of others": ((("pulls",), {"rank": "task"}), "names no task"),
    "no such day": ((("downloads",), {"share": CN, "on": "2027"}), "begins with '2027'"),
    "no question": ((("downloads",), {}), "none is given"),
    "two questions": ((("downloads",), {"share": CN, "rank": "task"}), "found share and rank"),
    "a share of itself": ((("pulls",), {"share": CN, "among": CN}), "leave out 'among'"),
    "a share of another": (
        (("pulls",), {"share": CN, "among": {"origin": ["US", "FR"]}}), "has the origin of 'share'"
    ),
    "minus the same": ((("pulls",), {"share": CN, "minus": CN}), "is nothing"),
    "no channel": (((), {"share": CN}), "one channel or about two"),
    "one channel twice": ((("pulls", "pulls"), {"share": CN}), "two different ones"),
    "sums over time": ((("downloads",), {"total": CN, "over": "time"}), "way to count changed"),
    "lists of two lengths": ((("catalogue",), {"share": CN, "over": "time"}), "one length"),
    "a rank with a threshold": (
        (("tokens",), {"rank": "origin", "more_than": 0.1}), "no threshold"
    ),
    "a ratio of one channel": ((("pulls",), {"share": CN, "ratio": True}), "one channel over"),
    "families without pulls": ((("downloads", "tokens"), {"share": CN}), "one of two channels"),
    "two channels by task": (
        (("downloads", "pulls"), {"share": {"licence": "mit"}}), "Ask each channel by itself"
    ),
    "two channels over time": ((("downloads", "pulls"), {"share": CN, "over": "time"}), "one day"),
    "a window of downloads": ((("downloads",), {"share": CN, "window": 7}), "no windows"),
    "a window of nothing": ((("pulls",), {"share": CN, "window": 0}), "at least one day"),
    "a window too long": ((("pulls",), {"share": CN, "window": 9999}), "days before it"),
    "a share above one": ((("downloads",), {"share": CN, "more_than": 41}), "41%"),
    "two thresholds": (
        (("tokens",), {"share": CN, "more_than": 0, "less_than": 1}), "one threshold"
    ),
    "time and a day": ((("pulls",), {"share": CN, "over": "time", "on": LAST}), "leave one"),
    "over nothing": ((("pulls",), {"share": CN, "over": "space"}), "no way to ask over"),
    "no such choice": ((("pulls",), {"share": CN, "spike": "kept"}), "no choice"),
    "no such version": ((("pulls",), {"share": CN, "data": {"tenthe": "x"}}), "no version"),
    "a number as a value": ((("pulls",), {"share": {"origin": 3}}), "wants a text"),
    "no value": ((("pulls",), {"share": {"origin": []}}), "wants a text"),
    "a text as a condition": ((("pulls",), {"share": "CN"}), "attributes with their values"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_question_that_makes_no_sense_gets_its_reason(name):
    (channels, question), reason = REFUSED[name]
    with pytest.raises(ResearchError) as refused:
        ask(*channels, **question)
    assert reason in str(refused.value), refused.value


MISTYPED = {
    "share": (3, "attributes with their values"),
    "among": (["origin"], "attributes with their values"),
    "total": ({3: "CN"}, "wants a text as the value of 3"),
    "rank": (3, "'organisation'"),
    "top": ("ten", "a whole number"),
    "on": (pd.Timestamp(LAST), "'2026-06'"),
    "over": (3, "Known: time"),
    "window": (1.5, "a whole number of days"),
    "ratio": ("yes", "True or False"),
    "more_than": ("41%", "such as 0.41"),
    "less_than": (float("nan"), "such as 0.41"),
    "data": (["hub_history"], "what stands in for it"),
    "done": (3, "a function"),
}


@pytest.mark.parametrize("name", MISTYPED)
def test_a_slip_of_python_gets_a_sentence(name):
    value, reason = MISTYPED[name]
    question = {"share": CN} if name not in ("share", "total", "rank") else {}
    with pytest.raises(ResearchError) as refused:
        ask("downloads", **(question | {name: value}))
    assert reason in str(refused.value)
    assert re.search(rf"'?{name}'?", str(refused.value))


@pytest.mark.parametrize("channel", [3, ["downloads"], None])
def test_a_channel_that_is_no_text_gets_a_sentence(channel):
    with pytest.raises(ResearchError, match="wants the names of channels"):
        ask(channel, share=CN)


def test_a_list_of_values_takes_a_text():
    with pytest.raises(ResearchError, match="is a text such as 'origin'; found"):
        research.channels()["downloads"].values(["origin"])
    with pytest.raises(ResearchError, match="'data' wants"):
        research.channels(["hub_history"])


def test_two_channels_and_a_difference_are_refused_before_anything_is_read(monkeypatch):
    monkeypatch.setattr(datasets.Source, "load", lambda *_: pytest.fail("a table was read"))
    with pytest.raises(ResearchError, match="leave out minus"):
        ask("downloads", "pulls", share=CN, minus={"origin": "US"})


# Data of one's own --------------------------------------------------------------------------------


def test_values_never_seen_are_unknown_and_not_dropped(listed):
    models = research.load("hub_top_models").head(4).copy()
    models["as_of"], models["model_id"] = (
        pd.Timestamp("2027-01-01"),
        ["a/x", "Qwen/y", "b/z", "c/w"],
    )
    models["author"] = ["a", "Qwen", "b", "c"]
    models["pipeline_tag"] = ["telepathy", "telepathy", None, "smell"]
    models["hub_downloads_30d"] = [40, 30, 20, 10]
    models.attrs["population"] = "four models"
    data = {"hub_top_models": models}
    found = ask("downloads", share={"origin": "CN"}, among={"task": "telepathy"}, data=data)
    assert ends(only(found)) == pytest.approx((30 / 90, 1.0))
    assert found.answer().as_of == "2027-01-01"  # days of the frozen tables are asked no more
    assert only(ask("downloads", share={"origin": "JP"}, data=data)).value == 0


def test_a_table_in_parquet_has_the_answers_of_the_frame(tmp_path, monkeypatch):
    import duckdb

    from research.datasets import LargeTable, describe, freeze

    form = describe("hub_top_models")
    duckdb.from_df(research.load("hub_top_models")).write_parquet(str(tmp_path / "made.parquet"))
    schema = form.resources["hub_top_models"]["schema"]
    table = {"name": "mine_rows", "form": "hub_top_models", "schema": schema}
    descriptor = form.descriptor | {"name": "mine", "version": "2026-11-01", "resources": [table]}
    place = tmp_path / "datasets" / "mine" / "2026-11-01"
    freeze(place, {"mine_rows": tmp_path / "made.parquet"}, descriptor=descriptor)
    monkeypatch.chdir(tmp_path)
    question = {"share": {"origin": "CN"}, "minus": {"origin": "US"}, "on": LAST,
                "among": {"task": "text-generation", "licence": "apache-2.0"}}  # fmt: skip
    large = ask("downloads", **question, data={"hub_top_models": "mine"})
    small = ask("downloads", **question)
    assert large.answer().estimates == small.answer().estimates
    for given in ("mine", str(tmp_path / "made.parquet")):
        data = {"hub_top_models": given}
        opened = research.channels(data)["downloads"]._asking("origin").tables
        assert isinstance(opened["hub_top_models"], LargeTable)
        direct = ask("downloads", **question, data=data)
        assert direct.answer().estimates == small.answer().estimates


def test_a_file_in_parquet_is_checked_where_it_lies_or_converted(tmp_path):
    """Of the types of the form it is asked; with a day as a text it is read as before."""
    import duckdb

    models = on_day(research.load("hub_top_models"), LAST)

    def written(name: str, columns: str):
        rows = duckdb.from_df(models.assign(more=1)).select(columns)
        rows.write_parquet(str(tmp_path / name))
        return {"hub_top_models": tmp_path / name}

    question = {"share": CN, "on": LAST}
    expected = ask("downloads", **question, data={"hub_top_models": models}).answer().estimates
    texts = written("texts.parquet", "* REPLACE (strftime(as_of, '%Y-%m-%d') AS as_of)")
    assert ask("downloads", **question, data=texts).answer().estimates == expected
    further = written("further.parquet", "more, *")
    assert ask("downloads", **question, data=further).answer().estimates == expected
    twice = written("twice.parquet", "* REPLACE ('a/b' AS model_id)")
    with pytest.raises(ResearchError, match=r"twice.parquet is not in the form of .*\n.*repeats"):
        ask("downloads", **question, data=twice)
    fewer = written("fewer.parquet", "* EXCLUDE (author)")
    with pytest.raises(ResearchError, match=r"it lacks 'author' \(string\)"):
        ask("downloads", **question, data=fewer)
    with pytest.raises(ResearchError, match="read from its name"):
        ask("downloads", share={"size": "S"}, on=LAST, data=further)


# On the command line ------------------------------------------------------------------------------


def typed(capsys, *words):
    app(["ask", *words], prog_name="research", standalone_mode=False)
    return capsys.readouterr().out


def test_the_command_gives_the_result_of_the_function(capsys):
    words = ("downloads", "--share", "origin=CN", "--on", LAST, "--more-than", "20%")
    found = Result.from_json(typed(capsys, *words, "--json"))
    same = ask("downloads", share={"origin": ["CN"]}, on=LAST, more_than=0.2)
    assert found.to_json() == same.to_json()
    shown = typed(capsys, *words)
    assert "What would overturn it" in shown
    assert "holds" in shown


def test_an_answer_ends_with_a_sentence_to_quote_and_where_it_was_written(
    capsys, tmp_path, monkeypatch
):
    """Of whom and when, the set, the word of what is asked, what is drawn, all ways together."""
    monkeypatch.setenv("COLUMNS", "80")
    words = ("downloads", "--share", "origin=CN", "--minus", "origin=US", "--on", LAST)
    shown = typed(capsys, *words, "--out", str(tmp_path / "mine"))
    (stored,) = (tmp_path / "mine").glob("*.json")
    found = next(iter(recorded(stored.stem, tmp_path / "mine").answer().estimates.values()))
    quoted = " ".join(shown[shown.index("To quote") :].split("\n\n")[0].split())
    asked = "the share of downloads of publishers in China minus that of publishers in the US is"
    assert f"of the Hugging Face Hub ({LAST}), {asked} " in quoted
    assert amount(found.identified, found.unit).replace("\u202f", " ") in quoted
    assert "That it is more than 0 percentage points does not hold." in quoted
    assert quoted.endswith("Downloads are not users.")
    made = {path.suffix for path in (tmp_path / "mine").iterdir() if path.stem == stored.stem}
    assert made == {".json", ".pdf", ".svg", ".png"}
    told = f"{stored.stem} (result .json; figure .pdf, .svg, .png)."
    assert told in " ".join(shown.split())


def test_the_command_says_what_can_be_asked(capsys):
    everything = typed(capsys)
    assert all(name in everything for name in CHANNELS)
    one = typed(capsys, "downloads")
    assert all(name in one for name in CHANNELS["downloads"].attributes)
    assert "8 in all" in one
    rows = json.loads(typed(capsys, "pulls", "--values", "embedding", "--json"))
    assert [row["value"] for row in rows] == ["no", "yes"]
    assert sum(row["share_low"] for row in rows) <= 1 <= sum(row["share_high"] for row in rows)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--among", "origin=CN"), "--among belongs to a question"),
        (("--over", "time"), "add --share, --sum or --rank"),
        (("--on", "2026"), "--on belongs"),
        (("--more-than", "3"), "--more-than belongs"),
        (("--set", "spike=kept"), "--set belongs"),
        (("--top", "3"), "--top belongs"),
        (("--values", "origin", "--among", "task=x"), "leave out --among"),
        (("--values", "origin", "--share", "origin=CN"), "leave out --share"),
        (("--sum", "origin=CN", "--more-than", "41%"), "of a sum wants an amount"),
        (("--share", "origin="), "--share wants ATTRIBUTE=VALUE, found 'origin='"),
    ],
)
def test_what_is_typed_without_a_question_is_refused(capsys, words, reason):
    with pytest.raises(ResearchError, match=reason):
        typed(capsys, "downloads", *words)


@pytest.mark.long
def test_page_and_tables_read_the_answer_like_any_result(tmp_path, capsys):
    for words in (("--share", "origin=CN", "--minus", "origin=US"), ("--rank", "task")):
        typed(capsys, "downloads", *words, "--on", LAST, "--out", str(tmp_path / "mine"))
    results = sorted(path.stem for path in (tmp_path / "mine").glob("*.json"))
    assert len(results) == 2
    assert len([*(tmp_path / "mine").glob("*.svg")]) == 2
    for path in (places.bundled() / "paper" / "results").glob("*.json"):
        shutil.copy(path, tmp_path / "mine")  # a page answers every claim
    for words in (
        ("tables", *results, "--results", str(tmp_path / "mine"), "--out", str(tmp_path / "tex")),
        ("page", "--results", str(tmp_path / "mine"), "--out", str(tmp_path / "page.html")),
    ):
        app(["publish", *words], prog_name="research", standalone_mode=False)
    assert "origin CN minus origin US" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert [*(tmp_path / "tex").rglob("*.tex")]


@pytest.mark.parametrize("question", [
    {"share": CN, "minus": {"origin": "US"}, "over": "time"}, {"share": CN}, {"rank": "kind"},
])  # fmt: skip
def test_an_answer_prints_and_draws(question):
    result = ask("downloads", **question)
    assert len(repr(result).splitlines()) <= 40
    assert result.summary()
    figure = result.plot()
    assert figure.axes


def test_one_question_has_one_name_and_another_has_another():
    names = {
        ask("tokens", share=CN, on=day, more_than=more).analysis
        for day in ("2026-06-28", "2026-06-29") for more in (None, 0.5)
    }  # fmt: skip
    assert len(names) == 4
    assert all(name.isidentifier() for name in names)


def of(**parts) -> Question:
    return Question(channels=("downloads",), **parts)


def test_a_name_is_the_same_in_every_process_and_in_whatever_order():
    told = "share=where(origin=['CN', 'US', 'FR', 'DE', 'JP']), among=where(task=list('abcdefgh'))"
    code = (
        "from research.analysis.asking.question import Question, where\n"
        f"print(Question(channels=('downloads',), {told}).name)"
    )
    named = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, check=True,
            capture_output=True, text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(named) == 1
    one, other = {"origin": ["US", "CN"], "task": "x"}, {"task": ["x"], "origin": ["CN", "US"]}
    assert of(share=condition("share", one)).name == of(share=condition("share", other)).name
    assert (
        of(share=where(task="x"), more_than=1).name == of(share=where(task="x"), more_than=1.0).name
    )


def test_two_questions_never_have_one_name():
    long = "a" * 80
    asked = [
        of(share=where(task="a b")), of(share=where(task="a-b")), of(share=where(task="A b")),
        of(share=where(task="x"), more_than=0.1), of(share=where(task="x"), more_than=0.01),
        of(share=where(task="x"), minus=where(task="y"), more_than=0.1),
        of(share=where(task="x"), minus=where(task="y"), more_than=-0.1),
        of(share=where(task=["x", "y"])), of(share=where(task="x or y")),
        of(share=where(task="x"), over_time=True), of(share=where(task="x over time")),
        of(share=where(task=long + "1")), of(share=where(task=long + "2")),
        of(rank="task"), of(rank="task", top=3), of(total=where(task="x")),
        of(share=where(task="x"), less_than=0.1),
    ]  # fmt: skip
    assert len({each.name for each in asked}) == len(asked)
    assert all(each.name.isidentifier() and len(each.name) < 80 for each in asked)


def test_a_file_of_ones_own_is_no_question_whatever_its_name():
    result = ask("tokens", share=CN)
    assert labels.is_asked(result)
    assert not labels.is_asked(replace(result, path="ask_me.py"))


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("share of downloads, origin CN", "CN"),
        ("share of downloads, origin CN, among origin CN or US", "CN"),
        ("share of downloads, task fill-mask, among origin CN", ""),
        ("share of downloads, origin CN minus origin US", ""),
        ("US: share of downloads", "US"),
    ],
)
def test_a_colour_is_of_what_is_asked_and_not_of_the_whole(label, expected):
    assert drawing.colour(label) == drawing.COLOURS.get(expected, figures.INK)


# The page of questions ----------------------------------------------------------------------------

TWENTY = asked_pages.questions((DOCS / "twenty-questions.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("asked", TWENTY, ids=lambda asked: asked.command.partition(" ask ")[2])
def test_every_question_of_the_page_has_its_answer_or_its_reason(asked):
    """Refused where the page says so, and nowhere else."""
    printed = asked.printed
    assert printed.startswith("Error: ") == (asked.kind == "refused")
    assert asked.kind == "refused" or "Data: " in printed


def test_the_page_has_twenty_questions_and_some_that_are_refused():
    kinds = [asked.kind == "refused" for asked in TWENTY]
    assert kinds.count(False) == 20
    assert kinds.count(True) >= 3
    headings = re.findall(r"^### (\d+)\. ", (DOCS / "twenty-questions.md").read_text(), re.M)
    assert [int(number) for number in headings] == list(range(1, 21))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"on": "11.06.2026"}, "Days are written as 2026-06-11, months as 2026-06."),
        ({"persons": "abroad"}, "There is no value of the choice persons named 'abroad'."),
        ({"remote_names": "counted"}, "There is no choice of downloads named 'remote_names'."),
    ],
)
def test_a_slip_is_told_in_the_words_of_the_question(asked, reason):
    with pytest.raises(ResearchError, match=re.escape(reason)) as refused:
        ask("downloads", share={"origin": "CN"}, **asked)
    assert "ask_" not in str(refused.value)
    assert "The nearest" not in str(refused.value)


def test_a_channel_without_choices_and_a_window_that_is_too_long_say_so():
    with pytest.raises(ResearchError, match="The hosts have no choices: leave out 'spike'"):
        ask("hosts", share={"country": "US"}, spike="removed")
    with pytest.raises(ResearchError, match="this question, with the 9000 days before it"):
        ask("pulls", share={"origin": "CN"}, window=9000)


def test_a_list_of_one_model_is_answered():
    one = research.load("hub_top_models").tail(1)
    found = ask("downloads", share={"origin": "CN"}, data={"hub_top_models": one}).answer()
    assert not found.refused
    assert found.population == "the 1 most downloaded model of the Hub"


def test_a_negative_count_in_data_of_a_users_is_refused_with_its_line():
    listed = research.load("hub_top_models").tail(2).assign(hub_downloads_30d=[5, -5])
    with pytest.raises(ResearchError, match="is at least 0, found -5 in line 3"):
        ask("downloads", share={"origin": "CN"}, data={"hub_top_models": listed})
