"""The cheap first pass: which passages may tell of a partnership at all, from their words alone.

A logistic regression over the pieces of a passage and their neighbours, some hundred times cheaper than the encoder.
Its threshold was set so that it loses two of 100 new partnerships of published articles (`nlp/training/triage.py`). A
deal word (`cues.py`) speaks for a passage, but one in thirty new partnerships of real news is told without any near.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from pathlib import Path

TRIAGE = "triage.json"
CUED = 1.0  # what a deal word adds; weighed freely, it would rule out nearly all passages without one


@dataclass(frozen=True, slots=True)
class Triage:
    """`weights` of single pieces and of `"one two"` for pieces that follow one another."""

    weights: Mapping[str, float]
    bias: float
    threshold: float
    version: str

    def keeps(self, pieces: Sequence[str], cued: bool) -> bool:
        """Whether a passage of these pieces, with a deal word or without, is worth the encoder's time."""
        return self.score(pieces, cued) >= self.threshold

    def score(self, pieces: Sequence[str], cued: bool) -> float:
        """How much speaks for a partnership, new or old."""
        seen = signs(pieces)
        total = math.fsum(map(self.weights.get, seen, repeat(0.0)))
        return self.bias + total / math.sqrt(max(len(seen), 1)) + CUED * cued


def signs(pieces: Sequence[str]) -> set[str]:
    """What of a passage counts: its pieces and pairs of neighbours, once each."""
    return {*pieces, *(f"{one} {two}" for one, two in pairwise(pieces))}


def load_triage(folder: Path) -> Triage:
    """The first pass of the model in `folder`, whose pieces it knows; where there is none, all is kept."""
    path = folder / TRIAGE
    if not path.exists():
        return Triage({}, 0.0, -math.inf, "all")
    content = path.read_bytes()
    raw = json.loads(content)
    return Triage(raw["weights"], raw["bias"], raw["threshold"], hashlib.sha256(content).hexdigest()[:4])
