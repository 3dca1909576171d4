"""modelometrics: tests published claims about whose open AI models are deployed and downloaded.

What a notebook and an analysis need, in one import: ``run``, ``recorded`` and ``analyses`` by name;
``ask`` and ``channels`` for a question that needs no file;
``load`` and ``describe`` for tables; the nouns of an analysis; the modules ``datasets`` and
``figures``. Nothing heavy is loaded before it is used.
"""

from research import datasets, figures
from research.analysis.asking import ask, channels
from research.analysis.calls import analyses, recorded, run
from research.analysis.declare import FromTable, Sample
from research.datasets import AnySize, describe, load
from research.results import (
    ESTIMAND,
    Answer,
    Assumption,
    Bounds,
    BudgetRow,
    CannotEstimate,
    Curve,
    Estimate,
    Hypothesis,
    Interval,
    NotApplicable,
    ResearchError,
    Result,
    Settled,
    Test,
    TippingPoint,
)

__version__ = "0.2.0"

__all__ = [
    "ESTIMAND",
    "Answer",
    "AnySize",
    "Assumption",
    "Bounds",
    "BudgetRow",
    "CannotEstimate",
    "Curve",
    "Estimate",
    "FromTable",
    "Hypothesis",
    "Interval",
    "NotApplicable",
    "ResearchError",
    "Result",
    "Sample",
    "Settled",
    "Test",
    "TippingPoint",
    "__version__",
    "analyses",
    "ask",
    "channels",
    "datasets",
    "describe",
    "figures",
    "load",
    "recorded",
    "run",
]
