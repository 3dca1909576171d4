"""Frozen datasets: a folder with a Data Package descriptor and its tables.

``load`` checks the hash of the whole file and then sets the types; ``freeze`` is the one way to
write. A *dataset* is a folder; a *table* is one resource of it; table names are unique. Data taken
anew are a *version*, a folder within the dataset's; an analysis reads it only where told to.
"""

from research.datasets.descriptors import (
    DESCRIPTOR,
    REQUIRED,
    Dataset,
    DatasetError,
    read_descriptor,
)
from research.datasets.freezing import freeze, freeze_together
from research.datasets.given import Given, Source, told
from research.datasets.large import AnySize, LargeTable, query
from research.datasets.names import refuse_name
from research.datasets.reading import datasets, describe, load, tables, texts, verify, versions
from research.datasets.selection import sources
from research.plain import unknown

__all__ = [
    "DESCRIPTOR",
    "REQUIRED",
    "AnySize",
    "Dataset",
    "DatasetError",
    "Given",
    "LargeTable",
    "Source",
    "datasets",
    "describe",
    "freeze",
    "freeze_together",
    "load",
    "query",
    "read_descriptor",
    "refuse_name",
    "sources",
    "tables",
    "texts",
    "told",
    "unknown",
    "verify",
    "versions",
]
