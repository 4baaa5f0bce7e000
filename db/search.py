"""Search that works in Korean: any word of one syllable or more, inside compounds and before particles, found exactly.

SQLite's own tokenizers miss "협력" in "협력을" (unicode61) or find no two-syllable word at all (trigram). Here a text
is indexed as the overlapping pairs of its characters, and a term is the phrase of its pairs, which is just what a
substring scan would find. Several terms mean AND. Triggers keep the indexes current in the writing transaction.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import unicodedata
from dataclasses import dataclass
from typing import Any

from db.names import fold

_SPACE = re.compile(r"\s+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")

# Every visible character belongs to a token; only spaces part them.
TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* N* P* S* M* Co'"

# What a row of `search_companies` holds; a WHERE on `o.id` may follow.
COMPANY_NAMES = (
    "SELECT row_key(o.id), o.id, bigrams(o.name || char(10) ||"
    " coalesce((SELECT group_concat(alias, char(10)) FROM aliases WHERE org_id = o.id), '')) FROM organizations o"
)


def bigrams(text: str | None) -> str:
    """The text as the index wants it: the character pairs of each word, then its last character alone.

    The single one closes a word, so that no phrase runs across a space, and makes one-character terms findable.
    """
    return " ".join(token for word in _words(text or "") for token in _pairs(word))


def bigram_query(terms: str | None) -> str:
    """An FTS5 MATCH expression for what a person typed; matches nothing when that is empty."""
    phrases = []
    for word in _words(terms or ""):
        tokens = " ".join(_pairs(word)[:-1]) or word
        quoted = tokens.replace('"', '""')
        phrases.append(f'"{quoted}"' + ("*" if len(word) == 1 else ""))
    return " AND ".join(phrases) or '""'


def register(conn: sqlite3.Connection) -> None:
    """Gives a connection the SQL functions `bigrams`, `bigram_query`, `name_key` and `row_key`.

    Call it in Datasette's prepare_connection. Usage: `… WHERE search_articles MATCH bigram_query(:q)`.
    """
    conn.create_function("bigrams", 1, bigrams, deterministic=True)
    conn.create_function("bigram_query", 1, bigram_query, deterministic=True)
    conn.create_function("name_key", 1, lambda name: fold(name or ""), deterministic=True)
    conn.create_function("row_key", 1, row_key, deterministic=True)


def row_key(text: str) -> int:
    """A 63-bit integer standing for a text id, as an FTS table's rowid."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def articles(conn: sqlite3.Connection, terms: str, limit: int = 50) -> list[dict[str, Any]]:
    """Articles whose title holds all terms, newest stored first: id, url, title, source_id, published_at."""
    return _ARTICLES.found(conn, terms, limit)


def evidence(conn: sqlite3.Connection, terms: str, limit: int = 50) -> list[dict[str, Any]]:
    """Live mentions whose sentence holds all terms, newest first: mention_id, event_id, evidence, kind, status, url."""
    return _EVIDENCE.found(conn, terms, limit)


def companies(conn: sqlite3.Connection, terms: str, limit: int = 50) -> list[dict[str, Any]]:
    """Organisations one of whose names holds all terms, those of the table first: the columns of `organizations`."""
    return _COMPANIES.found(conn, terms, limit)


def rebuild(conn: sqlite3.Connection) -> None:
    """Builds the three indexes from the tables, each in one piece; the caller holds the transaction."""
    for index, table, column in (("search_articles", "articles", "title"), ("search_evidence", "mentions", "evidence")):
        conn.execute(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")
        conn.execute(
            f"INSERT INTO {index} (rowid, {column}) SELECT id, bigrams({column}) FROM {table} WHERE {column} NOT NULL"
        )
    conn.execute("DELETE FROM search_companies")
    conn.execute(f"INSERT INTO search_companies (rowid, org_id, names) {COMPANY_NAMES}")
    for index in ("search_articles", "search_evidence", "search_companies"):
        conn.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")


@dataclass(frozen=True)
class _Index:
    """A search index `s` and the rows that its hits stand for."""

    name: str
    columns: str
    joins: str
    live: str = "TRUE"
    order: str = "s.rowid DESC"

    def found(self, conn: sqlite3.Connection, terms: str, limit: int) -> list[dict[str, Any]]:
        """The first `limit` rows that hold all terms."""
        cursor = conn.execute(
            f"SELECT {self.columns} FROM {self.name} s {self.joins}"
            f" WHERE {self.name} MATCH ? AND {self.live} ORDER BY {self.order} LIMIT ?",
            [bigram_query(terms), limit],
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


_ARTICLES = _Index(
    "search_articles", "a.id, a.url, a.title, a.source_id, a.published_at", "JOIN articles a ON a.id = s.rowid"
)
_EVIDENCE = _Index(
    "search_evidence",
    "m.id AS mention_id, m.event_id, m.evidence, m.kind, m.status, a.url, a.title, a.published_at",
    "JOIN mentions m ON m.id = s.rowid JOIN articles a ON a.id = m.article_id",
    live="m.withdrawn_at IS NULL",
)
_COMPANIES = _Index(
    "search_companies",
    "o.*",
    "JOIN organizations o ON o.id = s.org_id",
    live="o.merged_into IS NULL",
    order="o.provisional, o.name",
)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFC", _UNSEEN.sub("", unicodedata.normalize("NFC", text).casefold()))
    # SQLite's tokenizer knows the characters of an older Unicode; those beyond the first plane get stand-ins.
    mapped = "".join(char if ord(char) < 0x10000 else chr(0xE000 + ord(char) % 6400) for char in plain)
    return [word for word in _SPACE.split(mapped) if word]


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word))]
