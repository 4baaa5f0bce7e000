"""Deals as an Atom feed, and as a digest to mail, in Markdown or HTML."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote

from feedgen.feed import FeedGenerator

from web import names
from web.reading import Event

NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
EMPTY_FEED_AT = "1970-01-01T00:00:00+00:00"
HEADLINE_LONGEST = 300


def atom(title: str, address: str, events: Sequence[Event], *, site: str, korean: bool = True) -> bytes:
    """An Atom feed of the events in the order given.

    `address` is the feed's own, `site` the site's (no slash at the end), under which the events' pages stand. An
    entry's id never changes; it is updated when the deal's parties, kind, status or date change.
    """
    feed = FeedGenerator()
    feed.id(_clean(address))
    feed.title(_clean(title) or "Jehyu")
    feed.link(href=_clean(address), rel="self")
    feed.link(href=_clean(site) + "/", rel="alternate")
    feed.author(name="Jehyu")
    feed.generator("Jehyu")
    feed.updated(max((event.changed_at for event in events), default=EMPTY_FEED_AT))
    for event in events:
        entry = feed.add_entry(order="append")
        entry.id(f"urn:jehyu:event:{quote(event.id)}")
        entry.title(_clean(f"{event.heading(korean)} ({_kind(event, korean)})"))
        entry.link(href=f"{site}/event/{quote(event.id, safe='')}", rel="alternate")
        entry.published(_zoned(event.first_seen_at))
        entry.updated(_zoned(event.changed_at))
        entry.content(_clean(_entry_html(event, site, korean)), type="html")
    result: bytes = feed.atom_str(pretty=True)
    return result


def markdown(title: str, events: Iterable[Event], *, site: str | None = None, korean: bool = True) -> str:
    """A digest in Markdown: a heading, then a list with parties, kind, day, outlets, evidence and links.

    Without `site` the links lead to the articles only. Text from articles is escaped, so that it stays text.
    """
    lines = [f"# {_escape_markdown(title)}", ""]
    for event in events:
        facts = ", ".join(_facts(event, korean))
        lines.append(f"- **{_escape_markdown(event.heading(korean))}** – {_escape_markdown(facts)}")
        if event.evidence:
            lines.append(f"  > {_escape_markdown(event.evidence)}")
        links = [f"[{label}](<{address}>)" for label, address in _links(event, site, korean)]
        if links:
            lines += ["  >" if event.evidence else "", f"  {' · '.join(links)}"][not event.evidence :]
        lines.append("")
    if len(lines) == 2:
        lines += ["새 제휴가 없습니다." if korean else "No new deals.", ""]
    return "\n".join(lines)


def html(title: str, events: Iterable[Event], *, site: str | None = None, korean: bool = True) -> str:
    """The same digest as a complete HTML page with its styles inside, as mail programs want it."""
    items = "".join(f"<li style='margin:0 0 1.2em'>{_digest_html(event, site, korean)}</li>" for event in events)
    empty = "새 제휴가 없습니다." if korean else "No new deals."
    return (
        f"<!DOCTYPE html><html lang='{'ko' if korean else 'en'}'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title></head><body style='font-family:sans-serif;line-height:1.6;"
        "word-break:keep-all;overflow-wrap:anywhere;max-width:42em;margin:2em auto;padding:0 1em'>"
        f"<h1 style='font-size:1.3em'>{escape(title)}</h1>"
        + (f"<ul style='list-style:none;padding:0'>{items}</ul>" if items else f"<p>{empty}</p>")
        + "</body></html>"
    )


def _kind(event: Event, korean: bool) -> str:
    return names.word(names.KINDS, event.kind, korean)


def _facts(event: Event, korean: bool) -> list[str]:
    """Kind, status, day and outlets, those that are known."""
    facts = [_kind(event, korean), names.word(names.STATUSES, event.status, korean), event.told_on(korean)]
    if event.outlets:
        more = len(event.outlets) - 3
        rest = (f" 외 {more}곳" if korean else f" and {more} more") if more > 0 else ""
        facts.append(", ".join(outlet.name(korean) for outlet in event.outlets[:3]) + rest)
    return [fact for fact in facts if fact]


def _links(event: Event, site: str | None, korean: bool) -> list[tuple[str, str]]:
    links = []
    if event.url and event.url.startswith(("http://", "https://")):
        links.append(("기사" if korean else "article", quote(event.url, safe=":/?#[]@!$&'()*+,;=%~")))
    if site:
        links.append(("거래" if korean else "deal", f"{site}/event/{quote(event.id, safe='')}"))
    return links


def _entry_html(event: Event, site: str, korean: bool) -> str:
    parts = [f"<p>{escape(' · '.join(_facts(event, korean)))}</p>"]
    if event.evidence:
        parts.append(f"<blockquote>{escape(event.evidence)}</blockquote>")
    if event.headline:
        parts.append(f"<p>{escape(event.headline[:HEADLINE_LONGEST])}</p>")
    links = [f'<a href="{escape(address)}">{label}</a>' for label, address in _links(event, site, korean)]
    return "".join(parts) + f"<p>{' · '.join(links)}</p>"


def _digest_html(event: Event, site: str | None, korean: bool) -> str:
    links = [f"<a href='{escape(address)}'>{label}</a>" for label, address in _links(event, site, korean)]
    evidence = f"<br>{escape(event.evidence)}" if event.evidence else ""
    facts = escape(", ".join(_facts(event, korean)))
    return (
        f"<strong>{escape(event.heading(korean))}</strong><br><small>{facts}</small>{evidence}<br>{' · '.join(links)}"
    )


def _escape_markdown(text: str) -> str:
    """Text in which no character means anything to Markdown or HTML, on one line."""
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"([\\`*_{}\[\]<>#|~!])", r"\\\1", text).replace("&", "&amp;")


def _clean(text: str) -> str:
    """Without the characters that XML cannot carry."""
    return NOT_XML.sub("", text)


def _zoned(moment: str) -> str:
    return moment if datetime.fromisoformat(moment).tzinfo else moment + "+09:00"
