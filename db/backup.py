"""Backups of a live database, restoring one, and checks that a file is sound and keeps our invariants."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime
from pathlib import Path

from db.connection import DatabaseError, connect, explain
from db.migrations import PARTNER_DEALS

# Each is a query for rows that must not exist.
INVARIANTS = {
    "a live mention stands in an event that is redirected": (
        "SELECT m.id FROM mentions m JOIN events e ON e.id = m.event_id"
        " WHERE m.withdrawn_at IS NULL AND e.merged_into IS NOT NULL"
    ),
    "a live event has no live mention": (
        "SELECT e.id FROM events e WHERE e.merged_into IS NULL AND e.withdrawn_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM mentions m WHERE m.event_id = e.id AND m.withdrawn_at IS NULL)"
    ),
    "an event's evidence is of another event": (
        "SELECT e.id FROM events e JOIN mentions m ON m.id = e.mention_id"
        " WHERE e.merged_into IS NULL AND e.withdrawn_at IS NULL AND m.event_id IS NOT e.id"
    ),
    "an event's article_count is wrong": (
        "SELECT e.id FROM events e WHERE e.merged_into IS NULL AND e.withdrawn_at IS NULL AND e.article_count !="
        " (SELECT count(DISTINCT article_id) FROM mentions m WHERE m.event_id = e.id AND m.withdrawn_at IS NULL)"
    ),
    "an event has fewer than two parties or no pair": (
        "SELECT e.id FROM events e WHERE e.merged_into IS NULL AND e.withdrawn_at IS NULL AND"
        " ((SELECT count(*) FROM event_parties p WHERE p.event_id = e.id) < 2"
        " OR NOT EXISTS (SELECT 1 FROM event_pairs p WHERE p.event_id = e.id))"
    ),
    "a pair names a party that is not there": (
        "SELECT p.event_id FROM event_pairs p WHERE 2 != (SELECT count(*) FROM event_parties x"
        " WHERE x.event_id = p.event_id AND x.position IN (p.company_position, p.partner_position))"
    ),
    "an event has no history": (
        "SELECT e.id FROM events e WHERE e.merged_into IS NULL AND e.withdrawn_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM event_history h WHERE h.event_id = e.id)"
    ),
    "a redirect runs in a circle": (
        "WITH RECURSIVE walk(start, id, steps) AS (SELECT id, merged_into, 1 FROM events WHERE merged_into IS NOT NULL"
        " UNION ALL SELECT w.start, e.merged_into, steps + 1 FROM walk w JOIN events e ON e.id = w.id"
        " WHERE e.merged_into IS NOT NULL AND steps < 1000) SELECT DISTINCT start FROM walk WHERE steps >= 1000"
    ),
    "a fetched article has neither text nor reading": (
        "SELECT a.id FROM articles a WHERE a.state = 'fetched' AND a.extractor IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM article_texts t WHERE t.article_id = a.id)"
    ),
    "a live mention has fewer than two parties": (
        "SELECT m.id FROM mentions m WHERE m.withdrawn_at IS NULL"
        " AND (SELECT count(*) FROM mention_parties p WHERE p.mention_id = m.id) < 2"
    ),
    "who has which event with whom is told wrongly in partner_deals": (
        f"SELECT event_id FROM (SELECT * FROM ({PARTNER_DEALS}) EXCEPT SELECT * FROM partner_deals)"
        f" UNION SELECT event_id FROM (SELECT * FROM partner_deals EXCEPT SELECT * FROM ({PARTNER_DEALS}))"
    ),
    "a title, sentence or company is missing in search": (
        "SELECT 'articles' WHERE (SELECT count(*) FROM search_articles)"
        " != (SELECT count(*) FROM articles WHERE title IS NOT NULL)"
        " UNION ALL SELECT 'evidence' WHERE (SELECT count(*) FROM search_evidence) != (SELECT count(*) FROM mentions)"
        " UNION ALL SELECT 'companies' WHERE (SELECT count(*) FROM search_companies) != (SELECT"
        " count(*) FROM organizations)"
    ),
}


def backup(database: str | Path, target: str | Path) -> None:
    """Copies the database to `target`, while it may be in use, and checks the copy.

    The target appears whole or not at all. Raises DatabaseError when it exists or the copy is not sound.
    """
    target = Path(target)
    if target.exists():
        raise DatabaseError(f"{target}: exists already; name a new file, backups are never overwritten")
    _sound_copy(Path(database), target).replace(target)


def restore(source: str | Path, database: str | Path) -> Path | None:
    """Puts a copy of a backup, once it is checked, in the database's place. Returns where the present file was kept, if
    there was one.

    No other program may have the database open: hold the run lock.
    """
    database = Path(database)
    copy = _sound_copy(Path(source), database)
    kept = _set_aside(database)
    copy.replace(database)
    return kept


def _sound_copy(source: Path, beside: Path) -> Path:
    """A checked copy in one file, made with SQLite's online backup, where it only needs another name."""
    part = beside.with_name(beside.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with (
            contextlib.closing(connect(source, readonly=True)) as old,
            contextlib.closing(sqlite3.connect(part)) as new,
        ):
            new.execute("PRAGMA journal_mode = MEMORY")  # a copy that fails is thrown away, and no journal may stay
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
        if problems := check(part):
            raise DatabaseError(f"{source}: not sound, nothing was kept of its copy: {'; '.join(problems)}")
    except sqlite3.Error as error:
        part.unlink(missing_ok=True)
        raise explain(error, source if "malformed" in str(error) else beside) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def _set_aside(database: Path) -> Path | None:
    """Moves the file and its log away under one new name, so that nothing is lost and the log cannot fit the new
    file."""
    if not database.exists():
        return None
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    kept = database.with_name(f"{database.name}.before-restore-{stamp}")
    for suffix in ("-wal", "-shm", ""):
        part = database.with_name(database.name + suffix)
        if part.exists():
            part.replace(kept.with_name(kept.name + suffix))
    return kept


def check(database: str | Path) -> list[str]:
    """What is wrong with a file: SQLite's integrity, foreign keys, and INVARIANTS; empty when all is well.

    An open queue (resolution not yet run) is no fault; the event checks are then left out.
    """
    try:
        with contextlib.closing(connect(database, readonly=True)) as conn:
            broken = [row[0] for row in conn.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
            if broken:
                return [f"integrity: {line}" for line in broken]
            problems = [f"foreign key: {tuple(row)}" for row in conn.execute("PRAGMA foreign_key_check").fetchmany(5)]
            waiting = conn.execute("SELECT 1 FROM unresolved LIMIT 1").fetchone() is not None
            for rule, query in INVARIANTS.items():
                if waiting and "event" in rule:
                    continue
                bad = [row[0] for row in conn.execute(query).fetchmany(5)]
                if bad:
                    problems.append(f"{rule}: {bad}")
            return problems
    except sqlite3.Error as error:
        return [str(explain(error, Path(database)))]
    except DatabaseError as error:
        return [str(error)]
