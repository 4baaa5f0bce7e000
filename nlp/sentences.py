"""Where sentences begin and end in text as scraped: glued sentences, quotes, lists, headline boxes.

News text as scraped has lost line breaks ("…했다.31일 …") and quotes whole sentences inside one ("…있다”고 밝혔다"),
so that neither spaCy's nor Kiwi's splitter keeps what belongs together; this one also never needs a token.
"""

import itertools
import re
from typing import NamedTuple


class Sentence(NamedTuple):
    """Offsets in the article's full text; `index` 0.. counts over the article, title included."""

    start: int
    end: int
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks a sentence for
    in_title: bool


BREAK = re.compile(r"[.!?][\"'”’)]*\s|\n")
"""Where a sentence may end, told by marks alone: enough to say whether two places are apart."""
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|LLC|Mr|Ms|Mrs|Dr|Prof|St|No|Nos|vs|Jr|Sr|Bros|Gen|Sen|Rep|Gov|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|"
    r"Dec|approx|est|a\.m|p\.m|e\.g|i\.e|U\.S|U\.K|U\.N|D\.C)|(?<![A-Za-z])[A-Z])\.$"
)
_BOUNDARY = re.compile(
    r"""
    (?P<korean>(?<=[가-힣])[.!?]+ (?P<closed>["”’'」』)\]]*) (?P<glued>\s*))
    | (?P<latin>(?<=[^\s가-힣])[.!?]+ ["”’')\]]* \s+ (?=["“‘'(\[]?[A-Z0-9가-힣■◇◆▲●○▶△※]))
    | (?P<line>\s*\n\s*(?!\s|(?:은|는|이|가|을|를|와|과|의|에|로|으로)\s))
    | (?P<bullet>\s*(?=[■◇◆▲●○▶△▷☞※]))
    """,
    re.X,
)
_KOREAN_END = re.compile(r"(?:다|요|죠|까|니|함|음|됨|임|것|예정|전망|계획|방침)$")


def split_sentences(full: str, title_length: int) -> list[Sentence]:
    """Sentences of the article's full text in order; the title, if there is one, is the first."""
    bounds = [(start, end) for start, end in _trim(full, _cuts(full, title_length))]
    return [Sentence(start, end, index, end <= title_length) for index, (start, end) in enumerate(bounds)]


def _cuts(full: str, title_length: int) -> list[int]:
    cuts = [0, title_length]
    for match in _BOUNDARY.finditer(full, title_length):
        before = full[max(0, match.start() - 12) : match.start() + 1]
        if match["korean"] is not None:
            follower = full[match.end() : match.end() + 1]
            quoted_on = bool(match["closed"]) and not match["glued"] and "가" <= follower <= "힣"
            decimal = follower.isdigit() and full[match.start() - 1].isdigit()
            if quoted_on or decimal or not (_KOREAN_END.search(before[:-1]) or match["glued"]):
                continue
        elif match["latin"] is not None and _ABBREVIATION.search(before):
            continue
        cuts.append(match.end())
    return [*sorted(set(cuts)), len(full)]


def _trim(full: str, cuts: list[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for start, end in itertools.pairwise(cuts):
        piece = full[start:end]
        left = len(piece) - len(piece.lstrip())
        stripped = piece.strip()
        if stripped:
            spans.append((start + left, start + left + len(stripped)))
    return spans
