"""One deal: who, what, when, how it went on, and every report with the sentence that says so."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from db import queries
from web.marking import Named, Piece, mark
from web.pages.base import missing, named, page, read
from web.plugins.guard import CURATE, body_text
from web.reading import STANDING, Event, events

REPORTS_SHOWN = 50


@dataclass(frozen=True)
class Report:
    """One article's report of the deal."""

    id: int
    outlet: str
    outlet_en: str | None
    published_at: str | None
    headline: str | None
    url: str
    kind: str
    status: str
    new: bool
    date: str | None
    confidence: float
    copy: bool
    pieces: list[Piece]
    body: str | None


async def event(datasette: Datasette, request: Request) -> Response:
    event_id = named(request, "id")
    content = await read(datasette, lambda conn: read_event(conn, event_id))
    if content is None:
        raise missing(f"No deal {event_id}")
    if content["event"].id != event_id:
        return Response.redirect(datasette.urls.path(f"/event/{content['event'].id}"), status=301)
    curating = await datasette.permission_allowed(request.actor, CURATE, default=False)
    return await page(datasette, request, "event.html", "/deals", curating=curating, **content)


def read_event(conn: sqlite3.Connection, event_id: str) -> dict[str, Any] | None:
    """Everything about the deal, following merges to the event it is part of now; None if there is none."""
    current = queries.follow(conn, event_id)
    if current is None:
        return None
    event_id, found = current, events(conn, [current])
    row = conn.execute("SELECT withdrawn_at, last_seen_at, mention_id FROM events WHERE id = ?", [event_id]).fetchone()
    reports = _reports(conn, event_id, row["mention_id"])
    return {
        "event": found[0],
        "withdrawn_at": row["withdrawn_at"],
        "pairs": [tuple(pair) for pair in conn.execute(_PAIRS, [event_id])],
        "reports": reports[:REPORTS_SHOWN],
        "more_reports": max(0, len(reports) - REPORTS_SHOWN),
        "history": [dict(step) for step in conn.execute(_HISTORY, [event_id])],
        "reviews": [_review(review) for review in conn.execute(_REVIEWS, [event_id])],
        "related": _related(conn, found[0]),
        "merged_from": [row[0] for row in conn.execute("SELECT id FROM events WHERE merged_into = ?", [event_id])],
    }


_PAIRS = "SELECT company_position, partner_position FROM event_pairs WHERE event_id = ?"
_HISTORY = """
SELECT h.at, h.status, h.kind, h.date, h.reason, a.url, coalesce(s.name, '') AS outlet, s.name_en AS outlet_en
FROM event_history h
LEFT JOIN mentions m ON m.id = h.mention_id
LEFT JOIN articles a ON a.id = m.article_id
LEFT JOIN sources s ON s.id = a.source_id
WHERE h.event_id = ? ORDER BY h.position
"""
_REVIEWS = "SELECT * FROM reviews WHERE event_id = ? ORDER BY id DESC"


def _reports(conn: sqlite3.Connection, event_id: str, best: int | None) -> list[Report]:
    """The reports, best evidence first, then by time; a wire copy of an earlier one is marked as such."""
    groups: set[int] = set()
    reports = []
    for row in sorted(queries.reports(conn, event_id), key=lambda row: row["mention_id"] != best):
        parties = [Named(party["surface"], party["start"], party["end"], party["org_id"]) for party in row["surfaces"]]
        reports.append(
            Report(
                id=row["mention_id"],
                outlet=row["outlet"] or "?",
                outlet_en=row["outlet_en"],
                published_at=row["published_at"],
                headline=row["title"],
                url=row["url"],
                kind=row["kind"],
                status=row["status"],
                new=bool(row["new"]),
                date=row["date"],
                confidence=row["confidence"],
                copy=row["text_group"] in groups,
                pieces=mark(row["evidence"], row["evidence_start"], parties),
                body=body_text(_body(conn, row["article_id"])),
            )
        )
        if row["text_group"] is not None:
            groups.add(row["text_group"])
    return reports


def _body(conn: sqlite3.Connection, article_id: int) -> bytes | None:
    """The stored body; None where bodies are hidden, since the connection then reads it so, or where it was dropped."""
    row = conn.execute("SELECT body FROM article_texts WHERE article_id = ?", [article_id]).fetchone()
    return row[0] if row else None


def _review(row: sqlite3.Row) -> Mapping[str, Any]:
    """A decision with its values as readable text."""
    return {**dict(row), "machine": readable(row["machine_value"]), "human": readable(row["human_value"])}


def readable(value: str | None) -> str:
    """A stored JSON value as people read it; what is no JSON stands for itself."""
    if value is None:
        return ""
    try:
        decoded = json.loads(value)
    except ValueError:
        return value
    if isinstance(decoded, dict):
        return ", ".join(f"{key}: {_plain(part)}" for key, part in decoded.items())
    return _plain(decoded)


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _related(conn: sqlite3.Connection, event_: Event) -> list[Event]:
    """Other deals between the same two organisations, latest first."""
    known = [party.org_id for party in event_.parties if party.org_id]
    if len(known) < 2:
        return []
    rows = conn.execute(
        f"SELECT id FROM events WHERE {STANDING} AND id <> ? AND id IN ("
        " SELECT event_id FROM event_parties WHERE org_id = ? INTERSECT"
        " SELECT event_id FROM event_parties WHERE org_id = ?) ORDER BY date DESC LIMIT 8",
        [event_.id, *known[:2]],
    )
    return events(conn, [row[0] for row in rows])
