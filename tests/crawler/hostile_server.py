"""A small HTTP server on loopback that answers as told, well or badly."""

from __future__ import annotations

import gzip
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

# Settings under which tests crawl: no politeness, short patience.
FAST: dict[str, Any] = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_TIMEOUT": 10,
    "RETRY_TIMES": 1,
    "JEHYU_BACKOFF": 0.05,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "DOWNLOAD_MAXSIZE": 2_000_000,
}

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.server.site.requests[self.path] += 1
        self.server.site.headers.append((self.path, dict(self.headers)))
        site = self.server.site
        site.answers.get(self.path, site.answers_otherwise)(self)

    def send(self, body: bytes, status: int = 200, kind: str = "text/html; charset=utf-8", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Site

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that hang up are part of the tests


class Site:
    """The server; `answers` maps a request target to what answers it."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.answers_otherwise: Answer = lambda handler: handler.send(b"nothing here", status=404)
        self.requests: Counter[str] = Counter()
        self.headers: list[tuple[str, dict[str, str]]] = []
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.site = self

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def page(self, path: str, body: bytes | str, status: int = 200, kind: str = "text/html; charset=utf-8") -> None:
        data = body.encode() if isinstance(body, str) else body
        self.answers[path] = lambda handler: handler.send(data, status, kind)


# Bad answers


def hang(handler: Handler) -> None:
    time.sleep(20)


def drip(handler: Handler) -> None:
    """Never silent for long, never done."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b"<p>slow</p>")
        time.sleep(0.1)


def wrong_length(handler: Handler) -> None:
    handler.send(b"<html>short", Content_Length="5000")
    handler.close_connection = True


def truncated_gzip(body: bytes) -> Answer:
    packed = gzip.compress(body)
    return lambda handler: handler.send(packed[: len(packed) // 2], Content_Encoding="gzip")


_BOMB = gzip.compress(b"0" * 60_000_000, 1)


def gzip_bomb(handler: Handler) -> None:
    handler.send(_BOMB, Content_Encoding="gzip")


def huge(handler: Handler) -> None:
    """100 MB, without saying so."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"100000\r\n" + b"a" * 0x100000 + b"\r\n")
    handler.wfile.write(b"0\r\n\r\n")


def redirect(to: str, status: int = 302) -> Answer:
    return lambda handler: handler.send(b"", status, Location=to)
