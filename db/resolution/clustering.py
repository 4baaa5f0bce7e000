"""Putting mentions together: which belong to one event, decided for a whole block at once.

First the reports of one announcement: average linkage, two groups being joined while the mean log-odds of their
pairs is
above THRESHOLD, best first. Then the stages of one deal: talks, rumours, denials, ends, background, and a contract
after a
memorandum attach to the announcement they fit best, on weaker evidence, if no other fits nearly as well. The result
depends on the set of mentions alone. A person's split keeps two mentions apart, a person's merge joins groups.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from db.resolution.mention import Mention
from db.resolution.scoring import score

# Mean log-odds from which groups are joined: by cross-validation the least at which almost no pair is joined
# wrongly, since
# a wrong merge is worse than a duplicate.
THRESHOLD = 2.0
# From which a further stage of a deal is attached, and how much better than the next one the fitting deal must be; set
# by judgement (even odds), not yet cross-validated.
STAGE_THRESHOLD = 0.0
STAGE_MARGIN = 0.5


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
    stage_threshold: float = STAGE_THRESHOLD,
    log_odds: Callable[[Mention, Mention], float] = score,
) -> list[list[Mention]]:
    """The mentions of a block in groups, each group and the list in canonical order."""
    apart = [rule for rule in constraints if not rule.together]
    together = sorted((rule for rule in constraints if rule.together), key=lambda rule: rule.order)
    linked = _average_linkage(sorted(mentions, key=lambda mention: mention.order), apart, threshold, log_odds)
    groups = _attach_stages(linked, apart, stage_threshold)
    for rule in together:
        groups = _join(groups, rule, [other for other in apart if other.order > rule.order])
    ordered = [sorted(group, key=lambda mention: mention.order) for group in groups]
    return sorted(ordered, key=lambda group: group[0].order)


def _average_linkage(
    mentions: list[Mention],
    apart: list[Constraint],
    threshold: float,
    log_odds: Callable[[Mention, Mention], float],
) -> dict[int, _Group]:
    """Sums of log-odds between groups are kept, so that joining two costs one pass over the others."""
    groups = {at: _Group([mention]) for at, mention in enumerate(mentions)}
    heap: list[tuple[float, int, int]] = []
    for at, mention in enumerate(mentions):
        for before in range(at):
            # Rounded, so that the order of additions cannot decide a later comparison.
            likeness = round(log_odds(mentions[before], mention), 9)
            groups[at].links[before] = groups[before].links[at] = likeness
            if likeness > threshold:
                heap.append((-likeness, before, at))
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
    return groups


def _attach_stages(groups: dict[int, _Group], apart: list[Constraint], threshold: float) -> list[list[Mention]]:
    """Joins stages of one deal, the best fitting first; where two deals fit about as well, nothing is joined."""
    while True:
        fits = sorted(
            (-_mean(groups, left, right), left, right)
            for left in groups
            for right in groups
            if left < right and _mean(groups, left, right) > threshold and _stages(groups[left], groups[right])
        )
        chosen = next(
            (
                (left, right)
                for mean, left, right in fits
                if not _forbidden(groups[left].members, groups[right].members, apart)
                and not _rivalled(fits, -mean, left, right)
            ),
            None,
        )
        if chosen is None:
            return [group.members for group in groups.values()]
        _absorb(groups, *chosen)


def _stages(one: _Group, other: _Group) -> bool:
    """Whether two groups may be stages of one deal: at most one concludes it, or a contract follows a memorandum."""
    first, second = sorted((one.members, other.members), key=lambda members: min(told.day for told in members))
    early, late = _conclusions(first), _conclusions(second)
    if not early or not late:
        return True
    return all(told.kind == "mou" for told in early) and not any(told.kind == "mou" for told in late)


def _conclusions(members: list[Mention]) -> list[Mention]:
    return [told for told in members if told.new and told.concluded]


def _rivalled(fits: list[tuple[float, int, int]], mean: float, left: int, right: int) -> bool:
    """Whether one of the two fits a third group about as well."""
    return any(
        mean + other < STAGE_MARGIN and {left, right} & {one, two} and (one, two) != (left, right)
        for other, one, two in fits
    )


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
