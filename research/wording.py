"""Numbers, estimates and the texts of others as people read them; rounding happens here alone."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Sequence
from typing import Any

from research.results import Bounds, Estimate, Hypothesis, Interval, TippingPoint, Verdict

SHARES = ("share",)  # how the units begin that are said in percent ...
DIFFERENCES = ("difference in share", "change of a difference in share")  # ... and in points
ABSTRACT = ("ratio", "sum of", "rank", "index", "correlation", "elasticity", "concordance")

CONVENTIONS: dict[
    tuple[str, Any], str
] = {  # what another value of a choice gives, as a sentence tells it after "with"
    ("sentence_transformers", "United States"): "sentence-transformers counted as US",
    ("kept_at", "Hugging Face"): "sentence-transformers counted as US",
    ("persons", "of any country"): "private persons of any country",
    ("embeddings", "left out"): "embedding models left out",
    ("sizes", "record alone"): "sizes as recorded alone",
    ("origin", "base model"): "the origin of the base model",
    ("copies", "left out"): "copies left out",
    ("remote_names", "counted"): "names served remotely counted",
    ("window", 90): "pulls of 90 days",
    ("clones", "removed"): "the suspected clones removed",
    ("clones", "removed, spread as all hosts"): "the suspected clones removed as of all sizes",
    ("clones", "removed, spread as medium hosts"): "the suspected clones removed as medium ones",
}

WIDTHS = 60, 150  # that lines of text are made for

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


def plural(noun: str) -> str:
    """More than one of something.

    >>> plural("organisation"), plural("company")
    ('organisations', 'companies')
    """
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def capital(text: str) -> str:
    """A text with its first letter as that of a sentence."""
    return text[:1].upper() + text[1:]


def listed(texts: Sequence[str]) -> str:
    """Texts as a list of a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


def counted(many: float, things: str) -> str:
    """So many of some things: of one alone in the singular.

    >>> counted(18, "models"), counted(1, "groups of hosts"), counted(1, "listed addresses")
    ('18 models', '1 group of hosts', '1 listed address')
    """
    text = number(many, 0)
    return f"{text} {_singular(things) if text == '1' else things}"


def _singular(things: str) -> str:
    """One of what is named in the plural: the noun stands before whatever it is of."""
    head, *rest = re.split(r"(?=[,;(]| (?:of|in|on|with|that|from|for|at|per|by)\b)", things)
    for ending, one in (("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("ies", "y"), ("s", "")):
        if head.endswith(ending) and not head.endswith("series"):
            return "".join([head.removesuffix(ending), one, *rest])
    return things


def readable(text: str) -> str:
    """A text of others, safe to print: characters that steer a terminal are shown and not sent.

    They appear as JSON writes them, so that JSON stays JSON. Lines and tabs stay.

    >>> print(readable("red \\x1b[31m, back \\r"))
    red \\u001b[31m, back \\u000d
    """
    return STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def shown(text: str) -> str:
    """A text as a terminal shows it: numbers in their one form, and nothing that steers."""
    return readable(typeset(text))


def width_here() -> int:
    """The width of the terminal, or COLUMNS, within what lines of text can use."""
    return min(max(shutil.get_terminal_size().columns, WIDTHS[0]), WIDTHS[1])


def percent(share: float, digits: int = 1) -> str:
    """A share in percent, with two significant figures at least.

    >>> percent(0.2431), percent(0.3, 0), percent(0.00012)
    ('24.3 %', '30 %', '0.012 %')
    """
    return f"{number(100 * share, digits)} %"


def chance(low: float, high: float) -> str:
    """A probability, or a range of them, in whole per cent: none is said to be 0 or 100.

    >>> chance(0.091, 0.139), chance(0.5, 0.5), chance(0.0, 0.004), chance(0.999, 1.0)
    ('9 to 14 %', '50 %', 'below 1 %', 'above 99 %')
    >>> chance(0.0, 0.06), chance(0.806, 1.0), chance(0.0, 1.0)
    ('below 1 to 6 %', '81 to above 99 %', 'below 1 to above 99 %')
    """
    text = " to ".join(dict.fromkeys(_whole(end, "below ", "above ") for end in (low, high)))
    return f"{text} %"


def _whole(probability: float, below: str, above: str) -> str:
    """A probability in whole per cent, without the sign; none is 0 or 100."""
    if probability < 0.005:
        return f"{below}1"
    return f"{above}99" if probability >= 0.995 else number(100 * probability, 0)


def chances(probabilities: Sequence[float]) -> str:
    """Several probabilities in whole per cent: none is said to be 0 or 100.

    >>> chances([0.091, 0.139, 0.002, 1.0])
    '9, 14, <1, >99 %'
    """
    return f"{', '.join(_whole(each, '<', '>') for each in probabilities)} %"


def span(low: float, high: float, between: str = ", ") -> str:
    """Both ends of a range, with the decimals that tell them apart and the smaller one needs.

    >>> span(0.017, 0.0612), span(-0.2, 0.5), span(0, math.inf), span(0.3612, 0.3634)
    ('0.017, 0.061', '-0.20, 0.50', '0.00, infinity', '0.361, 0.363')
    """
    sizes = [abs(end) for end in (low, high) if end and math.isfinite(end)]
    least = 3 if sizes and min(sizes) < 0.05 else 2
    pairs = [(number(low, digits), number(high, digits)) for digits in range(least, 5)]
    ends = next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])
    return between.join(ends)


def written(sentence: str, *values: float | str) -> str:
    """A sentence with numbers in its gaps: ``{:0}`` with so many decimals, ``{:%}`` a share.

    >>> written("{:%} of {:0} {}, {} a day", 0.2431, 18844, "models", 3.5103)
    '24.3 % of 18 844 models, 3.51 a day'
    >>> written("{1:%0} of {0:1}", 12, 0.3)
    '30 % of 12.0'
    """
    gaps = (value if isinstance(value, str) else _Number(value) for value in values)
    return sentence.format(*gaps)


class _Number(float):
    """A number that a gap such as ``{:%1}`` turns into text: in per cent, with one decimal."""

    def __format__(self, gap: str) -> str:
        write = percent if gap.startswith("%") else number
        decimals = gap.removeprefix("%")
        return write(float(self), int(decimals)) if decimals else write(float(self))


def amount(bounds: Bounds, unit: str) -> str:
    """A set in its unit: shares in percent, their differences in points, counts of something.

    >>> amount(Bounds(0.1337, 0.591), "difference in share of hosts")
    '13.4 to 59.1 percentage points'
    >>> amount(Bounds(0.2418, 0.2418), "share of addresses"), amount(Bounds(30, 30), "rank")
    ('24.2\\xa0%', '30')
    >>> amount(Bounds(-2014, -2014), "hosts").startswith("\u2212")
    True
    """
    text = quantity(bounds, unit)
    if unit.startswith(DIFFERENCES):
        return f"{text.removesuffix(' points')} percentage points"
    if is_abstract(unit) or unit.startswith(SHARES):
        return text
    return f"{text} {_singular(unit) if text == '1' else unit}"


def entry(bounds: Bounds, unit: str) -> str:
    """The same as short as a table needs it.

    >>> entry(Bounds(0.1337, 0.591), "difference in share of hosts"), entry(Bounds(3, 4), "hosts")
    ('13.4 to 59.1 points', '3 to 4 hosts')
    """
    return quantity(bounds, unit) if unit.startswith(DIFFERENCES) else amount(bounds, unit)


def quantity(bounds: Bounds, unit: str) -> str:
    """The same without what is counted, for a table whose head says it.

    >>> quantity(Bounds(3, 4), "hosts"), quantity(Bounds(0.5, 0.5), "share of hosts")
    ('3 to 4', '50.0\\xa0%')
    """
    if unit.startswith(DIFFERENCES):
        return f"{_ends(bounds, 100, 1)} points"
    if unit.startswith(SHARES):
        return f"{_ends(bounds, 100, 1)}\u00a0%"
    return _ends(bounds, 1, 2)


def last_digit(unit: str) -> float:
    """What the last digit of a printed number of this unit counts.

    >>> last_digit("share of hosts"), last_digit("ratio")
    (0.001, 0.01)
    """
    return 0.001 if unit.startswith((*DIFFERENCES, *SHARES)) else 0.01


def is_abstract(unit: str) -> bool:
    """Whether the unit names a kind of number, such as a ratio, and not what is counted."""
    return not unit or unit.startswith(ABSTRACT)


def _ends(bounds: Bounds, scale: float, digits: int) -> str:
    ends = [scale * end for end in bounds]
    whole = scale == 1 and all(float(end).is_integer() for end in ends)
    texts = [number(end, 0 if whole else digits) for end in ends]
    if texts[0] == texts[1] and bounds.width > 1e-9 * max(map(abs, bounds)):
        texts = [number(end, digits + 1) for end in ends]
    return typeset(" to ".join(dict.fromkeys(texts)))


def typeset(text: str) -> str:
    """Numbers of a text as they are printed: thin thousands, a true minus, no break before %.

    >>> typeset("1,514 of 24 038, or -6.3 %, by 2026-06-11")
    '1\\u202f514 of 24\\u202f038, or −6.3\\xa0%, by 2026-06-11'
    """
    for pattern, character in _NUMBERS:
        text = pattern.sub(character, text)
    return text


_NUMBERS = (
    # 18 844 and 18,844; but neither 2025 100 nor 0.25 100
    (re.compile(r"(?<=\d)(?<!\d{4})(?<!\.\d)(?<!\.\d\d)[ ,](?=\d{3}(?!\d))"), "\u202f"),
    (re.compile(r"(?<![\w.)\]-])-(?=\d|infinity)"), "\u2212"),  # a sign and no hyphen
    (re.compile(r"(?<=\d) ?(?=%)"), "\u00a0"),
)


def interval_text(interval: Interval | None, unit: str) -> str:
    """The interval with its level and the design effect it assumes; empty where there is none."""
    if interval is None:
        return ""
    text = f"{level(interval.level)} interval {amount(interval, unit)}"
    if interval.design_effect is None:
        return text
    return f"{text} at design effect {trimmed(interval.design_effect)}"


def limits(interval: Interval, unit: str) -> str:
    """Both limits for a table: the level where it is not 95 %, the design effect where it is one.

    >>> limits(Interval(0.1, 0.2, 0.9, "", 2), "ratio")
    '90\\xa0%: 0.10 to 0.20 at deff 2'
    """
    text = quantity(interval, unit)
    if interval.level != 0.95:
        text = f"{level(interval.level)}: {text}"
    return f"{text} at deff {trimmed(interval.design_effect)}" if interval.design_effect else text


def level(share: float) -> str:
    """A confidence level in percent.

    >>> level(0.95), level(0.9875)
    ('95\\xa0%', '98.75\\xa0%')
    """
    return f"{100 * share:.4g}\u00a0%"


def trimmed(value: float) -> str:
    """One decimal where there is one, as of a design effect.

    >>> trimmed(2), trimmed(1.913)
    ('2', '1.9')
    """
    return typeset(number(value, 1).removesuffix(".0"))


def named(population: str) -> str:
    """A population for readers who do not know the Hub by that name.

    >>> named("the models of the Hub")
    'the models of the Hugging Face Hub'
    """
    return population.replace("the Hub", "the Hugging Face Hub")


def count(value: float) -> str:
    """A whole number.

    >>> count(18844)
    '18\\u202f844'
    """
    return typeset(number(value, 0))


def exact(value: float) -> str:
    """A number with all stored digits, for machines."""
    return f"{value:.12g}"


def tick(value: float, unit: str) -> str:
    """A round number on an axis of this unit.

    >>> tick(0.5, "share of hosts"), tick(-0.25, "difference in share"), tick(2500, "hosts")
    ('50\\xa0%', '−25', '2\\u202f500')
    """
    value = float(exact(value)) + 0.0
    if unit.startswith(SHARES + DIFFERENCES):
        text = f"{100 * value:.6g}" + (" %" if unit.startswith(SHARES) else "")
    else:
        text = number(value, 0) if abs(value) >= 1000 else f"{value:.6g}"
    return typeset(text)


def region(hypothesis: Hypothesis, unit: str) -> str:
    """The values that the claim needs.

    >>> share = Hypothesis(estimand="", null=0.25, margin=0.025, alternative="equivalent",
    ...                    role="reanalysis")
    >>> region(share, "share of addresses")
    '22.5 to 27.5\\xa0%'
    """
    null, margin = hypothesis.null, hypothesis.margin
    at, around = _threshold(Bounds(null, null), unit), Bounds(null - margin, null + margin)
    match hypothesis.alternative:
        case "greater":
            return f"more than {at}"
        case "less":
            return f"less than {at}"
        case "different":
            return f"anything but {_threshold(around, unit)}"
        case "equivalent":
            return _threshold(around, unit) if margin else f"exactly {at}"


def _threshold(bounds: Bounds, unit: str) -> str:
    """A threshold is a round number that somebody set: its decimals are not a precision."""
    return re.sub(r"(\.\d*?)0+(?!\d)", lambda zeros: zeros[1].rstrip("."), amount(bounds, unit))


def sensitivity(point: TippingPoint) -> str:
    """The sentence of a tipping point, without the abbreviation of the design effect."""
    return typeset(re.sub(r"\bdeff (?=\d)", "a design effect of ", point.sentence))


def one_line(estimate: Estimate, verdict: Verdict | None = None) -> str:
    """The estimate as one line, with its verdict and what would overturn it where given."""
    text = f"{estimate.label} = {amount(estimate.identified, estimate.unit)}"
    if estimate.interval:
        text += f", {interval_text(estimate.interval, estimate.unit)}"
    if estimate.n is not None:
        text += f", n = {typeset(counted(estimate.n, estimate.n_unit))}".rstrip()
    if verdict is None:
        return text
    lost = sensitivity(estimate.tipping_points[0]) if estimate.tipping_points else ""
    return f"{text}: {verdict.phrase}" + (f" ({lost})" if lost else "")
