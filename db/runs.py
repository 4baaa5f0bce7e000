"""Keeping account of runs and of what each source did in them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime

from db.base import StoreBase, iso
from db.connection import program_version

KEPT_RUNS = 500
"""Newest runs that are kept whatever the clock says: some ten days of half-hourly runs."""

_COUNTS = (
    "articles_new",
    "articles_changed",
    "articles_failed",
    "articles_read",
    "events_new",
    "events_changed",
    "events_withdrawn",
)


class Runs(StoreBase):
    """The part of the store that `jehyu run` uses for itself."""

    def start_run(self) -> int:
        """Opens a run and returns its id; runs a crash left open are closed as interrupted.

        The caller holds the run lock, so an open run cannot be another living process.
        """
        with self.transaction():
            self.conn.execute(
                "UPDATE runs SET outcome = 'interrupted', finished_at = ? WHERE outcome IS NULL", [self.now()]
            )
            cursor = self.conn.execute(
                "INSERT INTO runs (started_at, program, pid) VALUES (?, ?, ?)",
                [self.now(), program_version(), os.getpid()],
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def refuse_run(self, summary: str) -> int:
        """Records a run that found another one at work."""
        with self.transaction():
            cursor = self.conn.execute(
                "INSERT INTO runs (started_at, finished_at, outcome, summary, program, pid)"
                " VALUES (?1, ?1, 'refused', ?2, ?3, ?4)",
                [self.now(), summary, program_version(), os.getpid()],
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def finish_run(self, run_id: int, outcome: str, summary: str, **counts: int) -> None:
        """Closes a run: outcome ok, partial, failed or interrupted; counts are columns of `runs`."""
        unknown = counts.keys() - set(_COUNTS)
        if unknown:
            raise ValueError(f"no such count in runs: {', '.join(sorted(unknown))}")
        sets = "".join(f", {name} = :{name}" for name in counts)
        with self.transaction():
            self.conn.execute(
                f"UPDATE runs SET finished_at = :now, outcome = :outcome, summary = :summary{sets} WHERE id = :id",
                {"now": self.now(), "outcome": outcome, "summary": summary, "id": run_id, **counts},
            )

    def save_source_run(
        self,
        run_id: int,
        source_id: str,
        outcome: str,
        *,
        asked: int = 0,
        new: int = 0,
        unchanged: int = 0,
        failed: int = 0,
        failures: Mapping[str, int] | None = None,
        newest_at: datetime | str | None = None,
    ) -> None:
        """What one source did in a run; `failures` counts by class. Said again, it replaces."""
        kept = json.dumps(dict(sorted(failures.items()))) if failures else None
        with self.transaction():
            self.conn.execute(
                "INSERT OR REPLACE INTO run_sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [run_id, source_id, outcome, asked, new, unchanged, failed, kept, iso(newest_at)],
            )

    def drop_runs(self, before: datetime | str) -> int:
        """Drops what sources did in runs begun before a moment, and the runs that changed no event; returns how many.

        The newest `KEPT_RUNS` stay, and the last one that resolved, by which new events are known.
        """
        old = (
            "SELECT id FROM runs WHERE started_at < ? AND id <= (SELECT max(id) FROM runs) - ?"
            " AND id IS NOT (SELECT max(id) FROM runs WHERE resolved_at IS NOT NULL)"
        )
        values = [iso(before), KEPT_RUNS]
        with self.transaction():
            self.conn.execute(f"DELETE FROM run_sources WHERE run_id IN ({old})", values)
            cursor = self.conn.execute(
                f"DELETE FROM runs WHERE id IN ({old})"
                " AND NOT EXISTS (SELECT 1 FROM events WHERE first_run_id = runs.id)"
                " AND NOT EXISTS (SELECT 1 FROM event_log WHERE run_id = runs.id)",
                values,
            )
            return cursor.rowcount
