"""Which addresses the hub calls (S1, S2): public ones, and those of the networks that OUTBOUND_ALLOW names.

A host name is resolved once and the connection goes to the very address that was looked at, so that a name which
points elsewhere a moment later gains nothing. `is_global` alone would let NAT64, 6to4 and multicast through.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES

from roaming.client.errors import Forbidden, Timeout, Unreachable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

_resolving = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolve")


def check_url(url: str) -> SplitResult:
    """http(s), a host, no user; raises Forbidden."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Forbidden("the URL cannot be read") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or parts.password is not None:
        raise Forbidden("only http and https URLs with a host and without a user are called")
    return parts


def vet(host: str, port: int, allow: Iterable[Network], resolve: Resolver, seconds: float) -> list[str]:
    """The addresses of the host that may be called, in the resolver's order. Raises Forbidden if there is none."""
    networks = tuple(allow)
    found = [_plain(ip_address(text)) for text in _addresses(host, port, resolve, seconds)]
    good = [str(address) for address in found if _callable(address, networks)]
    if not good:
        raise Forbidden(f"{host} is at an address that the hub does not call")
    return good


def resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def _addresses(host: str, port: int, resolve: Resolver, seconds: float) -> Sequence[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    try:
        return _resolving.submit(resolve, host, port).result(timeout=seconds)
    except NotInTime:
        raise Timeout("the name was not resolved in time", sent=False) from None
    except (OSError, UnicodeError):
        raise Unreachable(f"{host} cannot be resolved") from None


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _callable(address: Address, allow: tuple[Network, ...]) -> bool:
    if any(address in network for network in allow):
        return True
    if any(address in network for network in EXTRA_BLOCKED_NET_RANGES):
        return False
    return address.is_global and not address.is_multicast
