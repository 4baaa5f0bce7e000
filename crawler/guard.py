"""Keeps the crawler out of private networks: a feed or a page decides where we go next, and may name our own router.

Two gates. Before a request: an address that is private, loopback, link-local or otherwise not public is refused. When
a name is resolved: so is a name that leads to one, at the moment the connection uses it, so that a name cannot change
its mind in between. Exempt are only the hosts that the operator's own declarations and settings name.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution
from zope.interface import implementer  # type: ignore[import-untyped]


class ForbiddenAddress(IgnoreRequest):
    """The request leads to an address that is not on the public internet."""


def is_public(address: str) -> bool:
    """Whether an IP address is one that a news site can have. IPv4 within IPv6 counts as the IPv4 address."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


def literal_address(host: str) -> str | None:
    """The IP address that `host` is, in any of the spellings that resolvers accept (``127.1``, ``0x7f000001``)."""
    bare = host.strip("[]")
    try:
        return str(ipaddress.ip_address(bare.split("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(bare))
    except OSError:
        return None


def host_and_port(url: str) -> str:
    """``host:port`` of an address, with the scheme's default port."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


class AddressGuard:
    """Downloader middleware: the first gate. `allowed` are ``host`` or ``host:port``."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = frozenset(allowed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressGuard:
        source = getattr(crawler.spider, "source", None)
        declared = source.declared_addresses() if source else []
        named = crawler.settings.getlist("JEHYU_ALLOW_PRIVATE")
        if resolver := _installed_resolver():
            hosts = (urlsplit(address).hostname or "" for address in [*declared, *(f"//{name}" for name in named)])
            resolver.allowed.update(hosts)
        return cls([*named, *map(host_and_port, declared)])

    def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise ForbiddenAddress(f"{request.url}: not http or https")
        host = parts.hostname or ""
        if host in self.allowed or host_and_port(request.url) in self.allowed:
            return
        address = literal_address(host)
        if address is not None and not is_public(address):
            raise ForbiddenAddress(f"{request.url}: {address} is no public address")


class ResolutionGuard:
    """Downloader middleware: tells a name that the second gate refused from one that does not exist."""

    def process_exception(self, request: Request, exception: Exception) -> None:
        resolver, host = _installed_resolver(), urlsplit(request.url).hostname or ""
        if resolver and host in resolver.refused and isinstance(exception, CannotResolveHostError):
            raise ForbiddenAddress(f"{request.url}: {host} leads to {resolver.refused[host]}, no public address")


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        raise NotImplementedError


@implementer(IHostnameResolver)
class GuardedResolver:
    """The second gate (a Twisted IHostnameResolver): resolves on the event loop and passes on public addresses only.

    A name all of whose addresses are refused counts as one that does not resolve.
    """

    def __init__(self, timeout: float = 20.0) -> None:
        self.timeout = timeout
        self.allowed: set[str] = set()
        self.refused: dict[str, str] = {}
        self._running: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> GuardedResolver:
        return cls(crawler.settings.getfloat("DNS_TIMEOUT"))

    def install_on_reactor(self) -> None:
        """Makes Twisted's reactor resolve through this."""
        from twisted.internet import reactor

        reactor.installNameResolver(self)

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        task = asyncio.get_event_loop().create_task(self._resolve(resolutionReceiver, hostName, portNumber))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return resolution

    async def _resolve(self, receiver: Any, name: str, port: int) -> None:
        try:
            loop = asyncio.get_running_loop()
            found = await asyncio.wait_for(loop.getaddrinfo(name, port, type=socket.SOCK_STREAM), self.timeout)
        except (OSError, UnicodeError, TimeoutError):
            found = []
        for family, _, _, _, where in found:
            if name in self.allowed or is_public(str(where[0])):
                receiver.addressResolved(_address(family, where))
            else:
                self.refused[name] = str(where[0])
        receiver.resolutionComplete()


def _installed_resolver() -> GuardedResolver | None:
    from twisted.internet import reactor

    resolver = getattr(reactor, "nameResolver", None)
    return resolver if isinstance(resolver, GuardedResolver) else None


def _address(family: int, where: Any) -> Any:
    kind = IPv6Address if family == socket.AF_INET6 else IPv4Address
    return kind("TCP", where[0], where[1])
