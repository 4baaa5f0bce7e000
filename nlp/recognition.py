"""Which organisations an article names, and where: the company table's names and those it lacks."""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from nlp.article import Article
from nlp.gazetteer import Organization
from nlp.matching import TableMatch, TableMatcher, occurrences
from nlp.sentences import Sentence
from nlp.tokenizer import is_noun_phrase
from nlp.unlisted import unlisted_korean
from nlp.unlisted_english import unlisted_english


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where an organisation is named. `organizations` is empty for a name that the table lacks.

    `source` says what found it: `table`, `doubtful` (of the table, but also a word), `model`, or a source of `unlisted`.
    """

    start: int
    end: int
    surface: str
    organizations: tuple[Organization, ...]
    source: str


# Where a news text names an outlet, a photographer or an agency that has no part in the story.
_CREDIT_BEFORE = re.compile(
    r"(?:사진|자료|출처|그래픽|이미지|영상|ⓒ|©|Photo|Source|Credit|Image)\s?[=/:|]?\s?(?:제공\s?[=/:]?\s?)?$"
    r"|[\[(【][가-힣]{2,5}\s?=\s?$"  # `[서울=뉴시스]`, but not `◇공급=가온전자가 …`
)
_CREDIT_SLASH = re.compile(r"[=/]\s?$")
_CREDIT_AFTER = re.compile(
    r"^\s?(?:제공|기자|특파원|DB|자료사진|캡처|갈무리|화면|뉴스1|무단|via)\b|^\s?=\s?[가-힣]{2,4}\s?기자"
)
_TICKER_AFTER = re.compile(r"^\s?:\s?[A-Z0-9]{2,6}\b")  # `(NASDAQ: QS)`: the exchange has no part in the deal
_GROUP_AFTER = re.compile(r"\sGroup\b(?!\s[A-Z])")  # `Hanbit Electronics Group` is not the firm
_FIRM_AROUND = re.compile(r"(?:㈜|\(주\)|주식회사)\s?$")
_FIRM_AFTER = re.compile(
    r"^\s?(?:㈜|\(주\)|\((?:대표|이하|총장|원장|회장|사장|\d{6}|[A-Z][a-z]|CEO))|^\s?(?:대표|회장|사장|관계자|측은|그룹)"
)
_LISTED_AROUND = re.compile(r"^(?:과|와|,|·|ㆍ|-|–|/|\s및)")


class Recognizer:
    """`recognize(doc, article, sentences)` gives every mention in the article, in order, none overlapping."""

    def __init__(self, matcher: TableMatcher) -> None:
        self._matcher = matcher

    def recognize(self, doc: Doc, article: Article, sentences: Sequence[Sentence]) -> list[Mention]:
        """`sentences` are those that matter: names the table lacks are looked for in them only, then in all of the text."""
        full = article.full
        listed = [mention for match in self._matcher.find(full) if (mention := _table_mention(full, match)) is not None]
        listed = self._settle_doubtful(full, listed)
        known = {mention.surface for mention in listed}
        find = (
            unlisted_english(full, sentences, known)
            if article.lang == "en"
            else unlisted_korean(doc, full, sentences, known)
        )
        others = [
            Mention(start, end, name, (), find[name])
            for start, end, name in occurrences(full, find)
            if not is_credit(full, start, end)
        ]
        return without_overlaps([*listed, *others])

    def _settle_doubtful(self, full: str, mentions: list[Mention]) -> list[Mention]:
        """Keep a doubtful name where the article shows that it is meant: its context words, or how it is written."""
        sure = {one.id for mention in mentions if mention.source == "table" for one in mention.organizations}
        kept = []
        for mention in mentions:
            if mention.source == "doubtful":
                meant = [
                    one for one in mention.organizations if one.id in sure or any(word in full for word in one.context)
                ]
                if not meant and not _looks_like_firm(full, mention):
                    continue
                mention = Mention(
                    mention.start, mention.end, mention.surface, tuple(meant) or mention.organizations, "doubtful"
                )
            kept.append(mention)
        return kept


def _table_mention(full: str, match: TableMatch) -> Mention | None:
    if is_credit(full, match.start, match.end):
        return None
    surface = full[match.start : match.end]
    group = _GROUP_AFTER.match(full, match.end)
    if group and not any("group" in one.tags for one in match.organizations):
        return Mention(match.start, group.end(), full[match.start : group.end()], (), "suffix")
    if _is_phrase(surface, match.organizations):
        return None
    source = "doubtful" if match.ambiguous and not _is_distinct(surface) else "table"
    return Mention(match.start, match.end, surface, match.organizations, source)


def _is_phrase(surface: str, organizations: Sequence[Organization]) -> bool:
    """Whether a firm's name that it writes as one word stands as several common nouns: `패션 플랫폼`."""
    if any(one.type != "company" or surface in one.names for one in organizations):
        return False
    return is_noun_phrase(surface)


def _is_distinct(surface: str) -> bool:
    """Capitals of three letters or more, or letters of two scripts, are no ordinary word."""
    return (surface.isascii() and surface.isupper() and len(surface) >= 3) or bool(
        re.search(r"[A-Za-z]", surface) and re.search(r"[가-힣]", surface)
    )


def is_credit(full: str, start: int, end: int) -> bool:
    """Whether who stands there has no part in the story: an outlet, a photographer, the exchange of a ticker."""
    before, after = full[max(0, start - 8) : start], full[end : end + 16]
    if _CREDIT_SLASH.search(before) and after.lstrip().startswith("제공"):
        return True
    return bool(_CREDIT_BEFORE.search(before) or _CREDIT_AFTER.match(after) or _TICKER_AFTER.match(after))


def _looks_like_firm(full: str, mention: Mention) -> bool:
    before, after = full[max(0, mention.start - 6) : mention.start], full[mention.end : mention.end + 12]
    if _FIRM_AROUND.search(before) or _FIRM_AFTER.match(after):
        return True
    latin = mention.surface.isascii() and mention.surface[:1].isupper()
    return latin or (len(mention.organizations) > 1 and bool(_LISTED_AROUND.match(after))) or len(mention.surface) >= 4


def without_overlaps(mentions: Sequence[Mention]) -> list[Mention]:
    """The longest mention at each place, the table's before others of the same length; in order of place."""
    chosen: list[Mention] = []
    for mention in sorted(mentions, key=lambda one: (-(one.end - one.start), not one.organizations, one.start)):
        if all(mention.end <= other.start or mention.start >= other.end for other in chosen):
            chosen.append(mention)
    return sorted(chosen, key=lambda one: one.start)
