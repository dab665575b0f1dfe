"""requests, told where to connect: to a vetted address, under the name of the host, with each socket reported.

No redirects, no proxies from the environment (a proxy would undo the pinning), nothing read before it is asked for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from roaming.client.deadlines import Flight

IDLE = 3.0  # seconds; peers close kept connections after five, and a POST on a closed one is lost

_here = threading.local()


class _Boarding:
    """Reports the socket that this thread's flight is about to use."""

    sock: Any

    def _board(self) -> None:
        flight: Flight | None = getattr(_here, "flight", None)
        if flight is not None and self.sock is not None:
            flight.board(self.sock)


class _Connection(_Boarding, HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self._board()

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._board()
        super().request(*args, **kwargs)


class _SecureConnection(_Boarding, HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self._board()

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._board()
        super().request(*args, **kwargs)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class PinnedAdapter(HTTPAdapter):
    """Connects to the address that this thread was told; certificate and SNI stay the host's."""

    def __init__(self) -> None:
        super().__init__(pool_connections=4, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        context = create_urllib3_context()
        if settings.OUTBOUND_CA_BUNDLE:  # requests adds the public authorities
            context.load_verify_locations(settings.OUTBOUND_CA_BUNDLE)
        super().init_poolmanager(*args, **kwargs, ssl_context=context)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: bool | str, cert: Any = None
    ) -> tuple[Any, Any]:
        found = super().build_connection_pool_key_attributes(request, verify, cert)
        where: dict[str, Any] = dict(found[0])
        how: dict[str, Any] = dict(found[1])
        name = where["host"]
        request.headers["Host"] = _host_header(name, where["port"])
        if where["scheme"] == "https":
            how = {**how, "assert_hostname": name, "server_hostname": name}
        return {**where, "host": _here.address}, how


def _host_header(name: str, port: int | None) -> str:
    bare = f"[{name}]" if ":" in name else name
    return bare if port is None else f"{bare}:{port}"


@contextmanager
def connected_to(address: str, flight: Flight) -> Iterator[requests.Session]:
    """This thread's session with its kept connections (new ones after a pause); it connects to `address` only."""
    held: requests.Session | None = getattr(_here, "session", None)
    if held is not None and time.monotonic() - _here.used > IDLE:
        held.close()
    if held is None or _here.trusted != settings.OUTBOUND_CA_BUNDLE:
        held = _here.session = requests.Session()
        _here.trusted = settings.OUTBOUND_CA_BUNDLE
        held.trust_env = False
        held.mount("http://", PinnedAdapter())
        held.mount("https://", PinnedAdapter())
    _here.address, _here.flight = address, flight
    try:
        yield held
    finally:
        _here.used, _here.flight = time.monotonic(), None
