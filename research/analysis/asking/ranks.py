"""Which values of an attribute have most: the share and the rank of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from research.analysis.asking.labels import KIND, RANK
from research.analysis.asking.placing import drawn_as
from research.analysis.asking.question import Question
from research.doubts import Asked, Coarse, Ranking, Share, Where, where
from research.doubts.coarse import MEMBER, OPENED_BY
from research.estimators.budget import budget
from research.measures.known_channels import ORGANISATION
from research.results import Assumption, BudgetRow, CannotEstimate, Deferred, Estimate


def ranks(
    question: Question, units: Coarse, assumptions: Sequence[Assumption]
) -> Iterator[Estimate]:
    """Of each of the leading values the share, then of each the rank.

    Raises
    ------
    CannotEstimate
        No unit names a value.
    """
    whole = belonging(units, question.among)
    ranking = Ranking(whole, question.rank)
    shown = ranking.shown[ranking.shown > 0]
    if shown.empty:
        raise CannotEstimate(f"No unit that is asked about names its {question.rank}.")
    leading = list(shown.index[: question.top])
    drawn_within = question.channel.left_out
    for kind in leading:
        share = Share(of=where(**{question.rank: kind}), among=question.among).in_(units)
        label, unit = KIND.format(kind, units.weighs), f"share of {units.weighs}"
        drawn = drawn_as(share, label, drawn_within)
        yield replace(_estimate(share, label, unit, assumptions, whole), drawn=drawn)
    for kind in leading:
        label = RANK.format(kind, units.weighs)
        yield _estimate(ranking.rank(kind), label, "rank", assumptions, whole)


def _estimate(
    asked: Asked, label: str, unit: str, assumptions: Sequence[Assumption], units: Coarse
) -> Estimate:
    return asked.estimate(
        label=label,
        unit=unit,
        n=float(units.size()),
        n_unit=units.unit,
        assumptions=tuple(assumptions),
        budget=Deferred(lambda: budget(*_rows(asked))),
    )


def _rows(asked: Asked) -> list[BudgetRow]:
    has_organisations = all(ORGANISATION in units.rows for units in asked.channels)
    return [*asked.budget(), *(left_out(asked) if has_organisations else [])]


def left_out(asked: Asked) -> list[BudgetRow]:
    """The row of the estimate without one of the organisations; none where one holds everything."""
    try:
        return [asked.left_out(ORGANISATION)]
    except CannotEstimate:
        return []


def belonging(units: Coarse, among: Where) -> Coarse:
    """The units that certainly are of a whole, and those that may be.

    Examples
    --------
    >>> import pandas as pd
    >>> from research.doubts import Doubt
    >>> unnamed = Doubt("licence unknown", "any")
    >>> weights = dict.fromkeys(["low", "value", "high"], [5.0, 3.0, 1.0])
    >>> rows = pd.DataFrame({**weights, "licence": ["mit", "", "gpl"]})
    >>> units = Coarse(rows.assign(licence_doubt=unnamed.name), [unnamed])
    >>> belonging(units, where(licence="mit")).weight().high.tolist()
    [5.0, 3.0]
    """
    if not among.values:
        return units
    certain, possible = units.holds(among)
    opened = np.full(len(units.rows), "", dtype=object)
    for attribute, held in reversed([*among.values.items()]):
        sure, _ = units.holds(Where({attribute: held}))
        by = OPENED_BY.format(attribute)
        if by in units.rows:
            opened = np.where(sure, opened, units.rows[by])
    columns = {MEMBER: certain, OPENED_BY.format(MEMBER): np.where(certain, "", opened)}
    return replace(units, rows=units.rows.assign(**columns)).among(possible)
