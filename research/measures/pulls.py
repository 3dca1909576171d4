"""Pulls of the names of the Ollama library, and what is a fact about the table of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from research.doubts import Coarse, Doubt
from research.doubts.coarse import ERROR, EXCESS
from research.estimators.ranged import rounded, rounded_gain
from research.measures.publishers import ORIGIN
from research.measures.remembering import remembered
from research.results import Assumption, NotApplicable, ResearchError

if TYPE_CHECKING:
    import pandas as pd

WEIGHTS = ["low", "value", "high"]  # columns of a count that is known up to a range
ROUNDING = Doubt("rounding of the pulls", "every total at its worst", is_rounding=True)
SCRIPTS = "pulls by scripts"  # an error doubt: it opens no set
FLOOR = 0.1  # of the names: what nearly all of them have, scripts that pull all may have made
FINE = 1_000  # between the ends of a count that is rounded to hundreds
ROUNDED = Assumption(
    name="pull counts are exact",
    holds="no",
    without="rounding of the pulls",
    evidence="The site rounds to the nearest hundred, from one million on to the nearest hundred "
    "thousand; the bounds hold for all totals that round to those shown.",
)


def days_counted(pulls: Literal["new", "all"], window: int, *, usual: int = 30) -> int | None:
    """The days of which new pulls are counted; ``None`` for all pulls since a name exists.

    Parameters
    ----------
    pulls
        Which.
    window
        Days of new pulls.
    usual
        The window that stands for none.

    Raises
    ------
    NotApplicable
        All pulls, of another window than the usual one.

    Examples
    --------
    >>> days_counted("new", 90), days_counted("all", 30)
    (90, None)
    """
    if pulls == "new":
        return window
    if window != usual:
        raise NotApplicable("all pulls up to a date have no window")
    return None


def pulls_in_words(days: int | None) -> str:
    """Which pulls are counted.

    Examples
    --------
    >>> pulls_in_words(30), pulls_in_words(None)
    ('the Ollama pulls of 30 days', 'all Ollama pulls')
    """
    return f"the Ollama pulls of {days} days" if days else "all Ollama pulls"


@remembered
def ollama_pulls(
    series: pd.DataFrame, library: pd.DataFrame, day: pd.Timestamp, window: int | None = None
) -> Coarse:
    """The pulls of these names until a day, or in the days before it, and whose they are.

    Parameters
    ----------
    series, day, window
        As for :func:`pulls_by_name`.
    library
        The names that count, from :func:`research.measures.publishers.library_publishers`.

    Returns
    -------
    Coarse
        One row a name that the library held on the day, its index and its ``family``; columns
        ``account``, ``organisation``, ``origin``, the weight up to the rounding of the site, and
        as ``excess`` what scripts may have made of it: no more than nine of ten names have.

    Examples
    --------
    >>> import pandas as pd, research
    >>> from research.measures.publishers import library_publishers
    >>> tables = map(research.load, ["model_crosswalk_names", "publisher_origins"])
    >>> library, day = library_publishers(*tables), pd.Timestamp("2026-06-11")
    >>> units = ollama_pulls(research.load("ollama_library_pulls"), library, day, 30)
    >>> units.rows.loc["llama3.2", ["organisation", "origin", "family"]].tolist()
    ['Meta', 'US', 'llama3.2']
    """
    rows = pulls_by_name(series, day, window).join(library, how="inner")
    rows = rows.assign(family=rows.index, origin_doubt=ORIGIN.name, weight_doubt=ROUNDING.name)
    rows[EXCESS], rows[ERROR] = rows["value"].clip(upper=_floor(rows)), SCRIPTS
    return Coarse(rows, (ROUNDING, ORIGIN), "names", "pulls")


def _floor(rows: pd.DataFrame) -> float:
    """What nine of ten names have at least, of those that are not rounded to more than hundreds."""
    fine = rows.loc[rows["high"] - rows["low"] <= FINE, "value"]
    return float(fine.quantile(FLOOR)) if len(fine) else 0.0


@remembered
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
    pulls = rounded(after["total"], after["step"])
    if window is not None:
        before = _shown(series, day - timedelta(days=window)).reindex(after.index, fill_value=0.0)
        pulls = rounded_gain(
            before["total"], after["total"], before_step=before["step"], after_step=after["step"]
        )
    return pd.DataFrame({end: getattr(pulls, end) for end in WEIGHTS}, index=after.index)


def suddenly_pulled(series: pd.DataFrame, day: pd.Timestamp, window: int) -> list[str]:
    """The names that were there before a window and gained more than half of their pulls in it.

    What only a new name does by itself an older one does where scripts take it up, or a fashion.

    Parameters
    ----------
    series, day, window
        As for :func:`pulls_by_name`.

    Examples
    --------
    >>> import pandas as pd, research
    >>> day = pd.Timestamp("2026-06-19")
    >>> suddenly_pulled(research.load("ollama_library_pulls"), day, 30)
    ['glm-ocr', 'medgemma', 'medgemma1.5']
    """
    gained, held = pulls_by_name(series, day, window)["value"], pulls_by_name(series, day)["value"]
    before = series.loc[series["date"] <= day - 2 * timedelta(days=window), "ollama_name"]
    return sorted(gained.index[(gained > held / 2) & gained.index.isin(before)])


@remembered
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
