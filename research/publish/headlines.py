"""The headlines of the first screen. Numbers come from results by path; a fact that the text
states in words is checked, so that a changed result stops the page instead of falsifying it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from research.results import Answer, Bounds, Estimate, ResearchError, Result
from research.wording import amount, number, percent, region, sensitivity

CLASSES = ("small", "medium", "large", "extra-large")
GAP = "share of downloads, China minus US"
LIST, CATALOGUE = "top 1,000, 2026-06-11", "LLM catalogue, 2026-10-05"
TAGS = "Chinese-origin share of the ten leading tags"
ODDS = "odds ratio, US to China"
OF_ANY_ORIGIN = "the same over all models, those of one channel alone of any origin"


@dataclass(frozen=True)
class Headline:
    """A headline, its evidence in two or three sentences, and the claims that it is about.

    A question of this project stands for them where nobody claimed it.
    """

    headline: str
    text: str
    claims: tuple[str, ...]


def headlines(results: Sequence[Result]) -> list[Headline]:
    """What changes what one may believe."""
    by_name = {result.analysis: result for result in results}
    return [
        _representation(by_name["over_representation"]),
        _sizes(by_name["parameter_scale"], by_name["size_by_origin"]),
        _downloads(by_name["chinese_origin_downloads"]),
        _block(by_name["chinese_origin_deployments"]),
    ]


def stated(fact: bool, words: str) -> None:
    """Stop where a result no longer bears out what a headline says in words."""
    if not fact:
        raise ResearchError(
            f"A headline says that {words}; the results say so no longer. Rewrite it in "
            "research/publish/headlines.py."
        )


def _text(estimate: Estimate) -> str:
    return amount(estimate.identified, estimate.unit)


def _representation(result: Result) -> Headline:
    answer = result.answer(channels="pulls, catalogue")
    estimates = answer.estimates
    odds, anywhere = estimates[ODDS], estimates[OF_ANY_ORIGIN].identified
    carries = next(row for row in odds.budget if row.source == "one organisation left out")
    stated(answer.verdicts[ODDS].word == "holds", "US models are pulled more for their downloads")
    stated(carries.detail.endswith("without Alibaba"), "one company carries the odds ratio")
    stated(anywhere.low < 1 < anywhere.high, "the odds ratio over all models is not identified")
    china, us = (
        f"{percent(estimates[f'{name}: share of downloads'].identified.low)} of the downloads and "
        f"{_text(estimates[f'{name}: share of pulls'])} of a month's pulls"
        for name in ("China", "United States")
    )
    return Headline(
        headline="What is downloaded is not what is pulled: US models are pulled more",
        text=(
            f"Over the {number(odds.n, 0)} families that the Ollama library and a catalogue of the "
            f"Hub both hold, publishers in China have {china}, those in the United States {us}. "
            f"The odds ratio is {_text(odds)}; without Alibaba, the publisher of Qwen, it is "
            f"{amount(Bounds(carries.low, carries.low), odds.unit)} at the best guess of each "
            "value. If the other models of both channels may be of any origin, it is not "
            "identified."
        ),
        claims=(result.analysis,),
    )


def _sizes(result: Result, by_origin: Result) -> Headline:
    shares, counts = result.answer(quantity="shares"), result.answer(quantity="counts")
    label = "{}: share of hosts, China minus US".format
    small, extra_large = (_text(shares.estimates[label(n)]) for n in ("small", "extra-large"))
    words = {name: shares.verdicts[label(name)].word for name in CLASSES}
    stated(
        all(verdict.word == "supported" for verdict in counts.verdicts.values()),
        "all four comparisons of sizes are right as counts",
    )
    stated(
        words == dict(zip(CLASSES, ("holds", "not identified", "not identified", "holds"),
                          strict=True)),
        "the sign of the share is known for small and extra-large models alone",
    )  # fmt: skip
    return Headline(
        headline="Hosts by model size: the counts are right, two of four shares cannot be told",
        text=(
            "China has more hosts with small, large and extra-large models, the United States more "
            "with medium ones. As shares of the hosts with a model of known size two of the four "
            f"keep their sign, if every host counts: China is ahead by {small} "
            f"for small models and by {extra_large} for "
            "extra-large ones. For medium and large models the published tables cannot tell. "
            + _sizes_downloaded(by_origin)
        ),
        claims=("tenthe/china-more-small", "tenthe/us-more-medium", "tenthe/china-more-large",
                "tenthe/china-more-extra-large"),
    )  # fmt: skip


def _sizes_downloaded(result: Result) -> str:
    leads = [
        result.answers["catalogue, 2026-10"].estimates[f"{name}: share, China minus US"]
        for name in CLASSES
    ]
    stated(
        [lead.identified.low > 0 for lead in leads] == [True, True, False, True]
        and leads[2].identified.high < 0,
        "publishers in China are ahead in downloads of all classes but large models",
    )
    return (
        "Downloads do not follow the hosts: in a catalogue of October 2026 publishers in China are "
        f"ahead by {_text(leads[1])} for medium models too, and those in the United States for "
        "large ones alone, if private persons count for neither."
    )


def _downloads(result: Result) -> Headline:
    top, catalogue = result.answers[LIST], result.answers[CATALOGUE]
    stated(top.estimates[GAP].identified.high < 0, "the US is ahead among the most downloaded")
    stated(catalogue.estimates[GAP].identified.low > 0, "China is ahead in the catalogue")
    stated(_one_decides(catalogue), "leaving out one organisation reverses the catalogue's sign")
    return Headline(
        headline="Who is downloaded more: it depends on the list",
        text=(
            "China minus the United States, as a share of downloads, is "
            f"{_text(top.estimates[GAP])} among the 1,000 most downloaded models and "
            f"{_text(catalogue.estimates[GAP])} in a catalogue of language models. One company "
            "decides the second: without it the sign turns. No data here hold the population of "
            "the published shares, so that these are neither supported nor contradicted."
        ),
        claims=("tuoitre/china-over-us-downloads",),
    )


def _one_decides(answer: Answer) -> bool:
    rows = [
        row for row in answer.estimates[GAP].budget if row.source == "one organisation left out"
    ]
    return len(rows) == 1 and rows[0].low < 0


def _block(result: Result) -> Headline:
    answer = result.answer(unit="tag-host pairs")
    share = answer.estimates[TAGS]
    null = result.hypotheses[TAGS].null
    block = next(row for row in share.budget if row.source == "the five-tag block")
    turns = sensitivity(share.tipping_points[0])
    stated(turns.startswith("lost if "), "clones within the block turn the verdict on tags")
    clones = turns.removeprefix("lost if ").replace("were clones", "are taken for clones")
    stated(share.identified.low > null, "Chinese-origin tags are above an even share")
    stated(block.low < null, "without the block Chinese-origin tags are below an even share")
    return Headline(
        headline="Chinese tags among deployments: one block of look-alike hosts decides",
        text=(
            f"Chinese-origin tags make up {_text(share)} of the pairs of a host and one of the ten "
            "leading tags. Some of the hosts look like copies of one another, all with the same "
            "five tags. Without that block the share is "
            f"{amount(Bounds(block.low, block.low), share.unit)}, below an even share of "
            f"{region(result.hypotheses[TAGS], share.unit).removeprefix('more than ')}, and the "
            f"verdict turns; it already does once {clones}."
        ),
        claims=("tenthe/chinese-tags-strong", "tenthe/top-tags"),
    )
