"""A database of invented news made through the store, and the site on it."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from datasette.app import Datasette
from invented_site import Visitor, fill

from web import datasette


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site") / "news.db"
    fill(path)
    return path


@pytest.fixture
def database(filled: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    source = sqlite3.connect(filled)
    source.execute("VACUUM INTO ?", [str(tmp_path / "jehyu.db")])
    source.close()
    return tmp_path / "jehyu.db"


@pytest.fixture(scope="session")
def reader(filled: Path) -> Visitor:
    return Visitor(datasette(filled))


@pytest.fixture
def curator(database: Path) -> Visitor:
    visitor = Visitor(datasette(database))
    visitor.log_in()
    return visitor


@pytest.fixture
def served() -> Iterator[Callable[[Datasette], str]]:
    """Serves a site on loopback as `jehyu serve` does, until the test ends; gives its address."""
    servers = []

    def serve(site: Datasette) -> str:
        server = uvicorn.Server(uvicorn.Config(site.app(), port=0, log_level="error", lifespan="on"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        servers.append((server, thread))
        while not server.started:
            time.sleep(0.02)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    yield serve
    for server, thread in servers:
        server.should_exit = True
        thread.join(10)
