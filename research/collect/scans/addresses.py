"""One spelling of each address, so that a machine is one host whatever a scanner made of it.

``192.0.2.7``, ``192.0.2.7:11434``, ``http://192.0.2.7:11434/`` and ``::ffff:c000:207`` are one
host, as are all ways to write an IPv6 address. Nearly all records have that spelling already, which
one look tells; only the others are taken apart. The grammar is the one of RFC 4291 and RFC 3986.
"""

from __future__ import annotations


def _shortened(group: str) -> str:
    """Grammar: groups around ``::``, with at least one on its left."""
    return "|".join(f"(?:{group}:){{1,{7 - n}}}(?::{group}){{1,{n}}}" for n in range(1, 7))


OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
DOTTED = f"(?:{OCTET}[.]){{3}}{OCTET}"
GROUP, WRITTEN = "[1-9a-f][0-9a-f]{0,3}", "[0-9a-f]{1,4}"  # a group that is not zero, and any
# The spelling: a run of zero groups is ``::`` where it is the only one, else each is empty.
PLAIN = rf"^(?:{DOTTED}|(?:{GROUP}:){{7}}{GROUP}|(?:{GROUP}:){{1,6}}:|{_shortened(GROUP)})\z"
ONE_RUN = rf"^((?:{GROUP}(?::{GROUP})*)?)::+((?:{GROUP}(?::{GROUP})*)?)\z"

GROUPS = (
    f"(?:(?:{WRITTEN}:){{7}}{WRITTEN}|(?:{WRITTEN}:){{1,7}}:|:(?::{WRITTEN}){{1,7}}|::|"
    f"{_shortened(WRITTEN)})"
)
MAPPED = "(?:::(?:0{1,4}:){0,4}|(?:0{1,4}:){5})ffff:"  # an IPv4 address within IPv6
SCHEME = "(?:[a-z][a-z0-9+.-]*://)?"
REST = r"(?::[0-9]{1,5})?(?:[/?#](?:[^0-9].*)?)?\z"  # a port, a path; /24 makes it a network
DOTTED_WITHIN = rf"^{SCHEME}\[?(?:{MAPPED})?({DOTTED})\]?{REST}"
GROUPS_WITHIN = rf"^(?:({GROUPS})\z|{SCHEME}\[({GROUPS})\]{REST})"
DIGITS = "0123456789abcdef"


def with_spelling(matches: str, fields: str) -> str:
    """SQL of the fields with what ``spelling`` needs; ``matches`` as a dialect says it."""
    missing = "8 - (length(six) - length(replace(six, ':', '')))"
    whole = f"replace(six, '::', concat(':', repeat('0:', CAST({missing} AS INT))))"
    groups = ", ':', ".join(
        f"trim(LEADING '0' FROM split_part(whole, ':', {place}))" for place in range(1, 9)
    )
    within = ", ".join(f"regexp_extract(spelled, '{GROUPS_WITHIN}', {place})" for place in (1, 2))
    for step in (
        "lower(address) AS spelled",
        f"CASE WHEN {matches.format('spelled', PLAIN)} THEN spelled END AS plain",
        f"CASE WHEN plain IS NULL THEN regexp_extract(spelled, '{DOTTED_WITHIN}', 1) END AS dotted",
        f"CASE WHEN dotted = '' THEN concat({within}) END AS six",
        f"CASE WHEN six <> '' THEN {whole} END AS whole",
        f"CASE WHEN whole <> '' THEN concat({groups}) END AS groups",
    ):
        fields = f"SELECT *, {step} FROM ({fields}) AS fields"
    return fields


def spelling() -> str:
    """SQL: the one spelling of an address; null where the text is none."""
    octets = ", '.', ".join(_octet(place, digit) for place in (7, 8) for digit in (1, 3))
    sides = ", '::', ".join(f"regexp_extract(groups, '{ONE_RUN}', {side})" for side in (1, 2))
    return f"""CASE WHEN plain IS NOT NULL THEN plain WHEN dotted <> '' THEN dotted
        WHEN groups LIKE ':::::ffff:%' THEN concat({octets})
        WHEN regexp_extract(groups, '{ONE_RUN}', 0) <> '' THEN concat({sides})
        ELSE groups END"""


def _octet(place: int, digit: int) -> str:
    """SQL: two hexadecimal digits of a group as a number."""
    group = f"lpad(split_part(groups, ':', {place}), 4, '0')"
    high, low = (f"(instr('{DIGITS}', substr({group}, {at}, 1)) - 1)" for at in (digit, digit + 1))
    return f"CAST(16 * {high} + {low} AS INT)"
