"""The models of the Hub, their downloads, and what is a fact about the tables of both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from research.doubts import Coarse, Doubt
from research.doubts.coarse import BETWEEN, ERROR, EXCESS, WEIGHTS
from research.measures.publishers import ANYWHERE, ORIGIN, accounts_of, any_of, publishers
from research.measures.remembering import remembered
from research.results import Assumption
from research.wording import written

if TYPE_CHECKING:
    import pandas as pd

# Tasks, as the Hub names them, of the kinds of models that Ollama serves.
GENERATION = ["text-generation", "image-text-to-text", "any-to-any"]
EMBEDDING = ["feature-extraction", "sentence-similarity"]
# What the tables of the Hub may tell of a model, and what a channel calls it.
FACTS = {
    "pipeline_tag": "task",
    "licence": "licence",
    "created_at": "created",
    "legacy_created_at": "legacy",
    "parameters": "parameters",
    "base_models": "base",
    "traffic_spike": "spike",
    "is_gguf": "gguf",
    "stale_suspect": "stale",
    "downloads_observed": "observed",
}
COUNTED_DAYS = 30  # the Hub's downloads are those of so many days before
CANDIDATES = ("task", "licence")  # facts that are texts of candidates

TASK = Doubt("task unknown", "the models that name no task may be of any")
BASE = Doubt("bases of repackaged models", "any country of the bases, or any where none is named")
UNTAGGED = Doubt("models without a pipeline tag", "counted or not")
LICENCE = Doubt("repositories without a clear licence", "any licence")
YEAR = Doubt("day of creation unknown", "any year")
DOUBTS = {
    "origin": ORIGIN,
    "task": TASK,
    "licence": LICENCE,
    "year": YEAR,
}  # by what each leaves open

SPIKES = "traffic spikes"  # an error doubt: it opens no set
HEAVY = 1000  # a model with such a part of all downloads may stand at one: lighter ones move little

USED = Assumption.of_scope(
    name="a download is a use",
    evidence="The Hub counts requests of one file: caches, tests and crawlers count too. What "
    "mirrors such as ModelScope and caches of companies pass on is in no count; it has no bounds.",
)
LIKE_THEN = Assumption.of_scope(
    name="these are the models of the claim",
    evidence="The article mixed the most used models with the top of the trending list; these "
    "lists hold the most downloaded only, two years later.",
)
TAGGED = Assumption.untestable(
    name="the tag is the licence",
    evidence="Publishers set it themselves, and today's tag is read back; weights derived from "
    "others may carry a licence that their base does not allow.",
)
LISTED = Assumption.of_scope(
    name="the list is a sample",
    evidence="The claim is about the list itself, which is complete. What other organisations "
    "would have given is a row of the budget, with any condition that fails.",
)


def overlapping(days: pd.Series) -> Assumption:
    """What is assumed where the downloads of several days are taken one by one.

    Parameters
    ----------
    days
        On which they were counted; a day may stand there several times.

    Examples
    --------
    >>> import pandas as pd
    >>> overlapping(pd.Series(pd.to_datetime(["2026-03-01", "2026-03-20", "2026-05-01"]))).evidence
    'Each counts 30 days: 3 states in 61 days hold 2 windows that do not overlap.'
    """
    apart = (days.max() - days.min()).days
    hold = "Each counts {:0} days: {:0} states in {:0} days hold {:0} windows that do not overlap."
    return Assumption.of_scope(
        name="the states are independent observations",
        evidence=written(hold, COUNTED_DAYS, days.nunique(), apart, apart // COUNTED_DAYS),
    )


@remembered
def hub_facts(*tables: pd.DataFrame) -> pd.DataFrame:
    """What tables of the Hub tell of each model: the first that tells a fact is believed.

    Parameters
    ----------
    *tables
        Tables with ``model_id``, the most trusted one first; of several rows of a model the first
        that tells a fact counts.

    Examples
    --------
    >>> import pandas as pd
    >>> first = pd.DataFrame({"model_id": ["a/b"], "licence": [None]})
    >>> other = pd.DataFrame({"model_id": ["a/b"], "licence": ["mit"]})
    >>> hub_facts(first, other).loc["a/b", "licence"]
    'mit'
    """
    import pandas as pd

    facts = {}
    for column in FACTS:
        frames = [table[["model_id", column]] for table in tables if column in table]
        if frames:
            every = pd.concat(frames).dropna(subset=column).drop_duplicates("model_id")
            facts[column] = every.set_index("model_id")[column]
    return pd.DataFrame(facts)


def fresh(listed: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table whose downloads were counted, and counted anew.

    Examples
    --------
    >>> import research
    >>> panel = research.load("hub_llm_panel")
    >>> len(fresh(panel)) < len(panel)
    True
    """
    return listed[(listed["hub_downloads_30d"] > 0) & ~listed["stale_suspect"].fillna(False)]


@remembered
def hub_downloads(
    listed: pd.DataFrame,
    origins: pd.DataFrame,
    *,
    tell: Collection[str] = (),
    facts: pd.DataFrame | None = None,
    families: pd.DataFrame | None = None,
) -> Coarse:
    """The downloads of the models of one day, and what is known of each.

    Parameters
    ----------
    listed
        Rows of one day of a table with ``model_id`` and ``hub_downloads_30d``, such as
        ``hub_top_models``, ``hub_llm_models`` or ``hub_llm_panel``.
    origins
        The table ``publisher_origins``.
    tell
        What shall be told of each model, out of ``task``, ``licence``, ``created``, ``legacy``,
        ``parameters``, ``base``, ``spike``, ``gguf``, ``stale`` and ``observed``; a column that the
        tables lack is missing.
    facts
        What other tables tell of models, from :func:`hub_facts`: it counts where ``listed`` does
        not hold the fact.
    families
        The table ``model_crosswalk_repositories``: the family of the Ollama library of each model.

    Returns
    -------
    Coarse
        One row a model, its index. Columns ``account``, ``organisation``, ``origin``, ``kind``
        and ``role``; what shall be told, ``task`` and ``licence`` empty where none is named; with
        ``families`` ``family`` and ``relation``, missing outside them; and the weight, which is
        exact but for what a traffic spike may have added to a model of much weight (``excess``;
        one that is marked for its spike is counted or not by a choice).

    Examples
    --------
    >>> import research
    >>> from research.doubts import Share, where
    >>> from research.measures.top_lists import on_day
    >>> listed = on_day(research.load("hub_top_models"), "2026-06-11")
    >>> units = hub_downloads(listed, research.load("publisher_origins"))
    >>> round(Share(of=where(origin="CN")).in_(units).bounds().low, 2)
    0.24
    """
    listed = listed.set_index("model_id")
    rows = publishers(_accounts(listed), origins).assign(**_known(listed, tell, facts))
    rows[list(WEIGHTS)] = listed[["hub_downloads_30d"] * 3].astype(float).to_numpy()
    marks_spikes = "traffic_spike" in listed
    marked = listed.index[listed["traffic_spike"].eq(True)] if marks_spikes else listed.index[:0]
    may_be = (rows["value"] * HEAVY >= rows["value"].sum()) & ~rows.index.isin(marked)
    rows[EXCESS], rows[ERROR] = rows["value"].where(may_be, 0.0), SPIKES
    if families is not None:
        joined = families.set_index("hub_repository")[["ollama_name", "relation"]]
        joined = joined.reindex(rows.index)
        rows = rows.assign(family=joined["ollama_name"], relation=joined["relation"])
    opened = {name: doubt for name, doubt in DOUBTS.items() if name in rows}
    opens = {f"{name}_doubt": doubt.name for name, doubt in opened.items()}
    return Coarse(rows.assign(**opens), tuple(opened.values()), "models", "downloads")


def of_tasks(units: Coarse, tasks: Collection[str]) -> Coarse:
    """The models of these tasks, and those that may be.

    Parameters
    ----------
    units
        From :func:`hub_downloads`, told of ``task``; with ``family`` a model of a family is one of
        them whatever its task.
    tasks
        As the Hub names them.

    Returns
    -------
    Coarse
        A model without a task counts or not, and does not as shown; the doubt is :data:`UNTAGGED`.

    Examples
    --------
    >>> import pandas as pd
    >>> weights = dict.fromkeys(["low", "value", "high"], [5.0, 3.0, 2.0])
    >>> units = Coarse(pd.DataFrame({**weights, "task": ["text-generation", "", "dowsing"]}), ())
    >>> of_tasks(units, GENERATION).rows[["low", "high"]].to_numpy().tolist()
    [[5.0, 5.0], [0.0, 3.0]]
    """
    if "task" not in units.rows:
        return units
    task = units.rows["task"]
    certain = task.isin(list(tasks))
    if "family" in units.rows:
        certain |= units.rows["family"].notna()
    shown = units.rows["value"].where(certain, 0.0)
    rows = units.rows.assign(low=shown, value=shown, weight_doubt=UNTAGGED.name)
    opened = replace(units, rows=rows, doubts=(*units.doubts, UNTAGGED))
    return opened.among(certain | task.eq(ANYWHERE))


def without_spike(units: Coarse) -> Coarse:
    """The models without those whose traffic is automated, told of as ``spike``.

    Examples
    --------
    >>> import research
    >>> from research.measures.top_lists import on_day
    >>> tables = on_day(research.load("hub_top_models"), "2026-04-28"), "publisher_origins"
    >>> units = hub_downloads(tables[0], research.load(tables[1]), tell=["spike"])
    >>> len(units.rows), len(without_spike(units).rows)
    (1000, 999)
    """
    if "spike" not in units.rows:
        return units
    return units.among(~units.rows["spike"].fillna(False).to_numpy(dtype=bool))


def made_from(units: Coarse, origins: pd.DataFrame) -> Coarse:
    """The models with repackaged ones counted to the publishers of the bases that they name.

    Parameters
    ----------
    units
        From :func:`hub_downloads`, told of ``base``.
    origins
        The table ``publisher_origins``.

    Returns
    -------
    Coarse
        A repackaged model of several bases is of any of their countries, one that names none of
        any at all; the doubt is :data:`BASE`.

    Examples
    --------
    >>> import pandas as pd, research
    >>> origins = research.load("publisher_origins")
    >>> listed = pd.DataFrame({"model_id": ["TheBloke/x", "TheBloke/z"], "hub_downloads_30d": 9})
    >>> listed["base_models"] = ["Qwen/y", None]
    >>> models = made_from(hub_downloads(listed, origins, tell=["base"]), origins).rows
    >>> models[["organisation", "origin"]].to_numpy().tolist()
    [['Alibaba', 'CN'], ['TheBloke', '']]
    """
    rows = units.rows
    moved = rows["role"].eq("repackager")
    owners = named_bases(rows.loc[moved, "base"], origins)
    first = owners[["organisation", "account"]].groupby(level=0).first()
    named = first.apply(lambda names: names.fillna(rows["account"])).reindex(rows.index)
    origin = any_of(owners["origin"], owners.index).reindex(rows.index)
    moving = {column: rows[column].mask(moved, named[column]) for column in named}
    doubt = rows["origin_doubt"].mask(moved, BASE.name)
    rows = rows.assign(origin=rows["origin"].mask(moved, origin), origin_doubt=doubt, **moving)
    return replace(units, rows=rows, doubts=(*units.doubts, BASE))


def named_bases(named: pd.Series, origins: pd.DataFrame) -> pd.DataFrame:
    """Who publishes the bases that models name?

    Parameters
    ----------
    named
        Of each model the bases that it names, such as ``"Qwen/x|Qwen/y"``.
    origins
        The table ``publisher_origins``.

    Returns
    -------
    pandas.DataFrame
        One row a base, under the index of its model; ``base`` and the columns of ``publishers``.

    Examples
    --------
    >>> import pandas as pd, research
    >>> named = pd.Series({"a/merged": "Qwen/y|meta-llama/z"})
    >>> named_bases(named, research.load("publisher_origins"))["origin"].tolist()
    ['CN', 'US']
    """
    bases = named.astype(object).str.split(BETWEEN).explode()
    return publishers(accounts_of(bases), origins).assign(base=bases)


def _known(
    listed: pd.DataFrame, tell: Collection[str], facts: pd.DataFrame | None
) -> dict[str, pd.Series]:
    known = {}
    for column, name in FACTS.items():
        if name not in tell:
            continue
        if column in listed:
            known[name] = listed[column]
        elif facts is not None and column in facts:
            known[name] = facts[column].reindex(listed.index)
    for name in CANDIDATES:
        if name in known:
            known[name] = known[name].astype(object).fillna(ANYWHERE)
    return known


def _accounts(listed: pd.DataFrame) -> pd.Series:
    names = listed.index.to_series()
    if "author" not in listed:
        return accounts_of(names)
    author = listed["author"]
    return author.fillna(accounts_of(names)) if author.hasnans else author
