"""Finding the company table's names in running text: longest match, at word starts, Korean particles allowed after.

A word-start dictionary and not spaCy's PhraseMatcher: Kiwi cuts one name differently in different sentences, so that
matching over its tokens misses names that matching over characters finds.
"""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nlp.gazetteer import Gazetteer, Organization, Surface

PARTICLES = re.compile(
    r"(?:측|들|등|쪽)?"
    r"(?:으로부터|로부터|에게서|에서|에게|에는|에도|에선|에만|이라고|라고|이라는|라는|이란|이라|까지|부터|보다|처럼|마저|조차|으로|로서|로써|이며|이고|이자|이나|"
    r"이랑|하고|하며|입니다|이다|였다|이었다|이었던|였던|이던|께서|께|은|는|이|가|을|를|와|과|의|에|로|도|만|나|며|인|랑|란)?"
    r"(?:은|는|도|만|의|이|가|서|까지)?"
)
"""What may follow a noun within its word; matches the empty string too, so use `fullmatch`."""

# `$3.3M` names no 3M.
_WORD_START = re.compile(
    r"(?<![가-힣A-Za-z0-9])(?!(?<=[0-9][.,])[0-9])[가-힣A-Za-z0-9]|(?<=㈜)\w|(?<=\(주\))\w|(?<=[美日中英獨佛韓])[가-힣A-Za-z]"
)
_HANGUL_RUN = re.compile(r"[가-힣]*")
_OPENING, _CLOSING = tuple("'\"‘“"), tuple("'\"’”")
_LOOSE_LENGTH = 5  # a name written without a space is found written with one only from this length on
_PREFIX = 2


class TableMatch(NamedTuple):
    """A name of the table at a place; `organizations` are all who bear it, `ambiguous` if it may mean something else."""

    start: int
    end: int
    organizations: tuple[Organization, ...]
    ambiguous: bool


class TableMatcher:
    """`find(text)` gives the table's names in `text`, left to right, longest first, none overlapping."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._surfaces: dict[str, list[Surface]] = defaultdict(list)
        lengths: dict[str, set[int]] = defaultdict(set)
        for surface in gazetteer.surfaces():
            key = "".join(_lower(character) for character in surface.form if not character.isspace())
            if len(key) >= _PREFIX:
                self._surfaces[key].append(surface)
                lengths[key[:_PREFIX]].add(len(key))
        self._lengths = {prefix: sorted(found, reverse=True) for prefix, found in lengths.items()}

    def find(self, text: str) -> list[TableMatch]:
        places = [index for index, character in enumerate(text) if not character.isspace()]
        squeezed = "".join(_lower(text[index]) for index in places)
        starts = {match.start() for match in _WORD_START.finditer(text)}
        return list(self._walk(text, squeezed, places, starts))

    def _walk(self, text: str, squeezed: str, places: list[int], starts: set[int]) -> Iterator[TableMatch]:
        at = 0
        while at < len(squeezed):
            match = self._longest(text, squeezed, places, at) if places[at] in starts else None
            if match is None:
                at += 1
                continue
            length, found = match
            yield found
            at += length

    def _longest(self, text: str, squeezed: str, places: list[int], at: int) -> tuple[int, TableMatch] | None:
        for length in self._lengths.get(squeezed[at : at + _PREFIX], ()):
            surfaces = self._surfaces.get(squeezed[at : at + length])
            if surfaces is None or len(squeezed) < at + length:
                continue
            start, end = places[at], places[at + length - 1] + 1
            surface = text[start:end]
            kept = [one for one in surfaces if written_so(surface, one.form)]
            if kept and ends_word(text, end) and not _is_quoted_longer(text, start, end):
                organizations = tuple(dict.fromkeys(one.organization for one in kept))
                return length, TableMatch(start, end, organizations, any(one.ambiguous for one in kept))
        return None


def _lower(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character


def written_so(surface: str, form: str) -> bool:
    """Whether `surface`, equal to `form` but for case, spaces and legal form, may be meant as it."""
    if "\n" in surface or "  " in surface:
        return False
    if " " in surface and " " not in form and len(form) < _LOOSE_LENGTH:
        return False
    if surface.isascii() and not any(character.isupper() or character.isdigit() for character in surface):
        return surface == form
    if surface.isascii() and " " in surface and not set(filter(str.islower, surface.split())) <= set(form.split()):
        return False  # `8 percent`, `At home`
    if surface.isascii() and len(form) <= 5 and form.isupper():
        return surface == form or (len(form) >= 4 and surface == form.capitalize())
    if surface.isascii() and len(form) <= 3:  # aT is a firm, At begins a sentence
        return surface == form or (form.istitle() and surface.isupper())
    return True


def _is_quoted_longer(text: str, start: int, end: int) -> bool:
    """Whether quotation marks hold the name and letters that only look like its particle: `‘바른이’`."""
    following = _HANGUL_RUN.match(text, end)
    assert following is not None
    return bool(following.group()) and text[max(0, start - 1) : start] in _OPENING and text[following.end() : following.end() + 1] in _CLOSING


def starts_word(text: str, start: int) -> bool:
    """Whether a name may start at `start`: no letter or digit stands before."""
    before = text[max(0, start - 1) : start]
    return not (before.isalnum() and (before.isascii() or "가" <= before <= "힣"))


def ends_word(text: str, end: int) -> bool:
    """Whether a name may end at `end`: no letter of the same script follows, or only Korean particles do."""
    following = text[end : end + 1]
    if not following or not (following.isalnum() and (following.isascii() or "가" <= following <= "힣")):
        return True
    if following.isascii():
        return False
    run = _HANGUL_RUN.match(text, end)
    return bool(run and PARTICLES.fullmatch(run.group()))


def occurrences(text: str, names: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """(start, end, name) wherever one of `names` stands as a word in `text`; the longest at each place."""
    ordered = sorted({name for name in names if name}, key=lambda name: (-len(name), name))
    if not ordered:
        return
    pattern = re.compile(r"(?<![가-힣A-Za-z0-9])(?:" + "|".join(map(re.escape, ordered)) + ")")
    for match in pattern.finditer(text):
        if ends_word(text, match.end()):
            yield match.start(), match.end(), match.group()
