"""What sticks to the end of a name that the table lacks: particles, titles, joining words, brackets, the next line."""

import re
from collections.abc import Sequence
from dataclasses import replace

from nlp.recognition import Mention
from nlp.unlisted_english import tells_kind_english

_HANGUL = re.compile(r"[가-힣]{2}$")
_BEFORE_HYPHEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{1,10}-$")
_HANGUL_RUN = re.compile(r"[가-힣]+")
_AFTER_CLOSED = ("은", "이", "을", "과")
_AFTER_OPEN = ("는", "가", "를", "와")
_AFTER_EITHER = ("의", "에")
# These end names too, so they are cut off only where the article has the name without them.
_DOUBTFUL = re.compile(r"(?:도|다|이다|이며|엔|에선|에서|에게|로|만|랑)$")
_JOINING = re.compile(r"(?<=..)\s(?:and|or|of|for|with|by|to|in|the)$")
_TITLE = re.compile(
    r"(?<=..)(?<!of\sthe)(?:['’]s)?,?\s(?:CEO|CTO|CFO|COO|Chief|Chair(?:man|woman)|(?:Vice\s)?President|(?:Managing\s)?Director|Founder)\b.*"
)
_OTHER_NAME = re.compile(r"(?<=..)\s?\([^()]*\)?$")
# Ends of names that look as if a particle stood there: 부산상의, 자문회의, 원익피앤이, 신경과, 카르티에.
_WHOLE = ("상의", "회의", "앤이", "씨이", "안과", "인과", "경과", "신과", "학과", "어린이", "카와", "띠에", "티에")
_SHORTEST = 2


def bare_names(mentions: Sequence[Mention], beside: Sequence[Mention] = ()) -> list[Mention]:
    """The same mentions, in the same order, those of unlisted names without what sticks to their end.

    `beside`: other mentions of the article, whose names tell which endings belong to a name.
    """
    known = {mention.surface for mention in (*mentions, *beside)}
    return [mention if mention.organizations else _bare(mention, known) for mention in mentions]


def whole_place(full: str, start: int, end: int) -> tuple[int, int]:
    """The place of a name with what the tagger cut off: `R-` of `R-Pharm`, `이` of `지피아이` (not a particle)."""
    hyphen = _BEFORE_HYPHEN.search(full, max(start - 12, 0), start) if full[start].isascii() else None
    start = hyphen.start() if hyphen else start
    following = _HANGUL_RUN.match(full, end)
    if following is None or not "가" <= full[end - 1] <= "힣":
        return start, end
    other = _AFTER_OPEN if final_sound(full[end - 1]) else _AFTER_CLOSED
    return start, end + (following.group() in other)


def final_sound(syllable: str) -> int:
    """The final consonant of a Hangul syllable, by its place among the 27 (8 is ㄹ); 0 for an open one."""
    return (ord(syllable) - ord("가")) % 28


def _bare(mention: Mention, known: set[str]) -> Mention:
    name = mention.surface.partition("\n")[0].rstrip()
    name = name if tells_kind_english(name) else _TITLE.sub("", name)
    name = _JOINING.sub("", _without_bracket(name))
    ending = _particle(name) or _doubtful_particle(name, known)
    name = name[: len(name) - len(ending)]
    if name == mention.surface or len(name) < _SHORTEST:
        return mention
    return replace(mention, end=mention.start + len(name), surface=name)


def _without_bracket(name: str) -> str:
    """`Leon Power)` without what it closes, `나래로보(NRB)` without the other name, which linking reads by itself."""
    opened = name.count("(") - name.count(")")
    return name[:opened].rstrip() if opened < 0 else _OTHER_NAME.sub("", name)


def _particle(name: str) -> str:
    """A particle that fits the sound before it; of 13,000 names of the Jehyu corpus five end so without having one."""
    if not _HANGUL.search(name) or len(name) <= _SHORTEST or name.endswith(_WHOLE):
        return ""
    fitting = (*(_AFTER_CLOSED if final_sound(name[-2]) else _AFTER_OPEN), *_AFTER_EITHER)
    return name[-1] if name[-1] in fitting else ""


def _doubtful_particle(name: str, known: set[str]) -> str:
    ending = _DOUBTFUL.search(name)
    return ending.group() if ending and name[: ending.start()] in known else ""
