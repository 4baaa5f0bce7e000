"""Invented news for the tests of the store: organisations, deals and the many ways articles tell of them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from db import Store

TABLE = [
    {
        "id": "narae",
        "name": "나래전자",
        "name_en": "Narae Electronics",
        "aliases": ["나래"],
        "type": "company",
        "country": "KR",
    },
    {"id": "solbi", "name": "솔비소프트", "name_en": "Solbi", "type": "company", "country": "KR", "sector": "software"},
    {
        "id": "hanul",
        "name": "한울모터스",
        "name_en": "Hanul Motors",
        "type": "company",
        "country": "KR",
        "sector": "auto",
    },
    {"id": "orbix", "name": "오르빅스", "name_en": "Orbix", "type": "company", "country": "US", "tags": ["big-tech"]},
    {"id": "velta", "name": "벨타", "name_en": "Velta", "type": "company", "country": "US"},
]
# Names the table does not know, as articles give them: name, aliases.
UNLISTED = [
    ("새싹로봇", ["Saessak Robotics"]),
    ("Saessak Robotics", []),
    ("새싹로봇", []),
    ("Kumo Labs", ["쿠모랩스"]),
    ("쿠모랩스", []),
    # The same firms as a newspaper of the other language has them, which nobody says are the same.
    ("카이로스랩", []),
    ("Kairos Lab", []),
]
OBJECTS = [
    "데이터센터 40㎿",
    "라이다 1200대",
    "배터리 양극재 2740억원",
    "AI 챗봇",
    "항암 신약",
    "물류 로봇",
    "클라우드 이전",
    "위성 지상국",
]
KINDS = ["alliance", "mou", "supply", "joint_development", "investment"]
STAGES = ["talks", "planned", "announced", "signed", "signed", "signed", "ended", "rumoured", "denied"]


def party(
    name: str | None,
    org_id: str | None = None,
    aliases: list[str] | None = None,
    country: str | None = "KR",
    **more: Any,
) -> dict[str, Any]:
    """A party of the extraction contract."""
    return {
        "name": name,
        "org_id": org_id,
        "aliases": aliases or [],
        "type": "company",
        "country": country,
        "surface": name,
        "start": 0,
        "end": len(name or ""),
    } | more


def listed(org_id: str) -> dict[str, Any]:
    """A party that is a row of TABLE."""
    row = next(row for row in TABLE if row["id"] == org_id)
    return party(row["name"], org_id, country=row["country"])


def event(parties: list[dict[str, Any]], evidence: str, **more: Any) -> dict[str, Any]:
    """An event of the extraction contract; all parties pair with each other."""
    pairs = [[one, other] for one in range(len(parties)) for other in range(one + 1, len(parties))]
    told = {
        "parties": parties,
        "pairs": pairs,
        "kind": "alliance",
        "status": "signed",
        "new": True,
        "date": None,
        "date_precision": None,
        "confidence": 0.8,
        "evidence": {"text": evidence, "start": 0, "end": len(evidence)},
    }
    told.update(more)
    if told["date"] and not told["date_precision"]:
        told["date_precision"] = {10: "day", 7: "month", 4: "year"}[len(told["date"])]
    return told


def generated(seed: int, count: int) -> list[dict[str, Any]]:
    """`count` articles with a mention or two each: {"article": …, "events": […]}, of a few dozen deals."""
    dice = random.Random(seed)
    deals = [_deal(dice) for _ in range(max(2, count // 8))]
    made: list[dict[str, Any]] = []
    for number in range(count):
        if made and dice.random() < 0.15:
            made.append(_copy(dice, dice.choice(made), number))
            continue
        told = [_telling(dice, dice.choice(deals))]
        if dice.random() < 0.2:
            told.append(_telling(dice, dice.choice(deals)))
        made.append(_article(dice, number, told))
    return made


def _deal(dice: random.Random) -> dict[str, Any]:
    names = dice.sample([listed(row["id"]) for row in TABLE], 2)
    if dice.random() < 0.5:
        names[1] = ("unlisted", dice.choice([UNLISTED[:3], UNLISTED[3:5], UNLISTED[5:]]))
    if dice.random() < 0.2:
        names.append(listed("velta"))
    return {
        "parties": names,
        "day": date(2025, 1, 1) + timedelta(days=dice.randrange(500)),
        "about": dice.choice(OBJECTS),
        "kind": dice.choice(KINDS),
    }


def _telling(dice: random.Random, deal: dict[str, Any]) -> dict[str, Any]:
    parties = []
    for one in deal["parties"]:
        if isinstance(one, tuple):
            name, aliases = dice.choice(one[1])
            one = party(name, aliases=list(aliases), country=dice.choice(["KR", None]))
        parties.append(one)
    parties = list({str(one["org_id"] or one["name"]): one for one in parties}.values())
    if len(parties) > 2 and dice.random() < 0.5:
        parties.remove(dice.choice(parties))
    if dice.random() < 0.1:
        parties[-1] = party(None, country="US", description="foreign big tech")
    day = deal["day"] + timedelta(days=dice.choice([0, 0, 0, 1, 2, 30, 200]))
    shown = dice.choice([day.isoformat(), day.isoformat(), day.isoformat()[:7], None])
    evidence = (
        f"{' '.join(str(one['name']) for one in parties)} {deal['about']} {dice.choice(['협약', '계약', '추가 계약'])}"
    )
    told = event(
        parties,
        evidence,
        kind=dice.choice([deal["kind"], deal["kind"], "alliance"]),
        status=dice.choice(STAGES),
        new=dice.random() < 0.8,
        date=shown,
        confidence=dice.choice([0.5, 0.7, 0.9]),
    )
    return told | {"day": day}


def _article(dice: random.Random, number: int, told: list[dict[str, Any]]) -> dict[str, Any]:
    day = max(one.pop("day") for one in told) + timedelta(days=dice.choice([0, 0, 1]))
    text = (
        "\n".join(one["evidence"]["text"] for one in told)
        + "\n"
        + "".join(dice.choices("가나다라마바사아자차카타파하", k=200))
    )
    for one in told:
        start = 1 + text.index(one["evidence"]["text"])
        one["evidence"] |= {"start": start, "end": start + len(one["evidence"]["text"])}
    hour = dice.choice([9, 9, 10])
    article = {
        "url": f"https://news.example/{number}",
        "source_id": "daily",
        "title": None,
        "text": text,
        "lang": dice.choice(["ko", "ko", "en"]),
        "published_at": f"{day.isoformat()}T{hour:02}:00:00+09:00",
    }
    return {"article": article, "events": told}


def _copy(dice: random.Random, original: dict[str, Any], number: int) -> dict[str, Any]:
    """A wire copy: the same text under another address, an hour or a day later."""
    article = original["article"] | {"url": f"https://copy.example/{number}"}
    day = date.fromisoformat(article["published_at"][:10]) + timedelta(days=dice.choice([0, 1]))
    article["published_at"] = f"{day.isoformat()}T11:00:00+09:00"
    return {"article": article, "events": original["events"]}


def filled(path: Path) -> Store:
    """A new database that knows one outlet and the table."""
    store = Store(path)
    store.sync_sources([{"id": "daily", "name": "데일리"}])
    store.sync_organizations(TABLE)
    return store


def put(store: Store, told: dict[str, Any], version: str = "reader-1") -> int:
    """Stores an article and what was read in it; returns the article's id."""
    store.save_article(**told["article"])
    row = store.row("SELECT id FROM articles WHERE url = ?", [told["article"]["url"]])
    assert row is not None
    store.save_extraction(row["id"], version, told["events"])
    return int(row["id"])
