"""The descriptor of an aggregated scan: what every column means, and what to beware of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from research.collect.scans.protection import Frames
from research.collect.scans.rules import CloneRules
from research.datasets import Dataset

FORM = "tenthe"  # a table of the same form as a bundled one is named like it in ``form``
HOSTS = "unique IP addresses"

PROPERTIES = ("name", "type", "unit", "description")

# Column: type, unit, description.
COLUMNS = {
    "rank": ("integer", "rank", "Rank by the count of the row among the published ones."),
    "country": ("string", "ISO 3166-1 alpha-2", "Country of the address, as the records say."),
    "city": ("string", "place name", "City of the address, as the records say."),
    "discovered_ips": ("integer", HOSTS, "Addresses with a valid record, answered or not."),
    "rank_world": ("integer", "rank", "Rank among all listed cities."),
    "rank_country": ("integer", "rank", "Rank among the listed cities of the country."),
    "ollama_tag": ("string", "identifier", "Name and tag as a host lists it."),
    "family": ("string", "identifier", "Architecture that the interface gives (details.family)."),
    "parameter_size": ("string", "identifier", "Size as the interface spells it."),
    "parameters_billion": ("number", "billion parameters", "The same as a number."),
    "quantization": ("string", "identifier", "Level as the interface spells it; 'unknown': none."),
    "bits": ("integer", "nominal bits per weight", "Digits of the level; empty where it has none."),
    "answering_hosts": ("integer", HOSTS, "Answering hosts that list at least one such model; "
                        "empty where suppressed."),
    "tag_occurrences": ("integer", "times a tag is listed (by the endpoints that answered)",
                        "Listings over all endpoints; one host can answer on several ports."),
    "estimated": ("boolean", "true or false", "Always false: every figure is a count."),
    "parameter_class": ("string", "category", "S small, M medium, L large, XL extra large."),
    "lower_billion": ("number", "billion parameters", "Smallest size of the class (inclusive)."),
    "upper_billion": ("number", "billion parameters", "Upper limit of the class (exclusive); empty "
                      "for XL."),
    "organisation": ("string", "name", "Organisation that holds the autonomous system."),
    "provider": ("string", "name", "The organisation again: a scan knows no other."),
    "name": ("string", "identifier", "Short name of the total."),
    "value": ("number", "see the column unit", "The figure."),
    "unit": ("string", "text", "Unit of the value."),
    "population": ("string", "text", "What is counted, and out of what."),
    "section": ("string", "text", "'computed': from the records."),
    "class_set": ("string", "category", "All classes of the models that the host runs, such as "
                  "S+M; 'none': it answers but runs none of a known size; 'no answer'."),
    "hosts": ("integer", HOSTS, "Hosts; empty where suppressed or not told by what is published."),
    "as_of": ("date", "day (UTC)", "Day of the newest observation."),
    "class_a": ("string", "category", "First class."),
    "class_b": ("string", "category", "Second class."),
    "size_class": ("string", "hosts of an organisation", "Least number of hosts of the power of "
                   "ten."),
    "organisations": ("integer", "organisations", "Distinct organisations."),
    "sum_of_squares": ("integer", "hosts squared", "Sum over organisations of the square of their "
                       "hosts, for design effects."),
    "signature": ("integer", "number", "Number of the set of models, by hosts; means nothing "
                  "else."),
    "models": ("integer", "models", "Models in the set."),
    "countries": ("integer", "countries", "Distinct countries of its hosts."),
    "suspected": ("string", "text", "Marks of clones that the set bears, or 'none'."),
    "rule": ("string", "category", "Mark by which a host is suspected; hosts can bear several."),
    "reason": ("string", "category", "Why records do not count, or count with a gap; or what a "
               "text holds."),
    "records": ("integer", "records", "Records; empty where not told."),
    "kept": ("boolean", "true or false", "True: the records count nevertheless."),
    "table": ("string", "identifier", "Table, without the name of the dataset."),
    "part": ("string", "text", "Part of the table; empty for the whole."),
    "cells": ("integer", "cells", "Cells that are suppressed."),
    "texts": ("integer", "texts", "Distinct texts of as many hosts as the threshold, at least."),
}  # fmt: skip

# Table: title, primary key.
TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "countries": ("Discovered addresses by country", ("country",)),
    "cities": ("Discovered addresses by city", ("country", "city")),
    "model_tags": ("Model tags", ("ollama_tag",)),
    "remote_tags": ("Model tags that hosts list and another machine runs", ("ollama_tag",)),
    "families": ("Model families", ("family",)),
    "parameter_sizes": ("Parameter sizes", ("parameter_size",)),
    "quantizations": ("Quantization levels", ("quantization",)),
    "parameter_scale": ("Hosts by country and parameter class", ("country", "parameter_class")),
    "hosting": ("Discovered addresses by network", ("organisation",)),
    "totals": ("Totals", ("name",)),
    "class_sets": ("Hosts by country and set of classes", ("country", "class_set")),
    "class_overlaps": ("Hosts by country and pair of classes", ("country", "class_a", "class_b")),
    "organisation_sizes": ("Listed networks by their number of hosts", ("size_class",)),
    "signatures": ("Sets of models that many hosts list alike", ("signature",)),
    "suspected_clones": ("Suspected clones by rule", ("rule",)),
    "bad_records": ("Records that do not count, or with a gap", ("reason",)),
    "masked_texts": ("Texts that are published nowhere", ("table", "reason")),
    "suppression": ("What is suppressed", ("table", "part")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the descriptor says of the scan as a whole."""

    name: str
    version: str
    files: int
    records: int
    threshold: int
    rules: CloneRules
    clones_counted: bool


def describe_scan(about: About, frames: Frames) -> dict[str, Any]:
    """The Data Package descriptor of an aggregated scan, ready to be frozen with its frames.

    Parameters
    ----------
    about
        Name, version and choices.
    frames
        The tables by their names without that of the dataset.
    """
    clones = "with" if about.clones_counted else "without"
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": about.name,
        "title": f"Own scan, {clones} suspected clones",
        "description": f"Aggregate tables of {about.records} records in {about.files} files. "
        "A host is an address; several ports of one address are one host and several endpoints. Of "
        "several records of an endpoint the newest valid one counts. Aggregates only.",
        "version": about.version,
        "licenses": [{"name": "notspecified", "title": "To be stated by whoever measured"}],
        "sources": [{"title": "Record-level exports of one's own measurements, not published"}],
        "citation": f"Own scan '{about.name}', state of {about.version}, aggregated with "
        "modelometrics.",
        "knownLimitations": _limitations(about),
        "resources": [
            _resource(about.name, table, [str(column) for column in frame])
            for table, frame in frames.items()
        ],
    }


def is_scan(dataset: Dataset) -> bool:
    """Whether a dataset was made here: all its tables take the place of one of the form."""
    forms = [str(resource.get("form", "")) for resource in dataset.resources.values()]
    return all(form.startswith(f"{FORM}_") for form in forms)


def _limitations(about: About) -> list[str]:
    rules = about.rules
    return [
        f"Counts below {about.threshold} hosts are suppressed, and further ones that would give "
        "them away: all tables together, with and without suspected clones, leave a suppressed "
        "count of hosts of a class set, city, network or country a range at least "
        f"{about.threshold} wide (each alone, found by linear programmes). Table 'suppression' "
        "says how many are suppressed. Tables whose rows overlap (tags, families, sizes, levels) "
        "lack what falls below the threshold, and what would tell of it.",
        "Table 'bad_records' counts records, not hosts; how many have no country is not told where "
        "that would tell of few hosts.",
        "Texts that seem to hold an e-mail or IP address, a host name, a private registry, a path, "
        "a street or a telephone number are published nowhere: table 'masked_texts' counts those "
        "that would have been. They are found by their form: one of another form remains.",
        f"Suspected is not proven: at least {rules.hosts} hosts with the same {rules.models} or "
        "more models can be one company's fleet, a server older than a listed model can hold files "
        "copied to it, and a rounded size can come from a modified server.",
        "Models that a host lists and another machine runs (remote_host, remote_model) are counted "
        "in table 'remote_tags' alone.",
        "Clones that differ from one another, or that imitate well, are not found.",
        "Country, city and network are those of the address, as the records say.",
        "An address is not a machine: one machine can have several, and several can share one.",
        "Different tables laid side by side (a tag and its size, say) can tell that two counts "
        "differ by few hosts; which, or where, they do not tell.",
        "Releases of the same records with another threshold or other rules, laid side by side, "
        "can give suppressed cells away: publish one.",
    ]


def _resource(name: str, table: str, columns: list[str]) -> dict[str, Any]:
    title, key = TABLES[table]
    return {
        "name": f"{name}_{table}",
        "type": "table",
        "title": title,
        "form": f"{FORM}_{table}",
        "schema": {
            "fields": [
                dict(zip(PROPERTIES, (column, *COLUMNS[column]), strict=True)) for column in columns
            ],
            "primaryKey": list(key),
        },
    }
