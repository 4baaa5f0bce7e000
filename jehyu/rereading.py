"""What reading the stored articles again would change: tried on a copy of the database, which is then thrown away."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db import Store, backup, queries
from jehyu import stages
from jehyu.settings import Settings
from nlp import Reader


@dataclass(frozen=True)
class Preview:
    """Events as they would be: rows of `db.queries.event`, those of `changed` with what `differs`."""

    extracted: stages.Extracted
    added: Sequence[dict[str, Any]]
    changed: Sequence[dict[str, Any]]
    withdrawn: Sequence[dict[str, Any]]
    merged: Sequence[tuple[str, str]]

    def lines(self) -> Iterator[str]:
        """The diff, an event a line: ``+`` added, ``~`` changed, ``-`` withdrawn, ``>`` now part of another."""
        for mark, events in (("+", self.added), ("-", self.withdrawn)):
            yield from (f"{mark} {event['id']}  {event['title']}" for event in events)
        for event in self.changed:
            yield f"~ {event['id']}  {'; '.join(event['differs'])}"
        for old, new in self.merged:
            yield f"> {old}  is {new}"


def preview(database: Path, reader: Reader, settings: Settings, stage: stages.Stage = stages.unseen) -> Preview:
    """Reads everything kept with ``reader`` into a copy beside the database, and says what came out otherwise.

    What waits to be read or resolved anyway is done first, so that it does not stand in the diff.
    """
    with tempfile.TemporaryDirectory(prefix=".jehyu-preview-", dir=database.parent) as folder:
        copy = Path(folder) / "copy.db"
        backup.backup(database, copy)
        with closing(Store(copy)) as store:
            store.resolve()
            mark = store.rows("SELECT coalesce(max(id), 0) AS last FROM event_log")[0]["last"]
            extracted = stages.extract(store, reader, settings, reread=True, stage=stage)
            done = store.resolve()
            return Preview(
                extracted,
                [_event(store, event) for event in done.new],
                [_event(store, event) | {"differs": _differs(store, event, mark)} for event in done.changed],
                [_event(store, event) for event in done.withdrawn],
                sorted(done.merged.items()),
            )


def _event(store: Store, event_id: str) -> dict[str, Any]:
    event = queries.event(store.conn, event_id)
    assert event is not None
    return event


def _differs(store: Store, event_id: str, mark: int) -> list[str]:
    """``kind: mou → alliance`` and the like, of the log's entries after ``mark``."""
    rows = store.rows(
        "SELECT change, detail.key AS field, detail.value ->> 0 AS before, detail.value ->> 1 AS after FROM event_log"
        " LEFT JOIN json_each(event_log.detail) AS detail WHERE event_log.event_id = ? AND event_log.id > ?",
        [event_id, mark],
    )
    return [
        str(row["change"]) if row["field"] is None
        else "parties" if row["field"] == "parties"
        else f"{row['field']}: {row['before']} → {row['after']}"
        for row in rows
    ]
