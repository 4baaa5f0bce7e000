"""The newsroom itself: one HTTP server an outlet, each on its own port of the loopback interface."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

from crawler.source import Source, parse_sources, select
from jehyu.demo.outlets import OUTLETS, Outlet
from jehyu.demo.site import Page, Site
from jehyu.demo.stories import Story, load_stories

SOURCES = Path(__file__).parent / "sources.toml"
HOST = "127.0.0.1"

# Below the ports that systems hand out for outgoing connections, so that nothing is in the way by chance.
FIRST_PORT = 18310


class Newsroom:
    """Serves every outlet on 127.0.0.1, the first at ``first_port``, the others at the ports after it.

    The ports are fixed by default because a crawler knows an article by its address: a second crawl finds nothing new
    only at the same ports. ``first_port=0`` takes any free ports, for tests.
    """

    def __init__(
        self,
        first_port: int = FIRST_PORT,
        stories: Sequence[Story] | None = None,
        outlets: Sequence[Outlet] = OUTLETS,
    ) -> None:
        self.stories = load_stories() if stories is None else stories
        self.outlets = outlets
        self.requests: Counter[tuple[str, str, int]] = Counter()
        """How often each (outlet id, request target, status) was answered since the start."""
        self._first_port = first_port
        self._sites: dict[str, Site] = {}
        self._running = ExitStack()
        self._counting = Lock()

    def start(self) -> None:
        """Returns when every outlet answers. OSError if a port is taken, with what to do about it."""
        with ExitStack() as starting:
            for position, outlet in enumerate(self.outlets):
                server = _bind(self._first_port and self._first_port + position, self)
                starting.callback(server.server_close)
                base = f"http://{HOST}:{server.server_port}"
                server.site = self._sites[outlet.id] = Site(outlet, self._stories_of(outlet), base)
                Thread(target=server.serve_forever, args=(0.05,), name=f"demo-{outlet.id}", daemon=True).start()
                starting.callback(server.shutdown)
            self._running = starting.pop_all()

    def stop(self) -> None:
        """Closes every port."""
        self._running.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def bases(self) -> dict[str, str]:
        """Scheme, host and port of every outlet, by outlet id."""
        return {outlet: site.base for outlet, site in self._sites.items()}

    def sources(self, *names: str) -> list[Source]:
        """The declared sources called ``names``, or all that are on, with the addresses of the running newsroom.

        SourceError for a name that nobody has.
        """
        declared = SOURCES.read_text(encoding="utf-8")
        for outlet in self.outlets:
            declared = declared.replace(f"https://{outlet.domain}", self._sites[outlet.id].base)
        served = {source.id: source for source in parse_sources(declared, str(SOURCES)) if source.id in self._sites}
        return select(served, names)

    def url(self, story: Story) -> str:
        """Where a story is read."""
        return self._sites[story.outlet].url(story)

    def count(self, outlet: str, target: str, status: int) -> None:
        """Keeps an answer in ``requests``; called from the servers' threads."""
        with self._counting:
            self.requests[outlet, target, status] += 1

    def _stories_of(self, outlet: Outlet) -> list[Story]:
        return [story for story in self.stories if story.outlet == (outlet.copies or outlet.id)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Site

    def __init__(self, port: int, newsroom: Newsroom) -> None:
        super().__init__((HOST, port), _Handler)
        self.newsroom = newsroom


def _bind(port: int, newsroom: Newsroom) -> _Server:
    try:
        return _Server(port, newsroom)
    except OSError as error:
        raise OSError(
            error.errno,
            f"the demo newsroom cannot listen on {HOST}:{port} ({error.strerror}). "
            "Is another demo running? Stop it, or choose other ports.",
        ) from error


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "JehyuDemo"
    timeout = 30  # seconds an idle connection is kept

    def do_GET(self) -> None:
        page = self.server.site.find(self.path)
        if page is None:
            self._answer(HTTPStatus.NOT_FOUND, b"<!doctype html><title>404</title><h1>Not Found</h1>", "text/html")
        elif page.location is not None:
            self._answer(HTTPStatus.MOVED_PERMANENTLY, b"", page.content_type, Location=page.location)
        elif self._is_known(page):
            self._answer(HTTPStatus.NOT_MODIFIED, b"", None, **_validators(page))
        else:
            self._answer(HTTPStatus.OK, page.body, page.content_type, **_validators(page))

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the newsroom counts its answers instead."""

    def _is_known(self, page: Page) -> bool:
        etags = self.headers.get("If-None-Match")
        if etags is not None:
            return page.etag in etags or etags.strip() == "*"
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
            return page.changed <= since
        except (TypeError, ValueError):
            return False

    def _answer(self, status: HTTPStatus, body: bytes, content_type: str | None, **headers: str) -> None:
        self.server.newsroom.count(self.server.site.outlet.id, self.path, status)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if content_type is not None:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _validators(page: Page) -> dict[str, str]:
    return {"ETag": page.etag, "Last_Modified": page.last_modified}
