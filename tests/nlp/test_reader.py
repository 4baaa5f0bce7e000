"""The reader's contract: what it answers, whatever it is given, and that it always answers the same."""

import json
from typing import Any

import pytest

from nlp import Reader, load_reader
from nlp.article import parse_article
from nlp.parallel import told_apart

MOU = {
    "id": "mou",
    "title": "네이버클라우드-엔비디아, AI 인프라 맞손",
    "text": "네이버클라우드는 엔비디아와 AI 인프라 구축을 위한 업무협약(MOU)을 체결했다고 21일 밝혔다. "
    "양사는 동남아 시장을 함께 두드린다.",
    "published": "2025-03-21",
    "lang": "ko",
}
ENGLISH = {
    "id": "en",
    "title": "",
    "text": "KT signed a memorandum of understanding with Microsoft on March 5 to build an AI centre in Seoul.",
    "published": "2025-03-06T09:00:00+09:00",
}
NOTHING = {"id": "none", "title": "오늘의 날씨", "text": "전국이 맑겠다. 낮 기온은 21도다.", "published": None}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(model=False)


def names(event: dict[str, Any]) -> set[str]:
    return {party["org_id"] for party in event["parties"]}


def test_a_korean_agreement(reader: Reader) -> None:
    answer = reader.read(MOU)
    assert answer["id"] == "mou" and "error" not in answer
    (event,) = answer["events"]
    assert names(event) == {"naver-cloud", "nvidia"}
    assert event["pairs"] == [[0, 1]]
    assert event["parties"][0]["country"] == "KR", "the Korean company comes first"
    assert (event["kind"], event["status"], event["new"]) == ("mou", "signed", True)
    assert (event["date"], event["date_precision"]) == ("2025-03-21", "day")


def test_offsets_count_in_title_line_break_text(reader: Reader) -> None:
    full = f"{MOU['title']}\n{MOU['text']}"
    for event in reader.read(MOU)["events"]:
        evidence = event["evidence"]
        assert full[evidence["start"] : evidence["end"]] == evidence["text"]
        for party in event["parties"]:
            assert full[party["start"] : party["end"]] == party["surface"]


def test_english_and_a_null_title(reader: Reader) -> None:
    for row in (ENGLISH, {**ENGLISH, "title": None}):
        (event,) = reader.read(row)["events"]
        assert names(event) == {"kt", "microsoft"}
        assert (event["kind"], event["date"]) == ("mou", "2025-03-05")


SIGNED_BESIDE = [
    ("ko", "엔비디아와 KT가 AI 서비스를 함께 개발하는 업무협약을 맺었다. 양사는 지난 19일 포항에서 협약서에 서명했다."),
    ("ko", "KT와 엔비디아가 업무협약을 체결했다고 21일 밝혔다. 서비스는 내년에 나온다. 협약식은 19일 포항에서 열렸다."),
    ("en", "KT and Nvidia have signed an MOU, they said on Friday. The agreement was signed on March 19."),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), SIGNED_BESIDE)
def test_a_signing_told_beside_gives_the_day(lang: str, text: str) -> None:
    row = {"id": "s", "title": None, "text": text, "published": "2025-03-21", "lang": lang}
    (event,) = load_reader().read(row)["events"]  # the rules alone are not sure enough of so bare an English text
    assert names(event) == {"kt", "nvidia"}
    assert event["date"] == "2025-03-19"


def test_a_signing_of_others_gives_no_day(reader: Reader) -> None:
    text = "KT와 엔비디아가 업무협약을 체결했다. 네이버는 오픈AI와 19일 공급 계약을 체결했다."
    events = reader.read({"id": "s", "title": None, "text": text, "published": "2025-03-21", "lang": "ko"})["events"]
    assert {event["date"] for event in events if names(event) == {"kt", "nvidia"}} == {None}


HOUSES = [
    ("ko", "가온로보틱스(대표 김하늘)는 자회사 누리소프트와 로봇을 공동 개발하는 업무협약을 체결했다.", 0),
    ("ko", "가온로보틱스(대표 김하늘)는 새벽그룹 계열사 누리소프트와 로봇을 공동 개발하는 업무협약을 체결했다.", 1),
    ("en", "Gaon Robotics Inc. of Korea signed a memorandum of understanding with its subsidiary Nuri Software.", 0),
    ("en", "Gaon Robotics Inc. of Korea signed a memorandum of understanding with Nuri Software.", 1),
]


@pytest.mark.parametrize(("lang", "text", "events"), HOUSES)
def test_a_firm_and_its_own_subsidiary_are_no_partners(reader: Reader, lang: str, text: str, events: int) -> None:
    row = {"id": "house", "title": None, "text": text, "lang": lang, "published": "2025-03-04"}
    told = [event for event in reader.read(row)["events"] if event["status"] == "signed"]
    assert len(told) == events


def test_two_deals_in_one_sentence_join_no_parties_of_the_other(reader: Reader) -> None:
    text = "KT는 엔비디아와 AI 반도체 업무협약을, 네이버는 오픈AI와 데이터 공급 계약을 4일 각각 체결했다고 밝혔다."
    row = {"id": "apart", "title": None, "text": text, "lang": "ko", "published": "2025-03-04"}
    view = reader.view(parse_article(row))
    assert view is not None
    apart = {frozenset((view.entities[one].org_id, view.entities[two].org_id)) for one, two in told_apart(view)}
    crossed = [("kt", "naver"), ("kt", "openai"), ("nvidia", "naver"), ("nvidia", "openai")]
    assert apart == {frozenset(pair) for pair in crossed}


def test_no_deal_word_no_event(reader: Reader) -> None:
    assert reader.read(NOTHING) == {"id": "none", "events": []}


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("a string", "object"),
        (None, "object"),
        ({"id": 1, "text": 5}, "text"),
        ({"id": 1, "text": "", "published": "yesterday"}, "published"),
        ({"id": 1, "text": "가" * 300_000}, "text"),
        ({"id": 1, "text": "", "lang": 3}, "lang"),
    ],
)
def test_a_bad_article_is_answered_with_the_reason(reader: Reader, row: object, word: str) -> None:
    answer = reader.read(row)
    assert answer["events"] == []
    assert word in answer["error"]


def test_an_empty_article_is_no_error(reader: Reader) -> None:
    assert reader.read({"id": 1, "text": ""}) == {"id": 1, "events": []}


def test_the_same_answers_from_any_number_of_processes_and_in_order(reader: Reader) -> None:
    rows = [MOU, NOTHING, ENGLISH, "bad", MOU]
    alone = [json.dumps(answer) for answer in reader.read_many(rows)]
    assert [json.dumps(answer) for answer in reader.read_many(rows, processes=2)] == alone
    assert [json.dumps(reader.read(row)) for row in reversed(rows)] == alone[::-1]


def test_the_version_names_weights_and_table(reader: Reader) -> None:
    assert "weights-" in reader.version and "table-" in reader.version and "model-none" in reader.version


def test_publication_is_the_day_in_korea() -> None:
    article = parse_article({"text": "", "published": "2025-03-04T20:00:00+00:00"})
    assert str(article.published) == "2025-03-05"


@pytest.mark.parametrize(
    ("text", "lang"),
    [("카카오가 OpenAI, Microsoft와 손잡았다", "ko"), ("Kakao (카카오) signs with OpenAI today", "en"), ("", "en")],
)
def test_the_language_is_found_from_the_letters(text: str, lang: str) -> None:
    assert parse_article({"text": text}).lang == lang
