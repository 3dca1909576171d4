"""Numbers at the axes, in the form that they have everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from research.wording import DIFFERENCES, SHARES, tick

if TYPE_CHECKING:
    from matplotlib.axis import Axis


def percent_ticks(axis: Axis) -> None:
    """Ticks of shares in per cent."""
    axis.set_major_formatter(lambda share, _: tick(share, SHARES[0]))


def point_ticks(axis: Axis) -> None:
    """Ticks of differences of shares in points; the name of the axis, if it has one, says so."""
    axis.set_major_formatter(lambda gap, _: tick(gap, DIFFERENCES[0]))
    name, bracket, rest = axis.get_label_text().partition("\n(")
    if name and "points" not in name:
        axis.set_label_text(f"{name}, points{bracket}{rest}")


def count_ticks(axis: Axis) -> None:
    """Ticks of counts, with thin spaces at thousands."""
    axis.set_major_formatter(lambda count, _: tick(count, ""))


def plain_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    """Ticks of a logarithmic axis as plain numbers."""
    from matplotlib.ticker import FixedLocator, NullLocator

    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: f"{value:,g}")
