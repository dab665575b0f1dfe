"""Messages on a station's display (block O); those whose time is up are taken off by themselves (O02)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ocppbridge.simulator.monitors import SOON, pages
from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station

FORMATS = ("ASCII", "UTF8")


def show(station: Station, asked: Payload, now: datetime) -> Payload:
    """SetDisplayMessage."""
    message = asked["message"]
    if message["message"]["format"] not in FORMATS:
        return {"status": "NotSupportedMessageFormat"}
    if "transactionId" in message and station.find_charge(message["transactionId"]) is None:
        return {"status": "UnknownTransaction"}
    station.memory.upkeep.messages[message["id"]] = message
    station.note("message_shown", now, id=message["id"], text=message["message"]["content"])
    return {"status": "Accepted"}


def report(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetDisplayMessages."""
    _tidy(station, now)
    ids = asked.get("id")
    found = [
        one
        for number, one in station.memory.upkeep.messages.items()
        if (ids is None or number in ids)
        and all(asked[name] == one.get(name) for name in ("priority", "state") if name in asked)
    ]
    if not found:
        return {"status": "Unknown"}

    def tell(then: datetime) -> None:
        for _, page, more in pages(found):
            station.wire.ask("NotifyDisplayMessages", {"requestId": asked["requestId"], "messageInfo": page} | more)

    station.later(now + SOON, tell)
    return {"status": "Accepted"}


def hide(station: Station, asked: Payload, now: datetime) -> Payload:
    """ClearDisplayMessage."""
    found = station.memory.upkeep.messages.pop(asked["id"], None)
    return {"status": "Accepted" if found else "Unknown"}


def _tidy(station: Station, now: datetime) -> None:
    messages = station.memory.upkeep.messages
    for number, one in list(messages.items()):
        ended = "endDateTime" in one and datetime.fromisoformat(one["endDateTime"]) <= now
        gone = "transactionId" in one and station.find_charge(one["transactionId"]) is None
        if ended or gone:
            del messages[number]
