"""What countries are called: ISO 3166-1 and, in forty languages, the Unicode CLDR."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from research.collect.beside import beside

LONGEST = 100  # characters of a name


def _known() -> dict[str, Any]:
    """What tables write and neither ISO nor the CLDR lists, and the languages that are read."""
    known: dict[str, Any] = beside(__file__)
    return known


def name(country: str) -> str:
    """The English name of a code, for people.

    >>> name("CZ")
    'Czechia'
    """
    return _territories("en").get(country, country)


def near(text: str) -> list[str]:
    """Up to three countries whose names look like the text."""
    names = _in_other_languages() | _in_english()
    long = {spelling: countries for spelling, countries in names.items() if len(spelling) > 3}
    close = get_close_matches(key(text[:LONGEST]), long, n=3, cutoff=0.75)
    return list(dict.fromkeys(country for like in close for country in sorted(long[like])))[:3]


def meant(text: str) -> frozenset[str]:
    """The countries that the text can name: by code, else in English, else in other languages."""
    if len(text) > LONGEST:
        return frozenset()
    by_code, by_name = _coded(text), _named(text)
    # ``nga`` and ``NGA`` are a code; ``Nga`` is how Vietnamese writes Russia.
    as_code = text.isupper() or text.islower() or not by_name
    return by_code if by_code and as_code else by_code | by_name


def _coded(text: str) -> frozenset[str]:
    plain = text.strip().replace(".", "").upper()
    padded = plain.zfill(3) if plain.isascii() and plain.isdigit() else plain
    return frozenset({_codes()[padded]} if padded in _codes() else ())


def _named(text: str) -> frozenset[str]:
    """Read as it stands, or with its parts turned."""
    for names in (_in_english, _in_other_languages):
        for spelling in (key(text), key(_turned(text))):
            if spelling in names():
                return names()[spelling]
    return frozenset()


def _turned(text: str) -> str:
    """``Korea, Republic of`` as ``Republic of Korea``; ``Congo (Kinshasa)`` likewise."""
    return re.sub(r"^(.*?)[,(](.*?)\)?$", r"\2 \1", text.strip())


@lru_cache(maxsize=10_000)
def key(text: str) -> str:
    """The letters of a name in lower case, without accents, ``the`` and ``of``; long forms."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i").replace("&", " and "))
    # Only the accents of alphabets: in Devanagari or Arabic such marks are vowels.
    plain = re.sub(r"[\u0300-\u036f]", "", plain)
    for short, long in _known()["short_forms"].items():
        plain = re.sub(rf"\b({short})\b", long, plain)
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LNM")


@cache
def _codes() -> dict[str, str]:
    kinds = ("alpha_2", "alpha_3", "numeric")
    return {entry[kind]: country for country, entry in iso().items() for kind in kinds}


@cache
def _in_english() -> dict[str, frozenset[str]]:
    """Keys of the names in ISO 3166-1 and in English with the countries they can mean."""
    common = _known()["common"].items()
    alone = {key(text): frozenset({country}) for country, texts in common for text in texts}
    several = {key(text): frozenset(each) for text, each in _known()["ambiguous"].items()}
    return _gathered(_spellings()) | alone | several


@cache
def _in_other_languages() -> dict[str, frozenset[str]]:
    return _gathered(
        (country, text)
        for language in _known()["languages"][1:]
        for country, text in _territories(language).items()
        if country in iso() and key(text) not in _regions("en")
    )


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    countries: dict[str, frozenset[str]] = {}
    for country, text in pairs:
        for spelling in {key(text), key(_turned(text))}:
            countries[spelling] = countries.get(spelling, frozenset()) | {country}
    return countries


def _spellings() -> Iterator[tuple[str, str]]:
    """The names of ISO 3166-1 and the English names of the CLDR."""
    english = _territories("en")
    for country, entry in iso().items():
        yield country, english[country]
        for kind in ("name", "official_name", "common_name"):
            if kind in entry:
                yield country, entry[kind]


@cache
def iso() -> dict[str, dict[str, str]]:
    """The entries of ISO 3166-1 by their code of two letters."""
    import pycountry

    return {entry.alpha_2: dict(entry) for entry in pycountry.countries}


@cache
def _territories(language: str) -> dict[str, str]:
    from babel import Locale

    return dict(Locale.parse(language).territories)


@cache
def no_country() -> dict[str, str]:
    """Regions of the CLDR in every language, countries of the past, and words for *unknown*."""
    import pycountry

    past = (entry.name for entry in pycountry.historic_countries)
    reasons = {key(text): "a country that no longer exists" for text in past}
    reasons |= {region: "a region" for each in _known()["languages"] for region in _regions(each)}
    stated = _known()["no_country"].items()
    return reasons | {key(text): reason for reason, texts in stated for text in texts}


@cache
def _regions(language: str) -> set[str]:
    """Regions have numbers in the place of letters."""
    return {key(text) for country, text in _territories(language).items() if country.isdigit()}
