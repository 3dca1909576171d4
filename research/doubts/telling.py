"""Tipping points in words: what must be otherwise for a verdict to fall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from research.estimators.design_effects import intraclass_correlation
from research.results import TippingPoint
from research.wording import number, percent, span, written

if TYPE_CHECKING:
    from research.doubts.asking import Asked
    from research.doubts.coarse import Doubt

TOLD = "{} if {:%0} of the {} in doubt ({}) were otherwise than as shown"
TOLD_AT_LEAST = "{} only if at least {:%0} of the {} in doubt ({}) were otherwise than as shown"


def lost_if(
    threshold: float | None, of: float, things: str, are: str, *, given: str = "", reached: str = ""
) -> TippingPoint:
    """How many of some things must be otherwise.

    Parameters
    ----------
    threshold
        How many, or which part of them; ``None`` where the verdict stands whatever they are.
    of
        How many there are.
    things, are
        What they are called, and what they would have to be.
    given
        What else has to be, as in ``"and all others are"``.
    reached
        What then happens, by default that the verdict is lost.

    Examples
    --------
    >>> lost_if(12.0, 40, "hosts of China", "are fake", given="and all of the US are real").sentence
    'lost if 12 of the 40 hosts of China are fake and all of the US are real'
    >>> lost_if(None, 40, "hosts", "are copies").sentence
    'kept even if all 40 hosts are copies'
    """
    if threshold is None:
        sentence = f"kept even if all {number(of, 0)} {things} {are}"
    else:
        part = number(threshold, 0) if threshold >= 1 else percent(threshold)
        sentence = f"{reached or 'lost'} if {part} of the {number(of, 0)} {things} {are} {given}"
    return TippingPoint(what=f"{things} that {are}", threshold=threshold, sentence=sentence.strip())


def turned_at(what: str, sentence: str, threshold: float, *others: float | str) -> TippingPoint:
    """A tipping point in a sentence with gaps (see ``written``) for the threshold and others.

    Examples
    --------
    >>> turned_at("overstatement", "lost if the estimate were {} times the truth", 1.3084).sentence
    'lost if the estimate were 1.31 times the truth'
    """
    return TippingPoint(
        what=what, threshold=threshold, sentence=written(sentence, threshold, *others)
    )


def resolved_against(
    asked: Asked, null: float = 0.0, *, reached: str = "the threshold is reached"
) -> Iterator[TippingPoint]:
    """How much of each doubt must resolve against the estimate, all others being closed, told.

    Parameters
    ----------
    asked
        A question of which the doubts together leave open whether it is above ``null``.
    null
        What is reached.
    reached
        The same in words.

    Yields
    ------
    TippingPoint
        One for each doubt that is enough by itself, or a sentence that none is.

    Examples
    --------
    >>> import pandas as pd
    >>> from research.doubts import Coarse, Doubt, Share, where
    >>> weights = dict.fromkeys(["low", "value", "high"], [5.0, 3.0, 4.0])
    >>> rows = pd.DataFrame({**weights, "origin": ["CN", "US", ""], "origin_doubt": "unknown"})
    >>> lead = Share(of=where(origin="CN"), minus=where(origin="US"))
    >>> asked = lead.in_(Coarse(rows, [Doubt("unknown", "any country")]))
    >>> [point.sentence for point in resolved_against(asked, reached="level")]
    ['level if 50 % of the weight in doubt (unknown) were otherwise than as shown']
    """
    opened = [doubt for doubt in asked.doubts if asked.opens(doubt)]
    parts = {doubt: asked.turning(doubt, null) for doubt in opened}
    for doubt, part in parts.items():
        if part is not None:
            weighs = _open_in(asked, doubt)
            wording = TOLD if asked.sharp([doubt.name]) else TOLD_AT_LEAST
            what = f"part of the {weighs} open: {doubt.name}"
            sentence = written(wording, reached, part, weighs, doubt.name)
            yield TippingPoint(what=what, threshold=part, sentence=sentence)
    if opened and set(parts.values()) == {None}:
        what = "part of what is open under one doubt"
        wording = "no doubt alone is enough to overturn what is shown: it takes several together"
        yield TippingPoint(what=what, threshold=None, sentence=wording)


def _open_in(asked: Asked, doubt: Doubt) -> str:
    """What the channels count in which a doubt leaves anything open."""
    weights = [(units.weighs, units.weight([doubt.name])) for units in asked.channels]
    ranged = [weighs for weighs, weight in weights if (weight.low != weight.high).any()]
    return " and ".join(dict.fromkeys(ranged or [weighs for weighs, _ in weights]))


def lost_at(
    design_effect: float | None,
    cluster_sizes: Sequence[float] = (),
    *,
    up_to: float | None = None,
) -> TippingPoint:
    """Which design effect an interval does not bear, and how alike hosts of a network then are.

    Parameters
    ----------
    design_effect
        The one at which the verdict is lost; ``None`` where none up to ``up_to`` loses it.
    cluster_sizes
        Possible sizes of the cluster of a random unit, for the intraclass correlation.
    up_to
        How far was searched.

    Examples
    --------
    >>> lost_at(11.0, [101]).sentence
    'lost at deff 11, an intraclass correlation of 0.100'
    >>> lost_at(None, up_to=2000).sentence
    'kept at any design effect up to 2 000'
    """
    what = "design effect"
    if design_effect is None:
        sentence = f"kept at any design effect up to {number(up_to, 0)}"
        return TippingPoint(what=what, threshold=None, sentence=sentence)
    alike = [
        intraclass_correlation(design_effect, size)
        for size in cluster_sizes
        if size > max(design_effect, 1)
    ]
    sentence = f"lost at deff {number(design_effect, 0)}"
    if alike:
        low, high = min(alike), max(alike)
        correlation = number(low, 3) if low == high else span(low, high, " to ")
        sentence += f", an intraclass correlation of {correlation}"
    return TippingPoint(what=what, threshold=float(design_effect), sentence=sentence)
