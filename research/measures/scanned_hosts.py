"""Hosts that scans count, and what hosts list: two channels that can be asked about.

A host lists several models, so that hosts of several kinds do not add up; listings do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from research.doubts import LEFT_OUT, Coarse, Doubt
from research.doubts.coarse import BETWEEN, OPENED_BY, WEIGHTS
from research.measures.channel import Channel, Tables, Wanted
from research.measures.hosts import (
    ESTIMATED,
    HOSTS,
    LISTINGS,
    TENTHE_ADDRESSES,
    genuine,
    hosts_by,
    total,
    with_kind,
)
from research.measures.other_scans import CONFIRMED
from research.measures.remembering import remembered
from research.measures.sizes import CLASSES, classes
from research.results import Assumption

if TYPE_CHECKING:
    import pandas as pd

TENTHE = "2025-04-24"
ELSEWHERE = "a further country"  # of hosts in none of the countries of a table
BELOW_TABLE = Doubt("countries below the table", "no more hosts than the last country of it")
BELOW_KINDS = Doubt("listings below the table", "models of any kind")
UNTOLD = Doubt("listings of an unknown kind", "any kind")
COUNTRIES_LEFT_OUT = Doubt("countries that a table leaves out", "any part of what it leaves over")
AS_ONE = "a host has one address, and one country"
COUNTED = Assumption.of_scope(
    name=AS_ONE,
    evidence="Addresses have the country of their registration. Three quarters of those that FOFA "
    "listed in 2025 did not answer; those of 2026 were confirmed as open by a request.",
)


@dataclass(frozen=True, kw_only=True)
class Scanned(Channel):
    """What scans counted, each on one day; ``whom`` says by day of whom."""

    whom: Mapping[str, str]

    def _held(self, tables: Tables, name: str) -> list[str]:
        return [self.dated[name]] if name in tables else []

    def population(self, tables: Tables, wanted: Wanted) -> str:  # noqa: ARG002
        return self.whom[wanted.day]


@dataclass(frozen=True, kw_only=True)
class CountedHosts(Scanned):
    """Hosts by the country where they stand, in the tables of two scans."""

    def units(self, tables: Tables, wanted: Wanted) -> Coarse:
        if wanted.day == TENTHE:
            hosts = tables["tenthe_countries"].set_index("country")["discovered_ips"]
            everyone = total(tables["tenthe_totals"], "discovered_ips")
        else:
            aggregates = tables["published_aggregates"]
            hosts = CONFIRMED.rows(aggregates, "geography").set_index("category")["value"]
            everyone = CONFIRMED.hosts(aggregates)
        return by_country(hosts, everyone, wanted.named.get("country", ()))


def by_country(hosts: pd.Series, everyone: float, named: Collection[str] = ()) -> Coarse:
    """Hosts by country, where a table gives the largest countries alone.

    Parameters
    ----------
    hosts
        The hosts of each country of the table.
    everyone
        All hosts.
    named
        The countries that are asked about: one below the table has as many hosts as its last
        country, at the most. Sharp for one, and for several while they fit into what is left.

    Examples
    --------
    >>> import pandas as pd
    >>> from research.doubts import Share, where
    >>> units = by_country(pd.Series({"US": 50, "CN": 30}), 90.0, ["CN", "FR"])
    >>> [Share(of=where(country=code)).in_(units).bounds().high for code in ("CN", "FR")]
    [0.3333333333333333, 0.1111111111111111]
    """
    import pandas as pd

    least, left = float(hosts.min()), everyone - float(hosts.sum())
    others = sorted({*named} - {*hosts.index})
    if others and len(others) * least <= left:
        opened = {f"{code}{BETWEEN}{ELSEWHERE}": least for code in others}
    else:
        opened = {BETWEEN.join([*others, ELSEWHERE]): left} if others else {}
    left -= sum(opened.values())
    pieces = ceil(left / least)
    rest = {f"{ELSEWHERE} ({number + 1})": left / pieces for number in range(pieces)}
    held = pd.Series({**hosts.astype(float), **opened, **rest})
    weights = {end: held.to_numpy() for end in WEIGHTS}
    rows = pd.DataFrame({"country": held.index.astype(object), **weights})
    rows["country_doubt"] = BELOW_TABLE.name
    return Coarse(rows, (BELOW_TABLE,), "countries", "hosts")


# What is listed -----------------------------------------------------------------------------------

# Of the kinds that have a table of their own: the table, and its column.
KINDS = {
    "family": ("tenthe_families", "family"),
    "size": ("tenthe_parameter_sizes", "parameter_size"),
    "level": ("tenthe_quantizations", "quantization"),
}
# What is known of a tag, by the column of model_crosswalk_tags.
OF_TAGS = {"family": "family", "level": "quantization", "origin": "publisher_country",
           "tag": "ollama_tag"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Listings(Scanned):
    """Listings of models on hosts: one kind from a table of its own, several from the tags."""

    def units(self, tables: Tables, wanted: Wanted) -> Coarse:
        asked = [name for name in self.attributes if name in wanted.by]
        kind = asked[0] if len(asked) == 1 and asked[0] in KINDS else ""
        exact = wanted.choices.get("counts") == "exact tags alone"
        removed = wanted.choices.get("clones") == "removed"
        return _listed(tables, "" if exact else kind, removed)


def _listed(tables: Mapping[str, Any], kind: str, removed: bool) -> Coarse:
    """The kinds of one table, or the tags, and the listings below; told of under their names."""
    return _made(
        kind, removed, tables[KINDS[kind][0]] if kind else None,
        *(tables[name] for name in LISTED_IN),
    )  # fmt: skip


LISTED_IN = ("tenthe_model_tags", "model_crosswalk_tags", "tenthe_totals", "tenthe_quantizations")


@remembered
def _made(
    kind: str,
    removed: bool,
    table: pd.DataFrame | None,
    model_tags: pd.DataFrame,
    crosswalk: pd.DataFrame,
    totals: pd.DataFrame,
    levels: pd.DataFrame,
) -> Coarse:
    column = KINDS[kind][1] if kind else "ollama_tag"
    known = ["parameter_size", "parameters_billion", "family", "quantization"]
    tags = with_kind(model_tags, crosswalk, *known, "publisher_country")
    hosts = hosts_by(column, tags if table is None else table, tags, totals=totals, levels=levels)
    attributes = {name: hosts.rows[of] for name, of in OF_TAGS.items() if of in hosts.rows}
    if "parameters_billion" in hosts.rows:
        billions = hosts.rows["parameters_billion"]
        attributes["size"] = billions.map(lambda one: classes([one], [one])[0], na_action="ignore")
    attributes = {name: texts.mask(texts == "unknown") for name, texts in attributes.items()}
    opened = {OPENED_BY.format(name): UNTOLD.name for name in attributes}
    rows = hosts.rows[[HOSTS, LISTINGS, "block_tags"]].assign(**attributes, **opened)
    left = replace(hosts, rows=rows, doubts=(UNTOLD,)).without(1.0 if removed else 0.0)
    return replace(left.listed(BELOW_KINDS), unit="kinds of models", weighs="listings")


SEVERAL = (
    "a host lists several models, and how many hosts list any of several is not counted; ask the "
    "listings, or see 'research show {}'"
)
HOSTS_CHANNEL = CountedHosts(
    name="hosts",
    about="hosts by country: addresses that FOFA listed in 2025, hosts confirmed as open in 2026",
    weighs="hosts",
    unit="countries",
    dated={"tenthe_countries": TENTHE, "published_aggregates": CONFIRMED.as_of},
    whom={TENTHE: TENTHE_ADDRESSES, CONFIRMED.as_of: CONFIRMED.population},
    tables=("tenthe_totals",),
    attributes={"country": "country where the host stands (CN, US, DE, ...)"},
    lacks={
        "size": "hosts are counted by size for China and the US alone, one host in several "
        "classes; see 'research show parameter_scale', or ask the listings by size",
        "family": SEVERAL.format("families"),
        "tag": SEVERAL.format("leading_tags"),
        "level": SEVERAL.format("quantisation"),
        "origin": "a host has the country where it stands, not that of a publisher: ask by "
        "country, or ask the listings by origin",
    }
    | {
        name: f"no scan tells the {name} of what its hosts list"
        for name in ("organisation", "account", "kind", "role", "task", "licence", "year",
                     "repository", "embedding")
    },
    assumptions=(COUNTED,),
    left_out=COUNTRIES_LEFT_OUT,
    no_sum="two scans count hosts in different ways",
    no_series="the hosts of 2025 are addresses that a search engine listed, those of 2026 were "
    "confirmed as open",
    alone="the day and the population are those of the published scans; an analysis reads a scan "
    "of your own: research run parameter_scale --data tenthe=MINE",
)  # fmt: skip
LISTINGS_CHANNEL = Listings(
    name="listings",
    about="listings of models on the answering hosts of the Tenthe scan of 2025",
    weighs="listings",
    unit="kinds of models",
    dated={"tenthe_model_tags": TENTHE},
    whom={TENTHE: "the listings on the answering hosts of the Tenthe scan"},
    tables=(*LISTED_IN[1:], "tenthe_families", "tenthe_parameter_sizes"),
    attributes={
        "tag": "the tag of a model (llama3:latest, ...), of the ten leading ones",
        "family": "the architecture (llama, qwen2, ...)",
        "size": f"the class of size: {CLASSES}",
        "level": "the level of quantisation (Q4_K_M, ...)",
        "origin": "country of the publisher, of the ten leading tags",
    },
    lacks={"country": "what hosts of one country list is not published by tag; ask the hosts"}
    | {
        name: f"the scan tells tags, families, sizes and levels, and no {name}"
        for name in ("organisation", "account", "kind", "role", "task", "licence", "year",
                     "repository", "embedding")
    },
    choices={"counts": ("as estimated", "exact tags alone"), "clones": ("kept", "removed")},
    assumptions=(ESTIMATED, genuine("each is on about half of the hosts, and on nearly the same")),
    left_out=LEFT_OUT,
    no_day="The scan of 2026 counts the hosts of a tag, and not how much all of them list",
    alone="the day and the population are those of the published scan",
)  # fmt: skip
