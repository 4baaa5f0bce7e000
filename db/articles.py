"""Storing what the crawl brings: sources, feeds, articles, failures, and which articles are near copies."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from db.base import StoreBase, iso
from db.copies import bands, bands_near, month_of, near_copies, signature

Saved = Literal["new", "changed", "unchanged"]

# A failed page is asked for again after 10 minutes, then twice as long each time, at most a day; then given up.
RETRY_FIRST = timedelta(minutes=10)
RETRY_LONGEST = timedelta(days=1)
RETRY_ATTEMPTS = 8

_SOURCE_COLUMNS = ("id", "name", "name_en", "family", "lang", "home", "enabled", "verified", "note")


class Articles(StoreBase):
    """The part of the store the crawl uses."""

    def sync_sources(self, sources: Iterable[Mapping[str, Any]]) -> None:
        """Makes the rows of these sources equal to what is given; the others stand as they are (a run may ask one)."""
        with self.transaction():
            for source in sources:
                values = {name: source.get(name) for name in _SOURCE_COLUMNS}
                values["enabled"] = int(source.get("enabled", True))
                _upsert(self, "sources", values)

    def known_urls(self, urls: Iterable[str]) -> set[str]:
        """Those of the URLs that need not be fetched: stored, gone, or failed and not yet due again."""
        found = self.rows(
            "SELECT url FROM articles WHERE url IN (SELECT value FROM json_each(?))"
            " AND (state != 'failed' OR retry_at IS NULL OR retry_at > ?)",
            [json.dumps(list(urls)), self.now()],
        )
        return {row["url"] for row in found}

    def feed_state(self, url: str) -> dict[str, Any] | None:
        """What the last successful visit of a feed left: `etag`, `last_modified`, `content_hash`, `checked_at`."""
        found = self.row("SELECT * FROM feeds WHERE url = ?", [url])
        return dict(found) if found else None

    def save_feed_state(
        self,
        url: str,
        source_id: str | None,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        content_hash: str | None = None,
    ) -> None:
        """Keeps a feed's validators for the next conditional GET."""
        with self.transaction():
            values = {
                "url": url,
                "source_id": source_id,
                "etag": etag,
                "last_modified": last_modified,
                "content_hash": content_hash,
                "checked_at": self.now(),
            }
            _upsert(self, "feeds", values, key="url")

    def save_article(
        self,
        *,
        url: str,
        source_id: str | None,
        title: str | None,
        text: str,
        published_at: datetime | str | None = None,
        updated_at: datetime | str | None = None,
        lang: str | None = None,
    ) -> Saved:
        """Stores a fetched article under its canonical URL, in one transaction.

        "changed" (other title, text, day or language than before) opens it for extraction again; the mentions read
        from the old text stand until then. Times without a zone are taken as Korean.
        """
        published = iso(published_at)
        fetched = self.now()
        digest = content_hash(title, text, published, lang)
        with self.transaction():
            old = self.row("SELECT id, state, content_hash FROM articles WHERE url = ?", [url])
            if old and old["state"] == "fetched" and old["content_hash"] == digest:
                return "unchanged"
            values = {
                "url": url,
                "source_id": source_id,
                "title": title,
                "published_at": published,
                "updated_at": iso(updated_at),
                "lang": lang,
                "fetched_at": fetched,
                "content_hash": digest,
                "state": "fetched",
                "failure": None,
                "failure_detail": None,
                "attempts": 0,
                "retry_at": None,
                "extractor": None,
                "extracted_at": None,
                "extract_error": None,
            }
            _upsert(self, "articles", values, key="url")
            found = self.row("SELECT id FROM articles WHERE url = ?", [url])
            assert found is not None
            self._save_text(found["id"], text)
            self._save_copies(found["id"], text, month_of(published or fetched))
            self._reopen_reviews(found["id"], f"{title or ''}\n{text}")
            return "changed" if old and old["content_hash"] else "new"

    def save_failure(
        self,
        url: str,
        source_id: str | None,
        failure: str,
        detail: str | None = None,
        *,
        retry: bool = True,
        gone: bool = False,
    ) -> None:
        """Records that a page could not be had: `failure` is a short class ("timeout", "http_503"), `detail` one line.

        A stored article keeps its text; only `gone` (404, 410) takes its mentions out of their events.
        """
        with self.transaction():
            old = self.row("SELECT id, attempts FROM articles WHERE url = ?", [url])
            attempts = (old["attempts"] if old else 0) + 1
            wait = min(RETRY_FIRST * 2 ** (attempts - 1), RETRY_LONGEST)
            retry_at = iso(self.clock() + wait) if retry and not gone and attempts < RETRY_ATTEMPTS else None
            values: dict[str, Any] = {
                "url": url,
                "failure": failure,
                "failure_detail": detail,
                "attempts": attempts,
                "retry_at": retry_at,
            }
            if not old:
                self.conn.execute(
                    "INSERT INTO articles (url, source_id, fetched_at, state) VALUES (?, ?, ?, 'failed')",
                    [url, source_id, self.now()],
                )
            if gone:
                values["state"] = "gone"
            sets = ", ".join(f"{name} = :{name}" for name in values)
            self.conn.execute(f"UPDATE articles SET {sets} WHERE url = :url", values)
            if gone and old:
                self._withdraw_article(old["id"])

    def retryable(self, source_id: str | None = None) -> list[str]:
        """URLs of failed pages whose time has come, oldest first."""
        found = self.rows(
            "SELECT url FROM articles WHERE retry_at <= ? AND state = 'failed' AND (?2 IS NULL OR source_id = ?2)"
            " ORDER BY retry_at, url",
            [self.now(), source_id],
        )
        return [row["url"] for row in found]

    def article_text(self, article_id: int) -> str | None:
        """The stored text, or None once retention has dropped it."""
        found = self.row("SELECT body FROM article_texts WHERE article_id = ?", [article_id])
        return zlib.decompress(found["body"]).decode() if found else None

    def drop_texts(self, before: datetime | str) -> int:
        """Drops the texts of articles read and published (else fetched) before a moment; returns how many.

        Titles, evidence and all that resolution compares stay; such an article is not read again.
        """
        with self.transaction():
            cursor = self.conn.execute(
                "DELETE FROM article_texts WHERE article_id IN (SELECT id FROM articles WHERE extractor IS NOT NULL"
                " AND coalesce(published_at, fetched_at) < ?)",
                [iso(before)],
            )
            return cursor.rowcount

    def pending_articles(
        self, version: str, *, reread: bool = False, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Articles to be read, as the extraction contract wants them, with `content_hash` beside.

        Those never read or changed since; with `reread` also those read by another `version`. Newly stored ones may
        come up while iterating; each is given once.
        """
        last, given = 0, 0
        while limit is None or given < limit:
            batch = self.rows(
                "SELECT id, url, title, published_at AS published, lang, content_hash, body"
                " FROM articles JOIN article_texts ON article_id = id"
                " WHERE id > ? AND state = 'fetched' AND (extractor IS NULL OR (? AND extractor != ?))"
                " ORDER BY id LIMIT ?",
                [last, reread, version, 200 if limit is None else min(200, limit - given)],
            )
            if not batch:
                return
            for row in batch:
                article = dict(row)
                article["text"] = zlib.decompress(article.pop("body")).decode()
                yield article
            last, given = batch[-1]["id"], given + len(batch)

    def count_pending(self, version: str, *, reread: bool = False) -> int:
        """How many `pending_articles` would give now."""
        found = self.row(
            "SELECT count(*) FROM articles JOIN article_texts ON article_id = id"
            " WHERE state = 'fetched' AND (extractor IS NULL OR (? AND extractor != ?))",
            [reread, version],
        )
        assert found is not None
        return int(found[0])

    def _reopen_reviews(self, article_id: int, full: str) -> None:
        """Marks decisions whose sentence the article no longer holds: they stand, but want a second look."""
        self.conn.execute(
            "UPDATE reviews SET reopened_at = ? WHERE undone_at IS NULL AND reopened_at IS NULL AND id IN"
            " (SELECT review_id FROM review_anchors WHERE article_id = ? AND instr(?, evidence) = 0)",
            [self.now(), article_id, full],
        )

    def _save_text(self, article_id: int, text: str) -> None:
        self.conn.execute(
            "INSERT INTO article_texts VALUES (?, ?) ON CONFLICT (article_id) DO UPDATE SET body = excluded.body",
            [article_id, zlib.compress(text.encode())],
        )

    def _save_copies(self, article_id: int, text: str, month: int) -> None:
        """Puts the article into the group of its near copies, joining groups it links."""
        mine = signature(text)
        self._leave_group(article_id)
        self.conn.execute("INSERT OR REPLACE INTO text_signatures VALUES (?, ?, ?)", [article_id, mine, month])
        self._join_group(article_id, mine, month)

    def _join_group(self, article_id: int, mine: bytes, month: int) -> None:
        keys = bands(mine, month)
        candidates = self.rows(
            "SELECT a.id, a.text_group, s.signature FROM articles a JOIN text_signatures s ON s.article_id = a.id"
            " WHERE a.id IN (SELECT article_id FROM text_bands WHERE band IN (SELECT value FROM json_each(?)))",
            [json.dumps(bands_near(keys))],
        )
        groups = {row["text_group"] for row in candidates if near_copies(mine, row["signature"])}
        group = min(groups | {article_id})
        self.conn.execute("UPDATE articles SET text_group = ? WHERE id = ?", [group, article_id])
        for other in sorted(groups - {group}):
            self.conn.execute("UPDATE articles SET text_group = ? WHERE text_group = ?", [group, other])
        self._group_changed(groups - {group} | {group})
        self.conn.executemany("INSERT INTO text_bands VALUES (?, ?)", [(key, article_id) for key in keys])

    def _leave_group(self, article_id: int) -> None:
        """Takes a changed article out of its group and builds what remains anew, since it may have been the link."""
        members = self.rows(
            "SELECT s.* FROM articles a JOIN text_signatures s ON s.article_id = a.id WHERE a.id = ?1"
            " OR a.text_group = (SELECT text_group FROM articles WHERE id = ?1) ORDER BY a.id",
            [article_id],
        )
        for row in members:
            self.conn.executemany(
                "DELETE FROM text_bands WHERE band = ? AND article_id = ?",
                [(key, row["article_id"]) for key in bands(row["signature"], row["month"])],
            )
        for row in members:
            if row["article_id"] != article_id:
                self._join_group(row["article_id"], row["signature"], row["month"])

    def _group_changed(self, groups: set[int]) -> None:
        """Outlet counts and clusters depend on the groups: their mentions are resolved again."""
        self.conn.execute(
            "INSERT OR IGNORE INTO unresolved SELECT m.id FROM mentions m JOIN articles a ON a.id = m.article_id"
            " WHERE m.withdrawn_at IS NULL AND a.text_group IN (SELECT value FROM json_each(?))",
            [json.dumps(sorted(groups))],
        )

    def _withdraw_article(self, article_id: int) -> None:
        raise NotImplementedError  # given by Extractions


def content_hash(title: str | None, text: str, published: str | None, lang: str | None) -> str:
    """What decides whether an article has changed: all that the reader sees of it."""
    return hashlib.sha256("\x1f".join([title or "", text, published or "", lang or ""]).encode()).hexdigest()[:32]


def _upsert(store: StoreBase, table: str, values: dict[str, Any], key: str = "id") -> None:
    """Inserts or updates a row; names come from our own constants, values go as parameters. An equal row stays as
    is."""
    columns = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    sets = ", ".join(f"{name} = excluded.{name}" for name in values if name != key)
    differs = " OR ".join(f"{table}.{name} IS NOT excluded.{name}" for name in values if name != key)
    store.conn.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {sets} WHERE {differs}",
        values,
    )
