"""Asking the Hub: one address, one usable answer, with patience and within its limits."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

from research.results import ResearchError

if TYPE_CHECKING:
    import httpx2

PASSING = (408, 425, 429, 500, 502, 503, 504)  # statuses that may be gone a moment later
ABSENT = (401, 403, 404, 410, 451)  # of one repository: private, disabled, deleted, blocked
FIRST_ATTEMPTS = 3  # before anything was ever reached there
WHOLE = 10  # a whole answer may take so many times the longest silence
LONGEST_BACKOFF = 60.0  # seconds
LONGEST_WAIT = 3_600.0  # the Hub counts in windows of five minutes; an hour is not one of them


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

    ``timeout`` is the longest silence in seconds. After ``attempts`` answers in a row that are of
    no use it gives up. Between them it waits as long as the Hub says, else ``first_wait`` seconds
    and twice as long every time.
    """

    endpoint: str
    watch: Watch
    timeout: float = 30.0
    attempts: int = 8
    first_wait: float = 1.0
    _headers: dict[str, str] = field(init=False, repr=False)
    _rest_until: float = field(init=False, default=0.0)
    _reached: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        from huggingface_hub import constants
        from huggingface_hub.utils import build_hf_headers

        # With telemetry on, the client's first call also asks for a list of no use here.
        constants.HF_HUB_DISABLE_TELEMETRY = True
        self.endpoint = self.endpoint.rstrip("/")
        if "@" in urlsplit(self.endpoint).netloc:
            raise CollectError(
                "HF_ENDPOINT holds a name or a password before its host. Leave it out: addresses "
                "are kept with the pages."
            )
        self._headers = build_hf_headers(
            library_name="modelometrics", library_version=version("modelometrics")
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
                self._wait_for(passing, wait, last=attempt == self.attempts)
                wait = min(2 * wait, LONGEST_BACKOFF)
        raise CollectError(
            f"The Hub at {_shown(self.endpoint)} gave no usable answer, {self.attempts} times in a "
            f"row. The last time {trouble}."
        )

    def _answer(self, address: str, by_id: bool, attempt: int) -> Answer:
        from huggingface_hub.errors import HfHubHTTPError

        try:
            response, body = self._fetch(address)
        except HfHubHTTPError as error:
            status = error.response.status_code
            if by_id and status in ABSENT and not self._refused_token(status):
                self._heed(error.response.headers)
                return Answer(status=status, requests=attempt)
            raise self._refusal(error) from None
        self._reached = True
        self._heed(response.headers)
        return Answer(
            status=response.status_code,
            body=body,
            models=[_parsed(body, dict)] if by_id else _parsed(body, list),
            next=None if by_id else self._next(response),
            requests=attempt,
        )

    def _fetch(self, address: str) -> tuple[httpx2.Response, bytes]:
        """The answer and its whole body; what goes wrong on the way there is passing."""
        import httpx2
        from huggingface_hub.errors import OfflineModeIsEnabled
        from huggingface_hub.utils import get_session, hf_raise_for_status

        try:
            with get_session().stream(
                "GET", address, headers=self._headers, timeout=self.timeout
            ) as response:
                if response.is_error:
                    response.read()
                hf_raise_for_status(response)
                return response, self._body(response)
        except OfflineModeIsEnabled:
            raise CollectError(
                "The Hub's client is told to stay offline (HF_HUB_OFFLINE). Unset it to collect."
            ) from None
        except httpx2.TimeoutException:
            raise _Passing(f"nothing came for {self.timeout:g} s (--timeout)") from None
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL):
            raise CollectError(
                f"{_shown(address)} is no address of a Hub. Check HF_ENDPOINT."
            ) from None
        except httpx2.RequestError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise CollectError(_UNTRUSTED.format(endpoint=_shown(self.endpoint))) from None
            raise _Passing(
                f"the connection failed ({type(error).__name__}: {error})",
                unreached=isinstance(error, httpx2.ConnectError),
            ) from None

    def _body(self, response: httpx2.Response) -> bytes:
        """The body, refused where it drips: a byte now and then keeps no time-out waiting."""
        end, parts = time.monotonic() + WHOLE * self.timeout, []
        for part in response.iter_bytes():
            parts.append(part)
            if time.monotonic() > end:
                raise _Passing(f"the answer was not whole after {WHOLE * self.timeout:g} s")
        return b"".join(parts)

    def _next(self, response: httpx2.Response) -> str | None:
        link = response.links.get("next", {}).get("url")
        if link is None:
            return None
        address = urljoin(str(response.url), link)
        if _origin(address) != _origin(self.endpoint):
            raise CollectError(
                f"The Hub at {_shown(self.endpoint)} names a next page on another host, "
                f"{_shown(address)}. It was not followed: a token would go there. Set HF_ENDPOINT "
                "to the host that serves the pages."
            )
        return address

    # Limits ---------------------------------------------------------------------------------------

    def _heed(self, headers: Mapping[str, str]) -> None:
        """Remember a window that is used up, so that the next request waits and is not refused."""
        from huggingface_hub.utils import parse_ratelimit_headers

        limit = parse_ratelimit_headers(headers)
        if limit is not None and limit.remaining == 0:
            self._rest_until = time.monotonic() + limit.reset_in_seconds + 1

    def _rest(self) -> None:
        seconds = self._rest_until - time.monotonic()
        if seconds > 0:
            self._pause(seconds, "the Hub's limit of requests is used up")

    def _wait_for(self, passing: _Passing, backoff: float, *, last: bool) -> None:
        if not last:
            self._pause(backoff if passing.wait is None else passing.wait, str(passing))

    def _pause(self, seconds: float, reason: str) -> None:
        if seconds > LONGEST_WAIT:
            raise CollectError(
                f"The Hub asks to wait {seconds / 3600:.1f} hours ({reason}). Come back then."
            )
        self.watch.waiting(seconds, reason)
        time.sleep(seconds)

    # Refusals -------------------------------------------------------------------------------------

    def _refused_token(self, status: int) -> bool:
        return status == 401 and "authorization" in self._headers

    def _refusal(self, error: Any) -> Exception:
        """A status that is an error, as something passing or as the end."""
        status, headers = error.response.status_code, error.response.headers
        if status in PASSING:
            return _Passing(f"it answered with status {status}", _asked_to_wait(status, headers))
        if self._refused_token(status):
            return CollectError(
                "The Hub refused the token (status 401). Renew the one in HF_TOKEN or of "
                "'hf auth login', or unset it: public models need none."
            )
        said = f": {error.server_message}" if error.server_message else ""
        return CollectError(f"The Hub refused the query with status {status}{said}.")


_UNTRUSTED = (
    "The certificate of {endpoint} is signed by nobody known here. Where that is meant, set "
    "SSL_CERT_FILE to the file of the authority that signed it."
)


def _parsed(body: bytes, shape: type) -> Any:
    """The JSON of the body, which was cut or garbled on its way where it is none."""
    import orjson

    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _Passing(f"the answer of {len(body):,} bytes was no whole JSON ({error})") from None
    if not isinstance(found, shape):
        raise _Passing(f"the answer was a {type(found).__name__}, not a {shape.__name__}")
    return found


def _asked_to_wait(status: int, headers: Mapping[str, str]) -> float | None:
    """Seconds that the Hub asks for; one more than it says, for it says whole ones."""
    from huggingface_hub.utils import parse_ratelimit_headers

    limit = parse_ratelimit_headers(headers)
    if status == 429 and limit is not None and limit.remaining == 0:
        return limit.reset_in_seconds + 1.0
    after = headers.get("retry-after", "").strip()
    if after.isdigit():
        return int(after) + 1.0
    try:
        return max(parsedate_to_datetime(after).timestamp() - time.time(), 0.0) + 1.0
    except ValueError:
        return None


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _shown(address: str) -> str:
    """Scheme and host of an address: a password within it is not for a screen or a log."""
    scheme, host, port = _origin(address)
    usual = port is None or (scheme, port) in (("http", 80), ("https", 443))
    return f"{scheme}://{host}" + ("" if usual else f":{port}")
