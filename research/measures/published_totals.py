"""Downloads by origin, of all time and of a year, as others have published them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from research.doubts import PRINTED, Coarse, Doubt
from research.measures.publishers import ANYWHERE, NOT_TOLD, ORIGIN, Persons

if TYPE_CHECKING:
    import pandas as pd

    from research.estimators.valid import Floats

OTHERS = Doubt("publishers outside China", "US publishers or others")
UNSTATED = Doubt("publishers whose country the study does not state", "any of those it may be")
AGELESS = Doubt("models whose age is not known", "new models or older ones")
NEW, OLDER, NOT_STATED = "within a year", "older", "not stated"  # as hub_evolution has them
NO_COUNTRY = "XX"
NUMBER = r"[\d.]+(?:e\d+)?"
HUB_REPORT = "HF State of Open Source Spring 2026"


def downloads_of_a_year(anchors: pd.DataFrame) -> Coarse:
    """Downloads between the two dates of the ATOM report, March 2025 and March 2026.

    Parameters
    ----------
    anchors
        The table ``hub_published_anchors``: cumulative downloads in March 2026, those of China a
        year before, and by how much the US and all models have grown since.

    Returns
    -------
    Coarse
        China, the US and all others, from end to end of what rounds to the figures printed. What
        the others have is what the printed figures leave, so that sets are outer ones.

    Examples
    --------
    >>> import research
    >>> flow = downloads_of_a_year(research.load("hub_published_anchors"))
    >>> (flow.rows["value"] / 1e6).round().tolist()
    [1053.0, 547.0, 100.0]
    """
    china, us, everyone, china_before, us_growth, growth = _atom(anchors)
    china, us = china - china_before[::-1], us * (1 - 1 / us_growth)
    return _units(china, us, everyone * (1 - 1 / growth))


def cumulative_downloads(anchors: pd.DataFrame) -> dict[str, Coarse]:
    """All downloads until either date of the ATOM report.

    Parameters
    ----------
    anchors
        As for :func:`downloads_of_a_year`.

    Returns
    -------
    dict of Coarse
        By date, the earlier one first; units as for :func:`downloads_of_a_year`. Of March 2025
        the report prints China's downloads alone: the others follow from the growth that it prints.

    Examples
    --------
    >>> import research
    >>> totals = cumulative_downloads(research.load("hub_published_anchors"))
    >>> {day: (units.rows["value"] / 1e6).round().tolist() for day, units in totals.items()}
    {'2025-03-31': [97.0, 176.0, 67.0], '2026-03-31': [1150.0, 723.0, 167.0]}
    """
    china, us, everyone, china_before, us_growth, growth = _atom(anchors)
    return {
        "2025-03-31": _units(china_before, us / us_growth[::-1], everyone / growth[::-1]),
        "2026-03-31": _units(china, us, everyone),
    }


def share_of_a_year(anchors: pd.DataFrame) -> Coarse:
    """China's share of the downloads of the past year in the Hub's report of March 2026.

    Returns
    -------
    Coarse
        Units as for :func:`downloads_of_a_year`; of the publishers outside China the report does
        not say which are in the US.

    Examples
    --------
    >>> import research
    >>> share_of_a_year(research.load("hub_published_anchors")).rows["origin"].tolist()
    ['CN', 'US|XX']
    """
    import pandas as pd

    rows = anchors[anchors["source"].str.startswith(HUB_REPORT)]
    china = _printed(_stated(rows, "China share of downloads")) / 100
    shares = np.stack([china, 1 - china[::-1]])
    units = pd.DataFrame(shares, columns=["low", "value", "high"])
    rows = units.assign(origin=["CN", "US|XX"], origin_doubt=OTHERS.name, weight_doubt=PRINTED.name)
    return Coarse(rows, (PRINTED, OTHERS), independent=False)


def downloads_of_new_models(
    weekly: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> Coarse:
    """Downloads that models within a year of their creation had in a span of weeks, by country.

    Parameters
    ----------
    weekly
        The table ``hub_evolution``.
    first, last
        The first and the last day of the span; the week that begins on either counts.

    Returns
    -------
    Coarse
        One unit a group of publishers and age. A group that is no country is of none; what the
        study does not state may be of any country. Where it does not know the age of models, they
        may be new.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-08"])
    >>> weekly = pd.DataFrame({"week": days, "publisher_group": "China", "country": "CN"})
    >>> weekly = weekly.assign(age=["within a year", "not known"], downloads=[5, 7])
    >>> units = downloads_of_new_models(weekly, *days)
    >>> units.rows[["origin", "value", "member"]].values.tolist()
    [['CN', 7.0, False], ['CN', 5.0, True]]
    """
    import pandas as pd

    chosen = weekly[weekly["week"].between(first, last) & (weekly["age"] != OLDER)]
    by = ["publisher_group", "country", "age"]
    rows = chosen.fillna({"country": ""}).groupby(by, as_index=False)["downloads"].sum()
    group = rows["publisher_group"]
    weights = dict.fromkeys(["low", "value", "high"], rows["downloads"].astype(float))
    units = pd.DataFrame(weights).assign(
        group=group,
        origin=rows["country"].mask(rows["country"].eq("") & group.ne(NOT_STATED), NO_COUNTRY),
        origin_doubt=UNSTATED.name,
        member=rows["age"].eq(NEW),
        member_doubt=AGELESS.name,
    )
    return Coarse(units, (UNSTATED, AGELESS), "groups of publishers", "downloads")


def flows_of_makers(
    flows: pd.DataFrame, cohort: str, first: pd.Timestamp, last: pd.Timestamp,
    *, persons: Persons = "in no country",
) -> Coarse:  # fmt: skip
    """Downloads that makers of a fixed cohort of models had in a span of months.

    Parameters
    ----------
    flows
        The table ``hub_maker_flows``.
    cohort
        Which models: ``"35 models"`` or ``"41 models"``.
    first, last
        Any day of the first and of the last month; a month that the cohort lacks is left out.
    persons
        Whether private persons, who are one maker of the table, are in no country, as by default,
        or may be of any.

    Returns
    -------
    Coarse
        One unit a maker, its index; ``organisation`` and ``origin``. A share is one of the
        cohort and never of the Hub.

    Examples
    --------
    >>> import pandas as pd, research
    >>> december = pd.Timestamp("2025-12-31")
    >>> flows = research.load("hub_maker_flows")
    >>> units = flows_of_makers(flows, "41 models", december, december)
    >>> units.rows.loc[["Alibaba", "Meta"], "value"].div(1e6).round(1).tolist()
    [32.5, 28.0]
    """
    import pandas as pd

    begins = first.to_period("M").to_timestamp()
    rows = flows[(flows["cohort"] == cohort) & flows["month"].between(begins, last)]
    weight = rows["hub_downloads_per_30d"] * rows["month"].dt.days_in_month / 30
    sums = weight.groupby(rows["maker"]).sum().astype(float)
    nowhere = NO_COUNTRY if persons == "in no country" else ANYWHERE
    code = rows.drop_duplicates("maker").set_index("maker")["candidates"].reindex(sums.index)
    units = pd.DataFrame(dict.fromkeys(["low", "value", "high"], sums)).assign(
        organisation=sums.index, origin=code.replace(NOT_TOLD, nowhere), origin_doubt=ORIGIN.name
    )
    return Coarse(units, (ORIGIN,), "makers", "downloads")


def _atom(anchors: pd.DataFrame) -> Iterator[Floats]:
    """In March 2026 China, the US and all; China a year before; by how much the US and all grew."""
    now = _stated(anchors, "China / USA").split(" / ")
    total = re.findall(NUMBER, _stated(anchors, "total cumulative downloads"))
    note = _stated(anchors, "total cumulative downloads", "note")
    yield from map(_printed, [*now, total[0]])
    yield _printed(_after("China", note)) * 1e6
    yield from map(_printed, [_after("US", note), total[1]])


def _stated(anchors: pd.DataFrame, quantity: str, column: str = "stated_value") -> str:
    """What the row of a quantity states; part of its name is enough where it is the only one."""
    rows = anchors[anchors["quantity"].str.contains(quantity, regex=False)]
    return str(rows[column].item())


def _after(name: str, text: str) -> str:
    """The figure after a name: ``97`` in ``China 97M -> 1.15B``."""
    return str(re.findall(rf"{name} ({NUMBER})", text)[0])


def _units(china: Floats, us: Floats, everyone: Floats) -> Coarse:
    import pandas as pd

    others = everyone - china[::-1] - us[::-1]
    units = pd.DataFrame(np.stack([china, us, others]), columns=["low", "value", "high"])
    rows = units.assign(origin=["CN", "US", "XX"], weight_doubt=PRINTED.name)
    return Coarse(rows, (PRINTED,), independent=False)


def _printed(text: str) -> Floats:
    """Least, stated and greatest value of a figure that is rounded to its last digit."""
    digits, _, exponent = text.partition("e")
    half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    return (float(digits) + np.array([-half, 0, half])) * 10.0 ** int(exponent or 0)
