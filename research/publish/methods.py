r"""The methods behind intervals and tests: in words, as a formula, where each is told and cited.

Keys are the names that results give their intervals, word for word; the empty name is for an
estimate without an interval. A test is named by its method, and after a comma by its details.
Formulas are TeX; citations are keys of the bibliographies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from latex2mathml.converter import convert
from markupsafe import Markup

from research.results import Estimate


@dataclass(frozen=True)
class Method:
    """What an interval does, its formula in TeX, its section of METHODS.md, and what to cite.

    A method that any textbook has cites nothing.
    """

    words: str
    tex: str
    section: str
    cites: tuple[str, ...] = ()

    @property
    def formula(self) -> Markup:
        """The formula as MathML, which browsers draw by themselves."""
        return Markup(mathml(self.tex, display="block"))


def mathml(tex: str, *, display: str) -> str:
    """TeX as MathML, with an upright word for each named operator.

    >>> mathml("x^2", display="inline").startswith("<math")
    True
    """
    upright = re.sub(r"\\operatorname\{(\w+)\}", r"\\mathrm{\1}\\,", tex).replace("\n", " ")
    drawn: str = convert(upright, display=display)
    return drawn


IDENTIFICATION = "2 Identification"
SETS = "3 Intervals for a parameter that is only bounded"
PROPORTIONS = "5 Proportions"
CLUSTERS = "6 Design effects and cluster samples"
REGRESSION = "8 Regression with few clusters"
ASSOCIATION = "9 Association and slopes"
RATES = "12 Rates and counts"
RANKS = "14 Ranks and paired counts"

# Parts that several formulas share
Z, T = r"z_{1-\alpha/2}", r"t_{1-\alpha/2,\,\nu}"
FISHER = rf"\tanh(\operatorname{{artanh}} \hat\rho \pm {Z}\, s)"
SLOPE = rf"\hat\beta \pm {T}\, s_\beta"
TAILS = r"P(X \ge x \mid p_L) = \frac{\alpha}{2} = P(X \le x \mid p_U)"
INTERVALS = {
    "": Method(
        "Nothing was drawn at random: the table is all there is, so there is no sampling error and "
        "no interval. What the table leaves out is carried as a set: every value that some "
        "completion of the table would give.",
        r"\Theta = \{\theta(x) : x \text{ completes the table}\}",
        IDENTIFICATION,
    ),
    "Imbens-Manski, binomial corner errors": Method(
        "Both ends of the identified set are moved outwards by their own sampling error, just so "
        "far that the true value, wherever it lies in the set, is covered with the stated "
        "probability. The errors belong to the overlap of classes that gives each end.",
        r"[\hat\ell - C s_\ell,\; \hat u + C s_u], \quad "
        r"\Phi\left(C + \frac{\hat\Delta}{\max(s_\ell, s_u)}\right) - \Phi(-C) = 1 - \alpha",
        SETS,
        ("imbens2004",),
    ),
    "delta method, disjoint classes": Method(
        "The logarithm of a ratio of counts is nearly normal; its error follows from the counts, "
        "with the overlap of the classes at its least favourable.",
        rf"\log \hat r \pm {Z} \sqrt{{\delta \sum \frac{{1}}{{n}}}}",
        IDENTIFICATION,
    ),
    "McNemar, fewest hosts with both": Method(
        "Two shares of the same hosts differ only by hosts that have one of the two. How many "
        "have both is not published; the fewest possible (o below) give the widest interval.",
        rf"\frac{{n_1 - n_2}}{{N}} \pm \frac{{{Z}}}{{N}} \sqrt{{\delta (n_1 + n_2 - 2 o)}}",
        RANKS,
        ("mcnemar1947",),
    ),
    "rank confidence set, all tags together": Method(
        "A unit ranks below all that are shown to be larger and above all that are shown to be "
        "smaller. All pairs are compared at once, by limits of every difference (L and U below), "
        "so that the sets of all units hold together.",
        r"r \in [1 + \#\{k : L_{kj} > 0\},\; n - \#\{k : U_{kj} < 0\}]",
        RANKS,
        ("mogstad2024",),
    ),
    "Clopper-Pearson": Method(
        "All shares under which so few, or so many, would not be too rare. Exact for independent "
        "draws, and rather too wide than too narrow.",
        TAILS,
        PROPORTIONS,
        ("clopper1934",),
    ),
    "exact conditional (Clopper-Pearson)": Method(
        "Given the number of releases in both groups, those of one are binomial if releases come "
        "independently; the exact interval of that share becomes one of the ratio of rates.",
        rf"{TAILS}, \quad r = \frac{{p / T_1}}{{(1 - p) / T_2}}",
        RATES,
        ("clopper1934", "przyborowski1940"),
    ),
    "jackknife over companies, log scale": Method(
        "Each company is left out in turn; how much the mean gap of its country then moves says "
        "how sure it is, with companies and not releases as the draws.",
        rf"\log \hat r \pm {T} \sqrt{{s_1^2 + s_2^2}}, \quad "
        r"s^2 = \frac{G - 1}{G} \sum (\lambda_{(-i)} - \lambda)^2",
        REGRESSION,
        ("shao1989",),
    ),
    "Korn-Graubard, all kinds together": Method(
        "Intervals for all shares of a composition that hold together: each is exact for the "
        "effective sample that the clustering of its own kind leaves, at an error divided by their "
        "number.",
        rf"{TAILS}, \quad n = \frac{{\hat p (1 - \hat p)}}{{s^2}} "
        r"\left(\frac{t_{N-1}}{t_{n_K-1}}\right)^2, \quad \alpha \to \alpha / k",
        PROPORTIONS,
        ("korn1998",),
    ),
    "CR2 with Satterthwaite t": Method(
        "A regression whose errors go together within an organisation: the variance is summed by "
        "organisation, corrected for few of them, and the degrees of freedom are estimated.",
        SLOPE,
        REGRESSION,
        ("pustejovsky2018",),
    ),
    "truncated regression, jackknife over clusters, t": Method(
        "A regression on a list that was cut: units below the last place are not there, and the "
        "normal law of those that are is taken above it alone. Each organisation is left out in "
        "turn for the error.",
        rf"{SLOPE}, \quad s_\beta^2 = \frac{{G - 1}}{{G}} "
        r"\sum (\hat\beta_{(-g)} - \overline{\hat\beta_{(-\cdot)}})^2",
        ASSOCIATION,
        ("hausman1977",),
    ),
    "CR1 by cluster, t": Method(
        "A regression whose errors go together within an organisation: the variance is summed by "
        "organisation, with the degrees of freedom of their number less one.",
        r"\hat\beta \pm t_{1-\alpha/2,\,G-1}\, s_\beta",
        REGRESSION,
        ("pustejovsky2018",),
    ),
    "Bonett-Wright interval of Spearman's rho, over the set": Method(
        "Fisher's transformation of the rank correlation with the variance of Bonett and Wright; "
        "the interval holds all values that rounded counts allow.",
        rf"{FISHER}, \quad s^2 = \frac{{1 + \hat\rho^2 / 2}}{{n - 3}}",
        ASSOCIATION,
        ("bonett2000",),
    ),
    "Fieller interval of Kendall's tau, over the set": Method(
        "Fisher's transformation of Kendall's correlation with the variance of Fieller, Hartley "
        "and Pearson; the interval holds all values that rounded counts allow.",
        rf"\tanh\left(\operatorname{{artanh}} \hat\tau \pm {Z} \sqrt{{\frac{{0.437}}{{n - 4}}}}"
        r"\right)",
        ASSOCIATION,
        ("fieller1957",),
    ),
    "Fisher's z, over the rounding": Method(
        "Fisher's transformation makes a correlation nearly normal with a known variance; the "
        "interval holds all correlations that the rounded published value allows.",
        rf"{FISHER}, \quad s = \sqrt{{\frac{{\delta}}{{n - 3}}}}",
        ASSOCIATION,
    ),
    "least squares, windows less their likeness": Method(
        "A straight line through windows of time. Neighbouring windows are alike, so that they "
        "count as fewer independent ones, by the correlation of neighbouring residuals (a below).",
        r"\hat\beta \pm t_{1-\alpha/2,\,n_e-2}\, s_\beta \sqrt{\frac{n - 2}{n_e - 2}}, \quad "
        r"n_e = n \frac{1 - a}{1 + a}",
        CLUSTERS,
    ),
    "months as clusters, both ends of the set": Method(
        "Days of a month are alike, so months are the draws; both ends of the identified set get "
        "the error of their monthly means.",
        rf"[\hat\ell - {T}\, s_\ell,\; \hat u + {T}\, s_u]",
        CLUSTERS,
        ("kish1965",),
    ),
}
# Tests, off which no verdict is read: what to cite for each.
TESTS: dict[str, tuple[str, ...]] = {
    "Kendall": ("good2005",),
    "McNemar": ("mcnemar1947",),
    "Pearson chi-square": (),
    "Spearman": ("good2005",),
    "exact conditional Poisson": ("przyborowski1940",),
    "permutation of companies": ("good2005",),
    "t of the correlation": (),
}


def cited(estimates: Iterable[Estimate]) -> list[str]:
    """Keys of the references of all methods and tests, in the order in which they appear."""
    keys: list[str] = []
    for estimate in estimates:
        if estimate.interval and estimate.interval.method in INTERVALS:
            keys += INTERVALS[estimate.interval.method].cites
        if estimate.test:
            keys += TESTS.get(estimate.test.name.partition(",")[0], ())
    return list(dict.fromkeys(keys))
