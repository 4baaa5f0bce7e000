"""Reading articles within a time limit each, in this process or in several workers.

A worker has one article at a time. One that does not answer, or has died (out of memory, a fault in compiled code), is
killed and replaced, and its article keeps that as its error; `concurrent.futures` would give up the whole run.
"""

import multiprocessing
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import islice
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Protocol, Self

from jehyu.limits import TooLong, at_most

Article = Mapping[str, Any]
Answer = Mapping[str, Any]

# Spawned, not forked: a forked worker would keep the run lock, the database and its sisters' pipes open, and a run
# that is killed would leave workers that hold the lock for good.
_CONTEXT = multiprocessing.get_context("spawn")

_GRACE = 30.0
"""Seconds beyond the limit, which the worker itself keeps where it can, after which a worker is killed."""

_AHEAD = 16
"""Articles a worker that are taken before the oldest is answered: one slow article does not stop the others."""


class ReadsArticles(Protocol):
    """As much of `nlp.Reader` as reading needs; must be picklable for more than one process."""

    def read(self, article: Article) -> dict[str, Any]: ...


def read_all(reader: ReadsArticles, articles: Iterable[Article], *, processes: int, limit: float) -> Iterator[Answer]:
    """The answer to each article in order; one that takes more than ``limit`` seconds is answered with ``error``."""
    if processes > 1:
        yield from _in_workers(reader, articles, processes, limit)
        return
    for article in articles:
        yield _read(reader, article, limit)


def _read(reader: ReadsArticles, article: Article, limit: float) -> Answer:
    try:
        with at_most(limit):
            return reader.read(article)
    except TooLong as error:
        return _unread(article, str(error))


def _unread(article: Article, why: str) -> Answer:
    return {"id": article.get("id"), "events": [], "error": f"could not be read: {why}"}


def _in_workers(reader: ReadsArticles, articles: Iterable[Article], processes: int, limit: float) -> Iterator[Answer]:
    taken = enumerate(articles)
    waiting: deque[int] = deque()
    answers: dict[int, Answer] = {}
    with ExitStack() as running:
        idle = [running.enter_context(_Worker(reader, limit)) for _ in range(processes)]
        busy: list[_Worker] = []
        while True:
            room = processes * _AHEAD - len(waiting)
            for number, article in islice(taken, min(len(idle), room)):
                worker = idle.pop()
                worker.give(number, article)
                busy.append(worker)
                waiting.append(number)
            if not waiting:
                return
            for worker in _answering(busy):
                number, answers[number] = worker.number, worker.answer()
                busy.remove(worker)
                idle.append(worker)
            while waiting and waiting[0] in answers:
                yield answers.pop(waiting.popleft())


def _answering(busy: "Sequence[_Worker]") -> "list[_Worker]":
    """Waits until a worker has answered, died or run out of time; those of which that is so."""
    ready = wait([worker.pipe for worker in busy], max(0.0, min(worker.late_at for worker in busy) - time.monotonic()))
    now = time.monotonic()
    return [worker for worker in busy if worker.pipe in ready or now >= worker.late_at]


class _Worker:
    """A process that reads, and the article it has."""

    def __init__(self, reader: ReadsArticles, limit: float) -> None:
        self._reader, self._limit = reader, limit
        self._ready = False
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def give(self, number: int, article: Article) -> None:
        """Hands it an article; ``number`` is its place among all. Raises EOFError when no process can be started."""
        if not self._ready:
            self._ready = bool(self.pipe.recv())  # the time it takes to start is not the article's
        self.number, self._article = number, article
        self.late_at = time.monotonic() + self._limit + _GRACE
        with suppress(BrokenPipeError):  # it died while idle, which answer() finds
            self.pipe.send(article)

    def answer(self) -> Answer:
        """What it answered, or why it did not; a new process then stands in its place."""
        if self.pipe.poll():
            with suppress(EOFError, ConnectionResetError):
                answer = self.pipe.recv()
                if isinstance(answer, BaseException):
                    raise answer
                return dict(answer)
            self._process.join(_GRACE)
            why = f"the process that read it ended ({self._process.exitcode})"
        else:
            why = f"took longer than {self._limit:g} s and could not be stopped"
        self._end()
        self._start()
        return _unread(self._article, why)

    def _start(self) -> None:
        self.pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_serve, args=(theirs, self._reader, self._limit), daemon=True)
        self._process.start()
        theirs.close()
        self._ready = False

    def _end(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _serve(pipe: Connection, reader: ReadsArticles, limit: float) -> None:
    """The worker: reads what comes until nobody is at the other end, also because the run was killed."""
    with suppress(EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        pipe.send(True)
        while True:
            article = pipe.recv()
            try:
                pipe.send(_read(reader, article, limit))
            except Exception as error:  # a broken table or model: no fault of the article, so the run's to tell
                pipe.send(error)
