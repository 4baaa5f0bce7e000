"""Putting mentions together: which belong to one event, decided for a whole block at once.

Average linkage: two groups are joined while the mean log-odds of their pairs is above THRESHOLD, best first. The
result depends on the set of mentions alone. A person's split keeps two mentions apart, a person's merge joins groups.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from db.resolution.mention import Mention
from db.resolution.scoring import score

# Mean log-odds from which groups are joined; above 0, since a wrong merge is worse than a duplicate.
THRESHOLD = 0.5


@dataclass(frozen=True)
class Constraint:
    """A person's word on two sets of mentions: together (merge) or apart (split). `order`: the later one wins."""

    order: int
    together: bool
    one: frozenset[int]
    other: frozenset[int]


@dataclass
class _Group:
    members: list[Mention]
    links: dict[int, float] = field(default_factory=dict)


def cluster(
    mentions: Sequence[Mention],
    constraints: Iterable[Constraint] = (),
    threshold: float = THRESHOLD,
) -> list[list[Mention]]:
    """The mentions of a block in groups, each group and the list in canonical order."""
    apart = [rule for rule in constraints if not rule.together]
    together = sorted((rule for rule in constraints if rule.together), key=lambda rule: rule.order)
    groups = _average_linkage(sorted(mentions, key=lambda mention: mention.order), apart, threshold)
    for rule in together:
        groups = _join(groups, rule, [other for other in apart if other.order > rule.order])
    ordered = [sorted(group, key=lambda mention: mention.order) for group in groups]
    return sorted(ordered, key=lambda group: group[0].order)


def _average_linkage(
    mentions: list[Mention], apart: list[Constraint], threshold: float
) -> list[list[Mention]]:
    """Sums of log-odds between groups are kept, so that joining two costs one pass over the others."""
    groups = {at: _Group([mention]) for at, mention in enumerate(mentions)}
    heap: list[tuple[float, int, int]] = []
    for at, mention in enumerate(mentions):
        for before in range(at):
            # Rounded, so that the order of additions cannot decide a later comparison.
            log_odds = round(score(mentions[before], mention), 9)
            groups[at].links[before] = groups[before].links[at] = log_odds
            if log_odds > threshold:
                heap.append((-log_odds, before, at))
    heapq.heapify(heap)
    while heap:
        mean, left, right = heapq.heappop(heap)
        if left not in groups or right not in groups or -mean != _mean(groups, left, right):
            continue
        if _forbidden(groups[left].members, groups[right].members, apart):
            continue
        _absorb(groups, left, right)
        for other in groups[left].links:
            value = _mean(groups, left, other)
            if value > threshold:
                heapq.heappush(heap, (-value, min(left, other), max(left, other)))
    return [group.members for group in groups.values()]


def _mean(groups: dict[int, _Group], left: int, right: int) -> float:
    size = len(groups[left].members) * len(groups[right].members)
    return round(groups[left].links[right] / size, 9)


def _absorb(groups: dict[int, _Group], left: int, right: int) -> None:
    gone = groups.pop(right)
    groups[left].members += gone.members
    del groups[left].links[right]
    for other, total in gone.links.items():
        if other == left:
            continue
        groups[left].links[other] += total
        groups[other].links[left] = groups[left].links[other]
        del groups[other].links[right]


def _forbidden(left: list[Mention], right: list[Mention], apart: list[Constraint]) -> bool:
    ones, others = {mention.id for mention in left}, {mention.id for mention in right}
    return any((ones & rule.one and others & rule.other) or (ones & rule.other and others & rule.one) for rule in apart)


def _join(groups: list[list[Mention]], rule: Constraint, later: list[Constraint]) -> list[list[Mention]]:
    """Joins all groups the merge touches, except where a later split keeps them apart."""
    wanted = rule.one | rule.other
    joined: list[Mention] = []
    rest = []
    for group in sorted(groups, key=lambda members: min(mention.order for mention in members)):
        touched = any(mention.id in wanted for mention in group)
        if touched and not (joined and _forbidden(joined, group, later)):
            joined = joined + group
        else:
            rest.append(group)
    return [*rest, joined] if joined else rest
