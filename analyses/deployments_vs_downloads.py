"""Are the families that Ollama users pull most those that are downloaded most from the Hub?

Hosts are counted for ten tags only, and these were chosen by their hosts, so that pulls stand in
for deployments here and hosts are merely shown. Association asks whether both channels rank the
families alike, agreement whether the share in one may be read as the share in the other. The site
rounds pulls: thirty days of them leave the ranks open, hence ninety days are the default.

Families that both channels hold are one question, all families of the library another: a family
that the list of downloads lacks lies below its last place, and which families a list holds depends
on their downloads.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from scipy.stats import kendalltau, rankdata

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    CannotEstimate,
    Estimate,
    Hypothesis,
    Interval,
    NotApplicable,
    Sample,
    Test,
    TippingPoint,
    figures,
)
from research.estimators.association import (
    Concordance,
    bland_altman_ratio,
    kendall,
    kendall_interval,
    lin_concordance,
    log_log,
    spearman,
    spearman_interval,
)
from research.estimators.association.agreement import NORMAL_95
from research.estimators.budget import budget
from research.estimators.composition import zero_sensitivity
from research.estimators.design_effects import intraclass_correlation, weighted_cluster_size
from research.estimators.partial_ranks import kendall_bounds, spearman_bounds
from research.estimators.ranged import Choosing, Ranged, searched_extremes
from research.estimators.tipping import tipping_point
from research.measures.channels import day_of_both
from research.measures.hub import hub_downloads
from research.measures.publishers import library_publishers
from research.measures.pulls import pulls_by_name
from research.measures.top_lists import on_day
from research.wording import number

RHO = "rank correlation of pulls and downloads (Spearman)"
TAU = "rank correlation of pulls and downloads (Kendall)"
CONCORDANCE = "agreement of shares on the log scale (Lin's concordance)"
SLOPE = "per cent more downloads with one per cent more pulls"
RATIO, LOWEST, HIGHEST = (
    "share of pulls over share of downloads, typical family",
    "share of pulls over share of downloads, lower limit of agreement",
    "share of pulls over share of downloads, upper limit of agreement",
)
ENDS = (  # label, standard deviations from the mean, name of the limit
    (RATIO, 0.0, "bias"),
    (LOWEST, -NORMAL_95, "lower"),
    (HIGHEST, NORMAL_95, "upper"),
)
DISTANCE = "distance of the two compositions (Aitchison)"
YEAR_BEFORE = "rank correlation with pulls a year before, until 2025-04-24"
HOSTS = "rank correlation of pulls and hosts, names of the ten leading tags"
ARCHITECTURES = "rank correlation of pulls and hosts, ten leading architectures"

HYPOTHESES = {
    RHO: Hypothesis(
        estimand="rank correlation over families of Ollama pulls and Hub downloads",
        null=0,
        null_source="no association: downloads say nothing about pulls",
        alternative="greater",
        role="out of sample",
        scope="other measure",
    ),
    CONCORDANCE: Hypothesis(
        estimand="concordance over families of the logarithms of both shares",
        null=0.9,
        null_source="McBride (2005), NIWA report HAM2005-062: below 0.90 agreement is poor",
        alternative="greater",
        role="out of sample",
        scope="other measure",
    ),
}

DATES = {"top 1,000": "2026-06-11", "LLM catalogue": "2026-06-19"}
HUB = {
    "top 1,000": "among the 1,000 most downloaded models",
    "LLM catalogue": "in the LLM catalogue",
}
POPULATIONS = {
    "in both": "the families found both in {} and {}",
    "all of the library": "all families of the Ollama library, by {} and their downloads {}",
}
SCAN = pd.Timestamp("2025-04-24")
DEFAULTS = (90, "counted", "with their family")
MINIMUM_AGREEING = 30  # families below which their agreement has no interval
FEWEST = 4  # families: of fewer the interval of a rank correlation is not defined
SHOWN = 14  # families in the right panel
FAR_APART = 4  # shares that differ by a larger factor are named in the left panel
PARTS_OF_LAST = (0.01, 0.1, 1)
GRID = 7  # values of each range that the search for extremes tries, both ends among them


def sample(
    ollama_library_pulls,
    hub_top_models,
    hub_llm_panel,
    tenthe_model_tags,
    tenthe_families,
    model_crosswalk,
    model_crosswalk_names,
    model_crosswalk_repositories,
    publisher_origins,
    *,
    pulls: Annotated[Literal["new", "all"], ESTIMAND] = "new",
    downloads: Annotated[Literal["top 1,000", "LLM catalogue"], ESTIMAND] = "top 1,000",
    families: Annotated[Literal["in both", "all of the library"], ESTIMAND] = "in both",
    window: Literal[90, 30, 180] = 90,
    embeddings: Literal["counted", "left out"] = "counted",
    copies: Literal["with their family", "left out"] = "with their family",
) -> Sample:
    if pulls == "all" and window != DEFAULTS[0]:
        raise NotApplicable("all pulls up to a date have no window")
    if downloads == "LLM catalogue" and families == "all of the library":
        raise NotApplicable("a family that the catalogue lacks is not observed, which is not zero")
    models = hub_top_models if downloads == "top 1,000" else hub_llm_panel
    day = day_of_both(models, ollama_library_pulls, DATES[downloads])
    models = on_day(models, day)
    names = model_crosswalk_names[~model_crosswalk_names["served_remotely"]]
    if embeddings == "left out":
        names = names[~names["embedding"]]
    pulled = pulls_by_name(ollama_library_pulls, day, window if pulls == "new" else None)
    library = _library(names, pulled, publisher_origins).join(
        _downloads(
            hub_downloads(models, publisher_origins, families=model_crosswalk_repositories).rows,
            copies,
        ),
        how="left",
    )
    if len(_both(library)) < FEWEST:
        raise CannotEstimate(f"fewer than {FEWEST} families are in both channels")
    at_scan = pulls_by_name(ollama_library_pulls, SCAN)["value"]
    return Sample(
        population=POPULATIONS[families].format(_words(pulls, window), HUB[downloads]),
        as_of=f"{day:%Y-%m-%d}",
        data={
            "library": library,
            "everyone": families == "all of the library",
            # Downloads of the last place. The catalogue has none: it is not cut by rank.
            "cut": float(models["hub_downloads_30d"].min()) if downloads == "top 1,000" else None,
            "years": _years(ollama_library_pulls, day, 30 if pulls == "new" else None),
            "hosts": _with_hosts(tenthe_model_tags, at_scan),
            "architectures": _by_architecture(tenthe_families, model_crosswalk, at_scan),
            "reported": (window, embeddings, copies) == DEFAULTS,
        },
        tables={"families": _table(_both(library))},
    )


def _words(pulls, window) -> str:
    return "all Ollama pulls" if pulls == "all" else f"the Ollama pulls of {window} days"


def _years(series, day, days) -> pd.DataFrame:
    """Pulls until a day and until that of the scan, in windows of the same length."""
    now, before = (pulls_by_name(series, until, days)["value"] for until in (day, SCAN))
    return pd.DataFrame({"now": now, "before": before}).dropna()


def _library(names, pulled, origins) -> pd.DataFrame:
    """Every name of the library: its pulls, publisher and origin."""
    known = library_publishers(names, origins)
    origin = known["origin"].map({"CN": "China", "US": "United States"})
    known = pd.DataFrame(
        {"publisher": known["organisation"], "origin": origin.fillna("other or unknown")}
    )
    return pulled.join(known, how="inner")


def _downloads(models, copies) -> pd.Series:
    """Downloads of each family's repositories; none of them in the table, no row."""
    if copies == "left out":
        models = models[models["relation"] == "own"]
    sums = models.groupby("family")["value"].sum()
    return sums[sums > 0].rename("downloads")


def _with_hosts(tags, pulls) -> pd.DataFrame:
    """Tag-host pairs and pulls of the names that the ten leading tags belong to."""
    hosts = tags.groupby(tags["ollama_tag"].str.partition(":")[0])["answering_hosts"].sum()
    return pd.DataFrame({"hosts": hosts, "pulls": pulls.reindex(hosts.index)}).astype(float)


def _by_architecture(families, crosswalk, pulls) -> pd.DataFrame:
    """Hosts and pulls of the ten leading architectures, a name counted to that of its default."""
    architecture = crosswalk.set_index("ollama_name")["family"].reindex(pulls.index)
    hosts = families.set_index("family")["answering_hosts"]
    sums = pulls.groupby(architecture).sum().reindex(hosts.index).fillna(0)
    return pd.DataFrame({"hosts": hosts, "pulls": sums}).astype(float)


def _both(library) -> pd.DataFrame:
    """Families that have downloads and were, or may have been, pulled."""
    return library[(library["high"] > 0) & library["downloads"].notna()]


def _table(both) -> pd.DataFrame:
    """Shares of each family in both channels, for the figure."""
    pulls, downloads = both["value"].sum(), both["downloads"].sum()
    share = both["downloads"] / downloads
    # The least share has all others at their most, the greatest all others at their least.
    least = both["low"] / (both["low"] + both["high"].sum() - both["high"])
    most = both["high"] / (both["high"] + both["low"].sum() - both["low"])
    return pd.DataFrame(
        {
            "family": both.index,
            "origin": both["origin"].to_numpy(),
            "share of pulls": (both["value"] / pulls).to_numpy(),
            "share of downloads": share.to_numpy(),
            "ratio, low": (least / share).to_numpy(),
            "ratio, high": (most / share).to_numpy(),
        }
    )


# Association --------------------------------------------------------------------------------------


def estimate(sample, *, rng, level) -> list[Estimate]:
    found = [_rho(sample, rng, level), _tau(sample, rng)]
    if not sample["everyone"]:
        found += _agreement(sample)
    if sample["cut"] is not None and _small_enough(sample):
        found.append(_distance(sample))
    return [*found, *_merely_shown(sample)]


def _ranked(sample) -> tuple[pd.DataFrame, Ranged, Ranged]:
    """The families compared, and both variables with what rounding and the cut leave open."""
    library = sample["library"]
    rows = library if sample["everyone"] else library[library["downloads"].notna()]
    known = rows["downloads"].fillna(0).to_numpy()
    # A family that the list lacks lies below the last place; its order there is open.
    highest = np.where(rows["downloads"].isna(), (sample["cut"] or 1) - 1, known)
    low, value, high = (rows[w].to_numpy() for w in ("low", "value", "high"))
    return (
        rows,
        Ranged(low=low, value=value, high=high),
        Ranged(low=known, value=known, high=highest),
    )


def _rho(sample, rng, level) -> Estimate:
    rows, pulls, downloads = _ranked(sample)
    found = spearman(pulls.value, downloads.value, rng=rng)
    bounds = spearman_bounds(pulls, downloads)
    interval = partial(spearman_interval, level=level)
    return Estimate(
        label=RHO,
        unit="rank correlation",
        reading="superpopulation",
        value=found.value,
        bounds=bounds,
        interval=_around(bounds, len(rows), interval),
        test=Test(
            name=f"Spearman, {found.method}, pulls as shown", statistic=found.statistic, p=found.p
        ),
        n=len(rows),
        n_unit="families",
        assumptions=(*_common(rows), OUTER, *_conditioned(sample)),
        tipping_points=(_similar_publishers(rows, bounds, interval),),
        budget=budget(*_rank_sources(rows, pulls, downloads)),
    )


def _around(bounds, n, interval, design_effect=1.0) -> Interval:
    """The interval of the lowest correlation possible joined with that of the highest."""
    low, high = (interval(end, n / design_effect) for end in bounds)
    return Interval(
        low.low, high.high, low.level, f"{low.method}, over the set", design_effect=design_effect
    )


def _tau(sample, rng) -> Estimate:
    rows, pulls, downloads = _ranked(sample)
    bounds = kendall_bounds(pulls, downloads)
    test = None
    if sample["reported"]:  # half a second of permutations
        found = kendall(pulls.value, downloads.value, rng=rng)
        name = f"Kendall, {found.method}, pulls as shown"
        test = Test(name=name, statistic=found.statistic, p=found.p)
    return Estimate(
        label=TAU,
        unit="rank correlation",
        reading="superpopulation",
        value=float(kendalltau(pulls.value, downloads.value).statistic),
        bounds=bounds,
        interval=_around(bounds, len(rows), kendall_interval),
        test=test,
        n=len(rows),
        n_unit="families",
        assumptions=(*_common(rows), OUTER, *_conditioned(sample)),
    )


def _similar_publishers(rows, bounds, interval) -> TippingPoint:
    """How alike the families of one publisher would have to be for the interval to reach 0."""
    size = weighted_cluster_size(rows["publisher"].value_counts())
    what = "design effect of families that share a publisher"

    def margin(design_effect: float) -> float:
        return _around(bounds, len(rows), interval, design_effect).low

    if margin(1) <= 0:
        told = "nothing to lose: the interval holds zero as it stands"
        return TippingPoint(what=what, threshold=None, sentence=told)
    lost = tipping_point(margin, 1, len(rows) / 4, steps=40)  # the interval needs four families
    if lost is None:
        return TippingPoint(what=what, threshold=None, sentence="kept at any design effect")
    return TippingPoint(what=what, threshold=lost, sentence=_lost_at(lost, size))


def _lost_at(design_effect, size) -> str:
    told = f"lost at deff {number(design_effect, 1)}, "
    if design_effect > size:
        return told + f"more than a publisher's {number(size, 1)} families can cause"
    alike = intraclass_correlation(design_effect, size)
    told += f"an intraclass correlation of {number(alike)} among the {number(size, 1)} families"
    return f"{told} of a publisher"


def _rank_sources(rows, pulls, downloads) -> list[BudgetRow]:
    shown = Ranged.exactly(pulls.value), Ranged.exactly(downloads.value)
    sources = {
        "rounding of the pulls": (spearman_bounds(pulls, shown[1]), "every order it leaves open"),
        "one publisher left out": _left_out(rows, _spearman_value),
    }
    if (downloads.high > downloads.low).any():
        absent = int((downloads.high > downloads.low).sum())
        open_order = spearman_bounds(shown[0], downloads)
        sources["order below the cut"] = open_order, f"{absent} families that the list lacks"
    return [
        BudgetRow(source=source, low=found.low, high=found.high, detail=detail)
        for source, (found, detail) in sources.items()
    ]


def _left_out(rows, statistic) -> tuple[Bounds, str]:
    """Range of a statistic of the families without each publisher, and who matters most."""
    publisher = rows["publisher"].to_numpy()
    pulls, downloads = rows["value"].to_numpy(), rows["downloads"].fillna(0).to_numpy()
    everyone = statistic(pulls, downloads)
    without = {
        who: statistic(pulls[publisher != who], downloads[publisher != who])
        for who in sorted(set(publisher))
    }
    most = max(without, key=lambda who: abs(without[who] - everyone))
    values = [everyone, *without.values()]
    return Bounds(min(values), max(values)), f"{number(without[most])} without {most}"


def _spearman_value(pulls, downloads) -> float:
    return float(np.corrcoef(rankdata(pulls), rankdata(downloads))[0, 1])


# Agreement ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Open:
    """Pulls and downloads of families, and what the rounding of the pulls leaves open.

    ``options`` holds, by family, the pulls as shown, values of their range, and no pull at all
    where that is possible: then the family is not in both channels, and has no logarithm.
    """

    rows: pd.DataFrame
    options: np.ndarray

    @classmethod
    def of(cls, rows) -> "Open":
        least, most = rows["low"].clip(lower=1).to_numpy(), rows["high"].to_numpy()
        grid = np.geomspace(least, np.maximum(most, least), GRID, axis=1)
        none = np.where(rows["low"] > 0, rows["value"], 0.0)
        return cls(rows, np.column_stack([rows["value"], grid, none]))

    @property
    def possible(self) -> int:
        """Families that may not have been pulled at all."""
        return int((self.rows["low"] <= 0).sum())

    @property
    def terms(self) -> np.ndarray:
        """What each family adds, under each option, to the sums that all statistics come from."""
        pulls, downloads = np.broadcast_arrays(self.options, self.rows[["downloads"]].to_numpy())
        there = pulls > 0
        x, y = np.log(np.where(there, pulls, 1)), np.log(downloads)
        terms = [np.ones_like(x), x, y, x * x, x * y, y * y, pulls, downloads]
        return np.stack(terms, axis=-1) * there[..., None]

    def pairs(self, chosen) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pulls, downloads and publishers of the families that are in both under a choice."""
        pulls = np.take_along_axis(self.options, chosen[:, None], axis=1)[:, 0]
        there = pulls > 0
        rows = self.rows[there]
        return pulls[there], rows["downloads"].to_numpy(), rows["publisher"].to_numpy()

    def shown(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.pairs(np.zeros(len(self.rows), dtype=int))

    def extremes(self, statistic) -> tuple[Choosing, Choosing]:
        return searched_extremes(self.terms, statistic)


@dataclass(frozen=True)
class Moments:
    """Means, variances and covariance of the logarithms of both shares, from sums of terms."""

    difference: np.ndarray
    pulls: np.ndarray
    downloads: np.ndarray
    both: np.ndarray
    n: np.ndarray

    @classmethod
    def of(cls, sums) -> "Moments":
        n, x, y, xx, xy, yy, pulls, downloads = np.moveaxis(sums, -1, 0)
        difference = (x - y) / n - np.log(pulls / downloads)
        squares = (xx - x * x / n) / n, (yy - y * y / n) / n, (xy - x * y / n) / n
        return cls(difference, *squares, n)


def _lin_of(sums) -> np.ndarray:
    found = Moments.of(sums)
    return 2 * found.both / (found.pulls + found.downloads + found.difference**2)


def _slope_of(sums) -> np.ndarray:
    found = Moments.of(sums)
    return found.both / found.pulls


def _limit_of(sums, *, deviations=0.0) -> np.ndarray:
    """Mean difference of the logarithms, so many standard deviations added."""
    found = Moments.of(sums)
    variance = found.pulls + found.downloads - 2 * found.both
    return found.difference + deviations * np.sqrt(variance * found.n / (found.n - 1))


def _agreement(sample) -> list[Estimate]:
    known = Open.of(_both(sample["library"]))
    common = {
        "reading": "superpopulation",
        "n_unit": "families in both",
        "assumptions": (*_common(known.rows), LOGARITHMS, _searched(known), CONDITIONED),
    }
    return [
        _concordance(known, common),
        *(_ratio(known, end, common) for end in ENDS),
        _slope(known, common),
    ]


def _estimated(known, statistic, found_at, common, **more) -> Estimate:
    """An estimate as shown, its extremes, and the intervals at these joined to one.

    ``found_at`` gives value and interval of pulls, downloads and publishers.
    """
    value, plain = found_at(*known.shown())
    extremes = [found_at(*known.pairs(chosen.options)) for chosen in known.extremes(statistic)]
    values = [value, *(end for end, _ in extremes)]
    intervals = [plain, *(interval for _, interval in extremes)]
    return Estimate(
        value=value,
        bounds=Bounds(min(values), max(values)),
        interval=Interval(
            min(found.low for found in intervals),
            max(found.high for found in intervals),
            plain.level,
            f"{plain.method}, over the set",
            design_effect=more.pop("design_effect", 1.0),
        ),
        n=len(known.shown()[0]),
        **common,
        **more,
    )


def _concordance(known, common) -> Estimate:
    left_out, detail = _left_out(_pulled(known.rows), lambda x, y: _lin(x, y).value)
    row = BudgetRow(
        source="one publisher left out", low=left_out.low, high=left_out.high, detail=detail
    )
    return _estimated(
        known,
        _lin_of,
        _lin_at,
        common,
        label=CONCORDANCE,
        unit="concordance",
        tipping_points=(_similar_pairs(known), _without_the_worst(known)),
        budget=(row,),
    )


def _pulled(rows) -> pd.DataFrame:
    return rows[rows["value"] > 0]


def _lin(pulls, downloads) -> Concordance:
    """Concordance of the logarithms of shares."""
    return lin_concordance(np.log(pulls / pulls.sum()), np.log(downloads / downloads.sum()))


def _lin_at(pulls, downloads, _) -> tuple[float, Interval]:
    found = _lin(pulls, downloads)
    return found.value, found.interval


def _highest_lin(known) -> Concordance:
    """The concordance where the rounding is kindest to agreement."""
    most = known.extremes(_lin_of)[1]
    return _lin(*known.pairs(most.options)[:2])


def _similar_pairs(known) -> TippingPoint:
    """The design effect at which the interval of the highest concordance reaches good agreement."""
    what = "design effect of families that share a publisher"
    found, good = _highest_lin(known), HYPOTHESES[CONCORDANCE].null
    if found.interval.high >= good:
        told = "nothing to lose: the interval reaches good agreement as it stands"
        return TippingPoint(what=what, threshold=None, sentence=told)
    center = math.atanh(found.value)
    half = math.atanh(found.interval.high) - center
    lost = ((math.atanh(good) - center) / half) ** 2
    size = weighted_cluster_size(known.rows["publisher"].value_counts())
    return TippingPoint(what=what, threshold=lost, sentence=_lost_at(lost, size))


def _without_the_worst(known) -> TippingPoint:
    """How many families must be left out, the most different first, for agreement to be good."""
    rows = known.rows
    shares = (rows[c] / rows[c].sum() for c in ("value", "downloads"))
    # A family without a pull as shown is as different as can be.
    apart = np.abs(np.log(np.maximum(next(shares), np.finfo(float).tiny) / next(shares)))
    nearest = rows.iloc[np.argsort(apart.to_numpy(), kind="stable")]
    what = "families left out, the most different first"

    def opened(left_out: int) -> bool:
        kept = Open.of(nearest.head(len(nearest) - left_out))
        return _highest_lin(kept).interval.high >= HYPOTHESES[CONCORDANCE].null

    most = len(nearest) - MINIMUM_AGREEING
    lost = bisect_left(range(most + 1), True, key=opened)
    if lost > most:
        told = f"kept even for the {MINIMUM_AGREEING} families that agree best"
        return TippingPoint(what=what, threshold=None, sentence=told)
    told = f"open without the {lost} most different of {len(nearest)} families"
    return TippingPoint(what=what, threshold=lost, sentence=told)


def _ratio(known, end, common) -> Estimate:
    label, deviations, name = end

    def found_at(pulls, downloads, _) -> tuple[float, Interval]:
        found = bland_altman_ratio(pulls / pulls.sum(), downloads / downloads.sum())
        return getattr(found, name), getattr(found, f"{name}_interval")

    statistic = partial(_limit_of, deviations=deviations)
    return _estimated(known, statistic, found_at, common, label=label, unit="ratio of shares")


def _slope(known, common) -> Estimate:
    def found_at(pulls, downloads, publishers) -> tuple[float, Interval]:
        fit = log_log(downloads, pulls, publishers)
        return float(fit.coefficients[1]), fit.intervals[1]

    return _estimated(
        known,
        _slope_of,
        found_at,
        common,
        label=SLOPE,
        unit="elasticity",
        n_effective=known.rows["publisher"].nunique(),
        design_effect=None,
    )


def _small_enough(sample) -> bool:
    """Whether all families that the list lacks have less than it holds at the last place's size."""
    downloads = sample["library"]["downloads"]
    return bool(sample["cut"] * downloads.isna().sum() < downloads.sum())


def _distance(sample) -> Estimate:
    """Over the whole library: what the list lacks has a part of the downloads of its last place."""
    rows = sample["library"]
    last = sample["cut"] / rows["downloads"].sum()
    deltas = [part * last for part in PARTS_OF_LAST]
    found = zero_sensitivity(rows["value"], rows["downloads"].fillna(0), deltas)
    return Estimate(
        label=DISTANCE,
        unit="Aitchison distance",
        bounds=found.bounds,
        n=len(rows),
        n_unit="families of the library",
        assumptions=(
            Assumption(
                name="a family that the list lacks has 1 % to 100 % of the last place's downloads",
                holds="not testable",
                evidence=f"{rows['downloads'].isna().sum()} of {len(rows)} families are not in the "
                "list; the distance grows without limit as their share goes to zero.",
            ),
        ),
    )


# Shown only ---------------------------------------------------------------------------------------


def _merely_shown(sample) -> list[Estimate]:
    library = sample["library"]
    years = sample["years"].loc[lambda rows: rows.index.isin(library.index)]
    hosts, architectures = sample["hosts"], sample["architectures"]
    return [
        _bare(
            YEAR_BEFORE,
            years["now"],
            years["before"],
            "names in the library on both days",
            (YEAR_APART,),
        ),
        _bare(HOSTS, hosts["pulls"], hosts["hosts"], "names", (SELECTED, DEPLOYED)),
        _bare(
            ARCHITECTURES,
            architectures["pulls"],
            architectures["hosts"],
            "architectures",
            (SELECTED, DEPLOYED, DEFAULT_TAG),
        ),
    ]


def _bare(label, x, y, n_unit, assumptions) -> Estimate:
    """A rank correlation without an interval: its units are not a draw of anything."""
    return Estimate(
        label=label,
        unit="rank correlation",
        value=float(x.rank().corr(y.rank())),
        n=len(x),
        n_unit=n_unit,
        assumptions=assumptions,
    )


# Assumptions --------------------------------------------------------------------------------------


def _common(rows) -> tuple[Assumption, ...]:
    """What every interval over families assumes."""
    of_publishers = rows["publisher"].value_counts()
    draws = Assumption(
        name="families are independent draws",
        holds="no",
        without="interval",
        evidence=f"{of_publishers.head(3).sum()} of {len(rows)} are of three publishers, and a new "
        "release takes the place of an old one in both channels.",
    )
    return draws, FED, ROUNDED, SCRIPTS


def _conditioned(sample) -> tuple[Assumption, ...]:
    return () if sample["everyone"] else (CONDITIONED,)


def _searched(known) -> Assumption:
    return Assumption(
        name="the extremes over the rounding are found",
        holds="not testable",
        evidence=f"The search tries {GRID} values of each family's range, from several starts; it "
        f"is not proven to reach the outermost. {known.possible} of {len(known.rows)} families "
        "may have had no pull: each is left out or has at least one pull, whichever is further.",
    )


FED = Assumption(
    name="the channels do not feed each other",
    holds="no",
    without="scope",
    evidence="What trends on the Hub is added to the Ollama library, and Ollama can pull from the "
    "Hub itself; how much of either is not published.",
)
ROUNDED = Assumption(
    name="pull counts are exact",
    holds="no",
    without="set",
    evidence="From one million on the site rounds them to the nearest hundred thousand; the set of "
    "rank correlations holds for all orders that this leaves open.",
)
SCRIPTS = Assumption(
    name="pulls and downloads are made by users",
    holds="no",
    without="scope",
    evidence="Scripts pull whole libraries, caches and tests download; names served remotely, a "
    "pull of which fetches no weights, are left out.",
)
LOGARITHMS = Assumption(
    name="the logarithms of shares are normal, their differences unrelated to size",
    holds="not testable",
    evidence="Families that one channel lacks have no logarithm and are left out.",
)
OUTER = Assumption(
    name="outer bounds",
    holds="yes",
    evidence="The set of rank correlations holds for every order that is open, but is not proven "
    "sharp where ranges overlap in part: open orders of several pairs may exclude each other.",
)
CONDITIONED = Assumption(
    name="families in both channels stand for those in one of them",
    holds="no",
    without="scope",
    evidence="A family is in both only if it is downloaded enough to be listed: that selects on "
    "one of the variables compared. All families of the library are a question of their own.",
)
SELECTED = Assumption(
    name="the hosts are those of all names",
    holds="no",
    without="scope",
    evidence="The report lists the ten tags and architectures with most hosts: a correlation over "
    "them cannot be carried to the others.",
)
DEPLOYED = Assumption(
    name="a pull is a deployment",
    holds="no",
    without="scope",
    evidence="A pull may be repeated, deleted or behind a firewall; a listed host may be a clone.",
)
DEFAULT_TAG = Assumption(
    name="all tags of a name have the architecture of its default",
    holds="no",
    without="scope",
    evidence="Tags of deepseek-r1 are qwen2, llama and deepseek2.",
)
YEAR_APART = Assumption(
    name="hosts of 2025 stand for hosts of 2026",
    holds="not testable",
    evidence="No scan of 2026 is public; this correlation of pulls with those a year before says "
    "how much the order of families changed.",
)


# Figure -------------------------------------------------------------------------------------------


COLORS = {
    "China": figures.CHINA,
    "United States": figures.UNITED_STATES,
    "other or unknown": figures.OTHER,
}
MARKERS = {"China": "o", "United States": "s", "other or unknown": "D"}


def figure(result):
    answer = result.answer(pulls="new", downloads="top 1,000", families="in both")
    table = answer.tables["families"]
    shares = pd.DataFrame(table.rows, columns=table.columns)
    weight = shares[["share of pulls", "share of downloads"]].max(axis="columns")
    largest = shares.loc[weight.nlargest(SHOWN).index]
    canvas, (scatter, ratios) = figures.canvas(
        (1, 2), height=4.0, source=figures.sources(result), width_ratios=(1.3, 1)
    )
    _draw_scatter(scatter, shares, largest)
    _draw_ratios(ratios, largest, answer)
    return canvas


def _draw_scatter(axes, shares, largest) -> None:
    import seaborn as sns

    sns.scatterplot(
        shares, x="share of downloads", y="share of pulls", hue="origin", style="origin",
        palette=COLORS, markers=MARKERS, hue_order=list(COLORS), style_order=list(COLORS),
        s=26, linewidth=0.5, ax=axes,
    )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.minorticks_off()
    axes.set_xlim(shares["share of downloads"].min() / 2, 2)
    axes.set_ylim(shares["share of pulls"].min() / 1.8, 0.5)
    axes.axline((1e-2, 1e-2), (1e-1, 1e-1), color=figures.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    axes.set_xlabel("share of downloads of 30 days")
    axes.set_ylabel("share of pulls of 90 days")
    axes.set_title("Families in both: 90-day pulls\nand 30-day downloads")
    axes.annotate(
        "equal", (0.2, 0.2), xytext=(-4, 4), textcoords="offset points", rotation=44, ha="center",
        va="center", fontsize=7.5, color=figures.MUTED,
    )  # fmt: skip
    axes.legend(title=None, loc="lower right", handletextpad=0.1, borderaxespad=0.1)
    apart = np.abs(np.log(shares["share of pulls"] / shares["share of downloads"]))
    far = shares.index.isin(largest.index) & (apart > np.log(FAR_APART))
    for row in shares[far | (apart == apart.max())].to_dict("records"):
        _name(axes, row)


def _name(axes, row) -> None:
    """Above the point, or beside one that lies below the line of equality."""
    x, y = row["share of downloads"], row["share of pulls"]
    above = {"xytext": (5, 4), "ha": "right", "va": "bottom"}
    beside = {"xytext": (5, 0), "ha": "left", "va": "center"}
    place = above if y > x else beside
    axes.annotate(row["family"], (x, y), textcoords="offset points", fontsize=7, **place)


def _draw_ratios(axes, largest, answer) -> None:
    ratio = largest["share of pulls"] / largest["share of downloads"]
    rows = largest.assign(ratio=ratio).sort_values("ratio", ascending=False, kind="stable")
    axes.set_xscale("log")
    axes.minorticks_off()
    low, high = (answer.estimates[label].value for label in (LOWEST, HIGHEST))
    axes.axvspan(low, high, color=figures.FAINT, alpha=0.5, lw=0, zorder=0)
    typical = answer.estimates[RATIO].value
    axes.axvline(typical, color=figures.INK, lw=0.8, zorder=0)
    note = {"fontsize": 7.5, "color": figures.MUTED, "va": "top"}
    axes.annotate("limits of\nagreement:\n95 % of\nfamilies", (low * 1.15, 0.4), **note)
    axes.annotate("typical", (typical * 1.15, 1.4 - len(rows)), **note)
    figures.null_line(axes, 1, "equal")
    for position, row in enumerate(rows.to_dict("records")):
        known = Bounds(row["ratio, low"], row["ratio, high"])
        look = {"color": COLORS[row["origin"]], "marker": MARKERS[row["origin"]]}
        figures.draw_set(axes, -position, known, value=row["ratio"], **look)
    figures.label_rows(axes, list(rows["family"]))
    axes.set_xlabel("share of pulls over share of downloads")
    axes.set_title("Ratio, the largest of them", pad=16)
