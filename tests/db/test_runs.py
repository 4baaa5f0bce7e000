"""The account of runs: what is dropped when its time is over, and what stays because something rests on it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from invented_news import filled, generated, put

from db import Store, queries, runs
from db.backup import check
from db.base import KST

FIRST = datetime(2026, 1, 6, 12, tzinfo=KST)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of which only the two newest runs are kept for good."""
    monkeypatch.setattr(runs, "KEPT_RUNS", 2)
    opened = filled(tmp_path / "jehyu.db")
    yield opened
    opened.close()
    assert check(opened.path) == []


def run(store: Store, day: int, *, resolves: bool = False) -> int:
    """A run on that day; its id."""
    store.clock = lambda: FIRST + timedelta(days=day)
    number = store.start_run()
    store.save_source_run(number, "daily", "ok", new=1)
    if resolves:
        store.resolve(number)
    store.finish_run(number, "ok", "")
    return number


def kept(store: Store, table: str, column: str) -> list[int]:
    return [row[0] for row in store.rows(f"SELECT {column} FROM {table} ORDER BY 1")]


def test_old_runs_go_with_what_sources_did_in_them(store: Store) -> None:
    numbers = [run(store, day) for day in range(6)]
    assert store.drop_runs(FIRST + timedelta(days=3)) == 3
    assert kept(store, "runs", "id") == kept(store, "run_sources", "run_id") == numbers[3:]
    assert run(store, 6) == numbers[-1] + 1


def test_the_newest_stay_whatever_the_clock_says(store: Store) -> None:
    numbers = [run(store, day) for day in range(6)]
    for _ in range(2):
        store.drop_runs(FIRST + timedelta(days=9999))
        assert kept(store, "runs", "id") == kept(store, "run_sources", "run_id") == numbers[-2:]


def test_a_run_that_made_or_changed_an_event_stays_without_its_sources(store: Store) -> None:
    for told in generated(1, 4):
        put(store, told)
    maker = run(store, 0, resolves=True)
    newer = [run(store, day, resolves=True) for day in range(1, 5)]
    history = [tuple(row) for row in store.rows("SELECT * FROM event_log")]
    assert {row["run_id"] for row in store.rows("SELECT run_id FROM event_log")} == {maker}
    store.drop_runs(FIRST + timedelta(days=9))
    assert kept(store, "runs", "id") == [maker, *newer[-2:]]
    assert kept(store, "run_sources", "run_id") == newer[-2:]
    assert [tuple(row) for row in store.rows("SELECT * FROM event_log")] == history


def test_what_is_new_stays_new_when_no_later_run_came_to_resolving(store: Store) -> None:
    for told in generated(1, 4):
        put(store, told)
    run(store, 0, resolves=True)
    new = queries.events(store.conn, new=True)
    for day in range(1, 5):
        run(store, day)
    store.drop_runs(FIRST + timedelta(days=9))
    assert new and queries.events(store.conn, new=True) == new
