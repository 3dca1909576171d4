"""Freeze the origins of publishers.

Run ``python datasets/publisher_origins/snapshot.py FOLDER``, where FOLDER holds the two tables of
codings and the regions that people coded, under the names of ``datapackage.json``.

What is changed, and why:

- Private persons lose their country, candidates, parent and note in whatever column: they are in no
  country.
- A third coding, by people, gives a region. Where it contradicts the country that the other two
  agree on, the country is not known and both are candidates.
- Notes that tie a named person to a place are replaced by what they say of the organisation.
- ``country`` is computed from the coders' columns; one raw row (transformersbook, US by both) had
  another.
"""

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze

CODINGS = ("publisher_origins.csv", "publisher_origins_2026-11.csv")
REGIONS = "atom_organization_regions.csv"
# What the regions say in the codes of the codebook; any other region is no single code.
AS_CODE = {"us": "US", "china": "CN", "unknown": "XI"}
# Account: what the note says of the organisation, without the person.
NOTES = {
    "timm": "Hugging Face team",
    "OpenMed": "Project of an individual; legal form unclear",
    "answerdotai": "Answer.AI, US company",
    "Falconsai": "Falcons.ai, US founder; headquarters unverified",
    "dphn": "Dolphin / Cognitive Computations, US",
    "rhasspy": "Voice project, Nabu Casa; US",
    "indonesian-nlp": "Indonesian NLP volunteer group",
    "cagliostrolab": "Cagliostro Lab, founded in Indonesia",
    "QuixiAI": "QuixiAI, US",
    "vennify": "Vennify, Canada",
    "CompendiumLabs": "Compendium Labs, US",
    "NeuML": "NeuML, US",
    "DeepChem": "DeepChem project, US",
    "stablediffusionapi": "ModelsLab, India-run",
    "minishlab": "The Minish Lab, Netherlands",
    "datalab-to": "Datalab, New York",
    "NovaSearch": "Authors of the stella and jasper embeddings, China",
    "ggml-org": "ggml.ai, Sofia; joined Hugging Face 2026",
    "RWKV": "RWKV project, begun in China; international contributors",
    "open-machine": "OpenMachine, California",
    "augmxnt": "Tokyo predecessor of Shisa",
    "bottlecapai": "BottleCap AI, Prague",
    "LazarusNLP": "Indonesian NLP group",
    "cognitivecomputations": "Dolphin project, US",
    "shuttleai": "ShuttleAI; base not documented",
    "dalle-mini": "Craiyon LLC in US",
    "talkie-lm": "Authors in the US and Canada",
    "WebOrganizer": "Princeton research project",
    "castorini": "Waterloo research group",
    "charsiu": "University research project",
    "MisoLabs": "Headquarters not documented",
    "squeezebert": "UC Berkeley",
    "medicalai": "ClinicalBERT and ClinicalGPT; BUPT Beijing",
    "indolem": "Indonesian NLP; Melbourne",
}
MENDED = ["transformersbook"]
PERSONAL = ["candidates", "parent", "country_coder_a", "country_coder_b", "note"]


def snapshot(folder: Path) -> dict[str, pd.DataFrame]:
    """The table of the dataset by name."""
    codings = pd.concat([read(folder / name) for name in CODINGS], ignore_index=True)
    person = of_a_person(codings)
    frame = codings.assign(note=notes(codings), country=agreed(codings))
    changed = frame.loc[~person & (frame["country"] != codings["country"]), "author"].tolist()
    if changed != MENDED:
        raise SystemExit(f"'country' is not what both coders gave: {changed}. Mend the raw tables.")
    frame["candidates"] = frame["candidates"].mask(frame["author"].isin(MENDED), frame["country"])
    frame.loc[person, PERSONAL] = None
    frame["country"] = frame["country"].mask(person, "ZZ")
    regions = frame["author"].map(read(folder / REGIONS).set_index("hf_org")["region"])
    after = frame.columns.get_loc("country_coder_b") + 1
    frame.insert(after, "region_human", regions.mask(person))
    return {"publisher_origins": disputed(frame)}


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def of_a_person(codings: pd.DataFrame) -> pd.Series:
    """Accounts of private persons, and of those whom one coder alone takes for one."""
    either = (codings[["kind_coder_a", "kind_coder_b"]] == "individual").any(axis="columns")
    return (codings["kind"] == "individual") | ((codings["kind"] == "unknown") & either)


def notes(codings: pd.DataFrame) -> pd.Series:
    """Notes on organisations; of accounts that a coder takes for a person, none."""
    kinds = codings[["kind", "kind_coder_a", "kind_coder_b"]]
    person = (kinds == "individual").any(axis="columns")
    return codings["author"].map(NOTES).fillna(codings["note"]).mask(person)


def agreed(codings: pd.DataFrame) -> pd.Series:
    a, b = codings["country_coder_a"], codings["country_coder_b"]
    return a.where(a == b, "ZZ")


def disputed(frame: pd.DataFrame) -> pd.DataFrame:
    """Where the third coding names another country than the first two agree on, both stand."""
    third = frame["region_human"].map(AS_CODE)
    contradicted = third.notna() & (frame["country"] != "ZZ") & (third != frame["country"])
    both = ["|".join(sorted(pair)) for pair in zip(frame["country"], third.fillna(""), strict=True)]
    return frame.assign(
        candidates=frame["candidates"].mask(contradicted, pd.Series(both, index=frame.index)),
        country=frame["country"].mask(contradicted, "ZZ"),
    )


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
