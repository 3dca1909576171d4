"""Questions on the command line: of a channel, without an analysis of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from research.analysis.asking.labels import TOP
from research.cli.analyses import EXAMPLES, Data, Kept, pair, pairs, written_to
from research.cli.printing import (
    AsJson,
    print_json,
    print_quotable,
    print_results,
    print_rows,
    print_terms,
    print_written,
    progress_of_each,
    write,
)
from research.results import ResearchError

if TYPE_CHECKING:
    from research.analysis.asking.telling import Told
    from research.results import Answer, Result

SOME = 30  # values that are printed; a script gets all


def complete_channel(typed: str) -> list[str]:
    """Names of channels for the shell."""
    from research.measures.known_channels import CHANNELS

    return [name for name in CHANNELS if name.startswith(typed)]


def _conditions(text: str) -> Any:
    return typer.Option(metavar="ATTRIBUTE=VALUE", help=text)


def ask(
    channels: Annotated[
        list[str] | None,
        typer.Argument(
            help="downloads, catalogue, pulls, tokens, hosts or listings; two side by side.",
            autocompletion=complete_channel,
        ),
    ] = None,
    share: Annotated[
        list[str] | None, _conditions("Whose share? The same attribute again: either value.")
    ] = None,
    minus: Annotated[list[str] | None, _conditions("Less the share of these.")] = None,
    total: Annotated[
        list[str] | None,
        typer.Option("--sum", metavar="ATTRIBUTE=VALUE", help="Whose amount, in place of a share?"),
    ] = None,
    rank: Annotated[
        str, typer.Option(metavar="ATTRIBUTE", help="Which values of it have most?")
    ] = "",
    top: Annotated[int, typer.Option(help="How many of these.")] = TOP,
    among: Annotated[list[str] | None, _conditions("Of which whole? By default of all.")] = None,
    over: Annotated[
        str, typer.Option(metavar="time", help="On all days whose counts compare.")
    ] = "",
    on: Annotated[
        str, typer.Option(metavar="DAY", help="A day or a month (its last day): 2026-06.")
    ] = "",
    window: Annotated[
        str, typer.Option(metavar="DAYS", help="Of pulls: the days counted, or all.")
    ] = "",
    ratio: Annotated[
        bool, typer.Option("--ratio", help="The first of two channels over the second.")
    ] = False,
    more_than: Annotated[
        str, typer.Option(metavar="NUMBER", help="A verdict: is it more than 0.41, or 41%?")
    ] = "",
    less_than: Annotated[str, typer.Option(metavar="NUMBER", help="A verdict: is it less?")] = "",
    values: Annotated[
        str, typer.Option(metavar="ATTRIBUTE", help="List its values, and answer nothing.")
    ] = "",
    choose: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="CHOICE=VALUE", help="Another value of a channel's choice."),
    ] = None,
    data: Data = None,
    out: Kept = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a share, a difference, a ratio or a rank, on a day or over time, without a file.

    The answer is a set: all that the data allow. With it come what each doubt alone gives, what
    would overturn the verdict, and the figure (--out).

    \b
    research ask                                   what can be asked about
    research ask downloads                         what the downloads tell, and on which days
    research ask downloads --values origin         the values that occur
    research ask downloads --share origin=CN --minus origin=US --over time
    research ask pulls --share family=qwen3 --on 2026-06 --window 90
    research ask downloads pulls --share origin=US --ratio
    research ask downloads --rank organisation --among licence=apache-2.0 --on 2026-06-11
    research ask downloads --share origin=CN --more-than 0.41 --data hub_history=mine
    """
    chosen, named = pairs("--data", data), channels or []
    asked = {"share": share, "minus": minus, "total": total, "among": among}
    question = {
        name: conditions(f"--{'sum' if name == 'total' else name}", given)
        for name, given in asked.items()
    }
    asks = bool(rank or any(question[name] for name in ("share", "minus", "total")))
    further = {
        "--among": among, "--over": over, "--ratio": ratio, "--more-than": more_than,
        "--less-than": less_than, "--set": choose, "--out": out, "--top": top != TOP,
    }  # fmt: skip
    if values or not asks:
        _refuse_unasked(
            values, asks, further if values else further | {"--on": on, "--window": window}
        )
        _tell(named, values, on, _days(window), chosen, as_json)
        return
    with written_to(out, "research ask") as keep, progress_of_each() as begin:
        done = begin("ask", None)
        result = _answered(
            named,
            {
                **question, "rank": rank, "top": top, "over": over, "on": on,
                "window": _days(window), "ratio": ratio,
                "more_than": _threshold("--more-than", more_than, is_amount=bool(total)),
                "less_than": _threshold("--less-than", less_than, is_amount=bool(total)),
                "data": chosen, "done": lambda: done("ask"),
            },
            pairs("--set", choose),
        )  # fmt: skip
        keep(result)
    if as_json:
        print_json(json.loads(result.to_json()))
    else:
        _print(result)
        print_written(out, [result])


def _answered(
    channels: list[str], question: Mapping[str, Any], choices: Mapping[str, Any]
) -> Result:
    from research.analysis.asking import ask as answer

    if taken := sorted(set(question) & set(choices)):
        raise ResearchError(f"--set changes a choice of a channel, and '{taken[0]}' is none.")
    return answer(*channels, **question, **choices)


# What is typed ------------------------------------------------------------------------------------


def conditions(option: str, texts: Iterable[str] | None) -> dict[str, list[str]] | None:
    """ATTRIBUTE=VALUE options as a condition: of one attribute any value will do.

    >>> conditions("--share", ["origin=CN", "origin=HK"])
    {'origin': ['CN', 'HK']}
    """
    condition: dict[str, list[str]] = {}
    for text in texts or ():
        name, value = pair(option, text, "ATTRIBUTE=VALUE")
        condition.setdefault(name, []).append(value)
    return condition or None


def _refuse_unasked(values: str, asks: bool, further: Mapping[str, object]) -> None:
    """Stop where options belong to a question and none is asked, or values are listed instead."""
    given = [name for name, value in further.items() if value]
    if values and (asks or given):
        named = given[0] if given else "--share, --sum or --rank"
        raise ResearchError(
            f"--values lists what occurs and answers nothing: leave out {named}, or --values."
        )
    if given:
        raise ResearchError(
            f"{given[0]} belongs to a question, and none is asked: add --share, --sum or --rank. "
            f"Example: {EXAMPLES['--share']}"
        )


def _threshold(option: str, text: str, *, is_amount: bool) -> float | None:
    """A number, or a percentage as the share that it is."""
    if not text:
        return None
    plain = text.strip()
    if is_amount and plain.endswith("%"):
        raise ResearchError(
            f"{option} of a sum wants an amount such as 500000, found '{text}'. To compare a part "
            "of the whole, ask for it by --share."
        )
    try:
        value = float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        value = float("nan")
    if value - value != 0:  # neither a text nor infinity is a threshold
        raise ResearchError(f"{option} wants a number such as 0.41 or 41%, found '{text}'.")
    return value


def _days(text: str) -> Any:
    """A window as a question takes it."""
    if text in ("", "all"):
        return text or None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ResearchError(f"--window wants a number of days or all, found '{text}'.")
    return int(text)


# What is printed ----------------------------------------------------------------------------------


def _tell(
    channels: list[str], attribute: str, on: str, window: Any, data: dict[str, str], as_json: bool
) -> None:
    """The channels, what one of them tells, or the values of one attribute."""
    from research.analysis.asking import channels as known

    listing = known(data)
    if attribute and len(channels) != 1:
        raise ResearchError("--values lists what occurs in one channel: name it.")
    if attribute:
        _print_values(listing[channels[0]], attribute, on, window, as_json)
        return
    overviews = [listing[name] for name in channels] or list(listing)
    if as_json:
        print_json([_plain(each) for each in overviews])
        return
    for each in overviews:
        _print_channel(each, whole=bool(channels))
    name = overviews[0].name
    by = "origin" if "origin" in overviews[0].attributes else next(iter(overviews[0].attributes))
    write()
    write(f"Ask, for example: research ask {name} --share {by}=CN. All options: --help")


def _plain(overview: Told) -> dict[str, Any]:
    return {
        "channel": overview.name,
        "about": overview.about,
        "attributes": dict(overview.attributes),
        "choices": {name: list(values) for name, values in overview.choices.items()},
        "days": overview.days,
    }


def _print_channel(overview: Told, *, whole: bool) -> None:
    from research.measures.channel import few

    write(f"{overview.name}: {overview.about}", bold=True)
    if not whole:
        write(f"by {', '.join(overview.attributes)}", first="  ", later="  ")
        return
    write(f"Days: {few(overview.days)}")
    for name, values in overview.choices.items():
        write(f"Choice: {name} ({' | '.join(values)})")
    write()
    print_terms((f"  {name}", says) for name, says in overview.attributes.items())


def _print_values(overview: Told, attribute: str, on: str, window: Any, as_json: bool) -> None:
    from research.results import Bounds
    from research.wording import amount, count

    rows = overview.values(attribute, on=on, window=window).to_dict("records")
    if as_json:
        print_json(rows)
        return
    shown = [
        {
            "value": row["value"],
            overview.channel.unit: count(row["models"]),
            f"share of {overview.channel.weighs}": amount(
                Bounds(row["share_low"], row["share_high"]), "share"
            ),
        }
        for row in rows[:SOME]
    ]
    print_rows(shown, as_json=False)
    if len(rows) > SOME:
        write()
        write(f"... {len(rows) - SOME} more values: --json has all")


def _print(result: Result) -> None:
    """The answers in columns; of a single one the doubts, and what would overturn it."""
    print_results([result])
    answers = [answer for answer in result.answers.values() if not answer.refused]
    if result.about:
        write(result.about)
    _print_undrawn(answers)
    if len(answers) == 1 and not any(each.unit == "rank" for each in answers[0].estimates.values()):
        print_quotable(result)
        _print_doubts(answers[0])


def _print_undrawn(answers: Iterable[Answer]) -> None:
    """Why nothing is drawn of what is open: each reason once."""
    estimates = [each for answer in answers for each in answer.estimates.values()]
    for reason in dict.fromkeys(each.undrawn for each in estimates if each.identified.width > 0):
        if reason:
            write(f"No interval of drawn doubts: {reason}")
            write()


def _print_doubts(answer: Answer) -> None:
    from research.results import Bounds
    from research.wording import entry, sensitivity

    estimate = next(iter(answer.estimates.values()))
    if estimate.budget:
        write("What each source of uncertainty alone gives", bold=True)
        print_terms(
            (f"  {row.source}", f"{entry(Bounds(row.low, row.high), estimate.unit)} ({row.detail})")
            for row in estimate.budget
        )
    if estimate.budget and estimate.tipping_points:
        write()
    if estimate.tipping_points:
        write("What would overturn it", bold=True)
    for point in estimate.tipping_points:
        write(sensitivity(point), first="- ", later="  ")
