"""What persons decide outlives reading and resolving again, and can be taken back."""

from __future__ import annotations

import pytest
from invented_news import event, listed, party, put

from db import Store, queries
from db.backup import check
from db.resolution.explain import explain
from db.reviews import ReviewError

DEALS = {
    1: ("2025-02-04", "나래전자가 오르빅스와 데이터센터를 짓기로 했다", "signed", "2025-02-04"),
    2: ("2025-02-05", "나래전자와 오르빅스가 데이터센터 협약을 맺었다", "signed", "2025-02-04"),
    3: ("2025-09-20", "나래전자가 오르빅스에 로봇을 공급한다", "signed", "2025-09-20"),
}


def tell(store: Store, number: int, version: str = "v1", **more: object) -> int:
    day, sentence, status, date = DEALS[number]
    text = sentence + ". " + f"{number}번째 기사의 본문은 서로 닮지 않은 말로 쓴다. " * number
    parties = [listed("narae"), listed("orbix")]
    told = event(parties, sentence, kind="supply" if number == 3 else "alliance", status=status, date=date)
    told["evidence"] |= {"start": 1, "end": 1 + len(sentence)}
    article = {
        "url": f"https://news.example/{number}",
        "source_id": "daily",
        "title": None,
        "text": text,
        "published_at": f"{day}T09:00:00+09:00",
        "lang": "ko",
    }
    return put(store, {"article": article, "events": [told | more]}, version)


def read_everything_again(store: Store) -> None:
    """Another model: another kind, other confidence; the sentences overlap."""
    for number in DEALS:
        tell(store, number, "v2", kind="other" if number != 3 else "distribution", confidence=0.66)
    store.resolve()


@pytest.fixture
def told(store: Store) -> Store:
    for number in DEALS:
        tell(store, number)
    store.resolve()
    return store


def ids(store: Store) -> list[str]:
    return sorted(found["id"] for found in queries.events(store.conn))


def test_one_deal_told_twice_is_one_event_and_the_second_deal_another(told: Store) -> None:
    assert ids(told) == ["2025-02-04-narae-orbix-alliance", "2025-09-20-narae-orbix-supply"]


def test_reading_again_with_another_model_keeps_ids(told: Store) -> None:
    before = ids(told)
    read_everything_again(told)
    assert ids(told) == before
    assert queries.changes(told.conn, "2020-01-01")["merged"] == []


def test_a_rejection_outlives_reading_again_and_can_be_undone(told: Store) -> None:
    first = ids(told)[0]
    review = told.reject(first, "kim", "not a deal")
    assert first not in ids(told)
    read_everything_again(told)
    assert first not in ids(told)
    assert queries.event(told.conn, first)["review"] == "rejected"
    told.undo(review)
    assert first in ids(told)


def test_a_merge_outlives_reading_again_and_can_be_undone(told: Store) -> None:
    first, second = ids(told)
    review = told.merge(first, second, "kim")
    assert ids(told) == [first]
    assert queries.follow(told.conn, second) == first
    read_everything_again(told)
    assert ids(told) == [first]
    assert [step["kind"] for step in queries.event(told.conn, second)["history"]] == ["other", "distribution"]
    told.undo(review)
    assert ids(told) == [first, second]
    assert check(told.path) == []


def test_a_split_outlives_reading_again_and_can_be_undone(told: Store) -> None:
    first = ids(told)[0]
    out = queries.event(told.conn, first)["reports"][1]["mention_id"]
    review = told.split(first, [out], "kim")
    assert len(ids(told)) == 3
    read_everything_again(told)
    apart = ids(told)
    assert len(apart) == 3
    assert queries.follow(told.conn, first) in apart
    told.undo(review)
    assert len(ids(told)) == 2
    assert queries.follow(told.conn, first) == first


def test_corrections_stand_beside_the_machine_value(told: Store) -> None:
    first = ids(told)[0]
    told.correct(first, "kind", "mou", "kim")
    told.correct(first, "date", "2025-02", "kim")
    told.correct(first, "party:orbix", "velta", "kim")
    read_everything_again(told)
    found = queries.event(told.conn, first)
    assert (found["kind"], found["date"], found["date_precision"], found["review"]) == (
        "mou",
        "2025-02",
        "month",
        "corrected",
    )
    assert [one["org_id"] for one in found["parties"]] == ["narae", "velta"]
    assert [row["machine_value"] for row in found["reviews"]] == ['"alliance"', '"2025-02-04"', '"orbix"']


def test_a_party_corrected_to_one_that_is_there_stands_once(store: Store) -> None:
    told = event([listed("narae"), listed("solbi"), listed("orbix")], "나래전자 솔비소프트 오르빅스 협약")
    article = {"url": "https://news.example/1", "source_id": "daily", "title": None, "text": "글 " * 40, "lang": "ko"}
    put(store, {"article": article | {"published_at": "2025-02-04T09:00:00+09:00"}, "events": [told]})
    store.resolve()
    store.correct(ids(store)[0], "party:solbi", "narae", "kim")
    found = queries.event(store.conn, ids(store)[0])
    assert ([one["org_id"] for one in found["parties"]], found["pairs"]) == (["narae", "orbix"], [(0, 1)])
    store.correct(found["id"], "party:narae", "orbix", "kim")  # a firm with itself is no deal
    assert [one["org_id"] for one in queries.event(store.conn, found["id"])["parties"]] == ["narae", "orbix"]


def test_partners_follow_what_persons_decide(told: Store) -> None:
    first, second = ids(told)

    def partners(company: str) -> dict[str, int]:
        found = queries.company(told.conn, company)
        return {row["name"]: row["deals"] for row in found["partners"]}

    assert partners("narae") == {"오르빅스": 2}
    corrected = told.correct(first, "party:orbix", "velta", "kim")
    assert (partners("narae"), partners("orbix")) == ({"오르빅스": 1, "벨타": 1}, {"나래전자": 1})
    told.undo(corrected)
    merged = told.merge(first, second, "kim")
    assert partners("narae") == {"오르빅스": 1}
    told.undo(merged)
    told.reject(first, "kim")
    told.correct(second, "status", "ended", "kim")
    assert partners("narae") == {}


def test_a_decision_whose_sentence_vanishes_is_reopened_not_dropped(told: Store) -> None:
    first = ids(told)[0]
    told.confirm(first, "kim")
    assert not [row for row in queries.to_review(told.conn) if row["reopened"]]
    article = {
        "url": "https://news.example/1",
        "source_id": "daily",
        "title": None,
        "text": "정정: 사실이 아니다. " * 9,
    }
    told.save_article(**article, published_at="2025-02-04T09:00:00+09:00", lang="ko")
    assert [row["id"] for row in queries.to_review(told.conn) if row["reopened"]] == [first]


def test_an_alias_moves_mentions_and_can_be_undone(told: Store) -> None:
    put(
        told,
        {
            "article": {
                "url": "https://news.example/9",
                "source_id": "daily",
                "title": None,
                "text": "글 " * 40,
                "published_at": "2025-02-04T12:00:00+09:00",
                "lang": "ko",
            },
            "events": [
                event([party("나래그룹"), listed("orbix")], "나래그룹 오르빅스 데이터센터 협약", date="2025-02-04")
            ],
        },
    )
    told.resolve()
    assert len(ids(told)) == 3
    review = told.add_alias("나래그룹", "narae", "kim")
    assert len(ids(told)) == 2
    told.sync_organizations(
        [{"id": "narae", "name": "나래전자", "country": "KR"}, {"id": "orbix", "name": "오르빅스", "country": "US"}]
    )
    told.resolve()
    assert len(ids(told)) == 2
    told.undo(review)
    assert len(ids(told)) == 3


def test_impossible_decisions_are_refused_in_words(told: Store) -> None:
    first = ids(told)[0]
    for call, words in (
        (lambda: told.confirm("nothing", "kim"), "no event"),
        (lambda: told.merge(first, first, "kim"), "one event already"),
        (lambda: told.split(first, [999], "kim"), "not all"),
        (lambda: told.correct(first, "kind", "marriage", "kim"), "kind is one of"),
        (lambda: told.correct(first, "date", "soon", "kim"), "a date is"),
        (lambda: told.correct(first, "party:nobody", "velta", "kim"), "no party"),
        (lambda: told.add_alias("…", "narae", "kim"), "no letter"),
        (lambda: told.undo(99), "no decision"),
    ):
        with pytest.raises(ReviewError, match=words):
            call()
    assert told.rows("SELECT * FROM reviews") == []


def test_an_event_explains_itself(told: Store) -> None:
    first, second = ids(told)
    why = explain(told.conn, first)
    assert why["id"] == first
    assert all(mention["probability"] > why["threshold"] for mention in why["mentions"])
    assert "same exact day" in [name for name, _, _ in why["mentions"][0]["reasons"]]
    assert [(near["event_id"], near["probability"] < why["threshold"]) for near in why["near"]] == [(second, True)]
