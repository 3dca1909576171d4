"""The lists of the most downloaded models of the Hub, one a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from research.results import CannotEstimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

SIZES = (300, 1000)
WITHOUT_SPIKE = "without the spike"


def list_names(models: pd.DataFrame) -> list[str]:
    """The lists that the table allows to make, the latest and shortest first.

    Parameters
    ----------
    models
        The table ``hub_top_models``.

    Examples
    --------
    >>> import research
    >>> list_names(research.load("hub_top_models"))[:3]
    ['top 300, 2026-06-11', 'top 1,000, 2026-06-11', 'top 300, 2026-06-10']
    """
    days = sorted(models["as_of"].unique(), reverse=True)
    rows = models["as_of"].value_counts()
    return [f"top {n:,}, {day:%Y-%m-%d}" for day in days for n in SIZES if rows[day] >= n]


def top_lists(models: pd.DataFrame, size: int) -> dict[str, pd.DataFrame]:
    """The most downloaded models of each day, and without the traffic spike where there is one.

    Parameters
    ----------
    models
        The table ``hub_top_models``.
    size
        Models of a list; one without its spike has fewer, as no others move up.

    Examples
    --------
    >>> import research
    >>> lists = top_lists(research.load("hub_top_models"), 300)
    >>> {day: len(rows) for day, rows in lists.items()}
    {'2026-04-28': 300, '2026-06-10': 300, '2026-06-11': 300, '2026-04-28 without the spike': 299}
    """
    lists = {
        f"{day:%Y-%m-%d}": rows.nlargest(size, "hub_downloads_30d")
        for day, rows in models.groupby("as_of")
    }
    spikes = {day: rows["traffic_spike"].astype(bool) for day, rows in lists.items()}
    without = {f"{day} {WITHOUT_SPIKE}": lists[day][~s] for day, s in spikes.items() if s.any()}
    return lists | without


def of_day(
    lists: Mapping[str, pd.DataFrame], day: str, spike: Literal["kept", "removed"]
) -> pd.DataFrame:
    """The list of a day, without its traffic spike where that is removed and there is one."""
    without = f"{day} {WITHOUT_SPIKE}"
    return lists[without if spike == "removed" and without in lists else day]


def on_day(table: pd.DataFrame, day: str | pd.Timestamp) -> pd.DataFrame:
    """The rows of a table that was taken on several days, of one of them.

    Raises
    ------
    CannotEstimate
        If it was not taken on that day, as where other data stand in for the frozen ones.

    Examples
    --------
    >>> import research
    >>> len(on_day(research.load("hub_top_models"), "2026-06-11"))
    1000
    """
    rows = table[table["as_of"] == day]
    if rows.empty:
        taken = ", ".join(f"{known:%Y-%m-%d}" for known in sorted(table["as_of"].unique()))
        raise CannotEstimate(f"the data were taken on {taken}, and {str(day)[:10]} is needed here")
    return rows
