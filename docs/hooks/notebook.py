"""The tutorial: run it as a notebook, and write what it showed as Markdown."""

from __future__ import annotations

import base64
import re
import textwrap
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

SECONDS = 300  # for one cell, on the slowest machine
FENCE = "```"


@dataclass
class Rendered:
    """A page, and the images that it shows by their file name."""

    markdown: str
    images: dict[str, bytes] = field(default_factory=dict)


@cache
def executed(path: Path) -> Any:
    """The notebook in a text file, with the outputs of a fresh run beside that file."""
    beside = {"metadata": {"path": path.parent}}
    with TemporaryDirectory() as sockets:
        # Through files of this machine: code and outputs never meet a network interface.
        kernel = Config(KernelManager={"transport": "ipc", "ip": f"{sockets}/kernel"})
        client = NotebookClient(
            jupytext.read(path),
            timeout=SECONDS,
            kernel_name="python3",
            resources=beside,
            config=kernel,
        )
        return client.execute()


def download(path: Path) -> str:
    """The notebook without outputs, as Jupyter opens it; solutions are folded."""
    notebook = jupytext.read(path)
    for cell in notebook.cells:
        if is_solution(cell):
            cell.metadata["jupyter"] = {"source_hidden": True}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # random otherwise
    return str(nbformat.writes(notebook))


def is_solution(cell: Any) -> bool:
    """Whether a cell solves an exercise."""
    return "solution" in cell.metadata.get("tags", ())


def render(notebook: Any, stem: str) -> Rendered:
    """Markdown with the code, what it printed and what it drew; solutions fold away."""
    page = Rendered(markdown="")
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        if cell.cell_type != "code":
            continue
        shown = f"{FENCE}python\n{_plain(cell.source)}\n{FENCE}\n\n" + "\n\n".join(
            _output(output, cell, page, stem) for output in cell.outputs
        )
        if is_solution(cell):
            shown = '??? success "Solution"\n\n' + textwrap.indent(shown, "    ")
        parts.append(shown)
    page.markdown = "\n\n".join(parts) + "\n"
    return page


def _plain(source: str) -> str:
    """Code without the commands to Jupyter itself, but with the name of a file that it writes."""
    named = re.sub(r"^%%writefile ", "# ", source)
    return "\n".join(line for line in named.splitlines() if not line.startswith("%"))


def _output(output: Any, cell: Any, page: Rendered, stem: str) -> str:
    data = output.get("data", {})
    if "image/svg+xml" in data or "image/png" in data:
        return _image(data, cell, page, stem)
    if "text/html" in data:
        return f'<div class="frame" markdown="0">\n{_dense(data["text/html"])}\n</div>'
    text = output.get("text") or data.get("text/plain", "")
    return f"{FENCE}{{.text .output}}\n{text.rstrip()}\n{FENCE}"


def _image(data: Any, cell: Any, page: Rendered, stem: str) -> str:
    kind = "svg" if "image/svg+xml" in data else "png"
    name = f"{stem}-{len(page.images) + 1}.{kind}"
    page.images[name] = (
        data["image/svg+xml"].encode() if kind == "svg" else base64.b64decode(data["image/png"])
    )
    return f"![{cell.metadata.get('alt', 'Figure')}]({name})"


def _dense(html: str) -> str:
    """HTML of a frame without its style element and blank lines, which end a block of HTML."""
    body = html.split("</style>")[-1] if "</style>" in html else html.removeprefix("<div>")
    lines = [line for line in body.removesuffix("</div>").splitlines() if line.strip()]
    return "\n".join(lines)
