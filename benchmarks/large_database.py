"""Make a large database of invented companies and deals: `python -m benchmarks.large_database FILE [--events N]`.

Rows are written straight into the schema of `db`, since a million articles through the store take too long for a
benchmark; names and deals follow the skew of real news (few companies have most deals, an event has one to many
reports). The same size gives the same database.
"""

import json
import random
import sqlite3
import zlib
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

import click

import db
from db import names

ARTICLES_AN_EVENT = 5
TODAY = date.today()
YEARS = 8
KINDS = (
    "mou",
    "alliance",
    "supply",
    "adoption",
    "investment",
    "joint_development",
    "distribution",
    "acquisition",
    "consortium",
)
STATUSES = ("signed", "announced", "planned", "talks", "ended")
SECTORS = ("ai", "cloud", "semiconductor", "telecom", "game", "bio", "auto", "battery", "finance", "robot")
FOREIGN = ("US", "US", "US", "CN", "JP", "DE", "GB", "TW", "SG", "FR")
SYLLABLES = (
    "가나다라마바사아자차카타파하고노도로모보소오조초코토포호그느드르"
    "므브스으즈츠크트프흐기니디리미비시이지치키티피히한온누빛솔샘글별"
)
TAILS = ("테크", "전자", "소프트", "바이오", "모빌리티", "에너지", "클라우드", "게임즈", "로보틱스", "네트웍스")
LATIN = ("Nova", "Vertex", "Blue", "Quant", "Helio", "Astra", "Delta", "Orbit", "Pine", "Terra", "Core", "Arc")
LATIN_TAILS = ("Labs", "Systems", "Cloud", "AI", "Motors", "Semi", "Networks", "Works", "Bio", "Robotics")
NOUNS = (
    "인공지능",
    "데이터센터",
    "클라우드",
    "자율주행",
    "반도체",
    "배터리",
    "로봇",
    "신약",
    "결제",
    "보안",
    "게임",
    "물류",
    "양자컴퓨팅",
)
ACTS = {
    "mou": ("업무협약을 체결했다", "MOU를 맺었다"),
    "alliance": ("제휴를 맺었다", "협력하기로 했다"),
    "supply": ("공급 계약을 체결했다", "납품한다"),
    "investment": ("투자한다", "지분 투자를 유치했다"),
    "acquisition": ("인수한다", "지분을 인수했다"),
}
FILLER = zlib.compress(("회사는 이번 협력으로 새로운 시장을 열겠다고 밝혔다. 업계는 주목하고 있다. " * 6).encode())


@dataclass(frozen=True)
class Organization:
    id: str
    name: str
    country: str


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--events", default=2000, show_default=True, help="Deals; five times as many articles.")
def main(path: Path, events: int) -> None:
    """Write the database PATH."""
    make(path, events)
    click.echo(
        f"{path}: {events:,} events, {events * ARTICLES_AN_EVENT:,} articles, {path.stat().st_size / 1e6:,.0f} MB"
    )


def make(path: Path, events: int, seed: int = 7) -> None:
    """Write a new database of `events` deals at `path`. Raises FileExistsError rather than touch one."""
    if path.exists():
        raise FileExistsError(f"{path} exists; name another file or remove it")
    conn = db.connect(path)
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("PRAGMA foreign_keys = OFF")  # an event is written before its best report
    random_ = random.Random(seed)
    conn.execute("BEGIN")
    organizations = list(_organizations(random_, korean=60 + events // 150, foreign=40 + events // 300))
    _write_frame(conn, organizations)
    _write_deals(conn, random_, organizations, events)
    conn.execute("COMMIT")
    conn.execute("ANALYZE")
    conn.close()


def _organizations(random_: random.Random, korean: int, foreign: int) -> Iterator[Organization]:
    seen = set()
    for country, count in (("KR", korean), (None, foreign)):
        while count:
            if country:
                name = "".join(random_.choices(SYLLABLES, k=random_.choice((2, 2, 3)))) + random_.choice(
                    (*TAILS, "", "")
                )
            else:
                name = f"{random_.choice(LATIN)}{random_.choice(LATIN).lower()} {random_.choice(LATIN_TAILS)}"
            if name not in seen:
                seen.add(name)
                count -= 1
                yield Organization(f"org-{len(seen)}", name, country or random_.choice(FOREIGN))


def _write_frame(conn: sqlite3.Connection, organizations: list[Organization]) -> None:
    """Outlets, a run, and who exists; the first foreign companies are big tech."""
    for number in range(40):
        _insert(
            conn,
            "sources",
            id=f"outlet-{number}",
            name=f"매체{number}",
            name_en=f"Outlet {number}",
            lang="ko",
            family="ndsoft",
        )
    for number in range(1, 4):
        at = f"{TODAY - timedelta(days=3 - number)}T06:00:00+09:00"
        _insert(conn, "runs", id=number, started_at=at, finished_at=at, resolved_at=at, outcome="ok", summary="ok")
        for outlet in range(40):
            _insert(
                conn,
                "run_sources",
                run_id=number,
                source_id=f"outlet-{outlet}",
                outcome="ok",
                asked=30,
                new=4,
                unchanged=26,
            )
    foreign = 0
    for number, organization in enumerate(organizations):
        foreign += organization.country != "KR"
        tags = ["big-tech"] if organization.country != "KR" and foreign <= 10 else []
        _insert(
            conn,
            "organizations",
            id=organization.id,
            name=organization.name,
            type="company",
            country=organization.country,
            name_ko=organization.name if organization.country == "KR" else None,
            name_en=None if organization.country == "KR" else organization.name,
            sector=SECTORS[number % len(SECTORS)],
            tags=json.dumps(tags),
            provisional=0,
        )
        _insert(
            conn,
            "aliases",
            alias=organization.name,
            key=names.fold(organization.name),
            org_id=organization.id,
            origin="table",
        )


def _write_deals(
    conn: sqlite3.Connection, random_: random.Random, organizations: list[Organization], events: int
) -> None:
    korean = [organization for organization in organizations if organization.country == "KR"]
    foreign = [organization for organization in organizations if organization.country != "KR"]
    pick_korean, pick_foreign = _skewed(random_, korean), _skewed(random_, foreign)
    article = 0
    for number in range(events):
        day = TODAY - timedelta(days=int(365 * YEARS * (1 - (number + 1) / events)))
        first = pick_korean()
        second = pick_foreign() if random_.random() < 0.5 else pick_korean()
        if second == first:
            second = foreign[number % len(foreign)]
        reports = 1 + min(9, int(random_.expovariate(0.5)))
        _write_deal(conn, random_, number, day, (first, second), article + 1, reports)
        article += reports
        while article < (number + 1) * ARTICLES_AN_EVENT:
            article += 1
            topic = random_.choice(NOUNS)
            _write_article(conn, article, day, f"{pick_korean().name}, {topic} 신제품 공개", number)


def _write_deal(
    conn: sqlite3.Connection,
    random_: random.Random,
    number: int,
    day: date,
    parties: tuple[Organization, Organization],
    article: int,
    reports: int,
) -> None:
    first, second = parties
    kind, topic = random_.choice(KINDS), random_.choice(NOUNS)
    status = random_.choices(STATUSES, (60, 20, 10, 6, 4))[0]
    act = random_.choice(ACTS.get(kind, ("협력하기로 했다", "손잡았다")))
    event = f"{day}-{number}"
    evidence = f"{first.name}는 {second.name}와 {topic} 분야에서 {act}."
    at = f"{day}T{8 + number % 10:02}:{number % 60:02}:00+09:00"
    _insert(
        conn,
        "events",
        id=event,
        title=f"{first.name} × {second.name}",
        kind=kind,
        status=status,
        date=str(day),
        date_precision="day",
        confidence=round(random_.uniform(0.35, 0.99), 2),
        first_reported_at=at,
        last_reported_at=at,
        first_seen_at=at,
        last_seen_at=at,
        changed_at=at,
        first_run_id=3 if day >= TODAY - timedelta(days=1) else 1,
        article_count=reports,
        outlet_count=reports,
        mention_id=article,
    )
    for position, party in enumerate(parties):
        _insert(
            conn,
            "event_parties",
            event_id=event,
            position=position,
            org_id=party.id,
            name=party.name,
            type="company",
            country=party.country,
        )
    _insert(conn, "event_pairs", event_id=event, company_position=0, partner_position=1)
    _insert(
        conn,
        "event_history",
        event_id=event,
        position=0,
        at=at,
        status=status,
        kind=kind,
        date=str(day),
        mention_id=article,
        reason="first report",
    )
    for report in range(article, article + reports):
        title = f"{first.name}-{second.name}, {topic} 협력"
        _write_article(conn, report, day, title, report)
        start = len(title) + 1
        _insert(
            conn,
            "mentions",
            id=report,
            article_id=report,
            event_id=event,
            kind=kind,
            status=status,
            new=1,
            date=str(day),
            date_precision="day",
            confidence=0.8,
            evidence=evidence,
            evidence_start=start,
            evidence_end=start + len(evidence),
            pairs="[[0, 1]]",
            extractor="benchmark",
            created_at=at,
            slug=event,
            mark="",
            context="{}",
        )
        for one, other in (parties, parties[::-1]):
            _insert(conn, "mention_pairs", org_id=one.id, other_id=other.id, day=day.toordinal(), mention_id=report)
        for position, (party, found) in enumerate(zip(parties, (0, len(first.name) + 2), strict=True)):
            _insert(
                conn,
                "mention_parties",
                mention_id=report,
                position=position,
                org_id=party.id,
                name=party.name,
                names=json.dumps([party.name]),
                surface=party.name,
                start=start + found,
                end=start + found + len(party.name),
                type="company",
                country=party.country,
            )


def _write_article(conn: sqlite3.Connection, article: int, day: date, title: str, seed: int) -> None:
    at = f"{day}T{seed % 24:02}:{seed % 60:02}:00+09:00"
    _insert(
        conn,
        "articles",
        id=article,
        url=f"https://outlet-{article % 40}.example/{article}",
        source_id=f"outlet-{article % 40}",
        lang="ko",
        title=title,
        published_at=at,
        fetched_at=at,
        content_hash=str(article),
        state="fetched",
        extractor="benchmark",
        extracted_at=at,
    )
    _insert(conn, "article_texts", article_id=article, body=FILLER)


def _skewed(random_: random.Random, organizations: list[Organization]):  # type: ignore[no-untyped-def]
    """A draw in which the n-th organisation is about n times rarer than the first."""
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(organizations))))
    return lambda: organizations[bisect(weights, random_.random() * weights[-1])]


def _insert(conn: sqlite3.Connection, table: str, **values: object) -> None:
    marks = ", ".join("?" * len(values))
    conn.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


if __name__ == "__main__":
    main()
