"""One article as the reader sees it: checked, with its language known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

LANGUAGES = ("ko", "en")
MAX_CHARACTERS = 200_000
"""Longer text is no article (a log, a whole issue); reading it would only cost time."""

_KST = timezone(timedelta(hours=9))
_HANGUL = re.compile(r"[가-힣]")
_LATIN = re.compile(r"[A-Za-z]")


class ArticleError(ValueError):
    """An article breaks the contract; the message names the field and what it must hold."""


@dataclass(frozen=True, slots=True)
class Article:
    """`full` is what every offset counts in: title, a line break, text. `published` is the day in Korea."""

    id: Any
    title: str
    text: str
    published: date | None
    lang: str

    @property
    def full(self) -> str:
        return f"{self.title}\n{self.text}"


def parse_article(row: object) -> Article:
    """The article in a line of the extraction contract. Raises ArticleError if the line breaks it."""
    if not isinstance(row, Mapping):
        raise ArticleError(f"an article must be an object, not {type(row).__name__}")
    title, text = _string(row, "title"), _string(row, "text")
    if len(title) + len(text) > MAX_CHARACTERS:
        raise ArticleError(f"text: longer than {MAX_CHARACTERS:,} characters; split it into articles")
    return Article(row.get("id"), title, text, _day(row.get("published")), _language(row.get("lang"), title + text))


def _string(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ArticleError(f"{field}: must be a string or null, not {type(value).__name__}")
    return value


def _day(value: object) -> date | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ArticleError(f"published: must be an ISO date or time or null, not {type(value).__name__}")
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise ArticleError(f"published: {value!r} is no ISO date or time") from error
    return (moment.astimezone(_KST) if moment.tzinfo else moment).date()


def has_hangul(text: str) -> bool:
    """Whether a Korean syllable stands in `text`."""
    return _HANGUL.search(text) is not None


def _language(value: object, text: str) -> str:
    """The stated language, or Korean where at least every fifth letter is Hangul."""
    if isinstance(value, str) and value[:2].lower() in LANGUAGES:
        return value[:2].lower()
    if value is not None and not isinstance(value, str):
        raise ArticleError(f"lang: must be a string or null, not {type(value).__name__}")
    hangul, latin = len(_HANGUL.findall(text)), len(_LATIN.findall(text))
    return "ko" if hangul * 4 >= latin and hangul else "en"
