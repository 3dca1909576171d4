"""The Ollama library beside the Hub: the same families, on the same days, of the same kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from research.measures.pulls import pulls_by_name

if TYPE_CHECKING:
    import pandas as pd

# Days of the tables of the Hub for which the series holds pulls too.
HUB_DATES = {"catalogue": "2026-06-19", "top 1,000": "2026-06-11"}
# Tasks, as the Hub names them, of the kinds of models that Ollama serves.
GENERATION = ["text-generation", "image-text-to-text", "any-to-any"]
EMBEDDING = ["feature-extraction", "sentence-similarity"]


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
