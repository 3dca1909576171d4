"""The methods behind the intervals: in plain words, as a formula (MathML), and where it is told.

Keys are the names that results give their intervals, word for word; the empty name is for an
estimate without an interval.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from research.publish.page.mathml import (
    between,
    choose,
    formula,
    frac,
    hat,
    high,
    low,
    root,
    row,
)


@dataclass(frozen=True)
class Method:
    """What an interval does, its formula, and the section of METHODS.md that explains it."""

    words: str
    formula: Markup
    section: str


# fmt: off
IDENTIFICATION = "2 Identification"
SETS = "3 Intervals for a parameter that is only bounded"
PROPORTIONS = "6 Proportions"
CLUSTERS = "7 Design effects and cluster samples"
REGRESSION = "9 Regression with few clusters"
ASSOCIATION = "10 Association and agreement"
RATES = "13 Rates, counts and short lists"
RANKS = "16 Ranks and paired counts"

# Parts that several formulas share
LEVEL = row("1", "−", frac("α", "2"))
Z = low("z", LEVEL)
T = low("t", row(LEVEL, ",", "ν"))
FISHER = row("tanh", "(", "artanh", hat("ρ"), "±", Z, "s", ")")
SLOPE = row(hat("β"), "±", T, low("s", "β"))
TAILS = row("P", "(", "X", "≥", "x", "|", low("p", "L"), ")", "=", frac("α", "2"), "=",
            "P", "(", "X", "≤", "x", "|", low("p", "U"), ")")
RANK = formula("r", "∈", between(
    row("1", "+", "#", "{", "k", ":", low("L", "kj"), ">", "0", "}"),
    row("n", "−", "#", "{", "k", ":", low("U", "kj"), "<", "0", "}"),
))
RANK_WORDS = (
    "A unit ranks below all that are shown to be larger and above all that are shown to be "
    "smaller. All pairs are compared at once, by limits of every difference (L and U below), so "
    "that the sets of all units hold together."
)

METHODS = {
    "": Method(
        "Nothing was drawn at random: the table is all there is, so there is no sampling error and "
        "no interval. What the table leaves out is carried as a set: every value that some "
        "completion of the table would give.",
        formula("Θ", "=", "{", "θ", "(", "x", ")", ":", "x", "completes the table", "}"),
        IDENTIFICATION,
    ),
    "Imbens-Manski, binomial corner errors": Method(
        "Both ends of the identified set are moved outwards by their own sampling error, just so "
        "far that the true value, wherever it lies in the set, is covered with the stated "
        "probability. The errors belong to the overlap of classes that gives each end.",
        formula(between(row(hat("ℓ"), "−", "C", low("s", "ℓ")),
                        row(hat("u"), "+", "C", low("s", "u"))), ",",
                "Φ", "(", "C", "+",
                frac(hat("Δ"), row("max", "(", low("s", "ℓ"), ",", low("s", "u"), ")")), ")",
                "−", "Φ", "(", "−", "C", ")", "=", "1", "−", "α"),
        SETS,
    ),
    "delta method, disjoint classes": Method(
        "The logarithm of a ratio of counts is nearly normal; its error follows from the counts, "
        "with the overlap of the classes at its least favourable.",
        formula("log", hat("r"), "±", Z, root(row("δ", "∑", frac("1", "n")))),
        IDENTIFICATION,
    ),
    "McNemar, fewest hosts with both": Method(
        "Two shares of the same hosts differ only by hosts that have one of the two. How many "
        "have both is not published; the fewest possible (o below) give the widest interval.",
        formula(frac(row(low("n", "1"), "−", low("n", "2")), "N"), "±", frac(Z, "N"),
                root(row("δ", "(", low("n", "1"), "+", low("n", "2"), "−", "2", "o", ")"))),
        RANKS,
    ),
    "rank confidence set, all tags together": Method(RANK_WORDS, RANK, RANKS),
    "simultaneous rank sets": Method(RANK_WORDS, RANK, RANKS),
    "Clopper-Pearson": Method(
        "All shares under which so few, or so many, would not be too rare. Exact for independent "
        "draws, and rather too wide than too narrow.",
        formula(TAILS),
        PROPORTIONS,
    ),
    "exact hypergeometric": Method(
        "The places of the list are compared with as many drawn without replacement from the "
        "catalogue; the limits are the compositions under which the list would not be too rare.",
        formula("P", "(", "X", "=", "k", ")", "=", frac(
            row(choose("K", "k"), choose(row("N", "−", "K"), row("n", "−", "k"))),
            choose("N", "n"))),
        RATES,
    ),
    "exact conditional (Clopper-Pearson)": Method(
        "Given the number of releases in both groups, those of one are binomial if releases come "
        "independently; the exact interval of that share becomes one of the ratio of rates.",
        formula(TAILS, ",", "r", "=", frac(row("p", "/", low("T", "1")),
                                           row("(", "1", "−", "p", ")", "/", low("T", "2")))),
        RATES,
    ),
    "jackknife over companies, log scale": Method(
        "Each company is left out in turn; how much the mean gap of its country then moves says "
        "how sure it is, with companies and not releases as the draws.",
        formula("log", hat("r"), "±", T, root(row(high(low("s", "1"), "2"), "+",
                                                  high(low("s", "2"), "2"))), ",",
                high("s", "2"), "=", frac(row("G", "−", "1"), "G"), "∑",
                high(row("(", low("λ", row("(", "−", "i", ")")), "−", "λ", ")"), "2")),
        REGRESSION,
    ),
    "Goodman simultaneous": Method(
        "Intervals for all shares of a composition that hold together: each from the score test, "
        "at a level divided by their number.",
        formula(frac(high(row("(", hat("p"), "−", "p", ")"), "2"),
                     row("p", "(", "1", "−", "p", ")", "/", "n")),
                "≤", high(low("z", row("1", "−", "α", "/", "2", "k")), "2")),
        PROPORTIONS,
    ),
    "CR2 with Satterthwaite t": Method(
        "A regression whose errors go together within an organisation: the variance is summed by "
        "organisation, corrected for few of them, and the degrees of freedom are estimated.",
        formula(SLOPE),
        REGRESSION,
    ),
    "CR2 with Satterthwaite t, over the set": Method(
        "As with organisations as clusters, repeated for every count that the rounding allows; the "
        "interval holds all of them.",
        formula("⋃", "{", SLOPE, "}"),
        REGRESSION,
    ),
    "CR1 by cluster, t": Method(
        "A regression whose errors go together within an organisation: the variance is summed by "
        "organisation, with the degrees of freedom of their number less one.",
        formula(hat("β"), "±", low("t", row(LEVEL, ",", "G", "−", "1")), low("s", "β")),
        REGRESSION,
    ),
    "Bonett-Wright interval of Spearman's rho, over the set": Method(
        "Fisher's transformation of the rank correlation with the variance of Bonett and Wright; "
        "the interval holds all values that rounded counts allow.",
        formula(FISHER, ",", high("s", "2"), "=",
                frac(row("1", "+", high(hat("ρ"), "2"), "/", "2"), row("n", "−", "3"))),
        ASSOCIATION,
    ),
    "Fieller interval of Kendall's tau, over the set": Method(
        "Fisher's transformation of Kendall's correlation with the variance of Fieller, Hartley "
        "and Pearson; the interval holds all values that rounded counts allow.",
        formula("tanh", "(", "artanh", hat("τ"), "±", Z,
                root(frac("0.437", row("n", "−", "4"))), ")"),
        ASSOCIATION,
    ),
    "Lin, Fisher z scale, over the set": Method(
        "Lin's concordance asks not only whether two measures rise together, but whether they are "
        "equal; its interval is taken on Fisher's scale, over all values that rounding allows.",
        formula(hat("ρ"), "=", frac(row("2", low("s", "xy")), row(
            high(low("s", "x"), "2"), "+", high(low("s", "y"), "2"), "+",
            high(row("(", low("m", "x"), "−", low("m", "y"), ")"), "2"))), ",", FISHER),
        ASSOCIATION,
    ),
    "t, of logarithms, over the set": Method(
        "Student's interval for the mean of the logarithms, which is one for the typical ratio; "
        "over all values that rounded counts allow.",
        formula("exp", "(", hat("μ"), "±", low("t", row(LEVEL, ",", "n", "−", "1")),
                frac("s", root("n")), ")"),
        ASSOCIATION,
    ),
    "exact, noncentral t, of logarithms, over the set": Method(
        "The exact interval for a limit of agreement, a quantile of normal log ratios, from the "
        "noncentral t distribution (its quantiles are t* below); over all values that rounded "
        "counts allow.",
        formula("exp", "(", between(
            row(hat("μ"), "−", low(high("t", "*"), LEVEL), frac("s", root("n"))),
            row(hat("μ"), "−", low(high("t", "*"), frac("α", "2")), frac("s", root("n")))), ")"),
        ASSOCIATION,
    ),
    "Fisher's z, over the rounding": Method(
        "Fisher's transformation makes a correlation nearly normal with a known variance; the "
        "interval holds all correlations that the rounded published value allows.",
        formula(FISHER, ",", "s", "=", root(frac("δ", row("n", "−", "3")))),
        ASSOCIATION,
    ),
    "least squares, windows less their likeness": Method(
        "A straight line through windows of time. Neighbouring windows are alike, so that they "
        "count as fewer independent ones, by the correlation of neighbouring residuals (a below).",
        formula(hat("β"), "±", low("t", row(LEVEL, ",", low("n", "e"), "−", "2")), low("s", "β"),
                root(frac(row("n", "−", "2"), row(low("n", "e"), "−", "2"))), ",",
                low("n", "e"), "=", "n", frac(row("1", "−", "a"), row("1", "+", "a"))),
        CLUSTERS,
    ),
    "months as clusters, both ends of the set": Method(
        "Days of a month are alike, so months are the draws; both ends of the identified set get "
        "the error of their monthly means.",
        formula(between(row(hat("ℓ"), "−", T, low("s", "ℓ")),
                        row(hat("u"), "+", T, low("s", "u")))),
        CLUSTERS,
    ),
}
