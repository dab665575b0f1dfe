"""A driver with habits: plugs in, holds a card to the reader (or waits for a remote start), charges, leaves.

Pure like the station it acts upon. What is random comes in as numbers of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ocppbridge.simulator.clock import earliest
from ocppbridge.simulator.station import Station


@dataclass(frozen=True)
class Plan:
    """``id_token`` empty: somebody else starts the session by remote start. ``rounds`` None: for ever."""

    id_token: str = ""
    charge_for: timedelta | None = None
    pause: timedelta = timedelta(seconds=5)
    rounds: int | None = 1
    number: int = 1
    swipe_again_after: timedelta = timedelta(seconds=3)


class Driver:
    """Acts upon one EVSE of one station, one round after the other."""

    def __init__(self, station: Station, plan: Plan, begin_at: datetime) -> None:
        self.station, self.plan = station, plan
        self.rounds_done = 0
        self._arrive_at: datetime | None = begin_at
        self._swipe_at: datetime | None = None
        self._charging = False

    @property
    def finished(self) -> bool:
        return self.plan.rounds is not None and self.rounds_done >= self.plan.rounds

    def tick(self, now: datetime) -> None:
        """Do what is due. The station must have booted once; after that it may be offline."""
        if self.finished or not self.station.accepted:
            return
        if self._arrive_at is not None and now >= self._arrive_at:
            self._arrive_at = None
            self.station.plug(self.plan.number, now)
            self._swipe_at = now if self.plan.id_token else None
        charge = self.station.evses[self.plan.number].charge
        if charge is not None:
            self._charging, self._swipe_at = True, None
            if self.plan.charge_for is not None and now >= charge.started_at + self.plan.charge_for:
                self._leave(now)
        elif self._charging:  # somebody ended it from afar
            self._leave(now)
        elif self._swipe_at is not None and now >= self._swipe_at:
            self._swipe_at = now + self.plan.swipe_again_after
            self.station.swipe(self.plan.number, self.plan.id_token, now)

    @property
    def deadline(self) -> datetime | None:
        charge = self.station.evses[self.plan.number].charge
        until = charge.started_at + self.plan.charge_for if charge and self.plan.charge_for else None
        resting = self.finished or not self.station.accepted
        return None if resting else earliest([self._arrive_at, self._swipe_at, until])

    def _leave(self, now: datetime) -> None:
        self.station.unplug(self.plan.number, now)
        self._charging = False
        self.rounds_done += 1
        self._arrive_at = now + self.plan.pause
