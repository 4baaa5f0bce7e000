"""Standing of outlets, and the tools for adding and trying them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hostile_server import FAST, Site
from sample_pages import article, declare, feed

from crawler import Outcome, Report, Source, load_sources
from crawler.dates import KST
from crawler.draft import check, draft, freeze, replay
from crawler.failures import Failure, ReadError
from crawler.health import Verdict, examine
from db import Store

NOW = datetime(2026, 11, 24, 12, tzinfo=KST)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Runs:
    """Makes runs of one source, as a crawl records them."""

    def __init__(self, path: Path) -> None:
        self.clock = Clock()
        self.store = Store(path, clock=self.clock)
        self.source = declare("https://x.example", more="expect = { items_a_day = 1, max_age_hours = 48 }")
        self.store.sync_sources([{"id": "test", "name": "시험신문"}, {"id": "other", "name": "다른신문"}])

    def run(self, days_ago: float, source: str = "test", **row: object) -> None:
        self.clock.now = NOW - timedelta(days=days_ago)
        run_id = self.store.start_run()
        values = {"outcome": str(Outcome.NOTHING_NEW), "newest_at": self.clock.now, **row}
        self.store.save_source_run(run_id, source, **values)  # type: ignore[arg-type]
        self.store.finish_run(run_id, "ok", "")

    def article(self, days_ago: float, number: int, dated: bool = True) -> None:
        self.clock.now = NOW - timedelta(days=days_ago)
        self.store.save_article(
            url=f"https://x.example/{number}",
            source_id="test",
            title=f"제목 {number}",
            text=f"글 {number}",
            published_at=self.clock.now if dated else None,
        )

    def verdict(self) -> tuple[Verdict, tuple[str, ...]]:
        (health,) = examine(self.store.conn, [self.source], NOW)
        return health.verdict, health.problems


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "health.db")


def test_not_asked_in_the_last_run_is_not_run(runs: Runs) -> None:
    assert runs.verdict()[0] == Verdict.NOT_RUN
    runs.run(2)
    runs.run(0.1, "other")
    assert runs.verdict()[0] == Verdict.NOT_RUN


def test_nothing_new_is_quiet_while_that_is_usual(runs: Runs) -> None:
    runs.run(0.1)
    assert runs.verdict() == (Verdict.QUIET, ())


def test_nothing_new_for_too_long_is_overdue(runs: Runs) -> None:
    runs.run(6, outcome="ok", new=1)
    runs.article(6, 1)
    runs.run(0.1, newest_at=NOW - timedelta(days=6))
    verdict, problems = runs.verdict()
    assert verdict == Verdict.OVERDUE
    assert "newest article is 144 hours old; at most 48 are expected" in problems
    assert "1 articles in 6.0 days; 1 a day are expected" in problems


def test_nothing_to_be_had_is_broken_and_says_why(runs: Runs) -> None:
    runs.run(0.1, outcome="broken", newest_at=None, failures={"feed_dead": 1})
    verdict, problems = runs.verdict()
    assert verdict == Verdict.BROKEN
    assert problems[0] == "nothing could be had: feed_dead (1)"


def test_articles_without_time_degrade(runs: Runs) -> None:
    runs.run(0.1, outcome="ok", new=8)
    for number in range(8):
        runs.article(0.1, number, dated=number < 4)
    assert runs.verdict() == (Verdict.DEGRADED, ("50% of 8 articles have a time; 95% expected",))


def test_layout_changed_degrades_at_once(runs: Runs) -> None:
    runs.run(0.1, outcome="partial", new=1, failed=1, failures={"layout_changed": 1})
    assert runs.verdict()[0] == Verdict.DEGRADED


def test_off_is_off(runs: Runs) -> None:
    runs.source = declare("https://x.example", more='off = "terms forbid it"')
    assert runs.verdict() == (Verdict.OFF, ("terms forbid it",))


def serve(site: Site) -> None:
    site.page(
        "/", '<html><head><title>새 신문</title></head><a href="/news/articleView.html?idxno=1">한빛의 협약</a></html>'
    )
    site.page("/rss/allArticle.xml", feed(site.base, [1, 2], f"{datetime.now(KST):%Y-%m-%d %H:%M:%S}"), kind="text/xml")
    for number in (1, 2):
        site.page(f"/news/articleView.html?idxno={number}", article(f"새 신문의 {number}번째 글"))


def test_draft_finds_family_and_feed_and_reads(site: Site) -> None:
    serve(site)
    found = draft(site.base, FAST)
    assert (found.family, found.feeds) == ("ndsoft", ["/rss/allArticle.xml"])
    assert [a.title for a in found.articles] == ["새 신문의 1번째 글", "새 신문의 2번째 글"]
    assert 'family = "ndsoft"' in found.toml


def test_draft_of_an_unknown_cms_proposes_the_shape_of_its_addresses(site: Site) -> None:
    site.page("/", '<title>남다른 신문</title><link rel="alternate" type="application/rss+xml" href="/live.xml">')
    body = feed(site.base, [20260001, 20260002]).replace("/news/articleView.html?idxno=", "/story/")
    site.page("/live.xml", body, kind="application/rss+xml")
    site.page("/story/20260001", article("남다른 글"))
    found = draft(site.base, FAST)
    assert (found.family, found.feeds) == ("feed", ["/live.xml"])
    assert found.source is not None
    assert found.source.is_article(f"{site.base}/story/20260009")
    assert not found.source.is_article(f"{site.base}/about")
    assert [a.title for a in found.articles] == ["남다른 글"]


def test_draft_of_what_cannot_be_had_says_why(site: Site) -> None:
    with pytest.raises(ReadError) as raised:
        draft(site.base, FAST)
    assert raised.value.failure == Failure.GONE


def test_check_reports_what_does_not_hold(site: Site) -> None:
    serve(site)
    source = declare(site.base, more="lists = []")
    report, problems = check(source, FAST)
    assert (report.new, problems) == (2, [])
    site.page("/news/articleView.html?idxno=2", "<title>자리가 바뀐 글</title><p>짧다.</p>")
    _, problems = check(source, FAST)
    assert any("1 of 2 articles have a body" in problem for problem in problems)


def test_frozen_page_is_replayed(site: Site, tmp_path: Path) -> None:
    serve(site)
    source = declare(site.base)
    path = freeze(source, f"{site.base}/news/articleView.html?idxno=1", tmp_path, FAST)
    assert path.parent == tmp_path / "test"
    assert list(replay(tmp_path, {"test": source})) == []
    blind = source.model_copy(update={"layouts": ()})
    elsewhere: Source = blind.model_copy(update={"home": "https://moved.example"})
    assert [p for p, _ in replay(tmp_path, {"test": elsewhere})] in ([], [path])


def test_pages_of_others_stay_out_of_the_project(site: Site) -> None:
    serve(site)
    with pytest.raises(ValueError, match="must stay out"):
        freeze(declare(site.base), f"{site.base}/news/articleView.html?idxno=1", Path(__file__).parent, FAST)


def test_run_sources_rows_are_kept(site: Site, store: Store, run: Callable[..., Report]) -> None:
    serve(site)
    run_id = store.start_run()
    report = run(declare(site.base, more="lists = []"), run_id=run_id)
    row = store.row("SELECT * FROM run_sources")
    assert row is not None
    assert (row["outcome"], row["asked"], row["new"]) == ("ok", 2, 2)
    (health,) = examine(store.conn, [declare(site.base, more="lists = []")])
    assert health.verdict == Verdict.OK
    assert report.newest_at == health.newest_at or health.newest_at is not None


def test_every_bundled_source_can_be_examined(store: Store) -> None:
    standing = examine(store.conn, load_sources().values(), NOW)
    assert {h.verdict for h in standing} == {Verdict.NOT_RUN, Verdict.OFF}
