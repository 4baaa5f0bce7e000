"""Other names for the same stories, and stories without their headline, so that the model learns the sentence."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from nlp.endings import final_sound
from nlp.training.data import CORE, IGNORE, NONE, Example, Mention

# What stands between the members of a list, but for other members: `A(대표 …), B·C 및 D`, `A, B and the C`.
_SEPARATOR = re.compile(
    r"(?:[\s,·ㆍ∙、/&+'\"‘’“”]|\([^()]{0,30}\)|와|과|및|그리고|㈜|주식회사|(?<!\w)(?:and|the)(?!\w))*"
)
_WORD = re.compile(r"[가-힣A-Za-z0-9&]{2,}")
_PARTICLE = re.compile(r"(?<=..)(?:은|는|이|가|을|를|의|와|과|도|에|로|으로|에서|에게|까지|부터)$")
_SENTENCE_END = re.compile(r"[.!?]\s|\n")
_SYLLABLES = (
    "가나다라마바사아자차카하노도로모보소오조코토호누두루무부수우주구네데레메베세에제케테페리미비시이지티피"
    "엔온인산한진영정성원선현대동신유화태"
)
_TAILS = (
    ("",) * 3
    + ("랩", "랩스", "테크", "소프트", "바이오", "에이아이", "AI", "로보틱스", "모빌리티", "시스템", "네트웍스")
    + ("홀딩스", "전자", "이노베이션", "글로벌", "메디칼", "캐피탈", "텔")
)
_LATIN = ("zen", "tri", "lum", "via", "ora", "nex", "qua", "vel", "cor", "syn", "alto", "bri", "fen", "kor", "pex")
_LATIN_TAILS = ("", "", "Tech", " Labs", " AI", " Inc.", " Corp.", " Technologies", " Holdings", " Systems", " Bio")


def sound_class(name: str) -> str:
    """What decides the particle after a name: `open`, `closed` or `rieul` for Hangul, else the script."""
    last = name[-1]
    if not "가" <= last <= "힣":
        return "latin"
    return {0: "open", 8: "rieul"}.get(final_sound(last), "closed")


def without_headline(example: Example) -> Example:
    """A copy of an article's passage with an empty title, as the reader sees articles that come without one.

    A pair whose party stands in the headline only loses its place there and is not learnt from.
    """
    head = example.text.find("\n")
    named = {m.group for m in example.mentions if m.start > head and not m.called}
    mentions = [
        replace(m, start=m.start - head, end=m.end - head)
        for m in example.mentions
        if m.start > head and m.group in named
    ]
    return replace(example, text=example.text[head:], mentions=mentions, known=example.known[head:])


def with_longer_list(example: Example, rng: random.Random) -> Example:
    """A copy in which an invented organisation stands before one that is a member of a list, or partner in a sentence.

    The newcomer is in whatever the other is in. How the two stand to each other is as the other stands to its
    neighbour in the list (signers of one paper, or partners of a third); where there is no list it is unknown.
    """
    named = [n for n, mention in enumerate(example.mentions) if not mention.called]
    choices = [(n, neighbour) for n in named for neighbour in _beside(example, n)]
    if not choices:
        return example
    place, neighbour = rng.choice(choices)
    mention = example.mentions[place]
    name = _invented(sound_class(example.text[mention.start : mention.end]), rng)
    newcomer, group = len(example.groups), mention.group
    pairs = dict(example.pairs)
    pairs |= {(sum(pair) - group, newcomer): label for pair, label in example.pairs.items() if group in pair}
    between = (IGNORE, IGNORE, IGNORE) if neighbour is None else example.label(group, neighbour)
    if between[0] != NONE:
        pairs[group, newcomer] = between
    moved = len(name) + 2
    mentions = [
        *example.mentions[:place],
        Mention(mention.start, mention.start + len(name), newcomer),
        *(replace(m, start=m.start + moved, end=m.end + moved) for m in example.mentions[place:]),
    ]
    return replace(
        example,
        text=f"{example.text[: mention.start]}{name}, {example.text[mention.start :]}",
        mentions=mentions,
        known=example.known[: mention.start] + bytearray(len(name)) + b"\1\1" + example.known[mention.start :],
        groups=[*example.groups, example.groups[group]], sure=[*example.sure, True], pairs=pairs,
    )  # fmt: skip


def with_strays(example: Example, rng: random.Random) -> Example:
    """A copy in which a few words that are no organisations stand as such, partners of nobody.

    The reader meets them too: what it takes for a name is not always one, and the pair reader has to know better.
    """
    words = [(start, end) for start, end in _words(example.text) if start < end and all(example.known[start:end])]
    rng.shuffle(words)
    taken = [(mention.start, mention.end) for mention in example.mentions]
    strays: list[Mention] = []
    for start, end in words[: rng.choice((1, 2, 3, 4))]:
        if all(end <= first or last <= start for first, last in taken):
            strays.append(Mention(start, end, len(example.groups) + len(strays)))
            taken.append((start, end))
    return replace(
        example,
        mentions=sorted([*example.mentions, *strays], key=lambda mention: mention.start),
        groups=example.groups + [IGNORE] * len(strays), sure=[*example.sure, *[None] * len(strays)],
    )  # fmt: skip


def _words(text: str) -> list[tuple[int, int]]:
    """Where the words of a text and pairs of neighbours stand, particles left out."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    pairs = [(one[0], two[1]) for one, two in pairwise(words) if text[one[1] : two[0]] == " "]
    return [(start, start + len(_PARTICLE.sub("", text[start:end]))) for start, end in words + pairs]


def _beside(example: Example, place: int) -> list[int | None]:
    """Groups in one list with the mention at `place`; None for a partner in a new deal named in the same sentence."""
    mention = example.mentions[place]
    before = example.text[: mention.start]
    if before and (not before[-1].isspace() or before.rfind("(") > before.rfind(")")):
        return []
    found: list[int | None] = []
    for other in example.mentions[max(place - 1, 0) : place + 2]:
        gap = example.text[min(mention.end, other.end) : max(mention.start, other.start)]
        if other.group == mention.group:
            continue
        if _SEPARATOR.fullmatch(gap):
            found.append(other.group)
        elif not _SENTENCE_END.search(gap) and example.label(mention.group, other.group)[0] == CORE:
            found.append(None)
    return found


class NameSwapper:
    """Gives organisations of an example other names of the same type, script and final sound."""

    def __init__(self, examples: Iterable[Example]) -> None:
        names: dict[tuple[str, int], set[str]] = defaultdict(set)
        for example in examples:
            for mention in example.mentions:
                name = example.text[mention.start : mention.end]
                kind = example.groups[mention.group]
                if len(name) >= 2 and example.sure[mention.group] and not mention.called:
                    names[sound_class(name), 0 if kind == IGNORE else kind].add(name)
        self._names = {key: sorted(found) for key, found in names.items()}

    def swap(self, example: Example, rng: random.Random, share: float = 0.6) -> Example:
        """A copy of `example` in which about `share` of the organisations have another name."""
        called = {mention.group for mention in example.mentions if mention.called}  # such words would fit no other name
        chosen = {group for group in range(len(example.groups)) if rng.random() < share} - called
        if not chosen:
            return example
        text, known = "", bytearray()
        mentions: list[Mention] = []
        renamed: dict[tuple[int, str], str] = {}
        last = 0
        for mention in example.mentions:
            text += example.text[last : mention.start]
            known += example.known[last : mention.start]
            surface = example.text[mention.start : mention.end]
            if mention.group in chosen:
                key = (mention.group, surface)
                if key not in renamed:
                    renamed[key] = self._other(surface, example.groups[mention.group], rng)
                surface = renamed[key]
            mentions.append(replace(mention, start=len(text), end=len(text) + len(surface)))
            text += surface
            known += example.known[mention.start : mention.end] if mention.called else bytearray(len(surface))
            last = mention.end
        return Example(
            example.source, example.row, example.lang, text + example.text[last:], mentions,
            known + example.known[last:], example.groups, example.sure, example.pairs, example.related,
        )  # fmt: skip

    def _other(self, name: str, kind: int, rng: random.Random) -> str:
        sound = sound_class(name)
        if kind in (IGNORE, 0) and rng.random() < 0.35:
            return _invented(sound, rng)
        names = self._names.get((sound, 0 if kind == IGNORE else kind))
        return rng.choice(names) if names else name


def _invented(sound: str, rng: random.Random) -> str:
    """A firm's name that nobody bears, with the wished final sound."""
    if sound == "latin":
        return "".join(rng.choices(_LATIN, k=rng.choice((2, 2, 3)))).capitalize() + rng.choice(_LATIN_TAILS)
    while True:
        name = "".join(rng.choices(_SYLLABLES, k=rng.choice((2, 3, 3, 4)))) + rng.choice(_TAILS)
        if sound_class(name) == sound:
            return name
