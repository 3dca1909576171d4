"""The one look of every figure: colours, type face, lines, numbers in one form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from research.wording import typeset

INK, MUTED, FAINT = "#1a1a1a", "#5f5f5f", "#d9d9d9"
CHINA, UNITED_STATES, OTHER = "#b2402a", "#1f4e8c", "#8a8a8a"  # also differ in lightness
ORIGINS = {  # each has one colour and one shape
    "China": (CHINA, "o"),
    "United States": (UNITED_STATES, "s"),
    "other or unknown": (OTHER, "D"),
}


@contextmanager
def theme() -> Iterator[None]:
    """The style of every figure; wrap drawing and saving in it.

    It starts from matplotlib's own defaults: a ``matplotlibrc`` of the user changes nothing.
    Numbers in texts get the form that they have everywhere.
    """
    import matplotlib as mpl
    import seaborn as sns

    register_fonts()
    style = sns.axes_style("ticks") | sns.plotting_context("paper") | _OURS
    plain = {name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"}
    with mpl.rc_context(plain | style), _typeset():
        yield


def in_style() -> AbstractContextManager[None]:
    """The theme, where it does not hold yet: within it a format may have settings of its own."""
    import matplotlib as mpl

    holds = mpl.rcParams["font.sans-serif"] == _OURS["font.sans-serif"]
    return nullcontext() if holds else theme()


@contextmanager
def _typeset() -> Iterator[None]:
    """Numbers in one form in every text but formulas; matplotlib writes those at ticks anew."""
    from matplotlib import text

    kind: Any = text.Text
    given = kind.set_text

    def set_text(drawn: Any, words: Any) -> None:
        is_plain = isinstance(words, str) and "$" not in words
        given(drawn, typeset(words) if is_plain else words)

    kind.set_text = set_text
    try:
        yield
    finally:
        kind.set_text = given


_OURS: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Source Sans Pro", "DejaVu Sans"],
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "semibold",
    "axes.titlepad": 7,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "figure.dpi": 100,
    "savefig.dpi": 220,
    "pdf.compression": 0,  # compressed streams differ between builds of Python
    "pdf.fonttype": 42,  # text stays text, embedded as TrueType
    "svg.fonttype": "path",  # looks the same where the font is not installed
    "svg.hashsalt": "modelometrics",  # the same figure gives the same bytes
    # Which points of a line are as good as on it turns on the last bits of a number.
    "path.simplify": False,
}


@cache
def font_folder() -> Path:
    """The folder of the type face (Source Sans Pro, SIL Open Font License)."""
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"


@cache
def register_fonts() -> None:
    """Make the type face known to matplotlib, ahead of one of the same name in the system."""
    from matplotlib import font_manager

    for weight in ("Regular", "Semibold", "Bold", "It"):
        font_manager.fontManager.addfont(font_folder() / f"SourceSansPro-{weight}.ttf")
        known = font_manager.fontManager.ttflist
        known.insert(0, known.pop())
