"""Tokens that a router of requests passed on, by model, and what is a fact about its tables."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from research.doubts import Coarse, Doubt
from research.doubts.coarse import WEIGHTS
from research.measures.publishers import ANYWHERE, NOT_TOLD, ORIGIN, organisations, publishers
from research.measures.remembering import remembered
from research.results import Assumption, CannotEstimate

if TYPE_CHECKING:
    import pandas as pd

TOKENS = ("tokens_of_day", "tokens_of_week")
WEIGHTS_PUBLIC = Doubt("weights not known to be public", "public or not")
# Names, as the router spells them, of models whose weights are public, and of those whose are not.
OPEN = re.compile(
    r"^(?:deepseek/|meta-llama/|nvidia/|microsoft/|gryphe/|nousresearch/|neversleep/|openchat/|"
    r"tngtech/|arcee-ai/trinity|moonshotai/kimi|z-ai/glm(?!.*turbo)|minimax/minimax-(?:01|m[12])|"
    r"stepfun/step-3|xiaomi/mimo-v2-flash|google/gemma|openai/gpt-oss|"
    r"mistralai/(?:mistral-nemo|mistral-7b|mistral-small|mixtral|ministral)|"
    r"qwen/qw[a-z]*[-\d.]*[^/]*\d+b|qwen/qwen3-coder-next)"
)
CLOSED = re.compile(
    r"^(?:anthropic/|x-ai/|perplexity/|amazon/|bytedance-seed/|google/gemini|"
    r"openai/(?!gpt-oss)|qwen/qwen[-\w.]*(?:max|plus|turbo|flash)|xiaomi/mimo-v2-pro)"
)

ONE_ROUTER = Assumption.of_scope(
    name="tokens on one router are use",
    evidence="They are those of developers who choose among many makers, with free offers and "
    "closed models. Whoever asks a maker directly, or runs weights at home, is not counted, and "
    "tokens of two makers are not the same amount of text.",
)


@remembered
def routed(rows: pd.DataFrame, makers: pd.DataFrame, origins: pd.DataFrame) -> Coarse:
    """The tokens of models, or of makers, and where each may come from.

    Parameters
    ----------
    rows
        Rows of one day or week of a table with ``author`` and tokens, such as
        ``router_model_tokens``.
    makers
        The table ``router_makers``.
    origins
        The table ``publisher_origins``: it tells private persons, who are in no country.

    Returns
    -------
    Coarse
        One row a row of ``rows``; ``organisation``, ``origin``, and where the model is named
        ``weights`` (``"open"``, ``"closed"``, empty where it is not known). The tokens are exact.

    Examples
    --------
    >>> import research
    >>> from research.doubts import Share, where
    >>> rows = research.load("router_model_tokens")
    >>> tables = map(research.load, ["router_makers", "publisher_origins"])
    >>> day = routed(rows[rows["date"] == "2026-03-11"], *tables)
    >>> china = Share(of=where(origin="CN"), among=where(weights="open"))
    >>> [round(end, 2) for end in china.in_(day).bounds()]
    [0.85, 0.85]
    """
    known = _makers(makers, origins).reindex(rows["author"]).reset_index()
    tokens = next(rows[column] for column in TOKENS if column in rows).astype(float)
    table = known.assign(
        organisation=known["maker"].fillna(known["author"]),
        origin=known["origin"].fillna(ANYWHERE),
        origin_doubt=ORIGIN.name,
        **dict.fromkeys(WEIGHTS, tokens.to_numpy()),
    )
    if "model" not in rows:
        return Coarse(table, (ORIGIN,), "makers", "tokens")
    model = rows["model"].reset_index(drop=True).fillna("")
    table = table.assign(
        model=model, weights=[*map(_weights, model)], weights_doubt=WEIGHTS_PUBLIC.name
    )
    return Coarse(table, (ORIGIN, WEIGHTS_PUBLIC), "models", "tokens")


@remembered
def _makers(makers: pd.DataFrame, origins: pd.DataFrame) -> pd.DataFrame:
    """The table of makers by ``author``, and where each may be at home."""
    accounts = publishers(makers["hub_account"], origins)["origin"]
    codes = makers["candidates"].replace(NOT_TOLD, ANYWHERE).fillna(ANYWHERE)
    return makers.assign(origin=codes.where(codes.ne(ANYWHERE), accounts)).set_index("author")


def _weights(model: str) -> str:
    """Whether the weights of a model are public, as far as its name tells."""
    if CLOSED.search(model):
        return "closed"
    return "open" if OPEN.search(model) else ANYWHERE


def over_publishers(tokens: Coarse, other: Coarse, origins: pd.DataFrame) -> tuple[Coarse, Coarse]:
    """Tokens and another channel over the publishers that both hold.

    Parameters
    ----------
    tokens
        From :func:`routed`, of models.
    other
        Pulls or downloads, all of which are of public weights.
    origins
        The table ``publisher_origins``.

    Returns
    -------
    tokens, other : Coarse
        The same units in the same order: the models of a publisher whose weights are public, those
        whose weights are not, and those of which it is not known; columns ``organisation``,
        ``origin`` and ``weights``.

    Raises
    ------
    CannotEstimate
        No publisher is in both.

    Examples
    --------
    >>> import pandas as pd, research
    >>> rows = research.load("router_model_tokens")
    >>> origins = research.load("publisher_origins")
    >>> tokens = routed(rows[rows["date"] == "2026-06-11"], research.load("router_makers"), origins)
    >>> weights = dict.fromkeys(["low", "value", "high"], [7.0, 2.0])
    >>> pulls = pd.DataFrame({**weights, "organisation": ["Meta", "Google"], "origin": "US"})
    >>> one, two = over_publishers(tokens, Coarse(pulls, ()), origins)
    >>> one.rows[["organisation", "weights"]].values.tolist(), two.rows["value"].tolist()
    ([['Google', 'closed'], ['Google', 'open']], [0.0, 2.0])
    """
    named = organisations(tokens.rows["hub_account"], origins)
    rows = tokens.rows.assign(organisation=named.fillna(tokens.rows["organisation"]))
    open_to_all = rows.loc[rows["weights"] != "closed", "organisation"]
    both = set(open_to_all) & set(other.rows["organisation"])
    if not both:
        raise CannotEstimate("no publisher is in both channels")
    public = other.rows.assign(weights="open", weights_doubt=WEIGHTS_PUBLIC.name)
    one = replace(tokens, rows=rows[rows["organisation"].isin(both)], unit="groups of models")
    two = replace(
        other,
        rows=public[public["organisation"].isin(both)],
        doubts=(*other.doubts, WEIGHTS_PUBLIC),
        unit="groups of models",
    )
    return one.paired(two, ["organisation", "origin", "weights"])
