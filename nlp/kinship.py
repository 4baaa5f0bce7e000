"""Which organisations a text itself calls one house: `가온은 자회사 누리와 …`, "Gaon and its subsidiary Nuri".

A firm and its own subsidiary are no partners (annotation guide), and the company table knows only houses of some size.
"""

import re
from collections.abc import Sequence

from nlp.features import KIN, Part, View

# A name before the word would say whose it is (`새벽그룹 계열사 누리`); after a particle it is the subject's own.
_OWN = {
    "ko": re.compile(rf"(?:^|[.,’'”\"\n]\s?|[은는이가을를도]\s)(?:{KIN['ko']})(?:인|이자)?\s?['‘\"“]?$"),
    "en": re.compile(rf"\bits\s(?:own\s|(?:wholly|majority)[\s-]owned\s)?(?:{KIN['en']})(?:\scompany)?,?\s$"),
}
_REACH = 40  # characters before a name


def own_firms(view: View) -> set[tuple[int, int]]:
    """Pairs of entity indexes, the lower first, that the text calls a firm and its subsidiary, parent or affiliate."""
    found = set()
    topic: int | None = None
    for sentence in view.sentences:
        parts = view.parts.get(sentence.index, [])
        for part in parts:
            before = view.full[max(sentence.start, part.mention.start - _REACH) : part.mention.start]
            owner = _owner(parts, part, topic) if _OWN[view.article.lang].search(before) else None
            if owner is not None and owner != part.entity:
                found.add((min(owner, part.entity), max(owner, part.entity)))
        topic = _subject(parts, topic)
    return found


def _owner(parts: Sequence[Part], owned: Part, topic: int | None) -> int | None:
    """The subject that stands before the name in its sentence, else whom the text speaks of."""
    return _subject([part for part in parts if part.mention.end <= owned.mention.start], topic)


def _subject(parts: Sequence[Part], otherwise: int | None) -> int | None:
    """The last subject, else the first named where the text has spoken of nobody yet."""
    subjects = [part.entity for part in parts if part.role == "subject"]
    if subjects:
        return subjects[-1]
    return parts[0].entity if otherwise is None and parts else otherwise
