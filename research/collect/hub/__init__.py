"""New data from the Hugging Face Hub: asked page by page, kept page by page, frozen at the end.

A collection is a folder of pages as they came. Killed at any point it goes on where it stopped, and
its table is a function of the pages alone: an undisturbed run gives the same bytes.
"""

from research.collect.hub.asking import CollectError, Hub, Watch
from research.collect.hub.collecting import Destination, collect, standing
from research.collect.hub.expecting import expected
from research.collect.hub.queries import Query, authors, census, families, top

__all__ = [
    "CollectError",
    "Destination",
    "Hub",
    "Query",
    "Watch",
    "authors",
    "census",
    "collect",
    "expected",
    "families",
    "standing",
    "top",
]
