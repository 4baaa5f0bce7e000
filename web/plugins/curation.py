"""Curation: those who may decide on deals and names do it here, through `db.Store`; everyone else only reads.

Forms carry Datasette's CSRF token, which Datasette checks on every POST that bears cookies.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils import display_actor
from datasette.utils.asgi import Forbidden, Request, Response

from db import DatabaseError, Store, queries
from db.reviews import ReviewError
from web.names import DATABASE, KINDS, STATUSES
from web.pages.base import named, page, read
from web.plugins.guard import CURATE
from web.plugins.language import is_korean
from web.reading import events

QUEUE = 30
NOTE_LONGEST = 1000

Form = dict[str, str]
Decision = Callable[[Store, str, Form, str, str | None], object]


class FormError(ValueError):
    """What was filled in cannot be used; the message says why."""


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [
        (r"^/review$", queue),
        (r"^/review/event/(?P<id>[^/]+)$", decide),
        (r"^/review/undo/(?P<id>[0-9]+)$", undo),
        (r"^/review/company/(?P<id>[^/]+)$", add_alias),
    ]


@hookimpl
def extra_template_vars() -> dict[str, Any]:
    return {"all_kinds": list(KINDS), "all_statuses": list(STATUSES)}


async def queue(datasette: Datasette, request: Request) -> Response:
    """What to look at: decisions reopened by a changed article, then the least sure deals nobody has looked at."""
    await _allowed(datasette, request)

    def reader(conn: sqlite3.Connection) -> dict[str, Any]:
        rows = queries.to_review(conn, limit=QUEUE)
        reopened = {row["id"] for row in rows if row["reopened"]}
        found = events(conn, [row["id"] for row in rows])
        return {"events": found, "reopened": reopened, "recent": _recent(conn)}

    return await page(datasette, request, "review.html", "/review", **await read(datasette, reader))


def _recent(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """The last decisions, newest first."""
    return [dict(row) for row in conn.execute("SELECT * FROM reviews ORDER BY id DESC LIMIT 20")]


async def decide(datasette: Datasette, request: Request) -> Response:
    """A decision on one deal; the form's `action` says which."""
    event_id = named(request, "id")

    def act(store: Store, form: Form, reviewer: str, note: str | None) -> None:
        decision = DECISIONS.get(form.get("action", ""))
        if decision is None:
            raise FormError("no such action")
        decision(store, event_id, form, reviewer, note)

    return await _act(datasette, request, act, f"/event/{request.url_vars['id']}")


async def undo(datasette: Datasette, request: Request) -> Response:
    review_id = int(request.url_vars["id"][:18])
    return await _act(datasette, request, lambda store, *_: store.undo(review_id), "/review")


async def add_alias(datasette: Datasette, request: Request) -> Response:
    org_id = named(request, "id")

    def act(store: Store, form: Form, reviewer: str, note: str | None) -> None:
        store.add_alias(_filled(form, "alias"), org_id, reviewer, note)

    return await _act(datasette, request, act, f"/company/{request.url_vars['id']}")


def _correct(store: Store, event_id: str, form: Form, reviewer: str, note: str | None) -> object:
    """One field at a time: each is a decision of its own, which can be undone alone."""
    target = _filled(form, "target")
    if target == "party":
        named_org = _organization(store, _filled(form, "party_is"))
        return store.correct(event_id, f"party:{_filled(form, 'party')}", named_org, reviewer, note)
    value = form.get(f"{target}_is", "").strip()
    if not value and target != "date":
        raise FormError("nothing was filled in")
    return store.correct(event_id, target, value or None, reviewer, note)


def _split(store: Store, event_id: str, form: Form, reviewer: str, note: str | None) -> object:
    numbers = form.get("mentions", "").split()
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise FormError("reports are named by their numbers")
    return store.split(event_id, map(int, numbers), reviewer, note)


def _organization(store: Store, name: str) -> str:
    """The organisation a curator names, by id or any of its names. Raises FormError unless it is exactly one."""
    found = queries.org_ids(store.conn, name)
    if len(found) != 1:
        raise FormError(
            f"{name!r} names {'several organisations: ' + ', '.join(found) if found else 'no organisation'}"
        )
    return found[0]


DECISIONS: dict[str, Decision] = {
    "confirm": lambda store, event_id, form, reviewer, note: store.confirm(event_id, reviewer, note),
    "reject": lambda store, event_id, form, reviewer, note: store.reject(event_id, reviewer, note),
    "correct": _correct,
    "merge": lambda store, event_id, form, reviewer, note: store.merge(
        event_id, _filled(form, "other").rsplit("/", 1)[-1], reviewer, note
    ),
    "split": _split,
}


async def _act(
    datasette: Datasette, request: Request, act: Callable[[Store, Form, str, str | None], None], back: str
) -> Response:
    """Carry out a posted decision in a thread of its own, say how it went, and lead back."""
    await _allowed(datasette, request)
    if request.method != "POST":
        return Response.redirect(datasette.urls.path(back))
    form: Form = await request.post_vars()
    back = "/review" if form.get("from") == "queue" else back
    reviewer, note = display_actor(request.actor), form.get("note", "").strip()[:NOTE_LONGEST] or None
    path = Path(datasette.get_database(DATABASE).path)

    def carry_out() -> None:
        store = Store(path)
        try:
            act(store, form, reviewer, note)
        finally:
            store.close()

    korean = is_korean(request)
    try:
        await asyncio.to_thread(carry_out)
        datasette.add_message(request, "저장했습니다." if korean else "Saved.", datasette.INFO)
    except (ReviewError, FormError, DatabaseError, sqlite3.OperationalError) as error:
        datasette.add_message(request, f"{'저장하지 못했습니다' if korean else 'Not saved'}: {error}", datasette.ERROR)
    return Response.redirect(datasette.urls.path(back))


async def _allowed(datasette: Datasette, request: Request) -> None:
    if not await datasette.permission_allowed(request.actor, CURATE, default=False):
        raise Forbidden("Only curators may do this; log in first.")


def _filled(form: Form, field: str) -> str:
    value = form.get(field, "").strip()
    if not value:
        raise FormError("nothing was filled in")
    return value
