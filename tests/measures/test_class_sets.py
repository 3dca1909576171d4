"""Known sets of classes: points where nothing is suppressed, and bounds that hold where it is."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

from research.estimators.proportions import newcombe
from research.measures.class_sets import (
    hosts_with_a_class,
    share_difference,
    share_difference_interval,
)
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


@pytest.mark.parametrize(
    "units", [(Bounds(60, 60), Bounds(80, 80)), (Bounds(60, 75), Bounds(80, 82))]
)
def test_the_interval_is_newcombes_over_all_sizes(units):
    pairs = [newcombe((30, one), (20, other), design_effect=4) for one, other in product(*units)]
    found = share_difference_interval((30, 20), units, design_effect=4)
    assert (found.low, found.high) == (min(p.low for p in pairs), max(p.high for p in pairs))
    inside = share_difference((30, 20), units)
    assert inside == Bounds(
        30 / units[0].high - 20 / units[1].low, 30 / units[0].low - 20 / units[1].high
    )
    assert found.low < inside.low <= inside.high < found.high
