"""Cases of which the default run takes the first, and the long one all others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first(cases: Iterable[Any], count: int = 1, *, of_several: bool = False) -> list[Any]:
    """Values of a test's parameter, or of several at once: beyond so many, each is marked long."""
    return [
        pytest.param(
            *(case if of_several else (case,)), marks=[pytest.mark.long] if place >= count else []
        )
        for place, case in enumerate(cases)
    ]
