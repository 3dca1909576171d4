"""A table of one's own that stands in without being frozen: a file or a frame."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from research.datasets.descriptors import Dataset, DatasetError, bullets
from research.datasets.files import (
    damage_named,
    frame_problems,
    has_types,
    parquet_problems,
    parquet_rows,
    read_csv,
    read_parquet,
    sha256,
    typed,
)

if TYPE_CHECKING:
    import pandas as pd

    from research.datasets.large import LargeTable

# What may stand in for a table: a version, a dataset, a file, a frame.
Given: TypeAlias = Union[str, Path, "pd.DataFrame"]
ENDINGS = (".csv", ".csv.gz", ".parquet")
UNNAMED = "a given frame"


@dataclass(frozen=True)
class Source:
    """Where a table that an analysis names is read from; ``given`` is one that was handed over."""

    dataset: Dataset
    table: str
    given: pd.DataFrame | LargeTable | None = field(default=None, compare=False, repr=False)

    def load(self, columns: Container[str] | None = None) -> pd.DataFrame:
        """The table, checked and typed; of one in Parquet these columns alone, by default all."""
        from research.datasets.reading import whole

        return whole(self.open(columns))

    def open(self, columns: Container[str] | None = None) -> pd.DataFrame | LargeTable:
        """The same, but one in Parquet is to be asked and is not loaded."""
        from research.datasets.reading import open_table

        return open_table(self.dataset, self.table, columns) if self.given is None else self.given

    @property
    def origin(self) -> dict[str, str]:
        """What provenance keeps of it."""
        return {
            "dataset": self.dataset.name,
            "version": self.dataset.version,
            "hash": self.dataset.resources[self.table]["hash"],
        }


def is_table(value: Given) -> bool:
    """Whether it is a table itself, and not the name of one."""
    return not isinstance(value, str) or value.endswith(ENDINGS)


def handed_over(value: Given, form: Source) -> Source:
    """A file or a frame in the form of a frozen table.

    Parameters
    ----------
    value
        A path to CSV or Parquet, or a frame. Its columns are those of the form, further ones are
        welcome; a file in Parquet that has their types is asked where it lies. What a verdict says
        of whom and when is read from ``frame.attrs["population"]`` and ``frame.attrs["as_of"]``.
    form
        The table that it stands in for.

    Raises
    ------
    DatasetError
        If it cannot be read, or is not of that form: every problem at once.
    """
    resource = form.dataset.resources[form.table]
    path = Path(value) if isinstance(value, str | Path) else None
    if path and (large := _opened(path, resource)):
        return _described(path, resource, large, parquet_rows(path), {})
    frame = _read(path, resource) if path else _frame(value)
    rows = _typed(frame, resource, path.name if path else UNNAMED)
    return _described(path, resource, rows, len(rows), frame.attrs)


def _described(
    path: Path | None,
    resource: Mapping[str, Any],
    given: pd.DataFrame | LargeTable,
    rows: int,
    attrs: Mapping[Any, Any],
) -> Source:
    """A table with what is known of it; ``attrs`` is what a frame says of itself."""
    digest = sha256(path) if path else _digest(given)
    described = {
        "name": path.name.split(".")[0] if path else UNNAMED,
        "title": str(attrs.get("population", path.name if path else UNNAMED)),
        "version": str(attrs.get("as_of", "")),
        "resources": [{**resource, "hash": digest, "rows": rows}],
    }
    return Source(Dataset(path.parent if path else Path(), described), resource["name"], given)


def _opened(path: Path, resource: Mapping[str, Any]) -> LargeTable | None:
    """A file in Parquet, to be asked; nothing where its columns need to be read to be converted.

    Raises
    ------
    DatasetError
        Its columns are of the types of the form, and what is in them is not of the form.
    """
    from research.datasets.large import LargeTable

    if path.suffix != ".parquet" or not path.is_file():
        return None
    fields = resource["schema"]["fields"]
    with damage_named(path):
        if not has_types(path, fields):
            return None
        problems = parquet_problems(path, resource, exactly=False)
    if problems:
        raise DatasetError(
            f"{path.name} is not in the form of '{resource['name']}':\n{bullets(problems)}\n"
            f"The columns are {_columns(resource)}."
        )
    return LargeTable(path, tuple(fields))


def told(data: Mapping[str, Given]) -> str:
    """What stands in for what, for a message."""
    names = (
        (name, value if isinstance(value, str | Path) else UNNAMED) for name, value in data.items()
    )
    return ", ".join(f"{name}={value}" for name, value in names)


def _read(path: Path, resource: Mapping[str, Any]) -> pd.DataFrame:
    fields = resource["schema"]["fields"]
    if not path.name.endswith(ENDINGS):
        raise DatasetError(
            f"{path} is no table that can be read: expected {', '.join(ENDINGS)}. Read it with "
            "pandas and give the frame."
        )
    if not path.is_file():
        raise DatasetError(f"There is no file {path}. Check the path.")
    present = [each for each in fields if each["name"] in _header(path)]
    try:
        return (read_parquet if path.suffix == ".parquet" else read_csv)(path, present)
    except ValueError as error:
        raise DatasetError(
            f"{path} is not in the form of '{resource['name']}': {error}. Its columns are "
            f"{_columns(resource)}."
        ) from None


def _header(path: Path) -> list[str]:
    import pandas as pd

    if path.suffix == ".parquet":
        import duckdb

        from research.places import unglobbed

        with duckdb.connect() as engine:
            return list(engine.from_parquet(unglobbed(path)).columns)
    return list(pd.read_csv(path, nrows=0).columns)


def _frame(value: Any) -> pd.DataFrame:
    import pandas as pd

    if not isinstance(value, pd.DataFrame):
        raise DatasetError(
            f"Data are the name of a version or dataset, the path of a file, or a frame; found "
            f"{type(value).__name__}."
        )
    return value


def _typed(frame: pd.DataFrame, resource: Mapping[str, Any], name: str) -> pd.DataFrame:
    """The frame with the types of the form, its rows numbered anew."""
    fields = {each["name"]: each["type"] for each in resource["schema"]["fields"]}
    problems = [f"it lacks '{each}' ({kind})" for each, kind in fields.items() if each not in frame]
    made = frame.reset_index(drop=True)
    for column in (each for each in fields if each in made):
        try:
            made = typed(made, [{"name": column, "type": fields[column]}])
        except (ValueError, TypeError) as error:
            problems.append(f"'{column}' is not {fields[column]}: {error}")
    problems = problems or frame_problems(made[list(fields)], resource)
    if problems:
        raise DatasetError(
            f"{name} is not in the form of '{resource['name']}':\n{bullets(problems)}\n"
            f"The columns are {_columns(resource)}."
        )
    return made


def _columns(resource: Mapping[str, Any]) -> str:
    return ", ".join(f"{each['name']} ({each['type']})" for each in resource["schema"]["fields"])


def _digest(frame: Any) -> str:
    import pandas as pd

    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return f"sha256:{hashlib.sha256(rows.tobytes()).hexdigest()}"
