"""Are models of US publishers pulled more, against their downloads, than those of Chinese ones?

A family is a name of the Ollama library, such as qwen2.5; rules find its repositories on the Hub.
Taken are the families that two channels both hold, such as pulls and downloads of one month. How
many times as large is the share of each country's publishers in the one as in the other? The odds
ratio sets the United States against China: where it is 2, each Chinese download goes with one pull
of a Chinese model, say, and each US download with two of a US one. Models of other countries drop
out of it. Neither channel consists of these families alone: the same is asked of all models beside
it. Among the most downloaded models it is asked on every date that has both channels.

A router of requests names models and not families. It is set beside the others as a caution, over
the publishers that both hold and their models with public weights.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    CannotEstimate,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import (
    Coarse,
    Doubt,
    Representation,
    Share,
    overturned,
    resolved_against,
    where,
)
from research.doubts.representing import NOTHING
from research.estimators.budget import alternatives_row, budget
from research.measures.channels import (
    SAME_ACT,
    day_of_both,
    in_both,
    of_kinds,
    of_names,
    over_families,
)
from research.measures.clone_block import without_block
from research.measures.families import (
    course_of_downloads,
    course_of_pulls,
    each_family,
    known_of_families,
)
from research.measures.hub import GENERATION, hub_downloads, hub_facts, of_tasks, without_spike
from research.measures.other_scans import CONFIRMED
from research.measures.publishers import (
    CHINA,
    ORIGIN,
    UNITED_STATES,
    Persons,
    base_origins,
    library_publishers,
    with_persons,
)
from research.measures.pulls import ROUNDED, ollama_pulls, pulls_in_words, suddenly_pulled
from research.measures.remembering import remembered
from research.measures.routers import ONE_ROUTER, over_publishers, routed
from research.measures.sizes import of_listed_sizes
from research.measures.top_lists import on_day
from research.results import BudgetRow, deferred
from research.wording import written

ODDS = "odds ratio, US to China"
CODED = "the same over all models, by publisher"
ANY = "the same over all models, those of one channel alone of any origin"
ON = "odds ratio, US to China, {}"
TIMES, SHARE = "{}: share of {} over share of {}", "{}: share of {}"
COVERED = "share of {} in families that both hold"
ORIGINS = {
    "China": CHINA,
    "United States": UNITED_STATES,
    "other or unknown": ~where(origin=["CN", "US"]),
}

HYPOTHESES = {
    ODDS: Hypothesis(
        estimand="odds of a US against a Chinese publisher in one channel over those in another, "
        "among what both hold",
        null=1,
        null_source="equality: both channels hold as much of one for each of the other",
        alternative="greater",
        role="own question",
    )
}


@dataclass(frozen=True)
class Pair:
    """Two channels and their days; what each counts."""

    first: Literal["pulls", "hosts", "tokens"]
    second: Literal["catalogue", "top 1,000", "top 1,000 of 2025", "hosts", "pulls"]
    days: tuple[str, str]

    @property
    def counts(self) -> tuple[str, str]:
        return self.first, self.second if self.second in ("hosts", "pulls") else "downloads"

    @property
    def units(self) -> str:
        """Over what both channels are set side by side."""
        return "publishers" if self.first == "tokens" else "families"

    @property
    def by(self) -> tuple[str, ...]:
        """What is told one by one, and left out one by one."""
        return ("organisation",) if self.first == "tokens" else ("family", "organisation")


PAIRS = {
    "pulls, catalogue": Pair("pulls", "catalogue", ("2026-06-19",) * 2),
    "pulls, top 1,000": Pair("pulls", "top 1,000", ("2026-06-11",) * 2),
    "pulls, top 1,000 of 2025": Pair("pulls", "top 1,000 of 2025", ("2025-03-21",) * 2),
    "pulls, hosts of 2025": Pair("pulls", "hosts", ("2025-04-24",) * 2),
    "hosts of 2025, top 1,000": Pair("hosts", "top 1,000 of 2025", ("2025-04-24", "2025-03-21")),
    "hosts of 2026, catalogue": Pair("hosts", "catalogue", (CONFIRMED.as_of, "2026-05-09")),
    "pulls, hosts of 2026": Pair("pulls", "hosts", (CONFIRMED.as_of,) * 2),
    "tokens, catalogue": Pair("tokens", "catalogue", ("2026-06-19",) * 2),
    "tokens, pulls": Pair("tokens", "pulls", ("2026-06-19",) * 2),
}
# Of the most downloaded models: the table of a day, and until when and of how many days pulls are.
COURSE_DAYS = {
    "2024-09-20": ("hub_history", "2024-12-10", 165),
    "2025-03-21": ("hub_history", "2025-03-21", 30),
    "2026-04-28": ("hub_top_models", "2026-04-28", 30),
    "2026-06-11": ("hub_top_models", "2026-06-11", 30),
}
WORDS = {
    "tokens": "the tokens of a month of models with public weights on one router",
    "catalogue": "the LLM catalogue",
    "top 1,000": "the 1,000 most downloaded models",
    "top 1,000 of 2025": "the 1,000 most downloaded models",
    "2025-04-24": "the leading tags of the answering hosts of the Tenthe scan",
    CONFIRMED.as_of: f"the leading tags of {CONFIRMED.population}",
}
FAMILIES, ORGANISATIONS = 18, 8  # that are told of, those of most weight


def sample(
    ollama_library_pulls,
    ollama_library_tags,
    ollama_pull_states,
    hub_llm_panel,
    hub_llm_models,
    hub_top_models,
    hub_history,
    tenthe_model_tags,
    published_aggregates,
    router_model_tokens,
    router_makers,
    model_crosswalk,
    model_crosswalk_tags,
    model_crosswalk_names,
    model_crosswalk_repositories,
    publisher_origins,
    *,
    channels: Annotated[Literal[*PAIRS], ESTIMAND] = "pulls, catalogue",
    window: Literal[30, 90] = 30,
    remote_names: Literal["left out", "counted"] = "left out",
    embeddings: Literal["counted", "left out"] = "counted",
    copies: Literal["with their family", "left out"] = "with their family",
    origin: Literal["publisher", "base model"] = "publisher",
    persons: Persons = "in no country",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    origins = with_persons(publisher_origins, persons)
    pair = PAIRS[channels]
    _refuse(pair, window, copies, clones, origin)
    lists = {
        "catalogue": hub_llm_panel, "top 1,000": hub_top_models, "top 1,000 of 2025": hub_history
    }  # fmt: skip
    both = Both(
        pair=pair,
        series=ollama_library_pulls,
        sized=ollama_library_tags,
        states=ollama_pull_states,
        listed=lists.get(pair.second),
        models=hub_llm_models,
        tags=without_block(tenthe_model_tags) if clones == "removed" else tenthe_model_tags,
        published=published_aggregates,
        router=(router_model_tokens, router_makers),
        crosswalk=(model_crosswalk, model_crosswalk_tags),
        names=model_crosswalk_names,
        repositories=model_crosswalk_repositories,
        origins=origins,
        window=window,
        remote=remote_names,
        embeddings=embeddings,
        copies=copies,
        origin=origin,
    )
    odds = both.families()
    dated = {"hub_top_models": hub_top_models, "hub_history": hub_history}
    return Sample(
        population=f"the {pair.units} that both {both.told} hold",
        as_of=f"{both.days[0]:%Y-%m-%d}",
        data={"odds": odds, "pair": pair},
        tables=both.tables(odds, hub_history),
        deferred={
            "whole": both.whole, "otherwise": both.otherwise, "course": lambda: both.course(dated)
        },
    )  # fmt: skip


def _refuse(pair, window, copies, clones, origin) -> None:
    if window != 30 and (pair.first != "pulls" or pair.days[0] < "2025-06"):
        raise NotApplicable("the series of pulls begins too late for this window, or has no part")
    if pair.first == "tokens" and (copies, origin) != ("with their family", "publisher"):
        raise NotApplicable("a router names models and their makers, and no families")
    if pair.second == "hosts" and copies == "left out":
        raise NotApplicable("this pair holds no repositories of the Hub, so it has no copies")
    if clones == "removed" and "2025-04-24" not in pair.days:
        raise NotApplicable("only the Tenthe scan has a block of suspected clones")


# Two channels -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Both:
    """Two channels, and under which choices they are set side by side."""

    pair: Pair
    series: pd.DataFrame
    sized: pd.DataFrame
    states: pd.DataFrame
    listed: pd.DataFrame | None
    models: pd.DataFrame
    tags: pd.DataFrame
    published: pd.DataFrame
    router: tuple[pd.DataFrame, pd.DataFrame]
    crosswalk: tuple[pd.DataFrame, pd.DataFrame]
    names: pd.DataFrame
    repositories: pd.DataFrame
    origins: pd.DataFrame
    window: int
    remote: str
    embeddings: str
    copies: str
    origin: str

    def families(self, change=lambda units: units) -> Representation:
        """The families that both hold; ``change`` is made to the second channel."""
        first, second = self._channels()
        if self.pair.first == "tokens":
            return _odds(over_publishers(first, second, self.origins), weights="open")
        first, second = in_both(first, change(second))
        return _odds((first, of_names(first, second)))

    def whole(self) -> Representation:
        """All models: what belongs to no family that both hold stands beside the families."""
        first, second = self._channels()
        _, tasks = of_kinds(self.names, embeddings=self.embeddings)
        return _odds(over_families(first, of_tasks(second, tasks), self._library))

    def otherwise(self) -> dict[str, Representation]:
        """The families counted in another way, by what is counted or left out."""
        if self.pair.first == "tokens":
            return {}
        other = {"left out": "counted", "counted": "left out"}
        changed = {
            "names served remotely": {"remote": other[self.remote]},
            "embedding models": {"embeddings": other[self.embeddings]},
        }
        families = {about: replace(self, **change).families() for about, change in changed.items()}
        if self.pair.first == "pulls":
            sudden = suddenly_pulled(self.series, self.days[0], self.window)
            families["names pulled suddenly"] = self.families().without("family", *sudden)
        if self.pair.second.startswith("top 1,000"):
            families["marked traffic spikes"] = self.families(without_spike)
            families["repositories of GGUF files"] = self.families(
                lambda units: units.among(~units.rows["gguf"].fillna(False).to_numpy(dtype=bool))
            )
        return families

    def course(self, lists) -> dict[str, Representation]:
        """The most downloaded models on every date that has both channels.

        The pulls of 2024 are those between two states of the library on either side.
        """
        odds = {}
        for day, (table, until, window) in COURSE_DAYS.items():
            listed = lists[table]
            if not (listed["as_of"] == day).any():
                continue  # other data stand in, which lack the day
            dated = replace(self, listed=listed, window=window)
            if window != 30:
                dated = replace(dated, series=self.states.rename(columns={"as_of": "date"}))
            pulled = dated._channel("pulls", pd.Timestamp(until))
            first, second = in_both(pulled, dated._channel("top 1,000", pd.Timestamp(day)))
            odds[day] = _odds((first, of_names(first, second)))
        return odds

    def tables(self, odds, history) -> dict:
        """What is told of each family; of pulls and the catalogue also its course, and its kind."""
        if self.pair.first == "tokens":
            return {"families": odds.first.rows[["organisation", "origin"]]}
        if (self.pair.first, self.pair.second) != ("pulls", "catalogue"):
            return {"families": lambda: each_family(odds, self.pair.counts)}
        families, day = odds.first.rows["family"], self.days[0]

        def downloads() -> pd.DataFrame:
            catalogue = self.listed[self.listed["as_of"] >= day]  # it held few models before
            lists = {"1,000 most downloaded": history, "LLM catalogue": catalogue}
            return course_of_downloads(lists, self.repositories, families)

        return {
            "families": lambda: each_family(odds, self.pair.counts).join(self._known, on="family"),
            "pulls": lambda: course_of_pulls(self.series, families, day, self.window),
            "downloads": downloads,
        }

    @property
    def _known(self) -> pd.DataFrame:
        """Sizes, kind and copies of each family, and whether its pulls came suddenly."""
        pulls, downloads = self._channels()
        on = self.series[self.series["date"] == self.days[0]]
        embedding = self.names.set_index("ollama_name")["embedding"]
        known = known_of_families(of_listed_sizes(pulls, on, self.sized), downloads, embedding)
        sudden = suddenly_pulled(self.series, self.days[0], self.window)
        return known.assign(sudden=known.index.isin(sudden))

    @property
    def days(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """Those of the pair, or the last that both channels hold where other data stand in."""
        one, other = self.pair.days
        if one == other and self.listed is not None:
            return (day_of_both(self.listed, self.series, one),) * 2
        return pd.Timestamp(one), pd.Timestamp(other)

    @property
    def told(self) -> str:
        """Both channels in words."""
        first = pulls_in_words(self.window)
        if self.pair.first != "pulls":
            first = WORDS[self.pair.days[0] if self.pair.first == "hosts" else "tokens"]
        if self.pair.second == "pulls":
            return f"{first} and {pulls_in_words(self.window)}"
        second = WORDS[self.pair.days[1] if self.pair.second == "hosts" else self.pair.second]
        return f"{first} and {second}"

    @property
    def _library(self) -> pd.DataFrame:
        """The names that count, with their publishers."""
        names, _ = of_kinds(self.names, embeddings=self.embeddings, remote=self.remote)
        library = library_publishers(names, self.origins, self.crosswalk[0])
        return library if self.origin == "publisher" else _of_bases(library, *self.crosswalk)

    def _channels(self) -> list[Coarse]:
        both = zip((self.pair.first, self.pair.second), self.days, strict=True)
        return [self._channel(name, day) for name, day in both]

    def _channel(self, name, day) -> Coarse:
        if name == "pulls":
            return ollama_pulls(self.series, self._library, day, self.window)
        if name == "hosts":
            tags = self.tags if f"{day:%Y}" == "2025" else _published(self.published)
            return _hosts(tags, self._library)
        if name == "tokens":
            return _tokens(*self.router, self.origins, day)
        by_router = self.pair.first == "tokens"
        units = hub_downloads(
            on_day(self.listed, day),
            self.origins,
            tell=["task", "spike", "gguf"],
            facts=hub_facts(self.models),
            families=None if by_router else self.repositories,
        )
        if by_router:
            return of_tasks(units, GENERATION)
        if self.copies == "left out":
            units = units.among(units.rows["relation"] != "copy")
        return units


@remembered
def _of_bases(library, crosswalk, tags) -> pd.DataFrame:
    return library.assign(origin=base_origins(library, crosswalk, tags))


@remembered
def _hosts(tags, library) -> Coarse:
    """The hosts of each name: those of its tags, of which one host may list several."""
    tags = tags.assign(family=tags["ollama_tag"].str.partition(":")[0])
    hosts = tags.groupby("family")["answering_hosts"].agg(low="max", value="sum").astype(float)
    rows = hosts.rename_axis("name").assign(high=hosts["value"]).join(library, how="inner")
    rows = rows.assign(family=rows.index, weight_doubt=TWICE.name, origin_doubt=ORIGIN.name)
    return Coarse(rows, (TWICE, ORIGIN), "families", "hosts")


@remembered
def _tokens(models, makers, origins, day) -> Coarse:
    """The tokens of the days that the table holds of the thirty until this one."""
    within = models["date"].between(day - pd.Timedelta(days=29), day)
    if not within.any():
        raise CannotEstimate(f"the table holds no tokens of the month until {day:%Y-%m-%d}")
    return routed(models[within], makers, origins)


@remembered
def _published(aggregates) -> pd.DataFrame:
    """The leading tags of a later scan in the form of the earlier one."""
    tags = CONFIRMED.rows(aggregates, "model tag")
    return tags.rename(columns={"category": "ollama_tag", "value": "answering_hosts"})


def _odds(channels, **more) -> Representation:
    return Representation(*channels, where(origin="US", **more), where(origin="CN", **more))


SHARED, ALONE = where(shared="yes"), where(shared="no")
TWICE = Doubt("hosts with several tags of a family", "counted once or once a tag")
OUTSIDE = Doubt("other models of any origin", "models that only one channel holds, of any origin")


def estimate(sample) -> Iterator[Estimate]:
    odds, pair = sample["odds"], sample["pair"]
    yield _told(
        ODDS, odds, pair, assumptions=_assumptions(pair), tipping_points=_tipping(sample),
        budget=_budget(sample),
    )  # fmt: skip
    if pair.first == "tokens":
        return
    for name, origin in ORIGINS.items():
        if not odds.second.held(origin):
            continue
        yield _told(TIMES.format(name, *pair.counts), odds.share(origin), pair)
        for channel, counts in zip((odds.first, odds.second), pair.counts, strict=True):
            yield _share(SHARE.format(name, counts), Share(of=origin).in_(channel))
    if "hosts" in pair.counts:
        return
    yield from _whole(sample["whole"])
    for by, shown in (("family", FAMILIES), ("organisation", ORGANISATIONS)):
        for name in _largest(odds, by, shown):
            share = odds.share(where(**{by: name}))
            yield _told(TIMES.format(name, *pair.counts), share, pair)
    if pair.second == "top 1,000":
        for day, dated in sample["course"].items():
            yield _told(ON.format(day), dated, pair)


def _told(label, asked, pair, **more) -> Estimate:
    names = asked.first.rows["family" if pair.units == "families" else "organisation"]
    return asked.estimate(
        label=label,
        unit="ratio of {} to {}".format(*pair.counts),
        n=names.nunique(),
        n_unit=pair.units,
        **more,
    )


def _share(label, asked) -> Estimate:
    return asked.estimate(
        label=label,
        unit=f"share of {asked.units.weighs}",
        n=len(asked.units.rows),
        n_unit="families",
    )


def _whole(odds) -> Iterator[Estimate]:
    """The same over all models of both channels, and which part of these the families are."""
    anywhere = odds.over(lambda units: units.opening("origin", ALONE, OUTSIDE))
    for label, asked in ((CODED, odds), (ANY, anywhere)):
        yield asked.estimate(
            label=label,
            unit="ratio of pulls to downloads",
            value=odds.value,
            n=len(odds.first.rows),
            n_unit="families and publishers of other models",
            assumptions=(BY_PUBLISHER,),
            tipping_points=_resolved(asked),
        )
    for channel in (odds.first, odds.second):
        yield _share(COVERED.format(channel.weighs), Share(of=SHARED).in_(channel))


def _largest(odds, by, shown) -> list[str]:
    """Those of most weight in either channel, as shares of it."""
    held = [channel.rows.groupby(by)["value"].sum() for channel in (odds.first, odds.second)]
    shares = pd.concat([total / total.sum() for total in held], axis="columns").max(axis="columns")
    return list(shares.sort_values(ascending=False, kind="stable").index[:shown])


# What could move it -------------------------------------------------------------------------------


@deferred
def _budget(sample) -> tuple[BudgetRow, ...]:
    odds = sample["odds"]
    rows = (
        alternatives_row(about, {"this count": odds.value, "the other count": other.value})
        for about, other in sample["otherwise"].items()
    )
    return budget(*odds.budget(), *map(odds.left_out, sample["pair"].by), *rows)


@deferred
def _tipping(sample) -> Iterator[TippingPoint]:
    """What the second channel would have to lack, or the first to hold in vain.

    Where the set leaves the verdict open: how much of each doubt would have to be against it.
    """
    odds, (first, second), null = sample["odds"], sample["pair"].counts, HYPOTHESES[ODDS].null
    bounds, whose = odds.bounds(), "US"
    if null in bounds:
        yield from _resolved(odds)
        return
    if bounds.high < null:
        odds, whose, null = replace(odds, of=odds.than, than=odds.of), "Chinese", 1 / null
    yield odds.missing(null, f"{second} of models of {whose} publishers")
    yield overturned(
        lambda part: odds.thinned(odds.of, part).bounds().low - null,
        things=f"{first} of models of {whose} publishers",
        nothing=NOTHING,
    )


@deferred
def _resolved(odds) -> Iterator[TippingPoint]:
    """How much of each doubt must be against the odds as shown for both to be level."""
    yield from resolved_against(odds, HYPOTHESES[ODDS].null, reached="the odds are even")


# Assumptions --------------------------------------------------------------------------------------


def _assumptions(pair) -> tuple[Assumption, ...]:
    if pair.first == "tokens":
        return (ONE_ROUTER,)
    common = RULES, ONE_ORIGIN, SAME_ACT, IN_BOTH
    if "hosts" in pair.counts:
        return *common, CLONES, LEADING
    return *common, ROUNDED, NO_GGUF, SCRIPTS


RULES = Assumption(
    name="the rules find every repository of a family",
    holds="no",
    without="copies",
    evidence="They read names and base tags; copies under free names or under the accounts of "
    "developers are missed.",
)
ONE_ORIGIN = Assumption(
    name="all tags of a family have one origin",
    holds="no",
    without="origin",
    evidence="Tags of deepseek-r1 or cogito are made from Llama and from Qwen; the publisher is "
    "one. With the base model as origin such a family may be Chinese or not.",
)
IN_BOTH = Assumption.of_scope(
    name="families in both channels stand for those in one of them",
    evidence="A family is in both only if the list holds a repository of it. What belongs to no "
    "such family is counted by its publisher, and as of any origin, in estimates beside this one.",
)
BY_PUBLISHER = Assumption.untestable(
    name="models outside the families have the origin of their publisher",
    evidence="Their base models are not in the crosswalk; a publisher whose origin is not known "
    "may be of any country.",
)
NO_GGUF = Assumption.of_scope(
    name="the list holds what is downloaded for local use",
    evidence="The catalogue lacks repositories that hold nothing but GGUF files, the form in which "
    "other local programs fetch models; a tipping point says how many downloads it would have to "
    "lack.",
)
SCRIPTS = Assumption.of_scope(
    name="pulls are made by users",
    evidence="Scripts pull whole libraries, and some names gain most of their pulls in one month: "
    "a row of the budget leaves those out.",
)
CLONES = Assumption(
    name="no host is a clone of another",
    holds="no",
    without="clones",
    evidence="The five leading tags of the Tenthe scan look like one block of clones, and the "
    "later scan may hold a deception fleet.",
)
LEADING = Assumption.of_scope(
    name="the leading tags stand for all tags",
    evidence="Only the ten or fifteen tags on most hosts are published.",
)


# Figure -------------------------------------------------------------------------------------------

GROUPS = {
    "pulls, catalogue": "LLM catalogue and pulls, June 2026: {:0} families",
    "pulls, top 1,000": "1,000 most downloaded and pulls, June 2026: {:0} families",
    "hosts of 2025, top 1,000": "1,000 most downloaded and hosts, spring 2025: {:0} families",
}
CODES = {"CN": "China", "US": "United States"}


def figure(result):
    canvas, (channels, families) = figures.two_panels(result, height=4.9, widths=(1.2, 1))
    _draw_channels(channels, {heading: result.answers[key] for key, heading in GROUPS.items()})
    _draw_families(families, result.answer(channels="pulls, catalogue"))
    return canvas


def _draw_channels(axes, answers) -> None:
    """Each origin from its share of downloads, hollow, to its share of pulls or hosts."""
    labels = []
    for heading, answer in answers.items():
        odds = answer.estimates[ODDS]
        figures.note(axes, written(heading, odds.n), (0, -len(labels)), (0, 0), muted=True)
        labels.append("")
        for name in CODES.values():
            _draw_move(axes, -len(labels), answer.estimates, name)
            labels.append(name)
        times = written("odds ratio {} to {}", *odds.identified)
        figures.note(axes, times, (0.98, 1.5 - len(labels)), (-1, 0))
    figures.label_rows(axes, labels)
    figures.percent_ticks(axes.xaxis)
    axes.set(
        xlim=(0, 1), title="a  From downloads to pulls and hosts",
        xlabel="share of the families that both hold\n(hollow: downloads; filled: pulls or hosts)",
    )  # fmt: skip


def _draw_move(axes, height, estimates, name) -> None:
    color, marker = figures.ORIGINS[name]
    downloads = estimates[SHARE.format(name, "downloads")].value
    uses = (estimates.get(SHARE.format(name, counts)) for counts in ("pulls", "hosts"))
    use = next(filter(None, uses))
    figures.draw_set(axes, height, use.identified, value=use.value, color=color, marker=marker)
    axes.plot(downloads, height, marker=marker, ms=4.5, mfc="white", mec=color, ls="none")
    axes.annotate(
        "", (use.value, height), (downloads, height), zorder=1,
        arrowprops={"arrowstyle": "->", "color": color, "lw": 0.9, "shrinkA": 3, "shrinkB": 3},
    )  # fmt: skip


def _draw_families(axes, answer) -> None:
    """The families in the order of their ratio."""
    families, estimates = answer.tables["families"].to_frame().set_index("family"), answer.estimates
    labels = {name: TIMES.format(name, "pulls", "downloads") for name in families.index}
    ratios = {name: estimates[label] for name, label in labels.items() if label in estimates}
    names = sorted(ratios, key=lambda name: -ratios[name].value)
    origins = families["origin"].map(CODES).fillna("other or unknown")
    axes.set_xscale("log")
    series = [
        figures.Series(
            rows=[ratios[name] if origins[name] == origin else None for name in names],
            color=color, marker=marker, offset=0,
        )
        for origin, (color, marker) in figures.ORIGINS.items()
    ]  # fmt: skip
    figures.forest(
        axes, names, *series, null=1, title="b  The weightiest families", xlim=(0.003, 40),
        xlabel="share of pulls over share of downloads\n(bar: all that rounding allows)",
    )  # fmt: skip
    figures.plain_ticks(axes.xaxis, (0.01, 0.1, 1, 10))
