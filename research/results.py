"""What is asked, what is estimated and what it shows: value objects and the verdict rule.

Standard library only. Nothing here knows of data frames, files or random numbers.
"""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cache, cached_property, wraps
from typing import TYPE_CHECKING, Any, Literal, NoReturn, ParamSpec, Self, TypeVar, overload

from research.plain import (
    TOLERANCE,
    agree,
    annotated,
    exact,
    from_plain,
    keep_agreeing,
    misfit,
    shortened,
    to_plain,
    unboxed,
    unknown,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from numpy import bool_, float64
    from numpy.typing import NDArray

Alternative = Literal["greater", "less", "different", "equivalent"]
Role = Literal["reanalysis", "out of sample", "own question"]
Scope = Literal["same", "earlier date", "later date", "other population", "other measure", "own"]
Reading = Literal["finite population", "superpopulation"]
Holds = Literal["yes", "no", "not testable"]
Sharpness = Literal["sharp", "sharp up to rounding", "outer"]
Tried = Literal["stated", "flat", "shifted", "apart", "as one"]  # sets of beliefs
Word = Literal[
    "supported", "contradicted", "holds", "does not hold", "not identified", "inconclusive"
]

Choices = dict[str, Any]  # name of a choice -> its value (text or number)


class ResearchError(Exception):
    """A mistake that the user can mend. The message says what, where, and what to do."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the message alone, as the way into this package explains nothing.

        (IPython asks for a method of this name.)
        """
        return [f"{type(self).__name__}: {self}"]


class UnknownName(ResearchError, KeyError):
    """There is nothing of this name; the message suggests what may be meant."""

    __str__ = Exception.__str__  # a KeyError would show its message in quotes


class CannotEstimate(ResearchError):
    """The estimate is undefined for these data; the message is the reason that is printed."""


class NotApplicable(Exception):
    """This combination of choices makes no sense; the message is the reason that is counted."""


class Estimand:
    """Marks a choice that changes the question: ``Annotated[Literal[...], ESTIMAND]``."""

    def __repr__(self) -> str:
        return "ESTIMAND"


ESTIMAND = Estimand()


Item = TypeVar("Item", covariant=True)
Held = TypeVar("Held")
Given = ParamSpec("Given")


class Deferred(Sequence[Item]):
    """Items that are made when somebody first reads one of them."""

    def __init__(self, make: Callable[[], Iterable[Item]]) -> None:
        self._make = make

    @cached_property
    def _items(self) -> tuple[Item, ...]:
        return tuple(self._make())

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Item]: ...
    def __getitem__(self, at: int | slice) -> Item | Sequence[Item]:
        return self._items[at]

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._items == tuple(other)

    def __hash__(self) -> int:
        return hash(self._items)


def deferred(make: Callable[Given, Iterable[Item]]) -> Callable[Given, Sequence[Item]]:
    """Marks a function of which only readers of an estimate need the items.

    Tipping points, budgets and curves cost more than the estimate does, and of all specifications
    the primary one alone is read.

    Examples
    --------
    >>> @deferred
    ... def rows():
    ...     print("made")
    ...     return ["origin", "date"]
    >>> made = rows()
    >>> made[0]
    made
    'origin'
    >>> made == ("origin", "date")
    True
    """

    @wraps(make)
    def later(*args: Given.args, **options: Given.kwargs) -> Sequence[Item]:
        return Deferred(lambda: make(*args, **options))

    return later


class Record:
    """A value object, whose fields hold what their annotations say."""

    __slots__ = ()

    def __new__(cls, *_: Any, **given: Any) -> Self:
        """Before Python names one argument that is wrong: all of them, with what they may be."""
        own: Any = cls
        kinds, required = _fields(own)
        if given and not required <= given.keys() <= kinds.keys() and not _:
            refuse(cls, _misnamed(kinds, required, given))
        return super().__new__(cls)

    def __post_init__(self) -> None:
        own: Any = type(self)
        wrong = []
        for name, kind in annotated(own).items():
            value = getattr(self, name)
            if type(value) in exact(kind) and value == value:  # neither NaN nor of a subclass
                continue
            if isinstance(value, Deferred):  # checked when it is made
                continue
            plain = unboxed(value)
            if plain is not value:
                object.__setattr__(self, name, plain)
            if expected := misfit(kind, value):
                wrong.append(f"'{name}' should be {expected}, found {shortened(value)}.")
        if wrong:
            refuse(own, wrong)

    def _refuse(self, sentence: str) -> NoReturn:
        refuse(type(self), [sentence])


def refuse(kind: type, sentences: Sequence[str]) -> NoReturn:
    """Say all that is wrong with what a record was to be made of."""
    lead = "" if len(sentences) == 1 else f"{len(sentences)} things to mend:\n  - "
    raise ResearchError(f"{kind.__name__}: {lead}" + "\n  - ".join(sentences))


@cache
def _fields(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The types of the fields of a record, and the names of those without a default."""
    required = (
        each.name
        for each in fields(kind)
        if each.init and each.default is MISSING and each.default_factory is MISSING
    )
    return annotated(kind), frozenset(required)


def _misnamed(kinds: Mapping[str, Any], required: Set[str], given: Mapping[str, Any]) -> list[str]:
    """What is missing, what is unknown, and what is of another kind."""
    wrong = [f"'{name}' is missing: it should be {misfit(kinds[name], MISSING) or 'given'}."
             for name in kinds if name in required and name not in given]  # fmt: skip
    wrong += [unknown("field", name, kinds) for name in given if name not in kinds]
    wrong += [
        f"'{name}' should be {expected}, found {shortened(value)}."
        for name, value in given.items()
        if name in kinds and (expected := misfit(kinds[name], value))
    ]
    return wrong


class Readable(Record):
    """What a reader meets first: it prints on one screen, and turns into a table or a figure."""

    __slots__ = ()

    def __repr__(self) -> str:
        """As text, in the width of the terminal and no longer than one screen."""
        from research.publish.screen import screen

        return screen(self)

    def _repr_html_(self) -> str:
        """The same as a notebook shows it."""
        from research.publish.notebook import html

        return html(self)

    def to_frame(self) -> pd.DataFrame:
        """One row an estimate.

        Returns
        -------
        pandas.DataFrame
            ``value``, ``set_low`` and ``set_high``, ``interval_low`` and ``interval_high``,
            ``verdict`` and more; shares are between 0 and 1. ``choice_NAME`` is the value of each
            choice, so that frames of several runs can be put together. ``frame.attrs["columns"]``
            says what each column holds.

        Examples
        --------
        >>> Estimate(label="hosts", unit="hosts", value=3).to_frame()[["label", "value"]]
           label  value
        0  hosts    3.0
        """
        from research.publish.notebook import frame

        return frame(self)

    def summary(self) -> str:
        """All that a reader should know of it, in sentences that can be quoted."""
        from research.publish.notebook import summary

        return summary(self)

    def plot(self) -> Figure:
        """Its figure: of a result as the analysis draws it, of an estimate its budget.

        Raises
        ------
        ResearchError
            If the analysis' own figure fails.
        """
        from research.publish.notebook import figure

        return figure(self)


class Named(dict[str, Held]):
    """Items by name. One that is not there is refused with what may be meant.

    Examples
    --------
    >>> named = Named({"shares": 1, "counts": 2}, "answer")
    >>> named
    2 answers: shares, counts
    >>> named["share"]
    Traceback (most recent call last):
    research.results.UnknownName: There is no answer named 'share'. Did you mean 'shares'? ...
    """

    def __init__(self, items: Mapping[str, Held] | Iterable[tuple[str, Held]] = (),
                 kind: str = "item") -> None:  # fmt: skip
        super().__init__(items)
        self.kind = kind

    def __missing__(self, name: str) -> Held:
        """One that is written nearly so, as a terminal or a page prints it; else a refusal."""
        same = [known for known in self if _letters(known) == _letters(name)]
        if len(same) != 1:
            raise UnknownName(unknown(self.kind, str(name), self))
        return self[same[0]]

    def __repr__(self) -> str:
        names = textwrap.shorten("; ".join(self) if "," in "".join(self) else ", ".join(self), 600)
        return f"{len(self)} {self.kind}{'' if len(self) == 1 else 's'}: {names}"


def _letters(name: object) -> str:
    """A name without the signs in which two forms of it differ."""
    return re.sub(r"\W+", " ", str(name)).casefold().strip()


@dataclass(frozen=True, slots=True)
class Bounds(Record):
    """Identified set ``[low, high]`` of a scalar parameter; a point where both are equal.

    What is not known of two sets is not known of either by itself: a difference of two holds every
    pair of their values.

    Examples
    --------
    >>> Bounds(3, 4) - Bounds(1, 3), 1 - Bounds(0.25, 0.5), Bounds(3, 4) / 10
    (Bounds(low=0, high=3), Bounds(low=0.5, high=0.75), Bounds(low=0.3, high=0.4))
    """

    low: float
    high: float

    @classmethod
    def at(cls, value: float, error: float = 0.0) -> Bounds:
        """The set of one value, and of what is no further from it than an error, as of rounding."""
        return Bounds(value - error, value + error)

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        if self.low <= self.high:
            return
        if self.low > self.high + _room(self.low, self.high):
            self._refuse(f"low should not exceed high, found [{self.low}, {self.high}].")
        object.__setattr__(self, "low", self.high)  # rounding had swapped them

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))

    def __sub__(self, other: Bounds | float) -> Bounds:
        low, high = other if isinstance(other, Bounds) else (other, other)
        return Bounds(self.low - high, self.high - low)

    def __rsub__(self, value: float) -> Bounds:
        return Bounds(value - self.high, value - self.low)

    def __truediv__(self, whole: float) -> Bounds:
        return Bounds(self.low / whole, self.high / whole)

    @property
    def width(self) -> float:
        return self.high - self.low if self.high > self.low else 0.0  # also of two infinities

    @property
    def point(self) -> float | None:
        """The value, where the set has but one."""
        return self.low if self.width == 0 else None


@dataclass(frozen=True, slots=True)
class Interval(Bounds):
    """Confidence interval for the parameter, covering identification and sampling.

    ``design_effect`` is the one assumed; ``None`` where the method itself handles clustering.
    """

    level: float = 0.95
    method: str = ""
    design_effect: float | None = None

    def __post_init__(self) -> None:
        Bounds.__post_init__(self)
        if not 0 < self.level < 1:
            self._refuse(f"the level lies between 0 and 1, found {self.level}.")
        if self.design_effect is not None and not 0 < self.design_effect < math.inf:
            self._refuse(f"a design effect is positive and finite, found {self.design_effect}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(Record):
    """A test of the null hypothesis: its name, statistic and p-value."""

    name: str
    statistic: float
    p: float

    __test__ = False  # not a pytest class

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        if not 0 <= self.p <= 1:
            self._refuse(f"a p-value lies between 0 and 1, found {self.p}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption(Record):
    """An assumption, whether it holds, and the evidence in one sentence.

    Parameters
    ----------
    without
        Where it fails, what the estimate is read with instead. ``"scope"``: it is about what is
        counted, which channel and population say. ``"set"`` or ``"interval"``: that holds without
        it. Else the row of the budget, or the choice, that shows what follows. Empty where nothing
        does, so that a firm word is said under the condition that it holds.
    """

    name: str
    holds: Holds
    evidence: str
    without: str = ""

    @classmethod
    def untestable(cls, name: str, evidence: str) -> Assumption:
        """One that no data at hand can test: the evidence says why, or what speaks for it."""
        return cls(name=name, holds="not testable", evidence=evidence)

    @classmethod
    def of_scope(cls, name: str, evidence: str) -> Assumption:
        """One that fails and is about what is counted: channel and population say so."""
        return cls(name=name, holds="no", evidence=evidence, without="scope")

    @classmethod
    def of_set(cls, name: str, evidence: str) -> Assumption:
        """One that fails and that the set does without."""
        return cls(name=name, holds="no", evidence=evidence, without="set")


@dataclass(frozen=True, slots=True, kw_only=True)
class TippingPoint(Record):
    """The value of a nuisance at which the verdict is lost, and the sentence to print.

    ``threshold`` is ``None`` where no admissible value of the nuisance overturns the verdict.
    """

    what: str
    threshold: float | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRow(Record):
    """One source of uncertainty and the range that it alone gives the estimate."""

    source: str
    low: float
    high: float
    detail: str

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        if self.low > self.high + _room(self.low, self.high):
            self._refuse(f"low should not exceed high, found [{self.low}, {self.high}].")

    @property
    def width(self) -> float:
        return Bounds(self.low, self.high).width


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Curve(Record):
    """An estimate over a grid of one nuisance, so that a figure or a slider computes nothing.

    Parameters
    ----------
    over
        What the nuisance is, as readers are told.
    low, high, interval_low, interval_high
        The identified set at each grid point, and the interval there (empty under the finite
        reading).
    grid_unit
        ``"share"`` where the grid is one, which is told in per cent.
    unit, null
        Of the curve, where it is another than the estimate's: its unit, and its value that stands
        for the null of the hypothesis.
    start
        The grid point to begin with; by default the one that gives the estimate.
    """

    over: str
    grid: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    interval_low: tuple[float, ...] = ()
    interval_high: tuple[float, ...] = ()
    grid_unit: str = ""
    unit: str = ""
    null: float | None = None
    start: float | None = None

    def __repr__(self) -> str:
        ends = f" from {self.grid[0]:g} to {self.grid[-1]:g}" if self.grid else ""
        return f"Curve(over {self.over!r}, {len(self.grid)} points{ends})"

    @classmethod
    def of(
        cls, over: str, grid: Iterable[float], sets: Iterable[Bounds],
        intervals: Iterable[Bounds] = (), **more: Any,
    ) -> Curve:  # fmt: skip
        """The curve through the set, and the interval, at each point of a grid.

        Examples
        --------
        >>> Curve.of("hosts removed", [0, 10], [Bounds(0.5, 0.7), Bounds(0.4, 0.8)]).high
        (0.7, 0.8)
        """
        (low, high), (least, most) = (
            tuple(zip(*drawn, strict=True)) or ((), ()) for drawn in (sets, intervals)
        )
        return cls(
            over=over, grid=tuple(grid), low=low, high=high, interval_low=least,
            interval_high=most, **more,
        )  # fmt: skip

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        sets, intervals = (self.low, self.high), (self.interval_low, self.interval_high)
        lengths = {len(line) for line in sets}, {len(line) for line in intervals}
        if lengths[0] != {len(self.grid)} or not lengths[1] <= {0, len(self.grid)}:
            self._refuse("every line should have a value for each point of the grid.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance(Record):
    """How often the region of a claim is hit in drawn worlds, under one set of beliefs.

    ``error`` is the standard error of so many worlds. Under ``"apart"`` each unit resolves by
    itself, under ``"as one"`` all that is open resolves alike; both as stated otherwise.
    """

    beliefs: Tried
    probability: float
    error: float

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        if not 0 <= self.probability <= 1:
            self._refuse(f"a probability lies between 0 and 1, found {self.probability}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Record):
    """Which part of the variance over drawn worlds a doubt explains alone (first order).

    ``one_draw`` where all that it leaves open follows from one draw: a chance that it decides alone
    is what is believed of it, told anew.
    """

    doubt: str
    basis: Literal["measured", "published", "judgement"]
    part: float
    one_draw: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated(Record):
    """What follows if doubts are drawn from what is believed of each.

    Parameters
    ----------
    low, high
        The simulation interval: the 2.5 and 97.5 % points under doubts that open the set.
    worlds
        How many worlds were drawn.
    with_errors
        The same with the doubts that open no set, such as a code that is wrong; this and what
        follows of estimates that are judged.
    error, error_with_errors
        The Monte Carlo standard error of the ends of both, the greater one.
    apart, as_one
        The same if each unit, or all that is open, resolved alike: how units move together is
        part of a belief.
    parts
        Which doubt explains which part of the variance, the largest first.
    chances
        The likelihood of the claim's region under each set of beliefs that is tried; none where
        the set decides.
    """

    low: float
    high: float
    worlds: int
    error: float = 0.0
    with_errors: Bounds | None = None
    error_with_errors: float | None = None
    apart: Bounds | None = None
    as_one: Bounds | None = None
    parts: tuple[Part, ...] = ()
    chances: tuple[Chance, ...] = ()

    @property
    def interval(self) -> Bounds:
        """The simulation interval."""
        return Bounds(self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Estimate(Readable):
    """One estimated quantity with everything needed to judge and to print it.

    Parameters
    ----------
    label, unit
        What it is and in which unit, e.g. ``"difference in share"``, ``"share of hosts"``.
    value
        Point estimate; ``None`` where the data identify only a set.
    reading
        ``"finite population"``, the default: the table is all there is, so there is neither an
        interval nor a p-value. ``"superpopulation"``: units are draws, and the interval states its
        design effect.
    bounds
        Identified set; defaults to the point ``value``.
    sharpness
        Whether the data allow both ends of the set, as they do those of a point. ``"outer"``: the
        set is valid and may be too wide. ``None`` where that is not said.
    n, n_unit, n_effective
        Sample size, the unit it counts, and the effective size (Kish, or n over design effect).
    test, assumptions, tipping_points, budget, curves
        What a reader is told of it; may be :func:`deferred`, a test as the only item.
    simulated, undrawn
        What follows if the doubts are drawn from what is believed of them; or why they are not.
    drawn
        What can be asked in drawn worlds; it is not stored.
    """

    label: str
    unit: str
    reading: Reading = "finite population"
    value: float | None = None
    bounds: Bounds | None = None
    sharpness: Sharpness | None = None
    interval: Interval | None = None
    test: Test | None = None
    n: float | None = None
    n_unit: str = ""
    n_effective: float | None = None
    assumptions: Sequence[Assumption] = ()
    tipping_points: Sequence[TippingPoint] = ()
    budget: Sequence[BudgetRow] = ()
    curves: Sequence[Curve] = ()
    simulated: Simulated | None = None
    undrawn: str = ""
    drawn: Any = field(default=None, compare=False)

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        if self.value is None and self.bounds is None:
            self._refuse(f"'{self.label}' needs a value, bounds, or both.")
        point = self.bounds is not None and agree(*self.bounds)
        if point and self.sharpness in (None, "outer"):  # a valid set of one value
            object.__setattr__(self, "sharpness", "sharp")
        if self.value is not None and self.value not in _widened(self.identified):
            self._refuse(f"the value {self.value} of '{self.label}' lies outside {self.bounds}.")
        if self.reading == "finite population" and (self.interval or self.test):
            self._refuse(
                f"under the finite reading of '{self.label}' the table is all there is; give "
                "bounds and tipping points, not an interval or a p-value."
            )

    @classmethod
    def of(
        cls, label: str, known: float | Bounds, unit: str, n: float, n_unit: str,
        *assumptions: Assumption, **details: Any,
    ) -> Estimate:  # fmt: skip
        """A number that is known, or a set of which the data allow both ends, of ``n`` units.

        Examples
        --------
        >>> share = Estimate.of("both tags", Bounds(0.2, 0.3), "share of hosts", 40, "hosts")
        >>> share.value, share.sharpness
        (None, 'sharp')
        """
        if isinstance(known, Bounds):
            details = {"value": known.point, "bounds": known, "sharpness": "sharp"} | details
        else:
            details["value"] = float(known)
        return cls(
            label=label, unit=unit, n=float(n), n_unit=n_unit, assumptions=assumptions, **details
        )

    @property
    def identified(self) -> Bounds:
        """The identified set; the point itself where it is a point."""
        if self.bounds is not None:
            return self.bounds
        return Bounds(self.value, self.value)  # type: ignore[arg-type]

    def whole(self) -> Estimate:
        """The same with all that is :func:`deferred` made."""
        test = next(iter(self.test), None) if isinstance(self.test, Deferred) else self.test
        return replace(
            self,
            test=test,
            assumptions=tuple(self.assumptions),
            tipping_points=tuple(self.tipping_points),
            budget=tuple(self.budget),
            curves=tuple(self.curves),
        )

    def bare(self) -> Estimate:
        """The same as a number alone, without what a reader is told of it."""
        nothing: Any = ()
        return replace(
            self, test=None, drawn=None, assumptions=nothing, tipping_points=nothing,
            budget=nothing, curves=nothing,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis(Record):
    """A claim made testable: a parameter, a null, and the region that would support it.

    Parameters
    ----------
    claims
        Ids of the rows of ``published_claims`` that this answers; may be empty.
    estimand
        The parameter in words: of what, in which population.
    null, margin, null_source
        Threshold of the claim and where it comes from. ``"different"`` is the region outside
        ``null ± margin``, ``"equivalent"`` the one inside it.
    role
        ``"reanalysis"`` of the claim's own table, ``"out of sample"``, or ``"own question"``,
        which nobody has published: it has no ``claims`` and the scope ``"own"``.
    scope
        Whether data, definition, population and date are those of the claim. Only ``"same"`` may
        print *supported* or *contradicted*.
    part
        Which part of its claims it answers, where ``claim_parts`` names several; an answer to none
        of them is shown and decides nothing.
    """

    estimand: str
    null: float
    alternative: Alternative
    role: Role
    claims: Sequence[str] = ()
    margin: float = 0.0
    null_source: str = "the claim itself"
    scope: Scope = "same"
    part: str = ""

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        object.__setattr__(self, "claims", tuple(self.claims))
        if self.margin < 0:
            self._refuse(f"a margin cannot be negative, found {self.margin}.")
        if self.role == "own question":
            if self.claims:
                self._refuse(
                    "an own question answers no published claim: leave out 'claims', or give the "
                    "role 'reanalysis' or 'out of sample'."
                )
            object.__setattr__(self, "scope", "own")

    def region(self) -> tuple[Bounds, bool]:
        """The closed set to compare with, and whether the hypothesis is its complement."""
        match self.alternative:
            case "greater":
                return Bounds(-math.inf, self.null), True
            case "less":
                return Bounds(self.null, math.inf), True
            case "different":
                return Bounds(self.null - self.margin, self.null + self.margin), True
            case "equivalent":
                return Bounds(self.null - self.margin, self.null + self.margin), False

    def is_met_by(self, values: NDArray[float64]) -> NDArray[bool_]:
        """Whether each value lies in the region of the alternative.

        One within a rounding error of its border lies on the border, as in the verdict.

        Parameters
        ----------
        values : array
            Values of the estimand.

        Returns
        -------
        array of the same shape
        """
        closed, complement = self.region()
        region = _widened(closed)
        inside: NDArray[bool_] = (values >= region.low) & (values <= region.high)
        return ~inside if complement else inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Record):
    """The answer to a claim that no estimate can give: a document does, or nothing can.

    ``reference`` names the document (with its address where it has one), or the dataset whose
    descriptor does; ``reason`` is the sentence to print. A ``{label}`` in it is an estimate of the
    same analysis: what can be computed where nothing can be tested. In a result it is the amount.
    """

    claim: str
    word: Literal["supported by documentation", "contradicted by documentation", "not testable"]
    reason: str
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Record):
    """The verdict in one word and as the phrase that may be printed."""

    word: Word
    phrase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification(Record):
    """One estimate of one combination of analytic choices.

    ``equal`` holds the further combinations that give the very same estimate: they count once.
    """

    label: str
    choices: Choices
    value: float | None
    bounds: Bounds
    interval: Interval | None
    verdict: Verdict
    equal: tuple[Choices, ...] = ()

    @property
    def combinations(self) -> tuple[Choices, ...]:
        """All combinations of choices that give it."""
        return (self.choices, *self.equal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped(Record):
    """A combination of choices that gave no estimate, and why."""

    choices: Choices
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness(Record):
    """How many specifications share the primary verdict, and the range of all of them.

    ``against`` says how many say the opposite of a verdict that holds or does not hold.
    """

    same_verdict: int
    specifications: int
    skipped: int
    low: float
    high: float
    against: int = 0

    @property
    def share(self) -> float:
        """The share of specifications that agrees."""
        return self.same_verdict / self.specifications

    @property
    def is_weak(self) -> bool:
        """At most half agree, or any says the opposite."""
        return self.against > 0 or self.share <= 0.5


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Table(Record):
    """Rows that a figure or the paper prints, as columns and tuples."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __repr__(self) -> str:
        return f"Table({len(self.rows)} rows of {', '.join(self.columns)})"

    def to_frame(self) -> pd.DataFrame:
        """The same as a frame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.columns))

    def records(self) -> list[dict[str, Any]]:
        """Its rows, each by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer(Readable):
    """The answer to one question: the estimates of one combination of estimand choices.

    ``refused`` is the reason where the primary specification could not be estimated. ``hypotheses``
    are those that its estimates are compared with; the result that holds it gives them.
    """

    estimand: Choices
    choices: Choices
    population: str
    as_of: str
    estimates: dict[str, Estimate]
    verdicts: dict[str, Verdict]
    robustness: dict[str, Robustness]
    specifications: tuple[Specification, ...]
    skipped: tuple[Skipped, ...] = ()
    tables: dict[str, Table] = field(default_factory=dict)
    refused: str = ""
    hypotheses: dict[str, Hypothesis] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        for name, kind in (("estimates", "estimate"), ("tables", "table")):
            object.__setattr__(self, name, Named(getattr(self, name), kind))

    def __getitem__(self, label: str) -> Estimate:
        """The estimate of this label."""
        return self.estimates[label]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance(Record):
    """What went in: the seed and every table with the version and hash of its dataset."""

    seed: int
    tables: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Result(Readable):
    """All that an analysis found: paper, page and figures read this and nothing else.

    ``path`` is the file that was run; it is not stored.
    """

    analysis: str
    title: str
    about: str
    choices: dict[str, tuple[Any, ...]]
    hypotheses: dict[str, Hypothesis]
    settled: tuple[Settled, ...]
    answers: dict[str, Answer]
    provenance: Provenance
    path: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        answers = {
            key: replace(answer, hypotheses=_of(self.hypotheses, answer.verdicts))
            for key, answer in self.answers.items()
        }
        object.__setattr__(self, "answers", Named(answers, "answer"))
        object.__setattr__(self, "hypotheses", Named(self.hypotheses, "hypothesis"))

    def __getitem__(self, key: str) -> Answer:
        """The answer of this key: the values of the choices that change the question."""
        return self.answers[key]

    def answer(self, **estimand: Any) -> Answer:
        """The answer with these estimand choices; the first one where none are named."""
        for candidate in self.answers.values():
            if estimand.items() <= candidate.estimand.items():
                return candidate
        asked = ", ".join(f"{name}={value!r}" for name, value in estimand.items())
        raise UnknownName(f"{self.analysis} has no answer for {asked}. It has {self.answers}.")

    def to_json(self, *, stored: str = "") -> str:
        """Stable text: 12 significant digits, infinities as strings, no times.

        Numbers that agree with those of a ``stored`` text keep its digits, so that a run on another
        processor changes nothing.
        """
        plain = keep_agreeing(_read(stored), to_plain(self))
        return json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Result:
        result: Result = from_plain(cls, json.loads(text))
        return result


def _of(hypotheses: Mapping[str, Hypothesis], labels: Iterable[str]) -> dict[str, Hypothesis]:
    return {label: hypotheses[label] for label in labels if label in hypotheses}


OPPOSITE: dict[Word, tuple[Word, ...]] = {
    "supported": ("contradicted", "does not hold"),
    "holds": ("contradicted", "does not hold"),
    "contradicted": ("supported", "holds"),
    "does not hold": ("supported", "holds"),
}

# The verdict rule ---------------------------------------------------------------------------------


def judge(
    hypothesis: Hypothesis, bounds: Bounds, interval: Interval | None, *, where: str = ""
) -> Verdict:
    """Read the verdict off the interval, or off the bounds where there is no interval.

    Wholly inside the region of the alternative: supported; wholly outside: contradicted;
    straddling while the identified set itself straddles: not identified (more of the same data
    would not help); straddling otherwise: inconclusive. A p-value plays no part.

    Examples
    --------
    >>> h = Hypothesis(estimand="difference", null=0, alternative="greater", role="reanalysis")
    >>> judge(h, Bounds(0.1, 0.6), Interval(0.05, 0.65)).word
    'supported'
    >>> judge(h, Bounds(-0.1, 0.6), None).word
    'not identified'
    >>> judge(h, Bounds(0.1, 0.1), Interval(-0.2, 0.4)).word
    'inconclusive'
    """
    match _inside(hypothesis, interval or bounds):
        case True:
            return _scoped("supported", "holds", hypothesis.scope, where)
        case False:
            return _scoped("contradicted", "does not hold", hypothesis.scope, where)
    if _inside(hypothesis, bounds) is None:
        return Verdict(word="not identified", phrase="not identified")
    return Verdict(word="inconclusive", phrase="inconclusive")


def _inside(hypothesis: Hypothesis, bounds: Bounds) -> bool | None:
    """True: wholly in the region of the alternative; False: wholly outside; None: straddling.

    An end within a rounding error of the region's border lies on it, on every processor.
    """
    closed, complement = hypothesis.region()
    region = _widened(closed)
    if region.low <= bounds.low and bounds.high <= region.high:
        return not complement
    if bounds.high < region.low or region.high < bounds.low:
        return complement
    return None


def _read(stored: str) -> Any:
    """A stored text as plain values; nothing where it cannot be read: it is then written anew."""
    try:
        return json.loads(stored)
    except json.JSONDecodeError:
        return None


def _scoped(same: Word, otherwise: Word, scope: Scope, where: str) -> Verdict:
    if scope == "same":
        return Verdict(word=same, phrase=same)
    return Verdict(word=otherwise, phrase=f"{otherwise} {where}".strip())


def _widened(bounds: Bounds) -> Bounds:
    """The bounds with room for the rounding errors of sums taken in another order."""
    room = _room(*bounds)
    return Bounds(bounds.low - room, bounds.high + room)


def _room(*numbers: float) -> float:
    """By how much rounding may have moved numbers of this size."""
    return TOLERANCE * max([1.0, *(abs(number) for number in numbers if math.isfinite(number))])
