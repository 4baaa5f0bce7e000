"""Which stored articles an outlet has changed since they were fetched, by what its sitemaps and feeds say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from crawler.discovery import Entry
from db import Store

_FEWEST = 4  # entries below which it cannot be told whether their times are the listing's own clock


def changed_since(store: Store, entries: Mapping[str, Entry]) -> dict[str, datetime]:
    """Those of the stored articles `entries` (by canonical URL) that are to be fetched again, latest change first, with
    the change that their outlet names.

    An article is fetched again where the change is later than its fetching, and once for one named change: an outlet
    that touches its articles without changing them, or writes times that lie ahead, is not asked at every run.
    """
    named = {url: entry.updated for url, entry in entries.items() if entry.updated}
    if _is_clock(named.values()):
        return {}
    stored = store.rows(
        "SELECT a.url, a.fetched_at, f.last_modified AS dealt_with FROM articles a LEFT JOIN feeds f ON f.url = a.url"
        " WHERE a.state = 'fetched' AND a.url IN (SELECT value FROM json_each(?))",
        [json.dumps(list(named))],
    )
    found = {}
    for row in stored:
        since = max(datetime.fromisoformat(time) for time in (row["fetched_at"], row["dealt_with"]) if time)
        if named[row["url"]] > since:
            found[row["url"]] = named[row["url"]]
    return dict(sorted(found.items(), key=lambda item: item[1], reverse=True))


def dealt_with(store: Store, source_id: str, url: str, change: datetime) -> None:
    """Notes that the article was fetched again for `change`, whatever came of it."""
    store.save_feed_state(url, source_id, last_modified=change.isoformat())


def _is_clock(times: Iterable[datetime]) -> bool:
    """Whether the times say when the listing was written, not when each article was changed: most are one minute."""
    minutes = Counter(time.replace(second=0, microsecond=0).timestamp() for time in times)
    return minutes.total() >= _FEWEST and max(minutes.values()) > minutes.total() / 2
