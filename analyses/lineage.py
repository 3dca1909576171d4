"""Do Chinese models build on Western ones, and does the rest of the world build on Chinese ones?

A model's repository may name the model that its weights were made from. Few say so where they
could, so that every count of bases is a lower bound. Sharing an architecture is another matter: Yi
has that of Llama, and weights of its own.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    AnySize,
    Assumption,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    Settled,
    figures,
)
from research.doubts import Coarse, Doubt, Share, Sum, turned_at, where
from research.doubts.coarse import BETWEEN
from research.measures.cells import hub_cells
from research.measures.hub import hub_downloads, named_bases
from research.measures.publishers import (
    ANYWHERE,
    NOT_TOLD,
    ORIGIN,
    Persons,
    any_of,
    library_publishers,
    with_persons,
)
from research.measures.remembering import remembered
from research.measures.top_lists import last_day, on_day
from research.wording import written

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
    "US", "CA", "GB", "FR", "DE", "CH", "NL", "IT", "ES", "AT", "BE", "DK", "FI", "SE", "NO", "PT",
]  # fmt: skip
NO_BASE = "none"
GROUPS = ("China", "the West", "elsewhere", "unknown")
LIBRARY = ("the names of the Ollama library", "2026-08-21")


def sample(
    hub_top_models: AnySize,
    hub_llm_models,
    model_crosswalk,
    model_crosswalk_names,
    publisher_origins,
    hub_published_anchors,
    *,
    counted: Annotated[Literal["models", "downloads", "Ollama names"], ESTIMAND] = "models",
    relation: Literal["any", "trained further"] = "any",
    persons: Persons = "in no country",
) -> Sample:
    origins = with_persons(publisher_origins, persons)
    if counted != "Ollama names":
        who, as_of = "the 1,000 most downloaded models", last_day(hub_top_models)
        models = _of_hub(on_day(hub_top_models, as_of), origins)
        if relation == "trained further":
            models = models.among(models.rows["base_relation"].ne("quantized"))
    elif relation == "any":
        who, as_of = LIBRARY
        library = library_publishers(model_crosswalk_names, origins, model_crosswalk)
        models = _of_library(library, model_crosswalk.set_index("ollama_name"))
    else:
        raise NotApplicable("the library does not tell how a model was made from its base")
    if counted != "downloads":
        models = models.counted()
    return Sample(
        population=who,
        as_of=as_of,
        data={"models": models, "text": _text_models(hub_llm_models, origins)},
        tables={
            "flows": lambda: _flows(models),
            "published": lambda: _published(hub_published_anchors),
        },
    )


WHOSE = ("owner", "origin", "confirmed", "bases", "own_base", "base_relation")


@remembered
def _of_hub(listed, origins) -> Coarse:
    """The models with where they and the bases that they name come from, themselves left out."""
    models = hub_cells(listed, origins, by=WHOSE)
    models = replace(models, rows=models.rows.rename(columns={"owner": "organisation"}))
    named = models.rows["bases"]
    bases = named_bases(named[named.ne("")], origins)
    # No base named does not mean that there is none.
    origin, own = any_of(bases["origin"], bases.index), models.rows["own_base"]
    return _with_bases(models, origin, own, originals=[])


def _of_library(library, crosswalk) -> Coarse:
    base = crosswalk["base_publisher_country"].replace(NOT_TOLD, "").dropna()
    own = crosswalk["base_publisher"].eq(crosswalk["publisher"])
    # A name of the library that is known not to be derived has no base to be unknown.
    originals = crosswalk.index[crosswalk["derivative"].eq(False).fillna(False)]
    rows = library.assign(origin_doubt=ORIGIN.name, low=1.0, value=1.0, high=1.0)
    return _with_bases(Coarse(rows, [ORIGIN], "models"), base, own, originals)


def _with_bases(units, base, own, originals) -> Coarse:
    """The models with the parts of the world that they and their bases are of."""
    models = units.rows.index
    silent = ~models.isin([*base.index, *originals])
    rows = units.rows.assign(
        origin=_parts_of_the_world(units.rows["origin"]),
        base=_parts_of_the_world(base).reindex(models).mask(silent, "").fillna(NO_BASE),
        base_doubt=np.where(silent, SILENT.name, ORIGIN.name),
        own_base=own.reindex(models, fill_value=False),
    )
    return replace(units, rows=rows, doubts=(ORIGIN, SILENT))


def _parts_of_the_world(origin) -> pd.Series:
    """The parts of the world that each publisher may be of: any, where its country is unknown."""
    part_of = {"CN": "China"} | dict.fromkeys(WEST, "the West")
    parts = {ANYWHERE: ANYWHERE}
    for codes in origin[origin != ANYWHERE].dropna().unique():
        possible = {part_of.get(code, "elsewhere") for code in codes.split(BETWEEN)}
        parts[codes] = BETWEEN.join(sorted(possible))
    return origin.map(parts)


def _named(models) -> Coarse:
    """The models that name a base."""
    return models.among(~_silent(models) & models.rows["base"].ne(NO_BASE))


def _silent(models) -> pd.Series:
    """Which models name no base and may have one?"""
    return models.rows["base_doubt"].eq(SILENT.name)


def _flows(models) -> pd.DataFrame:
    """Weight of the models with a named base, by origin of the model and of its base."""
    named = _named(models).rows[["origin", "base", "value"]].rename(columns={"value": "weight"})
    for side in ("origin", "base"):
        named[side] = named[side].where(named[side].isin(GROUPS), "unknown")
    return named.groupby(["origin", "base"])["weight"].sum().reset_index()


def _published(anchors) -> pd.DataFrame:
    """Shares of new derivatives with a Chinese base, as others state them."""
    based = "new fine-tuned models based on Chinese base models"
    rows = anchors[anchors["quantity"].isin([based, "Qwen share of new derivatives"])]
    shares = rows["stated_value"].str.extract(r"(\d+)%?(?: \(\w+ 2026\))?$")[0]
    return pd.DataFrame({"source": rows["source"], "share": shares.astype(float) / 100})


@remembered
def _text_models(catalogue, origins) -> Coarse:
    """The text-generation models of the catalogue that are certainly of Chinese publishers."""
    text = catalogue[catalogue["pipeline_tag"] == "text-generation"]
    units = hub_downloads(text, origins).counted()
    architecture = text["architecture"].str.lower().fillna("").to_numpy()
    rows = units.rows.assign(architecture=architecture, architecture_doubt=UNTOLD.name)
    units = replace(units, rows=rows, doubts=(*units.doubts, UNTOLD))
    return units.among(units.holds(where(origin="CN"))[0])


def estimate(sample) -> list[Estimate]:
    models = sample["models"]
    is_chinese, _ = models.holds(where(origin="China"))
    chinese, others = models.among(is_chinese), models.among(~is_chinese)
    shares = [*_share(WESTERN_SHARE, chinese, "the West"), *_share(CHINESE_SHARE, others, "China")]
    if models.weighs == "downloads":
        return shares
    return [_western(chinese), *shares, *_architecture(sample["text"])]


def _western(chinese) -> Estimate:
    """Chinese models whose named base is Western, and those that name none."""
    western = where(base="the West")
    certain, _ = chinese.holds(western)
    made, shown = chinese.size(certain), chinese.rows.index[certain][:3]
    lost = turned_at(
        "base-model tags that would have to be wrong",
        "lost only if all {:0} were wrong ({})",
        float(made),
        ", ".join(shown) + (" and more" if made > len(shown) else ""),
    )
    return Sum(chinese, western).estimate(
        label=WESTERN,
        unit="models",
        value=float(made),
        n=chinese.size(),
        n_unit="models of Chinese publishers",
        assumptions=(NAMED, _may_be_silent(chinese)),
        tipping_points=(lost,),
    )


def _share(label, models, part_of_the_world) -> Iterator[Estimate]:
    """Share of the named bases that are of a part of the world; those of unknown origin may be."""
    named = _named(models)
    named = named.among(~named.rows["own_base"])
    if not named.held():  # a share of nothing
        return
    share = Share(of=where(base=part_of_the_world)).in_(named)
    yield share.estimate(
        label=label,
        unit=f"share of {models.weighs} with a base of another account",
        n=named.size(),
        n_unit="models that name a base of another account",
        assumptions=(NAMED, _may_be_silent(models)),
    )


def _architecture(text) -> Iterator[Estimate]:
    if text.rows.empty:
        return
    llama = Share(of=where(architecture="llama")).in_(text)
    yield llama.estimate(
        label=ARCHITECTURE,
        unit="share of models",
        n=len(text.rows),
        n_unit="text-generation models of Chinese publishers in the LLM catalogue",
        assumptions=(LAYOUT,),
    )


SILENT = Doubt("models that name no base", "a base of any origin, or none")
UNTOLD = Doubt("models without an architecture", "an architecture of any name")
LAYOUT = Assumption.of_scope(
    name="one architecture means one origin",
    evidence="The string says how the weights are laid out, not whose they are: it is the most "
    "common one of the whole catalogue, and Yi bears it.",
)
NAMED = Assumption.untestable(
    name="a named base is the base of the weights",
    evidence="The publisher names it; nobody checks.",
)


def _may_be_silent(models) -> Assumption:
    evidence = (
        "{:0} of {:0} name no base and may have one: on the Hub, DeepSeek's models distilled into "
        "Llama name none."
    )
    evidence = written(evidence, models.size(_silent(models)), models.size())
    return Assumption.of_set(name="models made from others name them", evidence=evidence)


# Figure -------------------------------------------------------------------------------------------

LOOK = {
    "China": (figures.CHINA, ""),
    "the West": (figures.INK, "////"),
    "elsewhere": (figures.OTHER, "...."),
    "unknown": (figures.FAINT, ""),
}


def figure(result):
    canvas, (flows, shares) = figures.two_panels(result, height=3.4, widths=(1.1, 1))
    models, downloads, names = (result.answer(counted=c) for c in result.choices["counted"])
    _draw_flows(flows, models.tables["flows"])
    rows = {
        "West, in Chinese models": models.estimates[WESTERN_SHARE],
        "West, in Chinese Ollama names": names.estimates[WESTERN_SHARE],
        "China, in others' models": models.estimates[CHINESE_SHARE],
        "the same, by downloads": downloads.estimates[CHINESE_SHARE],
        "China, in others' Ollama names": names.estimates[CHINESE_SHARE],
    }
    labels = [written("{} ({:0})", label, row.n) for label, row in rows.items()]
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
    sums: dict[str, dict] = {origin: {} for origin in GROUPS}
    for origin, base, weight in table.rows:
        sums[origin][base] = weight
    legend = {"title": "publisher of the base", "title_fontsize": 7.5, "loc": "lower right"}
    figures.stacked_bars(axes, sums, LOOK, **legend)
    axes.set(xlabel="models that name a base", ylabel="publisher of the model")
    axes.set_title("a  1,000 most downloaded: whose base?")
