"""Questions that need no file: asked of a channel, answered by the result of an analysis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from research.analysis.asking.labels import TOP
from research.datasets import Given
from research.results import ResearchError, Result

if TYPE_CHECKING:
    from research.analysis.asking.question import Conditions
    from research.analysis.asking.telling import Listing

__all__ = ["ask", "channels"]


def ask(
    *channels: str,
    share: Conditions | None = None,
    minus: Conditions | None = None,
    total: Conditions | None = None,
    rank: str = "",
    top: int = TOP,
    among: Conditions | None = None,
    over: Literal["", "time"] = "",
    on: str = "",
    window: int | Literal["all"] | None = None,
    ratio: bool = False,
    more_than: float | None = None,
    less_than: float | None = None,
    data: Mapping[str, Given] | None = None,
    done: Callable[[], None] = lambda: None,
    **choices: Any,
) -> Result:
    """Ask for a share, a difference, a ratio or a rank, without an analysis of one's own.

    Parameters
    ----------
    *channels : str
        What is counted: ``"downloads"``, ``"catalogue"``, ``"pulls"``, ``"tokens"``, ``"hosts"`` or
        ``"listings"``; pulls and downloads may be set beside each other, over the model families
        that both hold.
    share : dict
        The models whose share is asked for, as attributes with the value, or several of which any
        will do: ``{"origin": "CN"}``. :func:`research.channels` lists attributes and values.
    minus : dict, optional
        Those whose share is taken off it.
    total : dict
        The models whose amount is asked for, in place of a share.
    rank : str
        The attribute whose leading values are ranked, in place of a share.
    top : int
        How many of them.
    among : dict, optional
        The models that are the whole; by default all.
    over : str
        ``"time"``: on all days whose counts compare and do not overlap.
    on : str
        A day or its beginning: ``"2026-06"`` is the last one of that month. By default the last.
    window : int or ``"all"``, optional
        Days before it that are counted, where the channel has windows (pulls).
    ratio : bool
        Of two channels the share in the first over that in the second; else minus it.
    more_than, less_than : float, optional
        The threshold of a verdict. Differences are compared with 0 and ratios with 1 by themselves.
    data : dict, optional
        What stands in for a table or dataset, as for :func:`research.run`.
    **choices
        Values of the channel's choices that are not the usual ones.

    Returns
    -------
    Result
        As an analysis gives it: it prints on one screen, and has ``.to_frame()``, ``.summary()``
        and ``.plot()``.

    Raises
    ------
    ResearchError
        For a question that makes no sense, a day that is not there, or a name that is not known.

    Examples
    --------
    >>> import research
    >>> answer = research.ask("downloads", share={"origin": "CN"}, on="2026-06-11", more_than=0.2)
    >>> answer.to_frame()["verdict"].tolist()
    ['holds']
    """
    from research.analysis.asking.answering import Asking, answer
    from research.analysis.asking.question import Question, condition
    from research.analysis.asking.telling import refuse_unseen
    from research.doubts import EVERY

    question = Question(
        channels=channels,
        share=condition("share", share),
        minus=condition("minus", minus),
        total=condition("total", total),
        rank=rank,
        top=top,
        among=condition("among", among) or EVERY,
        over_time=_is_over_time(over),
        on=on,
        window=window,
        ratio=ratio,
        more_than=more_than,
        less_than=less_than,
    )
    if not callable(done):
        raise ResearchError(f"'done' wants a function without arguments; found {done!r}.")
    asking = Asking.of(question, data)
    refuse_unseen(asking)
    return answer(asking, choices, done)


def _is_over_time(over: str) -> bool:
    from research.plain import unknown
    from research.results import UnknownName

    if over not in ("", "time"):
        raise UnknownName(unknown("way to ask over", str(over), ["time"]))
    return over == "time"


def channels(data: Mapping[str, Given] | None = None) -> Listing:
    """What can be asked about: the channels, what each tells of its models, and on which days.

    Parameters
    ----------
    data : dict, optional
        What stands in for a table or dataset, as for :func:`research.run`.

    Examples
    --------
    >>> import research
    >>> research.channels()["downloads"].days[-1]
    '2026-06-11'
    >>> research.channels()["downloads"].values("origin").head(2)["value"].tolist()
    ['US', 'CN']
    """
    from research.analysis.asking.telling import Listing

    return Listing(data)
