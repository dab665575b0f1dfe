"""The hub's own sockets that store nothing: the journal says "done" at once. For comparing with servers that do not
store either; authentication, validation, state and answers are the hub's. Run by uvicorn like ``config.asgi``.
"""

from __future__ import annotations

import asyncio
from typing import Any

from config.asgi import application
from ocppbridge.transport import node
from ocppbridge.transport.journal import Journal, Unit, _done

__all__ = ["application"]


class Unstored(Journal):
    """Answers leave in the next turn of the loop, as they would after a COMMIT: those of one turn together."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        self._loop = asyncio.get_running_loop()
        self._batch: list[Unit] = []

    def put(self, unit: Unit) -> None:
        if not self._batch:
            self._loop.call_soon(self._commit)
        self._batch.append(unit)

    def _commit(self) -> None:
        batch, self._batch = self._batch, []
        for unit in batch:
            _done(unit, True)


node.Journal = Unstored  # type: ignore[attr-defined]
