"""The network's places: always the same, inside the drawing, apart from one another, near where there is a deal."""

import math
import random

import pytest

from web.network import HEIGHT, MARGIN, WIDTH, backbone, layout


def random_network(count: int, seed: int = 3) -> list[tuple[int, int]]:
    dice = random.Random(seed)
    return sorted(
        {(dice.randrange(node), node) for node in range(1, count)}
        | {(dice.randrange(8), dice.randrange(8, count)) for _ in range(count)}
    )


@pytest.mark.parametrize("count", [0, 1, 2, 3, 40, 200])
def test_every_node_has_a_place_in_the_drawing(count: int) -> None:
    places = layout(count, random_network(count) if count > 8 else [(0, node) for node in range(1, count)])
    assert len(places) == count
    assert all(MARGIN - 1 <= x <= WIDTH - MARGIN + 1 and MARGIN - 1 <= y <= HEIGHT - MARGIN + 1 for x, y in places)


def test_the_same_network_is_drawn_the_same() -> None:
    edges = random_network(60)
    assert layout(60, edges) == layout(60, edges)


def test_no_two_of_200_stand_on_each_other() -> None:
    places = layout(200, random_network(200))
    assert min(math.dist(one, other) for at, one in enumerate(places) for other in places[:at]) > 3


def test_partners_stand_nearer_than_strangers() -> None:
    edges = random_network(80)
    places = layout(80, edges)
    partners = [math.dist(places[one], places[other]) for one, other in edges]
    anyone = [math.dist(places[one], places[other]) for one in range(80) for other in range(one)]
    assert sum(partners) / len(partners) < 0.75 * sum(anyone) / len(anyone)


def test_unconnected_parts_do_not_fall_together() -> None:
    places = layout(6, [(0, 1), (2, 3), (4, 5)])
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in places) and len(set(places)) == 6


def test_everybody_keeps_the_strongest_tie_and_the_rest_goes_by_strength() -> None:
    ties = [("a", "b", 9), ("a", "c", 8), ("b", "c", 7), ("c", "d", 1), ("a", "d", 1)]
    assert backbone(ties, 4) == [("a", "b", 9), ("a", "c", 8), ("b", "c", 7), ("c", "d", 1)]
    assert {name for tie in backbone(ties, 1) for name in tie[:2]} == set("abcd")
