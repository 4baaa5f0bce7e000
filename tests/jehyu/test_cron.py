"""The crontab line at work under a real cron daemon, the units before systemd's own judge."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from crawler import load_sources
from jehyu.schedule import Schedule, install_crontab, install_systemd

CRON = shutil.which("cron", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@pytest.fixture
def crontab() -> Iterator[None]:
    """This user's crontab, put back as it was."""
    if not (CRON and shutil.which("crontab") and os.geteuid() == 0):
        pytest.skip("needs a cron daemon and the right to run it")
    before = subprocess.run(["crontab", "-l"], capture_output=True, check=False)
    yield
    if before.returncode:
        subprocess.run(["crontab", "-r"], check=False)
    else:
        subprocess.run(["crontab", "-"], input=before.stdout, check=True)


@pytest.mark.slow
def test_cron_runs_the_line_as_installed(crontab: None, tmp_path: Path) -> None:
    database = tmp_path / "my news" / "50%.db"
    database.parent.mkdir()
    # No outlet is asked: all are switched off in the settings, and the run is recorded all the same.
    config = tmp_path / "jehyu.toml"
    config.write_text(f"[crawl]\ndisable = {sorted(load_sources())}\n".replace("'", '"'))
    plan = Schedule(database, 60, database.with_name("run.log"), config)
    line = install_crontab(plan)
    # The same line, but for the next minute instead of the one this installation was given.
    soon = datetime.fromtimestamp(time.time() + 65)
    table = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=True).stdout
    assert line in table
    moved = f"{soon.minute} {soon.hour} * * * {line.split(maxsplit=5)[5]}"
    subprocess.run(["crontab", "-"], input=table.replace(line, moved), text=True, check=True)
    daemon = subprocess.Popen([str(CRON), "-f"])
    try:
        deadline = time.monotonic() + 280
        while time.monotonic() < deadline and not _finished(database):
            time.sleep(1)
    finally:
        daemon.terminate()
        daemon.wait()
    assert _finished(database) == "ok", plan.log.read_text() if plan.log.exists() else "cron did not run it"
    assert len(plan.log.read_text().splitlines()) == 1


def _finished(database: Path) -> str | None:
    if not database.exists():
        return None
    with closing(sqlite3.connect(database)) as conn:
        try:
            row = conn.execute("SELECT outcome FROM runs").fetchone()
        except sqlite3.OperationalError:
            return None
    return row[0] if row else None


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_no_fault_with_the_units(tmp_path: Path) -> None:
    plan = Schedule(tmp_path / "my news" / "jehyu.db", 30, tmp_path / "run.log")
    paths = install_systemd(plan, tmp_path / "units")
    judged = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, paths)], capture_output=True, text=True, check=False
    )
    assert "jehyu" not in judged.stderr, judged.stderr
    calendar = plan.systemd_units()["jehyu.timer"].split("OnCalendar=")[1].splitlines()[0]
    told = subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
