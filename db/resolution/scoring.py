"""How likely two mentions tell of one deal: a logistic model over a few readable features.

The coefficients stand in model.json and are fitted by benchmarks/resolution.py on the training families of the corpus.
"""

from __future__ import annotations

import json
import math
from functools import cache
from operator import mul
from pathlib import Path

from db.resolution.mention import RANK, Mention
from db.resolution.terms import weight

FEATURES = (
    "bias",
    "same parties",
    "one contains the other",
    "only one party in common",
    "partner undisclosed in one",
    "same exact day",
    "day gap",
    "day gap, two conclusions",
    "report gap",
    "two conclusions, dates exclude each other",
    "words in common",
    "words in common, other language",
    "topics in common",
    "topics differ",
    "amount in common",
    "amounts differ",
    "same kind",
    "same family of kind",
    "capital against other",
    "near copy",
    "same article",
    "background",
    "both background",
    "next stage",
    "memorandum, then contract",
    "one more deal",
    "next step said",
)


def features(one: Mention, other: Mention) -> tuple[float, ...]:
    """The values of FEATURES for two mentions, the same whichever comes first."""
    foreign = one.lang != other.lang
    mine, theirs = (one.heard, other.heard) if foreign else (one.orgs, other.orgs)
    union = len(mine | theirs)
    if not union:
        return (0.0,) * len(FEATURES)
    early, late = (one, other) if (one.day, one.order) <= (other.day, other.order) else (other, one)
    shared = len(mine & theirs)
    linked = bool(one.heard_links & other.heard_links if foreign else one.links & other.links)
    same = shared == union and one.hidden == other.hidden
    gap = _gap(one, other)
    contract = early.kind == "mou" and late.kind not in ("mou", "alliance", "other")
    step = "step" in late.cues and gap > 1
    # A deal is concluded once: two conclusions far apart are two deals, unless the second is said to follow the first.
    twice = one.concluded and other.concluded and not contract and not step
    words = _common_words(one, other)
    topics = _jaccard(one.topics, other.topics)
    equal_amount, other_amount = _amounts(one, other)
    return (
        1.0,
        float(same),
        float(not same and linked and shared in (len(mine), len(theirs))),
        float(not linked and not same) * (1.0 if shared < 2 else 0.5),
        float(one.hidden != other.hidden),
        float(one.exact and other.exact and one.span == other.span),
        math.log1p(gap) / 7,
        math.log1p(gap) / 7 * (twice and one.new and other.new),
        math.log1p(abs(one.reported - other.reported)) / 7,
        float(twice and gap > 3 and one.span is not None and other.span is not None),
        0.0 if foreign else words,
        words if foreign else 0.0,
        topics,
        float(bool(one.topics and other.topics) and topics == 0),
        float(equal_amount),
        float(other_amount),
        float(one.kind == other.kind),
        float(one.kind != other.kind and one.family == other.family),
        float((one.family == "capital") != (other.family == "capital")),
        float(one.group == other.group and one.article_id != other.article_id),
        float(one.article_id == other.article_id),
        float(one.new != other.new),
        float(not one.new and not other.new),
        float(RANK[early.status] < 3 <= RANK[late.status] or late.status in ("ended", "denied")),
        float(contract),
        float("more" in late.cues and late.new and gap > 1),
        float(step),
    )


def score(one: Mention, other: Mention) -> float:
    """Log-odds that the two tell of one deal."""
    return float(sum(map(mul, features(one, other), coefficients())))


def probability(log_odds: float) -> float:
    """Log-odds as a probability."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


@cache
def coefficients() -> tuple[float, ...]:
    """The fitted weight of every feature, in the order of FEATURES."""
    stored = json.loads((Path(__file__).parent / "model.json").read_text(encoding="utf-8"))["coefficients"]
    return tuple(float(stored[name]) for name in FEATURES)


def _gap(one: Mention, other: Mention) -> int:
    """Days between the two windows, 0 where they meet."""
    (start, end), (other_start, other_end) = one.window, other.window
    return max(0, start - other_end, other_start - end)


def _common_words(one: Mention, other: Mention) -> float:
    """Weight of the shared words over the weight of the shorter side's words, 0 to 1."""
    common = one.terms & other.terms
    return math.fsum(map(weight, common)) / max(min(one.heft, other.heft), 4.0) if common else 0.0


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def _amounts(one: Mention, other: Mention) -> tuple[bool, bool]:
    """Whether some amount is the same, and whether the same unit has only different ones."""
    if not one.amounts or not other.amounts:
        return False, False
    equal = bool(one.amounts & other.amounts)
    return equal, not equal and bool(one.units & other.units)
