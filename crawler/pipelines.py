"""From a read page to a row: check it, store it. One job each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy.crawler import Crawler

from crawler.changes import dealt_with
from crawler.charset import damage, encodable
from crawler.failures import FINAL, Failure
from crawler.items import Failed, Fetched
from db import DatabaseError

if TYPE_CHECKING:
    from crawler.spiders.base import SourceSpider

_MOST_DAMAGE = 0.005  # share of undecodable characters above which a text is no text


class _OfSpider:
    """A pipeline that knows its spider."""

    def __init__(self, spider: SourceSpider) -> None:
        self.spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> _OfSpider:
        return cls(crawler.spider)  # type: ignore[arg-type]


class CheckText(_OfSpider):
    """Turns an article whose text is damaged into a failure; a few broken characters are marked as such."""

    def process_item(self, item: Fetched | Failed) -> Fetched | Failed:
        if isinstance(item, Failed):
            return item
        article = replace(item.article, title=encodable(item.article.title), text=encodable(item.article.text))
        if (share := damage(article.title + article.text)) > _MOST_DAMAGE:
            return Failed(item.asked_url, Failure.CHARSET, f"{share:.1%} of the characters cannot be decoded")
        return replace(item, article=article)


class StoreArticle(_OfSpider):
    """Stores articles and failures, and counts them."""

    def process_item(self, item: Fetched | Failed) -> Fetched | Failed:
        try:
            if isinstance(item, Failed):
                self._failed(item)
            else:
                self._fetched(item)
        except DatabaseError as error:  # a full disk, say: what was not kept must be named again by the feed
            self.spider.report.left += 1
            self.spider.report.cut = str(error)
            raise
        except Exception as error:
            url = item.asked_url if isinstance(item, Fetched) else item.url
            self.spider.logger.exception("%s: storing failed", url)
            self._failed(Failed(url, Failure.INTERNAL, f"{type(error).__name__}: {error}"))
        return item

    def _fetched(self, item: Fetched) -> None:
        spider, article = self.spider, item.article
        with spider.store.transaction():
            if article.url != item.asked_url:
                # Else it would be asked for again whenever a listing that names it changes.
                spider.store.save_failure(item.asked_url, spider.source.id, Failure.MOVED, article.url, gone=True)
            saved = spider.store.save_article(
                url=article.url,
                source_id=spider.source.id,
                title=article.title,
                text=article.text,
                published_at=article.published,
                updated_at=article.updated,
                lang=article.lang,
            )
        if change := spider.reread.get(item.asked_url):
            dealt_with(spider.store, spider.source.id, item.asked_url, change)
        report = spider.report
        report.new += saved == "new"
        report.changed += saved == "changed"
        report.unchanged += saved == "unchanged"
        report.dated += article.published is not None
        report.generic += article.layout == "generic"
        report.expired_layouts += article.expired
        report.saw(article.published)
        spider.progress()

    def _failed(self, item: Failed) -> None:
        spider = self.spider
        if item.url not in spider.reread or item.failure == Failure.GONE:  # else what is stored stands
            spider.store.save_failure(
                item.url,
                spider.source.id,
                str(item.failure),
                item.detail,
                retry=item.failure not in FINAL,
                gone=item.failure == Failure.GONE,
            )
        spider.report.article_failed(item.url, item.failure, item.detail)
        spider.progress()
