"""Database files: upgrades, refusals in plain words, backups, crashes."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlite_utils
from invented_news import filled, generated, put

from db import DatabaseError, Store, connect, search
from db.backup import backup, check, restore
from db.migrations import migrations, schema_version
from db.snapshot import snapshot

HERE = Path(__file__).parent
STEPS = [step.name for step in migrations._migrations]


def schema(path: Path) -> list[str]:
    with contextlib.closing(connect(path, readonly=True)) as conn:
        return [row["sql"] for row in conn.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")]


def grown(path: Path) -> Store:
    """A database in which things have happened."""
    store = filled(path)
    for told in generated(1, 30):
        put(store, told)
    store.resolve()
    store.reject(store.rows("SELECT id FROM events WHERE merged_into IS NULL ORDER BY id")[0]["id"], "kim")
    return store


@pytest.mark.parametrize("step", STEPS[1:])
def test_every_schema_that_landed_is_brought_up_to_date(tmp_path: Path, step: str) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    grown(new).close()
    with contextlib.closing(sqlite3.connect(old, isolation_level=None)) as conn:
        search.register(conn)
        migrations.apply(sqlite_utils.Database(conn), stop_before=step)
        conn.execute(f"PRAGMA user_version = {STEPS.index(step)}")
        conn.execute("ATTACH ? AS new", [str(new)])
        for (table,) in conn.execute(
            "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT GLOB '*search_*'"
            " AND name NOT GLOB '*sqlite*' AND name != 'meta'"
        ).fetchall():
            columns = ", ".join(row[1] for row in conn.execute(f"PRAGMA main.table_info({table})"))
            conn.execute(f"INSERT OR REPLACE INTO main.{table} SELECT {columns} FROM new.{table}")
        if step <= "m004_sounds":
            conn.execute("DELETE FROM main.mention_pairs WHERE org_id GLOB '~*' OR other_id GLOB '~*'")
        if step <= "m006_months_of_copies":  # other bits stood above the hash
            conn.execute("UPDATE main.text_bands SET band = (band & 0xFFFFFFFFFFFF) | (-1 << 52)")
        conn.execute("INSERT INTO meta VALUES ('program', '0')")
        conn.execute("UPDATE main.articles SET title = '옛 제휴' WHERE id = 1")
    store = Store(old)
    store.resolve()
    store.close()
    assert schema(old) == schema(new)
    with contextlib.closing(connect(old, readonly=True)) as read:
        assert [row["title"] for row in search.articles(read, "제휴")] == ["옛 제휴"]
        read.execute("ATTACH ? AS new", [str(new)])
        for table in ("partner_deals", "mention_pairs", "text_bands", "text_signatures"):
            assert (
                read.execute(f"SELECT * FROM {table}").fetchall()
                == read.execute(f"SELECT * FROM new.{table}").fetchall()
            )
            assert read.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 5
    assert check(old) == []
    assert snapshot(old) == snapshot(new)


def test_a_failed_upgrade_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "jehyu.db"
    Store(path).close()
    before = schema(path)

    def step(db: sqlite_utils.Database) -> None:
        db.conn.execute("CREATE TABLE half (id INTEGER)")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(migrations, "_migrations", [*migrations._migrations, migrations._Migration("m999", step)])
    with pytest.raises(DatabaseError, match="disk is full"):
        Store(path)
    monkeypatch.undo()
    Store(path).close()
    assert schema(path) == before


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jehyu.db"
    store = Store(path)
    store.conn.execute(f"PRAGMA user_version = {schema_version() + 1}")
    store.conn.execute("UPDATE meta SET value = '9.9.9' WHERE key = 'program'")
    store.close()
    before = path.read_bytes()
    for readonly in (True, False):
        with pytest.raises(DatabaseError, match=r"Jehyu 9\.9\.9 .*upgrade Jehyu"):
            connect(path, readonly=readonly)
    assert path.read_bytes() == before


def test_other_files_are_refused_in_words(tmp_path: Path) -> None:
    text, foreign = tmp_path / "notes.txt", tmp_path / "photos.db"
    text.write_text("no database at all, but long enough to look like one " * 100)
    with contextlib.closing(sqlite3.connect(foreign)) as conn:
        conn.execute("CREATE TABLE photos (id INTEGER)")
    for path, words in (
        (text, "damaged or not a SQLite file"),
        (foreign, "not made by Jehyu"),
        (tmp_path / "none" / "jehyu.db", "cannot be opened"),
    ):
        with pytest.raises(DatabaseError, match=words) as caught:
            Store(path)
        assert str(path) in str(caught.value)
    with pytest.raises(DatabaseError, match="no such database"):
        connect(tmp_path / "missing.db", readonly=True)
    assert not (tmp_path / "missing.db").exists()


def test_damage_is_found(tmp_path: Path) -> None:
    path = tmp_path / "jehyu.db"
    grown(path).close()
    assert check(path) == []
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 4096] = os.urandom(4096)
    path.write_bytes(raw)
    assert check(path) != []


def test_a_backup_is_whole_and_can_be_restored(tmp_path: Path) -> None:
    path, copy = tmp_path / "jehyu.db", tmp_path / "copy.db"
    store = filled(path)
    for told in generated(1, 20):
        put(store, told)
    store.resolve()
    before = snapshot(store.conn)
    backup(path, copy)
    with pytest.raises(DatabaseError, match="never overwritten"):
        backup(path, copy)
    for told in generated(2, 20):
        put(store, told)
    store.close()
    kept = restore(copy, path)
    assert snapshot(path) == before
    assert kept is not None and check(kept) == []
    (tmp_path / "bad.db").write_bytes(b"SQLite format 3\0 and no more")
    with pytest.raises(DatabaseError, match=r"bad\.db.* damaged"):
        restore(tmp_path / "bad.db", path)
    assert snapshot(path) == before
    assert not list(tmp_path.glob("*.part*"))


WORK = """
import sys
from pathlib import Path
from invented_news import filled, generated, put
store = filled(Path(sys.argv[1]))
print("ready", flush=True)
for number, told in enumerate(generated(3, 60)):
    put(store, told)
    if number % 7 == 0:
        store.resolve()
store.resolve()
"""


def test_killed_at_any_moment_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    undisturbed, killed = tmp_path / "calm.db", tmp_path / "killed.db"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])}
    command = [sys.executable, "-c", WORK]
    subprocess.run([*command, str(undisturbed)], check=True, env=environment, stdout=subprocess.DEVNULL)
    for wait in (0.0, 0.05, 0.1, 0.2, 0.3, 0.4):
        process = subprocess.Popen([*command, str(killed)], env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert check(killed) == []
    subprocess.run([*command, str(killed)], check=True, env=environment, stdout=subprocess.DEVNULL)
    assert check(killed) == []
    assert snapshot(killed) == snapshot(undisturbed)
