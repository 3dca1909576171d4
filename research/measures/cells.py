"""The downloads of the Hub of any size: models that agree in all that is asked are one cell."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from research.datasets import LargeTable, query
from research.doubts import Coarse
from research.doubts.coarse import BETWEEN, NUMBER, WEIGHTS
from research.measures.hub import DOUBTS
from research.measures.publishers import in_no_country
from research.measures.remembering import remembered

if TYPE_CHECKING:
    import pandas as pd

TEXTS = ("author", "pipeline_tag", "licence", "base_models", "base_relation")
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
# What may be asked of a model, as SQL over its row, its account, and how that is coded.
ATTRIBUTES = {
    "account": "account",
    "organisation": "coalesce(coded.parent, account)",
    "origin": "coalesce(coded.candidates, '')",
    "kind": "coalesce(coded.kind, '')",
    "role": "coalesce(coded.role, '')",
    "task": "coalesce(pipeline_tag, '')",
    "licence": "coalesce(licence, '')",
    "bases": f"if(makers = '' OR contains(makers, '{BETWEEN}') OR maker.author IS NOT NULL, makers,"
    f" '{UNCODED}')",
    "own_base": "makers <> '' AND makers = account",
    "base_relation": "coalesce(base_relation, '')",
}
CELLS = f"""
    SELECT {{attributes}}, arg_min(model_id, place) AS model, count(*) AS {NUMBER},
        if(count(hub_downloads_30d) = count(*), sum(hub_downloads_30d), NULL) AS weight
    FROM (
        SELECT *, {ACCOUNT} AS account, {{makers}} AS makers FROM (SELECT {{columns}} FROM rows)
    ) AS listed
    LEFT JOIN coded ON coded.author = listed.account
    LEFT JOIN coded AS maker ON maker.author = listed.makers
    GROUP BY ALL ORDER BY min(place)
"""


@remembered
def hub_cells(
    listed: pd.DataFrame | LargeTable, origins: pd.DataFrame, *, by: Collection[str]
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
        Out of ``account``, ``organisation``, ``origin``, ``kind``, ``role``, ``task``, ``licence``,
        ``bases`` (the accounts of the bases that a model names, itself left out, such as
        ``"Qwen|google"``; ``"?"`` may stand for one that ``origins`` lacks, and nothing where none
        is named), ``own_base`` (whether these are its own account alone) and ``base_relation``.

    Returns
    -------
    Coarse
        One row a cell under the name of its first model, in the order of these; ``number`` models
        weigh together what they were downloaded.

    Examples
    --------
    >>> import research
    >>> from research.doubts import Share, where
    >>> from research.measures.top_lists import on_day
    >>> listed = on_day(research.load("hub_top_models"), "2026-06-11")
    >>> cells = hub_cells(listed, research.load("publisher_origins"), by=["origin"])
    >>> len(cells.rows), cells.size(), round(Share(of=where(origin="CN")).in_(cells).value, 2)
    (41, 1000, 0.24)
    """
    attributes = ", ".join(f"{ATTRIBUTES[name]} AS {name}" for name in by)
    absent = [f"CAST(NULL AS VARCHAR) AS {name}" for name in TEXTS if name not in listed.columns]
    cells = CELLS.format(
        attributes=attributes,
        makers=MAKERS if "makers" in attributes else "''",
        columns=", ".join(["*", *absent]),
    )
    coded = in_no_country(origins)[["author", "candidates", "parent", "kind", "role"]]
    rows = query(listed, cells, coded=coded).set_index("model")
    rows[list(WEIGHTS)] = rows[["weight"] * 3].astype(float).to_numpy()
    opened = {name: doubt for name, doubt in DOUBTS.items() if name in by}
    opens = {f"{name}_doubt": doubt.name for name, doubt in opened.items()}
    rows = rows.drop(columns="weight").assign(**opens)
    return Coarse(rows, tuple(opened.values()), "models", "downloads")
