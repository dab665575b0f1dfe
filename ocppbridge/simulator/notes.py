"""What a station notes down of its own life, one JSON object each: for logs, for the screen, for scripts that wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ocppbridge.simulator.evse import Profile
from ocppbridge.simulator.wire import Message, Settled

Note = dict[str, Any]


class Notebook:
    """Notes are taken once by whoever tells them; listeners hear each at once."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.listeners: list[Callable[[Note], None]] = []
        self._notes: list[Note] = []

    def note(self, event: str, now: datetime, **facts: Any) -> None:
        note = {"at": now.isoformat(), "station": self.profile.identity, "event": event, **facts}
        self._notes.append(note)
        for listener in self.listeners:
            listener(note)

    def notes(self) -> list[Note]:
        """What happened since the last call."""
        taken, self._notes = self._notes, []
        return taken

    def note_sent(self, message: Message, now: datetime) -> None:
        self.note("sent", now, action=message.action, message_id=message.message_id, payload=message.payload)

    def note_settled(self, settled: Settled, now: datetime) -> None:
        """An acknowledged message is one that the hub may never lose again."""
        event = "acknowledged" if settled.payload is not None else "rejected"
        facts: Note = {"action": settled.message.action, "message_id": settled.message.message_id}
        facts |= {"payload": settled.payload} if settled.payload is not None else {"error": settled.error}
        self.note(event, now, **facts)
