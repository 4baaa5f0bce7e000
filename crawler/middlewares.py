"""Retries that wait, and a check that a compressed answer came whole."""

from __future__ import annotations

import asyncio
import zlib
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

_LONGEST = 60.0


class BackoffRetry(RetryMiddleware):
    """Scrapy's retry middleware with exponential back-off; ``Retry-After`` is obeyed up to a minute."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler.settings)
        self.crawler = crawler
        self.first = crawler.settings.getfloat("JEHYU_BACKOFF")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BackoffRetry:
        return cls(crawler)

    async def process_response(  # type: ignore[override]  # Scrapy awaits it
        self, request: Request, response: Response
    ) -> Request | Response:
        outcome = super().process_response(request, response)
        if isinstance(outcome, Request):
            asked = response.headers.get("Retry-After", b"") or b""
            await self._wait(outcome, float(asked) if asked.isdigit() else 0.0)
        return outcome

    async def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception
    ) -> Any:
        outcome = super().process_exception(request, exception)
        if isinstance(outcome, Request):
            await self._wait(outcome, 0.0)
        return outcome

    async def _wait(self, request: Request, asked: float) -> None:
        tries = request.meta.get("retry_times", 1)
        await asyncio.sleep(min(max(self.first * 2 ** (tries - 1), asked), _LONGEST))


class TruncatedBody(IgnoreRequest):
    """The compressed body ends before it is complete."""


class WholeBody:
    """Refuses a gzip body that is cut short, of which Scrapy would pass on what there is: half an article."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> WholeBody:
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_response(self, request: Request, response: Response) -> Response:
        encoding = response.headers.get("Content-Encoding", b"") or b""
        if encoding.lower() in (b"gzip", b"x-gzip") and response.body and not self._complete(response.body):
            raise TruncatedBody(f"{request.url}: the compressed answer ends early")
        return response

    def _complete(self, body: bytes) -> bool:
        stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
        size, rest = 0, body
        try:
            while rest and not stream.eof and size <= self.limit:
                size += len(stream.decompress(rest, 1 << 20))
                rest = stream.unconsumed_tail
        except zlib.error:
            return False
        # Over the limit it is for HttpCompressionMiddleware to refuse.
        return stream.eof or size > self.limit
