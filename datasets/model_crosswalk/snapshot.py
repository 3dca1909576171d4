"""Freeze the crosswalk of models: ``python datasets/model_crosswalk/snapshot.py RAW``.

RAW is a folder with three hand-made tables: ``crosswalk.csv`` (names of the Ollama library),
``crosswalk_tags.csv`` (tags of their own) and ``foundation_model_families.csv`` (families). The
rules that find a name's repositories on the Hub are hand-made too: ``model_crosswalk_rules.csv``
beside this script. Edit it, run the script again, and it applies them to the frozen Hub tables.

What is changed, and why:

- Columns get the names that the other datasets use; "yes" and "no" become truth values; long
  wordings of how a value was found become one of few words.
- Quantization levels and sizes are spelled as the Ollama interface spells them, so that they join
  with the tables of a scan.
- Pull counts are dropped: they are in the dataset of the Ollama library, and a figure stands once.
- Lists are joined by "|", as everywhere; sizes that lost their separator ("135m360m1.7b") get one.
- Countries follow one rule, that of the codebook of publisher_origins (see ``CORRECTIONS``), and
  private persons are in none.
- Commit ids leave the evidence of each row: the descriptor names the sources once.
- Of the families, remarks of their author and GitHub repositories are dropped; "n/a" is empty.
"""

import re
import sys
from functools import cache
from pathlib import Path

import pandas as pd

from research.datasets import freeze, load
from research.measures.publishers import accounts_of, private_persons

UNSURE = "the country is not established"

# Name: columns to correct. An unknown country stays unknown, and one publisher has one code.
CORRECTIONS: dict[str, dict[str, str]] = {
    # The same team as the three other WizardLM names, which carry ZZ with these candidates.
    "wizardcoder": {
        "publisher_country": "ZZ",
        "notes": "default alias is 7b-python although the library page advertises 33b; "
        "Microsoft team working in Beijing: candidates CN|US",
    },
    # Guessed from a name or from nothing: the codebook asks for ZZ.
    "wizard-vicuna": {"publisher_country": "ZZ", "notes": f"library text says Llama 2; {UNSURE}"},
    "codeup": {"publisher_country": "ZZ", "notes": UNSURE},
    # BigCode is an international collective, as publisher and hence also as publisher of a base.
    "dolphincoder": {"base_publisher_country": "XI"},
    # The two codings of this account differ.
    "snowflake-arctic-embed": {
        "base_publisher_country": "ZZ",
        "notes": "base by an account whose two codings differ: candidates of the base CN|US",
    },
}
# Candidates by publisher, where the notes give none.
CANDIDATES = {"poolside": "FR|US"}

PARAMETERS_BASIS = {
    "details.parameter_size seen in a stored /api/tags sample": "interface",
    "nominal size in default tag name": "tag",
    "size in default full tag": "tag",
}
FAMILY_BASIS = {
    "details.family seen in a stored sample": "interface",
    "architecture name present in llama.cpp arch table of ollama@e9e5f61c; "
    "assignment from background knowledge": "architecture list",
    "background knowledge": "background",
}
MATCH_BASIS = {
    "exact repo linked in library readme": "linked",
    "publisher linked in library readme; repo id inferred from default tag": "publisher linked",
    "repo id inferred from model name and default tag (not linked)": "inferred",
}
SIZE_BASIS = {
    "sample": "sample",
    "background": "background",
    "Tenthe table arithmetic": "arithmetic",
}
QUANTIZATIONS = {"fp16": "F16", "bf16": "BF16"}  # the rest differs in case only
YES_NO = {"yes": True, "no": False}

# What may follow the name of a release in a repository's name and leave it the same release.
SIZE = r"\d+(?:\.\d+)?[bmk]?|\d+x\d+b|a\d+(?:\.\d+)?[bm]|e\d+b|\d+e|v\d+(?:\.\d+)*"
VARIANT = (
    "base|chat|english|hf|instruct|it|multilingual|preview|pt|qat|reasoning|text|think(?:ing)?"
)
PRECISION = (
    r"[bw]?\d+bits?|bf16|fp?16|fp[48]|int[248]?|mxfp[48]|nvfp4|q\d(?:_\d|_k(?:_[sml])?)?|w\da\d+|"
    "128g|g128|unquantized|quantized|dynamic|static|block|mixed|ct|ud|i1|imat"
)
FORMAT = (
    "autoround|awq|bnb|dwq|exl[23]|ggml|gguf|gptq|hqq|marlin|mlx|onnx|openvino|optiq|original|"
    "sharded|smashed|torchao|transformers|unsloth"
)
# A number after a full stop would be another version ("glm-5.1"), not a size.
REST = rf"(?:[-_](?:{SIZE})|[-_.](?:{VARIANT}|{PRECISION}|{FORMAT}))*"
# Copies sometimes carry their origin in front: "google_gemma-3-4b-it".
IN_FRONT = r"(?:deepseek-ai|google|meta|microsoft|mistralai|nvidia|openai|qwen|zai-org)_"


def snapshot(raw: Path) -> dict[str, pd.DataFrame]:
    """All tables of the dataset by name."""
    names = coded(library_names(read(raw, "crosswalk")))
    rules = read(Path(__file__).parent, "model_crosswalk_rules")
    return {
        "model_crosswalk": names,
        "model_crosswalk_tags": coded(tags(read(raw, "crosswalk_tags"), names)),
        "model_families": families(read(raw, "foundation_model_families")),
        "model_crosswalk_names": kinds(names["ollama_name"], rules),
        "model_crosswalk_rules": rules,
        "model_crosswalk_repositories": repositories(rules),
    }


def read(raw: Path, table: str) -> pd.DataFrame:
    """One raw table as text; "n/a" and empty cells alone are missing."""
    path = raw / f"{table}.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=["", "n/a"])


def library_names(raw: pd.DataFrame) -> pd.DataFrame:
    """One row a name of the library."""
    raw = corrected(raw)
    return pd.DataFrame(
        {
            "ollama_name": raw["ollama_name"],
            "in_library_2025_04_24": truth(raw["in_library_2025_04_24"]),
            "default_size_tag": raw["default_size_tag"],
            "default_tag": raw["default_full_tag"],
            "quantization": raw["default_quant"].map(quantization, na_action="ignore"),
            "parameters_billion": raw["default_params_b"].astype(float),
            "parameters_basis": raw["params_basis"].map(PARAMETERS_BASIS),
            "parameter_size": raw["parameter_size_string"],
            "family": raw["ollama_family"],
            "family_basis": raw["family_basis"].map(FAMILY_BASIS),
            "hub_repository": raw["hf_repo_id"],
            "hub_repository_2026": raw["hf_repo_id_2026"],
            "match_basis": raw["hf_id_basis"].map(MATCH_BASIS),
            "publisher": raw["publisher_org"],
            "publisher_country": raw["publisher_country"],
            "publisher_candidates": candidates(raw),
            "derivative": truth(raw["is_derivative"]),
            "base_model": raw["base_model"],
            "base_hub_repository": raw["base_hf_repo_id"],
            "base_publisher": raw["base_publisher_org"],
            "base_publisher_country": raw["base_publisher_country"],
            "model_type": raw["model_type"],
            # A unit followed by a digit is where two sizes run into each other.
            "size_tags": raw["size_tags"].str.replace(r"(?<=[mb])(?=\d)|;", "|", regex=True),
            "bytes": raw["latest_model_layer_bytes_2025_04_16"].astype("Int64"),
            # Without a default (wizardlm) there is nothing that could change.
            "default_changed_by_2025_08": truth(raw["latest_changed_by_2025_08"]).mask(
                raw["default_full_tag"].isna()
            ),
            "evidence": evidence(raw["evidence"]),
            "confidence": raw["confidence"],
            "note": without_date(raw["notes"]),
        }
    )


def coded(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with no country for what a private person publishes."""
    person = accounts_of(frame["hub_repository"]).isin(persons())
    return frame.assign(
        publisher_country=frame["publisher_country"].mask(person, "ZZ"),
        **{c: frame[c].mask(person) for c in ("publisher_candidates",) if c in frame},
    )


@cache
def persons() -> frozenset[str]:
    origins = load("publisher_origins")
    return frozenset(origins.loc[private_persons(origins), "author"])


def corrected(raw: pd.DataFrame) -> pd.DataFrame:
    """The raw names after ``CORRECTIONS``; a correction of a name that is not there stops."""
    absent = set(CORRECTIONS) - set(raw["ollama_name"])
    if absent:
        raise SystemExit(f"CORRECTIONS names {sorted(absent)}, which the raw table lacks.")
    raw = raw.set_index("ollama_name")
    for name, columns in CORRECTIONS.items():
        raw.loc[name, list(columns)] = list(columns.values())
    return raw.reset_index()


def candidates(raw: pd.DataFrame) -> pd.Series:
    """The country where it is known, else the countries that it may be, else nothing."""
    known = raw["publisher_country"].mask(raw["publisher_country"] == "ZZ")
    noted = raw["notes"].str.extract(r": candidates ([A-Z|]+)|^candidates ([A-Z|]+)")
    return known.fillna(noted[0]).fillna(noted[1]).fillna(raw["publisher_org"].map(CANDIDATES))


def evidence(raw: pd.Series) -> pd.Series:
    """Evidence without commit ids and empty aliases, as one sentence."""
    plain = raw.str.replace(r" \([^()]*@[0-9a-f]{8}\)", "", regex=True)
    plain = plain.mask(plain.str.endswith("latest="))
    return plain.str.replace(" | ", "; ", regex=False)


def without_date(notes: pd.Series) -> pd.Series:
    """Notes without the remark that a name is a later one: a column says so."""
    plain = notes.str.replace(r"^(LATER|later than 2025-04-24)([;:] |$)", "", regex=True)
    plain = plain.str.replace("the seed date", "the day of the Tenthe report", regex=False)
    return plain.mask(plain == "")


def quantization(level: str) -> str:
    """The level as the interface spells it."""
    return QUANTIZATIONS.get(level, level.upper())


def truth(answers: pd.Series) -> pd.Series:
    return answers.map(YES_NO).astype("boolean")


def tags(raw: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """One row a tag; what stood in brackets beside the basis moves to the note."""
    basis = raw["string_basis"].str.extract(
        r"^(?P<word>[^(]*?)\s*(?:\((?P<why>[^)]*)\)(?P<more>.*))?$"
    )
    why = (basis["why"] + basis["more"].fillna("")).str.replace(
        "Tenthe row", "the report has the row"
    )
    return pd.DataFrame(
        {
            "ollama_tag": raw["ollama_tag"],
            "ollama_name": raw["ollama_tag"].str.split(":").str[0],
            "parameter_size": raw["parameter_size_string"],
            "parameter_size_basis": basis["word"].map(SIZE_BASIS),
            "parameters_billion": raw["parameter_size_string"].map(billions),
            "quantization": tag_quantization(raw, names),
            "family": raw["ollama_family"],
            "hub_repository": raw["hf_repo_id"],
            "publisher": raw["publisher_org"],
            "publisher_country": raw["publisher_country"],
            "base_hub_repository": raw["base_hf_repo_id"],
            "base_publisher_country": raw["base_publisher_country"],
            "bytes": raw["model_layer_bytes_2025_04_16"].astype("Int64"),
            "same_weights_tags": raw["same_config_tags_2025_04_16"].str.replace(";", "|"),
            "note": raw["notes"].str.cat(why, sep="; ").fillna(raw["notes"]).fillna(why),
        }
    )


def tag_quantization(raw: pd.DataFrame, names: pd.DataFrame) -> pd.Series:
    """The level that the tag names, or that of the default it equals, or the one noted."""
    parts = raw["ollama_tag"].str.split(":", expand=True)
    default = names.set_index("ollama_name").loc[parts[0]].set_index(raw.index)
    is_default = (parts[1] == "latest") | (parts[1] == default["default_size_tag"])
    named = parts[1].str.extract(r"-(q\d\w*)$", expand=False).str.upper()
    noted = raw["notes"].str.extract(r"\b(F16)\b", expand=False)
    return named.fillna(default["quantization"].where(is_default)).fillna(noted)


def billions(size: str) -> float:
    """The number in "8.0B" or "134.52M", in billions; rounded to undo binary residue of M."""
    return round(float(size[:-1]) * {"B": 1.0, "M": 1e-3}[size[-1]], 9)


def families(raw: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model_family": raw["model_family"],
            "hub_author": raw["hf_author"],
            "name_examples": raw["model_examples"].str.replace(",", "|"),
            "category": raw["category"],
        }
    )


# Repositories of a name on the Hub ----------------------------------------------------------------


def kinds(names: pd.Series, rules: pd.DataFrame) -> pd.DataFrame:
    """Per name: the account whose origin is the name's, and what a pull of it fetches."""
    listed = (
        load("ollama_library_names")
        .sort_values("as_of", kind="stable")
        .groupby("ollama_name")
        .last()
    )
    listed = listed.reindex(names)
    account = rules.drop_duplicates("ollama_name").set_index("ollama_name")["hub_account"]
    # Names that had come and gone between the two lists never showed a size: remote ones only.
    remote, capabilities = listed["remote_only"].fillna(True), listed["capabilities"].fillna("")
    return pd.DataFrame(
        {
            "ollama_name": names.to_numpy(),
            "hub_account": account.reindex(names).to_numpy(),
            "embedding": capabilities.str.contains("embedding").to_numpy(bool),
            "served_remotely": remote.to_numpy(bool),
        }
    )


def repositories(rules: pd.DataFrame) -> pd.DataFrame:
    """The name of every repository in the Hub tables that a rule finds."""
    accounts, bases = hub_accounts(), hub_bases()
    found = {
        repo: match for repo in accounts.index if (match := by_name(repo, accounts[repo], rules))
    }
    while more := {
        repo: (name, "copy", "tag")
        for repo, tags in bases.items()
        if repo not in found and (name := by_tag(tags, accounts[repo], found))
    }:
        found |= more  # a copy of a copy is found in the next round
    rows = [(repo, *match) for repo, match in sorted(found.items())]
    return pd.DataFrame(rows, columns=["hub_repository", "ollama_name", "relation", "basis"])


def hub_accounts() -> pd.Series:
    """Role of the account ("" where it is not coded) of every repository in the Hub tables."""
    tables = ("hub_top_models", "hub_llm_panel", "hub_llm_models")
    every = pd.concat([load(table)["model_id"] for table in tables]).drop_duplicates()
    roles = load("publisher_origins").set_index("author")["role"]
    return every.str.split("/").str[0].map(roles).fillna("").set_axis(every)


def hub_bases() -> dict[str, tuple[str, str]]:
    """Tagged bases and relation of the repositories that have any."""
    top = load("hub_top_models").dropna(subset="base_models")
    return {
        m: (b, r)
        for m, b, r in top[["model_id", "base_models", "base_relation"]].fillna("").to_numpy()
    }


def by_name(repository: str, role: str, rules: pd.DataFrame) -> tuple[str, str, str] | None:
    """Own where the account is the rule's; else a copy, unless the account makes models only."""
    account, _, name = repository.lower().rpartition("/")
    own = rules.loc[rules["hub_account"].str.lower() == account]
    if match := longest(name, own):
        return match, "own", "name"
    copied = None if role == "developer" else longest(re.sub(f"^{IN_FRONT}", "", name), rules)
    return (copied, "copy", "name") if copied else None


def longest(name: str, rules: pd.DataFrame) -> str | None:
    """The library name whose pattern covers most: "qwen3-coder-next" before "qwen3-coder"."""
    matches = [
        (match.end("release"), library_name)
        for library_name, pattern in zip(rules["ollama_name"], rules["name_pattern"], strict=True)
        if (match := compiled(pattern).fullmatch(name))
    ]
    return max(matches, default=(0, None))[1]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<release>{pattern}){REST}")


def by_tag(tags: tuple[str, str], role: str, found: dict[str, tuple[str, str, str]]) -> str | None:
    """The one name that all tagged bases have, where the repository says it copies them."""
    bases, relation = tags
    if role == "developer" or (relation != "quantized" and role != "repackager"):
        return None
    names = {found.get(base, (None,))[0] for base in bases.split("|")}
    return names.pop() if len(names) == 1 else None


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
