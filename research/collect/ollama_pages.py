"""Read a saved page of the public Ollama library: the list of names with pulls, tags and badges.

The page marks its parts by attributes made for tests: ``x-test-model`` (a name's entry),
``x-test-model-title``, ``x-test-pull-count``, ``x-test-tag-count``, ``x-test-size`` and
``x-test-capability``. The descriptions are other people's sentences and are not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

ENTRY = "x-test-model"
COUNTED = {"x-test-pull-count": "pulls", "x-test-tag-count": "tags"}
BADGES = {"x-test-size": "sizes", "x-test-capability": "capabilities"}
LIBRARY = re.compile(r"(?:https?://[^/]+)?/library/([^/?#:]+)")
CLOUD = "cloud"  # the one badge without an attribute
VOID = {
    "area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
}  # fmt: skip
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
    page = _Page()
    for text, tag, closes, attributes in _marks(html):
        page.text(text)
        if closes:
            page.end(tag)
        else:
            page.start(tag, attributes)
    return page.found


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


class _Page:
    """Keeps, for every open element, the part of an entry whose text it holds.

    A page may be broken in any way: each of its marks is looked at once.
    """

    def __init__(self) -> None:
        self.found: list[Entry] = []
        self._begin()

    def _begin(self) -> None:
        self.open: list[tuple[str, str]] = []  # elements with the nearest part around them
        self.number: Counter[str] = Counter()  # of the open elements by name

    def start(self, tag: str, given: dict[str, str]) -> None:
        if ENTRY in given:
            self.found.append(Entry())
            self._begin()
        if not self.found:
            return
        library = LIBRARY.fullmatch(given.get("href", "")) if tag == "a" else None
        if library:
            self.found[-1].name = self.found[-1].name or library[1]
        if tag not in VOID:
            around = self.open[-1][1] if self.open else ""
            part = next((part for part in (*COUNTED, *BADGES) if part in given), around)
            self.open.append((tag, part))
            self.number[tag] += 1

    def end(self, tag: str) -> None:
        while self.number[tag]:
            closed, _ = self.open.pop()
            self.number[closed] -= 1
            if closed == tag:
                return

    def text(self, text: str) -> None:
        text = text.strip()
        if not (self.found and self.open and text):
            return
        entry, (tag, part) = self.found[-1], self.open[-1]
        if part in COUNTED:
            setattr(entry, COUNTED[part], getattr(entry, COUNTED[part]) or text)
        elif part in BADGES:
            getattr(entry, BADGES[part]).append(text.lower())
        elif text == CLOUD and tag == "span":
            entry.capabilities.append(CLOUD)
