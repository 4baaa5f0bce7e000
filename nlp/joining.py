"""What the third step of `confidence.py` weighs beside both readings: are these names, and what explains the pair."""

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from nlp.features import View
from nlp.rosters import alike

_UNSEEN = 0.5  # an entity that the encoder read in no passage may be a name or not


class Core(Protocol):
    """What is asked of the encoder's reading of a pair."""

    @property
    def core(self) -> float: ...


def beside_features(
    view: View, one: int, two: int, model: Mapping[tuple[int, int], Core], rosters: Sequence[frozenset[int]]
) -> dict[str, float]:
    """How surely both are organisations, and how the encoder reads the pairs that share one of them."""
    both = view.entities[one], view.entities[two]
    sure = [logit(_UNSEEN if entity.tagged is None else entity.tagged) for entity in both]
    unlisted = [name for name, entity in zip(sure, both, strict=True) if entity.organization is None]
    listed = [name for name, entity in zip(sure, both, strict=True) if entity.organization is not None]
    types = {entity.type for entity in both}
    listed_with = [logit(model[pair].core) for pair in alike(one, two, rosters) if pair in model]
    return {
        "unlisted": float(len(unlisted)),
        "unlisted-name": min(unlisted, default=0.0),
        "listed-name": min(listed, default=0.0),
        "rival-core": _rival(one, two, model),
        "hub-core": _hub(one, two, len(view.entities), model),
        "roster-core": math.fsum(listed_with) / max(len(listed_with), 1),
        "roster-size": math.log1p(len(listed_with)),
        "roster-members": float(any(one in roster and two in roster for roster in rosters)),
        "government": float("government" in types),
        "companies": float(types == {"company"}),
        "stateless": float(any(entity.country is None for entity in both)),
    }


def _rival(one: int, two: int, model: Mapping[tuple[int, int], Core]) -> float:
    """The surest other pair that shares an entity with this one."""
    shared = (pair.core for key, pair in model.items() if key != (one, two) and (one in key or two in key))
    return logit(max(shared, default=0.0))


def _hub(one: int, two: int, entities: int, model: Mapping[tuple[int, int], Core]) -> float:
    """How surely one third organisation has dealt with both: then the two need not have dealt with each other."""
    through = 0.0
    for hub in range(entities):
        first, second = model.get(_key(one, hub)), model.get(_key(two, hub))
        if first is not None and second is not None:
            through = max(through, min(first.core, second.core))
    return logit(through)


def _key(one: int, two: int) -> tuple[int, int]:
    return min(one, two), max(one, two)


def logit(probability: float) -> float:
    """Log-odds, cut where a model's sureness means nothing more."""
    clipped = min(max(probability, 1e-3), 1 - 1e-3)
    return math.log(clipped / (1 - clipped))
