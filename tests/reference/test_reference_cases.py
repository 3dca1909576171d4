"""Every value of every reference case: estimates, both limits, statistics, p-values."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.reference.dispatch import CASES, compute, method

REFERENCE = json.loads(Path(__file__).with_name("reference_cases.json").read_text("utf-8"))
VALUES = [
    pytest.param(case, key, id=f"{case['name']}-{key}")
    for case in REFERENCE
    for key in case["expected"]
    if key != "comment"
]


def test_every_case_has_a_method_and_every_method_a_case() -> None:
    assert {method(case["name"]) for case in REFERENCE} == set(CASES)


@pytest.mark.parametrize(("case", "key"), VALUES)
def test_reference_value(case: dict[str, Any], key: str) -> None:
    tolerance = case["tolerance"]
    if isinstance(tolerance, dict):
        named = {name: value for name, value in tolerance.items() if name != "default"}
        tolerance = tolerance.get(key, tolerance.get("default", named))
    agree(compute(case)[key], case["expected"][key], tolerance)


def agree(found: Any, expected: Any, tolerance: Any, name: str = "") -> None:
    """Numbers within ``tolerance * max(1, |expected|)``; a dict gives a tolerance per key."""
    if isinstance(expected, dict):
        for key in expected:
            own = tolerance[key] if isinstance(tolerance, dict) else tolerance
            agree(found[key], expected[key], own, key)
    elif isinstance(expected, list):
        assert len(found) == len(expected), name
        for one, other in zip(found, expected, strict=True):
            agree(one, other, tolerance, name)
    elif math.isinf(float(expected)):
        assert found == float(expected), name
    else:
        value = float(expected)
        assert abs(found - value) <= tolerance * max(1.0, abs(value)), (name, found, value)
