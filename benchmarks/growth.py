"""Does adding articles cost the same however many are stored? `python -m benchmarks.growth [--stored 500000]`.

Adds 1,000 articles, one deal in five, through the store and resolves them: to a database of 1,000 articles, and to one
of `--stored`. The large one is a small one, filled through the store, that is repeated in SQL with other ids, days and
text bands: its rows, dates and pairs are as if all had gone through the store, which would take hours. The two files
take turns, since a processor's speed changes within minutes. Prints processor and wall-clock time of each round and
the median of the rounds' ratios; the processor's is the one to trust on a busy machine.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from db import Store, search

COMPANIES, A_DAY, DEAL_EVERY = 3000, 150, 5
START = date(2016, 1, 1)
UNIT = 10_000
SYLLABLES = "가나다라마바사아자차카타파하기니디리미비시이지치키티피히고노도로모보소오조초코토포호"


class News:
    """Articles about companies of which few have most deals; the n-th is the same whenever it is asked for."""

    def __init__(self) -> None:
        dice = random.Random(1)
        self.words = ["".join(dice.choices(SYLLABLES, k=3)) for _ in range(5000)]
        self.weights = [1 / (rank + 3) for rank in range(COMPANIES)]
        self.companies = [
            {"id": f"o{at}", "name": f"기업{at}호", "country": "KR" if at % 2 else "US", "type": "company"}
            for at in range(COMPANIES)
        ]

    def article(self, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The arguments of `save_article` and the events read in it."""
        dice = random.Random(number)
        day = START + timedelta(days=number // A_DAY)
        one, other = 0, 0
        while one == other:
            one, other = dice.choices(range(COMPANIES), self.weights, k=2)
        parties = [self._party(one), self._party(other)]
        told = f"{parties[0]['name']}가 {parties[1]['name']}와 {' '.join(dice.choices(self.words, k=6))} 협약"
        event = {
            "parties": parties,
            "pairs": [[0, 1]],
            "kind": dice.choice(["mou", "alliance", "supply"]),
            "status": "signed",
            "new": True,
            "date": day.isoformat(),
            "date_precision": "day",
            "confidence": 0.8,
            "evidence": {
                "text": told,
                "start": 1 + len(f"제목 {number}"),
                "end": 1 + len(f"제목 {number}") + len(told),
            },
        }
        article = {
            "url": f"https://news.example/{number}",
            "source_id": None,
            "title": f"제목 {number}",
            "text": f"{told}. {' '.join(dice.choices(self.words, k=120))}",
            "published_at": f"{day}T09:00:00",
            "lang": "ko",
        }
        return article, [event] if number % DEAL_EVERY == 0 else []

    def _party(self, at: int) -> dict[str, Any]:
        company = self.companies[at]
        return {"org_id": company["id"], "aliases": [], "surface": company["name"], "start": 0, "end": 4} | {
            name: company[name] for name in ("name", "country", "type")
        }


def add(store: Store, news: News, first: int, count: int) -> None:
    """Saves and resolves `count` articles from the `first` on, each in its own transaction as a run does."""
    for number in range(first, first + count):
        article, events = news.article(number)
        store.save_article(**article)
        row = store.row("SELECT id FROM articles WHERE url = ?", [article["url"]])
        assert row is not None
        store.save_extraction(row["id"], "benchmark", events)
    store.resolve()


def fill(path: Path, news: News, count: int) -> None:
    """A database of `count` articles, through the store up to UNIT, then repeated."""
    store = Store(path)
    store.sync_organizations(news.companies)
    with store.transaction():
        add(store, news, 0, min(count, UNIT))
    store.close()
    if count > UNIT:
        _repeat(path, count // UNIT)


def _repeat(path: Path, times: int) -> None:
    """Repeats all rows `times` - 1 times, each a span of days later, with ids, addresses and bands of their own."""
    conn = sqlite3.connect(path, isolation_level=None)
    search.register(conn)
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("PRAGMA foreign_keys = OFF")
    conn.execute("PRAGMA cache_size = -1000000")
    conn.execute("BEGIN")
    triggers = conn.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'search_*'"
    ).fetchall()
    for name, _ in triggers:
        conn.execute(f"DROP TRIGGER {name}")
    offset = {table: conn.execute(f"SELECT max(id) FROM {table}").fetchone()[0] for table in ("articles", "mentions")}
    tables = ["articles", "article_texts", "text_signatures", "events", "mentions", "mention_parties", "mention_names"]
    tables += ["mention_pairs", "event_parties", "event_pairs", "event_history"]
    for table in tables:
        _repeat_table(conn, table, times, offset)
    conn.execute(
        "UPDATE text_signatures SET month = (SELECT substr(published_at, 1, 4) * 12 + substr(published_at, 6, 2) - 1"
        " FROM articles WHERE id = article_id)"
    )
    conn.execute(
        "INSERT INTO text_bands"
        " SELECT (s.month << 48) | ((b.band + k.value * 40000000000009) & 0xFFFFFFFFFFFF) AS other, s.article_id"
        " FROM text_bands b, (SELECT value FROM json_each(?)) k"
        " JOIN text_signatures s ON s.article_id = b.article_id + k.value * ? ORDER BY other",
        [str(list(range(1, times))), offset["articles"]],
    )
    search.rebuild(conn)
    for _, sql in triggers:
        conn.execute(sql)
    conn.execute("COMMIT")
    conn.close()


def _repeat_table(conn: sqlite3.Connection, table: str, times: int, offset: dict[str, int]) -> None:
    days = UNIT // A_DAY
    shifted = f"date(substr({{0}}, 1, 10), '+' || (k.value * {days}) || ' days') || substr({{0}}, 11)"
    text = "{0} || '-' || k.value"
    changed = {"slug": text, "url": text, "event_id": text, "date": shifted, "published_at": shifted, "at": shifted}
    changed |= dict.fromkeys(("first_reported_at", "last_reported_at"), shifted)
    changed |= dict.fromkeys(("article_id", "text_group"), f"{{0}} + k.value * {offset['articles']}")
    changed |= dict.fromkeys(("mention_id", "named_by", "block"), f"{{0}} + k.value * {offset['mentions']}")
    changed["day"] = f"{{0}} + k.value * {days}"
    changed["id"] = text if table == "events" else f"{{0}} + k.value * {offset.get(table)}"
    columns = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(changed.get(name, "{0}").format(f'"{name}"') for name in columns)
    conn.execute(
        f"INSERT INTO {table} SELECT {values} FROM {table}, (SELECT value FROM json_each(?)) k",
        [str(list(range(1, times)))],
    )


@click.command()
@click.option("--stored", default=500_000, show_default=True, help="Articles in the large database, in 10,000s.")
@click.option("--rounds", default=5, show_default=True, help="Times 1,000 articles are added to a copy of each file.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where the databases are made, and left; else thrown away."
)
def main(stored: int, rounds: int, folder: Path | None) -> None:
    """Print the times."""
    with tempfile.TemporaryDirectory() as temporary:
        news = News()
        files = {size: (folder or Path(temporary)) / f"{size}.db" for size in (1000, stored)}
        for size, path in files.items():
            if not path.exists():
                fill(path, news, size)
        taken: dict[int, list[tuple[float, float]]] = {size: [] for size in files}
        for _ in range(rounds):
            for size, path in files.items():
                taken[size].append(_timed(path, Path(temporary) / "grown.db", news, size))
                processor, wall = taken[size][-1]
                print(f"1,000 to {size:,}: {processor:.2f} s processor, {wall:.2f} s wall")
    for at, clock in enumerate(("processor", "wall")):
        ratios = [large[at] / small[at] for small, large in zip(*taken.values(), strict=True)]
        print(f"{clock}: {statistics.median(ratios):.2f} times as long ({min(ratios):.2f} to {max(ratios):.2f})")


def _timed(filled: Path, copy: Path, news: News, size: int) -> tuple[float, float]:
    """Adds to a copy, so that every round meets a file of just this size.

    The copy is on the disk before the clock starts, else the first checkpoint would write it all.
    """
    shutil.copyfile(filled, copy)
    with copy.open("rb+") as written:
        os.fsync(written.fileno())
    store = Store(copy)
    add(store, news, size - 50, 50)  # opens the file's pages; these are known and change nothing
    processor, wall = time.process_time(), time.perf_counter()
    add(store, news, size, 1000)
    taken = time.process_time() - processor, time.perf_counter() - wall
    store.close()
    return taken


if __name__ == "__main__":
    main()
