"""What every page needs: reading in a worker thread under the time limit, and rendering."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import NotFound, Request, Response

from web.names import DATABASE
from web.plugins.guard import configured

T = TypeVar("T")

KEPT = 64
KEPT_LIMIT_MS = 30_000
"""What is computed once and then kept may take longer than what any reader may ask again and again."""
_kept: dict[tuple[Any, Any], Any] = {}


async def read(datasette: Datasette, reader: Callable[[sqlite3.Connection], T], limit_ms: int | None = None) -> T:
    """What `reader` returns, run on a reading connection; each query is bound by `limit_ms`, else Datasette's limit.

    Raises QueryInterrupted (the reader is told so, with a 503) when one takes too long.
    """

    def limited(conn: sqlite3.Connection) -> T:
        with sqlite_timelimit(conn, limit_ms or datasette.setting("sql_time_limit_ms")):
            try:
                return reader(conn)
            except sqlite3.OperationalError as error:
                if error.args == ("interrupted",):
                    raise QueryInterrupted(error, reader.__name__, {}) from error
                raise

    result: T = await datasette.get_database(DATABASE).execute_fn(limited)
    return result


async def read_kept(datasette: Datasette, key: tuple[Any, ...], reader: Callable[[sqlite3.Connection], T]) -> T:
    """As `read`, but an answer is kept until the database file changes; `key` tells one answer from another."""
    path = Path(datasette.get_database(DATABASE).path)
    files = (path, path.with_name(path.name + "-wal"))
    state = (str(path), *(file.stat().st_mtime_ns if file.exists() else 0 for file in files))
    if (state, key) not in _kept:
        answer = await read(datasette, reader, KEPT_LIMIT_MS)
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[state, key] = answer
    kept: T = _kept[state, key]
    return kept


async def page(datasette: Datasette, request: Request, template: str, section: str = "", **context: Any) -> Response:
    """`template` rendered; `section` marks the entry of the main menu the page belongs to."""
    html = await datasette.render_template(template, {"section": section, **context}, request=request)
    return Response.html(html)


def sure(datasette: Datasette, request: Request) -> float:
    """The confidence from which deals are told as news (`plugins.jehyu.sure`); `?all=1` asks for every one."""
    return 0.0 if request.args.get("all") else float(configured(datasette).get("sure", 0.0))


def named(request: Request, variable: str) -> str:
    """A part of the address, percent signs decoded."""
    return unquote(request.url_vars[variable])


def text(request: Request, parameter: str, longest: int = 200) -> str:
    """A query parameter without outer spaces and control characters, cut at `longest` characters."""
    value = request.args.get(parameter) or ""
    return "".join(char for char in value if char.isprintable()).strip()[:longest]


def number(request: Request, parameter: str, default: int, low: int, high: int) -> int:
    """A whole number between `low` and `high`; whatever else is asked for gives `default`."""
    value = request.args.get(parameter) or ""
    return min(max(int(value), low), high) if value.isascii() and value.isdigit() and len(value) < 10 else default


def missing(message: str) -> NotFound:
    """Raise it: the reader sees `message` and a 404."""
    return NotFound(message)
