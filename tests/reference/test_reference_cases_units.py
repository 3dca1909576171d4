"""Estimates about units and clusters against values from R, scipy and complete enumerations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reference.dispatch_units import CASES

ALL_CASES = json.loads(Path(__file__).with_name("reference_cases.json").read_text())
MINE = [case for case in ALL_CASES if case["name"].startswith(tuple(CASES))]


def run(case: dict[str, Any]) -> dict[str, Any]:
    prefix = max((name for name in CASES if case["name"].startswith(name)), key=len)
    return CASES[prefix](case["input"])


def allowed(case: dict[str, Any], key: str) -> float:
    """The tolerance that the case itself states, for this key."""
    tolerance = case["tolerance"]
    if isinstance(tolerance, dict):
        tolerance = tolerance.get(key, tolerance.get("default"))
    return float(tolerance)


COMPARISONS = [
    pytest.param(case, key, id=f"{case['name']}-{key}")
    for case in MINE
    for key, value in case["expected"].items()
    if not isinstance(value, str)
]


@pytest.mark.parametrize(("case", "key"), COMPARISONS)
def test_agrees_with_reference(case: dict[str, Any], key: str) -> None:
    expected = np.asarray(case["expected"][key], dtype=float)
    found = np.asarray(run(case)[key], dtype=float)
    assert found.shape == expected.shape
    error = np.abs(found - expected) / np.maximum(1, np.abs(expected))
    assert error.max() <= allowed(case, key)


def test_every_method_has_a_case() -> None:
    assert {name for name in CASES if not any(c["name"].startswith(name) for c in MINE)} == set()
    assert len(MINE) == 22
