"""Datasette's tables: ids open our pages, links open articles, questions may fold names as the database does."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from markupsafe import Markup

from db import search
from web.names import DATABASE
from web.pages.base import read
from web.plugins.language import is_korean
from web.reading import names_of

PAGES = {
    "event_id": "event",
    "merged_into": "event",
    "org_id": "company",
    "company_id": "company",
    "partner_id": "company",
    "parent_id": "company",
}
"""Columns whose values open a page of ours."""
MOMENT = len("2025-02-04T09:00:00+09:00")
NAMED = ("company", "partner", "title")
"""Columns of the saved questions that hold names of organisations."""
BETWEEN = " × "
"""What stands between the parties in an event's title."""
ID_TABLES = {"events": "event", "organizations": "company"}


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    if database == DATABASE:
        search.register(conn)


@hookimpl
def extra_template_vars(datasette: Datasette, request: Request | None) -> dict[str, Any]:
    """`naming(rows)` for the page of an answer: a function that tells names in the reader's language."""
    korean = is_korean(request)

    async def naming(rows: Sequence[sqlite3.Row]) -> Callable[[str], str]:
        cells = {row[column] for row in rows for column in NAMED if column in row.keys() and row[column]}  # noqa: SIM118
        names = {name for cell in cells for name in (cell, *cell.split(BETWEEN))}
        known = await read(datasette, lambda conn: names_of(conn, names))
        called = {name: found.name(korean) for name, found in known.items()}
        return lambda cell: called.get(cell) or BETWEEN.join(called.get(name, name) for name in cell.split(BETWEEN))

    return {"naming": naming}


@hookimpl
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Datasette) -> Markup | None:
    if database != DATABASE or not isinstance(value, str) or not value:
        return None
    kind = ID_TABLES.get(table or "") if column in ("id", "merged_into") else PAGES.get(column)
    if kind:
        return _link(datasette.urls.path(f"/{kind}/{quote(value, safe='')}"), value)
    if column.endswith("_at") and len(value) == MOMENT and value[10] == "T":
        return Markup('<time datetime="{}">{} {}</time>').format(value, value[:10], value[11:16])
    if column == "url":
        return _article_link(value)
    return None


def _link(address: str, label: str) -> Markup:
    return Markup('<a href="{}" title="{}">{}</a>').format(address, label, label)


def _article_link(address: str) -> Markup | None:
    """A link that shows the host; None for what is no web address, which then stands as plain text."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return Markup('<a href="{}" rel="noreferrer nofollow" title="{}">{}</a>').format(address, address, parts.hostname)
