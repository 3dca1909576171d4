"""What the tests of the paper material share: a hostile result, TeX, and reading numbers back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from research import Bounds, Estimate, Hypothesis, Interval, Result, TippingPoint, places
from research.results import Answer, Provenance, Robustness, Settled, Specification, Verdict

RESULTS = places.bundled() / "paper" / "results"
HOSTILE = (
    r"\input{/etc/passwd} \write18{x} %_&$#~^ {open ``--'' [1] *2 |<>"
    ' "quoted" \u202ereversed\u202c \U0001f600 智谱 São Tuổi ≥5 α Ω – −1\nsecond line\x00'
)


def hostile() -> Result:
    """A result whose every text tries to be something else than text."""
    estimate = Estimate(
        label=HOSTILE, unit=HOSTILE, reading="superpopulation", bounds=Bounds(-0.2, 0.7),
        interval=Interval(-0.25, 0.8, 0.9, HOSTILE, 1.37), n=18844, n_unit=HOSTILE,
        tipping_points=(TippingPoint(what=HOSTILE, threshold=2.0, sentence=HOSTILE),),
    )  # fmt: skip
    verdict = Verdict(word="inconclusive", phrase="inconclusive")
    specification = Specification(
        label=HOSTILE, choices={}, value=None, bounds=estimate.identified,
        interval=estimate.interval, verdict=verdict,
    )  # fmt: skip
    answer = Answer(
        estimand={}, choices={}, population=HOSTILE, as_of=HOSTILE, estimates={HOSTILE: estimate},
        verdicts={HOSTILE: verdict}, specifications=(specification,),
        robustness={
            HOSTILE: Robustness(same_verdict=1, specifications=1, skipped=0, low=-0.2, high=1.0)
        },
    )  # fmt: skip
    hypothesis = Hypothesis(
        estimand=HOSTILE, null=0.5, alternative="different", role="reanalysis", null_source=HOSTILE
    )
    return Result(
        analysis="hostile", title=HOSTILE, about=HOSTILE, choices={HOSTILE: (HOSTILE, 2)},
        hypotheses={HOSTILE: hypothesis}, answers={HOSTILE: answer},
        settled=(Settled(claim=HOSTILE, word="not testable", reason=HOSTILE, reference=HOSTILE),),
        provenance=Provenance(
            seed=1, tables={HOSTILE: {"dataset": "tenthe", "version": "2025-04-24", "hash": ""}}
        ),
    )  # fmt: skip


def need_tex() -> None:
    """Skip where there is no TeX; in continuous integration that is a failure."""
    if shutil.which("pdflatex") and shutil.which("bibtex"):
        return
    reason = "needs pdflatex and bibtex: install texlive-latex-base and texlive-latex-recommended"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def compile_tex(folder: Path, name: str) -> str:
    """Compile a document as an author would and return the log of the last run."""
    need_tex()
    latex = ("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", name)
    for command in (latex, ("bibtex", name), latex, latex):
        done = subprocess.run(
            command, cwd=folder, capture_output=True, check=False, timeout=120,
            env=os.environ | {"max_print_line": "100000"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout.decode(errors="replace")[-3000:]
    return (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def document(body: str, *, packages: str = "booktabs,longtable,graphicx") -> str:
    return "\n".join([
        r"\documentclass[11pt]{article}", rf"\usepackage{{{packages}}}",
        r"\usepackage[numbers]{natbib}", r"\usepackage[hyphens]{url}", r"\input{numbers}",
        r"\begin{document}", body, r"\nocite{*}", r"\bibliographystyle{plainnat}",
        r"\bibliography{references}", r"\end{document}",
    ])  # fmt: skip


def fields_of(numbers: str) -> dict[str, str]:
    """Every path of ``numbers.tex`` with its text, as a reader without TeX sees it."""
    rows = re.findall(
        r"^\\modelometrics@(?:number|named\{\\[A-Za-z]+\})\{([^{}]+)\}\{(.*)\}$", numbers, re.M
    )
    assert len(rows) == len(dict(rows))
    return dict(rows)
