"""The state of resolution as text that is the same whatever order and batches the articles came in.

It holds all that is a function of the articles and decisions: events with parties, pairs, history and reports. It
leaves
out what a database numbers or clocks for itself (row numbers, first_seen_at, changed_at, runs, redirects, the log).
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from db import queries

_OWN = {"first_seen_at", "last_seen_at", "changed_at", "first_run_id", "mention_id", "named_by", "merged_into"}


def snapshot(source: sqlite3.Connection | str | Path) -> str:
    """One JSON line an event, by id; mentions are told by URL and place of their evidence."""
    with queries.opened(source) as conn:
        lines = [
            json.dumps(_event(conn, dict(row)), ensure_ascii=False, sort_keys=True)
            for row in conn.execute(
                "SELECT * FROM events WHERE merged_into IS NULL AND withdrawn_at IS NULL ORDER BY id"
            ).fetchall()
        ]
    return "\n".join(lines)


def _event(conn: sqlite3.Connection, event: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in event.items() if name not in _OWN}
    told["evidence"] = _place(conn, event["mention_id"])
    told["parties"] = _rows(conn, "SELECT * FROM event_parties WHERE event_id = ? ORDER BY position", event["id"])
    told["pairs"] = _rows(conn, "SELECT * FROM event_pairs WHERE event_id = ?", event["id"])
    told["history"] = _rows(conn, "SELECT * FROM event_history WHERE event_id = ? ORDER BY position", event["id"])
    for step in told["history"]:
        step["mention_id"] = _place(conn, step["mention_id"])
    members = conn.execute("SELECT id FROM mentions WHERE event_id = ? AND withdrawn_at IS NULL", [event["id"]])
    told["reports"] = sorted(_place(conn, row["id"]) for row in members.fetchall())
    return told


def _place(conn: sqlite3.Connection, mention: int) -> str:
    row = conn.execute(
        "SELECT a.url, m.evidence_start, m.evidence, m.kind FROM mentions m JOIN articles a ON a.id = m.article_id"
        " WHERE m.id = ?",
        [mention],
    ).fetchone()
    return f"{row['url']} {row['evidence_start']} {row['kind']} {row['evidence']}"


def _rows(conn: sqlite3.Connection, sql: str, event_id: str) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(sql, [event_id])]
