"""What a reader may see and do: no article bodies unless configured, no writing, nothing from outside the machine."""

import secrets
import sqlite3
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils import actor_matches_allow

from web.names import DATABASE

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Any, Send], Awaitable[None]]

CURATE = "jehyu-curate"
HIDDEN = {("article_texts", "body"), ("mentions", "context")}
"""Columns that read as NULL: the publishers' texts, and the words around a sentence that tell deals apart."""
PRIVATE = {"notices", "meta"}
"""Tables all of whose columns do: whom the operator tells of what."""
NONCE = "jehyu_nonce"
"""Where a request's scope keeps the word that lets inline scripts of other plugins run."""
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}


def configured(datasette: Datasette) -> Mapping[str, Any]:
    """Our own settings in Datasette's metadata (`plugins: jehyu:`)."""
    return datasette.plugin_config("jehyu") or {}


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Bodies read as NULL on every connection, so that no page, filter, SQL query or export can carry them.

    Where the operator shows them, `body_text(body)` is their text in SQL.
    """
    if database != DATABASE:
        return
    if configured(datasette).get("show_bodies"):
        conn.create_function("body_text", 1, body_text, deterministic=True)
    else:
        conn.set_authorizer(_authorize)


def body_text(stored: bytes | None) -> str | None:
    """The text of a stored body."""
    return zlib.decompress(stored).decode() if stored else None


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    if action == sqlite3.SQLITE_READ and ((first, second) in HIDDEN or first in PRIVATE):
        return sqlite3.SQLITE_IGNORE
    if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


@hookimpl
def permission_allowed(datasette: Datasette, actor: dict[str, Any] | None, action: str) -> bool | None:
    """Whoever `plugins.jehyu.curators` names (an allow block as Datasette has them) may curate; by default root."""
    if action != CURATE:
        return None
    return bool(actor_matches_allow(actor, configured(datasette).get("curators", {"id": "root"})))


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    return _with_safe_headers


def _with_safe_headers(app: App) -> App:
    async def guarded(scope: Message, receive: Any, send: Send) -> None:
        nonce = secrets.token_urlsafe(16)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {**HEADERS, "content-security-policy": POLICY.format(nonce=nonce)}
                ours = [(name.encode(), value.encode()) for name, value in headers.items()]
                message = {**message, "headers": [*message.get("headers", ()), *ours]}
            await send(message)

        await app({**scope, NONCE: nonce}, receive, send_guarded)

    return guarded
