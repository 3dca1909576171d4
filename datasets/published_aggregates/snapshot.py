"""Freeze figures published by others: ``python datasets/published_aggregates/snapshot.py RAW``.

RAW is a folder with hand-made tables, ``published_aggregates.csv`` (figures on exposed hosts) and
``hub_published_anchors.csv`` (figures on downloads) with its addition of November 2026, and with
the tables of two further sources, under the names of ``datapackage.json``.

What is changed, and why:

- What belongs to a measurement (title, window, unit, population, text read) moves from its 167
  rows to one row of ``aggregate_sources``; a measurement described in two ways stops the script.
- The column on exactness held two things, how exact a figure is and whether the original was
  read. They become two columns with few values each; an unknown wording stops the script.
- Countries of the dimension geography become ISO 3166-1 alpha-2 codes, as everywhere.
- "n/a", "not stated" and the like become empty cells: only an empty cell is missing.
- Addresses become complete; "news reports, e.g. ..." keeps the address and loses the words.
- "same" becomes what the row before says: a row must be readable by itself.
- A table of programs by country becomes one figure a row; cells at the search engine's limit of
  10,000 results are floors.
- Cumulative downloads of single models become flows a month by maker: repeats of an older state are
  dropped, a weekly label is set to the middle of its bin, values between two states lie on a line.
"""

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze, read_descriptor, reading

COUNTRIES = {"United States": "US", "China": "CN", "Germany": "DE"}

# Wording of the raw table: how exact, how read.
EXACTNESS = {
    "exact": ("exact", "primary"),
    "rounded": ("rounded", "primary"),
    "about": ("approximate", "primary"),
    "roughly": ("approximate", "primary"),
    "approximate": ("approximate", "primary"),
    "nearly": ("less than", "primary"),
    "less than": ("less than", "primary"),
    "at least": ("at least", "primary"),
    "over": ("more than", "primary"),
    "quoted by a third party": ("as quoted", "secondary"),
    "SECONDARY": ("as quoted", "secondary"),
    "SECONDARY, about": ("approximate", "secondary"),
    "SECONDARY, approximate": ("approximate", "secondary"),
    "SECONDARY, more than": ("more than", "secondary"),
}
READ_LEVELS = {
    "primary": "primary",
    "primary (co-author)": "primary",
    "primary+secondary": "primary",
    "secondary": "secondary",
    "tertiary": "tertiary",
}

NOT_STATED = r"n/a$|not stated|not known"  # how the raw cells begin that say "we do not know"
REPOSITORY = "https://github.com/nuclide-research/AI-LLM-Infrastructure-OSINT/blob/"
COMMIT = "779bca994d8a4be5e96cddff63d1e038e43d3a3a"

SOURCE_COLUMNS = {
    "source_id": "source",
    "title": "title",
    "publisher": "publisher",
    "published": "published",
    "window": "time_window",
    "unit": "unit_of_observation",
    "denominator": "population",
    "url": "url",
    "text_read": "text_read",
}


HOU_BY_COUNTRY = "hou-2025-fofa/framework_by_country.csv"
HOU_TOTALS = "hou-2025-fofa/framework_totals.csv"
HOU_PORTS = "hou-2025-fofa/ollama_by_port.csv"
CUMULATIVE = "hub-alltime-weekly/hub_alltime_downloads_weekly.csv"
LIMIT = 9_950  # the exports end a little below the search engine's limit of 10,000 results
HOU_RECORDS = {
    "source_id": "hou-2025-records",
    "title": "Unveiling the Landscape of LLM Deployment in the Wild: tables of the artifact",
    "publisher": "Hou, Han, Zhao, Wang (arXiv 2505.02502)",
    "published": "2025-05-05",
    "window": "by about 2025-04-20, as names of files say",
    "unit": "record of FOFA, not a host",
    "denominator": "320,102 records of 15 programs",
    "url": "https://github.com/xinyi-hou/Public-LLM-Services",
    "text_read": "three summary tables of the artifact, commit 8c87472c; no list of hosts",
}
# The models there at the first day, followed to the last: whole months.
COHORTS = {"35 models": ("2025-03-01", "2026-01-01"), "41 models": ("2025-06-01", "2026-08-01")}
WEEKLY_UNTIL = "2026-01-07"  # until then a label is the first day of a week's bin
MID_BIN = pd.Timedelta(days=3)
PERSONS = "private persons"  # of whom none is named
UNOBSERVED = pd.Timestamp("2025-06-01")  # the month that lies between two states, whole


def snapshot(raw: Path) -> dict[str, pd.DataFrame]:
    """All tables of the dataset by name."""
    aggregates = pd.concat([read(raw / "published_aggregates.csv"), hou_records(raw)])
    aggregates = aggregates.reset_index(drop=True)
    later = read(raw / "hub_published_anchors_2026-11.csv").rename(columns={"as_of": "window"})
    later = later[~later["source"].str.startswith("Hou")]  # rows of published_aggregates
    return {
        "published_aggregates": figures(aggregates),
        "aggregate_sources": sources(aggregates),
        "hub_published_anchors": anchors(
            pd.concat([read(raw / "hub_published_anchors.csv"), later], ignore_index=True)
        ),
        "hub_maker_flows": flows(read(raw / CUMULATIVE)),
    }


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


# Records of fifteen programs ----------------------------------------------------------------------


def hou_records(raw: Path) -> pd.DataFrame:
    """Records by program, country and port, in the form of the hand-made table."""
    totals = read(raw / HOU_TOTALS).set_axis(["category", "value"], axis="columns")
    by_country = read(raw / HOU_BY_COUNTRY).melt("framework", var_name="country")
    pairs = by_country.assign(category=by_country["framework"] + ", " + by_country["country"])
    ports = read(raw / HOU_PORTS).set_axis(["category", "value"], axis="columns")
    ports["category"] = "Ollama, port " + ports["category"]
    rows = pd.concat(
        [
            totals.assign(dimension="program", section="framework_stats"),
            pairs.assign(dimension="program and country", section="framework_country_matrix"),
            ports.assign(dimension="program and port", section="framework_port_matrix"),
        ],
        ignore_index=True,
    )
    floor = rows["value"].astype(int).between(LIMIT, 10_000) & (rows["dimension"] != "program")
    note = pd.Series(None, index=rows.index, dtype="str")
    return rows.drop(columns=["framework", "country"]).assign(
        **HOU_RECORDS,
        metric="records",
        value_unit="count",
        exactness=pd.Series("exact", index=rows.index).mask(floor, "at least"),
        note=note.mask(floor, "at the search engine's limit of 10,000 results: a floor"),
    )


# Flows of downloads by maker ----------------------------------------------------------------------


def flows(raw: pd.DataFrame) -> pd.DataFrame:
    """Downloads in 30 days by maker and month, of the models that each cohort holds throughout."""
    observed = raw[raw["file_frozen"] == "false"]
    day = pd.to_datetime(observed["date"])
    day = day.mask(observed["date"] <= WEEKLY_UNTIL, day + MID_BIN)
    counts = observed.assign(day=day, count=observed["downloads_all_time"].astype("float64"))
    states = counts.pivot(index="day", columns="model_id", values="count")
    cohorts = [monthly(states, name, *ends) for name, ends in COHORTS.items()]
    return by_maker(pd.concat(cohorts, ignore_index=True))


def monthly(states: pd.DataFrame, name: str, first: str, last: str) -> pd.DataFrame:
    """Flow of each model in each month from ``first`` to before ``last``, scaled to 30 days."""
    ends = pd.date_range(first, last, freq="MS")
    held = states.loc[: ends[0]].iloc[-1].notna()
    cohort = states.loc[:, held]
    at_ends = cohort.reindex(cohort.index.union(ends)).interpolate("time").loc[ends]
    flow = at_ends.diff().shift(-1).iloc[:-1].div(ends[:-1].days_in_month / 30, axis="index")
    table = flow.rename_axis("month").reset_index().melt("month", value_name="flow")
    return table.assign(cohort=name, interpolated=table["month"] == UNOBSERVED)


def by_maker(flow: pd.DataFrame) -> pd.DataFrame:
    """Sums by the organisation behind the account, with where it may be at home."""
    folder = Path(__file__).parents[1] / "publisher_origins"
    origins = reading.read(read_descriptor(folder), "publisher_origins").set_index("author")
    account = flow["model_id"].str.split("/").str[0]
    person = account.map(origins["kind"]) == "individual"
    rows = flow.assign(
        maker=account.map(origins["parent"]).fillna(account).mask(person, PERSONS),
        candidates=account.map(origins["candidates"]).fillna("ZZ"),
    )
    groups = rows.groupby(["cohort", "month", "maker", "candidates", "interpolated"])["flow"]
    sums = groups.agg(n_models="size", hub_downloads_per_30d="sum").reset_index()
    return sums.assign(hub_downloads_per_30d=sums["hub_downloads_per_30d"].round().astype("int64"))


def figures(raw: pd.DataFrame) -> pd.DataFrame:
    """One figure a row, without what belongs to its source."""
    wording = pd.DataFrame([EXACTNESS[word] for word in raw["exactness"]])
    abroad = raw["dimension"] == "geography"
    return pd.DataFrame(
        {
            "source": raw["source_id"],
            "dimension": raw["dimension"],
            "category": raw["category"].where(~abroad, raw["category"].replace(COUNTRIES)),
            "metric": raw["metric"],
            "value": raw["value"].astype(float),
            "unit": raw["value_unit"],
            "section": raw["section"],
            "exactness": wording[0],
            "read": wording[1],
            "note": raw["note"],
        }
    )


def sources(raw: pd.DataFrame) -> pd.DataFrame:
    """One row a measurement."""
    frame = raw[list(SOURCE_COLUMNS)].rename(columns=SOURCE_COLUMNS).drop_duplicates()
    if frame["source"].duplicated().any():
        twice = frame.loc[frame["source"].duplicated(), "source"].tolist()
        raise SystemExit(f"Described in two ways: {', '.join(twice)}. Make their rows agree.")
    for column in ("time_window", "population"):
        frame[column] = frame[column].mask(frame[column].str.match(NOT_STATED))
    frame["text_read"] = frame["text_read"].str.removeprefix("SECONDARY: ")
    return frame.assign(url=frame["url"].map(address)).reset_index(drop=True)


def address(url: str) -> str | None:
    """A complete address, or nothing where the raw table holds words."""
    if url.startswith("https://"):
        return url
    if url.startswith("github.com/nuclide-research/"):
        return f"{REPOSITORY}{COMMIT}/{url.split()[1]}"
    if url.startswith("(news reports; e.g. "):
        return "https://" + url.removeprefix("(news reports; e.g. ").removesuffix(")")
    return None


def anchors(raw: pd.DataFrame) -> pd.DataFrame:
    """The statements on downloads, each readable by itself."""
    place = raw["where_read"].mask(raw["where_read"].str.startswith("same")).ffill()
    section = raw["where_read"].str.extract(r"^same(, section \d)", expand=False).fillna("")
    note = raw["definition_or_note"].str.replace(
        "same (", "downloads of recently created models (", regex=False
    )
    return pd.DataFrame(
        {
            "source": raw["source"],
            "quantity": raw["quantity"],
            "stated_value": raw["value"],
            "unit": raw["unit"].replace({"%": "percent", "x": "ratio"}),
            "time_window": raw["window"],
            # The raw note names a raw file; here the same snapshot is a table of a dataset.
            "note": note.str.replace(
                "REPRODUCED from hf_top1000_2026-04-28.csv",
                "reproduced from hub_top_models of that day",
            ),
            "where_read": place + section,
            "read": raw["read_level"].map(READ_LEVELS),
        }
    )


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
