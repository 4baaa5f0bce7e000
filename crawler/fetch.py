"""Fetches a few pages for a person at the terminal, by the same rules as the spiders: robots, guard, limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.settings import Settings
from twisted.python.failure import Failure as TwistedFailure

from crawler import settings as project
from crawler.charset import decode
from crawler.errors import classify
from crawler.failures import Failure
from crawler.guard import GuardedResolver, host_and_port
from crawler.reactor import run_on_reactor


@dataclass(frozen=True)
class Page:
    """An answer: where it came from in the end, its text, and why it failed, if it did."""

    url: str
    text: str = ""
    failure: Failure | None = None
    detail: str = ""


class _Fetcher(scrapy.Spider):
    name = "fetch"

    def __init__(self, addresses: Iterable[str], pages: dict[str, Page]) -> None:
        super().__init__()
        self.addresses, self.pages = addresses, pages

    async def start(self) -> AsyncIterator[Request]:
        for address in self.addresses:
            yield Request(address, self.keep, errback=self.failed, dont_filter=True, cb_kwargs={"asked": address})

    def keep(self, response: Response, asked: str) -> None:
        header = (response.headers.get("Content-Type") or b"").decode("latin-1")
        self.pages[asked] = Page(response.url, decode(response.body, header)[0])

    def failed(self, failure: TwistedFailure) -> None:
        asked = failure.request.cb_kwargs["asked"]  # type: ignore[attr-defined]  # Scrapy puts it there
        self.pages[asked] = Page(asked, "", *classify(failure.value))


def fetch(addresses: Iterable[str], settings: Mapping[str, Any] | None = None) -> dict[str, Page]:
    """The pages at `addresses`, by address; what fails is a Page with its failure. The hosts named may be private."""
    addresses = list(dict.fromkeys(addresses))
    pages: dict[str, Page] = {}
    options = {**project.project_settings(), "ITEM_PIPELINES": {}, **(settings or {})}
    options["JEHYU_ALLOW_PRIVATE"] = [host_and_port(a) for a in addresses]

    async def work() -> None:
        GuardedResolver().install_on_reactor()
        await Crawler(_Fetcher, Settings(options)).crawl_async(addresses=addresses, pages=pages)

    run_on_reactor(work)
    return {a: pages.get(a, Page(a, "", Failure.INTERNAL, "no answer")) for a in addresses}
