"""What an analysis file may declare, and what the runner makes of it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from research import Result, places
from research.analysis import find, record, recorded, run
from research.analysis.running import fingerprint
from research.results import ResearchError

TOY = '''
"""Is the US ahead?

More about it.
"""
from typing import Annotated, Literal
from research import ESTIMAND, CannotEstimate, Estimate, Hypothesis, NotApplicable, Sample

HYPOTHESES = {
    "share": Hypothesis(claims=["tenthe/country-lead"], estimand="US share", null=0.2,
                        alternative="greater", role="reanalysis"),
}

def sample(tenthe_countries, *,
           unit: Annotated[Literal["addresses", "countries"], ESTIMAND] = "addresses",
           top: Literal[20, 10, 5, 1] = 20,
           spelling: Literal["long", "short"] = "long") -> Sample:
    if top == 1 and spelling == "short":
        raise NotApplicable("one country has no spelling")
    frame = tenthe_countries.nlargest(top, "discovered_ips")
    return Sample(population="the listed countries", as_of="2025-04-24",
                  data={"frame": frame, "unit": unit}, tables={"countries": frame.head(2)})

def estimate(sample, *, noise: Literal["none", "some"] = "none", rng):
    if len(sample["frame"]) == 5:
        raise CannotEstimate("five is too few")
    frame = sample["frame"]
    weight = frame["discovered_ips"] if sample["unit"] == "addresses" else frame["rank"] ** 0
    value = float((weight * (frame["country"] == "US")).sum() / weight.sum())
    value += rng.uniform(0, 0.001) if noise == "some" else 0
    return Estimate(label="share", unit="share", reading="finite population", value=value)
'''


@pytest.fixture
def toy(tmp_path):
    def write(text: str = TOY, name: str = "toy.py"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text).strip() + "\n")
        return str(path)

    return write


def test_the_signature_declares_tables_choices_and_question(toy):
    analysis = find(toy())
    assert analysis.tables == ("tenthe_countries",)
    assert analysis.title == "Is the US ahead?"
    assert analysis.about == "More about it."
    assert [(c.name, c.values, c.is_estimand) for c in analysis.choices] == [
        ("unit", ("addresses", "countries"), True),
        ("top", (20, 10, 5, 1), False),
        ("spelling", ("long", "short"), False),
        ("noise", ("none", "some"), False),
    ]


def test_a_file_is_read_as_it_stands_and_nothing_is_left_beside_it(toy, monkeypatch):
    """Even where it was changed within a second and is as long as before."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    for title in ("Is the US ahead?", "Is the UK ahead?"):
        path = Path(toy(TOY.replace("Is the US ahead?", title)))
        os.utime(path, (1e9, 1e9))
        assert find(str(path)).title == title
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_estimand_choices_make_answers_and_analytic_ones_a_multiverse(toy):
    result = run(find(toy()))
    assert list(result.answers) == ["addresses", "countries"]
    answer = result.answer(unit="addresses")
    # 4 x 2 x 2 = 16 combinations; spelling changes no data, so it counts once; top=5 cannot be
    # estimated (4) and one spelling of top=1 makes no sense (2).
    assert len(answer.specifications) == 6
    assert len(answer.skipped) == 4 + 2
    assert {s.reason for s in answer.skipped} == {"five is too few", "one country has no spelling"}
    covered = sum(1 + len(s.equal) for s in answer.specifications) + len(answer.skipped)
    assert covered == 16


def test_primary_specification_is_the_default_and_is_judged(toy):
    answer = run(find(toy())).answer(unit="addresses")
    assert answer.choices == {"top": 20, "spelling": "long", "noise": "none"}
    assert answer.verdicts["share"].word == "supported"
    robustness = answer.robustness["share"]
    assert (robustness.same_verdict, robustness.specifications) == (6, 6)
    assert robustness.low == answer.estimates["share"].value


def test_fixed_choices_move_the_primary_specification_and_keep_the_multiverse(toy):
    analysis = find(toy())
    moved = run(analysis, fixed={"top": "10", "unit": "countries"})
    assert list(moved.answers) == ["countries"]
    assert moved.answers["countries"].choices["top"] == 10
    assert len(moved.answers["countries"].specifications) == 6


def test_without_the_multiverse_the_primary_estimates_are_the_same(toy):
    whole, alone = run(find(toy())), run(find(toy()), multiverse=False)
    assert alone.answers.keys() == whole.answers.keys()
    for key, answer in alone.answers.items():
        assert answer.estimates == whole.answers[key].estimates
        assert answer.verdicts == whole.answers[key].verdicts
        assert len(answer.specifications) == 1 < len(whole.answers[key].specifications)
    moved = run(find(toy()), fixed={"top": 10}, multiverse=False)
    assert moved.answer().choices["top"] == 10
    assert moved.answer().estimates != whole.answer().estimates


def test_each_specification_has_its_own_generator(toy):
    def noisy(result: Result, top: int) -> float:
        rows = result.answer(unit="addresses").specifications
        return next(
            r.value for r in rows if r.choices["noise"] == "some" and r.choices["top"] == top
        )

    before = run(find(toy()))
    after = run(find(toy(TOY.replace("[20, 10, 5, 1]", "[20, 15, 10, 5, 1]"))))
    assert noisy(before, 10) == noisy(after, 10)
    assert noisy(before, 20) != noisy(run(find(toy()), seed=1), 20)


def test_provenance_names_every_table_with_its_hash(toy):
    origin = run(find(toy())).provenance.tables["tenthe_countries"]
    assert origin["dataset"] == "tenthe"
    assert origin["version"] == "2025-04-24"
    assert origin["hash"].startswith("sha256:")


def test_recorded_and_read_back_is_the_same_result(toy, tmp_path):
    result = run(find(toy()))
    path = record(result, tmp_path / "results")
    back = recorded("toy", tmp_path / "results")
    assert back.to_json() == path.read_text() == result.to_json()
    assert back.answers.keys() == result.answers.keys()
    with pytest.raises(ResearchError, match=r"No result of 'other' in .* Run: research reproduce"):
        recorded("other", tmp_path)


SETTLED = """
from research import Settled
SETTLED = [Settled(claim="toy/share", word="not testable", reason="no threshold: {share} of them.")]
"""


def test_a_reason_says_what_can_be_computed(toy):
    result = run(find(toy(TOY + SETTLED)))
    value = result.answer().estimates["share"].value
    (settled,) = result.settled
    assert settled.reason == f"no threshold: {100 * value:.1f}\u00a0% of them."


def test_a_reason_cannot_name_an_estimate_that_is_never_made(toy):
    wrong = SETTLED.replace("{share}", "{sahre}")
    with pytest.raises(ResearchError, match=r"SETTLED has 'sahre', but .* It makes: share"):
        run(find(toy(TOY + wrong)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("top: Literal[20, 10, 5, 1] = 20", "top: Literal[20, 10] = 5",
         r"toy.py: the choice 'top' of sample\(\) must be annotated .* to one of its values"),
        ("top: Literal[20, 10, 5, 1] = 20", "top: int = 20", "must be annotated with Literal"),
        ("def estimate", "def guess", "is not an analysis: it lacks estimate"),
        ('"share": Hyp', '"sahre": Hyp', "HYPOTHESES has 'sahre', but .* It makes: share"),
        ("tenthe_countries, *", "tenthe_country, *", "Did you mean 'tenthe_countries'"),
        ('frame["rank"]', 'frame["rnk"]', r"toy.py, line 27: KeyError: 'rnk' \(with .*countries"),
        ("HYPOTHESES = {", "HYPOTHESES = {{", r"toy.py, line \d+: SyntaxError"),
        ("import ESTIMAND", "import ESTIMATE", r"toy.py, line 6: ImportError"),
    ],
)  # fmt: skip
def test_mistakes_in_an_analysis_are_told_with_file_and_remedy(toy, old, new, message):
    assert old in TOY
    with pytest.raises(ResearchError, match=message):
        run(find(toy(TOY.replace(old, new))))


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ({"tpo": "10"}, r"no choice in toy named 'tpo'. Did you mean 'top'\?"),
        ({"top": "11"}, r"no value of toy's choice 'top' named '11'. .*Known: 1, 10, 20, 5"),
    ],
)
def test_unknown_choices_and_values_are_refused(toy, fixed, message):
    with pytest.raises(ResearchError, match=message):
        run(find(toy()), fixed=fixed)


def test_unknown_analysis_lists_and_guesses():
    with pytest.raises(ResearchError, match=r"Did you mean 'parameter_scale'"):
        find("parameter_scal")
    with pytest.raises(ResearchError, match="There is no analysis file"):
        find("./nothing.py")


def test_the_analysis_in_the_contributing_guide_runs(tmp_path):
    guide = (places.bundled() / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = guide.split("```python\n")[1].split("```")[0]
    assert len(code.splitlines()) <= 40
    path = tmp_path / "japan.py"
    path.write_text(code)
    result = run(find(str(path)))
    assert [answer.verdicts[label].word for answer in result.answers.values()
            for label in answer.verdicts] == ["holds", "holds"]  # fmt: skip
    assert all(len(answer.specifications) == 1 for answer in result.answers.values())


def test_specifications_that_differ_by_rounding_count_once(toy):
    text = TOY.replace('Literal["none", "some"] = "none", rng', 'Literal["none", "some"] = "none"')
    text = text.replace("rng.uniform(0, 0.001)", "1e-15")
    answer = run(find(toy(text))).answer(unit="addresses")
    assert answer.robustness["share"].specifications == len({20, 10, 1})


@pytest.mark.parametrize("dtype", ["str", "object"])
def test_samples_are_one_where_their_texts_are(dtype):
    models = pd.DataFrame({"task": ["text", None, "text"]}, dtype=dtype)
    others = models.iloc[[1, 0, 2]].reset_index(drop=True), models.fillna(""), models.head(2)
    assert fingerprint(models) == fingerprint(models.copy())
    assert len({fingerprint(each) for each in (models, *others)}) == 4


def test_only_the_primary_specification_is_told(toy, capfd):
    text = TOY.replace("NotApplicable, Sample", "NotApplicable, Sample, TippingPoint")
    text = text.replace("from typing", "from research.results import deferred\nfrom typing", 1)
    text = text.replace(
        "tables={", "deferred={'what': lambda: print('told of', top) or 'hosts'}, tables={"
    )
    text = text.replace("value=value)", "value=value, tipping_points=lost(sample, value))")
    text += """
@deferred
def lost(sample, value):
    yield TippingPoint(what=sample["what"], threshold=value, sentence=sample["what"])
"""
    answer = run(find(toy(text))).answer(unit="addresses")
    assert answer.estimates["share"].tipping_points[0].what == "hosts"
    assert capfd.readouterr().out.split("\n") == ["told of 20"] * 2 + [""]  # one a question
    assert len(answer.specifications) == len(run(find(toy())).answer().specifications)


def test_what_is_deferred_is_checked_when_it_is_made(toy):
    text = TOY.replace("value=value)", "value=value, budget=Deferred(lambda: ['no row']))")
    text = text.replace("from typing", "from research.results import Deferred\nfrom typing", 1)
    with pytest.raises(ResearchError, match="'budget' should be of the type BudgetRow"):
        run(find(toy(text)))


def test_other_specifications_are_estimated_as_far_as_they_are_judged(toy, capfd):
    text = TOY.replace("return Estimate", "yield Estimate")
    text += "    print('further')\n    yield Estimate(label='further', unit='share', value=0.1)\n"
    answer = run(find(toy(text))).answer(unit="addresses")
    assert list(answer.estimates) == ["share", "further"]
    assert capfd.readouterr().out.split() == ["further"] * 2  # one a question
    assert answer.specifications == run(find(toy())).answer().specifications


def test_a_library_that_fails_below_an_estimator_is_named_with_its_version(toy, monkeypatch):
    from research.estimators.association import ranks

    monkeypatch.setattr(ranks.stats, "rankdata", lambda *_: np.broadcast_shapes((2,), (3,)))
    imported = "from research.estimators.association import spearman\nfrom research import"
    text = TOY.replace("from research import", imported, 1)
    text = text.replace("    value += ", "    spearman([1, 2, 3], [1, 3, 2])\n    value += ", 1)
    named = rf"ValueError: .*numpy {np.__version__} stopped in research.estimators"
    with pytest.raises(ResearchError, match=rf"toy.py, line \d+: {named}"):
        run(find(toy(text)))


def test_the_question_is_the_same_where_python_drops_docstrings(toy):
    asked = "import sys; from research.analysis import find; print(find(sys.argv[1]).title)"
    told = subprocess.run(
        [sys.executable, "-OO", "-c", asked, toy()], capture_output=True, text=True, check=True
    )
    assert told.stdout == "Is the US ahead?\n"
