"""Asking the Hub: one address, one usable answer, with patience and within its limits.

Whatever the other side sends is read within a time and a size, by tests of its shape, and is shown
to a person without control characters. A token goes to the host of the Hub alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urljoin

from research.collect.hub.parsing import parsed
from research.results import ResearchError
from research.wording import readable

if TYPE_CHECKING:
    import httpx2

PASSING = (408, 425, 429, 500, 502, 503, 504)  # statuses that may be gone a moment later
ABSENT = (401, 403, 404, 410, 451)  # of one repository: private, disabled, deleted, blocked
FIRST_ATTEMPTS = 3  # before anything was ever reached there
REDIRECTS = 5
WHOLE = 10  # a whole answer may take so many times the longest silence
LARGEST = 100_000_000  # bytes of an answer; a page of the Hub has one million
LARGEST_REFUSAL = 100_000
LONGEST_BACKOFF = 60.0  # seconds
LONGEST_WAIT = 3_600.0  # the Hub counts in windows of five minutes; an hour is not one of them
LAST_PORT = 65_535
USUAL_PORTS = {"http": 80, "https": 443}
LONGEST_SAYING = 200  # characters of the server's own words
_SECONDS = re.compile(r"[0-9]{1,9}")
_TOKEN = re.compile(r"[!-~]*")
_T = TypeVar("_T")


class CollectError(ResearchError):
    """New data could not be taken; the message says what is kept and what to do."""


class Watch(Protocol):
    """What is shown while a collection runs."""

    def page(self, rows: int) -> None: ...

    def waiting(self, seconds: float, reason: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A usable answer: its bytes as they came, and what they hold."""

    status: int
    body: bytes = b""
    models: Sequence[Any] = ()
    next: str | None = None
    requests: int = 1


class _Passing(Exception):
    """Something that may be gone a moment later; ``wait`` is what the Hub asks for, in seconds."""

    def __init__(self, reason: str, wait: float | None = None, *, unreached: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.unreached = unreached


@dataclass(kw_only=True)
class Hub:
    """The Hub as its own client reaches it: session, token, certificates and proxies are its.

    ``timeout`` is the longest silence in seconds, ``whole`` the time for a whole answer (by default
    ten times as long), ``largest`` its size in bytes once unpacked. After ``attempts`` answers in a
    row that are of no use it gives up. Between them it waits as long as the Hub says, else
    ``first_wait`` seconds and twice as long every time.
    """

    endpoint: str
    watch: Watch
    timeout: float = 30.0
    whole: float = 0.0
    largest: int = LARGEST
    attempts: int = 8
    first_wait: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    _headers: dict[str, str] = field(init=False, repr=False)
    _token: str = field(init=False, repr=False, default="")
    _rest_until: float = field(init=False, default=0.0)
    _reached: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        from huggingface_hub import constants
        from huggingface_hub.utils import build_hf_headers

        # With telemetry on, the client's first call also asks for a list of no use here.
        constants.HF_HUB_DISABLE_TELEMETRY = True
        self.whole = self.whole or WHOLE * self.timeout
        self.endpoint = self.endpoint.rstrip("/")
        if "@" in self.endpoint:
            raise CollectError(
                "HF_ENDPOINT holds a name or a password before its host. Leave it out: addresses "
                "are kept with the pages."
            )
        if _origin(self.endpoint) is None:
            raise CollectError(f"{fit(self.endpoint)} is no address of a Hub. Check HF_ENDPOINT.")
        self._headers = build_hf_headers(
            library_name="modelometrics", library_version=version("modelometrics")
        )
        self._token = self._headers.get("authorization", "").removeprefix("Bearer ")
        if not _TOKEN.fullmatch(self._token):
            raise CollectError(
                "The token in HF_TOKEN or of 'hf auth login' holds a character that no token has. "
                "Set it anew, or unset it: public models need none."
            )

    def ask(self, address: str, *, by_id: bool = False) -> Answer:
        """What is at ``address``: a list of models with the next address, or one model.

        Raises
        ------
        CollectError
            If the Hub refuses, or gives no usable answer however often it is asked.
        """
        wait, trouble = self.first_wait, ""
        for attempt in range(1, self.attempts + 1):
            self._rest()
            try:
                return self._answer(address, by_id, attempt)
            except _Passing as passing:
                trouble = str(passing)
                if passing.unreached and not self._reached and attempt == FIRST_ATTEMPTS:
                    raise CollectError(
                        f"{_shown(self.endpoint)} cannot be reached: {trouble}. Is there a "
                        "network? Is HF_ENDPOINT right?"
                    ) from None
                if attempt < self.attempts:
                    self._pause(wait if passing.wait is None else passing.wait, trouble)
                wait = min(2 * wait, LONGEST_BACKOFF)
        raise CollectError(
            f"The Hub at {_shown(self.endpoint)} gave no usable answer, {self.attempts} times in a "
            f"row. The last time {trouble}."
        )

    def _answer(self, address: str, by_id: bool, attempt: int) -> Answer:
        try:
            response, body = _within(self.whole, lambda: self._fetch(address))
        except TimeoutError:
            raise _Passing(f"the answer was not whole after {self.whole:g} s") from None
        self._reached = True
        status = response.status_code
        gone = by_id and status in ABSENT and not self._refused_token(status)
        if response.is_error and not gone:
            raise self._refusal(response, body)
        self._heed(response.headers)
        if gone:
            return Answer(status=status, requests=attempt)
        try:
            content, body = parsed(body, dict if by_id else list)
        except ValueError as error:  # it was cut or garbled on its way
            raise _Passing(str(error)) from None
        following = None if by_id else self._next(response)
        self._refuse_echo(body, following)
        return Answer(
            status=status,
            body=body,
            models=[content] if by_id else content,
            next=following,
            requests=attempt,
        )

    def _refuse_echo(self, body: bytes, following: str | None) -> None:
        """What is kept must not hold the token."""
        if self._token and (self._token.encode() in body or self._token in (following or "")):
            raise CollectError(
                "The Hub sent the token back within its answer, which was not kept. Renew the "
                "token, and ask without one: public models need none."
            )

    def _fetch(self, address: str) -> tuple[httpx2.Response, bytes]:
        """The answer and its whole body; what goes wrong on the way there is passing."""
        import httpx2
        from huggingface_hub.errors import OfflineModeIsEnabled

        try:
            return self._followed(address, time.monotonic() + self.whole)
        except OfflineModeIsEnabled:
            raise CollectError(
                "The Hub's client is told to stay offline (HF_HUB_OFFLINE). Unset it to collect."
            ) from None
        except httpx2.TimeoutException:
            raise _Passing(f"nothing came for {self.timeout:g} s (--timeout)") from None
        except httpx2.RequestError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise CollectError(_UNTRUSTED.format(endpoint=_shown(self.endpoint))) from None
            raise _Passing(
                f"the connection failed ({type(error).__name__}: {self._fit(str(error))})",
                unreached=isinstance(error, httpx2.ConnectError),
            ) from None

    def _followed(self, address: str, end: float) -> tuple[httpx2.Response, bytes]:
        """The answer at an address or where it redirects, as long as that is the same host."""
        from huggingface_hub.utils import get_session

        for _ in range(REDIRECTS):
            if _origin(address) != _origin(self.endpoint):
                raise CollectError(
                    _ELSEWHERE.format(self=_shown(self.endpoint), other=_shown(address))
                )
            with get_session().stream(
                "GET", address, headers=self._headers, timeout=self.timeout, follow_redirects=False
            ) as response:
                if response.next_request is None:
                    return response, self._body(response, end)
            address = str(response.next_request.url)
        raise _Passing(f"it redirected more than {REDIRECTS} times")

    def _body(self, response: httpx2.Response, end: float) -> bytes:
        """The body, unpacked piece by piece, so that a small answer cannot grow without limit."""
        parts, size = [], 0
        largest = LARGEST_REFUSAL if response.is_error else self.largest
        for part in response.iter_bytes():
            size += len(part)
            if size > largest:
                if response.is_error:
                    return b""
                raise _Passing(f"the answer was larger than {largest:,} bytes")
            if time.monotonic() > end:
                raise TimeoutError
            parts.append(part)
        return b"".join(parts)

    def _next(self, response: httpx2.Response) -> str | None:
        try:
            link = response.links.get("next", {}).get("url")
            address = None if link is None else urljoin(str(response.url), link)
        except ValueError:
            address = ""
        if address is not None and _origin(address) is None:
            raise _Passing("it named a next page that is no address")
        return address

    # Limits ---------------------------------------------------------------------------------------

    def _heed(self, headers: Mapping[str, str]) -> None:
        """Remember a window that is used up, so that the next request waits and is not refused."""
        if (seconds := _window(headers)) is not None:
            self._rest_until = time.monotonic() + seconds

    def _rest(self) -> None:
        seconds = self._rest_until - time.monotonic()
        if seconds > 0:
            self._pause(seconds, "the Hub's limit of requests is used up")

    def _pause(self, seconds: float, reason: str) -> None:
        if seconds > LONGEST_WAIT:
            raise CollectError(
                f"The Hub asks to wait {seconds / 3600:.1f} hours ({reason}). Come back then."
            )
        self.watch.waiting(seconds, reason)
        self.sleep(seconds)

    # Refusals -------------------------------------------------------------------------------------

    def _refused_token(self, status: int) -> bool:
        return status == 401 and "authorization" in self._headers

    def _refusal(self, response: httpx2.Response, body: bytes) -> Exception:
        """A status that is an error, as something passing or as the end."""
        status, headers = response.status_code, response.headers
        if status in PASSING:
            return _Passing(f"it answered with status {status}", _asked_to_wait(status, headers))
        if self._refused_token(status):
            return CollectError(
                "The Hub refused the token (status 401). Renew the one in HF_TOKEN or of "
                "'hf auth login', or unset it: public models need none."
            )
        said = self._fit(_reason(body, headers))
        return CollectError(f"The Hub refused the query with status {status}{said and ': '}{said}.")

    def _fit(self, text: str) -> str:
        """Words of others, fit for a screen: without the token and control characters, and cut."""
        return fit(text.replace(self._token, "(token)") if self._token else text)


_UNTRUSTED = (
    "The certificate of {endpoint} is signed by nobody known here. Where that is meant, set "
    "SSL_CERT_FILE to the file of the authority that signed it."
)


_ELSEWHERE = (
    "The Hub at {self} names a page on another host, {other}. It was not asked: a token would go "
    "there. Set HF_ENDPOINT to the host that serves the pages."
)


def fit(text: str) -> str:
    """Words of others on one line, without what steers a terminal, and cut."""
    clean = readable(" ".join(text.split()))
    return clean if len(clean) <= LONGEST_SAYING else clean[:LONGEST_SAYING] + "..."


def _within(seconds: float, work: Callable[[], _T]) -> _T:
    """What ``work`` gives; where it takes longer it is left to itself, with a TimeoutError.

    The time-outs of a socket end a silence, but no server that sends a byte now and then.
    """
    done: Future[_T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # raised anew where it is waited for
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    return done.result(timeout=seconds)


def _reason(body: bytes, headers: Mapping[str, str]) -> str:
    """What a refusal says of itself, if anything."""
    import orjson

    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        is_page = "html" in headers.get("content-type", "").lower()
        return "" if is_page else body.decode(errors="replace")
    said = content.get("error") if isinstance(content, dict) else None
    return str(said or "")


def _window(headers: Mapping[str, str]) -> float | None:
    """Seconds until a window of requests that is used up ends; one more, for it says whole ones."""
    from huggingface_hub.utils import parse_ratelimit_headers

    try:
        limit = parse_ratelimit_headers(headers)
    except ValueError:  # numbers of thousands of digits
        return None
    if limit is None or limit.remaining or not _SECONDS.fullmatch(str(limit.reset_in_seconds)):
        return None
    return limit.reset_in_seconds + 1.0


def _asked_to_wait(status: int, headers: Mapping[str, str]) -> float | None:
    """Seconds that the Hub asks for; one more than it says, for it says whole ones."""
    if status == 429 and (seconds := _window(headers)) is not None:
        return seconds
    after = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(after):
        return int(after) + 1.0
    try:
        moment = parsedate_to_datetime(after)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(moment.timestamp() - time.time(), 0.0) + 1.0
    except (ValueError, OverflowError):
        return None


def _origin(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port as the client itself reads them; nothing where it is no address."""
    import httpx2

    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, ValueError):
        return None
    if url.scheme not in USUAL_PORTS or not url.host or url.userinfo:
        return None
    port = url.port or USUAL_PORTS[url.scheme]
    return (url.scheme, url.host, port) if port <= LAST_PORT else None


def _shown(address: str) -> str:
    """Scheme and host of an address: a password within it is not for a screen or a log."""
    origin = _origin(address)
    if origin is None:
        return "which is no address"
    scheme, host, port = origin
    return f"{scheme}://{host}" + ("" if port == USUAL_PORTS[scheme] else f":{port}")
