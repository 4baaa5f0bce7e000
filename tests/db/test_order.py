"""The same articles in any order and batches give the same events, ids and history."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from invented_news import filled, generated, put

from db.backup import check
from db.snapshot import snapshot


def resolved(path: Path, articles: list, seed: int | None) -> str:
    """The snapshot after storing in an order and resolving in batches drawn from the seed (None: as given, at once)."""
    dice = random.Random(seed)
    order = list(articles)
    if seed is not None:
        dice.shuffle(order)
    store = filled(path)
    with store.transaction():
        for told in order:
            put(store, told)
            if seed is not None and dice.random() < 0.05:
                store.resolve()
    store.resolve()
    text = snapshot(store.conn)
    store.close()
    return text


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_batching_gives_the_same_events(tmp_path: Path, seed: int) -> None:
    articles = generated(seed, 60)
    expected = resolved(tmp_path / "first.db", articles, None)
    assert expected.count("\n") > 5
    for shuffle in range(5):
        path = tmp_path / f"{shuffle}.db"
        assert resolved(path, articles, shuffle) == expected
        assert check(path) == []


@pytest.mark.proof
@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(8))
def test_two_hundred_orders_of_three_hundred_articles(tmp_path: Path, part: int) -> None:
    """Half an hour of processor time in all; the parts can run side by side, best with `--basetemp` on a tmpfs."""
    articles = generated(7, 300)
    expected = resolved(tmp_path / "first.db", articles, None)
    for shuffle in range(25 * part, 25 * (part + 1)):
        path = tmp_path / f"{shuffle}.db"
        assert resolved(path, articles, shuffle) == expected
        path.unlink()
