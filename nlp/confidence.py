"""How sure a pair is: learnt weights over what is seen, calibrated on held-out articles.

Three steps, all logistic. The first weighs the facts of one sentence into four classes; the second joins a pair's
sentences and its place in the article into the probability of each class; the third, where there is an encoder, joins
that with the encoder's reading. `python -m nlp.calibration` learns all three and writes the data file.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

CLASSES = ("none", "core", "background", "unsettled")
"""No deal; news of one; an old one told again; talked of, rumoured, ended or denied."""
WEIGHTS = "weights.json"


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight a class for each feature: of a sentence, and of a pair in `joined["rules"]` and `joined["model"]`."""

    sentence: Mapping[str, Sequence[float]]
    joined: Mapping[str, Mapping[str, Sequence[float]]]
    thresholds: Mapping[str, Mapping[str, float]]
    version: str

    def sentence_scores(self, features: Iterable[str]) -> tuple[float, ...]:
        """Log-odds-like scores of the four classes for one sentence (before soft-max)."""
        totals = list(self.sentence.get("bias", (0.0,) * len(CLASSES)))
        for feature in features:
            for index, weight in enumerate(self.sentence.get(feature, ())):
                totals[index] += weight
        return tuple(totals)

    def joined_probabilities(self, features: Mapping[str, float], name: str) -> tuple[float, ...]:
        """P(class) of a pair from its joined features; `name` is `rules` or `model`."""
        table = self.joined[name]
        totals = list(table["bias"])
        for feature, value in features.items():
            for index, weight in enumerate(table.get(feature, ())):
                totals[index] += weight * value
        return softmax(totals)


def softmax(scores: Sequence[float]) -> tuple[float, ...]:
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    return tuple(power / sum(powers) for power in powers)


def load_weights() -> Weights:
    """The weights shipped with the package. Raises FileNotFoundError if they were never learnt."""
    text = (files("nlp") / "data" / WEIGHTS).read_text(encoding="utf-8")
    raw: dict[str, Any] = json.loads(text)
    return Weights(raw["sentence"], raw["joined"], raw["thresholds"], raw["version"])
