"""The whole study, run once for the tests that look at its outputs."""

from __future__ import annotations

import pytest

from research.publish import study


@pytest.fixture(scope="session")
def paper(tmp_path_factory):
    """A paper folder with results, figures and PDF of the whole study."""
    folder = tmp_path_factory.mktemp("study") / "paper"
    study.reproduce(folder)
    return folder
