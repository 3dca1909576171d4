"""How small are the models that are downloaded, and how few publishers hold the downloads?

Two texts give figures of the whole Hub or of its 20,000 most downloaded models: nine tenths of the
downloads to models below one billion parameters, four fifths to fifty accounts, an index of 375
points, nearly half to ten accounts. Here are the most downloaded models of three days, and their
sizes on the days that record them. A list cut by rank leaves the small publishers out, so that the
same accounts hold more of it.
"""

from dataclasses import replace
from typing import Annotated, Literal

from research import ESTIMAND, Assumption, Estimate, Hypothesis, Sample, figures
from research.doubts import Doubt, Ranking, Share, where
from research.estimators.budget import budget
from research.measures.hub import COUNTED_DAYS, USED, hub_downloads, without_spike
from research.measures.top_lists import on_day
from research.wording import written

SMALL = "share of downloads below one billion parameters, where the size is known"
SMALL_OF_ALL = "share of downloads below one billion parameters, of all models"
FIFTY = "share of downloads that the fifty leading publishers hold"
INDEX = "concentration index (HHI) of publishers"
TEN = "share of downloads that the ten leading publishers hold"

POINTS = "five percentage points either way, stated by this project"
HYPOTHESES = {
    label: Hypothesis(
        claims=[claim],
        estimand=f"{label}, among the most downloaded models",
        null=null,
        margin=margin,
        null_source=source,
        alternative=alternative,
        role="out of sample",
        scope="other population",
    )
    for label, claim, null, margin, source, alternative in (
        (SMALL, "entities/below-one-billion", 0.9, 0.0, "more than nine tenths: the claim",
         "greater"),
        (FIFTY, "entities/fifty-hold", 0.8022, 0.05, f"the published share; {POINTS}",
         "equivalent"),
        (INDEX, "oligopoly/index", 0.0375, 0.01, "the published index; 100 points of 10 000 either "
         "way: the increase that the US merger guidelines of 2023 take for significant",
         "equivalent"),
        (TEN, "oligopoly/top-ten", 0.4772, 0.05, f"the published share; {POINTS}", "equivalent"),
    )
}  # fmt: skip
BILLION = 1e9
LARGEST = {FIFTY: 50, TEN: 10, INDEX: None}


def sample(
    hub_history,
    publisher_origins,
    *,
    day: Annotated[Literal["2025-03-21", "2026-04-28", "2026-06-11"], ESTIMAND] = "2025-03-21",
    publishers: Literal["accounts", "organisations"] = "accounts",
    spikes: Literal["kept", "removed"] = "kept",
) -> Sample:
    listed = on_day(hub_history, day).rename(columns={"account": "author"})
    units = hub_downloads(listed, publisher_origins, tell=["parameters", "spike"])
    units = without_spike(units) if spikes == "removed" else units
    ranking = Ranking(units, publishers.removesuffix("s"))
    return Sample(
        # One day lacks a model: it is the same kind of list, of which the nearest day counts.
        population="the most downloaded models, 1,000 at most",
        as_of=day,
        data={"units": _sized(units), "ranking": ranking, "cut": _cut(listed)},
        tables={"publishers": _leading(ranking)},
    )


def _sized(units):
    """The models with their size: one that tells none may be of any."""
    parameters = units.rows["parameters"]
    size = (parameters < BILLION).map({True: "below", False: "above"}).mask(parameters.isna(), "")
    known = parameters.notna().map({True: "yes", False: "no"})
    rows = units.rows.assign(size=size, size_doubt=SIZE.name, sized=known)
    return replace(units, rows=rows, doubts=(*units.doubts, SIZE))


def _leading(ranking):
    held = (ranking.shown / ranking.shown.sum()).head(max(n for n in LARGEST.values() if n))
    return held.rename("share").rename_axis("publisher").reset_index()


SIZE = Doubt("models of unknown size", "any size")
BELOW = where(size="below")


def estimate(sample) -> list[Estimate]:
    units, cut, shares = sample["units"], sample["cut"], []
    # A day that records no size at all says nothing of sizes.
    if units.rows["sized"].eq("yes").any():
        shares += [
            _small(SMALL, Share(of=BELOW, among=where(sized="yes")), units, cut),
            _small(SMALL_OF_ALL, Share(of=BELOW), units, cut),
        ]
    return [*shares, *(_held(label, n, sample["ranking"], cut) for label, n in LARGEST.items())]


def _small(label, question, units, cut) -> Estimate:
    share = question.in_(units)
    return share.estimate(
        label=label,
        unit="share of downloads",
        n=units.size(),
        n_unit="models",
        assumptions=(USED, cut, _known_sizes(units)),
        budget=budget(*share.budget()),
    )


def _held(label, largest, ranking, cut) -> Estimate:
    asked = ranking.concentration(largest)
    return asked.estimate(
        label=label,
        unit="index" if largest is None else "share of downloads",
        n=float(len(ranking.shown)),
        n_unit="publishers",
        assumptions=(USED, cut),
    )


def _cut(listed) -> Assumption:
    """What a list that ends leaves out of the published figures."""
    evidence = written(
        "The published figures are of the whole Hub since its beginning, or of its 20 000 leading "
        "models. The list ends at place {:0} with {:0} downloads in {:0} days: publishers whose "
        "models all lie below are in no share, so that the leading ones have more of it.",
        len(listed),
        listed["hub_downloads_30d"].min(),
        COUNTED_DAYS,
    )
    return Assumption.of_scope(
        name="the most downloaded models stand for the Hub", evidence=evidence
    )


def _known_sizes(units) -> Assumption:
    """How much of the downloads is of models whose size is known."""
    known = units.among(units.rows["sized"].eq("yes"))
    evidence = written(
        "{:%} of the downloads, of {:0} of {:0} models, are of a size that is known. The claim too "
        "is about those whose size its authors know, among the models of fifty accounts.",
        known.held() / units.held(),
        known.size(),
        units.size(),
    )
    return Assumption.of_scope(name="the known sizes are those of the claim", evidence=evidence)


def figure(result):
    canvas, panels = figures.canvas((1, 4), height=2.0, source=result, sharey=True)
    days = list(result.answers)
    for axes, (label, look) in zip(panels, LOOKS.items(), strict=True):
        rows = [result.answer(day=day).estimates.get(label) for day in days]
        claim = HYPOTHESES[label]
        figures.forest(axes, days, figures.Series(rows=rows), **look)
        axes.plot(claim.null, 0.45, "v", color=figures.MUTED, ms=5, clip_on=False)
    return canvas


LOOKS = {
    SMALL: {"title": "a  Below one billion", "xlabel": "share of downloads", "xlim": (0.5, 1)},
    FIFTY: {"title": "b  Fifty publishers", "xlabel": "share of downloads", "xlim": (0.5, 1)},
    TEN: {"title": "c  Ten publishers", "xlabel": "share of downloads", "xlim": (0.2, 0.8)},
    INDEX: {"title": "d  Index", "xlabel": "HHI (mark: published)", "xlim": (0, 0.12)},
}
