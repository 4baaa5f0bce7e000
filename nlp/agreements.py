"""Which pairs of an article signed one paper: three organisations of which each is the other's partner.

The sentence that names the signers is often not the one that names the deal or its day, so each pair alone sees a part.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nlp.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Claim:
    """A pair as it is reported: `label` is its class (`confidence.CLASSES`), `kinds`, `statuses` score each choice."""

    one: int
    two: int
    label: int
    sentence: Sentence
    kinds: Mapping[str, float]
    statuses: Mapping[str, float]
    date: str | None
    precision: str | None
    confidence: float

    @property
    def kind(self) -> str:
        """The kind that most speaks for."""
        return strongest(self.kinds)

    @property
    def status(self) -> str:
        """The status that most speaks for."""
        return strongest(self.statuses)

    @property
    def deal(self) -> tuple[object, ...]:
        """What the claims of one event share."""
        return self.sentence, self.kind, self.status, self.label, self.date


def strongest(scores: Mapping[str, float]) -> str:
    """The choice with the highest score, the first of several."""
    return max(scores, key=lambda choice: scores[choice])


def share_agreements(claims: Sequence[Claim]) -> list[Claim]:
    """The claims in their order, those of one agreement with the same sentence, kind, status and day.

    Pairs that close to triangles are one agreement, if they have one label and no two different days.
    """
    members = {index: [index] for index in range(len(claims))}
    agreement = list(range(len(claims)))
    for triangle in _triangles(claims):
        first, *others = sorted({agreement[index] for index in triangle})
        together = [index for one in (first, *others) for index in members[one]]
        if not others or len({claims[index].date for index in together} - {None}) > 1:
            continue
        members[first] = together
        for other in others:
            for index in members.pop(other):
                agreement[index] = first
    shared = {first: _shared_fields([claims[index] for index in joined]) for first, joined in members.items()}
    return [replace(claim, **shared[agreement[index]]) for index, claim in enumerate(claims)]


def _triangles(claims: Sequence[Claim]) -> Iterable[tuple[int, int, int]]:
    """Indexes of each three claims about three organisations."""
    places = {(claim.label, claim.one, claim.two): index for index, claim in enumerate(claims)}
    following: dict[tuple[int, int], list[int]] = defaultdict(list)
    for label, one, two in places:
        following[label, one].append(two)
    for (label, one, two), index in places.items():
        for three in following[label, two]:
            closing = places.get((label, one, three))
            if closing is not None:
                yield index, places[label, two, three], closing


def _shared_fields(members: Sequence[Claim]) -> dict[str, Any]:
    """What the claims of an agreement say together."""
    told = Counter(member.sentence for member in members)
    dated = Counter((member.date, member.precision) for member in members if member.date)
    date, precision = dated.most_common(1)[0][0] if dated else (None, None)
    return {
        "sentence": told.most_common(1)[0][0],
        "kinds": _sums(member.kinds for member in members),
        "statuses": _sums(member.statuses for member in members),
        "date": date,
        "precision": precision,
    }


def _sums(scores: Iterable[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    for one in scores:
        for choice, score in one.items():
            total[choice] += score
    return dict(total)
