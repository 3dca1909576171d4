"""An analysis of the project needs no column that it does not name: it gets no other of them."""

from __future__ import annotations

import pytest

from research.analysis import analyses, find, record, recorded, run
from research.datasets import selection
from research.plain import changes, to_plain


@pytest.mark.long
@pytest.mark.parametrize("name", analyses())
def test_the_named_columns_give_every_estimate(name, analysed, monkeypatch, tmp_path):
    """Whatever the format of its tables: here all of them are cut to what is named."""
    load = selection.Source.load

    def named_alone(source, columns=None):  # without names, beliefs are read: whole
        frame = load(source)
        return frame[[c for c in frame.columns if columns is None or c in columns]]

    whole = analysed(name, multiverse=False)
    monkeypatch.setattr(selection.Source, "load", named_alone)
    record(run(find(name), multiverse=False), tmp_path)
    named = recorded(name, tmp_path)
    assert named.answers.keys() == whole.answers.keys()
    for key, answer in whole.answers.items():
        for told in ("estimates", "verdicts"):
            one, other = (getattr(each, told) for each in (answer, named.answers[key]))
            assert list(changes(to_plain(one), to_plain(other))) == []
