"""Are models the more downloaded, the higher their place on the trending list?

The list is made of recent attention; the page shows thirty places and the downloads of thirty days.
Of the pairs of models on one day, this counts those in which the higher place has more downloads
minus those in which it has fewer. Where the page shows no downloads, or the same rounded number
twice, a pair may go either way.
"""

from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import ESTIMAND, Bounds, Estimate, Hypothesis, Sample, TippingPoint, figures
from research.doubts import Doubt, Within, if_open, lost_if
from research.measures.hub import USED

ORDER = "pairs with more downloads in the higher place, minus those with fewer"
MONTHS = ORDER + ", lowest to highest month"
TOP = 10

HYPOTHESES = {
    ORDER: Hypothesis(
        claims=["trending/shows-usage"],
        estimand="share of the pairs of a day in which the higher place has more downloads, minus "
        "the share in which it has fewer",
        null=0,
        null_source="an indicator is at least not unrelated; stated by this project",
        alternative="greater",
        role="out of sample",
        scope="later date",
    )
}


def sample(
    hub_trending,
    *,
    pairs: Annotated[Literal["top ten and the rest", "all"], ESTIMAND] = "top ten and the rest",
    not_shown: Literal["open", "no downloads"] = "open",
) -> Sample:
    rows = hub_trending.sort_values(["date", "rank"], kind="stable")
    downloads = rows["hub_downloads_30d_rounded"].astype(float)
    if not_shown == "no downloads":
        downloads = downloads.fillna(0.0)
    days = [
        {"date": date, **_pairs(day.to_numpy(), pairs == "all")}
        for date, day in downloads.groupby(rows["date"])
    ]
    # Nothing keeps all that is open from going one way; where all pairs count, order does.
    any_way = (pairs, not_shown) == ("top ten and the rest", "open")
    return Sample(
        population="the thirty places of the trending list",
        as_of=f"{rows['date'].max():%Y-%m-%d}",
        data={
            "days": pd.DataFrame(days),
            "sharpness": "sharp" if any_way else "outer",
        },
    )


def _pairs(downloads, every) -> dict[str, int]:
    """How many pairs of places go which way on one day, and how many may go either."""
    first, second = np.triu_indices(len(downloads), k=1)
    if not every:
        across = (first < TOP) & (second >= TOP)
        first, second = first[across], second[across]
    gap = downloads[first] - downloads[second]
    return {"more": (gap > 0).sum(), "fewer": (gap < 0).sum(), "pairs": len(gap)}


def estimate(sample) -> list[Estimate]:
    days = sample["days"]
    counts = days[["more", "fewer", "pairs"]]
    everything = counts.sum()
    months = [
        _bounds(m) for _, m in counts.groupby(days["date"].dt.to_period("M")).sum().iterrows()
    ]
    span = Bounds(min(m.low for m in months), max(m.high for m in months))
    known = everything["more"] + everything["fewer"]
    value = float((everything["more"] - everything["fewer"]) / known)
    order = _bounds(everything)
    drawn = if_open(Within(HIDDEN, order, "all days"))
    details = {"value": value, "tipping_points": (_turned(everything),), "drawn": drawn}
    return [
        _estimate(sample, ORDER, order, **details),
        _estimate(sample, MONTHS, span, undrawn=OF_MONTHS),
    ]


def _bounds(counts) -> Bounds:
    """Pairs of which the order is not known go one way, or the other."""
    more, fewer, pairs = (int(counts[name]) for name in ("more", "fewer", "pairs"))
    return Bounds((2 * more - pairs) / pairs, (pairs - 2 * fewer) / pairs)


def _turned(counts) -> TippingPoint:
    """Which part of the pairs of which the order is not shown would have to go the other way."""
    lead, ordered = counts["more"] - counts["fewer"], counts["more"] + counts["fewer"]
    hidden = float(counts["pairs"] - ordered)
    part = (lead + hidden) / (2 * hidden) if hidden else None
    if part is None or not 0 < part < 1:
        part = None  # no order of theirs turns the sign
    pairs, fewer = "pairs whose order is not shown", "have fewer downloads in the higher place"
    return lost_if(part, hidden, pairs, fewer, reached="the sign turns only")


HIDDEN = Doubt("pairs whose order is not shown", "either model of a pair has more downloads")
OF_MONTHS = (
    "It spans several values: the least that the lowest month allows, and the greatest that the "
    "highest does."
)


def _estimate(sample, label, bounds, **details) -> Estimate:
    return Estimate(
        label=label,
        unit="difference in share of pairs",
        bounds=bounds,
        sharpness=sample["sharpness"],
        n=float(sample["days"]["pairs"].sum()),
        n_unit="pairs of models on a day",
        assumptions=(USED,),
        **details,
    )


def figure(result):
    return figures.rows_of(
        result,
        height=1.9,
        names={ORDER: "all days", MONTHS: "months"},
        null=0,
        null_text="unrelated",
        xlabel="pairs with more downloads in the higher place, minus those with fewer",
    )
