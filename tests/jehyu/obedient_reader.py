"""A reader that does what an article says; apart, because every worker imports it."""

import os
import signal
import time
from collections.abc import Mapping
from typing import Any


class Obedient:
    """Does with an article what its text says."""

    def read(self, article: Mapping[str, Any]) -> dict[str, Any]:
        if article["text"] == "sleep":
            time.sleep(60)
        if article["text"] == "hang":  # as compiled code does, which no signal of Python's interrupts
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            time.sleep(60)
        if article["text"] == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if article["text"] == "break":
            raise RuntimeError("the company table is gone")
        return {"id": article["id"], "events": []}
