"""What listens on the stations' port: uvicorn's HTTP, whose upgrades become `websocket.Socket`s without a second parse.

Neither `HttpToolsProtocol`'s inside nor what it asks of a WebSocket class is public, so uvicorn's version is pinned and
tests go through real sockets.
"""

from __future__ import annotations

import sys
from typing import Any, cast

from httptools import HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ocppbridge.transport.websocket import Socket


class Front(HttpToolsProtocol):
    """One TCP connection, until it asks for a WebSocket."""

    def data_received(self, data: bytes) -> None:
        """Kept while it is read: what follows the request is the WebSocket's."""
        self._data = data
        super().data_received(data)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over."""
        self.connections.discard(self)
        scope = cast(dict[str, Any], self.scope)
        scope["target"] = self.url
        socket = Socket(self.config, self.server_state, self.app_state)
        self.transport.set_protocol(socket)
        upgraded = cast(HttpParserUpgrade, sys.exception())  # whose argument says where the request has ended
        socket.upgrade(self.transport, scope, self._data[upgraded.args[0] :])
        self.parser = None  # type: ignore[assignment]  # as uvicorn does: it knows us and we know it
