"""The Ollama library beside the Hub: the same families, on the same days, of the same kinds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from research.doubts import Coarse
from research.measures.pulls import pulls_by_name

if TYPE_CHECKING:
    import pandas as pd

# Days of the tables of the Hub for which the series holds pulls too.
HUB_DATES = {"catalogue": "2026-06-19", "top 1,000": "2026-06-11"}


def pulls_of(
    names: pd.DataFrame, series: pd.DataFrame, day: pd.Timestamp, window: int | None
) -> pd.DataFrame:
    """The pulls of these names alone, each with the account that publishes its models.

    Parameters
    ----------
    names
        Rows of the table ``model_crosswalk_names``.
    series, day, window
        As for :func:`research.measures.pulls.pulls_by_name`.

    Returns
    -------
    pandas.DataFrame
        One row a name that the library held on the day; columns ``low``, ``value``, ``high`` and
        ``hub_account``.

    Examples
    --------
    >>> import pandas as pd, research
    >>> names = research.load("model_crosswalk_names")
    >>> series, day = research.load("ollama_library_pulls"), pd.Timestamp("2026-06-11")
    >>> found = pulls_of(names[names["ollama_name"] == "llama3.2"], series, day, 30)
    >>> found[["value", "hub_account"]].to_dict("index")
    {'llama3.2': {'value': 3500000.0, 'hub_account': 'meta-llama'}}
    """
    pulled = pulls_by_name(series, day, window)
    return pulled.join(names.set_index("ollama_name")["hub_account"], how="inner")


def in_both(pulled: pd.DataFrame, listed: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Names and models of the families that both channels hold.

    Parameters
    ----------
    pulled
        One row a name of the Ollama library, its index.
    listed
        One row a model of the Hub; ``ollama_name`` is its family, where it has one.

    Examples
    --------
    >>> import pandas as pd
    >>> pulled = pd.DataFrame({"value": [3, 4]}, index=["phi3", "qwen3"])
    >>> listed = pd.DataFrame({"ollama_name": ["qwen3", "qwen3", None, "bert"]})
    >>> [len(rows) for rows in in_both(pulled, listed)]
    [1, 2]
    """
    listed = listed[listed["ollama_name"].isin(pulled.index)]
    return pulled[pulled.index.isin(listed["ollama_name"])], listed


def over_families(pulls: Coarse, other: Coarse, library: pd.DataFrame) -> tuple[Coarse, Coarse]:
    """Both channels over the families that both hold, and over the publishers of other models.

    Parameters
    ----------
    pulls
        From :func:`research.measures.pulls.ollama_pulls`.
    other
        Another channel; ``family`` is missing outside the families.
    library
        From :func:`research.measures.publishers.library_publishers`: whoever publishes a name is
        taken for the publisher of all models of its family.

    Returns
    -------
    pulls, other : Coarse
        The same units in the same order; columns ``family``, empty for the models of the other
        channel alone, ``shared``, whether both channels hold the family, ``organisation`` and
        ``origin``.

    Examples
    --------
    >>> import pandas as pd, research
    >>> from research.measures.publishers import library_publishers
    >>> from research.measures.pulls import ollama_pulls
    >>> tables = map(research.load, ["model_crosswalk_names", "publisher_origins"])
    >>> library, day = library_publishers(*tables), pd.Timestamp("2026-06-11")
    >>> pulls = ollama_pulls(research.load("ollama_library_pulls"), library, day, 30)
    >>> weights = dict.fromkeys(["low", "value", "high"], [7.0, 2.0])
    >>> rows = pd.DataFrame({**weights, "family": ["qwen3", None], "origin": ""})
    >>> other = Coarse(rows.assign(organisation="someone", origin_doubt=""), ())
    >>> found = over_families(pulls, other, library)[1].rows
    >>> found.loc[found["value"] > 0, ["family", "organisation", "shared"]].values.tolist()
    [['', 'someone', 'no'], ['qwen3', 'Alibaba', 'yes']]
    """
    family = other.rows["family"]
    shared = set(pulls.rows.index) & set(family.dropna())
    known = {
        column: family.map(library[column]).fillna(other.rows[column])
        for column in ("origin", "organisation")
    }
    mine = pulls.rows.assign(shared=_whether(pulls.rows["family"], shared))
    rows = other.rows.assign(
        **known, family=family.where(family.isin(shared), ""), shared=_whether(family, shared)
    )
    by = ["family", "shared", "organisation", "origin"]
    return replace(pulls, rows=mine).paired(replace(other, rows=rows), by)


def _whether(family: pd.Series, shared: set[str]) -> pd.Series:
    return family.isin(shared).map({True: "yes", False: "no"})
