"""Deals told as a chronicle: `A collaborated with B (February 4), C opened a centre with D (March 5)`.

A firm, its partner and a day in brackets, clause by clause: rare in what the weights are learnt from, and sure where it
stands. So this one is a rule.
"""

import re

from nlp.features import Instance, View

SURE = 0.9
"""P(core) of a pair told so."""

_DAY = re.compile(
    r"\((?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?\s\d{1,2}(?:,\s\d{4})?|(?:\d{4}년\s)?\d{1,2}월\s?\d{1,2}일)\)"
)
_ACTORS = frozenset({"subject", "genitive", "first"})


def is_chronicled(view: View, instance: Instance) -> bool:
    """Whether a clause names a firm that acts, then the partner "with" whom, then at once the day in brackets."""
    parts = sorted(view.parts.get(instance.sentence, []), key=lambda part: part.mention.start)
    for place, partner in enumerate(parts):
        actors = [part for part in parts[:place] if part.clause == partner.clause and part.role in _ACTORS]
        if partner.role != "with" or not actors or {actors[-1].entity, partner.entity} != {instance.one, instance.two}:
            continue
        following = parts[place + 1].mention.start if place + 1 < len(parts) else instance.end
        if _DAY.search(view.full, partner.mention.end, following):
            return True
    return False
