"""What the third step of `confidence.py` weighs beside both readings: are these names, and of what."""

import math

from nlp.features import View

_UNSEEN = 0.5  # an entity that the encoder read in no passage may be a name or not
_DOUBTFUL = math.log(0.8 / (1 - 0.8))  # below it a deal told with certainty was mostly one of a word that is no name


def beside_features(view: View, one: int, two: int) -> dict[str, float]:
    """How surely both are organisations, and of what kind."""
    both = view.entities[one], view.entities[two]
    sure = [logit(_UNSEEN if entity.tagged is None else entity.tagged) for entity in both]
    unlisted = [name for name, entity in zip(sure, both, strict=True) if entity.organization is None]
    listed = [name for name, entity in zip(sure, both, strict=True) if entity.organization is not None]
    types = {entity.type for entity in both}
    return {
        "unlisted": float(len(unlisted)),
        "unlisted-name": min(unlisted, default=0.0),
        # A slope of its own: between .9 and .99 hardly anything changes, between .5 and .8 much.
        "doubtful-name": max(0.0, _DOUBTFUL - min(unlisted, default=_DOUBTFUL)),
        "listed-name": min(listed, default=0.0),
        "government": float("government" in types),
        "companies": float(types == {"company"}),
        "stateless": float(any(entity.country is None for entity in both)),
    }


def logit(probability: float) -> float:
    """Log-odds, cut where a model's sureness means nothing more."""
    clipped = min(max(probability, 1e-3), 1 - 1e-3)
    return math.log(clipped / (1 - clipped))
