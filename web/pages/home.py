"""The home page: what is new, how the last run went, the ways in."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from web.dates import KST
from web.pages.base import page, read, sure
from web.reading import STANDING, SURE, Event, events

SHOWN = 12


async def home(datasette: Datasette, request: Request) -> Response:
    least = sure(datasette, request)
    content = await read(datasette, lambda conn: read_home(conn, datetime.now(KST), least))
    return await page(datasette, request, "home.html", "/", **content)


def read_home(conn: sqlite3.Connection, now: datetime, sure: float) -> dict[str, Any]:
    """What is new since yesterday's midnight and since seven days ago, the last run, and how much there is.

    Deals below the confidence `sure` that nobody has confirmed are only counted.
    """
    yesterday = (now - timedelta(days=1)).date().isoformat()
    week = (now - timedelta(days=7)).date().isoformat()
    day_ids = _new_ids(conn, yesterday, "9999", sure)
    week_ids = _new_ids(conn, week, yesterday, sure)
    latest = [] if day_ids or week_ids else _latest_ids(conn, sure)
    found = {event.id: event for event in events(conn, [*day_ids[:SHOWN], *week_ids[:SHOWN], *latest])}

    def pick(ids: list[str]) -> list[Event]:
        return [found[event] for event in ids if event in found]

    return {
        "since_yesterday": pick(day_ids),
        "this_week": pick(week_ids),
        "latest": pick(latest),
        "new_day": len(day_ids),
        "new_week": len(day_ids) + len(week_ids),
        "unsure": len(_new_ids(conn, week, "9999", 0.0)) - len(day_ids) - len(week_ids),
        "run": last_run(conn),
        "troubled": _troubled(conn),
        "changed": _changed(conn, week),
        "review_open": conn.execute(REVIEW_OPEN).fetchone()[0],
    }


REVIEW_OPEN = f"""
SELECT count(*) FROM (
  SELECT 1 FROM events
  WHERE first_seen_at >= date('now', '-90 days') AND confidence < 0.6 AND review IS NULL AND {STANDING} LIMIT 1000)
"""


def _new_ids(conn: sqlite3.Connection, since: str, until: str, sure: float) -> list[str]:
    rows = conn.execute(
        f"SELECT id FROM events WHERE first_seen_at >= :since AND first_seen_at < :until AND {SURE}"
        " ORDER BY coalesce(date, first_reported_at) DESC, id LIMIT 1000",
        {"since": since, "until": until, "sure": sure},
    )
    return [row[0] for row in rows]


def _latest_ids(conn: sqlite3.Connection, sure: float) -> list[str]:
    rows = conn.execute(
        f"SELECT id FROM events WHERE {SURE} ORDER BY first_seen_at DESC, id LIMIT :shown",
        {"sure": sure, "shown": SHOWN},
    )
    return [row[0] for row in rows]


def last_run(conn: sqlite3.Connection) -> Mapping[str, Any] | None:
    """The newest run with what its outlets did, or None before the first."""
    row = conn.execute("SELECT * FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    if row is None:
        return None
    outlets = conn.execute(
        "SELECT count(*), coalesce(sum(failed), 0), coalesce(sum(asked), 0) FROM run_sources WHERE run_id = ?",
        [row["id"]],
    ).fetchone()
    return {**dict(row), "outlets": outlets[0], "pages_failed": outlets[1], "pages_asked": outlets[2]}


def _troubled(conn: sqlite3.Connection) -> list[Mapping[str, Any]]:
    """Outlets whose part of the newest run went wrong, worst first."""
    rows = conn.execute(
        "SELECT s.id, s.name, s.name_en, r.outcome, r.failed, r.failures"
        " FROM run_sources r JOIN sources s ON s.id = r.source_id"
        " WHERE r.run_id = (SELECT max(id) FROM runs) AND r.outcome NOT IN ('ok', 'nothing_new')"
        " ORDER BY r.failed DESC, s.name LIMIT 20"
    )
    return [dict(row) for row in rows]


def _changed(conn: sqlite3.Connection, since: str) -> list[Event]:
    """Older deals whose state changed this week: a contract after an MOU, an end, a denial."""
    rows = conn.execute(
        f"SELECT id FROM events WHERE changed_at >= ? AND first_seen_at < ? AND {STANDING}"
        " ORDER BY changed_at DESC LIMIT 5",
        [since, since],
    )
    return events(conn, [row[0] for row in rows])
