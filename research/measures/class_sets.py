"""Shares of hosts by class where the sets of classes of each host are counted.

With the overlaps known, so is the number of hosts that have any class; only suppressed cells leave
it between bounds.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from research.estimators.identification import union_bounds
from research.estimators.proportions import newcombe
from research.results import Bounds, CannotEstimate, Interval

if TYPE_CHECKING:
    import pandas as pd

UNCLASSED = ("none", "no answer")


def hosts_with_a_class(class_sets: pd.DataFrame, country: str, counts: pd.Series) -> Bounds:
    """How many hosts of a country have a model of any class?

    Parameters
    ----------
    class_sets
        Columns ``country``, ``class_set`` such as ``"S+M"``, and ``hosts``, missing where a cell is
        suppressed.
    country
        Code of the country.
    counts : Series by class
        Hosts with a model of each class, those of suppressed cells included.

    Returns
    -------
    Bounds
        A point where no cell is suppressed. Else the suppressed cells hold what the counts of the
        classes have more than the published cells, with any overlap.

    Raises
    ------
    CannotEstimate
        The country has no published class set.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"country": "SE", "class_set": ["S", "M", "S+M"], "hosts": [5, 9, 4]})
    >>> hosts_with_a_class(rows, "SE", pd.Series({"S": 9, "M": 13}))
    Bounds(low=18.0, high=18.0)
    >>> rows.loc[2, "hosts"] = None
    >>> hosts_with_a_class(rows, "SE", pd.Series({"S": 9, "M": 13}))
    Bounds(low=18.0, high=22.0)
    """
    mine = class_sets[class_sets["country"].eq(country) & ~class_sets["class_set"].isin(UNCLASSED)]
    told = mine.dropna(subset="hosts")
    if told.empty or counts.isna().any():
        raise CannotEstimate(
            f"The counts of {country} are suppressed, or there are none: too few hosts there."
        )
    classes = told["class_set"].str.split("+")
    left = [
        float(count - told.loc[[name in held for held in classes], "hosts"].sum())
        for name, count in counts.items()
    ]
    published = float(told["hosts"].sum())
    if len(told) == len(mine) or not any(left):
        return Bounds(published, published)
    hidden = union_bounds(left)
    return Bounds(published + hidden.low, published + hidden.high)


def share_difference(counts: tuple[float, float], units: tuple[Bounds, Bounds]) -> Bounds:
    """By how much do two shares differ, the sizes of the groups known up to bounds?

    Parameters
    ----------
    counts
        Units with the property in the first and the second group.
    units
        Units in all, per group.

    Examples
    --------
    >>> share_difference((5, 2), (Bounds(10, 10), Bounds(8, 8)))
    Bounds(low=0.25, high=0.25)
    """
    found = [float(counts[0] / one - counts[1] / other) for one, other in product(*units)]
    return Bounds(min(found), max(found))


def share_difference_interval(
    counts: tuple[float, float], units: tuple[Bounds, Bounds], *, design_effect: float = 1.0
) -> Interval:
    """Which difference of shares is compatible with the counts?

    Parameters
    ----------
    counts
        Units with the property in the first and the second group.
    units
        Units in all, per group.
    design_effect
        Variance relative to independent units.

    Returns
    -------
    Interval
        Newcombe's; where sizes are known only up to bounds, the union over their ends (the
        difference is monotone in each), which covers at least as often.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.

    Examples
    --------
    >>> sizes = (Bounds(70, 70), Bounds(80, 80))
    >>> found = share_difference_interval((56, 48), sizes)
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    first, second = counts
    ends = [
        newcombe((first, one), (second, other), design_effect=design_effect)
        for one, other in product(*units)
    ]
    return Interval(
        min(end.low for end in ends),
        max(end.high for end in ends),
        ends[0].level,
        ends[0].method,
        design_effect,
    )
