"""Is one tag on more hosts than another, when many hosts have both?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import Bounds, CannotEstimate, Interval

FEWEST = "McNemar, fewest hosts with both"


@dataclass(frozen=True, slots=True, kw_only=True)
class McNemarBounds:
    """McNemar's z and two-sided p over all overlaps that two margins allow.

    ``interval`` is that of the lead as a share of all hosts, at the fewest hosts with both tags,
    where it is widest; from the design effect ``lost_at`` on it holds zero.
    """

    z: Bounds
    p: Bounds
    interval: Interval
    lost_at: float
    design_effect: float


@estimator
def mcnemar_bounds(
    first: float, second: float, total: float, *, design_effect: float, level: float = 0.95
) -> McNemarBounds:
    """Is the lead of one tag more than chance, if only the number of hosts of each is known?

    Parameters
    ----------
    first, second, total : float
        Hosts with the first tag, with the second, and all hosts.
    design_effect : float
        Variance over that of independent hosts. It has no default, as hosts share networks.

    Returns
    -------
    McNemarBounds
        The lead is the same for every overlap; the fewer hosts have both tags, the larger its
        variance (at the ends of Fréchet's bounds). Judge by the larger p. Assumes that hosts are
        draws (superpopulation).

    Raises
    ------
    CannotEstimate
        Both tags have no host.

    References
    ----------
    McNemar (1947), Psychometrika 12:153-157, doi:10.1007/BF02295996 (without correction for
    continuity). At a known overlap it agrees with statsmodels' ``mcnemar``.

    Examples
    --------
    >>> test = mcnemar_bounds(12_659, 12_572, 24_038, design_effect=1)
    >>> round(test.z.low, 3), round(test.p.high, 3)
    (0.576, 0.565)
    """
    for hosts in (first, second):
        valid.successes(hosts, total)
    if first + second == 0:
        raise CannotEstimate("Neither tag has a host: there is nothing to compare.")
    deff, sides = valid.design_effect(design_effect), stats.norm.ppf((1 + valid.level(level)) / 2)
    fewest, most = max(0.0, first + second - total), min(first, second)  # hosts with both
    scores = [_score(first, second, shared, deff) for shared in (fewest, most)]
    p_values = [2 * float(stats.norm.sf(abs(z))) for z in scores]
    discordant, lead = first + second - 2 * fewest, (first - second) / total
    reach = float(sides) * math.sqrt(discordant * deff) / total
    return McNemarBounds(
        z=Bounds(min(scores), max(scores)),
        p=Bounds(min(p_values), max(p_values)),
        interval=Interval(lead - reach, lead + reach, level, FEWEST, deff),
        lost_at=(first - second) ** 2 / (sides**2 * discordant) if discordant else 0.0,
        design_effect=deff,
    )


def _score(first: float, second: float, shared: float, deff: float) -> float:
    lead, discordant = first - second, first + second - 2 * shared
    return lead / math.sqrt(discordant * deff) if lead else 0.0
