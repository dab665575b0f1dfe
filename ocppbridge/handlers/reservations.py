"""Block H: reservations that a station gives up by itself."""

from __future__ import annotations

from ocppbridge.charging.messages import ReservationChanged
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.models import Reservation
from ocppbridge.services.turns import Turn

_STATES = {"Expired": Reservation.State.EXPIRED, "Removed": Reservation.State.CANCELLED}


@answers(ReservationChanged)
def take_change(message: ReservationChanged, asked: Asked) -> Acknowledged:
    """H04."""
    return Acknowledged()


@records(ReservationChanged)
def changed(message: ReservationChanged, turn: Turn) -> None:
    """The reservation is over."""
    rows = Reservation.objects.filter(station=turn.station, pk=message.reservation_id, state=Reservation.State.HELD)
    rows.update(state=_STATES.get(message.status, Reservation.State.EXPIRED))
    turn.report(
        "ReservationStatusUpdate", {"reservationId": message.reservation_id, "status": message.status}, message.status
    )
