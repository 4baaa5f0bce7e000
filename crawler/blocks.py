"""Where on a page in an unknown layout the article stands: found by its title, since nothing else is certain."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

_HEADINGS = ("h1", "h2", "h3")
_SHORTEST_HEADING = 8
_FEWEST_SENTENCES = 2
_BARE_TIME = re.compile(r"^\s*20\d{2}[-./]\s?\d{1,2}[-./]\s?\d{1,2}\.?\s+\d{1,2}:\d{2}(?::\d{2})?\s*$")


def own_block(soup: BeautifulSoup, title: str | None) -> Tag | None:
    """The block of the article called `title` on a page that shows several articles one below another, in blocks of
    one kind, as endless pages do; None on any other page."""
    heading = next((tag for tag in soup.find_all(_HEADINGS) if title and _line(tag) == title), None)
    if heading is None:
        return None
    lines = ((tag, _line(tag)) for tag in soup.find_all(heading.name))
    others = [tag for tag, line in lines if len(line) >= _SHORTEST_HEADING and line != title]
    around_others = {id(parent) for other in others for parent in other.parents}
    block = heading
    while block.parent is not None and id(block.parent) not in around_others:
        block = block.parent
    alike = (b for b in block.find_next_siblings(block.name) if b.get("class") == block.get("class"))
    if block is heading or not any(id(b) in around_others for b in alike):
        return None
    return block if len(re.findall(r"[.!?](?:\s|$)", block.get_text(" ", strip=True))) >= _FEWEST_SENTENCES else None


def bare_time_below(soup: BeautifulSoup, title: str | None) -> str | None:
    """The first text below the title that is a time and nothing else."""
    shown = (text for text in soup.find_all(string=True) if _is_shown(text.parent) and text.strip() == title)
    place = next(shown, None)
    found = place.find_next(string=_BARE_TIME) if place else None
    return str(found) if found else None


def _is_shown(tag: Tag | None) -> bool:
    return tag is not None and tag.name not in ("title", "script", "style", "option")


def _line(tag: Tag) -> str:
    return " ".join(tag.get_text(" ", strip=True).split())
