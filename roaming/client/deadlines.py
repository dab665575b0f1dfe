"""A total deadline for a call (S6): one thread shuts the socket of whatever is late.

A read time-out is not enough, for a peer that drips one byte a second never exceeds it, neither in the headers nor in
the body. What the late call then sees may look like a whole answer with headers cut short: ask `fired`.
"""

from __future__ import annotations

import heapq
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Flight:
    """One call under way; `board` is told each socket that it uses."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.fired = False
        self.over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        return max(0.0, self.deadline - time.monotonic())

    def board(self, sock: socket.socket) -> None:
        with self._lock:
            self._socket = sock
            if self.fired:
                _shut(sock)

    def fire(self) -> None:
        with self._lock:
            if self.over:
                return
            self.fired = True
            if self._socket is not None:
                _shut(self._socket)

    def end(self) -> None:
        """After this the socket may serve another call and is not ours to shut."""
        with self._lock:
            self.over = True
            self._socket = None


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # below TLS: the reader sees the connection end


class Watch:
    """The thread; started with the first flight of a process."""

    def __init__(self) -> None:
        self._flights: list[tuple[float, int, Flight]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def flight(self, seconds: float) -> Iterator[Flight]:
        flight = Flight(time.monotonic() + seconds)
        with self._changed:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            heapq.heappush(self._flights, (flight.deadline, next(self._count), flight))
            if self._flights[0][2] is flight:
                self._changed.notify()
        try:
            yield flight
        finally:
            flight.end()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._flights and self._flights[0][2].over:
                    heapq.heappop(self._flights)
                wait = self._flights[0][0] - time.monotonic() if self._flights else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                flight = heapq.heappop(self._flights)[2]
            flight.fire()


watch = Watch()
