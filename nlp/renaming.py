"""Written articles with other names: those of organisations that the company table knows.

The Jehyu corpus invents its parties, so that whoever stands in the table is a bystander there, while the parties of
published news mostly stand in it. What is learnt from both would take a listed name for a sign against a deal.
"""

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nlp.article import has_hangul
from nlp.gazetteer import Gazetteer, Organization
from nlp.training.augment import sound_class

_SHARE = 0.8  # of an article's organisations that get another name
_SHORTEST = 3
_DRAWS = 20
_UNUSED = frozenset({"brand", "defunct", "media"})

_Sort = tuple[str, str, bool]
"""Type, final sound (Latin names have one of their own), and whether it is Korean."""


@dataclass
class _Member:
    """One of an article's marked organisations and how it is written there."""

    type: str
    korean: bool = True
    forms: set[str] = field(default_factory=set)

    def written_in(self, hangul: bool) -> list[str]:
        return [form for form in sorted(self.forms) if has_hangul(form) == hangul]


class Renamer:
    """Gives the invented organisations of an article names from the table: of the same type, script and final sound."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._sorts: dict[_Sort, list[tuple[Organization, str]]] = defaultdict(list)
        for one in gazetteer.organizations:
            for hangul in (True, False):
                name = _name(one, hangul)
                if name and self._is_plain(one, name):
                    self._sorts[one.type, sound_class(name), one.country == "KR"].append((one, name))

    def _is_plain(self, one: Organization, name: str) -> bool:
        means_it = len(self._gazetteer.lookup(name)) == 1 and name not in one.ambiguous
        return means_it and len(name) >= _SHORTEST and not one.tags & _UNUSED

    def renamed(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """A copy of a corpus row (`python -m nlp.corpus`), said to be `renamed`, without its marks; None where no name
        can be changed. The same row gives the same copy."""
        draw = random.Random(row["id"])
        article = f"{row['title'] or ''}\n{row['text']}"
        bearers: dict[str, Organization] = {}
        houses: set[str] = set()
        cast = _cast(row)
        for key, member in cast.items():
            one = self._other(member, article, houses, draw) if draw.random() < _SHARE else None
            if one is not None:
                bearers[key] = one
                houses.add(self._house(one))
        if not bearers:
            return None
        title, _, text = _with_names(article, row["organizations"], bearers).partition("\n")
        parties = {form: bearers[key] for key in bearers for form in cast[key].forms}
        events = [
            {**event, "parties": [_renamed_party(party, parties) for party in event["parties"]]}
            for event in row["events"]
        ]
        kept = {name: value for name, value in row.items() if name != "organizations"}
        return {**kept, "title": title or None, "text": text, "events": events, "renamed": True}

    def _other(self, member: _Member, article: str, houses: set[str], draw: random.Random) -> Organization | None:
        """Who else the article could be speaking of; nobody for one of the table, nor where particles would not fit."""
        if any(self._gazetteer.lookup(form) for form in member.forms):
            return None
        hangul, latin = member.written_in(hangul=True), member.written_in(hangul=False)
        sound, *others = {sound_class(form) for form in hangul or latin}
        sort = self._sorts.get((member.type, sound, member.korean))
        if others or sort is None:
            return None
        for one, name in (draw.choice(sort) for _ in range(_DRAWS)):
            fits = name not in article and (not (hangul and latin) or _name(one, hangul=False))
            if fits and self._house(one) not in houses:
                return one
        return None

    def _house(self, one: Organization) -> str:
        return (one.id, *self._gazetteer.ancestors(one.id))[-1]


def _cast(row: Mapping[str, Any]) -> dict[str, _Member]:
    cast: dict[str, _Member] = {}
    for mark in row["organizations"]:
        if mark["key"]:
            cast.setdefault(mark["key"], _Member(mark["type"])).forms.add(mark["surface"])
    for party in (party for event in row["events"] for party in event["parties"]):
        for member in cast.values():
            if member.forms & set(party["names"]):
                member.korean = party["country"] == "KR"
    return cast


def _with_names(article: str, marks: list[dict[str, Any]], bearers: Mapping[str, Organization]) -> str:
    parts, last = [], 0
    for mark in sorted(marks, key=lambda mark: int(mark["start"])):
        one = bearers.get(mark["key"])
        if one is not None:
            parts += [article[last : mark["start"]], _name(one, has_hangul(mark["surface"])) or mark["surface"]]
            last = mark["end"]
    return "".join([*parts, article[last:]])


def _renamed_party(party: Mapping[str, Any], parties: Mapping[str, Organization]) -> Mapping[str, Any]:
    one = next((parties[name] for name in party["names"] if name in parties), None)
    return party if one is None else {**party, "names": list(one.names), "country": one.country}


def _name(one: Organization, hangul: bool) -> str | None:
    """How the table writes it in that script, if it does."""
    return next((name for name in (one.name_ko, one.name_en) if name and has_hangul(name) == hangul), None)
