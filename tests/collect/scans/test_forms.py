"""What servers write, read by its grammar."""

from __future__ import annotations

import duckdb
import pytest

from research.collect.scans.forms import billions, bits_per_weight, says_no_size


def value(expression, text):
    return duckdb.execute(
        f"SELECT {expression('text')} FROM (SELECT ? AS text)", [text]
    ).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8.0B", 8), ("134.52M", 0.13452), ("756b", 756), ("1T", 1000), ("22.5K", 22.5e-6),
        ("675000000000", 675), ("756162687872", 756.162687872), ("7 B", 7),
        ("0", None), ("0B", None), ("0.0B", None), ("", None), ("7", None), ("8x7B", None),
        ("-7B", None), ("1e9", None), ("7B params", None), ("7,6B", None), ("9" * 200, None),
    ],
)  # fmt: skip
def test_a_size_is_a_number_of_parameters(text, number):
    assert value(billions, text) == (number if number is None else pytest.approx(number, 1e-12))


@pytest.mark.parametrize(
    ("text", "says"), [("", True), ("0", True), ("0.0B", True), ("8x7B", False), ("00x", False)]
)
def test_a_size_that_says_none_is_understood(text, says):
    assert value(says_no_size, text) is says


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("Q4_K_M", 4), ("q4_0", 4), ("IQ2_XXS", 2), ("TQ1_0", 1), ("F16", 16), ("BF16", 16),
        ("bf16", 16), ("F32", 32), ("MXFP4", 4), ("NVFP4", 4), ("FP8", 8), ("F8_E4M3", 8),
        ("int4", 4), ("INT8", 8), ("4bit", 4), ("8-bit", 8), ("W4A16", 4), ("UD-Q4_K_XL", 4),
        ("Q4_0_4_8", 4), ("", None), ("Q0", None), ("E4M3", None), ("K_M", None), ("Q99", None),
        ("4.25bpw", None), ("full precision", None),
    ],
)  # fmt: skip
def test_the_bits_of_a_level_are_its_digits(text, bits):
    assert value(bits_per_weight, text) == bits
