"""Every value of every reference case of overlap, contamination, proportions and truncation."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.reference import dispatch_overlap
from tests.reference.dispatch import compute

CASES = [
    case
    for case in json.loads(Path(__file__).with_name("reference_cases.json").read_text("utf-8"))
    if case["name"].startswith(tuple(dispatch_overlap.CASES))
]
KEYS = [
    pytest.param(case, key, id=f"{case['name']}-{key}")
    for case in CASES
    for key in case["expected"]
    if key != "comment"
]


def test_every_method_has_a_case() -> None:
    names = [case["name"] for case in CASES]
    unused = [p for p in dispatch_overlap.CASES if not any(n.startswith(p) for n in names)]
    assert unused == []


@pytest.mark.parametrize(("case", "key"), KEYS)
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
