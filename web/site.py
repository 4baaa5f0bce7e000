"""The Datasette instance people open: our database, read-only, with our pages, words and rules in place."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from datasette.app import Datasette
from datasette.database import Database

from db.connection import connect
from db.migrations import schema_version
from web import plugins
from web.names import DATABASE

HERE = Path(__file__).parent

SETTINGS = {
    "suggest_facets": False,  # a second on every table page of a million rows
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 1500,
    "default_page_size": 50,
    "allow_download": False,
}


def datasette(
    database: Path,
    *,
    show_bodies: bool = False,
    metadata: Mapping[str, Any] | None = None,
    secret: str | None = None,
) -> Datasette:
    """Datasette on the file `database`, which it never writes; its people's decisions go through `db.Store`.

    A file of an older program is first brought to the schema that our pages ask.

    `show_bodies` lets readers see article texts, which are hidden by default (docs/site.md). `metadata` is merged over
    ours: titles, who may curate (`plugins.jehyu.curators`), settings of other plugins. With the same `secret` a login
    outlives a restart. Raises FileNotFoundError if there is no such file, db.DatabaseError if it is
    none of ours.
    """
    if not database.is_file():
        raise FileNotFoundError(f"{database}: no such database; `jehyu run --db {database}` makes one")
    _bring_up_to_date(database)
    plugins.register()
    configured = _merged(load_metadata(), metadata or {})
    if show_bodies:
        configured = _merged(configured, {"plugins": {"jehyu": {"show_bodies": True}}})
    site = Datasette(
        [],
        metadata=configured,
        settings=SETTINGS,
        template_dir=str(HERE / "templates"),
        static_mounts=[("static", str(HERE / "static"))],
        secret=secret,
    )
    site.remove_database("_memory")
    site.add_database(Database(site, str(database)), name=DATABASE)
    return site


def serve(
    database: Path,
    host: str = "127.0.0.1",
    port: int = 8001,
    *,
    show_bodies: bool = False,
    metadata: Mapping[str, Any] | None = None,
    secret: str | None = None,
    announce: Callable[[str, str], None] | None = None,
) -> None:
    """Serve the site until interrupted. Raises FileNotFoundError if there is no such database.

    `announce` is told the site's address and one that logs its first visitor in as root, who may curate.
    """
    site = datasette(database, show_bodies=show_bodies, metadata=metadata, secret=secret)
    if announce:
        address = f"http://{host}:{port}"
        announce(address, f"{address}/-/auth-token?token={site._root_token}")
    uvicorn.run(site.app(), host=host, port=port, log_level="warning", lifespan="on")


def _bring_up_to_date(database: Path) -> None:
    with contextlib.closing(connect(database, readonly=True)) as conn:
        version = conn.execute("PRAGMA user_version").fetchone()[0]
    if version < schema_version():
        connect(database).close()


def load_metadata() -> dict[str, Any]:
    """Titles, descriptions, facets and saved questions, as Datasette wants them."""
    metadata: dict[str, Any] = yaml.safe_load((HERE / "metadata.yml").read_text(encoding="utf-8"))
    metadata["databases"][DATABASE]["queries"] = yaml.safe_load((HERE / "queries.yml").read_text(encoding="utf-8"))
    return metadata


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `over` laid on it, dictionaries key by key."""
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = _merged(result[key], value) if both else value
    return result
