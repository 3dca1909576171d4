"""The Ollama library beside the Hub: the same families, on the same days, of the same kinds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from research.doubts import Coarse, Doubt
from research.doubts.coarse import ERROR, EXCESS, WEIGHTS
from research.measures.hub import EMBEDDING, GENERATION
from research.measures.publishers import ANYWHERE, any_of
from research.measures.remembering import remembered
from research.results import Assumption, CannotEstimate

if TYPE_CHECKING:
    import pandas as pd

BELOW_LAST = Doubt("order below the cut", "less than the last place of the list, if anything")
SAME_ACT = Assumption.of_scope(
    name="a pull and a download count the same act",
    evidence="A pull fetches one quantized file; a download is any request, and caches, tests and "
    "shared computers repeat those of some models more often than those of others.",
)


@remembered
def day_of_both(listed: pd.DataFrame, series: pd.DataFrame, usual: str) -> pd.Timestamp:
    """The day on which both channels are taken: the usual one, else the last that both tables hold.

    Parameters
    ----------
    listed
        A table of the Hub, with ``as_of``.
    series
        The table ``ollama_library_pulls``.
    usual
        The day that is taken where both hold it.

    Raises
    ------
    CannotEstimate
        No day is in both tables.

    Examples
    --------
    >>> import research
    >>> tables = [research.load(name) for name in ("hub_top_models", "ollama_library_pulls")]
    >>> f"{day_of_both(*tables, '2026-06-11'):%Y-%m-%d}"
    '2026-06-11'
    """
    import pandas as pd

    both = set(listed["as_of"].unique()) & set(series["date"].unique())
    if not both:
        last = max(listed["as_of"])
        raise CannotEstimate(
            f"the table of the Hub ends on {last:%Y-%m-%d}, and the series of pulls lacks its days"
        )
    return pd.Timestamp(usual) if pd.Timestamp(usual) in both else max(both)


@remembered
def of_kinds(
    names: pd.DataFrame,
    *,
    embeddings: Literal["counted", "left out"] = "counted",
    remote: Literal["counted", "left out"] = "left out",
) -> tuple[pd.DataFrame, list[str]]:
    """The names of the library that count, and the tasks of the models of the Hub beside them.

    Parameters
    ----------
    names
        The table ``model_crosswalk_names``.
    embeddings
        Whether embedding models count in both channels.
    remote
        Whether names served remotely count, a pull of which fetches no weights.

    Examples
    --------
    >>> import research
    >>> names, kinds = of_kinds(research.load("model_crosswalk_names"), embeddings="left out")
    >>> "nomic-embed-text" in set(names["ollama_name"]), kinds == GENERATION
    (False, True)
    """
    left_out = names["served_remotely"] & (remote == "left out")
    kinds = GENERATION + EMBEDDING
    if embeddings == "left out":
        left_out, kinds = left_out | names["embedding"], GENERATION
    return names[~left_out], kinds


def in_both(pulls: Coarse, other: Coarse) -> tuple[Coarse, Coarse]:
    """Names and models of the families that both channels hold.

    Parameters
    ----------
    pulls
        From :func:`research.measures.pulls.ollama_pulls`.
    other
        Another channel; ``family`` is missing outside the families.

    Raises
    ------
    CannotEstimate
        No family is in both.

    Examples
    --------
    >>> import pandas as pd
    >>> weights = dict.fromkeys(["low", "value", "high"], 1.0)
    >>> pulls = Coarse(pd.DataFrame({"family": ["phi3", "qwen3"], **weights}), ())
    >>> other = Coarse(pd.DataFrame({"family": ["qwen3", "qwen3", None], **weights}), ())
    >>> [len(units.rows) for units in in_both(pulls, other)]
    [1, 2]
    """
    pulled, listed = pulls.rows["family"], other.rows["family"]
    if not listed.isin(pulled).any():
        raise CannotEstimate("no family is in both channels")
    return pulls.among(pulled.isin(listed)), other.among(listed.isin(pulled))


def of_names(pulls: Coarse, other: Coarse, *, last_place: float | None = None) -> Coarse:
    """The other channel over the names of the library: what the models of each name weigh together.

    Parameters
    ----------
    pulls, other
        As for :func:`in_both`.
    last_place
        The weight of the last model of a list that is cut by weight: a name none of whose models
        it holds weighs less, if anything. By default such a name weighs nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> weights = dict.fromkeys(["low", "value", "high"], [3.0, 2.0, 4.0])
    >>> names = pd.DataFrame(weights, index=["phi3", "qwen3", "yi"])
    >>> other = Coarse(pd.DataFrame({**weights, "family": ["yi", "yi", None]}), ())
    >>> of_names(Coarse(names, ()), other, last_place=2).rows["high"].tolist()
    [1.0, 1.0, 5.0]
    """
    amounts = other.rows.reindex(columns=["family", *WEIGHTS, EXCESS], fill_value=0.0)
    sums = amounts.groupby("family").sum()
    known = sums[sums["high"] > 0].reindex(pulls.rows.index)
    lacking = known["high"].isna()
    weights = known.fillna(0.0).assign(high=known["high"].fillna(max((last_place or 1.0) - 1, 0.0)))
    opened, error = (
        "" if name not in other.rows else other.rows[name].iloc[0]
        for name in ("weight_doubt", ERROR)
    )  # fmt: skip
    doubt = lacking.map({True: BELOW_LAST.name, False: opened})
    doubts = tuple(dict.fromkeys([*pulls.doubts, *other.doubts, BELOW_LAST]))
    rows = pulls.rows.assign(**weights, weight_doubt=doubt, **{ERROR: error})
    return Coarse(rows, doubts, pulls.unit, other.weighs)


def of_families(facts: pd.Series, repositories: pd.DataFrame) -> pd.Series:
    """What may be true of each family: whatever is of one of its own repositories.

    Parameters
    ----------
    facts
        Candidates by ``model_id``; of a model that has none anything may be true.
    repositories
        The table ``model_crosswalk_repositories``.

    Examples
    --------
    >>> import pandas as pd
    >>> columns = ["hub_repository", "ollama_name", "relation"]
    >>> rows = [["a/x", "x", "own"], ["a/x-2", "x", "own"], ["b/x", "x", "copy"]]
    >>> repositories = pd.DataFrame(rows, columns=columns)
    >>> of_families(pd.Series({"a/x": "mit", "a/x-2": "gpl"}), repositories).to_dict()
    {'x': 'gpl|mit'}
    """
    own = repositories[repositories["relation"] == "own"]
    return any_of(own["hub_repository"].map(facts).fillna(ANYWHERE), own["ollama_name"])


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
    >>> families = over_families(pulls, other, library)[1].rows
    >>> families.loc[families["value"] > 0, ["family", "organisation", "shared"]].values.tolist()
    [['', 'someone', 'no'], ['qwen3', 'Alibaba', 'yes']]
    """
    family = other.rows["family"]
    shared = set(pulls.rows.index) & set(family.dropna())
    known = {
        column: family.map(library[column]).astype(object).fillna(other.rows[column])
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
