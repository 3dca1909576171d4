"""A figure as SVG, PDF and PNG: the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "pdf", "png")
TEXT_SVG = "text.svg"  # text stays text, set in the type face of the page that holds it
POINTS = 72  # an inch: the unit of formats that have no pixels
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

    Laid out once and drawn once for all of them; ``Figure.savefig`` draws twice for each. A PNG is
    the picture of the PDF.
    """
    import matplotlib as mpl

    from research.figures.vectors import drawn

    wanted = mpl.rcParams["savefig.dpi"]
    resolution = figure.dpi if wanted == "figure" else wanted
    made = drawn(figure, {"pdf" if kind == "png" else kind for kind in kinds}, resolution)
    if "png" in kinds:
        made["png"] = _pixels(made["pdf"], resolution)
    return [made[kind] for kind in kinds]


def _pixels(pdf: bytes, resolution: float) -> bytes:
    """The only page of a PDF as a PNG of so many dots an inch."""
    import io

    import pypdfium2

    # The library keeps lengths as 32-bit numbers, and rounds pixels up.
    scale = resolution / POINTS * (1 - 1e-6)
    buffer = io.BytesIO()
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=scale).to_pil()
    picture.save(buffer, "png", dpi=(resolution, resolution), compress_level=3)
    return buffer.getvalue()
