"""What is one deal and what is not, in cases newspapers make of it."""

from __future__ import annotations

from typing import Any

import pytest
from invented_news import event, listed, party, put

from db import Store, queries

FILLER = {"ko": "기사마다 다른 말로 쓴 본문이 이어진다. ", "en": "A body in words of its own follows here. "}


def tell(store: Store, day: str, sentence: str, parties: list[dict[str, Any]], lang: str = "ko", **more: Any) -> None:
    number = store.conn.execute("SELECT count(*) FROM articles").fetchone()[0]
    told = event(parties, sentence, **{"date": day, "kind": "supply"} | more)
    told["evidence"] |= {"start": 1, "end": 1 + len(sentence)}
    article = {
        "url": f"https://news.example/{number}",
        "source_id": "daily",
        "title": None,
        "text": f"{sentence}\n" + f"{number} {FILLER[lang]}" * (3 + 2 * number),
        "published_at": f"{day}T09:00:00+09:00",
        "lang": lang,
    }
    put(store, {"article": article, "events": [told]})


def deals(store: Store) -> list[list[str]]:
    store.resolve()
    return [[one["name"] for one in found["parties"]] for found in queries.events(store.conn)]


def test_an_unlisted_firm_is_one_in_korean_and_english(store: Store) -> None:
    partner = party("노르빅", country="SE")
    tell(store, "2025-02-04", "카이로스랩이 노르빅에 검사 로봇을 공급한다", [party("카이로스랩"), partner])
    tell(store, "2025-02-04", "카이로스랩, 노르빅과 로봇 공급 계약", [party("카이로스랩"), partner])
    english = [party("Kairos Lab"), party("Norvik Systems", aliases=["Norvik"], country="SE")]
    tell(store, "2025-02-04", "Kairos Lab will supply inspection robots to Norvik", english, lang="en")
    assert deals(store) == [["카이로스랩", "노르빅"]]


def test_names_that_only_sound_alike_are_two_in_one_language(store: Store) -> None:
    for name in ("카이로스랩", "카이로소프트"):
        tell(
            store, "2025-02-04", f"{name}이 노르빅에 검사 로봇을 공급한다", [party(name), party("노르빅", country="SE")]
        )
    assert len(deals(store)) == 2


@pytest.mark.parametrize("later", ["2025-02-05", "2025-02-11"])
def test_two_deals_of_one_pair_within_days_are_two(store: Store, later: str) -> None:
    pair = [listed("narae"), listed("orbix")]
    tell(store, "2025-02-04", "나래전자가 오르빅스에 라이다 1200대를 공급하는 계약을 맺었다", pair)
    tell(store, "2025-02-04", "나래전자, 오르빅스와 라이다 1200대 공급 계약", pair)
    tell(store, later, "나래전자가 오르빅스와 신약 개발사 인수 계약을 62억원에 맺었다", pair, kind="acquisition")
    tell(store, later, "나래전자, 오르빅스와 함께 신약 개발사 62억원에 인수", pair, kind="acquisition")
    assert len(deals(store)) == 2


def test_a_partner_named_later_takes_the_unnamed_ones_place(store: Store) -> None:
    unnamed = party(None, country="US", description="해외 빅테크")
    tell(
        store, "2025-02-04", "나래전자가 해외 빅테크에 라이다 1200대를 공급한다고 공시했다", [listed("narae"), unnamed]
    )
    tell(store, "2025-02-04", "나래전자, 해외 빅테크에 라이다 1200대 공급", [listed("narae"), unnamed])
    assert deals(store) == [["나래전자", None]]
    tell(
        store,
        "2025-02-06",
        "나래전자가 라이다 1200대를 공급하는 곳은 오르빅스였다",
        [listed("narae"), listed("orbix")],
        date="2025-02-04",
    )
    assert deals(store) == [["나래전자", "오르빅스"]]
