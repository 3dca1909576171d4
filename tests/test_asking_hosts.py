"""Questions of hosts, of what they list, and of sizes, beside plain pandas on the frozen files."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd
import pytest

import research
from research import ask
from research.cli import app
from research.measures.known_channels import CHANNELS
from research.results import ResearchError

RESULTS = Path(__file__).parents[1] / "paper" / "results"
TENTHE, NUCLIDE, LAST = "2025-04-24", "2026-05-15", "2026-06-11"


def only(result):
    return next(iter(result.answer().estimates.values()))


def ends(result) -> tuple[float, float]:
    return tuple(only(result).identified)


def listed(named: str) -> pd.DataFrame:
    return research.load(f"tenthe_{named}")


def everyone() -> float:
    return listed("totals").set_index("name")["value"]["discovered_ips"]


def all_listings() -> float:
    return listed("quantizations")["tag_occurrences"].sum()


# Hosts --------------------------------------------------------------------------------------------


def test_a_share_of_hosts_is_that_of_the_table():
    hosts = listed("countries").set_index("country")["discovered_ips"]
    found = ask("hosts", share={"country": "CN"}, minus={"country": "US"}, on="2025")
    assert ends(found) == pytest.approx(((hosts["CN"] - hosts["US"]) / everyone(),) * 2)
    assert found.answer().as_of == TENTHE


def test_the_later_scan_is_that_of_its_publisher():
    rows = research.load("published_aggregates")
    rows = rows[rows["source"] == "nuclide-2026-05-15"].set_index("category")
    us = rows.loc[rows["dimension"].eq("geography"), "value"]["US"]
    confirmed = rows.loc[["confirmed unauthenticated"], "value"].iloc[0]
    found = ask("hosts", share={"country": "US"}, less_than=0.2)
    assert ends(found) == pytest.approx((us / confirmed,) * 2)
    assert found.answer().as_of == NUCLIDE
    assert {answer.word for answer in found.answer().verdicts.values()} == {"holds"}


def test_a_country_below_the_table_has_no_more_than_its_last_one():
    hosts = listed("countries").set_index("country")["discovered_ips"]
    least, left = hosts.min() / everyone(), 1 - hosts.sum() / everyone()
    assert "NL" not in hosts
    assert ends(ask("hosts", share={"country": "NL"}, on="2025")) == pytest.approx((0, least))
    both = ask("hosts", share={"country": ["NL", "BE"]}, on="2025")
    assert ends(both) == pytest.approx((0, 2 * least))
    lead = ask("hosts", share={"country": "NL"}, minus={"country": "BE"}, on="2025")
    assert ends(lead) == pytest.approx((-least, least))
    many = ["NL", "BE", "CH", "AT", "DK", "NO", "PT", "GR", "CZ", "HU", "RO", "BG", "HR", "SK"]
    many += ["EE", "LV", "LT", "IS", "MT", "CY", "LU", "AL", "RS", "MK", "BA", "ME", "MD", "UA"]
    beyond = math.ceil(left / least) < len(set(many) - set(hosts.index))
    most = left if beyond else len(set(many) - set(hosts.index)) * least
    told = hosts[hosts.index.isin(many)].sum() / everyone()
    found = ends(ask("hosts", share={"country": many}, on="2025"))
    assert found == pytest.approx((told, told + most))


def test_ranks_of_hosts_are_those_of_the_table():
    hosts = listed("countries").set_index("country")["discovered_ips"]
    found = ask("hosts", rank="country", top=20, on="2025").answer().estimates
    for place, code in enumerate(hosts.sort_values(ascending=False).index, start=1):
        assert found[f"{code}: share of hosts"].value == pytest.approx(hosts[code] / everyone())
        assert tuple(found[f"{code}: rank by hosts"].identified) == (place, place)


def test_a_share_is_drawn_within_its_set_and_a_lead_says_why_it_is_not(capsys):
    for channel, value in (("hosts", {"country": "NL"}), ("listings", {"origin": "CN"})):
        found = only(ask(channel, share=value, less_than=0.9))
        low, high = found.identified
        assert low < found.simulated.low < found.simulated.high < high
        assert not found.undrawn
    beliefs = set(research.load("stated_beliefs")["doubt"])
    assert {each.left_out.name for each in CHANNELS.values() if each.left_out} <= beliefs
    app(["ask", "listings", "--share", "origin=CN", "--minus", "origin=US"], standalone_mode=False)
    text = " ".join(capsys.readouterr().out.split())
    assert "No interval of drawn doubts: Nothing is believed of the doubt" in text


def test_one_of_something_is_in_the_singular(capsys):
    """In what is printed, and in every stored detail."""
    app(["ask", "listings", "--share", "origin=CN"], standalone_mode=False)
    found = [capsys.readouterr().out.replace("\n", " ")]
    found += [row.detail for row in only(ask("hosts", share={"country": "NL"})).budget]
    found += [text.read_text("utf-8") for text in RESULTS.glob("*.json")]
    assert "1 kind of models with" in " ".join(found[0].split())
    assert not re.search(r"\b1 (\w+s|groups of hosts|kinds of models) with ", " ".join(found))


# Listings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "attribute", "column", "value"),
    [("families", "family", "family", "llama"), ("quantizations", "level", "quantization", "Q4_0")],
)
def test_a_share_of_listings_leaves_open_what_the_table_leaves_out(table, attribute, column, value):
    rows, total = listed(table), all_listings()
    held = rows.groupby(column)["tag_occurrences"].sum()
    left = total - held.sum() + held.get("unknown", 0)
    expected = held[value] / total, (held[value] + left) / total
    found = ask("listings", share={attribute: value})
    assert ends(found) == pytest.approx(expected)
    assert "unknown" not in set(research.channels()["listings"].values(attribute)["value"])


def test_a_class_of_size_holds_the_sizes_between_its_edges():
    rows, total = listed("parameter_sizes"), all_listings()
    between = rows["parameters_billion"].between(1, 10, inclusive="left")
    held = rows["tag_occurrences"]
    left = total - held.sum()
    found = ask("listings", share={"size": "M"})
    assert ends(found) == pytest.approx(
        (held[between].sum() / total, (held[between].sum() + left) / total)
    )


def test_two_attributes_are_asked_of_the_tags_that_tell_both():
    tags = listed("model_tags").merge(research.load("model_crosswalk_tags"), on="ollama_tag")
    held = tags["tag_occurrences"]
    left = all_listings() - held.sum()
    chinese = tags["publisher_country"].eq("CN")
    medium = tags["parameters_billion"].between(1, 10, inclusive="left")
    assert tags["publisher_country"].notna().all()
    both = held[chinese & medium].sum()
    low, high = both / (held[medium].sum() + left), (both + left) / (held[medium].sum() + left)
    found = ask("listings", share={"origin": "CN"}, among={"size": "M"})
    assert ends(found) == pytest.approx((low, high))


def test_the_suspected_block_is_taken_out_by_choice():
    """All that its tags list beyond the other tags; as the analyses take it out."""
    kept, removed = (
        ask("listings", share={"family": "llama"}, clones=each) for each in ("kept", "removed")
    )
    again = research.run("families", measure="listings, 2025-04-24", clones="removed")
    ratio = next(iter(again.answer(measure="listings, 2025-04-24").estimates.values()))
    other = ask("listings", share={"family": "qwen2"}, clones="removed")
    assert only(removed).value / only(other).value == pytest.approx(ratio.value)
    assert only(removed).value != pytest.approx(only(kept).value)


# Sizes of downloads -------------------------------------------------------------------------------


def billions(name: str) -> tuple[float, float] | None:
    """The sizes that a name allows: half of its last digit to either side, and all experts."""
    found = re.search(r"(?:^|[-_ ])(?:(\d+)x)?(\d+(?:\.\d+)?)([bm])(?![a-z0-9])", name.lower())
    if not found:
        return None
    half = 0.5 / 10 ** len(found[2].partition(".")[2])
    unit, experts = {"b": 1, "m": 1e-3}[found[3]], int(found[1] or 1)
    return (float(found[2]) - half) * unit, (float(found[2]) + half) * unit * experts


def test_the_size_of_a_download_is_any_that_record_and_name_allow():
    models = research.load("hub_llm_panel")
    day = models["as_of"].max()
    models = models[models["as_of"] == day]
    recorded = research.load("hub_llm_models").set_index("model_id")["parameters"] / 1e9
    packed = r"awq|gptq|int4|4bit|4-bit|nvfp4|mxfp4|w4a16|bnb|quantized"
    low = high = 0.0
    for name, held in zip(models["model_id"], models["hub_downloads_30d"], strict=True):
        record, stated = recorded.get(name), billions(name.partition("/")[2])
        record = None if record is None or pd.isna(record) else float(record)
        is_packed = bool(re.search(packed, name.partition("/")[2].lower()))
        if record is None:
            least, most = stated or (0.0, math.inf)
        elif stated and (is_packed or not 0.5 <= sum(stated) / 2 / record <= 2):
            least, most = min(record, stated[0]), max(record, stated[1])
        else:
            least, most = record, 8 * record if is_packed else record
        low += held * (most < 1)
        high += held * (least < 1)
    total = models["hub_downloads_30d"].sum()
    found = ask("catalogue", share={"size": "S"}, on=f"{day:%Y-%m-%d}")
    assert ends(found) == pytest.approx((low / total, high / total))


def test_a_list_tells_sizes_as_the_analysis_of_sizes_does():
    found = only(ask("downloads", share={"origin": "CN"}, among={"size": "XL"}, on=LAST))
    tasks = {"task": ["text-generation", "image-text-to-text", "any-to-any"]}
    narrower = only(ask("downloads", share={"origin": "CN"}, among={"size": "XL"} | tasks, on=LAST))
    assert 0 < found.value < 1
    assert narrower.n < found.n
    assert ends(ask("listings", share={"size": "XL"}))[0] == 0
    over_time = ask("downloads", share={"size": "S"}, over="time")
    assert len(over_time.answers) >= 5


# What is refused ----------------------------------------------------------------------------------

REFUSED = {
    "hosts by size": ((("hosts",), {"share": {"size": "S"}}), "one host in several classes"),
    "hosts by family": ((("hosts",), {"share": {"family": "llama"}}), "ask the listings"),
    "hosts by origin": ((("hosts",), {"share": {"origin": "CN"}}), "ask by country"),
    "hosts over time": ((("hosts",), {"share": {"country": "CN"}, "over": "time"}), "one day"),
    "hosts of a day": ((("hosts",), {"share": {"country": "CN"}, "on": "2024"}), "They have: 2025"),
    "listings of 2026": ((("listings",), {"share": {"size": "M"}, "on": "2026"}), "hosts of a tag"),
    "listings by country": ((("listings",), {"share": {"country": "CN"}}), "ask the hosts"),
    "a country by its name": ((("hosts",), {"share": {"country": "China"}}), "Did you mean CN"),
    "a group of countries": (
        (("hosts",), {"share": {"country": "EU"}}), "Countries are named one by one"
    ),
    "a day that is none": (
        (("downloads",), {"share": {"origin": "CN"}, "on": "2024-12-31"}),
        "The nearest: 2024-09-20 and 2025-03-21.",
    ),
    "a size that is none": ((("listings",), {"share": {"size": "small"}}), "no class of size: S"),
    "a family with a slip": ((("listings",), {"share": {"family": "lama"}}), "llama"),
    "an attribute with a slip": ((("hosts",), {"rank": "countries"}), "country"),
    "a router by size": ((("tokens",), {"share": {"size": "S"}}), "no size"),
    "hosts beside pulls": (
        (("hosts", "pulls"), {"share": {"origin": "CN"}}), "show over_representation"
    ),
    "listings beside pulls": (
        (("listings", "pulls"), {"share": {"origin": "CN"}}), "downloads or catalogue"
    ),
    "a scan of one's own": (
        (("hosts",), {"share": {"country": "CN"}, "data": {"tenthe": TENTHE}}), "research run"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_hosts_do_not_tell_gets_its_reason(name):
    (channels, question), reason = REFUSED[name]
    with pytest.raises(ResearchError) as refused:
        ask(*channels, **question)
    assert reason in str(refused.value), refused.value


def test_the_command_tells_and_answers(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def typed(*words):
        app(["ask", *words], prog_name="research", standalone_mode=False)
        return capsys.readouterr().out

    told = typed("hosts")
    assert f"Days: {TENTHE}, {NUCLIDE}" in told
    assert "research ask hosts --share country=CN" in told
    shown = typed("hosts", "--share", "country=CN", "--minus", "country=US", "--on", "2025")
    told = " ".join(shown.split())
    assert "the share of hosts in China minus that of hosts in the US is −12.8 perc" in told
    assert "Hosts are not users." in told
    assert "\n\n\n" not in shown
    assert typed("listings", "--values", "size").count("\n") == 4
