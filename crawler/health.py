"""Whether each outlet is still read right: what its last runs brought, against what its declaration expects.

Three things that look alike are kept apart: the outlet was not asked; it was asked and has nothing new; it was asked
and should have had something.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from crawler.dates import KST
from crawler.failures import Failure
from crawler.report import Outcome
from crawler.source import Source

WINDOW = timedelta(days=7)
_FEWEST = 5  # articles below which a share says nothing


class Verdict(StrEnum):
    """How an outlet stands. `BROKEN`, `OVERDUE` and `DEGRADED` call for someone's attention."""

    OFF = "off"
    NOT_RUN = "not_run"
    OK = "ok"
    QUIET = "quiet"  # ran, nothing new, and that is nothing unusual
    OVERDUE = "overdue"  # ran, and should have had something
    DEGRADED = "degraded"  # brings articles, but not as well as it should
    BROKEN = "broken"  # ran, and nothing could be had


ALARMING = frozenset({Verdict.OVERDUE, Verdict.DEGRADED, Verdict.BROKEN})


@dataclass(frozen=True)
class Health:
    """One outlet's standing; `problems` are plain sentences, `failures` counts by class over the window."""

    source_id: str
    verdict: Verdict
    problems: tuple[str, ...] = ()
    failures: tuple[tuple[str, int], ...] = ()
    last_run_at: datetime | None = None
    newest_at: datetime | None = None
    articles: int = 0

    @property
    def alarming(self) -> bool:
        return self.verdict in ALARMING


def examine(conn: sqlite3.Connection, sources: Iterable[Source], now: datetime | None = None) -> list[Health]:
    """The standing of each source by the runs and articles of the last seven days. `conn` has rows by name."""
    now = now or datetime.now(KST)
    return [_examine(conn, source, now) for source in sources]


def _examine(conn: sqlite3.Connection, source: Source, now: datetime) -> Health:
    if source.off:
        return Health(source.id, Verdict.OFF, (source.off,))
    runs = _runs(conn, source.id, now)
    asked = [run for run in runs if run["outcome"] != Outcome.NOT_RUN]
    if not asked or runs[0]["outcome"] == Outcome.NOT_RUN:
        when = f"last on {asked[0]['started_at'][:10]}" if asked else "not in the last seven days"
        return Health(source.id, Verdict.NOT_RUN, (f"was not asked in the last run; {when}",))
    last = asked[0]
    failures: dict[str, int] = {}
    for run in asked:
        for failure, count in json.loads(run["failures"] or "{}").items():
            failures[failure] = failures.get(failure, 0) + count
    articles = _articles(conn, source.id, now)
    newest = max(filter(None, [articles["newest"], *(run["newest_at"] for run in asked)]), default=None)
    newest_at = datetime.fromisoformat(newest) if newest else None
    late = _lateness(source, articles, newest_at, _span(conn, source.id, now), now)
    poor = _quality(source, articles, json.loads(last["failures"] or "{}"))
    return Health(
        source.id,
        _verdict(last["outcome"], late, poor),
        (*_breakage(last), *late, *poor),
        tuple(sorted(failures.items())),
        datetime.fromisoformat(last["started_at"]),
        newest_at,
        articles["fetched"],
    )


def _verdict(outcome: str, late: list[str], poor: list[str]) -> Verdict:
    if outcome == Outcome.BROKEN:
        return Verdict.BROKEN
    if late:
        return Verdict.OVERDUE
    if poor:
        return Verdict.DEGRADED
    return Verdict.QUIET if outcome == Outcome.NOTHING_NEW else Verdict.OK


def _breakage(last: sqlite3.Row) -> list[str]:
    if last["outcome"] != Outcome.BROKEN:
        return []
    named = ", ".join(f"{failure} ({count})" for failure, count in json.loads(last["failures"] or "{}").items())
    return [f"nothing could be had: {named or 'no entry point answered'}"]


def _lateness(
    source: Source, articles: sqlite3.Row, newest: datetime | None, span: timedelta, now: datetime
) -> list[str]:
    """What says that articles are missing."""
    expect, problems = source.expect, []
    if newest and now - newest > timedelta(hours=expect.max_age_hours):
        hours = round((now - newest) / timedelta(hours=1))
        problems.append(f"newest article is {hours} hours old; at most {expect.max_age_hours:.0f} are expected")
    days = min(span, WINDOW) / timedelta(days=1)
    if days >= 1 and articles["fetched"] < expect.items_a_day * days:
        problems.append(f"{articles['fetched']} articles in {days:.1f} days; {expect.items_a_day:g} a day are expected")
    return problems


def _quality(source: Source, articles: sqlite3.Row, failures: dict[str, int]) -> list[str]:
    """What says that articles come, but not whole."""
    expect, problems = source.expect, []
    tried = articles["fetched"] + articles["failed"]
    if tried >= _FEWEST and articles["fetched"] / tried < expect.body:
        problems.append(f"{articles['fetched'] / tried:.0%} of {tried} pages gave a body; {expect.body:.0%} expected")
    if articles["fetched"] >= _FEWEST and articles["dated"] / articles["fetched"] < expect.date:
        share = articles["dated"] / articles["fetched"]
        problems.append(f"{share:.0%} of {articles['fetched']} articles have a time; {expect.date:.0%} expected")
    if count := failures.get(Failure.LAYOUT_CHANGED, 0):
        problems.append(f"{count} pages no longer have a body where the declared layouts look for it")
    for failure in (Failure.FEED_DEAD, Failure.FEED_BROKEN, Failure.FEED_FROZEN):
        if count := failures.get(failure, 0):
            problems.append(f"{count} of its entry points: {failure}")
    return problems


def _runs(conn: sqlite3.Connection, source_id: str, now: datetime) -> list[Any]:
    """What each crawling run of the window did with the source, newest first; not_run where it has no row."""
    return conn.execute(
        "SELECT r.started_at, coalesce(s.outcome, 'not_run') AS outcome, s.failures, s.newest_at"
        " FROM runs r LEFT JOIN run_sources s ON s.run_id = r.id AND s.source_id = ?"
        " WHERE r.started_at > ? AND EXISTS (SELECT 1 FROM run_sources x WHERE x.run_id = r.id)"
        " ORDER BY r.id DESC",
        [source_id, _stamp(now - WINDOW)],
    ).fetchall()


def _articles(conn: sqlite3.Connection, source_id: str, now: datetime) -> Any:
    return conn.execute(
        "SELECT count(*) FILTER (WHERE state = 'fetched') AS fetched,"
        " count(*) FILTER (WHERE state = 'failed') AS failed,"
        " count(*) FILTER (WHERE state = 'fetched' AND published_at IS NOT NULL) AS dated, max(published_at) AS newest"
        " FROM articles WHERE source_id = ? AND fetched_at > ?",
        [source_id, _stamp(now - WINDOW)],
    ).fetchone()


def _span(conn: sqlite3.Connection, source_id: str, now: datetime) -> timedelta:
    """How long the source has been watched."""
    first = conn.execute(
        "SELECT min(r.started_at) FROM runs r JOIN run_sources s ON s.run_id = r.id"
        " WHERE s.source_id = ? AND s.outcome != 'not_run'",
        [source_id],
    ).fetchone()[0]
    return now - datetime.fromisoformat(first) if first else timedelta()


def _stamp(moment: datetime) -> str:
    return moment.astimezone(KST).isoformat(timespec="seconds")
