"""Are DeepSeek and Qwen the two most downloaded model families?

A family is read from names: every model that bears the family's name, or names a base that does,
whoever published it. A model that bears two names, as one distilled from DeepSeek into Qwen does,
may belong to either: ranks have bounds. Where no family is named, the publisher's account stands
for one. The other reading counts the publishers' own accounts only.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
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
from research.doubts import Coarse, Doubt, Ranking, turned_at
from research.estimators.budget import budget
from research.measures.pulls import ROUNDING, WEIGHTS, pulls_by_name
from research.measures.remembering import remembered
from research.measures.top_lists import last_day, on_day
from research.results import BudgetRow, deferred

LOWER = "rank of the lower one of DeepSeek and Qwen"
RANK = "rank of {}"

HYPOTHESES = {
    LOWER: Hypothesis(
        claims=["tuoitre/top-two-deepseek-qwen"],
        estimand="rank among families of the less downloaded one of DeepSeek and Qwen",
        null=2.5,
        null_source="both among the first two: the claim itself",
        alternative="less",
        role="out of sample",
        scope="other population",
    )
}
# The names that a family goes by. Whatever bears none of them is a family of its account.
FAMILIES = {
    "Qwen": "qwen|qwq|qvq",
    "DeepSeek": "deepseek",
    "Llama": "llama(?!index)",
    "Gemma": "gemma",
    "Mistral": "mistral|mixtral|ministral|magistral|devstral|codestral|mathstral|voxtral",
    "Phi": r"\bphi-?\d",
    "gpt-oss": "gpt-oss",
    "GPT-2": "gpt2",
    "GLM": r"\bglm|chatglm",
    "Kimi": "kimi",
    "MiniMax": "minimax",
    "BERT": r"\bbert-(?:base|large)",
    "BGE": r"\bbge",
    "MiniLM": "minilm",
}
CLAIMED = ("Qwen", "DeepSeek")
SERIES = ("2025-02-17", "2025-11-27")
LANGUAGE = ["text-generation", "image-text-to-text", "any-to-any"]
NAMES = {
    "top 1,000": "the 1,000 most downloaded models",
    "language models": "the language and multimodal models among the 1,000 most downloaded",
    "text generation": "the text-generation models among the 1,000 most downloaded",
    "catalogue": "the text-generation models of the LLM catalogue",
    "Ollama pulls": "the Ollama pulls of the nine months before the claim",
}
RANKED = 12  # families for which other draws of models are simulated


def sample(
    hub_top_models,
    hub_llm_models,
    ollama_library_pulls,
    *,
    population: Annotated[Literal[*NAMES], ESTIMAND] = "top 1,000",
    belongs: Literal["to the family it is named after", "to its account"] = (
        "to the family it is named after"
    ),
    test_models: Literal["counted", "left out"] = "counted",
) -> Sample:
    if population == "Ollama pulls" and (belongs != NAMED or test_models != "counted"):
        raise NotApplicable("names of the library have no accounts")
    models = _members(population, hub_top_models, hub_llm_models, ollama_library_pulls)
    models = _with_families(models, belongs)
    if test_models == "left out":
        models = models[~models["model"].str.contains("internal-testing|tiny-random|/tiny-")]
    if models.empty:
        raise CannotEstimate(f"the tables hold none of {NAMES[population]}")
    families, shown = _ranked(models)
    days = {"catalogue": "2026-10-05", "Ollama pulls": SERIES[1]}
    return Sample(
        population=NAMES[population],
        as_of=days.get(population, last_day(hub_top_models)),
        data={"families": families, "shown": shown},
        tables={"totals": lambda: _totals(families, shown).reset_index().head(RANKED)},
    )


NAMED = "to the family it is named after"


@remembered
def _members(population, top, catalogue, pulls) -> pd.DataFrame:
    """The models that are counted: name, base, account, and the range of their weight."""
    if population == "Ollama pulls":
        first, last = map(pd.Timestamp, SERIES)
        by_name = pulls_by_name(pulls, last, (last - first).days)
        names = by_name.index.to_series().array
        return by_name.reset_index(drop=True).assign(model=names, bases="", account=names)
    table = catalogue if population == "catalogue" else on_day(top, last_day(top))
    kinds = {"language models": LANGUAGE, "text generation": ["text-generation"]}
    kinds["catalogue"] = kinds["text generation"]
    if population in kinds:
        table = table[table["pipeline_tag"].isin(kinds[population])]
    table = table[table["hub_downloads_30d"] > 0].reset_index(drop=True)
    bases = table["base_models"].fillna("") if "base_models" in table else ""
    weight = table["hub_downloads_30d"].astype(float)
    return pd.DataFrame(dict.fromkeys(WEIGHTS, weight)).assign(
        model=table["model_id"], bases=bases, account=table["author"]
    )


@remembered
def _with_families(models, belongs) -> pd.DataFrame:
    """The families that a model may belong to, joined by |: those of its name, else of its base."""
    if belongs != NAMED:
        return models.assign(family=models["account"].replace(ACCOUNTS))
    own, base = (_named(models[text].str.lower()) for text in ("model", "bases"))
    families = own.where(own.ne(""), base)
    return models.assign(family=families.where(families.ne(""), models["account"]))


ACCOUNTS = {"deepseek-ai": "DeepSeek", "meta-llama": "Llama", "mistralai": "Mistral"}


def _named(text) -> pd.Series:
    """The families whose names a text bears, joined by |; accounts do not count."""
    name = text.str.replace(r"[^|]*/", "", regex=True)
    joined = pd.Series("", index=text.index)
    for family, names in FAMILIES.items():
        joined = joined + np.where(name.str.contains(names), f"|{family}", "")
    return joined.str.strip("|")


def _ranked(models) -> tuple[Ranking, Ranking]:
    """The families, and as shown: a model of several names is shared out equally among them."""
    opened = models.assign(family_doubt=SEVERAL.name, weight_doubt=ROUNDING.name)
    names = models["family"].str.split("|")
    parts = models["value"] / names.str.len()
    each = models.assign(family=names, **dict.fromkeys(WEIGHTS, parts)).explode("family")
    return (
        Ranking(Coarse(opened, (SEVERAL, ROUNDING), "models", "downloads"), "family"),
        Ranking(Coarse(each, (), "models", "downloads"), "family"),
    )


SEVERAL = Doubt("models with two names", "either family")


def _totals(families, shown) -> pd.DataFrame:
    """What each family has at least (models that bear its name alone), as shown, and at most."""
    extent = families.extent(None, CLAIMED).drop("")
    models = shown.units.rows["family"].value_counts()
    totals = pd.DataFrame(
        {"low": extent["least"], "value": shown.shown, "high": extent["most"], "models": models}
    )
    totals = totals.fillna(0).rename_axis("family").astype({"models": int})
    return totals.sort_values("value", ascending=False, kind="stable")


def estimate(sample, *, rng) -> Iterator[Estimate]:
    shown = sample["shown"]
    named = [family for family in CLAIMED if family in shown.shown]
    leading = tuple(dict.fromkeys([*shown.shown.index[:RANKED], *named]))
    drawn = cache(partial(shown.drawn, leading, "model", rng=rng))
    for families in (CLAIMED, *((family,) for family in CLAIMED)):
        asked = [family for family in families if family in named]
        yield _rank(sample, families, lambda asked=asked: [drawn()[family] for family in asked])


def _rank(sample, families, drawn) -> Estimate:
    """The rank of a family, or of the lower one of both."""
    rank, both = sample["families"].rank(*families), len(families) > 1
    return rank.estimate(
        label=LOWER if both else RANK.format(*families),
        unit="rank",
        value=sample["shown"].rank(*families).value,
        n=len(rank.units.rows),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=(_needed(sample["shown"].shown),) if both else (),
        budget=_budget(rank, drawn, len(families)),
    )


@deferred
def _budget(rank, drawn, families) -> tuple[BudgetRow, ...]:
    """Of several families the row of the lower one: it has a rank for each of them at least."""
    rows = drawn()
    if len(rows) > 1:
        least, most = (max(getattr(row, end) for row in rows) for end in ("low", "high"))
        rows = [replace(rows[0], low=max(least, families), high=most)]
    return budget(*rank.budget(), *rows)


def _needed(totals) -> TippingPoint:
    """By which factor the lower one's total would have to differ to change the answer."""
    ours = totals.reindex(list(CLAIMED), fill_value=0.0)
    lower, rivals = ours.idxmin(), totals.drop(index=list(CLAIMED), errors="ignore")
    what = f"factor on the total of {lower}"
    if not ours[lower] or rivals.empty:
        never = f"no factor changes that: {lower} has no download, or nobody else has"
        return TippingPoint(what=what, threshold=None, sentence=never)
    factor = float(rivals.max() / ours[lower])
    total = f"its total ({'more' if factor > 1 else 'fewer'}), that of {rivals.idxmax()}"
    return turned_at(what, f"turned if {lower} had {{}} times {total}", factor)


ASSUMPTIONS = (
    Assumption.untestable(
        name="a name tells the family",
        evidence="Tunes and copies under free names are missed where they name no base; tiny "
        "models made for tests are counted unless they are left out.",
    ),
    Assumption.of_scope(
        name="these are the downloads of November 2025",
        evidence="The Hub tables are of 2026; only the Ollama pulls are of the time of the claim.",
    ),
)


# Figure -------------------------------------------------------------------------------------------

SHOWN = 6
PANELS = {
    "top 1,000": "a  1,000 most downloaded,\nJune 2026",
    "text generation": "b  Text generation,\nof the 1,000",
    "Ollama pulls": "c  Ollama pulls,\nFeb to Nov 2025",
}


def figure(result):
    canvas, panels = figures.canvas((1, 3), height=2.6, source=result)
    for axes, (population, title) in zip(panels, PANELS.items(), strict=True):
        answer = result.answer(population=population)
        rows = answer.tables["totals"].records()
        shown = [*rows[:SHOWN], *(row for row in rows[SHOWN:] if row["family"] in CLAIMED)]
        colors = [figures.INK if r["family"] in CLAIMED else figures.OTHER for r in shown]
        sets = [Bounds(row["low"] / 1e6, row["high"] / 1e6) for row in shown]
        values = [row["value"] / 1e6 for row in shown]
        figures.forest(
            axes, [f"{1 + rows.index(row)}  {_called(row['family'], population)}" for row in shown],
            figures.Series(rows=sets, values=values, color=colors), groups=[2],
            xlabel="million " + ("pulls" if "pulls" in population else "downloads in 30 days")
            + "\n(black: claimed)",
        )  # fmt: skip
        axes.set_xlim(left=0)
        axes.set_title(title, fontsize=9)
    return canvas


def _called(family, population) -> str:
    """Models of the Hub that bear no family's name stand together by account."""
    is_family = population == "Ollama pulls" or family in (*FAMILIES, *ACCOUNTS.values())
    return family if is_family else f"others of {family}"
