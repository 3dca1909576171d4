"""The concentration of hosting: a truncated table, merged brands, and later scans."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

INDEX = "Herfindahl index of hosting"
FIRST = "share of addresses, Amazon minus the next provider"
NEXT = "share of addresses, leading Chinese provider minus the next other one"
CLOUD = "share of addresses at cloud and hosting providers"
TOTAL, REST, LAST = 99_412, 24_472, 735


def later(label):
    return f"{label}, another scan"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("hosting_concentration")


@pytest.fixture(scope="module")
def tenthe(result):
    return result.answer(scan="Tenthe")


@pytest.fixture(scope="module")
def networks():
    return research.load("tenthe_hosting").set_index("organisation")["discovered_ips"]


def merged(networks, *, amazon=True, unicom=True):
    """Addresses by provider, by hand."""
    sizes = networks.to_dict()
    if amazon:
        sizes["AMAZON-02"] += sizes.pop("AMAZON-AES")
    if unicom:
        beijing = sizes.pop("China Unicom Beijing Province Network")
        sizes["CHINA UNICOM China169 Backbone"] += beijing
    return list(sizes.values())


def index(sizes, total=TOTAL):
    """The index with all other addresses alone, and with them in networks of the last size."""
    listed, rest = sum(size**2 for size in sizes), total - sum(sizes)
    full, left = divmod(rest, LAST)
    return (listed + rest) / total**2, (listed + full * LAST**2 + left**2) / total**2


@pytest.mark.parametrize("amazon", [True, False])
@pytest.mark.parametrize("unicom", [True, False])
def test_the_index_is_bounded_and_above_the_threshold_however_brands_count(
    tenthe, networks, amazon, unicom
):
    assert networks.sum() == TOTAL - REST
    choices = {
        "amazon": "one provider" if amazon else "two networks",
        "unicom": "one provider" if unicom else "two networks",
        "unlisted": "providers of their own",
    }
    found = next(s for s in tenthe.specifications if s.choices == choices and s.label == INDEX)
    expected = index(merged(networks, amazon=amazon, unicom=unicom))
    assert tuple(found.bounds) == pytest.approx(expected)
    assert found.verdict.word == "supported"


def test_the_rest_may_at_most_belong_to_amazon(tenthe, networks):
    sizes = merged(networks)
    most = (sum(s**2 for s in sizes) - sizes[0] ** 2 + (sizes[0] + REST) ** 2) / TOTAL**2
    found = next(
        s
        for s in tenthe.specifications
        if s.label == INDEX
        and s.choices["unlisted"] == "of any provider"
        and s.choices["amazon"] == s.choices["unicom"] == "one provider"
    )
    assert found.bounds.high == pytest.approx(most)


def test_the_index_falls_to_the_threshold_where_the_sentence_says(tenthe, networks):
    (point,) = tenthe.estimates[INDEX].tipping_points
    sizes = merged(networks)
    removed = round(point.threshold * sizes[0])
    for gone, above in ((removed - 2, True), (removed + 2, False)):
        thinned = [sizes[0] - gone, *sizes[1:]]
        assert (index(thinned, TOTAL - gone)[0] > 0.25) is above


def test_amazon_leads_and_keeps_the_lead_whoever_runs_the_rest(tenthe):
    found = tenthe.estimates[FIRST]
    assert found.value == pytest.approx((59_197 - 4_964) / TOTAL)
    assert found.tipping_points[0].threshold is None
    assert REST < 59_197 - 4_964
    words = {s.verdict.word for s in tenthe.specifications if s.label == FIRST}
    assert words == {"supported"}


def test_china_telecom_follows_unless_the_rest_is_one_provider(tenthe):
    found = tenthe.estimates[NEXT]
    assert found.value == pytest.approx((4_964 - 2_391) / TOTAL)
    assert found.tipping_points[0].threshold == 4_964 - 2_391
    words = {
        s.choices["unlisted"]: s.verdict.word for s in tenthe.specifications if s.label == NEXT
    }
    assert words == {"providers of their own": "supported", "of any provider": "not identified"}


def test_most_addresses_are_at_clouds(tenthe, networks):
    telecom = networks[[n for n in networks.index if "UNICOM" in n.upper() or n == "Chinanet"]]
    known = networks.sum() - telecom.sum()
    found = tenthe.estimates[CLOUD]
    assert tuple(found.bounds) == pytest.approx((known / TOTAL, (known + REST) / TOTAL))
    fake = found.tipping_points[0].threshold
    assert (known - fake) / (TOTAL - fake) == pytest.approx(0.5)


def test_the_hosts_confirmed_a_year_later_are_not_concentrated(result):
    answer = result.answer(scan="NuClide")
    table = research.load("published_aggregates")
    rows = table[(table["source"] == "nuclide-2026-05-15") & (table["dimension"] == "provider")]
    squares = (rows["value"] ** 2).sum() + 16_473 - rows["value"].sum()
    assert answer.estimates[later(INDEX)].bounds.low == pytest.approx(squares / 16_473**2)
    assert answer.estimates[later(INDEX)].bounds.high < 0.1
    words = {label: verdict.word for label, verdict in answer.verdicts.items()}
    assert words == {
        later(INDEX): "does not hold",
        later(FIRST): "holds",
        later(NEXT): "does not hold",
        later(CLOUD): "not identified",
    }


def test_more_than_half_of_the_hosts_observed_in_2025_are_at_telecoms(result):
    answer = result.answer(scan="SentinelLABS")
    assert tuple(answer.estimates[later(CLOUD)].bounds) == pytest.approx((0.315, 0.445))
    assert answer.verdicts[later(CLOUD)].word == "does not hold"


def test_the_figure_draws_every_provider_and_the_turn(result, tenthe, networks):
    with figures.theme():
        bars, curve = find("hosting_concentration").module.figure(result).axes
    widths = [patch.get_width() for patch in bars.patches]
    assert widths == pytest.approx(
        [*(n / TOTAL for n in sorted(merged(networks), reverse=True)), REST / TOTAL]
    )
    (turn,) = [line for line in curve.lines if line.get_marker() == "o"]
    assert turn.get_xdata()[0] == tenthe.estimates[INDEX].tipping_points[0].threshold
