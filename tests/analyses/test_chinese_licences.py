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
    own = origins[(origins["kind"] == "company") & (origins["role"] != "repackager")]
    rows = research.load("hub_llm_models").merge(own, on="author").dropna(subset="created_at")
    licence = rows["licence"].replace("unknown", None)
    return rows.assign(
        open=licence.isin(find("chinese_licences").module.OPEN),
        unnamed=licence.isna(),
        chinese=rows["candidates"].eq("CN"),
        undecided=rows["candidates"].isna()
        | rows["candidates"].str.contains("CN[|]|[|]CN", na=False),
        company=rows["parent"].fillna(rows["author"]),
    )


def test_the_share_is_open_where_no_licence_is_named_or_no_country_known(result, models):
    chinese = models[models["chinese"]]
    undecided = models[models["undecided"]]
    least = chinese["open"].sum() / (len(chinese) + (~undecided["open"]).sum())
    maybe = undecided["open"] | undecided["unnamed"]
    most = ((chinese["open"] | chinese["unnamed"]).sum() + maybe.sum()) / (
        len(chinese) + maybe.sum()
    )
    found = result.answer(until="now").estimates[SHARE].bounds
    assert tuple(found) == pytest.approx((least, most))


def test_companies_are_counted_once(result, models):
    chinese = models[models["chinese"]]
    found = result.answer(until="now").estimates[COMPANIES]
    assert found.n == chinese["company"].nunique()
    assert found.bounds.low == chinese.loc[chinese["open"], "company"].nunique()


def test_fewer_had_one_when_the_article_was_written(result):
    then, now = (result.answer(until=u).estimates[COMPANIES].bounds for u in ("the article", "now"))
    assert then.high < now.low
    assert result.answer(until="the article").as_of == "2024-08-19"


def test_a_licence_that_is_not_osi_approved_is_not_open():
    assert not find("chinese_licences").module.OPEN & {"llama3", "qwen", "cc-by-nc-4.0", "other"}


def test_nothing_is_judged(result):
    assert [settled.word for settled in result.settled] == ["not testable"]
    assert pd.Series(result.hypotheses).empty
