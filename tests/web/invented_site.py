"""Invented news put through the store, and a visitor to the site on it."""

import asyncio
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from datasette.app import Datasette

from db import Store
from web.dates import KST

BODY_ONLY = "이 문장은 본문에만 있는 비밀 문장이다."
HOSTILE_NAME = """<script>alert('x')</script>"O'Evil" & 악성"""
HOSTILE_TITLE = "<img src=x onerror=alert(1)>" + "긴제목" * 3400

SOURCES = [
    {"id": "hanbit", "name": "한빛일보", "name_en": "Hanbit Daily", "lang": "ko"},
    {"id": "dure", "name": "두레경제", "name_en": "Dure Economy", "lang": "ko"},
    {"id": "global", "name": "Seoul Tech Wire", "name_en": "Seoul Tech Wire", "lang": "en"},
]
TABLE = [
    {
        "id": "narae",
        "name": "나래전자",
        "name_ko": "나래전자",
        "name_en": "Narae Electronics",
        "aliases": ["나래", "Narae"],
        "type": "company",
        "country": "KR",
        "sector": "electronics",
        "ticker": "012340",
    },
    {
        "id": "solbi",
        "name": "솔비소프트",
        "name_ko": "솔비소프트",
        "name_en": "Solbi Soft",
        "type": "company",
        "country": "KR",
        "sector": "software",
    },
    {
        "id": "orbix",
        "name": "오르빅스",
        "name_ko": "오르빅스",
        "name_en": "Orbix",
        "type": "company",
        "country": "US",
        "tags": ["big-tech"],
        "sector": "cloud",
    },
    {
        "id": "hanul",
        "name": "한울모터스",
        "name_ko": "한울모터스",
        "type": "company",
        "country": "KR",
        "sector": "auto",
    },
    {"id": "evil", "name": HOSTILE_NAME, "type": "company", "country": "US"},
]


def tell(
    store: Store,
    number: int,
    source: str,
    published: datetime,
    title: str,
    sentence: str,
    parties: list[tuple[str, str | None]],
    **deal: Any,
) -> None:
    """Store an article that says `sentence`, and what a reader would have found in it: (surface, org id) pairs."""
    text = f"{sentence} {BODY_ONLY}"
    url = f"https://{source}.example/news/{number}"
    store.save_article(
        url=url,
        source_id=source,
        title=title,
        text=text,
        published_at=published,
        lang="en" if source == "global" else "ko",
    )
    start = len(title) + 1
    found = []
    for surface, org_id in parties:
        row = next((row for row in TABLE if row["id"] == org_id), {})
        at = start + sentence.index(surface) if surface and surface in sentence else None
        found.append(
            {
                "name": row.get("name") or surface or None,
                "org_id": org_id,
                "aliases": [],
                "type": "company",
                "country": row.get("country"),
                "surface": surface or None,
                "start": at,
                "end": at + len(surface) if at is not None else None,
                "description": None if surface else "해외 빅테크",
            }
        )
    event = {
        "parties": found,
        "pairs": [[0, 1]],
        "kind": "mou",
        "status": "signed",
        "new": True,
        "date": published.date().isoformat(),
        "date_precision": "day",
        "confidence": 0.9,
        "evidence": {"text": sentence, "start": start, "end": start + len(sentence)},
    }
    row = store.row("SELECT id FROM articles WHERE url = ?", [url])
    assert row is not None
    store.save_extraction(row["id"], "test", [event | deal])


def fill(path: Path) -> None:
    """Four deals: one MOU in two outlets, an older alliance, talks with an unnamed partner, one with hostile text."""
    now = datetime.now(KST).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
    store = Store(path)
    store.sync_sources(SOURCES)
    store.sync_organizations(TABLE)
    run = store.start_run()
    sentence = "나래전자는 오르빅스와 데이터센터 분야 업무협약을 체결했다고 밝혔다."
    both: list[tuple[str, str | None]] = [("나래전자", "narae"), ("오르빅스", "orbix")]
    tell(store, 1, "hanbit", now, "나래전자-오르빅스, 데이터센터 협력", sentence, both)
    english = "Narae Electronics signed a memorandum of understanding with Orbix on data centers."
    tell(
        store,
        2,
        "global",
        now + timedelta(hours=3),
        "Narae, Orbix sign data center MOU",
        english,
        [("Narae Electronics", "narae"), ("Orbix", "orbix")],
    )
    old = now - timedelta(days=500)
    tell(
        store,
        3,
        "dure",
        old,
        "솔비소프트, 나래전자와 손잡아",
        "솔비소프트가 나래전자와 인공지능 제휴를 맺었다.",
        [("솔비소프트", "solbi"), ("나래전자", "narae")],
        kind="alliance",
    )
    tell(
        store,
        4,
        "dure",
        now,
        "한울모터스 해외 빅테크와 협의",
        "한울모터스가 해외 빅테크와 공급을 논의하고 있다.",
        [("한울모터스", "hanul"), ("", None)],
        kind="supply",
        status="talks",
        confidence=0.4,
    )
    tell(
        store,
        5,
        "hanbit",
        now,
        HOSTILE_TITLE,
        f"솔비소프트가 {HOSTILE_NAME}와 <b>업무협약</b>을 체결했다.",
        [("솔비소프트", "solbi"), (HOSTILE_NAME, "evil")],
    )
    store.resolve(run)
    for source in SOURCES:
        store.save_source_run(run, str(source["id"]), "ok", asked=3, new=2)
    store.finish_run(run, "ok", "5 articles, 4 deals", articles_new=5, events_new=4)
    store.close()


class Visitor:
    """Asks the site in process, as an HTTP client would."""

    def __init__(self, site: Datasette) -> None:
        self.site = site
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self._ask("GET", path, **more)

    def post(self, path: str, fields: dict[str, Any]) -> httpx.Response:
        return self._ask("POST", path, data=fields)

    def log_in(self) -> None:
        self.cookies["ds_actor"] = self.site.sign({"a": {"id": "root"}}, "actor")

    def token(self, path: str) -> str:
        """The CSRF token of the forms on that page; keeps the cookie that goes with it."""
        response = self.get(path)
        self.cookies |= dict(response.cookies)
        return response.text.split('name="csrftoken" value="')[1].split('"')[0]

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            await self.site.invoke_startup()
            ask_ = getattr(self.site.client, method.lower())
            response: httpx.Response = await ask_(path, cookies=self.cookies, **more)
            return response

        return asyncio.run(ask())


def event_id(site: Visitor, *orgs: str) -> str:
    """The id of the event that these organisations have together."""
    path = site.site.get_database("jehyu").path
    marks = " INTERSECT ".join("SELECT event_id FROM event_parties WHERE org_id = ?" for _ in orgs)
    return str(sqlite3.connect(path).execute(marks, orgs).fetchone()[0])
