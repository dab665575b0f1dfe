"""Questions to the world that a station waits for: OCSP responders, lists, registers, providers of certificates.

Guarded like every call of the hub (S1, S41), and only a few at a time: whoever drips must not keep the threads from the
stations that only want to charge (S6).
"""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Final

from roaming.client import CallFailed, fetch

AT_ONCE: Final = 2  # of the threads that answer stations (transport.answering)
SECONDS: Final = 4.0
PATIENCE: Final = 1.0

_slots = BoundedSemaphore(AT_ONCE)


class Unreached(Exception):
    """No answer; the text says why, for staff and station."""


def ask(
    url: str, *, body: bytes | None = None, content_type: str = "", accept: str = "*/*", seconds: float = SECONDS
) -> bytes:
    """The body of a 200. Raises Unreached."""
    if not _slots.acquire(timeout=min(PATIENCE, seconds)):
        raise Unreached("too many such questions at once")
    try:
        answer = fetch(url, body=body, content_type=content_type, accept=accept, seconds=seconds)
    except CallFailed as problem:
        raise Unreached(str(problem)) from None
    finally:
        _slots.release()
    if answer.status != 200:
        raise Unreached(f"it answered {answer.status}")
    return answer.body
