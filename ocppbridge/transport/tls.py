"""TLS ended by this very process: uvicorn's protocol, which also tells the application what it knows of the peer.

`run_asgi` is not part of uvicorn's public interface, so its version is pinned and a test goes through real sockets.
OpenSSL has verified the certificate's chain before the upgrade request is read; whose it is, is checked in `upgrade`.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class StationProtocol(WebSocketsSansIOProtocol):
    """Adds ``scope["extensions"]["tls"]`` with the peer's certificate in DER, None if it showed none."""

    async def run_asgi(self) -> None:
        """Run the application."""
        tls: Any = self.transport.get_extra_info("ssl_object")
        if tls is not None:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions["tls"] = {"peer": tls.getpeercert(binary_form=True), "version": tls.version()}
        await super().run_asgi()
