from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from invented_news import filled

from db import Store
from db.backup import check


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = filled(tmp_path / "jehyu.db")
    yield opened
    opened.resolve()
    opened.close()
    assert check(opened.path) == []
