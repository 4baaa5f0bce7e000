"""Days and times as people write them in Korean and English."""

from datetime import date, datetime, timedelta, timezone

KST = timezone(timedelta(hours=9))


def long_date(value: str | None, korean: bool) -> str:
    """A day, month or year as people write it: "2025년 3월 21일", "21 Mar 2025"; an empty string for None."""
    if not value:
        return ""
    parts = value[:10].split("-")
    if len(parts) == 1:
        return f"{value}년" if korean else value
    try:
        moment = date(int(parts[0]), int(parts[1]), int(parts[2]) if len(parts) > 2 else 1)
    except ValueError:  # a quarter, "2025-Q1", or something a person wrote
        return value
    if len(parts) == 2:
        return f"{moment.year}년 {moment.month}월" if korean else f"{moment:%b %Y}"
    return f"{moment.year}년 {moment.month}월 {moment.day}일" if korean else f"{moment.day} {moment:%b %Y}"


def long_moment(value: str | None, korean: bool) -> str:
    """A stored time in Korean time, to the minute; an empty string for None."""
    if not value:
        return ""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo:
        moment = moment.astimezone(KST)
    return f"{long_date(moment.date().isoformat(), korean)} {moment:%H:%M}"
