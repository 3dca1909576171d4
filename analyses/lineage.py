"""Do Chinese models build on Western ones, and does the rest of the world build on Chinese ones?

A model's repository may name the model that its weights were made from. Few say so where they
could, so that every count of bases is a lower bound. Sharing an architecture is another matter: Yi
has that of Llama, and weights of its own.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    Settled,
    TippingPoint,
    figures,
)
from research.doubts import among
from research.measures.publishers import NOT_TOLD, accounts_of, publishers
from research.measures.top_lists import last_day, on_day
from research.wording import number

WESTERN = "Chinese models made from Western ones"
WESTERN_SHARE = "Western share of the bases of Chinese models"
CHINESE_SHARE = "Chinese share of the bases of all other models"
ARCHITECTURE = "Llama's architecture among Chinese text-generation models"

HYPOTHESES = {
    WESTERN: Hypothesis(
        claims=["china-oss/western-bases"],
        estimand="number of models of Chinese publishers whose named base has a Western publisher",
        null=0,
        null_source="existence: the claim says some",
        alternative="greater",
        role="out of sample",
        scope="other population",
    )
}
SETTLED = [
    Settled(
        claim="china-oss/western-bases",
        word="supported by documentation",
        reason="The example holds for the architecture and not for the weights: Yi, its publisher "
        "says, adopts the architecture of Llama and was trained from scratch.",
        reference="01.AI, Yi's relation with LLaMA, https://github.com/01-ai/Yi/blob/main/docs/"
        "yi_relation_llama.md; EleutherAI, https://blog.eleuther.ai/nyt-yi-34b-response/",
    )
]
# Of the codes that occur: North America and Europe. An international collective is not counted.
WEST = [
    "US",
    "CA",
    "GB",
    "FR",
    "DE",
    "CH",
    "NL",
    "IT",
    "ES",
    "AT",
    "BE",
    "DK",
    "FI",
    "SE",
    "NO",
    "PT",
]
GROUPS = ("China", "the West", "elsewhere", "unknown")
LIBRARY = ("the names of the Ollama library", "2026-08-21")


def sample(
    hub_top_models,
    hub_llm_models,
    model_crosswalk,
    publisher_origins,
    hub_published_anchors,
    *,
    counted: Annotated[Literal["models", "downloads", "Ollama names"], ESTIMAND] = "models",
    relation: Literal["any", "trained further"] = "any",
) -> Sample:
    who, as_of = LIBRARY
    if counted != "Ollama names":
        who, as_of = "the 1,000 most downloaded models", last_day(hub_top_models)
        models = _of_hub(on_day(hub_top_models, as_of), publisher_origins)
        models = models[(relation == "any") | ~models["quantized"]]
    elif relation == "any":
        models = _of_library(model_crosswalk)
    else:
        raise NotApplicable("the library does not tell how a model was made from its base")
    if counted != "downloads":
        models = models.assign(weight=1.0)
    return Sample(
        population=who,
        as_of=as_of,
        data={
            "models": models,
            "unit": "downloads" if counted == "downloads" else "models",
            "text": _text_models(hub_llm_models, publisher_origins),
        },
        tables={"flows": _flows(models), "published": _published(hub_published_anchors)},
    )


def _parts_of_the_world(origin) -> pd.Series:
    """The part of the world of each publisher; unknown where its candidates are of several."""
    (china, _), (west, _) = among(origin, {"CN"}), among(origin, WEST)
    elsewhere = ~among(origin, {"CN", *WEST})[1]
    parts = pd.Series("unknown", index=origin.index)
    return parts.mask(china, "China").mask(west, "the West").mask(elsewhere, "elsewhere")


def _of_hub(top, origins) -> pd.DataFrame:
    """The models with where they and the bases that they name come from, themselves left out."""
    named = top.assign(base=top["base_models"].str.split("|")).explode("base").dropna(subset="base")
    named = named[named["base"].str.lower() != named["model_id"].str.lower()]
    owner = accounts_of(named["base"])
    bases = _parts_of_the_world(publishers(owner, origins)["origin"])
    bases = bases.groupby(level=0).agg(_together)
    own = owner.eq(named["author"]).groupby(level=0).all()
    return pd.DataFrame(
        {
            "model": top["model_id"],
            "origin": _parts_of_the_world(publishers(top["author"], origins)["origin"]),
            "base": bases.reindex(top.index),
            "own base": own.reindex(top.index, fill_value=False),
            "original": False,  # no base named does not mean that there is none
            "quantized": top["base_relation"].eq("quantized"),
            "weight": top["hub_downloads_30d"].astype(float),
        }
    )


def _together(found) -> str:
    """The origin of a model's bases: unknown where it has several of different origin."""
    return found.iloc[0] if found.nunique() == 1 else "unknown"


def _of_library(crosswalk) -> pd.DataFrame:
    base = crosswalk["base_publisher_country"]
    return pd.DataFrame(
        {
            "model": crosswalk["ollama_name"],
            "origin": _parts_of_the_world(crosswalk["publisher_candidates"]),
            "base": _parts_of_the_world(base.replace(NOT_TOLD, "")).where(base.notna()),
            "own base": crosswalk["base_publisher"].eq(crosswalk["publisher"]),
            # A name of the library that is known not to be derived has no base to be unknown.
            "original": crosswalk["derivative"].eq(False).fillna(False).astype(bool),
        }
    )


def _flows(models) -> pd.DataFrame:
    """Weight of the models with a named base, by origin of the model and of its base."""
    named = models.dropna(subset="base")
    sums = named.groupby(["origin", "base"])["weight"].sum()
    return sums.reset_index()


def _published(anchors) -> pd.DataFrame:
    """Shares of new derivatives with a Chinese base, as others state them."""
    quantities = [
        "new fine-tuned models based on Chinese base models",
        "Qwen share of new derivatives",
    ]
    rows = anchors[anchors["quantity"].isin(quantities)]
    shares = rows["stated_value"].str.extract(r"(\d+)%?(?: \(\w+ 2026\))?$")[0]
    return pd.DataFrame({"source": rows["source"], "share": shares.astype(float) / 100})


def _text_models(catalogue, origins) -> pd.DataFrame:
    text = catalogue[catalogue["pipeline_tag"] == "text-generation"]
    chinese = text[among(publishers(text["author"], origins)["origin"], {"CN"})[0]]
    return chinese["architecture"].str.lower().rename("architecture").to_frame()


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    models, unit = sample["models"], sample["unit"]
    chinese, others = (models[models["origin"].eq("China") == flag] for flag in (True, False))
    found = [
        *_share(WESTERN_SHARE, chinese, "the West", unit),
        *_share(CHINESE_SHARE, others, "China", unit),
    ]
    if unit == "downloads":
        return found
    return [_western(chinese), *found, *_architecture(sample["text"])]


def _western(chinese) -> Estimate:
    """Chinese models whose named base is Western, and those that name none."""
    made = chinese[chinese["base"] == "the West"]
    silent = chinese["base"].isna() & ~chinese["original"]
    doubtful = silent | chinese["base"].eq("unknown")
    names = ", ".join(made["model"].head(3))
    return Estimate(
        label=WESTERN,
        unit="models",
        value=float(len(made)),
        bounds=Bounds(float(len(made)), float(len(made) + doubtful.sum())),
        n=len(chinese),
        n_unit="models of Chinese publishers",
        assumptions=(NAMED, _silent(chinese)),
        tipping_points=(
            TippingPoint(
                what="base-model tags that would have to be wrong",
                threshold=float(len(made)),
                sentence=f"lost only if all {number(float(len(made)), 0)} were wrong ({names}"
                + (" and more)" if len(made) > 3 else ")"),
            ),
        ),
    )


def _share(label, models, origin, unit) -> Iterator[Estimate]:
    """Share of the named bases that are of an origin; bases of unknown origin may be."""
    named = models.dropna(subset="base")
    named = named[~named["own base"]]
    total = named["weight"].sum()
    if not total:  # a share of nothing
        return
    sure, doubtful = (
        float(named["weight"][named["base"].eq(k)].sum()) for k in (origin, "unknown")
    )
    yield Estimate(
        label=label,
        unit=f"share of {unit} with a base of another account",
        value=sure / total,
        bounds=Bounds(sure / total, (sure + doubtful) / total),
        n=len(named),
        n_unit="models that name a base of another account",
        assumptions=(NAMED, _silent(models)),
    )


def _architecture(text) -> Iterator[Estimate]:
    if text.empty:
        return
    llama, unknown = text["architecture"].eq("llama"), text["architecture"].isna()
    yield Estimate(
        label=ARCHITECTURE,
        unit="share of models",
        value=float(llama.mean()),
        bounds=Bounds(float(llama.mean()), float((llama | unknown).mean())),
        n=len(text),
        n_unit="text-generation models of Chinese publishers in the LLM catalogue",
        assumptions=(
            Assumption(
                name="one architecture means one origin",
                holds="no",
                evidence="The string says how the weights are laid out, not whose they are: it is "
                "the most common one of the whole catalogue, and Yi bears it.",
            ),
        ),
    )


NAMED = Assumption(
    name="a named base is the base of the weights",
    holds="not testable",
    evidence="The publisher names it; nobody checks.",
)


def _silent(models) -> Assumption:
    silent = models["base"].isna() & ~models["original"]
    return Assumption(
        name="models made from others name them",
        holds="no",
        evidence=f"{number(float(silent.sum()), 0)} of {number(len(models), 0)} name no base and "
        "may have one: on the Hub, DeepSeek's models distilled into Llama name none.",
    )


# Figure -------------------------------------------------------------------------------------------

LOOK = {
    "China": (figures.CHINA, ""),
    "the West": (figures.UNITED_STATES, "////"),
    "elsewhere": (figures.OTHER, "...."),
    "unknown": (figures.FAINT, ""),
}


def figure(result):
    canvas, (flows, shares) = figures.canvas(
        (1, 2), height=3.4, source=figures.sources(result), width_ratios=(1.1, 1)
    )
    models, downloads, names = (result.answer(counted=c) for c in result.choices["counted"])
    _draw_flows(flows, models.tables["flows"])
    rows = {
        "West, in Chinese models": models.estimates[WESTERN_SHARE],
        "West, in Chinese Ollama names": names.estimates[WESTERN_SHARE],
        "China, in others' models": models.estimates[CHINESE_SHARE],
        "the same, by downloads": downloads.estimates[CHINESE_SHARE],
        "China, in others' Ollama names": names.estimates[CHINESE_SHARE],
    }
    labels = [f"{label} ({number(row.n, 0)})" for label, row in rows.items()]
    figures.forest(
        shares, [*labels, "China, in new models (published)"],
        figures.Series(rows=[*rows.values(), None]), width=20, xlim=(0, 1),
        xlabel="share of the bases that are named\n(in brackets: models that name one)",
        title="b  Bases of other accounts",
    )  # fmt: skip
    published = [share for _, share in models.tables["published"].rows]
    shares.plot(published, [-len(rows)] * len(published), "D", ms=5, mfc="white", mec=figures.INK)
    return canvas


def _draw_flows(axes, table) -> None:
    """Models by origin, and within each bar the origin of the base that they name."""
    sums = {(origin, base): weight for origin, base, weight in table.rows}
    for row, origin in enumerate(GROUPS):
        left = 0.0
        for base, (color, hatch) in LOOK.items():
            width = sums.get((origin, base), 0.0)
            axes.barh(
                -row,
                width,
                left=left,
                height=0.6,
                color=color,
                hatch=hatch,
                edgecolor="white",
                lw=0,
            )
            left += width
    for base, (color, hatch) in LOOK.items():
        axes.bar(0, 0, color=color, hatch=hatch, edgecolor="white", lw=0, label=base)
    figures.label_rows(axes, list(GROUPS))
    axes.set_ylabel("publisher of the model")
    axes.set_xlabel("models that name a base")
    axes.set_title("a  1,000 most downloaded: whose base?")
    axes.legend(title="publisher of the base", loc="lower right", fontsize=7.5, title_fontsize=7.5)
