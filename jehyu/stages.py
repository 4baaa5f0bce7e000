"""Crawl, extract, resolve, tell: the stages as the command line runs them. They meet only in the database."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import crawler
from crawler import Report, Source
from db import DatabaseError, Store
from jehyu.limits import ended_by_sigterm, watchdog
from jehyu.lock import AlreadyRunning, run_lock
from jehyu.logs import FIELDS
from jehyu.outcome import Outcome
from jehyu.reading import read_all
from jehyu.settings import Retention, Settings
from jehyu.telling import source_alarms, tell_receivers
from nlp import Reader, load_reader
from nlp.gazetteer import Organization
from nlp.gazetteer import load as load_gazetteer

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with how many articles are done and of how many."""

Stage = Callable[[str], AbstractContextManager[Progress]]
"""Given a stage's name, something to hold while it works that shows how far it is."""


def unseen(_stage: str) -> AbstractContextManager[Progress]:
    """The stage display where nobody looks."""
    return nullcontext(lambda _done, _of: None)


@dataclass(frozen=True)
class Extracted:
    """What an extraction did, in articles; ``mentions`` are the reports of deals found in them."""

    read: int = 0
    failed: int = 0
    left: int = 0
    """Articles not reached before the deadline; the next run reads them."""
    mentions: int = 0


@dataclass
class RunReport:
    """What one run did."""

    sources: list[Report] = field(default_factory=list)
    extracted: Extracted = Extracted()
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    untold: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        broken = [report for report in self.sources if report.outcome in ("broken", "not_run", "partial")]
        answered = [report for report in self.sources if report.outcome not in ("broken", "not_run")]
        failed = len(broken) + self.extracted.failed + len(self.untold)
        return Outcome.of(len(answered) + self.extracted.read, failed)

    def summary(self) -> str:
        """One line for a log."""
        articles = sum(report.new + report.changed for report in self.sources)
        failed = sum(report.failed for report in self.sources)
        broken = [report.source_id for report in self.sources if report.outcome in ("broken", "not_run")]
        parts = [
            f"{len(self.sources)} sources"
            + (
                f" ({len(broken)} broken: {', '.join(broken[:5])}" + (", …)" if len(broken) > 5 else ")")
                if broken
                else ""
            ),
            f"{articles} new articles" + (f" ({failed} failed)" if failed else ""),
            f"{self.extracted.read} read" + (f" ({self.extracted.failed} failed)" if self.extracted.failed else ""),
            *([f"{self.extracted.left} left for the next run"] if self.extracted.left else []),
            f"{self.new} new events, {self.changed} changed, {self.withdrawn} withdrawn",
            *self.untold,
            f"{self.seconds:.0f} s",
        ]
        return "; ".join(parts)


def run(
    database: Path,
    sources: Sequence[Source],
    settings: Settings,
    *,
    since: datetime | None = None,
    stage: Stage = unseen,
    reader: Reader | None = None,
) -> RunReport:
    """Crawl, extract, resolve and tell, under the run lock, as one row of `runs`.

    Raises `AlreadyRunning` (after recording the refusal) when another run holds the database.
    """
    limit = settings.crawl.run_time_limit + settings.extract.run_time_limit + _LAST_RESORT
    try:
        with run_lock(database), watchdog(limit), ended_by_sigterm(), closing(Store(database)) as store:
            return _recorded_run(store, sources, settings, since, stage, reader or load_reader())
    except AlreadyRunning as error:
        logger.warning("run refused: %s", error, extra={FIELDS: {"event": "run_refused"}})
        with closing(Store(database)) as store:
            store.refuse_run(str(error))
        raise


_LAST_RESORT = 1800
"""Seconds beyond the limits of crawl and extraction after which a run that still hangs is ended."""


def _recorded_run(
    store: Store,
    sources: Sequence[Source],
    settings: Settings,
    since: datetime | None,
    stage: Stage,
    reader: Reader,
) -> RunReport:
    started = time.monotonic()
    run_id = store.start_run()
    logger.info("run %d started", run_id, extra={FIELDS: {"event": "run_started", "run": run_id}})
    try:
        report = _all_stages(store, run_id, sources, settings, since, stage, reader)
    except BaseException as error:
        outcome = "failed" if isinstance(error, Exception) else "interrupted"
        fields = {"event": "run_finished", "run": run_id, "outcome": outcome}
        # Not an error to the log: whoever called is told, and a person reads it once.
        logger.warning("run %d %s", run_id, outcome, exc_info=isinstance(error, Exception), extra={FIELDS: fields})
        with suppress(DatabaseError):  # where nothing can be written the next run closes this one
            store.finish_run(run_id, outcome, f"{type(error).__name__}: {error}"[:500])
        raise
    report.seconds = time.monotonic() - started
    outcome, counts = OUTCOME_WORDS[report.outcome], _counts(report)
    fields = {"event": "run_finished", "run": run_id, "outcome": outcome, "seconds": round(report.seconds, 1)} | counts
    logger.info("run %d %s: %s", run_id, outcome, report.summary(), extra={FIELDS: fields})
    store.finish_run(run_id, outcome, report.summary(), **counts)
    return report


def _all_stages(
    store: Store,
    run_id: int,
    sources: Sequence[Source],
    settings: Settings,
    since: datetime | None,
    stage: Stage,
    reader: Reader,
) -> RunReport:
    for receiver in settings.receivers:
        store.know_receiver(receiver.name)
    report = RunReport(crawl(store, sources, settings, run_id=run_id, since=since, stage=stage))
    deadline = time.monotonic() + settings.extract.run_time_limit
    report.extracted = extract(store, reader, settings, deadline=deadline, stage=stage)
    resolved = store.resolve(run_id)
    report.new, report.changed, report.withdrawn = map(len, (resolved.new, resolved.changed, resolved.withdrawn))
    retain(store, settings.retention)
    alarms = source_alarms(store, sources)
    report.untold = tell_receivers(store, settings.receivers, alarms, reader.thresholds["publish"])
    for failure in report.untold:
        logger.warning("not told: %s", failure, extra={FIELDS: {"event": "not_told"}})
    return report


def retain(store: Store, retention: Retention) -> None:
    """Drops article bodies and accounts of runs that are older than the settings keep them."""
    now = store.clock()
    if retention.body_days:
        store.drop_texts(now - timedelta(days=retention.body_days))
    store.drop_runs(now - timedelta(days=retention.run_days))


OUTCOME_WORDS: Mapping[Outcome, str] = {Outcome.OK: "ok", Outcome.PARTLY: "partial", Outcome.NOTHING: "failed"}


def _counts(report: RunReport) -> dict[str, int]:
    return {
        "articles_new": sum(source.new for source in report.sources),
        "articles_changed": sum(source.changed for source in report.sources),
        "articles_failed": sum(source.failed for source in report.sources),
        "articles_read": report.extracted.read,
        "events_new": report.new,
        "events_changed": report.changed,
        "events_withdrawn": report.withdrawn,
    }


def crawl(
    store: Store,
    sources: Sequence[Source],
    settings: Settings,
    *,
    run_id: int | None = None,
    since: datetime | None = None,
    stage: Stage = unseen,
) -> list[Report]:
    """Ask ``sources`` and store their articles. What a source did stands in its report, failures included."""
    with stage("crawl") as show:
        seen: dict[str, Report] = {}

        def on_progress(report: Report) -> None:
            seen[report.source_id] = report
            done = sum(r.new + r.changed + r.unchanged + r.failed for r in seen.values())
            show(done, max(done, sum(r.asked for r in seen.values())))

        reports = crawler.crawl(
            store,
            sources,
            run_id=run_id,
            since=since,
            time_limit=settings.crawl.run_time_limit,
            source_time_limit=settings.crawl.source_time_limit,
            settings=crawler_settings(settings),
            on_progress=on_progress,
        )
    for report in reports:
        _log_source(report)
    return reports


def _log_source(report: Report) -> None:
    level = logging.WARNING if report.outcome in ("broken", "partial") else logging.INFO
    fields = {"event": "source", "source": report.source_id, "cut": report.cut} | report.row()
    logger.log(level, "%s: %s", report.source_id, report.outcome, extra={FIELDS: fields})


def crawler_settings(settings: Settings) -> dict[str, Any]:
    """Our settings as Scrapy's."""
    return {"JEHYU_CONTACT": settings.crawl.contact, "JEHYU_ALLOW_PRIVATE": list(settings.crawl.allow_private)}


def extract(
    store: Store,
    reader: Reader,
    settings: Settings,
    *,
    reread: bool = False,
    deadline: float | None = None,
    stage: Stage = unseen,
) -> Extracted:
    """Read the articles nobody has read yet, with ``reread`` also those another version read, and store the mentions.

    ``deadline`` is a `time.monotonic` time. An article that cannot be read keeps its error; the others go on.
    """
    waiting = store.count_pending(reader.version, reread=reread)
    if not waiting:
        return Extracted()  # most runs: the company table, which readings refer to, need not be compared either
    store.sync_organizations(organization_rows())
    read = failed = mentions = 0
    hashes: dict[int, str] = {}
    with stage("extract") as show:
        articles = _noting(hashes, _until(deadline, store.pending_articles(reader.version, reread=reread)))
        limits = settings.extract
        for answer in read_all(reader, articles, processes=limits.processes, limit=limits.article_time_limit):
            article_id = answer["id"]
            if "error" in answer:
                store.save_extraction_error(article_id, reader.version, answer["error"])
                fields = {"event": "unread", "article": article_id}
                logger.warning("article %d %s", article_id, answer["error"], extra={FIELDS: fields})
                failed += 1
            else:
                digest = hashes.pop(article_id)
                store.save_extraction(article_id, reader.version, answer["events"], content_hash=digest)
                read, mentions = read + 1, mentions + len(answer["events"])
            show(read + failed, waiting)
    return Extracted(read, failed, max(0, waiting - read - failed), mentions)


def organization_rows() -> Iterator[dict[str, Any]]:
    """The company table as the store wants it."""
    return (_organization_row(organization) for organization in load_gazetteer().organizations)


def _organization_row(organization: Organization) -> dict[str, Any]:
    return {
        "id": organization.id,
        "name": organization.name,
        "name_ko": organization.name_ko,
        "name_en": organization.name_en,
        "aliases": organization.names,
        "type": organization.type,
        "country": organization.country,
        "ticker": organization.ticker,
        "sector": organization.sector,
        "parent_id": organization.parent,
        "tags": organization.tags,
    }


def _until(deadline: float | None, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        if deadline is not None and time.monotonic() > deadline:
            return
        yield row


def _noting(hashes: dict[int, str], rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Hands the rows on and keeps what text each was, so that a reading of an outdated text is not stored."""
    for row in rows:
        hashes[row["id"]] = row["content_hash"]
        yield row
