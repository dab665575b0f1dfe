"""Nudging the drains from the event loop: a thread of its own, for a publish may block.

Meter values alone can wait half a second for company; whatever else has committed is told at once.
"""

from __future__ import annotations

import asyncio
import threading
from queue import Empty, SimpleQueue

from ocppbridge import nudges


class Nudger:
    """Collects shards while the last nudges are being sent."""

    def __init__(self) -> None:
        self._shards: SimpleQueue[int | None] = SimpleQueue()
        self._later: dict[int, asyncio.TimerHandle] = {}
        self._thread = threading.Thread(target=self._run, name="nudges", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the nudges in hand."""
        self._shards.put(None)

    def committed(self, shard: int, priority: int) -> None:
        """There is something in the shard's inbox (on the event loop)."""
        if priority == 0:
            self._now(shard)
        elif shard not in self._later:
            self._later[shard] = asyncio.get_running_loop().call_later(nudges.PATIENCE, self._now, shard)

    def _now(self, shard: int) -> None:
        timer = self._later.pop(shard, None)
        if timer is not None:
            timer.cancel()
        self._shards.put(shard)

    def _run(self) -> None:
        while (shard := self._shards.get()) is not None:
            nudges.drain(sorted({shard, *self._more()}))

    def _more(self) -> list[int]:
        """What else has come meanwhile."""
        more: list[int] = []
        while True:
            try:
                shard = self._shards.get_nowait()
            except Empty:
                return more
            if shard is None:
                self._shards.put(None)
                return more
            more.append(shard)
