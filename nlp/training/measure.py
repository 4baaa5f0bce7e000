"""What an exported model can do: pairs of whole articles and organisations of sentences, scored as the guide says."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.corpus import CORE_STATUSES
from nlp.encoder import Encoder
from nlp.heads import Relation
from nlp.training.data import NameFinder, occurrences

Place = tuple[int, int]
Scores = list[tuple[float, bool]]


@dataclass(slots=True)
class PairScores:
    """`scores`: (core probability, is a core pair) of each pair that counts; `missed`: core pairs never seen."""

    scores: Scores
    missed: int
    kinds: list[bool]
    statuses: list[bool]

    def at(self, threshold: float) -> tuple[float, float, float]:
        """Precision, recall and F1 of reporting every pair at or above `threshold`."""
        told = [true for score, true in self.scores if score >= threshold]
        gold = sum(true for _, true in self.scores) + self.missed
        precision, recall = sum(told) / max(1, len(told)), sum(told) / max(1, gold)
        return precision, recall, 2 * sum(told) / max(1, len(told) + gold)

    def best(self) -> tuple[float, float]:
        """The threshold with the best F1, and that F1."""
        thresholds = sorted({score for score, _ in self.scores})
        return max(((t, self.at(t)[2]) for t in thresholds), key=lambda item: item[1], default=(1.0, 0.0))


def read_article(encoder: Encoder, article: str, groups: Sequence[Sequence[Place]]) -> dict[tuple[int, int], Relation]:
    """The strongest relation of each pair of groups over the article's passages."""
    best: dict[tuple[int, int], Relation] = {}
    for passage in encoder.passages(article):
        local = [[p for place in group if (p := passage.from_article(*place))] for group in groups]
        if sum(map(bool, local)) < 2:
            continue
        for relation in encoder.read(passage.text).relate(local):
            pair = relation.first, relation.second
            if pair not in best or relation.core > best[pair].core:
                best[pair] = relation
    return best


def own_groups(encoder: Encoder, article: str) -> list[list[Place]]:
    """Organisations the tagger finds in an article, grouped by their letters."""
    places: dict[str, set[Place]] = {}
    for passage in encoder.passages(article):
        for span in encoder.read(passage.text).spans:
            start, end = passage.to_article(span.start), passage.to_article(span.end - 1) + 1
            places.setdefault(article[start:end].casefold().replace(" ", ""), set()).add((start, end))
    return [sorted(found) for found in places.values()]


def gold_groups(row: dict[str, Any], article: str, finder: NameFinder) -> list[list[Place]]:
    """The parties the labels name, and other known organisations."""
    groups: list[list[Place]] = []
    taken: set[int] = set()
    forms = sorted({n for e in row["events"] for p in e["parties"] for n in p["names"]}, key=len, reverse=True)
    place_of: dict[str, list[Place]] = {}
    for form in forms:
        for start, end in occurrences(article, form):
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                place_of.setdefault(form, []).append((start, end))
    seen: set[frozenset[str]] = set()
    for party in (p for e in row["events"] for p in e["parties"]):
        names = frozenset(party["names"])
        if any(names & other for other in seen):
            continue
        seen.add(names)
        places = sorted(place for name in names for place in place_of.get(name, []))
        if places:
            groups.append(places)
    others: dict[str, list[Place]] = {}
    for start, end in finder.find(article):
        if taken.isdisjoint(range(start, end)):
            others.setdefault(article[start:end], []).append((start, end))
    return groups + list(others.values())


def score(encoder: Encoder, rows: Iterable[dict[str, Any]], finder: NameFinder | None) -> PairScores:
    """Score whole articles: with `finder` the gold parties' places are given, else the model finds its own."""
    result = PairScores([], 0, [], [])
    for row in rows:
        article = (row["title"] or "") + "\n" + row["text"]
        groups = gold_groups(row, article, finder) if finder else own_groups(encoder, article)
        relations = read_article(encoder, article, groups)
        names = [{_folded(article[start:end]) for start, end in group} for group in groups]
        _score_article(result, row, relations, names)
    return result


def _score_article(
    result: PairScores, row: dict[str, Any], relations: dict[tuple[int, int], Relation], names: Sequence[set[str]]
) -> None:
    used: set[tuple[int, int]] = set()
    for counts, event, first, second in _gold_pairs(row):
        mine = [pair for pair in relations if _is(names, pair, first, second) and pair not in used]
        if counts == "core":
            if not mine:
                result.missed += 1
                continue
            top = max(mine, key=lambda pair: relations[pair].core)
            relation = relations[top]
            result.scores.append((relation.core, True))
            result.kinds.append(max(relation.kind, key=relation.kind.__getitem__) == event["kind"])
            result.statuses.append(max(relation.status, key=relation.status.__getitem__) == event["status"])
        elif counts == "wrong":
            result.scores += [(relations[pair].core, False) for pair in mine[:1]]
        used |= set(mine)
    result.scores += [(relation.core, False) for pair, relation in relations.items() if pair not in used]


def _gold_pairs(row: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], set[str], set[str]]]:
    """Gold pairs, core ones first, with whether they count as core, wrong (not happened) or ignored."""
    found: dict[frozenset[frozenset[str]], tuple[str, dict[str, Any], set[str], set[str]]] = {}
    rank = {"core": 0, "ignored": 1, "wrong": 2}
    for event in row["events"]:
        parties = [{_folded(name) for name in party["names"]} for party in event["parties"]]
        happened = event["status"] in CORE_STATUSES
        for pairs, optional in ((event["pairs"], False), (event.get("optional_pairs", []), True)):
            for a, b in pairs:
                if not parties[a] or not parties[b]:
                    continue
                counts = "ignored" if optional or not event["new"] or not event.get("korean", True) else (
                    "core" if happened else "wrong")  # fmt: skip
                key = frozenset((frozenset(parties[a]), frozenset(parties[b])))
                if key not in found or rank[counts] < rank[found[key][0]]:
                    found[key] = counts, event, parties[a], parties[b]
    return iter(sorted(found.values(), key=lambda item: rank[item[0]]))


def _is(names: Sequence[set[str]], pair: tuple[int, int], first: set[str], second: set[str]) -> bool:
    a, b = names[pair[0]], names[pair[1]]
    return bool((a & first and b & second) or (a & second and b & first))


def _folded(name: str) -> str:
    name = name.casefold()
    for part in ("(주)", "㈜", "주식회사", " inc.", " inc", " corp.", " corp", " co.", " ltd.", " ltd", ","):
        name = name.replace(part, "")
    return name.replace(" ", "")


def tagging(encoder: Encoder, sentences: Iterable[tuple[str, set[Place]]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of organisation spans, exact in characters."""
    hits = told = gold = 0
    for text, true in sentences:
        found = {(span.start, span.end) for span in encoder.read(text).spans}
        hits, told, gold = hits + len(found & true), told + len(found), gold + len(true)
    return hits / max(1, told), hits / max(1, gold), 2 * hits / max(1, told + gold)


def calibration_error(scores: Scores, bins: int = 10) -> float:
    """Expected calibration error: mean distance of confidence and share of right ones over equally filled bins."""
    ordered = sorted(scores)
    size = max(1, len(ordered) // bins)
    parts = [ordered[i : i + size] for i in range(0, len(ordered), size)]
    gaps = [abs(sum(s for s, _ in part) - sum(true for _, true in part)) for part in parts]
    return sum(gaps) / max(1, len(ordered))
