"""The site builds without a warning, loads nothing from elsewhere, and names real commands."""

from __future__ import annotations

import os
import re
import shlex
import sys
import warnings
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import typer

from research import places
from research.analysis import analyses
from research.cli import app
from research.datasets import datasets

ROOT = places.bundled()
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "hooks"))

import mathml  # noqa: E402
import prose  # noqa: E402

LOADS = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}
IN_PLACE = ("file:", "data:", "blob:")  # addresses that ask nobody
GRAVE = ("serious", "critical")  # of the accessibility checker's findings
SHOWN = ("index", "concepts", "in-ten-minutes", "tutorial", "gallery", "claims", "methods",
         "analyses/parameter_scale", "reference/research.estimators.identification")  # fmt: skip


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the site, built as strictly as can be: a warning stops it.

    Where `make docs` has just built it, SITE names its folder.
    """
    if os.environ.get("SITE"):
        return Path(os.environ["SITE"])
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    folder = tmp_path_factory.mktemp("site")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries that build it
        build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True))
    return folder


class Page(HTMLParser):
    """What a page loads, where it links to, and which places others can link to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        self.places |= {found[name] for name in ("id", "name") if name in found}
        if tag in LOADS and LOADS[tag] in found and found.get("rel") not in ("prev", "next"):
            self.loads.append(found[LOADS[tag]])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])


@pytest.fixture(scope="session")
def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


@pytest.mark.long
def test_every_dataset_and_analysis_has_its_page(site):
    for kind, names in (("datasets", datasets()), ("analyses", analyses())):
        made = {path.stem for path in (site / kind).glob("*.html")}
        assert made == {*names, "index"}


@pytest.mark.long
def test_what_a_page_loads_lies_beside_it(pages, site):
    for path, page in pages.items():
        for address in page.loads:
            assert not urlsplit(address).scheme or address.startswith("data:"), (path, address)
            if not address.startswith("data:") and path.name != "404.html":
                assert (path.parent / unquote(urlsplit(address).path)).is_file(), (path, address)
    for style in site.rglob("*.css"):
        addresses = re.findall(r"url\(([^)]*)\)", style.read_text(encoding="utf-8"))
        assert [found for found in addresses if "//" in found and "data:" not in found] == []


@pytest.mark.long
def test_every_link_leads_to_a_page_and_a_place(pages):
    broken = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for address in page.links:
            to = urlsplit(address)
            if to.scheme or address in ("", "."):
                continue
            target = (path.parent / unquote(to.path)).resolve() if to.path else path
            target = target / "index.html" if target.is_dir() else target
            known = target.is_file() and (
                not to.fragment or target.suffix != ".html" or unquote(to.fragment)
                in pages[target].places
            )  # fmt: skip
            if not known and to.fragment != "__comments":
                broken.append((path.name, address))
    assert broken == []


@pytest.mark.long
def test_no_formula_template_or_machine_path_is_left(site):
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"FORMULA\d|\{\{ |\{% ", text), path
        assert not re.search(r"(?<![\w.])/(tmp|root|home|work)/", text), path
    assert re.sub(r"<math.*?</math>", "", (site / "methods.html").read_text()).count("$") == 0


# Commands -----------------------------------------------------------------------------------------


def commands(pattern: str) -> list[str]:
    """Every command that the documents name in this way."""
    texts = (*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md")
    named = [found for path in texts for found in re.findall(pattern, path.read_text(), re.M)]
    return sorted({shlex.join(shlex.split(text, comments=True)) for text in named})


def resolved(text: str) -> tuple[typer.Context, list[str]]:
    """The command that a line names, and what follows its name."""
    name, *left = shlex.split(text)
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name=name)
    while left and hasattr(command, "list_commands") and not left[0].startswith("-"):
        name, *left = left
        command = command.get_command(context, name)
        assert command is not None, f"there is no command {text}"
        context = typer.Context(command, info_name=name, parent=context)
    return context, left


@pytest.mark.parametrize("text", commands(r"^(research [^\n]*)$"))
def test_a_command_in_a_block_can_be_given_as_it_stands(text):
    context, left = resolved(text)
    assert not hasattr(context.command, "list_commands"), f"{text} names no command"
    context.command.make_context(context.info_name, left, parent=context.parent)


@pytest.mark.parametrize("text", commands(r"`(research [^`\n]+)`"))
def test_a_command_named_in_a_text_exists_with_its_options(text):
    context, left = resolved(text)
    known = {option for one in context.command.get_params(context) for option in one.opts}
    assert {word for word in left if word.startswith("--")} <= known


# In a browser -------------------------------------------------------------------------------------


@pytest.fixture
def asked(chromium, site):
    """A tab, and what it asked for or complained about beyond the files of the site."""
    tab, noticed = chromium.new_page(viewport={"width": 390, "height": 900}), []
    tab.on("request", lambda r: noticed.append(r.url) if not r.url.startswith(IN_PLACE) else None)
    tab.on("console", lambda m: noticed.append(m.text) if m.type == "error" else None)
    yield tab, noticed
    tab.close()


@pytest.mark.long
def test_pages_open_from_disk_without_a_request(asked, site):
    tab, noticed = asked
    for name in SHOWN:
        tab.goto((site / f"{name}.html").as_uri())
        tab.wait_for_load_state("networkidle")
        sideways = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert sideways <= 0, f"{name} is wider than a phone"
    assert noticed == []


@pytest.mark.long
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_pages_can_be_used_by_everybody(chromium, site, colours):
    from axe_playwright_python.sync_playwright import Axe

    tab = chromium.new_page(color_scheme=colours)
    for name in SHOWN:
        tab.goto((site / f"{name}.html").as_uri())
        found = Axe().run(tab).response["violations"]
        grave = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in GRAVE]
        assert grave == [], name
    tab.close()


@pytest.mark.long
def test_the_search_works_from_disk(asked, site):
    tab, noticed = asked
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.goto((site / "index.html").as_uri())
    tab.click(".md-search__input")
    tab.keyboard.type("imbens manski")
    tab.wait_for_selector(".md-search-result__item")
    assert "Methods" in tab.inner_text(".md-search-result__list")
    assert noticed == []


# How text becomes pages ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "formulas"),
    [
        ("a $x_1$ and $y$", 2),
        ("```math\n\\frac{a}{b}\n```", 1),
        ("$`p_k * q_k`$", 1),
        ("`$HOME` and `$x$`", 0),
        ("costs 5 $ only", 0),
        ("```sh\necho $x $y\n```", 0),
    ],
)
def test_formulas_are_found_and_code_is_not(markdown, formulas):
    text, found = mathml.set_aside(markdown)
    assert len(found) == formulas
    assert all(math.startswith("<math") and math.endswith("</math>") for math in found.values())
    assert ("$" in text) == (formulas == 0)
    assert mathml.put_back(text, found).count("<math") == formulas


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("a|b *c* [d](e)", "a&#124;b &#42;c&#42; &#91;d&#93;(e)"),
        ("column `a_b`", "column <code>a&#95;b</code>"),
        ("one ` alone", "one &#96; alone"),
        ("18 844 of 24 038", "18\u202f844 of 24\u202f038"),
    ],
)
def test_text_of_others_stays_text(text, page):
    assert prose.plain(text) == page


def test_a_section_that_is_not_there_is_an_error():
    assert prose.section("README.md", "What is where").startswith("| folder")
    with pytest.raises(LookupError, match=r"README\.md has no section 'Nothing'"):
        prose.section("README.md", "Nothing")
