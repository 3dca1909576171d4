"""Formulas as MathML, which browsers draw by themselves: no script, no font from elsewhere."""

from __future__ import annotations

import re

from research.publish.methods import mathml

# Code comes first, so that a dollar sign within it stays one; $`...`$ is GitHub's other spelling.
FORMULA = re.compile(
    r"^```math\n(?P<display>.*?)\n```$|(?P<code>^```.*?^```$)|\$`(?P<quoted>[^`]+)`\$"
    r"|(?P<span>`[^`\n]+`)|\$(?P<inline>[^$`]+?)\$",
    re.DOTALL | re.MULTILINE,
)


def set_aside(markdown: str) -> tuple[str, dict[str, str]]:
    """The text with a mark in place of each formula, and the MathML of every mark.

    Formulas must not meet the Markdown parser, which reads underscores and asterisks its own way.
    """
    formulas: dict[str, str] = {}

    def marked(found: re.Match[str]) -> str:
        if found["code"] or found["span"]:
            return found[0]
        display = found["display"] is not None
        tex = found["display"] or found["quoted"] or found["inline"]
        mark = f"FORMULA{len(formulas)}X"
        drawn = mathml(tex, display="block" if display else "inline")
        # A wide formula scrolls by itself, also from the keyboard.
        formulas[mark] = drawn.replace("<math ", '<math tabindex="0" ', 1) if display else drawn
        return f"\n\n{mark}\n\n" if display else mark

    return FORMULA.sub(marked, markdown), formulas


def put_back(html: str, formulas: dict[str, str]) -> str:
    """The page with its formulas in place of the marks."""
    return re.sub(r"FORMULA\d+X", lambda mark: formulas[mark[0]], html) if formulas else html
