"""A station: its EVSEs, what a driver does to them, and when it has something to say. Versions say it in their words.

Pure: `now` is an argument, everything to be told to the world comes out of `to_send` and `notes`. A transaction begins
when the cable is in and somebody was authorized, whichever came last (TxStartPoint PowerPathClosed).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import ClassVar

from ocppbridge.simulator import power, two_way
from ocppbridge.simulator.clock import earliest, whole
from ocppbridge.simulator.evse import Charge, Evse, Permit, Profile
from ocppbridge.simulator.memory import Memory
from ocppbridge.simulator.meter import Meter
from ocppbridge.simulator.moods import Mood, answered_in
from ocppbridge.simulator.notes import Note, Notebook
from ocppbridge.simulator.wire import Asked, Payload, Settled, Wire
from ocppbridge.simulator.words import Words
from ocppbridge.versions.schemas import schemas

__all__ = ["Note", "Station"]


class Station(Notebook, Words):
    """What the versions share; `v16.Station16` and `v2.Station2` put it into words."""

    subprotocol: ClassVar[str]
    schema_version: ClassVar[str]

    def __init__(self, profile: Profile, new_id: Callable[[], str]) -> None:
        super().__init__(profile)
        self.new_id = new_id
        check = schemas(self.schema_version).check_request
        self.wire = Wire(new_id, check, answer_timeout=profile.answer_timeout)
        self.evses = {
            number: Evse(number, Meter(profile.first_register, profile.power, profile.speed))
            for number in range(1, profile.evses + 1)
        }
        self.accepted = False
        self.reset_wanted = False
        self.heartbeat_every = timedelta(seconds=300)
        self.memory = Memory()
        self._order = count()
        self._agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._behind = False
        self._next_heartbeat: datetime | None = None
        self._boot_again_at: datetime | None = None
        self.reachable = True
        """Whether its network is up; the shell lets go of the socket when it is not."""
        self.moods: dict[str, Mood] = {}
        """How calls are answered that are not answered as they should be."""

    # --- the socket ----------------------------------------------------------------------------------------------

    def connected(self, now: datetime) -> None:
        """A socket is up. Only the first one of a life boots; after a loss the states are said again (B04)."""
        self.wire.connected()
        self.note("online", now)
        if not self.accepted:
            self.boot(now)
            return
        for evse in self.evses.values():
            evse.said = ""
        self.say_states(now)

    def disconnected(self, now: datetime) -> None:
        self.note("offline", now)
        self._behind = True
        self.wire.disconnected(now)
        two_way.alone(self, now)

    def receive(self, text: str, now: datetime) -> None:
        heard = self.wire.receive(text, now)
        if isinstance(heard, Asked):
            self._asked(heard, now)
        elif isinstance(heard, Settled):
            self.note_settled(heard, now)
            if self._behind and self.wire.idle and self.accepted:
                self._behind = False
                self.note("caught_up", now)

    def to_send(self, now: datetime) -> list[str]:
        frames = []
        self.wire.admitted = self.accepted or self.reset_wanted
        for text, message in self.wire.to_send(now):
            if message is not None:
                self.note_sent(message, now)
            frames.append(text)
        return frames

    def tick(self, now: datetime) -> None:
        """Do what time has made due: boot again, samples, heartbeat, time-outs."""
        self.wire.tick(now)
        if self._boot_again_at is not None and now >= self._boot_again_at:
            self._boot_again_at = None
            self.boot(now)
        while self._agenda and now >= self._agenda[0][0]:
            heappop(self._agenda)[2](now)
        for evse in self.evses.values():
            self._tick_evse(evse, now)
        if self.accepted and self.wire.online and self._next_heartbeat is not None and now >= self._next_heartbeat:
            self._next_heartbeat = now + self.heartbeat_every
            self.wire.ask("Heartbeat", {})

    def later(self, at: datetime, do: Callable[[datetime], None]) -> None:
        """Have something done when it is time."""
        heappush(self._agenda, (at, next(self._order), do))

    def _tick_evse(self, evse: Evse, now: datetime) -> None:
        if evse.charge is not None and now >= evse.charge.next_sample:
            evse.charge.next_sample += self.profile.sample_every
            if not evse.meter.silent:
                self.say_sample(evse, evse.charge, whole(now))
        if evse.permit is not None and evse.permit.until is not None and now >= evse.permit.until:
            evse.permit = None
            self.note("no_cable", now, evse=evse.number)
            self.say_states(now)

    @property
    def deadline(self) -> datetime | None:
        """When `tick` wants to be called next."""
        samples = (evse.charge.next_sample for evse in self.evses.values() if evse.charge is not None)
        permits = (evse.permit.until for evse in self.evses.values() if evse.permit is not None)
        beat = self._next_heartbeat if self.wire.online else None
        due = self._agenda[0][0] if self._agenda else None
        return earliest([self.wire.deadline, beat, self._boot_again_at, due, *samples, *permits])

    # --- the driver ----------------------------------------------------------------------------------------------

    def plug(self, number: int, now: datetime) -> None:
        self.evses[number].plugged = True
        self._begin_if_ready(self.evses[number], now)
        self.say_states(now)

    def unplug(self, number: int, now: datetime) -> None:
        evse = self.evses[number]
        evse.plugged, evse.permit = False, None
        self.end(evse, "EVDisconnected", now)
        self.say_states(now)

    def swipe(self, number: int, id_token: str, now: datetime, token_type: str = "ISO14443") -> None:
        """Hold a card to the reader: ends one's own transaction, or asks the hub and begins one."""
        evse = self.evses[number]
        permit = Permit(id_token, token_type)
        if evse.charge is not None:
            if evse.charge.permit.id_token == id_token:
                self.end(evse, "Local", now)
                self.say_states(now)
            return
        if not self.wire.online and (self.profile.starts_offline or self.memory.admits(id_token)):
            self.permit(evse, permit, now)
        elif not evse.asking:
            evse.asking = True
            self.ask_permission(evse, permit)

    def permission(self, evse: Evse, permit: Permit, status: str | None, now: datetime) -> None:
        """The answer to Authorize; ``status`` is None if there was none."""
        evse.asking = False
        if status == "Accepted" or (status is None and not self.wire.online and self.profile.starts_offline):
            self.permit(evse, permit, now)
        else:
            self.note("not_authorized", now, evse=evse.number, id_token=permit.id_token, status=status)

    def suspend(self, number: int, now: datetime) -> None:
        """The car takes no more (full, or its owner stopped it) but stays plugged in."""
        evse = self.evses[number]
        if evse.charge is not None and not evse.charge.suspended:
            evse.charge.suspended = True
            evse.meter.stop(whole(now))
            self.say_charging_state(evse, evse.charge, whole(now))

    def resume(self, number: int, now: datetime) -> None:
        evse = self.evses[number]
        if evse.charge is not None and evse.charge.suspended:
            evse.charge.suspended = False
            evse.meter.start(whole(now))
            self.say_charging_state(evse, evse.charge, whole(now))

    def fail(self, number: int, error: str, now: datetime) -> None:
        """The EVSE is out of order; charging ends."""
        self.evses[number].fault = error
        self.end(self.evses[number], "Other", now)
        self.note("faulted", now, evse=number, error=error)
        self.say_states(now)

    def mend(self, number: int, now: datetime) -> None:
        self.evses[number].fault = ""
        self.note("mended", now, evse=number)
        self.say_states(now)

    def lose_power(self, now: datetime) -> None:
        """Everything stops; when the network is up again it boots, and then tells what has ended (TC_032)."""
        self.note("power_lost", now)
        for evse in self.evses.values():
            evse.permit = None
            self.end(evse, "PowerLoss", now)
        self.accepted = self.reachable = False

    # --- transactions --------------------------------------------------------------------------------------------

    def permit(self, evse: Evse, permit: Permit, now: datetime) -> None:
        if evse.charge is not None:
            return
        if evse.held is not None and not evse.held.is_for(permit.id_token):
            self.note("held_for_another", now, evse=evse.number, id_token=permit.id_token)
            return
        permit.until = now + self.profile.connection_timeout
        evse.permit = permit
        self._begin_if_ready(evse, now)
        self.say_states(now)

    def _begin_if_ready(self, evse: Evse, now: datetime) -> None:
        if evse.permit is None or not evse.plugged or evse.charge is not None:
            return
        at = whole(now)
        evse.meter.start(at)
        charge = Charge(evse.permit, evse.number, at, evse.meter.said(at), at + self.profile.sample_every)
        charge.reservation = evse.held.number if evse.held else None
        charge.given_start = evse.meter.given
        evse.charge, evse.permit, evse.held = charge, None, None
        power.obey(self, evse, now)
        self.say_start(evse, charge)
        self.note("started", now, **self.facts(charge))

    def end(self, evse: Evse, reason: str, now: datetime) -> None:
        """End the transaction, if one runs; the figures in the note are what a bill can be checked against."""
        charge = evse.charge
        if charge is None:
            return
        at = whole(now)
        evse.meter.stop(at)
        evse.charge = None
        self.say_end(evse, charge, reason, at)
        figures = {"ended_at": at.isoformat(), "meter_stop": evse.meter.register, "reason": reason}
        if self.profile.gives_back:
            figures["given"] = evse.meter.given - charge.given_start
        two_way.forget(self, evse)
        self.note("ended", now, **self.facts(charge), **figures)

    @staticmethod
    def facts(charge: Charge) -> Note:
        return {
            "evse": charge.number,
            "id_token": charge.permit.id_token,
            "started_at": charge.started_at.isoformat(),
            "meter_start": charge.meter_start,
            "transaction_id": charge.transaction_id,
            "remote": charge.permit.remote,
        }

    def find_charge(self, transaction_id: object) -> Evse | None:
        for evse in self.evses.values():
            if evse.charge is not None and evse.charge.transaction_id == transaction_id:
                return evse
        return None

    def free_evse(self, number: int | None, id_token: str = "") -> Evse | None:
        """The EVSE asked for, or any, if nobody uses it and nobody else is promised it."""
        candidates = self.evses.values() if number is None else filter(None, [self.evses.get(number)])
        for evse in candidates:
            taken = evse.charge or evse.permit or (evse.held and not evse.held.is_for(id_token))
            if not taken and not evse.inoperative and not evse.fault:
                return evse
        return None

    # --- shared answers ------------------------------------------------------------------------------------------

    def booted(self, answer: Payload | None, now: datetime) -> None:
        """Accepted: go to work. Pending or Rejected: ask again after the interval (B02.FR.04)."""
        interval = timedelta(seconds=max(1, int((answer or {}).get("interval") or 10)))
        self.note("booted", now, status=(answer or {}).get("status"))
        if (answer or {}).get("status") != "Accepted":
            self._boot_again_at = now + interval if self.wire.online else None
            return
        self.accepted = True
        self.heartbeat_every = interval
        self._next_heartbeat = now + interval
        for evse in self.evses.values():
            evse.said = ""
        self.say_states(now)

    def _asked(self, asked: Asked, now: datetime) -> None:
        self.note("called", now, action=asked.action, message_id=asked.message_id, payload=asked.payload)
        if asked.action in self.moods:
            self.note(*answered_in(self.moods[asked.action], asked, self.wire, now), action=asked.action)
            return
        answer = self.answer(asked.action, asked.payload, now)
        if answer is None:
            self.wire.refuse(asked.message_id, "NotImplemented", f"{asked.action} is not known to this simulator")
            self.note("refused", now, action=asked.action, message_id=asked.message_id)
            return
        schemas(self.schema_version).check_response(asked.action, answer)
        self.wire.answer(asked.message_id, answer)
        self.note("answered", now, action=asked.action, message_id=asked.message_id, payload=answer)
