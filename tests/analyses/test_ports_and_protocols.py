"""Ports and protocols as sets that may overlap, of addresses that mostly did not answer."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

LISTED, PORT, HTTP, HTTPS = 99_412, 30_722, 65_506, 43_765


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("ports_and_protocols")


@pytest.fixture(scope="module")
def listed(result):
    return result.answer(addresses="all listed")


def test_the_numbers_are_those_of_the_table():
    totals = research.load("tenthe_totals").set_index("name")["value"]
    names = ("", "_port_11434", "_http", "_https")
    assert [totals[f"discovered_ips{name}"] for name in names] == [LISTED, PORT, HTTP, HTTPS]


@pytest.mark.parametrize(
    ("addresses", "label", "bounds", "word"),
    [
        ("all listed", "addresses with port 11434", (PORT / LISTED,) * 2, "contradicted"),
        ("on HTTP", "addresses on HTTP with port 11434", (0, PORT / HTTP), "does not hold"),
        ("answering", "answering addresses with port 11434", (0, 1), "not identified"),
        ("all listed", "addresses on HTTP", (HTTP / LISTED,) * 2, "supported"),
        (
            "all listed",
            "addresses on HTTP alone",
            ((HTTP - HTTPS) / LISTED, (LISTED - HTTPS) / LISTED),
            "not identified",
        ),
        ("all listed", "addresses on HTTP, of Ollama alone", (HTTP / LISTED,) * 2, "holds"),
        ("records", "records with port 11434", (32_355 / 155_423,) * 2, "does not hold"),
        (
            "fifteen programs",
            "services on plain HTTP, fifteen programs",
            (0.4, 1),
            "not identified",
        ),
    ],
)
def test_bounds_and_verdicts(result, addresses, label, bounds, word):
    answer = result.answer(addresses=addresses)
    assert tuple(answer.estimates[label].identified) == pytest.approx(bounds)
    assert answer.verdicts[label].word == word


def test_http_alone_holds_only_if_each_address_is_on_one_protocol(listed):
    found = {
        s.choices["neither"]: s for s in listed.specifications if s.label.endswith("HTTP alone")
    }
    assert found["excluded"].verdict.word == "holds"
    assert found["excluded"].value == pytest.approx((LISTED - HTTPS) / LISTED)
    most = listed.estimates["addresses on HTTP alone"].tipping_points[0].threshold
    assert (HTTP - most) / LISTED == pytest.approx(0.5)


def test_tipping_points_reach_half(listed):
    spared = listed.estimates["addresses with port 11434"].tipping_points[0].threshold
    assert pytest.approx(0.5) == PORT / (LISTED - spared)
    assert spared < 53_658 + 5_539  # addresses in the two Amazon networks
    fake = listed.estimates["addresses on HTTP"].tipping_points[0].threshold
    assert (HTTP - fake) / (LISTED - fake) == pytest.approx(0.5)


def test_named_ports_leave_most_addresses_out(listed):
    named = (30_722, 1_619, 1_571, 1_339)
    low, high = listed.estimates["addresses with none of the four ports"].bounds
    assert (low, high) == pytest.approx((1 - sum(named) / LISTED, 1 - max(named) / LISTED))


def test_the_figure_draws_both_extremes_of_the_overlap(result, listed):
    with figures.theme():
        ports, protocols = find("ports_and_protocols").module.figure(result).axes
    shares = [bar.get_width() for bar in protocols.patches]
    assert shares == pytest.approx(
        [x / LISTED for x in (LISTED - HTTPS, HTTP + HTTPS - LISTED, LISTED - HTTP,
                              HTTP - HTTPS, HTTPS, LISTED - HTTP)]
    )  # fmt: skip
    dots = [line.get_xdata()[0] for line in ports.lines if line.get_marker() == "o"]
    assert dots[0] == pytest.approx(PORT / LISTED)
