"""What a page says of itself in structured form: JSON-LD, OpenGraph, other meta tags, microdata."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup, Tag

from crawler.dates import parse_date

_ARTICLE_TYPES = re.compile(r"^(?:Reportage|Analysis|Background|Opinion|Review)?(?:News)?Article$|^BlogPosting$")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")

_PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "dd:published_time", "og:regdate",
    "datepublished", "dc.date.issued", "dcterms.created", "pubdate", "publish_date", "parsely-pub-date", "article_date",
)  # fmt: skip
_UPDATED = ("article:modified_time", "article:modified", "og:updated_time", "dd:modified_time", "datemodified")


@dataclass(frozen=True)
class Metadata:
    """Structured facts of one page; None where it states none."""

    title: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    body: str | None = None
    url: str | None = None
    site: str | None = None
    is_article: bool = False


def read_metadata(soup: BeautifulSoup, now: datetime | None = None) -> Metadata:
    """The structured metadata of a page, JSON-LD before OpenGraph before the rest. Never raises on broken data."""
    article = next(_json_ld_articles(soup), {})
    meta = _meta_tags(soup)

    def when(ld_key: str, names: tuple[str, ...], itemprop: str) -> datetime | None:
        for value in (article.get(ld_key), *(meta.get(name) for name in names), _itemprop(soup, itemprop)):
            if isinstance(value, str | int | float) and (found := parse_date(value, now)):
                return found
        return None

    return Metadata(
        title=_text(article.get("headline")) or _text(meta.get("og:title")) or _text(meta.get("twitter:title")),
        published=when("datePublished", _PUBLISHED, "datePublished"),
        updated=when("dateModified", _UPDATED, "dateModified"),
        body=_body(article.get("articleBody")),
        url=_canonical(soup, meta),
        site=_text(meta.get("og:site_name")),
        is_article=bool(article) or meta.get("og:type", "").lower() == "article",
    )


def _json_ld_articles(soup: BeautifulSoup) -> Iterator[dict[str, Any]]:
    for script in soup.find_all("script", type=re.compile(r"^application/ld\+json", re.IGNORECASE)):
        for item in _flatten(_loads(script.get_text())):
            kinds = item.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(kind, str) and _ARTICLE_TYPES.match(kind) for kind in kinds):
                yield item


def _loads(text: str) -> Any:
    text = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[)|(?:-->|//\s*\]\]>)\s*;?\s*$", "", text.strip())
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _flatten(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 4:
        return
    if isinstance(data, list):
        for item in data:
            yield from _flatten(item, depth + 1)
    elif isinstance(data, dict):
        yield data
        yield from _flatten(data.get("@graph"), depth + 1)
        yield from _flatten(data.get("mainEntity"), depth + 1)


def _meta_tags(soup: BeautifulSoup) -> dict[str, str]:
    tags: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        name, content = tag.get("property") or tag.get("name") or tag.get("itemprop"), tag.get("content")
        if isinstance(name, str) and isinstance(content, str) and content.strip():
            tags.setdefault(name.lower(), content.strip())
    return tags


def _itemprop(soup: BeautifulSoup, name: str) -> str | None:
    tag = soup.select_one(f'[itemprop="{name}"]')
    if tag is None:
        return None
    return str(tag.get("datetime") or tag.get("content") or tag.get_text(" ", strip=True))


def _canonical(soup: BeautifulSoup, meta: dict[str, str]) -> str | None:
    link = soup.find("link", rel="canonical")
    href = link.get("href") if isinstance(link, Tag) else None
    return href if isinstance(href, str) and href.startswith("http") else meta.get("og:url")


def _text(value: Any) -> str | None:
    """One line of text; entities are resolved twice, since Korean feeds and pages often encode them twice."""
    if not isinstance(value, str):
        return None
    return re.sub(r"\s+", " ", html.unescape(html.unescape(value))).strip() or None


def _body(value: Any) -> str | None:
    if isinstance(value, list):
        value = "\n".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return None
    value = html.unescape(value)
    if re.search(r"<(?:p|br|div)\b", value, re.IGNORECASE):
        value = BeautifulSoup(value, "lxml").get_text("\n")
    return value.strip() or None
