"""Every claim with the estimates that decide it: set, interval, likelihood, what matters most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace

from research.publish.claims import ClaimAnswer
from research.publish.judged import BY_THE_SET, TRIED
from research.publish.tables.latex import Latex, fill
from research.publish.tables.tidy import FIELDS, Field, held, written
from research.publish.tables.typeset import Column

NAME = "claims-answered"
TITLE = "Published claims: set, interval and likelihood of the estimates that decide"
OF_CLAIM = (
    Field("claim", "id", "string", "The claim, as in published_claims."),
    Field("claimed", "claim.claim", "string", "What was claimed, in our words."),
    Field("claim_verdict", "word", "string", "The word of the claim: of all rows together."),
    Field("settled", "settled.reason", "string", "What settles a claim that no estimate answers."),
)
KEPT = (
    "analysis", "answer", "population", "as_of", "label", "unit", "set_low", "set_high",
    "interval_low", "interval_high", "simulation_low", "simulation_high", "with_errors_low",
    "with_errors_high", "chance_stated", "chance_flat", "chance_shifted", "chance_apart",
    "chance_as_one", "matters_most", "matters_most_basis", "not_drawn", "needed", "verdict",
    "fragile", "scope", "same_verdict", "specifications",
)  # fmt: skip
OF_ESTIMATE = tuple(field for field in FIELDS if field.name in KEPT)
NOTES = (
    "set: what the data allow. interval: simulation interval (95 %) with the doubts drawn as "
    "stated, unless it is marked as one of sampling; none where nothing is open.",
    f"likelihood: of the region that is needed, under beliefs {', '.join(TRIED[:-1])} and "
    f"{TRIED[-1]}, in this order; “{BY_THE_SET}” where the set decides.",
    "matters most: the doubt that explains most of the variance, and what is believed of it rests "
    "on; restated: one draw of a judgement decides, so that the likelihood is that judgement.",
)


def as_csv(answers: Iterable[ClaimAnswer]) -> str:
    """One row for each estimate that decides a claim, or for what settles one."""
    rows = (
        [*(held(answer, field.path) for field in OF_CLAIM),
         *(held(item, field.path) for field in OF_ESTIMATE)]
        for answer in answers
        for item in answer.deciding or (None,)
    )  # fmt: skip
    return written((*OF_CLAIM, *OF_ESTIMATE), rows)


def as_latex(answers: Sequence[ClaimAnswer]) -> str:
    """A LaTeX table of the same, which breaks over pages: the claims stand above their rows."""
    columns = [
        Column("estimate", 0.29, "raggedright", lambda row: row.name),
        Column("set", 0.15, "raggedleft", lambda row: row.quantity),
        Column("interval", 0.16, "raggedleft", lambda row: row.drawn_or_sampled),
        Column("likelihood", 0.13, "raggedleft", lambda row: row.likelihood),
        Column("matters most", 0.15, "raggedright", lambda row: row.matters),
    ]
    named = SimpleNamespace(analysis=NAME, title=TITLE)
    groups = [SimpleNamespace(heading=each.heading, rows=each.deciding) for each in answers]
    return fill(
        "table.tex",
        {
            "result": named, "name": NAME, "columns": columns, "groups": groups, "notes": NOTES,
            "long": True, "raw": Latex,
        },
    )  # fmt: skip
