"""One's own scans become aggregate tables: keyed hashes first, counts, then disclosure control."""

from research.collect.scans.aggregation import Aggregated, Options, aggregate
from research.collect.scans.files import scan_files
from research.collect.scans.rules import CloneRules
from research.collect.scans.synthetic import Truth, write_scan

__all__ = [
    "Aggregated",
    "CloneRules",
    "Options",
    "Truth",
    "aggregate",
    "scan_files",
    "write_scan",
]
