"""Run a reference case through the public estimators."""

from __future__ import annotations

from typing import Any

from tests.reference import dispatch_overlap, dispatch_units

CASES = dispatch_overlap.CASES | dispatch_units.CASES


def compute(case: dict[str, Any]) -> dict[str, Any]:
    """The values that the estimators give for ``case["input"]``, under the keys of ``expected``."""
    prefixes = [prefix for prefix in CASES if case["name"].startswith(prefix)]
    if not prefixes:
        raise KeyError(f"No estimator is named for case '{case['name']}'.")
    found = CASES[max(prefixes, key=len)](case["input"])
    return {key: found[key] for key in case["expected"] if key in found}
