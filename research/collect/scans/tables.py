"""The published tables: those of the form of the bundled dataset ``tenthe``, and what it lacks."""

from __future__ import annotations

import pandas as pd

from research.collect.beside import beside
from research.collect.scans.forms import NOTHING_SAID
from research.collect.scans.protection import Frames, Part, Safe
from research.collect.scans.record import CLASSES, KEPT, UNKNOWN_COUNTRY
from research.collect.scans.rules import IDENTICAL, STRANGE

NAMELESS = {"countries": UNKNOWN_COUNTRY, "hosting": ""}  # the row of those without a name


def published(safe: Safe, part: Part, *, as_of: str) -> Frames:
    """All tables by name; ``part`` says whether suspected clones count.

    Parameters
    ----------
    safe
        The counts after disclosure control.
    part
        ``"hosts"``: all; ``"genuine"``: those that no rule suspects.
    as_of
        Day of the newest observation.
    """
    records = safe.frames["reasons"]
    every = int(records.loc[records["reason"] == "all", "records"].iloc[0])
    frames = {
        "countries": _ranked(safe, "countries", "country", part, "discovered_ips"),
        "cities": _cities(safe, part),
        "model_tags": _listings(safe, "model_tags", {"tag": "ollama_tag"}, part),
        "families": _listings(safe, "families", {"family": "family"}, part, estimated=True),
        "parameter_sizes": _sizes(safe, part),
        "quantizations": _levels(safe, part),
        "remote_tags": _listings(safe, "remote_tags", {"remote": "ollama_tag"}, part),
        "parameter_scale": _scale(safe, part),
        "hosting": _hosting(safe, part),
        "totals": _totals(safe, every, part),
        "class_sets": _class_sets(safe, part).assign(as_of=pd.Timestamp(as_of)),
        "class_overlaps": _overlaps(safe, part),
        "organisation_sizes": _organisation_sizes(safe, part),
    }
    if part == "hosts":
        frames |= {
            "signatures": _signatures(safe),
            "suspected_clones": safe.frames["suspected_clones"],
            "bad_records": _bad(records),
            "masked_texts": safe.frames["masked_texts"],
        }
    frames["suppression"] = _suppression(safe, part)
    return {table: frame for table, frame in frames.items() if len(frame)}


def _present(rows: pd.DataFrame, part: Part) -> pd.DataFrame:
    """Rows with a count of this part that is published and not zero."""
    return rows[rows[part].fillna(0) > 0].astype({part: "int64"})


def _ranked(safe: Safe, subject: str, name: str, part: Part, count: str) -> pd.DataFrame:
    """Rank, name and count, the largest first."""
    rows = _present(safe.frames[subject], part)
    rows = rows[rows[name] != NAMELESS[subject]].sort_values([part, name], ascending=[False, True])
    return pd.DataFrame(
        {"rank": range(1, len(rows) + 1), name: rows[name].to_numpy(), count: rows[part].to_numpy()}
    )


def _cities(safe: Safe, part: Part) -> pd.DataFrame:
    rows = _present(safe.frames["cities"], part).query("city != '' and country != @UNKNOWN_COUNTRY")
    rows = rows.sort_values([part, "country", "city"], ascending=[False, True, True])
    cities = rows[["city", "country"]].assign(
        discovered_ips=rows[part],
        rank_world=range(1, len(rows) + 1),
        rank_country=rows.groupby("country").cumcount() + 1,
    )
    return cities.reset_index(drop=True)


def _listings(
    safe: Safe, subject: str, names: dict[str, str], part: Part, *, estimated: bool = False
) -> pd.DataFrame:
    """Rank, name, hosts and listings; nothing is estimated, whatever the form allows."""
    name = next(iter(names))
    rows = _present(safe.frames[subject], part).sort_values([part, name], ascending=[False, True])
    listings = {"hosts": "listings", "genuine": "genuine_listings"}[part]
    table = pd.DataFrame(
        {
            "rank": range(1, len(rows) + 1),
            names[name]: rows[name].replace("", NOTHING_SAID).to_numpy(),
            "answering_hosts": rows[part].to_numpy(),
            "tag_occurrences": rows[listings].to_numpy(),
        }
    )
    return table.assign(estimated=False) if estimated else table


def _sizes(safe: Safe, part: Part) -> pd.DataFrame:
    sizes = _listings(safe, "parameter_sizes", {"size": "parameter_size"}, part, estimated=True)
    billions = safe.frames["parameter_sizes"].dropna(subset="size").set_index("size")["billions"]
    # Nine digits undo the binary residue of a size in millions.
    sizes.insert(2, "parameters_billion", sizes["parameter_size"].map(billions).round(9))
    sizes = sizes.dropna(subset="parameters_billion")  # of models that state no number
    return sizes.assign(rank=range(1, len(sizes) + 1))


def _levels(safe: Safe, part: Part) -> pd.DataFrame:
    levels = _listings(safe, "quantizations", {"level": "quantization"}, part, estimated=True)
    bits = safe.frames["quantizations"].dropna(subset="level").set_index("level")["bits"]
    levels.insert(2, "bits", levels["quantization"].map(bits).astype("Int64"))
    return levels


def _scale(safe: Safe, part: Part) -> pd.DataFrame:
    sums = safe.frames["class_sums"].query("class_a != '' and class_b == ''")
    return pd.DataFrame(
        {
            "country": sums["country"],
            "parameter_class": sums["class_a"],
            "lower_billion": [CLASSES[code][0] for code in sums["class_a"]],
            "upper_billion": [CLASSES[code][1] for code in sums["class_a"]],
            "answering_hosts": sums[part],
        }
    ).reset_index(drop=True)


def _overlaps(safe: Safe, part: Part) -> pd.DataFrame:
    pairs = (
        safe.frames["class_sums"].query("class_b != ''").rename(columns={part: "answering_hosts"})
    )
    return pairs[["country", "class_a", "class_b", "answering_hosts"]].reset_index(drop=True)


def _class_sets(safe: Safe, part: Part) -> pd.DataFrame:
    rows = safe.frames["class_sets"]
    rows = rows[["country", "class_set"]].assign(hosts=rows[part])
    rows = rows[rows["hosts"].isna() | (rows["hosts"] > 0)]
    return rows.sort_values(["country", "class_set"], ignore_index=True)


def _hosting(safe: Safe, part: Part) -> pd.DataFrame:
    organisations = _ranked(safe, "hosting", "organisation", part, "discovered_ips")
    organisations.insert(2, "provider", organisations["organisation"])
    return organisations


def _totals(safe: Safe, records: int, part: Part) -> pd.DataFrame:
    rows = _present(safe.frames["totals"], part)
    values = dict(zip(map(str, rows["name"]), map(float, rows[part]), strict=True))
    values = {"discovered_records": float(records)} | values
    if {"answering_hosts", "discovered_ips"} <= values.keys():
        values["answering_share"] = 100 * values["answering_hosts"] / values["discovered_ips"]
    stated = beside(__file__)
    totals = [
        {"name": name, "value": value, **stated.get(name, stated["discovered_ips"])}
        for name, value in values.items()
    ]
    return pd.DataFrame(totals).assign(section="computed")


def _organisation_sizes(safe: Safe, part: Part) -> pd.DataFrame:
    """Listed organisations by power of ten, and the sum of squares that a design effect needs."""
    sizes = _present(safe.frames["hosting"], part).query("organisation != ''")[part]
    classes = sizes.map(lambda hosts: f"{10 ** (len(str(hosts)) - 1)} and more")
    grouped = sizes.groupby(classes.rename("size_class"))
    table = pd.DataFrame(
        {
            "organisations": grouped.size(),
            "hosts": grouped.sum(),
            "sum_of_squares": grouped.agg(lambda hosts: int((hosts**2).sum())),
        }
    )
    return table.sort_values("hosts", ascending=False, kind="stable").reset_index()


def _signatures(safe: Safe) -> pd.DataFrame:
    rows = safe.frames["signatures"].sort_values(["hosts", "size", "organisations", "countries"],
                                                 ascending=False)  # fmt: skip
    reasons = [
        "; ".join(rule for rule, bears in ((IDENTICAL, same), (STRANGE, odd)) if bears) or "none"
        for same, odd in zip(rows["identical"], rows["strange"], strict=True)
    ]
    table = rows[["size", "hosts", "organisations", "countries"]].rename(columns={"size": "models"})
    table = table.assign(suspected=reasons).reset_index(drop=True)
    table.insert(0, "signature", range(1, len(table) + 1))
    return table


def _bad(records: pd.DataFrame) -> pd.DataFrame:
    rows = records[(records["reason"] != "all") & (records["records"].fillna(1) > 0)]
    return rows.sort_values("reason", ignore_index=True, kind="stable").assign(
        kept=lambda rows: rows["reason"].isin(KEPT)
    )


def _suppression(safe: Safe, part: Part) -> pd.DataFrame:
    columns = ["table", "part", "cells", "hosts"]
    return pd.DataFrame(safe.suppressed[part], columns=columns).astype({"hosts": "Int64"})
