"""Kills crawl, extraction, resolution, notices, migration and review at random moments, and looks what is left.

    python benchmarks/faults.py --kills 300 --seed 1

A life is one database file. Each stage of it is killed several times (SIGKILL, every fourth time SIGTERM) at seeded
moments and then let through. After each kill the file must pass `db.backup.check`; at the end of its life it must hold
what an undisturbed run leaves; webhook and mailbox must have been told each event under one key, and a file must hold
each once. Then the other faults: a full and a read-only disk, two runs at once, a hung server, a clock set back, a
damaged file.

The newsroom and the receivers live in this process; the stages in children of a fork server that has imported all.
"""

from __future__ import annotations

import argparse
import math
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
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from socketserver import BaseServer
from typing import Any

from benchmarks.faults_receivers import Fault, Receivers
from benchmarks.faults_stages import LIVES, Job, ended, finish, kill, let_through, old_file, start
from db import backup
from db.snapshot import snapshot
from jehyu.demo import Newsroom, load_stories
from jehyu.settings import Crawl

OUTLETS = ("saebyeok", "didim", "doore", "maru", "noeul")
EMPTY = zlib.compress(b"")
OTHERS = ("two_at_once", "hung_server", "clock_back", "damaged_file", "small_disk")


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

    def job(self, name: str, receivers: Receivers | None = None) -> Job:
        """A new life: a file of the first schema."""
        told = receivers or Receivers()
        old_file(self.folder / name)
        return Job(self.folder / name, self.newsroom.sources(*OUTLETS), f"http://{told.webhook}/secret", told.smtp)

    def migrated(self, name: str) -> Job:
        """A new life whose file is up to date."""
        job = self.job(name)
        let_through("migrate", job, name)
        return job

    def undisturbed(self) -> None:
        """What all others are compared with, and how long each stage takes: at its best, or kills would come late."""
        for number, stages_of_life in enumerate(LIVES * 2):
            receivers = Receivers()
            job = self.job(f"undisturbed-{number}.db", receivers)
            for stage in stages_of_life:
                if stage == "review":
                    self.before_review = content(job.database)
                begun = time.monotonic()
                let_through(stage, job, "undisturbed")
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
            let_through(stage, job, f"life {number} after its kills")
        same(job.database, self.wanted, f"life {number}")
        receivers.judge(f"life {number}", self.wanted["notices"], job.paper)
        job.database.unlink()
        return done

    def two_at_once(self) -> None:
        job = self.migrated("two.db")
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
            job = self.migrated("hung.db")
            job = replace(job, sources=[*job.sources, hung], limits=Crawl(source_time_limit=limit))
            begun = time.monotonic()
            let_through("run", job, "hung server")
            if (took := time.monotonic() - begun) > self.seconds["run"] * 3 + 30:
                raise Fault(f"hung server: {took:.0f} s")
            same(job.database, self.before_review, "hung server")

    def clock_back(self) -> None:
        job = self.migrated("clock.db")
        kill("run", job, self.seconds["run"] / 2, signal.SIGKILL)
        let_through("run", replace(job, clock_back=timedelta(hours=1)), "clock back")
        same(job.database, self.before_review, "clock back")

    def damaged_file(self) -> None:
        job = self.migrated("damaged.db")
        backup.backup(job.database, self.folder / "sound.db")
        bytes_ = bytearray(job.database.read_bytes())
        bytes_[:100] = b"\xff" * 100
        job.database.write_bytes(bytes_)
        answer = finish("run", job)
        if "damaged" not in answer or job.database.read_bytes() != bytes_:
            raise Fault(f"damaged file: {answer}")
        backup.restore(self.folder / "sound.db", job.database)
        let_through("run", job, "restored")
        same(job.database, self.before_review, "restored")

    def small_disk(self) -> str:
        """A full, then a read-only filesystem; needs the right to mount one."""
        place = self.folder / "disk"
        place.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", place], check=False).returncode:
            return "not run: no right to mount"
        try:
            job = self.job("disk/news.db")
            answers = [finish(stage, job) for stage in ("migrate", "run")]
            if not any("disk is full" in answer for answer in answers) or backup.check(job.database):
                raise Fault(f"full disk: {answers} {backup.check(job.database)}")
            subprocess.run(["mount", "-o", "remount,ro", place], check=True)
            if "writable" not in (answer := finish("run", job)) and "Read-only" not in answer:
                raise Fault(f"read-only disk: {answer}")
            subprocess.run(["mount", "-o", "remount,rw,size=64m", place], check=True)
            for stage in ("migrate", "run"):
                let_through(stage, job, "after the full disk")
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
