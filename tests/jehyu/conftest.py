"""A small newsroom, and a run of all stages on it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jehyu import stages
from jehyu.demo import Newsroom, load_stories
from jehyu.demo.labels import LabelReader
from jehyu.settings import Settings

OUTLETS = ("saebyeok", "didim", "doore")

Run = Callable[..., stages.RunReport]


@pytest.fixture(scope="module")
def small_newsroom() -> Iterator[Newsroom]:
    """Three outlets with their stories, some of which tell the same deals."""
    with Newsroom(first_port=0, stories=[story for story in load_stories() if story.outlet in OUTLETS]) as running:
        yield running


@pytest.fixture
def run(small_newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs every stage on a database; the newsroom is ours, so nobody is spared by waiting."""
    monkeypatch.setattr(stages, "crawler_settings", lambda _: {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False})

    def run_on(database: Path, settings: Settings | None = None, **given: Any) -> stages.RunReport:
        sources = given.pop("sources", None) or small_newsroom.sources(*OUTLETS)
        reader = given.pop("reader", None) or LabelReader()
        return stages.run(database, sources, settings or Settings(), reader=reader, **given)

    return run_on
