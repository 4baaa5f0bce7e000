"""Opening a database file: pragmas, migrations, and plain words for what can be wrong with it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import sqlite_utils

from db import migrations as schema
from db import search

BUSY_SECONDS = 30.0


class DatabaseError(Exception):
    """The database cannot be used; the message names the file and says what to do."""


def connect(path: str | Path, *, readonly: bool = False) -> sqlite3.Connection:
    """Opens the file (made and migrated unless `readonly`), rows as `sqlite3.Row`, autocommit outside `transaction`.

    Raises DatabaseError when the file is missing (readonly), newer than this program, locked, damaged or not ours.
    """
    path = Path(path)
    if readonly and not path.exists():
        raise DatabaseError(f"{path}: no such database. Make one with `jehyu run --db {path}`.")
    try:
        if readonly:
            conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        else:
            conn = sqlite3.connect(path, timeout=BUSY_SECONDS)
    except sqlite3.Error as error:
        raise explain(error, path) from error
    conn.isolation_level = None
    conn.row_factory = sqlite3.Row
    try:
        _refuse_strangers(conn, path, readonly)
        conn.execute("PRAGMA foreign_keys = ON")
        search.register(conn)
        if not readonly:
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("PRAGMA synchronous = NORMAL")
            conn.execute("PRAGMA cache_size = -65536")  # 64 MiB: lookups by hash touch pages all over a large file
            migrate(conn)
    except sqlite3.Error as error:
        conn.close()
        raise explain(error, path) from error
    except BaseException:
        conn.close()
        raise
    return conn


def migrate(conn: sqlite3.Connection) -> None:
    """Brings the schema up to date in one transaction: after a crash the file is as before or as new, never between."""
    if conn.execute("PRAGMA user_version").fetchone()[0] == schema.schema_version():
        return
    with transaction(conn):
        # Another process may have done it while we waited for the lock; apply() looks again.
        schema.migrations.apply(sqlite_utils.Database(conn, execute_plugins=False))
        conn.execute(f"PRAGMA user_version = {schema.schema_version()}")
        conn.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        conn.execute(
            "INSERT INTO meta VALUES ('program', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [program_version()],
        )


@contextlib.contextmanager
def transaction(conn: sqlite3.Connection) -> Iterator[None]:
    """`BEGIN IMMEDIATE` … `COMMIT`, so that a read inside cannot meet "database is locked" when it comes to write.

    Nested use joins the outer transaction.
    """
    if conn.in_transaction:
        yield
        return
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:  # a full disk may have rolled it back already
            conn.execute("ROLLBACK")
        raise


def explain(error: sqlite3.Error, path: Path) -> DatabaseError:
    """The SQLite error as a message a person can act on."""
    words = str(error)
    if "locked" in words or "busy" in words:
        advice = "another program is writing to it. Wait for it to end, or find it with `fuser`."
    elif "malformed" in words or "not a database" in words:
        advice = (
            "it is damaged or not a SQLite file. Nothing was changed. "
            "Restore the last backup (`jehyu restore BACKUP`), see docs/operations.md."
        )
    elif "full" in words:
        advice = "the disk is full. Nothing half-done was kept; free some space and run again."
    elif "readonly" in words or "read-only" in words or "unable to open" in words:
        advice = (
            "cannot be opened for writing, which its log needs even where it is only read. "
            "Check that file and folder exist, belong to this user and are writable."
        )
    elif "I/O error" in words:
        advice = "the disk is full or broken: see `df -h` and `dmesg`. Nothing half-done was kept."
    else:
        advice = "SQLite refused."
    return DatabaseError(f"{path}: {advice} (SQLite: {words})")


def program_version() -> str:
    """This program's version, e.g. "0.1.0"."""
    try:
        return metadata.version("jehyu")
    except metadata.PackageNotFoundError:  # run from a checkout that was never installed
        return "unknown"


def _refuse_strangers(conn: sqlite3.Connection, path: Path, readonly: bool) -> None:
    version = conn.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.schema_version():
        wrote = conn.execute("SELECT value FROM meta WHERE key = 'program'").fetchone()
        raise DatabaseError(
            f"{path}: written by Jehyu {wrote[0] if wrote else '?'} (schema {version}), newer than this program "
            f"(schema {schema.schema_version()}). Nothing was changed; upgrade Jehyu to open it."
        )
    if version == 0 and conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise DatabaseError(f"{path}: a SQLite file, but not made by Jehyu. Nothing was changed; name another file.")
    if version == 0 and readonly:
        raise DatabaseError(f"{path}: an empty file. Fill it with `jehyu run --db {path}`.")
