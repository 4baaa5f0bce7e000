"""Reading pages, bytes, times and addresses: the shapes that Korean outlets use."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_pages import SENTENCES, article, declare
from unusual_pages import PAGES, TEXT, TITLE

from crawler.article import read_article
from crawler.charset import decode
from crawler.cleaning import clean
from crawler.dates import KST, date_in, parse_date, published_and_updated
from crawler.discovery import read_feed, read_sitemap
from crawler.failures import Failure, ReadError
from crawler.guard import is_public, literal_address
from crawler.lang import language
from crawler.source import parse_sources
from crawler.urls import canonical_url

NOW = datetime(2026, 11, 24, 12, tzinfo=KST)

TIMES = {
    "2026-08-09 18:00:00": "2026-08-09T18:00:00+09:00",
    "2026-08-09T21:00:28+09:00": "2026-08-09T21:00:28+09:00",
    "Mon,10 Aug 2026 15:30:12 +0900": "2026-08-10T15:30:12+09:00",
    "Mon, 17 Nov 2025 21:44:23 +09:00": "2025-11-17T21:44:23+09:00",
    "Tue, 11 08 2026 10:20:30 +0900": "2026-08-11T10:20:30+09:00",
    "Sun, 09 Aug 2026 12:00:00 GMT": "2026-08-09T21:00:00+09:00",
    "Mon, 10 Aug 2026 15:30:12 KST": "2026-08-10T15:30:12+09:00",
    "Mon, 10 Aug 2026 15:30:12": "2026-08-10T15:30:12+09:00",
    "입력 2025.12.30 17:37": "2025-12-30T17:37:00+09:00",
    "입력 :2025/11/14 17:46    수정: 2025/11/14 17:48": "2025-11-14T17:46:00+09:00",
    "발행일 : 2025-12-19 10:30": "2025-12-19T10:30:00+09:00",
    "입력 2026.01.06. 08:15": "2026-01-06T08:15:00+09:00",
    "송고2026-01-06 16:46": "2026-01-06T16:46:00+09:00",
    "2026.07.15 09:33:20": "2026-07-15T09:33:20+09:00",
    "26.07.15 09:31": "2026-07-15T09:31:00+09:00",
    "07-13 11:20": "2026-07-13T11:20:00+09:00",
    "12-30 11:20": "2025-12-30T11:20:00+09:00",
    "2023.11.02. 오후 8:06": "2023-11-02T20:06:00+09:00",
    "2023.11.02. 오전 12:06": "2023-11-02T00:06:00+09:00",
    "2025. 2. 4. 18:32": "2025-02-04T18:32:00+09:00",
    "2025년 2월 4일 18시 32분": "2025-02-04T18:32:00+09:00",
    "09:31 August 20, 2019": "2019-08-20T09:31:00+09:00",
    "Published: 04 Feb. 2025, 17:47": "2025-02-04T17:47:00+09:00",
    "February 4, 2025 5:47 PM": "2025-02-04T17:47:00+09:00",
    "2026-01-05T23:15:00.000Z": "2026-01-06T08:15:00+09:00",
    "2025-05-15T20:00:52.000+0900": "2025-05-15T20:00:52+09:00",
    "20250217112921": "2025-02-17T11:29:21+09:00",
    "2025-02-04": "2025-02-04T00:00:00+09:00",
    "3분 전": "2026-11-24T11:57:00+09:00",
}


@pytest.mark.parametrize("written", TIMES)
def test_times(written: str) -> None:
    found = parse_date(written, NOW)
    assert found is not None
    assert found.astimezone(KST).isoformat() == TIMES[written]


@pytest.mark.parametrize("written", ["", "없음", "Vol. 12", "010-1234-5678", "2099-01-01 10:00", "0000-00-00 00:00:00"])
def test_no_time(written: str) -> None:
    assert parse_date(written, NOW) is None


@given(st.text(max_size=80))
def test_parse_date_never_fails(text: str) -> None:
    found = parse_date(text, NOW)
    assert found is None or found.tzinfo is not None


def test_published_and_updated_of_one_line() -> None:
    published, updated = published_and_updated("입력 2026.01.06. 08:15 | 수정 2026.01.06. 09:00", NOW)
    assert published == datetime(2026, 1, 6, 8, 15, tzinfo=KST)
    assert updated == datetime(2026, 1, 6, 9, 0, tzinfo=KST)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://www.etnews.com/20260804000053", "2026-08-04"),
        ("https://zdnet.co.kr/view/?no=20260807101553", "2026-08-07"),
        ("https://www.asiae.co.kr/en/article/2025021711292185228", "2025-02-17"),
        ("https://www.yna.co.kr/view/AKR20211122074000002", "2021-11-22"),
        ("https://www.newsis.com/view/NISX20260715_0003712345", "2026-07-15"),
        ("https://biz.chosun.com/real_estate/2021/11/22/ZSIJL2ORERBX3GV2QNFHKG4554/", "2021-11-22"),
    ],
)
def test_address_that_carries_the_day(url: str, day: str) -> None:
    found = date_in(url, NOW)
    assert found is not None
    assert found.date().isoformat() == day


KOREAN = "한빛로보틱스, 美 노스스타와 똠방각하 협약 체결"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (KOREAN.encode("cp949"), None),
        (KOREAN.encode("cp949"), "text/html; charset=utf-8"),
        (KOREAN.encode("cp949"), "text/html; charset=ISO-8859-1"),
        (f"<?xml version='1.0' encoding='euc-kr' ?>{KOREAN}".encode("cp949"), "text/xml"),
        (f'<meta charset="euc-kr">{KOREAN}'.encode(), "text/html; charset=euc-kr"),
        (b"\xef\xbb\xbf" + KOREAN.encode(), "text/html; charset=euc-kr"),
        (b"\xff\xfe" + KOREAN.encode("utf-16-le"), None),
        (KOREAN.encode() * 50 + b"\xec\x9d", "text/html"),
    ],
)
def test_charsets(body: bytes, header: str | None) -> None:
    assert KOREAN in decode(body, header)[0]


def test_english_page_in_latin1_stays_english() -> None:
    assert decode("Caf\xe9 Seoul signs deal".encode("latin-1"), "text/html; charset=iso-8859-1")[0].startswith("Café")


def test_furniture_goes_and_text_stays() -> None:
    kept = clean(
        [
            "[서울=뉴시스]홍길동 기자 = 한빛로보틱스가 노스스타와 손잡았다.",
            "한빛로보틱스 본사 전경. (사진=한빛로보틱스)",
            '두 회사는 5일 "양해각서(MOU)를 맺었다"고 밝혔다.',
            "문의는 press@hanbit.example 로 하면 된다고 회사는 덧붙였다.",
            "홍길동 기자 hong@newsis.example",
            "◎공감언론 뉴시스 hong@newsis.example",
            "<저작권자(c) 시험뉴스, 무단 전재-재배포, AI 학습 및 활용 금지>",
            "관련기사",
            "노스스타, 한국 진출",
            "#로봇 #물류",
        ]
    )
    assert kept == [
        "한빛로보틱스가 노스스타와 손잡았다.",
        '두 회사는 5일 "양해각서(MOU)를 맺었다"고 밝혔다.',
        "문의는 press@hanbit.example 로 하면 된다고 회사는 덧붙였다.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "(서울=연합뉴스) 홍길동 김철수 기자 = ",
        "[아이뉴스24 홍길동 기자] ",
        "[디지털데일리 홍길동기자] ",
        "[헤럴드경제=홍길동 기자] ",
        "[파이낸셜뉴스] ",
        "【서울=뉴시스】홍길동 기자 = ",
        "(서울=뉴스1) 홍길동 기자 = ",
        "SEOUL, Aug. 20 (Yonhap) -- ",
        "(부산=지역뉴스) 홍길동 특파원 = ",
        "(상하이=지역통신) 홍길동·김철수 특파원 = ",
        "[세종=지역일보] 홍길동 기자 = ",
        "[헤럴드경제(세종)=홍길동 기자] ",
        "[지역신문 홍길동 선임기자] ",
        "[지역신문 홍길동 기자 hong@press.example] ",
        "[지역신문 | 홍길동 기자] ",
        "[지역저널] 홍길동 기자 = ",
        "지역신문 홍길동 기자 = ",
        "[Seoul=Newsis] Reporter Hong Gil-dong = ",
        "SEOUL, Nov. 3 (Local Wire) -- ",
        "SEOUL, South Korea, Nov. 3, 2026 /PRNewswire/ -- ",
        "SEOUL, South Korea--(BUSINESS WIRE)--",
        "LAS VEGAS, Jan. 6 (Yonhap) -- ",
        "SEOUL/TOKYO, Nov 3 (Reuters) - ",
        "SEOUL (Reuters) - ",
        "[앵커] ",
        "SEOUL — ",
    ],
)
def test_lead_ins(line: str) -> None:
    assert clean([f"{line}한빛로보틱스가 협약을 맺었다."]) == ["한빛로보틱스가 협약을 맺었다."]


@pytest.mark.parametrize(
    "sentence",
    [
        "[단독] 한빛로보틱스가 노스스타를 인수한다.",
        "(주)한빛로보틱스는 노스스타와 계약했다고 밝혔다.",
        "이 기사는 AI 학습 데이터를 다루는 두 회사의 협력을 다룬다.",
        "네이버는 카카오와 함께 채널을 연다고 밝혔다.",
        "사진 공유 서비스 회사인 한빛은 노스스타와 손잡았다.",
        "저작권 분쟁은 두 회사의 합의로 끝났다.",
        "(기자간담회에서) 한빛로보틱스는 노스스타와 손잡았다고 밝혔다.",
        "(기자 질문에) 한빛로보틱스 대표는 계약을 인정했다.",
        "(한국시간) 5일 한빛로보틱스는 노스스타와 계약했다.",
        "(환율=1달러 1300원) 계약 금액은 3억달러다.",
        "[한빛로보틱스] 노스스타와 물류 로봇을 함께 만든다.",
        "홍길동 기자 출신 대표가 이끄는 한빛은 노스스타와 손잡았다.",
        "Hanbit Robotics (HBR) - a maker of robots - signed with Northstar.",
        "HYBE — the agency behind many groups — signed with Northstar.",
        "SK, Nov. 3 deadline in sight, signed with Northstar.",
        "Seoul, Busan and Daegu (the three cities) will get robots.",
        "AWS (Amazon Web Services) — the cloud arm — signed with Hanbit.",
    ],
)
def test_sentences_that_look_like_furniture_stay(sentence: str) -> None:
    assert clean([sentence]) == [sentence]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("SK텔레콤, AWS·NVIDIA·OpenAI와 AI data center MOU 체결했다", "ko"),
        ("Naver Cloud signs MOU with NVIDIA (엔비디아)", "en"),
        ("カカオとOpenAIが提携した", "ja"),
        ("123", None),
    ],
)
def test_language_of_the_text(text: str, lang: str | None) -> None:
    assert language(text) == lang


def test_variants_fold_to_one_address() -> None:
    source = declare("https://www.test.example")
    variants = [
        "https://www.test.example/news/articleView.html?idxno=12",
        "http://test.example/news/articleView.html?idxno=12&utm_source=feed#top",
        "https://m.test.example/news/articleView.html?sc=1&idxno=12",
        "https://www.test.example/news/articleViewAmp.html?idxno=12",
    ]
    assert {canonical_url(v, source) for v in variants} == {variants[0]}
    assert canonical_url("https://x.example/a/amp/?b=1&fbclid=2#c") == "https://x.example/a?b=1"


@given(
    st.from_regex(
        r"https?://[a-z]{1,8}\.example(/[a-zA-Z0-9%._-]{0,12}){0,3}(\?[a-z]{1,4}=[a-z0-9]{0,5}(&[a-z]=1)?)?",
        fullmatch=True,
    )
)
def test_canonical_is_stable(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once


def test_metadata_zone_that_contradicts_the_page_is_mended() -> None:
    html = article("시각이 어긋난 글", published="2025-03-04T09:30:00Z")
    read = read_article(html, "http://x.example/news/articleView.html?idxno=1", declare("http://x.example"), now=NOW)
    assert read.published == datetime(2025, 3, 4, 9, 30, tzinfo=KST)


def test_old_layout_still_reads_and_says_that_it_had_expired() -> None:
    source = parse_sources(
        '[source.t]\nfamily="feed"\nname="t"\nname_en="t"\nhome="http://x.example"\nfeeds=["/f"]\n'
        'layouts=[{title="h1", body="#new"}, {title="h2", body="#old", valid_until=2024-01-01}]',
        "t.toml",
    )[0]
    page = "<h2>옛 글</h2><div id=old><p>{}</p><p>{}</p></div>".format(*SENTENCES)
    old = read_article(page, "http://x.example/1", source)
    assert (old.layout, old.expired, old.text) == ("2", True, "\n".join(SENTENCES[:2]))
    new = read_article(page.replace("h2", "h1").replace("old", "new"), "http://x.example/1", source)
    assert (new.layout, new.expired) == ("1", False)


def test_unknown_layout_is_read() -> None:
    html = article("처음 보는 자리의 글").replace('id="article-view-content-div"', 'class="zz"')
    read = read_article(html, "http://x.example/1")
    assert read.title == "처음 보는 자리의 글"
    assert all(sentence in read.text for sentence in SENTENCES)
    assert "저작권자" not in read.text


@pytest.mark.parametrize("name", PAGES)
def test_pages_in_layouts_that_nobody_declared_are_read_whole(name: str) -> None:
    read = read_article(PAGES[name], "https://press.example/news/12345", now=NOW)
    assert (read.title, read.text) == (TITLE, "\n".join(TEXT)) or name == "tables"
    assert (read.title, read.text.split()) == (TITLE, " ".join(TEXT).split())
    if name != "script data":
        assert read.published == datetime(2025, 3, 4, 9, 30, tzinfo=KST)


def test_text_in_script_data_is_read() -> None:
    body = "".join(f"<p>{s}</p>" for s in SENTENCES)
    row = body.replace('"', '\\"')
    size = format(len(body.encode()), "x")
    html = f'<title>넥스트 글</title><div id="x"></div><script>self.__next_f.push([1,"24:T{size},{row}\\n"])</script>'
    assert read_article(html, "http://x.example/1").text == "\n".join(SENTENCES)


def test_page_without_article_says_so() -> None:
    with pytest.raises(ReadError) as raised:
        read_article("<html><body></body></html>", "http://x.example/1")
    assert raised.value.failure == Failure.NOT_ARTICLE


def test_feed_with_everything_twice_encoded() -> None:
    text = (
        '<rss version="2.0"><channel><item><title>&amp;quot;한빛&amp;quot; 협약</title>'
        "<link>http://x.example/1</link><pubDate>Mon,10 Aug 2026 15:30:12 +0900</pubDate></item></channel></rss>"
    )
    (entry,) = read_feed(text, "http://x.example/feed", NOW).entries
    assert entry.title == '"한빛" 협약'
    assert entry.published == datetime(2026, 8, 10, 15, 30, 12, tzinfo=KST)


def test_image_location_is_not_the_article() -> None:
    text = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:i="http://i/" xmlns:n="http://n/"><url>'
        "<loc>http://x.example/1</loc><i:image><i:loc>http://x.example/1.jpg</i:loc></i:image>"
        "<n:news><n:publication_date>2026-08-10</n:publication_date><n:title>제목</n:title></n:news></url></urlset>"
    )
    (entry,) = read_sitemap(text, "http://x.example/s.xml", NOW).entries
    assert (entry.url, entry.title) == ("http://x.example/1", "제목")


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("127.1", False), ("0x7f000001", False), ("10.1.2.3", False), ("169.254.169.254", False), ("::1", False),
        ("fe80::1", False), ("::ffff:192.168.1.1", False), ("0.0.0.0", False), ("100.64.0.1", False),
        ("8.8.8.8", True), ("2606:4700::1111", True),
    ],
)  # fmt: skip
def test_public_addresses(host: str, public: bool) -> None:
    address = literal_address(host)
    assert address is not None
    assert is_public(address) is public
