"""Every family in its own layout over HTTP: the demo newsroom, first as it is, then with every tenth answer hostile."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hostile_server import FAST, Site

from benchmarks.bad_answers import Answer, Handler, gzip_bomb, hang, huge, redirect, truncated_gzip, wrong_length
from crawler import Outcome, Source, crawl
from crawler.failures import Failure
from crawler.urls import canonical_url
from db import Store
from jehyu.demo.newsroom import Newsroom

WHOLE_IN_FEED = {"sol", "didim", "ongyeol", "dalmuri"}  # a page that fails costs these nothing


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(first_port=0) as running:
        yield running


def test_every_family_is_read_exactly(newsroom: Newsroom, store: Store) -> None:
    sources = {source.id: source for source in newsroom.sources()}
    reports = crawl(store, sources.values(), settings=FAST)
    assert {report.source_id: report.details for report in reports if report.outcome != Outcome.OK} == {}
    assert {"ndsoft", "wordpress", "feed", "fulltext", "sitemap", "arc", "jsonapi", "newsroom"} <= {
        source.family for source in sources.values()
    }
    for story in newsroom.stories:
        if story.outlet in sources:
            url = canonical_url(newsroom.url(story), sources[story.outlet])
            row = store.row("SELECT id, title, lang, published_at FROM articles WHERE url = ?", [url])
            assert row is not None, url
            assert tuple(row)[1:] == (story.title, story.lang, story.published.isoformat())
            assert store.article_text(row["id"]) == story.text


def test_unchanged_rerun_asks_for_no_article(newsroom: Newsroom, store: Store) -> None:
    sources = newsroom.sources()
    crawl(store, sources, settings=FAST)
    before = [tuple(row) for row in store.rows("SELECT * FROM articles ORDER BY id")]
    reports = crawl(store, sources, settings=FAST)
    asked = sum(report.entries_asked for report in reports)
    assert sum(report.entries_unchanged for report in reports) >= 0.95 * asked
    assert sum(report.asked for report in reports) == 0
    assert {report.outcome for report in reports} == {Outcome.NOTHING_NEW}
    assert [tuple(row) for row in store.rows("SELECT * FROM articles ORDER BY id")] == before


HOSTILE: list[tuple[Answer, Failure]] = [
    (hang, Failure.TIMEOUT),
    (lambda h: h.send(b"", 500), Failure.HTTP_ERROR),
    (truncated_gzip(b"<html>" + b"x" * 5000), Failure.TRUNCATED),
    (wrong_length, Failure.TRUNCATED),
    (redirect("http://169.254.169.254/latest/meta-data/"), Failure.FORBIDDEN_ADDRESS),
    (gzip_bomb, Failure.TOO_LARGE),
    (huge, Failure.TOO_LARGE),
    (lambda h: h.send(b"\x89PNG\r\n\x1a\n" + b"\x00" * 900), Failure.NOT_ARTICLE),
    (lambda h: h.send(b"", 302, Location=h.path), Failure.REDIRECT_LOOP),
]
BOMB = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel><title>&b;</title></channel></rss>'


class Front(Site):
    """Passes on what an outlet of the newsroom answers, except every tenth article."""

    def __init__(self, upstream: str, chosen: dict[str, Answer]) -> None:
        super().__init__()
        self.upstream = upstream
        self.answers = chosen
        self.answers_otherwise = self.relay

    def relay(self, handler: Handler) -> None:
        try:
            with urllib.request.urlopen(self.upstream + handler.path, timeout=10) as answer:
                body = answer.read().replace(self.upstream.encode(), self.base.encode())
                handler.send(body, kind=answer.headers["Content-Type"])
        except urllib.error.HTTPError as error:
            handler.send(b"", error.code)


@pytest.mark.slow
def test_a_tenth_of_hostile_answers_costs_only_that_tenth(newsroom: Newsroom, store: Store) -> None:
    served = {source.id for source in newsroom.sources()}
    chosen: dict[str, dict[str, Answer]] = {outlet: {} for outlet in served}
    expected: Counter[Failure] = Counter()
    stories = [story for story in newsroom.stories if story.outlet in served - WHOLE_IN_FEED]
    hostile = stories[::10]
    for story, (answer, failure) in zip(hostile, HOSTILE * 3, strict=False):
        path = newsroom.url(story).removeprefix(newsroom.bases[story.outlet])
        chosen[story.outlet][path] = answer
        expected[failure] += 1
    with ExitStack() as running:
        fronts = {o: running.enter_context(Front(newsroom.bases[o], chosen[o])) for o in served}
        sources = [moved(source, fronts[source.id].base) for source in newsroom.sources()]
        extra = running.enter_context(Site())
        extra.page("/feed", BOMB, kind="application/xml")
        sources.append(
            sources[0].model_copy(update={"id": "bomb", "home": extra.base, "feeds": ("/feed",), "lists": ()})
        )
        begun = time.monotonic()
        reports = crawl(store, sources, settings=FAST, time_limit=90)
        took = time.monotonic() - begun
    expected[Failure.FEED_BROKEN] += 1
    assert took < 90
    assert sum((report.failures for report in reports), Counter()) == expected
    assert sum(report.new for report in reports) == len([s for s in newsroom.stories if s.outlet in served]) - len(
        hostile
    )


def moved(source: Source, home: str) -> Source:
    return source.model_copy(update={"home": home})


def test_running_the_newsroom_twice_keeps_apart_what_is_stored(newsroom: Newsroom, tmp_path: Path) -> None:
    """A crawl by path opens and closes its own store."""
    database = tmp_path / "own.db"
    (report,) = crawl(database, newsroom.sources("saebyeok"), settings=FAST)
    assert report.new
    store = Store(database)
    assert len(store.rows("SELECT id FROM articles")) == report.new
    store.close()
