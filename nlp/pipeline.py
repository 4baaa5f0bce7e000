"""The spaCy pipelines, one a language: tokenizer, `jehyu_organizations`, `jehyu_partnerships`.

What the components hand on stands on the Doc: `doc._.article` in, `doc._.view` between, `doc._.events` out;
`doc.spans["organizations"]` shows the mentions with type and organisation id.
"""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp import gazetteer
from nlp.article import Article
from nlp.beginnings import whole_name
from nlp.boundaries import is_outdone
from nlp.bystanders import without_bystanders
from nlp.confidence import Weights, load_weights
from nlp.encoder import Encoder, Prediction, load_encoder
from nlp.endings import bare_names, whole_place
from nlp.features import Part, View, sentence_parts
from nlp.gazetteer import Organization
from nlp.generic import add_generic_mentions
from nlp.linking import Entity, Linker
from nlp.matching import TableMatcher, ends_word, starts_word, written_so
from nlp.partnership import ModelPair, read_events, read_pairs
from nlp.passages import Passage
from nlp.persons import is_person, without_person
from nlp.plan import Plan, plan_reading
from nlp.recognition import Mention, Recognizer, is_credit, without_overlaps
from nlp.tokenizer import KiwiTokenizer, is_common_noun, is_dictionary_noun, is_noun_phrase
from nlp.undisclosed import undisclosed_partners
from nlp.unlisted import USED_ALONE, is_korean_name, is_no_firm
from nlp.unlisted_english import is_english_name, is_label

SPANS = "organizations"
_WORD = re.compile(r"[가-힣]+")
_HANGUL_GLOSS = re.compile(r"\(([가-힣]{2,})\)")
_LIKELY_NAME = 0.5  # the encoder's own names from here on are candidates; the last step weighs how sure it was
_SURE_NAME = 0.95  # of 60 such names of the table that no context confirmed, three were something else
_UNLIKELY_NAME = 0.3  # of 300 names that rules alone found and the encoder took for less, nine were organisations
_HARDLY_NAME = 0.1  # of 80 unmistakable names of the table that it took for less, most were words, halls and districts
_LEAST = {"table": _HARDLY_NAME, "doubtful": _UNLIKELY_NAME, **dict.fromkeys(USED_ALONE, _UNLIKELY_NAME)}
_POSTS = ("대표", "회장", "사장", "이사", "원장", "총장", "교수", "CEO")  # `김하늘 대표(KMWX)` names her firm
_COMPOUND = re.compile(r"-(?!(?:led|backed|based|owned|run|made|funded|affiliated|listed)\b)[a-z]")  # `Managed-cloud`
_POSSESSIVE = re.compile(r"[A-Za-z]['’]")  # `s Hospital` of `Women's Hospital`

Reading = tuple[Passage, Prediction, list[Mention]]
"""The encoder's reading of a passage, and the mentions it was handed as candidates."""

for _name in ("article", "plan", "view", "predictions", "events"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)


@cache
def _gazetteer() -> gazetteer.Gazetteer:
    return gazetteer.load()


@cache
def _matcher() -> TableMatcher:
    return TableMatcher(_gazetteer())


@cache
def _weights() -> Weights:
    return load_weights()


@cache
def _encoder() -> Encoder | None:
    return load_encoder()


def uses_model(wanted: bool) -> bool:
    """Whether readings use the encoder: it is wanted, it is there, and its answers were calibrated."""
    return wanted and "model" in _weights().joined and _encoder() is not None


@Language.factory("jehyu_organizations", default_config={"model": True})
def create_organizations(nlp: Language, name: str, model: bool) -> "Organizations":
    return Organizations(_matcher(), Linker(_gazetteer()), _encoder() if model else None)


@Language.factory("jehyu_partnerships", default_config={"model": True})
def create_partnerships(nlp: Language, name: str, model: bool) -> "Partnerships":
    return Partnerships(_weights(), Linker(_gazetteer()), use_model=model)


class Organizations:
    """Finds and links the organisations; sets `doc._.view` and `doc.spans["organizations"]`."""

    def __init__(self, matcher: TableMatcher, linker: Linker, encoder: Encoder | None) -> None:
        self._recognizer, self._linker, self._encoder = Recognizer(matcher), linker, encoder

    def __call__(self, doc: Doc) -> Doc:
        article, plan = doc._.article, doc._.plan
        full = article.full
        mentions = _without_cut(doc, bare_names(self._recognizer.recognize(doc, article, plan.chosen)))
        doc._.predictions = self._predict(full, plan, mentions)
        judged = _judged(doc._.predictions)
        mentions = _with_tagged(doc, _without_words(mentions, judged), doc._.predictions)
        mentions = _meant(without_bystanders(full, _whole(full, mentions, judged)), judged)
        entities = _without_descriptions(full, self._linker.link(full, mentions, article.lang))
        for entity in entities:
            entity.tagged = max((judged[one.start] for one in entity.mentions if one.start in judged), default=None)
        add_generic_mentions(full, entities, article.lang)
        hidden = [mention for mention in undisclosed_partners(full, article.lang) if _is_free(mention, mentions)]
        entities += [
            Entity("", mention.surface, "company", None, None, "undisclosed", [mention.surface], [mention])
            for mention in hidden
        ]
        doc._.view = _view(article, full, plan, entities)
        doc.spans[SPANS] = [
            span
            for entity in entities
            for mention in entity.mentions
            if (span := _span(doc, entity, mention)) is not None
        ]
        return doc

    def _predict(self, full: str, plan: Plan, mentions: Sequence[Mention]) -> list[Reading]:
        """The encoder's reading of each passage of the plan, and the mentions it was handed as candidates."""
        if self._encoder is None:
            return []
        read = []
        for passage in plan.passages:
            inside = [
                (mention, place)
                for mention in mentions
                if (place := passage.from_article(mention.start, mention.end)) is not None
            ]
            read.append(
                (
                    passage,
                    self._encoder.read(passage.text, [place for _, place in inside]),
                    [mention for mention, _ in inside],
                )
            )
        return read


class Partnerships:
    """Reads the events out of `doc._.view`; sets `doc._.events`."""

    def __init__(self, weights: Weights, linker: Linker, use_model: bool) -> None:
        self._weights, self._linker, self._use_model = weights, linker, use_model

    def __call__(self, doc: Doc) -> Doc:
        view: View = doc._.view
        readings = read_pairs(view, self._weights, self._linker, model_pairs(view, doc._.predictions))
        doc._.events = read_events(view, readings, self._weights, self._use_model)
        return doc


def model_pairs(view: View, predictions: Sequence[Reading]) -> dict[tuple[int, int], ModelPair]:
    """What the encoder says of each pair of entities, from the passage where it is surest that there is a deal."""
    best: dict[tuple[int, int], ModelPair] = {}
    for passage, prediction, _ in predictions:
        groups, owners = [], []
        for index, entity in enumerate(view.entities):
            places = [
                place
                for mention in entity.mentions
                if (place := passage.from_article(mention.start, mention.end)) is not None
            ]
            if places:
                groups.append(places)
                owners.append(index)
        for relation in prediction.relate(groups):
            key = (owners[relation.first], owners[relation.second])
            found = ModelPair(relation.core, relation.background, relation.kind, relation.status)
            if key not in best or found.core > best[key].core:
                best[key] = found
    return best


def _without_cut(doc: Doc, mentions: Sequence[Mention]) -> list[Mention]:
    """Leave out what ends within a noun of the dictionary, as `코골` does in `코골이` (snoring)."""
    ends = [doc.char_span(one.end - 1, one.end, alignment_mode="expand") for one in mentions]
    return [
        one
        for one, last in zip(mentions, ends, strict=True)
        if last is None or last.end_char == one.end or not is_dictionary_noun(last.text)
    ]


def _with_tagged(doc: Doc, mentions: list[Mention], predictions: Sequence[Reading]) -> list[Mention]:
    """Add the names that the encoder found, less what sticks to their end, where rules found none or fitted worse."""
    full = doc._.article.full
    sure: dict[int, float] = {}
    tagged = {}
    for passage, prediction, _ in predictions:
        for span in prediction.spans:
            if span.probability >= _LIKELY_NAME:
                start, end = whole_place(full, passage.to_article(span.start), passage.to_article(span.end))
                start, end = without_person(full, start, end)
                tagged[start, end] = Mention(start, end, full[start:end], (), "model")
                sure[start] = max(sure.get(start, 0.0), span.probability)
    bare = _without_cut(doc, bare_names(list(tagged.values()), beside=mentions))
    names = [one for one in bare if is_name(full, one.start, one.end) and not is_credit(full, one.start, one.end)]
    kept = [one for one in mentions if not any(is_outdone(full, one, name, sure[name.start]) for name in names)]
    named = without_overlaps([*kept, *[one for one in names if _is_free(one, kept)]])
    ends = {one.end for one in named}
    terms = {one.surface for one in named if one.source == "model" and _abbreviates_word(full, one, ends)}
    return [one for one in named if one.source != "model" or one.surface not in terms]


def _whole(full: str, mentions: Sequence[Mention], judged: dict[int, float]) -> list[Mention]:
    """The mentions with their beginnings mended; `judged` then tells of the new places too."""
    mended = [(one, whole) for one in mentions if (whole := whole_name(full, one, _gazetteer())) is not None]
    for one, whole in mended:
        if one.start in judged:
            judged.setdefault(whole.start, judged[one.start])
    return without_overlaps([whole for _, whole in mended])


def _meant(mentions: Sequence[Mention], judged: Mapping[int, float]) -> list[Mention]:
    """Give a name that is also a word (`애플`) its bearers in the table where the encoder is sure that it is a name."""
    sure = {one.surface for one in mentions if judged.get(one.start, 0.0) >= _SURE_NAME}
    bearers = {surface: _bearers(surface) for surface in sure}
    return [
        replace(one, organizations=bearers[one.surface], source="doubtful")
        if not one.organizations and bearers.get(one.surface)
        else one
        for one in mentions
    ]


def _bearers(surface: str) -> tuple[Organization, ...]:
    return tuple(
        one
        for one in _gazetteer().lookup(surface)
        if any(gazetteer.fold(form) == gazetteer.fold(surface) and written_so(surface, form) for form in one.names)
    )


def _without_descriptions(full: str, entities: Sequence[Entity]) -> list[Entity]:
    """Leave out what the table lacks and stands only right before names: `네오클라우드` in `네오클라우드 볼타`."""
    starts = {mention.start for entity in entities for mention in entity.mentions}
    return [
        entity
        for entity in entities
        if entity.organization
        or any(full[one.end : one.end + 1] != " " or one.end + 1 not in starts for one in entity.mentions)
    ]


def _abbreviates_word(full: str, mention: Mention, ends: Container[int]) -> bool:
    """Whether it stands in brackets for a term, `양자키분배(QKD)`; for an organisation where a name ends before it."""
    if full[mention.start - 1 : mention.start] != "(" or full[mention.end : mention.end + 1] != ")":
        return False
    before = full[: mention.start - 1].rstrip()
    if len(before) in ends or before.endswith(_POSTS):
        return False
    return mention.surface.isupper() and mention.surface.isascii()


def _judged(predictions: Sequence[Reading]) -> dict[int, float]:
    """How surely the encoder takes what begins at a place for an organisation's name, where it read it."""
    judged: dict[int, float] = {}
    for passage, prediction, mentions in predictions:
        found = [(mention.start, span) for mention, span in zip(mentions, prediction.candidates, strict=True) if span]
        found += [(passage.to_article(span.start), span) for span in prediction.spans]
        for start, span in found:
            judged[start] = max(judged.get(start, 0.0), span.probability)
    return judged


def _without_words(mentions: Sequence[Mention], judged: Mapping[int, float]) -> list[Mention]:
    """Leave out what rules found by its use or the table by its form, and the encoder takes for a word everywhere."""
    best: dict[str, float] = {}
    for one in mentions:
        if one.start in judged:
            best[one.surface] = max(best.get(one.surface, 0.0), judged[one.start])
    return [one for one in mentions if best.get(one.surface, 1.0) >= _LEAST.get(one.source, 0.0)]


def is_name(full: str, start: int, end: int) -> bool:
    """Whether a tagged place may be a name: whole words, and not one of those that name no organisation."""
    if start >= end or not starts_word(full, start) or not ends_word(full, end):
        return False
    if _POSSESSIVE.match(full, max(start - 2, 0)):
        return False
    surface = full[start:end]
    if " " in surface and is_person(surface.split()[-1], full):  # `하랑통신 윤가온` of `하랑통신 윤가온 전무`
        return False
    if surface.isascii():
        part = is_label(surface, full[end : end + 1]) or _COMPOUND.match(full, end)
        return is_english_name(surface) and not part and not is_no_firm(surface, full)
    if not is_korean_name(surface) or is_no_firm(surface, full) or is_noun_phrase(surface):
        return False
    word = _WORD.match(full, start)
    if is_common_noun(surface) or (word and is_common_noun(word.group())):  # `어린` of `어린이`
        return False
    gloss = _HANGUL_GLOSS.match(full, end)  # `무인이동체(드론)`
    return gloss is None or not is_common_noun(gloss[1])


def _is_free(mention: Mention, others: Sequence[Mention]) -> bool:
    return all(mention.end <= other.start or mention.start >= other.end for other in others)


def _view(article: Article, full: str, plan: Plan, entities: Sequence[Entity]) -> View:
    owners = sorted(
        ((mention, index) for index, entity in enumerate(entities) for mention in entity.mentions),
        key=lambda item: item[0].start,
    )
    parts: dict[int, list[Part]] = {}
    for sentence in plan.sentences:
        inside = [(index, mention) for mention, index in owners if sentence.start <= mention.start < sentence.end]
        if inside:
            parts[sentence.index] = sentence_parts(full, sentence, inside, article.lang)
    return View(article, full, plan.sentences, entities, parts, dict(plan.cues))


def _span(doc: Doc, entity: Entity, mention: Mention) -> Span | None:
    return doc.char_span(mention.start, mention.end, label=entity.type, kb_id=entity.org_id, alignment_mode="expand")


@cache
def load_pipeline(lang: str, model: bool) -> Language:
    """The pipeline of a language, loaded once a process."""
    if lang == "ko":
        config: dict[str, Any] = {"nlp": {"tokenizer": {"@tokenizers": "jehyu.KiwiTokenizer.v1"}}}
        nlp = spacy.blank("xx", config=config)
    else:
        nlp = spacy.blank("en")
    for component in ("jehyu_organizations", "jehyu_partnerships"):
        nlp.add_pipe(component, config={"model": model})
    return nlp


def make_doc(nlp: Language, article: Article, model: bool) -> Doc | None:
    """The Doc over title and text, carrying article and plan; None if nothing in it is worth reading.

    Only what the plan chose is analysed; with the model that leaves out what its first pass leaves out.
    """
    plan = plan_reading(article, _encoder() if model else None)
    if not plan.chosen:
        return None
    tokenizer = nlp.tokenizer
    doc = (
        tokenizer.analyse(article.full, plan.regions)
        if isinstance(tokenizer, KiwiTokenizer)
        else nlp.make_doc(article.full)
    )
    doc._.article, doc._.plan = article, plan
    return doc
