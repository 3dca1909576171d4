"""What a wheel carries besides the package: the datasets, the analyses, the paper's sources."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = (
    "datasets",
    "analyses",
    "paper/paper.typ",
    "paper/supplement.typ",
    "paper/style.typ",
    "paper/numbers.typ",
    "paper/references.bib",
    "paper/results",
    "paper/calibration.json",
    "CITATION.cff",
)


class ShipTheStudy(BuildHookInterface):
    """Copies into wheels only: an editable install reads the checkout itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files below ``research/_bundled``."""
        if version == "standard":
            build_data["force_include"] |= {
                str(Path(self.root) / path): f"research/_bundled/{path}" for path in SHIPPED
            }
