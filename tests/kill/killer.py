"""Kills the processes of a hub in turn, with SIGKILL, at moments that a seed decides."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from itertools import cycle

from config.supervisor import healthy
from tests.hub import Hub

IN_TURN = ["ocpp", "worker-drain", "web", "ocpp", "worker-deliver", "web", "ocpp", "worker-interactive", "web"]


class Killer:
    """A thread that kills until it is told to stop; ``killed`` counts by process."""

    def __init__(self, hub: Hub, seed: int, every: tuple[float, float]) -> None:
        self.killed: Counter[str] = Counter()
        self._hub, self._every = hub, every
        self._chance = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._kill)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._stop.set()
        self._thread.join()

    def _kill(self) -> None:
        for name in cycle(IN_TURN):
            if self._stop.wait(self._chance.uniform(*self._every)):
                return
            if self._stands(name):
                for pid in self._hub.pids(name)[:1]:
                    os.kill(pid, signal.SIGKILL)
                    self.killed[name.split("-")[0]] += 1

    def _stands(self, name: str) -> bool:
        """A process that is still starting carries no session: killing it again would only stop the sessions."""
        port = {"web": self._hub.web_port, "ocpp": self._hub.ocpp_port}.get(name)
        return port is None or healthy("127.0.0.1", port)
