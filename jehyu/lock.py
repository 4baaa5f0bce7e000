"""One run at a time on one database."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(RuntimeError):
    """Another process holds the run lock of this database."""


def lock_path(database: Path) -> Path:
    return database.with_name(database.name + ".lock")


@contextmanager
def run_lock(database: Path) -> Iterator[None]:
    """Hold the run lock of ``database``; raise `AlreadyRunning` at once if another process does.

    The kernel drops an flock when its holder dies, however it dies, so a crashed run never leaves a lock behind. The
    file stays: removing it would let two runs lock two different files of one name.
    """
    path = lock_path(database)
    with _explained(path):
        opened = path.open("a+b", buffering=0)
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().decode().strip() or "unknown"
            raise AlreadyRunning(f"{database}: another run (process {holder}) is at work; this one stops") from None
        with _explained(path):
            file.truncate(0)
            file.write(str(os.getpid()).encode())
        yield


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        words = f"cannot be written ({error.strerror}). Check that the folder exists, belongs to this user and has room"
        raise OSError(error.errno, words, str(path)) from None
