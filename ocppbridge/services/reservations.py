"""Reservations as rows, their life decided by `charging.reservations`; whatever ends one first stays.

A row is made when the station is asked and keeps its id for the station when the eMSP changes it (CMD-19): a second
Reserve of the same id replaces the first at the station (H01), so it counts here once the station has accepted it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import Q

from ocppbridge.charging import reservations as pure
from ocppbridge.charging.intents import CancelReservation, Reserve
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.models import Call, Evse, Reservation, Station, Transaction
from ocppbridge.services import calls

OPEN: Final = (Reservation.State.ASKED, Reservation.State.HELD)


def new(station: Station, token: IdToken, until: datetime, *, evse: int | None = None, **more: str) -> Reservation:
    """A row that asks the station to hold something; the caller queues `intent`."""
    return Reservation.objects.create(
        station=station,
        evse_number=evse,
        id_token=token.folded(),
        id_token_type=token.type or "",
        expires_at=until,
        **more,
    )


def intent(row: Reservation, token: IdToken, until: datetime) -> Reserve:
    """The verb; `until` may be later or earlier than what holds now."""
    return Reserve(
        row.pk,
        token,
        until,
        place=Place(row.evse_number) if row.evse_number else None,
        connector_type=row.connector_type or None,
        group=IdToken(row.group_id, "Central") if row.group_id else None,
    )


def let_go(row: Reservation, by: str) -> Call:
    """Staff's wish: the station is asked to cancel it; it ends with the station's answer."""
    return calls.queue(row.station, CancelReservation(row.pk), purpose="staff", requested_by=by)


def locked(pk: int, station: Station) -> Reservation | None:
    """For a change; never another station's (S39)."""
    rows = Reservation.objects.select_for_update(of=("self",)).select_related("station")
    return rows.filter(pk=pk, station=station).first()


def answered(row: Reservation, asked: Reserve, outcome: Outcome, now: datetime) -> None:
    """The answer to a Reserve: of a new one, or of one that replaces what is held."""
    if isinstance(outcome, Accepted) and row.state in OPEN:
        row.expires_at = asked.until
        row.id_token, row.id_token_type = asked.token.folded(), asked.token.type or ""
    _write(row, _read(row).answered(outcome), now)


def unanswered(row: Reservation, sent: bool, now: datetime) -> None:
    """No answer to a Reserve: if it was sent, the station may hold it all the same."""
    _write(row, _read(row).unanswered(sent), now)


def cancelled(row: Reservation, outcome: Outcome, now: datetime) -> None:
    """The answer to a CancelReservation; a CALLERROR says nothing about the reservation."""
    if outcome.status in ("Accepted", "Rejected"):
        _write(row, _read(row).cancelled(outcome), now)


def told(row: Reservation, status: str, now: datetime) -> None:
    """ReservationStatusUpdate."""
    _write(row, _read(row).told(status), now)


def use(row: Reservation, now: datetime) -> None:
    """A transaction has begun on it."""
    _write(row, _read(row).used(), now)


def expire(row: Reservation, now: datetime) -> None:
    """By the clock."""
    _write(row, _read(row).at(now), now)


def due(now: datetime) -> list[int]:
    """Whose time is up."""
    return list(Reservation.objects.filter(state__in=OPEN, expires_at__lte=now).values_list("pk", flat=True)[:100])


def fits(transaction: Transaction) -> Reservation | None:
    """The open reservation that a transaction uses: the one it names, else its token's or group's on its EVSE."""
    named = Q(pk=transaction.reservation_id) if transaction.reservation_id is not None else Q(pk=None)
    who = Q(id_token=transaction.id_token.casefold()) if transaction.id_token else Q(pk=None)
    if transaction.group_id:
        who |= Q(group_id=transaction.group_id)
    there = Q(evse_number=None) | Q(evse_number=transaction.evse_number)
    rows = Reservation.objects.select_for_update(of=("self",)).filter(
        named | (who & there), station_id=transaction.station_id, state__in=OPEN
    )
    found = list(rows.order_by("created_at"))
    return next((row for row in found if row.pk == transaction.reservation_id), found[0] if found else None)


def at(evses: Iterable[Evse]) -> list[Reservation]:
    """What is held of these EVSEs."""
    places = Q(pk=None)
    for evse in evses:
        places |= Q(station_id=evse.station_id, evse_number=evse.number)
    rows = Reservation.objects.select_for_update(of=("self",)).select_related("station")
    return list(rows.filter(places, state=Reservation.State.HELD))


def _read(row: Reservation) -> pure.Reservation:
    return pure.Reservation(row.expires_at, pure.State(row.state), row.reason)


def _write(row: Reservation, after: pure.Reservation, now: datetime) -> None:
    if after.state is pure.State.HELD and row.held_at is None:
        row.held_at = now
    if not after.open and row.state in OPEN:
        row.ended_at = min(now, row.expires_at) if after.state is pure.State.EXPIRED else now
    row.state, row.reason = Reservation.State(after.state.value), after.reason[:50]
    row.save()
