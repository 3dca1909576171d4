"""Numbers, estimates and the texts of others as people read them; rounding happens here alone."""

from __future__ import annotations

import math
import re

from research.results import Estimate, Interval, Verdict

# What steers a terminal, or turns the direction of what follows, or cannot be written at all.
STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def number(value: float | None, digits: int = 2) -> str:
    """A number for people: plain decimals, thin-spaced thousands, at least two significant figures.

    >>> number(0.1337), number(18844), number(0.00452), number(3.5103), number(-0.0)
    ('0.13', '18 844', '0.0045', '3.51', '0.00')
    """
    if value is None:
        return "none"
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    if 0 < abs(value) < 10**-digits * 5:
        return f"{value:.2g}" if abs(value) >= 1e-4 else f"{value:.1e}"
    if abs(value) >= 100:
        digits = 0
    return f"{value + 0.0:.{digits}f}"


def readable(text: str) -> str:
    """A text of others, safe to print: characters that steer a terminal are shown and not sent.

    They appear as JSON writes them, so that JSON stays JSON. Lines and tabs stay.

    >>> print(readable("red \\x1b[31m, back \\r"))
    red \\u001b[31m, back \\u000d
    """
    return STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def percent(share: float, digits: int = 1) -> str:
    """A share in percent, with two significant figures at least.

    >>> percent(0.2431), percent(0.3, 0), percent(0.00012)
    ('24.3 %', '30 %', '0.012 %')
    """
    return f"{number(100 * share, digits)} %"


def span(low: float, high: float, between: str = ", ") -> str:
    """Both ends of a range, with the decimals that tell them apart and the smaller one needs.

    >>> span(0.017, 0.0612), span(-0.2, 0.5), span(0, math.inf), span(0.3612, 0.3634)
    ('0.017, 0.061', '-0.20, 0.50', '0.00, infinity', '0.361, 0.363')
    """
    sizes = [abs(end) for end in (low, high) if end and math.isfinite(end)]
    least = 3 if sizes and min(sizes) < 0.05 else 2
    told = [(number(low, digits), number(high, digits)) for digits in range(least, 5)]
    ends = next((pair for pair in told if pair[0] != pair[1]), told[0])
    return between.join(ends)


def one_line(estimate: Estimate, verdict: Verdict | None = None) -> str:
    """The estimate as one line, with its verdict and what would overturn it where given."""
    low, high = estimate.identified
    whole = low == high and float(low).is_integer() and abs(low) >= 10
    found = number(low, 0 if whole else 2) if low == high else span(low, high, " to ")
    text = f"{estimate.label} = {found}"
    if estimate.interval:
        text += f", {_interval(estimate.interval)}"
    if estimate.n is not None:
        text += f", n = {number(estimate.n, 0)} {estimate.n_unit}".rstrip()
    if verdict is None:
        return text
    lost = estimate.tipping_points[0].sentence if estimate.tipping_points else ""
    return f"{text}: {verdict.phrase}" + (f" ({lost})" if lost else "")


def _interval(interval: Interval) -> str:
    text = f"{100 * interval.level:g}% CI [{span(interval.low, interval.high)}]"
    return text if interval.design_effect is None else f"{text} at deff {interval.design_effect:g}"
