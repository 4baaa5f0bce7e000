"""The pictures: over time, Korean companies × big tech, the network, sectors, outlets."""

import sqlite3
from collections import Counter
from datetime import date, datetime
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from web import network
from web.dates import KST
from web.names import KINDS
from web.pages.base import number, page, read_kept, text
from web.reading import last_day, organization_names

MONTHS, RANKED, MATRIX_ROWS, MATRIX_COLUMNS = 24, 15, 30, 14
STANDING = "e.status IN ('signed', 'announced', 'planned') AND e.merged_into IS NULL AND e.withdrawn_at IS NULL"


async def over_time(datasette: Datasette, request: Request) -> Response:
    today = datetime.now(KST).date()
    content = await read_kept(datasette, ("time", today), lambda conn: read_over_time(conn, last_day(conn, today)))
    return await _picture(datasette, request, "time", **content)


def read_over_time(conn: sqlite3.Connection, today: date) -> dict[str, Any]:
    """Deals by month and kind over two years, and who had most partners in that time."""
    months = _months(today, MONTHS)
    rows = conn.execute(
        "SELECT substr(e.date, 1, 7) AS month, e.kind, count(*) FROM events e"
        f" WHERE e.date >= ? AND {STANDING} GROUP BY 1, 2",
        [months[0]],
    )
    grid = Counter({(kind, month): count for month, kind, count in rows})
    by_month = Counter({month: sum(grid[(kind, month)] for kind in KINDS) for month in months})
    foreign = _ranked(
        conn,
        "SELECT partner_id, count(DISTINCT event_id) AS deals FROM partner_deals"
        " WHERE abroad = 1 AND partner_id <> '?' AND date >= ? GROUP BY 1 ORDER BY deals DESC, 1 LIMIT ?",
        months[0],
    )
    korean = _ranked(
        conn,
        "SELECT org_id, count(DISTINCT nullif(partner_id, '?')) AS partners FROM partner_deals"
        " WHERE country = 'KR' AND standing AND date >= ? GROUP BY 1 ORDER BY partners DESC, 1 LIMIT ?",
        months[0],
    )
    return {
        "months": months,
        "grid": grid,
        "peak": max(grid.values(), default=1),
        "by_month": by_month,
        "month_peak": max(by_month.values(), default=1) or 1,
        "kinds": [kind for kind in KINDS if any(grid[(kind, month)] for month in months)],
        "foreign_ranked": foreign,
        "korean_ranked": korean,
        "known": organization_names(conn, [row[0] for row in (*foreign, *korean)]),
    }


def _ranked(conn: sqlite3.Connection, sql: str, since: str) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in conn.execute(sql, [since, RANKED])]


async def matrix(datasette: Datasette, request: Request) -> Response:
    return await _picture(datasette, request, "matrix", **await read_kept(datasette, ("matrix",), read_matrix))


def read_matrix(conn: sqlite3.Connection) -> dict[str, Any]:
    """How many deals each Korean company has with each foreign big-tech firm."""
    rows = conn.execute(
        "SELECT c.id, c.name, p.id, p.name, deals FROM ("
        " SELECT org_id, partner_id, count(*) AS deals FROM partner_deals WHERE abroad = 1 AND partner_id IN ("
        "  SELECT id FROM organizations WHERE instr(tags, 'big-tech') > 0 AND country <> 'KR') GROUP BY 1, 2) d"
        " JOIN organizations c ON c.id = d.org_id JOIN organizations p ON p.id = d.partner_id"
    ).fetchall()
    companies, firms = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for company, name, firm, firm_name, count in rows:
        companies[company, name] += count
        firms[firm, firm_name] += count
    return {
        "known": organization_names(conn, [org_id for org_id, _ in (*companies, *firms)]),
        "companies": companies.most_common(MATRIX_ROWS),
        "firms": firms.most_common(MATRIX_COLUMNS),
        "cells": {(company, firm): count for company, _, firm, _, count in rows},
        "peak": max((row[4] for row in rows), default=1),
        "company_count": len(companies),
    }


async def network_picture(datasette: Datasette, request: Request) -> Response:
    size, years = number(request, "size", 80, 10, 200), number(request, "years", 1, 1, 20)
    kind, foreign = text(request, "kind", 40), bool(request.args.get("foreign"))
    kind = kind if kind in KINDS else ""
    today = datetime.now(KST).date()

    def reader(conn: sqlite3.Connection) -> dict[str, Any]:
        until = last_day(conn, today)
        since = until.replace(year=until.year - years, day=min(until.day, 28)).isoformat()
        return {"since": since, **read_network(conn, size, since, kind, foreign)}

    content = await read_kept(datasette, ("network", size, years, today, kind, foreign), reader)
    return await _picture(
        datasette,
        request,
        "network",
        size=size,
        years=years,
        kind_asked=kind,
        foreign=foreign,
        all_kinds=list(KINDS),
        width=network.WIDTH,
        height=network.HEIGHT,
        **content,
    )


def read_network(conn: sqlite3.Connection, size: int, since: str, kind: str, foreign: bool) -> dict[str, Any]:
    """The `size` organisations with most deals since that day and the deals among them, with their places."""
    rows = conn.execute(
        "SELECT org_id, partner_id, count(*) FROM partner_deals"
        " WHERE standing AND date >= :since AND org_id < partner_id AND partner_id <> '?'"
        + (" AND kind = :kind" if kind else "")
        + (" AND coalesce(country, '') <> coalesce(partner_country, '')" if foreign else "")
        + " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        {"since": since, "kind": kind},
    ).fetchall()
    busiest = Counter[str]()
    for first, second, deals in rows:
        busiest.update({first: deals, second: deals})
    chosen = {org_id for org_id, _ in sorted(busiest.items(), key=lambda item: (-item[1], item[0]))[:size]}
    among = [(first, second, deals) for first, second, deals in rows if first in chosen and second in chosen]
    kept = network.backbone(among, 2 * size)
    within = Counter[str]()
    for first, second, deals in kept:
        within.update({first: deals, second: deals})
    ids = sorted(within, key=lambda org_id: (-within[org_id], org_id))
    most, strongest = max(within.values(), default=1), max((deals for *_, deals in kept), default=1)
    position = {org_id: place for place, org_id in enumerate(ids)}
    edges = [
        network.Edge(position[first], position[second], deals, network.line_width(deals, strongest))
        for first, second, deals in kept
    ]
    known = {
        row["id"]: row
        for org_id in ids
        for row in conn.execute("SELECT id, name, country, tags FROM organizations WHERE id = ?", [org_id])
    }
    names = organization_names(conn, ids)
    places = network.layout(len(ids), [(edge.first, edge.second) for edge in edges])
    nodes = [
        network.Node(
            org_id,
            known[org_id]["name"],
            known[org_id]["country"],
            "big-tech" in (known[org_id]["tags"] or ""),
            within[org_id],
            network.radius(within[org_id], most),
            x,
            y,
        )
        for org_id, (x, y) in zip(ids, places, strict=True)
    ]
    return {"nodes": nodes, "edges": edges, "known": names, "left_out": len(busiest) - len(nodes)}


async def sectors(datasette: Datasette, request: Request) -> Response:
    rows = await read_kept(datasette, ("sectors",), read_sectors)
    return await _picture(
        datasette, request, "sectors", sectors=rows, most=max((row["deals"] for row in rows), default=1)
    )


def read_sectors(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Korean companies' deals by sector: how many, how many with foreign and with US big-tech partners."""
    rows = conn.execute(
        """
        WITH us_big_tech AS (SELECT id FROM organizations WHERE country = 'US' AND instr(tags, 'big-tech') > 0)
        SELECT o.sector, count(DISTINCT d.org_id) AS companies, count(DISTINCT d.event_id) AS deals,
               count(DISTINCT iif(d.partner_country <> 'KR', d.event_id, NULL)) AS abroad,
               count(DISTINCT iif(d.partner_id IN us_big_tech, d.event_id, NULL)) AS us_big_tech
        FROM organizations o JOIN partner_deals d ON d.org_id = o.id AND d.standing
        WHERE o.country = 'KR' AND o.sector IS NOT NULL
        GROUP BY o.sector ORDER BY deals DESC
        """
    )
    return [dict(row) for row in rows]


async def outlets(datasette: Datasette, request: Request) -> Response:
    today = datetime.now(KST).date()

    def reader(conn: sqlite3.Connection) -> dict[str, Any]:
        since = _months(last_day(conn, today), 4)[0]
        return {"since": since, "outlets": read_outlets(conn, since)}

    content = await read_kept(datasette, ("outlets", today), reader)
    most = max((row["deals"] for row in content["outlets"]), default=1) or 1
    return await _picture(datasette, request, "outlets", most=most, **content)


def read_outlets(conn: sqlite3.Connection, since: str) -> list[dict[str, Any]]:
    """What each outlet brought since that month: articles, deals, deals it had first; and its last run."""
    rows = conn.execute(
        """
        WITH recent AS (
          SELECT a.id, a.source_id, a.published_at, m.event_id, e.first_reported_at
          FROM articles a LEFT JOIN mentions m ON m.article_id = a.id AND m.withdrawn_at IS NULL
          LEFT JOIN events e ON e.id = m.event_id
          WHERE a.published_at >= :since AND a.state = 'fetched')
        SELECT s.id, s.name, s.name_en, s.home, s.enabled, r.outcome, count(DISTINCT recent.id) AS articles,
               count(DISTINCT recent.event_id) AS deals,
               count(DISTINCT iif(recent.published_at <= recent.first_reported_at, recent.event_id, NULL)) AS firsts,
               max(recent.published_at) AS newest_at
        FROM sources s LEFT JOIN recent ON recent.source_id = s.id
        LEFT JOIN run_sources r ON r.source_id = s.id AND r.run_id = (SELECT max(id) FROM runs)
        GROUP BY s.id ORDER BY deals DESC, articles DESC, s.name
        """,
        {"since": since},
    )
    return [dict(row) for row in rows]


async def _picture(datasette: Datasette, request: Request, which: str, **content: Any) -> Response:
    return await page(datasette, request, f"picture_{which}.html", "/pictures", which=which, **content)


def _months(today: date, count: int) -> list[str]:
    """The last `count` months, this one last, as YYYY-MM."""
    last = today.year * 12 + today.month - 1
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(last - count + 1, last + 1)]
