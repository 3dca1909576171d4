"""Country names in any common spelling become ISO 3166-1 codes, or a clear question.

Names come from ISO 3166-1 itself and, in forty languages, from the Unicode CLDR; case, accents and
punctuation are ignored. What can be two countries, or none, is asked and never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from research.collect.country_names import iso, key, meant, name, near, no_country
from research.results import ResearchError

UNIT = "ISO 3166-1 alpha-2"  # the unit that marks a column of countries
MOST, LOOKED_AT = 0.9, 1000  # of the first so many cells decide whether a column holds countries
CODE = 3  # letters of the longest code; longer texts are names
GUESSES = 20  # questions of a column that guess what is meant: to look for it is slow
USER_ASSIGNED = {"XK"}  # may be written where a person asks for it


class UnclearCountry(ResearchError):
    """A text that is no country, or more than one; the message is the question."""


@dataclass(frozen=True, slots=True)
class Question:
    """Texts of a column that nobody but its author can turn into countries: one, or its numbers."""

    row: int
    column: str
    texts: tuple[str, ...]
    rows: int
    sentence: str

    def __str__(self) -> str:
        repeated = f" ({self.rows} rows)" if self.rows > 1 else ""
        return f"row {self.row}, column '{self.column}'{repeated}: {self.sentence}"


def code(text: str) -> str:
    """Which country does this text name?

    Parameters
    ----------
    text
        An ISO 3166-1 code (two letters, three letters, number) or a name in one of forty languages.

    Returns
    -------
    str
        The ISO 3166-1 alpha-2 code.

    Raises
    ------
    UnclearCountry
        If the text names no country, more than one, a region or a country of the past.

    Examples
    --------
    >>> [code(text) for text in ("U.S.", "Korea, Republic of", "Österreich", "036")]
    ['US', 'KR', 'AT', 'AU']
    """
    countries = meant(text)
    if len(countries) != 1:
        raise UnclearCountry(_question(text, countries))
    return next(iter(countries))


def codes(
    values: Iterable[str | None],
    *,
    column: str,
    spellings: Mapping[str, str] | None = None,
    first: int = 2,
) -> tuple[list[str | None], list[Question]]:
    """The codes of a column, and the questions that remain.

    Parameters
    ----------
    values
        The cells; an empty one or ``None`` is a missing country.
    column
        The column's name, for the questions.
    spellings
        Answers: text to code, or to ``""`` where the text means that the country is unknown.
    first
        The number of the first row, for the questions.

    Returns
    -------
    tuple
        One code or ``None`` per cell, and one question per text that is not clear. Numbers are the
        codes of one system: where one of them is no number of ISO 3166-1, all are asked about.

    Examples
    --------
    >>> codes(["China", "", "Korea"], column="country", spellings={"korea": "KR"})
    (['CN', None, 'KR'], [])
    """
    cells = [(cell or "").strip() for cell in values]
    answered = _answers(spellings or {})
    seen = Counter(cells)
    rows = {text: row for row, text in reversed(list(enumerate(cells, first)))}
    only_names = min((len(text) for text in seen if text not in ("", "NA")), default=0) > CODE
    numbers = [text for text in seen if text.isdigit()]
    odd = [number for number in numbers if not meant(number)]
    asked = [number for number in numbers if odd and key(number) not in answered]
    known: dict[str, str | None] = {"": None, **dict.fromkeys(asked)}
    questions = []
    if asked:
        total = sum(seen[number] for number in asked)
        row = min(rows[number] for number in asked)
        questions.append(Question(row, column, tuple(asked), total, _about_numbers(asked, odd)))
    for text in seen:
        if text and key(text) in answered:
            known[text] = answered[key(text)] or None
        elif text not in known:
            guess = len(questions) < GUESSES
            known[text], sentence = _tried(text, only_names=only_names, guess=guess)
            if sentence:
                questions.append(Question(rows[text], column, (text,), seen[text], sentence))
    return [known[text] for text in cells], questions


def names_countries(values: Iterable[str]) -> bool:
    """Whether a column holds countries: nine in ten of its different texts name one, or could."""
    filled = (text.strip() for text in values if text.strip())
    texts = list(dict.fromkeys(islice(filled, LOOKED_AT)))
    named = sum(bool(meant(text)) and not text.isdigit() for text in texts)
    return named > 0 and named >= MOST * len(texts)


# Questions ----------------------------------------------------------------------------------------


def _about_numbers(asked: list[str], odd: list[str]) -> str:
    like = next((number for number in asked if meant(number)), "")
    also = f" By ISO {like} would be {name(next(iter(meant(like))))}." if like else ""
    return (
        f"the numbers {', '.join(odd[:5])}{' and others' if len(odd) > 5 else ''} are none of ISO "
        f"3166-1, so that this column may hold the codes of another system.{also} Write names or "
        f"ISO codes, or give --country '{asked[0]}=CODE', and so on for {len(asked)} numbers."
    )


def _tried(text: str, *, only_names: bool, guess: bool) -> tuple[str | None, str]:
    """The code, or none and the question; ``NA`` among names can mean *not available*."""
    if text == "NA" and only_names:
        return None, (
            "'NA' is the code of Namibia, but the other cells of this column are names. "
            "Give --country 'NA=NA' if Namibia is meant, or --country 'NA=' if it means unknown."
        )
    named = meant(text)
    return (next(iter(named)), "") if len(named) == 1 else (None, _question(text, named, guess))


def _question(text: str, countries: frozenset[str], guess: bool = True) -> str:
    if countries:
        candidates = " or ".join(f"{name(country)} ({country})" for country in sorted(countries))
        return f"'{text}' can be {candidates}. {_mend(text, min(countries))}"
    reason = no_country().get(key(text))
    if reason:
        example = "XK" if "XK" in reason else "CODE"
        return (
            f"'{text}' is {reason}. Leave the cell empty, write the country meant, or give "
            f"--country '{text}={example}' (or '{text}=' for unknown)."
        )
    like = near(text) if guess else []
    hint = f" Did you mean {' or '.join(f'{name(c)} ({c})' for c in like)}?" if like else ""
    unknown = f"'{text}' is no country that ISO 3166-1 or the CLDR names.{hint}"
    return f"{unknown} {_mend(text, like[0] if like else 'CODE')}"


def _mend(text: str, example: str) -> str:
    return f"Write the ISO code, or give --country '{text}={example}'."


def _answers(spellings: Mapping[str, str]) -> dict[str, str]:
    known = set(iso())
    for text, answer in spellings.items():
        if answer and answer not in known | USER_ASSIGNED:
            raise ResearchError(
                f"--country '{text}={answer}': '{answer}' is no ISO 3166-1 code of two letters. "
                f"Write for example --country '{text}=KR', or '{text}=' for unknown."
            )
    return {key(text): answer for text, answer in spellings.items()}
