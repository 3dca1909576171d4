"""What can be asked about: the channels, what each tells of its units, and on which days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from research.datasets import LargeTable
from research.doubts import Coarse, Doubt
from research.doubts.coarse import OPENED_BY, WEIGHTS
from research.measures.cells import hub_cells
from research.measures.channel import Channel, Tables, Wanted, few
from research.measures.channels import of_families, of_kinds
from research.measures.hub import COUNTED_DAYS, LICENCE, TAGGED, USED, fresh, hub_facts
from research.measures.hub_states import state_models
from research.measures.publishers import (
    ANYWHERE,
    NOT_PUBLISHED,
    NOT_TOLD,
    ORIGIN,
    Persons,
    kept_at_hugging_face,
    library_publishers,
)
from research.measures.pulls import ROUNDED, ollama_pulls, pulls_in_words
from research.measures.remembering import remembered
from research.measures.scanned_hosts import HOSTS_CHANNEL, LISTINGS_CHANNEL
from research.measures.sizes import CLASSES, LABELS, of_listed_sizes, of_recorded_sizes
from research.measures.top_lists import on_day
from research.results import Assumption, ResearchError
from research.wording import counted, written

if TYPE_CHECKING:
    import pandas as pd

AnyTable = Any  # a frame or a large table
NOT_CODED = Doubt("publishers whose kind or role is not known", "any kind of publisher, any role")
UNNAMED = Doubt("makers whom nobody knows", "any maker")
UNKNOWN = ("unknown", "not known", NOT_PUBLISHED)  # what stands where nothing is known
ORGANISATION = "organisation"  # what every channel tells: the clusters of its units
FURTHER = ("spike", "person", "kind", "confirmed")  # what choices and beliefs need of models
OPENED = {"kind": NOT_CODED, "role": NOT_CODED, ORGANISATION: UNNAMED}


# The Hub ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Downloads(Channel):
    """Downloads of models of the Hub; ``whom`` says of which, with a gap for their number."""

    whom: str
    them: str

    def units(self, tables: Tables, wanted: Wanted) -> Coarse:
        listed, origins = self.listed(tables, wanted), tables["publisher_origins"]
        if wanted.choices.get(HOME) == HOMES[1]:
            origins = kept_at_hugging_face(origins)
        cells = hub_cells(
            _sized(listed, *self._told_of_sizes(tables)) if "size" in wanted.by else listed,
            origins,
            by=tuple(dict.fromkeys([*wanted.by, ORGANISATION, *FURTHER])),
            families=tables.get("model_crosswalk_repositories"),
            named=False,
        )
        if wanted.choices.get("spike") == "removed":
            cells = cells.among(cells.rows["spike"] == "no")
        return _opened(_persons_anywhere(cells) if _are_anywhere(wanted) else cells, wanted.by)

    def listed(self, tables: Tables, wanted: Wanted) -> AnyTable:
        """The models of a day, the most downloaded ones where the list is cut."""
        table = self.table_of(tables, wanted.day)
        listed = on_day(tables[table], wanted.day)
        if table == "hub_llm_panel":
            counts = wanted.choices.get("counts", "all")
            return _of_catalogue(listed, tables["hub_llm_models"], counts)
        size = wanted.size or int(n_rows(listed))
        if table == "hub_history":
            return state_models(listed, tables["publisher_origins"], wanted.day, size)
        return _cut(listed, size) if size < n_rows(listed) else listed

    def _told_of_sizes(self, tables: Tables) -> list[pd.DataFrame]:
        named = ("hub_llm_models", "hub_history")
        return [tables[n] for n in named if n in tables and "parameters" in tables[n].columns]

    def population(self, tables: Tables, wanted: Wanted) -> str:
        return written(self.whom, counted(n_rows(self.listed(tables, wanted)), self.them))

    def records(self, tables: Tables, day: str, attribute: str) -> bool:
        """Whether anything is told of it on a day: of the oldest lists some columns are empty."""
        column = COLUMNS.get(attribute, "model_id")
        listed = self.listed(tables, Wanted(day=day))
        return isinstance(listed, LargeTable) or bool(listed[column].notna().any())


@remembered
def _sized(listed: AnyTable, *tables: pd.DataFrame) -> pd.DataFrame:
    """The models with the classes of size that the record and the name of each allow."""
    import pandas as pd

    if isinstance(listed, LargeTable):
        raise ResearchError(
            f"The size of a model is read from its name, which is not done for a table in Parquet: "
            f"{listed.path.name}. Ask by another attribute, or give the models as CSV."
        )
    recorded = [listed] if "parameters" in listed else tables
    facts = hub_facts(*recorded)["parameters"].reindex(listed["model_id"])
    rows = pd.DataFrame({"parameters": facts, **dict.fromkeys(WEIGHTS, 1.0)})
    sizes = of_recorded_sizes(Coarse(rows, ())).rows["size"]
    sized: pd.DataFrame = listed.assign(size=sizes.to_numpy())
    return sized


def _are_anywhere(wanted: Wanted) -> bool:
    """Whether private persons may be of any country, where countries are asked for."""
    return wanted.choices.get("persons") == PERSONS[1] and "origin" in wanted.by


def _persons_anywhere(units: Coarse) -> Coarse:
    anywhere = units.rows["origin"].mask(units.rows["person"] == "yes", ANYWHERE)
    return replace(units, rows=units.rows.assign(origin=anywhere))


def _opened(units: Coarse, by: Collection[str]) -> Coarse:
    """What is asked of publishers is open where nobody knows it, whatever stands in its place."""
    columns: dict[str, Any] = {}
    doubts = []
    for name, doubt in OPENED.items():
        if name in by and name in units.rows:
            texts = units.rows[name].astype(object).fillna("")
            columns[name] = texts.mask(texts.isin(UNKNOWN), "")
            columns[OPENED_BY.format(name)] = doubt.name
            doubts.append(doubt)
    rows = units.rows.assign(**columns)
    return replace(units, rows=rows, doubts=tuple(dict.fromkeys([*units.doubts, *doubts])))


def n_rows(listed: AnyTable) -> float:
    """How many rows a table has, of any size."""
    held = listed.counts("as_of").sum() if isinstance(listed, LargeTable) else len(listed)
    return float(held)


@remembered
def _cut(listed: AnyTable, size: int) -> pd.DataFrame:
    """The so many most downloaded models."""
    by = "hub_downloads_30d"
    large = isinstance(listed, LargeTable)
    cut: pd.DataFrame = listed.largest(size, by) if large else listed.nlargest(size, by)
    return cut


@remembered
def _of_catalogue(listed: pd.DataFrame, catalogue: pd.DataFrame, counts: str) -> pd.DataFrame:
    """The models of a day with what the catalogue tells of them; those counted anew, if asked."""
    models = fresh(listed) if counts == "fresh" else listed
    facts = hub_facts(catalogue)[["pipeline_tag", "licence", "created_at", "legacy_created_at"]]
    counted = models[["as_of", "model_id", "hub_downloads_30d"]]
    return counted.join(facts, on="model_id").reset_index(drop=True)


# Ollama -------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Pulls(Channel):
    """Pulls of the names of the Ollama library."""

    def units(self, tables: Tables, wanted: Wanted) -> Coarse:
        import pandas as pd

        counted = wanted.choices.get("remote_names") == "counted"
        names, _ = of_kinds(
            tables["model_crosswalk_names"], remote="counted" if counted else "left out"
        )
        library = library_publishers(names, tables["publisher_origins"])
        series, day = tables["ollama_library_pulls"], pd.Timestamp(wanted.day)
        units = ollama_pulls(series, library, day, wanted.window)
        if "size" in wanted.by:
            listed = series[series["date"] == day]
            units = of_listed_sizes(units, listed, tables["ollama_library_tags"])
        embedding = names.set_index("ollama_name")["embedding"].map({True: "yes", False: "no"})
        units = replace(units, rows=units.rows.assign(embedding=embedding))
        return _opened(_licensed(units, tables) if "licence" in wanted.by else units, wanted.by)

    def population(self, tables: Tables, wanted: Wanted) -> str:
        names = float(len(self.units(tables, replace(wanted, by=())).rows))
        return f"{pulls_in_words(wanted.window)} of {counted(names, 'names')}"


def _licensed(units: Coarse, tables: Tables) -> Coarse:
    """The names with the licences of their own repositories; any, where one is not named."""
    licences = of_families(
        hub_facts(tables["hub_llm_models"])["licence"], tables["model_crosswalk_repositories"]
    )
    candidates = licences.reindex(units.rows.index).fillna(ANYWHERE)
    rows = units.rows.assign(licence=candidates, licence_doubt=LICENCE.name)
    return replace(units, rows=rows, doubts=(*units.doubts, LICENCE))


# A router -----------------------------------------------------------------------------------------

ROUTED = Assumption.of_scope(
    name="the tokens of one router are those of everybody",
    evidence="OpenRouter passes on requests of developers who choose among many makers; whoever "
    "asks a maker directly or runs weights at home is not in it, and closed models are.",
)
TOKENISED = Assumption.of_scope(
    name="a token is as much text whoever made the model",
    evidence="Tokenizers differ, models that think aloud write more, and promotions move days.",
)


@dataclass(frozen=True, kw_only=True)
class Tokens(Channel):
    """Tokens that a router passed on, by model."""

    def units(self, tables: Tables, wanted: Wanted) -> Coarse:
        routed = _routed(tables["router_model_tokens"], tables["router_makers"], wanted.day)
        return _opened(routed, wanted.by)

    def population(self, tables: Tables, wanted: Wanted) -> str:
        models = self.units(tables, wanted).rows["repository"].nunique()
        return f"the {counted(models, 'leading models')} of one router, closed ones too"


@remembered
def _routed(tokens: pd.DataFrame, makers: pd.DataFrame, day: str) -> Coarse:
    """The models that are named on a day; what the router calls other is in no population here."""
    rows = tokens[(tokens["date"] == day) & (tokens["model"] != "other")]
    known = makers.set_index("author")["candidates"].replace(NOT_TOLD, ANYWHERE)
    units = rows.assign(
        organisation=rows["maker"].fillna("not known").astype(object),
        origin=rows["author"].map(known).astype(object).fillna(ANYWHERE),
        repository=rows["model"].astype(object),
        origin_doubt=ORIGIN.name,
    )
    units = units[["organisation", "origin", "repository", "origin_doubt"]]
    weights = {end: rows["tokens_of_day"].astype(float) for end in WEIGHTS}
    return Coarse(units.assign(**weights).reset_index(drop=True), (ORIGIN,), "models", "tokens")


# One row a channel --------------------------------------------------------------------------------

OF_MODELS = {
    "origin": "country of the publisher (CN, US, FR, ...)",
    ORGANISATION: "who stands behind the account",
    "account": "the account of the Hub",
    "kind": "what the publisher is: company, academic, individual, ...",
    "role": "what the account does: developer, repackager, both",
    "task": "the task that the model names (text-generation, ...)",
    "licence": "the licence that the model names (apache-2.0, ...)",
    "year": "in which the repository was made",
    "repository": "the model itself",
    "family": "the name of the Ollama library that rules put beside it",
    "size": f"the class of size: {CLASSES}; any that record and name allow",
}
PERSONS = get_args(Persons)  # where private persons are at home, who are coded by no country
HOME, HOMES = (
    "sentence_transformers",
    ("Germany", "United States"),
)  # where sentence-transformers began, and is kept
FAMILIES = {"family": ("model_crosswalk_repositories",)}
CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (
        Downloads(
            name="downloads",
            about="downloads of 30 days of the most downloaded models of the Hugging Face Hub",
            whom="the {} of the Hub",
            them="most downloaded models",
            weighs="downloads",
            unit="models",
            dated={"hub_top_models": "as_of", "hub_history": "as_of"},
            tables=("publisher_origins",),
            attributes=OF_MODELS,
            lacks={},
            more=FAMILIES | {"size": ("hub_llm_models",)},
            choices={
                "spike": ("kept", "removed"),
                "persons": PERSONS,
                HOME: HOMES,
            },
            assumptions=(USED,),
            of_attributes={"licence": TAGGED, "size": LABELS},
            counted_days=COUNTED_DAYS,
            no_sum="the Hub's way to count changed over the years",
            any_size=True,
        ),
        Downloads(
            name="catalogue",
            about="downloads of 30 days of the models of a catalogue of language models",
            whom="the {} of the LLM catalogue",
            them="counted models",
            weighs="downloads",
            unit="models",
            dated={"hub_llm_panel": "as_of"},
            tables=("publisher_origins", "hub_llm_models"),
            attributes=OF_MODELS,
            lacks={},
            more=FAMILIES,
            choices={
                "counts": ("all", "fresh"),
                "persons": PERSONS,
                HOME: HOMES,
            },
            assumptions=(USED,),
            of_attributes={"licence": TAGGED, "size": LABELS},
            counted_days=COUNTED_DAYS,
            no_sum="the catalogue grew from day to day",
        ),
        Pulls(
            name="pulls",
            about="pulls of the names of the Ollama library in so many days, or in all",
            weighs="pulls",
            unit="names",
            dated={"ollama_library_pulls": "date"},
            tables=("model_crosswalk_names", "publisher_origins"),
            attributes={
                **{each: OF_MODELS[each] for each in ("origin", ORGANISATION, "account", "kind")},
                "role": OF_MODELS["role"],
                "family": "the name in the Ollama library (llama3.2, ...)",
                "licence": "of the repositories that rules put beside the name",
                "embedding": "whether the model makes embeddings: yes or no",
                "size": f"the class of size: {CLASSES}; any that the name lists",
            },
            lacks={
                "task": "a name of the library names no task; --among embedding=no leaves models "
                "that make embeddings out",
                "year": "the table of pulls does not tell when a name was made",
                "repository": "a pull is counted for a name, whatever repositories it has; ask for "
                "family",
            },
            more={
                "licence": ("hub_llm_models", "model_crosswalk_repositories"),
                "size": ("ollama_library_tags",),
            },
            choices={"remote_names": ("left out", "counted")},
            assumptions=(ROUNDED,),
            of_attributes={"licence": TAGGED, "size": LABELS},
            window=30,
        ),
        Tokens(
            name="tokens",
            about="tokens of a day of the leading models on the router OpenRouter, closed ones too",
            weighs="tokens",
            unit="models",
            dated={"router_model_tokens": "date"},
            tables=("router_makers",),
            attributes={
                "origin": "country of the maker (CN, US, FR, ...)",
                ORGANISATION: "the maker",
                "repository": "the model as the router names it",
            },
            lacks={
                name: f"the router names a model and its maker, and no {name}"
                for name in OF_MODELS
                if name not in ("origin", ORGANISATION, "repository")
            },
            assumptions=(ROUTED, TOKENISED),
            no_sum="the leading models of two days are not the same, nor are they all",
        ),
        HOSTS_CHANNEL,
        LISTINGS_CHANNEL,
    )
}
COLUMNS = {"task": "pipeline_tag", "licence": "licence", "year": "created_at"}  # of attributes
ALIKE = 0.01  # lists whose numbers of models differ by no more than this part are of one length


def common_size(channel: Channel, tables: Tables, days: Sequence[str]) -> int | None:
    """The length of lists that hardly differ in it: the share of a longer one is another's.

    Raises
    ------
    ResearchError
        They differ: which days hold how many models.
    """
    if not isinstance(channel, Downloads):
        return None
    sizes = [n_rows(channel.listed(tables, Wanted(day=day))) for day in days]
    if min(sizes) >= (1 - ALIKE) * max(sizes):
        return int(min(sizes))
    lengths = [written("{:0} on {}", *pair) for pair in zip(sizes, days, strict=True)]
    raise ResearchError(
        f"A share over time needs lists of one length, and those of {channel.name} hold "
        f"{few(lengths)} models: a longer list is another population. Ask for one day: --on DAY."
    )
