"""Do the intervals cover and the tests hold? The project's own simulation study.

``settings`` is the grid, fixed as data; ``cells`` what is counted in it. ``clustered`` draws tables
of organisations (``populations``), ``sets`` overlapping classes; ``proportions``, ``units``,
``slopes``, ``tails`` and ``permutations`` everything else.
``study`` runs all of it and records the result, ``drawing`` draws it, ``page`` writes it up.
"""

from research.calibration.drawing import draw, figure, figure_of_methods
from research.calibration.page import as_page, write_page
from research.calibration.settings import cells
from research.calibration.study import (
    chosen,
    is_recorded,
    measure,
    record,
    recorded,
    run,
    shortfalls,
)

__all__ = [
    "as_page",
    "cells",
    "chosen",
    "draw",
    "figure",
    "figure_of_methods",
    "is_recorded",
    "measure",
    "record",
    "recorded",
    "run",
    "shortfalls",
    "write_page",
]
