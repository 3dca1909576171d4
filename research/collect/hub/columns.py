"""The columns of every table taken from the Hub: what each is, and how a row of JSON becomes it.

The first ones are those of the bundled ``hub_top_models``, with the same types and meaning, so that
an analysis of that table reads the others too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

LEGACY_IMPORT = "2022-03-02"  # older repositories all carry the day on which they were imported


class Field(NamedTuple):
    """A field of a row as the Hub sends it: the types of JSON it may have, and those in words."""

    kinds: tuple[str, ...]
    words: str


TEXT = Field(("VARCHAR",), "text")
WHOLE = Field(("UBIGINT", "BIGINT"), "a whole number")
LIST = Field(("ARRAY",), "a list")
OBJECT = Field(("OBJECT",), "an object")

FIELDS = {
    "_id": TEXT,
    "id": TEXT,
    "author": TEXT,
    "baseModels": OBJECT,
    "createdAt": TEXT,
    "downloads": WHOLE,
    "downloadsAllTime": WHOLE,
    "gated": Field(("BOOLEAN", "VARCHAR"), "false, auto or manual"),
    "gguf": OBJECT,
    "lastModified": TEXT,
    "library_name": TEXT,
    "likes": WHOLE,
    "pipeline_tag": TEXT,
    "safetensors": OBJECT,
    "tags": LIST,
    "trendingScore": WHOLE,
}


class Column(NamedTuple):
    """A column: its SQL over a row's typed fields, and its description."""

    name: str
    type: str
    unit: str
    description: str
    sql: str
    required: bool = False

    @property
    def described(self) -> dict[str, Any]:
        """As the descriptor of a dataset wants it."""
        least = {"minimum": 0} if self.type == "integer" else {}
        constraints = ({"required": True} if self.required else {}) | least
        about = {"name": self.name, "type": self.type, "unit": self.unit}
        told = {"constraints": constraints} if constraints else {}
        return about | {"description": self.description} | told


COLUMNS = (
    Column(
        "as_of", "date", "date",
        "Day (UTC) on which the collecting began.",
        "as_of", required=True,
    ),
    Column(
        "model_id", "string", "identifier",
        "Repository on the Hub, account/name, spelled as the Hub returned it.",
        "model_id", required=True,
    ),
    Column(
        "author", "string", "identifier",
        "Account that holds the repository: the part of its name before the slash, or what the Hub "
        "names where there is no slash.",
        "CASE WHEN contains(model_id, '/') THEN split_part(model_id, '/', 1) "
        "ELSE as_text(author) END",
    ),
    Column(
        "hub_downloads_30d", "integer", "downloads in 30 days",
        "Downloads over the last 30 days as the Hub counts them: requests for a repository's query "
        "file, without removing repeats by the same user, a cache or a test run; empty where the "
        "Hub gave none.",
        "as_count(downloads)",
    ),
    Column(
        "likes", "integer", "likes",
        "Likes on the Hub, all time, when the row was taken; empty where the Hub gave none.",
        "as_count(likes)",
    ),
    Column(
        "pipeline_tag", "string", "category",
        "Task of the model as tagged on the Hub; empty where there is no tag.",
        "as_text(pipeline_tag)",
    ),
    Column(
        "library_name", "string", "identifier",
        "Library that loads the model as tagged on the Hub; empty where there is no tag.",
        "as_text(library_name)",
    ),
    Column(
        "licence", "string", "identifiers",
        "Licence tags, several joined by |; empty where there is no tag.",
        "after(labels, 'license:')",
    ),
    Column(
        "base_models", "string", "identifiers",
        "Repositories named as base models, several joined by |; empty where none is named. From "
        "the Hub's own field, else from the tags.",
        "coalesce(joined(named_bases(bases)), joined(tagged_bases(labels)))",
    ),
    Column(
        "base_relation", "string", "category",
        "How the model was made from its base models (quantized, finetune, adapter, merge); empty "
        "where the Hub does not say.",
        "CASE WHEN joined(named_bases(bases)) IS NOT NULL THEN nullif(bases.relation, '') "
        "ELSE joined(tagged_relations(labels)) END",
    ),
    Column(
        "is_gguf", "boolean", "true or false",
        "True where the repository carries the tag gguf (the file format that Ollama and llama.cpp "
        "read).",
        "coalesce(list_contains(labels, 'gguf'), false)", required=True,
    ),
    Column(
        "created_at", "date", "date",
        "Day on which the repository was created; see legacy_created_at. Empty where the Hub gave "
        "none.",
        "created",
    ),
    Column(
        "legacy_created_at", "boolean", "true or false",
        "True where created_at is 2022-03-02, the day of a bulk import and only an upper bound of "
        "the true one; empty where there is no created_at.",
        f"created = DATE '{LEGACY_IMPORT}'",
    ),
    Column(
        "last_modified", "date", "date",
        "Day of the last change to the repository before the row was taken; empty where the Hub "
        "gave none.",
        "modified",
    ),
    Column(
        "traffic_spike", "boolean", "true or false",
        "False in every row: no row of this version was examined for automated traffic.",
        "false", required=True,
    ),
    Column(
        "object_id", "string", "identifier",
        "The Hub's own identifier of the repository, which a new name does not change.",
        "object_id", required=True,
    ),
    Column(
        "requested_id", "string", "identifier",
        "Repository that was asked for: another name than model_id where it was renamed; the same "
        "where a listing was asked for.",
        "coalesce(requested, model_id)", required=True,
    ),
    Column(
        "hub_downloads_all_time", "integer", "downloads",
        "Downloads of all time as the Hub counts them; it can fall when counts are taken out.",
        "as_count(downloadsAllTime)",
    ),
    Column(
        "trending_score", "integer", "score",
        "The Hub's score of attention in the last days; how it is made is not published.",
        "as_count(trendingScore)",
    ),
    Column(
        "gated", "string", "category",
        "Whether files are handed out only on request: no, auto (granted by itself) or manual.",
        "as_gated(gated)",
    ),
    Column(
        "safetensors_total", "integer", "parameters",
        "Total that the Hub reports for the safetensors files. Not a clean count of parameters.",
        "as_count(safetensors -> '$.total')",
    ),
    Column(
        "safetensors_sum", "integer", "parameters",
        "Sum of the counts by type of number of the safetensors files.",
        "try_cast(summed(weights.parameters) AS BIGINT)",
    ),
    Column(
        "parameters_agree", "boolean", "true or false",
        "Whether safetensors_total is safetensors_sum; empty where one of them is missing.",
        "as_count(safetensors -> '$.total') = summed(weights.parameters)",
    ),
    Column(
        "parameters_dtype", "string", "category",
        "Type of number with the largest count in the safetensors files, the first by name where "
        "several are. Whole numbers (I8, I32, U8) mean packed weights.",
        "dominant(weights.parameters)",
    ),
    Column(
        "gguf_total", "integer", "parameters",
        "Parameters that the Hub read from the GGUF files.",
        "as_count(gguf -> '$.total')",
    ),
    Column(
        "gguf_architecture", "string", "category",
        "Architecture that the Hub read from the GGUF files.",
        "nullif(packed.architecture, '')",
    ),
    Column(
        "tags", "string", "identifiers",
        "All tags of the repository in the Hub's order, joined by |.",
        "joined(labels)",
    ),
)  # fmt: skip
