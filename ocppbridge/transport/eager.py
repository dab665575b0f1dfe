"""Start a coroutine at once, and make a task only of what does not finish at once (Python 3.12 calls it eager).

A send to a socket that takes it waits for nothing; a task for each would cost more than the send itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


def start(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """None if it has finished; what it raises at once is raised here."""
    try:
        waits_for = coroutine.send(None)
    except StopIteration:
        return None
    return asyncio.ensure_future(_rest(_Begun(coroutine, waits_for)))


async def _rest(begun: _Begun) -> None:
    await begun


class _Begun:
    """A coroutine that has run up to its first wait."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._coroutine, self._waits_for = coroutine, waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        waits_for = self._waits_for
        while True:
            failed: BaseException | None = None
            try:
                got = yield waits_for
            except BaseException as error:  # noqa: BLE001  # a cancellation or a failure: the coroutine's to know
                failed = error
            try:
                waits_for = self._coroutine.throw(failed) if failed is not None else self._coroutine.send(got)
            except StopIteration:
                return
