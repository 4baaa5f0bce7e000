"""What persons decide about events: kept beside the machine's values, in force at once, reversible.

Each decision is a row of `reviews`, anchored to the articles, parties and sentences it was about (`review_anchors`), so
that it outlives re-extraction and re-resolution. If an anchored sentence vanishes from a changed article, the decision
still holds but is marked `reopened_at`, to be looked at again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from db.extractions import Extractions
from db.names import fold
from db.resolution.decisions import anchor_of
from db.resolution.mention import span_of
from db.resolution.writer import Resolving
from db.vocabulary import KINDS, STATUSES


class ReviewError(ValueError):
    """A decision that cannot be taken; the message says why."""


class Reviews(Extractions, Resolving):
    """The part of the store that takes decisions."""

    def confirm(self, event_id: str, reviewer: str, note: str | None = None) -> int:
        """Marks an event as checked and right. Returns the review's id, as all decisions do."""
        return self._decide("confirm", event_id, reviewer, note)

    def reject(self, event_id: str, reviewer: str, note: str | None = None) -> int:
        """Takes an event out: it is withdrawn, and stays so however its articles are read again."""
        return self._decide("reject", event_id, reviewer, note)

    def correct(self, event_id: str, target: str, value: Any, reviewer: str, note: str | None = None) -> int:
        """Puts a person's value in place of the machine's.

        `target` is "kind", "status", "date" (ISO day, month, year or None), or "party:ORG" with ORG an organisation id
        of the event ("?" for the unnamed one); then `value` is an organisation id.
        """
        event = self._event(event_id)
        if target.startswith("party:"):
            value = self._party_value(event["id"], target.removeprefix("party:"), value)
            machine: Any = target.removeprefix("party:")
        else:
            _check_value(target, value)
            machine = event[target]
        return self._decide("correct", event_id, reviewer, note, target=target, machine=machine, human=value)

    def merge(self, event_id: str, other_id: str, reviewer: str, note: str | None = None) -> int:
        """Makes two events one. The id of the one whose first report came later becomes a redirect."""
        event, other = self._event(event_id), self._event(other_id)
        if event["id"] == other["id"]:
            raise ReviewError(f"{event_id} and {other_id} are one event already")
        sides = (self._mentions_of(event["id"]), self._mentions_of(other["id"]))
        return self._decide("merge", event_id, reviewer, note, target=other["id"], sides=sides)

    def split(self, event_id: str, mention_ids: Iterable[int], reviewer: str, note: str | None = None) -> int:
        """Takes these mentions out of the event into one of their own."""
        event, out = self._event(event_id), set(mention_ids)
        members = set(self._mentions_of(event["id"]))
        if not out or not out < members:
            raise ReviewError(f"name some, not all, of the mentions of {event['id']}: {sorted(members)}")
        sides = (sorted(members - out), sorted(out))
        return self._decide("split", event_id, reviewer, note, target=json.dumps(sorted(out)), sides=sides)

    def add_alias(self, alias: str, org_id: str, reviewer: str, note: str | None = None) -> int:
        """Says that a name means this organisation; mentions that bear the name move to it."""
        if self.row("SELECT 1 FROM organizations WHERE id = ? AND merged_into IS NULL", [org_id]) is None:
            raise ReviewError(f"no organisation has the id {org_id!r}")
        if not any(char.isalnum() for char in alias):
            raise ReviewError(f"{alias!r} holds no letter or digit")
        with self.transaction():
            before = self.row("SELECT origin FROM aliases WHERE key = ? AND org_id = ?", [fold(alias), org_id])
            self.conn.execute(
                "INSERT INTO aliases (key, org_id, alias, origin) VALUES (?, ?, ?, 'person')"
                " ON CONFLICT (key, org_id) DO UPDATE SET origin = 'person'",
                [fold(alias), org_id, alias],
            )
            review = self._record(
                "add_alias", None, reviewer, note, org_id, before["origin"] if before else None, alias
            )
            self._reassign_names({fold(alias)})
            self.resolve()
            return review

    def undo(self, review_id: int) -> None:
        """Takes a decision back; the machine's view, or an earlier decision, holds again."""
        with self.transaction():
            review = self.row("SELECT * FROM reviews WHERE id = ?", [review_id])
            if review is None or review["undone_at"]:
                raise ReviewError(f"no decision {review_id} is in force")
            self._queue_anchored(review_id)
            self.conn.execute("UPDATE reviews SET undone_at = ? WHERE id = ?", [self.now(), review_id])
            if review["action"] == "add_alias":
                self._drop_alias(
                    json.loads(review["human_value"]), review["target"], json.loads(review["machine_value"])
                )
            self.resolve()

    def _drop_alias(self, alias: str, org_id: str, before: str | None) -> None:
        key = fold(alias)
        if before:
            self.conn.execute("UPDATE aliases SET origin = ? WHERE key = ? AND org_id = ?", [before, key, org_id])
        else:
            self.conn.execute("DELETE FROM aliases WHERE key = ? AND org_id = ?", [key, org_id])
        self._reassign_names({key})

    def _decide(
        self,
        action: str,
        event_id: str,
        reviewer: str,
        note: str | None,
        *,
        target: str | None = None,
        machine: Any = None,
        human: Any = None,
        sides: tuple[list[int], ...] | None = None,
    ) -> int:
        with self.transaction():
            event = self._event(event_id)
            review = self._record(action, event["id"], reviewer, note, target, machine, human)
            for side, mentions in enumerate(sides or (self._mentions_of(event["id"]),)):
                self._anchor(review, side, mentions)
            self._queue_anchored(review)
            self.resolve()
            return review

    def _record(
        self,
        action: str,
        event: str | None,
        reviewer: str,
        note: str | None,
        target: str | None,
        machine: Any,
        human: Any,
    ) -> int:
        cursor = self.conn.execute(
            "INSERT INTO reviews (at, reviewer, action, event_id, target, machine_value, human_value, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                self.now(),
                reviewer,
                action,
                event,
                target,
                json.dumps(machine, ensure_ascii=False),
                json.dumps(human, ensure_ascii=False),
                note,
            ],
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _anchor(self, review: int, side: int, mentions: Iterable[int]) -> None:
        for mention in mentions:
            row = self.row("SELECT article_id, evidence FROM mentions WHERE id = ?", [mention])
            assert row is not None
            parties = [
                p["org_id"] for p in self.rows("SELECT org_id FROM mention_parties WHERE mention_id = ?", [mention])
            ]
            self.conn.execute(
                "INSERT OR IGNORE INTO review_anchors VALUES (?, ?, ?, ?, ?)",
                [review, side, row["article_id"], anchor_of(parties), row["evidence"]],
            )

    def _queue_anchored(self, review: int) -> None:
        """Has the blocks a review is about decided anew."""
        for row in self.rows(
            "SELECT id FROM mentions WHERE withdrawn_at IS NULL"
            " AND article_id IN (SELECT article_id FROM review_anchors WHERE review_id = ?)",
            [review],
        ):
            self._mark_neighbours(row["id"])

    def _event(self, event_id: str) -> Any:
        """The event's row, redirects followed."""
        row = self.row("SELECT * FROM events WHERE id = ?", [event_id])
        while row is not None and row["merged_into"]:
            row = self.row("SELECT * FROM events WHERE id = ?", [row["merged_into"]])
        if row is None:
            raise ReviewError(f"no event has the id {event_id!r}")
        return row

    def _mentions_of(self, event: str) -> list[int]:
        rows = self.rows("SELECT id FROM mentions WHERE event_id = ? AND withdrawn_at IS NULL ORDER BY id", [event])
        if not rows:
            raise ReviewError(f"{event} has no mention that stands: it was withdrawn by its sources")
        return [row["id"] for row in rows]

    def _party_value(self, event: str, party: str, org_id: Any) -> dict[str, Any]:
        if (
            self.row("SELECT 1 FROM event_parties WHERE event_id = ? AND coalesce(org_id, '?') = ?", [event, party])
            is None
        ):
            raise ReviewError(f"{event} has no party {party!r}")
        row = self.row("SELECT id AS org_id, name, type, country FROM organizations WHERE id = ?", [org_id])
        if row is None:
            raise ReviewError(f"no organisation has the id {org_id!r}")
        return dict(row) | {"description": None}


def _check_value(target: str, value: Any) -> None:
    allowed = {"kind": KINDS, "status": STATUSES}.get(target)
    if allowed is not None and value not in allowed:
        raise ReviewError(f"{target} is one of {', '.join(allowed)}, not {value!r}")
    if allowed is None and target != "date":
        raise ReviewError(f"kind, status, date or party:ORG can be corrected, not {target!r}")
    if target == "date" and value is not None:
        try:
            span_of(value, None)
            if len(value) not in (4, 7, 10):
                raise ValueError
        except ValueError:
            raise ReviewError(f"a date is 2025-02-04, 2025-02 or 2025, not {value!r}") from None
