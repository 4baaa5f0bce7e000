"""What an unlisted name has lost at its beginning or has before it: `캐피털` of `트러스타 캐피털`, `확장우리카드`."""

import re
from dataclasses import replace

from nlp.gazetteer import Gazetteer
from nlp.places import is_place
from nlp.recognition import Mention
from nlp.tokenizer import is_bare_noun, is_common_noun
from nlp.unlisted import is_tail_word

_WORD_BEFORE = re.compile(r"(?<![가-힣A-Za-z0-9])([가-힣A-Za-z0-9&]{2,}) $")
# Whose it is, the word before says.
_OFFICE = re.compile(r"(?:투자|투자진흥|관광|교육|개발|조달|경찰|항공우주)청|(?:주|시)?정부|중앙은행")
_LONGEST_WORD = 20
_SHORTEST_LISTED = 4  # a shorter listed name may be the end of any other


def whole_name(full: str, mention: Mention, gazetteer: Gazetteer) -> Mention | None:
    """The mention with its beginning mended; None where nothing is left but words that end other names."""
    if mention.organizations:
        return mention
    return _listed_end(mention, gazetteer) or _with_words_before(full, mention)


def _listed_end(mention: Mention, gazetteer: Gazetteer) -> Mention | None:
    """`우리카드` of `확장우리카드`: a scraper ran the end of a caption or headline and the listed name together."""
    name = mention.surface
    for cut in range(2, len(name) - _SHORTEST_LISTED + 1):
        before, rest = name[:cut], name[cut:]
        # The table first: Kiwi, which tells the nouns, takes many times as long.
        if len(found := gazetteer.lookup(rest)) == 1 and (rest.startswith(before) or is_common_noun(before)):
            return Mention(mention.start + cut, mention.end, rest, tuple(found), "table")
    return None


def _with_words_before(full: str, mention: Mention) -> Mention | None:
    if _OFFICE.fullmatch(mention.surface):
        nation = _word_before(full, mention)
        return _with_word(full, mention, nation) if nation and is_place(nation) else None
    while all(is_tail_word(word) for word in mention.surface.split()):
        before = _word_before(full, mention)
        if before is None or is_place(before) or is_common_noun(before) or not is_bare_noun(before):
            return None
        mention = _with_word(full, mention, before)
    return mention


def _word_before(full: str, mention: Mention) -> str | None:
    found = _WORD_BEFORE.search(full[max(0, mention.start - _LONGEST_WORD) : mention.start])
    return found[1] if found else None


def _with_word(full: str, mention: Mention, word: str) -> Mention:
    """The mention from the word before it on; one space stands between."""
    start = mention.start - len(word) - 1
    return replace(mention, start=start, surface=full[start : mention.end])
