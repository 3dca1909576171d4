"""Hosts by the classes of the models that they serve, of which one host may serve several.

How many hosts serve any class is then known up to bounds, and so is what a class is a share of.
Where the sets of classes of each host are counted, only suppressed cells leave it open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from research.doubts import Computed, Divided, Doubt, Within
from research.estimators.identification import (
    EqualMultiplicity,
    RatioOfRatios,
    contrast_bounds,
    contrast_interval,
    equal_multiplicity,
    ratio_of_ratios,
    union_bounds,
)
from research.estimators.proportions import unsized_difference, unsized_newcombe
from research.measures.hosts import UNCOUNTED
from research.results import Bounds, CannotEstimate, Interval

if TYPE_CHECKING:
    import pandas as pd

    from research.estimators.valid import Floats

COMPARED = ("CN", "US")  # the first and the second country of a contrast
CLASSES = Doubt("classes per host", "from one host for all classes to one for each")
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
    shown = mine.dropna(subset="hosts")
    if shown.empty or counts.isna().any():
        raise CannotEstimate(
            f"The counts of {country} are suppressed, or there are none: too few hosts there."
        )
    classes = shown["class_set"].str.split("+")
    left = [
        float(count - shown.loc[[name in held for held in classes], "hosts"].sum())
        for name, count in counts.items()
    ]
    published = float(shown["hosts"].sum())
    if len(shown) == len(mine) or not any(left):
        return Bounds(published, published)
    hidden = union_bounds(left)
    return Bounds(published + hidden.low, published + hidden.high)


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """The hosts of one country by class.

    Parameters
    ----------
    hosts
        Of each class, by its name.
    serving
        Those that serve any class, where that is counted.
    """

    hosts: pd.Series
    serving: Bounds | None = None

    def without(self, name: str, gone: float) -> Classes:
        """The country if so many of its hosts of one class were gone."""
        return replace(self, hosts=self.hosts.mask(self.hosts.index == name, self.hosts - gone))


@dataclass(frozen=True, slots=True)
class Contrast:
    """The share of a class among the hosts that serve any: one country's minus another's.

    Parameters
    ----------
    first, second
        The countries, with the same classes.
    of
        The class.

    Examples
    --------
    >>> import pandas as pd
    >>> china, us = (Classes(pd.Series(hosts, ["S", "M"], float)) for hosts in ([30, 45], [14, 65]))
    >>> small = Contrast(china, us, "S")
    >>> small.bounds().low > 0, small.interval(design_effect=1).low > 0
    (True, True)
    """

    first: Classes
    second: Classes
    of: str

    def bounds(self) -> Bounds:
        """Every difference that the counts allow, whatever is not known of who serves any."""
        sizes = self._sizes
        return unsized_difference(self._counts, sizes) if sizes else self.from_counts()

    def interval(self, design_effect: float = 1.0) -> Interval:
        """The same over the hosts that could have been found."""
        if self._sizes:
            return unsized_newcombe(self._counts, self._sizes, design_effect=design_effect)
        return contrast_interval(*self._all, self._which, design_effect=design_effect)

    def from_counts(self) -> Bounds:
        """What the counts of the classes alone tell of the difference."""
        return contrast_bounds(*self._all, self._which)

    def drawn(self) -> Computed:
        """The same, to be drawn: of either country how many hosts serve any class."""
        return self._over(*(self._sizes or self._possible))

    def drawn_from_counts(self) -> Computed:
        """What the counts of the classes alone tell of it, to be drawn."""
        return self._over(*self._possible)

    def drawn_among(self, everyone: float) -> Computed:
        """The difference of shares of all that answered, to be drawn: see :meth:`among`."""
        largest = [float(side.hosts.max()) for side in (self.first, self.second)]
        uncounted = everyone - sum(largest)
        ours, theirs = (Divided(UNCOUNTED, to) for to in COMPARED)

        def difference(ours: Floats, theirs: Floats) -> Floats:
            one, other = (
                count / (least + part * uncounted)
                for count, least, part in zip(self._counts, largest, (ours, theirs), strict=True)
            )
            return one - other

        return Computed(difference, ours, theirs)

    def _over(self, first: Bounds, second: Bounds) -> Computed:
        """The difference over the hosts that serve any class, each number drawn in its range."""
        one, other = self._counts
        return Computed(
            lambda ours, theirs: one / ours - other / theirs,
            *(Within(CLASSES, hosts, side)
              for hosts, side in zip((first, second), COMPARED, strict=True)),
        )  # fmt: skip

    @property
    def _possible(self) -> tuple[Bounds, Bounds]:
        """How many hosts of each country may serve any class, from the counts of the classes."""
        first, second = (union_bounds(side.hosts.tolist()) for side in (self.first, self.second))
        return first, second

    def among(self, everyone: float) -> Bounds:
        """The difference of shares of all that answered in each country: outer bounds.

        A country has at least the hosts of its largest class, and at most what the other's leaves
        over of ``everyone``.
        """
        first, second = (
            Bounds(
                float(own.hosts[self.of] / (everyone - other.hosts.max())),
                float(own.hosts[self.of] / own.hosts.max()),
            )
            for own, other in ((self.first, self.second), (self.second, self.first))
        )
        return first - second

    def multiplicity(self) -> EqualMultiplicity:
        """At which ratio of classes a host are the shares equal, and which ratios are possible?"""
        return equal_multiplicity(*self._all, self._which)

    def per(self, other: str, *, design_effect: float = 1.0) -> RatioOfRatios:
        """Hosts of the class for each of another class, the first country's over the second's."""
        numerator, denominator = (self._position(name) for name in (self.of, other))
        return ratio_of_ratios(
            *self._all, numerator=numerator, denominator=denominator, design_effect=design_effect
        )

    def without(self, side: Literal["first", "second"], name: str, gone: float) -> Contrast:
        """The contrast if so many hosts of a class were gone from one country."""
        return replace(self, **{side: getattr(self, side).without(name, gone)})

    @property
    def pairs(self) -> float:
        """Pairs of a host and a class that it serves."""
        return float(self.first.hosts.sum() + self.second.hosts.sum())

    @property
    def serving(self) -> float | None:
        """Hosts that serve any class, at the least; none where that is not counted."""
        return sum(size.low for size in self._sizes) if self._sizes else None

    @property
    def _all(self) -> tuple[list[float], list[float]]:
        return self.first.hosts.tolist(), self.second.hosts.tolist()

    @property
    def _counts(self) -> tuple[float, float]:
        return float(self.first.hosts[self.of]), float(self.second.hosts[self.of])

    @property
    def _sizes(self) -> tuple[Bounds, Bounds] | None:
        first, second = self.first.serving, self.second.serving
        return (first, second) if first and second else None

    @property
    def _which(self) -> int:
        return self._position(self.of)

    def _position(self, name: str) -> int:
        return self.first.hosts.index.tolist().index(name)
