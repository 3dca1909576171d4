"""The columns of the tables of ``ollama_library``, as every version of it has them."""

from __future__ import annotations

from typing import Any

Described = tuple[str, str, str, dict[str, Any]]  # type, unit, description, constraints

_DAY: Described = ("date", "date", "Day of the page.", {"required": True})
_NAME = (
    "string", "identifier",
    "Name in the Ollama library, the part of a tag before the colon.", {"required": True},
)  # fmt: skip
_PULLS = (
    "integer", "pulls since publication",
    "Pulls of all tags of the name since it was published, as the site displays them; empty where "
    "the source gives none.", {"minimum": 0},
)  # fmt: skip
_STEP = (
    "integer", "pulls",
    "Rounding step of ollama_pulls_total: 1 below 10,000, 100 up to a million, 100,000 above; the "
    "true number lies within half a step.", {"minimum": 1},
)  # fmt: skip
_TAGS = (
    "integer", "tags",
    "Tags of the name; empty where they were not counted.", {"minimum": 0},
)  # fmt: skip
_SIZES: Described = (
    "string", "category",
    "Sizes in parameters that the name lists, joined by |; empty where it lists none or the source "
    "shows no sizes (sizes_listed is empty then).", {},
)  # fmt: skip
_LISTED: Described = (
    "boolean", "true or false",
    "False where the name lists no size; empty where the source shows no sizes.", {},
)  # fmt: skip

COLUMNS: dict[str, dict[str, Described]] = {
    "ollama_library_pulls": {
        "date": _DAY,
        "ollama_name": _NAME,
        "ollama_pulls_total": _PULLS,
        "pulls_step": _STEP,
        "n_tags": _TAGS,
        "sizes": _SIZES,
        "sizes_listed": _LISTED,
    },
    "ollama_registry_pulls": {
        "date": _DAY,
        "ollama_name": _NAME,
        "ollama_pulls_total": _PULLS,
        "pulls_step": _STEP,
        "n_tags": _TAGS,
    },
    "ollama_library_names": {
        "as_of": _DAY,
        "ollama_name": _NAME,
        "ollama_pulls_total": _PULLS,
        "pulls_step": _STEP,
        "n_tags": _TAGS,
        "sizes": _SIZES,
        "sizes_listed": _LISTED,
        "capabilities": (
            "string", "category",
            "Badges of the name (audio, cloud, embedding, thinking, tools, vision) joined by |; "
            "empty where it has none.", {},
        ),
        "remote_only": (
            "boolean", "true or false",
            "True where every tag is served by Ollama's own computers and nothing can be "
            "downloaded; empty where the name has the badge cloud and the source lists no tags.",
            {},
        ),
    },
    "ollama_library_tags": {
        "as_of": _DAY,
        "ollama_name": _NAME,
        "tag": ("string", "identifier", "Tag, the part after the colon.", {"required": True}),
        "served_remotely": (
            "boolean", "true or false",
            "True where the tag is 'cloud' or ends in '-cloud': it is answered by Ollama's own "
            "computers and nothing is downloaded.", {"required": True},
        ),
        "size_bytes": (
            "integer", "bytes", "Sum of all layers in the manifest.", {"minimum": 1},
        ),
        "model_layer_bytes": (
            "integer", "bytes", "Size of the weights in the manifest.", {"minimum": 1},
        ),
        "projector_bytes": (
            "integer", "bytes",
            "Size of the vision projector in the manifest, 0 where there is none.", {"minimum": 0},
        ),
        "config_digest": (
            "string", "identifier",
            "Digest of the configuration; equal digests are the same model under two tags.", {},
        ),
        "model_layer_digest": ("string", "identifier", "Digest of the weights.", {}),
        "same_config_tags": (
            "string", "identifiers",
            "The other tag of the name with the same config_digest; empty where there is none.", {},
        ),
        "size_gb": (
            "number", "gigabytes (10^9 bytes)",
            "Size of the download as displayed; empty for remote tags.", {"minimum": 0},
        ),
        "context_window_tokens": (
            "integer", "tokens",
            "Context window as displayed, K taken as 1,024.", {"minimum": 1},
        ),
        "input_types": (
            "string", "category", "What the tag accepts: text, or text|image.", {},
        ),
        "model_hash": (
            "string", "identifier",
            "Identifier of the manifest as displayed (12 hexadecimal digits); equal ones are the "
            "same model under two tags.", {},
        ),
    },
}  # fmt: skip
KEYS = {
    "ollama_library_pulls": ["date", "ollama_name"],
    "ollama_registry_pulls": ["date", "ollama_name"],
    "ollama_library_names": ["as_of", "ollama_name"],
    "ollama_library_tags": ["as_of", "ollama_name", "tag"],
}
TITLES = {
    "ollama_library_pulls": "Pulls by day",
    "ollama_registry_pulls": "Pulls by day, second series",
    "ollama_library_names": "Names in the library",
    "ollama_library_tags": "Tags in the library",
}


def resource(table: str) -> dict[str, Any]:
    """The table's part of a descriptor."""
    fields = [
        {"name": name, "type": kind, "unit": unit, "description": text}
        | ({"constraints": rules} if rules else {})
        for name, (kind, unit, text, rules) in COLUMNS[table].items()
    ]
    schema = {"fields": fields, "primaryKey": KEYS[table], "missingValues": [""]}
    return {"name": table, "type": "table", "title": TITLES[table], "schema": schema}
