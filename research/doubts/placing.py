"""Questions about published numbers in drawn worlds, where no units are known one by one.

What a number leaves open is a place within its range, or a part of what is to be divided; an
estimate is computed from such places, and from other questions, in each world.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from research.doubts.coarse import Doubt
from research.results import Bounds

if TYPE_CHECKING:
    from research.doubts.drawing import Worlds
    from research.doubts.simulating import Drawn
    from research.estimators.valid import Floats

PRINTED = Doubt("rounding of the published figures", "every figure at its worst", is_rounding=True)
MEANWHILE = Doubt("what was between two days", "anything from one to the other")
LEFT_OUT = Doubt("what a table leaves out", "any part of what it may be")
SPREAD = (
    "Both ends are known: they are the least and the greatest of several values, of which none "
    "is left open."
)


@dataclass(frozen=True, slots=True)
class Within:
    """A number that lies somewhere in its range.

    Parameters
    ----------
    doubt
        What leaves it open: a belief of the family ``"range"`` says where in the range it lies.
    ends
        The range.
    what
        Its name. Numbers of one name lie at the same place in every question, and those of other
        names elsewhere, unless all that the doubt leaves open moves together.
    whole
        Whether it is a whole number, as ranks and counts are: each has its part of the range.

    Examples
    --------
    >>> import research
    >>> from research.doubts import Beliefs, Worlds
    >>> worlds = Worlds(Beliefs.of(research.load("stated_beliefs")))
    >>> figure = Within(PRINTED, Bounds(0.305, 0.315), "hosts that answer").in_worlds(worlds)
    >>> figure.shape, float(figure.mean().round(3))
    ((10000,), 0.31)
    """

    doubt: Doubt
    ends: Bounds
    what: str = ""
    whole: bool = False

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        return (self.doubt,)

    def opens(self, doubt: Doubt) -> bool:
        return doubt == self.doubt and self.ends.width > 0

    def in_worlds(self, worlds: Worlds) -> Floats:
        """The number in each world: an array of shape (worlds,)."""
        low, high = self.ends
        if not self.ends.width:
            return np.full(worlds.count, low)
        belief = worlds.beliefs[self.doubt.name, ""].about("a number", "range")
        key = "" if belief.together == "all" else self.what
        place = belief.place(worlds.uniform(self.doubt.name, key))
        if self.whole:
            return np.minimum(low + np.floor(place * (high - low + 1)), high)
        return np.asarray(low + (high - low) * place)


@dataclass(frozen=True, slots=True)
class Divided:
    """Which part of something goes to one of several that it is divided among.

    Parameters
    ----------
    doubt
        What leaves the division open: a belief of the family ``"categories"`` names the several.
    to
        One of them. All parts add up to one in each world.

    Examples
    --------
    >>> import research
    >>> from research.doubts import Beliefs, Worlds
    >>> worlds = Worlds(Beliefs.of(research.load("stated_beliefs")))
    >>> uncounted = Doubt("hosts whose country is not counted", "hosts of any country")
    >>> parts = [Divided(uncounted, to).in_worlds(worlds) for to in ("CN", "US", "other")]
    >>> bool((abs(sum(parts) - 1) < 1e-12).all())
    True
    """

    doubt: Doubt
    to: str

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        return (self.doubt,)

    def opens(self, doubt: Doubt) -> bool:
        return doubt == self.doubt

    def in_worlds(self, worlds: Worlds) -> Floats:
        """The part in each world: an array of shape (worlds,)."""
        belief = worlds.beliefs[self.doubt.name, ""].about("a division", "categories")
        parts = worlds.shares(self.doubt.name, belief.weights)
        return np.asarray(parts[list(belief.weights).index(self.to)])


@dataclass(frozen=True, slots=True)
class Computed:
    """What follows in each world from several questions, each asked in the same worlds.

    Parameters
    ----------
    of
        From their values to the estimate: takes an array of shape (worlds,) of each.
    asked
        The questions.

    Examples
    --------
    >>> import research
    >>> from research.doubts import Beliefs, Worlds
    >>> worlds = Worlds(Beliefs.of(research.load("stated_beliefs")))
    >>> first, second = (Within(PRINTED, Bounds(0.1, 0.2), name) for name in ("one", "other"))
    >>> gap = Computed(lambda one, other: one - other, first, second)
    >>> gap.opens(PRINTED), bool((abs(gap.in_worlds(worlds)) <= 0.1).all())
    (True, True)
    """

    of: Callable[..., Floats]
    asked: tuple[Drawn, ...]

    def __init__(self, of: Callable[..., Floats], *asked: Drawn) -> None:
        object.__setattr__(self, "of", of)
        object.__setattr__(self, "asked", asked)

    @property
    def doubts(self) -> Collection[Doubt]:
        return tuple(dict.fromkeys(doubt for each in self.asked for doubt in each.doubts))

    def opens(self, doubt: Doubt) -> bool:
        return any(each.opens(doubt) for each in self.asked)

    def in_worlds(self, worlds: Worlds) -> Floats:
        """The estimate in each world: an array of shape (worlds,)."""
        return np.asarray(self.of(*(each.in_worlds(worlds) for each in self.asked)))


def if_open(asked: Drawn) -> Drawn | None:
    """The question, where any of its doubts leaves it open.

    Examples
    --------
    >>> if_open(Within(PRINTED, Bounds(0.3, 0.3))) is None
    True
    """
    return asked if any(asked.opens(doubt) for doubt in asked.doubts) else None
