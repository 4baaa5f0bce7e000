"""Why these mentions are one event, and which near ones are not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from db import queries
from db.resolution.clustering import THRESHOLD
from db.resolution.mention import Mention
from db.resolution.resolver import Reader
from db.resolution.scoring import FEATURES, coefficients, features, probability, score

# So many near mentions of other events are told.
NEAR = 10


def explain(source: sqlite3.Connection | str | Path, event_id: str) -> dict[str, Any] | None:
    """The reasons for an event, redirects followed; None when there never was one of this id.

    `id`; `threshold`; `mentions`: each with `probability` that it tells the same deal as the others (mean log-odds) and
    the `reasons` towards its closest companion; `near`: mentions of the same companies that stand elsewhere (`event_id`
    may be None), closest first, with the mean towards this event; `decisions`: what persons decided about it.
    A reason is (feature, value, points), weightiest first; points add up to the log-odds.
    """
    with queries.opened(source) as conn:
        event = queries.event(conn, event_id)
        if event is None:
            return None
        reader = Reader(conn)
        members = list(reader.mentions(report["mention_id"] for report in event["reports"]).values())
        members.sort(key=lambda mention: mention.order)
        ids = {mention.id for mention in members}
        around = {near.id: near for mention in members for near in reader.neighbours(mention) if near.id not in ids}
        near = sorted(around.values(), key=lambda mention: (-_mean(mention, members), mention.order))[:NEAR]
        return {
            "id": event["id"],
            "threshold": probability(THRESHOLD),
            "mentions": [_told(mention, [other for other in members if other is not mention]) for mention in members],
            "near": [_told(mention, members) for mention in near],
            "decisions": [review for review in event["reviews"] if review["undone_at"] is None],
        }


def reasons(one: Mention, other: Mention) -> list[tuple[str, float, float]]:
    """What speaks for and against two mentions being one deal: (feature, value, points)."""
    rows = zip(FEATURES, features(one, other), coefficients(), strict=True)
    told = [(name, round(value, 3), round(value * weight, 3)) for name, value, weight in rows if value]
    return sorted(told, key=lambda reason: -abs(reason[2]))


def _told(mention: Mention, others: Sequence[Mention]) -> dict[str, Any]:
    closest = max(others, key=lambda other: score(mention, other), default=None)
    return {
        "mention_id": mention.id,
        "event_id": mention.event_id,
        "url": mention.url,
        "published_at": mention.published,
        "kind": mention.kind,
        "status": mention.status,
        "date": mention.date,
        "evidence": mention.evidence,
        "probability": round(probability(_mean(mention, others)), 3) if others else None,
        "closest": closest.id if closest else None,
        "reasons": reasons(mention, closest) if closest else [],
    }


def _mean(mention: Mention, others: Iterable[Mention]) -> float:
    values = [score(mention, other) for other in others]
    return sum(values) / len(values) if values else 0.0
