"""Goes back through what an outlet published long ago: its archive pages one after another, down to a day.

The articles of a page are fetched before the next page is asked for, so that the walk can be broken off anywhere: what
is stored is not asked for again, and a mark says at which page to go on.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from urllib.parse import urljoin

from scrapy.http import Request, Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.charset import decode
from crawler.dates import KST
from crawler.discovery import Entry, read_any
from crawler.errors import classify
from crawler.failures import Failure, ReadError
from crawler.source import Source
from crawler.spiders import FAMILIES
from crawler.spiders.base import Item, SourceSpider, header, request_of, unzipped
from crawler.urls import canonical_url

_MOST_PAGES = 3000  # archive pages asked for in one go
_MOST_FAILURES = 5  # pages of a trail that fail one after another before it is given up
_AFTER_ARTICLES = -10  # priority: a page is asked for when no article waits


class Trail:
    """An archive address of a source and the pages on the way back from `mark` (None: from the newest).

    `template` may hold ``{page}``, counted from 1, or ``{day:%Y%m%d}``, counted back from today; without either it is
    one page: a sitemap, an index of sitemaps, a feed or a list.
    """

    def __init__(self, template: str, mark: str | None, since: date) -> None:
        self.template = template
        self.pages = self._pages(mark, since)
        self.failures = 0
        self.before: list[Entry] = []
        """The articles of the last page that stood on none before it."""

    @property
    def counted(self) -> bool:
        """Whether only its pages show where the trail ends."""
        return "{page" in self.template

    def _pages(self, mark: str | None, since: date) -> Iterator[tuple[str, str]]:
        """Mark and address of each page."""
        if self.counted:
            yield from ((str(page), self.template.format(page=page)) for page in count(int(mark or 1)))
        elif "{day" in self.template:
            day, last = date.fromisoformat(mark) if mark else datetime.now(KST).date(), ""
            while day >= since:
                address = self.template.format(day=day)
                if address != last:  # the page of a month comes once
                    yield day.isoformat(), address
                day, last = day - timedelta(days=1), address
        else:
            yield "", self.template


class ArchiveSpider(SourceSpider):
    """Walks a source's archive instead of asking for what is new; `archive_spider` joins it with a family's reading."""

    custom_settings = {"DEPTH_LIMIT": 0}  # noqa: RUF012  # Scrapy's name; each page leads to the next
    since: datetime

    async def start(self) -> AsyncIterator[Request]:
        named = self.source.archive or self.source.sitemaps or self.source.lists
        for template in map(self.source.absolute, named):
            state = self.store.feed_state(template) or {}
            for request in self._next_page(Trail(template, state.get("last_modified"), self.since.date())):
                yield request
        if not self.source.archive:
            yield Request(urljoin(self.source.home, "/robots.txt"), self.parse_robots, errback=self.no_robots)

    def parse_robots(self, response: Response) -> Iterator[Request]:
        """Walks the sitemaps that robots.txt names."""
        text, _ = decode(response.body)
        for address in re.findall(r"(?im)^\s*sitemap:\s*(https?://\S+)", text):
            yield from self._next_page(self._named(address))

    def no_robots(self, failure: TwistedFailure) -> None:
        """Where there is no robots.txt, it names no sitemap."""

    def parse_page(self, response: Response, trail: Trail, mark: str) -> Iterator[Request | Item]:
        """Follows the articles of one archive page, then asks for the next."""
        try:
            text, _ = decode(unzipped(response), header(response, "Content-Type"), self.source.charset)
            found = read_any(text, response.url, datetime.now(KST))
        except ReadError as error:
            yield from self._over(trail, mark, response.url, error.failure, error.detail)
            return
        trail.failures = 0
        for child in found.children:
            if child.published and child.published < self.since:
                continue
            yield from self._next_page(self._named(child.url))
        fresh = self._fresh(found.entries)
        if trail.counted and (not fresh or self._are_past(trail.before)):
            self._mark(trail, None)
            return
        trail.before = fresh
        yield from self.follow(found.entries)
        self._mark(trail, mark)
        if self.report.asked >= self.limit:
            self.report.left += 1
        else:
            yield from self._next_page(trail)

    def page_error(self, failure: TwistedFailure) -> Iterator[Request]:
        """An archive page that could not be fetched."""
        asked = request_of(failure)
        trail, mark = asked.cb_kwargs["trail"], asked.cb_kwargs["mark"]
        yield from self._over(trail, mark, asked.url, *classify(failure.value))

    def _over(self, trail: Trail, mark: str, url: str, failure: Failure, detail: str) -> Iterator[Request]:
        """Goes on behind a page that gave nothing; the numbered page behind the last is often missing, a day may be."""
        if trail.before and trail.counted and failure in (Failure.GONE, Failure.FEED_DEAD, Failure.EMPTY):
            self._mark(trail, None)
            return
        trail.failures += 1
        missing_day = failure == Failure.GONE and "{day" in trail.template and trail.failures < _MOST_FAILURES
        if missing_day:
            self.report.entries_asked -= 1
        else:
            self.report.entry_failed(url, failure, detail)
        if trail.failures < _MOST_FAILURES:
            yield from self._next_page(trail)

    def _named(self, address: str) -> Trail:
        """The trail of one page that the outlet named; only our own declarations have templates."""
        return Trail(address.replace("{", "%7B"), None, self.since.date())

    def _next_page(self, trail: Trail) -> Iterator[Request]:
        """The request for a trail's next page, unless another trail has come by it."""
        for mark, address in trail.pages:
            if address in self._entries:
                continue
            if len(self._entries) >= _MOST_PAGES:
                self.report.left += 1
                return
            self._entries.add(address)
            self.report.entries_asked += 1
            yield Request(
                address,
                self.parse_page,
                errback=self.page_error,
                dont_filter=True,
                priority=_AFTER_ARTICLES - len(self._entries),
                cb_kwargs={"trail": trail, "mark": mark},
            )
            return
        self._mark(trail, None)

    def _mark(self, trail: Trail, mark: str | None) -> None:
        """Notes where the next walk begins: at the page that is being dealt with, or anew."""
        if "{" in trail.template:
            self.store.save_feed_state(trail.template, self.source.id, last_modified=mark)

    def _fresh(self, entries: list[Entry]) -> list[Entry]:
        """The articles among `entries` that no page before has shown; menus and boxes show the same on all."""
        found = {canonical_url(e.url, self.source): e for e in entries if self.source.is_article(e.url)}
        return [replace(entry, url=url) for url, entry in found.items() if url not in self._seen]

    def _are_past(self, entries: list[Entry]) -> bool:
        """Whether all of these articles, which have been dealt with, are older than the day to go back to."""
        stored = self.store.rows(
            "SELECT url, published_at FROM articles WHERE url IN (SELECT value FROM json_each(?))",
            [json.dumps([entry.url for entry in entries])],
        )
        times = {e.url: e.published for e in entries if e.published}
        times |= {row["url"]: datetime.fromisoformat(row["published_at"]) for row in stored if row["published_at"]}
        return bool(times) and max(times.values()) < self.since

    def changed(self, stored: Mapping[str, Entry]) -> dict[str, datetime]:
        """An archive is gone through for what is missing; changes are the ordinary run's business."""
        return {}

    def closed(self, reason: str) -> None:
        if reason != "finished":
            self.report.cut = reason


def archive_spider(source: Source) -> type[SourceSpider]:
    """The spider that walks a source's archive and reads it as the spider of its family does."""
    family = FAMILIES[source.family]
    return type(f"Archive{family.__name__}_{source.id}", (ArchiveSpider, family), {"name": source.id, "source": source})
