"""Known sets of classes: points where nothing is suppressed, and bounds that hold where it is."""

from __future__ import annotations

import pandas as pd
import pytest

from research.measures.class_sets import Classes, Contrast, hosts_with_a_class
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


def contrast(first, second, *, serving=(None, None)):
    countries = (pd.Series(hosts, CLASSES, dtype=float) for hosts in (first, second))
    return Contrast(*map(Classes, countries, serving), "S")


def test_a_difference_lies_between_all_numbers_of_hosts_that_the_classes_allow():
    small = contrast([30, 45, 5], [14, 65, 9])
    found = [30 / first - 14 / second for first in range(45, 81) for second in range(65, 89)]
    assert tuple(small.bounds()) == pytest.approx((min(found), max(found)))
    assert small.bounds() == small.from_counts()
    assert small.serving is None
    assert small.pairs == 168
    counted = contrast([30, 45, 5], [14, 65, 9], serving=(Bounds(60, 62), Bounds(70, 70)))
    assert tuple(counted.bounds()) == pytest.approx((30 / 62 - 14 / 70, 30 / 60 - 14 / 70))
    assert counted.serving == 130
    assert counted.from_counts() == small.bounds()


def test_among_all_hosts_a_country_has_at_most_what_the_other_leaves_over():
    found = [30 / first - 14 / second for first in range(45, 136) for second in range(65, 156)]
    bounds = contrast([30, 45, 5], [14, 65, 9]).among(200)
    assert tuple(bounds) == pytest.approx((min(found), max(found)))


def test_hosts_are_taken_from_one_class_of_one_country():
    less = contrast([30, 45, 5], [14, 65, 9]).without("second", "M", 25)
    assert less.second.hosts.tolist() == [14, 40, 9]
    assert less.first.hosts.tolist() == [30, 45, 5]
    assert less.bounds() == contrast([30, 45, 5], [14, 40, 9]).bounds()
    assert less.per("M").value == pytest.approx(30 / 45 / (14 / 40))
    assert less.interval(10).width > less.interval().width
