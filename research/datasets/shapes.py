"""JSON that people and other tools write: read, or refused in prose; and the shape it must have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from research.results import ResearchError

KINDS = {str: "a text", int: "a whole number", bool: "true or false", dict: "an object"}
# Of a descriptor, what is read here; whatever else it holds is kept and ignored.
FIELD = {
    "name": str, "type": str, "unit": str, "description": str, "constraints": {"required": bool},
}  # fmt: skip
SCHEMA = {"fields": [FIELD], "primaryKey": [str], "missingValues": [str]}
RESOURCE = {
    "name": str, "path": str, "title": str, "form": str, "format": str, "hash": str, "bytes": int,
    "rows": int, "schema": SCHEMA,
}  # fmt: skip
PACKAGE = {
    "name": str, "title": str, "description": str, "version": str, "citation": str,
    "licenses": [{"name": str, "path": str}], "sources": [{"title": str, "path": str}],
    "knownLimitations": [str], "collection": dict, "resources": [RESOURCE],
}  # fmt: skip


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ResearchError
        If it is not UTF-8 text or not JSON; the message names the line.
    """
    return parsed(path.read_bytes(), path)


def parsed(content: bytes, path: Path) -> Any:
    """The same of what was read from ``path``."""
    try:
        value = json.loads(content.decode("utf-8"))
        json.dumps(value, ensure_ascii=False).encode()  # half a character cannot be written again
        return value
    except UnicodeDecodeError:
        raise ResearchError(f"{path} is not UTF-8 text. Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ResearchError(
            f"{path} is not valid JSON (line {error.lineno}, column {error.colno}: {error.msg}). "
            "Most often a comma or a quotation mark is missing before that place."
        ) from None
    except (RecursionError, ValueError) as error:  # brackets without end, numbers of 5000 digits
        raise ResearchError(f"{path} cannot be read as JSON: {error}. Mend it.") from None


def misshapen(value: Any, form: Any, at: str = "") -> Iterator[str]:
    """Where a JSON value has another shape than ``form``, as sentences; what is absent is no error.

    A form is a type, a list of one form, or a dictionary of forms by key; ``...`` is every key.

    >>> list(misshapen({"resources": [{"name": 3}]}, PACKAGE))
    ["'resources[0].name' is 3, expected a text"]
    """
    kind: Any = form if isinstance(form, type) else type(form)
    inner = None if isinstance(form, type) else form
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        text = json.dumps(value)[:60]
        yield f"'{at or 'the whole'}' is {text}, expected {KINDS.get(kind, 'a list')}"
    elif isinstance(inner, list):
        for position, item in enumerate(value):
            yield from misshapen(item, inner[0], f"{at}[{position}]")
    elif isinstance(inner, dict):
        every = dict.fromkeys(value, inner[...]) if ... in inner else inner
        for key in [key for key in every if key in value]:
            yield from misshapen(value[key], every[key], f"{at}.{key}".lstrip("."))
