"""Hosts with a model of any class, where the sets of classes of each host are counted.

With the overlaps known, so is the number of hosts that have any class; only suppressed cells leave
it between bounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from research.estimators.identification import union_bounds
from research.results import Bounds, CannotEstimate

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
