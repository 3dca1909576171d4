"""Exports of other tools: told what they hold, and read once it is said what that is."""

from __future__ import annotations

import json
import re

import duckdb
import pytest

from research.collect.scans import Options
from research.results import ResearchError

BODY = {"models": [{"name": "a:1b", "details": {"family": "x", "parameter_size": "1.5B"}}]}
TIME = "2026-08-11T00:00:12"


def shodan(address):
    return {"ip_str": address, "ip": 1, "port": 11434, "org": "NET", "timestamp": TIME + ".444507",
            "location": {"country_code": "SE", "city": "Lund"}, "data": "HTTP/1.1"}  # fmt: skip


def zoomeye(address):
    return {"ip": address, "portinfo": {"port": 11434}, "timestamp": TIME,
            "geoinfo": {"country": {"code": "SE"}, "organization": "NET"}}  # fmt: skip


def censys(address):
    return {"host": {"ip": address, "location": {"country_code": "SE"}, "services": [
        {"port": 11434, "protocol": "OLLAMA"}], "autonomous_system": {"name": "NET"}}}  # fmt: skip


def zgrab(address):
    answer = {"status_code": 200, "body": json.dumps(BODY)}
    return {"ip": address, "data": {"http": {"result": {"response": answer}, "timestamp": TIME}}}


EXPORTS = {
    "shodan": (shodan, {
        "address": "ip_str", "country": "location.country_code", "city": "location.city",
        "as_organisation": "org", "observed_at": "timestamp"}),
    "zoomeye": (zoomeye, {
        "address": "ip", "port": "portinfo.port", "country": "geoinfo.country.code",
        "as_organisation": "geoinfo.organization", "observed_at": "timestamp"}),
    "censys": (censys, {
        "address": "host.ip", "port": "host.services.0.port", "observed_at": f"={TIME}Z",
        "country": "host.location.country_code", "as_organisation": "host.autonomous_system.name"}),
    "zgrab": (zgrab, {
        "address": "ip", "port": "=11434", "observed_at": "data.http.timestamp",
        "tags": "data.http.result.response.body", "country": "=SE"}),
}  # fmt: skip


def export(path, tool):
    rows = [EXPORTS[tool][0](f"198.18.0.{number}") for number in range(12)]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n{broken\n")
    return path


@pytest.mark.parametrize("tool", EXPORTS)
def test_an_export_is_told_what_it_holds_and_then_read(tmp_path, aggregated, tool):
    path, names = export(tmp_path / f"{tool}.jsonl", tool), EXPORTS[tool][1]
    with pytest.raises(ResearchError) as refused:
        aggregated(path)
    told = str(refused.value)
    assert "--map address=NAME" in told
    assert all(name in told for name in names.values() if not name.startswith("="))
    assert not re.search(r"198\.18|Lund|NET\b", told)
    found = aggregated(path, options=Options(names=names))
    assert found.totals["discovered_ips"] == 12
    assert found.totals.get("answering_hosts", 0) == (12 if tool == "zgrab" else 0)
    assert sum(found.reasons.values()) == 13 + 1  # one line is broken


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[\n  {"address": "198.18.0.1"}\n]', r"is a JSON array.*jq -c"),
        ('[{"address": "198.18.0.1"}, {"address": "198.18.0.2"}]', r"is a JSON array.*jq -c"),
        ('{"error": false, "size": 2, "results": [["198.18.0.1"]]}', r"holds error, size, results"),
        ('{"198.18.0.1": {"port": 1}, "2001:db8::1": 2}', r"holds no field with a name"),
        ("ip,port\n198.18.0.1,11434", r"first line of .* is no JSON object"),
        ("\0\0\0", r"first line of .* is no JSON object"),
        ("[" * 100_000, r"is a JSON array"),
        ('{"a":' * 100_000, r"first line of .* is no JSON object"),
    ],
)
def test_what_is_no_scan_is_told_what_it_is(tmp_path, aggregated, text, told):
    path = tmp_path / "export.jsonl"
    path.write_text(text)
    with pytest.raises(ResearchError, match=told) as refused:
        aggregated(path)
    assert "198.18" not in str(refused.value)


def test_columns_of_a_table_have_names_too(tmp_path, aggregated):
    path = tmp_path / "export.parquet"
    duckdb.execute(
        f"COPY (SELECT concat('198.18.0.', i) AS ip, {{'code': 'SE'}} AS place, 11434.0 AS port, "
        f"TIMESTAMP '{TIME}' AS seen FROM range(12) AS r(i)) TO '{path}' (FORMAT parquet)"
    )
    with pytest.raises(ResearchError, match=r"holds ip, place, port, seen"):
        aggregated(path)
    names = {"address": "ip", "country": "place.code", "observed_at": "seen"}
    found = aggregated(path, options=Options(names=names))
    assert found.totals["discovered_ips"] == 12
    assert found.reasons["all"] == sum(found.reasons.values())


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"adress": "ip"}, "no field 'adress'"),
        ({"address": "ip str"}, "a name is letters"),
        ({"address": "ip'); DROP TABLE x"}, "a name is letters"),
        ({"port": "=1'"}, "a name is letters"),
    ],
)
def test_a_name_that_is_none_is_refused(names, told):
    with pytest.raises(ResearchError, match=told):
        Options(names=names)
