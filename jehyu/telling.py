"""Who is told what after a run: the filters, the queue in the store, the receivers."""

from collections.abc import Sequence

from db import Store, queries
from jehyu.notices import Notice, NotTold, event_notice, tell, wanted
from jehyu.presenting import Row, pair_rows
from jehyu.settings import Receiver


def tell_receivers(store: Store, receivers: Sequence[Receiver], run_id: int, alarms: Sequence[Notice]) -> list[str]:
    """Queue this run's new events, and its alarms, for each receiver and deliver all that waits.

    Returns why a receiver was not told, a line each; what it missed stays queued for the next run.
    """
    rows = pair_rows(queries.events(store.conn, run_id=run_id)) if receivers else []
    return [failure for receiver in receivers if (failure := _tell_one(store, receiver, rows, alarms))]


def _tell_one(store: Store, receiver: Receiver, rows: Sequence[Row], alarms: Sequence[Notice]) -> str | None:
    store.queue_notices(receiver.name, [row["event_id"] for row in rows if wanted(receiver, row)])
    waiting = store.queued_notices(receiver.name)
    notices = [notice for subject in waiting if (notice := _event_notice(store, subject))]
    notices += alarms if receiver.alarms else ()
    if not notices:
        return None
    try:
        tell(receiver, notices)
    except NotTold as failure:
        store.save_notice(receiver.name, waiting, str(failure))
        return str(failure)
    store.save_notice(receiver.name, waiting)
    return None


def _event_notice(store: Store, event_id: str) -> Notice | None:
    """The event as it stands now; None when it was withdrawn before anyone was told."""
    event = queries.event(store.conn, event_id)
    if event is None or event["withdrawn_at"]:
        return None
    rows = pair_rows([event])
    return event_notice(rows[0]) if rows else None
