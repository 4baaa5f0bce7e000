"""What one source did in one run: counted while it is crawled, and judged at its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from crawler.failures import Failure


class Outcome(StrEnum):
    """How a source fared in a run."""

    NOT_RUN = "not_run"  # nothing was asked: off, or the run's time was over before its turn
    OK = "ok"  # new articles
    NOTHING_NEW = "nothing_new"  # read without trouble; no article that was not known
    PARTIAL = "partial"  # new articles, and some that could not be read, or an entry point that failed
    BROKEN = "broken"  # nothing could be had


@dataclass
class Report:
    """Counts of one source in one run. `entries` are feeds, sitemaps, lists and APIs; the rest counts articles."""

    source_id: str
    entries_asked: int = 0
    entries_unchanged: int = 0
    entries_failed: int = 0
    asked: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    left: int = 0
    dated: int = 0
    expired_layouts: int = 0
    generic: int = 0
    newest_at: datetime | None = None
    failures: Counter[Failure] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)
    cut: str | None = None

    def entry_failed(self, url: str, failure: Failure, detail: str) -> None:
        self.entries_failed += 1
        self._note(url, failure, detail)

    def article_failed(self, url: str, failure: Failure, detail: str) -> None:
        self.failed += 1
        self._note(url, failure, detail)

    def saw(self, published: datetime | None) -> None:
        """Keeps the newest publication time met in a feed or an article."""
        if published and (self.newest_at is None or published > self.newest_at):
            self.newest_at = published

    @property
    def outcome(self) -> Outcome:
        if not self.entries_asked and not self.asked:
            return Outcome.NOT_RUN
        troubled = bool(self.failed or self.entries_failed or self.cut)
        if self.new or self.changed:
            return Outcome.PARTIAL if troubled else Outcome.OK
        readable = self.entries_asked > self.entries_failed
        if not readable or (self.failed and self.failed == self.asked):
            return Outcome.BROKEN
        return Outcome.PARTIAL if troubled else Outcome.NOTHING_NEW

    def __str__(self) -> str:
        failures = ", ".join(f"{failure} {count}" for failure, count in sorted(self.failures.items()))
        line = f"{self.source_id}: {self.outcome}, {self.new} new, {self.unchanged} known"
        return f"{line}, failed: {failures}" if failures else line

    def row(self) -> dict[str, Any]:
        """The values of a ``run_sources`` row."""
        return {
            "outcome": str(self.outcome),
            "asked": self.asked,
            "new": self.new,
            "unchanged": self.unchanged,
            "failed": self.failed,
            "failures": {str(failure): count for failure, count in sorted(self.failures.items())},
            "newest_at": self.newest_at,
        }

    def _note(self, url: str, failure: Failure, detail: str) -> None:
        self.failures[failure] += 1
        if len(self.details) < 50:
            self.details.append(f"{failure}: {url}: {detail}")
