"""Article text that a page carries only as data for its scripts, as Next.js pages do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_NEXT_DATA = re.compile(r'<script[^>]+id="__NEXT_DATA__"[^>]*>(.*?)</script>', re.DOTALL)
_NEXT_PUSH = re.compile(r'self\.__next_f\.push\(\[\d+,\s*("(?:[^"\\]|\\.)*")\s*\]\)', re.DOTALL)
_TEXT_ROW = re.compile(r"(?:^|\n)[0-9a-f]+:T([0-9a-f]+),")
_PARAGRAPHS = re.compile(r"<p[\s>]|<br\s*/?>|</p>|\n", re.IGNORECASE)
_SHORTEST = 100


def text_in_scripts(html: str) -> str | None:
    """The longest piece of running text in the page's script data, as HTML, or None where there is none."""
    candidates = [text for text in _strings(html) if len(text) >= _SHORTEST and _PARAGRAPHS.search(text)]
    return max(candidates, key=_sentences, default=None)


def _strings(html: str) -> Iterator[str]:
    if match := _NEXT_DATA.search(html):
        yield from _walk(_json(match.group(1)))
    stream = "".join(piece for m in _NEXT_PUSH.finditer(html) if isinstance(piece := _json(m.group(1)), str))
    for row in _TEXT_ROW.finditer(stream):
        # The length counts bytes of UTF-8.
        rest = stream[row.end() : row.end() + int(row.group(1), 16)]
        yield rest.encode()[: int(row.group(1), 16)].decode("utf-8", "ignore")
    for line in stream.split("\n"):
        _, _, value = line.partition(":")
        if value.startswith(("[", "{", '"')):
            yield from _walk(_json(value))


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _walk(data: Any) -> Iterator[str]:
    stack = [data]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            stack.extend(item.values())


def _sentences(text: str) -> int:
    return len(re.findall(r"[다요까][.!?]|[a-z][.!?](?=[\s<\"”]|$)", text))
