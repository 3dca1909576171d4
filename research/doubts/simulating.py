"""The simulation interval of an estimate, the chance of a claim, and what matters most for both.

Doubts are drawn from what is believed of them, and the question is asked in each world: the
probabilistic bias analysis of Greenland (2005) and Lash et al. (2014). No set and no verdict
depends on a belief.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, get_args

import numpy as np

from research.doubts.beliefs import Beliefs, NoBelief
from research.doubts.drawing import Worlds
from research.plain import TOLERANCE
from research.results import (
    Bounds,
    CannotEstimate,
    Chance,
    Estimate,
    Hypothesis,
    Part,
    Simulated,
    Tried,
    judge,
)

if TYPE_CHECKING:
    from research.doubts.coarse import Doubt
    from research.estimators.valid import Floats

FEWER = 2_000  # worlds for what is told beside an interval
ENDS = (0.025, 0.975)
MOVED: tuple[Tried, ...] = ("apart", "as one")  # what is told where the set decides, too
MOST_UNDEFINED = 0.01  # of the worlds
EXACT = "Nothing is left open: the tables hold it as it stands."
REFUSED = NoBelief, CannotEstimate
BY_HAND = "Its set follows from counts alone: nothing is drawn within it."


class Drawn(Protocol):
    """What can be asked in drawn worlds."""

    @property
    def doubts(self) -> Collection[Doubt]: ...
    def opens(self, doubt: Doubt) -> bool: ...
    def in_worlds(self, worlds: Worlds) -> Floats: ...


def with_draws(
    estimates: Mapping[str, Estimate], hypotheses: Mapping[str, Hypothesis], beliefs: Beliefs
) -> dict[str, Estimate]:
    """Each estimate with its simulation interval and the chance of its claim, or why there is none.

    Parameters
    ----------
    estimates
        By their labels; with ``drawn``, if they can be asked in drawn worlds.
    hypotheses
        The claims that some of them are compared with.
    beliefs
        What is believed of each doubt.
    """
    asked = {label: each.drawn for label, each in estimates.items() if each.drawn is not None}
    drawn = in_worlds(asked, Worlds(beliefs))
    return {
        label: _with_draws(each, hypotheses.get(label), beliefs, drawn.get(label))
        for label, each in estimates.items()
    }


def _with_draws(
    estimate: Estimate, hypothesis: Hypothesis | None, beliefs: Beliefs, drawn: Floats | None
) -> Estimate:
    asked: Drawn | None = estimate.drawn
    if asked is None:
        point = estimate.identified.width == 0
        return replace(estimate, undrawn=estimate.undrawn or (EXACT if point else BY_HAND))
    try:
        is_open = hypothesis is not None and _is_open(estimate, hypothesis)
        interval = simulated(asked, beliefs, hypothesis, with_chances=is_open, drawn=drawn)
    except REFUSED as reason:
        return replace(estimate, undrawn=str(reason), drawn=None)
    return replace(estimate, simulated=interval, drawn=None)


def in_worlds(asked: Mapping[str, Drawn], worlds: Worlds) -> dict[str, Floats]:
    """The answers to several questions, without those that have none.

    All are asked in so many worlds as are drawn at once, before any is in the next ones: what
    several of them need is drawn once, and little of it is held.
    """
    answers: dict[str, list[Floats]] = {label: [] for label in asked}
    for part in worlds.parts():
        for label in list(answers):
            try:
                answers[label].append(asked[label].in_worlds(part))
            except REFUSED:  # asked by itself, in all worlds at once, it says why
                del answers[label]
    return {label: np.concatenate(parts) for label, parts in answers.items()}


def _is_open(estimate: Estimate, hypothesis: Hypothesis) -> bool:
    """Whether the set leaves the claim open: else no belief matters for it.

    Nor is a chance told where units are draws, which no world draws again.
    """
    word = judge(hypothesis, estimate.identified, None).word
    return estimate.interval is None and word == "not identified"


def simulated(
    asked: Drawn, beliefs: Beliefs, hypothesis: Hypothesis | None = None, *,
    with_chances: bool = True, drawn: Floats | None = None,
) -> Simulated:  # fmt: skip
    """The interval that holds an estimate in 95 % of the worlds, and what it rests on.

    Parameters
    ----------
    asked
        A question.
    beliefs
        What is believed of each doubt.
    hypothesis
        The claim. Where there is one, it is also told what the interval is with errors and if all
        moved otherwise together, and what decides it.
    with_chances
        Whether its chance is told too.
    drawn : array of shape (worlds,)
        The estimate in all worlds, where it has been asked there.

    Raises
    ------
    NoBelief
        Nothing is believed of a doubt that is open.
    CannotEstimate
        The estimate is not defined in more than a hundredth of the worlds.

    Examples
    --------
    >>> import pandas as pd, research
    >>> from research.doubts import Coarse, Doubt, Share, where
    >>> rows = pd.DataFrame({"origin": ["CN", "US", ""], "organisation": ["a", "b", "c"]})
    >>> rows = rows.assign(low=1.0, value=1.0, high=1.0, origin_doubt="origin unknown or disputed")
    >>> units = Coarse(rows, [Doubt("origin unknown or disputed", "any country")])
    >>> chinese = Share(of=where(origin="CN")).in_(units)
    >>> interval = simulated(chinese, Beliefs.of(research.load("stated_beliefs")))
    >>> chinese.bounds().low <= interval.low <= interval.high <= chinese.bounds().high
    True
    """
    if drawn is None:
        drawn = asked.in_worlds(Worlds(beliefs))
    fewer = Worlds(beliefs, FEWER)
    low, high = _interval(drawn)
    simulation = Simulated(low=low, high=high, worlds=len(drawn), error=end_error(drawn))
    if hypothesis is None:
        return simulation

    tried: dict[Tried, Floats] = {"stated": drawn}
    for how in get_args(Tried)[1:] if with_chances else MOVED:
        tried[how] = asked.in_worlds(replace(fewer, beliefs=beliefs.tried(how)))
    with_errors = asked.in_worlds(replace(fewer, with_errors=True))
    return replace(
        simulation,
        with_errors=_interval(with_errors),
        error_with_errors=end_error(with_errors),
        apart=_interval(tried["apart"]),
        as_one=_interval(tried["as one"]),
        parts=tuple(parts(asked, fewer, drawn[:FEWER])),
        chances=tuple(chances(tried, hypothesis) if with_chances else ()),
    )


def parts(asked: Drawn, worlds: Worlds, shown: Floats) -> list[Part]:
    """Which part of the variance does each doubt explain alone, the largest first?

    The estimate is asked twice in worlds that have the draws of one doubt in common and nothing
    else: the covariance over the variance.

    Parameters
    ----------
    asked
        A question.
    worlds
        The worlds.
    shown : array of shape (worlds,)
        The estimate in these worlds: the first of those in which it was asked, as fewer worlds are
        the first of more.

    References
    ----------
    Sobol' (1993); Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018.
    """
    opened = [doubt.name for doubt in asked.doubts if asked.opens(doubt)]
    if np.nanmax(shown) - np.nanmin(shown) <= TOLERANCE:
        return []
    all_parts = [
        Part(
            doubt=name, basis=worlds.beliefs.basis(name),
            one_draw=_is_one_draw(asked, worlds, name),
            part=_explained(asked, worlds, name, opened, shown),
        )
        for name in opened
    ]  # fmt: skip
    return sorted(all_parts, key=lambda each: -each.part)


def _is_one_draw(asked: Drawn, worlds: Worlds, doubt: str) -> bool:
    """Whether all that a doubt leaves open resolves as one, or is a published number."""
    return doubt in worlds.beliefs.as_one() or not hasattr(asked, "channels")


def _explained(
    asked: Drawn, worlds: Worlds, doubt: str, opened: Collection[str], shown: Floats
) -> float:
    others = [name for name in opened if name != doubt]
    if not others:
        return 1.0
    again = asked.in_worlds(replace(worlds, anew=frozenset(others)))
    defined = np.isfinite(shown) & np.isfinite(again)
    correlation = float(np.corrcoef(shown[defined], again[defined])[0, 1])
    return min(max(correlation, 0.0), 1.0)


def chances(tried: Mapping[Tried, Floats], hypothesis: Hypothesis) -> Iterator[Chance]:
    """How often is the claim right, under each set of beliefs that is tried?"""
    for beliefs in get_args(Tried):
        drawn = _defined(tried[beliefs])
        right = float(hypothesis.is_met_by(drawn).mean())
        error = math.sqrt(right * (1 - right) / len(drawn))
        yield Chance(beliefs=beliefs, probability=right, error=error)


def _interval(drawn: Floats) -> Bounds:
    low, high = np.quantile(_defined(drawn), ENDS)
    return Bounds(float(low), float(high))


def end_error(drawn: Floats) -> float:
    """The Monte Carlo standard error of the ends of an interval, the greater one.

    Half of the distance between the values that stand one standard error of their order below and
    above an end.

    Examples
    --------
    >>> round(end_error(np.arange(10_000) / 10_000), 4)  # sqrt(0.025 * 0.975 / 10,000)
    0.0016
    """
    defined = _defined(drawn)
    ends = np.array(ENDS)
    step = np.sqrt(ends * (1 - ends) / len(defined))
    below, above = np.quantile(defined, ends - step), np.quantile(defined, ends + step)
    return float((above - below).max() / 2)


def _defined(drawn: Floats) -> Floats:
    defined = np.isfinite(drawn)
    if (~defined).mean() > MOST_UNDEFINED:
        raise CannotEstimate("In too many worlds there is nothing to divide by.")
    return drawn[defined]
