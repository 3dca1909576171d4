"""Hosts by country, class, family and tag: against the enumeration of who has what."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

from research.measures.clone_block import Block
from research.measures.latent_hosts import BLOCK, WANTED, hosts_by_class, hosts_by_family

BY_CLASS = pd.DataFrame({"S": [2, 1], "M": [2, 3]}, index=["CN", "US"])
CLOSE = 1e-6


def china_and_us(hosts):
    genuine = hosts.kinds["classed"] & ~hosts.kinds[BLOCK]
    return tuple(genuine & hosts.kinds["country"].eq(code) for code in ("CN", "US"))


def overlaps(small, medium):
    """Genuine hosts with a class, for every number of hosts with both."""
    return [small + medium - both for both in range(min(small, medium) + 1)]


@pytest.mark.parametrize(("answering", "copies"), [(20, 3), (7, 2), (7, 4)])
def test_the_block_may_stand_in_any_country(answering, copies):
    hosts = hosts_by_class(BY_CLASS, answering, Block(copies, copies))
    found = hosts.difference(hosts.kinds["S"], *china_and_us(hosts))
    shares, leads = [], []
    for china, us in product(range(min(2, copies) + 1), range(min(3, copies) + 1)):
        for first, second in product(overlaps(2, 2 - china), overlaps(1, 3 - us)):
            elsewhere = answering - first - second - china - us
            if copies - china - us >= 0 and elsewhere >= copies - china - us:
                shares.append(2 / first - 1 / second)
                leads.append((2 - china) - (3 - us))
    assert tuple(found.outer) == pytest.approx((min(shares), max(shares)), abs=CLOSE)
    lead = hosts.lead(hosts.kinds["M"], *china_and_us(hosts))
    assert tuple(lead.outer) == pytest.approx((min(leads), max(leads)), abs=CLOSE * answering)


def test_a_family_counts_at_least_the_hosts_of_its_tags_outside_the_block():
    """Six hosts; four have the certain family, three its tag, two one that may count."""
    families = pd.DataFrame(
        [("q", 4.0, "yes"), ("b", 2.0, "maybe")], columns=["family", "answering_hosts", WANTED]
    )
    tags = pd.DataFrame(
        [("q:latest", 1, "q", 3.0)], columns=["ollama_tag", "rank", "family", "answering_hosts"]
    )
    hosts = hosts_by_family(families, tags, 6)
    in_block = hosts.kinds[BLOCK]
    for copies in range(4):
        found = hosts.counted(in_block, copies).share(hosts.kinds[WANTED], among=~in_block)
        least, most = 4 - copies, min(6 - copies, 4 - copies + 2)
        assert tuple(found) == pytest.approx((least / (6 - copies), most / (6 - copies)))


def test_a_family_of_unknown_size_has_at_least_the_hosts_of_its_tag():
    families = pd.DataFrame({"family": ["q"], "answering_hosts": [None], WANTED: ["yes"]})
    tags = pd.DataFrame(
        [("q:latest", 9, "q", 3.0)], columns=["ollama_tag", "rank", "family", "answering_hosts"]
    )
    hosts = hosts_by_family(families, tags, 6).counted(
        hosts_by_family(families, tags, 6).kinds[BLOCK], 0
    )
    assert tuple(hosts.share(hosts.kinds[WANTED])) == pytest.approx((0.5, 1))
