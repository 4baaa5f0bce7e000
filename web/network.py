"""Drawing a network of companies: where each node stands, so that 200 of them stay readable."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Tie = tuple[str, str, int]
"""Two companies and the number of their deals."""

ROUNDS = 120
WIDTH, HEIGHT, MARGIN = 1000.0, 640.0, 46.0
MANY_DEALS, MANY_BETWEEN_TWO = 90, 5
"""A network whose busiest have fewer is drawn with smaller circles and thinner lines."""


@dataclass(frozen=True)
class Node:
    """A company; `deals` is the number of its deals within the network, `x` and `y` its place in WIDTH × HEIGHT."""

    id: str
    name: str
    country: str | None
    big_tech: bool
    deals: int
    radius: float
    x: float
    y: float


@dataclass(frozen=True)
class Edge:
    """Deals between two nodes, given by their positions in the list of nodes."""

    first: int
    second: int
    deals: int
    width: float


def backbone(ties: Sequence[Tie], most: int) -> list[Tie]:
    """The ties to draw, from `ties` by falling strength: everybody's strongest, then the next up to `most` in all."""
    firsts: set[Tie] = set()
    met: set[str] = set()
    for tie in ties:
        if not met.issuperset(tie[:2]):
            firsts.add(tie)
            met.update(tie[:2])
    others = [tie for tie in ties if tie not in firsts]
    drawn = firsts.union(others[: max(0, most - len(firsts))])
    return [tie for tie in ties if tie in drawn]


def radius(deals: int, most: int) -> float:
    """A circle's radius, its area by the number of deals; `most` is what the busiest company has."""
    return round(3.5 + 10.5 * math.sqrt(deals / max(most, MANY_DEALS)), 1)


def line_width(deals: int, most: int) -> float:
    """A line's width by the number of deals; `most` is what the busiest two have."""
    return round(0.8 + 3.7 * deals / max(most, MANY_BETWEEN_TWO), 1)


def layout(count: int, edges: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Places for `count` nodes, deterministic: distances on paper follow steps in the network (stress majorization).

    Gansner, Koren and North (2004): start from classical scaling, then move every node to where its distances to all
    others, near ones weighing most, fit best. Unconnected parts are kept a little more than the longest way apart.
    """
    if count == 0:
        return []
    wanted = _distances(count, edges)
    weights = np.divide(1.0, wanted**2, out=np.zeros_like(wanted), where=wanted > 0)
    total = weights.sum(axis=1, keepdims=True)
    places = _classical_scaling(wanted)
    for _ in range(ROUNDS if count > 1 else 0):
        apart = places[:, None, :] - places[None, :, :]
        length = np.sqrt((apart**2).sum(axis=2))
        pull = weights * np.divide(wanted, length, out=np.zeros_like(wanted), where=length > 1e-9)
        places = (weights @ places + pull.sum(axis=1, keepdims=True) * places - pull @ places) / total
    return _fitted(places)


def _distances(count: int, edges: Sequence[tuple[int, int]]) -> Matrix:
    """Steps between every two nodes (Floyd and Warshall); neighbours of a busy node are given more room."""
    steps = np.full((count, count), np.inf)
    np.fill_diagonal(steps, 0.0)
    degree = np.bincount(np.array(edges, dtype=int).ravel(), minlength=count) if edges else np.zeros(count)
    for first, second in edges:
        steps[first, second] = steps[second, first] = 1.0 + 0.12 * max(degree[first], degree[second]) ** 0.5
    for via in range(count):
        np.minimum(steps, steps[:, via, None] + steps[None, via, :], out=steps)
    known = steps[np.isfinite(steps)]
    steps[np.isinf(steps)] = min(known.max(initial=1.0), 4.0) + 1.0
    return steps


def _classical_scaling(distances: Matrix) -> Matrix:
    """The plane that fits the distances best (Torgerson); a tiny spiral keeps nodes with equal distances apart."""
    count = len(distances)
    centring = np.eye(count) - 1.0 / count
    values, vectors = np.linalg.eigh(-0.5 * centring @ distances**2 @ centring)
    top = np.argsort(values)[::-1][: min(2, count)]
    places = np.zeros((count, 2))
    places[:, : len(top)] = vectors[:, top] * np.sqrt(np.maximum(values[top], 0.0))
    turn = np.arange(count) * 2.399963  # the golden angle
    radius = 0.05 * np.sqrt(np.arange(count) / count)
    spread: Matrix = places + radius[:, None] * np.column_stack((np.cos(turn), np.sin(turn)))
    return spread


def _fitted(places: Matrix) -> list[tuple[float, float]]:
    """Stretched to the drawing, its longer side lying, margins kept.

    Half by the places themselves, half by their order, which opens the crowded middle at the cost of the empty rim.
    """
    low, high = places.min(axis=0), places.max(axis=0)
    if (high - low)[1] > (high - low)[0]:
        places, low, high = places[:, ::-1], low[::-1], high[::-1]
    span = np.where(high - low > 1e-9, high - low, 1.0)
    room = np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    ranks = places.argsort(axis=0).argsort(axis=0) / max(len(places) - 1, 1)
    fitted = ((places - low) / span + ranks) / 2 * room + MARGIN
    if len(places) == 1:
        fitted = np.array([[WIDTH / 2, HEIGHT / 2]])
    return [(round(float(x), 1), round(float(y), 1)) for x, y in fitted]
