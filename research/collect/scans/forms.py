"""How what servers and scanners write is read: by its grammar, never by a list of what was seen.

Each is SQL for both engines, applied once per distinct text wherever that is enough. What a grammar
does not understand has no number; it is counted as not understood, and suspected of nothing.
"""

from __future__ import annotations

NOTHING_SAID = "unknown"  # a server's word for a missing detail, and the tables' label of it

# 8.0B, 134.52M, 756b; 675000000000 as a count of parameters; 0 where the server knows none. The
# parameters of experts (8x7B) are not their product: they share layers.
SIZE = r"^([0-9]{1,9}([.][0-9]{1,9})?) ?[KMBT]\z"
PARAMETERS = r"^[0-9]{7,15}\z"
NO_SIZE = r"^0*([.]0+)?[KMBT]?\z"

# The first digits of a number format are its bits: Q4_K_M, IQ2_XXS, TQ1_0, BF16, MXFP4, int8, 4bit.
LEVEL = r"^([a-z]{1,8}[_-])?[a-z]{0,8}([0-9]{1,2})(-?bits?|[_-].*|a[0-9]+)?\z"
WIDEST = 64


def detail(text: str) -> str:
    """SQL: a detail of a model; empty where the server says that it knows none."""
    return f"CASE WHEN lower({trimmed(text)}) = '{NOTHING_SAID}' THEN '' ELSE {trimmed(text)} END"


def trimmed(text: str) -> str:
    """SQL: the text without blanks around it (of which ``trim`` alone means others in DuckDB)."""
    return f"trim(BOTH ' ' FROM {text})"


def billions(size: str) -> str:
    """SQL: the number of parameters in a size, in billions; null where none is understood."""
    unit = f"right(upper({size}), 1)"
    return f"""nullif(CASE
        WHEN {_has(f"upper({size})", SIZE)}
            THEN try_cast(regexp_extract(upper({size}), '{SIZE}', 1) AS DOUBLE)
                * CASE {unit} WHEN 'K' THEN 1e-6 WHEN 'M' THEN 1e-3 WHEN 'T' THEN 1e3 ELSE 1.0 END
        WHEN {_has(size, PARAMETERS)} THEN try_cast({size} AS DOUBLE) / 1e9 END, 0.0)"""


def says_no_size(size: str) -> str:
    """SQL: whether a size states no number at all, which is well understood."""
    return f"({size} = '' OR {_has(f'upper({size})', NO_SIZE)})"


def bits_per_weight(level: str) -> str:
    """SQL: the nominal bits per weight of a level; null where none is understood."""
    digits = f"try_cast(regexp_extract(lower({level}), '{LEVEL}', 2) AS INT)"
    return f"CASE WHEN {digits} BETWEEN 1 AND {WIDEST} THEN {digits} END"


def _has(text: str, grammar: str) -> str:
    """SQL: whether a text that is not empty is of this grammar."""
    return f"regexp_extract({text}, '{grammar}', 0) <> ''"
