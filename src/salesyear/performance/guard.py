"""Where words may go: never to this machine or a private network, whatever a name says now or says later (case 33).

The check stands where a name becomes an address, inside the sending: the address that was looked at is the one that
is connected to. So a redirect, and a name that answers otherwise the second time, go through the same door.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

_resolve = socket.getaddrinfo
_installing = threading.Lock()


class PrivateAddress(socket.gaierror):
    """A name led to an address inside; HTTP libraries take it for a name that does not resolve, and connect nowhere."""


@dataclass
class Watch:
    """One sending that is watched: the names that may lead inside, and what was refused."""

    inside: frozenset[str]
    refused: list[str] = field(default_factory=list)


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def only_outside(inside: Sequence[str] = ()) -> Iterator[Watch]:
    """Refuse every connection of this thread to an inside address, but for the names in `inside`."""
    _install()
    watch = Watch(frozenset(name.lower() for name in inside))
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)


def is_outside(address: str) -> bool:
    """Say whether an address belongs to the public network; one carried in another (IPv4 in IPv6) counts as itself."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _behind_nat64(ip)
        if carried:
            return is_outside(str(carried))
    return ip.is_global and not ip.is_multicast


def _behind_nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    prefix = ipaddress.IPv6Network("64:ff9b::/96")
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in prefix else None


def _install() -> None:
    """Put the check before the one function that turns names into addresses, once; it acts in watched threads only."""
    with _installing:
        if socket.getaddrinfo is not _checked:
            socket.getaddrinfo = _checked


def _checked(host: Any, port: Any, *args: Any, **kwargs: Any) -> list[Any]:  # noqa: ANN401 - the socket module's own signature
    found = _resolve(host, port, *args, **kwargs)
    watch = _watch.get()
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if watch is None or name.lower() in watch.inside:
        return found
    kept = [one for one in found if is_outside(str(one[4][0]))]
    if not kept:
        watch.refused.append(name)
        raise PrivateAddress(socket.EAI_NONAME, f"{name} leads to this machine or a private network")
    return kept
