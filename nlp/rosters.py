"""Lists of three names or more: what the article says of one member's deal, it most often means of all."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, product

from nlp.features import View

_LEAST = 3
Pair = tuple[int, int]


def find_rosters(view: View) -> list[frozenset[int]]:
    """The members (entity indexes) of every list of an article, in order of place, each list once."""
    found: dict[frozenset[int], None] = {}
    for index in sorted(view.parts):
        lists: dict[int, set[int]] = defaultdict(set)
        for part in view.parts[index]:
            lists[part.group].add(part.entity)
        found |= {frozenset(members): None for members in lists.values() if len(members) >= _LEAST}
    return list(found)


def alike(one: int, two: int, rosters: Sequence[frozenset[int]]) -> set[Pair]:
    """The other pairs that stand as this one does: of members of its list, or of those members with its outsider."""
    pairs: set[Pair] = set()
    for roster in rosters:
        if one in roster and two in roster:
            pairs |= set(combinations(sorted(roster), 2))
        elif one in roster or two in roster:
            outsider = two if one in roster else one
            pairs |= {(min(pair), max(pair)) for pair in product(roster, (outsider,))}
    return pairs - {(one, two)}
