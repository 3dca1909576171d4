"""The figure of a result: as its analysis draws it, or the default one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from research import datasets, figures
from research.analysis import Analysis, analyses, find
from research.analysis.asking.drawing import figure
from research.analysis.asking.labels import is_asked
from research.analysis.declare import where_in
from research.results import ResearchError, Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def drawn(result: Result, analysis: Analysis | None = None) -> Figure:
    """The figure of a result.

    Parameters
    ----------
    result
        What is drawn.
    analysis
        The analysis that made it; by default its file, or the one of its name where that is here.

    Raises
    ------
    ResearchError
        If the figure of the analysis fails: where, and how.
    """
    if is_asked(result):
        return figure(result)
    if analysis is None and (result.path or result.analysis in analyses()):
        analysis = find(result.path or result.analysis)
    if analysis is None:
        return figures.default(result)
    try:
        made: Figure = getattr(analysis.module, "figure", figures.default)(result)
    except Exception as error:
        raise ResearchError(
            f"{where_in(error, analysis.path)}: the figure fails: {type(error).__name__}: {error}"
        ) from error
    return made


def drawn_or_default(result: Result, analysis: Analysis | None = None) -> Figure:
    """The same; on other data the default figure, where the analysis' own cannot be drawn.

    That may show populations and days that only the frozen data have.
    """
    try:
        return drawn(result, analysis)
    except ResearchError:
        if _is_of_frozen_data(result):
            raise
        return figures.default(result)


def _is_of_frozen_data(result: Result) -> bool:
    known = datasets.tables()
    return all(
        name in known
        and (known[name].name, known[name].version) == (origin["dataset"], origin["version"])
        for name, origin in result.provenance.tables.items()
    )
