"""Telling people: each new event once to each receiver, also across failures and crashes; alarms once an outage."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest

from crawler import Report
from crawler.failures import Failure
from crawler.source import parse_sources
from crawler.spiders.base import source_row
from db import Store
from jehyu.settings import Receiver
from jehyu.telling import Alarms, source_alarms, tell_receivers

SECRET = "hook-7f3a9c"


class Webhook(ThreadingHTTPServer):
    """A receiver on loopback: answers `status` and keeps what it took."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.status = 200
        self.taken: list[tuple[str, list[str]]] = []

    @property
    def lines(self) -> list[str]:
        return [line for _, lines in self.taken for line in lines]


class _Hook(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
        if self.server.status == 200:
            self.server.taken.append((self.headers["Idempotency-Key"], text.splitlines()))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class Mailbox(ThreadingTCPServer):
    """As much SMTP as taking a mail needs."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.mails: list[str] = []


class _Smtp(StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with Webhook() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HOOK", f"http://127.0.0.1:{server.server_port}/{SECRET}")
        yield server
        server.shutdown()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "news.db")) as opened:
        for receiver in ("desk", "other"):
            opened.know_receiver(receiver)
        yield opened


def desk(**changes: Any) -> Receiver:
    return Receiver(**{"name": "desk", "kind": "webhook", "target_env": "HOOK"} | changes)


def report(store: Store, number: int, *names: str, confidence: float = 0.95, kind: str = "mou", **event: Any) -> None:
    """One more article, read and resolved, that tells of a deal between `names` (the last one American)."""
    url, sentence = f"https://a.example/{number}", f"{' '.join(names)} 협약 {number}"
    store.save_article(url=url, source_id=None, title=sentence, text=sentence, published_at=f"2025-03-{number + 1:02}")
    parties = [
        {"name": name, "aliases": [], "type": "company", "country": "US" if name == names[-1] else "KR"}
        for name in names
    ]
    told = {
        "parties": parties, "pairs": [[0, at] for at in range(1, len(names))], "kind": kind, "status": "signed",
        "new": True, "date": None, "confidence": confidence, "evidence": {"text": sentence, "start": 0, "end": 5},
    } | event  # fmt: skip
    article = store.rows("SELECT id FROM articles WHERE url = ?", [url])[0]["id"]
    store.save_extraction(article, "test", [told])
    store.resolve(None)


CALM = Alarms()


def tell(store: Store, *receivers: Receiver, alarms: Alarms = CALM) -> list[str]:
    return tell_receivers(store, receivers, alarms, publish=0.9)


def test_each_new_event_is_told_once(store: Store, webhook: Webhook) -> None:
    report(store, 1, "가온전자", "Nimbus")
    assert tell(store, desk()) == []
    report(store, 2, "가온전자", "Nimbus")  # the same deal again
    report(store, 3, "다온소프트", "Lumen", "Vertex")
    assert tell(store, desk()) == tell(store, desk()) == []
    assert [line.split(" (")[0] for line in webhook.lines] == ["가온전자 – Nimbus", "다온소프트 – Lumen – Vertex"]
    assert "https://a.example/1" in webhook.lines[0]


def test_what_was_there_before_a_receiver_is_not_told_to_it(store: Store, webhook: Webhook) -> None:
    report(store, 1, "가온전자", "Nimbus")
    store.know_receiver("late")
    report(store, 2, "다온소프트", "Lumen")
    tell(store, desk(name="late"))
    assert [line.split(" (")[0] for line in webhook.lines] == ["다온소프트 – Lumen"]


def test_a_receiver_that_fails_is_told_by_the_next_run_under_the_same_key(store: Store, webhook: Webhook) -> None:
    report(store, 1, "가온전자", "Nimbus")
    webhook.status = 500
    assert tell(store, desk()) == ["desk: answered 500"]
    report(store, 2, "다온소프트", "Lumen")
    webhook.status = 200
    assert tell(store, desk()) == []
    assert len(webhook.lines) == 2
    assert tell(store, desk()) == [] and len(webhook.lines) == 2


def test_one_receiver_that_fails_does_not_keep_others_from_being_told(
    store: Store, webhook: Webhook, tmp_path: Path
) -> None:
    report(store, 1, "가온전자", "Nimbus")
    webhook.status = 503
    paper = Receiver(name="other", kind="file", path=tmp_path / "told.jsonl")
    assert tell(store, desk(), paper) == ["desk: answered 503"]
    (row,) = [json.loads(line) for line in (tmp_path / "told.jsonl").read_text().splitlines()]
    assert row["text"].startswith("가온전자 – Nimbus")


def test_a_crash_before_queueing_loses_nothing(store: Store, webhook: Webhook) -> None:
    # Resolution is done and the process dies before it tells anybody: nothing was queued.
    report(store, 1, "가온전자", "Nimbus")
    store.close()
    with closing(Store(store.path)) as again:
        tell(again, desk())
    assert len(webhook.lines) == 1


DIE_BEFORE_MARKING = """
import os, signal, sys
from db import Store
from jehyu.settings import Receiver
from jehyu.telling import Alarms, tell_receivers
Store.save_notice = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
tell_receivers(Store(sys.argv[1]), [Receiver(name="desk", kind="webhook", target_env="HOOK")], Alarms(), 0.9)
"""


def test_after_a_crash_between_the_answer_and_our_mark_the_key_tells_the_repetition(
    store: Store, webhook: Webhook
) -> None:
    report(store, 1, "가온전자", "Nimbus")
    died = subprocess.run([sys.executable, "-c", DIE_BEFORE_MARKING, str(store.path)], env=os.environ, check=False)
    assert died.returncode == -9 and len(webhook.taken) == 1
    report(store, 2, "다온소프트", "Lumen")
    tell(store, desk())
    (first, lines), (again, same), (other, _) = webhook.taken
    assert (first, lines) == (again, same) and other != first


def test_a_file_holds_each_message_once_also_after_such_a_crash(store: Store, tmp_path: Path) -> None:
    paper = Receiver(name="desk", kind="file", path=tmp_path / "told.jsonl")
    report(store, 1, "가온전자", "Nimbus")
    report(store, 2, "다온소프트", "Lumen")
    program = DIE_BEFORE_MARKING.replace('kind="webhook", target_env="HOOK"', 'kind="file", path=sys.argv[2]')
    died = subprocess.run([sys.executable, "-c", program, str(store.path), str(paper.path)], check=False)
    assert died.returncode == -9 and paper.path is not None
    assert tell(store, paper) == []
    report(store, 3, "라온물산", "Vertex")
    assert tell(store, paper) == tell(store, paper) == []
    rows = [json.loads(line) for line in paper.path.read_text().splitlines()]
    assert [row["text"].split(" – ")[0] for row in rows] == ["가온전자", "다온소프트", "라온물산"]


def test_a_file_that_cannot_be_written_is_tried_again(store: Store, tmp_path: Path) -> None:
    paper = Receiver(name="desk", kind="file", path=tmp_path / "not yet" / "told.jsonl")
    report(store, 1, "가온전자", "Nimbus")
    (failure,) = tell(store, paper)
    assert failure.startswith("desk: ") and "No such file" in failure
    (tmp_path / "not yet").mkdir()
    assert tell(store, paper) == []
    assert paper.path is not None and len(paper.path.read_text().splitlines()) == 1


def test_a_name_from_an_article_calls_nobody_and_breaks_no_line(store: Store, webhook: Webhook) -> None:
    report(store, 1, "가온 <!channel>", "Nim\nbus")
    assert tell(store, desk()) == []
    assert [line.split(" (")[0] for line in webhook.lines] == ["가온 &lt;!channel&gt; – Nim bus"]


def test_an_event_merged_into_another_is_not_told_again(store: Store, webhook: Webhook) -> None:
    report(store, 1, "가온전자", "Nimbus")
    report(store, 9, "가온전자", "Lumen")
    tell(store, desk())
    one, other = [row["id"] for row in store.rows("SELECT id FROM events ORDER BY id")]
    store.merge(one, other, "me")
    tell(store, desk())
    assert len(webhook.lines) == 2


def test_an_event_that_becomes_sure_enough_later_is_told_then(store: Store, webhook: Webhook) -> None:
    report(store, 1, "가온전자", "Nimbus", confidence=0.6)
    tell(store, desk())
    assert webhook.lines == []
    store.conn.execute("UPDATE events SET confidence = 0.97")  # as a second outlet's report does
    tell(store, desk())
    assert len(webhook.lines) == 1


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({"companies": ("가온전자",)}, ["가온전자"]),
        ({"companies": ("nobody",)}, []),
        ({"kinds": ("supply",)}, ["다온소프트"]),
        ({"countries": ("US",)}, ["가온전자", "다온소프트"]),
        ({"countries": ("JP",)}, []),
        ({"minimum_confidence": 0.99}, []),
        ({"minimum_confidence": 0.5}, ["가온전자", "다온소프트", "라온물산"]),
        ({"events": False}, []),
    ],
)
def test_filters(store: Store, webhook: Webhook, filters: dict[str, Any], told: list[str]) -> None:
    report(store, 1, "가온전자", "Nimbus")
    report(store, 2, "다온소프트", "Lumen", kind="supply")
    report(store, 3, "라온물산", "Vertex", confidence=0.6)
    tell(store, desk(**filters))
    assert [line.split(" – ")[0] for line in webhook.lines] == told


def test_mail_arrives_and_names_the_deal(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    report(store, 1, "Gaon", "Nimbus")
    with Mailbox() as mailbox:
        Thread(target=mailbox.serve_forever, daemon=True).start()
        monkeypatch.setenv("JEHYU_SMTP", f"127.0.0.1:{mailbox.server_address[1]}")
        monkeypatch.setenv("MAILS", "desk@example.org")
        receiver = Receiver(name="desk", kind="email", target_env="MAILS")
        assert tell(store, receiver) == tell(store, receiver) == []
        mailbox.shutdown()
    (mail,) = mailbox.mails
    assert "To: desk@example.org" in mail and "• Gaon – Nimbus (mou" in mail and "Message-ID: <" in mail
    assert tell(store, receiver) == []


def test_secrets_stand_neither_in_the_database_nor_in_the_log(
    store: Store, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    report(store, 1, "가온전자", "Nimbus")
    webhook.status = 500
    failures = tell(store, desk())
    webhook.status = 200
    webhook.server_close()  # nobody listens any more
    failures += tell(store, desk())
    assert len(failures) == 2 and "Error" in failures[1]
    written = b"".join(path.read_bytes() for path in store.path.parent.iterdir() if path.is_file())
    assert SECRET not in caplog.text + " ".join(failures)
    assert SECRET.encode() not in written


def test_many_events_come_in_messages_that_a_chat_takes(
    store: Store, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jehyu.telling.AT_ONCE", 2)
    for number, name in enumerate(("가온전자", "다온소프트", "라온물산", "마루상사", "바다해운")):
        report(store, number, name, f"Partner{number}")
    tell(store, desk())
    assert [len(lines) for _, lines in webhook.taken] == [2, 2, 1]
    assert len(set(webhook.lines)) == 5 and len({key for key, _ in webhook.taken}) == 3


def test_a_missing_variable_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK", raising=False)
    report(store, 1, "가온전자", "Nimbus")
    assert tell(store, desk()) == ["desk: the environment variable HOOK is not set"]


DECLARED = """
[source.{0}]
family = "feed"
name = "{0}"
name_en = "{0}"
home = "https://{0}.example"
feeds = ["/feed"]
"""


def fared(store: Store, **outcomes: bool) -> Alarms:
    """A run in which these sources answered or did not."""
    run, sources = store.start_run(), parse_sources("".join(DECLARED.format(name) for name in outcomes), "test")
    store.sync_sources(map(source_row, sources))
    for name, well in outcomes.items():
        report = Report(name)
        report.entries_asked = 1
        if not well:
            report.entry_failed("https://a.example/feed", Failure.TIMEOUT, "no answer")
        store.save_source_run(run, name, **report.row())
    return source_alarms(store, sources)


def test_an_alarm_is_told_once_an_outage(store: Store, webhook: Webhook) -> None:
    receiver = desk(alarms=True)
    for well in (False, False, False, True, False, False):
        tell(store, receiver, alarms=fared(store, one=well, two=True))
    (first, lines), (second, again) = webhook.taken
    assert lines == again == ["one is broken: nothing could be had: timeout (1)"]
    assert first != second  # or the receiver would take the second outage for a repetition


def test_a_dead_network_is_one_alarm(store: Store, webhook: Webhook) -> None:
    receiver = desk(alarms=True)
    for _ in range(3):
        tell(store, receiver, alarms=fared(store, one=False, two=False, three=False))
    assert webhook.lines == ["none of 3 sources answers: is the network down?"]


def test_alarms_go_only_to_those_who_want_them(store: Store, webhook: Webhook) -> None:
    for _ in range(2):
        tell(store, desk(), alarms=fared(store, one=False, two=True))
    assert webhook.lines == []
