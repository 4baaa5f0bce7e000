"""Helps a person to add an outlet and to keep it right: drafts a declaration, tries one live, freezes a page."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

from crawler.article import Article, read_article
from crawler.dates import KST
from crawler.discovery import Entry, read_feed, read_list, read_sitemap
from crawler.failures import ReadError
from crawler.fetch import Page, fetch
from crawler.report import Report
from crawler.run import crawl
from crawler.source import Source, parse_sources
from crawler.urls import canonical_url

# Where feeds and sitemaps lie when a page does not say.
_USUAL = (
    "/rss/allArticle.xml",
    "/feed",
    "/rss.xml",
    "/rss",
    "/rss/",
    "/news-sitemap.xml",
    "/sitemap.xml",
    "/sitemap_news.xml",
)
_MARKS = (
    ("ndsoft", re.compile(r"/news/articleView(?:Amp)?\.html\?|/news/articleList\.html", re.IGNORECASE)),
    ("arc", re.compile(r"Fusion\.(?:globalContent|contextPath)|/arc/outboundfeeds/|/pf/resources/")),
    ("wordpress", re.compile(r"/wp-content/|/wp-json/|<meta[^>]+generator[^>]+WordPress", re.IGNORECASE)),
)
_TRIED_ARTICLES = 3


@dataclass
class Draft:
    """What was found out about a site: the entry to keep, what was tried, and the articles that could be read."""

    toml: str
    source: Source | None
    family: str
    feeds: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def draft(url: str, settings: Mapping[str, Any] | None = None) -> Draft:
    """Looks at the site at `url` and drafts its declaration. Asks for the front page, the usual feed addresses and a
    few articles; raises ReadError where the front page itself cannot be had."""
    home = url.rstrip("/")
    front = fetch([f"{home}/"], settings)[f"{home}/"]
    if front.failure:
        raise ReadError(front.failure, f"{home}/: {front.detail}")
    soup = BeautifulSoup(front.text, "lxml")
    family = next((name for name, mark in _MARKS if mark.search(front.text)), "feed")
    found = Draft("", None, family)
    entries = _entry_points(home, soup, found, settings) or _listed(front)
    if not found.feeds and not found.sitemaps:
        found.notes.append("no feed and no sitemap found: articles are taken from the front page")
        found.family = "listing" if found.family == "feed" else found.family
    pattern = _pattern(entries, home)
    if pattern is None:
        found.notes.append("no common shape of article addresses found: give `article` by hand")
    found.toml = _toml(home, soup, found, pattern)
    found.source = parse_sources(found.toml, "draft")[0]
    _try_articles(entries, found, settings)
    return found


def check(source: Source, settings: Mapping[str, Any] | None = None) -> tuple[Report, list[str]]:
    """Crawls a few articles of one source, live, into a database that is thrown away. Returns what happened and, in
    plain sentences, which of the source's own assertions fail (none: all hold)."""
    with tempfile.TemporaryDirectory() as folder:
        options = {"JEHYU_ARTICLES_PER_RUN": 10, **(settings or {})}
        report = crawl(Path(folder) / "check.db", [source], settings=options)[0]
    read, expect = report.new + report.changed, source.expect
    problems = [f"could not be had: {detail}" for detail in report.details]
    if report.asked and read / report.asked < expect.body:
        problems.append(f"{read} of {report.asked} articles have a body; {expect.body:.0%} expected")
    if read and report.dated / read < expect.date:
        problems.append(f"{report.dated} of {read} articles have a time; {expect.date:.0%} expected")
    if report.newest_at and (age := datetime.now(KST) - report.newest_at).total_seconds() > expect.max_age_hours * 3600:
        problems.append(f"newest article is {age.days} days old; at most {expect.max_age_hours:.0f} hours are expected")
    if not read:
        problems.append("no article was read")
    if report.generic and source.layouts:
        problems.append(f"{report.generic} articles fit no declared layout and were read by the generic reader")
    if report.expired_layouts:
        problems.append(f"{report.expired_layouts} articles fit only a layout that was given up")
    return report, problems


def freeze(source: Source, url: str, folder: Path, settings: Mapping[str, Any] | None = None) -> Path:
    """Keeps the page at `url` and what is read from it now in `folder`, for private regression tests.

    Returns the page's path. Raises ValueError for a folder within this project (others' text stays out of it) and
    ReadError where the page cannot be had or read.
    """
    project = Path(__file__).resolve().parent.parent
    if folder.resolve().is_relative_to(project):
        raise ValueError(f"{folder}: lies within {project}; pages of others must stay out of the project's folder")
    page = fetch([url], settings)[url]
    if page.failure:
        raise ReadError(page.failure, f"{url}: {page.detail}")
    article = read_article(page.text, page.url, source)
    stem = f"{datetime.now(KST):%Y-%m-%d}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"
    (folder / source.id).mkdir(parents=True, exist_ok=True)
    path = folder / source.id / f"{stem}.html.gz"
    path.write_bytes(gzip.compress(page.text.encode()))
    expected = {"asked": page.url, **asdict(article)}
    path.with_name(f"{stem}.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1, default=str) + "\n")
    return path


def replay(folder: Path, sources: Mapping[str, Source]) -> Iterator[tuple[Path, str]]:
    """Reads every frozen page of `folder` again and yields those that now read otherwise, with what differs."""
    for path in sorted(folder.glob("*/*.html.gz")):
        expected = json.loads(path.with_name(path.name.removesuffix(".html.gz") + ".json").read_text())
        source = sources.get(path.parent.name)
        try:
            article = read_article(gzip.decompress(path.read_bytes()).decode(), expected["asked"], source)
        except ReadError as error:
            yield path, str(error)
            continue
        got = json.loads(json.dumps(asdict(article), default=str))
        if different := [name for name in ("url", "title", "text", "published") if got[name] != expected[name]]:
            yield path, f"{', '.join(different)} read otherwise than when it was frozen"


def _entry_points(home: str, soup: BeautifulSoup, found: Draft, settings: Mapping[str, Any] | None) -> list[Entry]:
    """Entries of the feeds and sitemaps that answer; those are noted in `found`."""
    linked = [
        urljoin(f"{home}/", str(link["href"]))
        for link in soup.select('link[rel~="alternate"][href]')
        if re.search(r"rss|atom", str(link.get("type", "")))
    ]
    robots = f"{urlsplit(home).scheme}://{urlsplit(home).netloc}/robots.txt"
    listed = re.findall(r"(?im)^\s*sitemap:\s*(\S+)", fetch([robots], settings)[robots].text)
    candidates = [*linked, *listed, *(f"{home}{path}" for path in _USUAL)]
    entries: list[Entry] = []
    for address, page in fetch(candidates, settings).items():
        if page.failure:
            continue
        for kind, read in ((found.feeds, read_feed), (found.sitemaps, read_sitemap)):
            try:
                named = read(page.text, page.url)
            except ReadError:
                continue
            if not kind or address in linked:
                kind.append(address.removeprefix(home) or "/")
                entries += named.entries
    return entries


def _listed(front: Page) -> list[Entry]:
    """Links of the front page that look like articles: long titles."""
    return [entry for entry in read_list(front.text, front.url).entries if entry.title and len(entry.title) >= 12]


def _pattern(entries: list[Entry], home: str) -> str | None:
    """The commonest shape of the entries' addresses, as a pattern for `article`."""
    addresses = (canonical_url(entry.url) for entry in entries)  # without what only counts readers
    shapes = Counter(
        re.sub(r"(?<=/)\d+(?=/|$)|\d{3,}", "#", address.removeprefix(home))
        for address in addresses
        if address.startswith(home) and re.search(r"\d{3,}", address.removeprefix(home))
    )
    if not shapes:
        return None
    shape = re.escape(shapes.most_common(1)[0][0]).replace(r"\#", "#")
    head, _, tail = shape.rpartition("#")
    return f"{{site}}{head.replace('#', r'[0-9]+')}(?P<id>[0-9]+){tail}"


def _toml(home: str, soup: BeautifulSoup, found: Draft, pattern: str | None) -> str:
    site = soup.select_one('meta[property="og:site_name"]')
    name = str(site["content"]) if site else (soup.title.get_text(strip=True) if soup.title else urlsplit(home).netloc)
    host = (urlsplit(home).hostname or "site").removeprefix("www.").split(".")[0]
    lines = [
        f"[source.{re.sub(r'[^a-z0-9_]', '_', host.lower().lstrip('0123456789')) or 'new'}]",
        f'family = "{found.family}"',
        f"name = {json.dumps(name, ensure_ascii=False)}",
        f"name_en = {json.dumps(name, ensure_ascii=False)}",
        f'home = "{home}"',
    ]
    if found.family != "ndsoft" or found.feeds not in ([], ["/rss/allArticle.xml"]):
        lines += [f"{key} = {json.dumps(values)}" for key, values in _found(found) if values]
    if pattern and found.family != "ndsoft":
        lines.append(f"article = '{pattern}'")
    lines.append(f'evidence = "drafted by `jehyu sources new` on {datetime.now(KST):%Y-%m-%d}"')
    return "\n".join(lines) + "\n"


def _found(found: Draft) -> list[tuple[str, list[str]]]:
    lists = ["/"] if not found.feeds and not found.sitemaps else []
    return [("feeds", found.feeds), ("sitemaps", found.sitemaps), ("lists", lists)]


def _try_articles(entries: list[Entry], found: Draft, settings: Mapping[str, Any] | None) -> None:
    assert found.source is not None
    fitting = [entry for entry in entries if found.source.is_article(entry.url)][:_TRIED_ARTICLES]
    for entry, page in zip(fitting, fetch([e.url for e in fitting], settings).values(), strict=False):
        try:
            if page.failure:
                raise ReadError(page.failure, page.detail)
            found.articles.append(read_article(page.text, page.url, found.source, hint_date=entry.published))
        except ReadError as error:
            found.notes.append(f"{entry.url}: {error}")
