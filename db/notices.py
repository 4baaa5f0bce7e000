"""What receivers are to be told and have been told: new events, and alarms, each once.

An event is owed to a receiver from the transaction that made it, because what is owed is worked out from the events
themselves: no crash between making an event and queueing its notice can lose one. A receiver is owed what was made
after it was first known (`know_receiver`), told by the order of `event_log`, which no clock can turn back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from db.base import KST, StoreBase
from db.vocabulary import STANDING

# Where each live event comes from: the log rows that made it or an event that is now part of it.
_ORIGINS = (
    "WITH RECURSIVE origins(made, born, id) AS ("
    " SELECT event_id, id, event_id FROM event_log WHERE change = 'new'"
    " UNION ALL SELECT o.made, o.born, e.merged_into FROM origins o JOIN events e ON e.id = o.id"
    " WHERE e.merged_into IS NOT NULL)"
)


class Notices(StoreBase):
    """The part of the store that remembers who was told what."""

    def know_receiver(self, receiver: str) -> None:
        """From the first call on the receiver is owed what is new; what was there before is not told."""
        with self.transaction():
            self.conn.execute(
                "INSERT OR IGNORE INTO meta SELECT ?, coalesce(max(id), 0) FROM event_log", [f"receiver:{receiver}"]
            )

    def owed_events(
        self,
        receiver: str,
        *,
        min_confidence: float = 0.0,
        kinds: Sequence[str] = (),
        countries: Sequence[str] = (),
        org_ids: Sequence[str] | None = None,
    ) -> list[str]:
        """Live standing events made since the receiver is known, neither queued nor told, that pass the filters.

        Empty filters let everything through, except `org_ids`, where only None does. An event that passes a filter
        only later (a second outlet made it surer) is owed from then on.
        """
        found = self.rows(
            f"{_ORIGINS} SELECT e.id FROM origins o JOIN events e ON e.id = o.id"
            " WHERE e.merged_into IS NULL AND e.withdrawn_at IS NULL AND e.confidence >= :confidence"
            " AND e.status IN (SELECT value FROM json_each(:standing))"
            " AND (:kinds = '[]' OR e.kind IN (SELECT value FROM json_each(:kinds)))"
            " AND (:countries = '[]' OR e.id IN (SELECT event_id FROM event_parties"
            "  WHERE country IN (SELECT value FROM json_each(:countries))))"
            " AND (:orgs IS NULL OR e.id IN (SELECT event_id FROM event_parties"
            "  WHERE org_id IN (SELECT value FROM json_each(:orgs))))"
            " GROUP BY e.id HAVING min(o.born) > (SELECT CAST(value AS INTEGER) FROM meta WHERE key = :known)"
            " AND NOT max(EXISTS (SELECT 1 FROM notices n"
            "  WHERE n.receiver = :receiver AND n.subject IN (o.made, e.id)))"
            " ORDER BY min(o.born)",
            {
                "receiver": receiver,
                "known": f"receiver:{receiver}",
                "confidence": min_confidence,
                "standing": json.dumps(STANDING),
                "kinds": json.dumps(kinds),
                "countries": json.dumps(countries),
                "orgs": None if org_ids is None else json.dumps(org_ids),
            },
        )
        return [row["id"] for row in found]

    def queue_notices(self, receiver: str, subjects: Iterable[str]) -> None:
        """Notes what a receiver is to be told; a subject once queued or sent is never queued again."""
        # To the microsecond: it is what keeps one batch apart from the next.
        now = self.clock().astimezone(KST).isoformat(timespec="microseconds")
        with self.transaction():
            self.conn.executemany(
                "INSERT OR IGNORE INTO notices (receiver, subject, queued_at) VALUES (?, ?, ?)",
                [(receiver, subject, now) for subject in subjects],
            )

    def queued_notices(self, receiver: str) -> list[list[str]]:
        """Subjects not yet delivered, oldest first, in the batches in which they were queued."""
        batches: dict[str, list[str]] = {}
        for row in self.rows(
            "SELECT subject, queued_at FROM notices WHERE receiver = ? AND sent_at IS NULL ORDER BY queued_at, subject",
            [receiver],
        ):
            batches.setdefault(row["queued_at"], []).append(row["subject"])
        return list(batches.values())

    def save_notice(self, receiver: str, subjects: Iterable[str], failure: str | None = None) -> None:
        """Marks subjects as delivered, or as tried in vain when `failure` says why."""
        sent = None if failure else self.now()
        with self.transaction():
            self.conn.executemany(
                "UPDATE notices SET sent_at = ?, failure = ?, attempts = attempts + 1"
                " WHERE receiver = ? AND subject = ?",
                [(sent, failure, receiver, subject) for subject in subjects],
            )

    def forget_notices(self, receiver: str, subjects: Iterable[str]) -> None:
        """Drops what no longer holds (an alarm that is over), told or not: when it comes again, it is told again."""
        with self.transaction():
            self.conn.executemany(
                "DELETE FROM notices WHERE receiver = ? AND subject = ?", [(receiver, subject) for subject in subjects]
            )
