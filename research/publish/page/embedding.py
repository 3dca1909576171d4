"""What the page carries inside itself: fonts, figures and results, small and the same every time.

Compressed parts are unpacked by the browser when they are needed.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from functools import cache
from typing import Any

from research import figures
from research.datasets.files import gzipped
from research.publish.drawing import drawn
from research.results import Result

GLYPHS = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x370, 0x400), *range(0x2000, 0x2070),
          0x20AC, 0x2122, *range(0x2190, 0x2194), 0x2212, 0x2248, 0x2260, 0x2264, 0x2265,
          0x221E, 0x25CF]  # fmt: skip


@cache
def font(weight: str) -> str:
    """One weight of the figures' type face, Latin glyphs only, as base64 of a TrueType file."""
    from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    face = TTFont(figures.font_folder() / f"SourceSansPro-{weight}.ttf", recalcTimestamp=False)
    options = Options(layout_features=["kern", "tnum", "lnum", "mark", "mkmk"], hinting=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=GLYPHS)
    subsetter.subset(face)
    buffer = io.BytesIO()
    face.save(buffer)
    return base64.b64encode(buffer.getvalue()).decode()


@cache
def library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, which sets ``vegaEmbed``."""
    import vl_convert

    whole = vl_convert.javascript_bundle(None)  # type: ignore[arg-type]  # the whole bundle
    return f"(() => {{{whole}}})();"


def drawing(result: Result) -> str:
    """The figure of an analysis as SVG whose text stays text, in the page's own type face."""
    with figures.theme():
        return inline(*figures.printed(drawn(result), figures.TEXT_SVG))


def inline(svg: bytes) -> str:
    """A drawing as it stands within a page: without the prologue of a file."""
    text = svg.decode()
    return text[text.index("<svg") :]


def packed(text: str) -> str:
    """Text as base64 of gzip."""
    return base64.b64encode(gzipped(text.encode())).decode()


def script_json(value: Any) -> str:
    """JSON that may stand in a script element: no text can end it or open a comment.

    >>> script_json("</script><!--")
    '"\\\\u003c/script\\\\u003e\\\\u003c!--"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def script_hash(text: str) -> str:
    """The hash by which the page's security policy knows its own script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
