"""Which dataset stands in for which: another version, or one's own data in the same form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from research.datasets.descriptors import Dataset, DatasetError
from research.datasets.given import Given, Source, handed_over, is_table
from research.datasets.reading import datasets, describe, tables, versions
from research.plain import unknown


def sources(wanted: Iterable[str], chosen: Mapping[str, Given]) -> dict[str, Source | None]:
    """Where each wanted table is read from; ``None`` for one that does not exist.

    Parameters
    ----------
    wanted
        Names of tables.
    chosen
        From a dataset or table to what stands in for it: a version of the same dataset, or another
        dataset (``my_scan``, ``my_scan@2026-11-01``) whose resources say by ``form`` which table
        they take the place of. Tables of a replaced dataset that the other lacks do not exist.
        A table can also be replaced by a file of its form (CSV or Parquet), or by a frame.

    Raises
    ------
    DatasetError
        If a name or version is unknown, or a table lacks columns of the one that it stands in for.
    """
    known = tables()
    by_table: dict[str, Source | None] = {
        name: Source(known[name], name) if name in known else None for name in wanted
    }
    for name, value in chosen.items():
        if is_table(value):
            form = _form(name, by_table)
            by_table[form.table] = handed_over(value, form)
            continue
        replaced, other = describe(name), _stand_in(name, str(value))
        given = {
            str(resource.get("form", table)): Source(other, table)
            for table, resource in other.resources.items()
        }
        mine = {name} if name in replaced.resources else set(replaced.resources) | set(given)
        if not mine & set(given):
            raise DatasetError(
                f"{other.name} {other.version} holds no table in the form of '{name}': none of its "
                f"tables is named, or says by 'form' that it is, one of {', '.join(sorted(mine))}."
            )
        if not mine & set(by_table):
            raise DatasetError(
                f"'{name}' was chosen ({name}={value}), but no table of it is read here: only "
                f"{', '.join(sorted(by_table))}. Choose one of these or its dataset."
            )
        for table in mine & set(by_table):
            by_table[table] = given.get(table)
            if table in given and table in replaced.resources:
                _refuse_other_form(given[table], Source(replaced, table))
    return by_table


def _form(name: str, wanted: Mapping[str, Source | None]) -> Source:
    """The frozen table that a file or a frame stands in for: of this name, or the one in use."""
    dataset = describe(name)
    read = [each for each in dataset.resources if each in wanted]
    chosen = [name] if name in dataset.resources else read
    if len(chosen) != 1 or chosen[0] not in wanted:
        raise DatasetError(
            f"A file or a frame takes the place of one table that is read here, found '{name}'. "
            f"Name one of {', '.join(sorted(wanted))}."
        )
    return Source(dataset, chosen[0])


def _stand_in(name: str, value: str) -> Dataset:
    own = versions(describe(name).name)
    if value in own:
        return own[value]
    other, _, version = value.partition("@")
    if other in datasets():
        return describe(other, version or None)
    raise DatasetError(
        unknown(f"version of '{describe(name).name}' and no dataset", value, own | datasets())
    )


def _refuse_other_form(given: Source, form: Source) -> None:
    """Every column of the form must be there, of the same type; further ones are welcome."""
    has, wanted = given.dataset.types(given.table), form.dataset.types(form.table)
    lacking = [f"{column} ({kind})" for column, kind in wanted.items() if has.get(column) != kind]
    if lacking:
        raise DatasetError(
            f"Table '{given.table}' of {given.dataset.name} {given.dataset.version} cannot stand "
            f"in for '{form.table}': it lacks, or holds as another type, {', '.join(lacking)}."
        )
