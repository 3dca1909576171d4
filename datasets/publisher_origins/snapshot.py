"""Freeze the origins of publishers: ``python datasets/publisher_origins/snapshot.py RAW``.

RAW is the CSV file of the two codings, one row a Hub account.

What is changed, and why: nothing in the codes. Of the notes, for privacy:

- those on individuals go (there are none at present; the script makes sure);
- those that tie a named person to a place are replaced by what they say of the organisation.

The script also makes sure that ``country`` follows from the coders' columns, so that whoever doubts
it can recompute the agreement.
"""

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze

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
}


def snapshot(raw: Path) -> dict[str, pd.DataFrame]:
    """The table of the dataset by name."""
    frame = pd.read_csv(raw, dtype=str, keep_default_na=False, na_values=[""])
    agreed = frame["country_coder_a"].where(
        frame["country_coder_a"] == frame["country_coder_b"], "ZZ"
    )
    if not frame["country"].equals(agreed):
        raise SystemExit("'country' is not the code that both coders gave. Mend the raw table.")
    return {"publisher_origins": frame.assign(note=notes(frame))}


def notes(frame: pd.DataFrame) -> pd.Series:
    """Notes on organisations; of accounts that a coder takes for a person, none."""
    kinds = frame[["kind", "kind_coder_a", "kind_coder_b"]]
    person = (kinds == "individual").any(axis="columns")
    return frame["author"].map(NOTES).fillna(frame["note"]).mask(person)


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
