"""The claims and the analyses with their verdicts, as the committed results have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from prose import ROOT, plain, table

from research import datasets, figures
from research.analysis import Analysis, analyses, find, recorded
from research.publish.claims import ClaimAnswer, answer_claims
from research.publish.drawing import drawn
from research.results import Result
from research.wording import one_line

AGREE = "*Agree*: specifications with the same verdict, of all that could be estimated."


@cache
def results() -> dict[str, Result]:
    """Every committed result by the name of its analysis."""
    return {name: recorded(name, ROOT / "paper" / "results") for name in analyses()}


def pages() -> Iterator[tuple[str, str | bytes]]:
    """The pages and figures, each with its place in the site."""
    answers = answer_claims(results().values())
    yield "claims.md", _claims(answers)
    yield "analyses/index.md", _index()
    for name, result in results().items():
        yield f"analyses/{name}.md", _analysis(find(name), result)
        yield f"analyses/{name}.svg", _drawn(find(name), result)


def _claims(answers: Sequence[ClaimAnswer]) -> str:
    rows = [
        (
            f"{plain(answer.claim['claim'])}<br><small>{plain(answer.id)}</small>",
            f"**{plain(answer.word)}**",
            plain(answer.why),
            "<br>".join(f"{scope}, {days} days" for scope, days in answer.nearness),
            ", ".join(f"[{name}](analyses/{name}.md)" for name in _analyses_of(answer)),
        )
        for answer in answers
    ]
    return (
        "# Claims and verdicts\n\n"
        f"All {len(rows)} claims of the dataset [published_claims](datasets/published_claims.md), "
        "with the estimate that is nearest to each. The words are explained in "
        "[concepts](concepts.md#the-verdict), and in plain words in the [questions](faq.md). "
        "*Distance* says what the nearest data differ in, and by how many days.\n\n"
        + table(
            ("claim", "verdict", "estimate, and what would overturn it", "distance", "analysis"),
            rows,
        )
    )


def _analyses_of(answer: ClaimAnswer) -> list[str]:
    if answer.judged:
        return answer.analyses
    return [name for name, r in results().items() if answer.settled in r.settled]


def _index() -> str:
    rows = [
        (f"[{name}]({name}.md)", plain(result.title), _words(result))
        for name, result in results().items()
    ]
    return (
        "# Analyses\n\nOne file for each question. Each page has the figure, every verdict, the "
        "choices and the data, from the committed results.\n\n"
        + table(("analysis", "question", "verdicts"), rows)
    )


def _words(result: Result) -> str:
    """How often each verdict word occurs."""
    said: dict[str, int] = {}
    for answer in result.answers.values():
        for verdict in answer.verdicts.values():
            said[verdict.word] = said.get(verdict.word, 0) + 1
    for settled in result.settled:
        said[settled.word] = said.get(settled.word, 0) + 1
    return ", ".join(f"{times} {word}" for word, times in said.items())


def _analysis(analysis: Analysis, result: Result) -> str:
    name = result.analysis
    return "\n\n".join(
        part
        for part in (
            f"---\ntitle: {name}\n---",
            f"# {plain(result.title)}",
            plain(result.about),
            f"```\nresearch run {name}\nresearch explain {name}\n```",
            f"![Figure of {name}; its numbers are in the table]({name}.svg)",
            "## Verdicts",
            table(("estimate", "verdict", "agree"), _verdicts(result)),
            AGREE,
            _settled(result),
            "## Claims\n\n" + _claimed(analysis) if analysis.claims else "",
            "## Choices\n\n" + _choices(analysis) if analysis.choices else "",
            "## Data\n\n" + _data(result),
            f"File: `analyses/{name}.py`. Result: `paper/results/{name}.json`.",
        )
        if part
    )


def _verdicts(result: Result) -> Iterator[Sequence[str]]:
    for key, answer in result.answers.items():
        if answer.refused:
            yield plain(key), f"cannot be estimated: {plain(answer.refused)}", ""
        for label, verdict in answer.verdicts.items():
            same = answer.robustness[label]
            question = "" if key == "answer" else f"*{plain(key)}*: "
            estimate = question + plain(one_line(answer.estimates[label]))
            agree = f"{same.same_verdict} of {same.specifications}"
            yield estimate, f"**{plain(verdict.phrase)}**", agree


def _settled(result: Result) -> str:
    rows = [(plain(s.claim), f"**{plain(s.word)}**", plain(s.reason)) for s in result.settled]
    return table(("claim", "answer", "reason"), rows) if rows else ""


@cache
def _claim_texts() -> dict[str, str]:
    claims = datasets.load("published_claims")
    return dict(zip(claims["claim_id"], claims["claim"], strict=True))


def _claimed(analysis: Analysis) -> str:
    rows = [(f"`{claim}`", plain(_claim_texts()[claim])) for claim in analysis.claims]
    return table(("claim", "what it says"), rows)


def _choices(analysis: Analysis) -> str:
    rows = [
        (
            f"`{choice.name}`",
            "changes the question" if choice.is_estimand else "analytic",
            "; ".join(plain(value) for value in choice.values),
        )
        for choice in analysis.choices
    ]
    return table(("choice", "kind", "values, the default first"), rows)


def _data(result: Result) -> str:
    rows = [
        (f"`{name}`", f"[{o['dataset']}](../datasets/{o['dataset']}.md)", plain(o["version"]))
        for name, o in result.provenance.tables.items()
    ]
    return table(("table", "dataset", "version"), rows)


def _drawn(analysis: Analysis, result: Result) -> bytes:
    with figures.theme():
        (picture,) = figures.printed(drawn(result, analysis), "svg")
    return picture
