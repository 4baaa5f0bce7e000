"""Two deals in one sentence: by `A는 B와 공급 계약을, C는 D와 협약을 맺었다` neither A and C nor A and D deal."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from nlp.features import Part, View

_ACTS = ("subject", "first")


def told_apart(view: View) -> frozenset[tuple[int, int]]:
    """Pairs of entities (indexes, the lower first) that no sentence names but in clauses with partners of their own.

    Of 24 such pairs of labelled articles, published and written, none was a deal.
    """
    together: dict[tuple[int, int], bool] = defaultdict(bool)
    for parts in view.parts.values():
        clauses: dict[int, set[int]] = defaultdict(set)
        for part in parts:
            clauses[part.entity].add(part.clause)
        whole = {clause for clause in {part.clause for part in parts} if _has_partners(parts, clause)}
        for one, two in combinations(sorted(clauses), 2):
            both = clauses[one] | clauses[two]
            together[one, two] |= bool(clauses[one] & clauses[two]) or not both <= whole
    return frozenset(pair for pair, told in together.items() if not told)


def _has_partners(parts: Sequence[Part], clause: int) -> bool:
    """Whether the clause names who acts and with whom."""
    acting = {part.entity for part in parts if part.clause == clause and part.role in _ACTS}
    partners = {part.entity for part in parts if part.clause == clause and part.role == "with"}
    return bool(acting) and bool(partners - acting)
