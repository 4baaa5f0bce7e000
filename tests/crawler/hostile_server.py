"""A small HTTP server on loopback that answers as told, well or badly."""

from __future__ import annotations

import threading
from collections import Counter
from types import TracebackType
from typing import Any, Self

from benchmarks.bad_answers import Answer, Handler, Server

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


class _Handler(Handler):
    server: _Server

    def do_GET(self) -> None:
        site = self.server.site
        site.requests[self.path] += 1
        site.headers.append((self.path, dict(self.headers)))
        site.answers.get(self.path, site.answers_otherwise)(self)


class _Server(Server):
    site: Site


class Site:
    """The server; `answers` maps a request target to what answers it."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.answers_otherwise: Answer = lambda handler: handler.send(b"nothing here", status=404)
        self.requests: Counter[str] = Counter()
        self.headers: list[tuple[str, dict[str, str]]] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
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
