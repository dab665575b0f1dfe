"""Block P and everything that is only taken note of."""

from __future__ import annotations

from ocppbridge.charging.messages import DataReceived, Informed
from ocppbridge.charging.replies import Acknowledged, DataStatus, DataTaken
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.services.turns import Turn


@answers(DataReceived)
def data(message: DataReceived, asked: Asked) -> DataTaken:
    """P02.FR.06: no vendor is known here."""
    return DataTaken(DataStatus.UNKNOWN_VENDOR)


@records(DataReceived, priority=1)
def data_received(message: DataReceived, turn: Turn) -> None:
    """Kept for staff, and for the day the vendor is known."""
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
