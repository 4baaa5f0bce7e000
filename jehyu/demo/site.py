"""One outlet's site: every page it serves, rendered once, found again by path and query."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from jehyu.demo.outlets import HTML, LAYOUTS, Outlet
from jehyu.demo.stories import KST, Story

_TEMPLATES = Path(__file__).parent / "templates"
_A_PAGE = 10  # stories on a page of an archive
_OPENING = datetime(2025, 1, 1, tzinfo=KST)


@dataclass(frozen=True)
class Page:
    """What is answered under one address; ``location`` makes it a permanent redirect."""

    body: bytes
    content_type: str
    changed: datetime
    location: str | None = None

    @property
    def etag(self) -> str:
        return f'"{sha256(self.body).hexdigest()[:20]}"'

    @property
    def last_modified(self) -> str:
        return format_datetime(self.changed.astimezone(UTC), usegmt=True)


class Site:
    """All pages of an outlet under ``base`` (scheme, host and port, without a slash at the end)."""

    def __init__(self, outlet: Outlet, stories: Sequence[Story], base: str) -> None:
        self.outlet = outlet
        self.base = base
        self._layout = LAYOUTS[outlet.layout]
        self._stories = stories
        self._pages: dict[str, list[tuple[frozenset[tuple[str, str]], Page]]] = {}
        for address, page in self._render():
            path, query = _key(address)
            self._pages.setdefault(path, []).append((query, page))

    def find(self, target: str) -> Page | None:
        """The page of a request target. As on real sites, parameters the site does not know (``utm_…``) are ignored."""
        path, query = _key(target)
        matches = [(len(wanted), page) for wanted, page in self._pages.get(path, ()) if wanted <= query]
        return max(matches, key=lambda match: match[0])[1] if matches else None

    def url(self, story: Story) -> str:
        return self.base + self._layout.address(story)

    def _render(self) -> Iterator[tuple[str, Page]]:
        latest = self._stories[0].published if self._stories else _OPENING
        yield "/robots.txt", self._page("robots.txt", "text/plain", latest)
        for address, (template, content_type) in self._layout.routes.items():
            size = _A_PAGE if "{page}" in address else max(1, len(self._stories))
            for number, first in enumerate(range(0, max(1, len(self._stories)), size), 1):
                stories = self._stories[first : first + size]
                yield address.format(page=number), self._page(template, content_type, latest, stories=stories)
        for position, story in enumerate(self._stories):
            related = [*self._stories[position + 1 :], *self._stories[:position]][:4]
            article = self._page("article.html", HTML, story.published, story=story, related=related)
            yield self._layout.address(story), article
            for old, new in self._layout.redirects.items():
                location = self.base + self._layout.address(story, new)
                yield self._layout.address(story, old), Page(b"", HTML, story.published, location)

    def _page(self, template: str, content_type: str, changed: datetime, **context: object) -> Page:
        folder = self.outlet.layout
        name = f"{folder}/{template}" if (_TEMPLATES / folder / template).exists() else f"common/{template}"
        shared = {"outlet": self.outlet, "base": self.base, "stories": self._stories, "url": self.url}
        text = _environment.get_template(name).render(shared | context, latest=changed)
        return Page(text.encode(self.outlet.charset, "xmlcharrefreplace"), content_type, changed)


_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=select_autoescape(("html", "xml")),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["rfc822"] = format_datetime
_environment.globals["utc"] = UTC


def _key(target: str) -> tuple[str, frozenset[tuple[str, str]]]:
    parts = urlsplit(target)
    return parts.path, frozenset(parse_qsl(parts.query, keep_blank_values=True))
