"""Days of deals, as Korean and English news writes them."""

from datetime import date

import pytest

from nlp.dates import deal_date, find_dates

PUBLISHED = date(2025, 3, 6)  # a Thursday


def resolve(text: str, cue: str, lang: str, published: date | None = PUBLISHED) -> str | None:
    return deal_date(text, find_dates(text, published, lang), text.index(cue), lang)[0]


@pytest.mark.parametrize(
    ("text", "cue", "expected"),
    [
        ("가온테크는 4일 나래전자와 업무협약을 체결했다.", "업무협약", "2025-03-04"),
        ("가온테크는 나래전자와 업무협약을 체결했다고 5일 밝혔다.", "업무협약", "2025-03-05"),
        ("가온테크는 지난 3일 나래전자와 업무협약을 체결했다고 5일 밝혔다.", "업무협약", "2025-03-03"),
        ("가온테크는 지난 28일 나래전자와 협약을 맺었다.", "협약", "2025-02-28"),
        ("가온테크는 오는 11일 나래전자와 협약을 맺는다.", "협약", "2025-03-11"),
        ("가온테크는 전날 나래전자와 협약을 맺었다.", "협약", "2025-03-05"),
        ("가온테크는 이날 나래전자와 협약을 맺었다.", "협약", "2025-03-06"),
        ("가온테크는 지난달 19일 나래전자와 협약을 맺었다.", "협약", "2025-02-19"),
        ("가온테크는 지난달 나래전자와 협약을 맺었다.", "협약", "2025-02"),
        ("가온테크는 지난해 11월 나래전자와 협약을 맺었다.", "협약", "2024-11"),
        ("가온테크는 2024년 12월 31일 나래전자와 협약을 맺었다.", "협약", "2024-12-31"),
        ("가온테크는 12월 나래전자와 협약을 맺었다.", "협약", "2024-12"),
        ("가온테크는 2023년 나래전자와 협약을 맺었다.", "협약", None),
        ("가온테크는 2분기 나래전자와 계약을 맺는다.", "계약", None),
        ("가온테크는 나래전자와 7일간 협력한다.", "협력", None),
        ("가온테크와 나래전자는 2027년 12월까지 협력한다.", "협력", None),
    ],
)
def test_korean_days(text: str, cue: str, expected: str | None) -> None:
    assert resolve(text, cue, "ko") == expected


@pytest.mark.parametrize(
    ("text", "cue", "expected"),
    [
        ("Gaon Tech signed a pact with Narae on March 4.", "pact", "2025-03-04"),
        ("Gaon Tech collaborated with Narae (February 4), the paper said.", "collaborated", "2025-02-04"),
        ("Gaon Tech said Wednesday it has partnered with Narae.", "partnered", "2025-03-05"),
        ("Gaon Tech signed a deal with Narae yesterday.", "deal", "2025-03-05"),
        ("Gaon Tech signed a deal with Narae last September.", "deal", "2024-09"),
        ("On Dec. 30, 2024, Gaon Tech signed a deal with Narae.", "deal", "2024-12-30"),
        ("Gaon Tech, founded in 2011, signed a deal with Narae.", "deal", None),
        ("Gaon Tech may sign a deal with Narae.", "deal", None),
        ("Gaon chose Narae under a contract of March 4.", "contract", "2025-03-04"),
        ("Gaon sells to Narae under a contract of Feb. 27, it said.", "contract", "2025-02-27"),
        ("A joint venture was founded on March 4 by Gaon and Narae.", "venture", "2025-03-04"),
        ("Gaon, founded in March 2019, works with Narae.", "works", None),
    ],
)
def test_english_days(text: str, cue: str, expected: str | None) -> None:
    assert resolve(text, cue, "en") == expected


@pytest.mark.parametrize(
    ("text", "lang", "day", "announced"),
    [
        ("가온테크는 나래전자와 협약을 맺었다고 5일 밝혔다.", "ko", "2025-03-05", True),
        ("5일 가온테크는 나래전자와 협약을 맺었다고 밝혔다.", "ko", "2025-03-05", True),
        ("가온테크는 5일 “나래전자와 협약을 지난 3일 체결했다”고 공시했다.", "ko", "2025-03-03", False),
        ("가온테크는 5일 나래전자와 협약을 맺었다.", "ko", "2025-03-05", False),
        ("SEOUL, March 5, 2025 /Saeron Wire/ -- Gaon signed a pact with Narae.", "en", "2025-03-05", True),
        ("Gaon signed a pact with Narae, the firms said in a joint statement on Wednesday.", "en", "2025-03-05", True),
        ("Gaon said it had signed a pact with Narae on Tuesday.", "en", "2025-03-04", False),
        ("The pact with Narae was signed the day before.", "en", "2025-03-05", False),
    ],
)
def test_the_day_of_the_deed_is_told_from_that_of_the_news(text: str, lang: str, day: str, announced: bool) -> None:
    cue = text.index("협약" if lang == "ko" else "pact")
    found = deal_date(text, find_dates(text, PUBLISHED, lang), cue, lang)
    assert (found.value, found.announced) == (day, announced)


def test_a_day_without_month_is_unknown_when_publication_is() -> None:
    assert resolve("가온테크는 4일 나래전자와 협약을 맺었다.", "협약", "ko", published=None) is None
    assert resolve("가온테크는 2025년 3월 4일 나래전자와 협약을 맺었다.", "협약", "ko", published=None) == "2025-03-04"


def test_same_day_points_to_the_day_named_last() -> None:
    found = find_dates("이날 협약식에는", PUBLISHED, "ko", said_day=date(2025, 3, 3))
    assert [mention.value for mention in found] == ["2025-03-03"]
