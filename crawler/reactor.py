"""Runs coroutines on the event loop of Twisted's reactor. Unlike `reactor.run`, this can be done again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from scrapy.utils.reactor import install_reactor, is_reactor_installed

from crawler.settings import TWISTED_REACTOR

T = TypeVar("T")


def run_on_reactor(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Installs and starts the reactor where needed, runs what `work` gives to its end, and returns its result."""
    if not is_reactor_installed():
        install_reactor(TWISTED_REACTOR)
    from twisted.internet import reactor

    loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop
    asyncio.set_event_loop(loop)
    if not reactor.running:
        reactor.startRunning(installSignalHandlers=False)
    return loop.run_until_complete(work())
