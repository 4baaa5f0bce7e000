"""Days and months named in a sentence, resolved against the day of publication.

A resolved date is `YYYY-MM-DD`, `YYYY-MM`, `YYYY-Qn` or `YYYY`; its precision says which.  Which of them is the day of
a deal is decided by `deal_date`: the day of signing if said, else the day of announcement.
"""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number for number, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}
_ENGLISH_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"

_KOREAN = re.compile(
    r"""
    (?P<year>(?:19|20)\d\d)[년.\-/]\s?(?P<month>\d{1,2})[월.\-/]\s?(?P<day>\d{1,2})(?:일|\b)
    | (?P<ym_year>(?:19|20)\d\d)년\s?(?P<ym_month>\d{1,2})월
    | (?P<md_when>지난해|작년|올해|내년|지난|오는|재작년)?\s?(?<!\d)(?P<md_month>1[0-2]|[1-9])월\s?(?P<md_day>3[01]|[12]\d|[1-9])일
    | (?P<m_when>지난해|작년|올해|내년|지난|오는|재작년)?\s?(?<![\d~])(?P<m_month>1[0-2]|[1-9])월(?!간|요)
    | (?P<d_when>지난달|전달|이달|내달|다음\s?달|지난|오는)?\s?(?<![\d.,~])(?P<d_day>3[01]|[12]\d|[1-9])일(?!간|차|째|정|상|만|본|부\b|반)
    | (?P<day_word>이날|같은\s?날|당일|오늘|전날|어제|전일|내일)
    | (?P<month_word>지난달|지난\s달|전달|이달|이번\s달|내달|다음\s?달)
    | (?:(?P<q_when>지난해|작년|올해|내년|(?:19|20)\d\d년)\s?)?(?P<quarter>[1-4])분기
    | (?P<year_only>(?:19|20)\d\d)년
    | (?P<year_word>지난해|작년|올해|내년|재작년)
    """,
    re.X,
)
_ENGLISH = re.compile(
    rf"""
    (?P<iso>\b(?:19|20)\d\d-\d\d-\d\d\b)
    | (?P<e_last>\blast\s+)?\b(?P<e_month>{_ENGLISH_MONTH})\s+(?P<e_day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b(?:,?\s+(?P<e_year>(?:19|20)\d\d)\b)?
    | \b(?P<b_day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<b_month>{_ENGLISH_MONTH})(?:,?\s+(?P<b_year>(?:19|20)\d\d)\b)?
    | \b(?P<y_month>{_ENGLISH_MONTH}),?\s+(?:of\s+)?(?P<y_year>(?:19|20)\d\d)\b
    | \b(?P<o_when>last|this|next|in|since|early|late|earlier\s+in|of|by)\s+(?P<o_month>{_ENGLISH_MONTH})(?!\.?\s+\d{{1,2}}\b)
    | \b(?P<weekday_next>next\s+)?(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b
    | \b(?:on\s+)?the\s+(?P<the_day>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)\b(?!\s+(?:[a-z]+\s+)?(?:anniversary|edition|century|floor|largest|annual))
    | \b(?P<e_word>today|yesterday|tomorrow|the\s+same\s+day|(?:the|a)\s+(?:previous\s+day|day\s+(?:before|earlier)))\b
    | \b(?P<e_month_word>last\s+month|this\s+month|next\s+month)\b
    | \b(?:(?P<eq_quarter>first|second|third|fourth)\s+quarter|Q(?P<eq_number>[1-4]))(?:\s+(?:of\s+)?(?P<eq_year>(?:19|20)\d\d))?\b
    | \b(?P<e_year_word>last\s+year|this\s+year|next\s+year)\b
    | \b(?:in|since|by|of)\s+(?P<e_year_only>(?:19|20)\d\d)\b
    """,
    re.X | re.I,
)
_AUXILIARY_MAY = re.compile(r"\bmay\b(?!\s+\d)")


class DateMention(NamedTuple):
    """`value` is null where the words do not tell (a day without month or publication day)."""

    start: int
    end: int
    value: str | None
    precision: str | None


class DealDay(NamedTuple):
    """When a deal happened; `announced`: what is said is only when it was told of."""

    value: str | None
    precision: str | None
    announced: bool


NO_DAY = DealDay(None, None, False)


def find_dates(text: str, published: date | None, lang: str, said_day: date | None = None) -> list[DateMention]:
    """Every date in `text`, in order. `said_day` is the last full day named before, which "이날" points back to."""
    found: list[DateMention] = []
    for match in (_KOREAN if lang == "ko" else _ENGLISH).finditer(text):
        if lang == "en" and _AUXILIARY_MAY.search(match.group()):
            continue
        value = _resolve(match, published, said_day) if lang == "ko" else _resolve_english(match, published, said_day)
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        found.append(DateMention(start, match.end(), value, _precision(value)))
        if value is not None and len(value) == 10:
            said_day = date.fromisoformat(value)
    return found


def _precision(value: str | None) -> str | None:
    if value is None:
        return None
    if "Q" in value:
        return "quarter"
    return {4: "year", 7: "month", 10: "day"}[len(value)]


def _resolve(match: re.Match[str], published: date | None, said_day: date | None) -> str | None:
    group = match.groupdict()
    if group["year"]:
        return _day(int(group["year"]), int(group["month"]), int(group["day"]))
    if group["ym_year"]:
        return _month(int(group["ym_year"]), int(group["ym_month"]))
    if group["year_only"]:
        return str(group["year_only"])
    if group["q_when"] and group["q_when"].endswith("년") and group["q_when"][:2] in ("19", "20"):
        return f"{group['q_when'][:4]}-Q{group['quarter']}"
    if published is None:
        return None
    if group["md_month"]:
        year = _year_of(published, int(group["md_month"]), int(group["md_day"]), group["md_when"])
        return _day(year, int(group["md_month"]), int(group["md_day"]))
    if group["m_month"]:
        return _month(_year_of(published, int(group["m_month"]), None, group["m_when"]), int(group["m_month"]))
    if group["d_day"]:
        return _day_of_month(published, int(group["d_day"]), group["d_when"], said_day)
    if group["day_word"]:
        return _day_word(published, group["day_word"], said_day)
    if group["month_word"]:
        return _shifted_month(published, _month_shift(group["month_word"]))
    if group["quarter"]:
        return f"{published.year + _year_shift(group['q_when'])}-Q{group['quarter']}"
    return str(published.year + _year_shift(group["year_word"]))


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _month(year: int, month: int) -> str | None:
    return f"{year}-{month:02d}" if 1 <= month <= 12 else None


def _year_shift(word: str | None) -> int:
    return {"지난해": -1, "작년": -1, "재작년": -2, "내년": 1}.get(word or "", 0)


def _month_shift(word: str) -> int:
    word = word.replace(" ", "")
    return -1 if word in ("지난달", "전달") else 1 if word in ("내달", "다음달") else 0


def _shifted_month(published: date, shift: int) -> str:
    first = published.replace(day=1)
    moved = first - timedelta(days=1) if shift < 0 else first + timedelta(days=32) if shift > 0 else first
    return f"{moved.year}-{moved.month:02d}"


def _year_of(published: date, month: int, day: int | None, when: str | None) -> int:
    """A month without a year is the nearest one, and on the side of now that 지난 or 오는 says."""
    if when in ("지난해", "작년", "재작년", "내년", "올해"):
        return published.year + _year_shift(when)
    here = (month, day or 1) > (published.month, published.day)
    if when == "오는":
        return published.year + (0 if (month, day or 31) >= (published.month, published.day) else 1)
    if when == "지난":
        return published.year - (1 if here else 0)
    ahead = (month - published.month) % 12
    return published.year + (
        1 if month < published.month and ahead <= 3 else -1 if month > published.month and ahead >= 6 else 0
    )


def _day_of_month(published: date, day: int, when: str | None, said_day: date | None) -> str | None:
    when = (when or "").replace(" ", "")
    if when in ("지난달", "전달", "이달", "내달", "다음달"):
        year, month = map(int, _shifted_month(published, _month_shift(when)).split("-"))
        return _day(year, month, day)
    if when == "오는":
        shift = 0 if day >= published.day else 1
    else:
        shift = 0 if day <= published.day + (0 if when == "지난" else 2) else -1
    year, month = map(int, _shifted_month(published, shift).split("-"))
    return _day(year, month, day)


def _day_word(published: date, word: str, said_day: date | None) -> str:
    word = word.replace(" ", "")
    if word in ("이날", "같은날", "당일") and said_day is not None:
        return said_day.isoformat()
    if word in ("전날", "전일"):
        return ((said_day or published) - timedelta(days=1)).isoformat()
    return (published + timedelta(days={"어제": -1, "내일": 1}.get(word, 0))).isoformat()


def _resolve_english(match: re.Match[str], published: date | None, said_day: date | None) -> str | None:
    group = match.groupdict()
    if group["iso"]:
        return _day(*map(int, group["iso"].split("-")))
    for prefix in ("e", "b"):
        if group[f"{prefix}_month"]:
            month, day = _month_number(group[f"{prefix}_month"]), int(group[f"{prefix}_day"])
            if group[f"{prefix}_year"]:
                return _day(int(group[f"{prefix}_year"]), month, day)
            when = "지난" if prefix == "e" and group["e_last"] else None
            return _day(_year_of(published, month, day, when), month, day) if published else None
    if group["y_month"]:
        return _month(int(group["y_year"]), _month_number(group["y_month"]))
    if group["e_year_only"]:
        return str(group["e_year_only"])
    if group["eq_year"]:
        return f"{group['eq_year']}-Q{_quarter(group)}"
    if published is None:
        return None
    return _relative_english(group, published, said_day)


def _relative_english(group: dict[str, str | None], published: date, said_day: date | None) -> str | None:
    if group["o_month"]:
        month = _month_number(group["o_month"])
        when = {"last": "지난", "next": "오는"}.get((group["o_when"] or "").lower())
        return _month(_year_of(published, month, None, when), month)
    if group["weekday"]:
        back = (published.weekday() - _WEEKDAYS[group["weekday"].lower()]) % 7
        return (published + timedelta(days=7 - back if group["weekday_next"] else -back)).isoformat()
    if group["the_day"]:
        return _day_of_month(published, int(group["the_day"]), None, said_day)
    if group["e_word"]:
        word = " ".join(group["e_word"].lower().split())
        if word.startswith(("the ", "a ")):
            anchor = said_day or published
            return (anchor - timedelta(days=0 if "same" in word else 1)).isoformat()
        return (published + timedelta(days={"yesterday": -1, "tomorrow": 1}.get(word, 0))).isoformat()
    if group["e_month_word"]:
        return _shifted_month(published, {"last": -1, "this": 0, "next": 1}[group["e_month_word"].split()[0].lower()])
    if group["e_year_word"]:
        return str(published.year + {"last": -1, "this": 0, "next": 1}[group["e_year_word"].split()[0].lower()])
    return f"{published.year}-Q{_quarter(group)}"


def _month_number(name: str) -> int:
    return _MONTHS[name.lower().rstrip(".")]


def _quarter(group: dict[str, str | None]) -> int:
    word = group["eq_quarter"]
    return {"first": 1, "second": 2, "third": 3, "fourth": 4}[word.lower()] if word else int(group["eq_number"] or 1)


# What follows a date that is no day of a deal: an end, a start of validity, an age, a period.
_NOT_THE_DAY = re.compile(
    r"\s?(?:까지|부터|이후|이전|전까지|내로|이래|~|∼|-\d|말까지|안에|목표|출범|설립|창립|출시|개막|열리는)|일까지"
)
_ANNOUNCES = re.compile(
    r"^[^가-힣]{0,3}(?:오전|오후|현지\s?시간|\(현지시간\)|[가-힣]{2,8}(?:을|를)\s통해|\s|공시를\s통해|,)*"
    r"(?:밝혔|밝힌|전했|발표|공시|알렸|말했|공개|보도|설명|업계|관련\s?업계|[가-힣]+에\s따르면)"
)
# `24일 A는 B와 협약을 체결했다고 밝혔다`: a day that opens the sentence is that of its verb.
_ANNOUNCED_AT_END = re.compile(r"고\s(?:밝혔|밝힌|발표|공시|전했|알렸)[^.]{0,12}\.?$")
_DEED = re.compile(r"^\s?(?:\S{1,12}\s){0,2}(?:체결|맺|서명|조인)")
_ANNOUNCES_EN = re.compile(
    r"\b(?:said|says|announce[sd]?|told|confirm(?:ed|s)|disclosed|reported|unveiled|revealed|statement|filing|release|call)\b"
    r"(?:(?!\b(?:sign|ink|seal|agree|conclu|contract|struck|acqui|invest|select)\w*)[^.;\d]){0,60}$",
    re.I,
)
_NOT_THE_DAY_EN = re.compile(
    r"\b(?:until|by|since|through|from|before|after|ends?|due|starting|effective)\s+(?:\w+\s+)?$", re.I
)
# A firm was founded in a month or year; a venture, on the day that is news.
_FOUNDED_EN = re.compile(r"\b(?:founded|established)\s+(?:\w+\s+)?$", re.I)
# `SEOUL, March 4, 2026 /Wire/ --`: a headline's place and day, which are those of the announcement.
_DATELINE_BEFORE = re.compile(r"^\W*(?:[A-Z][\w.'-]*(?:\s(?:and|of)\s|[\s,/]+))+\(?$")
_DATELINE_AFTER = re.compile(r"^\)?[,.]?\s*(?:\([^)]{2,40}\)|/[^/]{2,40}/)?\s*(?:--|[–—-])\s")


def deal_date(text: str, mentions: Iterable[DateMention], cue: int, lang: str) -> DealDay:
    """The day of the deal whose cue word stands at `cue` in `text`, from the dates the sentence names.

    The date of the deed comes before the date of the announcement; a day comes before a month. Quarters and years are no
    date of a deal (annotation guide): they give NO_DAY.
    """
    best: tuple[int, DealDay] | None = None
    for mention in mentions:
        if mention.precision not in ("day", "month"):
            continue
        before, after = text[: mention.start], text[mention.end :]
        if lang == "ko" and _NOT_THE_DAY.match(after):
            continue
        if lang == "en" and _is_other_day_english(before, mention.precision):
            continue
        announced = (_announces if lang == "ko" else _announces_english)(before, after)
        rank = _rank(mention, announced, bool(_DEED.match(after)), cue)
        if best is None or rank > best[0]:
            best = (rank, DealDay(mention.value, mention.precision, announced))
    return best[1] if best else NO_DAY


def _is_other_day_english(before: str, precision: str) -> bool:
    """Whether an English date behind `before` is an end, a start of validity, or when a firm was founded."""
    return bool(_NOT_THE_DAY_EN.search(before) or (precision != "day" and _FOUNDED_EN.search(before)))


def _announces(before: str, after: str) -> bool:
    """Whether a Korean date between the two says when a deal was told of."""
    return bool(_ANNOUNCES.match(after)) or bool(not before.strip() and _ANNOUNCED_AT_END.search(after))


def _announces_english(before: str, after: str) -> bool:
    """Whether an English date between the two says when a deal was told of."""
    if _ANNOUNCES_EN.search(before):
        return True
    return bool(_DATELINE_BEFORE.match(before) and _DATELINE_AFTER.match(after))


def _rank(mention: DateMention, announced: bool, deed: bool, cue: int) -> int:
    score = 400 * (mention.precision == "day") + 150 * (deed - announced)
    distance = cue - mention.end if mention.end <= cue else 60 + (mention.start - cue)
    return score - min(distance, 140)
