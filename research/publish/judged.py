"""One estimate of a result with all that is known of it, and every text about it once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from research import wording
from research.plain import TOLERANCE
from research.publish import likelihood
from research.publish.verdict import FIRM
from research.results import (
    Answer,
    Bounds,
    Estimate,
    Hypothesis,
    Result,
    Robustness,
    Settled,
    Specification,
    Tried,
    judge,
)

UNCLAIMED = {"holds": "It holds", "does not hold": "It does not hold"}  # where nobody claimed it
LEADS = {
    "supported": "Supported on the claim's own terms",
    "contradicted": "Contradicted on the claim's own terms",
    "holds": "Holds in another setting, which neither supports nor contradicts the claim as made",
    "does not hold": (
        "Does not hold in another setting, which neither supports nor contradicts the claim as made"
    ),
    "not identified": "Cannot be told from these data, and more of the same would not help",
    "inconclusive": "Open: the data are too few to tell",
}
ENDS = {
    "sharp": "sharp: the data allow both ends",
    "sharp up to rounding": "sharp up to rounding: the data allow both ends but for rounding",
    "outer": "outer: all that the data allow lies in it, and it may be too wide",
}
TRIED: tuple[Tried, ...] = get_args(Tried)  # sets of beliefs, in their order
BY_THE_SET = "set"  # what decides, where no belief matters for a likelihood
NOT_DRAWN = "not drawn"
COUNTRY = re.compile(r"\b(China|US)\b")
READ_ANYWAY = ("scope", "set", "interval")  # of a failed assumption: the word is read without it


@dataclass(frozen=True, kw_only=True)
class ReportedEstimate:
    """One estimate of one answer."""

    result: Result
    key: str
    label: str

    @property
    def answer(self) -> Answer:
        return self.result.answers[self.key]

    @property
    def estimate(self) -> Estimate:
        return self.answer.estimates[self.label]

    @property
    def question(self) -> str:
        """Which of the questions of the analysis; empty where it has only one."""
        return "" if self.key == "answer" else self.key

    @property
    def amount(self) -> str:
        """The value or the identified set, in its unit."""
        return wording.amount(self.estimate.identified, self.estimate.unit)

    @property
    def quantity(self) -> str:
        """The same without what is counted, for a table whose head says it."""
        return wording.quantity(self.estimate.identified, self.estimate.unit)

    @property
    def ends(self) -> str:
        """Whether the data allow both ends of the set; empty where that is not said."""
        estimate = self.estimate
        return ENDS[estimate.sharpness] if estimate.sharpness and estimate.identified.width else ""

    @property
    def limits(self) -> str:
        """Both limits of the interval, in the same way; empty where there is none."""
        interval = self.estimate.interval
        return wording.quantity(interval, self.estimate.unit) if interval else ""

    @property
    def interval(self) -> str:
        """The interval with its level and design effect; empty where there is none."""
        return wording.interval_text(self.estimate.interval, self.estimate.unit)

    @property
    def simulation(self) -> str:
        """The simulation interval, in its unit; empty where there is none."""
        simulated = self.estimate.simulated
        return wording.quantity(simulated.interval, self.estimate.unit) if simulated else ""

    @property
    def chances(self) -> dict[str, float]:
        """The likelihood of the claim's region by the beliefs it is read under."""
        simulated = self.estimate.simulated
        return {each.beliefs: each.probability for each in simulated.chances} if simulated else {}

    @property
    def matters_most(self) -> str:
        """The doubt that explains most of the variance over worlds; empty where none was drawn."""
        simulated = self.estimate.simulated
        return simulated.parts[0].doubt if simulated and simulated.parts else ""

    @property
    def matters_most_basis(self) -> str:
        """What the belief about that doubt rests on."""
        simulated = self.estimate.simulated
        return simulated.parts[0].basis if simulated and simulated.parts else ""

    @property
    def restates(self) -> bool:
        """Whether its chance restates a belief that is judged."""
        simulated = self.estimate.simulated
        return bool(simulated and simulated.chances and likelihood.restated(simulated))

    @property
    def matters(self) -> str:
        """Both, for a table, and where the chance is no more than that."""
        if not self.matters_most:
            return ""
        note = ", restated" if self.restates else ""
        return f"{self.matters_most} ({self.matters_most_basis}{note})"

    @property
    def name(self) -> str:
        """What it is of all estimates of its analysis."""
        return f"{self.question}: {self.label}" if self.question else self.label

    @property
    def drawn_or_sampled(self) -> str:
        """The simulation interval, or that of sampling, which says so; empty for a point."""
        if self.estimate.interval:
            return f"{self.limits} (sampling)"
        return (self.simulation or NOT_DRAWN) if self.estimate.identified.width else ""

    @property
    def likelihood(self) -> str:
        """The chance under each set of beliefs, in the order of :data:`TRIED`."""
        chances = [self.chances[each] for each in TRIED if each in self.chances]
        return wording.chances(chances) if chances else ""

    @property
    def drawn(self) -> tuple[str, ...]:
        """What follows if the doubts are drawn from beliefs, as sentences."""
        return tuple(likelihood.sentences(self.estimate))

    @property
    def overturned(self) -> tuple[str, ...]:
        """What would overturn it, as sentences: each once."""
        return tuple(dict.fromkeys(map(wording.sensitivity, self.estimate.tipping_points)))

    @property
    def overturned_by(self) -> str:
        """The first of these; empty where there is none."""
        return next(iter(self.overturned), "")


class OnScale(NamedTuple):
    """An estimate on the scale that all claims share: positive is what the claim needs.

    In units of the furthest specification, so that estimates compare in direction and in doubt,
    not in size.
    """

    range: Bounds  # of all specifications
    set: Bounds
    drawn: Bounds | None
    interval: Bounds | None


@dataclass(frozen=True, kw_only=True)
class JudgedEstimate(ReportedEstimate):
    """An estimate that is compared with what a hypothesis needs."""

    @property
    def hypothesis(self) -> Hypothesis:
        return self.result.hypotheses[self.label]

    @property
    def robustness(self) -> Robustness:
        return self.answer.robustness[self.label]

    @property
    def word(self) -> str:
        return self.answer.verdicts[self.label].word

    @property
    def phrase(self) -> str:
        """The word with where it holds."""
        return said(self.answer.verdicts[self.label].phrase, self.is_fragile)

    @property
    def specifications(self) -> list[Specification]:
        """All defensible ways to compute it."""
        return [row for row in self.answer.specifications if row.label == self.label]

    @property
    def drawn(self) -> tuple[str, ...]:
        """The same, and whether errors that open no set could turn a firm word."""
        return (*super().drawn, *likelihood.turned(self.estimate, self.hypothesis))

    @property
    def likelihood(self) -> str:
        """The chance under each set of beliefs; where there is none, what decides instead."""
        if self.estimate.interval:
            return ""
        return super().likelihood or (BY_THE_SET if self.word in FIRM else NOT_DRAWN)

    @property
    def levels(self) -> tuple[tuple[str, ReportedEstimate], ...]:
        """Of a difference of two countries both shares, where the answer has them, by country."""
        by_country = {}
        for label, each in self.answer.estimates.items():
            countries = COUNTRY.findall(label)
            if len(countries) == 1 and f"difference in {each.unit}" == self.estimate.unit:
                level = ReportedEstimate(result=self.result, key=self.key, label=label)
                by_country[countries[0]] = level
        first, second = by_country.get("China"), by_country.get("US")
        if not first or not second or not self._differ(first.estimate, second.estimate):
            return ()
        return ("China", first), ("US", second)

    def _differ(self, first: Estimate, second: Estimate) -> bool:
        """Whether this is the difference of the two: of another day or population it is not."""
        whole = self.estimate.identified
        inner = Bounds(
            first.identified.low - second.identified.high,
            first.identified.high - second.identified.low,
        )
        return inner.low - TOLERANCE <= whole.low and whole.high <= inner.high + TOLERANCE

    @property
    def needs(self) -> str:
        """The values that the claim needs."""
        return wording.region(self.hypothesis, self.estimate.unit)

    @property
    def agreement(self) -> str:
        """How many of the specifications give the same verdict."""
        return f"{self.robustness.same_verdict} of {self.robustness.specifications}"

    @property
    def everything(self) -> Bounds:
        """From the lowest to the highest end of all specifications."""
        return Bounds(self.robustness.low, self.robustness.high)

    @property
    def on_scale(self) -> OnScale:
        """All specifications, the set, draws of it and the interval, towards the claim."""
        estimate, whole = self.estimate, towards_claim(self.hypothesis, self.everything)
        furthest = max(abs(whole.low), abs(whole.high), 1e-12)

        def scaled(each: Bounds) -> Bounds:
            return towards_claim(self.hypothesis, each) / furthest

        return OnScale(
            range=whole / furthest,
            set=scaled(estimate.identified),
            drawn=scaled(estimate.simulated.interval) if estimate.simulated else None,
            interval=scaled(estimate.interval) if estimate.interval else None,
        )

    @property
    def range(self) -> str:
        """The same as text."""
        return wording.amount(self.everything, self.estimate.unit)

    @property
    def is_fragile(self) -> bool:
        return self.word in FIRM and self.robustness.is_weak

    @property
    def said(self) -> str:
        """The word as it is printed: a fragile one is never bare."""
        return said(self.word, self.is_fragile)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The assumptions that fail and without which a firm word would be another."""
        return tuple(
            each.name
            for each in self.estimate.assumptions
            if each.holds == "no" and self.word in FIRM and self._turns_without(each.without)
        )

    def _turns_without(self, doubt: str) -> bool:
        """Whether a doubt that the word is not read with would turn it; so where nothing shows."""
        if doubt in READ_ANYWAY:
            return False
        words = {*self._words_with(doubt)} | {*self._words_under(doubt)}
        return words != {self.word}

    def _words_with(self, source: str) -> Iterator[str]:
        """The word if this row of the budget were part of what the data allow."""
        bounds = self.estimate.interval or self.estimate.identified
        for row in self.estimate.budget:
            if row.source == source:
                wider = Bounds(min(row.low, bounds.low), max(row.high, bounds.high))
                yield judge(self.hypothesis, wider, None).word

    def _words_under(self, choice: str) -> Iterator[str]:
        """The words under every other value of this choice, all else as chosen."""
        changed = one_changed(self.answer, self.label)
        return (row.verdict.word for (name, _), row in changed if name == choice)

    @property
    def quotable(self) -> str:
        """The verdict in sentences that are right when quoted without the page.

        Says the scope, the conditions, the measure, the value beside what the claim needs,
        population and date, what follows if the doubts are drawn, how many other specifications
        agree and what all of them give, and what the verdict is sensitive to.
        """
        claimed = bool(self.hypothesis.claims)
        lead = LEADS[self.word] if claimed else UNCLAIMED.get(self.word, LEADS[self.word])
        doubt = ", but fragile" if self.is_fragile else ""
        sentences = [f"{lead}{doubt}.", self._measured(claimed), *self.drawn, self.ways]
        if self.conditions:
            condition = f"It stands only if {' and '.join(self.conditions)}"
            sentences.insert(1, f"{condition}, which the evidence speaks against.")
        if self.overturned:
            sentences.append(f"What would overturn it: {self.overturned_by}.")
        return " ".join(sentences)

    @property
    def line(self) -> str:
        """One line among others: measure, value, population and date, and the word."""
        return (
            f"{self.hypothesis.estimand}: {self.amount}, needed {self.needs} "
            f"({self.answer.population}, {self.answer.as_of}): {self.said}"
            f"{', if ' * bool(self.conditions)}{' and '.join(self.conditions)}"
        )

    def _measured(self, claimed: bool) -> str:
        value = f"{self.amount} ({self.interval})" if self.interval else self.amount
        return (
            f"Measured as {self.hypothesis.estimand}: {value}; {'the claim' if claimed else 'it'} "
            f"needs {self.needs} ({self.answer.population}, {self.answer.as_of})."
        )

    @property
    def ways(self) -> str:
        """How many of the defensible ways to compute it say what, and what they give together."""
        words = Counter[str](row.verdict.word for row in self.specifications)
        total, own = words.total(), words[self.word]
        if total == 1:
            return "There is one defensible way to compute it."
        counts = [f"{own} {'says' if own == 1 else 'say'} “{self.word}”"]
        counts += [f"{n} “{word}”" for word, n in words.most_common() if word != self.word]
        ways = f"Of {total} defensible ways to compute it, {', '.join(counts)}"
        return f"{ways}; together they give {self.range}."


def reported(result: Result) -> list[ReportedEstimate]:
    """All estimates of a result in its own order, those that are judged with their verdict."""
    return [
        (JudgedEstimate if label in answer.verdicts else ReportedEstimate)(
            result=result, key=key, label=label
        )
        for key, answer in result.answers.items()
        for label in answer.estimates
    ]


def judged(result: Result) -> list[JudgedEstimate]:
    """The estimates of a result that have a verdict, in the order of the verdicts."""
    return [
        JudgedEstimate(result=result, key=key, label=label)
        for key, answer in result.answers.items()
        for label in answer.verdicts
    ]


def one_changed(answer: Answer, label: str) -> Iterator[tuple[tuple[str, Any], Specification]]:
    """Each specification that differs from the primary one in one choice, after its other value."""
    for row in answer.specifications:
        for choices in row.combinations if row.label == label else ():
            other = [each for each in choices.items() if each[1] != answer.choices[each[0]]]
            if len(other) == 1:
                yield other[0], row


def said(word: str, is_fragile: bool) -> str:
    """A word as it is printed.

    >>> said("holds", True), said("mixed", False)
    ('holds, fragile', 'mixed')
    """
    return f"{word}, fragile" if is_fragile else word


def tally(answers: Sequence[JudgedEstimate]) -> Sequence[tuple[str, int]]:
    """How many answers have which verdict, the most frequent first."""
    return Counter(each.said for each in answers).most_common()


def quotable_settled(settled: Settled) -> str:
    """The sentences to quote for a claim that no estimate answers."""
    reason = wording.capital(settled.reason)
    return f"{settled.word.capitalize()}. {reason}{'' if reason.endswith('.') else '.'}"


def answer_to_quote(each: ReportedEstimate) -> str:
    """The answer to a question that was asked, in sentences that are right when quoted alone.

    Says of whom and when, the set, whether it is what was asked, what follows if the doubts are
    drawn, what all defensible ways give together, and what is counted.
    """
    from research.analysis.asking.labels import counts_no_users, in_a_sentence

    where = f"Among {wording.named(each.answer.population)} ({each.answer.as_of})"
    sentences = [f"{where}, {in_a_sentence(each.label)} is {each.amount}.", *_otherwise(each)]
    if isinstance(each, JudgedEstimate):
        said = each.said if each.word in FIRM else f"is {each.said}"
        sentences.append(f"That it is {each.needs} {said}.")
    sentences += each.drawn
    if isinstance(each, JudgedEstimate):
        sentences.append(each.ways)
    return " ".join([*sentences, counts_no_users(each.label)])


def _otherwise(each: ReportedEstimate) -> Iterator[str]:
    """What other conventions give that move the answer further than its set is wide."""
    from research.analysis.asking.labels import OTHERWISE

    clauses = []
    for row in each.answer.tables[OTHERWISE].records() if OTHERWISE in each.answer.tables else ():
        bounds = Bounds(row["low"], row["high"])
        if row["estimate"] == each.label and moves(each.estimate.identified, bounds):
            clauses.append(
                f"{row['convention']} it is {wording.amount(bounds, each.estimate.unit)}"
            )
    if clauses:
        yield f"With {'; with '.join(clauses)}."


def towards_claim(hypothesis: Hypothesis, bounds: Bounds) -> Bounds:
    """How far a set lies on the claim's side of its null: positive where it supports the claim."""
    low, high = bounds.low - hypothesis.null, bounds.high - hypothesis.null
    match hypothesis.alternative:
        case "greater":
            return Bounds(low, high)
        case "less":
            return Bounds(-high, -low)
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    furthest = max(abs(low), abs(high))
    if hypothesis.alternative == "different":
        return Bounds(nearest - hypothesis.margin, furthest - hypothesis.margin)
    return Bounds(hypothesis.margin - furthest, hypothesis.margin - nearest)


def moves(bounds: Bounds, other: Bounds) -> bool:
    """Whether a convention moves either end by more than the set is wide.

    >>> moves(Bounds(0.24, 0.25), Bounds(0.24, 0.34)), moves(Bounds(0.2, 0.4), Bounds(0.1, 0.5))
    (True, False)
    """
    furthest = max(abs(other.low - bounds.low), abs(other.high - bounds.high))
    return furthest > bounds.width + TOLERANCE
