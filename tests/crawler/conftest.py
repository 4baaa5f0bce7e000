from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_server import FAST, Site

from crawler import Report, Source, crawl
from db import Store


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "jehyu.db")
    yield opened
    opened.close()


@pytest.fixture
def run(store: Store) -> Callable[..., Report]:
    """Crawls one source into the store and gives its report."""

    def run(source: Source, **options: Any) -> Report:
        settings = {**FAST, **options.pop("settings", {})}
        return crawl(store, [source], settings=settings, **options)[0]

    return run
