"""Windows over an article: the title and consecutive sentences, so that 양사 and the two firms stay together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Passage:
    """`text` is the title, a line break and `article[start:end]`; offsets are those of ``title + "\\n" + text``."""

    text: str
    head: int
    start: int
    end: int

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


def passages(article: str, length: Callable[[str], int], budget: int, overlap: float = 0.25) -> list[Passage]:
    """Cut ``title + "\\n" + text`` into passages of at most `budget` tokens as counted by `length`.

    A passage repeats the last sentences of the one before, up to `overlap` of the budget; a sentence longer than the
    budget is cut hard.
    """
    head = article.find("\n") + 1
    room = budget - length(article[:head])
    pieces = [piece for span in _sentences(article, head) for piece in _fitting(article, span, length, room)]
    units, sizes = [span for span, _ in pieces], [size for _, size in pieces]
    found: list[Passage] = []
    first = 0
    while first < len(units):
        last = _fill(sizes, first, room)
        found.append(_passage(article, head, units[first][0], units[last - 1][1]))
        if last == len(units):
            break
        first = _step_back(sizes, first, last, room * overlap)
    return found or [_passage(article, head, head, len(article))]


def _sentences(article: str, head: int) -> list[tuple[int, int]]:
    """Spans that cover the text after the title, each a sentence with the white space after it."""
    starts = [sentence.start for sentence in split_sentences(article, head) if sentence.start >= head]
    return [(a, b) for a, b in pairwise([*starts, len(article)]) if a < b]


def _passage(article: str, head: int, start: int, end: int) -> Passage:
    return Passage(article[:head] + article[start:end], head, start, end)


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
    article: str, span: tuple[int, int], length: Callable[[str], int], room: int
) -> list[tuple[tuple[int, int], int]]:
    """The span itself, or halves of it at white space until each has at most `room` tokens; with their tokens."""
    start, end = span
    size = length(article[start:end])
    if size <= room or end - start < 2:
        return [(span, size)]
    middle = article.rfind(" ", start + 1, (start + end) // 2) + 1 or (start + end) // 2
    return _fitting(article, (start, middle), length, room) + _fitting(article, (middle, end), length, room)
