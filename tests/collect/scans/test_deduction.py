"""A reader of all published tables at once cannot deduce what few hosts are.

The attack reads nothing but the tables. It knows what any reader can: that cells are not negative,
that a row whose count is missing has a host, that what is left out of a table adds up to the total,
that the tables with and without suspected clones are of the same hosts, that a host which lists a
tag answers, and how many records, endpoints and hosts there are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby, product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from research.collect.scans import record
from research.collect.scans.protection import protect
from research.collect.scans.stages import KINDS, PORTS
from research.collect.scans.tables import published
from research.collect.scans.texts import withhold
from tests.shortened import first

THRESHOLD = 10
ROUNDING = 1e-6  # of the solver, in hosts
SIZES = {"0.5B": "S", "3.2B": "M", "8.0B": "M", "14.8B": "L", "70.6B": "XL"}
MODELS = {  # tag: family, size, level
    "a:1": ("llama", "0.5B", "Q4_0"), "a:2": ("llama", "8.0B", "Q4_0"),
    "b:1": ("qwen2", "3.2B", "Q8_0"), "b:2": ("qwen2", "14.8B", "Q4_0"),
    "c:1": ("llama", "70.6B", "Q8_0"), "d:1": ("bert", "", "F16"),
}  # fmt: skip


# An invented scan, and its counts without any engine ----------------------------------------------


def invented(rng, countries, hosts):
    """Hosts of few countries, regions and networks; some silent, some clones, some placeless."""
    parts = rng.dirichlet(np.full(len(countries), 0.7))
    likes = rng.dirichlet(np.full(len(MODELS), 0.4), len(countries))
    silent, clones = rng.choice([0, 0.05, 0.3]), rng.choice([0, 0.1, 0.5])
    made = []
    for _ in range(hosts):
        at = rng.choice(len(countries), p=parts)
        answers = rng.random() >= silent
        listed = rng.choice(list(MODELS), rng.integers(0, 4), p=likes[at]) if answers else []
        made.append({
            "country": countries[at], "city": f"{countries[at]}{rng.geometric(0.5)}",
            "organisation": f"AS{rng.geometric(0.3)}", "answered": answers,
            "models": tuple(sorted(set(listed))),
            "ports": {PORTS[min(rng.geometric(0.7), 4) - 1] for _ in range(rng.integers(1, 3))},
            "suspicion": int(rng.integers(1, 8)) if answers and rng.random() < clones else 0,
        })  # fmt: skip
    return made


def class_bits(models):
    held = {SIZES[MODELS[tag][1]] for tag in models if MODELS[tag][1]}
    return sum(1 << place for place, code in enumerate(record.CLASSES) if code in held)


def counted(rows, *columns):
    """Hosts and genuine hosts by columns."""
    frame = pd.DataFrame(rows)
    frame["hosts"], frame["genuine"] = 1, (frame["suspicion"] == 0).astype(int)
    return frame.groupby(list(columns), as_index=False)[["hosts", "genuine"]].sum()


def total(name, rows, weight=lambda _row: 1):
    genuine = [row for row in rows if not row["suspicion"]]
    return {"name": name, "hosts": sum(map(weight, rows)), "genuine": sum(map(weight, genuine))}


def values(rows, kind):
    """Tags, families, sizes or levels as the engine counts them: those of few hosts in one row."""
    column = KINDS[kind]
    place = {"tag": None, "remote": None, "family": 0, "size": 1, "level": 2}[column]
    found = Counter()
    for row in rows:
        listed = [tag if place is None else MODELS[tag][place] for tag in row["models"]]
        listed = [] if column == "remote" else listed
        genuine, ports = not row["suspicion"], len(row["ports"])
        for value in listed:
            found[value, "listings"] += ports
            found[value, "genuine_listings"] += ports * genuine
        for value in set(listed):
            found[value, "hosts"] += 1
            found[value, "genuine"] += genuine
    names = sorted({value for value, _ in found})
    counts = ["hosts", "genuine", "listings", "genuine_listings"]
    table = pd.DataFrame([[found[name, count] for count in counts] for name in names],
                         columns=counts).assign(cells=1)  # fmt: skip
    table.insert(0, column, [name if found[name, "hosts"] >= THRESHOLD else None for name in names])
    table = table.groupby(column, dropna=False, as_index=False).sum()
    if column == "size":
        table["billions"] = pd.to_numeric(table["size"].str.removesuffix("B"), errors="coerce")
    if column == "level":
        table["bits"] = table["level"].str.extract(r"(\d+)", expand=False).astype("Float64")
    return table.astype(dict.fromkeys([*counts, "cells"], "int64"))


def counts_of(rows):
    """All counts of a scan, in the form in which the engines give them."""
    for row in rows:
        row["classes"] = class_bits(row["models"])
    ports = [total(f"discovered_ips_port_{port}", [r for r in rows if port in r["ports"]])
             for port in PORTS]  # fmt: skip
    answering = [row for row in rows if row["answered"]]
    endpoints = sum(len(row["ports"]) for row in rows)
    placeless = sum(row["country"] == record.UNKNOWN_COUNTRY for row in rows)
    reasons = {record.BROKEN: 3, record.DUPLICATE: 2, record.NO_COUNTRY: placeless,
               "all": endpoints + 5}  # fmt: skip
    suspicions = Counter(row["suspicion"] for row in rows)
    return {
        "reasons": pd.DataFrame(reasons.items(), columns=["reason", "records"]),
        "totals": pd.DataFrame([
            total("discovered_ips", rows), total("answering_hosts", answering),
            total("endpoints", answering, lambda row: len(row["ports"])), *ports,
        ]),
        "countries": counted(rows, "country"),
        "cities": counted(rows, "country", "city"),
        "hosting": counted(rows, "organisation"),
        "class_sets": counted(rows, "country", "answered", "classes"),
        "suspected_clones": pd.DataFrame(suspicions.items(), columns=["suspicion", "hosts"]),
        "signatures": pd.DataFrame(
            columns=["size", "hosts", "organisations", "countries", "identical", "strange"]
        ),
        **{kind: values(rows, kind) for kind in KINDS},
    }  # fmt: skip


# The attack ---------------------------------------------------------------------------------------


@dataclass
class Attack:
    """Unknown counts (genuine hosts, clones) of named things, and what is known of them."""

    places: dict
    rows: list

    def cell(self, *name):
        return self.places.setdefault(name, len(self.places))

    def know(self, names, part, low, high=None):
        """So many are these together: hosts, genuine hosts or clones."""
        parts = {"hosts": ("genuine", "clones")}.get(part, (part,))
        cells = [self.cell(*name, one) for name in names for one in parts]
        self.rows.append((cells, low, low if high is None else high))

    def same(self, one, other):
        """Both sums are as far from some large number as one more unknown count."""
        spare = self.cell("spare", len(self.places))
        self.rows += [([*one, spare], 1e6, 1e6), ([*other, spare], 1e6, 1e6)]

    def _solve(self, goal):
        weights = np.zeros((len(self.rows), len(self.places)))
        for place, (cells, _, _) in enumerate(self.rows):
            weights[place, cells] = 1
        low, high = np.array([(low, high) for _, low, high in self.rows], dtype=float).T
        same = low == high
        upper, lower = ~same & np.isfinite(high), ~same & np.isfinite(low)
        return linprog(
            goal, A_eq=csr_array(weights[same]), b_eq=low[same],
            A_ub=csr_array(np.vstack([weights[upper], -weights[lower]])),
            b_ub=np.concatenate([high[upper], -low[lower]]),
        )  # fmt: skip

    def range(self, name, part):
        """The least and the greatest that a count can be."""
        goal = np.zeros(len(self.places))
        for one in {"hosts": ("genuine", "clones")}.get(part, (part,)):
            goal[self.cell(*name, one)] = 1
        return self._solve(goal).fun, -self._solve(-goal).fun

    def narrow(self, small):
        """Those of the small counts (names, part) that are known more closely than they may be."""
        goals = np.zeros((len(small), len(self.places)))
        for place, (name, part) in enumerate(small):
            for one in {"hosts": ("genuine", "clones")}.get(part, (part,)):
                goals[place, self.cell(*name, one)] = 1
        least, greatest = np.full(len(small), np.inf), np.full(len(small), -np.inf)
        for place in range(len(small)):
            for sign in (1, -1):
                if greatest[place] - least[place] < THRESHOLD - ROUNDING:
                    found = self._solve(sign * goals[place])
                    assert found.status in (0, 3), found.message
                    if found.status == 3:  # without limit
                        least[place], greatest[place] = -np.inf, np.inf
                        continue
                    least = np.minimum(least, goals @ found.x)
                    greatest = np.maximum(greatest, goals @ found.x)
        width = greatest - least
        return [(*named, least[place], greatest[place]) for place, named in enumerate(small)
                if width[place] < THRESHOLD - ROUNDING]  # fmt: skip


def parts_of(tables):
    """Each part that the two datasets tell, from the one that counts clones and the other."""
    return [("hosts", tables[0]), *([("genuine", tables[1])] if len(tables) > 1 else [])]


def attacked(rows, tables):
    """All that the tables tell, of cells named by what a scan has; ``rows`` gives names alone."""
    sets = [record.NO_ANSWER, *map(record.class_set, range(16))]
    places = sorted({row["country"] for row in rows})
    attack = Attack({}, [])
    for country in places:
        for name in sets:
            for part in ("genuine", "clones"):
                attack.cell("set", country, name, part)
    every = [("set", country, name) for country in places for name in sets]
    for part, frames in parts_of(tables):
        read_countries(attack, part, frames, places, sets)
        read_class_sets(attack, part, frames, sets)
        read_hosting(attack, part, frames, rows)
        read_cities(attack, part, frames, rows)
        read_totals(attack, part, frames, every)
        read_values(attack, part, frames, places, sets)
    link(attack, rows, places, sets)
    return attack


def one_total(frames, name):
    told = frames["totals"].set_index("name")["value"]
    return float(told[name]) if name in told else None


def hidden_cells(frames, table, group=""):
    if "suppression" not in frames:
        return 0
    told = frames["suppression"]
    return int(told.loc[(told["table"] == table) & (told["part"] == group), "cells"].sum())


def read_countries(attack, part, frames, places, sets):
    if "countries" not in frames:
        return
    told = frames["countries"].set_index("country")["discovered_ips"]
    cells = {place: [("set", place, name) for name in sets] for place in places}
    for place, count in told.items():
        attack.know(cells[place], part, count)
    if part == "hosts" and hidden_cells(frames, "countries"):
        for place in set(places) - set(told.index):
            attack.know(cells[place], "hosts", 1, np.inf)


def read_class_sets(attack, part, frames, sets):
    if "class_sets" in frames:
        for country, mine in frames["class_sets"].groupby("country"):
            told = mine.set_index("class_set")["hosts"]
            for name in sets:
                if name not in told:
                    attack.know([("set", country, name)], part, 0)
                elif pd.notna(told[name]):
                    attack.know([("set", country, name)], part, told[name])
                elif part == "hosts":
                    attack.know([("set", country, name)], part, 1, np.inf)
    for table in ("parameter_scale", "class_overlaps"):
        for row in frames.get(table, pd.DataFrame()).itertuples():
            if pd.notna(row.answering_hosts):
                codes = ({row.class_a, row.class_b} if table == "class_overlaps"
                         else {row.parameter_class})  # fmt: skip
                held = [name for name in sets if codes <= set(name.split("+"))]
                attack.know([("set", row.country, n) for n in held], part, row.answering_hosts)


def read_hosting(attack, part, frames, rows):
    told = (frames["hosting"].set_index("organisation")["discovered_ips"]
            if "hosting" in frames else {})  # fmt: skip
    names = {row["organisation"] for row in rows}
    for name in names:
        if name in told:
            attack.know([("organisation", name)], part, told[name])
        elif part == "hosts":
            attack.know([("organisation", name)], "hosts", 1, np.inf)
    every = [("organisation", name) for name in names]
    attack.know(every, part, one_total(frames, "discovered_ips"))


def read_cities(attack, part, frames, rows):
    told = (frames["cities"].set_index(["country", "city"])["discovered_ips"]
            if "cities" in frames else {})  # fmt: skip
    countries = {country for country, _ in getattr(told, "index", [])}
    for country, city in {(row["country"], row["city"]) for row in rows}:
        if (country, city) in told:
            attack.know([("city", country, city)], part, told[country, city])
        elif part == "hosts" and country in countries:
            attack.know([("city", country, city)], "hosts", 1, np.inf)


def read_totals(attack, part, frames, every):
    attack.know(every, part, one_total(frames, "discovered_ips"))
    answering = [cell for cell in every if cell[2] != record.NO_ANSWER]
    if one_total(frames, "answering_hosts") is not None:
        attack.know(answering, part, one_total(frames, "answering_hosts"))
    endpoints = one_total(frames, "endpoints")
    if endpoints is not None:
        attack.know(answering, part, -np.inf, endpoints)


def read_values(attack, part, frames, places, sets):
    """Whoever lists something answers; whoever lists a size holds its class."""
    answering = [("set", place, name) for place in places for name in sets
                 if name != record.NO_ANSWER]  # fmt: skip
    for kind in KINDS:
        for row in frames.get(kind, pd.DataFrame()).itertuples():
            cells = answering
            if kind == "parameter_sizes":
                code = SIZES[row.parameter_size]
                cells = [cell for cell in answering if code in cell[2].split("+")]
            attack.know(cells, part, row.answering_hosts, np.inf)
    told = frames.get("parameter_sizes")
    if told is not None and not hidden_cells(frames, "parameter_sizes"):
        for code, mine in told.groupby(told["parameter_size"].map(SIZES)):
            cells = [cell for cell in answering if code in cell[2].split("+")]
            attack.know(cells, part, -np.inf, mine["answering_hosts"].sum())


def link(attack, rows, places, sets):
    """A country is the sum of its cities."""
    for place in places:
        names = {row["city"] for row in rows if row["country"] == place}
        cities = [("city", place, city) for city in names]
        for part in ("genuine", "clones"):
            mine = [attack.cell("set", place, name, part) for name in sets]
            theirs = [attack.cell(*city, part) for city in cities]
            attack.same(mine, theirs)


def small_counts(rows, told_clones):
    """Every cell of few hosts, of few genuine hosts or of few clones."""
    found = []
    kinds = {
        "set": lambda r: ("set", r["country"], record.class_set(r["classes"]) if r["answered"]
                          else record.NO_ANSWER),
        "city": lambda r: ("city", r["country"], r["city"]),
        "organisation": lambda r: ("organisation", r["organisation"]),
    }  # fmt: skip
    for name in kinds.values():
        for cell, mine in groupby(sorted(rows, key=name), key=name):
            clones = [bool(row["suspicion"]) for row in mine]
            parts = {"hosts": len(clones), "genuine": clones.count(False), "clones": sum(clones)}
            found += [(cell, part) for part, count in parts.items()
                      if 0 < count < THRESHOLD and (told_clones or part == "hosts")]  # fmt: skip
    return found


PLACES = (["US", "SE"], ["US", "SE", record.UNKNOWN_COUNTRY], ["US", "SE", "IS"])
SCANS = [(*scan, seed) for seed in range(3) for scan in product(PLACES, (40, 90, 250))]


def released(rows):
    safe = protect(withhold(counts_of(rows), THRESHOLD), THRESHOLD)
    parts = ("hosts", "genuine") if safe.clones_told else ("hosts",)
    return [published(safe, part, as_of="2026-08-11") for part in parts]


@pytest.mark.parametrize(("countries", "hosts", "seed"), first(SCANS, 9, of_several=True))
def test_no_small_count_can_be_deduced_from_all_tables_at_once(countries, hosts, seed):
    rows = invented(np.random.default_rng([seed, hosts, len(countries)]), countries, hosts)
    tables = released(rows)
    attack = attacked(rows, tables)
    assert not attack.narrow(small_counts(rows, len(tables) > 1))


def two_countries(answers, silent):
    """So many hosts with a model of one size and so many silent ones, in each of two countries."""
    return [
        {"country": country, "city": "", "organisation": "AS1", "answered": k < answers[country],
         "models": ("b:1",) if k < answers[country] else (), "ports": {PORTS[0]}, "suspicion": 0}
        for country in answers for k in range(answers[country] + silent[country])
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "silent", "cell"),
    [
        ({"US": 300, "SE": 60}, {"US": 50, "SE": 4}, ("set", "SE", record.NO_ANSWER)),
        ({"US": 300, "SE": 4}, {"US": 50, "SE": 60}, ("set", "SE", "M")),
    ],
)
def test_four_hosts_of_one_of_two_countries_cannot_be_deduced_from_totals(answers, silent, cell):
    rows = two_countries(answers, silent)
    tables = released(rows)
    attack = attacked(rows, tables)
    (low, high) = attack.range(cell, "hosts")
    assert low <= 4 <= high
    assert high - low >= THRESHOLD - ROUNDING


def test_the_attack_deduces_what_totals_give_away():
    rows = two_countries({"US": 300, "SE": 60}, {"US": 50, "SE": 4})
    tables = released(rows)[0]
    tables["totals"] = pd.DataFrame(
        {"name": ["discovered_ips", "answering_hosts"], "value": [414, 360]}
    )
    told = {("US", record.NO_ANSWER): 50, ("US", "M"): 300}
    names = [{"country": country, "class_set": name} for country, name in told]
    tables["class_sets"] = pd.DataFrame(names).assign(hosts=list(told.values()))
    attack = attacked(rows, [tables])
    assert attack.range(("set", "SE", record.NO_ANSWER), "hosts") == pytest.approx((4, 4))


def test_records_without_a_country_do_not_tell_how_few_hosts_have_none():
    rng = np.random.default_rng(1)
    rows = invented(rng, ["US", "SE"], 80)
    for row in rows[:4]:
        row["country"] = record.UNKNOWN_COUNTRY
    told = released(rows)[0]["bad_records"].set_index("reason")["records"]
    assert pd.isna(told[record.NO_COUNTRY])
    assert told[record.BROKEN] == 3


@pytest.mark.parametrize("others", [3, 40])
def test_an_only_port_beside_a_rare_one_is_not_told(others):
    """The endpoints of all ports are known from the records."""
    rows = two_countries({"US": 300, "SE": 60}, {"US": 0, "SE": 0})
    for row in rows[:others]:
        row["ports"] = {PORTS[1]}
    told = set(released(rows)[0]["totals"]["name"])
    assert {f"discovered_ips_port_{port}" for port in PORTS[:2]} <= told or others == 3
    assert not any(name.startswith("discovered_ips_port") for name in told) or others == 40


def test_clones_are_not_told_where_the_other_hosts_are_few():
    rows = two_countries({"US": 300, "SE": 60}, {"US": 0, "SE": 0})
    for row in rows[4:]:
        row["suspicion"] = 1
    tables = released(rows)[0]
    told = tables["suspected_clones"].set_index("rule")["hosts"]
    assert told[told != 0].isna().all()


def test_the_rules_together_do_not_tell_how_few_hosts_bear_two_marks():
    rows = two_countries({"US": 300, "SE": 60}, {"US": 0, "SE": 0})
    for place, row in enumerate(rows[:103]):
        row["suspicion"] = 3 if place < 3 else 1 + place % 2
    told = released(rows)[0]["suspected_clones"].set_index("rule")["hosts"]
    assert told["any rule"] == 103
    assert told.isna().any()


def test_a_rare_size_is_not_told_by_the_listings_of_all_families():
    """Every listed model has one family and one size: the listings of both add up to the same."""
    rows = two_countries({"US": 300, "SE": 60}, {"US": 0, "SE": 0})
    for row in rows[:3]:
        row["models"] = ("b:1", "b:2")
    for row in rows[100:130]:
        row["models"] = ("a:2",)
    tables = released(rows)[0]
    hidden = {name: 390 - 27 - tables[name]["tag_occurrences"].sum() for name in
              ("families", "parameter_sizes")}  # fmt: skip
    assert tables["families"]["tag_occurrences"].sum() == 363
    assert "8.0B" not in set(tables["parameter_sizes"]["parameter_size"])
    assert hidden["parameter_sizes"] >= THRESHOLD


def test_what_needs_no_protection_is_published():
    rows = two_countries({"US": 300, "SE": 60}, {"US": 50, "SE": 40})
    tables = released(rows)[0]
    assert "suppression" not in tables
    assert tables["class_sets"]["hosts"].tolist() == [60, 40, 300, 50]
    assert one_total(tables, "answering_hosts") == 360
