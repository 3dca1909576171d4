"""Pulls of the names of the Ollama library, as far as the rounding of the site shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from research.doubts import Doubt
from research.estimators.ranged import rounded, rounded_gain
from research.results import ResearchError

if TYPE_CHECKING:
    import pandas as pd

WEIGHTS = ["low", "value", "high"]  # columns of a count that is known up to a range
ROUNDING = Doubt("rounding of the pulls", "every total at its worst")


def pulls_by_name(
    series: pd.DataFrame, day: pd.Timestamp, window: int | None = None
) -> pd.DataFrame:
    """How often was each name pulled until a day, or in the days before it?

    Parameters
    ----------
    series
        The table ``ollama_library_pulls``.
    day
        The last day counted.
    window
        In days; ``None`` for all pulls since the name exists.

    Returns
    -------
    pandas.DataFrame
        One row a name that the library held on the day; columns ``value`` as shown, and the range
        from ``low`` to ``high`` that rounds to it. A name that the library did not hold before
        the window had no pulls then.

    Raises
    ------
    ResearchError
        The series lacks a day, or a total shrank by more than rounding explains.

    Examples
    --------
    >>> import pandas as pd, research
    >>> series = research.load("ollama_library_pulls")
    >>> pulls_by_name(series, pd.Timestamp("2026-06-11"), 30).loc["llama3.2"].tolist()
    [3400000.0, 3500000.0, 3600000.0]
    """
    import pandas as pd

    after = _shown(series, day)
    found = rounded(after["total"], after["step"])
    if window is not None:
        before = _shown(series, day - timedelta(days=window)).reindex(after.index, fill_value=0.0)
        found = rounded_gain(
            before["total"], after["total"], before_step=before["step"], after_step=after["step"]
        )
    return pd.DataFrame({end: getattr(found, end) for end in WEIGHTS}, index=after.index)


def _shown(series: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    rows = series[series["date"] == day]
    if rows.empty:
        first, last = series["date"].min(), series["date"].max()
        raise ResearchError(
            f"The series of pulls has no {day:%Y-%m-%d}. It runs from {first:%Y-%m-%d} to "
            f"{last:%Y-%m-%d} and lacks a few days: choose another day or window."
        )
    names = {"ollama_pulls_total": "total", "pulls_step": "step"}
    return rows.set_index("ollama_name")[list(names)].astype(float).rename(columns=names)
