"""Windows over an article: the title and consecutive sentences, so that 양사 and the two firms stay together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NamedTuple

from nlp.sentences import split_sentences

_SPACE = "▁"  # the piece of white space that no word follows


@dataclass(frozen=True, slots=True)
class Passage:
    """`text` is the title, a line break and `article[start:end]`; offsets are those of ``title + "\\n" + text``.

    `pieces` are the tokenizer's, of the title and of each sentence by itself.
    """

    text: str
    head: int
    start: int
    end: int
    pieces: Sequence[str]

    def to_article(self, offset: int) -> int:
        """Place in the article of a place in the passage."""
        return offset if offset < self.head else offset - self.head + self.start

    def from_article(self, start: int, end: int) -> tuple[int, int] | None:
        """The span in the passage, or None where it is not wholly inside."""
        if end < self.head:
            return start, end
        if self.start <= start and end <= self.end:
            return start - self.start + self.head, end - self.start + self.head
        return None


class _Unit(NamedTuple):
    """A sentence, or the part of one, that no passage divides."""

    start: int
    end: int
    pieces: Sequence[str]


def passages(
    article: str, tokenize: Callable[[str], Sequence[str]], budget: int, overlap: float = 0.25
) -> list[Passage]:
    """Cut ``title + "\\n" + text`` into passages of at most `budget` pieces as `tokenize` makes them.

    A passage repeats the last sentences of the one before, up to `overlap` of the budget; a sentence longer than the
    budget is cut hard.
    """
    head = article.find("\n") + 1
    title = tokenize(article[:head])
    room = budget - len(title)
    units = [unit for span in _sentences(article, head) for unit in _fitting(article, span, tokenize, room)]
    sizes = [len(unit.pieces) for unit in units]
    found: list[Passage] = []
    first = 0
    while first < len(units):
        last = _fill(sizes, first, room)
        found.append(_passage(article, head, title, units[first:last]))
        if last == len(units):
            break
        first = _step_back(sizes, first, last, room * overlap)
    return found or [_passage(article, head, title, [_Unit(head, len(article), [])])]


def _sentences(article: str, head: int) -> list[tuple[int, int]]:
    """Spans that cover the text after the title, each a sentence with the white space after it."""
    starts = [sentence.start for sentence in split_sentences(article, head) if sentence.start >= head]
    return [(a, b) for a, b in pairwise([*starts, len(article)]) if a < b]


def _passage(article: str, head: int, title: Sequence[str], units: Sequence[_Unit]) -> Passage:
    start, end = units[0].start, units[-1].end
    pieces = _joined([title, *(unit.pieces for unit in units)])
    return Passage(article[:head] + article[start:end], head, start, end, pieces)


def _joined(parts: Sequence[Sequence[str]]) -> list[str]:
    """The pieces of texts that follow one another; the space at the end of one belongs to the next's first piece."""
    before = [part[:-1] if part[-1:] == [_SPACE] else part for part in parts[:-1]]
    return [*chain.from_iterable(before), *parts[-1]]


def _fill(sizes: Sequence[int], first: int, room: int) -> int:
    """One past the last sentence of the passage that begins with `first`."""
    last, size = first + 1, sizes[first]
    while last < len(sizes) and size + sizes[last] <= room:
        size += sizes[last]
        last += 1
    return last


def _step_back(sizes: Sequence[int], first: int, last: int, room: float) -> int:
    """Where the next passage begins: before `last` by as many sentences as fit into `room`, but after `first`."""
    begin, size = last, 0
    while begin - 1 > first and size + sizes[begin - 1] <= room:
        begin -= 1
        size += sizes[begin]
    return begin


def _fitting(
    article: str, span: tuple[int, int], tokenize: Callable[[str], Sequence[str]], room: int
) -> list[_Unit]:
    """The span itself, or halves of it at white space until each has at most `room` pieces."""
    start, end = span
    pieces = tokenize(article[start:end])
    if len(pieces) <= room or end - start < 2:
        return [_Unit(start, end, pieces)]
    middle = article.rfind(" ", start + 1, (start + end) // 2) + 1 or (start + end) // 2
    return _fitting(article, (start, middle), tokenize, room) + _fitting(article, (middle, end), tokenize, room)
