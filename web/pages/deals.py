"""All deals, newest first, narrowed by kind, state, country and time."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from web.names import COUNTRIES, KINDS, STATUSES
from web.pages.base import page, read, sure, text
from web.reading import STANDING, SURE, events

SHOWN = 30


async def deals(datasette: Datasette, request: Request) -> Response:
    asked = {name: text(request, name, 80) for name in ("kind", "status", "country", "year", "sure", "before")}
    least = sure(datasette, request)
    content = await read(datasette, lambda conn: read_deals(conn, asked, least))
    return await page(
        datasette,
        request,
        "deals.html",
        "/deals",
        kinds=list(KINDS),
        statuses=list(STATUSES),
        countries=list(COUNTRIES),
        asked=asked,
        **content,
    )


def read_deals(conn: sqlite3.Connection, asked: Mapping[str, str], sure: float) -> dict[str, Any]:
    """A page of deals and where the next one begins. `before` is the "day id" of the last one seen.

    Those of unknown day, asked for as year "none", go by the day of their first report. `sure` "yes" or "no" asks for
    those at or above the confidence `sure` (or confirmed by a person), or for the others.
    """
    day = "first_reported_at" if asked["year"] == "none" else "date"
    where = [STANDING, "date IS NULL" if asked["year"] == "none" else "date IS NOT NULL"]
    values: dict[str, Any] = {**asked, "sure": sure}
    if asked["sure"] in ("yes", "no"):
        where.append(SURE if asked["sure"] == "yes" else f"NOT ({SURE})")
    if asked["kind"] in KINDS:
        where.append("kind = :kind")
    if asked["status"] in STATUSES:
        where.append("status = :status")
    if asked["year"].isdigit():
        values["next_year"] = str(int(asked["year"]) + 1)
        where.append("date >= :year AND date < :next_year")
    if asked["country"]:
        where.append("EXISTS (SELECT 1 FROM event_parties p WHERE p.event_id = events.id AND p.country = :country)")
    if asked["before"]:
        values["day"], _, values["last"] = asked["before"].partition(" ")
        where.append(f"({day}, id) < (:day, :last)")
    rows = conn.execute(
        f"SELECT id, {day} AS day FROM events WHERE {' AND '.join(where)}"
        f" ORDER BY {day} DESC, id DESC LIMIT {SHOWN + 1}",
        values,
    ).fetchall()
    following = f"{rows[SHOWN - 1]['day']} {rows[SHOWN - 1]['id']}" if len(rows) > SHOWN else None
    years = conn.execute("SELECT min(date), max(date) FROM events").fetchone()
    return {
        "events": events(conn, [row["id"] for row in rows[:SHOWN]]),
        "following": following,
        "years": range(int((years[1] or "0")[:4]), int((years[0] or "1")[:4]) - 1, -1),
    }
