"""Reads one page into one article: structured metadata first, then the outlet's selectors, then a generic extractor."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import trafilatura
from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from soupsieve import SelectorSyntaxError

from crawler.blocks import bare_time_below, own_block
from crawler.cleaning import clean, trim, trim_edges
from crawler.dates import KST, date_in, parse_date, published_and_updated
from crawler.discovery import Entry
from crawler.failures import Failure, ReadError
from crawler.lang import language
from crawler.lines import NEVER_TEXT, lines_of
from crawler.metadata import Metadata, read_metadata
from crawler.scriptdata import text_in_scripts
from crawler.source import Layout, Source
from crawler.urls import canonical_url, same_article

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without a body is reported here, by class

warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)  # XHTML, or no article, which is said by class

GENERIC = "generic"
_SHORTEST_BODY = 40  # characters: a one-sentence flash has more
_SHORTEST_FEED_TEXT = 200
_CUT_SHORT = re.compile(r"(?:\.\.\.|…|\[…\]|Continue reading.*|(?:더|자세히|전문)\s?보기)\s*$", re.IGNORECASE)
_LONGEST_PAGE = 4_000_000  # characters of HTML that are parsed

_MICRODATA_BODY = '[itemprop="articleBody"]'
_DATE_LABEL = re.compile(
    r"(?:입력|등록|승인|송고|발행일|게재|작성|Published|Written|Posted|Updated)\s*[:|]?\s*\D{0,3}\d", re.IGNORECASE
)
_CHALLENGE = re.compile(
    r"_cf_chl_opt|cf-browser-verification|<title>\s*(?:Just a moment|Attention Required|Access Denied|Request Rejected|"
    r"ERROR: The request could not be satisfied)|Request blocked\.|errors\.edgesuite\.net",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Article:
    """One article as read. `layout` names what read the body: ``metadata``, ``1`` (the source's newest layout), … or
    ``generic``; `expired` is set where that layout had been given up."""

    url: str
    title: str
    text: str
    published: datetime | None
    updated: datetime | None
    lang: str | None
    layout: str
    expired: bool = False


def read_article(
    html: str,
    url: str,
    source: Source | None = None,
    *,
    hint_title: str | None = None,
    hint_date: datetime | None = None,
    now: datetime | None = None,
) -> Article:
    """The article on the page `html` fetched from `url`.

    `hint_title` and `hint_date` are what the feed or list said; used where the page says nothing.
    Raises ReadError: BLOCKED for a challenge page, EMPTY, NOT_ARTICLE, LAYOUT_CHANGED.
    """
    if not html.strip():
        raise ReadError(Failure.EMPTY, "the page has no content")
    if _CHALLENGE.search(html[:20_000]):
        raise ReadError(Failure.BLOCKED, "a challenge page came instead of the article")
    soup = BeautifulSoup(html[:_LONGEST_PAGE], "lxml")
    meta = read_metadata(soup, now)
    layouts = source.layouts if source else ()
    title = _title(soup, meta, layouts) or hint_title
    published, updated = _times(soup, meta, title, layouts, hint_date, url, now)
    paragraphs, layout, expired = _body(soup, html, meta, title, layouts, (now or datetime.now(KST)).date())
    text = "\n".join(_without_title(paragraphs, title))
    if not title or len(text) < _SHORTEST_BODY:
        raise _why_unread(title, text, meta, layouts)
    return Article(
        url=_own_url(url, meta, source),
        title=title,
        text=text,
        published=published,
        updated=updated if updated and published and updated >= published else None,
        lang=language(f"{title}\n{text}"),
        layout=layout,
        expired=expired,
    )


def read_fragment(fragment: str, layout: Layout | None = None) -> list[str]:
    """Cleaned paragraphs of a piece of HTML that is an article's body, such as a feed's ``content:encoded``."""
    return clean(_lines(_stripped(BeautifulSoup(fragment, "lxml"), layout)))


def read_entry(entry: Entry, source: Source) -> Article | None:
    """The article that an entry itself holds in full, or None where it holds none or only a beginning."""
    paragraphs = read_fragment(entry.body or "", source.layouts[0] if source.layouts else None)
    text = "\n".join(_without_title(paragraphs, entry.title))
    if not entry.title or len(text) < _SHORTEST_FEED_TEXT or _CUT_SHORT.search(text):
        return None
    published = entry.published.astimezone(KST) if entry.published else date_in(entry.url)
    url = canonical_url(entry.url, source)
    return Article(url, entry.title, text, published, None, language(f"{entry.title}\n{text}"), "feed")


def _body(
    soup: BeautifulSoup, html: str, meta: Metadata, title: str | None, layouts: Iterable[Layout], today: date
) -> tuple[list[str], str, bool]:
    """Paragraphs, the name of what read them, and whether that layout had expired."""
    for number, layout in enumerate(layouts, 1):
        if layout.body and (paragraphs := _selected_body(soup, layout)):
            return paragraphs, str(number), bool(layout.valid_until and layout.valid_until < today)
    return _unknown_body(soup, html, meta, title)


def _unknown_body(soup: BeautifulSoup, html: str, meta: Metadata, title: str | None) -> tuple[list[str], str, bool]:
    """The body of a page in a layout nobody has declared."""
    stated = clean((meta.body or "").splitlines())
    generic = _generic_body(str(own) if (own := own_block(soup, title)) else html)
    marked = trim(_selected_body(soup, Layout(body=_MICRODATA_BODY)))
    shown = marked if _length(marked) >= _length(generic) * 0.9 else generic
    if _length(stated) >= max(_length(shown) * 0.9, _SHORTEST_BODY):
        return stated, "metadata", False
    hidden = read_fragment(text_in_scripts(html) or "")
    if _length(hidden) > _length(shown) * 1.5:
        return hidden, "script", False
    return shown, "microdata" if shown is marked else GENERIC, False


def _selected_body(soup: BeautifulSoup, layout: Layout) -> list[str]:
    elements = _select(soup, layout.body)
    # Where selectors match an element and its descendants, only the outermost counts: text must not come twice.
    outer = [e for e in elements if not any(p in elements for p in e.parents)]
    paragraphs = clean(line for element in outer for line in _lines(_stripped(element, layout)))
    return paragraphs if _length(paragraphs) >= _SHORTEST_BODY else []


def _stripped(element: Tag, layout: Layout | None) -> Tag:
    """A copy of `element` without what is never text and what the layout removes or unwraps."""
    copy = element.__copy__()
    for selector in (NEVER_TEXT, layout and layout.remove):
        for tag in _select(copy, selector or None):
            tag.extract()
    for tag in _select(copy, layout.unwrap if layout else None):
        tag.unwrap()
    return copy


def _lines(element: Tag) -> list[str]:
    return [text for text, _, _ in lines_of(element)]


def _generic_body(html: str) -> list[str]:
    text = trafilatura.extract(html, include_comments=False, favor_precision=True, include_images=False)
    # Its marks of tables and lists are not the article's.
    lines = [piece for line in (text or "").splitlines() for piece in (line.split("|") if line[:1] == "|" else [line])]
    return trim_edges(clean(re.sub(r"^\s*- ", "", line) for line in lines))


def _title(soup: BeautifulSoup, meta: Metadata, layouts: Iterable[Layout]) -> str | None:
    headings = [_line(tag) for layout in layouts for tag in _select(soup, layout.title)]
    headings += [_line(tag) for tag in soup.find_all("h1")]
    if meta.title is None:
        return next((h for h in headings if h), None) or _title_tag(soup)
    # "Title - Outlet": the heading on the page says where the title ends.
    beginning = [h for h in headings if len(h) >= 5 and meta.title.startswith(h)]
    if beginning:
        return max(beginning, key=len)
    return _without_site(meta.title, meta.site)


def _without_site(title: str, site: str | None) -> str:
    """The title without " - Section | Outlet" at its end, where that is the outlet's name or set off by a bar."""
    match = re.match(r"^(.{8,}?)(?:\s?-[가-힣/·]{2,8})?\s*([|ㅣ｜]|\s[-:<–—]\s)\s*([^|ㅣ｜]{2,30})$", title)
    if not match:
        return title
    head, mark, tail = match.group(1), match.group(2).strip(), match.group(3).strip().lower()
    is_site = site is not None and (tail in site.lower() or site.lower() in tail)
    return head.rstrip() if is_site or mark in "|ㅣ｜" or site is None else title


def _title_tag(soup: BeautifulSoup) -> str | None:
    return _without_site(_line(soup.title), None) or None if soup.title else None


def _times(
    soup: BeautifulSoup,
    meta: Metadata,
    title: str | None,
    layouts: Iterable[Layout],
    hint: datetime | None,
    url: str,
    now: datetime | None,
) -> tuple[datetime | None, datetime | None]:
    shown = _shown_times(soup, title, layouts, now)
    in_url = date_in(url, now)
    published = _zone_mended(meta.published or shown[0] or hint or in_url, shown[0] or hint)
    updated = _zone_mended(meta.updated or shown[1], shown[1])
    return _to_the_second(published, hint, in_url), updated


def _to_the_second(published: datetime | None, *others: datetime | None) -> datetime | None:
    """`published`, or what another place says of the same minute where that gives the seconds as well."""
    if published and published.second == 0:
        same = (o for o in others if o and timedelta() < o - published < timedelta(minutes=1))
        return next(same, published).astimezone(KST)
    return published


def _shown_times(
    soup: BeautifulSoup, title: str | None, layouts: Iterable[Layout], now: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """Publication and update time as the page shows them to readers."""
    for layout in layouts:
        line = " ".join(_with_attributes(tag) for tag in _select(soup, layout.published))
        published, updated = published_and_updated(line, now)
        if published:
            later = " ".join(_with_attributes(tag) for tag in _select(soup, layout.updated))
            return published, updated or parse_date(later, now)
    for text in soup.find_all(string=_DATE_LABEL):
        if text.parent and text.parent.name not in ("script", "style", "option"):
            around = f"{text} {text.parent.parent.get_text(' ', strip=True) if text.parent.parent else ''}"
            published, updated = published_and_updated(around[:400], now)
            if published:
                return published, updated
    time = soup.select_one("article time[datetime], time[datetime]")
    return parse_date(time.get("datetime") if time else bare_time_below(soup, title), now), None


def _zone_mended(stated: datetime | None, shown: datetime | None) -> datetime | None:
    """Korean time, where metadata calls the wall clock UTC that the page shows as Korean time."""
    if stated and shown and stated.utcoffset() == UTC.utcoffset(None):
        as_korean = stated.replace(tzinfo=KST)
        if abs(as_korean - shown) < timedelta(minutes=1):
            return as_korean
    return stated.astimezone(KST) if stated else None


def _own_url(url: str, meta: Metadata, source: Source | None) -> str:
    """The canonical address: what the page names as such, if that is an article of the same outlet."""
    fetched = canonical_url(url, source)
    if meta.url and source and source.is_article(meta.url):
        if source.canonical and source.match(url):
            return fetched
        named = canonical_url(meta.url, source)
        # Some sites name one address on all their pages: what it names must be this article.
        return named if same_article(url, named, source) else fetched
    return fetched


def _why_unread(title: str | None, text: str, meta: Metadata, layouts: Iterable[Layout]) -> ReadError:
    if meta.is_article and list(layouts):
        return ReadError(Failure.LAYOUT_CHANGED, f"an article, but body has {len(text)} characters, title {title!r}")
    if not title:
        return ReadError(Failure.NOT_ARTICLE, "no title and no text found")
    return ReadError(Failure.EMPTY, f"{title!r} has only {len(text)} characters of text")


def _without_title(paragraphs: list[str], title: str | None) -> list[str]:
    return paragraphs[1:] if paragraphs and title and paragraphs[0] == title else paragraphs


def _select(root: Tag, selector: str | None) -> list[Tag]:
    if not selector:
        return []
    try:
        return list(root.select(selector))
    except SelectorSyntaxError as error:
        raise ReadError(Failure.INTERNAL, f"selector {selector!r}: {error}") from None


def _with_attributes(tag: Tag) -> str:
    stamps = [str(tag[a]) for a in ("datetime", "data-date-time", "data-published-time") if tag.get(a)]
    return " ".join([*stamps, tag.get_text(" ", strip=True)])


def _line(tag: Tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" ", strip=True)).strip()


def _length(paragraphs: list[str]) -> int:
    return sum(map(len, paragraphs))
