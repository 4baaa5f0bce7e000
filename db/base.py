"""What every part of the store shares: the connection, the transaction, the clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from db.connection import connect, explain, transaction

KST = ZoneInfo("Asia/Seoul")


def system_clock() -> datetime:
    """Now, in Korean time."""
    return datetime.now(KST)


def iso(moment: datetime | str | None) -> str | None:
    """The moment as ISO text in Korean time to the second, so that texts sort as moments do; no zone means Korean."""
    if moment is None or moment == "":
        return None
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=KST)
    return moment.astimezone(KST).isoformat(timespec="seconds")


class StoreBase:
    """The open file. `clock` is the only source of "now", so that tests can set it."""

    def __init__(self, path: str | Path, *, clock: Callable[[], datetime] = system_clock) -> None:
        self.path = Path(path)
        self.clock = clock
        self.conn: sqlite3.Connection = connect(path)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One `BEGIN IMMEDIATE` transaction; nested use joins the outer one.

        Raises DatabaseError for a full disk, a locked or a damaged file; nothing of the transaction is then kept.
        """
        try:
            with transaction(self.conn):
                yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):  # a fault of the program, not of the file
            raise
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def now(self) -> str:
        """The clock's moment as stored text."""
        moment = iso(self.clock())
        assert moment is not None
        return moment

    def close(self) -> None:
        """Closes the file; the write-ahead log is folded in by the last one out."""
        self.conn.close()

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self.conn.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        found: sqlite3.Row | None = self.conn.execute(sql, values).fetchone()
        return found
