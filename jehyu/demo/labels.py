"""A reader that knows the newsroom's answers, for tests of what comes after reading: quick, the same with any model."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jehyu.demo.stories import STORIES
from nlp.corpus import read_corpus


class LabelReader:
    """Answers as `nlp.Reader` does, with the labels of the story that has the article's title."""

    thresholds: Mapping[str, float] = {"report": 0.5, "publish": 0.9}

    def __init__(self, version: str = "labels", folder: Path = STORIES) -> None:
        self.version = version
        self._labels = {row["title"]: row["events"] for row in read_corpus(folder)}

    def read(self, article: Mapping[str, Any]) -> dict[str, Any]:
        full = f"{article['title']}\n{article['text']}"
        return {"id": article["id"], "events": [_told(event, full) for event in self._labels.get(article["title"], ())]}

    def read_many(self, articles: Iterable[Mapping[str, Any]], processes: int = 1) -> Iterator[dict[str, Any]]:
        yield from map(self.read, articles)


def _told(event: Mapping[str, Any], full: str) -> dict[str, Any]:
    """A label of the corpus as an event of the extraction contract."""
    start = full.find(event["evidence"])
    told = {name: event.get(name) for name in ("kind", "status", "new", "date", "pairs")}
    return told | {
        "parties": [_party(party, full) for party in event["parties"]],
        "date_precision": {4: "year", 7: "month", 10: "day"}.get(len(event.get("date") or "")),
        "confidence": 0.95,
        "evidence": {"text": event["evidence"], "start": start, "end": start + len(event["evidence"])},
    }


def _party(party: Mapping[str, Any], full: str) -> dict[str, Any]:
    names = party.get("names") or []
    surface = next((name for name in names if name in full), None)
    start = full.find(surface) if surface else None
    return {
        "name": names[0] if names else None,
        "org_id": None,
        "aliases": names[1:],
        "type": party.get("type"),
        "country": party.get("country"),
        "description": party.get("description"),
        "surface": surface,
        "start": start,
        "end": start + len(surface) if surface and start is not None else None,
    }
