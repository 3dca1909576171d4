"""What a notebook calls: analyses by their names."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, overload

from research.analysis import declare, outline, recording, running
from research.analysis.outline import Outline
from research.datasets import Given
from research.places import bundled
from research.plain import unknown
from research.results import Result, UnknownName
from research.wording import shown, width_here

if TYPE_CHECKING:
    import pandas as pd


def run(
    analysis: str | Path, /, *, data: Mapping[str, Given] | None = None, **choices: str | float
) -> Result:
    """Run an analysis, with other choices or on other data where they are given.

    Parameters
    ----------
    analysis : str or Path
        A name of :func:`research.analyses`, or a file of your own (``"mine.py"``).
    data : dict, optional
        From a table or dataset to what stands in for it: a version (``"2026-11-21"``), a dataset
        of yours, the path of a CSV or Parquet file, or a frame with the columns of the table
        (``frame.attrs["population"]`` and ``frame.attrs["as_of"]`` are what verdicts say of it).
    **choices
        Values of its choices that are not the defaults; the other values stay in the multiverse.

    Returns
    -------
    Result
        Prints on one screen; ``.to_frame()``, ``.summary()`` and ``.plot()`` give the rest, and
        ``result["ANSWER"]["ESTIMATE"]`` one of them.

    Raises
    ------
    ResearchError
        For a name, choice, value or table that is not known, or data of another form.

    Examples
    --------
    >>> import research
    >>> research.run("llama_tags").to_frame()[["label", "verdict"]]
                                       label    verdict
    0  llama tags among the ten leading tags  supported
    """
    return running.run(declare.find(str(analysis), data=data), fixed=choices)


def recorded(analysis: str) -> Result:
    """The result that is on record: of the last ``research reproduce`` here, else as it ships.

    Parameters
    ----------
    analysis : str
        A name of :func:`research.analyses`.

    Raises
    ------
    UnknownName
        If there is none.

    Examples
    --------
    >>> import research
    >>> research.recorded("parameter_scale")["counts"].verdicts["small: hosts, China minus US"].word
    'supported'
    """
    known: dict[str, Path] = {}
    for parent in (bundled(), Path()):
        known |= {path.stem: path.parent for path in (parent / "paper/results").glob("*.json")}
    if analysis not in known:
        raise UnknownName(unknown("recorded result", analysis, known))
    return recording.recorded(analysis, known[analysis])


def analyses() -> Listing:
    """All analyses with their questions and the claims that they answer; none is run.

    Examples
    --------
    >>> import research
    >>> research.analyses()["parameter_scale"].claims[0]
    'tenthe/china-more-extra-large'
    """
    return Listing(outline.outlines())


class Listing(Sequence[Outline]):
    """Analyses in a list: ``listing["NAME"]`` is one of them, ``.to_frame()`` all as a frame."""

    def __init__(self, outlines: Iterable[Outline]) -> None:
        self._outlines = {outline.name: outline for outline in outlines}

    def __len__(self) -> int:
        return len(self._outlines)

    def __iter__(self) -> Iterator[Outline]:
        return iter(self._outlines.values())

    @overload
    def __getitem__(self, which: str | int) -> Outline: ...
    @overload
    def __getitem__(self, which: slice) -> Listing: ...
    def __getitem__(self, which: str | int | slice) -> Outline | Listing:
        if isinstance(which, str):
            if which not in self._outlines:
                raise UnknownName(unknown("analysis", which, self._outlines))
            return self._outlines[which]
        every = list(self)
        return Listing(every[which]) if isinstance(which, slice) else every[which]

    def to_frame(self) -> pd.DataFrame:
        """One row an analysis: ``name``, ``question`` and ``claims``, a tuple of ids."""
        import pandas as pd

        rows = [(each.name, each.question, each.claims) for each in self]
        return pd.DataFrame(rows, columns=["name", "question", "claims"])

    def __repr__(self) -> str:
        """A line an analysis: its name, and its question as far as there is room."""
        longest = max(map(len, self._outlines), default=0)
        room = width_here() - longest - 2
        return "\n".join(
            f"{each.name:<{longest}}  "
            f"{textwrap.shorten(shown(each.question), room, placeholder=' …')}"
            for each in self
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{each.name}</td><td style='text-align:left'>{escape(shown(each.question))}"
            f"</td><td style='text-align:left'>{', '.join(map(escape, each.claims))}</td></tr>"
            for each in self
        )
        names = "<th>name</th><th>question</th><th>claims</th>"
        return f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>"
