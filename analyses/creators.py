"""Who leads the top models by number, and does Meta lead by downloads?

An article of January 2024 names Stability AI, Facebook, Microsoft and TheBloke as the creators of
most of the 300 top models, and Meta, with 30 % of downloads, as the one that is downloaded most,
before OpenAI and Google. Who counts as the creator matters: an account, the organisation behind
it, or whoever made the model that another one was built on. The lists of 2026-06-10 and 2026-06-11
are one observation and not two: they share 29 of 30 days.
"""

import math
from functools import partial
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    BudgetRow,
    Estimate,
    FromTable,
    Hypothesis,
    Sample,
    Settled,
    TippingPoint,
    figures,
)
from research.estimators.budget import alternatives_row, budget, leave_one_out_row, sampling_row
from research.estimators.clustered import clustered_share, leave_one_out
from research.estimators.multiverse import multinomial_covariance, rank_confidence_sets
from research.measures.hub import LIKE_THEN, USED
from research.measures.publishers import accounts_of, kept_at_hugging_face, organisations
from research.measures.top_lists import lists_of, of_day, top_lists
from research.wording import number, percent

# Organisation, and the account that an article of its time would name.
ACCOUNTS = {
    "Stability AI": "stabilityai",
    "Meta": "facebook",
    "Microsoft": "microsoft",
    "TheBloke": "TheBloke",
    "OpenAI": "openai",
    "Google": "google",
}
# Ranks that the claims give, from and to.
CLAIMED = {
    "models": dict.fromkeys(["Stability AI", "Meta", "Microsoft", "TheBloke"], (1, 4)),
    "downloads": {"Meta": (1, 1), "OpenAI": (2, 3), "Google": (2, 3)},
}
RANK, SHARE, SPEECH = "{}: rank by {}", "Meta: share of downloads", "wav2vec 2.0: share of Meta's"
CLAIMS = {
    "models": "patterns/creators-by-count",
    "downloads": "patterns/meta-leads-downloads",
}
LEADING = 6  # creators shown beside those of the claims
LATER = {"role": "out of sample", "scope": "later date"}

HYPOTHESES = {
    RANK.format(creator, unit): Hypothesis(
        claims=[CLAIMS[unit]],
        estimand=f"rank of {creator} among the creators of the top models, by {unit}",
        null=(first + last) / 2,
        margin=(last - first) / 2,
        null_source=f"the claim: rank {first}" + (f" to {last}" if last > first else ""),
        alternative="equivalent",
        part=creator,
        **LATER,
    )
    for unit, ranks in CLAIMED.items()
    for creator, (first, last) in ranks.items()
} | {
    SHARE: Hypothesis(
        claims=[CLAIMS["downloads"]],
        estimand="share of the downloads of the top models that goes to models of Meta",
        null=0.3,
        margin=0.05,
        null_source="the published share; five percentage points either way, stated by this "
        "project",
        alternative="equivalent",
        **LATER,
    )
}
SETTLED = [
    Settled(
        claim=CLAIMS["downloads"],
        word="contradicted by documentation",
        reason="In one part: the article credits Meta's lead to word2vec for speech recognition, "
        "but word2vec is a method for vectors of words, made at Google in 2013. The model for "
        "speech is wav2vec 2.0, made at Facebook in 2020.",
        reference="Mikolov et al. (2013), doi:10.48550/arXiv.1301.3781; Baevski et al. (2020), "
        "doi:10.48550/arXiv.2006.11477",
    )
]


def sample(
    hub_top_models,
    publisher_origins,
    *,
    population: Annotated[
        str, ESTIMAND, FromTable("hub_top_models", lists_of)
    ] = "top 300, 2026-06-11",
    creator: Literal[
        "organisation", "organisation, sentence-transformers at Hugging Face", "account"
    ] = "organisation",
    made_from: Literal["publisher", "base model"] = "publisher",
    spike: Literal["kept", "removed"] = "kept",
) -> Sample:
    chosen = lists_of(hub_top_models)[population]
    created = partial(_created, publisher_origins, creator, made_from)
    listed = top_lists(hub_top_models, chosen.size)
    lists = {day: created(rows) for day, rows in listed.items()}
    models = of_day(lists, chosen.day, spike)
    return Sample(
        population=chosen.population,
        as_of=chosen.day,
        data={"models": models, "dates": {day: _totals(rows) for day, rows in lists.items()}},
        tables={"creators": _table(_totals(models))},
    )


def _names(accounts, origins, creator) -> pd.Series:
    """Whose each account is."""
    if creator == "account":
        return accounts.replace({account: name for name, account in ACCOUNTS.items()})
    at_home = origins if creator == "organisation" else kept_at_hugging_face(origins)
    return organisations(accounts, at_home)


def _created(origins, creator, made_from, rows) -> pd.DataFrame:
    account = rows["author"]
    if made_from == "base model":
        # The first base that is named. A model that names none may have one all the same.
        account = accounts_of(rows["base_models"]).fillna(account)
    return pd.DataFrame(
        {
            "model": rows["model_id"],
            "creator": _names(account, origins, creator),
            "models": 1.0,
            "downloads": rows["hub_downloads_30d"].astype(float),
        }
    )


def _totals(models) -> pd.DataFrame:
    """Models and downloads of each creator; 0 for those of the claims that are not listed."""
    held = models.groupby("creator")[["models", "downloads"]].sum()
    return held.reindex(held.index.union(list(ACCOUNTS)), fill_value=0.0)


def _table(totals) -> pd.DataFrame:
    """The leading creators and those of the claims, with their ranks."""
    ranks = totals.rank(method="min", ascending=False).astype(int).add_prefix("rank by ")
    shown = (ranks <= LEADING).any(axis="columns") | totals.index.isin(list(ACCOUNTS))
    shares = totals.assign(share=totals["downloads"] / totals["downloads"].sum())
    return shares.join(ranks)[shown].drop(columns="downloads").reset_index(names="creator")


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample, *, rng) -> list[Estimate]:
    models = sample["models"]
    totals, largest = _totals(models), models.groupby("creator")[["models", "downloads"]].max()
    drawn = _drawn(totals["models"], rng)
    found = [
        _rank(sample, creator, totals[unit], largest[unit], drawn)
        for unit, ranks in CLAIMED.items()
        for creator in ranks
    ]
    if not totals["downloads"]["Meta"]:  # nothing is said of a share that is not there
        return found
    return [*found, _share_of_meta(sample), _speech(models)]


def _rank_of(totals, creator) -> int:
    """One plus the creators that have more: of those with equally many each gets the better."""
    return int(1 + (totals.to_numpy() > totals[creator]).sum())


def _rank(sample, creator, totals, largest, drawn) -> Estimate:
    unit = totals.name
    dates = {day: _rank_of(found[unit], creator) for day, found in sample["dates"].items()}
    rows = [
        alternatives_row("date", dates),
        alternatives_row("one model left out", _without_each(totals, largest, creator)),
    ]
    if unit == "models" and creator in drawn:
        rows.append(drawn[creator])
    return Estimate(
        label=RANK.format(creator, unit),
        unit="rank",
        value=_rank_of(totals, creator),
        n=len(sample["models"]),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=(_turning(totals, creator),),
        budget=budget(*rows),
    )


def _without_each(totals, largest, creator) -> dict[str, int]:
    """The rank without the largest model of each creator in turn."""
    left = totals.to_numpy() - np.diag(largest.reindex(totals.index, fill_value=0.0))
    own = left[:, [totals.index.get_loc(creator)]]
    names = "all but the largest of " + totals.index
    return dict(zip(names, (1 + (left > own).sum(axis=1)).tolist(), strict=True))


def _drawn(models, rng) -> dict[str, BudgetRow]:
    """Ranks by number that are not excluded, all at once, had other models been drawn."""
    shown = models.index.isin([*models.nlargest(LEADING).index, *ACCOUNTS]) & (models > 0)
    counts = pd.concat([models[shown], pd.Series({"everyone else": models[~shown].sum()})])
    covariance = multinomial_covariance(counts, design_effect=1)[:-1, :-1]
    shares = models[shown] / models.sum()
    sets = rank_confidence_sets(shares, covariance, rng=rng)
    return {
        creator: BudgetRow(
            source="other models drawn",
            low=found.low,
            high=found.high,
            detail=f"95 % confidence set of all {len(shares)} ranks shown, as if models were "
            "independent, which those of one creator are not",
        )
        for creator, found in zip(shares.index, sets, strict=True)
    }


def _share_of_meta(sample) -> Estimate:
    models = sample["models"]
    columns = models["downloads"] * (models["creator"] == "Meta"), models["downloads"]
    dates = {
        day: float(found["downloads"]["Meta"] / found["downloads"].sum())
        for day, found in sample["dates"].items()
    }
    share = leave_one_out(*columns, models["model"])
    return Estimate(
        label=SHARE,
        unit="share of downloads",
        value=share.value,
        n=len(models),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=(_times(share.value),),
        budget=budget(
            leave_one_out_row(share, "model"),
            sampling_row(clustered_share(*columns, models["model"]), "models"),
            alternatives_row("date", dates),
        ),
    )


def _speech(models) -> Estimate:
    """How much of Meta's downloads its speech model still brings."""
    own = models[models["creator"] == "Meta"]
    speech = own["downloads"][own["model"].str.contains("wav2vec2")]
    largest = own.loc[own["downloads"].idxmax(), "model"]
    return Estimate(
        label=SPEECH,
        unit="share of Meta's downloads",
        value=float(speech.sum() / own["downloads"].sum()),
        n=len(own),
        n_unit="models",
        assumptions=(
            Assumption(
                name="one model drives the downloads of Meta",
                holds="no",
                evidence=f"Its most downloaded model is {largest}, with "
                f"{percent(own['downloads'].max() / own['downloads'].sum())} of its downloads.",
            ),
        ),
    )


# What would overturn it ---------------------------------------------------------------------------


def _turning(totals, creator) -> TippingPoint:
    """What a creator lacks for the ranks of the claim, has too much of, or may lose."""
    unit, own, others = totals.name, totals[creator], np.sort(totals.drop(creator))[::-1]
    first, last = CLAIMED[unit][creator]
    ranks = f"rank {first}" + (f" to {last}" if last > first else "")
    lacking = others[last - 1] - own
    spare = own - others[first - 2] if first > 1 else -math.inf
    if lacking > 0:
        change, turn = lacking, "only with {} more"
    elif spare >= 0:
        change, turn = spare, "only with more than {} fewer"
    else:
        change, turn = -lacking, "is lost with more than {} fewer"
    return TippingPoint(
        what=f"{unit} between {creator} and {ranks}",
        threshold=float(change),
        sentence=f"{ranks} {turn.format(number(change, 0))} {unit}, against {number(own, 0)} now",
    )


def _times(share) -> TippingPoint:
    """By which factor Meta's downloads would have to grow, those of all others standing still."""
    edge = HYPOTHESES[SHARE].null - HYPOTHESES[SHARE].margin
    factor = edge / (1 - edge) * (1 - share) / share
    return TippingPoint(
        what="factor on the downloads of Meta",
        threshold=factor,
        sentence=f"within five points of the published share only with {number(factor, 1)} times "
        "its downloads",
    )


ASSUMPTIONS = (
    LIKE_THEN,
    Assumption(
        name="accounts are those of the claim's time",
        holds="no",
        evidence="In January 2024 models such as bert-base-uncased, roberta-base and gpt2 stood "
        "under no account. From the end of that month they were moved to google-bert, FacebookAI "
        "and openai-community (github.com/huggingface/transformers/pull/28795), which count for "
        "Google, Meta and OpenAI here.",
    ),
    USED,
    Assumption(
        name="the list is a sample",
        holds="no",
        evidence="The claim is about the list itself. What other models would have given is a row "
        "of the budget; ranks by downloads have none, as one creator's models are not independent "
        "and a few carry the totals.",
    ),
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    table = result.answer().tables["creators"]
    creators = pd.DataFrame(table.rows, columns=table.columns).set_index("creator")
    canvas, (models, shares) = figures.canvas((1, 2), height=3.4, source=figures.sources(result))
    _draw(models, creators, "models", "models")
    _draw(shares, creators, "downloads", "share")
    claimed = HYPOTHESES[SHARE].null
    row = [label.get_text() for label in shares.get_yticklabels()].index("Meta")
    shares.plot(claimed, -row, "D", mfc="white", mec=figures.INK, ms=5)
    shares.annotate(
        "Meta in 2024", (claimed, -row), xytext=(6, 7), textcoords="offset points", ha="right",
        fontsize=8,
    )  # fmt: skip
    models.set(xlim=(0, 68), title="a  By number of models")
    models.set_xlabel("models among the 300 most downloaded,\nJune 2026")
    shares.set(xlim=(0, 0.33), title="b  By downloads")
    shares.set_xlabel("share of the downloads of these 300")
    return canvas


def _draw(axes, creators, unit, column) -> None:
    """The leading creators and those of the claim, the latter dark and with their ranks."""
    ranks = f"rank by {unit}"
    shown = (creators[ranks] <= LEADING) | creators.index.isin(list(CLAIMED[unit]))
    rows = creators[shown].sort_values(ranks, kind="stable")
    for height, (creator, row) in enumerate(rows.iterrows()):
        axes.plot([0, row[column]], [-height] * 2, color=figures.FAINT, lw=1, zorder=0)
        claimed, found = CLAIMED[unit].get(creator), (row[column], -height)
        if claimed is None:
            axes.plot(*found, "s", color=figures.OTHER, ms=4.5, clip_on=False)
            continue
        axes.plot(*found, "o", color=figures.INK, ms=4.5, clip_on=False)
        rank = f"rank {row[ranks]:.0f}" if row["models"] > 0 else "none listed"
        said = " to ".join(map(str, dict.fromkeys(claimed)))
        axes.annotate(
            f"{rank}, claimed {said}", found, xytext=(6, 0), textcoords="offset points",
            va="center", fontsize=8,
        )  # fmt: skip
    figures.label_rows(axes, list(rows.index))
