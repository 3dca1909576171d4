"""What the lines of a figure are."""

from __future__ import annotations


def is_set(line) -> bool:
    """Whether it is the bar of an identified set: its ends are marked, those of draws are not."""
    return line.get_linewidth() == 5 and line.get_marker() == "|"
