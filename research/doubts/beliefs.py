"""What is believed of a doubt: how that which it leaves open resolves, and where this comes from.

A set never depends on a belief; the simulation interval does, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from research.results import ResearchError, Tried

if TYPE_CHECKING:
    import pandas as pd

    from research.estimators.valid import Floats

Family = Literal[
    "categories", "as named", "alike", "split", "range", "rate", "miscoded", "peaks"
]  # fmt: skip
Together = Literal["unit", "organisation", "all"]
Basis = Literal["measured", "published", "judgement"]
Between = Literal["even", "any", "weighed"]

COMPARED = ("CN", "US")  # the countries that nearly all claims set side by side
OTHER = "other"  # every value that a belief does not name
FLAT = (1.0, 1.0)  # of a beta distribution: all values alike
STANCES: dict[str, Between] = {"stated": "even", "shifted": "weighed"}
SHAPE = {
    "as named": ("strength", "own"), "range": ("alpha", "beta"), "rate": ("alpha", "beta"),
    "miscoded": ("alpha", "beta"), "split": ("concentration",),
    "peaks": ("alpha", "beta", "part_alpha", "part_beta"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """How what one doubt leaves open resolves.

    Parameters
    ----------
    doubt
        Its name.
    kind
        Of units of this kind alone; empty for all others.
    family
        ``"categories"``: an attribute, whose values have the shares of a Dirichlet distribution.
        ``"as named"``: the same, centred on the units of the channel that name it. ``"alike"``: the
        same, with all values that are named alike. ``"split"``: the same, of which a unit that
        names several is each in part, by a Dirichlet distribution. ``"range"``: a weight, at a
        place of its range that has a beta distribution. ``"rate"``: what belongs to the channel, at
        a rate that has one. ``"miscoded"``: a code that is wrong, at a rate that has one.
        ``"peaks"``: a weight that has an excess at a rate, of a part of it that has one.
    parameters
        Its parameters by name. Of ``"categories"`` the weight of each value, and of ``"miscoded"``
        of those in which a unit that is coded elsewhere may be; :data:`OTHER` stands for all values
        that are not named. ``strength``: as how many units those count that name it; ``own``: as
        how many those of the channel count beside those of the same organisation.
        ``concentration``: of the Dirichlet distribution, the weight of each part. ``alpha`` and
        ``beta`` are those of the beta distribution, ``part_alpha`` and ``part_beta`` of a second.
    together
        What resolves alike: each unit by itself, all of an organisation, or all that is open.
    basis, source, sentence
        Whether it was measured, published or judged; where; and what a reader is told.
    between
        How likely each of the candidates is that evidence leaves open: ``"even"``, ``"any"``
        chance, or ``"weighed"`` as the belief weighs them (the channel, where it does not).
    """

    doubt: str
    kind: str = ""
    family: Family
    parameters: Mapping[str, float]
    together: Together
    basis: Basis
    source: str
    sentence: str
    between: Between = "even"

    def __post_init__(self) -> None:
        lacking = [name for name in SHAPE.get(self.family, ()) if name not in self.parameters]
        if lacking:
            self._refuse(f"a belief of the family '{self.family}' needs {' and '.join(lacking)}")
        for name, value in self.parameters.items():
            if not 0 < value < math.inf:
                self._refuse(f"'{name}' should be a positive number, found {value:g}")
        if self.family in ("categories", "miscoded") and len(self.weights) < 2:
            self._refuse(f"{self.family} need two values at least, such as CN=1|other=9")

    def _refuse(self, what: str) -> None:
        raise ResearchError(f"stated_beliefs, '{self.doubt}': {what}.")

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each value, by its name."""
        shape = SHAPE.get(self.family, ())
        return {name: value for name, value in self.parameters.items() if name not in shape}

    @property
    def strength(self) -> float:
        """As how many units those count that name an attribute."""
        return self.parameters["strength"]

    @property
    def own(self) -> float:
        """As how many units the channel counts beside those of the same organisation."""
        return self.parameters["own"]

    def about(self, what: str, *families: Family) -> Belief:
        """The same, refused where its family does not fit what the doubt opens."""
        if self.family not in families:
            raise NoBelief(
                f"stated_beliefs, '{self.doubt}': it opens {what}, of which a belief of the family "
                f"{' or '.join(map(repr, families))} can be stated, found '{self.family}'."
            )
        return self

    def shape(self, of: str = "") -> tuple[float, float]:
        """The parameters of a beta distribution; ``of`` begins their names."""
        return self.parameters[f"{of}alpha"], self.parameters[f"{of}beta"]

    def place(self, drawn: Floats) -> Floats:
        """From a uniform draw to the place in a range."""
        return placed(drawn, self.shape())

    def flat(self) -> Belief:
        """The same, vague: all values, and all places of a range, alike.

        Of countries China, the US and all others together are alike. A rate of errors stays as it
        is: it has been measured.
        """
        vague = replace(self, between="any")
        match self.family:
            case "as named":
                return replace(vague, family="alike", parameters={})
            case "categories":
                return replace(vague, parameters=alike(self.weights, self.weights))
            case "split":
                return replace(vague, parameters={"concentration": 1.0})
            case "range" | "rate":
                return replace(vague, parameters={"alpha": 1.0, "beta": 1.0})
        return vague


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What is believed of every doubt, as stated, flat, or shifted.

    Parameters
    ----------
    stated, shifted
        One for each doubt and kind of units.

    Examples
    --------
    >>> import research
    >>> beliefs = Beliefs.of(research.load("stated_beliefs"))
    >>> belief = beliefs["rounding of the pulls", ""]
    >>> belief.family, belief.together, belief.basis
    ('range', 'unit', 'judgement')
    """

    stated: Mapping[tuple[str, str], Belief]
    shifted: Mapping[tuple[str, str], Belief] = field(default_factory=dict)

    @classmethod
    def of(cls, table: pd.DataFrame) -> Beliefs:
        """Those of the table ``stated_beliefs``.

        Raises
        ------
        ResearchError
            A family, basis or parameter that does not exist, or a doubt twice.
        """
        given: dict[str, dict[tuple[str, str], Belief]] = {"stated": {}, "shifted": {}}
        for row in table.fillna("").to_dict("records"):
            key = str(row["doubt"]), str(row["kind"])
            if key in given["stated"]:
                name = " of kind ".join(filter(None, key))
                raise ResearchError(f"stated_beliefs states '{name}' twice: keep one row.")
            for stance, beliefs in given.items():
                beliefs[key] = _belief(row, str(row[stance]) or str(row["stated"]), STANCES[stance])
        return cls(given["stated"], given["shifted"])

    def __getitem__(self, key: tuple[str, str]) -> Belief:
        doubt, _ = key
        belief = self.stated.get(key) or self.stated.get((doubt, ""))
        if belief is None:
            if not doubt:
                raise NoBelief("Something is open under no doubt that is named: it is not drawn.")
            raise NoBelief(f"Nothing is believed of the doubt “{doubt}”, so that none is drawn.")
        return belief

    def __contains__(self, doubt: object) -> bool:
        return any(name == doubt for name, _ in self.stated)

    def by_unit(self) -> list[str]:
        """The doubts of which each unit resolves by itself."""
        return [belief.doubt for belief in self.stated.values() if belief.together == "unit"]

    def as_one(self) -> list[str]:
        """The doubts of which all that is open resolves as one."""
        return [belief.doubt for belief in self.stated.values() if belief.together == "all"]

    def split(self) -> list[str]:
        """The doubts of which a unit is several things in part."""
        return [belief.doubt for belief in self.stated.values() if belief.family == "split"]

    def basis(self, doubt: str) -> Basis:
        """The weakest basis of all that is believed of a doubt, whatever the kind of units."""
        bases = [belief.basis for (name, _), belief in self.stated.items() if name == doubt]
        return max(bases, key=get_args(Basis).index)

    @cache  # noqa: B019 (few beliefs are read in a run, and all of it needs them)
    def tried(self, how: Tried) -> Beliefs:
        """The same as stated, flat or shifted; or all that is open moving as one, or apart."""
        match how:
            case "stated":
                return self
            case "shifted":
                return Beliefs(self.shifted)
            case "flat":
                return self._each(Belief.flat)
            case "apart":
                return self._each(lambda belief: replace(belief, together="unit"))
            case "as one":
                return self._each(lambda belief: replace(belief, together="all"))

    def _each(self, changed: Callable[[Belief], Belief]) -> Beliefs:
        return Beliefs({key: changed(belief) for key, belief in self.stated.items()})


def placed(drawn: Floats, shape: tuple[float, float]) -> Floats:
    """From uniform draws to those of a beta distribution with these parameters, in their order."""
    if shape == FLAT:
        return drawn
    from scipy.special import betaincinv

    return np.asarray(betaincinv(*shape, drawn))


class NoBelief(ResearchError):
    """Nothing is believed of a doubt, so that nothing can be drawn."""


def _belief(row: Mapping[Any, Any], parameters: str, between: Between) -> Belief:
    for column, allowed in (("family", Family), ("together", Together), ("basis", Basis)):
        if row[column] not in get_args(allowed):
            raise ResearchError(
                f"stated_beliefs, '{row['doubt']}': '{column}' should be one of "
                f"{', '.join(get_args(allowed))}, found '{row[column]}'."
            )
    texts = {name: row[name] for name in ("doubt", "kind", "family", "together", "basis", "source")}
    return Belief(
        **texts,
        sentence=str(row["sentence"]),
        parameters=dict(_parameters(str(row["doubt"]), parameters)),
        between=between,
    )


def _parameters(doubt: str, text: str) -> Iterator[tuple[str, float]]:
    for part in filter(None, text.split("|")):
        name, _, value = part.partition("=")
        try:
            yield name, float(value)
        except ValueError:
            raise ResearchError(
                f"stated_beliefs, '{doubt}': parameters are written like CN=1.5|other=9, found "
                f"'{part}'."
            ) from None


def alike(names: Iterable[str], weights: Mapping[str, float] | None = None) -> dict[str, float]:
    """A weight of each value, all of which are alike.

    Of countries each of :data:`COMPARED` has one, and all others have one together.

    Parameters
    ----------
    names
        The values.
    weights
        How the weight of the other countries is split among them; in equal parts if not given.
    """
    given = {name: 1.0 if weights is None else weights[name] for name in names}
    others = sum(value for name, value in given.items() if name not in COMPARED)
    if not any(name in COMPARED for name in given):
        return dict.fromkeys(given, 1.0)
    return {name: 1.0 if name in COMPARED else value / others for name, value in given.items()}
