"""Kills crawl, extraction, resolution, notices, migration and review at random moments, and looks what is left.

    python benchmarks/faults.py --kills 300 --seed 1

A life is one database file. Each stage of it is killed several times (SIGKILL, every fourth time SIGTERM) at seeded
moments and then let through. After each kill the file must pass `db.backup.check`; at the end of its life it must hold
what an undisturbed run leaves; webhook and mailbox must have been told each event under one key, and a file must hold
each once. Then the other faults: a
full and a read-only disk, two runs at once, a hung server, a clock set back, a damaged file.

The newsroom and the receivers live in this process; the stages in children of a fork server that has imported all.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import math
import multiprocessing
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from socketserver import BaseRequestHandler, BaseServer, StreamRequestHandler, TCPServer, ThreadingTCPServer
from threading import Thread
from typing import Any

import sqlite_utils

from crawler import Source
from db import DatabaseError, Store, backup, migrations
from db.base import system_clock
from db.snapshot import snapshot
from jehyu import stages
from jehyu.demo import Newsroom, load_stories
from jehyu.demo.labels import LabelReader
from jehyu.lock import AlreadyRunning, run_lock
from jehyu.settings import Crawl, Receiver, Settings
from jehyu.telling import Alarms, tell_receivers

OUTLETS = ("saebyeok", "didim", "doore", "maru", "noeul")
LIMITS = Crawl(source_time_limit=120)
OLD_ARTICLES = 1500
EMPTY = zlib.compress(b"")
OTHERS = ("two_at_once", "hung_server", "clock_back", "damaged_file", "small_disk")

@cache
def reader() -> LabelReader:
    return LabelReader()


# A part of the company table, which is written in one transaction whatever its size, leaves time for more kills.
ALL_ORGANIZATIONS = stages.organization_rows


# -- what the children do ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """What a child needs to know."""

    database: Path
    sources: Sequence[Source]
    webhook: str
    smtp: str
    limits: Crawl = LIMITS
    clock_back: timedelta = timedelta()

    @property
    def paper(self) -> Path:
        """What the receiver of kind ``file`` has been told."""
        return self.database.with_suffix(".told")

    @property
    def settings(self) -> Settings:
        receivers = (
            Receiver(name="desk", kind="webhook", target_env="JEHYU_FAULTS_WEBHOOK", minimum_confidence=0.5),
            Receiver(name="post", kind="email", target_env="JEHYU_FAULTS_MAIL", minimum_confidence=0.5),
            Receiver(name="paper", kind="file", path=self.paper, minimum_confidence=0.5),
        )
        return Settings(receivers=receivers, crawl=self.limits)


def migrate(job: Job) -> None:
    with opened(job) as store:
        for receiver in job.settings.receivers:
            store.know_receiver(receiver.name)


def crawl(job: Job) -> None:
    with run_lock(job.database), opened(job) as store:
        stages.crawl(store, job.sources, job.settings)


def extract(job: Job) -> None:
    with run_lock(job.database), opened(job) as store:
        stages.extract(store, reader(), job.settings)  # type: ignore[arg-type]


def resolve(job: Job) -> None:
    with run_lock(job.database), opened(job) as store:
        store.resolve(store.start_run())


def tell(job: Job) -> None:
    with run_lock(job.database), opened(job) as store:
        failures = tell_receivers(store, job.settings.receivers, Alarms(), 0.9)
        assert not failures, failures


def run(job: Job) -> None:
    if job.clock_back:
        stages.Store = lambda path: Store(path, clock=lambda: system_clock() - job.clock_back)  # type: ignore
    stages.run(job.database, job.sources, job.settings, reader=reader())  # type: ignore[arg-type]


def review(job: Job) -> None:
    """A row of decisions, each taken where its predecessor's row stands: what a person at a terminal would repeat."""
    with opened(job) as store:
        listed = store.rows("SELECT id FROM events WHERE merged_into IS NULL AND first_seen_at IS NOT NULL ORDER BY id")
        known = [row["event_id"] for row in store.rows("SELECT event_id FROM reviews ORDER BY id")]
        ids = [row["id"] for row in listed] if not known else json.loads(_note(store, "faults:ids"))
        if not known:
            with store.transaction():
                store.conn.execute("INSERT OR REPLACE INTO meta VALUES ('faults:ids', ?)", [json.dumps(ids)])
        decisions: list[Callable[[], Any]] = [
            lambda: store.confirm(ids[0], "fault"),
            lambda: store.reject(ids[1], "fault"),
            lambda: store.correct(ids[2], "date", None, "fault"),
            lambda: store.correct(ids[3], "kind", "alliance", "fault"),
            lambda: store.merge(ids[4], ids[5], "fault"),
            lambda: store.reject(ids[6], "fault"),
        ]
        for decide in decisions[len(known) :]:
            decide()
        last = store.rows("SELECT id, undone_at FROM reviews ORDER BY id DESC LIMIT 1")[0]
        if not last["undone_at"]:
            store.undo(last["id"])


STAGES: dict[str, Callable[[Job], None]] = {
    "migrate": migrate, "crawl": crawl, "extract": extract, "resolve": resolve, "tell": tell, "run": run,
    "review": review,
}  # fmt: skip
LIVES = (("migrate", "crawl", "extract", "resolve", "tell", "review"), ("migrate", "run", "review"))


@contextlib.contextmanager
def opened(job: Job) -> Iterator[Store]:
    with closing(Store(job.database)) as store:
        yield store


def _note(store: Store, key: str) -> str:
    return str(store.rows("SELECT value FROM meta WHERE key = ?", [key])[0]["value"])


def child(stage: str, job: Job, pipe: Connection) -> None:
    secrets = {"JEHYU_FAULTS_WEBHOOK": job.webhook, "JEHYU_FAULTS_MAIL": "desk@example.org", "JEHYU_SMTP": job.smtp}
    os.environ.update(secrets)
    logging.getLogger().addHandler(logging.NullHandler())
    stages.crawler_settings = lambda _: {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}
    stages.organization_rows = lambda: islice(ALL_ORGANIZATIONS(), 300)
    pipe.send("at work")
    try:
        STAGES[stage](job)
    except (DatabaseError, AlreadyRunning, OSError) as error:
        pipe.send(f"{type(error).__name__}: {error}")
        return
    pipe.send("done")


# -- the parent: children, webhook, content ---------------------------------------------------------------------------

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["jehyu.stages", "jehyu.demo.labels", "jehyu.telling", "crawler.spiders", "sqlite_utils"])


def start(stage: str, job: Job) -> tuple[Any, Connection]:
    """A child that has begun to work."""
    mine, theirs = FORKS.Pipe()
    process = FORKS.Process(target=child, args=(stage, job, theirs), daemon=True)
    process.start()
    theirs.close()
    assert mine.recv() == "at work"
    return process, mine


def finish(stage: str, job: Job) -> str:
    """Lets a stage through; how it ended."""
    process, pipe = start(stage, job)
    return ended(process, pipe)


def ended(process: Any, pipe: Connection) -> str:
    try:
        answer = str(pipe.recv())
    except EOFError:
        answer = "died"
    process.join()
    return answer


def kill(stage: str, job: Job, after: float, how: signal.Signals) -> bool:
    """Whether the child was still at work when it was killed ``after`` that many seconds."""
    process, pipe = start(stage, job)
    with contextlib.suppress(EOFError):
        if pipe.poll(after):
            answer = pipe.recv()
            process.join()
            if answer != "done":
                raise Fault(f"{stage} failed by itself: {answer}")
            return False
    os.kill(process.pid, how)
    process.join(30)
    return True


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
            lines.append(line)
        return lines


def old_file(path: Path) -> None:
    """A database as the first schema left it, with articles enough that bringing it up to date takes a while."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        migrations.migrations.apply(sqlite_utils.Database(conn), stop_before="m002_search")
        conn.execute("PRAGMA user_version = 1")
        conn.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        conn.execute("INSERT INTO meta VALUES ('program', '0.0.1')")
        conn.execute("BEGIN")
        conn.executemany(
            "INSERT INTO articles (url, title, fetched_at, state) VALUES (?, ?, '2025-01-01T00:00:00+09:00', 'gone')",
            [(f"https://old.example/{n}", f"오래된 제휴 기사 {n}") for n in range(OLD_ARTICLES)],
        )
        conn.execute("COMMIT")


def content(database: Path) -> dict[str, Any]:
    """All that a run is for, without row numbers and clocks."""
    with closing(sqlite3.connect(database)) as conn:
        conn.row_factory = sqlite3.Row
        articles = conn.execute(
            "SELECT a.url, title, published_at, lang, content_hash, state, extractor, body,"
            " (SELECT min(url) FROM articles o WHERE o.text_group = a.text_group) AS grouped"
            " FROM articles a LEFT JOIN article_texts ON article_id = id ORDER BY a.url"
        ).fetchall()
        mentions = conn.execute(
            "SELECT url, m.kind, status, new, m.date, confidence, evidence, evidence_start, pairs,"
            " withdrawn_at IS NULL, event_id,"
            " (SELECT json_group_array(json_array(name, surface, start, country)) FROM mention_parties"
            " WHERE mention_id = m.id ORDER BY position) FROM mentions m JOIN articles a ON a.id = article_id"
            " ORDER BY url, evidence_start, evidence, m.kind, pairs"
        ).fetchall()
        reviews = conn.execute(
            "SELECT action, event_id, target, human_value, undone_at IS NULL FROM reviews ORDER BY id"
        ).fetchall()
        notices = conn.execute("SELECT receiver, subject, sent_at IS NULL FROM notices ORDER BY 1, 2").fetchall()
        log = conn.execute("SELECT event_id, change FROM event_log ORDER BY 1, 2").fetchall()
    return {
        "articles": [(*tuple(row)[:7], zlib.decompress(row["body"] or EMPTY), row["grouped"]) for row in articles],
        "mentions": [tuple(row) for row in mentions],
        "reviews": [tuple(row) for row in reviews],
        "notices": [tuple(row) for row in notices],
        "log": [tuple(row) for row in log],
        "events": snapshot(database),
    }


def same(database: Path, wanted: dict[str, Any], what: str, *, parts: Sequence[str] = ()) -> None:
    if problems := backup.check(database):
        raise Fault(f"{what}: {problems}")
    found = content(database)
    for part in parts or wanted:
        if found[part] != wanted[part]:
            raise Fault(f"{what}: other {part} than an undisturbed run")


# -- the suite --------------------------------------------------------------------------------------------------------


@dataclass
class Suite:
    folder: Path
    newsroom: Newsroom
    random: random.Random
    seconds: dict[str, float] = field(default_factory=dict)
    wanted: dict[str, Any] = field(default_factory=dict)
    before_review: dict[str, Any] = field(default_factory=dict)
    kills: dict[str, int] = field(default_factory=dict)
    late: int = 0

    def job(self, name: str, receivers: Receivers | None = None, **more: Any) -> Job:
        told = receivers or Receivers()
        sources = self.newsroom.sources(*OUTLETS)
        return Job(self.folder / name, sources, f"http://{told.webhook}/secret", told.smtp, **more)

    def undisturbed(self) -> None:
        """What all others are compared with, and how long each stage takes: at its best, or kills would come late."""
        for number, stages_of_life in enumerate(LIVES * 2):
            receivers = Receivers()
            job = self.job(f"undisturbed-{number}.db", receivers)
            old_file(job.database)
            for stage in stages_of_life:
                if stage == "review":
                    self.before_review = content(job.database)
                begun = time.monotonic()
                if (answer := finish(stage, job)) != "done":
                    raise Fault(f"undisturbed {stage}: {answer}")
                self.seconds[stage] = min(time.monotonic() - begun, self.seconds.get(stage, math.inf))
            if number == 0:
                self.wanted = content(job.database)
            same(job.database, self.wanted, "the whole run against its stages")
            receivers.judge("undisturbed", self.wanted["notices"], job.paper)
            if receivers.messages != 2:
                raise Fault(f"undisturbed: told in {receivers.messages} messages")

    def life(self, number: int, kills: int) -> int:
        """One file, killed about ``kills`` times in all; how often it was."""
        receivers, stages_of_life, done = Receivers(), LIVES[number % len(LIVES)], 0
        job = self.job(f"life-{number}.db", receivers)
        old_file(job.database)
        for position, stage in enumerate(stages_of_life):
            share = (kills - done) / (len(stages_of_life) - position)
            for _ in range(int(share) + (self.random.random() < share % 1)):
                how = signal.SIGTERM if self.random.random() < 0.25 else signal.SIGKILL
                if kill(stage, job, self.random.uniform(0, self.seconds[stage]), how):
                    self.kills[stage] = self.kills.get(stage, 0) + 1
                    done += 1
                else:
                    self.late += 1
                if stage != "migrate" and (problems := backup.check(job.database)):
                    raise Fault(f"life {number}, {stage} killed: {problems}")
            if (answer := finish(stage, job)) != "done":
                raise Fault(f"life {number}, {stage} after kills: {answer}")
        same(job.database, self.wanted, f"life {number}")
        receivers.judge(f"life {number}", self.wanted["notices"], job.paper)
        job.database.unlink()
        return done

    def two_at_once(self) -> None:
        job = self.job("two.db")
        old_file(job.database)
        finish("migrate", job)
        first = start("run", job)
        time.sleep(self.seconds["run"] * 0.2)
        second = start("run", job)
        answers = sorted([ended(*first), ended(*second)])
        if not (answers[0].startswith("AlreadyRunning") and answers[1] == "done"):
            raise Fault(f"two at once: {answers}")
        same(job.database, self.before_review, "two at once")
        with closing(sqlite3.connect(job.database)) as conn:
            outcomes = [row[0] for row in conn.execute("SELECT outcome FROM runs ORDER BY outcome")]
        if outcomes != ["ok", "refused"]:
            raise Fault(f"two at once: recorded as {outcomes}")

    def hung_server(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            hung = self.newsroom.sources("sol")[0]
            address = f"http://127.0.0.1:{silent.getsockname()[1]}"
            hung = hung.model_copy(update={"home": address, "feeds": (f"{address}/feed",), "sitemaps": (), "lists": ()})
            limit = 5 + math.ceil(self.seconds["run"])  # the others must have time enough, however slow the machine
            job = self.job("hung.db", limits=Crawl(source_time_limit=limit))
            job = replace(job, sources=[*job.sources, hung])
            old_file(job.database)
            finish("migrate", job)
            begun = time.monotonic()
            answer = finish("run", job)
            if answer != "done" or time.monotonic() - begun > self.seconds["run"] * 3 + 30:
                raise Fault(f"hung server: {answer} after {time.monotonic() - begun:.0f} s")
            same(job.database, self.before_review, "hung server")

    def clock_back(self) -> None:
        job = self.job("clock.db")
        old_file(job.database)
        finish("migrate", job)
        kill("run", job, self.seconds["run"] / 2, signal.SIGKILL)
        back = replace(job, clock_back=timedelta(hours=1))
        if (answer := finish("run", back)) != "done":
            raise Fault(f"clock back: {answer}")
        same(job.database, self.before_review, "clock back")

    def damaged_file(self) -> None:
        job = self.job("damaged.db")
        old_file(job.database)
        finish("migrate", job)
        backup.backup(job.database, self.folder / "sound.db")
        bytes_ = bytearray(job.database.read_bytes())
        bytes_[:100] = b"\xff" * 100
        job.database.write_bytes(bytes_)
        answer = finish("run", job)
        if "damaged" not in answer or job.database.read_bytes() != bytes_:
            raise Fault(f"damaged file: {answer}")
        for suffix in ("-wal", "-shm"):
            job.database.with_name(job.database.name + suffix).unlink(missing_ok=True)
        backup.restore(self.folder / "sound.db", job.database)
        if (answer := finish("run", job)) != "done":
            raise Fault(f"restored: {answer}")
        same(job.database, self.before_review, "restored")

    def small_disk(self) -> str:
        """A full, then a read-only filesystem; needs the right to mount one."""
        place = self.folder / "disk"
        place.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", place], check=False).returncode:
            return "not run: no right to mount"
        try:
            job = self.job("disk/news.db")
            old_file(job.database)
            answers = [finish(stage, job) for stage in ("migrate", "run")]
            if not any("disk is full" in answer for answer in answers) or backup.check(job.database):
                raise Fault(f"full disk: {answers} {backup.check(job.database)}")
            subprocess.run(["mount", "-o", "remount,ro", place], check=True)
            if "writable" not in (answer := finish("run", job)) and "Read-only" not in answer:
                raise Fault(f"read-only disk: {answer}")
            subprocess.run(["mount", "-o", "remount,rw,size=64m", place], check=True)
            for stage in ("migrate", "run"):
                if (answer := finish(stage, job)) != "done":
                    raise Fault(f"after the full disk: {answer}")
            same(job.database, self.before_review, "full disk", parts=("articles", "mentions", "events", "notices"))
        finally:
            subprocess.run(["umount", "-l", place], check=False)
        return "passed"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--kills-a-life", type=int, default=12)
    options.add_argument("--only-kills", action="store_true")
    given = options.parse_args()
    BaseServer.handle_error = lambda *_: None  # type: ignore[method-assign]  # a killed client is no news here
    folder = Path(tempfile.mkdtemp(prefix="jehyu-faults-"))
    begun = time.monotonic()
    try:
        with Newsroom(first_port=0, stories=[s for s in load_stories() if s.outlet in (*OUTLETS, "sol")]) as newsroom:
            suite = Suite(folder, newsroom, random.Random(given.seed))
            suite.undisturbed()
            print("seconds undisturbed:", {stage: round(s, 2) for stage, s in suite.seconds.items()}, flush=True)
            done = number = 0
            while done < given.kills:
                done += suite.life(number, min(given.kills_a_life, given.kills - done))
                number += 1
            lives = f"{number} lives ({suite.late} came too late)"
            print(f"{done} kills {suite.kills} in {lives}: all as undisturbed", flush=True)
            for fault in () if given.only_kills else OTHERS:
                print(f"{fault.replace('_', ' ')}: {getattr(suite, fault)() or 'passed'}", flush=True)
    except Fault as fault:
        print(f"FAULT (seed {given.seed}): {fault}\nfiles kept in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    print(f"{time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
