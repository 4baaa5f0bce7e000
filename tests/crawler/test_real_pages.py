"""Saved real pages and feeds, which lie beside the checkout and never in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.article import Article, read_article
from crawler.charset import damage, decode
from crawler.discovery import read_feed
from crawler.source import load_sources

PAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "html"
pytestmark = pytest.mark.skipif(not PAGES.is_dir(), reason="needs ../shared")

HANKOOK = "flairNLP+fundus/kr/HankookIlbo_2025_05_15.html"
DONGA = "goose3+goose3/test_donga_korean.html"
YONHAP = "AndyTheFactory+newspaper4k/yna_co_kr.html"
KBS = "adbar+trafilatura/world.kbs.co.kr-Temperatures.html"


def read(name: str, url: str, source: str | None) -> Article:
    text, _ = decode((PAGES / name).read_bytes())
    return read_article(text, url, load_sources()[source] if source else None)


def hankook_text() -> str:
    body = json.loads((PAGES / "flairNLP+fundus/kr/HankookIlbo.json").read_text())["V1"]["body"]
    parts = [part for section in body["sections"] for part in section["headline"] + section["paragraphs"]]
    return "\n".join(body["summary"] + parts)


def donga_text() -> str:
    text: str = json.loads((PAGES / "goose3+goose3/test_donga_korean.json").read_text())["expected"]["cleaned_text"]
    return text


def yonhap_text() -> str:
    return (PAGES / "AndyTheFactory+newspaper4k/yna_co_kr.txt").read_text()


CASES: list[tuple[str, str, str | None, str, str, Callable[[], str] | None]] = [
    (
        HANKOOK,
        "https://www.hankookilbo.com/News/Read/A2025051516330004328",
        "hankookilbo",
        "2025-05-15",
        "국민 통합",
        hankook_text,
    ),
    (DONGA, "http://news.donga.com/3/all/20131023/58406128/1", "donga", "2013-10-24", "초일류 시험인증", donga_text),
    (
        YONHAP,
        "https://en.yna.co.kr/view/AEN20190820002300325?section=nk/nk",
        "yna_en",
        "2019-08-20",
        "N. Korea",
        yonhap_text,
    ),
    (
        KBS,
        "http://world.kbs.co.kr/service/news_view.htm?lang=e&Seq_Code=181595",
        None,
        "2023-11-07",
        "Colder Temp",
        None,
    ),
]


def f1(got: str, expected: str) -> float:
    ours, theirs = Counter(re.findall(r"\w+", got)), Counter(re.findall(r"\w+", expected))
    return 2 * (ours & theirs).total() / (ours.total() + theirs.total())


@pytest.mark.parametrize(("page", "url", "source", "day", "words", "expected"), CASES)
def test_page_is_read(
    page: str, url: str, source: str | None, day: str, words: str, expected: Callable[[], str] | None
) -> None:
    article = read(page, url, source)
    assert words in article.title
    assert article.published is not None
    assert article.published.date().isoformat() == day
    if expected:
        assert f1(article.text, expected()) >= 0.95


@pytest.mark.parametrize(("page", "url", "source", "day", "words", "expected"), CASES)
def test_page_is_read_by_the_generic_path(
    page: str, url: str, source: str | None, day: str, words: str, expected: Callable[[], str] | None
) -> None:
    article = read(page, url, None)
    assert words in article.title
    assert article.published is not None
    if expected:
        assert f1(article.text, expected()) >= 0.90
    assert not re.search(r"cookie|무단|@", article.text)


def test_a_layout_that_was_given_up_reads_the_page_of_its_time() -> None:
    article = read(DONGA, "http://news.donga.com/3/all/20131023/58406128/1", "donga")
    assert (article.layout, article.expired) == ("2", True)


@pytest.mark.parametrize(
    "name", sorted(p.name for p in (PAGES / "chardet+chardet").glob("*.xml")) if PAGES.is_dir() else []
)
def test_legacy_feed_is_read(name: str) -> None:
    text, charset = decode((PAGES / "chardet+chardet" / name).read_bytes())
    assert charset == "cp949"
    assert damage(text) == 0
    entries = read_feed(text, "http://x.example/feed").entries
    assert all(re.search("[가-힣A-Za-z]", entry.title or "") for entry in entries)
