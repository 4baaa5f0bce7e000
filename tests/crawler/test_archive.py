"""Going back through an outlet's archive: by numbered pages, by day, by sitemaps; broken off and taken up again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hostile_server import FAST, Site
from sample_pages import SENTENCES, article, declare

from benchmarks.bad_answers import Handler
from crawler import Outcome, Report, Source, backfill
from crawler.dates import KST
from crawler.failures import Failure
from db import Store
from jehyu.cli import main
from jehyu.demo import Newsroom

Back = Callable[..., Report]
NEWEST = datetime(2025, 3, 31, 9, tzinfo=KST)
PAGES = 'feeds = []\narchive = ["/list?page={page}"]'


def view(number: int) -> str:
    return f"/news/articleView.html?idxno={number}"


def day_of(number: int) -> datetime:
    """Article 60 is of the newest day, each before it a day older."""
    return NEWEST - timedelta(days=60 - number)


@pytest.fixture
def archive(site: Site) -> Site:
    """Sixty articles, one a day, on numbered pages of ten; behind the last page, the first again."""
    for number in range(1, 61):
        text = [f"{number}번째 소식이다. {SENTENCES[0]}", *SENTENCES[1:]]
        site.page(view(number), article(f"제목 {number}", text, day_of(number).isoformat()))
    for page in range(1, 200):
        top = 60 - 10 * (page - 1) if page <= 6 else 60
        links = "".join(f'<li><a href="{view(n)}">기사 {n}</a></li>' for n in range(top, top - 10, -1))
        popular = f'<aside><a href="{view(60)}">많이 본 기사</a></aside>'
        site.page(f"/list?page={page}", f"<html><body><ul>{links}</ul>{popular}</body></html>")
    return site


@pytest.fixture
def back(store: Store) -> Back:
    def back(source: Source, since: datetime = datetime(2024, 1, 1), **options: Any) -> Report:
        return backfill(store, source, since, settings={**FAST, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}, **options)

    return back


def stored(store: Store) -> int:
    return int(store.rows("SELECT count(*) FROM articles WHERE state = 'fetched'")[0][0])


def lists_asked(site: Site) -> list[str]:
    return [path for path, _ in site.headers if path.startswith("/list")]


def test_numbered_pages_are_walked_to_the_end(archive: Site, store: Store, back: Back) -> None:
    report = back(declare(archive.base, more=PAGES))
    assert (report.outcome, report.new, report.left, report.details) == (Outcome.OK, 60, 0, [])
    assert lists_asked(archive) == [f"/list?page={page}" for page in range(1, 8)]
    assert max(archive.requests.values()) == 1, "nothing is asked twice"


def test_the_walk_ends_at_the_day(archive: Site, store: Store, back: Back) -> None:
    report = back(declare(archive.base, more=PAGES), day_of(36).replace(tzinfo=None, hour=0))
    assert report.new in (30, 40), "by a page too far at most: only the pages' articles say how old they are"
    assert report.left == 0
    assert lists_asked(archive)[-1] in ("/list?page=4", "/list?page=5")
    oldest = store.rows("SELECT min(published_at) FROM articles")[0][0]
    assert datetime.fromisoformat(oldest) <= day_of(36)


def test_it_goes_on_where_it_left_off(archive: Site, store: Store, back: Back) -> None:
    source = declare(archive.base, more=PAGES)
    for calls in range(1, 4):
        archive.headers.clear()
        report = back(source, limit=25)
        assert report.new == min(25, 60 - 25 * (calls - 1))
        assert bool(report.left) == (calls < 3)
    assert lists_asked(archive)[0] == "/list?page=5", "pages that are done are not asked for again"
    assert stored(store) == 60
    archive.requests.clear()
    assert back(source).asked == 0, "a walk that was finished begins anew, and finds all known"
    assert not [path for path in archive.requests if path.startswith("/news/")]


def test_a_walk_that_is_cut_short_loses_nothing(archive: Site, store: Store, back: Back) -> None:
    good = archive.answers[view(35)]

    def slow(handler: Handler) -> None:
        import time

        time.sleep(3)
        good(handler)

    archive.answers[view(35)] = slow
    source = declare(archive.base, more=PAGES)
    assert back(source, time_limit=1.5).cut
    archive.answers[view(35)] = good
    back(source)
    assert stored(store) == 60


def test_pages_by_day_are_asked_back_to_the_day_and_a_missing_one_is_no_failure(
    site: Site, store: Store, back: Back
) -> None:
    today = datetime.now(KST)
    for ago in (0, 1, 3):
        day = today - timedelta(days=ago)
        site.page(view(ago), article(f"제목 {ago}", published=day.isoformat()))
        urls = f"<url><loc>{site.base}{view(ago)}</loc><lastmod>{day.isoformat()}</lastmod></url>"
        site.page(f"/map/{day:%Y%m%d}.xml", f"<urlset>{urls}</urlset>", kind="application/xml")
    source = declare(site.base, more='feeds = []\narchive = ["/map/{day:%Y%m%d}.xml"]')
    report = back(source, today - timedelta(days=3))
    assert (report.new, report.outcome) == (3, Outcome.OK)
    assert len([path for path in site.requests if path.startswith("/map/")]) == 4


def test_an_archive_that_is_not_there_is_said(site: Site, back: Back) -> None:
    report = back(declare(site.base, more='feeds = []\narchive = ["/map/{day:%Y%m%d}.xml"]'))
    assert (report.outcome, dict(report.failures)) == (Outcome.BROKEN, {Failure.GONE: 1})


def test_sitemaps_named_in_robots_txt_are_walked_those_of_old_months_not(site: Site, store: Store, back: Back) -> None:
    site.page("/robots.txt", f"User-agent: *\nAllow: /\nSitemap: {site.base}/index.xml", kind="text/plain")
    months = "".join(
        f"<sitemap><loc>{site.base}/{month}.xml</loc><lastmod>2025-{month}-28</lastmod></sitemap>"
        for month in ("01", "02", "03")
    )
    site.page("/index.xml", f"<sitemapindex>{months}</sitemapindex>", kind="application/xml")
    for number, month in enumerate(("01", "02", "03"), 1):
        when = f"2025-{month}-10T09:00:00+09:00"
        site.page(view(number), article(f"제목 {number}", published=when))
        urls = f"<url><loc>{site.base}{view(number)}</loc><lastmod>{when}</lastmod></url>"
        site.page(f"/{month}.xml", f"<urlset>{urls}</urlset>", kind="application/xml")
    source = declare(
        site.base, "feed", 'lists = ["/list"]\narticle = "{site}/news/articleView.html.idxno=(?P<id>[0-9]+)"'
    )
    report = back(source, datetime(2025, 2, 1))
    assert report.new == 2
    assert "/01.xml" not in site.requests


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(first_port=0) as running:
        yield running


@pytest.mark.parametrize("outlet", ["saebyeok", "didim", "byeol", "maru"])
def test_every_kind_of_archive_in_the_newsroom_is_read_whole(outlet: str, newsroom: Newsroom, tmp_path: Path) -> None:
    (source,) = newsroom.sources(outlet)
    report = backfill(tmp_path / "own.db", source, datetime(2020, 1, 1), settings=FAST)
    assert report.new == len([story for story in newsroom.stories if story.outlet == outlet])
    assert report.details == []


def test_the_command_needs_a_day_and_a_known_outlet(tmp_path: Path) -> None:
    database = ["--db", str(tmp_path / "own.db")]
    assert "--since" in CliRunner().invoke(main, ["backfill", "bloter", *database]).output
    assert "no source called" in CliRunner().invoke(main, ["backfill", "x", "--since", "2025-01-01", *database]).output
