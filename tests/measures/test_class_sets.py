"""Known sets of classes: points where nothing is suppressed, and bounds that hold where it is."""

from __future__ import annotations

import pandas as pd
import pytest

from research.measures.class_sets import hosts_with_a_class
from research.results import Bounds, CannotEstimate

SETS = {"S": 40, "M": 90, "L": 12, "S+M": 30, "M+L": 7, "S+M+L": 3}
CLASSES = ("S", "M", "L")


def frame(hidden=()):
    rows = [{"country": "SE", "class_set": name, "hosts": None if name in hidden else hosts}
            for name, hosts in SETS.items()]  # fmt: skip
    rows += [{"country": "SE", "class_set": name, "hosts": 50} for name in ("none", "no answer")]
    return pd.DataFrame(rows).astype({"hosts": "Int64"})


def counts():
    return pd.Series(
        {k: sum(n for name, n in SETS.items() if k in name.split("+")) for k in CLASSES}
    )


def test_published_sets_add_up_to_the_hosts_with_a_class():
    assert hosts_with_a_class(frame(), "SE", counts()) == Bounds(182, 182)


@pytest.mark.parametrize("hidden", [("S", "M"), ("L", "M+L"), ("M+L", "S+M+L"), tuple(SETS)[1:]])
def test_the_bounds_hold_the_truth_where_sets_are_suppressed(hidden):
    found = hosts_with_a_class(frame(hidden), "SE", counts())
    assert found.low <= 182 <= found.high
    left = {k: sum(SETS[name] for name in hidden if k in name.split("+")) for k in CLASSES}
    published = 182 - sum(SETS[name] for name in hidden)
    assert tuple(found) == (published + max(left.values()), published + sum(left.values()))


@pytest.mark.parametrize("country", ["DE", "SE"])
def test_a_country_that_is_suppressed_cannot_be_estimated(country):
    with pytest.raises(CannotEstimate, match="suppressed"):
        hosts_with_a_class(frame(tuple(SETS)), country, counts())
