"""A figure as SVG and as PDF, drawn once for both.

Matplotlib draws a figure anew for every format, with texts measured as the format does. Here they
are measured as in an SVG everywhere: one drawing serves all formats, and they show the same.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends import backend_pdf
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure

from research.figures.printing import DECIMALS, POINTS, TEXT_SVG

# ISO 32000-1, 9.9: of an embedded TrueType font.
OF_A_PDF = {"glyf", "head", "hhea", "hmtx", "loca", "maxp", "cvt ", "fpgm", "prep"}


def drawn(figure: Figure, kinds: Collection[str], resolution: float) -> dict[str, bytes]:
    """The figure by format, of :data:`RENDERERS`; it is left as it was.

    Pictures within it have ``resolution`` dots an inch.
    """
    before, points, layout = figure.canvas, figure.dpi, figure.get_layout_engine()
    width, height = figure.get_size_inches()
    try:
        figure.dpi, canvas = POINTS, FigureCanvasBase(figure)
        with _plain_pdf():
            made = {k: of(width, height, resolution) for k, of in RENDERERS.items() if k in kinds}
            together: Any = _AtOnce(*made.values())
            renderer: Any = MixedModeRenderer(figure, width, height, resolution, together)
            if layout is not None:
                canvas.get_renderer = lambda: renderer  # type: ignore[attr-defined]
                layout.execute(figure)
                figure.set_layout_engine("none")
            figure.draw(renderer)
            return {kind: renderer.content() for kind, renderer in made.items()}
    finally:
        if layout is not None:
            figure.set_layout_engine(layout)
        figure.dpi = points
        figure.set_canvas(before)


class _SVG(RendererSVG):
    """Text as outlines: it looks the same where the type face is not installed."""

    def __init__(self, width: float, height: float, resolution: float) -> None:
        self._written, size = io.StringIO(), (POINTS * width, POINTS * height)
        super().__init__(*size, self._written, image_dpi=resolution, metadata={"Date": None})

    def content(self) -> bytes:
        self.finalize()
        return self._written.getvalue().encode()


class _TextSVG(_SVG):
    _draw_text_as_path = RendererSVG._draw_text_as_text


class _PDF(backend_pdf.RendererPdf):
    """Texts have their places and sizes from the SVG; its vertical axis points down."""

    flipy = RendererSVG.flipy
    get_text_width_height_descent = RendererSVG.get_text_width_height_descent

    def __init__(self, width: float, height: float, resolution: float) -> None:
        self._written = io.BytesIO()
        file = backend_pdf.PdfFile(self._written, metadata={"CreationDate": None})
        file.newPage(width, height)
        super().__init__(file, resolution, height, width)

    def draw_text(self, gc: Any, x: float, y: float, *text: Any, **how: Any) -> None:
        super().draw_text(gc, x, POINTS * self.height - y, *text, **how)

    def content(self) -> bytes:
        self.finalize()
        self.file.finalize()
        self.file.close()
        return self._written.getvalue()


RENDERERS: dict[str, Any] = {"svg": _SVG, TEXT_SVG: _TextSVG, "pdf": _PDF}


class _AtOnce:
    """Draws with several renderers; what else is asked of them, the first one answers."""

    def __init__(self, *renderers: Any) -> None:
        self._renderers = renderers
        self.new_gc = renderers[-1].new_gc  # that of a PDF serves an SVG, but not the reverse

    def __getattr__(self, name: str) -> Any:
        asked = [getattr(renderer, name) for renderer in self._renderers]
        if not name.startswith(("draw_", "open_group", "close_group")):
            return asked[0]

        def draw(*what: Any, **how: Any) -> None:
            for each in asked:
                each(*what, **how)

        return draw


@contextmanager
def _plain_pdf() -> Iterator[None]:
    """Numbers of a PDF with as many decimals as those of an SVG, and fonts without what is unused.

    Matplotlib offers no setting for either.
    """
    written, opened = backend_pdf.pdfRepr, subset.load_font
    backend_pdf.pdfRepr = lambda value: written(
        round(value, DECIMALS) + 0.0 if isinstance(value, float) else value
    )
    subset.load_font = lambda path, how: opened(io.BytesIO(_glyphs(path, how.font_number)), how)
    try:
        yield
    finally:
        backend_pdf.pdfRepr, subset.load_font = written, opened


@cache
def _glyphs(path: str, number: int) -> bytes:
    """A font with the tables that a PDF asks for; names, kerning and ligatures take long to embed.

    The PDF says itself which glyphs are drawn, and where.
    """
    font, bare = TTFont(path, fontNumber=number, recalcTimestamp=False), io.BytesIO()
    for table in set(font.keys()) - OF_A_PDF:
        del font[table]
    font.save(bare, reorderTables=False)
    return bare.getvalue()
