"""Freeze the public Ollama library: pulls day by day, and its names and tags on two dates.

Run ``python datasets/ollama_library/snapshot.py FOLDER``, where FOLDER holds the raw files of the
three sources in ``ollama-library``, ``ollama-registry`` and ``ollama-manifests``;
``datapackage.json`` says where they come from. The models' descriptions are other people's
sentences and are left out throughout.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from research.datasets import freeze

LIBRARY = "ollama-library/library_2025-04-24.csv"
LIBRARY_PULLS = "ollama-library/ollama_pulls_daily_2025-02-17_to_2026-07-15.csv.gz"
REGISTRY = "ollama-registry/ollama_models_2026-08-21.json"
REGISTRY_PULLS = "ollama-registry/ollama_pulls_daily_2025-07-17_to_2026-08-21.csv.gz"
# No tag changed its digest between this day and 2025-05-02: it is the state of 2025-04-24.
MANIFESTS = "ollama-manifests/manifests_2025-04-16.csv"

EARLIER, LATER = pd.Timestamp("2025-04-24"), pd.Timestamp("2026-08-21")
SIZE = r"e?\d+(?:\.\d+)?(?:x\d+)?[mb]"  # 7b, 1.5b, 8x7b, e2b, 135m
REMOTE = r"(.*-)?cloud"  # a tag that is answered by Ollama's own servers; nothing is downloaded
CAPABILITY = "embedding|thinking|vision|tools|audio|cloud"
# The site shows one decimal from 10,000 on and drops it where it is 0, so "74K" is 74.0K.
STEP = {"": 1, "K": 100, "M": 100_000}
PULLS = {"": 1, "K": 1_000, "M": 1_000_000}
GIGABYTES = {"MB": 1e-3, "GB": 1.0, "TB": 1e3}
TOKENS = {"": 1, "K": 1024, "M": 1024**2}


def snapshot(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of the dataset by name."""
    library, registry = read(folder / LIBRARY), listed(folder / REGISTRY)
    tags = both_dates(tags_2025(library, read(folder / MANIFESTS)), tags_2026(registry))
    remote = tags.groupby(["as_of", "ollama_name"])["served_remotely"].all().rename("remote_only")
    names = both_dates(names_2025(library), names_2026(registry))
    return {
        "ollama_library_pulls": library_pulls(read(folder / LIBRARY_PULLS)),
        "ollama_registry_pulls": registry_pulls(read(folder / REGISTRY_PULLS)),
        "ollama_library_names": names.join(remote, on=["as_of", "ollama_name"]),
        "ollama_library_tags": tags,
    }


def read(path: Path) -> pd.DataFrame:
    # Only an empty cell is missing, so that no name is swallowed as "NA" or "null".
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def listed(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))["models"])


def both_dates(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    both = pd.concat([earlier.assign(as_of=EARLIER), later.assign(as_of=LATER)], ignore_index=True)
    return both[["as_of", *both.columns.drop("as_of")]]


# Pulls --------------------------------------------------------------------------------------------


def library_pulls(raw: pd.DataFrame) -> pd.DataFrame:
    tags = raw["tag_count"].astype("Int64")
    return series(raw).assign(
        n_tags=tags.mask(tags == 0),  # on 17 days the scraper failed to count and wrote 0
        sizes=sizes(raw["sizes"]),
        sizes_listed=raw["sizes"].notna(),
    )


def registry_pulls(raw: pd.DataFrame) -> pd.DataFrame:
    return series(raw).assign(n_tags=raw["tag_count"].astype("int64"))


def series(raw: pd.DataFrame) -> pd.DataFrame:
    names = pd.DataFrame({"date": pd.to_datetime(raw["date"]), "ollama_name": raw["model"]})
    return pd.concat([names, pulls(raw["pulls_text"])], axis=1)


def pulls(text: pd.Series) -> pd.DataFrame:
    """Pulls and their rounding step, read from ``"39.2M"``, ``"74K"`` or ``"9,999"``."""
    parts = text.str.replace(",", "").str.extract(r"^([\d.]+)([KM]?)$")
    total = (parts[0].astype("float64") * parts[1].map(PULLS)).round()
    return pd.DataFrame(
        {
            "ollama_pulls_total": total.astype("Int64"),
            "pulls_step": parts[1].map(STEP).astype("Int64"),
        }
    )


def sizes(text: pd.Series) -> pd.Series:
    """The sizes a name lists, joined by ``|``; the scraper ran some together: ``135m360m1.7b``."""
    return text.str.findall(SIZE).str.join("|").astype("str")


# Names --------------------------------------------------------------------------------------------


def names_2025(library: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ollama_name": library["ollama_name"],
            **pulls(library["pulls_display"]),
            "n_tags": library["n_tags"].astype("int64"),
            "sizes": sizes(library["sizes"]),
            "sizes_listed": library["sizes"].notna().astype("boolean"),
            # The scraper ran these together as well: "visiontools".
            "capabilities": library["capabilities"].str.findall(CAPABILITY).map(joined, "ignore"),
        }
    )


def names_2026(registry: dict[str, Any]) -> pd.DataFrame:
    shown = pd.Series([entry["pullCount"] for entry in registry.values()])
    return pd.DataFrame(
        {
            "ollama_name": list(registry),
            **pulls(shown),
            "n_tags": [entry["tagCount"] for entry in registry.values()],
            "capabilities": [joined(entry["categories"]) for entry in registry.values()],
        }
    )


def joined(words: list[str]) -> str | None:
    return "|".join(sorted(words)) or None


# Tags ---------------------------------------------------------------------------------------------


def tags_2025(library: pd.DataFrame, manifests: pd.DataFrame) -> pd.DataFrame:
    """Every tag the library listed, with digests and bytes for ``latest`` and the main sizes."""
    tags = library[["ollama_name"]].assign(tag=library["tags"].str.split(";")).explode("tag")
    known = pd.DataFrame(
        {
            "ollama_name": manifests["name"],
            "tag": manifests["tag"],
            "size_bytes": manifests["total_bytes"].astype("Int64"),
            "model_layer_bytes": manifests["model_layer_bytes"].astype("Int64"),
            "projector_bytes": manifests["projector_bytes"].astype("Int64"),
            "config_digest": manifests["config_digest"],
            "model_layer_digest": manifests["model_layer_digest"],
            "same_config_tags": manifests["same_config_tags"],
        }
    )
    tags["served_remotely"] = tags["tag"].str.fullmatch(REMOTE)
    return tags.merge(known, on=["ollama_name", "tag"], how="left", validate="one_to_one")


def tags_2026(registry: dict[str, Any]) -> pd.DataFrame:
    tags = pd.DataFrame(
        {"ollama_name": name, "tag": tag, **entry}
        for name, model in registry.items()
        for tag, entry in model["tags"].items()
    )
    remote = tags["tag"].str.fullmatch(REMOTE)
    # A remote tag has no size, and the scraper took the context window that follows for it.
    window = tags["contextWindow"].mask(remote, tags["size"])
    return pd.DataFrame(
        {
            "ollama_name": tags["ollama_name"],
            "tag": tags["tag"],
            "served_remotely": remote,
            # Megabytes are the finest unit shown: 102MB is 0.102 and not 0.10200000000000001.
            "size_gb": scaled(tags["size"].mask(remote), GIGABYTES).round(3),
            "context_window_tokens": scaled(window, TOKENS).astype("Int64"),
            "input_types": tags["capabilities"].str.join("|").str.lower().astype("str"),
            "model_hash": tags["modelHash"],
        }
    )


def scaled(text: pd.Series, units: dict[str, Any]) -> pd.Series:
    parts = text.str.extract(r"^([\d.]+)([A-Z]*)$")
    return parts[0].astype("float64") * parts[1].map(units)


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
