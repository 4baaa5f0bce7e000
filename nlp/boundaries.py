"""Where a name begins and ends, when rules and encoder disagree: `Eye` of `Third Eye`, `Jebel Fund of Abu Dhabi`.

Rules see capitals, particles and endings, the encoder sees the sentence. In 1,496 articles that it had not seen, of
145 cases that `is_outdone` lets through its bounds were right in 112, those of the rules in 13.
"""

import re

from nlp.article import has_hangul
from nlp.gazetteer import fold
from nlp.matching import PARTICLES
from nlp.places import is_place
from nlp.recognition import Mention
from nlp.tokenizer import is_common_noun
from nlp.unlisted import is_tail_word

_SURE_OF_LONGER = 0.9
_SURE_OF_SHORTER = 0.97
_BRANCH = re.compile(r"(?:법인|지사|지점|본사|본부|지부)$")


def is_outdone(full: str, found: Mention, tagged: Mention, probability: float) -> bool:
    """Whether the encoder's name, `tagged` with this probability, stands instead of one that rules `found` there."""
    if "\n" in tagged.surface or (found.start, found.end) == (tagged.start, tagged.end):
        return False
    if found.organizations and found.source != "doubtful":  # a doubtful one may be a word: `Line` in `Garam Line`
        return False
    if tagged.start <= found.start and found.end <= tagged.end:
        left, right = full[tagged.start : found.start], full[found.end : tagged.end]
        longer = fold(found.surface) != fold(tagged.surface) and _is_part(full, left, right, tagged.surface)
        return longer and probability >= _SURE_OF_LONGER
    if found.start <= tagged.start and tagged.end <= found.end and not found.organizations:
        return probability >= _SURE_OF_SHORTER and _may_be_shorter(full, found, tagged)
    return False


def _is_part(full: str, left: str, right: str, name: str) -> bool:
    """Whether what stands around a shorter name may belong to the longer one: no nation before, no particle after."""
    if is_place(left.strip()):
        return False
    if right and right == right.lstrip():
        return not PARTICLES.fullmatch(right) or _bears_particle(full, name)
    words = right.split()
    return not words or not all(_tells_part(word) for word in words)


def _bears_particle(full: str, name: str) -> bool:
    """Whether a particle or bracket follows the name somewhere: what it ends with, `스킨아틀리에`, is then none."""
    return re.search(rf"{re.escape(name)}(?:\(|[은는이가을를와과의](?![가-힣]))", full) is not None


def _tells_part(word: str) -> bool:
    """`이사회`, `노조`, `한국법인` of a firm."""
    return bool(_BRANCH.search(word)) or (is_common_noun(word) and not is_tail_word(word))


def _may_be_shorter(full: str, found: Mention, tagged: Mention) -> bool:
    """`Fund of Abu Dhabi`, `이음퀀텀 연구원`; in Korean whole words only, as a syllable may be the name's."""
    if not has_hangul(found.surface):
        return True
    return found.source == "suffix" and found.start == tagged.start and full[tagged.end] == " "
