"""What can be seen of two organisations in one sentence: their parts in it, the deal words, the tense, the place.

Features are names of facts ("ko|role=subject+with"); what each is worth is learnt (`confidence.py`).
"""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nlp.article import Article
from nlp.cues import MARKERS, Cue
from nlp.linking import Entity
from nlp.recognition import Mention
from nlp.sentences import Sentence
from nlp.status import STATUS_PATTERNS

_GAP = 34  # characters between two names of one list
_TRUSTED = ("table", "corporate", "led", "spelled", "introduced", "suffix", "model")


class Part(NamedTuple):
    """An entity's part in a sentence: which entity, where, its role, and which list and which clause it stands in."""

    entity: int
    mention: Mention
    role: str
    group: int
    clause: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """An article as far as it is read before partners are sought. `parts` and `cues` are by sentence index."""

    article: Article
    full: str
    sentences: Sequence[Sentence]
    entities: Sequence[Entity]
    parts: dict[int, list[Part]]
    cues: dict[int, list[Cue]]

    def text(self, sentence: Sentence) -> str:
        return self.full[sentence.start : sentence.end]


class Instance(NamedTuple):
    """A pair of entities (indexes, ordered by place) in one sentence, and what is seen of them there.

    `cue` is where the deal word stands, `start` and `end` where the clauses that name the two do.
    """

    one: int
    two: int
    sentence: int
    cue: int
    start: int
    end: int
    features: tuple[str, ...]


_BRACKET = re.compile(r"^['’\"”]?\s?\([^()]{0,60}\)['’\"”]?")
_ROLES_KO = (
    ("with", r"^['’\"”]?\s?(?:와|과|랑|하고)(?:의|는|도|만|도\s)?(?![가-힣])"),
    ("list", r"^['’\"”]?\s?[·ㆍ∙,/&]|^['’\"”]?\s(?:및|그리고|그리고도)\s"),
    ("dash", r"^['’\"”]?\s?[-–—×]|^['’\"”]?\s[xX]\s"),
    ("subject", r"^['’\"”]?\s?(?:측)?(?:은|는|이|가|께서)(?![가-힣])"),
    ("also", r"^['’\"”]?도(?![가-힣])"),
    ("object", r"^['’\"”]?\s?(?:을|를)(?![가-힣])"),
    ("from", r"^['’\"”]?\s?(?:으로부터|로부터|에게서)"),
    ("dative", r"^['’\"”]?\s?(?:에|에게|에도|에는)(?![가-힣])"),
    ("at", r"^['’\"”]?\s?(?:에서|에서는)(?![가-힣])"),
    ("genitive", r"^['’\"”]?\s?의(?![가-힣])"),
    ("by", r"^['’\"”]?\s?(?:으로|로|로서)(?![가-힣])"),
    ("copula", r"^['’\"”]?\s?(?:인|이다|이며|이고|입니다)(?![가-힣])"),
    (
        "person",
        r"^\s?(?:대표|회장|사장|부회장|부사장|전무|상무|이사|교수|총장|원장|본부장|실장|팀장|관계자|연구원|애널리스트|CEO|CTO)",
    ),
    ("etc", r"^\s등"),
    ("end", r"^['’\"”\])]*\s*$|^['’\"”]?\s?[…]"),
)
_HEADLINE_SUBJECT = re.compile(r"^['’\"”]?,\s")  # `A, 'B' 인수`: a headline's first comma stands for the particle
_ROLE_PATTERNS_KO = [(role, re.compile(pattern)) for role, pattern in _ROLES_KO]
_ROLES_EN = (
    ("with", r"\b(?:with|alongside|and partner)\s$"), ("between", r"\bbetween\s$"), ("by", r"\bby\s$"), ("from", r"\bfrom\s$"), ("to", r"\bto\s$"),
    ("of", r"\bof\s$"), ("for", r"\bfor\s$"), ("at", r"\b(?:at|in|on)\s$"), ("like", r"\b(?:like|as|including)\s$"), ("that", r"\b(?:that|which|said)\s$"),
)  # fmt: skip
_ROLE_PATTERNS_EN = [(role, re.compile(pattern)) for role, pattern in _ROLES_EN]
_ADJECTIVES_EN = re.compile(
    r"(?:\s|^)(?:(?:the|an?|its|U\.S\.|South|Korean|Japanese|Chinese|American|global|leading|tech|giant|partner|[A-Za-z]+-based|chip|startup|company|firm|AI|automaker|chipmaker|telecom)\s)+$",
    re.I,
)
_LIST_JOIN_EN = re.compile(
    r"^(?:\s?\([^)]{0,40}\))?\s?(?:,|,?\sand|,?\sas well as|&|/|,?\salong with)\s?(?:the\s|its\s|[a-z\-]+\s){0,3}$"
)
_LIST_JOIN_KO = re.compile(
    r"^(?:와|과|랑|하고)?\s?(?:[^\s,.]{1,12}\s){0,3}?$|^\s?[·ㆍ∙,/&\-–—×]\s?(?:[^\s,.]{1,12}\s){0,3}?$|^\s(?:및|그리고|x|X)\s(?:[^\s,.]{1,12}\s){0,3}?$"
)
KIN = {"ko": "자회사|손자회사|모회사|계열사|관계사", "en": "subsidiary|affiliate|parent|unit"}
"""Patterns of what a firm of somebody's house is called before its name."""
_KIN_BEFORE = {
    "ko": re.compile(rf"(?:{KIN['ko']}|계열|산하|지주사|사내벤처)(?:인|이자|의)?\s[^\s,]{{0,12}}\s?['‘]?$"),
    "en": re.compile(rf"\b(?:{KIN['en']}|holding|arm|division)(?:\scompany)?,?\s(?:of\s)?$", re.I),
}
_ROUNDUP = re.compile(r"^\s?\[[^\]]*(?:소식|브리핑|레이더|단신|모음|종합|게시판|동정|뉴스|人사이드|포토|주간|오늘의|이모저모)[^\]]*\]|\s外$|…외$")
# `구글과 함께 통화 비서 '가나'를`: what follows is what the two do, no third partner.
_LIST_END_KO = re.compile(r"^(?:와|과|랑|하고)\s?(?:함께|공동|손잡|협력|협업|나란히|같이)")
_VERB_AFTER_EN = re.compile(
    r"^(?:\s?\([^)]{0,40}\))?\s(?:has|have|had|will|is|are|was|were|began|won|took|struck|built|signed|said|also|plans|[a-z]+ed)\b"
)
_CLAUSE_END = {"en": re.compile(r"[,;]"), "ko": re.compile(r"(?:고|며|면서|지만|는데|으나|했고|한편),?\s|[을를],\s|;")}
_SUBJECT_AFTER_EN = re.compile(
    r"^(?:\s?\([^)]{0,40}\))?(?:,[^,]{3,120},)?\s(?:has|have|had|will|is|are|was|were|said|says|also|today|announced|signed|signs|and|[a-z]+(?:ed|s)\b)"
)


def sentence_parts(full: str, sentence: Sentence, mentions: Sequence[tuple[int, Mention]], lang: str) -> list[Part]:
    """The roles of a sentence's mentions (with their entity indexes, in order); members of a list share a role."""
    parts = _parts_english(full, sentence, mentions) if lang == "en" else _parts_korean(full, sentence, mentions)
    return _in_clauses(full, parts, lang)


def _in_clauses(full: str, parts: Sequence[Part], lang: str) -> list[Part]:
    """Count clauses: one begins with a subject that follows what another subject did."""
    placed: list[Part] = []
    clause = 0
    for part in parts:
        if placed and part.role == "subject" and part.group != placed[-1].group:
            clause += bool(_CLAUSE_END[lang].search(full[placed[-1].mention.end : part.mention.start]))
        placed.append(part._replace(clause=clause))
    return placed


def _parts_korean(full: str, sentence: Sentence, mentions: Sequence[tuple[int, Mention]]) -> list[Part]:
    roles = [_role_korean(full, sentence, mention) for _, mention in mentions]
    groups = list(range(len(mentions)))
    for index in range(len(mentions) - 2, -1, -1):
        if roles[index] not in ("with", "list", "dash"):
            continue
        left, right = mentions[index][1], mentions[index + 1][1]
        gap = _BRACKET.sub("", full[left.end : right.start]).lstrip("'’\"”")
        if _LIST_END_KO.search(gap):
            continue
        if len(gap) <= _GAP and _LIST_JOIN_KO.match(gap.replace("'", "").replace("‘", "")):
            groups[index] = groups[index + 1]
            roles[index] = roles[index + 1]
    return [
        Part(entity, mention, role, group)
        for (entity, mention), role, group in zip(mentions, roles, groups, strict=True)
    ]


def _role_korean(full: str, sentence: Sentence, mention: Mention) -> str:
    after = _BRACKET.sub("", full[mention.end : min(sentence.end, mention.end + 80)])
    if sentence.in_title and _HEADLINE_SUBJECT.match(after) and "," not in full[sentence.start : mention.start]:
        return "subject"
    for role, pattern in _ROLE_PATTERNS_KO:
        if pattern.match(after):
            return role
    return "modifier" if after[:1].isspace() else "other"


def _parts_english(full: str, sentence: Sentence, mentions: Sequence[tuple[int, Mention]]) -> list[Part]:
    parts: list[Part] = []
    for index, (entity, mention) in enumerate(mentions):
        role, group = _role_english(full, sentence, mention, index), index
        if parts:
            gap = full[parts[-1].mention.end : mention.start]
            acts = parts[-1].role not in ("subject", "first") and _VERB_AFTER_EN.match(
                full[mention.end : mention.end + 60]
            )
            if acts and "," in gap:
                role = "subject"
            elif len(gap) <= _GAP and _LIST_JOIN_EN.match(gap):
                role, group = parts[-1].role, parts[-1].group
        parts.append(Part(entity, mention, role, group))
    return parts


def _role_english(full: str, sentence: Sentence, mention: Mention, index: int) -> str:
    before = full[sentence.start : mention.start]
    bare = _ADJECTIVES_EN.sub(" ", before)
    for role, pattern in _ROLE_PATTERNS_EN:
        if pattern.search(bare):
            return role
    after = full[mention.end : min(sentence.end, mention.end + 160)]
    if after.startswith(("’s", "'s")):
        return "genitive"
    if _SUBJECT_AFTER_EN.match(after) and (
        index == 0 or not before.strip() or before.rstrip().endswith((",", "and", "“", '"'))
    ):
        return "subject"
    return "first" if index == 0 else "object"


def pair_instances(view: View) -> Iterator[Instance]:
    """Every pair of entities in a sentence with a deal word, and pairs with the firm the text goes on speaking of."""
    topic: int | None = None
    first_topic: int | None = None
    for sentence in view.sentences:
        parts = view.parts.get(sentence.index, [])
        subject = next((part.entity for part in parts if part.role in ("subject", "first")), None)
        if first_topic is None and parts and (subject is not None or sentence.in_title):
            first_topic = subject if subject is not None else parts[0].entity
        cues = view.cues.get(sentence.index, [])
        near = sentence.index <= 1 or sentence.index + 1 in view.cues or sentence.index - 1 in view.cues
        if parts and (cues or near):
            yield from _pairs_within(view, sentence, parts, cues, first_topic)
        if parts and cues:
            yield from _pairs_with_topic(view, sentence, parts, cues, topic if subject is None else None, first_topic)
        topic = subject if subject is not None else topic


def _pairs_within(
    view: View, sentence: Sentence, parts: Sequence[Part], cues: Sequence[Cue], topic: int | None
) -> Iterator[Instance]:
    shared = _sentence_features(view, sentence, parts, topic)
    best: dict[tuple[int, int], Instance] = {}
    for index, one in enumerate(parts):
        for two in parts[index + 1 :]:
            if one.entity == two.entity:
                continue
            key = (min(one.entity, two.entity), max(one.entity, two.entity))
            gap = two.mention.start - one.mention.end
            if key in best and not (one.clause == two.clause and one.role == "subject" and two.role == "with"):
                continue
            cue, features = _pair_features(view, sentence, one, two, parts, cues)
            place = ("gap=0" if gap < 8 else "gap=1" if gap < 25 else "gap=2" if gap < 60 else "gap=3",)
            start, end = _clause_bounds(sentence, one, two, parts)
            best[key] = Instance(
                one.entity, two.entity, sentence.index, cue, start, end, _tagged(view, features + shared + place)
            )
    yield from best.values()


def _pairs_with_topic(
    view: View, sentence: Sentence, parts: Sequence[Part], cues: Sequence[Cue], topic: int | None, first: int | None
) -> Iterator[Instance]:
    """`이 회사는 …`, or no subject at all: who the sentence before was about is the other partner."""
    here = {part.entity for part in parts}
    for name, entity in (("topic", topic), ("lead", first)):
        if entity is None or entity in here or (name == "lead" and first == topic):
            continue
        shared = _sentence_features(view, sentence, parts, first)
        subjects = sum(part.role in ("subject", "first") for part in parts)
        for part in {part.entity: part for part in parts}.values():
            cue = _next_cue(cues, part.mention.end)
            features = (
                f"elided={name}+{part.role}+{subjects}", f"elided-cue={name}+{cue.group}", f"cue={cue.group}", f"word={view.full[cue.start:cue.end]}",
                *_entity_features(view, entity, part.entity),
            )  # fmt: skip
            start, end = _clause_bounds(sentence, part, part, parts)
            yield Instance(entity, part.entity, sentence.index, cue.start, start, end, _tagged(view, features + shared))


def _clause_bounds(sentence: Sentence, one: Part, two: Part, parts: Sequence[Part]) -> tuple[int, int]:
    starts = [part.mention.start for part in parts if part.clause == one.clause]
    later = [part.mention.start for part in parts if part.clause > two.clause]
    return (sentence.start if one.clause == 0 else min(starts)), min(later, default=sentence.end)


UNTOLD = ("untold",)
"""The features of a pair that no sentence names together: only the encoder sees it."""


def untold_instance(view: View, one: int, two: int) -> Instance:
    """An instance for such a pair, in the sentence with a deal word that names one of them nearest to the other."""
    places = {
        index: [s for s, parts in view.parts.items() if any(part.entity == index for part in parts)]
        for index in (one, two)
    }
    telling = [s for index in (one, two) for s in places[index] if s in view.cues] or places[one] + places[two]

    def distance(sentence: int) -> tuple[int, int]:
        return max(min(abs(sentence - other) for other in places[index]) for index in (one, two)), sentence

    best = min(telling, key=distance)
    cues, sentence = view.cues.get(best), view.sentences[best]
    return Instance(one, two, best, cues[0].start if cues else sentence.start, sentence.start, sentence.end, UNTOLD)


def _tagged(view: View, features: Sequence[str]) -> tuple[str, ...]:
    """Each fact under its language and, but for words, under both, so that English learns from the richer Korean."""
    facts = dict.fromkeys(features)
    return tuple(f"{view.article.lang}|{fact}" for fact in facts) + tuple(
        f"any|{fact}" for fact in facts if not fact.startswith("word=")
    )


def _next_cue(cues: Sequence[Cue], position: int) -> Cue:
    return next((cue for cue in cues if cue.start >= position), cues[-1])


def _pair_features(
    view: View, sentence: Sentence, one: Part, two: Part, parts: Sequence[Part], cues: Sequence[Cue]
) -> tuple[int, tuple[str, ...]]:
    after = [cue for cue in cues if cue.start >= two.mention.end]
    between = [cue for cue in cues if one.mention.end <= cue.start and cue.end <= two.mention.start]
    before = [cue for cue in cues if cue.end <= one.mention.start]
    order = [*between, *after, *before] if view.article.lang == "en" else [*after, *between, *before]
    main = order[0] if order else Cue(two.mention.end, two.mention.end, "nothing")
    together = one.group == two.group
    roles = f"list:{two.role}" if together else f"{one.role}+{two.role}"
    if one.clause != two.clause:
        roles = f"far:{roles}"
    distance = after[0].start - two.mention.end if after else 999
    third = {part.entity for part in parts if one.mention.end <= part.mention.start < two.mention.start} - {
        one.entity,
        two.entity,
    }
    features = [
        f"roles={roles}", f"roles-cue={roles}|{main.group}", f"cue={main.group}", f"word={view.full[main.start:main.end]}",
        f"after={after[0].group if after else None}", f"near={distance // 12 if distance < 60 else 5}",
        f"third={min(len(third), 3)}", f"clauses={min(two.clause - one.clause, 2)}|{min(max(part.clause for part in parts), 2)}", *(f"between={cue.group}" for cue in between), *(f"later={cue.group}" for cue in after[:4]),
        *(f"before={cue.group}" for cue in before[-2:]),
        f"tail={view.full[two.mention.end:sentence.end].strip()[:2]}" if sentence.in_title else "body",
        *_entity_features(view, one.entity, two.entity),
    ]  # fmt: skip
    if _KIN_BEFORE[view.article.lang].search(view.full[max(sentence.start, two.mention.start - 24) : two.mention.start]):
        features.append("kin")
    if view.article.lang == "ko" and after and "." not in view.full[two.mention.end : after[0].start]:
        features.append(f"clause={roles}|{after[0].group}|{int(distance < 30)}")
    return main.start, tuple(features)


def _entity_features(view: View, one: int, two: int) -> tuple[str, ...]:
    a, b = view.entities[one], view.entities[two]
    sources = "+".join(sorted(entity.source if entity.source in _TRUSTED else f"~{entity.source}" for entity in (a, b)))
    counts = sorted(min(len(entity.mentions), 4) for entity in (a, b))
    nested = a.name in b.name or b.name in a.name
    return (
        f"types={'+'.join(sorted((a.type, b.type)))}", f"sources={sources}", f"counts={counts[0]}+{counts[1]}",
        *(("nested",) if nested else ()), *(f"media={int('media' in (e.organization.tags if e.organization else ()))}" for e in (a, b)),
        *(f"source={entity.source}" for entity in (a, b)),
    )  # fmt: skip


def _sentence_features(view: View, sentence: Sentence, parts: Sequence[Part], topic: int | None) -> tuple[str, ...]:
    text, lang = view.text(sentence), view.article.lang
    count = len({part.entity for part in parts})
    here = {part.entity for part in parts}
    features = [
        "title" if sentence.in_title else f"place={min(sentence.index, 3) if sentence.index < 4 else 4 if sentence.index < 8 else 5}",
        f"orgs={min(count, 6)}", f"about-topic={int(topic in here)}",
        *(f"status={status}" for status, pattern in STATUS_PATTERNS[lang] if pattern.search(text)),
        *(f"{name}" for name, patterns in MARKERS.items() if patterns[lang].search(text)),
        *(f"mark={match.group().strip()[:12].lower()}" for name in ("negative", "background") for match in [MARKERS[name][lang].search(text)] if match),
    ]  # fmt: skip
    if text[:1] in "“\"‘'":
        features.append("quoted")
    if len(text) > 220:
        features.append("long")
    if sentence.in_title and _ROUNDUP.search(text):
        features.append("roundup")
    return tuple(features)
