"""Country names in any common spelling become ISO 3166-1 codes, or a clear question.

Names come from ISO 3166-1 itself and, in forty languages, from the Unicode CLDR; case, accents and
punctuation are ignored. What can be two countries, or none, is asked and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from research.collect.country_names import iso, key, meant, name, near, no_country
from research.results import ResearchError

UNIT = "ISO 3166-1 alpha-2"  # the unit that marks a column of countries
MOST, LOOKED_AT = 0.9, 1000  # of the first so many cells decide whether a column holds countries
USER_ASSIGNED = {"XK"}  # may be written where a person asks for it


class UnclearCountry(ResearchError):
    """A text that is no country, or more than one; the message is the question."""


@dataclass(frozen=True, slots=True)
class Question:
    """A text of a column that nobody but its author can turn into a country."""

    row: int
    column: str
    text: str
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
    found = meant(text)
    if len(found) != 1:
        raise UnclearCountry(_question(text, found))
    return next(iter(found))


def codes(
    values: Iterable[str | None], *, column: str, spellings: Mapping[str, str] | None = None
) -> tuple[list[str | None], list[Question]]:
    """The codes of a column, and the questions that remain; rows count from 2, below the header.

    Parameters
    ----------
    values
        The cells; an empty one or ``None`` is a missing country.
    column
        The column's name, for the questions.
    spellings
        Answers: text to code, or to ``""`` where the text means that the country is unknown.

    Returns
    -------
    tuple
        One code or ``None`` per cell, and one question per text that is not clear.

    Examples
    --------
    >>> codes(["China", "", "Korea"], column="country", spellings={"korea": "KR"})
    (['CN', None, 'KR'], [])
    """
    cells = [(cell or "").strip() for cell in values]
    answered = _answers(spellings or {})
    known: dict[str, str | None] = {"": None}
    questions = []
    for text in dict.fromkeys(cells):
        if text and key(text) in answered:
            known[text] = answered[key(text)] or None
        elif text:
            known[text], sentence = _tried(text, cells)
            if sentence:
                row = cells.index(text) + 2
                questions.append(Question(row, column, text, cells.count(text), sentence))
    return [known[text] for text in cells], questions


def names_countries(values: Iterable[str]) -> bool:
    """Whether a column holds countries: nine in ten of its different texts name one, or could."""
    filled = (text.strip() for text in values if text.strip())
    texts = list(dict.fromkeys(islice(filled, LOOKED_AT)))
    named = sum(bool(meant(text)) and not text.isdigit() for text in texts)
    return named > 0 and named >= MOST * len(texts)


# Questions ----------------------------------------------------------------------------------------


def _tried(text: str, column: list[str]) -> tuple[str | None, str]:
    """The code, or none and the question; ``NA`` among names can mean *not available*."""
    if (
        text == "NA"
        and min((len(cell) for cell in column if cell not in ("", "NA")), default=2) > 3
    ):
        return None, (
            "'NA' is the code of Namibia, but the other cells of this column are names. "
            "Give --country 'NA=NA' if Namibia is meant, or --country 'NA=' if it means unknown."
        )
    try:
        return code(text), ""
    except UnclearCountry as question:
        return None, str(question)


def _question(text: str, found: frozenset[str]) -> str:
    if found:
        candidates = " or ".join(f"{name(country)} ({country})" for country in sorted(found))
        return f"'{text}' can be {candidates}. {_mend(text, min(found))}"
    reason = no_country().get(key(text))
    if reason:
        example = "XK" if "XK" in reason else "CODE"
        return (
            f"'{text}' is {reason}. Leave the cell empty, write the country meant, or give "
            f"--country '{text}={example}' (or '{text}=' for unknown)."
        )
    like = near(text)
    guess = f" Did you mean {' or '.join(f'{name(c)} ({c})' for c in like)}?" if like else ""
    unknown = f"'{text}' is no country that ISO 3166-1 or the CLDR names.{guess}"
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
