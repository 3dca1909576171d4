"""Parameters that counts of overlapping classes confine to a set: do the intervals cover them?

The truth stands at the ends of the identified set (one country's classes disjoint, the other's
nested) and inside it (overlapping classes); hosts come alone or in blocks of equal ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from research.calibration.cells import (
    Cell,
    Floats,
    Limits,
    Method,
    Row,
    Target,
    covered,
    limits_of,
)
from research.estimators.contamination import contamination_bounds
from research.estimators.identification import (
    contrast_interval,
    imbens_manski,
    ratio_of_ratios,
)
from research.results import Bounds, Interval

CLASSES = ("small", "medium", "large", "extra-large")
SMALL, MEDIUM = 0, 1
PATTERNS = np.array(list(product((0.0, 1.0), repeat=len(CLASSES))))  # which classes a host has

# Chance of each class: shares of hosts, or of memberships that are drawn independently and kept
# where there is at least one. Orders of magnitude are those of the countries of the report.
STRUCTURES = {
    "disjoint": (0.36, 0.46, 0.15, 0.03),
    "disjoint, two classes nearly tied": (0.42, 0.40, 0.15, 0.03),
    "nested": (0.21, 1.0, 0.20, 0.03),
    "overlapping": (0.40, 0.60, 0.20, 0.05),
    "overlapping, fewer small": (0.25, 0.75, 0.20, 0.05),
}


@dataclass(frozen=True, slots=True)
class Country:
    """Chances of the patterns of classes of a host."""

    chances: Floats

    def shares(self) -> Floats:
        """True share of hosts with each class."""
        return np.asarray(self.chances @ PATTERNS)

    def draw(self, rng: np.random.Generator, hosts: int, block: int, tables: int) -> Floats:
        """Hosts with each class, of shape (tables, classes); blocks of hosts are alike."""
        drawn = rng.multinomial(hosts // block, self.chances, size=tables)
        return np.asarray(drawn @ PATTERNS * block)


def country(structure: str) -> Country:
    """The country of a structure.

    >>> country("nested").shares().round(2).tolist()
    [0.21, 1.0, 0.2, 0.03]
    """
    chance = np.array(STRUCTURES[structure])
    if structure.startswith("disjoint"):
        return Country(np.where(PATTERNS.sum(axis=1) == 1, PATTERNS @ chance, 0.0))
    chances = np.where(PATTERNS == 1, chance, 1 - chance).prod(axis=1)
    chances[0] = 0.0  # a host without any class is not in the tables
    return Country(chances / chances.sum())


def study_contrast(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Difference of the shares of hosts with a small model."""
    one, other, drawn, block = _two_countries(cell, rng)
    gap = float(one.shares()[SMALL] - other.shares()[SMALL])
    target = Target(parameter="difference in the share of hosts", truth=gap)

    def contrast(effect: float) -> Limits:
        return limits_of(
            lambda row: contrast_interval(row[:4], row[4:], SMALL, design_effect=effect), drawn
        )

    yield covered(Method(name="Imbens-Manski, binomial corner errors"), target, contrast(block))
    if block > 1:
        ignored = Method(name="the same, design effect ignored", role="assumption violated")
        yield covered(ignored, target, contrast(1))


def study_clones(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """The same difference where hosts of the second country are copies with a medium model."""
    one, other, drawn, _ = _two_countries(cell, rng)
    clones = int(cell.setting["clones"])
    drawn[:, 4 + MEDIUM] += clones
    gap = float(one.shares()[SMALL] - other.shares()[SMALL])
    target = Target(parameter="difference among genuine hosts", truth=gap)

    def removing(some: int) -> Limits:
        return limits_of(
            lambda row: contrast_interval(
                row[:4], row[4:] - some * (np.arange(4) == MEDIUM), SMALL
            ),
            drawn,
        )

    none, all_of_them = removing(0), removing(clones)
    union = np.minimum(none[0], all_of_them[0]), np.maximum(none[1], all_of_them[1])
    ignored = Method(name="Imbens-Manski, clones kept", role="assumption violated")
    yield covered(Method(name="Imbens-Manski, clones removed"), target, all_of_them)
    yield covered(Method(name="Imbens-Manski, from none to all clones removed"), target, union)
    yield covered(ignored, target, none)


def study_ratio_of_ratios(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Small per medium host, one country over the other."""
    one, other, drawn, block = _two_countries(cell, rng)
    (a, b), (c, d) = (each.shares()[[SMALL, MEDIUM]] for each in (one, other))
    target = Target(parameter="ratio of small per medium hosts", truth=float(a / b / (c / d)))

    def interval(row: Floats) -> Interval:
        pair = {"numerator": SMALL, "denominator": MEDIUM}
        return ratio_of_ratios(row[:4], row[4:], **pair, design_effect=block).interval

    yield covered(Method(name="delta method, disjoint classes"), target, limits_of(interval, drawn))


def study_unknown(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """A share where the class of some units is unknown: the truth at an end, or inside."""
    n, unknown, place = (cell.setting[key] for key in ("units", "unknown", "truth"))
    known = 0.3 * (1 - float(unknown))
    inside = {"at the low end": 0.0, "inside": 0.5, "at the high end": 1.0}[str(place)]
    truth = known + inside * float(unknown)
    chances = [known, float(unknown), 1 - known - float(unknown)]
    drawn = rng.multinomial(int(n), chances, size=cell.repetitions)
    target = Target(parameter="share of a class, some units unknown", truth=truth)

    def interval(row: Floats) -> Interval:
        p, q = row[0] / row.sum(), (row[0] + row[1]) / row.sum()
        errors = (float(np.sqrt(x * (1 - x) / row.sum())) for x in (p, q))
        return imbens_manski(Bounds(p, q), *errors)

    yield covered(Method(name="Imbens-Manski"), target, limits_of(interval, drawn))


def study_contaminated(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """A share of which some observations are in error, anything being possible among those."""
    n, epsilon = int(cell.setting["units"]), float(cell.setting["in error"])
    place = str(cell.setting["errors have the property"])
    wrong = {"never": 0.0, "half of them": 0.5, "always": 1.0}[place]
    truth = 0.4
    seen = rng.binomial(n, (1 - epsilon) * truth + epsilon * wrong, size=(cell.repetitions, 1))
    target = Target(parameter="share among observations without error", truth=truth)

    def interval(row: Floats) -> Interval:
        p = float(row[0] / n)
        error = float(np.sqrt(p * (1 - p) / n)) / (1 - epsilon)
        return imbens_manski(contamination_bounds(p, epsilon), error, error)

    yield covered(
        Method(name="Imbens-Manski around Horowitz-Manski"), target, limits_of(interval, seen)
    )


def _two_countries(cell: Cell, rng: np.random.Generator) -> tuple[Country, Country, Floats, int]:
    """Both countries, and draws of their counts side by side, of shape (tables, 8)."""
    setting: dict[str, Any] = cell.setting
    hosts, block = setting["hosts"], setting.get("design effect", 1)
    countries = country(setting["first"]), country(setting["second"])
    drawn = [each.draw(rng, hosts, block, cell.repetitions) for each in countries]
    return *countries, np.hstack(drawn), block
