"""The downloads of the Hub of any size: models that agree in all that is asked are one cell."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from research.datasets import LargeTable, query
from research.datasets.large import PLACE
from research.doubts import Coarse
from research.doubts.coarse import BETWEEN, ERROR, EXCESS, NUMBER, WEIGHTS
from research.doubts.joining import BUCKETS, NAME, ONE_BY_ONE
from research.measures.hub import DOUBTS, HEAVY, SPIKES
from research.measures.publishers import in_no_country, private_persons, publishers
from research.measures.remembering import remembered
from research.measures.sizes import RECORDED

if TYPE_CHECKING:
    import pandas as pd

# Columns that a table may lack, with their types.
OPTIONAL = {
    **dict.fromkeys(["author", "pipeline_tag", "licence", "base_models"], "VARCHAR"),
    "base_relation": "VARCHAR",
    "created_at": "TIMESTAMP",
    "legacy_created_at": "BOOLEAN",
    "traffic_spike": "BOOLEAN",
}
OLDEST = "until 2022-03"  # in place of the year: the Hub's own record begins then
NO_FAMILY = "no family"  # of a model that rules put beside no name of the Ollama library
SHARED = "shared"  # whether another account may be of the same organisation
UNCODED = "?"  # in place of an account that nobody has coded
ACCOUNT = "coalesce(author, split_part(model_id, '/', 1))"
# The accounts of the bases that a model names, without itself. Most name one: lists are slow.
MAKERS = f"""
    CASE WHEN base_models IS NULL THEN ''
    WHEN contains(base_models, '{BETWEEN}') THEN array_to_string(list_sort(list_distinct(
        list_transform(list_filter(string_split(base_models, '{BETWEEN}'),
            lambda base: base <> '' AND lower(base) <> lower(model_id)),
        lambda base: split_part(base, '/', 1)))), '{BETWEEN}')
    WHEN lower(base_models) = lower(model_id) THEN ''
    ELSE split_part(base_models, '/', 1) END
"""
# What may be asked of a model, as SQL over its row ...
OF_MODELS = {
    "task": "coalesce(pipeline_tag, '')",
    "licence": "coalesce(licence, '')",
    "base_relation": "coalesce(base_relation, '')",
    "year": f"CASE WHEN legacy_created_at THEN '{OLDEST}'"
    " ELSE coalesce(strftime(created_at, '%Y'), '') END",
    "spike": "coalesce(traffic_spike, false)",
    "repository": "model_id",
    "family": f"coalesce(joined.ollama_name, '{NO_FAMILY}')",
    "size": "size",
}
# Texts that rows share: of others each row of a census has its own.
WHETHER = "CAST(if({}, 'yes', 'no') AS ENUM('no', 'yes'))"
# ... and as SQL over its account, how that is coded, and the makers of its bases.
OF_ACCOUNTS = {
    "account": "account",
    "organisation": "coalesce(coded.parent, account)",
    "owner": "coalesce(coded.parent, coded.author, heavy.name,"
    f" 'group ' || md5_number_lower(account) % {BUCKETS})",
    "origin": "coalesce(coded.candidates, '')",
    "kind": "coalesce(coded.kind, '')",
    "role": "coalesce(coded.role, '')",
    "person": WHETHER.format("coalesce(coded.person, false)"),
    "spike": WHETHER.format("spike"),
    "confirmed": "coalesce(coded.confirmed, false)",
    "bases": f"if(makers = '' OR contains(makers, '{BETWEEN}') OR maker.author IS NOT NULL, makers,"
    f" '{UNCODED}')",
    "own_base": "makers <> '' AND makers = account",
}
# What is joined where an attribute asks for it.
JOINED = {
    "joined.": "LEFT JOIN families AS joined ON joined.hub_repository = listed.model_id",
    "coded.": "LEFT JOIN coded ON coded.author = summed.account",
    "maker.": "LEFT JOIN coded AS maker ON maker.author = summed.makers",
    "heavy.": "LEFT JOIN (SELECT account AS name FROM summed GROUP BY account"
    f" ORDER BY sum(held) DESC, account LIMIT {ONE_BY_ONE}) AS heavy ON heavy.name = account",
}
# A model of much weight is a cell of its own: a spike adds to it alone.
HEAVY_ONE = "coalesce(hub_downloads_30d >= {least} AND NOT coalesce(traffic_spike, false), false)"
# Models are summed by account before anything is joined to these: a census has fewer accounts.
SUMS = f"""
    SELECT {{account}} AS account{{of_models}}{{name}}, %s AS peak, min({PLACE}) AS place,
        count(*) AS number, {{held}} AS held
    FROM (SELECT {{columns}} FROM rows) AS listed {{joined}} WHERE %s GROUP BY ALL
"""
PEAKS = SUMS % ("model_id", HEAVY_ONE)
LIGHT = SUMS % ("CAST(NULL AS VARCHAR)", f"NOT {HEAVY_ONE}")
# The few peaks are read first, from those parts of a file that have any: beside the sum of all
# others this reading would take three times as long.
SUMMED = f"WITH summed AS ({LIGHT} UNION ALL FROM peaks)"
CELLS = f"""{SUMMED}
    SELECT {{attributes}}{{first}}, peak, CAST(sum(number) AS BIGINT) AS {NUMBER},
        if(count(held) = count(*), sum(held), NULL) AS weight
    FROM summed {{coded}} GROUP BY ALL ORDER BY min(summed.place)
"""
# By organisation nearly all are cells as they are; those that may agree are joined afterwards.
BY_ORGANISATION = f"""{SUMMED}
    SELECT {{attributes}}{{name_of_first}}, peak, number AS {NUMBER}, held AS weight,
        coded.author IS NOT NULL OR account IN (SELECT parent FROM coded WHERE parent IS NOT NULL)
        AS {SHARED}
    FROM summed {{coded}} ORDER BY place
"""
HELD = "sum(CAST(hub_downloads_30d AS DOUBLE))"  # in half the time of a sum of integers
HELD_IF_KNOWN = f"if(count(hub_downloads_30d) = count(*), {HELD}, NULL)"


@remembered
def hub_cells(
    listed: pd.DataFrame | LargeTable,
    origins: pd.DataFrame,
    *,
    by: Collection[str],
    families: pd.DataFrame | None = None,
    named: bool = True,
) -> Coarse:
    """The downloads of the models of one day, of those together that agree in some attributes.

    What is asked of the models is asked of a few thousand cells, whether there are a thousand
    models or millions: bounds, shares, ranks and intervals are those of the models by themselves,
    as long as all attributes that the question names, and its clusters, are among those here.

    Parameters
    ----------
    listed
        Rows of one day of a table of any size with ``model_id`` and ``hub_downloads_30d``; a
        column that it lacks tells nothing.
    origins
        The table ``publisher_origins``.
    by
        Out of ``account``, ``organisation``, ``owner`` (the same, but that the many light accounts
        of a census that nobody has coded are a few groups), ``origin``, ``kind``, ``role``,
        ``person`` (whether the account is a private person's), ``confirmed`` (whether people have
        coded its organisation, so that its origin is beyond error), ``task``, ``licence``,
        ``bases`` (the accounts of the bases that a model names, itself left out, such as
        ``"Qwen|google"``, where ``"?"`` may stand for one that ``origins`` lacks, and nothing where
        none is named), ``own_base`` (whether these are its own account alone), ``base_relation``,
        ``year`` (in which the repository was made), ``spike`` (whether its count is known for
        automated traffic), ``size`` (a column of ``listed``), ``repository`` and ``family`` (the
        name of the Ollama library that rules put beside it).
    families
        The table ``model_crosswalk_repositories``, which ``family`` needs.
    named
        Whether a cell goes by the name of its first model; else by its number, so that the names of
        millions need not be read.

    Returns
    -------
    Coarse
        One row a cell under the name of its first model, in the order of these; ``number`` models
        weigh together what they were downloaded. ``excess`` as of ``hub_downloads``: a model that
        has any is a cell of its own.

    Examples
    --------
    >>> import research
    >>> from research.doubts import Share, where
    >>> from research.measures.top_lists import on_day
    >>> listed = on_day(research.load("hub_top_models"), "2026-06-11")
    >>> cells = hub_cells(listed, research.load("publisher_origins"), by=["origin"])
    >>> len(cells.rows), cells.size(), round(Share(of=where(origin="CN")).in_(cells).value, 2)
    (207, 1000, 0.24)
    """
    beside = {"coded": _coded(origins)}
    if families is not None:
        beside["families"] = families[["hub_repository", "ollama_name"]]
    peaks, cells = _queries(listed, by, named)
    rows = query(listed, cells, peaks=query(listed, peaks, **beside), **beside)
    rows = rows.astype(dict.fromkeys(rows.select_dtypes("category"), str))
    rows = _joined(rows, by) if SHARED in rows else rows
    rows = rows.set_index("model") if named else rows
    rows[list(WEIGHTS)] = rows[["weight"] * 3].astype(float).to_numpy()
    opened = {name: doubt for name, doubt in {**DOUBTS, "size": RECORDED}.items() if name in by}
    opens = {f"{name}_doubt": doubt.name for name, doubt in opened.items()}
    rows[EXCESS] = rows["weight"].astype(float).where(rows["peak"].notna(), 0.0)
    rows[ERROR], rows[NAME] = SPIKES, rows["peak"]
    rows = rows.drop(columns=["weight", "peak"]).assign(**opens)
    return Coarse(rows, tuple(opened.values()), "models", "downloads")


def _least_of_a_peak(listed: pd.DataFrame | LargeTable) -> int:
    """How many downloads a model has at least that may stand at a spike."""
    if isinstance(listed, LargeTable):
        (held,) = query(listed, "SELECT sum(hub_downloads_30d) AS held FROM rows")["held"]
    else:
        held = listed["hub_downloads_30d"].sum()
    return max(1, -(-int(held) // HEAVY)) if held == held else 1  # nothing is known of any


@remembered
def _coded(origins: pd.DataFrame) -> pd.DataFrame:
    """What is known of the accounts that somebody has coded."""
    known = publishers(origins["author"], origins)
    coded = in_no_country(origins).assign(
        person=private_persons(origins), confirmed=known["confirmed"]
    )
    return coded[["author", "candidates", "parent", "kind", "role", "person", "confirmed"]]


def _joined(rows: pd.DataFrame, by: Collection[str]) -> pd.DataFrame:
    """The cells, those that agree in all being one in the place of the first."""
    few, alike = rows.loc[rows[SHARED]], [*by, "peak"]
    number = few.groupby(alike, sort=False, dropna=False).ngroup().to_numpy()
    sums = few[[NUMBER, "weight"]].groupby(number).sum(skipna=False)
    for column in sums:
        rows.loc[few.index, column] = sums[column].to_numpy()[number]
    again = few.index[few.duplicated(alike)]
    return rows.drop(index=again, columns=SHARED).reset_index(drop=True)


def _queries(
    listed: pd.DataFrame | LargeTable, by: Collection[str], named: bool
) -> tuple[str, str]:
    """What finds the peaks, and what finds the cells beside these."""
    of_models = {name: sql for name, sql in OF_MODELS.items() if name in by}
    if {"bases", "own_base"} & {*by}:
        of_models["makers"] = MAKERS
    attributes = ", ".join(f"{OF_ACCOUNTS.get(name, name)} AS {name}" for name in by)
    absent = [
        f"CAST(NULL AS {kind}) AS {name}"
        for name, kind in OPTIONAL.items()
        if name not in listed.columns
    ]
    by_organisation = "organisation" in by and "makers" not in of_models
    gaps = {
        "account": _account(listed),
        "of_models": "".join(f", {sql} AS {name}" for name, sql in of_models.items()),
        "name": f", arg_min(model_id, {PLACE}) AS model" if named else "",
        "first": ", arg_min(model, summed.place) AS model" if named else "",
        "name_of_first": ", model" if named else "",
        "held": HELD if _never_missing(listed, "hub_downloads_30d") else HELD_IF_KNOWN,
        "columns": ", ".join(["*", *absent]),
        "joined": _joins("joined.", in_text=" ".join(of_models.values())),
        "attributes": attributes,
        "least": _least_of_a_peak(listed),
        "coded": _joins("coded.", "maker.", "heavy.", in_text=attributes),
    }
    cells = BY_ORGANISATION if by_organisation else CELLS
    return PEAKS.format(**gaps), cells.format(**gaps)


def _account(listed: pd.DataFrame | LargeTable) -> str:
    """The account of a model: its name need not be read where each row has an author."""
    return "author" if _never_missing(listed, "author") else ACCOUNT


def _never_missing(listed: pd.DataFrame | LargeTable, column: str) -> bool:
    return isinstance(listed, LargeTable) and column in listed.required


def _joins(*names: str, in_text: str) -> str:
    return " ".join(JOINED[name] for name in names if name in in_text)
