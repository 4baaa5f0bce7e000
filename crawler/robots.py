"""robots.txt as RFC 9309 has it: where it cannot be reached, nothing of the host is asked for until it can."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

if TYPE_CHECKING:
    from scrapy.robotstxt import RobotParser


class RobotsUnreachable(IgnoreRequest):
    """The host's robots.txt could not be had; `cause` is why, or None where the server answered with an error."""

    def __init__(self, detail: str, cause: Exception | None = None) -> None:
        super().__init__(detail)
        self.cause = cause


class RobotsFirst(RobotsTxtMiddleware):
    """Scrapy's middleware, which takes an unreachable robots.txt for one that allows everything, made strict.

    401, 403, 404 and the like mean that there are no rules; so does an endless redirection. A server error, 429 or no
    answer means that the rules cannot be known now.
    """

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._unreachable: dict[str, RobotsUnreachable] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """One at a time for each host: of several that wait for its rules, Scrapy tells them to the first only and lets
        the others pass."""
        async with self._turns[urlparse_cached(request).netloc]:
            return await super().robot_parser(request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if unreachable := self._unreachable.get(urlparse_cached(request).netloc):
            raise unreachable
        super().process_request_2(rp, request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            raise RobotsUnreachable(
                f"{response.url} answers HTTP {response.status}: nothing may be asked until it is back"
            )
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, RobotsUnreachable):
            self._unreachable[netloc] = exc
        elif "max redirections" not in str(exc):
            self._unreachable[netloc] = RobotsUnreachable(f"robots.txt of {netloc}: {exc}", exc)
        super()._robots_error(exc, netloc)
