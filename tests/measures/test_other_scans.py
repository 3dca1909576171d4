"""Other measurements: each is in the table, and counts its hosts."""

from __future__ import annotations

import pytest

import research
from research.measures import other_scans
from research.measures.other_scans import OtherScan

SCANS = [scan for scan in vars(other_scans).values() if isinstance(scan, OtherScan)]


@pytest.mark.parametrize("scan", SCANS, ids=lambda scan: scan.population)
def test_each_scan_counts_its_hosts_in_the_table(scan):
    aggregates = research.load("published_aggregates")
    found = aggregates[aggregates["source"] == scan.source]
    assert len(scan.rows(aggregates)) == len(found) > 0
    assert scan.hosts(aggregates) > 800
    kinds = set(aggregates.loc[aggregates["source"] == scan.source, "dimension"])
    totals = scan.rows(aggregates, "total" if "total" in kinds else "program")
    assert set(totals["dimension"]) <= {"total", "program"}
    assert scan.total in set(zip(totals["category"], totals["metric"], strict=True))
