"""One way in which all doubts may resolve, and what in it would undo a lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from research.estimators.tipping import Miscoding, misclassification_tipping

if TYPE_CHECKING:
    import pandas as pd

    from research.estimators.valid import Floats


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Units with nothing open: what each weighs, and what it adds to a lead.

    Parameters
    ----------
    weight, signed
        Its weight, and that weight with the sign of the side that it is on: 0 on neither.
    rows
        All that is known of the units.
    """

    weight: Floats
    signed: Floats
    rows: pd.DataFrame

    @property
    def lead(self) -> float:
        """The weight by which one side is ahead."""
        return float(self.signed.sum())

    def miscoding(self) -> Miscoding:
        """How much weight must have been coded to the wrong side for no side to be ahead?"""
        return misclassification_tipping(self.weight, self.signed > 0, self.signed < 0)

    def fewest(self, cluster: str) -> list[str]:
        """The fewest clusters, the largest first, without which the side ahead is so no more."""
        import pandas as pd

        held = pd.Series(self.signed).groupby(self.rows[cluster].to_numpy()).sum()
        largest = held[held > 0].sort_values(ascending=False, kind="stable")
        return list(largest.index[: int(np.searchsorted(largest.cumsum(), held.sum()) + 1)])
