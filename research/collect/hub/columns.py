"""The columns of every table taken from the Hub: what each is, and how a row of JSON becomes it."""

from __future__ import annotations

from typing import Any, NamedTuple

from research.collect.beside import beside


class Field(NamedTuple):
    """A field of a row as the Hub sends it: the types of JSON it may have, and those in words."""

    kinds: tuple[str, ...]
    words: str


FIELDS = {
    name: Field(tuple(stated["kinds"]), stated["words"])
    for stated in beside(__file__)["fields"]
    for name in stated["names"]
}
WHOLE = [name for name, field in FIELDS.items() if field.words == "a whole number"]


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
        optional = {"constraints": constraints} if constraints else {}
        return about | {"description": self.description} | optional


COLUMNS = tuple(Column(**stated) for stated in beside(__file__)["columns"])
