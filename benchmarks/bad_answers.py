"""Answers that no outlet should give, with a handler and a server that give them: for tests and benchmarks."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Quiet, and able to lie about what it sends."""

    protocol_version = "HTTP/1.1"

    def send(self, body: bytes, status: int = 200, kind: str = "text/html; charset=utf-8", **headers: str) -> None:
        """An answer with these headers (``_`` for ``-``); a Content-Length among them stands, right or wrong."""
        self.send_response(status)
        for name, value in {"Content_Type": kind, "Content_Length": str(len(body)), **headers}.items():
            if status != 304 or not name.startswith("Content_"):
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of this."""


Answer = Callable[[Handler], None]


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
