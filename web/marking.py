"""Marking the parties and the deal words in an evidence sentence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

DEAL_WORDS = re.compile(
    r"업무\s?협약|양해각서|전략적\s?제휴|제휴|협약|협력|파트너십|동맹|맞손|손잡\S?|손을 잡\S?|"
    r"공동\s?개발|공동\s?연구|합작\s?법인|합작사|합작|"
    r"공급\s?계약|수주|납품|공급|계약|투자|인수|지분|라이선스|기술\s?이전|도입|적용|탑재|연동|유통|판권|퍼블리싱|컨소시엄|체결|해지|종료|철회|부인|"
    r"\b(?:MOUs?|LOIs?|memorand\w+ of understanding|partner(?:s|ed|ship|ships|ing)?|alliance|team(?:s|ed|ing)? up|"
    r"collaborat\w+|cooperat\w+|joint venture|jointly|joint|co-develop\w*|suppl(?:y|ies|ied)|contract\w*|"
    r"agreements?|agreed|"
    r"sign(?:s|ed|ing)?|adopt(?:s|ed|ing)?|integrat\w+|licen[cs]\w+|distribut\w+|invest\w*|acqui\w+|stakes?|consortium|"
    r"terminat\w+|den(?:y|ies|ied))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Piece:
    """A stretch of the sentence; `role` is "party", "deal" or None, `org_id` whom it names."""

    text: str
    role: str | None = None
    org_id: str | None = None


@dataclass(frozen=True)
class Named:
    """A party as the article writes it: offsets in `title + "\\n" + text`, None where unknown."""

    surface: str | None
    start: int | None
    end: int | None
    org_id: str | None


def mark(sentence: str, sentence_start: int | None, parties: Iterable[Named]) -> list[Piece]:
    """The sentence cut into pieces, whose texts joined give it back unchanged.

    Parties are marked where their offsets say; one whose offsets lie outside the sentence, or do not hold its surface
    form, is marked where the form first stands. Deal words are marked between them.
    """
    spans: list[tuple[int, int, str | None]] = []
    for party in parties:
        span = _place(sentence, sentence_start, party)
        if span and not any(span[0] < end and start < span[1] for start, end, _ in spans):
            spans.append((*span, party.org_id))
    pieces: list[Piece] = []
    at = 0
    for start, end, org_id in sorted(spans, key=lambda span: span[:2]):
        pieces += _with_deal_words(sentence[at:start])
        pieces.append(Piece(sentence[start:end], "party", org_id))
        at = end
    return pieces + _with_deal_words(sentence[at:])


def _place(sentence: str, sentence_start: int | None, party: Named) -> tuple[int, int] | None:
    if not party.surface:
        return None
    if sentence_start is not None and party.start is not None:
        start = party.start - sentence_start
        if start >= 0 and sentence[start : start + len(party.surface)] == party.surface:
            return start, start + len(party.surface)
    start = sentence.find(party.surface)
    return (start, start + len(party.surface)) if start >= 0 else None


def _with_deal_words(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for found in DEAL_WORDS.finditer(text):
        pieces += [Piece(text[at : found.start()]), Piece(found.group(), "deal")]
        at = found.end()
    return [piece for piece in [*pieces, Piece(text[at:])] if piece.text]
