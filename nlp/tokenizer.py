"""Kiwi as spaCy's Korean tokenizer: the text is kept to the character, Kiwi's tags stand in `Token.tag_`.

Kiwi reads about 77,000 characters a second, so a caller who knows which parts of a text matter names them as regions;
the rest is cut at spaces and carries no tags.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

import spacy
from kiwipiepy import Kiwi, Token
from spacy.tokens import Doc
from spacy.vocab import Vocab

from nlp.article import has_hangul

_KOREAN_STYLE = re.compile(r"^K-(?=[가-힣])")


@cache
def load_kiwi() -> Kiwi:
    """The analyser, loaded once a process: about a second, 330 MB (its multi-word names would be 190 more)."""
    return Kiwi(num_workers=1, load_multi_dict=False)


@lru_cache(maxsize=10_000)
def is_common_noun(word: str) -> bool:
    """Whether `word` is one common noun of Kiwi's dictionary, or one behind a prefix (`신메뉴`, `K-푸드`).

    (What the dictionary lacks Kiwi calls a noun, too.)
    """
    word = _KOREAN_STYLE.sub("", word)
    if not has_hangul(word):
        return False
    tokens = load_kiwi().tokenize(word)
    if len(tokens) == 2 and tokens[0].tag == "XPN":
        del tokens[0]
    return _is_listed(tokens, "NNG")


@lru_cache(maxsize=10_000)
def is_dictionary_noun(word: str) -> bool:
    """Whether `word` is one Korean noun, common or proper, of Kiwi's dictionary."""
    return has_hangul(word) and _is_listed(load_kiwi().tokenize(word), "NNG", "NNP")


def _is_listed(tokens: Sequence[Token], *tags: str) -> bool:
    """Whether it is one morpheme, of one of the tags, that stands in Kiwi's dictionary."""
    return len(tokens) == 1 and tokens[0].tag in tags and bool(load_kiwi().morpheme(tokens[0].id).form)


def is_noun_phrase(text: str) -> bool:
    """Whether `text` is two or more words, each a common noun of the dictionary."""
    words = text.split(" ")
    return len(words) > 1 and all(is_common_noun(word) for word in words)


@lru_cache(maxsize=10_000)
def is_bare_noun(word: str) -> bool:
    """Whether `word` is made of nouns and letters only: no particle or ending stands in it."""
    return all(token.tag.startswith(("N", "S", "X")) for token in load_kiwi().tokenize(word))


class KiwiTokenizer:
    """`tokenizer(text)` analyses all of `text`; `tokenizer.analyse(text, regions)` only the parts given."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        return self.analyse(text, [(0, len(text))])

    def analyse(self, text: str, regions: Iterable[tuple[int, int]]) -> Doc:
        """A Doc over `text` whose tokens inside `regions` (ordered, disjoint offsets) are Kiwi's morphemes."""
        pieces: list[tuple[int, int, str]] = []
        position = 0
        for start, end in regions:
            pieces += _words(text, position, start)
            pieces += _morphemes(text, start, end)
            position = end
        pieces += _words(text, position, len(text))
        return _doc(self.vocab, text, pieces)

    # spaCy asks a tokenizer for these when a pipeline is saved; everything here is code.
    def to_bytes(self, **_: Any) -> bytes:
        return b""

    def from_bytes(self, _data: bytes, **__: Any) -> "KiwiTokenizer":
        return self

    def to_disk(self, _path: Any, **__: Any) -> None:
        return None

    def from_disk(self, _path: Any, **__: Any) -> "KiwiTokenizer":
        return self


@spacy.registry.tokenizers("jehyu.KiwiTokenizer.v1")  # type: ignore[attr-defined, untyped-decorator]
def create_kiwi_tokenizer() -> Any:
    def create(nlp: spacy.language.Language) -> KiwiTokenizer:
        return KiwiTokenizer(nlp.vocab)

    return create


def _words(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    found, position = [], start
    for word in text[start:end].split():
        at = text.index(word, position)
        position = at + len(word)
        found.append((at, position, ""))
    return found


def _morphemes(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Kiwi's morphemes by place; several that share letters (했 = 하 + 었) become one token tagged `VV+EP`."""
    found: list[tuple[int, int, str]] = []
    for token in load_kiwi().tokenize(text[start:end]):
        first, last = start + token.start, start + token.start + token.len
        if found and first < found[-1][1]:
            begin, finish, tag = found[-1]
            found[-1] = (begin, max(finish, last), f"{tag}+{token.tag}")
        elif last > first:
            found.append((first, last, str(token.tag)))
        elif found:
            found[-1] = (*found[-1][:2], f"{found[-1][2]}+{token.tag}")
    return found


def _doc(vocab: Vocab, text: str, pieces: list[tuple[int, int, str]]) -> Doc:
    """Words and the spaces between them; white space other than one blank becomes a token, as spaCy does."""
    words: list[str] = []
    spaces: list[bool] = []
    tags: list[str] = []
    position = 0
    for start, end, tag in [*pieces, (len(text), len(text), "")]:
        gap = text[position:start]
        if gap:
            blank = bool(words) and gap[0] == " "
            if blank:
                spaces[-1] = True
            rest = gap[blank:]
            if rest:
                words.append(rest)
                spaces.append(False)
                tags.append("_SP")
        if end > start:
            words.append(text[start:end])
            spaces.append(False)
            tags.append(tag)
        position = end
    return Doc(vocab, words=words, spaces=spaces, tags=tags)
