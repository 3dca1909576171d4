"""Cases of which the default run takes the first, and the long one all others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first(cases: Iterable[Any], count: int = 1) -> list[Any]:
    """Parameters of a test: beyond so many, each is marked long."""
    return [
        case if place < count else pytest.param(case, marks=pytest.mark.long)
        for place, case in enumerate(cases)
    ]
