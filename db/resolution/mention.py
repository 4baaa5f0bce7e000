"""A mention as resolution sees it, and when its deal can have happened."""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from db.resolution.terms import weight

# Kinds a newspaper may choose among for one and the same deal.
FAMILIES = {
    "alliance": "cooperation",
    "mou": "cooperation",
    "joint_development": "cooperation",
    "consortium": "cooperation",
    "other": "cooperation",
    "supply": "trade",
    "adoption": "trade",
    "license": "trade",
    "distribution": "trade",
    "investment": "capital",
    "acquisition": "capital",
    "joint_venture": "capital",
}
# How far a deal has come; a later report of a lower one says nothing new.
RANK = {"rumoured": 0, "denied": 0, "talks": 1, "planned": 2, "announced": 3, "signed": 4, "ended": 5}


@dataclass(frozen=True)
class Party:
    """One party of a mention. `org_id` None: the article does not name it."""

    org_id: str | None
    name: str | None
    type: str | None
    country: str | None
    description: str | None


@dataclass(frozen=True)
class Mention:
    """One article's telling of one deal. `reported` and the bounds of `span` are day numbers (date.toordinal)."""

    id: int
    article_id: int
    url: str
    group: int
    published: str
    reported: int
    lang: str | None
    kind: str
    status: str
    new: bool
    date: str | None
    precision: str | None
    confidence: float
    evidence: str
    start: int
    slug: str
    mark: str
    block: int | None
    event_id: str | None
    parties: tuple[Party, ...]
    pairs: tuple[tuple[int, int], ...]
    terms: frozenset[str] = frozenset()
    amounts: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    cues: frozenset[str] = frozenset()
    # What an unlisted party's name sounds like, by organisation id.
    sounds: Mapping[str, str] = field(default_factory=dict)
    orgs: frozenset[str] = field(init=False)
    links: frozenset[frozenset[str]] = field(init=False)
    # The same as another language has them: unlisted names by their sound.
    heard: frozenset[str] = field(init=False)
    heard_links: frozenset[frozenset[str]] = field(init=False)
    hidden: bool = field(init=False)
    span: tuple[int, int] | None = field(init=False)
    # Its date is a day; it tells the deal as concluded; the family of its kind; the units of its amounts.
    exact: bool = field(init=False)
    concluded: bool = field(init=False)
    family: str = field(init=False)
    units: frozenset[str] = field(init=False)
    # When the deal happened: its stated date, else shortly before the report, else (background) any time before.
    window: tuple[int, int] = field(init=False)
    # The canonical order: by publication, then by what is written, never by arrival.
    order: tuple[Any, ...] = field(init=False)
    # The day the deal happened as far as this telling knows: its exact date, else the day of the report.
    day: int = field(init=False)
    # What its words weigh together.
    heft: float = field(init=False)

    def __post_init__(self) -> None:
        def put(name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

        put("orgs", frozenset(party.org_id for party in self.parties if party.org_id))
        named = [(self.parties[i].org_id, self.parties[j].org_id) for i, j in self.pairs]
        links = frozenset(frozenset((one, other)) for one, other in named if one and other and one != other)
        put("links", links)
        put("heard", frozenset(self.sounds.get(org, org) for org in self.orgs))
        put("heard_links", frozenset(frozenset(self.sounds.get(org, org) for org in link) for link in links))
        put("hidden", any(party.org_id is None for party in self.parties))
        span = span_of(self.date, self.precision) if self.date else None
        put("span", span)
        put("exact", span is not None and span[0] == span[1])
        put("concluded", self.status in ("signed", "announced"))
        put("family", FAMILIES[self.kind])
        put("units", frozenset(amount.split(":")[0] for amount in self.amounts))
        put("window", span or (self.reported - (7 if self.new else 730), self.reported))
        told = (self.start, self.kind, self.status, sorted(self.orgs), self.evidence)
        put("order", (self.published, self.url, *told))
        put("day", span[0] if span and self.exact else self.reported)
        # fsum, since a set has no order of its own and the result must not depend on one
        put("heft", math.fsum(weight(term) for term in self.terms))


def span_of(day: str, precision: str | None) -> tuple[int, int]:
    """First and last day number of an ISO date, "YYYY-MM" or "YYYY"; a quarter runs three months from its date."""
    parts = [int(part) for part in day.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1).toordinal(), date(parts[0], 12, 31).toordinal()
    if precision == "quarter":
        first = (parts[1] - 1) // 3 * 3 + 1
        return date(parts[0], first, 1).toordinal(), _month_end(parts[0], first + 2)
    if len(parts) == 2 or precision == "month":
        return date(parts[0], parts[1], 1).toordinal(), _month_end(parts[0], parts[1])
    if precision == "year":
        return date(parts[0], 1, 1).toordinal(), date(parts[0], 12, 31).toordinal()
    exact = date(*parts).toordinal()
    return exact, exact


def _month_end(year: int, month: int) -> int:
    return date(year, month, calendar.monthrange(year, month)[1]).toordinal()
