"""The most downloaded models of the Hub on dated days, and what may be compared across them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from research.doubts import Coarse, Doubt
from research.measures.hub import COUNTED_DAYS, hub_downloads
from research.measures.remembering import remembered
from research.measures.top_lists import apart, on_day
from research.results import Assumption, CannotEstimate

if TYPE_CHECKING:
    import pandas as pd

YEAR = 365  # days within which a model is new
FEWEST = 4  # states that a trend needs
# Labels that have become part of another one since.
MERGED = {"conversational": "text-generation", "text2text-generation": "text-generation"}
UNDATED = Doubt("day of creation not known", "within the year before, or earlier")
COUNTED_ANEW = Assumption.of_scope(
    name="a download is counted as it was",
    evidence="The rule of counting changed between 2022 and 2024, so that shares are compared and "
    "volumes are not; repositories without a configuration file counted nothing before.",
)


@dataclass(frozen=True, slots=True)
class State:
    """One day on which the most downloaded models are known.

    Parameters
    ----------
    day
        The day, such as ``"2026-06-11"``.
    size
        Models of the list.
    counting
        What counted as a download.
    labels
        Which labels of tasks there were; empty where none was recorded.
    """

    day: str
    size: int
    counting: str
    labels: str

    @property
    def date(self) -> pd.Timestamp:
        import pandas as pd

        return pd.Timestamp(self.day)


@remembered
def states_of(table: pd.DataFrame) -> dict[str, State]:
    """The dated states by their days.

    Parameters
    ----------
    table
        The table ``hub_history_states``.

    Examples
    --------
    >>> import research
    >>> states = states_of(research.load("hub_history_states"))
    >>> len(states), states["2025-03-21"].size
    (8, 999)
    """
    rows = table.sort_values("as_of", kind="stable").fillna({"task_labels": ""})
    days = rows["as_of"].dt.strftime("%Y-%m-%d")
    records = zip(days, rows["n_models"], rows["counting_rule"], rows["task_labels"], strict=True)
    return {day: State(day, int(size), rule, labels) for day, size, rule, labels in records}


@remembered
def hub_state(history: pd.DataFrame, origins: pd.DataFrame, day: str, size: int) -> Coarse:
    """The downloads of the most downloaded models of a day, and what is known of each.

    Labels of tasks that have become part of another one are counted to that. An old id without an
    account is coded as the maker of the model, where it is coded itself, and
    else as the account that holds it today.

    Parameters
    ----------
    history, origins
        The tables ``hub_history`` and ``publisher_origins``.
    day
        One of the states.
    size
        Models of the list.

    Returns
    -------
    Coarse
        As :func:`research.measures.hub.hub_downloads` gives it, told of ``task``, ``created``,
        ``legacy`` and ``spike``.

    Raises
    ------
    CannotEstimate
        The list of that day is shorter, or the day is none of the states.

    Examples
    --------
    >>> import research
    >>> tables = research.load("hub_history"), research.load("publisher_origins")
    >>> units = hub_state(*tables, "2022-10-01", 999)
    >>> units.rows.loc["bert-base-uncased", ["account", "origin"]].tolist()
    ['bert-base-uncased', 'US']
    """
    listed = state_models(history, origins, day, size)
    return hub_downloads(listed, origins, tell=["task", "created", "legacy", "spike"])


@remembered
def state_models(history: pd.DataFrame, origins: pd.DataFrame, day: str, size: int) -> pd.DataFrame:
    """The rows of the most downloaded models of a day, with the columns of ``hub_top_models``.

    Parameters
    ----------
    history, origins, day, size
        As for :func:`hub_state`.

    Raises
    ------
    CannotEstimate
        The list of that day is shorter, or the day is none of the states.

    Examples
    --------
    >>> import research
    >>> tables = research.load("hub_history"), research.load("publisher_origins")
    >>> state_models(*tables, "2022-10-01", 2)["author"].tolist()
    ['bert-base-uncased', 'xlm-roberta-base']
    """
    listed = on_day(history, day)
    if len(listed) < size:
        raise CannotEstimate(
            f"the list of {day} has {len(listed)} models, not {size}: lists of different length "
            "are not compared; take the shortest"
        )
    listed = listed[listed["rank"] <= size]
    made_by = listed["model_id"].where(
        listed["model_id"].isin(origins["author"]), listed["account"]
    )
    task = listed["task"].replace(MERGED)
    return listed.assign(author=made_by, pipeline_tag=task).drop(columns=["account", "task"])


@remembered
def with_later(history: pd.DataFrame, top: pd.DataFrame) -> pd.DataFrame:
    """The table ``hub_history`` with the lists of later days, such as next month's.

    Parameters
    ----------
    history
        The table ``hub_history``.
    top
        The table ``hub_top_models``, of any version: days after the last state are added.

    Examples
    --------
    >>> import research
    >>> history, top = research.load("hub_history"), research.load("hub_top_models")
    >>> len(with_later(history, top)) == len(history)  # it holds these days already
    True
    """
    import pandas as pd

    later = top[top["as_of"] > history["as_of"].max()]
    if later.empty:
        return history
    named = later.rename(columns={"author": "account", "pipeline_tag": "task"})
    downloads = named.groupby("as_of")["hub_downloads_30d"]
    ranks = downloads.rank(ascending=False, method="first").astype(int)
    rows = named.assign(rank=ranks).sort_values(["as_of", "rank"], kind="stable")
    every: pd.DataFrame = pd.concat(
        [history, rows.reindex(columns=history.columns)], ignore_index=True
    )
    return every


@remembered
def later_states(table: pd.DataFrame, top: pd.DataFrame) -> dict[str, State]:
    """The dated states with those of later days: they count and label as the last one does.

    Parameters
    ----------
    table, top
        The tables ``hub_history_states`` and ``hub_top_models``.

    Raises
    ------
    CannotEstimate
        A later list is shorter than those that it would be compared with.

    Examples
    --------
    >>> import research
    >>> tables = research.load("hub_history_states"), research.load("hub_top_models")
    >>> list(later_states(*tables)) == list(states_of(tables[0]))
    True
    """
    states = states_of(table)
    last, shortest = max(states.values(), key=lambda each: each.day), common_size(states)
    sizes = top.loc[top["as_of"] > last.date, "as_of"].value_counts().sort_index()
    for day, size in sizes.items():
        if size < shortest:
            raise CannotEstimate(
                f"the list of {day:%Y-%m-%d} has {size} models, and the dated lists have "
                f"{shortest}: collect as many"
            )
    new = {f"{day:%Y-%m-%d}": int(size) for day, size in sizes.items()}
    return states | {day: State(day, size, last.counting, last.labels) for day, size in new.items()}


def new_models(units: Coarse, day: str) -> Coarse:
    """The models created within a year before a day; those of unknown age may be.

    Parameters
    ----------
    units
        From :func:`hub_state`. A day of creation that is that of a bulk import is the latest that
        it can be.
    day
        The day.

    Examples
    --------
    >>> import pandas as pd
    >>> created = pd.to_datetime(["2024-06-01", None, "2020-01-01"])
    >>> weights = dict.fromkeys(["low", "value", "high"], 1.0)
    >>> rows = pd.DataFrame({**weights, "created": created, "legacy": False})
    >>> new_models(Coarse(rows, ()), "2024-09-20").rows["member"].tolist()
    [True, False]
    """
    import pandas as pd

    created = units.rows["created"]
    older = created < pd.Timestamp(day) - timedelta(days=YEAR)
    known = created.notna() & ~units.rows["legacy"].fillna(False).astype(bool)
    rows = units.rows.assign(member=known & ~older, member_doubt=UNDATED.name)
    return replace(units, rows=rows[~older], doubts=(*units.doubts, UNDATED))


# What may be compared -----------------------------------------------------------------------------


def common_size(states: Mapping[str, State]) -> int:
    """The length of the shortest list: lists are compared at one length."""
    return min(state.size for state in states.values())


def refuse_unlabelled(states: Sequence[State]) -> None:
    """Stop before a task is asked for on days of which no task is recorded.

    Raises
    ------
    CannotEstimate
        There is such a day.
    """
    without = [state.day for state in states if not state.labels]
    if without:
        raise CannotEstimate(f"no task is recorded on {', '.join(without)}")


def for_trend(states: Sequence[State]) -> list[State]:
    """The last states that a line may be drawn through: counted alike, in windows that are apart.

    Raises
    ------
    CannotEstimate
        There are fewer than four.

    Examples
    --------
    >>> import research
    >>> states = states_of(research.load("hub_history_states"))
    >>> [state.day for state in for_trend([*states.values()])]
    ['2024-09-20', '2025-03-21', '2026-04-28', '2026-06-11']
    """
    by_day = {state.day: state for state in states}
    known = [by_day[day] for day in apart(by_day, COUNTED_DAYS)]
    chosen = [state for state in known if state.counting == known[-1].counting]
    if len(chosen) < FEWEST:
        raise CannotEstimate(
            f"a trend needs {FEWEST} states that count alike, in windows that do not overlap; "
            f"there are {len(chosen)}"
        )
    return chosen


@dataclass(frozen=True, slots=True)
class Crossing:
    """When was a value above zero for the first time?

    Parameters
    ----------
    behind
        The last day before it on which the value is certainly below zero, if there is any.
    ahead
        The first day on which it is certainly above, if there is any.
    """

    behind: pd.Timestamp | None
    ahead: pd.Timestamp | None

    def day(self) -> pd.Timestamp:
        """The day of the crossing, where no more than one window of counting lies between.

        Raises
        ------
        CannotEstimate
            It is not seen, or lies inside a gap.
        """
        if self.behind is None or self.ahead is None:
            raise CannotEstimate("no crossing is certain on both sides")
        if (self.ahead - self.behind).days > COUNTED_DAYS:
            raise CannotEstimate(
                f"the crossing lies between {self.behind:%Y-%m-%d} and {self.ahead:%Y-%m-%d}, and "
                "nothing is known of the days between"
            )
        return self.ahead


def crossing(days: pd.Series, low: pd.Series, high: pd.Series) -> Crossing:
    """When did a value that is known up to sets rise above zero for the first time?

    Parameters
    ----------
    days, low, high
        The dated states in order, and the least and greatest value on each.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.Series(pd.to_datetime(["2022-07-02", "2025-03-21", "2026-04-28"]))
    >>> day = crossing(days, pd.Series([-0.5, -0.2, 0.1]), pd.Series([-0.4, 0.1, 0.3]))
    >>> f"{day.behind:%Y-%m-%d} {day.ahead:%Y-%m-%d}"
    '2022-07-02 2026-04-28'
    """
    ahead = days[low > 0].min() if (low > 0).any() else None
    before = days[(high < 0) & (days < ahead)] if ahead is not None else days[high < 0]
    return Crossing(before.max() if len(before) else None, ahead)
