"""The processes on the far sides of the wire, and what they report: one list of events that can be waited upon.

Each actor is a process of its own that takes orders on standard input and tells events on standard output; it ends when
its standard input closes, so none can outlive us, however we end.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import IO, Any, Self

from config.demo.emsp.words import dumps, loads

Event = dict[str, Any]
Wanted = Callable[[Event], bool]


def like(**facts: Any) -> Wanted:
    """Wants an event that says all this."""
    return lambda event: all(event.get(name) == value for name, value in facts.items())


class Missing(Exception):
    """Something that should have happened did not; the message says what."""


class Stage:
    """All actors and everything that they told, in the order in which it reached us."""

    def __init__(self, on_event: Callable[[Event], None] = lambda event: None) -> None:
        self.events: list[Event] = []
        self._on_event = on_event
        self._changed = threading.Condition()
        self._actors: list[Actor] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        """Close every actor's standard input, then wait for them."""
        for actor in self._actors:
            actor.leave()
        for actor in self._actors:
            actor.gone()

    def enter(self, name: str, module: str, *arguments: str) -> Actor:
        """Start an actor of ours: ``python -m module arguments``."""
        return self.enter_command(name, [sys.executable, "-m", module, *arguments])

    def enter_command(self, name: str, command: Sequence[str]) -> Actor:
        """Start any program that keeps to the manners of actors."""
        actor = Actor(self, name, command)
        self._actors.append(actor)
        return actor

    def told(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._on_event(event)
            self._changed.notify_all()

    def mark(self) -> int:
        """Now, as a place in the list of events."""
        with self._changed:
            return len(self.events)

    def wait(self, wanted: Wanted, what: str, *, seconds: float = 60.0, since: int = 0) -> Event:
        """The first event since a mark that is wanted; Missing(what) if it does not come in time."""
        deadline = time.monotonic() + seconds
        place = since
        with self._changed:
            while True:
                for event in self.events[place:]:
                    if wanted(event):
                        return event
                place = len(self.events)
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise Missing(f"{what}: nothing of the kind within {seconds:.0f} s")

    def seen(self, wanted: Wanted, since: int = 0) -> list[Event]:
        with self._changed:
            return [event for event in self.events[since:] if wanted(event)]


class Actor:
    """One process on the stage."""

    _ids = count(1)

    def __init__(self, stage: Stage, name: str, command: Sequence[str]) -> None:
        self.stage, self.name = stage, name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._ears = threading.Thread(target=self._hear, args=(self.process.stdout,), daemon=True)
        self._ears.start()

    def say(self, **order: Any) -> None:
        """Give an order without waiting."""
        if self.process.stdin is not None:
            self.process.stdin.write(dumps(order) + "\n")
            self.process.stdin.flush()

    def ask(self, seconds: float = 60.0, **order: Any) -> Any:
        """Give an order and wait until it is done; its result. Raises Missing if it failed."""
        number = str(next(self._ids))
        since = self.stage.mark()
        self.say(id=number, **order)
        answer = self.stage.wait(
            lambda event: event["event"] in {"done", "failed"} and event.get("id") == number,
            f"{self.name} carrying out {order['do']}",
            seconds=seconds,
            since=since,
        )
        if answer["event"] == "failed":
            raise Missing(f"{self.name} could not {order['do']}: {answer['why']}")
        return answer["result"]

    def leave(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()

    def gone(self) -> None:
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._ears.join(5)

    def _hear(self, output: IO[str] | None) -> None:
        if output is None:
            return
        with output:
            for line in output:
                self.stage.told({"who": self.name} | loads(line))
