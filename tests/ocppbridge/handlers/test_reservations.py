"""A reservation through the front door: the eMSP's command, the station's words, what partners see of the EVSE."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ocppbridge import drain
from ocppbridge.bridge import commands
from ocppbridge.models import Reservation, Station, Transaction
from roaming.models import Command, Party, Platform, Session
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import locations, tariffs, tokens
from tests.ocppbridge.bridge.test_reservations import TOKEN
from tests.ocppbridge.bridge.test_sessions import LOCATION, TARIFF
from tests.ocppbridge.door import Door, Talk, eventually
from tests.ocppbridge.world import new_station

OWNER = PartyId("NL", "VLT")


@pytest.fixture
def station(transactional_db: None) -> Station:
    now = datetime.now(UTC)
    tariffs.store(OWNER, TARIFF, source=None, now=now)
    held: Any = LOCATION["evses"]
    document = {**LOCATION, "evses": [{**held[0], "capabilities": ["RESERVABLE"]}]}
    locations.store(OWNER, document, source=None, now=now)
    Party.objects.create(country_code="NL", party_id="VLT", role="CPO")
    platform = Platform.objects.create(name="Example Mobility", status=Platform.Status.CONNECTED)
    Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    tokens.store(PartyId("DE", "EMX"), TOKEN, source=platform, now=now)
    return new_station("CP1", location_id="L1", evses=["E1"])


def reserve() -> Command:
    until = (datetime.now(UTC) + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    request = {"token": TOKEN, "reservation_id": "R1", "expiry_date": until, "evse_uid": "E1"}
    command = Command.objects.create(
        kind="RESERVE_NOW", sender=Party.objects.get(party_id="EMX"), receiver=Party.objects.get(party_id="VLT"),
        request=json.dumps(request), location_id="L1", evse_uid="E1", reservation_id="R1", token_uid="04AABB",
        token_type="RFID", expires_at=datetime.now(UTC) + timedelta(minutes=1), result_state="WAITING",
    )  # fmt: skip
    assert commands.accept(command).response == "ACCEPTED"
    return command


def status(talk: Talk, word: str) -> None:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if talk.socket.subprotocol == "ocpp1.6":
        talk.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": word})
    else:
        said = {"timestamp": stamp, "evseId": 1, "connectorId": 1, "connectorStatus": word}
        talk.call("StatusNotification", said)


def seen(station: Station) -> str:
    drain.drain(station.shard)
    row = locations.find(OWNER, "L1")
    assert row is not None
    return str(json.loads(row.document)["evses"][0]["status"])


@pytest.mark.parametrize("subprotocol", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
def test_a_reserved_evse_is_seen_as_such_until_its_driver_charges(
    door: Door, station: Station, subprotocol: str
) -> None:
    """SES-20, SES-21, LOC-33; TC_046, TC_H_01."""
    with door.station("CP1", subprotocol) as talk:
        status(talk, "Available")
        assert seen(station) == "AVAILABLE"
        command = reserve()
        asked = talk.called()
        number = asked[3].get("reservationId", asked[3].get("id"))
        talk.answer(asked, {"status": "Accepted"})
        status(talk, "Reserved")
        assert seen(station) == "RESERVED"
        eventually(lambda: drain.drain(station.shard) >= 0 and Reservation.objects.get().state == "held")
        command.refresh_from_db()
        assert (command.result, Session.objects.get().status) == ("ACCEPTED", "RESERVATION")
        begin(talk, number)
        eventually(lambda: drain.drain(station.shard) >= 0 and Session.objects.get().status == "ACTIVE")
        held = Reservation.objects.get()
    row = Transaction.objects.get()
    assert (held.state, held.pk, row.session_id, row.reservation_id) == ("used", number, held.session_id, held.pk)
    assert row.auth_method == "COMMAND"  # CMD-11: the reservation vouches for its token


def begin(talk: Talk, reservation: int) -> None:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if talk.socket.subprotocol == "ocpp1.6":
        start = {"connectorId": 1, "idTag": "04AABB", "meterStart": 0, "timestamp": stamp, "reservationId": reservation}
        assert talk.call("StartTransaction", start)["idTagInfo"]["status"] == "Accepted"
        return
    event = {
        "eventType": "Started", "timestamp": stamp, "triggerReason": "Authorized", "seqNo": 0,
        "transactionInfo": {"transactionId": "TX"}, "evse": {"id": 1, "connectorId": 1},
        "idToken": {"idToken": "04AABB", "type": "ISO14443"}, "reservationId": reservation,
    }  # fmt: skip
    assert talk.call("TransactionEvent", event)["idTokenInfo"]["status"] == "Accepted"
