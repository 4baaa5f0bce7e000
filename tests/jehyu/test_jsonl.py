"""`jehyu extract --jsonl`: the contract for lines in and lines out."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from jehyu.jsonl import BATCH, BadArticle, extract_lines, parse_article

GOOD = {"id": "a", "url": None, "title": None, "text": "본문", "published": "2025-02-04", "lang": "ko"}


def echo(articles: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for article in articles:
        yield {"id": article["id"], "events": []}


def answers(*lines: bytes) -> list[dict[str, Any]]:
    return [json.loads(answer) for answer in extract_lines(lines, echo)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "JSON object"),
        (b"\xff\xfe", "not UTF-8"),
        (b"{}", '"id"'),
        (b'{"id": true, "text": ""}', '"id"'),
        (b'{"id": "a"}', '"text"'),
        (b'{"id": "a", "text": 3}', '"text"'),
    ],
)
def test_a_line_that_is_no_article_is_told_what_is_wrong(line: bytes, message: str) -> None:
    with pytest.raises(BadArticle, match=message):
        parse_article(line)


def test_bad_lines_answer_in_their_place_and_the_rest_goes_on() -> None:
    good = json.dumps(GOOD).encode()
    got = answers(good, b"{broken", b"", json.dumps(GOOD | {"id": "b", "text": None}).encode(), good)
    assert [answer["id"] for answer in got] == ["a", None, "b", "a"]
    assert got[1]["error"].startswith("line 2: not JSON")
    assert got[2]["error"] == 'line 4: "text" must be a string'
    assert "error" not in got[0] and "error" not in got[3]


def test_order_holds_over_many_batches() -> None:
    count = 3 * BATCH + 1
    lines = [json.dumps(GOOD | {"id": number}).encode() if number % 7 else b"?" for number in range(count)]
    got = answers(*lines)
    assert [answer["id"] for answer in got] == [number if number % 7 else None for number in range(count)]
