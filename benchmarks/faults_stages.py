"""The stages of a run as children that `benchmarks.faults` kills, and the database that they start from."""

from __future__ import annotations

import contextlib
import json
import logging
import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlite_utils

from benchmarks.faults_receivers import Fault
from crawler import Source
from db import DatabaseError, Store, migrations
from db.base import system_clock
from jehyu import stages
from jehyu.demo.labels import LabelReader
from jehyu.lock import AlreadyRunning, run_lock
from jehyu.settings import Crawl, Receiver, Settings
from jehyu.telling import Alarms, tell_receivers

OLD_ARTICLES = 1500
LIMITS = Crawl(source_time_limit=120)
# A part of the company table, which is written in one transaction whatever its size, leaves time for more kills.
ALL_ORGANIZATIONS = stages.organization_rows


@cache
def reader() -> LabelReader:
    return LabelReader()


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
    return ended(*start(stage, job))


def let_through(stage: str, job: Job, what: str) -> None:
    """Lets a stage through that must end well."""
    if (answer := finish(stage, job)) != "done":
        raise Fault(f"{what}, {stage}: {answer}")


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
