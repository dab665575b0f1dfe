"""RESERVE_NOW and CANCEL_RESERVATION for our own stations, and the OCPI Session that a reservation is (CMD-19 to -22).

The Session is RESERVATION while the station holds the place (SES-20); a transaction that uses it takes over its id and
goes ACTIVE, else it is COMPLETED and, where the tariff asks something for it, billed (SES-21). What ends it on our side
is told to the RESERVE_NOW's own response_url, whenever that is (CMD-22).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from ocppbridge.bridge import places, tokens
from ocppbridge.bridge.sessions import FREE_OF_CURRENCY
from ocppbridge.charging.authorization import Method
from ocppbridge.charging.intents import CancelReservation, Reserve
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.tokens import IdToken
from ocppbridge.models import Call, Evse, Reservation, Station, Transaction
from ocppbridge.services import alerts, calls, reservations
from roaming.models import Command
from roaming.ocpi import json
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.types import format_datetime, parse_datetime
from roaming.postgres import several
from roaming.postgres.questions import Question
from roaming.pricing import Bill, SessionFacts, cut, price
from roaming.services import commands, desk, desk_own, prices, sessions
from roaming.services.decisions import choices

log = logging.getLogger(__name__)

State = Reservation.State


def ask(command: Command, evse: Evse, token: IdToken) -> Reserve:
    """The verb for a RESERVE_NOW; the same id of the same eMSP changes what it has (CMD-19)."""
    said: dict[str, Any] = json.loads(command.request)
    until = datetime.fromtimestamp(parse_datetime(said["expiry_date"]).timestamp(), UTC)
    partner = tokens.owner(said["token"])
    row = _of(partner, command.reservation_id, evse.station)
    if row is None:
        row = reservations.new(
            evse.station, token, until, evse=evse.number, partner=partner, requested_by=partner,
            partner_reservation_id=command.reservation_id, group_id=said["token"].get("group_id") or "",
            command_reference=str(command.pk),
        )  # fmt: skip
    return reservations.intent(row, token, until)


def known(command: Command) -> Reservation | None:
    """The reservation that a CANCEL_RESERVATION means: the sender's own, while it is open (CMD-20)."""
    partner = f"{command.sender.country_code}/{command.sender.party_id}"
    rows = Reservation.objects.filter(
        partner=partner,
        partner_reservation_id__iexact=command.reservation_id,
        state__in=reservations.OPEN,
        station__country_code=command.receiver.country_code,
        station__party_id=command.receiver.party_id,
    )
    return rows.select_related("station").order_by("-pk").first()


def reserved(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The station has answered a Reserve, or has not."""
    asked = calls.intent_of(call)
    row = reservations.locked(asked.reservation_id, call.station) if isinstance(asked, Reserve) else None
    if row is None or not isinstance(asked, Reserve):
        return
    if outcome is None:
        reservations.unanswered(row, call.sent_at is not None, now)
        return
    reservations.answered(row, asked, outcome, now)
    if isinstance(outcome, Accepted) and row.state == State.HELD:
        _begin(row, call)
        _tell(row, now)


def cancelled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The station has answered a CancelReservation. The eMSP that asked for it hears its own result, nothing else."""
    asked = calls.intent_of(call)
    row = reservations.locked(asked.reservation_id, call.station) if isinstance(asked, CancelReservation) else None
    if row is None or outcome is None or row.state not in reservations.OPEN:
        return
    reservations.cancelled(row, outcome, now)
    _ended(row, now, ours=not call.reference)


def told(station: Station, reservation_id: int, status: str, now: datetime) -> None:
    """The station has ended it (ReservationStatusUpdate)."""
    row = reservations.locked(reservation_id, station)
    if row is not None and row.state in reservations.OPEN:
        reservations.told(row, status, now)
        _ended(row, now, ours=row.state == State.CANCELLED)


def stations_with_open(station_ids: Iterable[int]) -> set[int]:
    """Those of the stations that hold something, or have been asked to."""
    return {station_id for (station_id,) in several.ask(_open_at_any(), station_ids)}


@cache
def _open_at_any() -> Question:
    rows = Reservation.objects.filter(station_id__in=several.ANY, state__in=reservations.OPEN)
    return Question.of(rows.values_list("station_id"))


def lost(evses: Iterable[Evse], now: datetime) -> None:
    """1.6 §5.13: an EVSE that is Faulted or Unavailable is held for nobody; such a station does not say so."""
    for row in reservations.at(evses):
        reservations.told(row, "Removed", now)
        _ended(row, now, ours=True)


def expire(now: datetime) -> int:
    """What nobody has used in time; 1.6 stations do not tell."""
    due = reservations.due(now)
    for pk in due:
        with transaction.atomic():
            row = Reservation.objects.select_for_update(of=("self",)).select_related("station").get(pk=pk)
            if row.state in reservations.OPEN:
                reservations.expire(row, now)
                _ended(row, now, ours=False)
    return len(due)


def used_by(row: Transaction, now: datetime) -> None:
    """A transaction that has begun on a reservation goes on with its Session (SES-21)."""
    held = reservations.fits(row)
    if held is None:
        return
    reservations.use(held, now)
    row.reservation_id, fields = held.pk, ["reservation_id"]
    if held.session_id is not None and not row.location:
        row.session_id, row.reserved_from = held.session_id, held.held_at or held.created_at
        row.authorization_reference = row.authorization_reference or held.authorization_reference
        fields += ["session_id", "reserved_from", "authorization_reference"]
        if held.location and held.evse_number == row.evse_number:
            row.location, row.tariff = held.location, held.tariff
            fields += ["location", "tariff"]
    row.save(update_fields=fields)


def publish(row: Reservation, now: datetime) -> None:
    """Its Session as it stands, and its CDR where it came to nothing and costs something."""
    if row.session_id is None or not row.location or row.state in (State.ASKED, State.REFUSED, State.USED):
        return
    owner = places.owner(row.station)
    periods, bill = _account(row, now)
    sessions.store(owner, _session(row, periods, bill, now), source=None, now=now)
    if row.state != State.HELD and not row.cdr_id and bill is not None and bill.total_cost.excl_vat:
        try:
            document, hints = _cdr(row, periods, bill, now), {"reservation_expired": row.state == State.EXPIRED}
            desk_own.issue(owner, document, now, bill=desk.explained(bill), hints=hints)
        except OcpiError as error:
            alerts.raise_alert(row.station_id, "RESERVATION-NOT-BILLED", f"{row}: {error.message}", now)
            return
        row.cdr_id = str(row.session_id)
        row.save(update_fields=["cdr_id"])


def _begin(row: Reservation, call: Call) -> None:
    """It is held: who pays, and where, as of now (CDR-13); staff's own have no Session."""
    command = tokens.command_of(call)
    if command is None:
        return
    token = json.loads(command.request)["token"]
    row.command_reference, row.authorization_reference = str(command.pk), command.authorization_reference
    row.cdr_token, row.group_id = tokens.cdr_token(token), token.get("group_id") or ""
    place = places.find(row.station, row.evse_number, None, row.held_at or row.created_at, row.cdr_token)
    if place is not None:
        row.session_id = row.session_id or uuid.uuid4()
        row.location = json.dumps({**place.location, "time_zone": place.time_zone})
        row.tariff = json.dumps(place.tariff) if place.tariff else ""
    row.save()


def _ended(row: Reservation, now: datetime, *, ours: bool) -> None:
    """`ours`: neither the eMSP nor the clock has ended it."""
    if row.state in reservations.OPEN:
        return
    _tell(row, now)
    if ours and row.command_reference:
        commands.revoke(row.command_reference, "CANCELED_RESERVATION", f"the reservation is cancelled: {row.reason}")


def _tell(row: Reservation, now: datetime) -> None:
    """A tariff that cannot be priced is for staff to mend, and no reason to stop hearing the station."""
    try:
        with transaction.atomic():
            publish(row, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("cannot publish %s", row)
        alerts.raise_alert(row.station_id, "RESERVATION-NOT-PUBLISHED", f"{row}: {error}", now)


def _of(partner: str, reservation_id: str, station: Station) -> Reservation | None:
    rows = Reservation.objects.filter(
        station=station, partner=partner, partner_reservation_id__iexact=reservation_id, state__in=reservations.OPEN
    )
    return rows.order_by("-pk").first()


def _account(row: Reservation, now: datetime) -> tuple[list[dict[str, Any]], Bill | None]:
    location, tariff = json.loads(row.location), json.loads(row.tariff) if row.tariff else None
    begun, end = row.held_at or row.created_at, row.ended_at or max(now, row.held_at or now)
    expired = row.state == State.EXPIRED
    facts = SessionFacts(None, end if expired else None, location["time_zone"], reservation=(begun, end))
    tariffs = [tariff] if tariff else []
    periods = cut(facts, tariffs)
    if tariff is None:
        return periods, None
    document = {
        "start_date_time": format_datetime(begun),
        "end_date_time": format_datetime(end),
        "time_zone": location["time_zone"],
        "charging_periods": periods,
        "reservation_expired": expired,
    }
    return periods, price(document, tariffs, time_zone=location["time_zone"], options=prices.options(choices()))


def _session(row: Reservation, periods: list[dict[str, Any]], bill: Bill | None, now: datetime) -> dict[str, Any]:
    location = json.loads(row.location)
    document = _shared(row, periods, now) | {
        "kwh": 0,
        "location_id": location["id"],
        "evse_uid": location["evse_uid"],
        "connector_id": location["connector_id"],
        "status": "RESERVATION" if row.state == State.HELD else "COMPLETED",
    }
    if row.ended_at is not None:
        document["end_date_time"] = format_datetime(row.ended_at)
    if bill is not None:
        document["total_cost"] = bill.total_cost.document()
    return document


def _cdr(row: Reservation, periods: list[dict[str, Any]], bill: Bill, now: datetime) -> dict[str, Any]:
    location = json.loads(row.location)
    del location["time_zone"]
    document = _shared(row, periods, now) | {
        "session_id": str(row.session_id),
        "end_date_time": format_datetime(row.ended_at or now),
        "cdr_location": location,
        "tariffs": [json.loads(row.tariff)],
    }
    return document | bill.totals()


def _shared(row: Reservation, periods: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    document = {
        "country_code": row.station.country_code,
        "party_id": row.station.party_id,
        "id": str(row.session_id),
        "start_date_time": format_datetime(row.held_at or row.created_at),
        "cdr_token": row.cdr_token,
        "auth_method": Method.COMMAND.value,
        "currency": json.loads(row.tariff)["currency"] if row.tariff else FREE_OF_CURRENCY,
        "charging_periods": periods,
        "last_updated": format_datetime(now),
    }
    if row.authorization_reference:
        document["authorization_reference"] = row.authorization_reference
    return document
