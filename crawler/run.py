"""Runs the spiders of many sources in this process, within time limits, and says what each did."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.settings import Settings

from crawler import settings as project
from crawler.dates import KST
from crawler.guard import GuardedResolver
from crawler.reactor import run_on_reactor
from crawler.report import Report
from crawler.source import Source
from crawler.spiders import spider_class
from crawler.spiders.archive import archive_spider
from crawler.spiders.base import SourceSpider, source_row
from db import Store

logger = logging.getLogger(__name__)

_AT_ONCE = 16  # sources crawled at the same time; each asks its own host only
_GRACE = 5.0  # seconds a source that is told to stop has for answers under way

Progress = Callable[[Report], None]
SpiderOf = Callable[[Source], type[SourceSpider]]


def crawl(
    database: str | Path | Store,
    sources: Iterable[Source],
    *,
    run_id: int | None = None,
    since: datetime | None = None,
    time_limit: float | None = None,
    source_time_limit: float | None = 600.0,
    settings: Mapping[str, Any] | None = None,
    on_progress: Progress | None = None,
    spider: SpiderOf = spider_class,
) -> list[Report]:
    """Crawls `sources` into the database and returns a report for each, in their order.

    `since` leaves out what feeds date before it; `time_limit` bounds the whole, `source_time_limit` each source (both
    in seconds); `settings` override `crawler.settings`; `on_progress` is called after every article. With `run_id`
    each report is also kept as a ``run_sources`` row. What a run cannot finish is left for the next; nothing is lost.
    `since` without a zone is Korean time; `spider` gives the class that crawls a source.
    """
    sources = list(sources)
    store = database if isinstance(database, Store) else Store(database)
    try:
        store.sync_sources(map(source_row, sources))
        run = _Run(store, since, settings, on_progress, source_time_limit, spider)
        deadline = time.monotonic() + time_limit if time_limit else None
        reports = run_on_reactor(lambda: run.all(sources, deadline))
        if run_id is not None:
            for report in reports:
                store.save_source_run(run_id, report.source_id, **report.row())
        return reports
    finally:
        if store is not database:
            store.close()


def backfill(
    database: str | Path | Store,
    source: Source,
    since: datetime,
    *,
    limit: int = 1000,
    time_limit: float | None = None,
    settings: Mapping[str, Any] | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Crawls what a source published since a moment out of its archive pages, at most `limit` articles (the report's
    `left` says whether there is more) within `time_limit` seconds. Called again, it goes on where it left off."""
    return crawl(
        database,
        [source],
        since=since,
        time_limit=time_limit,
        source_time_limit=None,
        settings={**(settings or {}), "JEHYU_ARTICLES_PER_RUN": limit},
        on_progress=on_progress,
        spider=archive_spider,
    )[0]


class _Run:
    def __init__(
        self,
        store: Store,
        since: datetime | None,
        settings: Mapping[str, Any] | None,
        on_progress: Progress | None,
        source_time_limit: float | None,
        spider: SpiderOf,
    ) -> None:
        self.store = store
        self.spider = spider
        self.since = since.replace(tzinfo=KST) if since and since.tzinfo is None else since
        self.on_progress = on_progress
        self.source_time_limit = source_time_limit
        self.settings = Settings({**project.project_settings(), **(settings or {})})
        if "USER_AGENT" not in (settings or {}):
            self.settings.set("USER_AGENT", project.user_agent(self.settings["JEHYU_CONTACT"]))
        self.places = asyncio.Semaphore(_AT_ONCE)

    async def all(self, sources: list[Source], deadline: float | None) -> list[Report]:
        GuardedResolver(self.settings.getfloat("DNS_TIMEOUT")).install_on_reactor()
        return await asyncio.gather(*(self.one(source, deadline) for source in sources))

    async def one(self, source: Source, deadline: float | None) -> Report:
        async with self.places:
            limit = self._limit(deadline)
            if limit is not None and limit <= 0:
                return Report(source.id, cut="the run's time was over before its turn")
            crawler = Crawler(self.spider(source), self.settings.copy())
            task = asyncio.ensure_future(
                crawler.crawl_async(store=self.store, since=self.since, on_progress=self.on_progress)
            )
            await asyncio.wait([task], timeout=limit)
            if not task.done():
                await self._stop(crawler, task)
            return self._report(source, crawler, task)

    def _limit(self, deadline: float | None) -> float | None:
        limits = [self.source_time_limit] if self.source_time_limit else []
        if deadline is not None:
            limits.append(deadline - time.monotonic())
        return min(limits, default=None)

    async def _stop(self, crawler: Crawler, task: asyncio.Future[None]) -> None:
        stop = asyncio.ensure_future(crawler.stop_async())
        await asyncio.wait([task, stop], timeout=_GRACE)
        if not task.done():
            task.cancel()

    def _report(self, source: Source, crawler: Crawler, task: asyncio.Future[None]) -> Report:
        report: Report = getattr(crawler.spider, "report", None) or Report(source.id)
        if not task.done():
            report.cut = "time limit"
        elif error := task.exception():
            logger.error("%s: the spider failed", source.id, exc_info=error)
            report.cut = f"{type(error).__name__}: {error}"
        return report
