"""Which failure class an exception of Scrapy, Twisted or ours stands for."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet import error as net
from twisted.web.client import ResponseFailed

from crawler.failures import Failure, ReadError, of_status
from crawler.guard import ForbiddenAddress
from crawler.middlewares import TruncatedBody
from crawler.robots import RobotsUnreachable

_CLASSES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Failure], ...] = (
    (ForbiddenAddress, Failure.FORBIDDEN_ADDRESS),
    (UnsupportedURLSchemeError, Failure.FORBIDDEN_ADDRESS),
    ((TruncatedBody, ResponseDataLossError, EOFError), Failure.TRUNCATED),
    ((DownloadTimeoutError, net.TimeoutError, net.TCPTimedOutError, TimeoutError), Failure.TIMEOUT),
    (DownloadCancelledError, Failure.TOO_LARGE),
    ((CannotResolveHostError, DownloadConnectionRefusedError, net.DNSLookupError), Failure.UNREACHABLE),
    ((DownloadFailedError, ResponseFailed, net.ConnectError, net.ConnectionClosed), Failure.UNREACHABLE),
)


def classify(error: BaseException | None) -> tuple[Failure, str]:
    """The class of `error` and one line on it."""
    if isinstance(error, ReadError):
        return error.failure, error.detail
    if isinstance(error, HttpError):
        return of_status(error.response.status), f"HTTP {error.response.status}"
    detail = " ".join(str(error).split())[:300] or type(error).__name__
    if isinstance(error, RobotsUnreachable):
        return classify(error.cause)[0] if error.cause else Failure.ROBOTS_UNREACHABLE, detail
    for kind, failure in _CLASSES:
        if isinstance(error, kind):
            return failure, detail
    if isinstance(error, IgnoreRequest):
        return _ignored(detail), detail
    return Failure.INTERNAL, f"{type(error).__name__}: {detail}"


def _ignored(detail: str) -> Failure:
    """Scrapy tells these apart by their text only."""
    if "robots.txt" in detail:
        return Failure.ROBOTS
    if "max redirections" in detail:
        return Failure.REDIRECT_LOOP
    return Failure.TOO_LARGE if "DOWNLOAD_MAXSIZE" in detail else Failure.INTERNAL
