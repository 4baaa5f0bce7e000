"""Organisations called by what they are: `사업단은` after `인공지능산업융합사업단`, "the city" after "Ulsan City"."""

import re
from collections.abc import Iterator, Sequence

from nlp.linking import Entity
from nlp.matching import ends_word
from nlp.recognition import Mention

GENERIC = "generic"
"""The source of a mention of this sort; its surface is no name."""

Place = tuple[int, int]

_KOREAN = re.compile(
    r"(?<![가-힣A-Za-z0-9])(?:공사|공단|재단|협회|협의회|연합회|조합|중앙회|사업단|추진단|진흥원|연구원|연구소|기술원|과학원|정보원|관리원|개발원|"
    r"대학교?|병원|의료원|은행|그룹|위원회|학회|교육청|센터|거래소|테크노파크|청|(?:시|군|구)(?=[는은와과]\s)|도(?=는\s))"
)
_ENGLISH = re.compile(
    r"\b[Tt]he (foundation|bank|city|university|institute|agency|association|ministry|council|corporation|hospital|"
    r"authority|commission|college|federation|administration|province|laboratory)\b"
)


def add_generic_mentions(full: str, entities: Sequence[Entity], lang: str) -> None:
    """Add to each entity the places where it is called so."""
    named = [[(mention.start, mention.end) for mention in entity.mentions] for entity in entities]
    for index, (start, end) in generic_places(full, named, lang):
        entities[index].mentions.append(Mention(start, end, full[start:end], (), GENERIC))
        entities[index].mentions.sort(key=lambda mention: mention.start)


def generic_places(full: str, named: Sequence[Sequence[Place]], lang: str) -> Iterator[tuple[int, Place]]:
    """(index of the organisation, place) wherever a word that ends its name stands for it.

    `named` holds where each organisation is named. The word must follow the name, and no other organisation named
    before it may end so: of two banks, `은행은` tells neither.
    """
    taken = [place for places in named for place in places]
    for start, end, kind in _generic_words(full, lang):
        if any(start < last and first < end for first, last in taken):
            continue
        bearers = [
            index
            for index, places in enumerate(named)
            if any(last <= start and _ends_so(full[first:last], kind, lang) for first, last in places)
        ]
        if len(bearers) == 1:
            yield bearers[0], (start, end)


def _generic_words(full: str, lang: str) -> Iterator[tuple[int, int, str]]:
    if lang == "en":
        yield from ((match.start(1), match.end(1), match[1]) for match in _ENGLISH.finditer(full))
    else:
        for match in _KOREAN.finditer(full):
            if ends_word(full, match.end()):
                yield match.start(), match.end(), match[0]


def _ends_so(name: str, kind: str, lang: str) -> bool:
    if lang == "en":
        return kind in name.casefold().split()
    return name.endswith(kind) and len(name) > len(kind)
