"""Texts of hosts and of scanners that must not be published: what is in them can lead to somebody.

A model can be named after a private registry, a network after a person with a street and a
telephone number. Such a text is published nowhere; where it would have been is counted by reason.
"""

from __future__ import annotations

import re
from functools import cache
from ipaddress import AddressValueError, IPv6Address
from typing import TYPE_CHECKING

from research.collect.beside import beside
from research.collect.scans.stages import KINDS

if TYPE_CHECKING:
    import pandas as pd

HOST, ADDRESS = "host name or private registry", "IP address"
IPV6 = re.compile(r"[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*", re.I)


@cache
def _patterns(where: str) -> list[tuple[str, re.Pattern[str]]]:
    """The forms of texts that can lead to somebody, each with what it is."""
    stated = beside(__file__)[where].items()
    return [(what, re.compile(form, re.IGNORECASE)) for what, forms in stated for form in forms]


def private_part(text: str, *, place: bool = False) -> str:
    """What in a text can lead to somebody; empty where it may be published.

    Parameters
    ----------
    text
        A name of a model, a family, a level, a network or a city.
    place
        Whether it is of a network or a city, which can hold a street or a telephone number; digits
        in the name of a model are none.

    Examples
    --------
    >>> private_part("hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M")
    ''
    >>> private_part("models.example.com:5000/team/llama3:latest")
    'host name or private registry'
    >>> private_part("Example GmbH, Hauptstr. 5", place=True)
    'street'
    """
    first, slash, rest = text.partition("/")
    if slash and first.lower() in beside(__file__)["public"]:
        text, first, slash = rest, "", ""
    for reason, pattern in _patterns("everywhere") + (_patterns("of_places") if place else []):
        if pattern.search(text):
            return reason
    if any(map(_is_ipv6, IPV6.findall(text))):
        return ADDRESS
    # A name is [registry/][account/]model:tag, and an account holds no dot.
    registry = "." in first or ":" in first or text.count("/") > 1
    return HOST if slash and registry and not place else ""


def _is_ipv6(text: str) -> bool:
    try:
        return bool(IPv6Address(text.rstrip(".:") + ("::" if text.endswith("::") else "")))
    except AddressValueError:
        return False


def withhold(counts: dict[str, pd.DataFrame], threshold: int) -> dict[str, pd.DataFrame]:
    """The counts without the texts that must not be published.

    Parameters
    ----------
    counts
        As ``counting.counts`` gives them.
    threshold
        Fewest hosts of a published text: texts of fewer would not have been published anyway.

    Returns
    -------
    dict of frames
        Hosts of such a city or network are of none; such a tag, family or level is one without a
        name. ``masked_texts`` counts the texts by table and reason.
    """
    import pandas as pd

    frames, masked = dict(counts), []
    for subject, column in {"cities": "city", "hosting": "organisation", **KINDS}.items():
        rows, place = counts[subject], subject not in KINDS
        texts = rows[column].dropna().unique()
        reasons = rows[column].map({text: private_part(text, place=place) for text in texts})
        private = reasons.fillna("") != ""
        publishable = rows[private & (rows["hosts"] >= threshold)]
        masked += [(subject, reasons[row]) for row in publishable.index]
        frames[subject] = rows.assign(**{column: rows[column].mask(private, "" if place else None)})
        if place:
            frames[subject] = _summed(frames[subject])
    table = pd.DataFrame(masked, columns=["table", "reason"])
    frames["masked_texts"] = table.groupby(["table", "reason"]).size().rename("texts").reset_index()
    return frames


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each place again."""
    names = [column for column in rows if column not in ("hosts", "genuine")]
    return rows.groupby(names, as_index=False)[["hosts", "genuine"]].sum()
