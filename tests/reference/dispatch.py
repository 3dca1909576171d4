"""Run a reference case through the public estimators."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from tests.reference import dispatch_overlap, dispatch_units

# Beginning of a case's name (``*`` stands for anything) -> what computes such cases.
CASES = dispatch_overlap.CASES | dispatch_units.CASES


def method(name: str) -> str:
    """The key of ``CASES`` for a case: the longest that its name begins with."""
    keys = [key for key in CASES if fnmatchcase(name, f"{key}*")]
    if not keys:
        raise KeyError(f"No estimator is named for case '{name}'. Known: {', '.join(CASES)}.")
    return max(keys, key=len)


def compute(case: dict[str, Any]) -> dict[str, Any]:
    """The values that the estimators give for ``case["input"]``, under the keys of ``expected``."""
    found = CASES[method(case["name"])](case["input"])
    return {key: found[key] for key in case["expected"] if key in found}
