"""How fast the site answers: `python -m benchmarks.site FILE [--rounds 20]`.

FILE is a database of `benchmarks.large_database`. Prints, for the pages people open most and every saved question, the
median time of an answer over HTTP on loopback, beside plain Datasette (its defaults, the same rows, none of our
indexes and none of our code) asked for the same thing; then search against a brute-force scan. On a machine shared with
other work the time on the clock tells little: beside it stands what the server itself computed, at the median and for
the first answer of each page, which finds nothing kept.
"""

import contextlib
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import httpx
import yaml
from rich.console import Console
from rich.table import Table

from db import search
from web.site import HERE

LIMIT_MS = 300
SLOW = 30.0
WORDS = (
    "협력 제휴 협약 체결 업무협약 공급 계약 투자 인수 지분 유치 손잡 맺었 납품 "
    "데이터 센터 데이터센터 클라우드 자율 주행 자율주행 반도체 배터리 로봇 신약 결제 보안 게임 "
    "물류 양자 컴퓨팅 인공 지능 인공지능 테크 전자 소프트 바이오 모빌 에너지 네트웍 Nova "
    "Blue AI Labs bio 신제품 공개 협 약 "
)
TERMS = [*WORDS.split(), "데이터 협력", "클라우드 공급 계약", "인공지능 투자"]
Find = Callable[[sqlite3.Connection, str, int], list[dict[str, Any]]]
SEARCHED: dict[str, tuple[Find, str, str]] = {
    "titles": (search.articles, "id", "SELECT id, title FROM articles WHERE title IS NOT NULL"),
    "evidence": (search.evidence, "mention_id", "SELECT id, evidence FROM mentions WHERE withdrawn_at IS NULL"),
    "companies": (
        search.companies,
        "id",
        "SELECT o.id, o.name || char(10) || coalesce(group_concat(a.alias, char(10)), '') FROM organizations o"
        " LEFT JOIN aliases a ON a.org_id = o.id WHERE o.merged_into IS NULL GROUP BY o.id",
    ),
}
"""What is searched: how, the key of a hit, and everything that a scan has to look at."""
PLAIN_QUESTIONS = {
    "korean_foreign": "partner_country <> 'KR'",
    "korean_big_tech": "partner in (select name from organizations where instr(tags, 'big-tech') and country <> 'KR')",
}
"""Where we count in a table made for it: how a person would ask the view `partnerships` instead."""


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--rounds", default=20, show_default=True, help="Times each page is asked for.")
@click.option(
    "--plain/--no-plain", default=True, help="Measure plain Datasette too (copies the database without our indexes)."
)
def main(path: Path, rounds: int, plain: bool) -> None:
    """Measure the site on the database PATH."""
    console = Console()
    ours = _measured(["-m", "benchmarks.site_server", str(path)], _our_pages(path), rounds)
    bare = _bare_copy(path) if plain else None
    theirs = _measured(["-m", "datasette", "serve", str(bare)], _plain_pages(path, bare), 3) if bare else {}
    console.print(_page_table(path, rounds, ours, theirs))
    console.print(_search_table(path))
    if any(taken is None or taken.clock > LIMIT_MS for taken in ours.values()):
        sys.exit(1)


def _our_pages(path: Path) -> dict[str, str]:
    """What is asked of us: a name and an address for each."""
    company, partner, event = _samples(path)
    pages = {
        "home": "/",
        "event": f"/event/{event}",
        "company (busiest)": f"/company/{company[0]}",
        "search 협력": f"/search?q={quote('협력')}",
        "search 데이터센터 공급": f"/search?q={quote('데이터센터 공급')}",
        "deals of a kind": "/deals?kind=mou&country=US",
        "companies": "/companies",
        "digest of a week": "/digest",
        "feed": "/feed.atom",
        "over time": "/pictures",
        "matrix": "/pictures/matrix",
        "network of 200": "/pictures/network?size=200&years=8",
        "sectors": "/pictures/sectors",
        "outlets": "/pictures/outlets",
    }
    for name, query in _questions().items():
        values = "&".join(
            f"{key}={quote(value)}"
            for key, value in (("company", company[1]), ("partner", partner[1]))
            if key in query.get("params", [])
        )
        pages[name] = f"/jehyu/{name}" + (f"?{values}" if values else "")
    return pages


def _plain_pages(path: Path, bare: Path) -> dict[str, str]:
    """The same of plain Datasette: tables with its own filters, and our questions as the SQL a person would paste."""
    company, partner, event = _samples(path)
    stem = bare.stem
    pages = {
        "home": "/",
        "event": f"/{stem}/events/{event}",
        "company (busiest)": f"/{stem}/event_parties?org_id={company[0]}",
        "search 협력": f"/{stem}/articles?title__contains={quote('협력')}",
        "deals of a kind": f"/{stem}/events?kind=mou&_sort_desc=date",
    }
    for name, query in _questions().items():
        sql = (
            _plain_sql(name, query["sql"])
            .replace("name_key(:company)", ":company")
            .replace("name_key(:partner)", ":partner")
        )
        values = f"&company={quote(company[2])}&partner={quote(partner[2])}" if query.get("params") else ""
        pages[name] = f"/{stem}?sql={quote(sql)}{values}"
    return pages


def _plain_sql(name: str, ours: str) -> str:
    if name not in PLAIN_QUESTIONS:
        return ours
    return (
        "select company, partner, partner_country, count(*) as deals, min(announced_on), max(announced_on)"
        f" from partnerships where company_country = 'KR' and {PLAIN_QUESTIONS[name]}"
        " group by company, partner order by deals desc limit 100"
    )


def _questions() -> dict[str, dict[str, str]]:
    questions: dict[str, dict[str, str]] = yaml.safe_load((HERE / "queries.yml").read_text(encoding="utf-8"))
    return questions


def _samples(path: Path) -> tuple[tuple[str, str, str], tuple[str, str, str], str]:
    """The busiest Korean company and foreign partner (id, name, folded name), and an event of many reports."""
    conn = sqlite3.connect(path)
    busiest = (
        "SELECT p.org_id, a.alias, a.key FROM event_parties p JOIN aliases a ON a.org_id = p.org_id"
        " WHERE p.country {} 'KR' GROUP BY p.org_id ORDER BY count(*) DESC LIMIT 1"
    )
    event = conn.execute("SELECT id FROM events ORDER BY article_count DESC, date DESC LIMIT 1").fetchone()[0]
    return conn.execute(busiest.format("=")).fetchone(), conn.execute(busiest.format("<>")).fetchone(), str(event)


def _bare_copy(path: Path) -> Path:
    """The same rows without our indexes, made once beside the database."""
    bare = path.with_name(f"{path.stem}-plain.db")
    if bare.exists():
        return bare
    sqlite3.connect(path).execute("VACUUM INTO ?", [str(bare)])
    conn = sqlite3.connect(bare)
    for (index,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall():
        conn.execute(f'DROP INDEX "{index}"')
    conn.commit()
    conn.close()
    return bare


@dataclass(frozen=True)
class Taken:
    """An answer in milliseconds: the time on the clock and what the server computed, medians; and for the first one."""

    clock: float
    computed: float
    first: float


def _measured(command: list[str], pages: dict[str, str], rounds: int) -> dict[str, Taken | None]:
    """How long `rounds` answers of each page took; None where one failed or took too long."""
    with _serving(command) as (address, pid), httpx.Client(base_url=address, timeout=SLOW) as client:
        return {name: _taken(client, page, pid, rounds) for name, page in pages.items()}


def _taken(client: httpx.Client, page: str, pid: int, rounds: int) -> Taken | None:
    clock, computed = [], []
    for _ in range(rounds):
        start, before = time.perf_counter(), _computed(pid)
        try:
            answer = client.get(page)
        except httpx.TimeoutException:
            return None
        if answer.status_code != 200:
            return None
        clock.append((time.perf_counter() - start) * 1000)
        computed.append(_computed(pid) - before)
    return Taken(statistics.median(clock), statistics.median(computed), computed[0])


def _computed(pid: int) -> float:
    """Milliseconds that the process has computed so far, all its threads together (Linux; else 0)."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


@contextlib.contextmanager
def _serving(command: list[str]) -> Iterator[tuple[str, int]]:
    """The server's address and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, *command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{address}/-/versions.json", timeout=SLOW)
                break
            time.sleep(0.1)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait()


def _page_table(path: Path, rounds: int, ours: dict[str, Taken | None], theirs: dict[str, Taken | None]) -> Table:
    table = Table(title=f"{path.name}, {path.stat().st_size / 1e6:,.0f} MB: median of {rounds} answers, ms")
    for column in ("page", "Jehyu", "computed", "first", "plain Datasette", "computed", "first"):
        table.add_column(column, justify="left" if column == "page" else "right")
    for name, taken in ours.items():
        table.add_row(name, *_shown(taken, LIMIT_MS), *(_shown(theirs[name]) if name in theirs else "–––"))
    return table


def _shown(taken: Taken | None, limit: float | None = None) -> tuple[str, str, str]:
    if taken is None:
        return "[red]failed[/red]", "", ""
    clock = f"{taken.clock:,.0f}"
    slow = limit and taken.clock > limit
    return f"[red]{clock}[/red]" if slow else clock, f"{taken.computed:,.0f}", f"{taken.first:,.0f}"


def _search_table(path: Path) -> Table:
    """For each index: how many terms have just the hits of a scan, and the time of the newest 50."""
    conn = sqlite3.connect(path)
    conn.row_factory = sqlite3.Row
    search.register(conn)
    table = Table(title=f"search: {len(TERMS)} terms, newest 50")
    for column in ("of", "rows", "as a scan", "differ", "median ms", "slowest ms"):
        table.add_column(column, justify="left" if column in ("of", "differ") else "right")
    for name, (find, key, everything) in SEARCHED.items():
        texts = [(row[0], row[1].casefold()) for row in conn.execute(everything)]
        wrong, taken = [], []
        for terms in random.Random(1).sample(TERMS, len(TERMS)):
            words = terms.casefold().split()
            scanned = {row for row, text in texts if all(word in text for word in words)}
            if scanned != {row[key] for row in find(conn, terms, len(texts))}:
                wrong.append(terms)
            start = time.perf_counter()
            find(conn, terms, 50)
            taken.append((time.perf_counter() - start) * 1000)
        right = f"{len(TERMS) - len(wrong)} of {len(TERMS)}"
        median, slowest = statistics.median(taken), max(taken)
        table.add_row(name, f"{len(texts):,}", right, ", ".join(wrong), f"{median:.1f}", f"{slowest:.1f}")
    return table


if __name__ == "__main__":
    main()
