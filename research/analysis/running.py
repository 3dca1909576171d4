"""Run an analysis: every question, under every combination of its analytic choices."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from importlib import metadata
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

from research import datasets
from research.analysis.declare import BELIEFS, Analysis, Sample, where_in
from research.analysis.family import level_of
from research.plain import changes, to_plain
from research.results import (
    OPPOSITE,
    Answer,
    CannotEstimate,
    Choices,
    Estimate,
    Hypothesis,
    NotApplicable,
    Provenance,
    ResearchError,
    Result,
    Robustness,
    Scope,
    Settled,
    Skipped,
    Specification,
    Table,
    Verdict,
    judge,
)
from research.wording import amount, typeset

if TYPE_CHECKING:
    import pandas as pd

AMOUNT = r"\{([^{}]+)\}"  # of an estimate, in the reason why a claim is settled
UNDATED = "a day that was not stated"  # of a file or a frame
TEXTS = {str, type(None)}
SEED = 20250424  # the date of the report under test


def run(
    analysis: Analysis,
    *,
    fixed: Mapping[str, Any] | None = None,
    multiverse: bool = True,
    seed: int = SEED,
    done: Callable[[], None] = lambda: None,
) -> Result:
    """Answer every question of an analysis, under every combination of its analytic choices.

    Parameters
    ----------
    analysis
        As :func:`find` gives it.
    fixed
        Choices that differ from the defaults: an estimand choice restricts the questions, an
        analytic one moves the primary specification. The multiverse stays whole.
    multiverse
        Whether the other specifications are estimated too. Without them the estimates and verdicts
        are the same, sooner; how robust they are is not known.
    seed
        Each specification draws from its own generator, seeded by (seed, analysis, choices): adding
        a specification moves nobody else's numbers.
    done
        Called after each of the :func:`n_specifications`.

    Raises
    ------
    ResearchError
        For an unknown choice or value, or a hypothesis about an estimate that is never made.
    """
    origins = _origins(analysis)  # data that cannot stand in are refused before all else
    fixed = _known(analysis, fixed or {})
    answers = {}
    for estimand in analysis.combinations(estimand=True):
        if all(estimand[name] == value for name, value in fixed.items() if name in estimand):
            question = _Question(analysis, estimand, fixed, multiverse, seed, done)
            answers[question.key] = _answer(question)
    answered = not any(answer.refused for answer in answers.values())
    if answered and not fixed and not analysis.data:  # else some questions may have no answer
        _refuse_unanswered(analysis, answers)
    return Result(
        analysis=analysis.name,
        title=analysis.title,
        about=analysis.about,
        choices={choice.name: choice.values for choice in analysis.choices},
        hypotheses=hypotheses_on(analysis),
        settled=tuple(_with_amounts(each, answers) for each in analysis.settled),
        answers=answers,
        provenance=Provenance(seed=seed, tables=origins),
        path=str(analysis.path),
    )


def n_specifications(analysis: Analysis, fixed: Mapping[str, Any] | None = None) -> int:
    """How many combinations of choices a run tries: of its analytic ones, for every question."""
    questions = analysis.combinations(estimand=True)
    asked = sum(
        all(str(q.get(name, value)) == str(value) for name, value in (fixed or {}).items())
        for q in questions
    )
    return asked * sum(1 for _ in analysis.combinations(estimand=False))


def hypotheses_on(analysis: Analysis) -> dict[str, Hypothesis]:
    """The hypotheses as the chosen data can speak to them.

    A claim about one scan or one day is neither supported nor contradicted by another: with other
    data the verdict says what holds there. So it does where nobody has claimed it.
    """
    return {
        label: replace(each, scope=_scope(each, analysis)) if each.scope == "same" else each
        for label, each in analysis.hypotheses.items()
    }


def _scope(hypothesis: Hypothesis, analysis: Analysis) -> Scope:
    if not hypothesis.claims:
        return "own"
    if not analysis.data:
        return "same"
    return "other population" if _stands_in(analysis) else "later date"


def _with_amounts(settled: Settled, answers: Mapping[str, Answer]) -> Settled:
    """What settles a claim, the estimates that its reason names as amounts of the first answer."""
    known: dict[str, Estimate] = {}
    for answer in answers.values():
        known = answer.estimates | known

    def in_words(label: re.Match[str]) -> str:
        estimate = known.get(label[1])
        # Other data may lack it; _refuse_unanswered has the names that are never made.
        return amount(estimate.identified, estimate.unit) if estimate else "(not known)"

    return replace(settled, reason=re.sub(AMOUNT, in_words, settled.reason))


@dataclass(frozen=True)
class _Question:
    """One combination of estimand choices, with what is needed to answer it."""

    analysis: Analysis
    estimand: Choices
    fixed: Mapping[str, Any]
    multiverse: bool
    seed: int
    done: Callable[[], None]

    @property
    def key(self) -> str:
        return ", ".join(str(value) for value in self.estimand.values()) or "answer"

    def specifications(self) -> list[Choices]:
        """Every combination of analytic choices, the primary one first; or that one alone."""
        every = list(self.analysis.combinations(estimand=False))
        primary = every[0] | {k: v for k, v in self.fixed.items() if k in every[0]}
        if not self.multiverse:
            return [primary]
        return [primary, *(choices for choices in every if choices != primary)]

    def one_by_one(self) -> Iterator[Choices]:
        """The same, each told as done when the next is asked for."""
        for choices in self.specifications():
            yield choices
            self.done()

    def sample(self, choices: Choices) -> Sample:
        frames, options = self.analysis.frames.values(), self.options("sample", choices)
        sample: Sample = self.analysis.module.sample(*frames, **options)
        return _as_of(sample, self.analysis) if self.analysis.data else sample

    def estimates(
        self, sample: Sample, choices: Choices, wanted: Collection[str] = ()
    ) -> dict[str, Estimate]:
        """The estimates of a specification by their labels, as numbers alone where some are wanted.

        Then no more than these are made, as far as the analysis yields one after the other.
        """
        options = self.options("estimate", choices)
        accepted = inspect.signature(self.analysis.module.estimate).parameters
        if "rng" in accepted:
            options["rng"] = self._generator(choices)
        if "level" in accepted:
            options["level"] = level_of(self.analysis.name, self.key)
        returned = self.analysis.module.estimate(sample, **options)
        made: dict[str, Estimate] = {}
        for estimate in [returned] if isinstance(returned, Estimate) else returned:
            label = estimate.label
            if label in made:
                raise ValueError(f"two estimates have the label '{label}'; labels must differ")
            made[label] = estimate.bare() if wanted else estimate.whole()
            if wanted and made.keys() >= set(wanted):
                break
        return made

    def options(self, function: str, choices: Choices) -> Choices:
        names = {choice.name for choice in self.analysis.choices if choice.of == function}
        return {k: v for k, v in (self.estimand | choices).items() if k in names}

    def _generator(self, choices: Choices) -> Any:
        import numpy as np

        text = json.dumps([self.seed, self.analysis.name, self.estimand | choices], sort_keys=True)
        return np.random.default_rng(int(hashlib.sha256(text.encode()).hexdigest()[:32], 16))


@dataclass
class _Computed:
    """A distinct specification: its first choices, the further ones with the same sample.

    Of the sample no more is held than the answer reads, as there are many.
    """

    choices: Choices
    sample: Sample
    estimates: dict[str, Estimate]
    equal: list[Choices] = field(default_factory=list)


def _answer(question: _Question) -> Answer:
    from research.doubts import with_draws

    computed, skipped = _compute(question)
    primary = next(iter(computed.values()), None)
    specifications = question.specifications()
    if primary is None or primary.choices != specifications[0]:
        return _refused(question, skipped)
    hypotheses = hypotheses_on(question.analysis)
    where = f"as of {primary.sample.as_of} in {primary.sample.population}"
    judged = {
        label: judge(hypotheses[label], estimate.identified, estimate.interval, where=where)
        for label, estimate in primary.estimates.items()
        if label in hypotheses
    }
    drawn = with_draws(primary.estimates, hypotheses, question.analysis.beliefs)
    rows = tuple(_specifications(computed, hypotheses, where))
    return Answer(
        estimand=question.estimand,
        choices=primary.choices,
        population=primary.sample.population,
        as_of=primary.sample.as_of,
        estimates=drawn,
        verdicts=judged,
        robustness={
            label: _robustness(label, judged[label], rows, len(skipped)) for label in judged
        },
        specifications=rows,
        skipped=tuple(skipped),
        tables={name: _table(frame) for name, frame in primary.sample.tables.items()},
    )


def _compute(question: _Question) -> tuple[dict[Any, _Computed], list[Skipped]]:
    """Estimate every specification; those with identical samples once.

    Only the first is told of: of the others nobody reads more than the numbers that are judged.
    """
    computed: dict[Any, _Computed] = {}
    skipped = []
    for choices in question.one_by_one():
        try:
            sample = question.sample(choices)
            identity = (fingerprint(sample.data), str(question.options("estimate", choices)))
            if identity in computed:
                computed[identity].equal.append(choices)
                continue
            primary = next(iter(computed.values()), None)
            wanted = primary.estimates.keys() & question.analysis.hypotheses if primary else ()
            estimates = question.estimates(sample, choices, wanted)
            kept = replace(
                sample, data={}, deferred={}, tables=sample.tables if not primary else {}
            )
            computed[identity] = _Computed(choices, kept, estimates)
        except (NotApplicable, CannotEstimate) as reason:
            skipped.append(Skipped(choices=choices, reason=str(reason)))
        except ResearchError as error:
            if not question.analysis.data:
                raise
            raise type(error)(f"{error}{_told_of(question.analysis.data)}") from error
        except (Exception, SystemExit) as error:
            raise ResearchError(
                f"{where_in(error, question.analysis.path)}: {type(error).__name__}: {error} (with "
                f"{question.estimand | choices}){_told_of(question.analysis.data)}"
                f"{_told_of_library(error)}"
            ) from error
    return computed, skipped


def _told_of(data: Mapping[str, datasets.Given]) -> str:
    if not data:
        return ""
    return (
        f" [It was run on other data ({datasets.told(data)}), and may need days, names or rows "
        "that only the frozen ones have. Copy its file, change them there, and run the copy: "
        "research run ./copy.py.]"
    )


def _told_of_library(error: BaseException) -> str:
    """Which library failed below this package: no fault of the analysis or of its data."""
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    within = [name for name in modules if name.split(".")[0] in ("research", "analyses")]
    library = modules[-1].split(".")[0]
    if modules[-1] == within[-1] or not within[-1].startswith("research."):
        return ""
    try:
        release = f"{library} {metadata.version(library)}"
    except metadata.PackageNotFoundError:  # of Python itself
        return ""
    return (
        f" [{release} stopped in {within[-1]}. The study is tested with the versions in "
        "requirements.lock: install those, or report this with the version above.]"
    )


def _specifications(
    computed: Mapping[Any, _Computed], hypotheses: Mapping[str, Hypothesis], where: str
) -> Iterator[Specification]:
    """Each distinct estimate once: a choice that does not bear on it adds no weight."""
    distinct: list[tuple[Estimate, list[Choices]]] = []
    for item in computed.values():
        for estimate in (item.estimates[label] for label in item.estimates if label in hypotheses):
            same = (choices for earlier, choices in distinct if _same_numbers(earlier, estimate))
            choices = next(same, None)
            if choices is None:
                choices = []
                distinct.append((estimate, choices))
            choices.extend([item.choices, *item.equal])
    for estimate, (first, *others) in distinct:
        bounds, interval = estimate.identified, estimate.interval
        yield Specification(
            label=estimate.label,
            choices=first,
            value=estimate.value,
            bounds=bounds,
            interval=interval,
            verdict=judge(hypotheses[estimate.label], bounds, interval, where=where),
            equal=tuple(others),
        )


def _same_numbers(one: Estimate, other: Estimate) -> bool:
    """Whether two estimates of one label agree in value, set and interval."""
    if one.label != other.label:
        return False
    first, second = (
        to_plain([estimate.value, estimate.identified, estimate.interval])
        for estimate in (one, other)
    )
    return not any(changes(first, second))


def _robustness(
    label: str, verdict: Verdict, rows: tuple[Specification, ...], skipped: int
) -> Robustness:
    mine = [row for row in rows if row.label == label]
    sets = [row.interval or row.bounds for row in mine]
    return Robustness(
        same_verdict=sum(row.verdict.word == verdict.word for row in mine),
        specifications=len(mine),
        skipped=skipped,
        against=sum(row.verdict.word in OPPOSITE.get(verdict.word, ()) for row in mine),
        low=min(bounds.low for bounds in sets),
        high=max(bounds.high for bounds in sets),
    )


def _refused(question: _Question, skipped: list[Skipped]) -> Answer:
    return Answer(
        estimand=question.estimand, choices=question.specifications()[0], population="", as_of="",
        estimates={}, verdicts={}, robustness={}, specifications=(), skipped=tuple(skipped),
        refused=skipped[0].reason,
    )  # fmt: skip


def _known(analysis: Analysis, fixed: Mapping[str, Any]) -> Choices:
    """The fixed choices with the types of their declared values; unknown ones are refused."""
    choices = {choice.name: choice for choice in analysis.choices}
    typed = {}
    for name, value in fixed.items():
        if name not in choices:
            raise ResearchError(datasets.unknown(f"choice in {analysis.name}", name, choices))
        given = typeset(str(value))  # a value may be given as it was printed
        matches = [known for known in choices[name].values if typeset(str(known)) == given]
        if not matches:
            values = {str(known): None for known in choices[name].values}
            raise ResearchError(
                datasets.unknown(f"value of {analysis.name}'s choice '{name}'", str(value), values)
            )
        typed[name] = matches[0]
    return typed


def _refuse_unanswered(analysis: Analysis, answers: Mapping[str, Answer]) -> None:
    made = {label for answer in answers.values() for label in answer.estimates}
    named = dict.fromkeys(analysis.hypotheses, "HYPOTHESES")
    for settled in analysis.settled:
        named |= dict.fromkeys(re.findall(AMOUNT, settled.reason), "SETTLED")
    never = [f"{where} has '{label}'" for label, where in named.items() if label not in made]
    if made and never:
        raise ResearchError(
            f"{analysis.path.name}: {'; '.join(never)}, but estimate() never makes an estimate of "
            f"that label. It makes: {'; '.join(sorted(made))}."
        )


def _origins(analysis: Analysis) -> dict[str, dict[str, str]]:
    every = {**analysis.sources, BELIEFS: analysis.stated}
    return {name: source.origin for name, source in every.items() if source}


def _as_of(sample: Sample, analysis: Analysis) -> Sample:
    """The sample with the population and day of the data that were chosen.

    A file may state those of the data that it was written for.
    """
    other = _stands_in(analysis)
    if sample.elsewhere:
        return sample
    if other is not None:
        return replace(sample, population=other.descriptor["title"], as_of=other.version or UNDATED)
    days = {own.dataset.version: given.dataset.version for own, given in _replaced(analysis) if own}
    return replace(sample, as_of=days.get(sample.as_of, sample.as_of))


def _stands_in(analysis: Analysis) -> datasets.Dataset | None:
    """The other dataset that stands in for the one that an analysis reads by itself."""
    for own, given in _replaced(analysis):
        if own is None or given.dataset.name != own.dataset.name:
            return given.dataset
    return None


def _replaced(analysis: Analysis) -> Iterator[tuple[datasets.Source | None, datasets.Source]]:
    """Every source that is not the one that an analysis reads by itself, after that one."""
    own = datasets.sources(analysis.sources, {})
    for name, given in analysis.sources.items():
        if given is not None and given != own[name]:
            yield own[name], given


def _table(made: pd.DataFrame | Callable[[], pd.DataFrame]) -> Table:
    frame = made() if callable(made) else made
    plain = frame.astype(object).where(frame.notna(), None)
    return Table(
        columns=tuple(map(str, frame.columns)),
        rows=tuple(plain.itertuples(index=False, name=None)),
    )


def fingerprint(value: Any, seen: dict[int, str] | None = None) -> str:
    """A hash of the content of frames, arrays, mappings and scalars: equal data, equal text.

    ``seen`` holds the texts of the frames that were read, by their identity: units of which several
    questions are asked are read once.
    """
    import pandas as pd

    seen = {} if seen is None else seen
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index):
        if id(value) not in seen:
            seen[id(value)] = _fingerprint_of_frame(value)
        return seen[id(value)]
    if isinstance(value, Mapping):
        return str({key: fingerprint(item, seen) for key, item in value.items()})
    if isinstance(value, tuple | list):
        return str([fingerprint(item, seen) for item in value])
    if is_dataclass(value) and not isinstance(value, type):
        names = [part.name for part in fields(value) if part.compare]
        return str({name: fingerprint(getattr(value, name), seen) for name in names})
    return _fingerprint_of_array(value) if hasattr(value, "dtype") else repr(value)


def _fingerprint_of_frame(frame: pd.DataFrame | pd.Series | pd.Index) -> str:
    import pandas as pd

    whole = frame if isinstance(frame, pd.DataFrame) else frame.to_frame()
    content = hashlib.sha256(_content(whole.index))
    for _, column in whole.items():
        content.update(_content(column))
    return f"{list(whole.columns)}{content.hexdigest()}"


def _content(column: pd.Series | pd.Index) -> bytes:
    """Numbers as they are held, texts by the hash that each remembers, else as Python writes it."""
    import numpy as np

    if isinstance(column.dtype, np.dtype) and column.dtype != object:
        held = column.to_numpy().tobytes()
    else:
        cells = tuple(column.tolist())
        are_texts = column.dtype == "str" or {*map(type, cells)} <= TEXTS
        held = repr(hash(cells) if are_texts else cells).encode()
    return f"{column.dtype}{len(held)}:".encode() + held


def _fingerprint_of_array(array: Any) -> str:
    import numpy as np

    if not isinstance(array, np.ndarray):  # one number
        return repr(array)
    content = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return f"{array.dtype}{array.shape}{content}"
