"""The uncertainty budget: which source of doubt moves an estimate most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from research.estimators.clustered.jackknife import MINIMUM_CLUSTERS, ClusteredEstimate
from research.estimators.clustered.leave_one_out import LeaveOneOut
from research.estimators.clustered.ratios import COVERAGE, ClusteredRatio
from research.estimators.valid import estimator
from research.results import Bounds, BudgetRow, CannotEstimate
from research.wording import level, number, written

# Coverage of the plain interval where its conditions fail: the range over the cells of the coverage
# study, those with a mean that is all but infinite included. A test holds that it is what the
# committed study says.
COVERAGE_WITHOUT_VERDICT = (0.27, 1.00)


@estimator
def budget(*rows: BudgetRow) -> tuple[BudgetRow, ...]:
    """Which source of uncertainty matters most? The rows, widest first (ties by name).

    Examples
    --------
    >>> date = BudgetRow(source="date", low=0.2, high=0.3, detail="18 snapshots")
    >>> origin = BudgetRow(source="origin", low=0.1, high=0.4, detail="unknown publishers")
    >>> [row.source for row in budget(date, origin)]
    ['origin', 'date']
    """
    return tuple(sorted(rows, key=lambda row: (-row.width, row.source)))


@estimator
def alternatives_row(source: str, values: Mapping[str, float | Bounds]) -> BudgetRow:
    """What range do several defensible ways to compute the same estimate give it?

    Parameters
    ----------
    source : str
        What varies, e.g. ``"attribution"`` or ``"date"``.
    values : mapping
        The estimate under each alternative, or the set of those that it allows, by its name.

    Raises
    ------
    CannotEstimate
        There is no alternative.

    Examples
    --------
    >>> row = alternatives_row("attribution", {"publisher": 0.24, "base model": 0.31})
    >>> row.low, row.high, row.detail
    (0.24, 0.31, 'lowest under publisher, highest under base model')
    """
    if not values:
        raise CannotEstimate(f"The budget row '{source}' needs the estimate under one alternative.")
    sets = {
        name: estimate if isinstance(estimate, Bounds) else Bounds(estimate, estimate)
        for name, estimate in values.items()
    }
    least = min(sets, key=lambda name: sets[name].low)
    most = max(sets, key=lambda name: sets[name].high)
    extremes = f"lowest under {least}, highest under {most}"
    return BudgetRow(
        source=source,
        low=sets[least].low,
        high=sets[most].high,
        detail=extremes if least != most else f"lowest and highest under {least}",
    )


@estimator
def leave_one_out_row(left_out: LeaveOneOut, unit: str = "organisation") -> BudgetRow:
    """What range does leaving out one cluster give the estimate, and which one moves it most?

    Examples
    --------
    >>> from research.estimators.clustered.leave_one_out import leave_one_out
    >>> leave_one_out_row(leave_one_out([9, 0, 3], [9, 6, 4], ["Qwen", "Meta", "Mistral"])).detail
    'furthest without Qwen'
    """
    furthest = f"furthest without {left_out.cluster}"
    return BudgetRow(
        source=f"one {unit} left out",
        low=min(left_out.low, left_out.value),
        high=max(left_out.high, left_out.value),
        detail=furthest if left_out.without != left_out.value else f"the same without any {unit}",
    )


@estimator
def sampling_row(estimate: ClusteredEstimate, unit: str = "organisations") -> BudgetRow:
    """What range does the draw of clusters give the estimate, and is that range believed?

    Where it is trusted, the range is that of the interval that may carry a verdict; elsewhere that
    of the plain one, with the conditions that fail and its coverage in such draws.

    Examples
    --------
    >>> from research.estimators.clustered import clustered_share
    >>> sampling_row(clustered_share([9, 0, 3, 0], [9, 6, 4, 3])).detail.split(";")[0]
    '4 organisations drawn, 3.4 effective'
    """
    shown = estimate.verdict_interval if estimate.trusted else estimate.interval
    caution = "; ".join(_cautions(estimate))
    return drawn_row(shown, estimate.n_clusters, estimate.kish_n, caution, unit)


@estimator
def ratio_row(ratio: ClusteredRatio, unit: str = "organisations") -> BudgetRow:
    """What range does the draw of clusters give a ratio of totals, and how often does it cover?

    Examples
    --------
    >>> from research.estimators.clustered import clustered_ratio
    >>> ratio_row(clustered_ratio([9, 2, 3, 4], [3, 1, 1, 2])).detail.split(";")[0]
    '4 organisations drawn, 2.9 effective'
    """
    (least, most), (unlike, _) = COVERAGE["alike"], COVERAGE["unlike"]
    text = "simulated coverage {:0} to {:%0} if both totals have like tails, down to {:%0} if not"
    caution = written(text, 100 * least, most, unlike)
    return drawn_row(ratio.interval, ratio.n_clusters, ratio.kish_n, caution, unit)


@estimator
def drawn_row(
    bounds: Bounds, clusters: int, effective: float, caution: str, unit: str = "organisations"
) -> BudgetRow:
    """What range do other clusters give the estimate, of how many, and what speaks against it?

    Examples
    --------
    >>> drawn_row(Bounds(0.1, 0.4), 12, 3.27, "too few for a verdict").detail
    '12 organisations drawn, 3.3 effective; too few for a verdict'
    """
    drawn = f"{clusters} {unit} drawn, {number(effective, 1)} effective"
    return BudgetRow(
        source=f"other {unit} drawn",
        low=bounds.low,
        high=bounds.high,
        detail=f"{drawn}; {caution}" if caution else drawn,
    )


def _cautions(estimate: ClusteredEstimate) -> Iterator[str]:
    """Why the interval carries no verdict, and how often it covers then."""
    for condition in estimate.failed:
        found, threshold = (
            number(value, 0 if value.is_integer() else 1)
            for value in (float(condition.found), float(condition.threshold))
        )
        yield f"{condition.name} is {found}, not above {threshold}"
    if estimate.n_clusters <= MINIMUM_CLUSTERS:
        yield "of so few the coverage study says nothing"
    elif estimate.failed:
        least, most = COVERAGE_WITHOUT_VERDICT
        coverage = "simulated coverage in such draws {:0} to {:%0}, not {}"
        yield written(coverage, 100 * least, most, level(estimate.interval.level))
