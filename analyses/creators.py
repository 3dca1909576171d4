"""Who leads the top models by number, and does Meta lead by downloads?

An article of January 2024 names Stability AI, Facebook, Microsoft and TheBloke as the creators of
most of the 300 top models, and Meta, with 30 % of downloads, as the one that is downloaded most,
before OpenAI and Google. Who counts as the creator matters: an account, the organisation behind
it, or whoever made the model that another one was built on. The lists of 2026-06-10 and 2026-06-11
are one observation and not two: they share 29 of 30 days.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    AnySize,
    Assumption,
    Estimate,
    FromTable,
    Hypothesis,
    Sample,
    Settled,
    figures,
)
from research.doubts import Coarse, Ranking, Share, turned_at, where
from research.estimators.budget import alternatives_row, budget
from research.measures.hub import LIKE_THEN, USED, hub_downloads
from research.measures.publishers import accounts_of, kept_at_hugging_face, organisations
from research.measures.remembering import remembered
from research.measures.top_lists import chosen_list, lists_of, top_lists
from research.results import BudgetRow, Deferred

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
RANK, SHARE = "{}: rank by {}", "Meta: share of downloads"
CLAIMS = {"models": "patterns/creators-by-count", "downloads": "patterns/meta-leads-downloads"}
POPULATIONS = FromTable("hub_top_models", lists_of)
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
    hub_top_models: AnySize,
    publisher_origins,
    *,
    population: Annotated[str, ESTIMAND, POPULATIONS] = "top 300, 2026-06-11",
    creator: Literal[
        "organisation", "organisation, sentence-transformers at Hugging Face", "account"
    ] = "organisation",
    made_from: Literal["publisher", "base model"] = "publisher",
    spike: Literal["kept", "removed"] = "kept",
) -> Sample:
    chosen = lists_of(hub_top_models)[population]
    lists = top_lists(hub_top_models, chosen.size)

    def created(listed) -> Coarse:
        return _created(listed, publisher_origins, creator, made_from)

    creators = _rankings(created(chosen_list(lists, chosen.day, spike)))
    return Sample(
        population=chosen.population,
        as_of=chosen.day,
        data={"creators": creators},
        deferred={
            "dates": lambda: {day: _rankings(created(rows)) for day, rows in lists.items()},
            "shares": lambda: {day: META.in_(created(rows)).value for day, rows in lists.items()},
        },
        tables={"creators": lambda: _table(creators)},
    )


@remembered
def _created(rows, origins, creator, made_from) -> Coarse:
    """The models with their creators."""
    units = hub_downloads(rows, origins, tell=["base"])
    account = units.rows["account"]
    if made_from == "base model":
        # The first base that is named. A model that names none may have one all the same.
        account = accounts_of(units.rows["base"]).fillna(account)
    if creator == "account":
        who = account.replace({account: name for name, account in ACCOUNTS.items()})
    else:
        at_home = origins if creator == "organisation" else kept_at_hugging_face(origins)
        who = organisations(account, at_home)
    return replace(units, rows=units.rows.assign(creator=who, model=units.rows.index))


def _rankings(units) -> dict[str, Ranking]:
    """The creators by each of the two measures."""
    return {"models": Ranking(units.counted(), "creator"), "downloads": Ranking(units, "creator")}


def _table(creators) -> pd.DataFrame:
    """The leading creators and those of the claims, with their ranks."""
    held = pd.DataFrame({unit: ranking.shown for unit, ranking in creators.items()})
    held = held.reindex(held.index.union(list(ACCOUNTS)), fill_value=0.0)
    ranks = held.rank(method="min", ascending=False).astype(int).add_prefix("rank by ")
    shown = (ranks <= LEADING).any(axis="columns") | held.index.isin(list(ACCOUNTS))
    shares = held.assign(share=held["downloads"] / held["downloads"].sum())
    return shares.join(ranks)[shown].drop(columns="downloads").reset_index(names="creator")


def estimate(sample, *, rng) -> Iterator[Estimate]:
    models, downloads = (sample["creators"][unit] for unit in CLAIMED)
    leading = [*models.shown.index[:LEADING], *(name for name in ACCOUNTS if name in models.shown)]
    drawn = cache(partial(models.drawn, tuple(dict.fromkeys(leading)), "model", rng=rng))
    for unit, ranks in CLAIMED.items():
        yield from (_rank(sample, creator, unit, drawn) for creator in ranks)
    if "Meta" in downloads.shown:  # nothing is said of a share that is not there
        yield _share_of_meta(sample, downloads.units)


def _rank(sample, creator, unit, drawn) -> Estimate:
    rank = sample["creators"][unit].rank(creator)

    def rows() -> Iterator[BudgetRow]:
        dates = {day: by[unit].rank(creator).value for day, by in sample["dates"].items()}
        yield alternatives_row("date", dates)
        yield rank.left_out("model")
        if unit == "models" and creator in drawn():
            yield drawn()[creator]

    return Estimate(
        label=RANK.format(creator, unit),
        unit="rank",
        value=rank.value,
        n=len(rank.units.rows),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=Deferred(lambda: [rank.moved(*CLAIMED[unit][creator])]),
        budget=Deferred(lambda: budget(*rows())),
    )


META = Share(of=where(creator="Meta"))


def _share_of_meta(sample, units) -> Estimate:
    share = META.in_(units)
    edge = HYPOTHESES[SHARE].null - HYPOTHESES[SHARE].margin
    # Meta's downloads grow, those of all others stand still.
    times = turned_at(
        "factor on the downloads of Meta",
        "within five points of the published share only with {:1} times its downloads",
        edge / (1 - edge) * (1 - share.value) / share.value,
    )
    return Estimate(
        label=SHARE,
        unit="share of downloads",
        value=share.value,
        n=len(units.rows),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=(times,),
        budget=Deferred(
            lambda: budget(*share.drawn("model"), alternatives_row("date", sample["shares"]))
        ),
    )


ASSUMPTIONS = (
    LIKE_THEN,
    Assumption.of_scope(
        name="accounts are those of the claim's time",
        evidence="In January 2024 models such as bert-base-uncased, roberta-base and gpt2 stood "
        "under no account. From the end of that month they were moved to google-bert, FacebookAI "
        "and openai-community (github.com/huggingface/transformers/pull/28795), which count for "
        "Google, Meta and OpenAI here.",
    ),
    USED,
    Assumption.of_scope(
        name="the list is a sample",
        evidence="The claim is about the list itself. What other models would have given is a row "
        "of the budget; ranks by downloads have none, as one creator's models are not independent "
        "and a few carry the totals.",
    ),
)


def figure(result):
    table = result.answer().tables["creators"]
    creators = table.to_frame().set_index("creator")
    canvas, (models, shares) = figures.two_panels(result, height=3.4)
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
    shares.set(
        xlim=(0, 0.33), title="b  By downloads", xlabel="share of the downloads of these 300"
    )
    figures.percent_ticks(shares.xaxis)
    return canvas


def _draw(axes, creators, unit, column) -> None:
    """The leading creators and those of the claim, the latter dark and with their ranks."""
    ranks = f"rank by {unit}"
    shown = (creators[ranks] <= LEADING) | creators.index.isin(list(CLAIMED[unit]))
    rows = creators[shown].sort_values(ranks, kind="stable")
    for height, (creator, row) in enumerate(rows.iterrows()):
        axes.plot([0, row[column]], [-height] * 2, color=figures.FAINT, lw=1, zorder=0)
        claimed, point = CLAIMED[unit].get(creator), (row[column], -height)
        if claimed is None:
            axes.plot(*point, "s", color=figures.OTHER, ms=4.5, clip_on=False)
            continue
        axes.plot(*point, "o", color=figures.INK, ms=4.5, clip_on=False)
        rank = f"rank {int(row[ranks])}" if row["models"] > 0 else "none listed"
        said = " to ".join(map(str, dict.fromkeys(claimed)))
        figures.note(axes, f"{rank}, claimed {said}", point, (6, 0))
    figures.label_rows(axes, list(rows.index))
