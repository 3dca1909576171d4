"""The grid of the study, fixed as data before anything was drawn.

The settings mirror these data: totals with tails as heavy as downloads have, tables of 10 to 2,000
organisations, labels that are independent of size or tied to it, classes that overlap, copies among
the hosts, and the organisations of the bundled tables themselves.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from research.calibration.cells import Cell, Setting

SEED = 20250424  # that of the analyses
# In every cell an interval of nominal 95 % that carries a verdict has to cover this often, a draw
# in which it carries none counted as covered: so that at most 7 % of the draws mislead.
GOAL = 0.93
SHORTFALL = 0.02  # the same for other levels: the nominal one less this
# An interval that its conditions let through more rarely than this carries no verdict in a cell:
# too few draws are left to tell its coverage.
RARELY = 0.02

TAILS = ("lognormal 1", "lognormal 2.5", "Pareto 1.2", "Pareto 2.5")
ORGANISATIONS = (10, 25, 100, 300, 2000)
LABELS = ("independent of size", "largest in the group", "rising with size")
# Between the cells of the grid: these had no part in choosing an interval or a threshold.
HELD_OUT_TAILS = ("lognormal 1.7", "Pareto 1.6")
HELD_OUT_ORGANISATIONS = (50, 1000)
# Beyond the grid, to show where it ends.
EXTREME_TAILS = ("Pareto 1.15", "Pareto 1.1", "Pareto 1.05")
GIANTS = ("giants 10", "giants 100")
TABLES = {"hub_top_models": 283, "hub_llm_models": 4024}  # organisations with downloads
TOTALS = ("China", "US", "China minus US")

# Tails of two totals whose ratio is wanted: alike, or those above far heavier (the other way round
# is the same on the log scale).
RATIOS = (
    ("lognormal 1", "lognormal 1"),
    ("lognormal 2.5", "lognormal 2.5"),
    ("Pareto 1.2", "Pareto 1.2"),
    ("lognormal 1.7", "lognormal 1"),
    ("Pareto 1.2", "lognormal 1"),
)

COUNTRIES = (  # structures of the classes of two countries: where in its set the truth stands
    ("disjoint", "nested"),
    ("nested", "disjoint"),
    ("disjoint, two classes nearly tied", "nested"),
    ("overlapping", "overlapping, fewer small"),
)
PAIRS = ((0.3, 0.3), (0.1, 0.3), (0.03, 0.1))  # proportions of two samples
QUICK = 200  # repetitions of the quick version, and the part of each study that it draws
QUICK_PART: dict[str, Setting] = {
    "share": {"tail": "Pareto 1.2", "organisations": 300},
    "difference": {"tail": "Pareto 1.2", "organisations": 300},
    "paired difference": {"tail": "Pareto 1.2", "organisations": 300},
    "table": {"table": "hub_top_models"},
    "contrast": {"hosts": 100},
    "proportion": {"share": 0.1},
    "two tags": {},
    "slope is zero": {"clusters": 6},
}


def cells(*, full: bool) -> list[Cell]:
    """Every cell of the study, or for the quick version a part of them, drawn less often."""
    every = [*_clustered(), *_sets(), *_proportions(), *_units(), *_tests()]
    if full:
        return every
    return [cell.shorter(QUICK) for cell in every if _is_quick(cell)]


def _is_quick(cell: Cell) -> bool:
    part = QUICK_PART.get(cell.study)
    return part is not None and part.items() <= cell.setting.items()


def _grid(study: str, repetitions: int, **values: Any) -> list[Cell]:
    """A cell for each combination of the values."""
    return [
        Cell(study=study, setting=dict(zip(values, row, strict=True)), repetitions=repetitions)
        for row in product(*values.values())
    ]


def _clustered() -> list[Cell]:
    grid = {"tail": TAILS, "label": LABELS, "organisations": ORGANISATIONS}
    held_out = grid | {"tail": HELD_OUT_TAILS, "organisations": HELD_OUT_ORGANISATIONS}
    rows = []
    for study in ("share", "difference", "paired difference"):
        rows += _grid(study, 10_000, **grid)
        rows += [
            Cell(study=c.study, setting=c.setting, repetitions=c.repetitions, held_out=True)
            for c in _grid(study, 10_000, **held_out)
        ]
    extreme = {"tail": EXTREME_TAILS, "label": LABELS[2:], "organisations": ORGANISATIONS}
    rows += _grid("share, mean nearly infinite", 4_000, **extreme)
    rows += _grid("share, rare giants", 4_000, **extreme | {"tail": GIANTS})
    for table, organisations in TABLES.items():
        rows += _grid(
            "table", 4_000, table=[table], parameter=TOTALS, organisations=[organisations]
        )
    for above, below in RATIOS:
        sides = {"above": [above], "below": [below], "of": ["weights", "counts"]}
        rows += _grid("ratio of totals", 4_000, **sides, organisations=[10, 25, 100, 300])
    return rows


def _sets() -> list[Cell]:
    rows = []
    for first, second in COUNTRIES:
        pair = {"first": [first], "second": [second]}
        rows += _grid("contrast", 4_000, **pair, hosts=[100, 1_000, 10_000])
        rows += _grid("contrast", 4_000, **pair, hosts=[10_000], **{"design effect": [20]})
        rows += _grid("ratio of ratios", 4_000, **pair, hosts=[200])
        rows += _grid("ratio of ratios", 4_000, **pair, hosts=[5_000], **{"design effect": [20]})
    for first, second in (COUNTRIES[0], COUNTRIES[3]):
        rows += _grid(
            "clones", 4_000, first=[first], second=[second], hosts=[5_000], clones=[1_500]
        )
    ends = {"unknown": [0.02, 0.2], "truth": ["at the low end", "inside", "at the high end"]}
    rows += _grid("unknown class", 40_000, units=[100], **ends)
    rows += _grid("unknown class", 1_000, units=[1_000], **ends)  # hardly two draws are alike
    errors = {
        "in error": [0.05, 0.2],
        "errors have the property": ["never", "half of them", "always"],
    }
    rows += _grid("contaminated share", 10_000, units=[100, 1_000], **errors)
    return rows


def _proportions() -> list[Cell]:
    rows = _grid("proportion", 0, units=[10, 50, 200, 1_000], share=[0.02, 0.1, 0.3, 0.5])
    rows += _grid("proportion", 0, units=[2_000], share=[0.1, 0.3], **{"design effect": [20]})
    clusters = {"clusters": [10, 30, 100], "cluster sizes": ["equal", "Pareto 1.2"]}
    varied = {"alike": [0.05, 0.5], "share": [0.1, 0.3]}
    rows += _grid("proportion of clusters", 2_000, **clusters, **varied)
    for (n, m), (p, q) in product(((10, 10), (30, 60), (60, 120)), PAIRS):
        rows += _two_samples("two proportions", (n, m), (p, q))
    rows += _two_samples("two proportions", (2_000, 4_000), (0.1, 0.3), design_effect=20)
    rows += _grid("kinds", 2_000, clusters=[30, 100], alike=[0.05, 0.5])
    for first, second in ((4, 4), (20, 20), (10, 30)):
        kinds = ["Poisson", "in bursts"]
        rows += _grid("rates", 4_000, releases=kinds, first=[first], second=[second])
    rows += _grid("two tags", 4_000, hosts=[5_000], both=[0.05, 0.3], lead=[0.0, 0.02])
    return rows


def _two_samples(
    study: str, sizes: tuple[int, int], shares: tuple[float, float], design_effect: int = 1
) -> list[Cell]:
    names = ("first units", "second units", "first share", "second share")
    setting: Setting = dict(zip(names, (*sizes, *shares), strict=True))
    if design_effect > 1:
        setting["design effect"] = design_effect
    return [Cell(study=study, setting=setting, repetitions=0)]


def _units() -> list[Cell]:
    correlated = {"normal correlation": [0.0, 0.5, 0.9]}
    rows = _grid("rank correlation", 4_000, units=[10, 30, 100], **correlated)
    clustered: dict[str, Any] = {"alike": [0.0, 0.5, 0.9], "log sd": [0.0, 1.0, 1.5, 2.0]}
    rows += _grid("correlation of clusters", 1_000, organisations=[90], **clustered)
    rows += _grid("ranks", 500, hosts=[500, 5_000])
    sizes = {"cluster sizes": ["equal", "lognormal 1"]}
    rows += _grid("cluster mean", 4_000, clusters=[10, 30], **sizes)
    errors = ["normal", "t, 3 df"]
    rows += _grid("slope", 1_000, clusters=[10, 30], errors=errors)
    rows += _grid("slope of counts", 1_000, clusters=[10, 30])
    return rows


def _tests() -> list[Cell]:
    slopes = {"errors": ["normal", "t, 3 df"], "slope": [0.0, 0.5]}
    rows = _grid("slope is zero", 1_000, clusters=[6, 12, 20], **slopes)
    rows += _grid("rank tests", 1_000, units=[10, 25], **{"normal correlation": [0.0, 0.6]})
    rows += _grid("gaps", 1_000, organisations=[10, 20], **{"ratio of gaps": [1.0, 2.0]})
    return rows
