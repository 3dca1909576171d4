"""A small notation for MathML, so that a formula in the code reads like one."""

from __future__ import annotations

from markupsafe import Markup


def _wrap(tag: str, *parts: str) -> str:
    return f"<{tag}>{''.join(map(_atom, parts))}</{tag}>"


def _atom(part: str) -> str:
    """Text without tags becomes a number, an operator or a name."""
    if part.startswith("<") and len(part) > 1:
        return part
    if part.replace(".", "").isdigit():
        return f"<mn>{part}</mn>"
    if " " in part:
        return f"<mtext>\u00a0{part}</mtext>"
    if part.isalpha():
        return f"<mi>{part}</mi>"
    return f"<mo>{part.replace('<', '&lt;')}</mo>"


def row(*parts: str) -> str:
    """Parts side by side."""
    return _wrap("mrow", *parts)


def frac(above: str, below: str) -> str:
    """A fraction."""
    return _wrap("mfrac", above, below)


def choose(above: str, below: str) -> str:
    """A binomial coefficient."""
    return row("(", f"<mfrac linethickness='0'>{_atom(above)}{_atom(below)}</mfrac>", ")")


def root(part: str) -> str:
    """A square root."""
    return _wrap("msqrt", part)


def low(base: str, index: str) -> str:
    """An index."""
    return _wrap("msub", base, index)


def high(base: str, exponent: str) -> str:
    """An exponent."""
    return _wrap("msup", base, exponent)


def hat(base: str) -> str:
    """An estimate of it."""
    return f"<mover accent='true'>{_atom(base)}<mo>^</mo></mover>"


def formula(*parts: str) -> Markup:
    """The whole formula as MathML; the parts are constants of this file, never data."""
    return Markup(f"<math display='block'>{row(*parts)}</math>")


def between(first: str, second: str) -> str:
    """A closed interval."""
    return row("[", first, ",", second, "]")
