"""Learns the first pass (`nlp/triage.py`) from labelled articles."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from nlp.corpus import CORE_STATUSES
from nlp.cues import find_cues
from nlp.encoder import Encoder
from nlp.plan import with_cue
from nlp.regression import Array, SoftmaxRegression
from nlp.triage import CUED, TRIAGE, signs

_RECALL = 0.98  # of the new partnerships of published articles
_RAREST = 4  # a sign in fewer passages than this is not learnt from
_PENALTY = 4.0
_FOLDS = 5
_CORE_WEIGHT = 3.0  # to lose a new partnership is worse than to lose an old one
_SLIGHT = 0.05  # smaller weights are left out, which keeps the file small and the scores where they were
_NONE, _OLD, _CORE = range(3)


@dataclass(frozen=True, slots=True)
class _Passage:
    fold: int
    signs: set[str]
    cued: bool
    told: int
    news: Sequence[str]  # the new partnerships of a published article that it tells of
    published: bool


def learn_triage(encoder: Encoder, rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], float]:
    """The content of `triage.json`, and which part of the published passages without a partnership it keeps.

    Threshold and part are those of passages that the weights were not learnt from (five folds by article or family).
    `rows` should be an ordinary mix: learnt from articles denser than those it meets, it keeps far too much of these.
    """
    passages = [passage for row in rows for passage in _passages(encoder, row)]
    counts = Counter(sign for passage in passages for sign in passage.signs)
    index = {sign: place for place, sign in enumerate(sorted(s for s, n in counts.items() if n >= _RAREST), start=1)}
    matrix = _matrix(passages, index)
    told = np.array([passage.told for passage in passages])
    folds = np.array([passage.fold for passage in passages])
    published = np.array([passage.published for passage in passages])
    scores = CUED * np.array([passage.cued for passage in passages], float)
    for fold in range(_FOLDS):
        weights = _fit(matrix[folds != fold], told[folds != fold])
        scores[folds == fold] += matrix[folds == fold] @ weights
    threshold = float(np.quantile(_best(passages, scores), 1 - _RECALL))
    weights = _fit(matrix, told)
    kept = {sign: round(float(weights[place]), 2) for sign, place in index.items() if weights[place]}
    content = {"bias": round(float(weights[0]), 4), "threshold": round(threshold, 4), "weights": kept}
    return content, float((scores[published & (told == _NONE)] >= threshold).mean())


def _best(passages: Sequence[_Passage], scores: Array) -> list[float]:
    """The highest score of a passage that tells of it, for each new partnership of published articles."""
    best: dict[str, float] = {}
    for passage, score in zip(passages, scores, strict=True):
        for deal in passage.news:
            best[deal] = max(best.get(deal, score), score)
    return list(best.values())


def write_triage(content: Mapping[str, Any], folder: Path) -> None:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=0)
    (folder / TRIAGE).write_text(text + "\n", encoding="utf-8")


def _passages(encoder: Encoder, row: Mapping[str, Any]) -> list[_Passage]:
    full = f"{row.get('title') or ''}\n{row['text']}"
    story = str(row.get("family") or row["id"])
    fold = int(hashlib.sha256(f"triage {story}".encode()).hexdigest(), 16) % _FOLDS
    events = [(full.find(event["evidence"][:60]), _is_core(event)) for event in row["events"] if event.get("evidence")]
    published = "family" not in row
    passages = encoder.passages(full)
    cued = with_cue(passages, find_cues(full, row["lang"]))
    found = []
    for number, passage in enumerate(passages):
        inside = {
            place: core
            for place, (at, core) in enumerate(events)
            if passage.start <= at < passage.end or (number == 0 and 0 <= at < passage.head)
        }
        told = _CORE if any(inside.values()) else _OLD if inside else _NONE
        news = [f"{row['id']} {place}" for place, core in inside.items() if core and published]
        found.append(_Passage(fold, signs(passage.pieces), cued[number], told, news, published))
    return found


def _is_core(event: Mapping[str, Any]) -> bool:
    return bool(event["new"] and event["status"] in CORE_STATUSES and event.get("korean", True))


def _matrix(passages: Sequence[_Passage], index: Mapping[str, int]) -> csr_matrix:
    """A row a passage: one for the bias, then each known sign, scaled as `Triage.score` does."""
    places: list[int] = []
    values: list[float] = []
    pointers = [0]
    for passage in passages:
        known = sorted(index[sign] for sign in passage.signs if sign in index)
        places += [0, *known]
        values += [1.0, *[1 / np.sqrt(len(passage.signs))] * len(known)]
        pointers.append(len(places))
    return csr_matrix((values, places, pointers), shape=(len(passages), len(index) + 1))


def _fit(matrix: csr_matrix, told: Any) -> Array:
    """Log-odds weights of telling of any partnership."""
    regression = SoftmaxRegression(_PENALTY / 2, classes=2)
    regression.fit(matrix, (told > _NONE).astype(np.int64), np.where(told == _CORE, _CORE_WEIGHT, 1.0), steps=150)
    weights: Array = regression.weights[:, 1] - regression.weights[:, 0]
    weights[1:][np.abs(weights[1:]) < _SLIGHT] = 0.0
    return weights
