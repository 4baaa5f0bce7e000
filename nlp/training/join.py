"""Labels of published articles (`corpus/real`) joined with a store of their texts: rows to learn from."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Row = dict[str, Any]


def joined(labels: Iterable[Row], articles: Iterable[Row]) -> Iterator[Row]:
    """A training row of each label whose article is there with the very text that was labelled.

    A label without `events` marks names only; the events are then the stored article's own.
    """
    wanted = {label["id"]: label for label in labels}
    for article in articles:
        label = wanted.get(article["id"])
        if label is None:
            continue
        title = article.get("title") or ""
        whole = f"{title}\n{article['text']}"
        if hashlib.sha256(whole.encode()).hexdigest() == label["sha256"]:
            del wanted[article["id"]]
            yield _row(label, article, title, whole[: label.get("cut")])


def _row(label: Row, article: Row, title: str, full: str) -> Row:
    events = [_with_evidence(event, full) for event in (label if "events" in label else article)["events"]]
    row = {name: article.get(name) for name in ("id", "url", "lang", "published", "outlet", "title")}
    row |= {"text": full[len(title) + 1 :], "events": events}
    if "organizations" in label:
        row["organizations"] = _marks(label, events, full)
    return row


def _with_evidence(event: Row, full: str) -> Row:
    """The event with its sentence instead of the place of it."""
    if "evidence_span" not in event:
        return event
    start, end = event["evidence_span"]
    return {name: value for name, value in event.items() if name != "evidence_span"} | {"evidence": full[start:end]}


def _marks(label: Row, events: Sequence[Row], full: str) -> list[Row]:
    """The marked places as the Jehyu corpus has them; all forms of a party share its first name as key."""
    parties = [party["names"] for event in events for party in event["parties"]]
    key_of = {name: names[0] for names in reversed(parties) for name in names}
    marks = [
        {"start": start, "end": end, "surface": full[start:end], "key": key_of.get(full[start:end]), "type": None}
        | ({"unsure": True} if part == "unsure" else {})
        for part in ("organizations", "unsure")
        for start, end in label[part]
    ]
    return sorted(marks, key=lambda mark: mark["start"])
