"""What a reader finds on each page, in Korean and English, and what stays hidden or harmless."""

import csv
import json
import re
import sqlite3
from io import StringIO
from pathlib import Path

import feedparser
import pytest
import yaml
from invented_site import BODY_ONLY, HOSTILE_NAME, Visitor, event_id

from web import datasette
from web.site import HERE

ENGLISH = {"Accept-Language": "en"}
QUESTIONS = list(yaml.safe_load((HERE / "queries.yml").read_text(encoding="utf-8")))
OUR_PAGES = [
    "/",
    "/deals",
    "/companies",
    "/company/narae",
    "/company/solbi",
    "/company/evil",
    "/search?q=업무협약",
    "/questions",
    "/about",
    "/digest",
    "/pictures",
    "/pictures/matrix",
    "/pictures/network?years=5",
    "/pictures/sectors",
    "/pictures/outlets",
]


def test_home_tells_what_is_new_and_how_the_run_went(reader: Visitor) -> None:
    page = reader.get("/").text
    assert "나래전자" in page and "오르빅스" in page and "업무협약" in page
    assert "데이터센터 분야 업무협약을 체결했다고" in page  # the first evidence
    assert "한빛일보" in page and "정상" in page


def test_home_in_english(reader: Visitor) -> None:
    page = reader.get("/", headers=ENGLISH).text
    assert "Narae Electronics" in page and "All well" in page and "MOU" in page


def test_home_tells_what_is_sure_and_counts_the_rest(reader: Visitor) -> None:
    page = reader.get("/").text
    assert "한울모터스" not in page and "확신이 낮아 뺀 거래 1건" in page
    assert "한울모터스" in reader.get("/?all=1").text
    assert "한울모터스" in reader.get("/deals?sure=no").text and "오르빅스" not in reader.get("/deals?sure=no").text
    for path in ("/digest", "/digest.md", "/feed.atom", "/company/hanul/feed.atom"):
        assert "한울모터스가" not in reader.get(path).text
        assert "한울모터스가" in reader.get(f"{path}?all=1").text


HANGUL = re.compile(r"[가-힣]+")
THEIR_OWN = re.compile(r"제휴|한국어|한울모터스|해외|빅테크|악성|긴제목")
"""Korean that English pages hold by right: the brand, names without an English form, what articles say."""


@pytest.mark.parametrize(
    "path",
    [
        "/companies",
        "/questions",
        "/about",
        "/pictures",
        "/pictures/matrix",
        "/pictures/network?years=5",
        "/pictures/sectors",
        "/pictures/outlets",
    ],
)
def test_english_pages_speak_english(reader: Visitor, path: str) -> None:
    shown = re.sub(r"<[^>]*>", " ", reader.get(path, headers=ENGLISH).text)
    if path == "/companies":  # which gives the Korean name beside
        shown = re.sub(r"나래전자|솔비소프트|오르빅스", "", shown)
    assert [word for word in HANGUL.findall(shown) if not THEIR_OWN.fullmatch(word)] == []


def test_history_and_decisions_are_told_in_korean(curator: Visitor) -> None:
    event = event_id(curator, "narae", "orbix")
    token = curator.token(f"/event/{event}")
    form = {"csrftoken": token, "action": "correct", "target": "kind", "kind_is": "supply"}
    curator.post(f"/review/event/{event}", form)
    page = curator.get(f"/event/{event}").text
    assert "첫 보도" in page and "first report" not in page
    assert "고침: 종류 <del>업무협약</del> → <ins>공급 계약</ins>" in re.sub(r"</?strong>", "", page)


def test_language_is_chosen_and_nobody_is_sent_elsewhere(reader: Visitor) -> None:
    chosen = reader.get("/-/language/en?next=/deals")
    assert chosen.headers["location"] == "/deals" and "jehyu_lang=en" in chosen.headers["set-cookie"]
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", ""):
        assert reader.get(f"/-/language/ko?next={target}").headers["location"] == "/"


def test_event_page_joins_the_reports_and_marks_the_sentence(reader: Visitor) -> None:
    page = reader.get(f"/event/{event_id(reader, 'narae', 'orbix')}").text
    assert '<mark class="party">나래전자</mark>는 <mark class="party">오르빅스</mark>와' in page
    assert '<mark class="deal">업무협약</mark>' in page
    assert "한빛일보" in page and "Seoul Tech Wire" in page
    assert 'href="https://hanbit.example/news/1"' in page and 'href="/company/orbix"' in page


def test_unnamed_partner_is_described(reader: Visitor) -> None:
    assert "해외 빅테크" in reader.get("/deals?status=talks").text


def test_company_page_gives_partners_and_dependence(reader: Visitor) -> None:
    page = reader.get("/company/narae").text
    assert "솔비소프트" in page and "Narae Electronics" in page and "012340" in page
    assert "미국 빅테크와의 거래 <strong>50%</strong>" in page


def test_companies_are_counted_without_rejected_deals(curator: Visitor) -> None:
    def deals() -> dict[str, str]:
        rows = re.findall(r'/company/(\w+)">.*?class="number">([\d,]+)', curator.get("/companies").text, re.S)
        return dict(rows)

    before, event = deals(), event_id(curator, "narae", "orbix")
    form = {"csrftoken": curator.token(f"/event/{event}"), "action": "reject"}
    curator.post(f"/review/event/{event}", form)
    after = deals()
    assert int(after["narae"]) == int(before["narae"]) - 1
    assert "orbix" in before and "orbix" not in after


def test_search_finds_inside_words_and_means_and(reader: Visitor) -> None:
    assert "나래전자" in reader.get("/search?q=센터").text
    both = reader.get("/search?q=센터 체결").text
    assert "데이터<mark>센터</mark> 분야 업무협약을 <mark>체결</mark>" in both
    assert "없습니다" in reader.get("/search?q=센터 양자컴퓨터").text


@pytest.mark.parametrize("path", OUR_PAGES)
def test_every_page_answers_and_shows_no_body(reader: Visitor, path: str) -> None:
    response = reader.get(path)
    assert response.status_code == 200
    assert BODY_ONLY not in response.text


@pytest.mark.parametrize("name", QUESTIONS)
def test_saved_questions_have_both_titles_and_answer(reader: Visitor, name: str) -> None:
    for headers, letters, foreign in (({}, "[가-힣]", "[A-Za-z]{4}"), (ENGLISH, "[A-Za-z]{4}", "[가-힣]")):
        response = reader.get(f"/jehyu/{name}?company=Narae&partner=orbix", headers=headers)
        title = re.search(r"<h1[^>]*>(.*?)</h1>", response.text, re.S)
        assert response.status_code == 200 and title
        assert re.search(letters, title[1]) and not re.search(foreign, title[1])


def test_answers_name_companies_in_the_readers_language_and_link_them(reader: Visitor) -> None:
    assert "나래전자 × 오르빅스" in reader.get("/jehyu/by_pair?company=narae&partner=orbix").text
    english = reader.get("/jehyu/by_pair?company=narae&partner=orbix", headers=ENGLISH).text
    assert "Narae Electronics × Orbix" in english and f'href="/event/{event_id(reader, "narae", "orbix")}"' in english
    assert '<a href="/company/orbix">Orbix</a>' in reader.get("/jehyu/korean_foreign", headers=ENGLISH).text
    assert "Hanbit Daily" in reader.get("/jehyu/busiest_outlets", headers=ENGLISH).text


def test_saved_questions_know_companies_by_any_name(reader: Visitor) -> None:
    rows = reader.get("/jehyu/by_pair.json?company=나래&partner=Orbix&_shape=array").json()
    assert [row["kind"] for row in rows] == ["mou"]
    partners = reader.get("/jehyu/by_company.json?company=Narae+Electronics&_shape=array").json()
    assert {row["partner"] for row in partners} == {"오르빅스", "솔비소프트"}


def test_questions_about_time(reader: Visitor) -> None:
    assert {row["partner"] for row in reader.get("/jehyu/korean_big_tech.json?_shape=array").json()} == {"오르빅스"}
    assert "나래전자" in {row["company"] for row in reader.get("/jehyu/first_time_partners.json?_shape=array").json()}
    assert [row["status"] for row in reader.get("/jehyu/to_review.json?_shape=array").json()] == ["talks"]


@pytest.mark.parametrize(
    "path", ["/feed.atom", "/company/narae/feed.atom", "/jehyu/new_this_week.atom", "/jehyu/partnerships.atom?kind=mou"]
)
def test_feeds_are_atom_that_readers_take(reader: Visitor, path: str) -> None:
    feed = feedparser.parse(reader.get(path).content)
    assert not feed.bozo and feed.version == "atom10"
    entry = next(entry for entry in feed.entries if "나래전자" in entry.title and "오르빅스" in entry.title)
    assert entry.link.endswith(f"/event/{event_id(reader, 'narae', 'orbix')}")
    assert "업무협약을 체결했다고" in entry.content[0].value


def test_csv_and_json(reader: Visitor) -> None:
    rows = list(csv.DictReader(StringIO(reader.get("/jehyu/partnerships.csv").text)))
    assert {"company", "partner", "evidence"} <= set(rows[0])
    assert json.loads(reader.get("/jehyu/partnerships.json?_shape=array").text)


def test_digest_is_markdown_in_which_hostile_text_stays_text(reader: Visitor) -> None:
    digest = reader.get("/digest.md").text
    assert digest.startswith("# ") and "**나래전자 – 오르빅스**" in digest
    assert "<script" not in digest.replace("\\<", "")


BODY_THEFTS = [
    "/jehyu/article_texts.json?_shape=array",
    "/jehyu/article_texts/1.json?_shape=array",
    "/jehyu.json?_shape=array&sql=select+body+from+article_texts",
    "/jehyu.json?_shape=array&sql=select+hex(substr(body,1))+as+body+from+article_texts",
    "/jehyu.json?_shape=array&sql=with+t(body)+as+(select+body+from+article_texts)+select+*+from+t",
    "/jehyu.json?_shape=array&sql=select+BODY+as+body+from+Article_Texts",
    "/jehyu.json?_shape=array&sql=select+context+as+body+from+mentions",
]


@pytest.mark.parametrize("path", BODY_THEFTS)
def test_bodies_cannot_be_had_by_table_sql_or_json(reader: Visitor, path: str) -> None:
    response = reader.get(path)
    assert response.status_code == 200
    assert {row["body"] for row in response.json()} <= {None, ""}


def test_bodies_cannot_be_probed_by_filters(reader: Visitor) -> None:
    assert reader.get("/jehyu/article_texts.json?_shape=array&body__notblank=1").json() == []
    assert reader.get("/jehyu.db").status_code in (403, 404)


def test_bodies_are_shown_where_the_operator_says_so(filled: Path) -> None:
    site = Visitor(datasette(filled, show_bodies=True))
    assert BODY_ONLY in site.get(f"/event/{event_id(site, 'narae', 'orbix')}").text
    rows = site.get("/jehyu.json?_shape=array&sql=select+body_text(body)+as+body+from+article_texts").json()
    assert BODY_ONLY in rows[0]["body"]


@pytest.mark.parametrize("sql", ["delete from events", "attach database ':memory:' as x", "pragma writable_schema=on"])
def test_readers_cannot_write(reader: Visitor, sql: str) -> None:
    assert reader.get("/jehyu.json", params={"sql": sql}).status_code == 400


def test_hostile_names_and_titles_are_inert(reader: Visitor) -> None:
    pages = [
        *OUR_PAGES,
        f"/event/{event_id(reader, 'evil')}",
        "/jehyu/partnerships",
        "/jehyu/new_this_week",
        "/jehyu/articles",
        "/search?q=<script>",
    ]
    for path in pages:
        text = reader.get(path).text
        assert HOSTILE_NAME not in text and "<img src=x" not in text and "<script>alert" not in text, path
    assert "&lt;script&gt;" in reader.get("/company/evil").text


def test_headers_refuse_what_comes_from_outside(reader: Visitor) -> None:
    for path in ("/", "/jehyu/partnerships", "/static/jehyu.css", "/nothing/here"):
        headers = reader.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "http" not in policy and "unsafe-eval" not in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"


def test_no_page_names_another_host(reader: Visitor) -> None:
    loads = re.compile(r"""(?:<script[^>]*src|<link[^>]*stylesheet[^>]*href|<img[^>]*src|url\()[="'(]*(https?:)?//""")
    for path in [*OUR_PAGES, "/jehyu", "/jehyu/partnerships", "/jehyu/new_this_week", "/jehyu/events"]:
        assert not loads.search(reader.get(path).text), path


@pytest.mark.parametrize(
    "path", ["/event/none", "/company/none", "/company/none/feed.atom", "/%00", "/event/%F0%9F%98%80"]
)
def test_what_is_not_there_is_404(reader: Visitor, path: str) -> None:
    assert reader.get(path, follow_redirects=True).status_code == 404


def test_what_is_not_there_or_not_allowed_is_told_in_the_readers_language(reader: Visitor) -> None:
    assert "없는 페이지" in reader.get("/event/none").text
    assert "Nothing here" in reader.get("/company/none", headers=ENGLISH).text
    assert "log in first" in reader.get("/review", headers=ENGLISH).text


def test_what_takes_too_long_is_told_in_the_readers_language(filled: Path) -> None:
    site = datasette(filled)
    site._settings["sql_time_limit_ms"] = 0
    answer = Visitor(site).get("/deals", headers=ENGLISH)
    assert answer.status_code == 503 and "took too long" in answer.text and "interrupted" not in answer.text


@pytest.mark.parametrize("query", ["?size=99999999999", "?size=-1&years=abc", "?kind=nonsense", "?years=0&foreign=1"])
def test_odd_parameters_do_no_harm(reader: Visitor, query: str) -> None:
    for path in ("/pictures/network", "/deals", "/companies", "/digest"):
        assert reader.get(path + query).status_code == 200


def test_a_file_of_an_older_program_is_brought_up_to_date(database: Path) -> None:
    conn = sqlite3.connect(database)
    for (trigger,) in conn.execute(
        "SELECT name FROM sqlite_master WHERE name LIKE 'partner_deals_%' AND type = 'trigger'"
    ):
        conn.execute(f"DROP TRIGGER {trigger}")
    conn.execute("DROP TABLE partner_deals")
    conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm003_partner_deals'")
    conn.execute("PRAGMA user_version = 2")
    conn.commit()
    conn.close()
    assert "솔비소프트" in Visitor(datasette(database)).get("/company/narae").text


def test_missing_database_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="jehyu run"):
        datasette(tmp_path / "none.db")
