"""Families of models one by one: what both channels hold of each, its course, and what is known."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from research.doubts import Coarse, Representation, Share, where
from research.measures.pulls import WEIGHTS, pulls_by_name
from research.results import CannotEstimate

if TYPE_CHECKING:
    import pandas as pd

    from research.doubts.asking import Asked

STALE = 0.1  # of the downloads of a family: where more were not counted anew, the day says nothing
OWN = "own"  # the relation of a repository of the publisher of its family


def each_family(odds: Representation, counts: Collection[str]) -> pd.DataFrame:
    """How much does each family weigh in both channels, and how do its shares compare?

    Parameters
    ----------
    odds
        Two channels over the same families, whose rows have ``family``, ``organisation`` and
        ``origin``.
    counts
        What the first and the second channel count.

    Returns
    -------
    pandas.DataFrame
        One row a family; of what either channel counts, of the share of it, and of the ratio of
        the shares, ``low``, ``value`` and ``high``, as in ``pulls low``, ``share of pulls low`` and
        ``ratio low``. A family without downloads has no ratio.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"family": ["phi3", "qwen3"], "organisation": "", "origin": ""})
    >>> one, other = ({end: weights for end in WEIGHTS} for weights in ([3.0, 1.0], [1.0, 1.0]))
    >>> channels = Coarse(rows.assign(**one), ()), Coarse(rows.assign(**other), ())
    >>> odds = Representation(*channels, where(family="phi3"))
    >>> each_family(odds, ("pulls", "downloads"))["ratio value"].tolist()
    [1.5, 0.5]
    """
    families = odds.first.rows[["family", "organisation", "origin"]].reset_index(drop=True)
    classes = [where(family=name) for name in families["family"]]
    for counted, channel in zip(counts, (odds.first, odds.second), strict=True):
        for end in WEIGHTS:
            families[f"{counted} {end}"] = channel.rows[end].to_numpy()
        shares = [Share(of=each).in_(channel) for each in classes]
        families = families.assign(**_ends(f"share of {counted}", shares))
    return families.assign(**_ends("ratio", [odds.share(each) for each in classes]))


def _ends(name: str, questions: Iterable[Asked]) -> dict[str, list[float]]:
    """Both ends of the set of each question, and its value; missing where it has no answer."""
    sets = [_set_of(asked) for asked in questions]
    return {f"{name} {end}": [each[end] for each in sets] for end in WEIGHTS}


def _set_of(asked: Asked) -> dict[str, float]:
    try:
        low, high = asked.bounds()
        return {"low": low, "value": asked.value, "high": high}
    except CannotEstimate:
        return dict.fromkeys(WEIGHTS, math.nan)


def course_of_pulls(
    series: pd.DataFrame, families: Collection[str], day: pd.Timestamp, window: int
) -> pd.DataFrame:
    """How often was each name pulled in the windows that end on a day, one before the other?

    Parameters
    ----------
    series
        The table ``ollama_library_pulls``.
    families
        The names.
    day
        The last day of the last window.
    window
        In days. A window whose first or last day the series lacks is left out.

    Returns
    -------
    pandas.DataFrame
        ``family``, the days ``begin`` and ``end``, and ``low``, ``value`` and ``high``; a name has
        no row before the library held it.

    Examples
    --------
    >>> import pandas as pd, research
    >>> series, day = research.load("ollama_library_pulls"), pd.Timestamp("2026-06-19")
    >>> course_of_pulls(series, ["gemma4"], day, 30)["value"].tolist()
    [3900000.0, 5400000.0, 5300000.0]
    """
    import pandas as pd

    days, rows = set(series["date"]), []
    ends = pd.date_range(end=day, periods=(day - min(days)).days // window + 1, freq=f"{window}D")
    for begin, end in zip(ends - pd.Timedelta(days=window), ends, strict=True):
        if {begin, end} <= days:
            pulls = pulls_by_name(series, end, window).rename_axis("family").reset_index()
            rows.append(pulls.assign(begin=f"{begin:%Y-%m-%d}", end=f"{end:%Y-%m-%d}"))
    columns = ["family", "begin", "end", *WEIGHTS]
    course = pd.concat(rows)[columns] if rows else pd.DataFrame(columns=columns)
    return _by_family(course, families)


def course_of_downloads(
    lists: Mapping[str, pd.DataFrame], repositories: pd.DataFrame, families: Collection[str]
) -> pd.DataFrame:
    """How often were the models of each family downloaded that lists of the Hub held?

    Parameters
    ----------
    lists
        Tables with ``as_of``, ``model_id``, ``hub_downloads_30d`` and, where they are marked,
        ``traffic_spike`` and ``stale_suspect``, by what is listed.
    repositories
        The table ``model_crosswalk_repositories``.
    families
        The families.

    Returns
    -------
    pandas.DataFrame
        ``family``, ``listed``, the day ``end``, how many ``models`` of the family were listed,
        their ``downloads`` of thirty days, which are the least that the family had, and whether a
        ``spike`` of automated traffic is marked in them. A family has no row where a list lacks
        it, and where models that were not counted anew hold more than a tenth of its downloads.

    Examples
    --------
    >>> import research
    >>> lists = {"the most downloaded": research.load("hub_top_models")}
    >>> repositories = research.load("model_crosswalk_repositories")
    >>> course_of_downloads(lists, repositories, ["gemma3"])["models"].tolist()
    [8, 8, 8]
    """
    import pandas as pd

    family = repositories.set_index("hub_repository")["ollama_name"]
    course = pd.concat(
        [_listed(table, family).assign(listed=name) for name, table in lists.items()]
    )
    course["end"] = course["as_of"].dt.strftime("%Y-%m-%d")
    return _by_family(course[["family", "listed", "end", "models", "downloads", "spike"]], families)


def _listed(table: pd.DataFrame, family: pd.Series) -> pd.DataFrame:
    """The downloads of each family on each day of a list that counted most of them anew."""
    spike, stale = (
        table[mark].fillna(False).astype(bool) if mark in table else False
        for mark in ("traffic_spike", "stale_suspect")
    )
    models = table.assign(family=table["model_id"].map(family), spike=spike)
    models["old"] = models["hub_downloads_30d"] * stale
    sums = models.groupby(["family", "as_of"], as_index=False).agg(
        models=("model_id", "size"), downloads=("hub_downloads_30d", "sum"),
        old=("old", "sum"), spike=("spike", "any"),
    )  # fmt: skip
    return sums[sums["old"] <= STALE * sums["downloads"]]


def _by_family(course: pd.DataFrame, families: Collection[str]) -> pd.DataFrame:
    chosen = course[course["family"].isin(families)]
    return chosen.sort_values("family", kind="stable").reset_index(drop=True)


def known_of_families(sized: Coarse, downloads: Coarse, embedding: pd.Series) -> pd.DataFrame:
    """What does a reader of a family have to know beside its weights?

    Parameters
    ----------
    sized
        From :func:`research.measures.sizes.of_listed_sizes`.
    downloads
        From :func:`research.measures.hub.hub_downloads` with ``families``.
    embedding
        Whether a name is of embedding models.

    Returns
    -------
    pandas.DataFrame
        By family: the classes of ``sizes`` that it lists, missing where it lists none; whether it
        is an ``embedding``; how many ``models`` were downloaded; which share of the downloads is
        of ``copies``, missing where there are none.

    Examples
    --------
    >>> import pandas as pd
    >>> weights = dict.fromkeys(WEIGHTS, [3.0, 1.0])
    >>> rows = pd.DataFrame({"family": "phi3", "relation": ["own", "copy"], **weights})
    >>> sized = Coarse(pd.DataFrame({"size": "M", **weights}, index=["phi3", "yi"]), ())
    >>> known = known_of_families(sized, Coarse(rows, ()), pd.Series({"phi3": False}))
    >>> known.to_dict("index")
    {'phi3': {'sizes': 'M', 'embedding': False, 'models': 2, 'copies': 0.25}}
    """
    rows = downloads.rows.dropna(subset="family")
    copied = rows["value"].where(rows["relation"] != OWN, 0.0)
    sums = rows.assign(copied=copied).groupby("family")[["copied", "value"]].sum()
    known = sums.assign(
        sizes=sized.rows["size"], embedding=embedding, models=rows.groupby("family").size(),
        copies=sums["copied"] / sums["value"].where(sums["value"] > 0),
    )  # fmt: skip
    return known[["sizes", "embedding", "models", "copies"]]
