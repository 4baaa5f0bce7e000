"""Labelled passages to learn from: real articles, the Jehyu corpus, KLUE-NER and CORE in one shape."""

import hashlib
import json
import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from nlp.corpus import CORE_STATUSES, KINDS, STATUSES
from nlp.generic import generic_places
from nlp.passages import Passage, passages
from nlp.training.outside import Outside

IGNORE = -100
NONE, BACKGROUND, CORE, ANY = 0, 1, 2, 3  # ANY: a partnership of which the source does not say whether it is news
TYPES = ("company", "institution", "government")
TYPE_OF = {
    "company": 0, "university": 1, "institute": 1, "association": 1, "hospital": 1, "government": 2,
}  # fmt: skip
BUDGET = 224  # tokens a passage
_ROSTER = 5  # new pairs
_CUE = re.compile(
    r"협약|제휴|협력|계약|공급|투자|인수|합작|맞손|손잡|파트너|MOU|컨소시엄|동맹|체결|공동|도입|"
    r"partner|agreement|collaborat|invest|acqui|alliance|joint|supply|deal|MOU|sign", re.IGNORECASE
)  # fmt: skip
_PARTICLE = re.compile(
    r"(?:은|는|이|가|을|를|의|와|과|도|에|로|으로|에서|에게|만|부터|까지|보다|처럼|측|및|등|라며|라고|이라|랑|간|사)?"
    r"(?:는|도|의|만|은)?(?![가-힣])"
)


Span = tuple[int, int, int]
"""Start, end and group of a mention in an article."""


@dataclass(slots=True)
class Mention:
    """Where an organisation stands. `called`: by what it is, not by name, so that it teaches the pair reader only."""

    start: int
    end: int
    group: int
    called: bool = False


@dataclass(slots=True)
class Example:
    """One passage. `known` marks characters that are surely outside every name unless a mention covers them.

    `groups` has a type index (or IGNORE) an organisation, `sure` whether its mentions teach the tagger (None:
    it is a word that is no name, put there to be told from one); `pairs` maps
    two groups to (relation, kind, status), each an index or IGNORE; a pair not in it is NONE.
    """

    source: str
    row: str
    lang: str
    text: str
    mentions: list[Mention]
    known: bytearray
    groups: list[int]
    sure: Sequence[bool | None] = ()
    pairs: dict[tuple[int, int], tuple[int, int, int]] = field(default_factory=dict)
    related: bool = True

    def label(self, one: int, two: int) -> tuple[int, int, int]:
        """(relation, kind, status) of two groups, in whichever order."""
        return self.pairs.get((min(one, two), max(one, two)), (NONE, IGNORE, IGNORE))

    @property
    def positive(self) -> bool:
        return any(relation > NONE for relation, _, _ in self.pairs.values())

    @property
    def roster(self) -> bool:
        """Whether it tells of many new pairs, as the signers of one agreement make them."""
        return sum(relation == CORE for relation, _, _ in self.pairs.values()) >= _ROSTER

    @property
    def of_article(self) -> bool:
        """Whether the text is a passage of an article (KLUE and CORE are bare sentences)."""
        return self.related and self.source != "core"

    @property
    def written(self) -> bool:
        """Whether the text is of the Jehyu corpus."""
        return self.source.startswith("jehyu-")

    @property
    def titled(self) -> bool:
        """Whether it is a passage of an article with a headline, which stands first."""
        return self.of_article and not self.text.startswith("\n")

    @property
    def cued(self) -> bool:
        return _CUE.search(self.text) is not None


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON-lines file, plain or `.xz`."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def part_of(row_id: str) -> str:
    """`dev` for a fixed 15 % of row ids, else `train`."""
    return "dev" if hashlib.sha256(row_id.encode()).digest()[0] < 0.15 * 256 else "train"


def share_of(row_id: str) -> float:
    """A fixed number from 0 up to 1 for a row, by which parts of the data are drawn: a smaller lies in a larger."""
    return hashlib.sha256(f"share {row_id}".encode()).digest()[0] / 256


class NameFinder:
    """Finds known organisation names in text: longest first, at word starts, before a particle or a non-letter."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = {name for name in names if len(name) >= 2 and not name.isdigit()}
        self._lengths = sorted({len(name) for name in self.names}, reverse=True)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        place = 0
        while place < len(text):
            end = self._match(text, place)
            if end:
                yield place, end
                place = end
            else:
                place += 1

    def _match(self, text: str, start: int) -> int | None:
        if not text[start].isalnum() or (start and text[start - 1].isalnum()):
            return None
        for length in self._lengths:
            end = start + length
            if text[start:end] in self.names and end <= len(text) and _ends_name(text, end):
                return end
        return None


def _ends_name(text: str, end: int) -> bool:
    if end == len(text):
        return True
    if "가" <= text[end] <= "힣":
        return _PARTICLE.match(text, end) is not None
    return not text[end].isalnum()


def occurrences(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where `name` stands in `text`, not inside a longer Latin word."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        latin = re.compile(r"[A-Za-z0-9]")
        inside = (start and latin.match(text[start - 1]) and latin.match(name[0])) or (
            end < len(text) and latin.match(text[end]) and latin.match(name[-1])
        )
        if not inside:
            yield start, end
        start = text.find(name, end)


class ArticleReader:
    """Turns labelled articles into examples."""

    def __init__(
        self, tokenizer: Tokenizer, finder: NameFinder, sample: Iterable[str] = (), news: Iterable[str] = ()
    ) -> None:
        """`sample` and `news` tell which words are no names (`outside.py`)."""
        self._tokenizer = tokenizer
        self._finder = finder
        self._outside = Outside(sample, news, finder.names)

    def _pieces(self, text: str) -> list[str]:
        tokens: list[str] = self._tokenizer.encode(text, add_special_tokens=False).tokens
        return tokens

    def examples(self, row: dict[str, Any], source: str) -> list[Example]:
        article = (row["title"] or "") + "\n" + row["text"]
        spans, types, labels = _organizations(row, article)
        marked = "organizations" in row
        known = bytearray(b"\1" * len(article)) if marked else self._outside.mark(article, row["lang"])
        sure = [True] * len(types)
        if marked:
            _doubt(spans, sure, row["organizations"])
        else:
            self._add_candidates(article, spans, types, sure)
        found = passages(article, self._pieces, BUDGET)
        called = _called_places(article, row["lang"], spans, len(types))
        examples = [self._cut(row, source, passage, spans, called, types, sure, known) for passage in found]
        _place_labels(examples, labels, article, found)
        return [example for example, _ in examples]

    def _add_candidates(self, article: str, spans: list[Span], types: list[int], sure: list[bool]) -> None:
        """Organisations that no label names, as partners of nobody."""
        taken = bytearray(len(article))
        for start, end, _ in spans:
            taken[start:end] = b"\1" * (end - start)
        group_of: dict[str, int] = {}
        for start, end in self._finder.find(article):
            if any(taken[start:end]):
                continue
            name = article[start:end]
            if name not in group_of:
                group_of[name] = len(types)
                types.append(IGNORE)
                sure.append(len(name) >= 4)
            spans.append((start, end, group_of[name]))
        spans.sort()

    def _cut(
        self, row: dict[str, Any], source: str, passage: Passage, spans: Sequence[Span], called: Sequence[Span],
        types: Sequence[int], sure: Sequence[bool], known: bytearray,
    ) -> tuple[Example, dict[int, int]]:  # fmt: skip
        """The example of one passage, and which of its groups is which of the article's."""
        local: dict[int, int] = {}
        mentions = []
        for start, end, group in spans:
            inside = passage.from_article(start, end)
            if inside:
                mentions.append(Mention(*inside, local.setdefault(group, len(local))))
        for start, end, group in called:
            inside = passage.from_article(start, end)
            if inside:
                mentions.append(Mention(*inside, local.setdefault(group, len(local)), called=True))
        mentions.sort(key=lambda mention: mention.start)
        mask = known[: passage.head] + known[passage.start : passage.end]
        groups = list(local)
        example = Example(
            source, row["id"], row["lang"], passage.text, mentions, mask,
            [types[group] for group in groups], [sure[group] for group in groups],
        )  # fmt: skip
        return example, local


def _doubt(spans: Sequence[Span], sure: list[bool], marked: Sequence[dict[str, Any]]) -> None:
    """Groups with a mark that its reader was not sure of teach the tagger nothing."""
    open_starts = {mark["start"] for mark in marked if mark.get("unsure")}
    for start, _, group in spans:
        if start in open_starts:
            sure[group] = False


Label = tuple[int, int, tuple[int, int, int], tuple[int, int]]


def _called_places(article: str, lang: str, spans: Sequence[Span], groups: int) -> list[Span]:
    """Where the article calls an organisation by what it is, found as the reader finds it."""
    named: list[list[tuple[int, int]]] = [[] for _ in range(groups)]
    for start, end, group in spans:
        named[group].append((start, end))
    return [(start, end, group) for group, (start, end) in generic_places(article, named, lang)]


def _organizations(row: dict[str, Any], article: str) -> tuple[list[Span], list[int], list[Label]]:
    """Mentions (start, end, group), type a group, and labels (group, group, label, evidence span) of an article."""
    names: list[tuple[str, int]] = []
    types: list[int] = []
    group_of: dict[str, int] = {}
    party_group: dict[tuple[int, int], int] = {}
    marked = row.get("organizations", [])
    for i, event in enumerate(row["events"]):
        for j, party in enumerate(event["parties"]):
            forms = [name for name in party["names"] if name in article]
            if not forms:
                continue
            group = next((group_of[form] for form in forms if form in group_of), len(types))
            if group == len(types):
                types.append(TYPE_OF.get(party["type"], IGNORE))
            for form in forms:
                if form not in group_of:
                    group_of[form] = group
                    names.append((form, group))
            party_group[i, j] = group
    spans = _marked_spans(marked, group_of, types) if marked else _named_spans(article, names)
    return spans, types, _labels(row["events"], party_group, article)


def _named_spans(article: str, names: Sequence[tuple[str, int]]) -> list[Span]:
    """All mentions of the names, longer names first, none overlapping."""
    taken = bytearray(len(article))
    spans = []
    for name, group in sorted(names, key=lambda item: -len(item[0])):
        for start, end in occurrences(article, name):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                spans.append((start, end, group))
    return sorted(spans)


def _marked_spans(marked: Sequence[dict[str, Any]], group_of: dict[str, int], types: list[int]) -> list[Span]:
    by_key: dict[str, int] = {}
    for mark in marked:
        if mark["key"] and mark["surface"] in group_of:
            by_key.setdefault(mark["key"], group_of[mark["surface"]])
    spans = []
    for mark in marked:
        key = mark["key"] or mark["surface"]
        if key not in by_key:
            by_key[key] = len(types)
            types.append(TYPE_OF.get(mark["type"], IGNORE))
        spans.append((mark["start"], mark["end"], by_key[key]))
    return spans


def _labels(events: Sequence[dict[str, Any]], party_group: dict[tuple[int, int], int], article: str) -> list[Label]:
    labels = []
    for i, event in enumerate(events):
        core = event["new"] and event["status"] in CORE_STATUSES
        kind, status = KINDS.index(event["kind"]), STATUSES.index(event["status"])
        start = _find_evidence(article, event.get("evidence") or "")
        optional = [tuple(pair) for pair in event.get("optional_pairs", [])]
        for pair in [*map(tuple, event["pairs"]), *optional]:
            groups = [party_group.get((i, j)) for j in pair]
            if None in groups or groups[0] == groups[1]:
                continue
            first, second = sorted(group for group in groups if group is not None)
            relation = IGNORE if pair in optional else CORE if core else BACKGROUND
            labels.append((first, second, (relation, kind, status), start))
    return labels


def _find_evidence(article: str, evidence: str) -> tuple[int, int]:
    for text in (evidence, evidence[:40], evidence[:20], evidence[10:30]):
        start = article.find(text) if text.strip() else -1
        if start >= 0:
            return start, start + len(text)
    return -1, -1


def _place_labels(
    examples: Sequence[tuple[Example, dict[int, int]]], labels: Sequence[Label], article: str, found: Sequence[Passage]
) -> None:
    """Give each label to the passages with its evidence, else to the first with both parties; elsewhere: unknown."""
    by_pair: dict[tuple[int, int], list[Label]] = defaultdict(list)
    for label in labels:
        by_pair[label[0], label[1]].append(label)
    for (first, second), pair_labels in by_pair.items():
        holding = [i for i, (_, local) in enumerate(examples) if first in local and second in local]
        for i in holding:
            _set(examples[i], first, second, (IGNORE, IGNORE, IGNORE))
        for _, _, value, evidence in sorted(pair_labels, key=lambda label: label[2][0] == CORE):
            told = [i for i in holding if evidence[0] >= 0 and found[i].from_article(*evidence)]
            for i in told or holding[:1]:
                _set(examples[i], first, second, value)


def _set(example: tuple[Example, dict[int, int]], first: int, second: int, label: tuple[int, int, int]) -> None:
    passage, local = example
    a, b = sorted((local[first], local[second]))
    passage.pairs[a, b] = label


def klue_examples(path: Path) -> list[Example]:
    """KLUE-NER sentences: organisations only, no relations."""
    found = []
    for row in read_jsonl(path):
        spans = [(start, end) for start, end, label in row["spans"] if label == "OG"]
        mentions = [Mention(start, end, group) for group, (start, end) in enumerate(spans)]
        source = "klue-news" if row["id"].endswith("wikitree") else "klue-reviews"
        known = bytearray(b"\1" * len(row["text"]))
        types, sure = [IGNORE] * len(spans), [True] * len(spans)
        found.append(Example(source, row["id"], "ko", row["text"], mentions, known, types, sure, related=False))
    return found


_CORE_KIND = {
    "collaboration": "alliance", "acquired_by": "acquisition", "merged_with": "acquisition",
    "shareholder_of": "investment", "client_of": "adoption",
}  # fmt: skip
_CORE_NONE = ("competitor_of", "subsidiary_of", "traded_on", "regulated_by", "undefined")


def core_examples(path: Path) -> list[Example]:
    """CORE sentences: one labelled pair of companies each, of which it is not said whether it is news."""
    found = []
    for row in json.loads(path.read_text(encoding="utf-8")):
        relation = row["relation"]
        if relation not in _CORE_KIND and relation not in _CORE_NONE:
            continue
        text, spans = _joined(row["context"], [(row["e1_start"], row["e1_end"]), (row["e2_start"], row["e2_end"])])
        if spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]:
            continue
        kind = KINDS.index(_CORE_KIND[relation]) if relation in _CORE_KIND else IGNORE
        label = (ANY if relation in _CORE_KIND else NONE, kind, IGNORE)
        mentions = sorted((Mention(*span, group) for group, span in enumerate(spans)), key=lambda m: m.start)
        sure = [relation != "undefined"] * 2
        known = bytearray(len(text))
        found.append(Example("core", row["id"], "en", text, mentions, known, [IGNORE] * 2, sure, {(0, 1): label}))
    return found


def _joined(tokens: Sequence[str], spans: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    text = ""
    places = []
    for token in tokens:
        token = {"``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")"}.get(token, token)
        if text and not re.match(r"[.,;:)!?'%]", token) and not text.endswith(("(", "$", "#")):
            text += " "
        places.append((len(text), len(text) + len(token)))
        text += token
    return text, [(places[start][0], places[end][1]) for start, end in spans]


def labelled_pairs(example: Example) -> Iterator[tuple[int, int, tuple[int, int, int]]]:
    """All pairs of groups with their labels."""
    for a, b in combinations(range(len(example.groups)), 2):
        yield a, b, example.label(a, b)
