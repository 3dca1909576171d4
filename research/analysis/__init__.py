"""Find, run and record analyses.

An analysis is one file. ``sample(tables, *, choices)`` says which tables it reads and which choices
another analyst could have made; ``estimate(sample, *, rng)`` estimates; ``figure(result)`` draws.
"""

from research.analysis.declare import Analysis, Choice, FromTable, Sample, analyses, find
from research.analysis.outline import Outline, outlines
from research.analysis.recording import is_result, record, recorded, recorded_verdicts
from research.analysis.running import SEED, n_specifications, run

__all__ = [
    "SEED",
    "Analysis",
    "Choice",
    "FromTable",
    "Outline",
    "Sample",
    "analyses",
    "find",
    "is_result",
    "n_specifications",
    "outlines",
    "record",
    "recorded",
    "recorded_verdicts",
    "run",
]
