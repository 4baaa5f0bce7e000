"""Who is told what after a run: the filters, the queue in the store, the receivers."""

from collections.abc import Sequence

from db import Store, queries
from jehyu.notices import NotTold, event_notice, tell, wanted
from jehyu.settings import Receiver


def tell_receivers(store: Store, receivers: Sequence[Receiver], run_id: int) -> list[str]:
    """Queue this run's new events for each receiver and deliver what waits. Returns why any was not told."""
    return [failure for receiver in receivers if (failure := _tell_one(store, receiver, run_id))]
