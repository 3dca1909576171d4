"""What goes wrong between here and the Hub: nothing is lost, nothing is half written."""

from __future__ import annotations

import time

import pytest

from research.collect.hub import CollectError, census, families
from tests.collect.loopback import (
    TOKEN,
    Listed,
    Loopback,
    Synthetic,
    body,
    drip,
    reset,
    rows,
    serving,
    stall,
    status,
)
from tests.collect.taking import SILENCE, Seen, table_bytes, take

pytestmark = pytest.mark.usefixtures("no_token")

SLACK = 0.05  # seconds by which a clock of whole seconds and a sleep may differ from a plan
GARBLED = b"\x00\xff not JSON"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    with serving(Loopback(Synthetic(60), page=10)) as server:
        return table_bytes(take(census(), server.address, tmp_path_factory.mktemp("undisturbed")))


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([status(500)], "status 500"),
        ([status(500), status(502), status(503), status(504)], "status 503"),
        ([status(408)], "status 408"),
        ([status(429)], "status 429"),
        ([status(429, RateLimit='"api";r=7;t=200')], "status 429"),
        ([reset], "connection failed"),
        ([reset, reset, status(503)], "status 503"),
        ([stall(2 * SILENCE)], "nothing came for 0.3 s"),
        ([drip], "not whole after 3 s"),
        ([body(b'[{"_id":"cut')], "no whole JSON"),
        ([body(GARBLED)], "no whole JSON"),
        ([body(b"")], "no whole JSON"),
        ([body(b"<html>busy</html>")], "no whole JSON"),
        ([body(b'{"error":"busy"}')], "a dict, not a list"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_passes_is_waited_for(tmp_path, undisturbed, faults, reason):
    seen = Seen()
    with serving(Loopback(Synthetic(60), page=10)) as server:
        server.faults = dict(enumerate(faults, start=3))
        made = take(census(), server.address, tmp_path, watch=seen)
    assert table_bytes(made) == undisturbed
    assert made.descriptor["collection"]["repeatedRequests"] == len(faults)
    assert len(seen.waits) == len(faults)
    assert any(reason in why for _, why in seen.waits)


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [
        (status(429, RateLimit='"api";r=0;t=1'), 2, 2),
        (status(429, Retry_After="0"), 1, 1),
        (status(503, Retry_After="1"), 2, 2),
        (status(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"), 1, 1),
    ],
)
def test_the_hub_says_how_long_to_wait(tmp_path, fault, least, most):
    seen, began = Seen(), time.monotonic()
    with serving(Loopback(Synthetic(30), page=10, faults={2: fault})) as server:
        take(census(), server.address, tmp_path, watch=seen)
    ((seconds, _),) = seen.waits
    assert least - SLACK <= seconds <= most + SLACK
    assert time.monotonic() - began >= least - SLACK


def test_a_used_up_window_is_waited_for_and_never_run_into(tmp_path):
    seen = Seen()
    with serving(Loopback(Synthetic(40), page=10, limit=(3, 1))) as server:
        made = take(census(), server.address, tmp_path, watch=seen)
    assert made.descriptor["collection"]["repeatedRequests"] == 0
    ((seconds, why),) = seen.waits
    assert 1 - SLACK <= seconds <= 2
    assert "limit of requests is used up" in why


def test_a_wait_of_hours_is_not_slept_through(tmp_path):
    fault = status(429, RateLimit='"api";r=0;t=80000')
    with (
        serving(Loopback(Synthetic(30), page=10, faults={2: fault})) as server,
        pytest.raises(CollectError, match=r"asks to wait 22\.2 hours.*\n1 pages with 10 rows"),
    ):
        take(census(), server.address, tmp_path)


@pytest.mark.parametrize("fault", [status(502), reset, body(GARBLED)])
def test_what_does_not_pass_ends_with_what_is_kept_and_the_next_run_goes_on(
    tmp_path, undisturbed, fault
):
    with serving(Loopback(Synthetic(60), page=10)) as server:
        server.faults = dict.fromkeys(range(4, 9), fault)
        said = r"no usable answer, 5 times in a row.*\n3 pages with 30 rows are kept.*same command"
        with pytest.raises(CollectError, match=said):
            take(census(), server.address, tmp_path, attempts=5)
        assert not (tmp_path / "hub_models").exists()
        made = take(census(), server.address, tmp_path)
        assert len(server.asked) == 3 + 5 + 3
    assert table_bytes(made) == undisturbed


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (status(400), "refused the query with status 400: fault"),
        (status(401), "refused the query with status 401"),
        (status(403), "refused the query with status 403"),
        (status(404), "refused the query with status 404"),
    ],
)
def test_a_refusal_is_not_repeated(tmp_path, fault, said):
    with serving(Loopback(Synthetic(30), page=10, faults={2: fault})) as server:
        with pytest.raises(CollectError, match=said):
            take(census(), server.address, tmp_path)
        assert len(server.asked) == 2


def test_a_listing_without_an_end_is_left(tmp_path):
    def again(answering):
        answering.answer(200, b"[]", {"Link": f'<{server.address}{answering.path}>; rel="next"'})
        return True

    with (
        serving(Loopback(Synthetic(30), page=10, faults={2: again})) as server,
        pytest.raises(CollectError, match="its listing has no end"),
    ):
        take(census(), server.address, tmp_path)


def test_a_next_page_on_another_host_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)

    def elsewhere(answering):
        answering.answer(200, b"[]", {"Link": f'<{other.address}/api/models>; rel="next"'})
        return True

    with (
        serving(Loopback(Synthetic(30))) as other,
        serving(Loopback(Synthetic(30), faults={1: elsewhere})) as server,
        pytest.raises(CollectError, match="a token would go there"),
    ):
        take(census(), server.address, tmp_path)
    assert other.asked == []


def test_nobody_listens(tmp_path):
    with serving(Loopback(Synthetic(1))) as server:
        address = server.address
    with pytest.raises(CollectError, match=r"2 times in a row.*ConnectError"):
        take(census(), address, tmp_path, attempts=2)


@pytest.mark.parametrize("address", ["nowhere", "ftp://127.0.0.1"])
def test_an_endpoint_that_is_no_address(tmp_path, address):
    with pytest.raises(CollectError, match="Check HF_ENDPOINT"):
        take(census(), address, tmp_path)


def test_a_password_in_the_endpoint_is_refused_and_not_shown(tmp_path):
    with pytest.raises(CollectError, match="a name or a password") as refused:
        take(census(), "http://somebody:secret@127.0.0.1:9", tmp_path)
    assert "secret" not in str(refused.value)


def test_offline_is_offline(tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with (
        serving(Loopback(Synthetic(30))) as server,
        pytest.raises(CollectError, match="HF_HUB_OFFLINE"),
    ):
        take(census(), server.address, tmp_path)
    assert server.asked == []


# One repository at a time -------------------------------------------------------------------------


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_a_repository_that_is_not_shown_is_gone_and_no_reason_to_stop(tmp_path, code):
    models = rows(3)
    names = [row["id"] for row in models]
    with serving(Loopback(Listed(models), faults={2: status(code)})) as server:
        made = take(families(names), server.address, tmp_path)
    assert made.descriptor["collection"]["gone"] == [{"requested": names[1], "status": code}]
    assert made.resources["hub_family_models"]["rows"] == 2


def test_one_repository_is_asked_for_again_as_a_page_is(tmp_path):
    models = rows(3)
    faults = {2: status(503), 3: reset, 4: body(b'{"_id":')}
    with serving(Loopback(Listed(models), faults=faults)) as server:
        made = take(families([row["id"] for row in models]), server.address, tmp_path)
    assert made.resources["hub_family_models"]["rows"] == 3
    assert made.descriptor["collection"]["repeatedRequests"] == 3


@pytest.mark.parametrize(("token", "status_of_gone"), [(None, 401), (TOKEN, 404)])
def test_what_is_gone_answers_otherwise_with_a_token(tmp_path, monkeypatch, token, status_of_gone):
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    models = rows(1)
    with serving(Loopback(Listed(models))) as server:
        made = take(families([models[0]["id"], "gone/model"]), server.address, tmp_path)
    (gone,) = made.descriptor["collection"]["gone"]
    assert gone["status"] == status_of_gone


def test_a_refused_token_is_not_taken_for_a_missing_repository(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_refused")
    models = rows(1)
    with (
        serving(Loopback(Listed(models))) as server,
        pytest.raises(CollectError, match="refused the token") as refused,
    ):
        take(families([models[0]["id"]]), server.address, tmp_path)
    assert "hf_refused" not in str(refused.value)
