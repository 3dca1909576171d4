"""P-values of a family of hypotheses, adjusted for its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.multitest import multipletests

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import ResearchError

Adjustment = Literal[
    "Bonferroni", "Holm", "Hochberg", "Hommel", "Benjamini-Hochberg", "Benjamini-Yekutieli"
]
IN_STATSMODELS = {
    "Bonferroni": "bonferroni",
    "Holm": "holm",
    "Hochberg": "simes-hochberg",
    "Hommel": "hommel",
    "Benjamini-Hochberg": "fdr_bh",
    "Benjamini-Yekutieli": "fdr_by",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """Adjusted p-values in the order given, and which are at most ``alpha``."""

    p: tuple[float, ...]
    rejected: tuple[bool, ...]
    alpha: float
    method: Adjustment

    @property
    def n_rejected(self) -> int:
        return sum(self.rejected)


@estimator
def adjust(p_values: ArrayLike, method: Adjustment = "Holm", *, alpha: float = 0.05) -> Adjusted:
    """Which hypotheses of a family fall, when the whole family is to err at most this often?

    Parameters
    ----------
    p_values : array of shape (m,)
        Of all hypotheses of the family, also of those that were not of interest in the end.
    method : str
        Bonferroni, Holm (any dependence), Hochberg and Hommel (positive dependence) bound the
        chance of one false rejection; Benjamini-Hochberg (positive dependence) and
        Benjamini-Yekutieli (any) the expected share of false ones among the rejections.
    alpha : float
        That chance or share.

    Raises
    ------
    ResearchError
        A p-value that is missing or outside [0, 1].

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6:65-70; Benjamini and Hochberg (1995), JRSS B
    57:289-300, doi:10.1111/j.2517-6161.1995.tb02031.x. Agrees with ``p.adjust`` of R.

    Examples
    --------
    >>> adjust([0.01, 0.04, 0.03]).p, adjust([0.01, 0.04, 0.03]).rejected
    ((0.03, 0.06, 0.06), (True, False, False))
    """
    p = valid.floats(p_values, "p_values")
    if p.min() < 0 or p.max() > 1:
        raise ResearchError(f"p-values lie in [0, 1], found {p.min():g} to {p.max():g}.")
    limit = valid.number(alpha, "alpha", 0, 1)
    adjusted = np.asarray(multipletests(p, limit, IN_STATSMODELS[method])[1])
    return Adjusted(
        p=tuple(adjusted.tolist()),
        rejected=tuple((adjusted <= limit).tolist()),
        alpha=limit,
        method=method,
    )
