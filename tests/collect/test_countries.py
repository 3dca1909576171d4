"""Names of countries as tables write them: the code, or a question; never a guess."""

from __future__ import annotations

import pycountry
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from research.collect import countries, country_names
from research.collect.beside import beside
from research.results import ResearchError

ENTRIES = list(pycountry.countries)
ENGLISH = Locale.parse("en").territories


@pytest.mark.parametrize("kind", ["alpha_2", "alpha_3", "numeric", "name", "official_name"])
def test_every_code_and_name_of_the_standard_is_its_own_country(kind):
    wrong = {
        getattr(entry, kind): countries.code(getattr(entry, kind))
        for entry in ENTRIES
        # "Congo" alone is a name of the standard and in tables either of two countries.
        if hasattr(entry, kind) and getattr(entry, kind) != "Congo"
        if countries.code(getattr(entry, kind)) != entry.alpha_2
    }
    assert wrong == {}


@given(st.sampled_from(ENTRIES), st.sampled_from(["upper", "lower", "title"]))
def test_english_names_in_any_case_are_their_own_country(entry, case):
    assert countries.code(getattr(ENGLISH[entry.alpha_2], case)()) == entry.alpha_2


def test_names_in_other_languages_are_their_country_or_a_question():
    """Never another country; and nearly never a question."""
    asked = []
    for language in beside(country_names.__file__)["languages"]:
        for entry in ENTRIES:
            text = Locale.parse(language).territories[entry.alpha_2]
            try:
                assert countries.code(text) == entry.alpha_2, (language, text)
            except countries.UnclearCountry:
                asked.append(text)
    assert sorted(set(asked)) == ["Congo", "Kongo", "Nga"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("U.S.", "US"), ("usa", "US"), ("UK", "GB"), ("u.k.", "GB"), ("EL", "GR"),
        ("South Korea", "KR"), ("Republic of Korea", "KR"), ("Korea (South)", "KR"),
        ("Korea, Rep.", "KR"), ("Korea, Dem. People's Rep.", "KP"), ("DPRK", "KP"),
        ("Viet Nam", "VN"), ("Türkiye", "TR"), ("TURKIYE", "TR"), ("Turkey", "TR"),
        ("Czechia", "CZ"), ("Czech Republic", "CZ"), ("Hong Kong SAR, China", "HK"),
        ("Taiwan, Province of China", "TW"), ("Taiwan", "TW"), ("Macau", "MO"),
        ("Côte d'Ivoire", "CI"), ("Cote d’Ivoire", "CI"), ("Ivory Coast", "CI"),
        ("Russia", "RU"), ("Russian Federation", "RU"), ("Iran, Islamic Rep.", "IR"),
        ("Lao PDR", "LA"), ("Bolivia (Plurinational State of)", "BO"), ("Bahamas (the)", "BS"),
        ("Gambia, The", "GM"), ("Netherlands (Kingdom of the)", "NL"), ("Congo, Dem. Rep.", "CD"),
        ("Congo (Kinshasa)", "CD"), ("Congo, Rep.", "CG"), ("St Kitts and Nevis", "KN"),
        ("Georgia", "GE"), ("Guinea", "GN"), ("NA", "NA"), ("36", "AU"), ("840", "US"),
        ("Deutschland", "DE"), ("中国", "CN"), ("Áo", "AT"), ("  France ", "FR"),
    ],
)  # fmt: skip
def test_common_spellings(text, code):
    assert countries.code(text) == code


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Korea", r"'Korea' can be North Korea \(KP\) or South Korea \(KR\).*--country 'Korea=KP'"),
        ("Congo", r"Congo - Kinshasa \(CD\) or Congo - Brazzaville \(CG\)"),
        ("Nga", r"Nigeria \(NG\) or Russia \(RU\)"),
        ("Gremany", r"no country .* Did you mean Germany \(DE\)\?.*--country 'Gremany=DE'"),
        ("Zzzz", r"'Zzzz' is no country that .*--country 'Zzzz=CODE'"),
        ("Europe", "'Europe' is a region"),
        ("Europa", "'Europa' is a region"),
        ("EU", "'EU' is a union of countries"),
        ("USSR", "a country that no longer exists"),
        ("Yugoslavia", "a country that no longer exists"),
        ("America", "a continent as well as a short form of the United States"),
        ("Kosovo", "without a code in ISO 3166-1.*--country 'Kosovo=XK'"),
        ("unknown", "'unknown' is no name: an empty cell means unknown.*'unknown='"),
        ("n/a", "'n/a' is no name"),
    ],
)
def test_what_is_not_clear_is_asked(text, question):
    with pytest.raises(countries.UnclearCountry, match=question):
        countries.code(text)


def test_a_column_asks_once_for_each_text_with_its_first_row():
    codes, questions = countries.codes(["China", "Korea", None, "Korea", "FR"], column="land")
    assert codes == ["CN", None, None, None, "FR"]
    assert [str(question)[:36] for question in questions] == [
        "row 3, column 'land' (2 rows): 'Kore"
    ]


def test_answers_are_taken_in_any_case_and_may_mean_unknown():
    spellings = {"korea": "KR", "Kosovo": "XK", "various": ""}
    codes, questions = countries.codes(
        ["KOREA", "Kosovo", "Various"], column="c", spellings=spellings
    )
    assert (codes, questions) == (["KR", "XK", None], [])


def test_an_answer_that_is_no_code_is_refused():
    with pytest.raises(ResearchError, match="'Korea=South': 'South' is no ISO 3166-1 code"):
        countries.codes(["Korea"], column="c", spellings={"Korea": "South"})


@pytest.mark.parametrize(
    ("column", "asked"),
    [(["Germany", "NA"], 1), (["DE", "NA"], 0), (["NA"], 0), (["Namibia", "NA", "Germany"], 1)],
)
def test_na_among_names_is_asked_and_among_codes_is_namibia(column, asked):
    assert len(countries.codes(column, column="c")[1]) == asked


@pytest.mark.parametrize(
    ("texts", "holds"),
    [
        (["us", "de", ""], True),
        (["France", "Korea"], True),
        (["7b", "13b"], False),
        (["en", "de", "fr"], False),
        (["4", "8"], False),  # numbers, although the standard numbers countries
        ([], False),
    ],
)
def test_columns_of_countries_are_told_from_others(texts, holds):
    assert countries.names_countries(texts) is holds


def test_numbers_of_another_system_are_one_question_until_all_are_answered():
    column = ["2", "710", "", "740", "710"]
    codes, (question,) = countries.codes(column, column="c", first=5)
    assert codes == [None] * 5
    assert (question.row, question.rows, question.texts) == (5, 4, ("2", "710", "740"))
    assert "By ISO 710 would be South Africa" in str(question)
    _, (question,) = countries.codes(column, column="c", spellings={"2": "US"})
    assert question.texts == ("710", "740")
    answers = {"2": "US", "710": "CN", "740": "JP"}
    assert countries.codes(column, column="c", spellings=answers)[1] == []
    assert countries.codes(["710", "036", "36"], column="c") == (["ZA", "AU", "AU"], [])


def test_what_is_meant_is_guessed_for_the_first_questions_alone(monkeypatch):
    """To look for names that are like a text is slow; a column of organisations has thousands."""
    asked = []
    monkeypatch.setattr(countries, "near", lambda text: asked.append(text) or [])
    texts = [f"Laboratory {number}" for number in range(1_000)]
    assert len(countries.codes(texts, column="c")[1]) == 1_000
    assert asked == texts[: countries.GUESSES]


def test_a_text_of_any_length_is_answered():
    with pytest.raises(countries.UnclearCountry):
        countries.code("(,\n" * 40_000)
