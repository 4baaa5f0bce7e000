"""One run at a time on one database."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jehyu.lock import AlreadyRunning, run_lock

HOLD = """
import sys, time
from pathlib import Path
from jehyu.lock import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(database: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_refused_and_told_who_is_at_work(tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    holder = hold(database)
    try:
        with pytest.raises(AlreadyRunning, match=str(holder.pid)), run_lock(database):
            pass
    finally:
        holder.kill()
        holder.wait()


def test_a_killed_run_leaves_no_lock_behind(tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    holder = hold(database)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with run_lock(database):
        pass


def test_other_databases_are_free(tmp_path: Path) -> None:
    with run_lock(tmp_path / "one.db"), run_lock(tmp_path / "two.db"):
        pass
