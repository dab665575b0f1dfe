"""Block P and everything that is only taken note of."""

from __future__ import annotations

from ocppbridge.charging.messages import DataReceived, Informed
from ocppbridge.charging.replies import Acknowledged, DataTaken
from ocppbridge.handlers import vendors
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.services.turns import Turn


@answers(DataReceived)
def data(message: DataReceived, asked: Asked) -> DataTaken:
    """P02: as its vendor's entry says."""
    return vendors.answer(message, asked)


@records(DataReceived, priority=1)
def data_received(message: DataReceived, turn: Turn) -> None:
    """What its vendor's entry makes of it; kept for staff in any case."""
    vendors.keep(message, turn)
    payload = {"vendorId": message.vendor, "messageId": message.message, "data": message.data}
    turn.report("DataTransfer", payload, f"{message.vendor} {message.message or ''}".strip())


@answers(Informed)
def take_note(message: Informed, asked: Asked) -> Acknowledged:
    """The answer that says nothing."""
    return Acknowledged()


@records(Informed, priority=1)
def informed(message: Informed, turn: Turn) -> None:
    """Kept as it came."""
    said = message.payload
    turn.report(message.action, dict(said), str(said.get("status") or said.get("eventType") or ""))
