"""Outlets whose list is JSON; an item may hold the article, or the page may hold it as data for its scripts."""

from __future__ import annotations

from crawler.article import Article, read_entry
from crawler.discovery import Entry
from crawler.spiders.base import SourceSpider


class JsonApiSpider(SourceSpider):
    """Reads articles out of the API where it gives bodies, else from their pages."""

    family = "jsonapi"

    def article_from_entry(self, entry: Entry, url: str) -> Article | None:
        return read_entry(entry, self.source)
