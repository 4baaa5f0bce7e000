"""Spiders against a real HTTP server: what is read, what is asked again, and how every bad answer is accounted for."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hostile_server import Answer, Site, drip, gzip_bomb, hang, huge, redirect, truncated_gzip, wrong_length
from sample_pages import SENTENCES, article, declare, feed

from crawler import Outcome, Report
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
def test_bad_answer_is_stored_by_class_and_the_rest_is_read(name: str, site: Site, store: Store, run: Run) -> None:
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
