"""Why a fetch or a reading failed: the classes that are stored, counted and shown, and how one is told from another."""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """A failure class. The value stands in ``articles.failure`` and in ``run_sources.failures``."""

    UNREACHABLE = "unreachable"  # no such host, refused, reset, TLS
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"  # the answer ended early or its compression is broken
    BLOCKED = "blocked"  # 401, 403, 429, 451, or a challenge page instead of the page
    ROBOTS = "robots"  # robots.txt forbids it
    ROBOTS_UNREACHABLE = "robots_unreachable"  # robots.txt answers with an error: all is forbidden until it is back
    FORBIDDEN_ADDRESS = "forbidden_address"  # leads to a private, loopback or link-local address
    REDIRECT_LOOP = "redirect_loop"
    HTTP_ERROR = "http_error"
    GONE = "gone"  # 404, 410
    MOVED = "moved"  # no failure: this address leads to an article that is stored under another
    TOO_LARGE = "too_large"  # over the size limit, compressed or not
    FEED_BROKEN = "feed_broken"  # not the XML or JSON it should be
    FEED_DEAD = "feed_dead"  # answers, but is no feed (any more) or has no item
    FEED_FROZEN = "feed_frozen"  # stands still while other feeds of the outlet go on
    NOT_ARTICLE = "not_article"  # binary, or a page that is no article
    LAYOUT_CHANGED = "layout_changed"  # an article, but no body or title where they used to be
    EMPTY = "empty"
    CHARSET = "charset"
    INTERNAL = "internal"  # our fault: the detail has the exception


# Trying again later cannot help with these.
FINAL = frozenset({Failure.GONE, Failure.ROBOTS, Failure.FORBIDDEN_ADDRESS, Failure.NOT_ARTICLE})


class ReadError(Exception):
    """A page or feed that cannot be read, with its class and what was found."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(f"{failure}: {detail}")
        self.failure = failure
        self.detail = detail


def of_status(status: int) -> Failure:
    """The class of an HTTP status that is no success."""
    if status in (401, 403, 429, 451):
        return Failure.BLOCKED
    return Failure.GONE if status in (404, 410) else Failure.HTTP_ERROR
