"""Fetches news pages and reads them into articles: what an outlet is, the spiders, the reading of a page."""

from crawler.report import Outcome, Report
from crawler.run import backfill, crawl
from crawler.source import Source, SourceError, load_sources, parse_sources, select

__all__ = ["Outcome", "Report", "Source", "SourceError", "backfill", "crawl", "load_sources", "parse_sources", "select"]
