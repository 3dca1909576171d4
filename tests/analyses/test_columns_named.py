"""An analysis of the project needs no column that it does not name: it gets no other of them."""

from __future__ import annotations

import pytest

from research.analysis import analyses, find, run
from research.datasets import selection


@pytest.mark.long
@pytest.mark.parametrize("name", analyses())
def test_the_named_columns_give_every_estimate(name, monkeypatch):
    """Whatever the format of its tables: here all of them are cut to what is named."""
    whole = run(find(name), multiverse=False)
    load = selection.Source.load

    def named_alone(source, columns=None):  # without names, beliefs are read: whole
        frame = load(source)
        return frame[[c for c in frame.columns if columns is None or c in columns]]

    monkeypatch.setattr(selection.Source, "load", named_alone)
    named = run(find(name), multiverse=False)
    for key, answer in whole.answers.items():
        assert named.answers[key].estimates == answer.estimates
        assert named.answers[key].verdicts == answer.verdicts
