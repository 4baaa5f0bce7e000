"""Ids of events: readable, the same in whatever order articles come, never given to another event.

An event is named by the first mention (in canonical order) that tells it as news; the name was fixed when that mention
was first stored. If two events would bear one name, both carry a mark made from their naming mention. When an earlier
article turns up, or a person merges two events, the id given before stays as a redirect.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence

from db.resolution.events import Deal
from db.resolution.resolver import Resolution


def name(conn: sqlite3.Connection, result: Resolution) -> tuple[list[str], dict[str, str]]:
    """The ids of the deals, in their order, and events outside these blocks that must now carry their mark: old →
    new."""
    clashes, renamed = _clashes(conn, result)
    ids: list[str] = []
    taken: set[str] = set()
    for deal in result.deals:
        ids.append(_id(conn, deal, result, clashes, taken))
        taken.add(ids[-1])
    return ids, renamed


def _id(conn: sqlite3.Connection, deal: Deal, result: Resolution, clashes: set[str], taken: set[str]) -> str:
    kept = _kept(conn, deal, result, taken)
    if kept:
        return kept
    first = deal.named_by
    marked = f"{first.slug}-{first.mark}"
    if first.slug in clashes or first.slug in taken:
        return marked
    owner = conn.execute("SELECT named_by FROM events WHERE id = ?", [first.slug]).fetchone()
    free = owner is None or owner["named_by"] in {mention.id for mention in deal.mentions}
    return first.slug if free else marked


def _kept(conn: sqlite3.Connection, deal: Deal, result: Resolution, taken: set[str]) -> str | None:
    """The id the deal bore, if the mention it came from has been withdrawn or is no longer news: a new reading of
    the same articles must not rename what people have cited."""
    members = {mention.id for mention in deal.mentions}
    naming = {mention.id for mention in deal.mentions if mention.new}
    votes = Counter(result.before[member] for member in members if member in result.before)
    for old, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        row = conn.execute(
            "SELECT e.named_by, m.withdrawn_at FROM events e JOIN mentions m ON m.id = e.named_by WHERE e.id = ?"
            " AND e.merged_into IS NULL",
            [old],
        ).fetchone()
        if row is None or old in taken:
            continue
        if row["withdrawn_at"] or (row["named_by"] in members and row["named_by"] not in naming):
            return old
    return None


def _clashes(conn: sqlite3.Connection, result: Resolution) -> tuple[set[str], dict[str, str]]:
    """Slugs whose mentions ended in more than one event; and outside events that bear such a slug bare."""
    where: dict[int, object] = {mention.id: at for at, deal in enumerate(result.deals) for mention in deal.mentions}
    slugs = {mention.slug for deal in result.deals for mention in deal.mentions if mention.new}
    decided = result.blocks.keys()
    homes: dict[str, set[object]] = {}
    outside: dict[str, list[sqlite3.Row]] = {}
    for row in _sharing(conn, sorted(slugs)):
        if row["id"] in where:
            homes.setdefault(row["slug"], set()).add(where[row["id"]])
        elif row["id"] not in decided and row["event_id"]:
            homes.setdefault(row["slug"], set()).add(row["event_id"])
            outside.setdefault(row["slug"], []).append(row)
    clashes = {slug for slug, found in homes.items() if len(found) > 1}
    renamed = {
        row["slug"]: f"{row['slug']}-{row['mark']}"
        for slug in sorted(clashes)
        for row in outside.get(slug, [])
        if row["event_id"] == slug and row["id"] == row["named_by"]
    }
    return clashes, renamed


def _sharing(conn: sqlite3.Connection, slugs: Sequence[str]) -> list[sqlite3.Row]:
    return conn.execute(
        "SELECT m.id, m.slug, m.mark, m.event_id, e.named_by FROM mentions m LEFT JOIN events e ON e.id = m.event_id"
        " WHERE m.new AND m.withdrawn_at IS NULL AND m.slug IN (SELECT value FROM json_each(?)) ORDER BY m.id",
        [json.dumps(slugs)],
    ).fetchall()
