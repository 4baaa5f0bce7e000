"""`jehyu extract --jsonl`: articles in, events out, one a line, in input order. No database."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

Article = Mapping[str, Any]
ReadMany = Callable[[Iterable[Article]], Iterator[Mapping[str, Any]]]

BATCH = 256
"""Lines held at a time: enough to keep worker processes busy, little enough to stream."""


class BadArticle(ValueError):
    """A line that is no article; the message says what is wrong with it."""

    def __init__(self, message: str, article_id: object = None) -> None:
        super().__init__(message)
        self.article_id = article_id


def parse_article(line: bytes) -> dict[str, Any]:
    """One input line as an article; what its fields hold beyond `id` and `text` is for the reader to judge.

    Raises `BadArticle` when the line is no UTF-8 JSON object with an id and a text.
    """
    try:
        article = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadArticle(f"not UTF-8 (byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise BadArticle(f"not JSON: {error}") from None
    if not isinstance(article, dict):
        raise BadArticle(f"a JSON object is wanted, not {type(article).__name__}")
    identity = article.get("id")
    if not isinstance(identity, str | int) or isinstance(identity, bool):
        raise BadArticle('"id" must be a string or a number')
    if not isinstance(article.get("text"), str):
        raise BadArticle('"text" must be a string', identity)
    return article


def extract_lines(lines: Iterable[bytes], read_many: ReadMany) -> Iterator[str]:
    """For each line that is not blank, its JSON answer; a bad line gives one with ``error``, and the rest goes on."""
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    while batch := list(islice(numbered, BATCH)):
        parsed = [_parsed(number, line) for number, line in batch]
        answers = read_many(article for article, bad in parsed if not bad)
        for _article, bad in parsed:
            yield json.dumps(bad or next(answers), ensure_ascii=False)


def _parsed(number: int, line: bytes) -> tuple[Article, dict[str, Any] | None]:
    """The article, or what to answer to a line that is none."""
    try:
        return parse_article(line), None
    except BadArticle as error:
        return {}, {"id": error.article_id, "events": [], "error": f"line {number}: {error}"}
