"""The spiders: one class a CMS family."""

from crawler.source import Source
from crawler.spiders.arc import ArcSpider
from crawler.spiders.base import SourceSpider
from crawler.spiders.fulltext import FullTextSpider
from crawler.spiders.html import (
    FeedSpider,
    ListingSpider,
    NdsoftSpider,
    NewsroomSpider,
    SitemapSpider,
    WordPressSpider,
)
from crawler.spiders.jsonapi import JsonApiSpider

FAMILIES: dict[str, type[SourceSpider]] = {
    spider.family: spider
    for spider in (
        NdsoftSpider, WordPressSpider, FeedSpider, FullTextSpider, SitemapSpider, ListingSpider, ArcSpider,
        JsonApiSpider, NewsroomSpider,
    )
}  # fmt: skip


def spider_class(source: Source) -> type[SourceSpider]:
    """The family's spider, bound to one source, under its name."""
    return type(f"{FAMILIES[source.family].__name__}_{source.id}", (FAMILIES[source.family],), {
        "name": source.id, "source": source,
    })  # fmt: skip
