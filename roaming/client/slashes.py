"""URLs that a peer's framework has with a slash at the end of their path, or without, other than its endpoints say.

It answers them with a 307 or 308 to the other form, each time (S3, peers 2). What was learned saves that; it is
forgotten after a while, and a peer that redirects back is believed.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Final

HOLDS: Final = 600.0  # seconds
MOST: Final = 1000


class Slashes:
    """Of one process."""

    def __init__(self) -> None:
        self._learned: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, url: str) -> str:
        """The URL as the peer has it, its query as it was."""
        place, mark, query = url.partition("?")
        there, until = self._learned.get(place, (place, 0.0))
        return f"{there}{mark}{query}" if until > time.monotonic() else url

    def learn(self, url: str, there: str) -> None:
        """That a URL was redirected to another, which differs by a slash only."""
        with self._lock:
            self._learned[url.partition("?")[0]] = (there.partition("?")[0], time.monotonic() + HOLDS)
            while len(self._learned) > MOST:
                self._learned.popitem(last=False)


slashes: Final = Slashes()
