"""Atom and digests are sound whatever articles contain."""

import dataclasses

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.feed import atom, html, markdown
from web.reading import Called, Event, Party

SITE = "http://localhost:8001"
text = st.text(max_size=80)


def event(**more: str) -> Event:
    party = Party("narae", more.get("name", "나래전자"), None, "company", "KR", None)
    other = Party(None, None, None, "company", "US", "해외 빅테크")
    return Event(
        id=more.get("id", "2025-03-05-narae-orbix-mou"),
        title="나래전자 × 오르빅스",
        kind="mou",
        status="signed",
        date="2025-03-05",
        date_precision="day",
        confidence=0.9,
        first_reported_at="2025-03-05T08:00:00+09:00",
        first_seen_at="2025-03-05T09:00:00+09:00",
        changed_at="2025-03-06T09:00:00+09:00",
        article_count=1,
        outlet_count=1,
        review=None,
        evidence=more.get("evidence", "나래전자가 협약을 맺었다."),
        url=more.get("url", "https://hanbit.example/1"),
        headline=more.get("headline", "제목"),
        parties=[party, other],
        outlets=[Called("한빛일보", "Hanbit Daily")],
    )


def test_an_unnamed_partner_is_described() -> None:
    assert "나래전자 – 해외 빅테크" in markdown("새 제휴", [event()])


def test_outlets_and_unknown_days_are_told_in_the_readers_language() -> None:
    undated = dataclasses.replace(event(), date=None)
    assert "2025년 3월 5일 보도, 한빛일보" in markdown("t", [undated])
    assert "reported 5 Mar 2025, Hanbit Daily" in markdown("t", [undated], korean=False)


def test_ids_stay_when_the_site_moves() -> None:
    ids = {
        feedparser.parse(atom("t", f"{site}/feed.atom", [event()], site=site)).entries[0].id
        for site in (SITE, "https://x.example")
    }
    assert len(ids) == 1


def test_empty_feed_and_digest() -> None:
    assert not feedparser.parse(atom("t", SITE, [], site=SITE)).bozo
    assert "No new deals" in markdown("t", [], korean=False) and "새 제휴가 없습니다" in html("t", [])


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    assert "alert" not in html("t", [event(url=url)]) and "](<" not in markdown("t", [event(url=url)])


@given(name=text, evidence=text, headline=text)
def test_any_text_gives_a_well_formed_feed(name: str, evidence: str, headline: str) -> None:
    feed = feedparser.parse(
        atom(name, SITE, [event(name=name or "x", evidence=evidence, headline=headline)], site=SITE)
    )
    assert not feed.bozo and len(feed.entries) == 1


@given(name=text, evidence=text)
def test_text_in_a_digest_stays_text(name: str, evidence: str) -> None:
    page = html(name, [event(name=name or "x", evidence=evidence)])
    assert page.count("<script") == 0 and page.count("<li ") == 1
    assert len([line for line in markdown("t", [event(evidence=evidence)]).splitlines() if line.startswith("- ")]) == 1
