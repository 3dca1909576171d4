"""What goes wrong between here and the Hub: nothing is lost, nothing is half written."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from research.collect.hub import (
    CollectError,
    Destination,
    Hub,
    authors,
    census,
    collect,
    families,
    top,
)
from research.collect.hub.pages import Page, Pages
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
    silent,
    status,
)
from tests.collect.taking import Seen, begin, table_bytes, take, unslept

pytestmark = pytest.mark.usefixtures("no_token")

GARBLED = b"\x00\xff not JSON"
SOON = 1.0  # seconds; where an honest answer takes longer it is asked for again
OK = b"HTTP/1.1 200 OK\r\n"


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
        ([status(429, RateLimit=f'"api";r=0;t={"9" * 400}')], "status 429"),
        ([status(429, RateLimit=f'"api";r=0;t={"9" * 5000}')], "status 429"),
        ([status(503, Retry_After="\N{SUPERSCRIPT TWO}")], "status 503"),
        ([status(503, Retry_After="9" * 400)], "status 503"),
        ([status(503, Retry_After="Wed, 21 Oct 99999 07:28:00 GMT")], "status 503"),
        ([status(503, Retry_After="Wed, 21 Oct 2015 07:28:00 +9999999")], "status 503"),
        *(
            ([body(text, 500)], "status 500")
            for text in (b'["e"]', b'"e"', b"7", b"null", b"[" * 9)
        ),
        ([body(b"[]", 200, Link='<http://127.0.0.1:port/>; rel="next"')], "no address"),
        ([body(b"[]", 200, Link='<http://127.0.0.1:99999/>; rel="next"')], "no address"),
        ([body(b"[]", 200, Link='<http://[::1/>; rel="next"')], "no address"),
        ([body(b"[]", 200, Link='<ftp://127.0.0.1/>; rel="next"')], "no address"),
        ([body(b"[]", 200, Link='<http://127.0.0.1/\x01>; rel="next"')], "no address"),
        ([status(302, Location="/api/again")] * 5, "redirected more than 5 times"),
        ([status(302, Location="http://127.0.0.1:port/")], "a dict, not a list"),
        ([reset], "connection failed"),
        ([reset, reset, status(503)], "status 503"),
        ([body(b'[{"_id":"cut')], "no whole JSON"),
        ([body(GARBLED)], "no whole JSON"),
        ([body(b"")], "no whole JSON"),
        ([body(b"", 204)], "no whole JSON"),
        ([body(b"<html>busy</html>")], "no whole JSON"),
        ([body(b"[" * 100_000)], "no whole JSON"),
        ([body(b'{"error":"busy"}')], "a dict, not a list"),
        ([body(b"not packed", 200, Content_Encoding="gzip")], "connection failed (DecodingError"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_passes_is_waited_for(faults, reason):
    seen = Seen()
    with serving(Loopback(Synthetic(60), page=10)) as server:
        address = census().address(server.address, "")
        expected = Hub(endpoint=server.address, watch=seen).ask(address)
        server.faults = dict(enumerate(faults, start=2))
        found = Hub(endpoint=server.address, watch=seen, sleep=unslept).ask(address)
    assert (found.body, found.next) == (expected.body, expected.next)
    assert found.requests == 1 + len(seen.waits)
    assert any(reason in why for _, why in seen.waits)


@pytest.mark.parametrize("fault", [status(503), reset, body(b'[{"_id":"cut')])
def test_a_collection_that_waited_is_the_same(tmp_path, undisturbed, fault):
    with serving(Loopback(Synthetic(60), page=10, faults={3: fault, 4: fault})) as server:
        made = take(census(), server.address, tmp_path)
    assert table_bytes(made) == undisturbed
    assert made.descriptor["collection"]["repeatedRequests"] == 2


@pytest.mark.parametrize(
    ("fault", "limits", "reason"),
    [
        (silent, {"timeout": SOON}, "nothing came for 1 s"),
        (drip(OK + b"Content-Length: 9999\r\n\r\n", b" "), {"whole": SOON}, "not whole after 1 s"),
        (drip(OK, b"X-More: 1\r\n"), {"whole": SOON}, "not whole after 1 s"),
        (drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), {"whole": SOON}, "not whole after 1 s"),
        (
            drip(b"HTTP/1.1 500 No\r\nContent-Length: 9999\r\n\r\n", b" "),
            {"whole": SOON},
            "not whole after 1 s",
        ),
        (
            body(zlib.compress(b"[" + b" " * 3_000_000), 200, Content_Encoding="deflate"),
            {"largest": 1_000_000},
            "larger than 1,000,000 bytes",
        ),
    ],
    ids=["silence", "body", "headers", "early hints", "error", "packed"],
)
def test_what_never_ends_is_left_and_asked_again(fault, limits, reason):
    seen = Seen()
    with serving(Loopback(Synthetic(60), page=10, faults={1: fault})) as server:
        asked = {"watch": seen, "sleep": unslept, "attempts": 50} | limits
        found = Hub(endpoint=server.address, **asked).ask(census().address(server.address, ""))
    assert len(found.models) == 10
    assert reason in seen.waits[0][1]


def test_the_body_of_a_redirection_is_not_waited_for(tmp_path):
    models = rows(1)
    moved = b"HTTP/1.1 307 Moved\r\nLocation: /api/models/%s\r\nContent-Length: 99\r\n\r\n"
    fault = drip(moved % models[0]["id"].encode(), b" ")
    with serving(Loopback(Listed(models), faults={1: fault})) as server:
        made = take(families(["old/name"]), server.address, tmp_path)
    assert made.resources["hub_family_models"]["rows"] == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (status(429, RateLimit='"api";r=0;t=1'), 2.0),
        (status(429, Retry_After="0"), 1.0),
        (status(503, Retry_After="1"), 2.0),
        (status(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"), 1.0),
        (status(503), 1.0),  # it does not say
    ],
)
def test_the_hub_says_how_long_to_wait(tmp_path, fault, expected):
    seen, slept = Seen(), []
    with serving(Loopback(Synthetic(30), page=10, faults={2: fault})) as server:
        take(census(), server.address, tmp_path, watch=seen, sleep=slept.append)
    assert [seconds for seconds, _ in seen.waits] == slept == [expected]


def test_a_moment_without_a_zone_is_that_of_utc(tmp_path, time_zone):
    moment = datetime.now(UTC) + timedelta(seconds=1_000)
    slept = []
    for number, zone in enumerate(("UTC", "Asia/Tokyo", "America/Los_Angeles")):
        time_zone(zone)
        fault = status(503, Retry_After=f"{moment:%a, %d %b %Y %H:%M:%S} -0000")
        with serving(Loopback(Synthetic(30), page=10, faults={2: fault})) as server:
            take(census(), server.address, tmp_path / str(number), sleep=slept.append)
    assert len(slept) == 3
    assert all(0 < seconds <= 1_001 for seconds in slept)


def test_a_used_up_window_is_waited_for_and_never_run_into(tmp_path):
    seen = Seen()
    with serving(Loopback(Synthetic(40), page=10, limit=(3, 300))) as server:

        def sleep(seconds):
            server.window -= seconds  # as if they had passed

        made = take(census(), server.address, tmp_path, watch=seen, sleep=sleep)
    assert made.descriptor["collection"]["repeatedRequests"] == 0
    ((seconds, why),) = seen.waits
    assert 0 < seconds <= 301
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


def endless(answering, number, **headers):
    """The first page again and again, each time with a next address that was never asked for."""
    path = answering.path.partition("&cursor=")[0]
    link = f'<{answering.hub.address}{path}&cursor={number}>; rel="next"'
    text, _ = answering.hub.models.page({}, 10)
    answering.answer(200, text.replace(b'"downloads":', b'"downloads":%d' % number), {"Link": link})
    return True


def test_a_listing_without_an_end_is_left(tmp_path):
    def again(answering):
        answering.answer(200, b"[]", {"Link": f'<{server.address}{answering.path}>; rel="next"'})
        return True

    with (
        serving(Loopback(Synthetic(30), page=10, faults={2: again})) as server,
        pytest.raises(CollectError, match="its listing has no end"),
    ):
        take(census(), server.address, tmp_path)


@pytest.mark.parametrize("query", [census(), top(1_000), authors(["one"])])
def test_a_cursor_that_never_advances_is_left(tmp_path, query):
    with serving(Loopback(Synthetic(30), page=10)) as server:
        server.faults = {n: lambda answering, n=n: endless(answering, n) for n in range(1, 100)}
        with pytest.raises(CollectError, match=r"its listing has no end.*\n1 pages with 10 rows"):
            take(query, server.address, tmp_path)
        assert len(server.asked) == 2


def test_a_next_page_on_another_host_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)

    def elsewhere(answering):
        answering.answer(200, b"[{}]", {"Link": f'<{other.address}/api/models>; rel="next"'})
        return True

    with (
        serving(Loopback(Synthetic(30))) as other,
        serving(Loopback(Synthetic(30), faults={1: elsewhere})) as server,
    ):
        for _ in range(2):  # the second goes on from what the first has kept
            with pytest.raises(CollectError, match="a token would go there"):
                take(census(), server.address, tmp_path)
    assert len(server.asked) == 1
    assert other.asked == []


def test_a_redirection_to_another_host_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with serving(Loopback(Synthetic(30))) as other, serving(Loopback(Synthetic(30))) as server:
        server.faults = {1: status(307, Location=f"{other.address}/api/models")}
        with pytest.raises(CollectError, match="a token would go there"):
            take(census(), server.address, tmp_path)
    assert other.asked == []


@pytest.mark.parametrize("start", ["", "planted"])
def test_a_planted_page_sends_the_token_nowhere(tmp_path, monkeypatch, start):
    """A folder that came from somebody else may hold an unfinished collection."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with serving(Loopback(Synthetic(30))) as other, serving(Loopback(Synthetic(30))) as server:
        begin(census(), server.address, tmp_path)
        first = census().address(server.address, "")
        planted = Page(
            number=1, start=start, address=first, next=f"{other.address}/api/models", status=200,
            rows=0, requests=1, taken_at="2026-11-21T08:00:00Z",
        )  # fmt: skip
        Pages(tmp_path / ".collecting" / "hub_models").keep(planted, b"")
        if start:  # it belongs to no listing of this query, so all is asked for
            take(census(), server.address, tmp_path)
        else:
            with pytest.raises(CollectError, match="a token would go there"):
                take(census(), server.address, tmp_path)
    assert other.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "../../elsewhere"},
        {"began": "x'; DROP"},
        {"began": "2026-13-41T00:00:00Z"},
        {"query": 5},
        None,
    ],
)
def test_what_was_noted_is_not_believed(tmp_path, changes):
    with serving(Loopback(Synthetic(30), page=10)) as server:
        begin(census(), server.address, tmp_path)
        path = tmp_path / ".collecting" / "hub_models" / "collection.json"
        noted = json.loads(path.read_text())
        path.write_text("[" if changes is None else json.dumps(noted | changes))
        with pytest.raises(CollectError, match=r"not as it was written.*--restart"):
            take(census(), server.address, tmp_path)
        hub = Hub(endpoint=server.address, watch=Seen())
        collect(census(), hub, Destination(into=tmp_path, restart=True))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"error": f"\x1b[31m{TOKEN}\r\n" + "x" * 100_000}).encode(),
        f"\x1b[31m{TOKEN}\r\n".encode() + b"x" * 90_000,
        json.dumps({"error": [f"\u202e{TOKEN}"]}).encode(),
    ],
)
def test_words_of_the_server_are_cut_and_hold_no_token(tmp_path, monkeypatch, text):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    fault = body(text, 400, Content_Type="text/plain")
    with (
        serving(Loopback(Synthetic(30), faults={1: fault})) as server,
        pytest.raises(CollectError, match="refused the query with status 400") as refused,
    ):
        take(census(), server.address, tmp_path)
    said = str(refused.value)
    assert TOKEN not in said
    assert len(said) < 600
    assert all(sign.isprintable() or sign == "\n" for sign in said)


def test_an_answer_with_the_token_in_it_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    echo = body(json.dumps([{"_id": "1", "id": TOKEN}]).encode())
    with (
        serving(Loopback(Synthetic(30), faults={1: echo})) as server,
        pytest.raises(CollectError, match="sent the token back"),
    ):
        take(census(), server.address, tmp_path)
    assert not any(TOKEN.encode() in f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())


def test_a_token_with_odd_characters_is_refused_and_not_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret ü")
    with pytest.raises(CollectError, match="a character that no token has") as refused:
        take(census(), "http://127.0.0.1:9", tmp_path)
    assert "secret" not in str(refused.value)


def test_nobody_listens(tmp_path):
    with serving(Loopback(Synthetic(1))) as server:
        address = server.address
    with pytest.raises(CollectError, match=r"2 times in a row.*ConnectError"):
        take(census(), address, tmp_path, attempts=2)


@pytest.mark.parametrize(
    "address", ["nowhere", "ftp://127.0.0.1", "http://127.0.0.1:port", "http://a\x00b"]
)
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
