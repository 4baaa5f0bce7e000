"""What an outlet is: entry points, the shape of its article addresses, how its pages are read, what to expect of it.

Outlets are declared in TOML, one file a family (``crawler/sources/ndsoft.toml``) or any other file in the same format::

    [family]                        # optional: what all outlets of this family share; any field of a source
    id = "ndsoft"
    article = '{site}/news/articleView(?:Amp)?\\.html\\?(?:[^#]*&)?idxno=(?P<id>\\d+)'
    canonical = "{home}/news/articleView.html?idxno={id}"

    [[family.layouts]]              # newest first; an outlet's own layouts come before the family's
    title = "h3.heading"
    body = "#article-view-content-div"

    [source.bloter]                 # one short entry an outlet
    name = "블로터"
    name_en = "Bloter"
    home = "https://www.bloter.net"
    feeds = ["/rss/allArticle.xml"]
    verified = 2026-08-10

``archive`` are pages that lead to older articles: ``{page}`` in them counts from 1, ``{day:%Y%m%d}`` back from today.
``{site}`` in ``article`` stands for the scheme, host (bare or with www., m., mobile. or amp.) and path of ``home``;
``{home}`` and ``{id}`` in ``canonical`` for the home address and the group named ``id``. Both may be lists: the first
pattern that fits, the first template whose groups it has. Addresses may be relative to ``home``.
A file that is not a family's own names the family of each entry: ``family = "ndsoft"``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

# What may stand before an outlet's host without making it another site.
VARIANTS = r"^(?:www|m|mobile|amp)\."

BUNDLED = Path(__file__).parent / "sources"

Family = Literal["ndsoft", "wordpress", "feed", "fulltext", "sitemap", "listing", "arc", "jsonapi", "newsroom"]


class SourceError(ValueError):
    """A declaration that cannot be used; the message names file and entry."""


class Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Layout(Declared):
    """One version of an outlet's page: CSS selectors, and until when pages looked like this (None: they still do)."""

    title: str | None = None
    body: str | None = None
    published: str | None = None
    updated: str | None = None
    remove: str | None = None
    unwrap: str | None = None
    valid_until: date | None = None


class Expect(Declared):
    """What a healthy outlet gives: checked after each run, see `crawler.health`."""

    items_a_day: float = Field(default=1, ge=0)
    max_age_hours: float = Field(default=72, gt=0)
    body: float = Field(default=0.9, ge=0, le=1)
    date: float = Field(default=0.95, ge=0, le=1)


class Api(Declared):
    """A JSON list of articles. Dotted paths; ``link`` is a template over an item's own fields."""

    url: str
    items: str
    link: str
    title: str | None = None
    published: str | None = None
    body: str | None = None


class Source(Declared):
    """One outlet."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    family: Family
    name: str
    name_en: str
    lang: Literal["ko", "en", "ko+en"] = "ko"
    home: str
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    api: Api | None = None
    archive: tuple[str, ...] = ()
    article: tuple[str, ...] = ()
    canonical: tuple[str, ...] = ()
    layouts: tuple[Layout, ...] = ()
    expect: Expect = Expect()
    charset: str | None = None
    off: str | None = None
    terms: str | None = None
    verified: date | None = None
    evidence: str | None = None
    note: str | None = None

    @field_validator("home")
    @classmethod
    def _home_is_absolute(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc:
            raise ValueError(f"{value!r} is no http(s) address")
        return value.rstrip("/")

    @field_validator("article", "canonical", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("article")
    @classmethod
    def _patterns_compile(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            try:
                re.compile(pattern.replace("{site}", ""))
            except re.error as error:
                raise ValueError(f"pattern {pattern!r}: {error}") from None
        return value

    @field_validator("archive")
    @classmethod
    def _archive_can_be_filled_in(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for template in value:
            try:
                template.format(page=1, day=date(2026, 1, 1))
            except (KeyError, IndexError, ValueError) as error:
                raise ValueError(
                    f"{template!r}: only {{page}} or {{day:%Y%m%d}} can stand for something: {error!r}"
                ) from None
        return value

    @model_validator(mode="after")
    def _can_be_reached(self) -> Source:
        if not self.off and not (self.feeds or self.sitemaps or self.lists or self.api):
            raise ValueError('has no feed, sitemap, list page or api; give one or say why it is off: off = "…"')
        if any("{id}" in c for c in self.canonical) and not any("(?P<id>" in p for p in self.article):
            raise ValueError("canonical uses {id}, but no article pattern has a group (?P<id>…)")
        return self

    @property
    def enabled(self) -> bool:
        return self.off is None

    def absolute(self, address: str) -> str:
        """An entry address of this source, made absolute against ``home`` (``/x`` is below home's path)."""
        if urlsplit(address).scheme:
            return address
        return f"{self.home}{address}" if address.startswith("/") else urljoin(f"{self.home}/", address)

    def declared_addresses(self) -> list[str]:
        """Every address that the declaration itself names, absolute."""
        entries = [*self.feeds, *self.sitemaps, *self.lists, *([self.api.url] if self.api else [])]
        return [self.home, *map(self.absolute, entries)]

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """The article address patterns, compiled."""
        parts = urlsplit(self.home)
        host = re.escape(parts.netloc.removeprefix("www."))
        site = rf"https?://(?:(?:www|m|mobile|amp)\.)?{host}{re.escape(parts.path)}"
        return tuple(re.compile(pattern.replace("{site}", site)) for pattern in self.article)

    def match(self, url: str) -> re.Match[str] | None:
        """The first article pattern that `url` begins with, or None where it is no article of this outlet."""
        return next((m for pattern in self.patterns if (m := pattern.match(url))), None)

    def is_article(self, url: str) -> bool:
        """Whether `url` is an article of this outlet; without declared patterns any address below home may be one."""
        if self.patterns:
            return self.match(url) is not None
        return re.sub(VARIANTS, "", urlsplit(url).netloc) == re.sub(VARIANTS, "", urlsplit(self.home).netloc)


def parse_sources(text: str, origin: str, families: Mapping[str, Mapping[str, Any]] | None = None) -> list[Source]:
    """The sources declared in TOML `text`; `origin` names it in errors, `families` gives what each family shares.

    Raises SourceError naming `origin` and the entry.
    """
    document = _document(text, origin)
    shared = dict(bundled_families() if families is None else families)
    own = document.get("family", {})
    if own:
        shared[own.get("id", "")] = {key: value for key, value in own.items() if key != "id"}
    return [_source(id_, entry, own.get("id"), shared, origin) for id_, entry in document.get("source", {}).items()]


def load_sources(*paths: Path) -> dict[str, Source]:
    """All sources by id, from TOML files or folders of them (by default the bundled ones), sorted by file, then entry.

    Raises SourceError, naming file and entry, on the first declaration that cannot be used or an id given twice.
    """
    files = [file for path in paths or (BUNDLED,) for file in _files(path)]
    sources: dict[str, Source] = {}
    seen_in: dict[str, Path] = {}
    for file in files:
        for source in parse_sources(_read(file), str(file)):
            if source.id in sources:
                raise SourceError(f"{file}: [source.{source.id}] is also declared in {seen_in[source.id]}")
            sources[source.id], seen_in[source.id] = source, file
    return sources


def select(sources: Mapping[str, Source], names: Iterable[str] = ()) -> list[Source]:
    """The sources called `names`, or all that are enabled. Raises SourceError for a name nobody has."""
    names = list(names)
    if unknown := [name for name in names if name not in sources]:
        raise SourceError(f"no source called {', '.join(unknown)}; `jehyu sources list` shows all {len(sources)}")
    return [sources[name] for name in names] if names else [s for s in sources.values() if s.enabled]


def bundled_families() -> dict[str, dict[str, Any]]:
    """What the outlets of each bundled family share: raw fields by family id."""
    families = {}
    for file in _files(BUNDLED):
        own = _document(_read(file), str(file)).get("family", {})
        if own:
            families[own["id"]] = {key: value for key, value in own.items() if key != "id"}
    return families


def _source(
    id_: str, entry: dict[str, Any], file_family: str | None, shared: Mapping[str, Mapping[str, Any]], origin: str
) -> Source:
    where = f"{origin}: [source.{id_}]"
    family = entry.get("family", file_family)
    common = shared.get(family or "", {})
    fields: dict[str, Any] = {**common, **entry, "id": id_, "family": family}
    fields["layouts"] = [*entry.get("layouts", ()), *common.get("layouts", ())]
    fields["expect"] = {**common.get("expect", {}), **entry.get("expect", {})}
    try:
        return Source(**fields)
    except ValidationError as error:
        raise SourceError(f"{where}: {'; '.join(map(_problem, error.errors()))}") from None


def _problem(error: Any) -> str:
    field = ".".join(map(str, error["loc"]))
    return f"{field or 'entry'}: {error['msg'].removeprefix('Value error, ')}"


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.glob("*.toml"))
    return [path]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"{file}: cannot be read: {error.strerror}") from None


def _document(text: str, origin: str) -> dict[str, Any]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{origin}: not TOML: {error}") from None
    if stray := set(document) - {"family", "source"}:
        raise SourceError(f"{origin}: unknown table [{sorted(stray)[0]}]; use [family] and [source.ID]")
    return document
