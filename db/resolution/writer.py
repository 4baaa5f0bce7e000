"""Writing what resolution decided: events, their parties and history, redirects, withdrawals, and a log of it all.

Nothing is deleted; a row is written only where it differs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from db.base import StoreBase
from db.resolution.events import Deal
from db.resolution.mention import Mention
from db.resolution.naming import name
from db.resolution.resolver import Resolution, decide

# What a reader of an event would call a change of it.
_TOLD = ("title", "kind", "status", "date", "date_precision", "review")
_COUNTED = (
    "confidence",
    "first_reported_at",
    "last_reported_at",
    "article_count",
    "outlet_count",
    "mention_id",
    "named_by",
)


@dataclass
class Resolved:
    """Ids of events that a resolution made, changed or withdrew; `merged` maps ids that became redirects."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)


class Resolving(StoreBase):
    """The part of the store that resolves."""

    def resolve(self, run_id: int | None = None) -> Resolved:
        """Turns what is queued into events, some thousand mentions a transaction; safe to break off and run again."""
        done = Resolved()
        while True:
            with self.transaction():
                if self.row("SELECT 1 FROM unresolved LIMIT 1") is None:
                    if run_id is not None:
                        self.conn.execute("UPDATE runs SET resolved_at = ? WHERE id = ?", [self.now(), run_id])
                    break
                self._write(decide(self.conn), run_id, done)
        # An event may have been made and merged, or changed twice, in several steps of one call.
        done.new = [event for event in dict.fromkeys(done.new) if event not in done.merged]
        fresh = set(done.new)
        done.withdrawn = [event for event in dict.fromkeys(done.withdrawn) if event not in fresh]
        gone = fresh | set(done.withdrawn) | done.merged.keys()
        done.changed = [event for event in dict.fromkeys(done.changed) if event not in gone]
        return done

    def _write(self, result: Resolution, run_id: int | None, done: Resolved) -> None:
        affected = set(result.before.values()) | self._events_left(result)
        ids, renamed = name(self.conn, result)
        for old, new in renamed.items():
            self._rename(old, new, run_id, done)
        homes = {
            mention.id: identity for identity, deal in zip(ids, result.deals, strict=True) for mention in deal.mentions
        }
        heirs = self._heirs(affected - set(ids), homes)
        for identity, deal in zip(ids, result.deals, strict=True):
            predecessors = [old for old, heir in heirs.items() if heir == identity]
            self._save_event(identity, deal, predecessors, run_id, done)
        self._save_mention_homes(result, homes)
        for old in sorted(affected - set(ids)):
            self._retire(old, heirs.get(old), run_id, done)
        self.conn.execute(
            "DELETE FROM unresolved WHERE mention_id IN (SELECT value FROM json_each(?))",
            [json.dumps(sorted(result.queued))],
        )

    def _events_left(self, result: Resolution) -> set[str]:
        """Events of queued mentions that are no longer alive."""
        rows = self.rows(
            "SELECT DISTINCT event_id FROM mentions WHERE event_id IS NOT NULL AND id IN (SELECT"
            " value FROM json_each(?))",
            [json.dumps(sorted(result.queued - result.blocks.keys()))],
        )
        left = {row["event_id"] for row in rows}
        return {
            event for event in left if self.row("SELECT 1 FROM events WHERE id = ? AND merged_into IS NULL", [event])
        }

    def _heirs(self, gone: set[str], homes: dict[int, str]) -> dict[str, str]:
        """Where each event whose id is no longer used went: with the mention that named it, else with most of its
        own."""
        heirs: dict[str, str] = {}
        for old in sorted(gone):
            row = self.row("SELECT named_by FROM events WHERE id = ?", [old])
            heir = homes.get(row["named_by"]) if row else None
            if heir is None:
                members = [row["id"] for row in self.rows("SELECT id FROM mentions WHERE event_id = ?", [old])]
                found = [homes[member] for member in members if member in homes]
                heir = max(sorted(set(found)), key=found.count, default=None)
            if heir is not None:
                heirs[old] = heir
        return heirs

    def _save_event(
        self, identity: str, deal: Deal, predecessors: list[str], run_id: int | None, done: Resolved
    ) -> None:
        old = self.row("SELECT * FROM events WHERE id = ?", [identity])
        values = _row(deal)
        if old is None:
            first = self._first_seen(predecessors)
            seen = {"first_seen_at": first[0] if first else self.now(), "first_run_id": first[1] if first else run_id}
            withdrawn = self.now() if deal.review == "rejected" else None
            self._insert(identity, values | seen | {"withdrawn_at": withdrawn})
            if first is None:
                done.new.append(identity)
                self._log(identity, "new", run_id)
        parties_changed = self._save_parties(identity, deal)
        self._save_history(identity, deal)
        if old is not None:
            self._update(identity, old, values, predecessors, parties_changed, run_id, done)

    def _insert(self, identity: str, values: dict[str, Any]) -> None:
        values = {"id": identity, "last_seen_at": self.now(), "changed_at": self.now(), **values}
        columns = ", ".join(values)
        self.conn.execute(
            f"INSERT INTO events ({columns}) VALUES ({', '.join(':' + column for column in values)})", values
        )

    def _update(
        self,
        identity: str,
        old: Any,
        values: dict[str, Any],
        predecessors: list[str],
        parties_changed: bool,
        run_id: int | None,
        done: Resolved,
    ) -> None:
        """Writes what differs of a known event, and says so when it is more than a count."""
        changes = {column: value for column, value in values.items() if old[column] != value}
        told = {column: [old[column], values[column]] for column in _TOLD if column in changes}
        if parties_changed and "title" not in told:
            told["parties"] = [None, None]
        stands = values["review"] != "rejected"
        stood = old["withdrawn_at"] is None and old["merged_into"] is None
        first = self._first_seen(predecessors)
        if first and first[0] < old["first_seen_at"]:
            changes |= {"first_seen_at": first[0], "first_run_id": first[1]}
        if values["article_count"] > old["article_count"]:
            changes["last_seen_at"] = self.now()
        if old["merged_into"] is not None:
            changes["merged_into"] = None
        if stands != (old["withdrawn_at"] is None):
            changes["withdrawn_at"] = None if stands else self.now()
        if told or stands != stood:
            changes["changed_at"] = self.now()
        if changes:
            sets = ", ".join(f"{column} = :{column}" for column in changes)
            self.conn.execute(f"UPDATE events SET {sets} WHERE id = :id", changes | {"id": identity})
        if stands and not stood:
            self._log(identity, "restored", run_id, told)
            done.changed.append(identity)
        elif stood and not stands:
            self._log(identity, "withdrawn", run_id, told)
            done.withdrawn.append(identity)
        elif told:
            self._log(identity, "changed", run_id, told)
            done.changed.append(identity)

    def _first_seen(self, events: list[str]) -> tuple[str, int | None] | None:
        """When the earliest of these events was first seen, and in which run."""
        row = self.row(
            "SELECT first_seen_at, first_run_id FROM events WHERE id IN (SELECT value FROM json_each(?))"
            " ORDER BY first_seen_at, id LIMIT 1",
            [json.dumps(events)],
        )
        return (row["first_seen_at"], row["first_run_id"]) if row else None

    def _save_parties(self, identity: str, deal: Deal) -> bool:
        parties = [
            (identity, at, party.org_id, party.name, party.type, party.country, party.description)
            for at, party in enumerate(deal.parties)
        ]
        pairs = [(identity, *pair) for pair in deal.pairs]
        changed = self._replace("event_parties", identity, parties)
        return self._replace("event_pairs", identity, pairs) or changed

    def _save_history(self, identity: str, deal: Deal) -> None:
        steps = [
            (identity, at, step.at, step.status, step.kind, step.date, step.mention_id, step.reason)
            for at, step in enumerate(deal.history)
        ]
        self._replace("event_history", identity, steps)

    def _replace(self, table: str, identity: str, wanted: list[tuple[Any, ...]]) -> bool:
        """Makes an event's rows of a table (ordered by its key) equal to these; whether anything differed."""
        stored = [tuple(row) for row in self.rows(f"SELECT * FROM {table} WHERE event_id = ?", [identity])]
        if stored == wanted:
            return False
        self.conn.execute(f"DELETE FROM {table} WHERE event_id = ?", [identity])
        if wanted:
            marks = ", ".join("?" * len(wanted[0]))
            self.conn.executemany(f"INSERT INTO {table} VALUES ({marks})", wanted)
        return True

    def _save_mention_homes(self, result: Resolution, homes: dict[int, str]) -> None:
        rows: list[tuple[str | None, int | None, int]] = [
            (homes.get(mention), block, mention) for mention, block in sorted(result.blocks.items())
        ]
        # A queued mention that cannot be compared (no named pair) stands in no event.
        lost: list[tuple[str | None, int | None, int]] = [
            (None, None, mention) for mention in sorted(result.queued - result.blocks.keys()) if self._alive(mention)
        ]
        self.conn.executemany(
            "UPDATE mentions SET event_id = ?1, block = ?2 WHERE id = ?3 AND (event_id IS NOT ?1 OR block IS NOT ?2)",
            rows + lost,
        )

    def _alive(self, mention: int) -> bool:
        return self.row("SELECT 1 FROM mentions WHERE id = ? AND withdrawn_at IS NULL", [mention]) is not None

    def _retire(self, old: str, heir: str | None, run_id: int | None, done: Resolved) -> None:
        """An event no mention stands in under its id: a redirect to where it went, or withdrawn."""
        row = self.row("SELECT withdrawn_at FROM events WHERE id = ? AND merged_into IS NULL", [old])
        if row is None:
            return
        if heir is not None:
            self._redirect(old, heir, run_id, done)
        elif row["withdrawn_at"] is None:
            self.conn.execute("UPDATE events SET withdrawn_at = ?1, changed_at = ?1 WHERE id = ?2", [self.now(), old])
            self._log(old, "withdrawn", run_id)
            done.withdrawn.append(old)

    def _redirect(self, old: str, new: str, run_id: int | None, done: Resolved) -> None:
        self.conn.execute("UPDATE events SET merged_into = ?, changed_at = ? WHERE id = ?", [new, self.now(), old])
        for table in ("event_parties", "event_pairs", "event_history"):
            self.conn.execute(f"DELETE FROM {table} WHERE event_id = ?", [old])
        self.conn.execute("UPDATE mentions SET event_id = ? WHERE event_id = ?", [new, old])
        self._log(old, "merged", run_id, {"into": new})
        done.merged[old] = new

    def _rename(self, old: str, new: str, run_id: int | None, done: Resolved) -> None:
        """Gives an event outside the blocks at hand the id with its mark; nothing else about it changes."""
        if self.row("SELECT 1 FROM events WHERE id = ?", [new]) is None:
            self.conn.execute("CREATE TEMP TABLE renamed AS SELECT * FROM events WHERE id = ?", [old])
            self.conn.execute("UPDATE renamed SET id = ?", [new])
            self.conn.execute("INSERT INTO events SELECT * FROM renamed")
            self.conn.execute("DROP TABLE renamed")
        else:
            self.conn.execute("UPDATE events SET merged_into = NULL WHERE id = ?", [new])
        for table in ("event_parties", "event_pairs", "event_history"):
            self.conn.execute(f"UPDATE OR REPLACE {table} SET event_id = ? WHERE event_id = ?", [new, old])
        self._redirect(old, new, run_id, done)

    def _log(self, event: str, change: str, run_id: int | None, detail: dict[str, Any] | None = None) -> None:
        self.conn.execute(
            "INSERT INTO event_log (at, run_id, event_id, change, detail) VALUES (?, ?, ?, ?, ?)",
            [self.now(), run_id, event, change, json.dumps(detail, ensure_ascii=False) if detail else None],
        )


def _row(deal: Deal) -> dict[str, Any]:
    """The event columns that are a function of the mentions and decisions."""
    told = {
        "title": deal.title,
        "kind": deal.kind,
        "status": deal.status,
        "date": deal.date,
        "date_precision": deal.precision,
        "review": deal.review,
    }
    news: list[Mention] = deal.mentions
    counted = {
        "confidence": deal.confidence,
        "first_reported_at": news[0].published,
        "last_reported_at": news[-1].published,
        "article_count": len({mention.article_id for mention in news}),
        "outlet_count": deal.outlets,
        "mention_id": deal.best.id,
        "named_by": deal.named_by.id,
    }
    assert told.keys() == set(_TOLD) and counted.keys() == set(_COUNTED)
    return told | counted
