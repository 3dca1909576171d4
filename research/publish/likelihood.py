"""What follows if doubts are drawn from beliefs, in words: interval, chance, and what decides."""

from __future__ import annotations

import math
from collections.abc import Iterator

from research import wording
from research.plain import TOLERANCE
from research.publish.verdict import FIRM
from research.results import Bounds, Estimate, Hypothesis, Simulated, judge

# Mastrandrea et al. (2010): the least probability of each word, the greatest first.
WORDS = (
    (0.99, "virtually certain"), (0.90, "very likely"), (0.66, "likely"),
    (0.33, "about as likely as not"), (0.10, "unlikely"), (0.01, "very unlikely"),
    (0.0, "exceptionally unlikely"),
)  # fmt: skip
ERRORS = 2  # of Monte Carlo by which a chance is away from the border of a word
DECIDES = 0.1  # of the variance: what explains less decides nothing


def simulation(estimate: Estimate) -> str:
    """The simulation interval as a clause; empty where there is none."""
    simulated = estimate.simulated
    if simulated is None or not simulated.interval.width:
        return ""
    drawn = wording.quantity(simulated.interval, estimate.unit)
    return f"with the doubts drawn as stated it is {drawn} (95 %)"


def chance(estimate: Estimate) -> str:
    """The claim's chance over all sets of beliefs, as a clause; empty where the set decides."""
    simulated = estimate.simulated
    if simulated is None or not simulated.chances:
        return ""
    every = [each.probability for each in simulated.chances]
    said = f", which makes it {word}" if (word := calibrated(simulated)) else ""
    text = wording.chance(min(every), max(every))
    return f"the claim's chance is {text} over the beliefs tried{said}"


def decisive(estimate: Estimate) -> str:
    """Which doubt matters most and what is believed of it rests on, as a clause."""
    simulated = estimate.simulated
    if simulated is None or not simulated.parts:
        return ""
    first = simulated.parts[0]
    said = f"what matters most is “{first.doubt}” ({BASES[first.basis]})"
    return f"{said}: the chance restates that, and is no evidence" if restated(simulated) else said


def restated(simulated: Simulated) -> bool:
    """Whether a chance is a belief told anew: one draw that is judged explains all but a tenth.

    Examples
    --------
    >>> from research.results import Part
    >>> part = Part(doubt="figures", basis="judgement", part=0.98, one_draw=True)
    >>> restated(Simulated(low=0, high=1, worlds=9, parts=(part,)))
    True
    """
    return any(
        first.one_draw and first.basis == "judgement" and 1 - first.part <= DECIDES
        for first in simulated.parts[:1]
    )


def by_chance(estimate: Estimate) -> str:
    """How uncertain the ends are by the number of worlds, as a clause, where print would show it.

    Examples
    --------
    >>> simulated = Simulated(low=0.1, high=0.4, worlds=10_000, error=0.002)
    >>> by_chance(Estimate(label="x", unit="share", value=0.2, simulated=simulated))
    'its ends have a Monte Carlo error of 0.2\xa0%'
    """
    simulated = estimate.simulated
    if simulated is None or simulated.error <= wording.last_digit(estimate.unit):
        return ""
    error = wording.quantity(Bounds.at(simulated.error), estimate.unit)
    return f"its ends have a Monte Carlo error of {error}"


def _is_outside(estimate: Estimate) -> bool:
    simulated = estimate.simulated
    if simulated is None or estimate.value is None:
        return False
    at_end = any(math.isclose(estimate.value, end, abs_tol=TOLERANCE) for end in simulated.interval)
    return not at_end and estimate.value not in simulated.interval


BASES = {
    "measured": "what is believed of it was measured",
    "published": "what is believed of it was published",
    "judgement": "what is believed of it is a judgement, at least in part",
}


def sentences(estimate: Estimate) -> Iterator[str]:
    """Interval, chance and what decides, as sentences."""
    first = [text for text in (simulation(estimate), chance(estimate)) if text]
    if first:
        yield _sentence("; ".join(first))
        if chance(estimate):
            yield _sentence(decisive(estimate))
        if clause := by_chance(estimate):
            yield _sentence(clause)
        if _is_outside(estimate):
            yield "The value shown leaves out what is not known; the interval places it."


def turned(estimate: Estimate, hypothesis: Hypothesis) -> Iterator[str]:
    """That errors may turn what the set decides, as a sentence, where they may."""
    simulated = estimate.simulated
    if simulated is None or simulated.with_errors is None:
        return
    decided = judge(hypothesis, estimate.identified, None).word
    if decided in FIRM and judge(hypothesis, simulated.with_errors, None).word != decided:
        drawn = wording.quantity(simulated.with_errors, estimate.unit)
        yield f"Errors that open no set could turn it: with them it is {drawn} (95 %)."


def calibrated(simulated: Simulated) -> str:
    """The word of likelihood, where it is earned; else empty.

    It is the same under all sets of beliefs that are tried, lies clear of the border between two
    words, and no belief that is a judgement decides it: all but a tenth of the variance follows
    from doubts of which no belief is one.

    References
    ----------
    Mastrandrea et al. (2010), Guidance note for lead authors of the IPCC fifth assessment report on
    consistent treatment of uncertainties.

    Examples
    --------
    >>> from research.results import Chance, Part
    >>> chances = [Chance(beliefs=b, probability=0.95, error=0.01) for b in ("stated", "flat")]
    >>> measured = (Part(doubt="origin", basis="measured", part=1.0),)
    >>> calibrated(Simulated(low=0, high=1, worlds=9, chances=tuple(chances), parts=measured))
    'very likely'
    """
    words = {_word(each.probability + k * each.error) for each in simulated.chances
             for k in (-ERRORS, 0, ERRORS)}  # fmt: skip
    known = sum(part.part for part in simulated.parts if part.basis != "judgement")
    return words.pop() if len(words) == 1 and 1 - known <= DECIDES else ""


def _word(probability: float) -> str:
    return next(word for least, word in WORDS if probability >= least or least == 0)


def _sentence(text: str) -> str:
    return f"{wording.capital(text)}."
