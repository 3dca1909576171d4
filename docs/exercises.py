"""The exercises of the tutorial: each check says whether an answer is right, or gives a hint.

Every right answer is computed here, by the project's own functions, when it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from math import floor, isclose

import numpy as np

from research import ask, datasets
from research.analysis import find, run
from research.estimators.design_effects import design_effect
from research.estimators.identification import contrast_interval, share_bounds
from research.estimators.tipping import tipping_point
from research.results import Answer, ResearchError, Result

NETWORKS = (40,) * 50  # hosts in each of the networks of a made-up scan
LIKENESS = 0.05  # intraclass correlation of the hosts of one network
CLASSES = {"small": 120, "medium": 300, "large": 80}  # hosts with a model of each class
LIKELY = 0.66  # from here on, as Mastrandrea et al. (2010) use the word
ROUNDED = 0.01  # answers copied from a printed number are right to one per cent


@dataclass(frozen=True)
class Checked:
    """Whether an answer is right, and what to say about it."""

    right: bool
    text: str

    def __repr__(self) -> str:
        return ("Right. " if self.right else "Not yet. ") + self.text


def check_not_identified(labels: Collection[str]) -> Checked:
    """Exercise 1: the estimates whose identified set holds zero."""
    estimates = _shares().estimates
    judged = _shares().verdicts
    right = {label for label in judged if 0 in estimates[label].identified}
    if set(labels) == right:
        return Checked(
            True, f"{len(right)} of {len(judged)} sets hold zero: no sign is identified."
        )
    if not set(labels) <= set(judged):
        return Checked(False, f"The labels to choose from are: {', '.join(judged)}.")
    return Checked(False, "Ask of each set: `0 in shares.estimates[label].identified`.")


def check_lost_at(value: float) -> Checked:
    """Exercise 2: the design effect at which the verdict on extra-large models is lost."""
    china, us, which = classes("CN"), classes("US"), 3
    lost = tipping_point(
        lambda deff: contrast_interval(china, us, which, design_effect=deff).low, 1, 2000
    )
    if lost is not None and isclose(value, lost, rel_tol=ROUNDED):
        return Checked(
            True, "Below it the whole interval is positive; from there on it holds zero."
        )
    low = contrast_interval(china, us, which, design_effect=max(value, 1)).low
    place = "still above zero" if low > 0 else "already below zero"
    return Checked(False, f"There the lower end of the interval is {place}: {low:.4f}.")


def classes(country: str) -> np.ndarray:
    """Hosts of a country with a small, medium, large and extra-large model."""
    table = datasets.load("tenthe_parameter_scale")
    found = table[table["country"] == country].set_index("parameter_class")["answering_hosts"]
    return found[["S", "M", "L", "XL"]].to_numpy(float)


def check_version(name: str, version: str) -> Checked:
    """Exercise 3: the same rooms, counted again, as a version of the dataset."""
    try:
        first, later = datasets.load(name), datasets.load(name, version)
        problems = datasets.verify(datasets.describe(name).name, version)
    except ResearchError as error:
        return Checked(False, str(error))
    if problems:
        return Checked(False, f"The version does not verify: {'; '.join(problems)}.")
    if len(first) == len(later) and first.equals(later):
        return Checked(False, "It loads, but its rows are those of the first version.")
    return Checked(True, f"Both versions load: {len(first)} rows and {len(later)} rows.")


def check_choice(name: str) -> Checked:
    """Exercise 4: an analysis with an analytic choice, so that it has a multiverse."""
    try:
        analysis = find(name)
        if not any(not choice.is_estimand for choice in analysis.choices):
            return Checked(False, "It has no keyword parameter annotated with Literal[...] yet.")
        answer = run(analysis).answer()
    except ResearchError as error:
        return Checked(False, str(error))
    robust = next(iter(answer.robustness.values()), None)
    if robust is None or robust.specifications < 2:
        return Checked(False, "Its values give the same estimate: use the choice in sample().")
    same = f"{robust.same_verdict} of {robust.specifications}"
    return Checked(True, f"{same} specifications have the verdict of the first.")


def check_design_effect(effect: float, independent: float) -> Checked:
    """Exercise 5: the design effect of NETWORKS and LIKENESS, and the effective sample size."""
    if not isclose(effect, design_effect(NETWORKS, LIKENESS), rel_tol=ROUNDED):
        return Checked(False, "A design effect is 1 + (m - 1) ρ, with m hosts in a network.")
    if not isclose(independent, sum(NETWORKS) / effect, rel_tol=ROUNDED):
        return Checked(False, "The effective size is the number of hosts over the design effect.")
    return Checked(True, f"{sum(NETWORKS):,} hosts say as much as {independent:,.0f} independent.")


def check_bounds(low: float, high: float) -> Checked:
    """Exercise 6: what is known about the share of hosts with a small model of CLASSES."""
    right = share_bounds(list(CLASSES.values()), list(CLASSES).index("small"))
    given: Sequence[float] = (low, high)
    if np.allclose(given, list(right), rtol=ROUNDED):
        return Checked(True, "Disjoint classes give the low end, nested ones the high end.")
    if isclose(high, right.high, rel_tol=ROUNDED):
        return Checked(False, "The high end is right. When are there most hosts in all?")
    if isclose(low, right.low, rel_tol=ROUNDED):
        return Checked(False, "The low end is right. When are there fewest hosts in all?")
    return Checked(False, "How many hosts are there at least, and how many at most?")


def check_threshold(percent: float) -> Checked:
    """Exercise 7: the highest whole per cent of which "more than" holds of the share asked for."""
    (found,) = ask("downloads", share={"licence": "apache-2.0"}).answer().estimates.values()
    low, high = found.identified
    if percent == floor(100 * low):
        return Checked(True, f"The set reaches from {low:.1%} to {high:.1%}: all of it is above.")
    if percent > 100 * low:
        return Checked(False, "Not all of the set lies above that. Ask: is the verdict *holds*?")
    return Checked(False, "More than that holds, and more than one per cent more does too.")


def check_belief(before: Result, after: Result) -> Checked:
    """Exercise 8: the same question with another belief, under which the claim is not likely."""
    first, second = (next(iter(each.answer().estimates.values())) for each in (before, after))
    if first.label != second.label or before.analysis != after.analysis:
        return Checked(False, "Both should be answers to the same question.")
    if second.simulated is None or not second.simulated.chances:
        return Checked(False, "Nothing was drawn: is a belief left for every doubt?")
    likely = second.simulated.chances[0].probability
    if first.simulated == second.simulated:
        return Checked(False, "The beliefs are the same. Hand yours over in `data`.")
    if likely >= LIKELY:
        return Checked(False, f"Its likelihood is {likely:.0%}. Give the US more weight.")
    same = first.identified == second.identified
    return Checked(same, f"The likelihood is {likely:.0%} now, and the set is the same.")


@cache
def _shares() -> Answer:
    return run(find("parameter_scale")).answer(quantity="shares")
