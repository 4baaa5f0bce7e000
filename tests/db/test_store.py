"""Storing what the crawl and the reader bring: idempotent, nothing lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from invented_news import TABLE, event, filled, listed, party, put

from db import Store

ARTICLE = {
    "url": "https://news.example/1",
    "source_id": "daily",
    "title": "나래전자·오르빅스 손잡았다",
    "text": "나래전자가 오르빅스와 데이터센터를 짓는다고 4일 밝혔다. " * 8,
    "published_at": "2025-02-04T10:00:00+09:00",
    "lang": "ko",
}
DEAL = event([listed("narae"), listed("orbix")], ARTICLE["text"][:34], date="2025-02-04")


def dump(store: Store) -> dict[str, list[tuple]]:
    tables = [
        row["name"]
        for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'")
    ]
    return {table: [tuple(row) for row in store.rows(f"SELECT * FROM {table}")] for table in tables}


def test_the_same_again_changes_no_row(store: Store) -> None:
    put(store, {"article": ARTICLE, "events": [DEAL]})
    store.resolve()
    before, writes = dump(store), store.conn.total_changes
    store.sync_sources([{"id": "daily", "name": "데일리"}])
    store.sync_organizations(TABLE)
    assert store.save_article(**ARTICLE) == "unchanged"
    put(store, {"article": ARTICLE, "events": [DEAL]})
    assert store.resolve().new == []
    assert dump(store) == before
    assert store.conn.total_changes == writes


def test_an_article_is_new_then_unchanged_then_changed(store: Store) -> None:
    assert store.save_article(**ARTICLE) == "new"
    assert [told["url"] for told in store.pending_articles("v1")] == [ARTICLE["url"]]
    store.save_extraction(1, "v1", [DEAL])
    assert store.count_pending("v1") == 0
    assert store.save_article(**ARTICLE) == "unchanged"
    assert store.save_article(**ARTICLE | {"text": "정정합니다. " + ARTICLE["text"]}) == "changed"
    pending = next(store.pending_articles("v1"))
    assert pending["text"].startswith("정정합니다.")
    assert store.article_text(1) == pending["text"]


def test_times_without_zone_are_korean_and_others_are_converted(store: Store) -> None:
    store.save_article(**ARTICLE | {"published_at": "2025-02-04T23:30:00+00:00"})
    store.save_article(**ARTICLE | {"url": "https://news.example/2", "published_at": datetime(2025, 2, 5, 8)})
    times = [row["published_at"] for row in store.rows("SELECT published_at FROM articles ORDER BY id")]
    assert times == ["2025-02-05T08:30:00+09:00", "2025-02-05T08:00:00+09:00"]


def test_an_extraction_of_an_outdated_text_is_dropped(store: Store) -> None:
    store.save_article(**ARTICLE)
    stale = next(store.pending_articles("v1"))
    store.save_article(**ARTICLE | {"text": "다른 글. " + ARTICLE["text"]})
    store.save_extraction(1, "v1", [DEAL], content_hash=stale["content_hash"])
    assert store.rows("SELECT * FROM mentions") == []
    assert store.count_pending("v1") == 1


def test_reading_again_keeps_changes_withdraws_and_revives(store: Store) -> None:
    other = event([listed("solbi"), party("Kumo Labs", aliases=["쿠모랩스"])], "솔비소프트 쿠모랩스 계약")
    put(store, {"article": ARTICLE, "events": [DEAL, other]})
    first = store.save_extraction(1, "v2", [DEAL])
    assert (first.kept, first.withdrawn) == (1, 1)
    second = store.save_extraction(1, "v3", [DEAL | {"kind": "mou"}, other])
    assert (second.changed, second.added) == (2, 0)
    rows = store.rows("SELECT id, kind, withdrawn_at FROM mentions ORDER BY id")
    assert [tuple(row) for row in rows] == [(1, "mou", None), (2, "alliance", None)]


def test_failed_pages_wait_twice_as_long_each_time_and_are_given_up(tmp_path: Path) -> None:
    moment = datetime(2025, 2, 4, 10, tzinfo=ZoneInfo("Asia/Seoul"))
    store = Store(tmp_path / "jehyu.db", clock=lambda: moment)
    store.sync_sources([{"id": "daily", "name": "데일리"}])
    waits = []
    for _ in range(8):
        store.save_failure("https://news.example/x", "daily", "timeout", "no answer in 30 s")
        begun = moment
        while not store.retryable("daily") and moment - begun < timedelta(days=2):
            assert store.known_urls(["https://news.example/x"])
            moment += timedelta(minutes=10)
        waits.append(moment - begun)
    assert waits[:3] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
    assert waits[-1] == timedelta(days=2)  # given up
    assert store.save_article(**ARTICLE | {"url": "https://news.example/x"}) == "new"
    store.close()


def test_a_page_that_is_gone_takes_its_mentions_out_but_nothing_is_deleted(store: Store) -> None:
    put(store, {"article": ARTICLE, "events": [DEAL]})
    made = store.resolve().new
    store.save_failure(ARTICLE["url"], "daily", "http_410", gone=True)
    assert store.resolve().withdrawn == made
    assert store.rows("SELECT * FROM partnerships") == []
    assert store.row("SELECT count(*) FROM events")[0] == store.row("SELECT count(*) FROM mentions")[0] == 1


def test_near_copies_share_a_group_and_count_as_one_outlet(store: Store) -> None:
    put(store, {"article": ARTICLE, "events": [DEAL]})
    copy = ARTICLE | {"url": "https://copy.example/1", "text": "[서울=새론] " + ARTICLE["text"]}
    put(store, {"article": copy, "events": [DEAL]})
    own = ARTICLE | {
        "url": "https://own.example/1",
        "text": "전혀 다른 문장으로 쓴 기사이다. 두 회사가 손을 잡았다는 소식을 전한다. " * 5,
    }
    put(store, {"article": own, "events": [DEAL]})
    store.resolve()
    row = store.row("SELECT article_count, outlet_count FROM events")
    assert tuple(row) == (3, 2)
    store.save_article(**copy | {"text": "이제 새로 쓴 기사라서 통신 기사와 닮은 곳이 하나도 없게 되었다고 한다. " * 5})
    store.save_extraction(2, "reader-1", [DEAL])
    store.resolve()
    assert store.row("SELECT outlet_count FROM events")[0] == 3


@pytest.mark.parametrize(("day", "alone"), [("2026-12-31", False), ("2027-01-02", False), ("2027-03-02", True)])
def test_a_reprint_of_months_later_is_no_copy(store: Store, day: str, alone: bool) -> None:
    first = ARTICLE | {"published_at": "2026-12-15T09:00:00"}
    reprint = ARTICLE | {"url": "https://copy.example/1", "published_at": f"{day}T09:00:00"}
    store.save_article(**first)
    store.save_article(**reprint | {"published_at": "2027-06-01T09:00:00"})
    store.save_article(**reprint)  # its day was wrong before
    groups = [row["text_group"] for row in store.rows("SELECT text_group FROM articles ORDER BY id")]
    assert groups == ([1, 2] if alone else [1, 1])
    keys = store.row("SELECT count(*) FROM text_bands")[0]
    assert keys == 32  # those of the wrong day are gone


def test_a_provisional_company_becomes_the_table_row_without_loss(store: Store) -> None:
    new = party("새싹로봇", aliases=["Saessak Robotics"])
    put(store, {"article": ARTICLE, "events": [event([new, listed("orbix")], "새싹로봇 오르빅스 협약")]})
    store.resolve()
    event_id = store.row("SELECT id FROM events")["id"]
    assert store.row("SELECT provisional FROM organizations WHERE name = 'Saessak Robotics'")[0] == 1
    store.sync_organizations([*TABLE, {"id": "saessak", "name": "새싹로봇", "type": "company", "country": "KR"}])
    store.resolve()
    assert [row["org_id"] for row in store.rows("SELECT org_id FROM event_parties ORDER BY position")] == [
        "saessak",
        "orbix",
    ]
    assert store.row("SELECT id FROM events WHERE merged_into IS NULL")["id"] == event_id


def test_two_companies_that_share_a_name_are_not_joined(tmp_path: Path) -> None:
    store = filled(tmp_path / "jehyu.db")
    store.sync_organizations([*TABLE, {"id": "narae-steel", "name": "나래철강", "aliases": ["나래"], "country": "KR"}])
    put(store, {"article": ARTICLE, "events": [event([party("나래"), listed("orbix")], "나래 오르빅스 협약")]})
    row = store.row(
        "SELECT o.provisional FROM mention_parties p JOIN organizations o ON o.id = p.org_id WHERE p.position = 0"
    )
    assert row["provisional"] == 1
    store.close()


def test_a_run_a_crash_left_open_is_closed_by_the_next(store: Store) -> None:
    first = store.start_run()
    second = store.start_run()
    store.finish_run(second, "ok", "all well", articles_new=3)
    rows = store.rows("SELECT outcome, articles_new FROM runs WHERE id IN (?, ?) ORDER BY id", [first, second])
    assert [tuple(row) for row in rows] == [("interrupted", 0), ("ok", 3)]
    with pytest.raises(ValueError, match="no such count"):
        store.finish_run(second, "ok", "", article_new=1)


def test_a_notice_is_queued_once_and_waits_until_delivered(store: Store) -> None:
    store.queue_notices("slack", ["a", "b"])
    store.save_notice("slack", ["a"])
    store.save_notice("slack", ["b"], "503")
    store.queue_notices("slack", ["a", "b"])
    assert store.queued_notices("slack") == [["b"]]
