"""Search: companies by any name, deals by their evidence, articles by title; several words mean all of them."""

import json
import sqlite3
from dataclasses import replace
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from db import queries, search
from web.pages.base import number, page, read, text
from web.reading import STANDING, Called, events

COMPANIES_SHOWN, SHOWN, MOST = 12, 20, 200
LOOKED_AT = 5
"""Evidence sentences looked at for each deal wanted, since several report one deal."""


async def find(datasette: Datasette, request: Request) -> Response:
    terms, limit = text(request, "q"), number(request, "limit", SHOWN, SHOWN, MOST)
    content = await read(datasette, lambda conn: read_found(conn, terms, limit)) if terms else {}
    return await page(datasette, request, "search.html", "/search", q=terms, limit=limit, most=MOST, **content)


def read_found(conn: sqlite3.Connection, terms: str, limit: int) -> dict[str, Any]:
    """What holds all the terms: organisations, deals (newest report first), articles by their titles."""
    companies = search.companies(conn, terms, COMPANIES_SHOWN)
    sentences = search.evidence(conn, terms, limit * LOOKED_AT)
    said = {row["event_id"]: row["evidence"] for row in reversed(sentences) if row["event_id"]}
    ids = list(dict.fromkeys(row["event_id"] for row in sentences if row["event_id"]))
    deals = [replace(deal, evidence=said[deal.id]) for deal in events(conn, _standing(conn, ids)[: limit + 1])]
    articles = search.articles(conn, terms, limit + 1)
    outlets = {row[0]: Called(row[1], row[2]) for row in conn.execute("SELECT id, name, name_en FROM sources")}
    exact = queries.org_ids(conn, terms)
    counted = [{**row, "deals": _deals(conn, row["id"])} for row in companies]
    return {
        "companies": sorted(counted, key=lambda row: (row["id"] not in exact, -row["deals"])),
        "exact": exact,
        "deals": deals[:limit],
        "articles": [{**row, "outlet": outlets.get(row["source_id"], Called("", ""))} for row in articles[:limit]],
        "more": len(deals) > limit or len(articles) > limit,
    }


def _standing(conn: sqlite3.Connection, ids: list[str]) -> list[str]:
    """Those of the events that are shown in lists, order kept."""
    rows = conn.execute(
        f"SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?)) AND {STANDING}", [json.dumps(ids)]
    )
    standing = {row[0] for row in rows}
    return [event for event in ids if event in standing]


def _deals(conn: sqlite3.Connection, org_id: str) -> int:
    return int(conn.execute("SELECT count(*) FROM event_parties WHERE org_id = ?", [org_id]).fetchone()[0])
