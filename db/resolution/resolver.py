"""Incremental resolution: decides anew the blocks that new, changed or withdrawn mentions touch, and nothing else.

A block is what positive scores hold together; its events are computed as a whole from canonical order, so that the
result is the same in whatever order and batches the mentions came.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from db.extractions import HORIZON_DAYS, UNDISCLOSED
from db.names import sound
from db.resolution.clustering import STAGE_THRESHOLD, Constraint, cluster
from db.resolution.decisions import Decisions
from db.resolution.events import Deal, deal_of
from db.resolution.mention import Mention, Party
from db.resolution.scoring import score

# How far back a report may name a partner left unnamed before.
UNDISCLOSED_DAYS = 400


# Queued mentions decided in one transaction, with all their blocks need.
CHUNK = 2000


@dataclass
class Resolution:
    """The deals of the blocks decided anew, and what the mentions stood in before."""

    deals: list[Deal] = field(default_factory=list)
    eventless: list[Mention] = field(default_factory=list)
    blocks: dict[int, int] = field(default_factory=dict)
    before: dict[int, str] = field(default_factory=dict)
    queued: set[int] = field(default_factory=set)


def decide(conn: sqlite3.Connection) -> Resolution:
    """Computes the deals of the blocks touched by the next CHUNK of the queue `unresolved`; reads only."""
    reader, decisions = Reader(conn), Decisions(conn)
    waiting = [row[0] for row in conn.execute("SELECT mention_id FROM unresolved ORDER BY mention_id LIMIT ?", [CHUNK])]
    result = Resolution(queued=set(waiting))
    sets = _Sets()
    while waiting:
        mention = reader.mentions([waiting.pop()])
        for one in mention.values():
            sets.add(one.id)
            joined = _together(one, reader, decisions)
            for other in joined:
                sets.join(one.id, other.id)
            # What is queued itself has to be looked at from all sides now: its block is not settled.
            found = reader.queued(joined) - result.queued
            result.queued |= found
            waiting += sorted(found)
            for other in joined:
                if other.id not in result.queued and other.block is not None and sets.enter(other.block):
                    _join_block(other, reader, result.queued, sets)
    for members in sets.groups():
        _decide_block([reader.known[member] for member in members], decisions, reader, result)
    return result


def _together(mention: Mention, reader: Reader, decisions: Decisions) -> list[Mention]:
    """The mentions held in one block with this one, by score or by a person's merge."""
    near = [other for other in reader.neighbours(mention) if reader.score(mention, other) > STAGE_THRESHOLD]
    return near + list(reader.mentions(decisions.related(mention)).values())


def _join_block(mention: Mention, reader: Reader, queued: set[int], sets: _Sets) -> None:
    """Takes in the settled block of a neighbour: as none of it is queued, it holds together as it did."""
    for member in reader.block(mention):
        if member not in queued:
            sets.join(mention.id, member)


def _decide_block(members: list[Mention], decisions: Decisions, reader: Reader, result: Resolution) -> None:
    block = min(members, key=lambda mention: mention.id).id
    result.blocks.update({mention.id: block for mention in members})
    result.before.update({mention.id: mention.event_id for mention in members if mention.event_id})
    constraints: list[Constraint] = decisions.constraints(members)
    for group in cluster(members, constraints, log_odds=reader.score):
        deal = deal_of(group, reader.names(group))
        if deal is None:
            result.eventless += group
        else:
            decisions.apply(deal)
            result.deals.append(deal)


class Reader:
    """Loads mentions, each once, and compares each two once."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self.known: dict[int, Mention] = {}
        self._names: dict[str, str] = {}
        self._scores: dict[tuple[int, int], float] = {}

    def mentions(self, ids: Iterable[int]) -> dict[int, Mention]:
        """The live ones among these mentions, by id."""
        wanted = sorted(set(ids))
        missing = [identity for identity in wanted if identity not in self.known]
        if missing:
            self._load(missing)
        return {identity: self.known[identity] for identity in wanted if identity in self.known}

    def score(self, one: Mention, other: Mention) -> float:
        """Log-odds that two mentions tell of one deal."""
        pair = (one.id, other.id) if one.id < other.id else (other.id, one.id)
        if pair not in self._scores:
            self._scores[pair] = score(one, other)
        return self._scores[pair]

    def neighbours(self, mention: Mention) -> list[Mention]:
        """Mentions that may tell of the same deal: a pair in common, or a partner named in one and not in the other."""
        found = self.conn.execute(
            "SELECT n.mention_id FROM mention_pairs p JOIN mention_pairs n ON n.org_id = p.org_id"
            " AND n.other_id IN (p.other_id, ?1) AND n.day BETWEEN p.day - ?2 AND p.day + ?2"
            " WHERE p.mention_id = ?3 AND n.mention_id != ?3 AND (n.other_id = p.other_id"
            " OR abs(n.day - p.day) <= ?4)",
            [UNDISCLOSED, HORIZON_DAYS, mention.id, UNDISCLOSED_DAYS],
        ).fetchall()
        if mention.hidden:
            found += self.conn.execute(
                "SELECT n.mention_id FROM mention_pairs p JOIN mention_pairs n INDEXED BY mention_pairs_org"
                " ON n.org_id = p.org_id AND n.day BETWEEN p.day - ?1 AND p.day + ?1"
                " WHERE p.mention_id = ?2 AND p.other_id = ?3 AND n.mention_id != ?2",
                [UNDISCLOSED_DAYS, mention.id, UNDISCLOSED],
            ).fetchall()
        near = self.mentions(row[0] for row in found).values()
        # Names that only sound alike are one only where another language has them.
        return [other for other in near if mention.orgs & other.orgs or mention.lang != other.lang]

    def block(self, mention: Mention) -> list[int]:
        """The live mentions of the block this one was last decided in."""
        rows = self.conn.execute("SELECT id FROM mentions WHERE block = ? AND withdrawn_at IS NULL", [mention.block])
        return list(self.mentions(row[0] for row in rows.fetchall()))

    def queued(self, mentions: Iterable[Mention]) -> set[int]:
        """Those that wait in the queue."""
        listed = json.dumps([mention.id for mention in mentions])
        rows = self.conn.execute(
            "SELECT mention_id FROM unresolved WHERE mention_id IN (SELECT value FROM json_each(?))", [listed]
        )
        return {row[0] for row in rows}

    def names(self, mentions: Iterable[Mention]) -> dict[str, str]:
        """Names of the organisations these mentions name, by id."""
        wanted = {org for mention in mentions for org in mention.orgs}
        missing = sorted(wanted - self._names.keys())
        if missing:
            rows = self.conn.execute(
                "SELECT id, name FROM organizations WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(missing)]
            )
            self._names.update((row["id"], row["name"]) for row in rows)
        return {org: self._names[org] for org in wanted}

    def _load(self, ids: list[int]) -> None:
        listed = json.dumps(ids)
        parties: dict[int, list[Party]] = {}
        sounds: dict[int, dict[str, str]] = {}
        for row in self.conn.execute(
            "SELECT p.mention_id, p.org_id, p.name, p.type, p.country, p.description, o.provisional"
            " FROM mention_parties p LEFT JOIN organizations o ON o.id = p.org_id"
            " WHERE p.mention_id IN (SELECT value FROM json_each(?)) ORDER BY p.mention_id, p.position",
            [listed],
        ):
            if row["provisional"]:
                sounds.setdefault(row["mention_id"], {})[row["org_id"]] = sound(row["org_id"])
            facts = (row["org_id"], row["name"], row["type"], row["country"], row["description"])
            parties.setdefault(row["mention_id"], []).append(Party(*facts))
        for row in self.conn.execute(
            "SELECT m.*, a.url, a.text_group, a.lang, (SELECT day FROM mention_pairs WHERE"
            " mention_id = m.id) AS reported,"
            " coalesce(a.published_at, m.date, a.fetched_at) AS published"
            " FROM mentions m JOIN articles a ON a.id = m.article_id"
            " WHERE m.withdrawn_at IS NULL AND m.id IN (SELECT value FROM json_each(?))",
            [listed],
        ):
            if row["reported"] is not None:
                self.known[row["id"]] = _mention(row, parties.get(row["id"], []), sounds.get(row["id"], {}))


class _Sets:
    """Union–find over mention ids, with the settled blocks taken in so far."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}
        self.entered: set[int] = set()

    def add(self, member: int) -> int:
        root = self.parent.setdefault(member, member)
        while root != self.parent[root]:
            self.parent[root] = root = self.parent[self.parent[root]]
        return root

    def join(self, one: int, other: int) -> None:
        first, second = self.add(one), self.add(other)
        self.parent[max(first, second)] = min(first, second)

    def enter(self, block: int) -> bool:
        """Whether this block is met for the first time."""
        if block in self.entered:
            return False
        self.entered.add(block)
        return True

    def groups(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for member in self.parent:
            found.setdefault(self.add(member), []).append(member)
        return [sorted(members) for _, members in sorted(found.items())]


def _mention(row: sqlite3.Row, parties: list[Party], sounds: dict[str, str]) -> Mention:
    context = json.loads(row["context"])
    return Mention(
        id=row["id"],
        article_id=row["article_id"],
        url=row["url"],
        group=row["text_group"] if row["text_group"] is not None else -row["article_id"],
        published=row["published"],
        reported=row["reported"],
        lang=row["lang"],
        kind=row["kind"],
        status=row["status"],
        new=bool(row["new"]),
        date=row["date"],
        precision=row["date_precision"] if row["date_precision"] or not row["date"] else _precision(row["date"]),
        confidence=row["confidence"],
        evidence=row["evidence"],
        start=row["evidence_start"] if row["evidence_start"] is not None else -1,
        slug=row["slug"],
        mark=row["mark"],
        block=row["block"],
        event_id=row["event_id"],
        parties=tuple(parties),
        sounds=sounds,
        pairs=tuple((one, other) for one, other in json.loads(row["pairs"])),
        **{name: frozenset(context[name]) for name in ("terms", "amounts", "topics", "cues")},
    )


def _precision(day: str) -> str:
    return {4: "year", 7: "month"}.get(len(day), "day")
