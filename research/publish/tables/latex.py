"""Text from outside as LaTeX that any engine sets: plain ASCII, nothing in it is a command."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from research.wording import typeset

TEMPLATES = Path(__file__).parent / "templates"


class Latex(str):
    """Text that is LaTeX already and is not escaped once more."""

    __slots__ = ()


def escape(text: object) -> Latex:
    r"""Text as LaTeX that prints it, whatever it holds.

    Everything comes out as ASCII: letters with accents and Greek as commands, other letters that
    computer modern lacks by their code point, invisible characters (which can reorder a line)
    not at all. Between the thousands of a number stands a thin space, before it a minus sign.

    Examples
    --------
    >>> print(escape(r"\input{x} & 5 % of 18 844, -0.2 ≥ α é"))
    \textbackslash{}input\textbraceleft{}x\textbraceright{} \& 5~\% of 18\,844, $-$0.2 $\geq$ $\alpha$ \'{e}
    """  # noqa: E501
    if isinstance(text, Latex):
        return text
    one_space = re.sub(r"[^\S\u00a0\u2009\u202f]+", " ", str(text))
    plain = typeset(unicodedata.normalize("NFC", one_space))
    return Latex(_JOINED.sub(r"\1{}", "".join(map(_set, plain))))


_JOINED = re.compile(r"([-',])(?=\1)")  # two of these become another character

# Braces balance, so that BibTeX counts them rightly; "[" and "*" would be read as an option of the
# line break before them.
_PRINTED = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "%": r"\%", "&": r"\&", "$": r"\$", "#": r"\#", "_": r"\_\allowbreak{}", "/": r"\slash{}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "`": r"\textasciigrave{}",
    "<": r"$<$", ">": r"$>$", "|": r"$|$", '"': r"\textquotedblright{}", "[": "{[}", "*": "{*}",
    "\u00a0": "~", "\u2009": r"\,", "\u202f": r"\,", "\u2212": "$-$", "\u2013": r"\textendash{}",
    "\u2014": r"\textemdash{}", "\u2010": "-", "\u2011": "-", "\u2018": r"\textquoteleft{}",
    "\u2019": r"\textquoteright{}", "\u201c": r"\textquotedblleft{}",
    "\u201d": r"\textquotedblright{}", "\u2026": r"\ldots{}", "\u2022": r"\textbullet{}",
    "±": r"$\pm$", "×": r"$\times$", "·": r"$\cdot$", "÷": r"$\div$", "≤": r"$\leq$",
    "≥": r"$\geq$", "≠": r"$\neq$", "≈": r"$\approx$", "∞": r"$\infty$", "√": r"$\surd$",
    "→": r"$\rightarrow$", "←": r"$\leftarrow$", "∈": r"$\in$", "²": "$^2$", "³": "$^3$",
    "¹": "$^1$", "°": r"$^\circ$", "½": r"$\frac12$", "µ": r"$\mu$", "§": r"\S{}",
    "©": r"\copyright{}", "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}",
    "ø": r"\o{}", "Ø": r"\O{}", "ł": r"\l{}", "Ł": r"\L{}", "ı": r"\i{}",
    "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "¡": r"\textexclamdown{}", "¿": r"\textquestiondown{}",
    "£": r"\pounds{}",
}  # fmt: skip

_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u",
    "\u0307": ".", "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0327": "c",
}  # fmt: skip

_GREEK = {
    unicodedata.lookup(f"GREEK SMALL LETTER {name.upper()}"): name
    for name in (
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "mu",
        "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    )
} | {
    unicodedata.lookup(f"GREEK CAPITAL LETTER {name.upper()}"): name
    for name in ("Gamma", "Delta", "Theta", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega")
}  # fmt: skip
# The other Greek letters look like Latin ones.
_PRINTED |= dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))


@cache
def _set(character: str) -> str:
    """One character as LaTeX."""
    if character in _PRINTED:
        return _PRINTED[character]
    if character in _GREEK:
        return rf"$\{_GREEK[character]}$"
    if character.isascii() and character.isprintable():
        return character
    if unicodedata.category(character) in ("Cc", "Cf", "Mn"):
        return ""
    return _accented(character) or rf"\texttt{{U+{ord(character):04X}}}"


def _accented(character: str) -> str:
    """A Latin letter with its accent; without it where there is no command for the accent."""
    letter, *marks = list(unicodedata.normalize("NFKD", character))
    if not (letter.isascii() and letter.isalpha()) or not marks:
        return ""
    if len(marks) == 1 and marks[0] in _ACCENTS:
        return rf"\{_ACCENTS[marks[0]]}{{{letter}}}"
    return letter if all(map(unicodedata.combining, marks)) else ""


def fill(template: str, values: Mapping[str, Any], *, latex: bool = True) -> str:
    """A template with its values put in: escaped for LaTeX, or as they are for plain text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        block_start_string="<%", block_end_string="%>",
        variable_start_string="<<", variable_end_string=">>",
        comment_start_string="<#", comment_end_string="#>",
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined, autoescape=False,
        finalize=escape if latex else str,
    )  # fmt: skip
    return environment.get_template(template).render(values)


def slug(text: str) -> str:
    """Text as lower-case words joined by hyphens; signs that tell labels apart are spelled.

    Examples
    --------
    >>> slug("top 1,000: share ≥ 0.5 of São Paulo")
    'top-1000-share-at-least-0-5-of-sao-paulo'
    """
    for sign, words in _SPELLED.items():
        text = text.replace(sign, f" {words} ")
    bare = unicodedata.normalize("NFKD", re.sub(r"(?<=\d),(?=\d{3})", "", text))
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return "-".join(re.findall(r"[a-z0-9]+", letters.lower().replace("'", "")))


_SPELLED = {
    "≥": "at least", "≤": "at most", "<": "below", ">": "above", "±": "plus or minus",
    "%": "per cent", "&": "and", "+": "plus", "=": "equals", "×": "times",
}  # fmt: skip
