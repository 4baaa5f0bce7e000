"""Feeds and digests: of all new deals, of one company's, and of any table or question whose rows are deals."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import datasette_atom
from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from web import feed
from web.dates import KST, long_date
from web.names import DATABASE
from web.pages.base import missing, named, number, page, read, sure
from web.plugins.language import in_language, is_korean
from web.reading import SURE, Event, events

LENGTH = 50
DIGEST_DAYS = 7


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [
        (r"^/feed\.atom$", newest),
        (r"^/company/(?P<id>[^/]+)/feed\.atom$", of_company),
        (r"^/digest(?P<format>\.md|\.html)?$", digest),
    ]


@hookimpl(trylast=True)
def register_output_renderer() -> dict[str, Any]:
    """`.atom` on whatever has an `event_id` column; rows a person shaped for datasette-atom go to that plugin."""
    return {"extension": "atom", "render": render, "can_render": can_render}


def can_render(columns: Sequence[str]) -> bool:
    return "event_id" in columns or datasette_atom.can_render_atom(columns)


async def render(
    datasette: Datasette,
    request: Request,
    sql: str,
    columns: Sequence[str],
    rows: Sequence[sqlite3.Row],
    database: str,
    table: str | None,
    query_name: str | None,
    view_name: str,
    data: dict[str, Any],
) -> Response:
    if datasette_atom.can_render_atom(columns) or database != DATABASE:
        return datasette_atom.render_atom(
            datasette, request, sql, columns, rows, database, table, query_name, view_name, data
        )
    ids = list(dict.fromkeys(str(row["event_id"]) for row in rows if row["event_id"]))[:LENGTH]
    if query_name:
        query = await datasette.get_canned_query(database, query_name, request.actor)
        title = in_language(query.get("title"), is_korean(request)) or query_name
    else:
        title = str(datasette.metadata("title", database=database, table=table, fallback=False) or table or "Jehyu")
    return await _feed(datasette, request, title, lambda conn: events(conn, ids))


async def newest(datasette: Datasette, request: Request) -> Response:
    values = {"sure": sure(datasette, request), "length": LENGTH}

    def reader(conn: sqlite3.Connection) -> list[Event]:
        rows = conn.execute(f"SELECT id FROM events WHERE {SURE} ORDER BY first_seen_at DESC, id LIMIT :length", values)
        return events(conn, [row[0] for row in rows])

    return await _feed(datasette, request, "새 제휴" if is_korean(request) else "New partnerships", reader)


async def of_company(datasette: Datasette, request: Request) -> Response:
    org_id = named(request, "id")
    name = await read(
        datasette, lambda conn: conn.execute("SELECT name FROM organizations WHERE id = ?", [org_id]).fetchone()
    )
    if name is None:
        raise missing(f"No organisation {org_id}")

    values = {"sure": sure(datasette, request), "org": org_id, "length": LENGTH}

    def reader(conn: sqlite3.Connection) -> list[Event]:
        rows = conn.execute(
            f"SELECT id FROM events WHERE {SURE} AND id IN (SELECT event_id FROM event_parties WHERE org_id = :org)"
            " ORDER BY first_seen_at DESC, id LIMIT :length",
            values,
        )
        return events(conn, [row[0] for row in rows])

    return await _feed(datasette, request, name[0], reader)


async def _feed(
    datasette: Datasette, request: Request, title: str, reader: Callable[[sqlite3.Connection], list[Event]]
) -> Response:
    found = await read(datasette, reader)
    body = feed.atom(title, request.url, found, site=site_address(datasette, request), korean=is_korean(request))
    return Response(body, content_type="application/atom+xml; charset=utf-8")


async def digest(datasette: Datasette, request: Request) -> Response:
    """What this database learned of in the last `?days=` days (7), as a page, or as a file to mail (.md, .html).

    As in the feeds, deals read with less confidence are left out unless `?all=1` asks for them.
    """
    korean, days = is_korean(request), number(request, "days", DIGEST_DAYS, 1, 92)
    since = (datetime.now(KST) - timedelta(days=days)).date().isoformat()
    least = sure(datasette, request)
    found = await read(datasette, lambda conn: since_day(conn, since, least))
    title = (
        f"{long_date(since, korean)}부터 새 제휴 {len(found)}건"
        if korean
        else f"{len(found)} new deals since {long_date(since, korean)}"
    )
    if not request.url_vars["format"]:
        return await page(datasette, request, "digest.html", title=title, events=found, days=days, least=least)
    site = site_address(datasette, request)
    if request.url_vars["format"] == ".md":
        return Response.text(
            feed.markdown(title, found, site=site, korean=korean), headers={"content-disposition": "inline"}
        )
    return Response.html(feed.html(title, found, site=site, korean=korean))


def since_day(conn: sqlite3.Connection, since: str, sure: float) -> list[Event]:
    """Deals first seen on or after the day `since` with at least the confidence `sure`, at most 500.

    Those seen last come first; of one day's, the latest deal.
    """
    rows = conn.execute(
        f"SELECT id FROM events WHERE first_seen_at >= :since AND {SURE}"
        " ORDER BY substr(first_seen_at, 1, 10) DESC, coalesce(date, first_reported_at) DESC, id LIMIT 500",
        {"since": since, "sure": sure},
    )
    return events(conn, [row[0] for row in rows])


def site_address(datasette: Datasette, request: Request) -> str:
    """The site's own address as this reader sees it, without a slash at the end."""
    root = datasette.absolute_url(request, datasette.urls.instance())
    return str(root).rstrip("/")
