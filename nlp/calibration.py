"""Learns `nlp/data/weights.json` from labelled articles: what each fact is worth, and how sure the reader may be.

    python -m nlp.calibration GOLD... [--unseen GOLD...] [--rules-only] [--processes 2]

The later steps learn from scores that the earlier gave to articles they had not seen (cross-fitting), so that the
probabilities hold for unseen articles; an article with a headline is read without it too. Needs scipy, which the
project has through datasketch.
"""

import argparse
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.confidence import CLASSES, WEIGHTS, Weights
from nlp.encoder import load_encoder
from nlp.evaluation import load_gold
from nlp.features import pair_instances
from nlp.gazetteer import load
from nlp.labelled import CORE, FOLDS, NONE, UNSETTLED, Example, read_examples
from nlp.linking import Linker
from nlp.partnership import (
    PairReading,
    model_features,
    pairing_rule,
    probabilities,
    read_pairs,
)
from nlp.regression import Array, SoftmaxRegression, fact_matrix

_RAREST = 3  # a fact seen in fewer instances than this is not learnt from
_FEWEST = 20  # pairs that make a precision
# What a pair weighs in the third step. Written ones are more and their names easier; with names that the table knows
# they teach that such a name is no sign against a deal, as it is in the corpus, whose parties are invented.
_PUBLISHED, _RENAMED, _WRITTEN = 4.0, 2.0, 1.0
PRECISION = {"rules": {"report": 0.72, "publish": 0.95}, "model": {"report": 0.93, "publish": 0.96}}
"""What is right of all that is reported, and of what is shown by default, on news articles that were not learnt from.

Written articles do not count here: how many of them are hard was chosen, not met; nor do releases of foreign firms
(`_is_ours`). Rules alone would hardly tell anything if they had to be as right as with the encoder. Labelled news is
richer in deals than news at large: .96 there is about .95 once what articles without a deal add is counted.
"""


Read = tuple[Example, list[PairReading]]


Fact = tuple[tuple[int, int], tuple[str, ...], int]
"""A pair in one sentence: which pair, what is seen of it there, its class."""


def sentence_facts(example: Example, linker: Linker) -> list[Fact]:
    """What the first step learns from in one article."""
    facts = []
    may_pair = pairing_rule(example.view, linker)
    for instance in pair_instances(example.view):
        one, two = sorted((instance.one, instance.two))
        label = example.labels.get((one, two), NONE)
        if label is not None and may_pair(one, two):
            facts.append(((one, two), instance.features, label))
    return facts


def learn_sentences(facts: Sequence[Sequence[Fact]], penalty: float) -> dict[str, list[float]]:
    """Weights of the first step from the facts of each article.

    A deal told in several sentences counts most in the one that tells it best.
    """
    rows = [((number, *pair), seen, label) for number, told in enumerate(facts) for pair, seen, label in told]
    counts = Counter(feature for _, features, _ in rows for feature in features)
    index = {"bias": 0} | {
        feature: place for place, feature in enumerate(sorted(f for f, n in counts.items() if n >= _RAREST), start=1)
    }
    x, y = fact_matrix([features for _, features, _ in rows], index), np.array([label for *_, label in rows])
    weight = np.ones(len(rows))
    regression = SoftmaxRegression(penalty, len(CLASSES))
    for steps in (120, 60, 60):
        regression.fit(x, y, weight, steps)
        weight = _attention(rows, np.asarray(x @ regression.weights), y)
    return {
        feature: [round(float(value), 4) for value in regression.weights[place]] for feature, place in index.items()
    }


def _attention(
    rows: Sequence[tuple[tuple[int, int, int], tuple[str, ...], int]], scores: Array, y: NDArray[np.int64]
) -> Array:
    best: dict[tuple[int, int, int], float] = {}
    own = scores[np.arange(len(y)), y] - scores[:, 0]
    for (key, *_), score in zip(rows, own, strict=True):
        best[key] = max(best.get(key, -1e9), score)
    return np.array(
        [
            1.0 if label == NONE or score >= best[key] - 0.5 else 0.15
            for (key, _, label), score in zip(rows, own, strict=True)
        ]
    )


def learn_joined(
    features: Sequence[Mapping[str, float]], labels: Sequence[int], penalty: float, worth: Sequence[float]
) -> dict[str, list[float]]:
    """Weights of the second or the third step; `worth` is what each pair weighs."""
    names = sorted({name for one in features for name in one})
    x = np.array([[1.0, *(one.get(name, 0.0) for name in names)] for one in features])
    scale = np.maximum(x.std(axis=0), 1e-3)
    scale[0] = 1.0
    regression = SoftmaxRegression(penalty, len(CLASSES)).fit(x / scale, np.array(labels), np.array(worth))
    weights = regression.weights / scale[:, None]
    return {
        name: [round(float(value), 5) for value in row] for name, row in zip(["bias", *names], weights, strict=True)
    }


def _learn_rules(held_out: Sequence[Read]) -> dict[str, list[float]]:
    pairs = [(reading, label) for one, readings in held_out for reading, label in _labelled(one, readings)]
    labels = [label for _, label in pairs]
    return learn_joined([reading.features for reading, _ in pairs], labels, 3.0, [1.0] * len(labels))


def _learn_model(held_out: Sequence[Read], weights: Weights) -> dict[str, list[float]]:
    seen, labels, worth = [], [], []
    for one, readings in held_out:
        for reading, label in _labelled(one, readings):
            if reading.model:
                seen.append(model_features(reading, weights.joined_probabilities(reading.features, "rules")))
                labels.append(label)
                worth.append(_worth(one, reading))
    return learn_joined(seen, labels, 1.0, worth)


def _worth(example: Example, reading: PairReading) -> float:
    if example.renamed:
        return _RENAMED
    return _PUBLISHED if example.published and _is_ours(example, reading) else _WRITTEN


def _labelled(example: Example, readings: Sequence[PairReading]) -> list[tuple[PairReading, int]]:
    labels = [(reading, example.labels.get((reading.one, reading.two), NONE)) for reading in readings]
    return [(reading, label) for reading, label in labels if label is not None]


Scored = tuple[float, int]
"""P(core) of a labelled pair as the reader would give it, and its label."""


def _scored(held_out: Sequence[Read], weights: Weights, use_model: bool) -> list[Scored]:
    return [
        (probabilities(one.view, reading, weights, use_model)[CORE], label)
        for one, readings in held_out
        for reading, label in _labelled(one, readings)
        if _is_ours(one, reading)
    ]


def _is_ours(example: Example, reading: PairReading) -> bool:
    """Whether the reader will meet such a pair: written, told in Korean, or with a party known to be Korean.

    Releases of foreign firms teach how a deal is told; they are not what is crawled.
    """
    parties = (example.view.entities[index] for index in (reading.one, reading.two))
    korean = example.view.article.lang == "ko" or any(party.country == "KR" for party in parties)
    return korean or not example.published


def thresholds(scored: Sequence[Scored], precision: Mapping[str, float]) -> dict[str, float]:
    """The least probability from which on each precision is reached, .95 where it never is."""
    marks = dict.fromkeys(precision, 0.95)
    right = false = 0
    for probability, label in sorted(scored, reverse=True):
        right += label == CORE
        false += label in (NONE, UNSETTLED)
        for name, wanted in precision.items():
            if right + false >= _FEWEST and right / (right + false) >= wanted:
                marks[name] = probability
    return {name: round(mark, 3) for name, mark in marks.items()}


def learn(examples: Sequence[Example], linker: Linker) -> tuple[Weights, dict[str, list[Scored]]]:
    """All weights, and the scored pairs each system was calibrated on.

    The third step learns only from articles that the encoder was not trained on (`unseen`): what a model says of its
    own training data is surer than it will ever be again.
    """
    facts = [sentence_facts(one, linker) for one in examples]
    held_out: list[Read] = []
    for part in range(FOLDS):
        rest = [told for one, told in zip(examples, facts, strict=True) if one.fold != part]
        sentence = learn_sentences(rest, penalty=2.0)
        first = Weights(sentence, {}, {}, "")
        held_out += [(one, read_pairs(one.view, first, linker, one.model)) for one in examples if one.fold == part]
    joined = {"rules": _learn_rules(held_out)}
    scored = {"rules": _crossed(held_out, {}, "rules", _learn_rules)}
    fresh = [(one, readings) for one, readings in held_out if one.unseen and any(reading.model for reading in readings)]
    if fresh:
        second = Weights({}, dict(joined), {}, "")
        joined["model"] = _learn_model(fresh, second)
        scored["model"] = _crossed(fresh, joined, "model", lambda rest: _learn_model(rest, second))
    cuts = {name: thresholds(pairs, PRECISION[name]) for name, pairs in scored.items()}
    return Weights(learn_sentences(facts, penalty=2.0), joined, cuts, ""), scored


def _crossed(
    read: Sequence[Read], joined: Mapping[str, Any], name: str, learn_step: Callable[[Sequence[Read]], Any]
) -> list[Scored]:
    """Scores of every fold's news by weights learnt on the others, so that thresholds hold for other articles.

    Articles are scored as they came, not in the form without headline, which is harder than what the reader meets.
    """
    scored = []
    for part in range(FOLDS):
        learnt = learn_step([one for one in read if one[0].fold != part])
        weights = Weights({}, {**joined, name: learnt}, {}, "")
        told = [one for one in read if one[0].fold == part and one[0].published and one[0].view.article.title]
        scored += _scored(told, weights, use_model=name == "model")
    return scored


def save(weights: Weights, path: Path) -> None:
    body = {"sentence": weights.sentence, "joined": weights.joined, "thresholds": weights.thresholds}
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:8]
    lines = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(values)}"
        for name, values in sorted(weights.sentence.items())
    )
    rest = json.dumps(
        {"version": digest, "thresholds": weights.thresholds, "joined": weights.joined}, ensure_ascii=False, indent=1
    )
    path.write_text(f'{rest[:-2]},\n"sentence": {{\n{lines}\n}}\n}}\n', encoding="utf-8")


def _report(scored: Sequence[Scored], cuts: Mapping[str, float], name: str) -> str:
    told = Counter(label for probability, label in scored if probability >= cuts["report"])
    missed = sum(label == CORE and probability < cuts["report"] for probability, label in scored)
    right, false = told[CORE], told[NONE] + told[UNSETTLED]
    precision, recall = right / max(right + false, 1), right / max(right + missed, 1)
    return f"{name}: of the pairs seen, P {precision:.3f} R {recall:.3f} ({right}/{false}/{missed}), {cuts}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m nlp.calibration", description=__doc__)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument(
        "--unseen", type=Path, nargs="*", default=[], help="labelled files that the encoder was not trained on"
    )
    parser.add_argument("--rules-only", action="store_true")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data" / WEIGHTS)
    options = parser.parse_args(arguments)
    use_model = not options.rules_only and load_encoder() is not None
    rows = [(row, path in options.unseen) for path in (*options.gold, *options.unseen) for row in load_gold(path)]
    examples = read_examples(rows, use_model, options.processes)
    weights, scored = learn(examples, Linker(load()))
    save(weights, options.out)
    labels = Counter(CLASSES[label] for _, label in scored["rules"])
    print(f"{len(rows)} articles, {len(examples)} forms of them read, pairs {dict(labels)}")
    for name, pairs in scored.items():
        print(_report(pairs, weights.thresholds[name], name))


if __name__ == "__main__":
    main()
