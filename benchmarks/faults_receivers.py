"""A webhook and a mailbox that remember what they were told, for `benchmarks.faults`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, StreamRequestHandler, TCPServer, ThreadingTCPServer
from threading import Thread
from typing import Any


class Fault(AssertionError):
    """Something a fault must not do."""


class Receivers:
    """A webhook and a mailbox; `told` maps each line that a receiver was told to the keys under which it came."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, set[str]]] = {"desk": {}, "post": {}}
        self.messages = 0
        self.webhook, self.smtp = self._start(ThreadingHTTPServer, _Hook), self._start(ThreadingTCPServer, _Mailbox)

    def take(self, receiver: str, key: str, lines: Sequence[str]) -> None:
        self.messages += 1
        for line in lines:
            self.told[receiver].setdefault(line, set()).add(key)

    def judge(self, what: str, notices: Sequence[Sequence[Any]], paper: Path) -> None:
        """Each receiver was told each of its notices, and none under two keys; the file holds each once."""
        for receiver, told in self.told.items():
            wanted = sum(notice[0] == receiver for notice in notices)
            if len(told) != wanted or any(len(keys) != 1 for keys in told.values()):
                raise Fault(f"{what}: {receiver} was told {len(told)} of {wanted}: {told}")
        written = [json.loads(line)["subject"] for line in paper.read_text(encoding="utf-8").splitlines()]
        if sorted(written) != sorted(notice[1] for notice in notices if notice[0] == "paper"):
            raise Fault(f"{what}: the file holds {written}")

    def _start(self, kind: type[TCPServer], handler: type[BaseRequestHandler]) -> str:
        """Serves in a thread; the address."""
        server = kind(("127.0.0.1", 0), handler)
        server.receivers = self  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, daemon=True).start()
        return f"127.0.0.1:{server.server_address[1]}"


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
        self.server.receivers.take("desk", self.headers["Idempotency-Key"], text.splitlines())  # type: ignore
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class _Mailbox(StreamRequestHandler):
    """As much SMTP as taking a mail needs; one that breaks off in the middle is none."""

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                if (lines := self._lines()) is None:
                    return
                mail = message_from_bytes(b"".join(lines), policy=default)
                self.server.receivers.take("post", mail["Message-ID"], mail.get_content().splitlines())  # type: ignore
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")

    def _lines(self) -> list[bytes] | None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return None
            lines.append(line.removeprefix(b"."))  # one that begins with a dot comes with two
        return lines
