"""What spiders hand to the pipelines."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.article import Article
from crawler.failures import Failure


@dataclass
class Fetched:
    """An article that was read, and the address it was asked under where that is another."""

    article: Article
    asked_url: str


@dataclass
class Failed:
    """An article that could not be had or read."""

    url: str
    failure: Failure
    detail: str
