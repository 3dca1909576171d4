"""One spelling of each address."""

from __future__ import annotations

from ipaddress import IPv6Address

import duckdb
import numpy as np
import pytest

from research.collect.scans.addresses import spelling, with_spelling
from research.collect.scans.embedded import WORDS


def spelled(*texts):
    """What becomes of each text, in order."""
    values = ", ".join("(?, ?)" for _ in texts)
    fields = f"SELECT * FROM (VALUES {values}) AS fields(place, address)"
    query = f"SELECT {spelling()} FROM ({with_spelling(WORDS.matches, fields)}) ORDER BY place"
    given = [item for pair in enumerate(texts) for item in pair]
    return [row[0] for row in duckdb.execute(query, given).fetchall()]


@pytest.mark.parametrize(
    "texts",
    [
        ("192.0.2.7", "192.0.2.7:11434", "http://192.0.2.7:11434", "https://192.0.2.7/api?x=1",
         "::ffff:192.0.2.7", "::FFFF:c000:207", "0:0:0:0:0:ffff:192.0.2.7", "[::ffff:c000:0207]:80",
         "0000:0000:0000:0000:0000:ffff:c000:0207", "http://[::ffff:192.0.2.7]:80/"),
        ("2001:db8::c", "2001:0db8:0000:0000:0000:0000:0000:000c", "2001:DB8:0:0::C",
         "[2001:db8::c]:11434", "http://[2001:db8:0::c]:80/x", "2001:db8:0:0:0:0:0:c"),
        ("::1", "0:0:0:0:0:0:0:1", "0::1", "[::1]"),
        ("::", "0:0:0:0:0:0:0:0", "0::0"),
        ("1::", "1:0:0:0:0:0:0:0", "0001::0"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"),
        ("1:0:0:2::3", "1::2:0:0:0:3", "1:0:0:2:0:0:0:3"),
    ],
)  # fmt: skip
def test_all_spellings_of_an_address_become_one(texts):
    (found,) = set(spelled(*texts))
    assert found


def test_addresses_that_differ_stay_apart():
    rng = np.random.default_rng(4)  # groups that are often zero: all kinds of runs
    drawn = rng.integers(0, 3, (2_000, 8)) * rng.integers(0, 2, (2_000, 8))
    addresses = {IPv6Address(":".join(map(str, groups))) for groups in drawn}
    texts = [text for address in addresses for text in (address.compressed, address.exploded)]
    found = spelled(*texts)
    assert None not in found
    assert found[::2] == found[1::2]
    assert len(set(found)) == len(addresses) > 500


@pytest.mark.parametrize(
    "text",
    ["-", "n/a", "", "example.com", "http://example.com:11434", "256.0.0.1", "192.0.2",
     "192.0.2.07", "192.0.2.7.1", "192.0.2.7,192.0.2.8", "192.0.2.7 ", " 192.0.2.7", "192.0.2.7\n",
     "192.0.2.0/24", "1:2:3", "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8:9", "12345::1",
     "fe80::1%eth0", "::g", "2001:db8::/32", "3221225985"],
)  # fmt: skip
def test_what_is_no_address_has_no_spelling(text):
    assert spelled(text) == [None]
