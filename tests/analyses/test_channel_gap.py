"""The Chinese-origin share in pulls, hosts and downloads, recomputed from the tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find
from tests.origins import coded_origins

EXACT = 1e-9
GAP = "Chinese-origin share, pulls minus the other channel"
SAME = "the same over the families that both channels hold"
ANY = "the same with other models of any origin"
KINDS = [
    "text-generation", "image-text-to-text", "any-to-any", "feature-extraction",
    "sentence-similarity",
]  # fmt: skip
HUB = {"top 1,000": "2026-06-11", "LLM catalogue": "2026-06-19"}
ALIKE = 0.05


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("channel_gap", multiverse=False)


@pytest.fixture(scope="module")
def names():
    """Names of the library: whether they are, or may be, Chinese, and what a pull fetches."""
    kinds = research.load("model_crosswalk_names").set_index("ollama_name")
    written = research.load("model_crosswalk").set_index("ollama_name")["publisher_candidates"]
    coded = coded_origins().set_index("author")["candidates"]
    codes = {
        name: coded[account] if account in coded.index else written[name]
        for name, account in kinds["hub_account"].items()
    }
    chinese = {name: code == "CN" for name, code in codes.items()}
    open_to_it = {name: pd.isna(c) or "CN" in c.split("|") for name, c in codes.items()}
    return kinds.assign(chinese=pd.Series(chinese), possible=pd.Series(open_to_it))


def pulled(day, window=None):
    """Pulls as shown, with half a step to either side, straight from the series."""
    series = research.load("ollama_library_pulls").set_index("ollama_name")
    after = series[series["date"] == day]
    shown, error = after["ollama_pulls_total"].astype(float), after["pulls_step"] / 2
    if window:
        before = series[series["date"] == pd.Timestamp(day) - pd.Timedelta(days=window)]
        shown = shown.sub(before["ollama_pulls_total"], fill_value=0)[after.index]
        error = error.add(before["pulls_step"] / 2, fill_value=0)[after.index]
    return pd.DataFrame({"shown": shown, "error": error.astype(float)})


def downloaded(other):
    """Downloads of every family in a Hub table."""
    table = {"top 1,000": "hub_top_models", "LLM catalogue": "hub_llm_panel"}[other]
    models = research.load(table)
    models = models[models["as_of"] == HUB[other]].set_index("model_id")["hub_downloads_30d"]
    families = research.load("model_crosswalk_repositories").set_index("hub_repository")
    return models.groupby(families["ollama_name"].reindex(models.index)).sum()


def deployed():
    tags = research.load("tenthe_model_tags")
    return tags.groupby(tags["ollama_tag"].str.split(":").str[0])["answering_hosts"].sum()


def other_channel(other):
    return deployed() if other == "hosts" else downloaded(other)


@pytest.mark.parametrize("other", ["top 1,000", "LLM catalogue", "hosts"])
@pytest.mark.parametrize("pulls", ["new", "all"])
def test_shares_of_shared_families_come_out_of_the_tables(result, names, pulls, other):
    answer = result.answer(pulls=pulls, other=other)
    local = names.index[~names["served_remotely"]]
    weights = pulled(answer.as_of, 30 if pulls == "new" else None)
    weights = weights[weights.index.isin(local)].join(other_channel(other).rename("other"))
    both = weights.dropna()
    chinese = names["chinese"].reindex(both.index).astype(bool)
    shares = [both.loc[chinese, c].sum() / both[c].sum() for c in ("shown", "other")]
    same = answer.estimates[SAME]
    assert same.n == len(both)
    assert same.value == pytest.approx(shares[0] - shares[1], abs=EXACT)
    # Rounding at its worst: Chinese families at one end of their ranges, all others at the other.
    low, high = (both["shown"] - both["error"]).clip(lower=0), both["shown"] + both["error"]
    least = low[chinese].sum() / (low[chinese].sum() + high[~chinese].sum()) - shares[1]
    most = high[chinese].sum() / (high[chinese].sum() + low[~chinese].sum()) - shares[1]
    unsure = (names["possible"] & ~names["chinese"]).reindex(both.index).astype(bool)
    slack = max(
        high[unsure].sum() / low.sum(), both.loc[unsure, "other"].sum() / both["other"].sum()
    )
    assert slack < 0.02
    assert same.bounds.low == pytest.approx(least, abs=slack + EXACT)
    assert same.bounds.high == pytest.approx(most, abs=slack + EXACT)
    covered = answer.estimates["pulls: share in families that both hold"].value
    assert covered == pytest.approx(both["shown"].sum() / weights["shown"].sum(), abs=EXACT)


def test_the_covered_part_of_the_hosts_counts_unlisted_tags_by_their_listings(result):
    listed = research.load("tenthe_model_tags")
    unlisted = research.load("tenthe_quantizations")["tag_occurrences"].sum()
    unlisted -= listed["tag_occurrences"].sum()
    hosts = listed["answering_hosts"].sum()
    covered = result.answer(pulls="all", other="hosts").estimates[
        "hosts: share in families that both hold"
    ]
    assert covered.value == pytest.approx(hosts / (hosts + unlisted), abs=EXACT)


def test_every_assumption_narrows_the_set(result):
    for answer in result.answers.values():
        widest, gap, same = (answer.estimates[label] for label in (ANY, GAP, SAME))
        assert widest.bounds.low <= gap.bounds.low < gap.bounds.high <= widest.bounds.high
        assert same.value in same.bounds
        assert gap.value is None  # unknown origins and models without a tag leave a set


def members(other, names):
    """Models compared: family, downloads, and the codes of each publisher's origin."""
    if other == "top 1,000":
        models = research.load("hub_top_models")
        models = models[models["as_of"] == HUB[other]]
    else:
        models = research.load("hub_llm_panel")
        models = models[models["as_of"] == HUB[other]]
        tags = research.load("hub_llm_models").set_index("model_id")["pipeline_tag"]
        models = models.assign(
            pipeline_tag=models["model_id"].map(tags),
            author=models["model_id"].str.split("/").str[0],
        )
    families = research.load("model_crosswalk_repositories").set_index("hub_repository")
    coded = coded_origins().set_index("author")["candidates"]
    return models.assign(
        family=models["model_id"].map(families["ollama_name"]),
        codes=models["author"].map(coded),
        downloads=models["hub_downloads_30d"].astype(float),
    )


@pytest.mark.parametrize("other", list(HUB))
def test_other_models_have_their_publishers_origin_and_untagged_ones_may_count(
    result, names, other
):
    models = members(other, names)
    matched = models["family"].notna()
    untagged = ~matched & models["pipeline_tag"].isna()
    counted = matched | models["pipeline_tag"].isin(KINDS)
    of_family = models["family"].map(names["chinese"])
    maybe_family = models["family"].map(names["possible"])
    possible_code = models["codes"].isna() | models["codes"].fillna("").str.contains("CN|ZZ")
    chinese = of_family.where(matched, models["codes"].eq("CN")).astype(bool)
    possible = maybe_family.where(matched, possible_code).astype(bool)
    weight = models["downloads"]

    def share(of, extra, against):
        held = weight[counted & of].sum() + weight[untagged & extra].sum()
        return held / (held + weight[counted & ~of].sum() + weight[untagged & against].sum())

    least = share(chinese, chinese & False, ~chinese)
    most = share(possible, possible, possible & False)
    answer = result.answer(pulls="all", other=other)
    found = answer.estimates["downloads: Chinese-origin share with other models coded by publisher"]
    assert tuple(found.bounds) == pytest.approx((least, most), abs=EXACT)
    # The gap over all models: pulls as in their own row, at the ends that are further apart.
    pulls = answer.estimates["pulls: Chinese-origin share with other models coded by publisher"]
    gap = answer.estimates[GAP].bounds
    assert gap.low >= pulls.bounds.low - most - EXACT
    assert gap.high <= pulls.bounds.high - least + EXACT
    assert gap.low < pulls.bounds.high - most
    assert gap.high > pulls.bounds.low - least


def test_the_gap_is_known_where_all_pulls_meet_the_hub(result):
    words = {key: answer.verdicts[GAP].word for key, answer in result.answers.items()}
    assert words == {
        "new, top 1,000": "not identified",
        "new, LLM catalogue": "does not hold",
        "new, hosts": "not identified",  # three tenths of the hosts may be of any origin
        "all, top 1,000": "does not hold",
        "all, LLM catalogue": "does not hold",
        "all, hosts": "not identified",
    }


def test_budget_rows_surround_the_same_gap(result):
    """Every row of one estimate starts from the gap as shown, of that estimate's own models."""
    for answer in result.answers.values():
        for label in (GAP, SAME):
            rows = {row.source: row for row in answer.estimates[label].budget}
            low, high = (
                f([getattr(row, end) for row in rows.values()])
                for f, end in ((max, "low"), (min, "high"))
            )
            assert low <= high + EXACT
            if label == SAME:
                assert low <= answer.estimates[label].value + EXACT
        assert "other models of any origin" in {r.source for r in answer.estimates[GAP].budget}


def test_the_margin_is_said_to_be_exploratory(result):
    for hypothesis in result.hypotheses.values():
        assert "stated by this project after a first look" in hypothesis.null_source
        assert "exploratory" in hypothesis.null_source


def test_populations_say_which_models_are_compared(result):
    found = {a.estimand["other"]: a.population for a in result.answers.values()}
    assert found["top 1,000"].endswith(
        "the language, multimodal and embedding models among the 1,000 most downloaded"
    )
    assert found["LLM catalogue"].endswith("models of the LLM catalogue")


def test_what_is_known_of_shared_families_alone(result):
    words = {key: answer.verdicts[SAME].word for key, answer in result.answers.items()}
    assert words == {
        "new, top 1,000": "not identified",  # the rounding of thirty days leaves it open
        "new, LLM catalogue": "does not hold",
        "new, hosts": "does not hold",
        "all, top 1,000": "does not hold",
        "all, LLM catalogue": "does not hold",
        "all, hosts": "holds",
    }
    assert all(answer.estimates[SAME].value < 0 for answer in result.answers.values())


@pytest.mark.long
def test_longer_windows_are_less_rounded(analysed):
    rows = analysed("channel_gap").answer(pulls="new", other="top 1,000").specifications
    defaults = {"remote_names": "left out", "embeddings": "counted", "origin": "publisher"}
    width = {
        row.choices["window"]: row.bounds.width
        for row in rows
        if row.label == SAME
        and row.choices["copies"] == "with their family"
        and defaults.items() <= row.choices.items()
    }
    assert width[30] > width[90] > width[180]


def test_levelling_part_of_other_models_makes_the_shares_equal(result, names):
    answer = result.answer(pulls="all", other="hosts")
    needed = answer.estimates[ANY].tipping_points[0].threshold
    pulls = pulled("2025-04-24")["shown"]
    share = pulls[names["chinese"].reindex(pulls.index).astype(bool)].sum() / pulls.sum()
    hosts, covered = deployed(), answer.estimates["hosts: share in families that both hold"].value
    chinese = hosts[names["chinese"].reindex(hosts.index).astype(bool)].sum() / hosts.sum()
    assert covered * chinese + (1 - covered) * needed == pytest.approx(share, abs=EXACT)


@pytest.fixture(scope="module")
def paired(names):
    """All pulls and the other channel, of the families that both hold."""

    def of(other, as_of):
        weights = pulled(as_of).join(other_channel(other).rename("other")).dropna()
        both = weights[~names["served_remotely"].reindex(weights.index)]
        codes = names.reindex(both.index)
        assert (codes["chinese"] == codes["possible"]).all()  # no family of unknown origin here
        return both, codes["chinese"].astype(bool).to_numpy()

    return of


def extremes(low, high, rest, chinese):
    """Least and greatest gap over what the rounding of the pulls leaves open."""
    share = rest[chinese].sum() / rest.sum()
    least = low[chinese].sum() / (low[chinese].sum() + high[~chinese].sum())
    most = high[chinese].sum() / (high[chinese].sum() + low[~chinese].sum())
    return least - share, most - share


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("other", ["top 1,000", "hosts"])
def test_the_verdict_turns_where_the_tipping_point_says(result, paired, other, side):
    answer = result.answer(pulls="all", other=other)
    point = answer.estimates[SAME].tipping_points[side]
    both, chinese = paired(other, answer.as_of)
    thinned = chinese if "of Chinese families" in point.what else ~chinese
    name = ("pulls", "hosts" if other == "hosts" else "downloads")[side]
    assert point.what.startswith(f"part of the {name} of")

    def gaps(removed):
        kept = np.where(thinned, 1 - removed, 1)
        pulls, rest = (kept, 1) if side == 0 else (1, kept)
        low, high = ((both["shown"] + s * both["error"]).to_numpy() * pulls for s in (-1, 1))
        return extremes(low, high, both["other"].to_numpy() * rest, chinese)

    def alike(removed):
        return max(map(abs, gaps(removed))) < ALIKE

    def apart(removed):
        return gaps(removed)[1] < -ALIKE

    holds = alike if answer.verdicts[SAME].word == "holds" else apart
    step = 1e-6
    assert holds(0)
    assert holds(point.threshold - step)
    assert not holds(point.threshold + step)


def test_the_verdict_turns_at_so_many_clones(result, paired):
    answer = result.answer(pulls="all", other="hosts")
    point = answer.estimates[SAME].tipping_points[2]
    both, chinese = paired("hosts", answer.as_of)
    tags = research.load("tenthe_model_tags").nsmallest(5, "rank")
    listed = tags["ollama_tag"].str.split(":").str[0].value_counts()
    listed = listed.reindex(both.index, fill_value=0)
    low, high = ((both["shown"] + s * both["error"]).to_numpy() for s in (-1, 1))

    def alike(clones):
        rest = (both["other"] - clones * listed).to_numpy()
        return max(map(abs, extremes(low, high, rest, chinese))) < ALIKE

    assert answer.verdicts[SAME].word == "holds"
    assert alike(0)
    assert alike(point.threshold - 1)
    assert not alike(point.threshold + 1)
    assert "not identified" in point.sentence


# Choices ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def channels():
    analysis = find("channel_gap")
    frames = [research.load(table) for table in analysis.tables]

    def sampled(**choices) -> pd.DataFrame:
        """One row a unit: weights of both channels, and whether it is, or may be, Chinese."""
        gap = analysis.module.sample(*frames, **choices)["gap"]
        rows, other = gap.first.units.rows, gap.second.units.rows
        certain, possible = gap.first.units.holds(gap.first.question.of)
        known = {"certain": certain, "possible": possible, "shared": rows["shared"].eq("yes")}
        weights = {f"other {end}": other[end] for end in ("low", "value", "high")}
        return rows.assign(**known, **weights).set_index("family")

    return sampled


def test_clones_are_taken_out_of_the_five_leading_tags(channels):
    kept, removed = (channels(other="hosts", clones=c) for c in ("kept", "removed"))
    tags = research.load("tenthe_model_tags").nsmallest(5, "rank")
    block = tags["answering_hosts"].min()
    lost = kept["other value"].sum() - removed["other value"].sum()
    assert lost == pytest.approx(5 * block)
    assert removed.loc["mistral", "other value"] == kept.loc["mistral", "other value"] - block


def test_other_models_may_be_of_any_origin_under_the_base_model(channels):
    for origin in ("publisher", "base model"):
        rest = channels(origin=origin).query("`other high` > 0 and not shared")
        outside = rest[rest["value"].eq(0) & rest["certain"]]["other high"].sum()
        assert (outside > 0.05 * rest["other high"].sum()) == (origin == "publisher")


def test_remote_names_are_counted_or_not(channels):
    left_out, counted = channels(), channels(remote_names="counted")
    assert "glm-5" not in left_out.index
    assert counted.loc["glm-5", "value"] > 1e6
    assert counted["other value"].sum() == pytest.approx(left_out["other value"].sum())


def test_embeddings_leave_both_channels(channels):
    kept, left_out = channels(), channels(embeddings="left out")
    assert {"all-minilm", "nomic-embed-text"} <= set(kept.index)
    assert not {"all-minilm", "nomic-embed-text"} & set(left_out.index)
    assert left_out["other value"].sum() < 0.7 * kept["other value"].sum()


def test_copies_leave_the_downloads_only(channels):
    kept, left_out = channels(), channels(copies="left out")
    assert left_out["other value"].sum() < kept["other value"].sum()
    assert left_out.loc["qwen3", "other value"] < kept.loc["qwen3", "other value"]
    assert left_out["value"].sum() == pytest.approx(kept["value"].sum())


def test_the_base_model_makes_mixed_families_uncertain(channels):
    by_publisher, by_base = channels(), channels(origin="base model")
    assert tuple(by_publisher.loc["deepseek-r1", ["certain", "possible"]]) == (True, True)
    assert tuple(by_base.loc["deepseek-r1", ["certain", "possible"]]) == (False, True)
    assert tuple(by_base.loc["qwen3", ["certain", "possible"]]) == (True, True)
    assert tuple(by_base.loc["openthinker", ["certain", "possible"]]) == (True, True)


@pytest.mark.long
def test_combinations_without_meaning_say_why(analysed):
    answers = analysed("channel_gap").answers.values()
    reasons = {skipped.reason for answer in answers for skipped in answer.skipped}
    assert reasons == {
        "all pulls up to a date have no window",
        "the series of pulls begins too late for this window",
        "this pair holds no repositories of the Hub, so it has no copies",
        "downloads are not counted by host, so that no clone is among them",
    }


# Figure -------------------------------------------------------------------------------------------


def test_the_figure_draws_sets_rings_and_coverage_of_the_result(result):
    with figures.theme():
        shares, gaps = find("channel_gap").module.figure(result).axes
    rings = [line.get_xdata()[0] for line in gaps.lines if line.get_marker() == "o"]
    bars = [tuple(line.get_xdata()) for line in gaps.lines if len(line.get_xdata()) == 2]
    written = {text.get_text() for text in shares.texts}
    for answer in result.answers.values():
        assert any(ring == pytest.approx(answer.estimates[SAME].value) for ring in rings)
        for label in (GAP, ANY):
            drawn = tuple(answer.estimates[label].bounds)
            assert any(bar == pytest.approx(drawn) for bar in bars)
        covered = answer.estimates["pulls: share in families that both hold"].value
        assert f"{100 * covered:.0f}\u00a0%" in written
    dashed = [line.get_xdata()[0] for line in gaps.lines if line.get_linestyle() == "--"]
    assert dashed == [0]
