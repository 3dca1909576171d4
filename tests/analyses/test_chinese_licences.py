"""Companies and their models under open-source licences."""

import pandas as pd
import pytest

import research
from research.analysis import find

SHARE = "share of the models of Chinese companies under an open-source licence"
COMPANIES = "Chinese companies with a model under an open-source licence"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("chinese_licences")


@pytest.fixture(scope="module")
def models():
    origins = research.load("publisher_origins")
    own = origins[
        (origins["kind"] == "company")
        & (origins["role"] != "repackager")
        & (origins["candidates"] == "CN")
    ]
    return research.load("hub_llm_models").merge(own, on="author").dropna(subset="created_at")


def test_the_share_is_open_only_where_no_licence_is_named(result, models):
    licences = models["licence"].replace("unknown", None)
    known = licences.isin(find("chinese_licences").module.OPEN).mean()
    found = result.answer(until="now").estimates[SHARE].bounds
    assert found.low == pytest.approx(known)
    assert found.high == pytest.approx(known + licences.isna().mean())


def test_companies_are_counted_once(result, models):
    company = models["parent"].fillna(models["author"])
    found = result.answer(until="now").estimates[COMPANIES]
    assert found.n == company.nunique()
    certain = models["licence"].isin(find("chinese_licences").module.OPEN)
    assert found.bounds.low == company[certain].nunique()


def test_fewer_had_one_when_the_article_was_written(result):
    then, now = (result.answer(until=u).estimates[COMPANIES].bounds for u in ("the article", "now"))
    assert then.high < now.low
    assert result.answer(until="the article").as_of == "2024-08-19"


def test_a_licence_that_is_not_osi_approved_is_not_open():
    assert not find("chinese_licences").module.OPEN & {"llama3", "qwen", "cc-by-nc-4.0", "other"}


def test_nothing_is_judged(result):
    assert [settled.word for settled in result.settled] == ["not testable"]
    assert pd.Series(result.hypotheses).empty
