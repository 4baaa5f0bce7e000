"""What of an article is surely no part of a name: from it the tagger learns, where not all names are marked."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence

from kiwipiepy import Kiwi, Token

from nlp.gazetteer import load
from nlp.unlisted import tells_kind

# What Kiwi is sure to be no part of a name: endings, particles, verbs, numbers, marks.
_NO_NAME = ("J", "E", "V", "XS", "M", "NP", "NNB", "SN", "SF", "SP", "SS", "SE", "SO", "IC")
# Terms in capitals that news writes beside names; no organisation where they stand alone.
_TERMS = frozenset((
    "AI", "IT", "ICT", "IoT", "EMR", "MOU", "ESG", "R&D", "CEO", "CTO", "CFO", "COO", "GPU", "NPU", "CPU",
    "HBM", "LLM", "SaaS", "API", "TV", "PC", "OTT", "EV", "ESS", "DX", "AX", "UAM", "SW", "M&A", "IPO", "VC",
    "CES", "MWC", "ETF", "GDP", "QR", "VR", "AR", "XR", "B2B", "B2C", "D2C", "SNS", "PoC", "CDMO", "OEM", "ODM",
    "SDV", "RPA", "CRM", "ERP", "HIS", "AIoT", "PF", "IR", "SMR", "LNG", "UI", "UX", "IP",
))  # fmt: skip
_OFTEN = 60  # times a common noun stands alone before it counts as none of a name
_COMPOUND_OFTEN = 3  # texts with a word of several common nouns before it does: an unlisted firm is in fewer
_OF_COMPOUND = ("NNG", "XPN", "XSN")
_MARKS = ("SF", "SP", "SS", "SE", "SO", "SW")
_ENGLISH = re.compile(r"[a-z][a-z'-]*|[^\w\s]|\d+")


class Outside:
    """`mark(article, lang)` tells of each character whether it is surely outside every name."""

    def __init__(self, sample: Iterable[str], news: Iterable[str], names: Container[str]) -> None:
        """`sample`: texts by which it is told which common nouns stand alone so often that they are no names; `news`:
        more of them, for words made of several nouns; `names` are organisations, whatever they are made of."""
        self._kiwi = Kiwi(num_workers=1)
        alone = Counter(token.form for tokens in self._kiwi.tokenize(sample) for token in _standing_alone(tokens))
        self._nouns = {word for word, times in alone.items() if times >= _OFTEN} | _TERMS
        texts = ({word for word, _, _ in _compounds(tokens)} for tokens in self._kiwi.tokenize(news))
        holding = Counter(word for words in texts for word in words)
        listed = load()
        self._compounds = {
            word
            for word, times in holding.items()
            if times >= _COMPOUND_OFTEN and word not in names and not listed.lookup(word) and not tells_kind(word)
        }

    def mark(self, article: str, lang: str) -> bytearray:
        """A byte a character, 1 where it is outside."""
        known = bytearray(len(article))
        for start, end in _english(article) if lang == "en" else self._korean(article):
            known[start:end] = b"\1" * (end - start)
        return known

    def _korean(self, article: str) -> Iterator[tuple[int, int]]:
        tokens = self._kiwi.tokenize(article)
        yield from ((token.start, token.end) for token in tokens if token.tag.startswith(_NO_NAME))
        yield from ((token.start, token.end) for token in _standing_alone(tokens) if token.form in self._nouns)
        yield from ((start, end) for word, start, end in _compounds(tokens) if word in self._compounds)


def _english(article: str) -> Iterator[tuple[int, int]]:
    return (word.span() for word in _ENGLISH.finditer(article))


def _standing_alone(tokens: Sequence[Token]) -> Iterator[Token]:
    """Common nouns and Latin words that are the only ones of their word (white space to white space)."""
    words: dict[int, list[Token]] = defaultdict(list)
    for token in tokens:
        if token.tag in ("SL", "SH", "SN", "SW", "XPN", "XR", "UN") or token.tag.startswith("N"):
            words[token.word_position + 1000 * token.sent_position].append(token)
    for parts in words.values():
        if len(parts) == 1 and parts[0].tag in ("NNG", "SL"):
            yield parts[0]


def _compounds(tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
    """(word, start, end) of the words of several common nouns, particles left out: `디지털트윈` of `디지털트윈을`."""
    first = 0
    while first < len(tokens):
        last = first
        while last < len(tokens) and tokens[last].tag in _OF_COMPOUND and (
            last == first or tokens[last].start == tokens[last - 1].end
        ):  # fmt: skip
            last += 1
        if last - first > 1 and _is_word(tokens, first, last):
            yield "".join(token.form for token in tokens[first:last]), tokens[first].start, tokens[last - 1].end
        first = max(last, first + 1)


def _is_word(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a word begins with token `first`, and nothing but particles follows token `last - 1` in it."""
    begins = first == 0 or tokens[first - 1].end < tokens[first].start or tokens[first - 1].tag.startswith(_MARKS)
    after = tokens[last] if last < len(tokens) and tokens[last].start == tokens[last - 1].end else None
    return begins and (after is None or after.tag.startswith(("J", "VCP", *_MARKS)))
