"""What an analysis file declares: its tables, its choices, its hypotheses."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from research import datasets, places
from research.analysis.naming import named
from research.results import ESTIMAND, Choices, Hypothesis, ResearchError, Settled

if TYPE_CHECKING:
    import pandas as pd

    from research.doubts import Beliefs

BELIEFS = "stated_beliefs"  # the table that no analysis names, as all draw from it


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What an analysis estimates from: the data after one set of choices.

    Parameters
    ----------
    population, as_of
        Of whom and when, as they appear in a verdict: "holds as of ``as_of`` in ``population``".
    data
        Named frames, arrays and scalars for ``estimate``; ``sample["name"]`` reads one.
    tables
        Frames whose rows the figure or the paper prints, or functions that make them; those of the
        primary specification are kept in the result, and no others are made.
    elsewhere
        The data are those of another source, set beside those that the analysis is about: they
        keep their population and day where other data stand in for the latter.
    deferred
        Named functions without arguments, of what only texts, budgets and tipping points need:
        ``sample["name"]`` calls each once. Samples that differ in these alone count as one.
    """

    population: str
    as_of: str
    data: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame | Callable[[], pd.DataFrame]] = field(default_factory=dict)
    elsewhere: bool = False
    deferred: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __getitem__(self, name: str) -> Any:
        if name not in self.deferred:
            return self.data[name]
        if name not in self._made:
            self._made[name] = self.deferred[name]()
        return self._made[name]


@dataclass(frozen=True)
class FromTable:
    """Values of a choice that a table decides, such as the days on which it was taken.

    ``Annotated[str, ESTIMAND, FromTable("hub_top_models", lists_of)]``: ``lists_of`` takes the
    table and gives the values, the most natural one first.
    """

    table: str
    values: Callable[[Any], Iterable[Any]]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A keyword-only parameter: its values, the default first."""

    name: str
    values: tuple[Any, ...]
    is_estimand: bool
    of: Literal["sample", "estimate"]
    decided_by: FromTable | None = None


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """One file of ``analyses/`` as its signatures declare it."""

    name: str
    path: Path
    module: ModuleType
    declared: tuple[Choice, ...]
    hypotheses: dict[str, Hypothesis]
    settled: tuple[Settled, ...]
    data: Mapping[str, datasets.Given] = field(default_factory=dict)
    believed: Mapping[str, datasets.Given] = field(default_factory=dict)

    @cached_property
    def sources(self) -> dict[str, datasets.Source | None]:
        """Where each table of ``sample()`` is read from; ``None`` for an optional one not there."""
        parameters = [p for p in _parameters(self.module.sample) if p.kind in POSITIONAL]
        by_table = datasets.sources([p.name for p in parameters], self.data)
        for parameter in parameters:
            if by_table[parameter.name] is None and parameter.default is parameter.empty:
                raise ResearchError(self._lacks(parameter.name))
        return by_table

    @cached_property
    def beliefs(self) -> Beliefs:
        """What is believed of each doubt: as the study states it, or another analyst."""
        from research.doubts import Beliefs

        return Beliefs.of(self.stated.load())

    @property
    def stated(self) -> datasets.Source:
        """Where beliefs are read from."""
        source = datasets.sources([BELIEFS], self.believed)[BELIEFS]
        if source is None:
            raise ResearchError(
                f"What was chosen ({datasets.told(self.believed)}) holds no table of the form "
                f"'{BELIEFS}'. Choose data that hold it: `research data show {BELIEFS}`."
            )
        return source

    def _lacks(self, table: str) -> str:
        if self.data:
            return (
                f"{self.name} needs the table '{table}', and what was chosen "
                f"({datasets.told(self.data)}) holds none "
                "in that form. Choose data that hold it, or run an analysis that needs less."
            )
        return datasets.unknown(f"table for {self.name}", table, datasets.tables())

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it reads."""
        return tuple(name for name, source in self.sources.items() if source)

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame | datasets.LargeTable | None]:
        """Its tables, loaded: checksum first, then types; those of any size open, to be asked.

        Of large ones an analysis of the project gets the columns that it names, since a test shows
        that it needs no other. Who knows what a file of a user's asks of a whole table?
        """
        is_own = self.path.resolve().parent == (places.bundled() / "analyses").resolve()
        columns = named(self.path) if is_own else None
        marks = get_type_hints(self.module.sample)

        def given(name: str, source: datasets.Source) -> pd.DataFrame | datasets.LargeTable:
            any_size = marks.get(name) is datasets.AnySize
            return source.open(columns) if any_size else source.load(columns)

        return {name: given(name, each) if each else None for name, each in self.sources.items()}

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """Its choices with all their values; what a table decides is asked of the table."""
        return tuple(self._decided(choice) for choice in self.declared)

    def _decided(self, choice: Choice) -> Choice:
        if choice.decided_by is None:
            return choice
        table = self.frames[choice.decided_by.table]
        observed = tuple(choice.decided_by.values(table)) if table is not None else ()
        default = [value for value in choice.values if value in observed]
        return replace(choice, values=tuple(dict.fromkeys([*default, *observed])))

    @property
    def claims(self) -> list[str]:
        """The published claims that this analysis answers, by estimate or otherwise."""
        tested = {claim for hypothesis in self.hypotheses.values() for claim in hypothesis.claims}
        return sorted(tested | {answer.claim for answer in self.settled})

    @cached_property
    def _text(self) -> str:
        """The docstring of the file; ``python -OO`` takes it off the module, not off the source."""
        docstring = self.module.__doc__
        if docstring is None:
            docstring = ast.get_docstring(ast.parse(self.path.read_bytes()), clean=False) or ""
        return docstring.strip()

    @property
    def title(self) -> str:
        return title(self._text or self.name)

    @property
    def about(self) -> str:
        return "\n".join(self._text.splitlines()[1:]).strip()

    def combinations(self, *, estimand: bool) -> Iterator[Choices]:
        """Every combination of the choices of one kind, the defaults first."""
        kind = [choice for choice in self.choices if choice.is_estimand is estimand]
        for values in itertools.product(*(choice.values for choice in kind)):
            yield {choice.name: value for choice, value in zip(kind, values, strict=True)}


def title(docstring: str) -> str:
    """The question that an analysis asks: the first line of its docstring."""
    return (docstring.strip().splitlines() or [""])[0].rstrip(".")


# Finding ------------------------------------------------------------------------------------------


def analyses() -> dict[str, Path]:
    """The analysis files by name: those of ``./analyses`` overlay the shipped ones."""
    return dict(sorted(places.folders("analyses", "[a-z]*.py").items()))


def find(name: str, *, data: Mapping[str, datasets.Given] | None = None) -> Analysis:
    """The analysis of this name, or the one in the file of this path (``./mine.py``).

    The file is imported, that is: run. :func:`research.analysis.outlines` reads without running.

    Parameters
    ----------
    name
        Of a file in ``analyses/``, or a path.
    data
        What stands in for a dataset or table: :func:`research.datasets.sources`.

    Raises
    ------
    ResearchError
        If there is none, or its file does not declare what an analysis must.
    """
    path = Path(name).resolve() if name.endswith(".py") else analyses().get(name)
    if path is None:
        raise ResearchError(datasets.unknown("analysis", name, analyses()))
    if not path.is_file():
        raise ResearchError(f"There is no analysis file {path}. Check the path.")
    module = _imported(path)
    missing = [part for part in ("HYPOTHESES", "sample", "estimate") if not hasattr(module, part)]
    if missing:
        raise ResearchError(
            f"{path} is not an analysis: it lacks {' and '.join(missing)}. An analysis defines "
            "HYPOTHESES, sample(tables, *, choices) and estimate(sample, *, rng)."
        )
    try:
        return _declared(path, module, data or {})
    except (TypeError, ValueError, NameError, AttributeError) as error:
        raise ResearchError(
            f"{path.name} does not declare an analysis: {error}. HYPOTHESES is a dict from labels "
            "to Hypothesis; sample and estimate are functions whose annotations are imported."
        ) from error


def _declared(path: Path, module: ModuleType, data: Mapping[str, datasets.Given]) -> Analysis:
    hypotheses = dict(module.HYPOTHESES)
    if not all(isinstance(hypothesis, Hypothesis) for hypothesis in hypotheses.values()):
        raise TypeError("a value of HYPOTHESES is no Hypothesis")
    return Analysis(
        name=path.stem,
        path=path,
        module=module,
        declared=_choices(module, path),
        hypotheses=hypotheses,
        settled=tuple(getattr(module, "SETTLED", ())),
        data={name: given for name, given in data.items() if name != BELIEFS},
        believed={name: given for name, given in data.items() if name == BELIEFS},
    )


def _imported(path: Path) -> ModuleType:
    """The file as it stands: no compiled one of the same second is taken for it, none is left."""
    spec = importlib.util.spec_from_file_location(f"analyses.{path.stem}", path)
    if spec is None:
        raise ResearchError(f"{path} is not a Python file. An analysis ends in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        exec(compile(path.read_bytes(), path, "exec", dont_inherit=True), vars(module))
    except (Exception, SystemExit) as error:
        raise ResearchError(f"{where_in(error, path)}: {type(error).__name__}: {error}") from error
    return module


def where_in(error: BaseException, path: Path) -> str:
    """The last line of the user's own file that led to the error."""
    if isinstance(error, SyntaxError):
        return f"{path.name}, line {error.lineno}"
    lines, trace = [0], error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == str(path):
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f"{path.name}, line {lines[-1]}"


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(function).parameters.values())


POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
PARTS: tuple[Literal["sample", "estimate"], ...] = ("sample", "estimate")
GIVEN = ("rng", "level")  # keyword parameters of estimate() that the runner gives: no choices


def _choices(module: ModuleType, path: Path) -> tuple[Choice, ...]:
    """The choices of both functions; all that are not declared as choices are named at once."""
    choices, wrong = [], []
    for of in PARTS:
        function = getattr(module, of)
        hints = get_type_hints(function, include_extras=True)
        for each in _parameters(function):
            if each.kind is each.KEYWORD_ONLY and each.name not in GIVEN:
                try:
                    choices.append(_choice(each, hints.get(each.name), of))
                except ResearchError as error:
                    wrong.append(str(error))
    if wrong:
        raise ResearchError("\n".join(f"{path.name}: {each}" for each in wrong))
    return tuple(choices)


def _choice(parameter: inspect.Parameter, hint: Any, of: Literal["sample", "estimate"]) -> Choice:
    marks = getattr(hint, "__metadata__", ())
    decided_by = next((mark for mark in marks if isinstance(mark, FromTable)), None)
    literal = hint.__origin__ if marks else hint
    values = get_args(literal) if get_origin(literal) is Literal else ()
    if decided_by is not None:
        values = (parameter.default,)
    if parameter.default not in values:
        raise ResearchError(
            f"the choice '{parameter.name}' of {of}() must be annotated with "
            "Literal[...] (or Annotated[Literal[...], ESTIMAND]) and default to one of its values; "
            f"found {hint} with default {parameter.default!r}."
        )
    # The default leads. Python may hand back an equal Literal made elsewhere in another order.
    values = (parameter.default, *(v for v in values if v != parameter.default))
    return Choice(
        name=parameter.name,
        values=values,
        is_estimand=ESTIMAND in marks,
        of=of,
        decided_by=decided_by,
    )
