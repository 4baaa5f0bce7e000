"""Wall-clock limits on work that may hang: one article, a whole run; and an orderly end on SIGTERM."""

import faulthandler
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TERMINATED = 128 + signal.SIGTERM
"""The exit code of a run that SIGTERM ended, as a shell gives it."""


class TooLong(Exception):
    """Work took longer than its limit; the text says how long that is."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises `TooLong` within the block once ``seconds`` are over. No limit outside the main thread (signals)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong(f"took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def watchdog(seconds: float) -> Iterator[None]:
    """Ends the process, with exit code 1 and a traceback on standard error, if the block is still at work after that.

    The last resort, against a hang in compiled code too. Nothing is lost: a run may be killed at any moment.
    """
    faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Within the block SIGTERM raises SystemExit, so that transactions roll back and the run closes as interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
