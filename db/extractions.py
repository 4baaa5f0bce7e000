"""Storing what the reader found in an article: mentions and their parties."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from db.names import fold, slug, sound
from db.organizations import Organizations
from db.resolution.terms import context

# The other side of a pair whose name the article does not give.
UNDISCLOSED = "?"
# Reports further apart than this are never compared (docs/resolution.md).
HORIZON_DAYS = 730
# So many parties stand in an event's id; a consortium of twenty is "…-others".
SLUG_PARTIES = 3

_PARTY_FIELDS = ("name", "surface", "start", "end", "type", "country", "description")
_DEAL_FIELDS = ("kind", "status", "new", "date", "date_precision", "confidence", "evidence_start", "evidence_end")


@dataclass(frozen=True)
class Extracted:
    """What saving one article's extraction did to its mentions."""

    added: int = 0
    kept: int = 0
    changed: int = 0
    withdrawn: int = 0


class Extractions(Organizations):
    """The part of the store the extraction uses."""

    def save_extraction(
        self, article_id: int, version: str, events: Sequence[Mapping[str, Any]], *, content_hash: str | None = None
    ) -> Extracted:
        """Makes the article's live mentions equal to these events of the extraction contract, in one transaction.

        A deal told as before keeps its row; one told otherwise (other kind, day, sentence …) keeps its id; one no
        longer told is withdrawn, not deleted. With the `content_hash` that `pending_articles` gave, an extraction of
        a text that has changed since is dropped: the article is still pending.
        """
        with self.transaction():
            article = self.row("SELECT state, content_hash, extractor FROM articles WHERE id = ?", [article_id])
            if article is None:
                raise ValueError(f"article {article_id} is not in {self.path}")
            if (content_hash is not None and article["content_hash"] != content_hash) or article["state"] == "gone":
                return Extracted()
            done = self._save_mentions(article_id, version, [_normal(event) for event in events])
            self.conn.execute(
                "UPDATE articles SET extractor = ?1, extracted_at = ?2, extract_error = NULL"
                " WHERE id = ?3 AND (extractor IS NOT ?1 OR extract_error IS NOT NULL)",
                [version, self.now(), article_id],
            )
            return done

    def save_extraction_error(self, article_id: int, version: str, error: str) -> None:
        """Records that this version could not read the article; its earlier mentions stand, it is not tried again."""
        with self.transaction():
            self.conn.execute(
                "UPDATE articles SET extractor = ?, extracted_at = ?, extract_error = ? WHERE id = ?",
                [version, self.now(), error, article_id],
            )

    def _save_mentions(self, article_id: int, version: str, events: list[dict[str, Any]]) -> Extracted:
        stored = self._stored_mentions(article_id)
        counts = {"added": 0, "kept": 0, "changed": 0, "withdrawn": 0}
        matches = _match(events, stored)
        for event, old in matches:
            if old is None:
                self._insert_mention(article_id, version, event)
                counts["added"] += 1
            elif old["withdrawn_at"] is None and _same(event, old):
                counts["kept"] += 1
            else:
                self._update_mention(old["id"], version, event)
                counts["changed"] += 1
        matched = {old["id"] for _, old in matches if old}
        for old in stored:
            if old["id"] not in matched and old["withdrawn_at"] is None:
                self._withdraw_mention(old["id"])
                counts["withdrawn"] += 1
        return Extracted(**counts)

    def _stored_mentions(self, article_id: int) -> list[dict[str, Any]]:
        """The article's mentions, withdrawn ones too, in the shape of `_normal`, with `id` and `withdrawn_at`."""
        mentions = []
        for row in self.rows("SELECT * FROM mentions WHERE article_id = ? ORDER BY id", [article_id]):
            mention = {name: row[name] for name in ("id", "withdrawn_at", "evidence", "pairs", *_DEAL_FIELDS)}
            mention["parties"] = [
                {"org_id": party["given_id"], "names": json.loads(party["names"])}
                | {name: party[name] for name in _PARTY_FIELDS}
                for party in self.rows(
                    "SELECT * FROM mention_parties WHERE mention_id = ? ORDER BY position", [row["id"]]
                )
            ]
            mentions.append(mention)
        return mentions

    def _insert_mention(self, article_id: int, version: str, event: dict[str, Any]) -> None:
        columns = (
            "article_id",
            "extractor",
            "created_at",
            "context",
            "slug",
            "mark",
            "evidence",
            "pairs",
            *_DEAL_FIELDS,
        )
        values = {"article_id": article_id, "extractor": version, "created_at": self.now(), **event}
        values |= self._context(article_id, event) | self._birth(article_id, event)
        cursor = self.conn.execute(
            f"INSERT INTO mentions ({', '.join(columns)}) VALUES ({', '.join(':' + name for name in columns)})",
            {name: values[name] for name in columns},
        )
        assert cursor.lastrowid is not None
        self._write_parties(cursor.lastrowid, event["parties"])

    def _context(self, article_id: int, event: dict[str, Any]) -> dict[str, str]:
        """What resolution compares of the text around the evidence, read now since the text is not kept for ever."""
        article = self.row(
            "SELECT title, body FROM articles LEFT JOIN article_texts ON article_id = id WHERE id = ?", [article_id]
        )
        assert article is not None
        text = zlib.decompress(article["body"]).decode() if article["body"] else ""
        names = [name for party in event["parties"] for name in (*party["names"], party["surface"]) if name]
        found = context(
            article["title"], text, event["evidence_start"], event["evidence_end"], event["evidence"], names
        )
        return {"context": json.dumps(found, ensure_ascii=False)}

    def _birth(self, article_id: int, event: dict[str, Any]) -> dict[str, str]:
        """The id an event named by this mention has, fixed at birth: a later reading may correct kind or date, but an
        id once given stays. `mark` tells apart two deals that would bear one id."""
        article = self.row(
            "SELECT url, coalesce(published_at, fetched_at) AS day FROM articles WHERE id = ?", [article_id]
        )
        assert article is not None
        exact = event["date"] if event["date"] and len(event["date"]) == 10 else article["day"][:10]
        ranked = sorted(event["parties"], key=lambda party: (party["country"] != "KR", _party_slug(party)))
        slugs = list(dict.fromkeys(_party_slug(party) for party in ranked))
        if len(slugs) > SLUG_PARTIES:
            slugs = [*slugs[:SLUG_PARTIES], "others"]
        told = f"{article['url']}\n{event['evidence_start']}\n{event['evidence']}"
        return {
            "slug": "-".join([exact, *slugs, event["kind"].replace("_", "-")]),
            "mark": hashlib.sha256(told.encode()).hexdigest()[:6],
        }

    def _update_mention(self, mention_id: int, version: str, event: dict[str, Any]) -> None:
        self._mark_neighbours(mention_id)
        values = {name: value for name, value in event.items() if name != "parties"}
        found = self.row("SELECT article_id FROM mentions WHERE id = ?", [mention_id])
        assert found is not None
        values |= self._context(found["article_id"], event) | {"extractor": version}
        sets = ", ".join(f"{name} = :{name}" for name in values)
        self.conn.execute(
            f"UPDATE mentions SET {sets}, withdrawn_at = NULL WHERE id = :id", values | {"id": mention_id}
        )
        lost = self._erase_parties(mention_id)
        self._write_parties(mention_id, event["parties"])
        self._regroup(lost)

    def _withdraw_mention(self, mention_id: int) -> None:
        """Takes a mention out of the living: its row stays, its event is resolved again without it."""
        self._mark_neighbours(mention_id)
        self.conn.execute("UPDATE mentions SET withdrawn_at = ? WHERE id = ?", [self.now(), mention_id])
        lost = self._unlink_names(mention_id)
        self.conn.execute("DELETE FROM mention_pairs WHERE mention_id = ?", [mention_id])
        self._regroup(lost)

    def _withdraw_article(self, article_id: int) -> None:
        for row in self.rows("SELECT id FROM mentions WHERE article_id = ? AND withdrawn_at IS NULL", [article_id]):
            self._withdraw_mention(row["id"])

    def _write_parties(self, mention_id: int, parties: list[dict[str, Any]]) -> None:
        for position, party in enumerate(parties):
            values = {"mention_id": mention_id, "position": position, "given_id": party["org_id"]}
            values |= {name: party[name] for name in _PARTY_FIELDS}
            values["names"] = json.dumps(party["names"], ensure_ascii=False)
            columns = ", ".join(f'"{name}"' for name in values)
            marks = ", ".join(f":{name}" for name in values)
            self.conn.execute(f"INSERT INTO mention_parties ({columns}) VALUES ({marks})", values)
            for rank, name in enumerate(party["names"]):
                self.conn.execute(
                    "INSERT OR IGNORE INTO mention_names VALUES (?, ?, ?, ?, ?)",
                    [fold(name), mention_id, position, rank, name],
                )
        self._decide_mention(mention_id)
        self._index_pairs(mention_id)

    def _erase_parties(self, mention_id: int) -> set[str]:
        lost = self._unlink_names(mention_id)
        self.conn.execute("DELETE FROM mention_pairs WHERE mention_id = ?", [mention_id])
        self.conn.execute("DELETE FROM mention_parties WHERE mention_id = ?", [mention_id])
        return lost

    def _unlink_names(self, mention_id: int) -> set[str]:
        """Forgets a mention's names; returns those of unlisted organisations, whose facts may have hung on it."""
        keys = self.rows(
            "SELECT n.key FROM mention_names n JOIN mention_parties p USING (mention_id, position)"
            " JOIN organizations o ON o.id = p.org_id WHERE n.mention_id = ? AND o.provisional",
            [mention_id],
        )
        self.conn.execute("DELETE FROM mention_names WHERE mention_id = ?", [mention_id])
        return {row["key"] for row in keys}

    def _index_pairs(self, mention_id: int) -> None:
        """Writes the mention's pairs for candidate lookup and queues it for resolution."""
        self.conn.execute("DELETE FROM mention_pairs WHERE mention_id = ?", [mention_id])
        mention = self.row(
            "SELECT m.pairs, m.withdrawn_at, coalesce(a.published_at, m.date, a.fetched_at) AS reported"
            " FROM mentions m JOIN articles a ON a.id = m.article_id WHERE m.id = ?",
            [mention_id],
        )
        if mention is None or mention["withdrawn_at"]:
            return
        parties = self.rows(
            "SELECT p.org_id, o.provisional FROM mention_parties p LEFT JOIN organizations o ON o.id = p.org_id"
            " WHERE mention_id = ? ORDER BY position",
            [mention_id],
        )
        orgs = [party["org_id"] or UNDISCLOSED for party in parties]
        heard = [sound(org) if party["provisional"] else org for org, party in zip(orgs, parties, strict=True)]
        pairs = [(i, j) for i, j in json.loads(mention["pairs"]) if orgs[i] != orgs[j]]
        links = {(orgs[i], orgs[j]) for i, j in pairs}
        # As they sound: what another language calls them (docs/resolution.md).
        links |= {(heard[i], heard[j]) for i, j in pairs if UNDISCLOSED not in (orgs[i], orgs[j])}
        links |= {(other, org) for org, other in links}
        day = day_number(mention["reported"])
        self.conn.executemany(
            "INSERT OR IGNORE INTO mention_pairs VALUES (?, ?, ?, ?)",
            [(org, other, day, mention_id) for org, other in sorted(links) if org not in (other, UNDISCLOSED)],
        )
        self.conn.execute("INSERT OR IGNORE INTO unresolved VALUES (?)", [mention_id])

    def _mark_neighbours(self, mention_id: int) -> None:
        """Queues the mention and its block, which it may have held together, before it changes or goes."""
        self.conn.execute("INSERT OR IGNORE INTO unresolved VALUES (?)", [mention_id])
        self.conn.execute(
            "INSERT OR IGNORE INTO unresolved SELECT o.id FROM mentions m JOIN mentions o ON o.block = m.block"
            " WHERE m.id = ? AND o.withdrawn_at IS NULL",
            [mention_id],
        )


def _party_slug(party: dict[str, Any]) -> str:
    """An organisation's part of an event id, from this telling alone: the table's id, else its name."""
    if party["org_id"]:
        return slug(party["org_id"])
    return slug(fold(party["names"][0])) if party["names"] else "undisclosed"


def day_number(moment: str) -> int:
    """Days since year 1 of an ISO date or time, perhaps only a year or a month."""
    parts = [int(part) for part in moment[:10].split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1).toordinal()


def _normal(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event of the contract as the columns of `mentions`, with `parties` whose `names` is name, then aliases."""
    evidence = event["evidence"]
    parties = []
    for party in event["parties"]:
        names = list(dict.fromkeys(name for name in (party.get("name"), *(party.get("aliases") or [])) if name))
        fields = {name: party.get(name) for name in _PARTY_FIELDS}
        parties.append({"org_id": party.get("org_id"), **fields, "names": [n for n in names if fold(n)]})
    return {
        "kind": event["kind"],
        "status": event["status"],
        "new": int(event["new"]),
        "date": event.get("date"),
        "date_precision": event.get("date_precision"),
        "confidence": round(float(event["confidence"]), 4),
        "evidence": evidence["text"],
        "evidence_start": evidence.get("start"),
        "evidence_end": evidence.get("end"),
        "pairs": json.dumps([list(pair) for pair in event["pairs"]]),
        "parties": parties,
    }


def _same(event: dict[str, Any], old: dict[str, Any]) -> bool:
    """Whether a stored mention says just what this event does."""
    return all(event[name] == old[name] for name in ("evidence", "pairs", "parties", *_DEAL_FIELDS))


def _match(
    events: list[dict[str, Any]], stored: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Which stored mention each event continues: best first by shared parties, then by overlap of evidence."""
    scored = []
    for at, event in enumerate(events):
        for old in stored:
            score = _likeness(event, old)
            if score > 0:
                scored.append((-score, old["withdrawn_at"] is not None, at, old["id"], old))
    chosen: dict[int, dict[str, Any]] = {}
    taken: set[int] = set()
    for _, _, at, identity, old in sorted(scored, key=lambda item: item[:4]):
        if at not in chosen and identity not in taken:
            chosen[at] = old
            taken.add(identity)
    return [(event, chosen.get(at)) for at, event in enumerate(events)]


def _likeness(event: dict[str, Any], old: dict[str, Any]) -> float:
    """0 when they cannot be the same telling: fewer than two parties in common, counting one undisclosed."""
    mine, theirs = _party_keys(event), _party_keys(old)
    shared = len(mine & theirs)
    if shared < 2:
        return 0.0
    overlap = _overlap(event, old)
    agreement = sum(event[name] == old[name] for name in ("kind", "status", "new", "date")) / 4
    return float(shared / len(mine | theirs) + overlap + agreement)


def _party_keys(event: dict[str, Any]) -> set[str]:
    return {
        party["org_id"] or (fold(party["names"][0]) if party["names"] else UNDISCLOSED) for party in event["parties"]
    }


def _overlap(event: dict[str, Any], old: dict[str, Any]) -> float:
    """Shared part of the two evidence spans, 0 to 1; by text where a span is missing."""
    spans = [event["evidence_start"], event["evidence_end"], old["evidence_start"], old["evidence_end"]]
    if event["evidence"] == old["evidence"]:
        return 1.0
    if None in spans:
        return 0.0
    start, end, old_start, old_end = spans
    shared = min(end, old_end) - max(start, old_start)
    return float(max(0, shared) / max(1, max(end, old_end) - min(start, old_start)))
