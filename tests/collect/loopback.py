"""A Hub on this machine: pages, cursors, limits, renames, refusals and faults over a real socket.

``python -m tests.collect.loopback --models 1000`` serves one in a process of its own.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

PAGE = 1_000
EXPANDABLE = {
    "author", "baseModels", "cardData", "childrenModelCount", "config", "createdAt", "disabled",
    "downloads", "downloadsAllTime", "evalResults", "gated", "gguf", "inference",
    "inferenceProviderMapping", "lastModified", "library_name", "likes", "mask_token",
    "model-index", "pipeline_tag", "private", "resourceGroup", "safetensors", "sha", "siblings",
    "spaces", "tags", "transformersInfo", "trendingScore", "usedStorage", "widgetData",
}  # fmt: skip
TOKEN = "hf_" + "x" * 34
DRIPPING = 0.02  # seconds between two bytes of a dripping answer
Fault = Callable[["Answering"], bool]  # whether it has answered in place of the server
Page = tuple[bytes, str | None]  # a body and the cursor of the next page


class Models(Protocol):
    """What a Hub holds."""

    def page(self, asked: dict[str, list[str]], limit: int) -> Page: ...

    def model(self, name: str) -> dict[str, Any] | None: ...


@dataclass
class Listed:
    """Rows that a test made; they may move while somebody pages, as on the Hub."""

    rows: list[Any]

    def page(self, asked: dict[str, list[str]], limit: int) -> Page:
        sort, author = asked["sort"][0], asked.get("author", [None])[0]
        rows = [row for row in self.rows if author is None or row.get("author") == author]
        rows.sort(key=lambda row: self._place(row, sort), reverse=True)
        if "cursor" in asked:
            last = tuple(json.loads(base64.urlsafe_b64decode(asked["cursor"][0])))
            rows = [row for row in rows if self._place(row, sort) < last]
        found = rows[:limit]
        more = len(rows) > limit
        cursor = json.dumps(self._place(found[-1], sort)) if more else None
        body = json.dumps(found, separators=(",", ":")).encode()
        return body, cursor and base64.urlsafe_b64encode(cursor.encode()).decode()

    def model(self, name: str) -> dict[str, Any] | None:
        return next((row for row in self.rows if row.get("id") == name), None)

    @staticmethod
    def _place(row: Any, sort: str) -> tuple[Any, str]:
        known = row if isinstance(row, dict) else {}
        value = known.get(sort)
        nothing = "" if sort == "createdAt" else -1
        return (value if isinstance(value, type(nothing)) else nothing), str(known.get("_id", ""))


@dataclass(frozen=True)
class Synthetic:
    """So many models, newest first, made when they are asked for: about 750 bytes each."""

    count: int

    def page(self, asked: dict[str, list[str]], limit: int) -> Page:
        first = int(asked["cursor"][0]) if "cursor" in asked else self.count
        last = max(first - limit, 0)
        body = b"[" + b",".join(synthetic(number) for number in range(first, last, -1)) + b"]"
        return body, str(last) if last else None

    def model(self, name: str) -> dict[str, Any] | None:
        number = name.rpartition("-")[2]
        found = json.loads(synthetic(int(number))) if number.isdigit() else {}
        return found if found.get("id") == name else None


_PLAIN = (
    b'{"_id":"%08x%016x","id":"account-%d/model-%d","author":"account-%d","likes":%d,'
    b'"downloads":%d,"downloadsAllTime":%d,"trendingScore":%d,"gated":false,'
    b'"createdAt":"%04d-%02d-%02dT%02d:29:04.000Z","lastModified":"2026-09-02T23:29:04.000Z",'
)
_KINDS = (
    b'"tags":["transformers","safetensors","llama","text-generation","conversational","en",'
    b'"arxiv:2407.21783","base_model:some-account/Some-Model-8B",'
    b'"base_model:finetune:some-account/Some-Model-8B","license:apache-2.0",'
    b'"text-generation-inference","endpoints_compatible","custom_code","arxiv:2501.12948","zh","fr",'
    b'"dataset:some-account/some-instructions","dataset:another-account/some-preferences",'
    b'"model-index","autotrain_compatible","region:us"],'
    b'"pipeline_tag":"text-generation","library_name":"transformers","safetensors":{"parameters":'
    b'{"BF16":8030261248},"total":8030261248},"baseModels":{"relation":"finetune","models":'
    b'[{"_id":"66944f1fe0c5c2e493a804f5","id":"some-account/Some-Model-8B"}]}}',
    b'"tags":["gguf","llama","text-generation","quantized","4-bit precision","en","de","fr",'
    b'"dataset:some-account/some-dataset","base_model:another-account/Another-Model-3B-Instruct",'
    b'"base_model:quantized:another-account/Another-Model-3B-Instruct","license:llama3.2",'
    b'"endpoints_compatible","region:us","conversational"],"pipeline_tag":"text-generation",'
    b'"gguf":{"total":3212749888,"architecture":"llama","context_length":131072},"baseModels":'
    b'{"relation":"quantized","models":[{"_id":"66eaaf1fe0c5c2e493a804f6",'
    b'"id":"another-account/Another-Model-3B-Instruct"}]}}',
    b'"tags":["diffusers","text-to-image","lora","template:sd-lora","stable-diffusion-xl",'
    b'"license:openrail++","region:us"],"pipeline_tag":"text-to-image","library_name":"diffusers"}',
    b'"tags":["region:us"]}',
)


def synthetic(number: int) -> bytes:
    """The JSON of a model; a later number was created later."""
    day, mixed = number // 2_400, number * 2654435761 & 0xFFFFFFFF
    account = mixed % 250_007
    return (
        _PLAIN
        % (
            1646265600 + number * 40, mixed, account, number, account, mixed % 97, mixed % 10_007,
            mixed % 1_000_003, mixed % 5, 2022 + day // 336, 1 + day // 28 % 12, 1 + day % 28,
            number % 24,
        )
        + _KINDS[mixed % 7 % 4]
    )  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]


@dataclass
class Loopback:
    """The Hub's settings, and what it was asked.

    ``files`` has by path, such as ``/datasets/a/b/resolve/COMMIT/file``, what can be downloaded.
    ``faults`` has by number of the request (the first is 1) what goes wrong. ``limit`` allows so
    many requests in so many seconds. ``between`` is called before every page.
    """

    models: Models
    page: int = PAGE
    delay: float = 0.0
    limit: tuple[int, int] | None = None
    renamed: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    between: Callable[[int], object] = int
    asked: list[Asked] = field(default_factory=list)
    address: str = ""
    window: float = 0.0
    used: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def spend(self) -> dict[str, str]:
        """Count a request in its window; the headers that say what is left."""
        allowed, seconds = self.limit or (500, 300)
        now = time.monotonic()
        if now - self.window >= seconds:
            self.window, self.used = now, 0
        self.used += 1
        left = max(allowed - self.used, 0) if self.limit else allowed
        rest = max(round(self.window + seconds - now), 0)
        return {
            "RateLimit": f'"api";r={left};t={rest}',
            "RateLimit-Policy": f'"fixed window";"api";q={allowed};w={seconds}',
        }


class Answering(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer costs 40 ms
    hub: Loopback

    def do_GET(self) -> None:
        self.hub.asked.append(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}))
        number = len(self.hub.asked)
        self.limits = self.hub.spend()
        if self.hub.limit and self.hub.used > self.hub.limit[0]:
            self.answer(429, b'{"error":"rate limit"}')
            return
        fault = self.hub.faults.get(number)
        if fault is not None and fault(self):
            return
        self.hub.between(number)
        time.sleep(self.hub.delay)
        self.respond()

    do_HEAD = do_GET

    def respond(self) -> None:
        """What a Hub without faults answers."""
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        if self.headers.get("Authorization", f"Bearer {TOKEN}") != f"Bearer {TOKEN}":
            self.answer(401, b'{"error":"Invalid credentials in Authorization header"}')
        elif not set(asked.get("expand", [])) <= EXPANDABLE:
            self.answer(400, b'{"error":"unknown expand"}')
        elif parts.path in self.hub.files:
            self.file(parts.path)
        elif parts.path == "/api/models":
            self.listing(asked)
        elif parts.path.startswith("/api/models/"):
            self.model(unquote(parts.path.removeprefix("/api/models/")), parts.query)
        else:
            self.answer(404, b'{"error":"not found"}')

    def listing(self, asked: dict[str, list[str]]) -> None:
        limit = min(int(asked.get("limit", [PAGE])[0]), self.hub.page)
        body, cursor = self.hub.models.page(asked, limit)
        headers = {}
        if cursor is not None:
            query = urlencode({**asked, "cursor": [cursor]}, doseq=True)
            headers["Link"] = f'<{self.hub.address}/api/models?{query}>; rel="next"'
        self.answer(200, body, headers)

    def model(self, name: str, query: str) -> None:
        found = self.hub.models.model(name)
        if name in self.hub.renamed:
            self.answer(307, b"", {"Location": f"/api/models/{self.hub.renamed[name]}?{query}"})
        elif found is not None:
            self.answer(200, json.dumps(found).encode())
        elif "Authorization" in self.headers:
            self.answer(404, b'{"error":"Not found"}', {"X-Error-Code": "RepoNotFound"})
        else:
            self.answer(401, b'{"error":"Invalid username or password."}')

    def file(self, path: str) -> None:
        content, (_, _, rest) = self.hub.files[path], path.partition("/resolve/")
        commit, etag = rest.partition("/")[0], hashlib.sha256(content).hexdigest()
        self.answer(200, content, {"X-Repo-Commit": commit, "ETag": f'"{etag}"'})

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.head(status, len(body), headers or {})
        if self.command != "HEAD":
            self.wfile.write(body)

    def head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (self.limits | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing on the screen of a test."""


@dataclass
class Held:
    """Holds the request of this number back until it is let go; ``came`` says that it is there."""

    number: int
    came: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def __call__(self, number: int) -> None:
        if number == self.number:
            self.came.set()
            self.go.wait()


# Faults -------------------------------------------------------------------------------------------


def status(code: int, **headers: str) -> Fault:
    """An error in place of the answer; ``RateLimit='...'`` and others are its headers."""
    return body(b'{"error":"fault"}', code, **headers)


def reset(answering: Answering) -> bool:
    """The connection breaks off within the body, with a reset."""
    answering.head(200, 1_000_000, {})
    answering.wfile.write(b'[{"_id":')
    answering.wfile.flush()
    answering.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    answering.connection.close()
    answering.close_connection = True
    return True


def silent(answering: Answering) -> bool:
    """Nothing comes until the test is over."""
    answering.hub.over.wait()
    answering.close_connection = True
    return True


def drip(first: bytes, again: bytes) -> Fault:
    """A few bytes now and then until the test is over: no time-out for silence ends it."""

    def fault(answering: Answering) -> bool:
        answering.close_connection = True
        try:
            answering.wfile.write(first)
            while not answering.hub.over.wait(DRIPPING):
                answering.wfile.write(again)
        except OSError:  # the client has gone
            pass
        return True

    return fault


def body(text: bytes, code: int = 200, **headers: str) -> Fault:
    """Another body than the one asked for."""

    def fault(answering: Answering) -> bool:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answering.answer(code, text, named)
        return True

    return fault


# Serving ------------------------------------------------------------------------------------------


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no error; anything else is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@contextmanager
def serving(hub: Loopback, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """The Hub at ``hub.address`` on a free port, over TLS where a context is given."""
    handler = type("Answering", (Answering,), {"hub": hub})
    server = _Server(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme, name = ("http", "127.0.0.1") if tls is None else ("https", "localhost")
    hub.address = f"{scheme}://{name}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def rows(count: int, **changes: Any) -> list[dict[str, Any]]:
    """So many plain rows; ``changes`` go into every one."""
    return [json.loads(synthetic(number)) | changes for number in range(1, count + 1)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A Hub on this machine.")
    parser.add_argument("--models", type=int, default=10_000)
    parser.add_argument("--page", type=int, default=PAGE)
    wanted = parser.parse_args(arguments)
    with serving(Loopback(Synthetic(wanted.models), page=wanted.page)) as hub:
        print(hub.address, flush=True)
        sys.stdin.read()  # until whoever started it closes its end


if __name__ == "__main__":
    main()
