"""Reference cases about units and clusters, run through the public estimators.

Each function takes the ``input`` of a case and returns its values under the keys of ``expected``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from research.doubts import Beliefs, Coarse, Sum, Worlds, where
from research.estimators.association import (
    kendall,
    robust_regression,
    spearman,
    spearman_interval,
)
from research.estimators.association.ranks import fieller_tau
from research.estimators.clustered import (
    cluster_robust,
    cluster_sample_mean,
    clustered_ratio,
    clustered_share,
    jackknife_se,
    paired_share_difference,
    tails,
)
from research.estimators.concentration import (
    hhi,
    top_share,
)
from research.estimators.proportions import korn_graubard, logit
from research.estimators.rates import poisson_regression, rate_ratio
from research.results import Bounds

Case = dict[str, Any]


def ends(interval: Bounds) -> list[float]:
    return [interval.low, interval.high]


def download_share(case: Case) -> Case:
    downloads = np.asarray(case["downloads"], dtype=float)
    share = clustered_share(downloads * np.asarray(case["chinese"]), downloads, case["org"])
    without = share.leave_one_out.values
    return {
        "share": share.value,
        "se_linearised": share.se,
        "se_survey_package": share.se,
        "se_jackknife_centered_at_mean": jackknife_se(without),
        "n_orgs": share.n_clusters,
        "kish_effective_n_orgs": share.kish_n,
    }


def logit_jackknife(case: Case) -> Case:
    share = clustered_share(case["y"], case["x"], level=case["conf"])
    width = np.ptp(special.logit(tuple(share.interval)))
    return {
        "share": share.value,
        "se_logit": width / 2 / stats.t.ppf((1 + case["conf"]) / 2, share.kish_n - 1),
        "kish_n": share.kish_n,
        "ci_df_kish": ends(share.interval),
    }


def channel_difference(case: Case) -> Case:
    gap = paired_share_difference(case["dep"], case["dl"], case["cn"], case["fam"])
    member = np.asarray(case["cn"])
    first, second = (np.asarray(case[name], dtype=float) for name in ("dep", "dl"))
    return {
        "share_deployments": clustered_share(first * member, first, case["fam"]).value,
        "share_downloads": clustered_share(second * member, second, case["fam"]).value,
        "difference": gap.value,
        "se_linearised": gap.se,
        "se_jackknife": jackknife_se(gap.leave_one_out.values),
    }


def hill(case: Case) -> Case:
    totals = np.asarray(case["x"], dtype=float)[None, :]
    return {"hill_alpha": [float(tails.hill(totals, k)[0]) for k in case["k"]]}


def rank_tests(case: Case) -> Case:
    generator = np.random.default_rng(0)  # used above the sizes that are exact
    tau = kendall(case["x"], case["y"], rng=generator)
    rho = spearman(case["x"], case["y"], rng=generator)
    return {
        "tau": tau.value,
        "T": tau.statistic,
        "p_kendall": tau.p,
        "rho": rho.value,
        "S": rho.statistic,
        "p_spearman": rho.p,
    }


def rank_intervals(case: Case) -> Case:
    found = rank_tests(case)
    rho, tau, n = found["rho"], found["tau"], len(case["x"])
    return {
        "rho": rho,
        "bonett_wright": ends(spearman_interval(rho, n)),
        "tau": tau,
        "tau_fieller": ends(fieller_tau(tau, n, 0.95)),
    }


def robust(case: Case) -> Case:
    x = np.column_stack((np.ones(len(case["year"])), case["year"]))
    huber = robust_regression(case["calls"], x)
    return {
        "huber_coef": huber.coefficients.tolist(),
    }


def few_clusters(case: Case) -> Case:
    x = np.column_stack((np.ones(len(case["y"])), case["trt"], case["x"]))
    fit = cluster_robust(case["y"], x, case["cluster"])
    return {
        "coef": fit.coefficients.tolist(),
        "se_cr2": fit.se.tolist(),
        "df_cr2": fit.df.tolist(),
    }


def counts(case: Case) -> Case:
    columns = [np.ones(len(case["breaks"]))]
    for factor in ("wool", "tension"):
        levels = list(dict.fromkeys(case[factor]))  # the first level is the reference
        columns += [np.asarray(case[factor]) == level for level in levels[1:]]
    x = np.column_stack(columns).astype(float)
    poisson = poisson_regression(case["breaks"], x)
    return {
        "coef": poisson.coefficients.tolist(),
        "se_hc0": (poisson.se * np.sqrt(1 - x.shape[1] / len(x))).tolist(),
    }


def two_rates(case: Case) -> Case:
    ratio = rate_ratio(tuple(case["counts"]), tuple(case["exposure"]))
    return {"rate_ratio": ratio.value, "p": ratio.p, "ci": ends(ratio.interval)}


def inequality(case: Case) -> Case:
    return {"hhi": hhi(case["x"]), "cr4": top_share(case["x"], 4)}


def sample_mean(case: Case) -> Case:
    """R takes off what was drawn of a finite population, whose units all weigh the same here."""
    cluster, weight, population, *_, outcome = zip(*case["rows"], strict=True)
    mean = cluster_sample_mean(outcome, cluster)
    clusters, units = 1 - mean.n_clusters / population[0], 1 - mean.n / sum(weight)
    effect = mean.design_effect * clusters / units
    return {"mean": mean.value, "se": mean.se * clusters**0.5, "deff": effect}


def ratio_of_totals(case: Case) -> Case:
    found = clustered_ratio(case["above"], case["below"], level=case["conf"])
    width = math.log(found.interval.high / found.interval.low)
    return {
        "ratio": found.value,
        "se": found.se,
        "se_jk1": jackknife_se(found.leave_one_out.values),
        "se_log": width / 2 / stats.t.ppf((1 + case["conf"]) / 2, found.kish_n - 1),
        "kish_n": found.kish_n,
        "ci": ends(found.interval),
    }


def clustered_proportion(case: Case) -> Case:
    """R has the variance from the clusters, with their number less one as degrees of freedom."""
    counts, sizes = np.asarray(case["counts"]), np.asarray(case["sizes"])
    units = np.concatenate([np.arange(n) < k for k, n in zip(counts, sizes, strict=True)])
    mean = cluster_sample_mean(units, np.repeat(np.arange(len(sizes)), sizes))
    p, n = mean.value, mean.n
    how = {"design_effect": mean.se**2 / (p * (1 - p) / n), "freedom": len(sizes) - 1}
    given = float(counts.sum()), float(n)
    beta, odds = (f(*given, **how, level=case["conf"]) for f in (korn_graubard, logit))
    return {"proportion": p, "se": mean.se, "beta": ends(beta), "logit": ends(odds)}


def wrong_codes(case: Case) -> Case:
    """Expected counts over worlds in which codes of 200 units a cell are wrong at such rates."""
    table = np.zeros((2, 2))
    for row, (counts, right) in enumerate(
        zip(case["observed"], case["predictive_values"], strict=True)
    ):
        for column, (count, value) in enumerate(zip(counts, right, strict=True)):
            exposed = _exposed(count, 1 - value, code=("yes", "no")[column])
            table[row] += exposed, count - exposed
    risk = table[0] / table.sum(axis=0)
    odds = table[0] / table[1]
    return {"relative_risk": risk[0] / risk[1], "odds_ratio": odds[0] / odds[1]}


def _exposed(count: float, wrong: float, code: str) -> float:
    """How many of one cell are exposed on average, if codes are wrong at this rate."""
    rate = f"alpha={1e6 * max(wrong, 1e-12)}|beta={1e6 * (1 - wrong)}"
    told = dict.fromkeys(["kind", "shifted", "source", "sentence"], "")
    belief = told | {
        "doubt": "coded wrong", "family": "miscoded", "stated": f"{rate}|yes=1|no=1",
        "together": "organisation", "basis": "published", "source": "s", "sentence": "t",
    }  # fmt: skip
    rows = pd.DataFrame({"organisation": [f"o{at}" for at in range(200)], "origin": code})
    rows = rows.assign(**dict.fromkeys(["low", "value", "high"], count / 200), confirmed=False)
    worlds = Worlds(Beliefs.of(pd.DataFrame([belief])), with_errors=True)
    return float(Sum(Coarse(rows, []), where(origin="yes")).in_worlds(worlds).mean())


CASES: dict[str, Callable[[Case], Case]] = {
    "download_share": download_share,
    "share_logit_jackknife": logit_jackknife,
    "channel_share_difference": channel_difference,
    "hill": hill,
    "kendall_spearman": rank_tests,
    "spearman_kendall_ci": rank_intervals,
    "rlm": robust,
    "cluster_robust": few_clusters,
    "poisson_quasi": counts,
    "poisson_rate_ratio": two_rates,
    "hhi_ineq": inequality,
    "design_effect_mean": sample_mean,
    "ratio_of_totals": ratio_of_totals,
    "wrong_codes": wrong_codes,
    "clustered_proportion": clustered_proportion,
}
