"""The text of an HTML element as lines, split where a browser would break them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from bs4 import Comment, Tag
from bs4.element import NavigableString

BLOCKS = {
    "address", "article", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th",
    "tr", "ul",
}  # fmt: skip
# Selector of elements that never hold an article's text.
NEVER_TEXT = (
    "script, style, noscript, template, iframe, object, svg, canvas, button, form, select, textarea, nav, aside, ins, "
    "figure, figcaption, audio, video, footer, .caption, .img_desc, .photo-caption, .image-caption, "
    "[hidden], [aria-hidden=true]"
)


def lines_of(element: Tag) -> Iterator[tuple[str, Tag, float]]:
    """Each line that is not blank, the innermost block around its beginning, and which share of it is link text."""
    pieces: list[str] = []
    owner, linked = element, 0

    for text, block, in_link in _pieces(element, element, False):
        if text is None:
            if line := " ".join("".join(pieces).split()):
                yield line, owner, min(1.0, linked / len(line))
            pieces, owner, linked = [], block, 0
        elif text.strip() or pieces:
            if not pieces:
                owner = block
            pieces.append(text)
            linked += len(text.strip()) if in_link else 0
    if line := " ".join("".join(pieces).split()):
        yield line, owner, min(1.0, linked / len(line))


def _pieces(element: Tag, block: Tag, in_link: bool) -> Iterator[tuple[str | None, Tag, bool]]:
    """Text pieces with the block they are in; None for text at each line break."""
    for child in element.children:
        if isinstance(child, Comment):
            continue
        if isinstance(child, NavigableString):
            yield re.sub(r"[\s\xa0]+", " ", html.unescape(str(child))), block, in_link
        elif isinstance(child, Tag):
            if child.name in BLOCKS:
                yield None, block, in_link
                yield from _pieces(child, child, in_link)
                yield None, block, in_link
            else:
                yield from _pieces(child, block, in_link or child.name == "a")
