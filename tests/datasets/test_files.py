"""Frozen files are the same bytes whatever Python was built with."""

from __future__ import annotations

import gzip
import hashlib

import pandas as pd

from research.datasets.files import csv_payload, gzipped


def test_a_compressed_file_has_the_same_bytes_on_every_python():
    packed = gzipped(b"modelometrics\n" * 1000)
    assert hashlib.sha256(packed).hexdigest().startswith("7e32014140446362")
    assert gzip.decompress(packed) == b"modelometrics\n" * 1000
    assert gzip.decompress(gzipped(b"")) == b""


def test_a_large_table_is_packed_and_a_small_one_stays_text():
    rows = pd.DataFrame({"model": ["a", "b"] * 150_000, "pulls": range(300_000)})
    payload, packed = csv_payload(rows)
    small, plain = csv_payload(rows.head(2))
    assert (packed, plain) == (True, False)
    assert gzip.decompress(payload).startswith(small)
    assert csv_payload(rows) == (payload, True)
