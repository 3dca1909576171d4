"""Are Hub downloads spread over more publishers than Ollama pulls, and who weighs more where?

Each channel is counted whole: the names of the Ollama library without those served remotely, and
on the Hub the models of the kinds that Ollama serves. The site rounds pulls, so that indices and
ratios are known up to bounds, which hold for all families at once. A list cut off by rank leaves
publishers below the cut out; the catalogue is not cut by rank, but is no census either.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    CannotEstimate,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import Coarse, Difference, Ranking
from research.estimators.budget import budget, drawn_row
from research.estimators.concentration import hhi_jackknife_se
from research.measures.channels import HUB_DATES, day_of_both, in_both, of_kinds
from research.measures.hub import hub_downloads, hub_facts, without_spike
from research.measures.publishers import library_publishers
from research.measures.pulls import (
    ROUNDED,
    ROUNDING,
    WEIGHTS,
    days_counted,
    ollama_pulls,
    pulls_in_words,
)
from research.measures.top_lists import on_day
from research.results import BudgetRow, Deferred, deferred

HHI_GAP = "concentration index (HHI), pulls minus downloads"
CR4_GAP = "share of the four largest, pulls minus downloads"
EFFECTIVE = "effective number, {}"
SOURCES = {
    HHI_GAP: (
        0.01,
        "100 points of 10 000 either way: the increase that the US Merger Guidelines of 2023 take "
        "for significant, taken over by this project",
    ),
    CR4_GAP: (0.05, "five percentage points either way, stated by this project: less is alike"),
}

HYPOTHESES = {
    label: Hypothesis(
        estimand=f"{label}, over publishers or families",
        null=0,
        margin=margin,
        null_source=source,
        alternative="different",
        role="out of sample",
        scope="other measure",
    )
    for label, (margin, source) in SOURCES.items()
}

HUB = {
    "catalogue": "the models of the LLM catalogue",
    "top 1,000": "the 1,000 most downloaded models",
}
FOUR = 4
SHOWN = 16


def sample(
    ollama_library_pulls,
    hub_llm_panel,
    hub_llm_models,
    hub_top_models,
    model_crosswalk_names,
    model_crosswalk_repositories,
    publisher_origins,
    *,
    unit: Annotated[Literal["publishers", "shared families"], ESTIMAND] = "publishers",
    downloads: Annotated[Literal["catalogue", "top 1,000"], ESTIMAND] = "catalogue",
    pulls: Annotated[Literal["new", "all"], ESTIMAND] = "new",
    window: Literal[30, 90] = 30,
    embeddings: Literal["counted", "left out"] = "counted",
    copies: Literal["with their family", "by their account"] = "with their family",
    spike: Literal["counted", "left out"] = "counted",
) -> Sample:
    days = days_counted(pulls, window)
    _refuse(unit, downloads, copies, spike)
    listed = hub_top_models if downloads == "top 1,000" else hub_llm_panel
    day = day_of_both(listed, ollama_library_pulls, HUB_DATES[downloads])
    names, kinds = of_kinds(model_crosswalk_names, embeddings=embeddings)
    library = library_publishers(names, publisher_origins)
    pulled = ollama_pulls(ollama_library_pulls, library, day, days)
    models = hub_downloads(
        on_day(listed, day),
        publisher_origins,
        tell=["task", "spike"],
        facts=hub_facts(hub_llm_models),
        families=model_crosswalk_repositories,
    )
    if spike == "left out":
        models = without_spike(models)
    rows = models.rows
    models = models.among(rows["family"].isin(library.index) | rows["task"].isin(kinds))
    by = "organisation" if unit == "publishers" else "family"
    if unit == "publishers":
        sides = pulled, _with_family(models, library) if copies == "with their family" else models
    else:
        sides = in_both(pulled, models.among(models.rows["value"] > 0))
    pulled, downloaded = (_totals(side, by, unit) for side in sides)
    if min(len(ranking.shown) for ranking in (pulled, downloaded)) < 3 * FOUR:
        raise CannotEstimate(
            f"a channel holds fewer than {3 * FOUR} {unit}: too few to leave any out"
        )
    return Sample(
        population=f"the {unit} of {pulls_in_words(days)} and {HUB[downloads]}",
        as_of=f"{day:%Y-%m-%d}",
        data={"pulls": pulled, "downloads": downloaded, "unit": unit},
        tables={"ratios": _ratios(pulled, downloaded)} if by == "family" else {},
    )


def _refuse(unit, downloads, copies, spike) -> None:
    if unit == "shared families" and copies != "with their family":
        raise NotApplicable("a copy without its family belongs to no shared family")
    if downloads == "catalogue" and spike != "counted":
        raise NotApplicable("the catalogue does not mark traffic spikes")


def _with_family(models, library) -> Coarse:
    """The models, each with the publisher of its family where it has one."""
    own = models.rows["family"].map(library["organisation"])
    rows = models.rows.assign(organisation=own.fillna(models.rows["organisation"]))
    return replace(models, rows=rows)


def _totals(units, by, unit) -> Ranking:
    """What each publisher or family holds."""
    rows = units.rows.groupby(by)[WEIGHTS].sum().reset_index().assign(weight_doubt=ROUNDING.name)
    return Ranking(Coarse(rows, (ROUNDING,), unit, units.weighs), by)


def _ratios(pulled, downloaded) -> pd.DataFrame:
    """Share of pulls over share of downloads, as far as rounding shows it, for all families."""
    pulls, downloads = pulled.units.rows.set_index("family")[WEIGHTS], downloaded.shown
    low, high = (pulls[end] for end in ("low", "high"))
    least = low / (low + high.sum() - high)
    most = high / (high + low.sum() - low)
    share = (downloads / downloads.sum()).reindex(pulls.index)
    shown = pulls["value"] / pulls["value"].sum()
    found = {"low": least / share, "value": shown / share, "high": most / share}
    table = pd.DataFrame({"family": pulls.index, **found, "weight": shown + share})
    return table.sort_values("weight", ascending=False, ignore_index=True, kind="stable")


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> Iterator[Estimate]:
    sides = {channel: sample[channel] for channel in ("pulls", "downloads")}
    index, share = (
        Difference(*(side.concentration(largest) for side in sides.values()))
        for largest in (None, FOUR)
    )
    yield from (_gap(sample, HHI_GAP, index), _gap(sample, CR4_GAP, share))
    for channel, side in sides.items():
        yield _effective(sample, channel, side)


def _gap(sample, label, gap) -> Estimate:
    pulls, downloads = (sample[channel].shown.index for channel in ("pulls", "downloads"))
    return gap.estimate(
        label=label,
        unit="index" if label == HHI_GAP else "difference in share",
        value=gap.value,
        n=len(pulls.union(downloads)),
        n_unit=sample["unit"],
        assumptions=(ROUNDED, COMPLETE, NO_DRAW),
        tipping_points=Deferred(lambda: [_left_out(sample, gap, label)]),
        budget=_budget(sample, label, gap),
    )


def _effective(sample, channel, side) -> Estimate:
    """As many units of one size would be as concentrated."""
    index = side.concentration()
    least, most = index.bounds()
    return Estimate(
        label=EFFECTIVE.format(channel),
        unit=sample["unit"],
        value=1 / index.value,
        bounds=Bounds(1 / most, 1 / least),
        sharpness=index.sharpness(),
        n=len(side.shown),
        n_unit=sample["unit"],
        assumptions=(ROUNDED, COMPLETE, NO_DRAW),
    )


# What could move it -------------------------------------------------------------------------------


@deferred
def _budget(sample, label, gap) -> tuple[BudgetRow, ...]:
    drawn = [_drawn(sample, gap)] if label == HHI_GAP else []
    return budget(*gap.budget(), gap.left_out(sample["pulls"].by), *drawn)


def _drawn(sample, gap):
    """What other units would give: it decides nothing."""
    sides = [sample[channel].shown for channel in ("pulls", "downloads")]
    half = 1.96 * float(np.hypot(*map(hhi_jackknife_se, sides)))
    caution = "jackknife, channels as if independent; they are not, and few units carry the sum"
    effective = min(1 / gap.first.value, 1 / gap.second.value)
    return drawn_row(
        Bounds.at(gap.value, half), min(map(len, sides)), effective, caution, sample["unit"]
    )


def _left_out(sample, gap, label) -> TippingPoint:
    """The fewest of the largest units without which the verdict is another one."""
    margin, what = HYPOTHESES[label].margin, "largest units of the more concentrated channel"
    before, by = _region(gap.bounds(), margin), sample["pulls"].by
    ahead = sample["pulls" if before != "below" else "downloads"].shown.index[: 2 * FOUR]
    for count in range(1, len(ahead) + 1):
        names = ahead[:count]
        if _region(gap.without(by, *names).bounds(), margin) != before:
            sentence = f"another verdict without {', '.join(names)}"
            return TippingPoint(what=f"{what} left out", threshold=count, sentence=sentence)
    sentence = f"kept without any number of the {2 * FOUR} largest"
    return TippingPoint(what=f"{what} left out", threshold=None, sentence=sentence)


def _region(found, margin) -> str:
    if found.low > margin:
        return "above"
    if found.high < -margin:
        return "below"
    return "inside" if max(-found.low, found.high) <= margin else "open"


COMPLETE = Assumption.of_scope(
    name="each channel is complete",
    evidence="The library is; the Hub has far more models than a list of the most downloaded or a "
    "catalogue. Publishers that they lack would lower its index and its shares.",
)
NO_DRAW = Assumption.of_scope(
    name="units are draws of a population",
    evidence="Pulls and downloads are counts of everything, and requests of one user or script are "
    "no independent draws: there is no sampling interval for a ratio of shares.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    canvas, (indices, ratios) = figures.canvas(
        (1, 2), height=4.6, source=figures.credits(result), width_ratios=(1, 1.15)
    )
    _draw_indices(indices, result)
    answer = result.answer(unit="shared families", pulls="new")
    table = answer.tables["ratios"]
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows[:SHOWN]]
    rows.sort(key=lambda row: -row["value"])
    _draw_ratios(ratios, rows)
    return canvas


def _draw_indices(axes, result) -> None:
    answers = list(result.answers.values())
    figures.forest(
        axes,
        [_row_name(answer.estimand) for answer in answers],
        *(
            figures.Series(
                rows=[a.estimates[EFFECTIVE.format(channel)] for a in answers],
                name=channel, color=color,
            )
            for channel, color in (("pulls", figures.INK), ("downloads", figures.OTHER))
        ),
        width=24, xlim=(0, 28), title="a  Concentration",
        xlabel="effective number of units (1 / HHI)\n(bar: all that rounding allows)",
    )  # fmt: skip


def _row_name(estimand) -> str:
    pulls = "30 days" if estimand["pulls"] == "new" else "all pulls"
    hub = estimand["downloads"]
    return f"{estimand['unit']}: {hub}, {pulls}"


def _draw_ratios(axes, rows) -> None:
    axes.set_xscale("log")
    sets = [Bounds(row["low"], row["high"]) for row in rows]
    figures.forest(
        axes, [row["family"] for row in rows],
        figures.Series(rows=sets, values=[row["value"] for row in rows]), null=1,
        title="b  The weightiest families, catalogue",
        xlabel="share of pulls over share of downloads\n(30 days; dashed: the same in both)",
    )  # fmt: skip
    figures.plain_ticks(axes.xaxis, (0.1, 0.3, 1, 3, 10, 30))
