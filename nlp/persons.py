"""Which Korean names are persons', and where a person's name follows the firm's."""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import re

POST_AFTER = re.compile(
    r"^\s?(?:신임\s|전\s|공동\s|각자\s)?(?:대표|회장|사장|부회장|부사장|전무|상무|이사|교수|의원|장관|차관|시장|군수|지사|총장|원장|병원장|소장|센터장|본부장|실장|팀장|단장|국장|총괄|수석|책임|부장|과장|연구원|애널리스트|"
    r"기자|특파원|감독|선수|씨|위원장|위원|대통령|총리|판사|검사|변호사|박사|CEO|CTO|CFO|COO|행장|매니저|디렉터|작가|배우|그룹장|사업부장)"
)
"""A person's post after a name."""
_PERSON_BEFORE = re.compile(r"(?:선수|골퍼|배우|가수|감독|작가|앵커|셰프|모델|교수|박사|변호사|대표|회장|사장|아나운서|유튜버|방송인)\s['‘]?$")
# 대표 and CEO follow a firm's name as often as a person's.
_TITLE_OF_PERSON = re.compile(
    r"^\s(?:신임\s|전\s|공동\s)?(?:회장|사장|부회장|부사장|전무|상무|교수|의원|장관|차관|연구원|애널리스트|감독|선수|위원장|변호사|박사|배우|작가)|^\s?씨(?![가-힣])"
)
# `허정무 나래생명 채널팀장`: a caption's person, the firm and the post; not `마키나 이상엽 대표`, a firm and its head.
_POST_AFTER_FIRM = re.compile(
    r"^\s(?P<firm>[^\s,.]{2,15})(?:\s[^\s,.]{2,12})?(?:\s|(?<=[가-힣]))(?:\S{0,8}(?:팀장|본부장|부장|실장|단장|총괄|센터장|전무|상무|사장|회장|대표))(?![가-힣]{2})"
)
_SURNAME = "[김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용]"
_LONG_SURNAME = "(?:남궁|제갈|선우|황보|독고)"
_PERSON_NAME = re.compile(rf"^(?:{_SURNAME}[가-힣]{{2}}|{_LONG_SURNAME}[가-힣]{{1,2}})$")
_CALLED = re.compile(rf"^(?:{_SURNAME}|{_LONG_SURNAME})[가-힣]{{1,2}}$")  # where a post follows, a short name is one too: `허민 단장`
_WORD_BEHIND = re.compile(r"\s([가-힣]{2,4})(?=\s|$)")


def is_person(name: str, full: str) -> bool:
    """Whether a name of two to four syllables that begins with a surname is called by a person's title anywhere."""
    if not _PERSON_NAME.match(name):
        return False
    places = [(match.start(), match.end()) for match in re.finditer(re.escape(name), full)]
    return any(
        _TITLE_OF_PERSON.match(full[end : end + 12])
        or _PERSON_BEFORE.search(full[max(0, start - 10) : start])
        or ((post := _POST_AFTER_FIRM.match(full[end : end + 40])) and not _PERSON_NAME.match(post["firm"]))
        for start, end in places
    )


def without_person(full: str, start: int, end: int) -> tuple[int, int]:
    """The place of a name without the person behind it: `하랑통신 윤가온 전무`, `하랑통신 윤가온` before `전무`."""
    for word in _WORD_BEHIND.finditer(full, start, end):
        if _CALLED.match(word[1]) and POST_AFTER.match(full[word.end() : word.end() + 14]):
            return start, word.start()
    return start, end
