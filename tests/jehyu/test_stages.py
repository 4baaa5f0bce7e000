"""A run of all stages on the demo newsroom: what it stores, what a second one leaves alone, how trouble is told."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db import DatabaseError, Store, queries
from db.backup import check
from db.base import system_clock
from db.vocabulary import STATUSES
from jehyu.demo import Newsroom, load_stories
from jehyu.demo.labels import LabelReader
from jehyu.limits import TERMINATED, TooLong, at_most
from jehyu.lock import AlreadyRunning, run_lock
from jehyu.outcome import Outcome
from jehyu.rereading import preview
from jehyu.settings import Extract, Retention, Settings

CONTENT = ("articles", "article_texts", "mentions", "mention_parties", "events", "event_parties", "event_history")


def content(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(database)) as conn:
        return {table: conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in CONTENT}


def runs(database: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as conn:
        return conn.execute("SELECT outcome, summary FROM runs ORDER BY id").fetchall()


def test_a_run_ends_in_events_and_a_second_one_changes_no_row(run: Any, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    first = run(database)
    assert first.outcome == Outcome.OK, first.summary()
    assert first.new > 0
    assert len(queries.events(database, new=True, status=STATUSES)) == first.new
    before = content(database)
    second = run(database)
    assert (second.outcome, second.new, second.changed, second.withdrawn) == (Outcome.OK, 0, 0, 0)
    assert content(database) == before
    assert queries.events(database, new=True) == []
    assert check(database) == []
    assert [outcome for outcome, _ in runs(database)] == ["ok", "ok"]
    assert "0 new articles" in runs(database)[1][1]


def test_a_second_run_at_once_is_refused_and_recorded(run: Any, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    with run_lock(database), pytest.raises(AlreadyRunning, match="another run"):
        run(database)
    assert [outcome for outcome, _ in runs(database)] == ["refused"]


def test_a_broken_source_makes_the_run_partly_failed_and_the_others_are_stored(
    run: Any, small_newsroom: Newsroom, tmp_path: Path
) -> None:
    database = tmp_path / "news.db"
    sources = small_newsroom.sources("saebyeok", "didim")
    dead = sources[1].model_copy(update={"feeds": ["http://127.0.0.1:9/feed"], "home": "http://127.0.0.1:9"})
    report = run(database, sources=[sources[0], dead])
    assert report.outcome == Outcome.PARTLY
    assert "1 broken: didim" in report.summary()
    assert report.new > 0
    assert runs(database)[0][0] == "partial"


def test_sigterm_ends_a_run_in_order(small_newsroom: Newsroom, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom jehyu import stages\nfrom jehyu.settings import Settings\n"
        "class Slow:\n    version, thresholds = 'slow', {'publish': 0.9}\n"
        "def hang(*a, **k):\n    print('at work', flush=True); time.sleep(60)\n"
        "stages.crawl = hang\nstages.run(Path(sys.argv[1]), [], Settings(), reader=Slow())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(database)], stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "at work\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == TERMINATED
    assert [outcome for outcome, _ in runs(database)] == ["interrupted"]


def test_an_article_that_takes_too_long_keeps_that_as_its_error(run: Any, tmp_path: Path) -> None:
    class Stuck(LabelReader):
        def read(self, article: Any) -> dict[str, Any]:
            if "협약" in article["title"]:
                time.sleep(30)
            return super().read(article)

    database = tmp_path / "news.db"
    report = run(database, Settings(extract=Extract(article_time_limit=1)), reader=Stuck())
    assert report.outcome == Outcome.PARTLY
    assert 0 < report.extracted.failed < report.extracted.read
    with closing(sqlite3.connect(database)) as conn:
        errors = {row[0] for row in conn.execute("SELECT extract_error FROM articles WHERE extract_error IS NOT NULL")}
    assert errors == {"could not be read: took longer than 1 s"}


def test_the_limit_is_gone_after_the_block() -> None:
    with at_most(0.05):
        pass
    time.sleep(0.1)
    with pytest.raises(TooLong), at_most(0.05):
        time.sleep(5)


def test_a_full_disk_is_told_in_plain_words_and_nothing_is_lost(run: Any, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    with closing(Store(database)) as store:
        pages = store.rows("PRAGMA page_count")[0][0]
        store.conn.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(DatabaseError, match=r"news\.db.*disk is full"):
            for number in range(200):
                store.save_article(url=f"https://a.example/{number}", source_id=None, title="t", text="가" * 5000)
    assert check(database) == []
    assert run(database).outcome == Outcome.OK


def test_bodies_are_dropped_when_their_time_is_over_and_evidence_stays(run: Any, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    first = run(database, Settings(retention=Retention(body_days=36500)))
    held = content(database)
    assert held["article_texts"]
    assert run(database, Settings(retention=Retention(body_days=1))).outcome == Outcome.OK  # stories of 2025
    kept = content(database)
    assert kept["article_texts"] == []
    assert {table: rows for table, rows in kept.items() if table != "article_texts"} == {
        table: rows for table, rows in held.items() if table != "article_texts"
    }
    third = run(database)
    assert (third.new, third.changed, third.withdrawn, third.extracted.read) == (0, 0, 0, 0)
    assert check(database) == []
    assert first.new == len(queries.events(database, status=STATUSES))


def test_a_clock_set_back_an_hour_does_no_damage(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "news.db"
    run(database)
    before = content(database)
    earlier = timedelta(hours=1)
    monkeypatch.setattr("jehyu.stages.Store", lambda path: Store(path, clock=lambda: system_clock() - earlier))
    again = run(database)
    assert (again.outcome, again.new, again.changed) == (Outcome.OK, 0, 0)
    assert content(database) == before
    assert check(database) == []


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(run: Any, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    database.write_bytes(b"no SQLite file at all, but long enough to have a header. " * 20)
    before = database.read_bytes()
    with pytest.raises(DatabaseError, match="damaged or not a SQLite file"):
        run(database)
    assert database.read_bytes() == before


def test_reading_again_is_shown_before_it_is_done(run: Any, tmp_path: Path) -> None:
    class Upgraded(LabelReader):
        """Finds a deal less, calls another one otherwise, and finds one more than before."""

        def read(self, article: Any) -> dict[str, Any]:
            answer = super().read(article)
            for event in answer["events"]:
                if event["kind"] == "investment":
                    event["kind"] = "acquisition"
            return answer | {"events": [event for event in answer["events"] if event["kind"] != "supply"]}

    database = tmp_path / "news.db"
    run(database)
    before = content(database)
    found = preview(database, Upgraded("labels-2"), Settings())
    assert found.extracted.read == len(load_stories_of(before))
    assert found.withdrawn and {event["kind"] for event in found.withdrawn} == {"supply"}
    assert all("kind: investment → acquisition" in event["differs"] for event in found.changed)
    assert len(list(found.lines())) == len(found.added) + len(found.changed) + len(found.withdrawn) + len(found.merged)
    assert content(database) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def load_stories_of(tables: dict[str, list[tuple[Any, ...]]]) -> list[str]:
    titles = {story.title for story in load_stories()}
    return [row[4] for row in tables["articles"] if row[4] in titles]
