"""What an outlet has published: reads its feeds, sitemaps, list pages and JSON lists into entries."""

from __future__ import annotations

import html
import io
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import feedparser
from lxml import etree
from lxml import html as lxml_html

from crawler.charset import encodable
from crawler.dates import parse_date
from crawler.failures import Failure, ReadError
from crawler.source import Api

_DTD_SUBSET = re.compile(r"<!DOCTYPE[^>\[]*\[", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_SITEMAP = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)\b")
_LOOKS_HTML = re.compile(r"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """One article as a feed, sitemap, list or API names it; None for what it does not say. `body` is HTML, `updated`
    the last change."""

    url: str
    title: str | None = None
    published: datetime | None = None
    body: str | None = None
    updated: datetime | None = None


@dataclass(frozen=True)
class Listing:
    """What an entry point names: articles, and (a sitemap index) further sitemaps, newest first."""

    entries: list[Entry]
    children: list[Entry] = field(default_factory=list)


def read_any(text: str, url: str, now: datetime | None = None) -> Listing:
    """A sitemap, feed or list page, whichever `text` is. Raises ReadError as they do."""
    if _LOOKS_HTML.match(_XML_DECLARATION.sub("", text, count=1)):
        return read_list(text, url, now)
    return (read_sitemap if _SITEMAP.search(text[:5000]) else read_feed)(text, url, now)


def read_feed(text: str, url: str, now: datetime | None = None) -> Listing:
    """The items of an RSS or Atom feed, in its order.

    Raises ReadError: EMPTY, FEED_DEAD (HTML, or no item), FEED_BROKEN (not XML, or declares entities).
    """
    _refuse_non_xml(text)
    # Handed over in UTF-8 with the declaration that fits: charsets are our business (crawler.charset).
    document = _XML_DECLARATION.sub("", text, count=1).lstrip()
    try:
        parsed = feedparser.parse(
            io.BytesIO(document.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        )
    except (ValueError, OverflowError) as error:  # &#x110000;, or an hour of twenty digits
        raise ReadError(Failure.FEED_BROKEN, f"cannot be parsed: {error}") from None
    entries = [entry for raw in parsed.entries if (entry := _feed_entry(raw, url, now))]
    if not entries:
        if not parsed.version:
            raise ReadError(Failure.FEED_BROKEN, f"is no RSS or Atom feed: {text.strip()[:60]!r}")
        raise ReadError(Failure.FEED_DEAD, "a feed without any item")
    return Listing(entries)


def read_sitemap(text: str, url: str, now: datetime | None = None) -> Listing:
    """A sitemap (plain or news) or sitemap index. Raises ReadError as `read_feed`."""
    _refuse_non_xml(text)
    root = _xml(text)
    kind = _local_name(root).lower()
    if kind not in ("urlset", "sitemapindex"):
        raise ReadError(Failure.FEED_BROKEN, f"is no sitemap but <{kind}>")
    entries = []
    for element in root.iterchildren(tag=etree.Element):
        # News fields lie deeper; <image:loc> does too, and must not stand for the article's own <loc>.
        deep, direct = element.iter(tag=etree.Element), element.iterchildren(tag=etree.Element)
        fields = {_local_name(e): (e.text or "").strip() for e in (*deep, *direct)}
        if address := _joined(url, fields.get("loc", "")):
            updated = parse_date(fields.get("lastmod"), now)
            when = parse_date(fields.get("publication_date"), now) or updated
            entries.append(Entry(address, _plain(fields.get("title")), when, None, updated))
    entries = newest_first(entries)
    if kind == "sitemapindex":
        return Listing([], entries)
    return Listing(entries)


def read_list(text: str, url: str, now: datetime | None = None) -> Listing:
    """Every link of a list page with the longest text under which the page shows it, in page order."""
    if not text.strip():
        raise ReadError(Failure.EMPTY, "the page has no content")
    try:
        root: lxml_html.HtmlElement = lxml_html.document_fromstring(_XML_DECLARATION.sub("", text, count=1))
    except (etree.ParserError, ValueError) as error:
        raise ReadError(Failure.FEED_BROKEN, f"is no HTML: {error}") from None
    titles: dict[str, str] = {}
    for link in root.xpath("//a[@href]"):
        href = (link.get("href") or "").strip()
        if href and not href.startswith(("javascript:", "mailto:", "tel:", "#")):
            address = _joined(url, href)
            title = " ".join(link.text_content().split())
            if address and len(title) >= len(titles.get(address, "")):
                titles[address] = title
    return Listing([Entry(address, title or None) for address, title in titles.items()])


def read_api(text: str, api: Api, url: str, now: datetime | None = None) -> Listing:
    """The items of a JSON list. Raises ReadError FEED_BROKEN where it is no JSON or has no such list."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ReadError(Failure.FEED_BROKEN, f"is no JSON: {error}") from None
    items = dig(data, api.items)
    if not isinstance(items, list):
        raise ReadError(Failure.FEED_BROKEN, f"has no list at {api.items!r}")
    if not items:
        raise ReadError(Failure.FEED_DEAD, "a list without any item")
    return Listing([entry for item in items if isinstance(item, dict) and (entry := _api_entry(item, api, url, now))])


def newest_first(entries: list[Entry]) -> list[Entry]:
    """Entries by time, newest first; those without a time keep their order, before the dated ones."""
    undated = [e for e in entries if e.published is None]
    dated = [e for e in entries if e.published is not None]
    return undated + sorted(dated, key=lambda e: e.published.timestamp() if e.published else 0, reverse=True)


def dig(data: Any, path: str) -> Any:
    """The value at a dotted path of dicts and lists (``data.items.0.name``); the whole for an empty path."""
    for step in filter(None, path.split(".")):
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data


def _feed_entry(raw: Any, base: str, now: datetime | None) -> Entry | None:
    link = raw.get("feedburner_origlink") or raw.get("link") or (raw.get("id") if raw.get("guidislink") else None)
    if not link:
        return None
    address = _joined(base, link)
    # Feedparser gives the one for the other where a feed has only one; a plain dict does not.
    published, updated, created = (parse_date(dict.get(raw, key), now) for key in ("published", "updated", "created"))
    bodies = [content.get("value", "") for content in raw.get("content", ())]
    body, when = max(bodies, key=len, default=None), published or updated or created
    return Entry(address, _plain(raw.get("title")), when, body, updated) if address else None


def _api_entry(item: dict[str, Any], api: Api, base: str, now: datetime | None) -> Entry | None:
    fields = {key: value for key, value in item.items() if isinstance(value, str | int)}
    try:
        address = _joined(base, api.link.format(**fields))
    except (KeyError, IndexError):
        return None
    title, when, body = (dig(item, path) if path else None for path in (api.title, api.published, api.body))
    body = encodable(body) if isinstance(body, str) else None
    return Entry(address, _plain(title), parse_date(when, now), body) if address else None


def _refuse_non_xml(text: str) -> None:
    if not text.strip():
        raise ReadError(Failure.EMPTY, "no content")
    if _LOOKS_HTML.match(_XML_DECLARATION.sub("", text, count=1)):
        raise ReadError(Failure.FEED_DEAD, "is an HTML page, no feed")
    if _DTD_SUBSET.search(text[:50_000]):
        raise ReadError(Failure.FEED_BROKEN, "declares XML entities, which no honest feed does; not parsed")


def _xml(text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(_XML_DECLARATION.sub("", text, count=1).strip().encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise ReadError(Failure.FEED_BROKEN, f"is no XML: {error}") from None
    if root is None:
        raise ReadError(Failure.FEED_BROKEN, "is no XML")
    return root


def _local_name(element: etree._Element) -> str:
    """The tag without its namespace; `etree.QName` refuses what a repaired document may have as a tag."""
    return str(element.tag).rpartition("}")[2]


def _joined(base: str, link: str) -> str | None:
    """The address that `link` on the page `base` means; None if it means none that can be asked."""
    if not link.strip():
        return None
    try:
        address = urljoin(base, encodable(link.strip()))
    except (ValueError, OverflowError):
        return None
    return address if address.startswith(("http://", "https://")) else None


def _plain(value: Any) -> str | None:
    """One line of text; tags out, entities resolved twice, since some feeds encode them twice."""
    if not isinstance(value, str):
        return None
    value = html.unescape(html.unescape(value))
    return " ".join(re.sub(r"<[^<>]{1,200}>", "", value).split()) or None
