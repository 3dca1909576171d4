"""A first analysis of one's own: a file that runs at once, written from a table's descriptor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

from research import datasets, places
from research.results import ResearchError

NUMBERS = ("integer", "number")
# Units of numbers that do not add up.
NO_AMOUNT = (
    "rank",
    "identifier",
    "category",
    "date",
    "position",
    "places",
)
LARGEST = Template('''\
"""Does one $kind have more than half of the $unit?

What the question leaves out, and what the data cannot show, stands here.
"""

from typing import Literal

from research import Estimate, Hypothesis, Sample

LABEL = "share of the largest $kind"

# What would answer the question: an estimate with this label, compared with a threshold.
HYPOTHESES = {
    LABEL: Hypothesis(
        estimand="share of the $unit that the largest $kind has",
        null=0.5,
        null_source="stated by the author",
        alternative="greater",  # or "less", "different", "equivalent"
        role="own question",  # of a published claim: "reanalysis" or "out of sample", and claims
    )
}


# The positional parameter is a table (research data list). A keyword parameter is a choice that
# another author could make otherwise: its first value is yours, and all of them are estimated.
def sample($table, *, among: Literal["all", "the ten largest"] = "all") -> Sample:
    rows = $rows
$day    totals = rows.groupby("$column", dropna=False)$total
    if among == "the ten largest":
        totals = totals.nlargest(10)
    return Sample(
        population="the rows of $table",
        as_of=$as_of,
        data={"totals": totals},
    )


def estimate(sample) -> Estimate:
    totals = sample["totals"]
    return Estimate(
        label=LABEL,
        unit="share of $unit",  # shares are between 0 and 1, and told in per cent
        value=totals.max() / totals.sum(),
        n=len(totals),
        n_unit="rows by $column",
    )
''')


def scaffold(path: Path, table: str) -> None:
    """Write an analysis of this table: the share of its largest part, to be changed.

    Parameters
    ----------
    path
        Of the new file, such as ``mine.py``.
    table
        One of ``research data list``.

    Raises
    ------
    ResearchError
        If the file is there already or cannot be named so, or there is no such table.
    """
    if path.suffix != ".py" or not path.stem.isidentifier():
        raise ResearchError(
            f"An analysis is a file such as mine.py, named in letters, digits and _; found {path}."
        )
    if path.exists():
        raise ResearchError(f"{path} is there already, and stays as it is. Give another name.")
    known = datasets.tables()
    if table not in known:
        raise ResearchError(datasets.unknown("table", table, known))
    gaps = _gaps(known[table], table)
    places.write_beside(path, LARGEST.substitute(gaps).encode())


def _gaps(dataset: datasets.Dataset, table: str) -> dict[str, str]:
    """What the descriptor tells of the table, as the file needs it."""
    fields = dataset.resources[table]["schema"]["fields"]
    column, amount = next(_named(dataset.resources[table])), next(_amounts(fields), None)
    key = dataset.resources[table]["schema"].get("primaryKey", [])
    # A day of the key is one of several states; any other, such as that of creation, is a fact.
    day = next((f["name"] for f in fields if f["type"] == "date" and f["name"] in key), None)
    last = f'    rows = rows[rows["{day}"] == rows["{day}"].max()]  # the last day alone\n'
    return {
        "table": table,
        "rows": f'{table}.dropna(subset="{amount["name"]}")' if amount else table,
        "column": column,
        "kind": column.replace("_", " "),
        "total": f'["{amount["name"]}"].sum()' if amount else ".size()",
        "unit": amount["unit"] if amount else "rows",
        "day": last if day else "",
        "as_of": f"f\"{{rows['{day}'].max():%Y-%m-%d}}\"" if day else f'"{dataset.version}"',
    }


def _named(resource: Mapping[str, Any]) -> Iterator[str]:
    """Columns that rows can be grouped by: a text of the key, any text, any column."""
    fields = resource["schema"]["fields"]
    texts = [each["name"] for each in fields if each["type"] == "string"]
    yield from (name for name in resource["schema"].get("primaryKey", []) if name in texts)
    yield from (*texts, *(each["name"] for each in fields))


def _amounts(fields: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Columns whose numbers can be added."""
    for each in fields:
        if each["type"] in NUMBERS and not each["unit"].startswith(NO_AMOUNT):
            yield each
