"""Search finds exactly what a substring scan finds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_news import event, listed, party, put

from db import Store, connect, search

WORDS = [
    "업무협약",
    "협력을",
    "제휴",
    "삼성동",
    "KT",
    "LG유플러스",
    "skt",
    "AI반도체",
    "데이터센터",
    "투자를",
    "인수",
    "오픈AI",
    "GPT-4",
    "(주)나래",
    "나래전자가",
    '"솔비"',
    "100%",
    "R&D",
    "😀축하",
    "한·미",
    "C++",
    "x",
    "가",
]
TERMS = [
    "협약",
    "협력",
    "제휴",
    "삼성",
    "KT",
    "LG",
    "AI",
    "오픈ai",
    "데이터",
    "센터",
    "투자",
    "인수",
    "나래",
    "전자",
    '"솔비"',
    "%",
    "R&D",
    "4",
    "가",
    "😀",
    "한·미",
    "c++",
    "협약 투자",
    "제휴 없음",
    "없는말",
    "x",
    "반도",
    "유플러스 kt",
]


@pytest.fixture
def titled(store: Store) -> Store:
    dice = random.Random(1)
    for number in range(300):
        title = " ".join(dice.choices(WORDS, k=dice.randrange(1, 7)))
        store.save_article(
            url=f"https://news.example/{number}", source_id="daily", title=title, text=f"글 {number} " * 9
        )
    return store


@pytest.mark.parametrize("terms", TERMS)
def test_titles_as_a_scan_finds_them(titled: Store, terms: str) -> None:
    scanned = {
        row["title"]
        for row in titled.rows("SELECT title FROM articles")
        if all(term in row["title"].casefold() for term in terms.casefold().split())
    }
    found = {row["title"] for row in search.articles(titled.conn, terms, limit=1000)}
    assert found == scanned


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=30), term=st.text(min_size=1, max_size=4))
def test_no_term_can_break_the_query(text: str, term: str) -> None:
    conn = connect(":memory:")
    conn.execute("INSERT INTO articles (url, title, fetched_at, state) VALUES ('u', ?, 'now', 'fetched')", [text])
    search.articles(conn, term)
    conn.close()


def test_indexes_follow_changes(titled: Store) -> None:
    titled.save_article(url="https://news.example/0", source_id="daily", title="바뀐 제목", text="글")
    assert [row["url"] for row in search.articles(titled.conn, "바뀐")] == ["https://news.example/0"]
    put(
        titled,
        {
            "article": {"url": "https://news.example/0", "source_id": "daily", "title": "바뀐 제목", "text": "글"},
            "events": [event([listed("narae"), party("쿠모랩스", aliases=["Kumo Labs"])], "나래전자 쿠모랩스 손잡다")],
        },
    )
    assert [row["evidence"] for row in search.evidence(titled.conn, "쿠모 나래")] == ["나래전자 쿠모랩스 손잡다"]
    assert [row["name"] for row in search.companies(titled.conn, "모랩")] == ["Kumo Labs"]
    titled.add_alias("별똥별", "narae", "kim")
    assert [row["id"] for row in search.companies(titled.conn, "똥별")] == ["narae"]
    titled.save_extraction(1, "v2", [])
    assert search.evidence(titled.conn, "쿠모") == []
    with titled.transaction():
        search.rebuild(titled.conn)
    assert [row["id"] for row in search.companies(titled.conn, "똥별")] == ["narae"]
