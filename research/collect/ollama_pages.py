"""Read a saved page of the public Ollama library: the list of names with pulls, tags and badges.

The page marks its parts by attributes made for tests: ``x-test-model`` (a name's entry),
``x-test-model-title``, ``x-test-pull-count``, ``x-test-tag-count``, ``x-test-size`` and
``x-test-capability``. The descriptions are other people's sentences and are not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

ENTRY = "x-test-model"
COUNTED = {"x-test-pull-count": "pulls", "x-test-tag-count": "tags"}
BADGES = {"x-test-size": "sizes", "x-test-capability": "capabilities"}
LIBRARY = re.compile(r"(?:https?://[^/]+)?/library/([^/?#:]+)")
CLOUD = "cloud"  # the one badge without an attribute
VOID = {
    "area",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}


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
    page.feed(html)
    page.close()
    return page.found


class _Page(HTMLParser):
    """Keeps, for every open element, the part of an entry whose text it holds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Entry] = []
        self.open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if ENTRY in given:
            self.found.append(Entry())
            self.open = []
        if not self.found:
            return
        library = LIBRARY.fullmatch(given.get("href") or "") if tag == "a" else None
        if library:
            self.found[-1].name = self.found[-1].name or library[1]
        if tag not in VOID:
            part = next((part for part in (*COUNTED, *BADGES) if part in given), "")
            self.open.append((tag, part))

    def handle_endtag(self, tag: str) -> None:
        if tag in (opened for opened, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if not (self.found and self.open and text):
            return
        entry = self.found[-1]
        part = next((part for _, part in reversed(self.open) if part), "")
        if part in COUNTED:
            setattr(entry, COUNTED[part], getattr(entry, COUNTED[part]) or text)
        elif part in BADGES:
            getattr(entry, BADGES[part]).append(text.lower())
        elif text == CLOUD and self.open[-1][0] == "span":
            entry.capabilities.append(CLOUD)
