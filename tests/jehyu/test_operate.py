"""The commands of whoever keeps it running: what they say, and the exit code that cron and scripts act on."""

import sqlite3
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler import load_sources
from db import Store
from db.backup import check
from db.base import KST
from jehyu.cli import main
from jehyu.demo.labels import LabelReader
from jehyu.lock import run_lock

WATCHED = ("bloter", "etnews", "ddaily")


def jehyu(*arguments: str | Path, **given: str) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False, **given)  # type: ignore[arg-type]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings in which three outlets are on."""
    path = tmp_path / "jehyu.toml"
    off = sorted(load_sources().keys() - set(WATCHED))
    path.write_text(f"[crawl]\ndisable = {off}\n".replace("'", '"'))
    return path


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """Settings in which every outlet is off: a run asks nobody."""
    path = tmp_path / "silent.toml"
    path.write_text(f"[crawl]\ndisable = {sorted(load_sources())}\n".replace("'", '"'))
    return path


def ran(database: Path, ended: str = "ok", ago: timedelta = timedelta(), **outcomes: tuple[str, timedelta]) -> None:
    """A run in which these outlets fared so; with each how old its newest article was."""
    begun = datetime.now(KST) - ago
    with closing(Store(database, clock=lambda: begun)) as store:
        store.sync_sources([{"id": name, "name": name} for name in WATCHED])
        number = store.start_run()
        for name, (outcome, age) in outcomes.items():
            store.save_source_run(number, name, outcome=outcome, newest_at=begun - age)
        store.finish_run(number, ended, "")


QUIET = ("nothing_new", timedelta(hours=1))
OLD = ("nothing_new", timedelta(days=30))


def stands(result: Result) -> dict[str, str]:
    """Outlet → its word in the table."""
    lines = [line.split() for line in result.stdout.splitlines()]
    return {line[0]: " ".join(line[1:3]) for line in lines if line and line[0] in WATCHED}


def test_not_run_quiet_and_overdue_are_told_apart(config: Path, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    ran(database, bloter=QUIET, etnews=OLD)
    told = jehyu("--config", config, "health", "--db", database)
    words = stands(told)
    assert words["bloter"].startswith("quiet") and words["etnews"].startswith("overdue")
    assert words["ddaily"].startswith("not run")
    assert "3 sources, 1 need attention" in told.stdout
    assert told.exit_code == 1


def test_health_is_0_when_nobody_is_needed(config: Path, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    ran(database, bloter=QUIET, etnews=QUIET)
    told = jehyu("--config", config, "health", "--db", database)
    assert (told.exit_code, "0 need attention" in told.stdout) == (0, True), told.stdout


def test_a_schedule_that_has_stopped_is_not_taken_for_quiet(config: Path, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    ran(database, ago=timedelta(days=2), bloter=QUIET)
    with closing(Store(database)) as store:
        store.refuse_run("another run is at work")  # a refused run is none
    told = jehyu("--config", config, "health", "--db", database)
    assert told.exit_code == 1 and "is the schedule installed" in told.stdout


def test_a_last_run_that_failed_is_told(config: Path, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    ran(database, "failed", bloter=QUIET)
    told = jehyu("--config", config, "health", "--db", database)
    assert told.exit_code == 1 and "got nothing done" in told.stdout


def test_health_of_a_database_that_is_not_there_is_2(tmp_path: Path) -> None:
    told = jehyu("health", "--db", tmp_path / "none.db")
    assert told.exit_code == 2 and "none.db" in told.stderr


def test_a_quiet_run_prints_one_line_and_ends_with_0(silent: Path, tmp_path: Path) -> None:
    told = jehyu("--config", silent, "run", "--quiet", "--db", tmp_path / "news.db")
    assert (told.exit_code, len(told.stdout.splitlines()), told.stderr) == (0, 1, "")
    assert told.stdout.startswith(f"{datetime.now():%Y-%m-%d} ")


def test_a_second_run_ends_with_3_and_is_recorded(silent: Path, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    with run_lock(database):
        told = jehyu("--config", silent, "run", "--db", database)
    assert told.exit_code == 3 and "another run" in told.stderr
    with closing(sqlite3.connect(database)) as conn:
        assert [row[0] for row in conn.execute("SELECT outcome FROM runs")] == ["refused"]


def test_a_newer_file_is_refused_with_2_and_left_alone(silent: Path, tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    with closing(Store(database)) as store:
        store.conn.execute("PRAGMA user_version = 999")
    before = database.read_bytes()
    told = jehyu("--config", silent, "run", "--db", database)
    assert told.exit_code == 2 and "newer than this program" in told.stderr
    assert database.read_bytes() == before


def test_a_file_that_another_program_keeps_locked_is_told_with_2(
    silent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "news.db"
    Store(database).close()
    monkeypatch.setattr("db.connection.BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        told = jehyu("--config", silent, "run", "--db", database)
    assert told.exit_code == 2 and "another program is writing to it" in told.stderr
    assert jehyu("--config", silent, "run", "--db", database).exit_code == 0


def test_a_folder_that_is_not_there_is_told_with_2(silent: Path, tmp_path: Path) -> None:
    told = jehyu("--config", silent, "run", "--db", tmp_path / "nowhere" / "news.db")
    assert told.exit_code == 2 and "Check that the folder exists" in told.stderr


@pytest.mark.parametrize("command", [["health"], ["events"], ["explain", "x"], ["backup", "copy.db"], ["resolve"]])
def test_a_damaged_file_is_told_with_2_by_what_reads_and_what_writes(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = tmp_path / "news.db"
    ran(database, bloter=QUIET)
    whole = database.read_bytes()
    database.write_bytes(whole[:8192] + b"\x55" * (len(whole) - 8192))
    told = jehyu(*command, "--db", database)
    assert told.exit_code == 2 and "news.db: it is damaged" in told.stderr, told.output
    assert not list(tmp_path.glob("copy.db*"))


def test_an_empty_file_is_told_with_2(tmp_path: Path) -> None:
    (tmp_path / "news.db").touch()
    told = jehyu("events", "--db", tmp_path / "news.db")
    assert told.exit_code == 2 and "an empty file" in told.stderr


def test_reading_again_makes_no_file(tmp_path: Path) -> None:
    told = jehyu("extract", "--all", "--dry-run", "--db", tmp_path / "news.db")
    assert told.exit_code == 2 and "no such database" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_which_cron_could_not_write_is_not_scheduled(tmp_path: Path) -> None:
    told = jehyu("schedule", "--install", "--db", tmp_path / "nowhere" / "news.db")
    assert told.exit_code == 2 and "no such folder" in told.stderr


def test_a_wrong_setting_is_told_with_2(tmp_path: Path) -> None:
    (tmp_path / "jehyu.toml").write_text("[crawl]\nsource_limit = 3\n")
    told = jehyu("--config", tmp_path / "jehyu.toml", "run", "--db", tmp_path / "news.db")
    assert told.exit_code == 2 and "crawl.source_limit" in told.stderr


def test_a_backup_comes_back_and_what_was_there_is_kept(config: Path, tmp_path: Path) -> None:
    database, copy = tmp_path / "news.db", tmp_path / "copy.db"
    ran(database, bloter=QUIET)
    assert jehyu("backup", copy, "--db", database).exit_code == 0
    ran(database, bloter=QUIET)
    with run_lock(database):
        assert jehyu("restore", copy, "--db", database).exit_code == 3
    told = jehyu("restore", copy, "--db", database)
    assert told.exit_code == 0
    kept = Path(told.stdout.rsplit(" is ", 1)[1].strip())
    for path, runs in ((database, 1), (kept, 2)):
        assert check(path) == []
        with closing(sqlite3.connect(path)) as conn:
            assert conn.execute("SELECT count(*) FROM runs").fetchone()[0] == runs


def test_what_a_new_reader_changes_is_shown_before_it_is_done(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Upgraded(LabelReader):
        """Takes no supply for a deal any more."""

        def read(self, article: Any) -> dict[str, Any]:
            answer = super().read(article)
            return answer | {"events": [event for event in answer["events"] if event["kind"] != "supply"]}

    database = tmp_path / "news.db"
    run(database)
    monkeypatch.setattr("jehyu.cli.pipeline.load_reader", lambda: Upgraded("labels-2"))

    def read_by() -> set[str]:
        with closing(sqlite3.connect(database)) as conn:
            return {row[0] for row in conn.execute("SELECT extractor FROM articles")}

    for answer, versions in (("n", {"labels"}), ("y", {"labels-2"})):
        told = jehyu("extract", "--all", "--db", database, input=f"{answer}\n")
        assert told.exit_code == 0, told.output
        lines = told.stdout.splitlines()
        assert any(line.startswith("- ") for line in lines) and "0 events added" in told.stdout
        assert read_by() == versions
    assert jehyu("extract", "--all", "--dry-run", "--db", database).stdout.startswith("0 articles read again")


def test_schedule_prints_what_cron_and_systemd_need(config: Path, tmp_path: Path) -> None:
    told = jehyu("--config", config, "schedule", "--db", tmp_path / "news.db", "--every", "60")
    assert told.exit_code == 0
    assert f"--config {config} run --quiet --db {tmp_path / 'news.db'}" in told.stdout
    assert "OnCalendar=" in told.stdout


def test_schedule_installs_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "table"
    crontab = tmp_path / "crontab"
    crontab.write_text(f'#!/bin/sh\nif [ "$1" = -l ]; then cat "{table}"; else cat >"{table}"; fi\n')
    crontab.chmod(0o755)
    table.write_text("")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    told = jehyu("schedule", "--install", "--db", tmp_path / "news.db")
    assert told.exit_code == 0 and table.read_text().strip() == told.stdout.splitlines()[-1]


def test_training_without_its_packages_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "nlp.training.__main__", raising=False)
    told = jehyu("train", "fit", "--help")
    assert told.exit_code == 2 and "pip install 'jehyu[train]'" in told.stderr


def test_training_hands_its_steps_on() -> None:
    pytest.importorskip("torch")
    told = jehyu("train")
    assert told.exit_code == 0 and all(step in told.stdout for step in ("prepare", "fit", "export", "measure"))
