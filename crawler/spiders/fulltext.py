"""Outlets whose feed carries whole articles: their pages are asked for only where the feed's text is cut."""

from crawler.article import Article, read_entry
from crawler.discovery import Entry
from crawler.spiders.base import SourceSpider


class FullTextSpider(SourceSpider):
    """Reads articles out of the feed."""

    family = "fulltext"

    def article_from_entry(self, entry: Entry, url: str) -> Article | None:
        return read_entry(entry, self.source)
