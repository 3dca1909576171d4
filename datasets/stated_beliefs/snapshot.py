"""Freeze what this project believes of each doubt.

Run ``python datasets/stated_beliefs/snapshot.py`` without arguments: what is measured is counted in
the frozen datasets, and everything else stands below with its basis.

The distribution of an attribute is a Dirichlet distribution: its weights are counts of accounts and
half an account more for China, the US and all others, as Jeffreys' prior has it. What is shifted is
another defensible centre, by which a reader sees how far the belief decides.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from research.datasets import freeze, read_descriptor, reading
from research.measures.hub import HEAVY
from research.measures.pulls import FLOOR
from research.wording import percent

NOT_KNOWN = ["ZZ"]
CODERS = ["country_coder_a", "country_coder_b"]
COMPARED = ("CN", "US")
ASKED_FOR = ("DE", "FR", "GB", "KR", "JP", "IL", "CA", "HK", "TW")  # by a question or a choice
# Of the coding by people.
REGIONS = {"us": "US", "china": "CN", "eu": "EUROPE", "other": "ELSEWHERE"}
EUROPE = (
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
OTHER_KINDS = ("academic", "community", "government", "nonprofit", "unknown")
ADDED = 491  # accounts that were coded last stand last
AS_FEW = 4.0  # where a division is known to be about as another one is
AS_MANY = 50.0  # accounts of another sort than those that are asked about count a tenth
PLAIN = "alpha=1|beta=1"
WINDOW = timedelta(days=30)
EXACT = 1_000_000  # pulls below which the site rounds to hundreds at most
ANY_PLACE = (
    "no place of the range is likelier than another; shifted: the upper places are likelier, or "
    "the lower ones where nothing is likelier than much"
)
NAMED = "strength=20|own=1"
ELSEWHERE = "strength=20|own=1000"


class Row(NamedTuple):
    """One belief."""

    doubt: str
    family: str
    stated: str
    shifted: str
    together: str
    basis: str
    source: str
    sentence: str
    kind: str = ""


def snapshot() -> dict[str, pd.DataFrame]:
    """The table of the dataset by name."""
    coded, scan, library, crosswalk, panel, top = (
        read_descriptor(Path(__file__).parents[1] / name)
        for name in ("publisher_origins", "tenthe", "ollama_library", "model_crosswalk",
                     "hub_llm_panel", "hub_top_models")
    )  # fmt: skip
    rows = [
        *origins(reading.read(coded, "publisher_origins")),
        *ATTRIBUTES,
        *MEMBERS,
        *WEIGHTS,
        *HOSTS,
        wrong_codes(reading.read(coded, "publisher_origins")),
        scripts(
            reading.read(library, "ollama_library_pulls"),
            reading.read(crosswalk, "model_crosswalk_names"),
        ),
        spikes(reading.read(panel, "hub_llm_panel"), reading.read(top, "hub_top_models")),
        *NUMBERS,
        uncounted(
            *(reading.read(scan, f"tenthe_{name}") for name in ("countries", "parameter_scale")),
        ),
    ]
    columns = ["doubt", "kind", *(name for name in Row._fields if name not in ("doubt", "kind"))]
    return {"stated_beliefs": pd.DataFrame(rows)[columns]}


def origins(coded: pd.DataFrame) -> list[Row]:
    """Accounts that nobody could place, by kind, and those that nobody has looked at."""
    known = coded[CODERS].mask(coded[CODERS].isin(NOT_KNOWN))
    organisation = coded["kind"].ne("individual")
    one = organisation & known.notna().sum(axis="columns").eq(1)
    both = organisation & known[CODERS[0]].eq(known[CODERS[1]]).fillna(False)
    place, company = known.bfill(axis="columns")[CODERS[0]], coded["kind"].eq("company")
    kinds = {"company": company} | dict.fromkeys(OTHER_KINDS, ~company)
    rows = [
        origin(
            counts(place[one & chosen]), counts(place[both & chosen]), kind=kind,
            source="publisher_origins: accounts of organisations that one of two coders alone "
            "could place, by country; shifted: those that both placed alike",
            sentence="An account that nobody could place is like one that only one coder could "
            "place: seldom Chinese. Private persons are of no country.",
        )
        for kind, chosen in kinds.items()
    ]  # fmt: skip
    return [*rows, not_looked_at(coded.tail(ADDED), counts(place[both]))]


def not_looked_at(later: pd.DataFrame, shifted: dict[str, float]) -> Row:
    """Accounts that nobody has looked at, from those that were coded last."""
    person = later["kind"].eq("individual")
    found = later["candidates"].mask(person, "no country").dropna()
    chinese = (found[~person] == "CN").mean()
    return origin(
        counts(found), shifted, kind="", as_many=AS_MANY, basis="judgement",
        source=f"publisher_origins: those of the {len(later)} accounts that were coded last that "
        f"are persons or could be placed, counted as {AS_MANY:g}; shifted: all organisations that "
        "both coders placed alike",
        sentence="An account that nobody has looked at is like those that were coded last: "
        f"{percent(person.sum() / len(found))} of them are persons, and of the organisations that "
        f"could be placed {percent(chinese)} are Chinese.",
    )  # fmt: skip


def wrong_codes(coded: pd.DataFrame) -> Row:
    """Codes that both coders gave, against the regions that people gave."""
    first, second = (coded[name] for name in CODERS)
    told = (
        first.eq(second).fillna(False)
        & ~first.isin(NOT_KNOWN)
        & coded["region_human"].isin(REGIONS)
    )
    code, people = first[told], coded.loc[told, "region_human"].map(REGIONS)
    region = code.mask(code.isin(EUROPE), "EUROPE")
    region = region.where(region.isin([*COMPARED, "EUROPE"]), "ELSEWHERE")
    wrong = region != people
    places = counts(people[wrong])
    errors, right = int(wrong.sum()) + 0.5, int((~wrong).sum()) + 0.5

    def told_as(errors: float) -> str:
        rate = {"alpha": errors, "beta": len(code) + 1 - errors}
        return "|".join(f"{name}={value:g}" for name, value in {**rate, **places}.items())

    return Row(
        doubt="coded wrong", family="miscoded", stated=told_as(errors), shifted=told_as(2 * errors),
        together="organisation", basis="measured",
        source=f"publisher_origins: the coding of {len(code)} organisations by people, of which "
        f"{wrong.sum()} contradicts what both coders gave (Jeffreys' prior); shifted: twice as "
        "many errors",
        sentence="Of the codes that nobody disputes about "
        f"{percent(errors / (errors + right))} are wrong.",
    )  # fmt: skip


def scripts(series: pd.DataFrame, names: pd.DataFrame) -> Row:
    """Pulls by scripts, from names whose pull fetches nothing.

    In each window the pulls of the least pulled of these (shifted: of the middle one), as a part of
    what nine of ten other names have at least. Names are those that were there before the window,
    with exact counts.
    """
    remote = set(names.loc[names["served_remotely"], "ollama_name"])
    parts: dict[str, list[float]] = {"stated": [], "shifted": []}
    last = series["date"].max()
    windows = [last - k * WINDOW for k in range(series["date"].nunique() // WINDOW.days)]
    for end in windows:
        held, before = (
            series[series["date"] == day].set_index("ollama_name")["ollama_pulls_total"]
            for day in (end, end - WINDOW)
        )
        gained = (held - before).dropna()[held[held < EXACT].index.intersection(before.index)]
        told = gained.index.isin(remote)
        if told.any():
            floor = gained[~told].quantile(FLOOR)
            parts["stated"].append(min(gained[told].min() / floor, 1.0))
            parts["shifted"].append(min(gained[told].median() / floor, 1.0))
    return Row(
        doubt="pulls by scripts", family="range", together="all", basis="measured",
        **{how: beta(*moments(pd.Series(found))) for how, found in parts.items()},
        source="ollama_library_pulls: names whose pull fetches nothing, in "
        f"{len(parts['stated'])} windows of {WINDOW.days} days: pulls of the least pulled one as a "
        "part of what nine of ten other names have at least; shifted: of the middle one",
        sentence="Scripts pull all names of the library: of what nine of ten names have at least, "
        f"they make {percent(sum(parts['stated']) / len(parts['stated']))} on average.",
    )  # fmt: skip


def spikes(panel: pd.DataFrame, top: pd.DataFrame) -> Row:
    """Traffic spikes: counts of models of much weight against those a window before and after."""
    marked = top.loc[top["traffic_spike"], "model_id"]
    counted = panel[panel["hub_downloads_30d"].gt(0) & ~panel["stale_suspect"].eq(True)]
    days = sorted(counted["as_of"].unique(), reverse=True)
    apart = days[:1]
    for day in days:
        apart += [day] if apart[-1] - day >= WINDOW else []
    counts = [counted[counted["as_of"] == day].set_index("model_id")["hub_downloads_30d"]
              for day in apart]  # fmt: skip
    found = []
    for after, now, before in zip(counts, counts[1:], counts[2:], strict=False):
        heavy = now[(now * HEAVY >= now.sum()) & ~now.index.isin(marked)]
        beside = pd.concat([after, before], axis="columns", join="inner").max(axis="columns")
        found.append((1 - beside.reindex(heavy.index) / heavy).dropna())
    excess = pd.concat(found)
    stated, shifted = (
        f"{jeffreys(int((excess >= 1 - 1 / times).sum()), len(excess))}|"
        + beta(*moments(excess[excess >= 1 - 1 / times]), of="part_")
        for times in (2, 5)
    )
    return Row(
        doubt="traffic spikes", family="peaks", stated=stated, shifted=shifted, together="unit",
        basis="measured",
        source=f"hub_llm_panel: {len(excess)} counts of models with a thousandth of all downloads, "
        f"of which {(excess >= 1 / 2).sum()} are at least twice those of the windows before and "
        "after, and by how much; shifted: at least five times",
        sentence=f"Of the models of much weight {percent((excess >= 1 / 2).mean())} have at least "
        "twice the downloads that they have a month before and after: what is above that comes "
        "and goes.",
    )  # fmt: skip


def moments(values: pd.Series) -> tuple[float, float]:
    """The beta distribution with the mean and the variance of some values between 0 and 1."""
    mean = float(values.mean())
    size = mean * (1 - mean) / float(values.var()) - 1
    return mean * size, (1 - mean) * size


def beta(first: float, second: float, *, of: str = "") -> str:
    return f"{of}alpha={first:.4g}|{of}beta={second:.4g}"


def jeffreys(hits: int, of: int) -> str:
    return beta(hits + 0.5, of - hits + 0.5)


def origin(
    stated: dict[str, float], shifted: dict[str, float], *, kind: str, source: str, sentence: str,
    as_many: float | None = None, basis: str = "measured",
) -> Row:  # fmt: skip
    """A belief about origin, both forms of which weigh as many accounts."""
    size = as_many or sum(stated.values())
    return Row(
        doubt="origin unknown or disputed", kind=kind, family="categories",
        stated=weights(stated, size), shifted=weights(shifted, size), together="organisation",
        basis=basis, source=source, sentence=sentence,
    )  # fmt: skip


def counts(places: pd.Series) -> dict[str, float]:
    """Accounts by country, each of the three groups with half an account more."""
    found = places.value_counts().sort_index()
    named = {str(name): float(number) for name, number in found.items()}
    compared = {name: named.pop(name, 0.0) + 0.5 for name in COMPARED}
    asked_for = {name: named.pop(name) for name in ASKED_FOR if name in named}
    return {**compared, **asked_for, "other": sum(named.values()) + 0.5}


def weights(counted: dict[str, float], size: float) -> str:
    scale = size / sum(counted.values())
    return "|".join(f"{name}={scale * value:.4g}" for name, value in counted.items())


def uncounted(countries: pd.DataFrame, classes: pd.DataFrame) -> Row:
    """Hosts that answered and whose country no table counts, by country."""
    listed = countries.set_index("country")["discovered_ips"].astype(float)
    listed = [*listed[list(COMPARED)], listed.drop(list(COMPARED)).sum()]
    counted = classes.groupby("country")["answering_hosts"].max().reindex(COMPARED)
    silent = [*(listed[at] - counted.iloc[at] for at in range(len(COMPARED))), listed[-1]]
    stated, shifted = (
        dict(zip((*COMPARED, "other"), numbers, strict=True)) for numbers in (listed, silent)
    )
    return Row(
        doubt="hosts whose country is not counted", family="categories",
        stated=weights(stated, AS_FEW), shifted=weights(shifted, AS_FEW), together="all",
        basis="judgement",
        source="tenthe_countries: listed addresses by country, counted as few; shifted: without "
        "the hosts that are counted (tenthe_parameter_scale)",
        sentence="The hosts that answered and that no class counts are spread over countries about "
        "as the listed addresses are.",
    )  # fmt: skip


def as_named(doubt: str, sentence: str) -> Row:
    """What is not named is as where it is named: first of all by the same organisation."""
    return Row(
        doubt=doubt, family="as named", stated=NAMED, shifted=ELSEWHERE, together="organisation",
        basis="judgement",
        source="the units of the same channel that name it; shifted: those of other organisations "
        "alone",
        sentence=sentence,
    )  # fmt: skip


def anywhere(
    doubt: str, sentence: str, *, together: str = "unit", stated: str = PLAIN,
    shifted: str = "alpha=2|beta=1", source: str = ANY_PLACE,
) -> Row:  # fmt: skip
    """A weight somewhere between the ends of its range."""
    return Row(
        doubt=doubt, family="range", stated=stated, shifted=shifted, together=together,
        basis="judgement", source=source, sentence=sentence,
    )  # fmt: skip


def alike(doubt: str, sentence: str, *, together: str = "unit") -> Row:
    """Candidates of which each is as likely."""
    return Row(
        doubt=doubt, family="alike", stated="", shifted="", together=together, basis="judgement",
        source="nothing speaks for one of the candidates", sentence=sentence,
    )  # fmt: skip


ATTRIBUTES = [
    as_named(
        "task unknown",
        "A model that names no task is as the others of its organisation that name one, or else as "
        "those of the list.",
    ),
    as_named(
        "repositories without a clear licence",
        "A repository that names no licence is as the others of its organisation that name one, or "
        "else as those of the list.",
    ),
    as_named(
        "bases of repackaged models",
        "A repackaged model that names no base was made from one as others were.",
    ),
    as_named("families with a licence not named", "Its licence is as those that are named."),
    as_named("day of creation unknown", "It was created when the others of its organisation were."),
    as_named(
        "other models of any origin",
        "A model that one channel alone holds is of the origin of others there.",
    ),
    as_named(
        "models without an architecture",
        "Its architecture is as those of the others of its organisation that tell one, or else as "
        "those of the list.",
    ),
    as_named(
        "names without a level", "Its default is as precise as those of the names that tell one."
    ),
    as_named("models of unknown size", "Its size is as those of its organisation that tell one."),
    as_named("sizes of repositories", "Its size is as those of its organisation that tell one."),
    as_named(
        "weights not known to be public",
        "Whether its weights are public is as with the others of its maker.",
    ),
    as_named("names without a size", "Its size is as those of the names that tell one."),
    as_named(
        "publishers whose kind or role is not known",
        "Its publisher is of the kind, and does what, those do that are known.",
    ),
    as_named(
        "makers whom nobody knows", "Its maker is one of those that are known, as often as these."
    ),
    alike("models with two names", "Either name is as likely."),
    Row(
        doubt="names of several sizes", family="split", stated="concentration=1",
        shifted="concentration=0.25", together="unit", basis="judgement",
        source="nothing speaks for one of the sizes; shifted: most pulls are of one of them",
        sentence="Its pulls are divided among the sizes that are listed, any division alike.",
    ),
    alike("sizes in the other channel", "Each size that its record allows is as likely."),
    alike("families of several licences", "Each licence of the family is as likely."),
    alike(
        "publishers outside China", "They are of the US or of elsewhere, all as one.",
        together="all",
    ),
    alike(
        "publishers whose country the study does not state",
        "They are of any country that they may be of, all as one.", together="all",
    ),
]  # fmt: skip

MEMBERS = [
    Row(
        doubt="models whose age is not known", family="rate", stated=PLAIN,
        shifted="alpha=1|beta=2", together="all", basis="judgement",
        source="any part of them may be new; shifted: fewer",
        sentence="They are new or older, as any part of them.",
    ),
    Row(
        doubt="day of creation not known", family="rate", stated=PLAIN, shifted="alpha=1|beta=2",
        together="organisation", basis="judgement",
        source="any part of them may be new; shifted: fewer",
        sentence="A model without a day of creation may be new or not, as any part of them.",
    ),
]  # fmt: skip

WEIGHTS = [
    anywhere(
        "rounding of the pulls",
        "A rounded count lies anywhere in what rounds to it.",
    ),
    anywhere("rounding of the published figures", "A rounded figure lies anywhere in its range."),
    anywhere(
        "models without a pipeline tag",
        "Any part of the downloads of a model that names no task counts.",
        shifted="alpha=1|beta=2",
    ),
    anywhere(
        "order below the cut",
        "A model below the list has anything from nothing to the last place.",
        shifted="alpha=1|beta=2",
    ),
]

HOSTS = [
    anywhere(
        "hosts in other countries",
        "How many hosts are in other countries lies anywhere between the ends.",
        together="all",
    ),
    anywhere(
        "repositories without a date",
        "Of the repositories without a date any number are of the year that is asked about.",
        together="all",
        shifted="alpha=1|beta=2",
    ),
    anywhere(
        "hosts with several tags of a family",
        "How far the tags of a family share hosts lies anywhere between the ends.",
        shifted="alpha=1|beta=2",
    ),
    anywhere(
        "which kinds share a host",
        "How far kinds of models overlap on hosts lies between the ends, the middle likelier.",
        together="all",
        stated="alpha=2|beta=2",
        shifted="alpha=2|beta=4",
    ),
    anywhere(
        "the five-tag block",
        "Any part of the block may be copies: all of it is likelier than none.",
        together="all",
        stated="alpha=2|beta=1",
        shifted="alpha=1|beta=2",
    ),
]

MIDDLE = {
    "stated": "alpha=2|beta=2",
    "shifted": "alpha=2|beta=4",
    "source": "either end needs that all goes one way; shifted: the lower places are likelier",
}
LITTLE = {
    "stated": "alpha=1|beta=2",
    "shifted": PLAIN,
    "source": "many share what is left over; shifted: no place of the range is likelier",
}
NUMBERS = [
    anywhere("what a table leaves out", "It is any part of what it may be."),
    anywhere(
        "countries that a table leaves out",
        "A country has any part of what the listed ones leave over, a small one likelier.",
        **LITTLE,
    ),
    anywhere(
        "classes per host",
        "How many classes of models a host has lies between the ends, the middle likelier; each "
        "country by itself.",
        **MIDDLE,
    ),
    anywhere(
        "which sets share units",
        "How far two sets overlap lies between the ends, the middle likelier.",
        **MIDDLE,
    ),
    anywhere(
        "networks below the table",
        "Many small networks below the table are likelier than few large ones.",
        together="all",
        **LITTLE,
    ),
    anywhere(
        "figures that are given as more than one",
        "A figure that is given as more than another is a little above it.",
        stated="alpha=1|beta=8",
        shifted="alpha=1|beta=2",
        source="who means much more says more; shifted: further above it",
    ),
    anywhere("what was between two days", "It was anything from what one day holds to the other."),
    anywhere(
        "ranks of who is not listed",
        "Who is not listed may have had any rank, a late one likelier.",
        stated="alpha=2|beta=1",
        shifted=PLAIN,
        source="few can be first; shifted: no rank is likelier than another",
    ),
    anywhere(
        "releases that no table lists",
        "Of the releases of a country the tables list any part, much likelier than little.",
        stated="alpha=4|beta=1",
        shifted="alpha=2|beta=2",
        source="what is downloaded or liked is listed; shifted: about half of the releases are",
    ),
    anywhere(
        "pairs whose order is not shown",
        "How many pairs go which way lies between the ends, the middle likelier.",
        together="all",
        **MIDDLE,
    ),
    alike("models that share the tenth place", "Each of them is as likely to be listed."),
    as_named(
        "architectures that tell nothing",
        "A model was made where others of its organisation were, or else as those of the list.",
    ),
]


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot())
