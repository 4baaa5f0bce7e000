"""What all spiders share: ask the outlet's entry points, follow what is new, read it, account for every answer."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils.gz import gunzip
from twisted.python.failure import Failure as TwistedFailure

from crawler.article import Article, read_article, read_entry
from crawler.changes import changed_since
from crawler.charset import decode
from crawler.dates import KST
from crawler.discovery import Entry, Listing, newest_first, read_api, read_feed, read_list, read_sitemap
from crawler.errors import classify
from crawler.failures import Failure, ReadError
from crawler.items import Failed, Fetched
from crawler.report import Report
from crawler.source import Source
from crawler.urls import canonical_url
from db import Store

_MOST_CHILD_SITEMAPS = 3
_FROZEN = timedelta(days=14)
_BINARY = re.compile(rb"^(?:%PDF|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04|\x00\x00\x00.ftyp|RIFF|OggS|ID3)")
_TEXT_TYPES = re.compile(r"text/|html|xml|json|rss|atom|^$|octet-stream", re.IGNORECASE)

# What these say with a traceback stands in the report as one line.
for _noisy in ("downloadermiddlewares.robotstxt", "downloadermiddlewares.httpcompression", "core.downloader"):
    logging.getLogger(f"scrapy.{_noisy}").setLevel(logging.CRITICAL)

Item = Fetched | Failed
Reader = Callable[[str, str, datetime], Listing]


class SourceSpider(scrapy.Spider):
    """Crawls one source. A family overrides `article_from` (how a page is read) or `item_from` (what needs no page)."""

    name = "source"
    family: ClassVar[str]
    source: Source

    def __init__(
        self,
        *,
        source: Source | None = None,
        store: Store | None = None,
        since: datetime | None = None,
        on_progress: Callable[[Report], None] | None = None,
    ) -> None:
        self.source = source or self.source
        super().__init__(self.source.id)
        self._given_store = store
        self.since = since
        self.report = Report(self.source.id)
        self._on_progress = on_progress
        self.reread: dict[str, datetime] = {}
        """Stored articles that are fetched again in this run, with the change that the outlet names."""
        self._seen: set[str] = set()
        self._entries: set[str] = set()
        self._visits: dict[str, dict[str, str | None]] = {}
        self._newest: dict[str, datetime] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> SourceSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.store = spider._given_store or _own_store(crawler, spider.source)
        spider.limit = crawler.settings.getint("JEHYU_ARTICLES_PER_RUN")
        spider.reread_limit = crawler.settings.getint("JEHYU_REREAD_PER_RUN")
        return spider

    store: Store
    limit: int
    reread_limit: int

    # Entry points

    async def start(self) -> AsyncIterator[Request]:
        for url in self.store.retryable(self.source.id):
            yield self._ask_article(Entry(url))
        for request in self.entry_requests():
            yield request

    def entry_requests(self) -> Iterator[Request]:
        """One conditional request for each feed, sitemap, list page and API of the source."""
        source = self.source
        for url in source.feeds:
            yield self._ask_entry(source.absolute(url), read_feed)
        for url in source.sitemaps:
            yield self._ask_entry(source.absolute(url), read_sitemap)
        for url in source.lists:
            yield self._ask_entry(source.absolute(url), read_list)
        if source.api:
            api = source.api
            yield self._ask_entry(source.absolute(api.url), lambda text, url, now: read_api(text, api, url, now))

    def _ask_entry(self, url: str, reader: Reader) -> Request:
        self.report.entries_asked += 1
        self._entries.add(url)
        state = self.store.feed_state(url) or {}
        conditions = {"If-None-Match": state.get("etag"), "If-Modified-Since": state.get("last_modified")}
        return Request(
            url,
            self.parse_entry,
            errback=self.entry_error,
            headers={name: value for name, value in conditions.items() if value},
            priority=10,
            dont_filter=True,
            meta={"handle_httpstatus_list": [304]},
            cb_kwargs={"reader": reader, "address": url, "known_hash": state.get("content_hash")},
        )

    def parse_entry(
        self,
        response: Response,
        reader: Reader,
        address: str,
        known_hash: str | None,
    ) -> Iterator[Request | Item]:
        """Reads an entry point, unless it has not changed since all it named was dealt with."""
        digest = hashlib.sha256(response.body).hexdigest()
        same = response.status == 304 or digest == known_hash
        self.report.entries_unchanged += same
        if same and b"<sitemapindex" not in response.body:  # an index may stay while what it names changes
            return
        try:
            text, _ = decode(unzipped(response), header(response, "Content-Type"), self.source.charset)
            found = reader(text, response.url, datetime.now(KST))
            yield from self.children(found.children)
            yield from self.follow(found.entries)
        except ReadError as error:
            self.report.entry_failed(address, error.failure, error.detail)
        except Exception as error:
            self.logger.exception("%s: reading failed", address)
            self.report.entry_failed(address, Failure.INTERNAL, f"{type(error).__name__}: {error}")
        else:
            # Only now: what was not gone through to its end must be named again by the next run.
            self._visited(address, found, response, digest)

    def children(self, sitemaps: list[Entry]) -> Iterator[Request]:
        """Asks for the newest sitemaps of an index, each once."""
        for sitemap in sitemaps[:_MOST_CHILD_SITEMAPS]:
            if sitemap.url not in self._entries:
                yield self._ask_entry(sitemap.url, read_sitemap)

    def _visited(self, address: str, found: Listing, response: Response, digest: str) -> None:
        if any(map(self._too_old, found.entries)):
            return  # left out by this run's --since, not for good
        self._visits[address] = {
            "etag": None if found.children else header(response, "ETag"),
            "last_modified": None if found.children else header(response, "Last-Modified"),
            "content_hash": digest,
        }
        if times := [entry.published for entry in found.entries if entry.published]:
            self._newest[address] = max(times)

    def entry_error(self, failure: TwistedFailure) -> None:
        """An entry point that could not be fetched."""
        self.report.entry_failed(request_of(failure).url, *classify(failure.value))

    # Articles

    def follow(self, entries: Iterable[Entry]) -> Iterator[Request | Item]:
        """Asks for every entry that is an article of this outlet, not too old and not known, newest first; then for
        those that are stored and that the outlet has changed since.

        All entries are looked at: an unstable order or a re-dated item must not hide a new one.
        """
        wanted = {}
        for entry in newest_first(list(entries)):
            self.report.saw(entry.published)
            url = canonical_url(entry.url, self.source)
            if url not in self._seen and self.source.is_article(url) and not self._too_old(entry):
                self._seen.add(url)
                wanted[url] = entry
        known = self.store.known_urls(wanted)
        changed = self.changed({url: wanted[url] for url in known})
        self.report.unchanged += len(known) - len(changed)
        for url, entry in wanted.items():
            if url in known:
                continue
            if self.report.asked >= self.limit:
                self.report.left += 1
            else:
                yield from self._take(entry, url)
        for url, change in changed.items():
            if len(self.reread) >= self.reread_limit:
                self.report.left += 1
            else:
                self.reread[url] = change
                yield from self._take(wanted[url], url)

    def changed(self, stored: Mapping[str, Entry]) -> dict[str, datetime]:
        """Those of the stored articles that are to be fetched again, with the change that their outlet names."""
        return changed_since(self.store, stored)

    def _take(self, entry: Entry, url: str) -> Iterator[Request | Item]:
        try:
            article = self.article_from_entry(entry, url)
        except Exception as error:  # one entry must not cost those after it
            self.logger.exception("%s: reading the entry failed", url)
            self.report.asked += 1
            yield Failed(url, Failure.INTERNAL, f"{type(error).__name__}: {error}")
            return
        if article:
            self.report.asked += 1
            yield Fetched(article, url)
        else:
            yield self._ask_article(replace(entry, url=url))

    def article_from_entry(self, entry: Entry, url: str) -> Article | None:
        """The article, if the entry holds all of it and its page need not be fetched."""
        return None

    def _ask_article(self, entry: Entry) -> Request:
        self.report.asked += 1
        self._seen.add(entry.url)
        return Request(
            self.page_address(entry.url),
            self.parse_article,
            errback=self.article_error,
            cb_kwargs={"entry": entry},
            dont_filter=True,
        )

    def page_address(self, url: str) -> str:
        """Where the article stored under `url` is fetched from."""
        return url

    def parse_article(self, response: Response, entry: Entry) -> Iterator[Item]:
        """Reads an article's page into an item; what cannot be read becomes a stored failure."""
        try:
            yield Fetched(self._read(response, entry), entry.url)
        except ReadError as error:
            yield self._feed_text_or(entry, error.failure, error.detail)
        except Exception as error:
            self.logger.exception("%s: reading failed", entry.url)
            yield Failed(entry.url, Failure.INTERNAL, f"{type(error).__name__}: {error}")

    def _read(self, response: Response, entry: Entry) -> Article:
        if _BINARY.match(response.body) or not _TEXT_TYPES.search(header(response, "Content-Type") or ""):
            raise ReadError(Failure.NOT_ARTICLE, f"no text but {header(response, 'Content-Type')}")
        if b"\x00" in response.body[:1024] and not response.body.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ReadError(Failure.NOT_ARTICLE, "binary content")
        moved = canonical_url(response.url, self.source)
        if self.source.patterns and not self.source.is_article(moved):
            raise ReadError(Failure.NOT_ARTICLE, f"redirected to {response.url}, which is no article of this outlet")
        text, _ = decode(response.body, header(response, "Content-Type"), self.source.charset)
        return self.article_from(text, response.url, entry)

    def article_from(self, text: str, url: str, entry: Entry) -> Article:
        """The article on a page. Raises ReadError."""
        return read_article(text, url, self.source, hint_title=entry.title, hint_date=entry.published)

    def article_error(self, failure: TwistedFailure) -> Iterator[Item]:
        """An article that could not be fetched."""
        yield self._feed_text_or(request_of(failure).cb_kwargs["entry"], *classify(failure.value))

    def _feed_text_or(self, entry: Entry, failure: Failure, detail: str) -> Item:
        """What the feed itself holds of an article whose page could not be had, if that is a text; else the failure."""
        stored = entry.url in self.reread  # from its page, which says more than a feed
        use_feed = not stored and failure not in (Failure.ROBOTS, Failure.GONE)
        article = read_entry(entry, self.source) if use_feed else None
        return Fetched(article, entry.url) if article else Failed(entry.url, failure, detail)

    # Account

    def progress(self) -> None:
        """Tells whoever watches that the counts have changed."""
        if self._on_progress:
            self._on_progress(self.report)

    def closed(self, reason: str) -> None:
        """Keeps what the entry points said, for the next conditional request, if all that they named was dealt with."""
        self._report_frozen()
        if reason != "finished":
            self.report.cut = reason
        elif not self.report.left:
            for url, visit in self._visits.items():
                self.store.save_feed_state(url, self.source.id, **visit)
        if not self._given_store:  # `scrapy crawl` has nobody else to say it
            self.logger.warning(str(self.report))
            self.store.close()

    def _report_frozen(self) -> None:
        """Names entry points that stand still while others of the outlet go on; they are read in full each time."""
        latest = max(self._newest.values(), default=None)
        for url, newest in self._newest.items():
            if latest and latest - newest > _FROZEN:
                self._visits.pop(url, None)
                self.report.entry_failed(url, Failure.FEED_FROZEN, f"newest item is of {newest:%Y-%m-%d}")

    def _too_old(self, entry: Entry) -> bool:
        return bool(self.since and entry.published and entry.published < self.since)


def _own_store(crawler: Crawler, source: Source) -> Store:
    """The database of the settings, for `scrapy crawl` on its own."""
    store = Store(crawler.settings["JEHYU_DATABASE"])
    if store.row("SELECT 1 FROM sources WHERE id = ?", [source.id]) is None:
        from crawler.loader import all_sources

        store.sync_sources(source_row(s) for s in all_sources(crawler.settings).values())
    return store


def source_row(source: Source) -> dict[str, Any]:
    """The values of a ``sources`` row."""
    return {
        **source.model_dump(include={"id", "name", "name_en", "family", "lang", "home"}),
        "enabled": source.enabled,
        "verified": str(source.verified) if source.verified else "unverified",
        "note": "; ".join(filter(None, (source.off, source.note))) or None,
    }


def request_of(failure: TwistedFailure) -> Request:
    """The request that failed."""
    request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
    return request


def header(response: Response, name: str) -> str | None:
    """A header's value, None where there is none."""
    value = response.headers.get(name)
    return value.decode("latin-1") if isinstance(value, bytes) else None


def unzipped(response: Response) -> bytes:
    """The body; a sitemap that is itself a .gz file is unpacked within the size limit."""
    if response.body.startswith(b"\x1f\x8b"):
        try:
            return gunzip(response.body, max_size=64 * 1024 * 1024)
        except Exception as error:
            raise ReadError(Failure.TRUNCATED, f"cannot be unpacked: {error}") from None
    return response.body
