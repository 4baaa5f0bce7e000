"""Organisations called by what they are: `사업단은` after `인공지능산업융합사업단`, "the city" after "Ulsan City"."""

import re
from collections.abc import Iterator, Sequence

from nlp.linking import Entity
from nlp.recognition import Mention
from nlp.unlisted_english import KINDS

GENERIC = "generic"
"""The source of a mention of this sort; its surface is no name."""

Place = tuple[int, int]

# Where a clause begins, or after a day, and with a particle: `다른 은행과`, `센터 공사를`, `은행 계좌` mean nobody.
_KOREAN = re.compile(
    r"(?:^|[.!?,\n“\"]\s?|(?:\d일|이날|전날|당시|앞서|이어|한편|이에|따라|최근|이후|현재)\s)"
    r"(공사|공단|재단|협회|협의회|연합회|조합|중앙회|사업단|추진단|진흥원|연구원|연구소|기술원|과학원|정보원|관리원|개발원|"
    r"대학교?|병원|의료원|은행|그룹|위원회|학회|교육청|센터|거래소|테크노파크|청|시|군|구|도)"
    r"(?:은|는|이|가|을|를|과|와|의|에|에는|에서|에서는|측은|측이)(?=[\s,])"
)
_KINDS = sorted({word.lower() for word in KINDS - {"Company"}} | {"city", "university", "ministry", "province"})
_ENGLISH = re.compile(rf"\b[Tt]he ({'|'.join(_KINDS)})\b(?!\s(?:of|for|between|to)\b)")
_OWNED = re.compile(r"\s(?:of|for)\s.*")


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
    for match in (_ENGLISH if lang == "en" else _KOREAN).finditer(full):
        start, end = match.span(1)
        if any(start < last and first < end for first, last in taken):
            continue
        bearers = [
            index
            for index, places in enumerate(named)
            if any(last <= start and _ends_so(full[first:last], match[1], lang) for first, last in places)
        ]
        if len(bearers) == 1:
            yield bearers[0], (start, end)


def _ends_so(name: str, kind: str, lang: str) -> bool:
    if lang == "en":
        return _OWNED.sub("", name).casefold().split()[-1:] == [kind]
    return len(name) > len(kind) and name.endswith((kind, f"{kind}교") if kind == "대학" else kind)
