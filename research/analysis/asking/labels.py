"""How results of questions, and their estimates, are called; what a figure knows them by."""

from __future__ import annotations

import re

from research.results import Result

PREFIX = "ask_"  # of the names of results
SHARE = "share of {}"  # of what is counted
TOP = 10  # values that are ranked where nothing else is said
KIND, RANK = "{}: share of {}", "{}: rank by {}"  # of one value of an attribute
OTHERWISE = "counted otherwise"  # the table of what other conventions give
OF_HOMES = ("sentence_transformers", "persons")  # choices of whom a model belongs to
LABEL = re.compile(  # as :attr:`Question.label` composes it
    r"(?P<share>share of )?(?P<weighs>\w+)(?: (?P<how>over|minus) share of (?P<other>\w+))?"
    r", (?P<of>.+?)(?: minus (?P<minus>.+?))?(?:, among (?P<among>.+))?"
)
IN_TEXT = {"US": "the US", "GB": "the United Kingdom", "NL": "the Netherlands"}


def is_asked(result: Result) -> bool:
    """Whether a result answers a question that has no file."""
    return result.analysis.startswith(PREFIX) and not result.path


def in_a_sentence(label: str) -> str:
    """The label of what was asked as the subject of a sentence, which names publishers.

    >>> in_a_sentence("share of downloads, origin CN minus origin US, among task fill-mask")
    'the share of downloads of publishers in China minus that of publishers in the US, among \
models with task fill-mask,'
    >>> in_a_sentence("share of downloads over share of pulls, family qwen3")
    'the share of models with family qwen3 in downloads over that in pulls'
    """
    match = LABEL.fullmatch(label)
    if not match:
        return label
    of, weighs = _who(match["of"]), match["weighs"]
    if match["other"]:
        text = f"the share of {of} in {weighs} {match['how']} that in {match['other']}"
    else:
        text = f"the {match['share'] or 'number of '}{weighs} of {of}"
        text += f" minus that of {_who(match['minus'])}" if match["minus"] else ""
        text = text.replace("hosts of hosts in", "hosts in")
    return text + (f", among {_who(match['among'])}," if match["among"] else "")


def counts_no_users(label: str) -> str:
    """That what is counted is no count of users.

    >>> counts_no_users("share of catalogue minus share of pulls, origin US")
    'Downloads and pulls are not users.'
    """
    match = LABEL.fullmatch(label)
    names = [match["weighs"], match["other"]] if match else label.split(",")[0].split()[-1:]
    counted = ["downloads" if name == "catalogue" else name for name in names if name]
    return f"{' and '.join(counted).capitalize()} are not users."


def _who(condition: str) -> str:
    """Whose the models are, where that is all that a condition says; else what they are."""
    from research.collect import country_names

    match = re.fullmatch(r"(origin|country) (\S+(?: or \S+)*)", condition)
    if not match:
        return f"models with {condition}"
    codes = match[2].split(" or ")
    named = (IN_TEXT.get(code) or country_names.name(code) for code in codes)
    whose = "publishers" if match[1] == "origin" else "hosts"
    return f"{whose} in {' or '.join(named)}"
