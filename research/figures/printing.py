"""A figure as SVG, PDF and PNG: the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "pdf", "png")
TEXT_SVG = "text.svg"  # text stays text, set in the type face of the page that holds it
DECIMALS = 6  # of a drawn position; the last bits of a number differ between processors


def save(figure: Figure, stem: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write ``stem.svg``, ``stem.pdf`` and ``stem.png``: the same bytes every time."""
    from research.places import write_beside

    written = [stem.with_name(f"{stem.name}.{kind}") for kind in formats]
    for path, content in zip(written, printed(figure, *formats), strict=True):
        write_beside(path, content)
    return written


def printed(figure: Figure, *kinds: str) -> list[bytes]:
    """The figure in several formats, :data:`TEXT_SVG` among them: always the same bytes.

    Laid out once for all of them, and drawn once for each; ``Figure.savefig`` draws twice.
    """
    import matplotlib as mpl

    wanted = mpl.rcParams["savefig.dpi"]
    points = figure.dpi if wanted == "figure" else wanted
    with _laid_out(figure), _rounded_png(), _plain_pdf():
        return [_printed(figure, kind, points) for kind in kinds]


def _printed(figure: Figure, kind: str, points: float) -> bytes:
    """In one format, laid out as it stands, with so many points an inch where it has points."""
    import io

    import matplotlib as mpl
    from matplotlib.backend_bases import get_registered_canvas_class

    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    extension = kind.rpartition(".")[2]
    canvas, buffer = get_registered_canvas_class(extension)(figure), io.BytesIO()
    figure.dpi = points
    text = "none" if kind == TEXT_SVG else mpl.rcParams["svg.fonttype"]
    with mpl.rc_context({"svg.fonttype": text}):
        getattr(canvas, f"print_{extension}")(buffer, metadata=undated[extension])
    return buffer.getvalue()


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """The layout made, as on the canvas of an SVG, and left alone by what draws the figure."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    before, resolution, layout = figure.canvas, figure.dpi, figure.get_layout_engine()
    try:
        figure.dpi = FigureCanvasSVG(figure).fixed_dpi
        if layout is not None:
            layout.execute(figure)
            figure.set_layout_engine("none")
        yield
    finally:
        if layout is not None:
            figure.set_layout_engine(layout)
        figure.dpi = resolution
        figure.set_canvas(before)


@contextmanager
def _rounded_png() -> Iterator[None]:
    """Draw lines between rounded points.

    How two pieces of a straight line are joined turns on the last bits of where they meet.
    """
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.transforms import IdentityTransform

    drawn: Any = RendererAgg.draw_path

    def draw_path(renderer: Any, gc: Any, path: Any, transform: Any, face: Any = None) -> None:
        placed = path.transformed(transform)
        placed.vertices = placed.vertices.round(DECIMALS)
        drawn(renderer, gc, placed, IdentityTransform(), face)

    RendererAgg.draw_path = draw_path  # type: ignore[method-assign]
    try:
        yield
    finally:
        RendererAgg.draw_path = drawn  # type: ignore[method-assign]


@contextmanager
def _plain_pdf() -> Iterator[None]:
    """Write the numbers of a PDF with as many decimals as those of an SVG, and fonts as drawn.

    Matplotlib writes ten, and offers no setting for it. Kerning and ligatures are drawn as they
    are: the tables for them, which take longest to embed, no reader of a PDF looks at.
    """
    from fontTools.subset import Options  # type: ignore[import-untyped]
    from matplotlib.backends import backend_pdf

    written: Any = backend_pdf.pdfRepr
    dropped = Options._drop_tables_default
    backend_pdf.pdfRepr = lambda value: written(
        round(value, DECIMALS) + 0.0 if isinstance(value, float) else value
    )
    Options._drop_tables_default = [*dropped, "GPOS", "GSUB", "GDEF"]
    try:
        yield
    finally:
        backend_pdf.pdfRepr = written
        Options._drop_tables_default = dropped
