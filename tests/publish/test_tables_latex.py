"""The LaTeX compiles, prints the numbers of the results, and does nothing that a text tells it."""

from __future__ import annotations

import json
import re

import pytest
from matplotlib.figure import Figure

from research import figures, places
from research.analysis import record
from research.publish.tables import drawings
from research.publish.tables.folder import publish_tables
from research.publish.tables.latex import slug
from tests.publish.material import RESULTS, compile_tex, document, fields_of, hostile

NAMES = sorted(path.stem for path in RESULTS.glob("*.json"))
STICKS_OUT = 2.0  # pt: less than the eye sees at the margin of a page
LATEX = ("pdflatex", "bibtex", "pdflatex", "pdflatex")  # as compile_tex runs them
NOT_CLEAN = r"undefined|multiply.defined|Float too large|Missing character|has changed"


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    into = tmp_path_factory.mktemp("latex") / "material"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawings, "draw", lambda *_: [])
        publish_tables(RESULTS, [], into)
    return into


def problems(log: str) -> list[str]:
    """What an author would have to mend."""
    wide = re.findall(r"Overfull \\hbox \(([\d.]+)pt[^\n]*", log)
    found = re.findall(rf"^.*(?:{NOT_CLEAN}).*$", log, re.M)
    return found + [width for width in wide if float(width) > STICKS_OUT]


@pytest.mark.long
def test_every_table_and_every_paragraph_compiles(material):
    inputs = [rf"\input{{tables/{name}}}\input{{tables/{name}-all}}\clearpage" for name in NAMES]
    inputs += [rf"\input{{methods/{name}}}" for name in NAMES]
    inputs.append(r"\input{tables/claims-answered}")
    (material / "every.tex").write_text(document("\n".join(inputs)))
    assert problems(compile_tex(material, "every")) == []


def test_short_tables_need_no_package_but_booktabs(material):
    short = [
        name for name in NAMES
        if "longtable" not in (material / "tables" / f"{name}.tex").read_text()
    ]  # fmt: skip
    assert 0 < len(short) < len(NAMES)
    body = "\n".join(rf"\input{{tables/{name}}}\clearpage" for name in short)
    (material / "short.tex").write_text(document(body, packages="booktabs"))
    assert problems(compile_tex(material, "short")) == []


def test_tex_prints_the_numbers_of_the_results(material):
    texts = fields_of((material / "numbers.tex").read_text(encoding="ascii"))
    raw = [path for path in texts if "/raw-" in path and not path.startswith("claim/")]
    body = "\n".join(rf"\typeout{{<{path}>=\modelometrics{{{path}}}<}}" for path in raw)
    (material / "printed.tex").write_text(document(body))
    printed = dict(re.findall(r"^<([^>]+)>=([^<]*)<", compile_tex(material, "printed"), re.M))
    for name in NAMES:
        stored = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        for key, answer in stored["answers"].items():
            for label, estimate in answer["estimates"].items():
                ends = estimate["bounds"] or {"low": estimate["value"], "high": estimate["value"]}
                path = "/".join(map(slug, (name, key, label)))
                found = [float(printed[f"{path}/raw-{end}"]) for end in ("low", "high")]
                assert found == [float(ends["low"]), float(ends["high"])]


def test_a_command_of_its_own_prints_the_same(material):
    own = r"\ParameterScaleCountsSmallHostsChinaMinusUsFound"
    path = "parameter-scale/counts/small-hosts-china-minus-us/found"
    (material / "own.tex").write_text(document(rf"\typeout{{<{own}|\modelometrics{{{path}}}>}} x"))
    assert re.search(r"<1\\,945\s*\|1\\,945\s*>", compile_tex(material, "own"))


def test_a_path_that_does_not_exist_stops_latex_with_its_name(material):
    (material / "typo.tex").write_text(document(r"\modelometrics{parameter-scale/typo/found}"))
    with pytest.raises(AssertionError, match=r"There is no number 'parameter-scale/typo/found'"):
        compile_tex(material, "typo")


def test_the_example_is_a_paper_that_compiles(tmp_path):
    publish_tables(RESULTS, ["parameter_scale"], tmp_path / "material")
    log = compile_tex(tmp_path / "material", "example")
    assert problems(log) == []
    assert "figures/parameter_scale-single.pdf" in log
    assert "Output written on example.pdf" in log


def test_the_paper_of_the_guide_is_figure_one_and_its_table_in_five_minutes(tmp_path):
    """What a reader of the guide types: one command, one file, four lines."""
    guide = (places.bundled() / "docs/guides/write-a-paper.md").read_text(encoding="utf-8")
    (paper,) = re.findall(r"^```latex\n(.*?)^```", guide, re.M | re.S)
    (typed,) = re.findall(r"^```sh\n(.*?)^```", guide, re.M | re.S)
    command = re.findall(r"^```\n(research publish tables (\w+) --out \w+)\n", guide, re.M)
    ((line, name),) = command
    publish_tables(RESULTS, [name], tmp_path / line.rpartition(" ")[2])
    material = tmp_path / "material"
    (material / "paper.tex").write_text(paper)
    assert typed.split("\n")[:-1] == [f"{each} paper" for each in LATEX]
    log = compile_tex(material, "paper")
    assert problems(log) == []
    assert f"figures/{name}.pdf" in log
    assert f"tables/{name}.tex" in log


def test_the_example_shows_a_figure_that_leaves_room_for_text(tmp_path):
    """That of one column, at its own size, only where it is no higher than most of the page."""
    publish_tables(RESULTS, ["over_representation"], tmp_path / "material")
    assert (tmp_path / "material/figures/over_representation-single.pdf").exists()
    log = compile_tex(tmp_path / "material", "example")
    assert problems(log) == []
    assert "figures/over_representation.pdf" in log


def test_hostile_texts_are_printed_and_not_obeyed(tmp_path, monkeypatch):
    def blank(result, folder):
        return figures.save(Figure(), folder / result.analysis)

    monkeypatch.setattr(drawings, "draw", blank)
    record(hostile(), tmp_path / "results")
    publish_tables(tmp_path / "results", [], tmp_path / "material")
    material = tmp_path / "material"
    body = r"\input{tables/hostile}\input{tables/hostile-all}\input{methods/hostile}"
    (material / "all.tex").write_text(document(body))
    for name in ("all", "example"):
        log = compile_tex(material, name)
        assert "(/etc/passwd" not in log
        assert "runsystem" not in log
