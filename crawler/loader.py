"""Gives Scrapy one spider a declared source, so that `scrapy list` and `scrapy crawl NAME` know them all."""

from __future__ import annotations

from pathlib import Path

from scrapy import Request, Spider
from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoaderProtocol

from crawler.source import BUNDLED, Source, load_sources
from crawler.spiders import spider_class


def all_sources(settings: BaseSettings) -> dict[str, Source]:
    """The bundled sources and those of the setting JEHYU_SOURCES."""
    return load_sources(BUNDLED, *map(Path, settings.getlist("JEHYU_SOURCES")))


class SourceLoader(SpiderLoaderProtocol):
    """Scrapy's SPIDER_LOADER_CLASS: spiders come from declarations, not from modules."""

    def __init__(self, settings: BaseSettings) -> None:
        self.sources = all_sources(settings)

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> SourceLoader:
        return cls(settings)

    def load(self, spider_name: str) -> type[Spider]:
        if spider_name not in self.sources:
            raise KeyError(f"no source called {spider_name}; `scrapy list` shows all")
        return spider_class(self.sources[spider_name])

    def find_by_request(self, request: Request) -> list[str]:
        return [name for name, source in self.sources.items() if source.is_article(request.url)]

    def list(self) -> list[str]:
        return sorted(self.sources)
