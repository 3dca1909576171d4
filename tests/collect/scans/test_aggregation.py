"""From records to tables: the truth of an invented scan, and every kind of bad record."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter

import duckdb
import pytest

import research
from research.collect.scans import CloneRules, Options, record, scan_files, write_scan
from research.collect.scans.description import FORM
from research.results import ResearchError
from tests.shortened import first

GOOD = {
    "address": "198.18.7.7",
    "port": 11434,
    "country": "se",
    "city": "Lund",
    "as_organisation": "EXAMPLE",
    "observed_at": "2026-08-11T00:00:00Z",
    "version": "0.6.2",
    "tags": {"models": [{"name": "a:1b", "details": {"family": "x", "parameter_size": "1.5B"}}]},
}
NAMED = {"models": [{"name": "n" * 3_000_000}]}
BAD = {
    "broken": (b'{"address": "198.18.7.8", "po', record.BROKEN),
    "no object": (b"[1, 2]", record.BROKEN),
    "none of the fields": (b'{"ip": "198.18.7.8"}', record.BROKEN),
    "a NUL byte": (json.dumps(GOOD).encode().replace(b"Lund", b"Lu\0nd"), record.BROKEN),
    "no UTF-8": (json.dumps(GOOD).encode().replace(b"Lund", b"Lu\xffnd"), record.BROKEN),
    "an escaped NUL": (GOOD | {"city": "Lu\0nd"}, record.NUL),
    "a record of 40 MB": (GOOD | {"city": "n" * 40_000_000}, record.LONG_RECORD),
    "no address": (GOOD | {"address": None}, record.NO_ADDRESS),
    "a name as address": (GOOD | {"address": "example.com"}, record.NO_ADDRESS),
    "a dash as address": (GOOD | {"address": "-"}, record.NO_ADDRESS),
    "a network as address": (GOOD | {"address": "198.18.7.0/24"}, record.NO_ADDRESS),
    "a blank before the address": (GOOD | {"address": " 198.18.7.8"}, record.NO_ADDRESS),
    "a NUL in the address": (GOOD | {"address": "198.18\0.7.8"}, record.NO_ADDRESS),
    "an address that is none": (GOOD | {"address": "1" * 101}, record.NO_ADDRESS),
    "a list of addresses": (GOOD | {"address": ["198.18.7.8"]}, record.NO_ADDRESS),
    "no port": (GOOD | {"port": None}, record.NO_PORT),
    "a word as port": (GOOD | {"port": "many"}, record.NO_PORT),
    "a port too large": (GOOD | {"port": 65536}, record.NO_PORT),
    "no time": (GOOD | {"observed_at": None}, record.NO_TIME),
    "a word as time": (GOOD | {"observed_at": "yesterday"}, record.NO_TIME),
    "a clock of 2099": (GOOD | {"observed_at": "2099-08-11T00:00:00Z"}, record.NO_TIME),
    "a clock of the year 1": (GOOD | {"observed_at": "0001-08-11T00:00:00Z"}, record.NO_TIME),
    "part of a port": (GOOD | {"port": "80.5"}, record.NO_PORT),
    "a body of another kind": (GOOD | {"tags": [1]}, record.NO_MODELS),
    "a body whose text is broken": (GOOD | {"tags": '{"models": ['}, record.NO_MODELS),
    "models that are no list": (GOOD | {"tags": {"models": "all"}}, record.NO_MODELS),
    "a model without a name": (GOOD | {"tags": {"models": [{"size": 1}]}}, record.NO_MODELS),
    "a name of 1,001 letters": (
        GOOD | {"tags": {"models": [{"name": "n" * 1_001}]}},
        record.LONG_NAME,
    ),
    "a name of 3 MB": (GOOD | {"tags": NAMED}, record.LONG_NAME),
}
KEPT = {
    "a body as text": GOOD | {"tags": json.dumps(GOOD["tags"])},
    "no body": GOOD | {"tags": None},
    "models that are null": GOOD | {"tags": {"models": None}},
    "a text of models that are null": GOOD | {"tags": '{"models": null}'},
    "a port from a table of numbers": GOOD | {"port": 11434.0},
    "no models": GOOD | {"tags": {"models": []}},
    "a name of 1,000 letters": GOOD | {"tags": {"models": [{"name": "n" * 1_000}]}},
    "a port as text": GOOD | {"port": "80"},
    "a time with an offset": GOOD | {"observed_at": "2026-08-11T09:00:00.5+09:00"},
    "nothing that may be absent": {k: GOOD[k] for k in ("address", "port", "observed_at")},
}


def write(path, *lines):
    rows = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"\n".join(rows) + b"\n")
    return path


def crowd(count, **changed):
    """Good records of so many other hosts."""
    return [GOOD | {"address": f"203.0.113.{number}"} | changed for number in range(count)]


def test_the_truth_of_an_invented_scan_is_found(scan, made, table):
    truth, (found, _) = scan[1], made
    assert found.totals["discovered_ips"] == truth.hosts
    assert found.totals["endpoints"] == truth.endpoints
    assert found.totals["discovered_records"] == truth.records
    silent = sum(n for (_, held), n in truth.class_sets.items() if held == record.NO_ANSWER)
    assert found.totals["answering_hosts"] == truth.hosts - silent
    told = table(found.datasets[0], "suspected_clones").set_index("rule")["hosts"]
    assert {rule: told[rule] for rule in truth.suspected} == truth.suspected
    assert told["any rule"] == truth.suspected.total()
    reasons = {reason: n for reason, n in found.reasons.items() if n}
    assert reasons == Counter(truth.bad) | {"all": truth.records}


# Without clones only countries of many clones can be told: in this scan the first.
@pytest.mark.parametrize(("which", "counted", "least"), [(0, "class_sets", 20), (1, "genuine", 5)])
def test_published_class_sets_and_sums_over_them_are_true(scan, made, table, which, counted, least):
    truth, dataset = getattr(scan[1], counted), made[0].datasets[which]
    sets = table(dataset, "class_sets").dropna(subset="hosts")
    assert len(sets) > least
    for row in sets.itertuples():
        assert truth[row.country, row.class_set] == row.hosts
    for row in table(dataset, "parameter_scale").dropna(subset="answering_hosts").itertuples():
        held = [n for (country, name), n in truth.items()
                if country == row.country and row.parameter_class in name.split("+")]  # fmt: skip
        assert sum(held) == row.answering_hosts
    for row in table(dataset, "class_overlaps").dropna(subset="answering_hosts").itertuples():
        pair = {row.class_a, row.class_b}
        held = [n for (country, name), n in truth.items()
                if country == row.country and pair <= {*name.split("+")}]  # fmt: skip
        assert sum(held) == row.answering_hosts


def test_networks_and_their_squares_are_true(scan, made, table):
    truth, dataset = scan[1].organisations, made[0].datasets[0]
    listed = table(dataset, "hosting")
    assert listed["discovered_ips"].min() >= 10
    assert all(truth[row.organisation] == row.discovered_ips for row in listed.itertuples())
    sizes = table(dataset, "organisation_sizes")
    assert sizes["sum_of_squares"].sum() == (listed["discovered_ips"] ** 2).sum()


@pytest.mark.parametrize("form", first(["parquet", "jsonl.zst", "jsonl"]))
def test_the_form_of_the_files_changes_nothing(tmp_path, aggregated, table, form):
    truths = {kind: write_scan(tmp_path / kind, 1_500, form=kind) for kind in ("jsonl.gz", form)}
    ours = aggregated(tmp_path / form, options=Options(name="ours"))
    packed = aggregated(tmp_path / "jsonl.gz", options=Options(name="packed"))
    bad = truths["jsonl.gz"].records - truths[form].records  # Parquet holds no broken record
    assert packed.totals.pop("discovered_records") - ours.totals.pop("discovered_records") == bad
    assert ours.totals == packed.totals
    for name in ("class_sets", "model_tags", "hosting"):
        one, other = table(ours.datasets[0], name), table(packed.datasets[0], name)
        assert one.equals(other)


def test_bad_records_of_every_kind_are_counted_by_reason(tmp_path, aggregated):
    lines, reasons = zip(*BAD.values(), strict=True)
    found = aggregated(write(tmp_path / "scan.jsonl", *crowd(12), *lines))
    counted = {name: n for name, n in found.reasons.items() if n}
    assert counted == Counter(reasons) | {"all": 12 + len(BAD)}
    assert found.totals["discovered_ips"] == 12


@pytest.mark.long
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_record_is_counted_by_its_reason_and_stops_nothing(tmp_path, aggregated, kind):
    line, reason = BAD[kind]
    found = aggregated(write(tmp_path / "scan.jsonl", *crowd(12), line))
    assert {name: n for name, n in found.reasons.items() if n} == {reason: 1, "all": 13}
    assert found.totals["discovered_ips"] == 12


def test_how_much_is_done_is_told_in_order(tmp_path, aggregated):
    told = []
    path = write(tmp_path / "scan.jsonl", *crowd(12))
    aggregated(path, announce=lambda stage, done: told.append((stage, done)))
    assert len({stage for stage, _ in told}) == 4
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert 0 == told[0][1] < told[-1][1] < 1


def test_records_with_less_or_otherwise_written_count_together(tmp_path, aggregated):
    others = [row | {"address": f"198.18.9.{n}"} for n, row in enumerate(KEPT.values())]
    found = aggregated(write(tmp_path / "scan.jsonl", *crowd(12), *others))
    counted = {name: n for name, n in found.reasons.items() if n}
    assert counted == {"all": 12 + len(KEPT), record.NO_COUNTRY: 1}
    assert found.totals["discovered_ips"] == 12 + len(KEPT)


@pytest.mark.long
@pytest.mark.parametrize("kind", KEPT)
def test_a_record_with_less_or_otherwise_written_counts(tmp_path, aggregated, kind):
    found = aggregated(write(tmp_path / "scan.jsonl", *crowd(12), KEPT[kind]))
    unknown = int("country" not in KEPT[kind])
    assert {name: n for name, n in found.reasons.items() if n} == {"all": 13} | (
        {record.NO_COUNTRY: unknown} if unknown else {}
    )
    assert found.totals["discovered_ips"] == 13


def test_the_newest_valid_record_of_an_endpoint_counts(tmp_path, aggregated, table):
    newer = {"models": [{"name": "b:1b", "details": {"parameter_size": "70.6B"}}]}
    lines = [
        *crowd(20),
        *crowd(20, observed_at="2026-08-12T00:00:00Z", tags=newer),
        *crowd(20, observed_at="2026-08-13T00:00:00Z", tags=[]),  # newest of all, and broken
    ]
    found = aggregated(write(tmp_path / "scan.jsonl", *reversed(lines)))
    assert found.reasons[record.DUPLICATE] == 20
    assert found.datasets[0].version == "2026-08-12"
    assert table(found.datasets[0], "model_tags")["ollama_tag"].tolist() == ["b:1b"]


def test_ports_of_an_address_are_one_host_with_the_models_of_all(tmp_path, aggregated, table):
    other = {"models": [{"name": "b:1b", "details": {"family": "x", "parameter_size": "70.6B"}}]}
    lines = [*crowd(20), *crowd(20, port=8080, tags=other)]
    found = aggregated(write(tmp_path / "scan.jsonl", *lines))
    assert (found.totals["discovered_ips"], found.totals["endpoints"]) == (20, 40)
    dataset = found.datasets[0]
    assert table(dataset, "class_sets")[["class_set", "hosts"]].to_numpy().tolist() == [
        ["M+XL", 20]
    ]
    family = table(dataset, "families").iloc[0]
    assert (family["answering_hosts"], family["tag_occurrences"]) == (20, 40)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"tags": {"models": [{"name": f"m{n}", "digest": "d"} for n in range(5)]}}, 0),
        (
            {
                "version": "0.5.9",
                "tags": {"models": [{"name": "g", "details": {"family": "gemma3"}}]},
            },
            1,
        ),
        (
            {
                "tags": {
                    "models": [{"name": "deepseek-r1:14b", "details": {"parameter_size": "14B"}}]
                }
            },
            2,
        ),
    ],
)
def test_each_rule_finds_its_clones_and_no_others(tmp_path, aggregated, table, changed, rule):
    genuine = [GOOD | {"address": f"198.18.9.{n}", "tags": {"models": [
        {"name": f"own{n}-{k}", "details": {"family": "gemma3", "parameter_size": "14.8B"}}
        for k in range(5)]}} for n in range(30)]  # fmt: skip
    rows = [row | {"version": "0.6.0"} for row in genuine]
    found = aggregated(write(tmp_path / "scan.jsonl", *crowd(25, **changed), *rows))
    told = table(found.datasets[0], "suspected_clones")["hosts"].tolist()
    assert told == [25 * (position in (rule, 3)) for position in range(4)]
    assert table(found.datasets[1], "totals").set_index("name")["value"]["discovered_ips"] == 30


def model(name="m:latest", family="x", size="8.0B", level="Q4_0", **more):
    details = {"family": family, "parameter_size": size, "quantization_level": level}
    return {"name": name, "details": details} | more


@pytest.mark.parametrize(
    ("table_of", "column", "detail"),
    [
        ("families", "family", "family"),
        ("parameter_sizes", None, "size"),
        ("quantizations", "quantization", "level"),
    ],
)
@pytest.mark.parametrize("word", first([" Unknown ", "unknown", "Unknown"]))
def test_a_server_that_says_unknown_is_one_that_says_nothing(
    tmp_path, aggregated, table, table_of, column, detail, word
):
    silent, says = ({"models": [model(**{detail: text})]} for text in ("", word))
    lines = [*crowd(12, tags=silent), *(row | {"port": 80} for row in crowd(25, tags=says))]
    found = aggregated(write(tmp_path / "scan.jsonl", *lines))
    assert found.reasons[record.UNCLEAR_SIZE] == found.reasons[record.UNCLEAR_LEVEL] == 0
    if column is None:  # a size without a number is in no row
        assert f"my_scan_{table_of}" not in found.datasets[0].resources
        return
    rows = table(found.datasets[0], table_of)
    told = rows[[column, "answering_hosts", "tag_occurrences"]].to_numpy().tolist()
    assert told == [["unknown", 25, 37]]


@pytest.mark.parametrize(
    "word", first(["unknown", "none", "other", "total", "no answer", "??", "NA"], 2)
)
def test_a_label_of_the_tables_never_meets_the_same_word_in_the_data(
    tmp_path, aggregated, table, word
):
    tags = {"models": [model(name=word, family=word, level=word)]}
    lines = [
        *crowd(20, city=word, as_organisation=word, tags=tags),
        *(row | {"address": f"198.18.9.{n}"} for n, row in enumerate(
            crowd(15, city="", as_organisation="", tags={"models": [model(family="", level="")]}))),
    ]  # fmt: skip
    dataset = aggregated(write(tmp_path / "scan.jsonl", *lines)).datasets[0]
    for name, column in (("hosting", "organisation"), ("cities", "city")):
        assert table(dataset, name)[column].tolist() == [word]
    assert table(dataset, "model_tags")["ollama_tag"].tolist() == [word, "m:latest"]
    for name, column in (("families", "family"), ("quantizations", "quantization")):
        expected = ["unknown"] if word == "unknown" else [word, "unknown"]
        assert table(dataset, name)[column].tolist() == expected


@pytest.mark.parametrize(
    "mark", [{"remote_host": "https://example.com:443"}, {"remote_model": "n"}]
)
def test_a_model_that_runs_elsewhere_is_listed_and_not_run(tmp_path, aggregated, table, mark):
    away = model("n:cloud", "gptoss", "671.0B", "MXFP4", **mark)
    lines = [
        *crowd(30, tags={"models": [model(), away]}),
        *(row | {"address": f"198.18.9.{n}"} for n, row in enumerate(
            crowd(12, tags={"models": [away]}))),
    ]  # fmt: skip
    dataset = aggregated(write(tmp_path / "scan.jsonl", *lines), options=Options(
        rules=CloneRules(hosts=100))).datasets[0]  # fmt: skip
    sets = table(dataset, "class_sets").set_index("class_set")["hosts"]
    assert sets.to_dict() == {"M": 30, "none": 12}
    assert table(dataset, "families")["family"].tolist() == ["x"]
    assert table(dataset, "quantizations")["quantization"].tolist() == ["Q4_0"]
    assert table(dataset, "model_tags")["ollama_tag"].tolist() == ["m:latest"]
    remote = table(dataset, "remote_tags")[["ollama_tag", "answering_hosts", "tag_occurrences"]]
    assert remote.to_numpy().tolist() == [["n:cloud", 42, 42]]
    assert table(dataset, "suspected_clones")["hosts"].tolist() == [0, 0, 0, 0]


def test_what_is_not_understood_is_told_and_suspected_of_nothing(tmp_path, aggregated, table):
    strange = [model(f"m{n}", size=text, level=text) for n, text in enumerate(("tiny", "E4M3"))]
    lines = [*crowd(20, tags={"models": strange}), *crowd(15, port=80)]
    found = aggregated(write(tmp_path / "scan.jsonl", *lines))
    assert found.reasons[record.UNCLEAR_SIZE] == found.reasons[record.UNCLEAR_LEVEL] == 20
    bad = table(found.datasets[0], "bad_records").set_index("reason")["kept"]
    assert bad.to_dict() == {record.UNCLEAR_SIZE: True, record.UNCLEAR_LEVEL: True}
    assert table(found.datasets[0], "suspected_clones")["hosts"].tolist() == [0, 0, 0, 0]
    levels = table(found.datasets[0], "quantizations").set_index("quantization")["bits"]
    assert levels[["tiny", "E4M3"]].isna().all()


def test_the_rules_are_choices(tmp_path, aggregated, table):
    path = write(tmp_path / "scan.jsonl", *crowd(25))
    strict = Options(rules=CloneRules(hosts=25, models=1))
    told = table(aggregated(path, options=strict).datasets[0], "suspected_clones")
    assert told["hosts"].tolist() == [25, 0, 0, 25]


def test_few_clones_are_not_told(tmp_path, aggregated):
    odd = {"models": [{"name": "deepseek-r1:14b", "details": {"parameter_size": "14B"}}]}
    clones = [GOOD | {"address": f"198.18.9.{n}", "tags": odd} for n in range(4)]
    found = aggregated(write(tmp_path / "scan.jsonl", *crowd(40), *clones))
    assert [dataset.name for dataset in found.datasets] == ["my_scan"]


def test_a_scan_of_few_hosts_is_refused_without_saying_how_few(tmp_path, aggregated):
    with pytest.raises(ResearchError, match=r"fewer hosts .* than the threshold of 10") as told:
        aggregated(write(tmp_path / "scan.jsonl", *crowd(9)))
    assert "9" not in str(told.value)
    assert not (tmp_path / "datasets-duckdb").exists()


@pytest.mark.parametrize("silent", [3, 12])
def test_the_few_that_did_not_answer_are_not_told(tmp_path, aggregated, silent):
    quiet = [GOOD | {"address": f"198.18.9.{n}", "tags": None} for n in range(silent)]
    found = aggregated(write(tmp_path / "scan.jsonl", *crowd(40), *quiet))
    assert ("answering_hosts" in found.totals) == (silent == 12)


def test_tables_of_a_bundled_form_have_its_columns(made):
    bundled = research.describe(FORM).resources
    for dataset in made[0].datasets:
        forms = {r["form"]: r for r in dataset.resources.values() if r["form"] in bundled}
        assert set(forms) == set(bundled)
        for form, resource in forms.items():
            ours, theirs = (
                [(f["name"], f["type"]) for f in each["schema"]["fields"]]
                for each in (resource, bundled[form])
            )
            assert ours == theirs


def test_a_second_release_of_a_version_is_refused(tmp_path, aggregated):
    path = write(tmp_path / "scan.jsonl", *crowd(12))
    aggregated(path)
    with pytest.raises(ResearchError, match=r"2026-08-11 already.*suppressed cells"):
        aggregated(path, options=Options(threshold=5))


def test_a_scan_without_a_valid_record_is_refused_and_says_why(tmp_path, aggregated):
    path = write(tmp_path / "scan.jsonl", BAD["broken"][0], BAD["no port"][0])
    with pytest.raises(ResearchError, match=re.escape(record.NO_PORT)):
        aggregated(path)


@pytest.mark.parametrize(
    ("options", "told"),
    [({"name": "My scan"}, "cannot name a dataset"), ({"threshold": 1}, "at least 2")],
)
def test_bad_options_are_refused(options, told):
    with pytest.raises(ResearchError, match=told):
        Options(**options)


def test_files_are_found_in_folders_and_others_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no records")
    with pytest.raises(ResearchError, match="No file of records"):
        scan_files([tmp_path])
    with pytest.raises(ResearchError, match="no file or folder"):
        scan_files([tmp_path / "absent.jsonl"])
    inner = tmp_path / "day"
    inner.mkdir()
    kept = [write(inner / name, GOOD) for name in ("a.jsonl", "b.ndjson", "c.parquet")]
    assert scan_files([tmp_path]) == kept


def test_the_same_seed_gives_the_same_scan_with_reserved_addresses_alone(tmp_path):
    for name in ("one", "two"):
        write_scan(tmp_path / name, 300, seed=9, form="jsonl")
    one, two = ((tmp_path / name / "scan-0000.jsonl").read_bytes() for name in ("one", "two"))
    assert one == two
    found = duckdb.read_json(str(tmp_path / "one" / "*.jsonl"), format="newline_delimited",
                             columns={"address": "VARCHAR"}, ignore_errors=True)  # fmt: skip
    addresses = {row[0] for row in found.fetchall() if row[0]}
    assert all(re.match(r"198\.1[89]\.|2001:db8:", address) for address in addresses)


@pytest.mark.parametrize("nothing", first([{"models": None}, '{"models":null}', {"models": []}]))
def test_a_server_without_models_answers(tmp_path, aggregated, table, nothing):
    found = aggregated(write(tmp_path / "scan.jsonl", *crowd(12, tags=nothing)))
    assert found.totals["answering_hosts"] == 12
    sets = table(found.datasets[0], "class_sets").set_index("class_set")["hosts"]
    assert sets.to_dict() == {"none": 12}


def test_a_machine_is_one_host_however_it_is_spelled(tmp_path, aggregated):
    spelled = (
        "203.0.113.{0}",
        "203.0.113.{0}:80",
        "http://203.0.113.{0}:80/",
        "::ffff:203.0.113.{0}",
    )
    lines = [GOOD | {"address": text.format(n)} for n in range(12) for text in spelled]
    found = aggregated(write(tmp_path / "scan.jsonl", *lines))
    assert found.totals["discovered_ips"] == 12
    assert found.reasons[record.DUPLICATE] == 36


def test_the_threshold_counts_machines_and_not_their_spellings(tmp_path, aggregated):
    spelled = ("203.0.113.{0}", "http://203.0.113.{0}:80/", "::ffff:203.0.113.{0}")
    lines = [GOOD | {"address": text.format(n)} for n in range(9) for text in spelled]
    with pytest.raises(ResearchError, match="than the threshold of 10"):
        aggregated(write(tmp_path / "scan.jsonl", *lines))


def test_what_is_no_country_is_told(tmp_path, aggregated, table):
    lines = [row for n, code in enumerate(("UK", "EU", "AP", "XX", "ZZ", "", "USA"))
             for row in crowd(12, port=n + 1, country=code)]  # fmt: skip
    lines = [row | {"address": f"198.18.{row['port']}.{n}"} for n, row in enumerate(lines)]
    found = aggregated(write(tmp_path / "scan.jsonl", *lines, *crowd(12, country=" se ")))
    assert found.reasons[record.NO_COUNTRY] == 7 * 12
    assert table(found.datasets[0], "countries")["country"].tolist() == ["SE"]
    assert table(found.datasets[0], "class_sets")["country"].unique().tolist() == ["SE"]


@pytest.mark.parametrize("form", first(["jsonl.zst", "jsonl.gz", "jsonl"]))
def test_a_byte_order_mark_costs_no_record(tmp_path, aggregated, form):
    plain = write(tmp_path / "plain", b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), *crowd(12))
    marked = tmp_path / f"marked.{form}"
    packed = {"jsonl": "none", "jsonl.gz": "gzip", "jsonl.zst": "zstd"}[form]
    pack(plain, marked, packed)
    other = write(tmp_path / "other.jsonl", *crowd(3, port=80))
    found = aggregated(marked, other)
    assert {name: n for name, n in found.reasons.items() if n} == {"all": 16}
    assert found.totals["discovered_ips"] == 13


def pack(plain, path, packed):
    if packed == "zstd":
        text = plain.read_bytes().decode("utf-8").splitlines()
        with duckdb.connect() as connection:
            rows = ", ".join("(?)" for _ in text)
            connection.execute(
                f"COPY (SELECT * FROM (VALUES {rows})) TO '{path}' (FORMAT csv, HEADER false, "
                "QUOTE '', ESCAPE '', DELIMITER '\x01', COMPRESSION zstd)",
                text,
            )
        return
    path.write_bytes(gzip.compress(plain.read_bytes()) if packed == "gzip" else plain.read_bytes())


NAMES = ("x[1].jsonl", "one*/in.jsonl", "q?.jsonl", "{a,b}.jsonl", "it's.jsonl",
         "country=FR/k.jsonl", "back\\s.JSONL", "a b%20.jsonl")  # fmt: skip
DECOYS = ("x1.jsonl", "one2/in.jsonl", "qa.jsonl", "a.jsonl", "b.jsonl")


def lay_out(folder):
    """Files with signs in their names, each beside files that these would match."""
    for number, name in enumerate((*NAMES, *DECOYS)):
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        hosts = [row | {"address": f"198.18.{number}.{n}"} for n, row in enumerate(crowd(4))]
        write(folder / name, *hosts)
    return [folder / name for name in NAMES]


def test_the_files_that_are_named_are_the_files_that_are_read(tmp_path, aggregated, table):
    found = aggregated(*lay_out(tmp_path / "in"))
    assert found.totals["discovered_ips"] == 4 * len(NAMES)
    assert table(found.datasets[0], "countries")["country"].tolist() == ["SE"]


def test_a_file_that_is_named_twice_is_read_once(tmp_path):
    path = write(tmp_path / "scan.jsonl", GOOD)
    assert scan_files([tmp_path, path, tmp_path / "." / "scan.jsonl"]) == [path]


def test_a_packed_table_is_no_file_of_records(tmp_path):
    write(tmp_path / "a.parquet.gz", GOOD)
    with pytest.raises(ResearchError, match="No file of records"):
        scan_files([tmp_path])


def test_a_file_that_cannot_be_read_is_named(tmp_path, aggregated):
    good = write(tmp_path / "good.jsonl", *crowd(12))
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(gzip.compress(good.read_bytes())[:60])
    with pytest.raises(ResearchError, match=r"torn\.jsonl\.gz: DuckDB could not read"):
        aggregated(good, torn)
    assert not list(tmp_path.glob("datasets*/*"))


def test_a_deep_record_and_a_long_one_count(tmp_path, aggregated):
    deep = b'{"address": "198.18.9.8", "port": 1, "observed_at": "2026-08-11T00:00:00Z", "x": '
    deep += b"[" * 2_000 + b"]" * 2_000 + b"}"
    long = GOOD | {"address": "198.18.9.9", "city": "n" * 3_000_000}
    found = aggregated(write(tmp_path / "scan.jsonl", *crowd(12), long, deep))
    assert {name: n for name, n in found.reasons.items() if n} == {"all": 14, record.NO_COUNTRY: 1}
    assert found.totals["discovered_ips"] == 14


@pytest.mark.long
def test_a_record_longer_than_any_buffer_is_counted(tmp_path, aggregated):
    path = write(tmp_path / "scan.jsonl", *crowd(12))
    with path.open("ab") as file:
        file.write(b'{"address": "198.18.9.9", "city": "' + b"n" * 80_000_000 + b'"}\n')
    found = aggregated(path)
    assert found.reasons[record.LONG_RECORD] == 1
    assert found.reasons["all"] == 13
    assert found.totals["discovered_ips"] == 12
