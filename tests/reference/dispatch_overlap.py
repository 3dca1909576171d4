"""Reference cases of overlapping classes, contamination, proportions and truncated tables.

Keyed by the part of a case's name that stands for its method; each function takes the case's
``input`` and returns values under the keys of ``expected``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from research.datasets import load
from research.estimators import proportions
from research.estimators.clustered import kish_effective_size
from research.estimators.contamination import contamination_bounds
from research.estimators.design_effects import (
    design_effect,
    weighted_cluster_size,
)
from research.estimators.identification import (
    contrast_bounds,
    contrast_interval,
    equal_multiplicity,
    frechet_bounds,
    imbens_manski_critical_value,
    ratio_of_ratios,
    share_bounds,
    union_bounds,
)
from research.estimators.proportions.single import score_interval
from research.estimators.truncation import herfindahl_bounds, rest_of
from research.measures.clone_block import Block, without_part

Case = dict[str, Any]


def _groups(given: Case) -> tuple[tuple[str, str], list[str], list[float], list[float]]:
    """The names of both groups, those of the classes, and the counts."""
    first, second = (name for name, value in given.items() if isinstance(value, dict))
    classes = list(given[first])
    return (
        (first, second),
        classes,
        [given[first][k] for k in classes],
        [given[second][k] for k in classes],
    )


def union_and_share(given: Case) -> Case:
    names, classes, *groups = _groups(given)
    found: Case = {"classes_per_host_max": {}}
    for name, counts in zip(names, groups, strict=True):
        found[f"N_{name}"] = list(union_bounds(counts))
        found[f"share_{name}"] = {
            label: list(share_bounds(counts, k)) for k, label in enumerate(classes)
        }
        found["classes_per_host_max"][name] = sum(counts) / union_bounds(counts).low
    return found


def contrasts(given: Case) -> Case:
    _, classes, first, second = _groups(given)
    return {
        label: {"diff": list(contrast_bounds(first, second, k))} for k, label in enumerate(classes)
    }


def critical_values(given: Case) -> Case:
    level = 1 - given["alpha"]
    return {
        "c": [
            imbens_manski_critical_value(width, level=level) for width in given["delta_over_sigma"]
        ]
    }


def horowitz_manski(given: Case) -> Case:
    return {
        "bounds": [
            {"contaminated": list(contamination_bounds(given["p"], epsilon))}
            for epsilon in given["epsilon"]
        ]
    }


def ror(given: Case) -> Case:
    _, _, first, second = _groups(given)
    level = given.get("conf", 0.95)
    found = ratio_of_ratios(first, second, numerator=0, denominator=1, level=level)
    return {
        "ror": found.value,
        "ci95_conservative": list(found.interval),
    }


def im_contrast(given: Case) -> Case:
    _, classes, first, second = _groups(given)
    which = classes.index(given["class"])
    bounds = contrast_bounds(first, second, which)
    results = []
    for deff in given["deff"]:
        interval = contrast_interval(first, second, which, design_effect=deff)
        results.append({"bounds": list(bounds), "ci": list(interval)})
    return {"by_deff": results}


def multiplicity(given: Case) -> Case:
    _, classes, first, second = _groups(given)
    found = [equal_multiplicity(first, second, k) for k in range(len(classes))]
    return {
        "rr_equal_m": dict(zip(classes, (one.ratio for one in found), strict=True)),
        "tipping_m_ratio": dict(zip(classes, (one.tipping for one in found), strict=True)),
        "feasible_m_ratio": list(found[0].feasible),
    }


def union_of_tags(given: Case) -> Case:
    found = frechet_bounds(given["counts"], given["N"])
    every = list(found.every)
    return {"any": list(found.at_least_one), "all_three": every, "all": every}


def _pairs(given: Case) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    columns = (given[name] for name in ("x1", "n1", "x2", "n2"))
    return [((x, n), (y, m)) for x, n, y, m in zip(*columns, strict=True)]


def newcombe(given: Case) -> Case:
    found = [proportions.newcombe(*pair, level=given["conf"]) for pair in _pairs(given)]
    return {"lower": [i.low for i in found], "upper": [i.high for i in found]}


def wilson(given: Case) -> Case:
    samples = zip(given["x"], given["n"], strict=True)
    level = given.get("conf", 0.95)
    return {"ci": [list(score_interval(sample, level=level)) for sample in samples]}


def hhi(given: Case) -> Case:
    found, rest = (f(given["top"], given["total"]) for f in (herfindahl_bounds, rest_of))
    return {
        "lo": found.low,
        "hi": found.high,
        "rest": rest,
        "cr_k": 1 - rest / given["total"],
    }


def effective_sizes(given: Case) -> Case:
    sizes = given["cluster_sizes"]
    return {
        "m_prime": weighted_cluster_size(sizes),
        "deff": (effects := [design_effect(sizes, icc) for icc in given["icc"]]),
        "n_eff": [sum(sizes) / effect for effect in effects],
        "kish_n": kish_effective_size(sizes),
    }


def clone_block(given: Case) -> Case:
    hosts, listed = given["hosts"], given["instances"]
    tags = pd.DataFrame({"answering_hosts": hosts, "tag_occurrences": listed, "block_tags": 1.0})
    left = without_part(tags, Block(given["block_hosts"], given["block_instances"]), 1.0)
    ratio = left["tag_occurrences"] / left["answering_hosts"]
    return {
        "residual_hosts": left["answering_hosts"].tolist(),
        "residual_instances": left["tag_occurrences"].tolist(),
        "residual_ratio": [None if math.isnan(each) else each for each in ratio],
        "raw_ratio": (tags["tag_occurrences"] / tags["answering_hosts"]).tolist(),
        "reference_ratios": _ordinary_ratios(given),
    }


def _ordinary_ratios(given: Case) -> list[float]:
    """Occurrences per host of the tags of the published table that are too small for the block."""
    tags = load("tenthe_model_tags")
    ordinary = tags[tags["answering_hosts"] < given["block_hosts"]]
    return (ordinary["tag_occurrences"] / ordinary["answering_hosts"]).tolist()


def clopper_pearson(given: Case) -> Case:
    return {"ci": [list(proportions.clopper_pearson(k, given["n"])) for k in given["k"]]}


CASES: dict[str, Callable[[Case], Case]] = {
    "union_and_share": union_and_share,
    "contrast_bounds": contrasts,
    "imbens_manski": critical_values,
    "horowitz_manski": horowitz_manski,
    "denominator_free": ror,
    "im_ci_contrast": im_contrast,
    "equal_multiplicity": multiplicity,
    "union_bounds": union_of_tags,
    "newcombe": newcombe,
    "wilson": wilson,
    "top10_list": clopper_pearson,
    "hhi_bounds": hhi,
    "effective_sample_size": effective_sizes,
    "clone_block": clone_block,
}
