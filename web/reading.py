"""Events as the pages, feeds and digests show them, read many at a time."""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from web.dates import long_date

STANDING = "merged_into IS NULL AND withdrawn_at IS NULL"
"""What an event row must fulfil to be shown in lists."""
SURE = f"{STANDING} AND (confidence >= :sure OR coalesce(review, '') IN ('confirmed', 'corrected'))"
"""What it must fulfil to be told as news: read with confidence, or seen by a person."""
LATE_DAYS = 30


@dataclass(frozen=True)
class Called:
    """What something is called in Korean and in English, where it has both."""

    ko: str | None
    en: str | None

    def name(self, korean: bool) -> str:
        """The name in the reader's language where there is one."""
        first, second = (self.ko, self.en) if korean else (self.en, self.ko)
        return first or second or ""


@dataclass(frozen=True)
class Party:
    """Someone in a deal; `org_id` is None for an unnamed one, whom only `description` tells of."""

    org_id: str | None
    name_ko: str | None
    name_en: str | None
    type: str | None
    country: str | None
    description: str | None

    def name(self, korean: bool) -> str:
        """The name in the reader's language where there is one."""
        first, second = (self.name_ko, self.name_en) if korean else (self.name_en, self.name_ko)
        return first or second or self.description or ("비공개" if korean else "undisclosed")


@dataclass(frozen=True)
class Event:
    """A deal with all that a list needs. Times are ISO with the Korean zone, `date` has 4, 7 or 10 characters."""

    id: str
    title: str
    kind: str
    status: str
    date: str | None
    date_precision: str | None
    confidence: float
    first_reported_at: str | None
    first_seen_at: str
    changed_at: str
    article_count: int
    outlet_count: int
    review: str | None
    evidence: str | None
    url: str | None
    headline: str | None
    parties: Sequence[Party] = field(default_factory=list)
    outlets: Sequence[Called] = field(default_factory=list)

    @property
    def day(self) -> str | None:
        """The deal's day, month or year; where no report tells it, the day of the first report."""
        return self.date or (self.first_reported_at or "")[:10] or None

    @property
    def late(self) -> bool:
        """Whether it was news long before this database learned of it."""
        if not self.day or len(self.day) < 10:
            return bool(self.day) and str(self.day)[:4] < self.first_seen_at[:4]
        seen = dt.datetime.fromisoformat(self.first_seen_at).date()
        return (seen - dt.date.fromisoformat(self.day)).days > LATE_DAYS

    def told_on(self, korean: bool) -> str:
        """Its day in words; that of the first report says that it is that."""
        if self.date or not self.day:
            return long_date(self.date, korean)
        reported = long_date(self.day, korean)
        return f"{reported} 보도" if korean else f"reported {reported}"

    def heading(self, korean: bool) -> str:
        """The parties in one line."""
        return " – ".join(party.name(korean) for party in self.parties) or self.title


def events(conn: sqlite3.Connection, ids: Iterable[str]) -> list[Event]:
    """The events of these ids, in their order; ids without a row are left out."""
    wanted = list(dict.fromkeys(ids))
    listed = json.dumps(wanted)
    parties = _grouped(conn, _PARTIES, listed, lambda row: Party(*row[1:]))
    outlets = _grouped(conn, _OUTLETS, listed, lambda row: Called(row[1], row[2]))
    found = {
        row["id"]: Event(**dict(row), parties=parties.get(row["id"], []), outlets=outlets.get(row["id"], []))
        for row in conn.execute(_EVENTS, [listed])
    }
    return [found[event] for event in wanted if event in found]


def organization_names(conn: sqlite3.Connection, ids: Iterable[str | None]) -> dict[str, Called]:
    """What these organisations are called; where the table has no name in a language, the other stands in."""
    rows = conn.execute(
        "SELECT id, coalesce(name_ko, iif(name_en IS NULL, name, NULL)), coalesce(name_en, iif(name_ko IS NULL, name,"
        " NULL)) FROM organizations WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted({org_id for org_id in ids if org_id}))],
    )
    return {row[0]: Called(row[1], row[2]) for row in rows}


def names_of(conn: sqlite3.Connection, names: Iterable[str]) -> dict[str, Called]:
    """What the organisations that bear exactly these names are called; a name that several bear is left out."""
    rows = conn.execute(
        "SELECT o.name, max(o.name_ko), max(o.name_en) FROM json_each(?) wanted"
        " JOIN aliases a ON a.key = name_key(wanted.value)"
        " JOIN organizations o ON o.id = a.org_id AND o.name = wanted.value AND o.merged_into IS NULL"
        " GROUP BY o.name HAVING count(DISTINCT o.id) = 1",
        [json.dumps(sorted(set(names)))],
    )
    return {row[0]: Called(row[1] or row[0], row[2] or row[0]) for row in rows}


def last_day(conn: sqlite3.Connection, today: dt.date) -> dt.date:
    """The day of the newest deal, from which pictures count back; `today` where there is none."""
    newest = conn.execute("SELECT max(date) FROM events WHERE date <= ?", [today.isoformat()]).fetchone()[0]
    try:
        return dt.date.fromisoformat(f"{newest or today}-01-01"[:10])
    except ValueError:  # a quarter
        return today


_EVENTS = """
SELECT e.id, e.title, e.kind, e.status, e.date, e.date_precision, e.confidence, e.first_reported_at, e.first_seen_at,
       e.changed_at, e.article_count, e.outlet_count, e.review, m.evidence, a.url, a.title AS headline
FROM json_each(?) wanted
JOIN events e ON e.id = wanted.value
LEFT JOIN mentions m ON m.id = e.mention_id
LEFT JOIN articles a ON a.id = m.article_id
"""
_PARTIES = """
SELECT p.event_id, p.org_id, coalesce(o.name_ko, iif(o.name_en IS NULL, p.name, NULL)), coalesce(o.name_en, p.name),
       p.type, p.country, p.description
FROM json_each(?) wanted
JOIN event_parties p ON p.event_id = wanted.value
LEFT JOIN organizations o ON o.id = p.org_id
ORDER BY p.event_id, p.position
"""
_OUTLETS = """
SELECT m.event_id, coalesce(s.name, '?') AS outlet, s.name_en
FROM json_each(?) wanted
JOIN mentions m ON m.event_id = wanted.value AND m.withdrawn_at IS NULL
JOIN articles a ON a.id = m.article_id
LEFT JOIN sources s ON s.id = a.source_id
GROUP BY m.event_id, outlet
ORDER BY m.event_id, min(a.published_at)
"""


def _grouped(conn: sqlite3.Connection, sql: str, listed: str, make: Any) -> Mapping[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for row in conn.execute(sql, [listed]):
        groups.setdefault(row[0], []).append(make(row))
    return groups
