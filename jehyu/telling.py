"""Who is told what after a run: the filters, the queue in the store, the receivers."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from crawler import Source
from crawler.health import Verdict, examine
from db import Store, queries
from jehyu.notices import Notice, NotTold, event_notice, tell
from jehyu.settings import Receiver

ALARM = "alarm:"
AT_ONCE = 50
"""Notices in one message: chat services cut longer ones off."""

_NOT_ASKED = (Verdict.OFF, Verdict.NOT_RUN)


@dataclass(frozen=True)
class Alarms:
    """What is wrong now, and the names of the alarms that are over. An alarm in neither goes on as it was."""

    raised: Sequence[Notice] = ()
    over: Collection[str] = ()


def source_alarms(store: Store, sources: Sequence[Source]) -> Alarms:
    """Sources that call for somebody (`crawler.health`); broken ones from the second run in a row, one may be chance.

    When none answers there is one alarm for all.
    """
    asked = [one for one in examine(store.conn, sources, store.clock()) if one.verdict not in _NOT_ASKED]
    broken = [one for one in asked if one.verdict is Verdict.BROKEN]
    over = {f"{ALARM}{one.source_id}" for one in asked if not one.alarming}
    if len(broken) == len(asked) > 1:
        return Alarms([Notice(f"{ALARM}all", f"none of {len(asked)} sources answers: is the network down?")], over)
    raised = [
        Notice(f"{ALARM}{one.source_id}", f"{one.source_id} is {one.verdict}: {'; '.join(one.problems)}")
        for one in asked
        if one.alarming and (one.verdict is not Verdict.BROKEN or _broken_before(store, one.source_id))
    ]
    return Alarms(raised, over | ({f"{ALARM}all"} if asked else set()))


def _broken_before(store: Store, source_id: str) -> bool:
    rows = store.rows(
        "SELECT outcome FROM run_sources WHERE source_id = ? AND outcome != 'not_run' ORDER BY run_id DESC LIMIT 2",
        [source_id],
    )
    return [row["outcome"] for row in rows] == ["broken", "broken"]


def tell_receivers(store: Store, receivers: Sequence[Receiver], alarms: Alarms, publish: float) -> list[str]:
    """Queue what each receiver is owed and deliver all that waits.

    ``publish`` is the least confidence for a receiver that states none. Returns why a receiver was not told, a line
    each; what it missed stays queued for the next run.
    """
    for receiver in receivers:
        _queue(store, receiver, alarms, publish)
    return [failure for receiver in receivers if (failure := _deliver(store, receiver, alarms))]


def _queue(store: Store, receiver: Receiver, alarms: Alarms, publish: float) -> None:
    store.forget_notices(receiver.name, alarms.over)
    if receiver.alarms:
        store.queue_notices(receiver.name, [alarm.subject for alarm in alarms.raised])
    if receiver.events:
        orgs = [org for name in receiver.companies for org in queries.org_ids(store.conn, name)]
        owed = store.owed_events(
            receiver.name,
            min_confidence=publish if receiver.minimum_confidence is None else receiver.minimum_confidence,
            kinds=receiver.kinds,
            countries=receiver.countries,
            org_ids=orgs if receiver.companies else None,
        )
        store.queue_notices(receiver.name, owed)


def _deliver(store: Store, receiver: Receiver, alarms: Alarms) -> str | None:
    """Batch by batch, oldest first: one that failed before goes out again as the same message, under the same key."""
    standing = {alarm.subject: alarm for alarm in alarms.raised}
    for subjects in _messages(store.queued_notices(receiver.name)):
        found = [standing.get(one) if one.startswith(ALARM) else _event_notice(store, one) for one in subjects]
        notices = [notice for notice in found if notice is not None]
        if not notices:
            continue
        told = [notice.subject for notice in notices]
        try:
            tell(receiver, notices, _queued_at(store, receiver, told[0]))
        except NotTold as failure:
            store.save_notice(receiver.name, told, str(failure))
            return str(failure)
        store.save_notice(receiver.name, told)
    return None


def _messages(batches: Iterable[list[str]]) -> Iterator[list[str]]:
    for batch in batches:
        for start in range(0, len(batch), AT_ONCE):
            yield batch[start : start + AT_ONCE]


def _queued_at(store: Store, receiver: Receiver, subject: str) -> str:
    """When the batch with this subject was queued: one moment a batch."""
    values = [receiver.name, subject]
    return str(store.rows("SELECT queued_at FROM notices WHERE receiver = ? AND subject = ?", values)[0]["queued_at"])


def _event_notice(store: Store, event_id: str) -> Notice | None:
    """The event as it stands now; None while it is withdrawn."""
    event = queries.event(store.conn, event_id)
    return None if event is None or event["withdrawn_at"] else event_notice(event_id, event)
