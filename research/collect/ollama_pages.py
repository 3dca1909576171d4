"""Read a saved page of the public Ollama library: the list of names with pulls, tags and badges.

The page marks its parts by attributes made for tests: ``x-test-model`` (a name's entry),
``x-test-model-title``, ``x-test-pull-count``, ``x-test-tag-count``, ``x-test-size`` and
``x-test-capability``. The descriptions are other people's sentences and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

ENTRY = "x-test-model"
COUNTED = {"x-test-pull-count": "pulls", "x-test-tag-count": "tags"}
BADGES = {"x-test-size": "sizes", "x-test-capability": "capabilities"}
LIBRARY = re.compile(r"(?:https?://[^/]+)?/library/([^/?#:]+)")
CLOUD = "cloud"  # the one badge without an attribute
RAW = ("script", "style")  # what is within is no HTML
# The standard library's parser takes minutes for a page with many marks that never close.
MARK = re.compile(
    r"""<(?:(!--)|(/?)([a-z][^\s/<>]{0,60})((?:[^<>"']|"[^"]{0,9999}"|'[^']{0,9999}'){0,20000}+)>)""",
    re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?""")


@dataclass(slots=True)
class Entry:
    """A name as the page shows it; ``name`` is empty where it is not in the library itself."""

    name: str = ""
    pulls: str = ""
    tags: str = ""
    sizes: list[str] = field(default_factory=list)
    capabilities: list[str] = field(default_factory=list)


def entries(html: str) -> list[Entry]:
    """The entries of a page, in its order.

    Examples
    --------
    >>> page = '''<li x-test-model><a href="/library/qwq"><div x-test-model-title title="qwq"></div>
    ... <span x-test-size>32b</span><span x-test-pull-count>1.4M</span>
    ... <span x-test-tag-count>8</span></a></li>'''
    >>> entries(page)
    [Entry(name='qwq', pulls='1.4M', tags='8', sizes=['32b'], capabilities=[])]
    """
    listed: list[Entry] = []
    part = owner = around = ""  # what a text belongs to; the element that says so; the nearest one
    for text, tag, closes, given in _marks(html):
        if listed and text.strip():
            _take(listed[-1], part, text.strip(), alone=around == "span")
        if ENTRY in given:
            listed.append(Entry())
            part = owner = ""
        named = next((name for name in (*COUNTED, *BADGES) if name in given), "")
        if named:
            part, owner = named, tag
        elif closes and tag == owner:
            part = owner = ""
        library = LIBRARY.fullmatch(given.get("href", "")) if tag == "a" else None
        if library and listed:
            listed[-1].name = listed[-1].name or library[1]
        around = "" if closes else tag
    return listed


def _take(entry: Entry, part: str, text: str, *, alone: bool) -> None:
    """Keep a text of an entry: a count, a badge, or the badge that no attribute marks."""
    if part in COUNTED:
        setattr(entry, COUNTED[part], getattr(entry, COUNTED[part]) or text)
    elif part in BADGES:
        getattr(entry, BADGES[part]).append(text.lower())
    elif text == CLOUD and alone:
        entry.capabilities.append(CLOUD)


def _marks(html: str) -> Iterator[tuple[str, str, bool, dict[str, str]]]:
    """Every mark with the text before it: its name, whether it closes, and its attributes."""
    place, lowered = 0, html.lower()
    while mark := MARK.search(html, place):
        comment, closes, tag, rest = mark.groups()
        tag, end = (tag or "").lower(), mark.end()
        if not comment:
            yield unescape(html[place : mark.start()]), tag, bool(closes), _attributes(rest)
        if comment or (tag in RAW and not closes):
            last = "-->" if comment else f"</{tag}"
            end = lowered.find(last, end)
            if end < 0:
                return
            end += len(last) if comment else 0
        place = end


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): unescape("".join(value)) for name, *value in ATTRIBUTE.findall(text)}
