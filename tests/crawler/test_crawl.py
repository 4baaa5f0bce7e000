"""Spiders against a real HTTP server: what is read, what is asked again, and how every bad answer is accounted for."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from hostile_server import Site
from sample_pages import SENTENCES, article, declare, feed

from benchmarks.bad_answers import Answer, Handler, drip, gzip_bomb, hang, huge, redirect, truncated_gzip, wrong_length
from crawler import Outcome, Report, Source
from crawler.dates import KST
from crawler.failures import Failure
from db import Store

Run = Callable[..., Report]
NO_LIST = 'lists = []\nfeeds = ["/rss/allArticle.xml"]'


def view(number: int) -> str:
    return f"/news/articleView.html?idxno={number}"


def serve(site: Site, numbers: range) -> None:
    site.page("/rss/allArticle.xml", feed(site.base, numbers), kind="application/xml")
    for number in numbers:
        site.page(view(number), article(f"제목 {number}", [f"{number}번째 소식이다. {SENTENCES[0]}", *SENTENCES[1:]]))


def test_articles_are_stored_with_title_text_time_and_language(site: Site, store: Store, run: Run) -> None:
    serve(site, range(1, 4))
    report = run(declare(site.base, more=NO_LIST))
    assert (report.outcome, report.new, report.failed) == (Outcome.OK, 3, 0)
    row = store.row("SELECT id, title, lang, published_at FROM articles WHERE url = ?", [site.base + view(2)])
    assert row is not None
    assert tuple(row)[1:] == ("제목 2", "ko", "2025-03-04T09:30:00+09:00")
    assert store.article_text(row["id"]) == "\n".join([f"2번째 소식이다. {SENTENCES[0]}", *SENTENCES[1:]])


def test_a_second_run_asks_for_no_article_and_changes_no_row(site: Site, store: Store, run: Run) -> None:
    serve(site, range(1, 6))
    source = declare(site.base, more=NO_LIST)
    run(source)
    before = [tuple(row) for row in store.rows("SELECT * FROM articles ORDER BY id")]
    site.requests.clear()
    report = run(source)
    assert report.outcome == Outcome.NOTHING_NEW
    assert report.entries_unchanged == 1
    assert set(site.requests) == {"/robots.txt", "/rss/allArticle.xml"}
    assert [tuple(row) for row in store.rows("SELECT * FROM articles ORDER BY id")] == before


def test_feed_is_asked_for_conditionally(site: Site, run: Run) -> None:
    serve(site, range(1, 3))
    body = feed(site.base, range(1, 3)).encode()

    def answer(handler: object) -> None:
        known = handler.headers.get("If-None-Match") == '"v1"'  # type: ignore[attr-defined]
        handler.send(b"" if known else body, 304 if known else 200, "application/xml", ETag='"v1"')  # type: ignore[attr-defined]

    site.answers["/rss/allArticle.xml"] = answer
    source = declare(site.base, more=NO_LIST)
    run(source)
    site.headers.clear()
    assert run(source).entries_unchanged == 1
    assert dict(site.headers)["/rss/allArticle.xml"]["If-None-Match"] == '"v1"'


def test_new_article_below_known_ones_is_found(site: Site, run: Run) -> None:
    serve(site, range(10, 13))
    source = declare(site.base, more=NO_LIST)
    run(source)
    serve(site, range(10, 14))
    site.page("/rss/allArticle.xml", feed(site.base, [10, 11, 12, 13]), kind="application/xml")
    assert run(source).new == 1


def test_user_agent_is_honest_and_names_a_contact(site: Site, run: Run) -> None:
    serve(site, range(1, 2))
    run(declare(site.base, more=NO_LIST), settings={"JEHYU_CONTACT": "https://example.org/about"})
    agents = {headers["User-Agent"] for _, headers in site.headers}
    assert len(agents) == 1
    assert agents.pop().startswith("Jehyu/")
    assert all("example.org/about" in headers["User-Agent"] for _, headers in site.headers)
    assert all("Cookie" not in headers for _, headers in site.headers)


def test_robots_are_obeyed(site: Site, run: Run, store: Store) -> None:
    serve(site, range(1, 3))
    site.page("/robots.txt", "User-agent: *\nDisallow: /news/", kind="text/plain")
    report = run(declare(site.base, more=NO_LIST))
    assert report.failures == {Failure.ROBOTS: 2}
    assert not any(path.startswith("/news/") for path in site.requests)


def test_robots_are_obeyed_by_all_that_wait_for_them(site: Site, run: Run) -> None:
    def slow(handler: Handler) -> None:
        time.sleep(0.5)
        handler.send(b"User-agent: *\nDisallow: /", kind="text/plain")

    site.answers["/robots.txt"] = slow
    feeds = [f"/rss/{number}.xml" for number in range(5)]
    report = run(declare(site.base, more=f"lists = []\nfeeds = {feeds}"))
    assert report.failures == {Failure.ROBOTS: 5}
    assert set(site.requests) == {"/robots.txt"}


BAD: dict[str, tuple[Answer, Failure]] = {
    "hang": (hang, Failure.TIMEOUT),
    "drip": (drip, Failure.TIMEOUT),
    "error 500": (lambda h: h.send(b"oops", 500), Failure.HTTP_ERROR),
    "error 403": (lambda h: h.send(b"no", 403), Failure.BLOCKED),
    "gone": (lambda h: h.send(b"", 410), Failure.GONE),
    "challenge": (lambda h: h.send(b"<title>Just a moment...</title>"), Failure.BLOCKED),
    "wrong length": (wrong_length, Failure.TRUNCATED),
    "truncated gzip": (truncated_gzip(article("잘린 글").encode()), Failure.TRUNCATED),
    "gzip bomb": (gzip_bomb, Failure.TOO_LARGE),
    "100 MB": (huge, Failure.TOO_LARGE),
    "binary": (lambda h: h.send(b"\x89PNG\r\n\x1a\n" + b"\x00" * 500), Failure.NOT_ARTICLE),
    "empty": (lambda h: h.send(b""), Failure.EMPTY),
    "no text": (lambda h: h.send(b"<html><title>t</title><p>x</p></html>"), Failure.EMPTY),
    "redirect loop": (redirect(view(7)), Failure.REDIRECT_LOOP),
    "redirect to router": (redirect("http://192.168.0.1/admin"), Failure.FORBIDDEN_ADDRESS),
    "redirect to metadata": (redirect("http://169.254.169.254/latest/"), Failure.FORBIDDEN_ADDRESS),
    "redirect to loopback": (redirect("http://127.0.0.1:1/"), Failure.FORBIDDEN_ADDRESS),
    "redirect by number": (redirect("http://2130706433:1/"), Failure.FORBIDDEN_ADDRESS),
    "redirect to localhost": (redirect("http://localhost:1/"), Failure.FORBIDDEN_ADDRESS),
    "redirect to file": (redirect("file:///etc/passwd"), Failure.HTTP_ERROR),
    "redirect home": (redirect("/"), Failure.NOT_ARTICLE),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_answer_is_stored_by_class_and_the_rest_is_read(
    name: str, site: Site, store: Store, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    serve(site, range(1, 10))
    site.page("/", "<title>시험신문</title>")
    answer, failure = BAD[name]
    site.answers[view(7)] = answer
    patience = {"DOWNLOAD_TIMEOUT": 2} if failure == Failure.TIMEOUT else {}
    report = run(declare(site.base, more=NO_LIST), settings=patience)
    assert dict(report.failures) == {failure: 1}, report.details
    assert (report.new, report.outcome) == (8, Outcome.PARTIAL)
    row = store.row("SELECT state, failure FROM articles WHERE url = ?", [site.base + view(7)])
    assert row is not None
    assert row["failure"] == failure
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []  # cron's mail


BAD_FEEDS: dict[str, tuple[bytes, Failure]] = {
    "html": (b"<!doctype html><html><body>moved</body></html>", Failure.FEED_DEAD),
    "empty": (b"", Failure.EMPTY),
    "no items": (b'<rss version="2.0"><channel><title>t</title></channel></rss>', Failure.FEED_DEAD),
    "json": (b'{"items": []}', Failure.FEED_BROKEN),
    "entity bomb": (
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rss version="2.0">'
        b"<channel><item><title>&c;</title></item></channel></rss>",
        Failure.FEED_BROKEN,
    ),
    "external entity": (
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>',
        Failure.FEED_BROKEN,
    ),
}


@pytest.mark.parametrize("name", BAD_FEEDS)
def test_bad_feed_is_reported_by_class(name: str, site: Site, run: Run) -> None:
    body, failure = BAD_FEEDS[name]
    site.page("/rss/allArticle.xml", body, kind="application/xml")
    report = run(declare(site.base, more=NO_LIST))
    assert dict(report.failures) == {failure: 1}
    assert report.outcome == Outcome.BROKEN


def test_unreachable_outlet_is_reported_in_one_line(site: Site, run: Run) -> None:
    source = declare(site.base, more=NO_LIST)
    site.__exit__(None, None, None)
    report = run(source)
    assert report.outcome == Outcome.BROKEN
    assert dict(report.failures) == {Failure.UNREACHABLE: 1}
    assert len(report.details) == 1
    assert "\n" not in report.details[0]


def test_failed_article_is_asked_for_again_when_due(site: Site, store: Store, run: Run) -> None:
    serve(site, range(1, 3))
    good = site.answers[view(1)]
    site.answers[view(1)] = lambda h: h.send(b"", 503)
    source = declare(site.base, more=NO_LIST)
    run(source)
    site.answers[view(1)] = good
    assert run(source).asked == 0, "not due yet"
    store.conn.execute("UPDATE articles SET retry_at = '2025-01-01T00:00:00+09:00' WHERE state = 'failed'")
    assert run(source).new == 1
    assert store.row("SELECT count(*) FROM articles WHERE state = 'fetched'")[0] == 2  # type: ignore[index]


def test_time_limit_ends_the_run_and_loses_nothing(site: Site, store: Store, run: Run) -> None:
    serve(site, range(1, 7))
    for number in range(1, 4):
        site.answers[view(number)] = hang
    source = declare(site.base, more=NO_LIST)
    begun = time.monotonic()
    report = run(source, time_limit=1.5, settings={"DOWNLOAD_TIMEOUT": 30, "CONCURRENT_REQUESTS_PER_DOMAIN": 1})
    assert time.monotonic() - begun < 10
    assert report.cut
    serve(site, range(1, 7))
    store.conn.execute("UPDATE articles SET retry_at = '2025-01-01T00:00:00+09:00' WHERE state = 'failed'")
    run(source)
    assert store.row("SELECT count(*) FROM articles WHERE state = 'fetched'")[0] == 6  # type: ignore[index]


def test_more_articles_than_a_run_takes_wait_for_the_next(site: Site, store: Store, run: Run) -> None:
    serve(site, range(1, 11))
    source = declare(site.base, more=NO_LIST)
    first = run(source, settings={"JEHYU_ARTICLES_PER_RUN": 6})
    assert (first.new, first.left) == (6, 4)
    assert run(source, settings={"JEHYU_ARTICLES_PER_RUN": 6}).new == 4


def test_euc_kr_page_with_wrong_declaration(site: Site, store: Store, run: Run) -> None:
    serve(site, range(1, 2))
    body = article("똠방각하 펲시콜라와 협약").replace("©", "ⓒ").replace("utf-8", "euc-kr").encode("cp949")
    site.answers[view(1)] = lambda h: h.send(body, kind="text/html; charset=utf-8")
    run(declare(site.base, more=NO_LIST))
    assert store.row("SELECT title FROM articles")[0] == "똠방각하 펲시콜라와 협약"  # type: ignore[index]


def test_list_page_alone_suffices(site: Site, run: Run) -> None:
    serve(site, range(1, 4))
    links = "".join(f'<li><a href="{view(n)}&amp;utm_source=x">기사 {n}</a></li>' for n in range(1, 4))
    site.page("/list", f"<html><body><ul>{links}<li><a href='/about'>소개</a></li></ul></body></html>")
    assert run(declare(site.base, more='feeds = []\nlists = ["/list"]')).new == 3


def test_feed_that_stands_still_while_another_goes_on_is_named(site: Site, run: Run) -> None:
    serve(site, range(1, 4))
    site.page("/rss/old.xml", feed(site.base, [1], "2024-01-01 09:00:00"), kind="application/xml")
    report = run(declare(site.base, more='lists = []\nfeeds = ["/rss/allArticle.xml", "/rss/old.xml"]'))
    assert dict(report.failures) == {Failure.FEED_FROZEN: 1}
    assert (report.new, report.outcome) == (3, Outcome.PARTIAL)


def sitemap(base: str, changes: dict[int, str]) -> str:
    """A sitemap that names a change of each article."""
    urls = "".join(f"<url><loc>{base}{view(n)}</loc><lastmod>{when}</lastmod></url>" for n, when in changes.items())
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


SITEMAP = 'feeds = []\nlists = []\nsitemaps = ["/sitemap.xml"]'
LONG_AGO, LATER = "2025-03-04T09:31:00+09:00", "2025-03-05T09:00:00+09:00"


def pretend_fetched(store: Store, when: str = "2025-03-04T10:00:00+09:00") -> None:
    store.conn.execute("UPDATE articles SET fetched_at = ?", [when])


def changed_site(site: Site, store: Store, run: Run) -> Source:
    """Three articles of one sitemap are stored; then the sitemap says that the second was changed."""
    serve(site, range(1, 4))
    site.page("/sitemap.xml", sitemap(site.base, dict.fromkeys(range(1, 4), LONG_AGO)), kind="application/xml")
    source = declare(site.base, more=SITEMAP)
    run(source)
    pretend_fetched(store)
    site.page("/sitemap.xml", sitemap(site.base, {1: LONG_AGO, 2: LATER, 3: LONG_AGO}), kind="application/xml")
    site.requests.clear()
    return source


def test_an_article_that_its_outlet_changed_is_fetched_and_waits_to_be_read_again(
    site: Site, store: Store, run: Run
) -> None:
    source = changed_site(site, store, run)
    for waiting in list(store.pending_articles("v1")):
        store.save_extraction(waiting["id"], "v1", [])
    site.page(view(2), article("제목 2", [*SENTENCES, "두 회사는 뒤에 계약 금액을 3억원으로 바로잡았다."]))
    report = run(source)
    assert [path for path in site.requests if path.startswith("/news/")] == [view(2)]
    assert (report.outcome, report.changed, report.unchanged) == (Outcome.OK, 1, 2)
    (waiting,) = store.pending_articles("v1")
    assert "바로잡았다" in waiting["text"]
    site.requests.clear()
    site.page("/sitemap.xml", sitemap(site.base, {1: LONG_AGO, 3: LONG_AGO, 2: LATER}), kind="application/xml")
    assert run(source).asked == 0


def test_a_change_that_changed_nothing_is_looked_at_once(site: Site, store: Store, run: Run) -> None:
    source = changed_site(site, store, run)
    before = [tuple(row) for row in store.rows("SELECT * FROM articles ORDER BY id")]
    report = run(source)
    assert (report.asked, report.changed, report.outcome) == (1, 0, Outcome.NOTHING_NEW)
    assert [tuple(row) for row in store.rows("SELECT * FROM articles ORDER BY id")] == before
    site.page("/sitemap.xml", sitemap(site.base, {3: LONG_AGO, 2: LATER}), kind="application/xml")
    assert run(source).asked == 0


def test_changed_article_that_cannot_be_had_keeps_what_is_stored(site: Site, store: Store, run: Run) -> None:
    source = changed_site(site, store, run)
    site.answers[view(2)] = lambda h: h.send(b"", 503)
    before = [tuple(row) for row in store.rows("SELECT * FROM articles ORDER BY id")]
    assert dict(run(source).failures) == {Failure.HTTP_ERROR: 1}
    assert [tuple(row) for row in store.rows("SELECT * FROM articles ORDER BY id")] == before


def test_times_that_are_the_sitemaps_own_clock_say_nothing_of_articles(site: Site, store: Store, run: Run) -> None:
    serve(site, range(1, 6))
    site.page("/sitemap.xml", sitemap(site.base, dict.fromkeys(range(1, 6), LONG_AGO)), kind="application/xml")
    source = declare(site.base, more=SITEMAP)
    run(source)
    pretend_fetched(store)
    site.page("/sitemap.xml", sitemap(site.base, dict.fromkeys(range(1, 6), LATER)), kind="application/xml")
    assert run(source).asked == 0


def test_more_changes_than_a_run_takes_wait_for_the_next(site: Site, store: Store, run: Run) -> None:
    serve(site, range(1, 4))
    site.page("/sitemap.xml", sitemap(site.base, dict.fromkeys(range(1, 4), LONG_AGO)), kind="application/xml")
    source = declare(site.base, more=SITEMAP)
    run(source)
    pretend_fetched(store)
    changes = {n: f"2025-03-05T09:0{n}:00+09:00" for n in range(1, 4)}
    site.page("/sitemap.xml", sitemap(site.base, changes), kind="application/xml")
    two = {"JEHYU_REREAD_PER_RUN": 2}
    assert [run(source, settings=two).asked for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize("status", [503, 429])
def test_nothing_is_asked_while_robots_txt_answers_with_an_error(status: int, site: Site, run: Run) -> None:
    serve(site, range(1, 3))
    site.page("/robots.txt", "down", status)
    source = declare(site.base, more=NO_LIST)
    report = run(source)
    assert (report.outcome, dict(report.failures)) == (Outcome.BROKEN, {Failure.ROBOTS_UNREACHABLE: 1})
    assert set(site.requests) == {"/robots.txt"}
    site.page("/robots.txt", "", kind="text/plain")
    assert run(source).new == 2, "it was for that time only"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_outlet_without_robots_txt_may_be_asked(status: int, site: Site, run: Run) -> None:
    serve(site, range(1, 3))
    site.page("/robots.txt", "no", status)
    assert run(declare(site.base, more=NO_LIST)).new == 2


def test_robots_txt_that_hangs_is_a_timeout(site: Site, run: Run) -> None:
    serve(site, range(1, 2))
    site.answers["/robots.txt"] = hang
    report = run(declare(site.base, more=NO_LIST), settings={"DOWNLOAD_TIMEOUT": 1})
    assert dict(report.failures) == {Failure.TIMEOUT: 1}


def test_an_address_that_leads_to_another_is_asked_once(site: Site, store: Store, run: Run) -> None:
    site.page("/rss", feed(site.base, [1]).replace("/news/articleView.html?idxno=1", "/read/1"), kind="application/xml")
    site.answers["/read/1"] = redirect("/story/1", 301)
    site.page("/story/1", article("옮겨 간 글"))
    source = declare(site.base, "feed", 'feeds = ["/rss"]\narticle = "{site}/(?:read|story)/(?P<id>[0-9]+)"')
    assert run(source).new == 1
    site.page("/rss", feed(site.base, [1]).replace("/news/articleView.html?idxno=1", "/read/1") + " ", kind="text/xml")
    assert run(source).asked == 0
    rows = store.rows("SELECT url, state, failure_detail FROM articles ORDER BY state")
    assert [tuple(row) for row in rows] == [
        (f"{site.base}/story/1", "fetched", None),
        (f"{site.base}/read/1", "gone", f"{site.base}/story/1"),
    ]


def test_one_address_that_all_pages_name_as_theirs_folds_nothing(site: Site, store: Store, run: Run) -> None:
    site.page("/rss", feed(site.base, [1, 2]).replace("/news/articleView.html?idxno=", "/read/"), kind="text/xml")
    for number in (1, 2):
        link = f'<link rel="canonical" href="{site.base}/read/9">'
        site.page(f"/read/{number}", article(f"제목 {number}").replace("</title>", f"</title>{link}"))
    run(declare(site.base, "feed", 'feeds = ["/rss"]\narticle = "{site}/read/(?P<id>[0-9]+)"'))
    found = store.rows("SELECT url FROM articles WHERE state = 'fetched' ORDER BY url")
    assert [row["url"] for row in found] == [f"{site.base}/read/1", f"{site.base}/read/2"]


def test_what_a_run_left_out_by_its_day_is_found_by_the_next(site: Site, run: Run) -> None:
    serve(site, range(1, 3))
    source = declare(site.base, more=NO_LIST)
    assert run(source, since=datetime(2025, 3, 5, tzinfo=KST)).asked == 0
    assert run(source).new == 2


def test_half_a_character_in_script_data_costs_nothing(site: Site, store: Store, run: Run) -> None:
    serve(site, range(1, 2))
    stated = json.dumps({"@type": "NewsArticle", "articleBody": "\ud83d" + " ".join(SENTENCES * 2)})
    script = f'<script type="application/ld+json">{stated}</script>'
    site.page(view(1), f"<title>반쪽 글자가 든 글</title>{script}")
    report = run(declare(site.base, more=NO_LIST))
    assert (report.new, report.details) == (1, [])
