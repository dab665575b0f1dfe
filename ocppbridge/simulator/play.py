"""A scenario being played on one station: like a driver it is told the time, and it hears what the station notes.

It begins when the station has been accepted. A wait that comes to nothing ends it, with a note that says for what.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from ocppbridge.simulator.notes import Note
from ocppbridge.simulator.scenario import Pause, Performance, Until
from ocppbridge.simulator.station import Station

PATIENCE = timedelta(seconds=60)
"""For the first boot to be accepted."""
_PROBLEMS = {"not_authorized", "rejected", "no_connection"}
Rounds = Callable[[Station, datetime], Performance]


class Play:
    """``rounds`` None: for ever."""

    def __init__(
        self, station: Station, perform: Rounds, begin_at: datetime, *, rounds: int | None = 1, pause: float = 5.0
    ) -> None:
        self.station = station
        self.failure = ""
        self.rounds_done = 0
        self._perform, self._rounds, self._pause = perform, rounds, pause
        self._begin_at = begin_at
        self._scene: Performance | None = None
        self._wish: Pause | Until = Pause(0)
        self._since, self._problem = begin_at, ""
        self._heard: deque[Note] = deque(maxlen=1_000)
        station.listeners.append(self._heard.append)

    @property
    def finished(self) -> bool:
        return bool(self.failure) or (self._rounds is not None and self.rounds_done >= self._rounds)

    @property
    def deadline(self) -> datetime | None:
        if self.finished:
            return None
        if self._scene is None:
            return self._begin_at if self.station.accepted else self._begin_at + PATIENCE
        return self._over_at

    def tick(self, now: datetime) -> None:
        """Go on as far as the time and the notes allow."""
        while not self.finished and self._may_go_on(now):
            self._go_on(now)

    @property
    def _over_at(self) -> datetime:
        wish = self._wish
        return self._since + timedelta(seconds=wish.seconds if isinstance(wish, Pause) else wish.within)

    def _may_go_on(self, now: datetime) -> bool:
        if self._scene is None:
            return self._may_begin(now)
        if isinstance(self._wish, Pause):
            return now >= self._over_at
        if self._has_heard(self._wish):
            return True
        if now >= self._over_at:
            facts = "".join(f" {name}={value}" for name, value in self._wish.facts.items())
            self._end(now, f"no {self._wish.event}{facts} within {self._wish.within:g} s{self._problem}")
        return False

    def _may_begin(self, now: datetime) -> bool:
        if not self.station.accepted and now >= self._begin_at + PATIENCE:
            self._has_heard(Until("accepted"))
            self._end(now, f"no boot was accepted within {PATIENCE.seconds} s{self._problem}")
        return self.station.accepted and now >= self._begin_at

    def _has_heard(self, wish: Until) -> bool:
        while self._heard:
            note = self._heard.popleft()
            if note["event"] in _PROBLEMS:
                self._problem = f" ({note['event']}: {note.get('status') or note.get('error') or note.get('why')})"
            if note["event"] == wish.event and wish.facts.items() <= note.items():
                return True
        return False

    def _go_on(self, now: datetime) -> None:
        self._since, self._problem = now, ""
        try:
            if self._scene is None:
                self._heard.clear()
                self._scene = self._perform(self.station, now)
                self._wish = next(self._scene)
            else:
                self._wish = self._scene.send(now)
        except StopIteration:
            self._end(now)
        except Exception as problem:  # noqa: BLE001  # a script may raise anything; the other stations go on
            self._end(now, f"{type(problem).__name__}: {problem}")

    def _end(self, now: datetime, failure: str = "") -> None:
        self._scene, self.failure = None, failure
        self.rounds_done += not failure
        self._begin_at = now + timedelta(seconds=self._pause)
        facts = {"why": failure} if failure else {"round": self.rounds_done}
        self.station.note("scenario_failed" if failure else "scenario_played", now, **facts)
