"""Crawls as many outlets as are declared, each in its family's layout of the demo newsroom, with hostile answers.

    python benchmarks/hostile_crawl.py --share 0.1

First a crawl of a newsroom that answers well, and again, unchanged; then, into another database, one in which the given
share of all addresses (pages, feeds, sitemaps, lists) answers with something hostile. Prints time, what was read of
what can be read, and failures by class. Exit code 1 where something readable was not read, a failure has an unexpected
class, the time limit was passed, or the unchanged rerun asked for an article or changed a row.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from benchmarks.bad_answers import (
    Answer,
    Handler,
    Server,
    gzip_bomb,
    hang,
    huge,
    redirect,
    truncated_gzip,
    wrong_length,
)
from crawler import Source, crawl, load_sources, parse_sources
from crawler.failures import Failure
from crawler.urls import canonical_url
from db import Store
from jehyu.demo.newsroom import HOST, SOURCES
from jehyu.demo.outlets import OUTLETS
from jehyu.demo.site import Site
from jehyu.demo.stories import load_stories

# Which outlets of the newsroom stand for the outlets of a family, in turn.
STAND_INS = {
    "ndsoft": ("saebyeok", "haneul"),
    "wordpress": ("didim",),
    "feed": ("doore", "baram", "hangang"),
    "fulltext": ("sol",),
    "sitemap": ("byeol",),
    "listing": ("maru",),
    "arc": ("noeul",),
    "jsonapi": ("dalmuri",),
    "newsroom": ("ongyeol",),
}
WHOLE_IN_FEED = {"didim", "sol", "dalmuri"}
SETTINGS = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_TIMEOUT": 15,
    "RETRY_TIMES": 1,
    "JEHYU_BACKOFF": 0.5,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
}
_ENTITY_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    b"<rss><channel><item><title>&c;</title></item></channel></rss>"
)


class PressHandler(Handler):
    server: Press

    def do_GET(self) -> None:
        answer = self.server.hostile.get(self.path)
        if answer:
            answer(self)
            return
        page = self.server.site.find(self.path)
        if page is None:
            self.send(b"", 404)
        elif page.location is not None:
            self.send(b"", 301, Location=page.location)
        elif self.headers.get("If-None-Match") == page.etag:
            self.send(b"", 304, ETag=page.etag)
        else:
            self.send(page.body, kind=page.content_type, ETag=page.etag)


class Press(Server):
    """One outlet on a free port."""

    site: Site

    def __init__(self) -> None:
        super().__init__((HOST, 0), PressHandler)
        self.hostile: dict[str, Answer] = {}

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self.server_port}"


ANSWERS: dict[str, tuple[Answer, frozenset[Failure]]] = {
    "hang": (hang, frozenset({Failure.TIMEOUT})),
    "500": (lambda handler: handler.send(b"oops", 500), frozenset({Failure.HTTP_ERROR})),
    "truncated gzip": (truncated_gzip(b"<html>" + b"text " * 5000), frozenset({Failure.TRUNCATED})),
    "wrong length": (wrong_length, frozenset({Failure.TRUNCATED})),
    "redirect loop": (lambda handler: redirect(handler.path)(handler), frozenset({Failure.REDIRECT_LOOP})),
    "gzip bomb": (gzip_bomb, frozenset({Failure.TOO_LARGE})),
    "100 MB": (huge, frozenset({Failure.TOO_LARGE})),
    "binary as HTML": (
        lambda handler: handler.send(b"\x89PNG\r\n\x1a\n" + b"\x00" * 900),
        frozenset({Failure.NOT_ARTICLE, Failure.FEED_BROKEN, Failure.FEED_DEAD}),
    ),
    "entity bomb": (
        lambda handler: handler.send(_ENTITY_BOMB, kind="application/xml"),
        frozenset({Failure.FEED_BROKEN, Failure.EMPTY, Failure.NOT_ARTICLE}),
    ),
    "private address": (redirect("http://169.254.169.254/latest/"), frozenset({Failure.FORBIDDEN_ADDRESS})),
}


def open_press(running: ExitStack) -> list[tuple[Press, Source, str]]:
    """A server and a declaration for each declared outlet, with the outlet of the newsroom that it looks like."""
    outlets, stories = {outlet.id: outlet for outlet in OUTLETS}, load_stories()
    used: Counter[str] = Counter()
    press = []
    for declared in load_sources().values():
        names = STAND_INS[declared.family]
        name = names[used[declared.family] % len(names)]
        used[declared.family] += 1
        server = Press()
        server.site = Site(outlets[name], [story for story in stories if story.outlet == name], server.base)
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        running.callback(server.server_close)
        running.callback(server.shutdown)
        text = SOURCES.read_text(encoding="utf-8").replace(f"https://{outlets[name].domain}", server.base)
        source = next(source for source in parse_sources(text, str(SOURCES)) if source.id == name)
        press.append((server, source.model_copy(update={"id": declared.id, "off": None}), name))
    return press


def entry_targets(source: Source) -> list[str]:
    entries = [*source.feeds, *source.sitemaps, *source.lists, *([source.api.url] if source.api else [])]
    return [source.absolute(entry).removeprefix(source.home) for entry in entries]


def make_hostile(press: list[tuple[Press, Source, str]], share: float) -> tuple[int, set[str]]:
    """Lets a share of all addresses answer badly; returns how many, and the articles that can still be read."""
    chosen, readable, kinds = 0, set(), list(ANSWERS)
    for server, source, name in press:
        stories = [story for story in load_stories() if story.outlet == name]
        pages = {server.site.url(story).removeprefix(server.base): server.site.url(story) for story in stories}
        entries = entry_targets(source)
        for target in (*entries, *pages):
            draw = int.from_bytes(hashlib.sha256(f"{source.id} {target}".encode()).digest()[:4]) / 2**32
            if draw < share:
                server.hostile[target] = ANSWERS[kinds[chosen % len(kinds)]][0]
                chosen += 1
        if any(entry not in server.hostile for entry in entries):
            fine = {url for target, url in pages.items() if target not in server.hostile}
            readable |= {canonical_url(url, source) for url in (pages.values() if name in WHOLE_IN_FEED else fine)}
    return chosen, readable


def rows(store: Store) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in store.rows("SELECT * FROM articles ORDER BY id")]


def unchanged_rerun(sources: list[Source], database: Path) -> bool:
    """Crawls twice; says what the second asked and changed, and whether that is as little as it should be."""
    with closing(Store(database)) as store:
        begun = time.monotonic()
        first = crawl(store, sources, settings=SETTINGS)
        read, failed = sum(r.new for r in first), sum(r.failed + r.entries_failed for r in first)
        took = time.monotonic() - begun
        print(f"first crawl: {read} articles of {len(sources)} outlets, {failed} failures, {took:.0f} s")
        before, begun = rows(store), time.monotonic()
        again = crawl(store, sources, settings=SETTINGS)
        asked, same = sum(r.entries_asked for r in again), sum(r.entries_unchanged for r in again)
        articles, changed = sum(r.asked for r in again), sum(a != b for a, b in zip(before, rows(store), strict=True))
        print(f"unchanged rerun: {same} of {asked} entry points 304 or the same ({same / asked:.1%})")
        print(f"  {articles} articles asked, {changed} rows changed, {time.monotonic() - begun:.0f} s")
        return same >= 0.95 * asked and not articles and not changed


def hostile_crawl(press: list[tuple[Press, Source, str]], share: float, limit: float, database: Path) -> bool:
    """Crawls the press gone bad; says what was read of what can be read, and which failures were told."""
    chosen, readable = make_hostile(press, share)
    with closing(Store(database)) as store:
        begun = time.monotonic()
        reports = crawl(store, [source for _, source, _ in press], settings=SETTINGS, time_limit=limit)
        took = time.monotonic() - begun
        read = {row["url"] for row in store.rows("SELECT url FROM articles WHERE state = 'fetched'")}
    told: Counter[str] = sum((Counter(map(str, report.failures.elements())) for report in reports), Counter())
    expected = {str(failure) for _, failures in ANSWERS.values() for failure in failures}
    print(
        f"hostile crawl: {chosen} hostile addresses; {len(read & readable)} of {len(readable)} readable articles read"
    )
    print(f"  {took:.0f} s of {limit:.0f} s; outlets cut short: {sum(bool(report.cut) for report in reports)}")
    print("failures: " + ", ".join(f"{name} {count}" for name, count in told.most_common()))
    for url in sorted(readable - read)[:10]:
        print(f"not read: {url}")
    return readable <= read and took <= limit + 15 and set(told) <= expected


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--share", type=float, default=0.1, help="share of addresses that answer badly")
    parser.add_argument("--limit", type=float, default=600, help="seconds the hostile crawl may take")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        press = open_press(running)
        calm = unchanged_rerun([source for _, source, _ in press], Path(folder) / "calm.db")
        stood = hostile_crawl(press, options.share, options.limit, Path(folder) / "hostile.db")
    return 0 if calm and stood else 1


if __name__ == "__main__":
    sys.exit(main())
