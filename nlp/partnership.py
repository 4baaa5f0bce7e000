"""From pairs of organisations to partnership events: the one place where rules and model are joined.

Every pair named together near a deal word gets a probability for each class of `confidence.CLASSES`; pairs told in one
sentence as one deal make one event, and so do all who signed one agreement (`agreements.py`).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.agreements import Claim, share_agreements, strongest
from nlp.chronicle import SURE, is_chronicled
from nlp.confidence import CLASSES, Weights
from nlp.deal_dates import DealDates
from nlp.features import Instance, View, pair_instances, untold_instance
from nlp.generic import GENERIC
from nlp.joining import beside_features, logit
from nlp.kinship import own_firms
from nlp.linking import Entity, Linker
from nlp.parallel import told_apart
from nlp.places import is_place
from nlp.sentences import Sentence
from nlp.status import names_memorandum, read_kind, read_status
from nlp.undisclosed import description

_CORE = CLASSES.index("core")
_WEIGHED_TWICE = ("untitled", "lang-en", "both-in-title", "one-in-title", "lead")
# What each class may be; the first is meant where the words tell none.
UNSETTLED = ("talks", "rumoured", "ended", "denied")
_SETTLED = ("announced", "signed", "planned")
_SETTLED_MOU = ("signed", "planned")  # a paper: of 320 labelled as news none is only announced
_EVIDENCE_MARGIN = 1.5  # a body sentence this little weaker than the headline is the better evidence
_STATED = 0.15  # what words that state a kind or status add to the encoder's share for it
_WORTH_ASKING = 0.1  # a pair that only the encoder sees is considered from this probability on


@dataclass(frozen=True, slots=True)
class ModelPair:
    """What the encoder reads of a pair, from the passage where it is surest."""

    core: float
    background: float
    kind: Mapping[str, float]
    status: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PairReading:
    """All that is known of a pair: its sentences, best first, with their class scores, and the joined features.

    `beside` are the features that only the third step weighs, empty where there is no encoder.
    """

    one: int
    two: int
    told: Sequence[tuple[tuple[float, ...], Instance]]
    features: Mapping[str, float]
    model: ModelPair | None
    beside: dict[str, float]


def read_pairs(
    view: View, weights: Weights, linker: Linker, model: Mapping[tuple[int, int], ModelPair]
) -> list[PairReading]:
    """Every pair that may be partners, in order of place, with the features that decide."""
    told: dict[tuple[int, int], list[tuple[tuple[float, ...], Instance]]] = defaultdict(list)
    may_pair = pairing_rule(view, linker)
    for instance in pair_instances(view):
        one, two = sorted((instance.one, instance.two))
        if may_pair(one, two):
            told[one, two].append((weights.sentence_scores(instance.features), instance))
    for (one, two), seen in model.items():
        likely = max(seen.core, seen.background) > _WORTH_ASKING
        if likely and (one, two) not in told and may_pair(one, two):
            untold = untold_instance(view, one, two)
            told[one, two].append((weights.sentence_scores(untold.features), untold))
    readings = []
    for (one, two), sentences in sorted(told.items()):
        sentences.sort(key=lambda item: (-_core_margin(item[0]), item[1].sentence))
        features = _joined_features(view, one, two, sentences)
        # The encoder has learnt nothing of partners without a name: of those the rules alone decide.
        seen_by_model = None if features["undisclosed"] else model.get((one, two))
        beside = beside_features(view, one, two) if seen_by_model else {}
        readings.append(PairReading(one, two, sentences, features, seen_by_model, beside))
    return readings


def pairing_rule(view: View, linker: Linker) -> Callable[[int, int], bool]:
    """Whether two entities of the view (indexes, the lower first) may be partners.

    No firm is with its own subsidiary, none with who has another deal in the same sentence.
    """
    barred = own_firms(view) | told_apart(view)
    return lambda one, two: (
        (one, two) not in barred and _may_be_partners(view.entities[one], view.entities[two], linker)
    )


def _may_be_partners(one: Entity, two: Entity, linker: Linker) -> bool:
    """Rules of the annotation guide that hold whatever the sentence says: a company among them, a Korean among them."""
    if "company" not in (one.type, two.type) or linker.is_family(one, two):
        return False
    if one.source == two.source == "undisclosed" or _share_first_word(one, two):
        return False
    return "KR" in (one.country, two.country) or None in (one.country, two.country)


def _share_first_word(one: Entity, two: Entity) -> bool:
    """Whether two Hangul names begin with the same word, as the firms of one house do: `가온 플레이스`, `가온 럭스`."""
    (first, *more), (other, *others) = one.name.split() or [""], two.name.split() or [""]
    return bool(more and others) and first == other and not (first.isascii() or is_place(first))


def _core_margin(scores: Sequence[float]) -> float:
    return _margin(scores, 1)


def _margin(scores: Sequence[float], index: int) -> float:
    """Log-odds of one class against the others."""
    top = max(scores)
    others = sum(math.exp(score - top) for place, score in enumerate(scores) if place != index)
    return scores[index] - top - math.log(max(others, 1e-9))


def _joined_features(
    view: View, one: int, two: int, told: Sequence[tuple[tuple[float, ...], Instance]]
) -> dict[str, float]:
    lang = view.article.lang
    best = [max(_margin(scores, index) for scores, _ in told) for index in (1, 2, 3)]
    second = sorted((_core_margin(scores) for scores, _ in told), reverse=True)[1:2]
    in_title = [
        sum(not mention.start > len(view.article.title) for mention in view.entities[index].mentions)
        for index in (one, two)
    ]
    return {
        "core": best[0], "background": best[1], "unsettled": best[2], f"core-{lang}": best[0],
        "second": second[0] if second else -3.0, "told": math.log(len(told)),
        "titled": float(any(view.sentences[instance.sentence].in_title for _, instance in told)),
        "both-in-title": float(all(in_title)), "one-in-title": float(any(in_title)),
        "lead": float(min(i.sentence for _, i in told) <= 2),
        "rivals": math.log1p(len(view.entities)), f"lang-{lang}": 1.0,
        "undisclosed": float("undisclosed" in (view.entities[one].source, view.entities[two].source)),
        # Without a headline the body has to prove by itself what a headline would have confirmed.
        "untitled": float(not view.article.title), "core-untitled": 0.0 if view.article.title else best[0],
    }  # fmt: skip


def pair_probabilities(reading: PairReading, weights: Weights, use_model: bool) -> tuple[float, ...]:
    """P(class) of a pair: by rules, or by rules and encoder together."""
    by_rules = weights.joined_probabilities(reading.features, "rules")
    if not use_model or reading.model is None:
        return by_rules
    return weights.joined_probabilities(model_features(reading, by_rules), "model")


def probabilities(view: View, reading: PairReading, weights: Weights, use_model: bool) -> tuple[float, ...]:
    """P(class) of a pair as it is reported: learnt, but surer where a chronicle's line tells of it."""
    learnt = pair_probabilities(reading, weights, use_model)
    return _raised(learnt, SURE) if is_chronicled(view, reading.told[0][1]) else learnt


def _raised(probabilities: tuple[float, ...], core: float) -> tuple[float, ...]:
    """The same with P(core) at least `core`, the other classes sharing what is left as before."""
    if core <= probabilities[_CORE]:
        return probabilities
    rest = (1 - core) / max(1 - probabilities[_CORE], 1e-9)
    return tuple(core if index == _CORE else value * rest for index, value in enumerate(probabilities))


def model_features(reading: PairReading, by_rules: Sequence[float]) -> dict[str, float]:
    """What the third step weighs: both readings as log-odds."""
    assert reading.model is not None
    features = {name: logit(value) for name, value in zip(CLASSES, by_rules, strict=True)}
    core, background = logit(reading.model.core), logit(reading.model.background)
    return (
        features
        | {name: value for name, value in reading.features.items() if name in _WEIGHED_TWICE}
        | reading.beside
        | {
            "model-core": core,
            "model-background": background,
            "model-core-untitled": core * reading.features["untitled"],
            "model-core-en": core * reading.features.get("lang-en", 0.0),
            # A paper that was signed is hardly ever misread; what is only told of as happening often is.
            "model-signed": reading.model.status.get("signed", 0.0),
        }
    )


def read_events(view: View, readings: Iterable[PairReading], weights: Weights, use_model: bool) -> list[dict[str, Any]]:
    """The events of the extraction contract, in order of evidence."""
    dates = DealDates(view)
    report = weights.thresholds["model" if use_model else "rules"]["report"]
    claims = []
    for reading in readings:
        claim = _claim(view, reading, probabilities(view, reading, weights, use_model), report, dates)
        if claim is not None:
            claims.append(claim)
    return [_event(view, group) for group in _grouped(share_agreements(claims))]


def _claim(
    view: View, reading: PairReading, classes: Sequence[float], report: float, dates: DealDates
) -> Claim | None:
    _, core, background, unsettled = classes
    if core >= report:
        label, confidence = 1, core
    elif max(background, unsettled) >= report and core < max(background, unsettled):
        label, confidence = (2, background) if background >= unsettled else (3, unsettled)
    else:
        return None
    ranked = sorted(reading.told, key=lambda item: -_margin(item[0], label))
    instance = _evidence(view, ranked, label)
    sentence = view.sentences[instance.sentence]
    texts = [_clause(view, instance)]
    kinds = _kinds(view, texts, reading.model)
    told = view.text(sentence) if view.article.lang == "ko" else texts[0]
    statuses = _statuses(told, strongest(kinds), view.article.lang, label, reading.model)
    # A sentence that recalls an older deal of the two must not date the new one.
    telling = [item[1] for item in ranked if item[0][label] == max(item[0][1:])]
    day = dates.of(telling or [instance], instance, new=label == 1)
    return Claim(reading.one, reading.two, label, sentence, kinds, statuses, day.value, day.precision, confidence)


def _evidence(view: View, ranked: Sequence[tuple[tuple[float, ...], Instance]], label: int) -> Instance:
    scores, best = ranked[0]
    if view.sentences[best.sentence].in_title:
        for other_scores, other in ranked[1:]:
            if (
                not view.sentences[other.sentence].in_title
                and _margin(scores, label) - _margin(other_scores, label) < _EVIDENCE_MARGIN
            ):
                return other
    return best


def _clause(view: View, instance: Instance) -> str:
    return view.full[instance.start : instance.end]


def _kinds(view: View, texts: Sequence[str], model: ModelPair | None) -> dict[str, float]:
    """Rules and model together: how much speaks for each kind."""
    stated = read_kind(texts, view.article.lang)
    if model is None or (stated == "mou" and names_memorandum(texts)):
        return {stated: 1.0 + _STATED}
    return {kind: share + (_STATED if kind == stated else 0.0) for kind, share in model.kind.items()}


def _statuses(text: str, kind: str, lang: str, label: int, model: ModelPair | None) -> dict[str, float]:
    """Rules and model together, among the statuses that the class of the pair allows."""
    stated = read_status(text, kind, lang)
    allowed = UNSETTLED if label == 3 else _SETTLED_MOU if kind == "mou" else _SETTLED
    if model is not None:
        return {one: model.status.get(one, 0.0) + (_STATED if one == stated else 0.0) for one in allowed}
    return {stated if stated in allowed else allowed[0]: 1.0 + _STATED}


def _grouped(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Claims of one deal: told in one sentence with the same fields, and sharing a party."""
    groups: list[list[Claim]] = []
    for claim in sorted(claims, key=lambda one: (one.sentence.start, one.one, one.two)):
        apart: list[list[Claim]] = []
        joined: list[Claim] = []
        for group in groups:
            if group[0].deal == claim.deal and _shares_party(claim, group):
                joined += group
            else:
                apart.append(group)
        groups = [*apart, [*joined, claim]]
    return groups


def _shares_party(claim: Claim, group: Sequence[Claim]) -> bool:
    return any({claim.one, claim.two} & {other.one, other.two} for other in group)


def _event(view: View, claims: Sequence[Claim]) -> dict[str, Any]:
    indexes = sorted(
        {index for claim in claims for index in (claim.one, claim.two)},
        key=lambda index: _order(view.entities[index], index),
    )
    place = {index: position for position, index in enumerate(indexes)}
    first = claims[0]
    pairs = sorted(sorted((place[claim.one], place[claim.two])) for claim in claims)
    return {
        "parties": [_party(view.entities[index], first.sentence) for index in indexes],
        "pairs": pairs,
        "kind": first.kind, "status": first.status, "new": first.label != 2,
        "date": first.date, "date_precision": first.precision,
        "confidence": round(min(claim.confidence for claim in claims), 4),
        "evidence": {"text": view.text(first.sentence), "start": first.sentence.start, "end": first.sentence.end},
    }  # fmt: skip


def _order(entity: Entity, index: int) -> tuple[bool, bool, int]:
    """Korean companies first, what is no company last (annotation guide: the Korean company first in a pair)."""
    return entity.type != "company", entity.country != "KR", index


def _party(entity: Entity, sentence: Sentence) -> dict[str, Any]:
    named = [one for one in entity.mentions if one.source != GENERIC]
    mention = next((one for one in named if sentence.start <= one.start < sentence.end), named[0])
    party: dict[str, Any] = {
        "name": entity.name, "org_id": entity.org_id, "aliases": entity.aliases,
        "type": entity.type, "country": entity.country,
        "surface": mention.surface, "start": mention.start, "end": mention.end,
    }  # fmt: skip
    if entity.source == "undisclosed":
        party |= {"name": None, "org_id": None, "aliases": [], "description": description(mention.surface)}
    return party
