"""What is data of a module, and not its work, stands in a file of the same name beside it.

Tables of words and columns are YAML, a text of SQL that nothing is put into is SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


@cache
def beside(module: str) -> Any:
    """What stands beside a module, which gives its ``__file__``."""
    import yaml  # type: ignore[import-untyped]

    return yaml.safe_load(Path(module).with_suffix(".yaml").read_text(encoding="utf-8"))


def sql_beside(module: str) -> str:
    """The SQL that stands beside a module, which gives its ``__file__``."""
    return Path(module).with_suffix(".sql").read_text(encoding="utf-8")


def fields(stated: Mapping[str, Any], names: Iterable[str]) -> list[dict[str, Any]]:
    """The fields of a table in the words of Table Schema, from the columns that are stated."""
    return [{"name": name, **stated["columns"][name]} for name in names]
