"""Freeze the tables of the Tenthe report: ``python datasets/tenthe/snapshot.py RAW``.

RAW is the folder with the report's tables as transcribed, one CSV file each (``t5_1_countries.csv``
to ``t7_3_as_org.csv`` and ``t_scalars.csv``), thousands points and "~" already removed.

What is changed, and why:

- Country names become ISO 3166-1 alpha-2 codes; Hong Kong and Taiwan keep codes of their own,
  because the report counts them apart from mainland China.
- The three city tables become one, so that every figure stands once. Their overlap (Ashburn,
  Beijing, ...) must agree; a disagreement stops the script.
- "Unique IPs" becomes ``discovered_ips`` in chapters 5 and 7 and ``answering_hosts`` in chapter 6:
  the report gives two different populations the same name.
- "Total instances" becomes ``tag_occurrences``: a listing of a tag, not a machine.
- Sizes and quantization levels get a number beside the string, computed from it.
- The class names of section 6.6 become S, M, L, XL with their limits.
- Beside the scalars stands the 99,412 that section 9 calls reachable: the report contradicts its
  own section 4, and the data should show it.
"""

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze

COUNTRIES = {
    "United States": "US", "China": "CN", "Japan": "JP", "Germany": "DE", "United Kingdom": "GB",
    "India": "IN", "Singapore": "SG", "South Korea": "KR", "Ireland": "IE", "France": "FR",
    "Australia": "AU", "Brazil": "BR", "Canada": "CA", "South Africa": "ZA", "Sweden": "SE",
    "Hong Kong SAR, China": "HK", "Israel": "IL", "Taiwan, China": "TW", "Russia": "RU",
    "Finland": "FI",
}  # fmt: skip

# Class names of the report (Dutch) with their limits in billions of parameters.
CLASSES = {
    "Klein (<1B)": ("S", 0.0, 1.0),
    "Middel (1B tot <10B)": ("M", 1.0, 10.0),
    "Groot (10B tot <50B)": ("L", 10.0, 50.0),
    "Extra Groot (>=50B)": ("XL", 50.0, None),
}

# Name in the transcription: name here, unit, population.
DISCOVERED = "addresses that the search engine lists as Ollama"
TOTALS = {
    "fofa_records": ("discovered_records", "records", "records of the search engine"),
    "fofa_unique_ips": ("discovered_ips", "unique IP addresses", DISCOVERED),
    "api_tags_success_instances": (
        "endpoints", "endpoints", "address and port pairs that answered /api/tags",
    ),
    "api_tags_success_unique_ips": (
        "answering_hosts", "unique IP addresses", "addresses that answered /api/tags",
    ),
    "accessibility_rate_pct": (
        "answering_share", "percent", "answering addresses out of the discovered ones",
    ),
    "ips_port_11434": ("discovered_ips_port_11434", "unique IP addresses", DISCOVERED),
    "ips_port_80": ("discovered_ips_port_80", "unique IP addresses", DISCOVERED),
    "ips_port_8080": ("discovered_ips_port_8080", "unique IP addresses", DISCOVERED),
    "ips_port_443": ("discovered_ips_port_443", "unique IP addresses", DISCOVERED),
    "ips_http": ("discovered_ips_http", "unique IP addresses", DISCOVERED),
    "ips_https": ("discovered_ips_https", "unique IP addresses", DISCOVERED),
}  # fmt: skip
CALLED_REACHABLE = {
    "name": "discovered_ips_called_reachable",
    "value": 99412.0,
    "unit": "unique IP addresses",
    "population": "addresses that the conclusion says answered /api/tags; section 4 says 24,038",
    "section": "9",
}


def snapshot(raw: Path) -> dict[str, pd.DataFrame]:
    """All tables of the dataset by name."""
    return {
        "tenthe_countries": countries(raw),
        "tenthe_cities": cities(raw),
        "tenthe_model_tags": model_tags(raw),
        "tenthe_families": estimated(raw, "t6_3_families"),
        "tenthe_parameter_sizes": parameter_sizes(raw),
        "tenthe_quantizations": quantizations(raw),
        "tenthe_parameter_scale": parameter_scale(raw),
        "tenthe_hosting": hosting(raw),
        "tenthe_totals": totals(raw),
    }


def read(raw: Path, table: str) -> pd.DataFrame:
    """One transcribed table; an empty cell alone is missing, and section 7.1 is not a number."""
    return pd.read_csv(
        raw / f"{table}.csv", keep_default_na=False, na_values=[""], dtype={"section": str}
    )


def countries(raw: Path) -> pd.DataFrame:
    frame = read(raw, "t5_1_countries").rename(columns={"unique_ips": "discovered_ips"})
    return frame.assign(country=frame["country"].map(COUNTRIES))


def cities(raw: Path) -> pd.DataFrame:
    """World list, then the cities that only a national list has, in the order of the report."""
    key = ["city", "country", "discovered_ips"]  # merged on the figure too: overlaps must agree
    world = city_table(raw, "t5_2_cities").rename(columns={"rank": "rank_world"})
    us = city_table(raw, "t5_3_us_cities", country="US")
    national = pd.concat([us, city_table(raw, "t5_4_cn_cities")]).rename(
        columns={"rank": "rank_country"}
    )
    frame = world.merge(national, on=key, how="outer", validate="1:1")
    if frame.duplicated(["city", "country"]).any():
        raise SystemExit("The city tables disagree: one city has two figures. Check the report.")
    frame = frame.sort_values(
        ["rank_world", "country", "rank_country"], ascending=[True, False, True]
    )
    return frame[[*key, "rank_world", "rank_country"]].astype(
        {"rank_world": "Int64", "rank_country": "Int64"}
    )


def city_table(raw: Path, table: str, country: str | None = None) -> pd.DataFrame:
    frame = read(raw, table).rename(columns={"unique_ips": "discovered_ips"})
    return frame.assign(country=country or frame["country"].map(COUNTRIES))


def model_tags(raw: Path) -> pd.DataFrame:
    return read(raw, "t6_2_models").rename(
        columns={
            "model_tag": "ollama_tag",
            "unique_ips": "answering_hosts",
            "total_instances": "tag_occurrences",
        }
    )


def estimated(raw: Path, table: str) -> pd.DataFrame:
    """A table that the report estimates from its 50 leading tags."""
    frame = read(raw, table).rename(
        columns={"unique_ips_est": "answering_hosts", "total_instances_est": "tag_occurrences"}
    )
    return frame.assign(estimated=True)


def parameter_sizes(raw: Path) -> pd.DataFrame:
    frame = estimated(raw, "t6_4_parameter_size")
    frame = frame.rename(columns={"parameter_size_string": "parameter_size"})
    frame.insert(2, "parameters_billion", frame["parameter_size"].map(billions))
    return frame


def billions(size: str) -> float:
    """The number in "8.0B" or "134.52M", in billions; rounded to undo binary residue of M."""
    return round(float(size[:-1]) * {"B": 1.0, "M": 1e-3}[size[-1]], 9)


def quantizations(raw: Path) -> pd.DataFrame:
    frame = estimated(raw, "t6_5_quantization")
    frame = frame.rename(columns={"quantization_level": "quantization"})
    bits = frame["quantization"].str.extract(r"^[QF](\d+)", expand=False)
    frame.insert(2, "bits", bits.astype("Int64"))
    return frame


def parameter_scale(raw: Path) -> pd.DataFrame:
    frame = read(raw, "t6_6_us_cn_scale")
    classes = [CLASSES[name] for name in frame["scale_category"]]
    return pd.DataFrame(
        {
            "country": frame["country"].map(COUNTRIES),
            "parameter_class": [code for code, _, _ in classes],
            "lower_billion": [low for _, low, _ in classes],
            "upper_billion": [high for _, _, high in classes],
            "answering_hosts": frame["unique_ips"],
        }
    )


def hosting(raw: Path) -> pd.DataFrame:
    frame = read(raw, "t7_3_as_org").rename(
        columns={"as_organisation": "organisation", "unique_ips": "discovered_ips"}
    )
    return frame[["rank", "organisation", "provider", "discovered_ips"]]


def totals(raw: Path) -> pd.DataFrame:
    frame = read(raw, "t_scalars")
    described = pd.DataFrame(
        [TOTALS[item] for item in frame["item"]], columns=["name", "unit", "population"]
    )
    frame = described.assign(value=frame["value"], section=frame["section"])
    frame = pd.concat([frame, pd.DataFrame([CALLED_REACHABLE])], ignore_index=True)
    return frame[["name", "value", "unit", "population", "section"]]


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
