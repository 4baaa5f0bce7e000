"""Arc XP: the page carries the article as JSON for its scripts, and its HTML has no body."""

from __future__ import annotations

import json
import re
from typing import Any

from crawler.article import Article, read_fragment
from crawler.dates import KST, parse_date
from crawler.discovery import Entry, dig
from crawler.lang import language
from crawler.spiders.base import SourceSpider
from crawler.urls import canonical_url

_CONTENT = re.compile(r"Fusion\.globalContent\s*=\s*")


class ArcSpider(SourceSpider):
    """Reads ``Fusion.globalContent``; a page without it is read as any page (JSON-LD, layouts)."""

    family = "arc"

    def article_from(self, text: str, url: str, entry: Entry) -> Article:
        content = _global_content(text)
        article = _article(content, canonical_url(url, self.source)) if content else None
        return article or super().article_from(text, url, entry)


def _global_content(html: str) -> dict[str, Any] | None:
    match = _CONTENT.search(html)
    if not match:
        return None
    try:
        content, _ = json.JSONDecoder(strict=False).raw_decode(html, match.end())
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _article(content: dict[str, Any], url: str) -> Article | None:
    title = dig(content, "headlines.basic")
    pieces = [e.get("content") for e in content.get("content_elements", ()) if e.get("type") in ("text", "header")]
    paragraphs = read_fragment("".join(f"<p>{piece}</p>" for piece in pieces if isinstance(piece, str)))
    if not isinstance(title, str) or not paragraphs:
        return None
    text = "\n".join(paragraphs)
    published = parse_date(content.get("first_publish_date")) or parse_date(content.get("display_date"))
    updated = parse_date(content.get("last_updated_date"))
    return Article(
        url=url,
        title=" ".join(title.split()),
        text=text,
        published=published.astimezone(KST) if published else None,
        updated=updated.astimezone(KST) if updated else None,
        lang=language(f"{title}\n{text}"),
        layout="metadata",
    )
