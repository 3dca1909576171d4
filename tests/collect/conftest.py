"""What every test of collecting shares."""

from __future__ import annotations

import time

import pytest


@pytest.fixture
def no_token(monkeypatch, tmp_path):
    """Whoever runs the tests may be logged in; the tests are not."""
    from huggingface_hub import constants

    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no_token"))


@pytest.fixture
def time_zone(monkeypatch):
    """Sets the time zone of this process; it is as before afterwards."""

    def set_to(zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield set_to
    monkeypatch.undo()
    time.tzset()
