"""OCPI commands for our own stations: each becomes a call, and the station's answer its CommandResult.

`accept` decides at once whether we understand and pass on a command (CMD-02); it never waits for the station. The
token's validity is not ours to check (CMD-10), but a stop must come from the eMSP whose driver charges (CMD-18).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction

from ocppbridge.bridge import profiles, reservations
from ocppbridge.bridge.ordering import PURPOSE, Declined, Known
from ocppbridge.charging.intents import (
    CancelReservation,
    Intent,
    NotOffered,
    StartCharging,
    StopCharging,
    Unlock,
)
from ocppbridge.charging.outcomes import Accepted, Outcome, Scheduled, Unsupported
from ocppbridge.charging.tokens import CARD, IdToken, Place
from ocppbridge.models import Call, Evse, Station, Transaction
from ocppbridge.rpc.errors import Code
from ocppbridge.services import calls, evses
from roaming.models import Command
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.ports import Acceptance
from roaming.services import commands, locations
from roaming.services.decisions import choices

REMOTE_START, UNLOCK, RESERVABLE = "REMOTE_START_STOP_CAPABLE", "UNLOCK_CAPABLE", "RESERVABLE"
# OCPP 2.x names where an identification comes from; an app's has never been on a card.
TOKEN_TYPE: Final = {"RFID": CARD}
# What the station's word means to the eMSP: an error, and a latch that does not open, have failed; any other refusal is
# REJECTED.
RESULT: Final = {
    "Occupied": "EVSE_OCCUPIED", "Faulted": "EVSE_INOPERATIVE", "Unavailable": "EVSE_INOPERATIVE",
    "UnlockFailed": "FAILED", **{code.value: "FAILED" for code in Code},
}  # fmt: skip


def accept(command: Command) -> Acceptance:
    """The CommandResponse; where it is ACCEPTED, the call to the station is queued with it."""
    try:
        with transaction.atomic():  # what a translator has made goes with a refusal
            return _accept(command)
    except Known as known:
        commands.settle(command.pk, known.result, str(known))
        return Acceptance("ACCEPTED")
    except Declined as declined:
        return declined.acceptance
    except calls.NotAccepted as error:
        return Acceptance("REJECTED", message=str(error))
    except (NotOffered, calls.InvalidPayload) as error:
        return Acceptance("NOT_SUPPORTED", message=str(error))


def _accept(command: Command) -> Acceptance:
    translate = _TRANSLATORS.get(command.kind)
    if translate is None:
        raise Declined("NOT_SUPPORTED", f"stations of {command.receiver} do not take {command.kind}")
    station, intent = translate(command)
    _refuse_offline(station)
    acceptance = Acceptance("ACCEPTED")
    call = calls.queue(
        station,
        intent,
        purpose=PURPOSE,
        reference=str(command.pk),
        correlation_id=command.correlation_id,
        requested_by=f"{command.sender.country_code}/{command.sender.party_id}",
        expires_in=timedelta(seconds=acceptance.timeout),
    )
    command.call_reference = str(call.pk)  # written with our response
    return acceptance


def settled(call: Call, outcome: Outcome | None) -> None:
    """The call that a command became has ended; None if the station did not answer."""
    if call.purpose == PURPOSE and call.reference:
        commands.settle(call.reference, *result_of(outcome, call.action))


def result_of(outcome: Outcome | None, action: str = "") -> tuple[str, str]:
    """(CommandResultType, message) (CMD-08)."""
    if outcome is None:
        return "TIMEOUT", "the station did not answer"
    if isinstance(outcome, Accepted | Scheduled):
        return "ACCEPTED", ""
    if action == "CancelReservation" and outcome.status == "Rejected":
        return "UNKNOWN_RESERVATION", "the station holds no such reservation"
    said = f"the station said {outcome.status}" + (f": {outcome.reason}" if outcome.reason else "")
    if isinstance(outcome, Unsupported):
        return "NOT_SUPPORTED", said
    return RESULT.get(outcome.status, "REJECTED"), said


def _start(command: Command) -> tuple[Station, Intent]:
    evse, whole_station = _evse(command, REMOTE_START)
    request: dict[str, Any] = json.loads(command.request)
    token: dict[str, Any] = request["token"]
    group = token.get("group_id")
    place = None if whole_station else Place(evse.number, _connector(command))
    kind = TOKEN_TYPE.get(token["type"], "Central")
    return evse.station, StartCharging(
        token=IdToken(token["uid"], kind),
        remote_start_id=_next_number(),
        place=place,
        group=IdToken(group, "Central") if group else None,
    )


def _stop(command: Command) -> tuple[Station, Intent]:
    row = profiles.find(command)
    if row is None:
        raise Declined("UNKNOWN_SESSION", "there is no such session")
    if row.token_owner != f"{command.sender.country_code}/{command.sender.party_id}":
        raise Declined("REJECTED", "the session is another party's")
    if row.state != Transaction.State.RUNNING:
        raise Declined("REJECTED", "the session has ended")
    return row.station, StopCharging(row.transaction_id or str(row.wire_id))


def _unlock(command: Command) -> tuple[Station, Intent]:
    evse, _ = _evse(command, UNLOCK)
    return evse.station, Unlock(Place(evse.number, _connector(command) or 1))


def _reserve(command: Command) -> tuple[Station, Intent]:
    evse, any_of_them = _evse(command, RESERVABLE)
    if any_of_them:
        evse = evse.station.evses.exclude(uid="").filter(status="AVAILABLE").first() or evse
    token: dict[str, Any] = json.loads(command.request)["token"]
    identified = IdToken(token["uid"], TOKEN_TYPE.get(token["type"], "Central"))
    return evse.station, reservations.ask(command, evse, identified)


def _cancel(command: Command) -> tuple[Station, Intent]:
    row = reservations.known(command)
    if row is None:
        raise Known("UNKNOWN_RESERVATION", "the reservation has ended")
    return row.station, CancelReservation(row.pk)


_TRANSLATORS: Final[dict[str, Callable[[Command], tuple[Station, Intent]]]] = {
    "START_SESSION": _start,
    "STOP_SESSION": _stop,
    "RESERVE_NOW": _reserve,
    "CANCEL_RESERVATION": _cancel,
    "UNLOCK_CONNECTOR": _unlock,
    **profiles.TRANSLATORS,
}


def _evse(command: Command, capability: str) -> tuple[Evse, bool]:
    """The EVSE meant, and whether the station may choose one itself (CMD-15): none named, one station there."""
    party = PartyId(command.receiver.country_code, command.receiver.party_id)
    location = locations.find(party, command.location_id)
    if location is None:
        raise Declined("REJECTED", "there is no such location", unknown_location=True)
    found = evses.offered(party.country, party.party, location.object_id, command.evse_uid)
    if not found:
        raise Declined("REJECTED", "no station of ours stands behind that EVSE")
    if len({evse.station_id for evse in found}) > 1:
        raise Declined("REJECTED", "the location has several stations: name the EVSE")
    _refuse_incapable(json.loads(location.document), found, capability)
    return found[0], not command.evse_uid and len(found) > 1


def _refuse_incapable(location: dict[str, Any], meant: list[Evse], capability: str) -> None:
    """A capability that the published EVSE does not name is not there (CMD-26, LOC-39)."""
    uids = {evse.uid.upper() for evse in meant}
    for published in location.get("evses") or []:
        if published["uid"].upper() in uids and capability in (published.get("capabilities") or []):
            return
    raise Declined("NOT_SUPPORTED", f"the EVSE is not {capability}")


def _refuse_offline(station: Station) -> None:
    if station.online:
        return
    patience = choices().value("COMMAND-STATION-OFFLINE", station=station.identity)  # decision: COMMAND-STATION-OFFLINE
    if patience == "reject":
        raise Declined("REJECTED", "the station is not connected")


def _connector(command: Command) -> int | None:
    return int(command.connector_id) if command.connector_id.isdecimal() else None


def _next_number() -> int:
    """remoteStartId: from the sequence of 1.6's transaction ids, unique on all nodes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ocppbridge_wire_id')")
        return int(cursor.fetchone()[0])
