"""What the reader spends time on: passages that may tell of a deal, and nothing else."""

import pytest

from nlp.article import Article, parse_article
from nlp.encoder import Encoder, load_encoder
from nlp.plan import plan_reading

DEAL = "가온로보틱스는 3일 새벽물류와 물류 로봇 공동 개발을 위한 업무협약을 체결했다고 밝혔다."
WEATHER = " ".join(f"{day}일 서울의 낮 기온은 {day}도까지 오르고 남부에는 비가 내리겠다." for day in range(10, 28))
MARKET = " ".join(f"코스피는 {n}포인트 오른 채 거래를 마쳤고 외국인은 {n}억원을 순매도했다." for n in range(20, 38))

RESULTS = parse_article(
    {
        "id": "2",
        "title": "가온전자 2분기 영업이익 210억원",
        "text": "가온전자는 2분기 매출이 전년 같은 기간보다 12% 늘어난 3400억원으로 집계됐다고 밝혔다. "
        "증권가는 목표주가를 올렸다. "
        "수주 잔고는 2조원이고 주가는 3% 올랐다. 회사는 하반기에도 실적이 나아질 것으로 내다봤다. "
        "영업이익률은 6.2%로 0.4%포인트 높아졌고 순이익은 150억원으로 지난해 같은 분기보다 9% 늘었다.",
        "lang": "ko",
        "published": "2025-03-04",
    }
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = load_encoder()
    if found is None:
        pytest.skip("no trained model in this checkout")
    return found


def article(text: str, title: str | None = None) -> Article:
    return parse_article({"id": "1", "title": title, "text": text, "lang": "ko", "published": "2025-03-04"})


def test_the_deal_in_a_long_article_is_read_and_the_rest_is_not(encoder: Encoder) -> None:
    text = f"{WEATHER} {DEAL} {MARKET} 투자 심리는 나아졌다. {MARKET}"
    plan = plan_reading(article(text), encoder)
    read = "".join(passage.text for passage in plan.passages)
    assert DEAL in read
    assert len(plan.passages) < len(encoder.passages(f"\n{text}"))


def test_results_with_a_deal_word_are_not_worth_reading(encoder: Encoder) -> None:
    assert plan_reading(RESULTS, None).cues
    assert plan_reading(RESULTS, encoder).chosen == []


def test_a_deal_told_in_the_headline_alone_is_read(encoder: Encoder) -> None:
    plan = plan_reading(article("두 회사는 물류 로봇을 함께 만든다.", "가온로보틱스, 새벽물류와 업무협약"), encoder)
    assert plan.chosen[0].in_title
    assert len(plan.passages) == 1


def test_a_deal_told_without_a_deal_word_is_read(encoder: Encoder) -> None:
    told = article("한빛병원은 다음 달부터 모든 병동의 약 배달을 가온로보틱스의 로봇에 맡긴다.")
    assert plan_reading(told, None).chosen == []
    plan = plan_reading(told, encoder)
    assert [told.full[sentence.start : sentence.end] for sentence in plan.chosen] == [told.text]


def test_weather_and_market_reports_are_not_read(encoder: Encoder) -> None:
    assert plan_reading(article(f"{WEATHER} {MARKET}"), encoder).chosen == []
