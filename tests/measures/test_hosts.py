"""The hosts of a scan by what they list: against the enumeration of who lists what."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

import research
from research.doubts import Beliefs, Doubt, Share, Worlds, where
from research.measures.clone_block import Block
from research.measures.hosts import (
    NOTHING,
    Hosts,
    OverBlock,
    answered_in,
    answering_by_country,
    hosts_by,
    refuse_without_block,
)
from research.results import Bounds, CannotEstimate, NotApplicable

REST = Doubt("kinds below the table", "any kind")
UNKNOWN = Doubt("kinds that are not coded", "any origin")
FOUR = where(bits="4")


def hosts(block: Block = NOTHING) -> Hosts:
    rows = pd.DataFrame(
        [(3, 6, 1, "4"), (2, 2, 0, "4"), (2, 3, 0, "16"), (1, 1, 0, "")],
        columns=["answering_hosts", "tag_occurrences", "block_tags", "bits"],
    )
    return Hosts(rows=rows.assign(bits_doubt=UNKNOWN.name), hosts=5.0, listings=16.0, block=block,
                 doubts=(UNKNOWN,))  # fmt: skip


def test_hosts_with_any_of_several_kinds_lie_between_all_overlaps():
    """Three of five hosts list the first kind, two the second, and one the kind not coded."""
    held = []
    lists = [np.array(row) for row in product((0, 1), repeat=5)]
    for first, second, other in product(lists, repeat=3):
        if (first.sum(), second.sum(), other.sum()) == (3, 2, 1):
            held += [(first | second).mean(), (first | second | other).mean()]
    assert tuple(hosts().with_any(FOUR)) == (min(held), max(held))
    assert tuple(hosts().with_any(where(bits="8"))) == (0.0, 0.2)  # the kind not coded alone
    told = hosts().rows.assign(bits=["4", "4", "16", "16"])
    with pytest.raises(CannotEstimate, match="lists none of 8"):
        Hosts(told, 5.0, 16.0, NOTHING, (UNKNOWN,)).with_any(where(bits="8"))


def test_listings_below_the_table_are_of_any_kind_once_they_are_in_doubt():
    share = Share(of=FOUR)
    asked = share.in_(hosts().listed(REST))
    assert asked.value == 8 / 16
    rows = {row.source: (row.low, row.high) for row in asked.budget()}
    assert rows == {UNKNOWN.name: (8 / 16, 9 / 16), REST.name: (8 / 16, 12 / 16)}
    listed = share.in_(hosts().listed(REST, counted=False))
    assert listed.value == pytest.approx(8 / 12)
    assert tuple(listed.bounds([REST.name])) == pytest.approx((8 / 16, 12 / 16))
    assert share.in_(hosts().listed(weight="answering_hosts")).value == 5 / 8


def test_the_block_is_taken_out_of_hosts_once_and_of_listings_for_each_tag():
    left = hosts(Block(2.0, 3.0)).without(0.5)
    assert (left.hosts, left.listings) == (4.0, 16 - 0.5 * 5 * 3)
    assert left.rows["answering_hosts"].tolist() == [2, 2, 2, 1]
    assert left.rows["tag_occurrences"].tolist() == [4.5, 2, 3, 1]


def test_what_the_block_does_to_a_share_is_told_in_three_ways():
    def share(of: Hosts) -> Bounds:
        first = of.rows["answering_hosts"][0] / of.hosts
        return Bounds(first, first)

    over = OverBlock(hosts(Block(2.0, 3.0)), share)
    (row,) = over.rows()
    assert (row.low, row.high) == pytest.approx((1 / 3, 3 / 5))
    assert row.detail == "lowest under none of it, highest under the whole block"
    (point,) = over.points(0.5)
    assert (3 - point.threshold) / (5 - point.threshold) == pytest.approx(0.5)
    assert over.points(0.2)[0].sentence == "kept even if all 2 hosts of the block were clones"
    (curve,) = over.curves(3)
    assert curve.low == pytest.approx((3 / 5, 2 / 4, 1 / 3))


def test_where_no_block_is_suspected_nothing_is_told_of_one():
    over = OverBlock(hosts(), lambda _: Bounds(0.5, 0.5))
    assert (over.rows(), over.points(0.4), over.curves()) == ((), (), ())
    with pytest.raises(NotApplicable, match="dataset of its own"):
        refuse_without_block(NOTHING, "removed")
    refuse_without_block(NOTHING, "kept")


def test_a_scan_that_counts_its_clones_has_no_guessed_block():
    tags = pd.DataFrame({"rank": [1], "ollama_tag": ["a:b"], "answering_hosts": [3],
                         "tag_occurrences": [4]})  # fmt: skip
    totals = pd.DataFrame({"name": ["answering_hosts"], "value": [7.0]})
    tables = {"totals": totals, "levels": tags}
    found = hosts_by("ollama_tag", tags, tags, **tables, class_sets=tags)
    assert (found.hosts, found.listings, found.block) == (7.0, 4.0, NOTHING)
    assert hosts_by("ollama_tag", tags, tags, **tables).block == Block(3.0, 4.0)


def test_what_answered_in_a_country_is_at_least_a_class_and_at_most_what_others_leave():
    """A country of which no class is told may have answered with nothing, or with all it lists."""
    scale = pd.DataFrame({"country": ["CN", "CN", "US"], "answering_hosts": [5, 7, 9]})
    listed = pd.Series({"CN": 10, "US": 40, "DE": 3})
    found = answering_by_country(scale, 20.0, listed)
    assert found == {"CN": Bounds(7.0, 10.0), "US": Bounds(9.0, 13.0), "DE": Bounds(0.0, 3.0)}


def test_every_way_in_which_countries_answered_lies_between_the_ends():
    """All numbers of answers that the classes allow; countries that no list names answer too."""
    scale = pd.DataFrame({"country": ["CN", "CN", "US"], "answering_hosts": [2, 3, 4]})
    found = answering_by_country(scale, 12.0, pd.Series({"CN": 6, "US": 9, "DE": 1}))
    ways = [
        (china, us, germany)
        for china, us, germany in product(range(3, 7), range(4, 10), range(2))
        if china + us + germany <= 12
    ]
    for answered, bounds in zip(zip(*ways, strict=True), found.values(), strict=True):
        assert tuple(bounds) == (min(answered), max(answered))
    gaps = [us - china for china, us, _ in ways]
    assert tuple(found["US"] - found["CN"]) == (min(gaps), max(gaps))


def test_hosts_that_are_drawn_for_countries_never_exceed_what_these_can_have():
    listed = pd.Series({"CN": 16, "US": 40, "DE": 20})
    scale = pd.DataFrame({"country": ["CN", "US"], "answering_hosts": [10, 12]})
    found = answering_by_country(scale, 40.0, listed)
    worlds = Worlds(Beliefs.of(research.load("stated_beliefs")))
    drawn = {code: answered_in(code, found, 40.0).in_worlds(worlds) for code in ("CN", "US")}
    for code, values in drawn.items():
        assert found[code].low <= values.min()
        assert values.max() <= found[code].high
    assert drawn["CN"].max() == 16  # the list holds no more
    assert (drawn["CN"] + drawn["US"]).max() <= 40
