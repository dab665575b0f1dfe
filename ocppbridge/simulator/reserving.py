"""Reservations as a station keeps them (block H): held, used, given up, expired."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ocppbridge.simulator.evse import Evse, Hold
from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station


def reserve(station: Station, asked: Payload, now: datetime) -> Payload:
    """H01: the EVSE asked for, or any (1.6: connector 0)."""
    number = asked.get("connectorId", asked.get("evseId")) or None
    token = asked.get("idTag") or asked["idToken"]["idToken"]
    reservation = asked.get("reservationId", asked.get("id"))
    cancel(station, {"reservationId": reservation}, now)  # H01.FR.02: the same id replaces
    evse = station.free_evse(number)
    if evse is None:
        return {"status": _why_not(station, number)}
    group = asked.get("parentIdTag") or asked.get("groupIdToken", {}).get("idToken", "")
    until = datetime.fromisoformat(asked.get("expiryDate") or asked["expiryDateTime"])
    evse.held = Hold(int(reservation or 0), token, group, until, shown=number is not None)
    station.later(until, lambda then: _expire(station, evse, int(reservation or 0), then))
    station.note("reserved", now, evse=evse.number, reservation=reservation, id_token=token)
    station.say_states(now)
    return {"status": "Accepted"}


def cancel(station: Station, asked: Payload, now: datetime) -> Payload:
    """H02."""
    for evse in station.evses.values():
        if evse.held is not None and evse.held.number == asked["reservationId"]:
            evse.held = None
            station.say_states(now)
            return {"status": "Accepted"}
    return {"status": "Rejected"}


def _expire(station: Station, evse: Evse, number: int, now: datetime) -> None:
    """H04: 2.x says so; on 1.6 only the state does."""
    if evse.held is None or evse.held.number != number:
        return
    evse.held = None
    station.note("reservation_expired", now, evse=evse.number, reservation=number)
    if station.schema_version != "1.6":
        told = {"reservationId": number, "reservationUpdateStatus": "Expired"}
        station.wire.ask("ReservationStatusUpdate", told)
    station.say_states(now)


def _why_not(station: Station, number: int | None) -> str:
    asked = [station.evses[number]] if number in station.evses else list(station.evses.values())
    if all(evse.fault for evse in asked):
        return "Faulted"
    return "Unavailable" if all(evse.inoperative for evse in asked) else "Occupied"
