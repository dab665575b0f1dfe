"""Block H: what becomes of reservations: asked for, cancelled, given up by the station itself."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import commands, reservations
from ocppbridge.charging.intents import CancelReservation, Reserve
from ocppbridge.charging.messages import ReservationChanged
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call
from ocppbridge.services.turns import Turn


@answers(ReservationChanged)
def take_change(message: ReservationChanged, asked: Asked) -> Acknowledged:
    """H04."""
    return Acknowledged()


@records(ReservationChanged)
def changed(message: ReservationChanged, turn: Turn) -> None:
    """The reservation is over."""
    reservations.told(turn.station, message.reservation_id, message.status, turn.received)
    turn.report(
        "ReservationStatusUpdate", {"reservationId": message.reservation_id, "status": message.status}, message.status
    )


@settles(Reserve)
def reserved(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """H01: held, refused, or nobody knows."""
    reservations.reserved(call, outcome, now)
    commands.settled(call, outcome)


@settles(CancelReservation)
def cancelled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """H02."""
    reservations.cancelled(call, outcome, now)
    commands.settled(call, outcome)
