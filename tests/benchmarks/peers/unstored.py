"""The hub's own sockets that store nothing: the journal says "done" at once. For comparing with servers that do not
store either; authentication, validation, state and answers are the hub's. Run by uvicorn like ``config.asgi``.
"""

from __future__ import annotations

import asyncio

from config.asgi import application
from ocppbridge.transport import node
from ocppbridge.transport.journal import Journal, Unit, _done

__all__ = ["application"]


class Unstored(Journal):
    """Answers leave in the next turn of the loop, as they would after a COMMIT."""

    def put(self, unit: Unit) -> None:
        asyncio.get_running_loop().call_soon(_done, unit, True)


node.Journal = Unstored  # type: ignore[attr-defined]
