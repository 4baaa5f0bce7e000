"""Times as Korean outlets write them, read to the second where given. What carries no zone is Korean time."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

KST = timezone(timedelta(hours=9), "KST")
_FURTHEST = timedelta(hours=14)  # from Greenwich; what is written beyond is no zone

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr)}
_ZONES = {"KST": KST, "GMT": UTC, "UTC": UTC, "Z": UTC}

_CLOCK = r"(?:(?P<half>오전|오후|AM|PM)\s*)?(?P<H>\d{1,2})[:시]\s?(?P<M>\d{2})분?(?::?\s?(?P<S>\d{2})초?)?(?:[.,]\d+)?"
_HALF_AFTER = r"(?:\s?(?P<half2>[AaPp])\.?[Mm]\.?)?"
_ZONE = r"\s?(?P<zone>Z\b|KST\b|GMT\b|UTC\b|[+-]\d{2}:?\d{2})?"
_YMD = r"(?P<Y>(?:19|20)\d{2})\s?[-./년]\s?(?P<m>\d{1,2})\s?[-./월]\s?(?P<d>\d{1,2})(?!\d)[.일]?"
_NAMED = r"(?P<name>[A-Z][a-z]{2})[a-z]*\.?"

# The first that fits, left to right in the text, wins; the order decides between those that fit at one place.
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"{_YMD}(?:\s*\([월화수목금토일]\)\s*|\s*[,T]\s?|\s+){_CLOCK}{_ZONE}",
        rf"(?<!\d)(?P<Y>\d{{2}})[-./](?P<m>\d{{2}})[-./](?P<d>\d{{2}})\s+{_CLOCK}",
        rf"(?<!\d)(?P<d>\d{{1,2}})\s{_NAMED},?\s(?P<Y>\d{{4}}),?\s+(?:at\s)?{_CLOCK}{_HALF_AFTER}{_ZONE}",
        rf"{_NAMED}\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<Y>\d{{4}}),?\s+(?:at\s)?{_CLOCK}{_HALF_AFTER}{_ZONE}",
        rf"{_CLOCK}{_HALF_AFTER},?\s{_NAMED}\s(?P<d>\d{{1,2}}),\s(?P<Y>\d{{4}})",
        rf"(?<!\d)(?P<d>\d{{1,2}})\s(?P<m>\d{{2}})\s(?P<Y>\d{{4}})\s{_CLOCK}{_ZONE}",
        r"(?<!\d)(?P<Y>20\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)(?P<H>[0-2]\d)(?P<M>[0-5]\d)(?P<S>[0-5]\d)?",
        _YMD,
        rf"{_NAMED}\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<Y>\d{{4}})",
        rf"(?<!\d)(?P<d>\d{{1,2}})\s{_NAMED},?\s(?P<Y>\d{{4}})",
        r"(?<!\d)(?P<Y>20\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)",
        rf"(?<![\d.])(?P<m>\d{{2}})[-.](?P<d>\d{{2}})\s+{_CLOCK}",
    )
)
_RFC_822 = re.compile(r"(?:[A-Z][a-z]{2},\s?)?\d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d\d")
_AGO = re.compile(r"(?<!\d)(\d{1,4})\s?(분|시간|일|minutes?|mins?|hours?|days?)\s?(?:전|ago)")
_UPDATED = re.compile(r"최종\s?수정|수정|업데이트|Updated?|Modified", re.IGNORECASE)


def parse_date(value: object, now: datetime | None = None) -> datetime | None:
    """The first time in `value` (text, or seconds or milliseconds since 1970), aware; None where there is none.

    `now` (default: the clock) gives what a list page leaves out: the year of ``07-13 11:20``, the base of ``3분 전``.
    Times before 1990 or more than a day after `now` are no publication times and give None.
    """
    now = now or datetime.now(KST)
    if isinstance(value, int | float):
        return _plausible(_from_epoch(value), now)
    text = str(value or "").strip()
    if not text:
        return None
    return _standard(text, now) or next(find_dates(text, now), None)


def find_dates(text: str, now: datetime | None = None) -> Iterator[datetime]:
    """Every time written in `text`, in order."""
    now = now or datetime.now(KST)
    position = 0
    while match := _first(text, position):
        position = match.end()
        if (found := _plausible(_build(match, now), now)) is not None:
            yield found
    if position == 0 and (ago := _AGO.search(text)):
        yield now - _span(int(ago.group(1)), ago.group(2))


def published_and_updated(text: str, now: datetime | None = None) -> tuple[datetime | None, datetime | None]:
    """Both times of a date line such as ``입력 2026.01.06. 08:15 수정 2026.01.06. 09:00``."""
    parts = _UPDATED.split(text, maxsplit=1)
    published = next(find_dates(parts[0], now), None)
    updated = next(find_dates(parts[1], now), None) if len(parts) > 1 else None
    return published or (updated if len(parts) > 1 else None), updated


def date_in(url: str, now: datetime | None = None) -> datetime | None:
    """The time that an article's address carries, as a path (/2025/02/04/) or an id that begins with it."""
    if path := re.search(r"/(20\d{2})/?([01]\d)/?([0-3]\d)(?:/|$)", url):
        return parse_date("-".join(path.groups()), now)
    for digits in re.findall(r"(?<!\d)20\d{6,18}|(?<=[A-Za-z])20\d{6,18}", url):
        if found := parse_date(digits[:14], now) or parse_date(digits[:12], now) or parse_date(digits[:8], now):
            return found
    return None


def _standard(text: str, now: datetime) -> datetime | None:
    """ISO 8601 and RFC 822, left to the standard library."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        if read is parsedate_to_datetime and not _RFC_822.match(text):
            continue
        try:
            found = read(text)
        except (ValueError, IndexError, TypeError, OverflowError):
            continue
        # RFC 822 in Korean feeds: "KST" and "+09:00" come out without a zone, and without a zone means Korean time.
        if found.tzinfo is None:
            tail = re.search(_ZONE + "$", text)
            found = found.replace(tzinfo=_zone(tail.group("zone") if tail else None))
        return _plausible(found, now)
    return None


def _first(text: str, position: int) -> re.Match[str] | None:
    matches = [m for shape in _SHAPES if (m := shape.search(text, position))]
    return min(matches, key=lambda m: m.start(), default=None)


def _build(match: re.Match[str], now: datetime) -> datetime | None:
    part = match.groupdict()
    month = int(part["m"]) if part.get("m") else _MONTHS.get((part.get("name") or "").lower(), 0)
    hour = int(part.get("H") or 0)
    half = (part.get("half") or part.get("half2") or "").upper()
    if half in ("오후", "PM", "P") and hour < 12:
        hour += 12
    elif half in ("오전", "AM", "A") and hour == 12:
        hour = 0
    year = part.get("Y")
    try:
        found = datetime(
            int(year) + (2000 if len(year) == 2 else 0) if year else now.year,
            month, int(part["d"]), hour, int(part.get("M") or 0), int(part.get("S") or 0),
            tzinfo=_zone(part.get("zone")),
        )  # fmt: skip
        if year is None and found > now + timedelta(days=1):
            found = found.replace(year=found.year - 1)  # December's articles, seen in January
    except (ValueError, OverflowError):
        return None
    return found


def _zone(written: str | None) -> timezone:
    if not written:
        return KST
    if written in _ZONES:
        return _ZONES[written]
    sign = -1 if written[0] == "-" else 1
    digits = written[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(sign * offset) if offset <= _FURTHEST else KST


def _from_epoch(value: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, KST)
    except (OverflowError, ValueError, OSError):
        return None


def _span(count: int, unit: str) -> timedelta:
    if unit.startswith(("분", "min")):
        return timedelta(minutes=count)
    return timedelta(hours=count) if unit.startswith(("시간", "hour")) else timedelta(days=count)


def _plausible(found: datetime | None, now: datetime) -> datetime | None:
    return found if found and found.year >= 1990 and found <= now + timedelta(days=1) else None
