"""What persons decided, brought to bear on the mentions that are live now.

A decision is anchored to what it was about (article, parties, evidence sentence), not to mention or event ids, and so
outlives re-extraction and re-resolution.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from db.resolution.clustering import Constraint
from db.resolution.events import Deal, title_of
from db.resolution.mention import Mention, Party

UNNAMED = "?"


class Decisions:
    """The reviews in force, read as needed."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self._sides: dict[tuple[int, int], frozenset[int]] = {}
        self._any = conn.execute("SELECT 1 FROM review_anchors LIMIT 1").fetchone() is not None

    def related(self, mention: Mention) -> set[int]:
        """Mentions that a person's merge holds together with this one."""
        related: set[int] = set()
        for review in self._reviews([mention], "merge"):
            both = self.side(review["id"], 0) | self.side(review["id"], 1)
            if mention.id in both:
                related |= both
        return related - {mention.id}

    def constraints(self, mentions: Sequence[Mention]) -> list[Constraint]:
        """The merges and splits that concern these mentions."""
        reviews = self._reviews(mentions, "merge", "split")
        return [
            Constraint(row["id"], row["action"] == "merge", self.side(row["id"], 0), self.side(row["id"], 1))
            for row in reviews
        ]

    def apply(self, deal: Deal) -> None:
        """Confirms, rejects or corrects the deal as the decisions about at least half of their anchors' mentions
        say."""
        for row in self._reviews(deal.mentions, "confirm", "reject", "correct"):
            anchored = self.side(row["id"], 0)
            here = anchored & {mention.id for mention in deal.mentions}
            if not here or 2 * len(here) < len(anchored):
                continue
            if row["action"] == "confirm":
                deal.review = "confirmed"
            elif row["action"] == "reject":
                deal.review = "rejected"
            else:
                correct(deal, row["target"], json.loads(row["human_value"]))
                deal.review = "corrected"

    def side(self, review_id: int, side: int) -> frozenset[int]:
        """The live mentions one side of a review is about."""
        if (review_id, side) not in self._sides:
            anchors = self.conn.execute(
                "SELECT article_id, parties, evidence FROM review_anchors WHERE review_id = ? AND side = ?",
                [review_id, side],
            ).fetchall()
            self._sides[review_id, side] = frozenset(
                identity for anchor in anchors for identity in self._matching(anchor)
            )
        return self._sides[review_id, side]

    def _reviews(self, mentions: Sequence[Mention], *actions: str) -> list[sqlite3.Row]:
        if not self._any:
            return []
        return self.conn.execute(
            "SELECT DISTINCT r.* FROM reviews r JOIN review_anchors a ON a.review_id = r.id"
            " WHERE r.undone_at IS NULL AND a.article_id IN (SELECT value FROM json_each(?))"
            " AND r.action IN (SELECT value FROM json_each(?)) ORDER BY r.id",
            [json.dumps(sorted({mention.article_id for mention in mentions})), json.dumps(actions)],
        ).fetchall()

    def _matching(self, anchor: sqlite3.Row) -> list[int]:
        """The live mentions of the anchor's article with two of its parties; those with its very sentence, if any."""
        wanted = {self._current(org) for org in json.loads(anchor["parties"])}
        same: list[int] = []
        other: list[int] = []
        for row in self.conn.execute(
            "SELECT m.id, m.evidence, json_group_array(coalesce(p.org_id, ?)) AS orgs FROM mentions m"
            " JOIN mention_parties p ON p.mention_id = m.id WHERE m.article_id = ? AND m.withdrawn_at IS NULL"
            " GROUP BY m.id ORDER BY m.id",
            [UNNAMED, anchor["article_id"]],
        ):
            if len(wanted & set(json.loads(row["orgs"]))) >= 2:
                (same if row["evidence"] == anchor["evidence"] else other).append(row["id"])
        return same or other

    def _current(self, org: str) -> str:
        """The organisation a provisional one has become."""
        seen = set()
        while org not in seen:
            seen.add(org)
            row = self.conn.execute("SELECT merged_into FROM organizations WHERE id = ?", [org]).fetchone()
            if row is None or row["merged_into"] is None:
                break
            org = row["merged_into"]
        return org


def correct(deal: Deal, target: str, value: Any) -> None:
    """Puts a person's value in place of the machine's: target kind, status, date or "party:ORG"."""
    if target in ("kind", "status"):
        setattr(deal, target, value)
    elif target == "date":
        deal.date = value
        deal.precision = {4: "year", 7: "month", 10: "day"}[len(value)] if value else None
    elif target.startswith("party:"):
        _correct_party(deal, target.removeprefix("party:"), value)


def _correct_party(deal: Deal, wanted: str, value: Any) -> None:
    """Puts an organisation in another's place; one that stands in the deal already is not named twice."""
    named = [replace(party, **value) if (party.org_id or UNNAMED) == wanted else party for party in deal.parties]
    parties = list({party.org_id or UNNAMED: party for party in reversed(named)}.values())[::-1]
    place = {party.org_id or UNNAMED: at for at, party in enumerate(parties)}
    at = [place[party.org_id or UNNAMED] for party in named]
    pairs = sorted({(min(at[one], at[other]), max(at[one], at[other])) for one, other in deal.pairs})
    pairs = [(one, other) for one, other in pairs if one != other]
    if pairs:  # else nothing would be left of the deal
        deal.parties, deal.pairs, deal.title = parties, pairs, title_of(parties)


def anchor_of(mention_parties: Sequence[Party] | Sequence[str | None]) -> str:
    """The parties of an anchor as stored: sorted organisation ids, "?" for an unnamed one."""
    orgs = {(party.org_id if isinstance(party, Party) else party) or UNNAMED for party in mention_parties}
    return json.dumps(sorted(orgs))
