"""One organisation: its names, partners over time, how much it leans on foreign big tech, its articles."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from web.names import KINDS
from web.pages.base import missing, named, number, page, read_kept, text
from web.reading import STANDING, events, organization_names

PARTNERS_SHOWN = 40
DEALS_SHOWN = 10
ARTICLES_SHOWN = 20


@dataclass(frozen=True)
class Dependence:
    """Of `deals` partnerships, how many have a foreign partner, and how many a big-tech firm from the USA."""

    deals: int
    foreign: int
    us_big_tech: int

    @property
    def foreign_share(self) -> float:
        return self.foreign / self.deals if self.deals else 0.0

    @property
    def us_big_tech_share(self) -> float:
        return self.us_big_tech / self.deals if self.deals else 0.0


async def company(datasette: Datasette, request: Request) -> Response:
    org_id, skip = named(request, "id"), number(request, "skip", 0, 0, 100_000)
    content = await read_kept(datasette, ("company", org_id, skip), lambda conn: read_company(conn, org_id, skip))
    if content is None:
        raise missing(f"No organisation {org_id}")
    if content["org"]["id"] != org_id:
        return Response.redirect(datasette.urls.path(f"/company/{content['org']['id']}"), status=301)
    return await page(datasette, request, "company.html", "/companies", kinds=list(KINDS), **content)


def read_company(conn: sqlite3.Connection, org_id: str, skip: int = 0) -> dict[str, Any] | None:
    """Everything about the organisation, following merges; its deals from the `skip`-th on; None if there is none."""
    org = conn.execute("SELECT * FROM organizations WHERE id = ?", [org_id]).fetchone()
    if org is None:
        return None
    if org["merged_into"]:
        return read_company(conn, org["merged_into"], skip)
    rows = conn.execute(_PARTNERS, [org_id]).fetchall()
    deal_ids = [row[0] for row in conn.execute(_DEALS, [org_id, DEALS_SHOWN + 1, skip])]
    own = conn.execute(_DEPENDENCE.format(who="org_id = ?"), [org_id]).fetchone()
    partners = _partners(rows)[:PARTNERS_SHOWN]
    return {
        "org": dict(org),
        "aliases": [dict(row) for row in conn.execute(_ALIASES, [org_id])],
        "family": [dict(row) for row in conn.execute(_FAMILY, [org["parent_id"], org_id])],
        "partners": partners,
        "known": organization_names(conn, [partner["id"] for partner in partners]),
        "partner_count": len({row["partner_id"] or row["partner"] for row in rows}),
        "by_country": Counter({c: n for c, n in _totals(rows, "country").items() if c}).most_common(12),
        "years": _years(rows),
        "grid": _totals(rows, "kind", "year"),
        "deals": events(conn, deal_ids[:DEALS_SHOWN]),
        "skip": skip,
        "more": len(deal_ids) > DEALS_SHOWN,
        "own": Dependence(*own),
        "sector_mean": _sector_mean(conn, org["sector"], org["country"]),
        "articles": [dict(row) for row in conn.execute(_ARTICLES, [org_id, ARTICLES_SHOWN])],
    }


_ALIASES = "SELECT alias, lang, origin FROM aliases WHERE org_id = ? ORDER BY origin = 'table' DESC, alias LIMIT 60"
_FAMILY = """
SELECT id, name, name_en, id = ?1 AS is_parent FROM organizations
WHERE id = ?1 OR parent_id = ?2 ORDER BY is_parent DESC, name LIMIT 30
"""
_PARTNERS = """
SELECT nullif(d.partner_id, '?') AS partner_id, max(d.partner) AS partner, max(d.partner_country) AS country, d.kind,
       substr(d.date, 1, 4) AS year, count(*) AS deals, max(d.date) AS last_on
FROM partner_deals d
WHERE d.org_id = ? AND d.standing
GROUP BY d.partner_id, iif(d.partner_id = '?', d.event_id, NULL), d.kind, substr(d.date, 1, 4)
"""
_DEALS = f"""
SELECT e.id FROM events e
WHERE e.{STANDING.replace(" AND ", " AND e.")} AND e.id IN (SELECT event_id FROM event_parties WHERE org_id = ?)
ORDER BY e.date DESC, e.id LIMIT ? OFFSET ?
"""
_DEPENDENCE = """
SELECT count(*), coalesce(sum(abroad), 0), coalesce(sum(us_big_tech), 0) FROM (
  SELECT max(coalesce(partner_country, 'KR') <> country) AS abroad,
         max(country <> 'US' AND partner_id IN (
           SELECT id FROM organizations WHERE country = 'US' AND instr(tags, 'big-tech') > 0)) AS us_big_tech
  FROM partner_deals
  WHERE {who} AND standing
  GROUP BY org_id, event_id)
"""
_ARTICLES = """
SELECT DISTINCT a.title, a.url, a.published_at, coalesce(s.name, '?') AS outlet, s.name_en AS outlet_en, m.event_id
FROM (SELECT mention_id FROM mention_parties WHERE org_id = ? ORDER BY mention_id DESC LIMIT ?) mine
JOIN mentions m ON m.id = mine.mention_id AND m.withdrawn_at IS NULL
JOIN articles a ON a.id = m.article_id
LEFT JOIN sources s ON s.id = a.source_id
ORDER BY a.published_at DESC
"""


def _partners(rows: Iterable[sqlite3.Row]) -> list[dict[str, Any]]:
    """Partners with the number of deals, their kinds and the last day, most deals first."""
    partners: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = row["partner_id"] or f"?{row['partner']}"
        if key not in partners:
            partners[key] = {
                "id": row["partner_id"],
                "name": row["partner"],
                "country": row["country"],
                "deals": 0,
                "kinds": Counter(),
                "last_on": "",
            }
        partner = partners[key]
        partner["deals"] += row["deals"]
        partner["kinds"][row["kind"]] += row["deals"]
        partner["last_on"] = max(partner["last_on"], row["last_on"] or "")
    return sorted(partners.values(), key=lambda partner: (partner["deals"], partner["last_on"]), reverse=True)


def _totals(rows: Iterable[sqlite3.Row], *columns: str) -> Counter[Any]:
    """Deals by the values of these columns; of one column by the value itself."""
    totals: Counter[Any] = Counter()
    for row in rows:
        totals[tuple(row[column] for column in columns) if len(columns) > 1 else row[columns[0]]] += row["deals"]
    return totals


def _years(rows: Iterable[sqlite3.Row]) -> list[str]:
    """Every year from the first deal to the last, at most the last twelve."""
    known = [int(row["year"]) for row in rows if row["year"] and row["year"].isdigit()]
    return [str(year) for year in range(max(min(known), max(known) - 11), max(known) + 1)] if known else []


def _sector_mean(conn: sqlite3.Connection, sector: str | None, country: str | None) -> Dependence | None:
    """The dependence of all firms of the sector and country together."""
    if not sector or not country:
        return None
    who = "org_id IN (SELECT id FROM organizations WHERE sector = ? AND country = ?)"
    return Dependence(*conn.execute(_DEPENDENCE.format(who=who), [sector, country]).fetchone())


async def companies(datasette: Datasette, request: Request) -> Response:
    asked = {name: text(request, name, 40) for name in ("country", "sector")}
    rows = await read_kept(
        datasette,
        ("companies", *asked.values()),
        lambda conn: read_companies(conn, asked["country"], asked["sector"]),
    )
    return await page(datasette, request, "companies.html", "/companies", asked=asked, **rows)


def read_companies(conn: sqlite3.Connection, country: str, sector: str) -> dict[str, Any]:
    """The organisations with most deals, narrowed by country and sector."""
    rows = conn.execute(_COMPANIES, {"country": country, "sector": sector})
    return {
        "companies": [dict(row) for row in rows],
        "countries": [
            row[0]
            for row in conn.execute(
                "SELECT country FROM organizations WHERE country IS NOT NULL"
                " GROUP BY country ORDER BY count(*) DESC LIMIT 30"
            )
        ],
        "sectors": [
            row[0]
            for row in conn.execute(
                "SELECT DISTINCT sector FROM organizations WHERE sector IS NOT NULL ORDER BY sector"
            )
        ],
    }


_COMPANIES = """
WITH told AS (SELECT org_id, count(*) AS deals FROM event_parties WHERE org_id IS NOT NULL GROUP BY org_id),
gone AS (
  SELECT p.org_id, count(*) AS deals FROM events e JOIN event_parties p ON p.event_id = e.id
  WHERE e.merged_into IS NOT NULL OR e.withdrawn_at IS NOT NULL GROUP BY p.org_id)
SELECT o.id, o.name, o.name_en, o.country, o.sector, o.type, told.deals - coalesce(gone.deals, 0) AS deals
FROM told JOIN organizations o ON o.id = told.org_id LEFT JOIN gone ON gone.org_id = o.id
WHERE o.merged_into IS NULL AND told.deals > coalesce(gone.deals, 0)
  AND (:country = '' OR o.country = :country) AND (:sector = '' OR o.sector = :sector)
ORDER BY deals DESC, o.name LIMIT 200
"""
"""Counts all deals in an index and takes off the few that are gone: to look each deal up takes ten times as long."""
