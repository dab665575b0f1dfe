"""Verbs about charging through the Operator API, in the station's own version."""

from __future__ import annotations

from typing import Any
from unittest.mock import ANY

import pytest

from ocppbridge.models import Call, LocalList, Reservation, Station
from tests.ocppbridge.api.test_stations import get, post
from tests.roaming.console import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> world.World:
    return world.build()


@pytest.mark.parametrize(
    ("verb", "body", "action", "payload"),
    [
        ("start", {"token": "ABC", "evse": 2}, "RemoteStartTransaction", {"idTag": "ABC", "connectorId": 2}),
        (
            "start",
            {"token": "ABC", "evse": 2, "limit": "8.5"},
            "RemoteStartTransaction",
            {
                "idTag": "ABC",
                "connectorId": 2,
                "chargingProfile": {
                    "chargingProfileId": ANY,
                    "stackLevel": 0,
                    "chargingProfilePurpose": "TxProfile",
                    "chargingProfileKind": "Relative",
                    "chargingSchedule": {
                        "chargingRateUnit": "A",
                        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.5}],
                    },
                },
            },
        ),
        ("clear-cache", {}, "ClearCache", {}),
        (
            "data",
            {"vendor": "com.example", "message": "M", "data": {"a": 1}},
            "DataTransfer",
            {"vendorId": "com.example", "messageId": "M", "data": '{"a":1}'},
        ),
    ],
)
def test_a_verb_becomes_a_call(hub: world.World, verb: str, body: Any, action: str, payload: Any) -> None:
    """F01, C11, P01."""
    answer = post(f"stations/VLT-0001/{verb}/", body)
    assert answer.status_code == 202
    assert (answer.json()["action"], answer.json()["payload"]) == (action, payload)


def test_what_the_version_cannot_say_is_refused_with_the_reason(hub: world.World) -> None:
    answer = post("stations/VLT-0001/start/", {"token": "X" * 21})
    assert (answer.status_code, "at most 20 characters" in str(answer.json())) == (400, True)
    assert post("stations/VLT-0001/start/", {"token": "X"}, scope="read").status_code == 403
    assert post("stations/NOBODY/start/", {"token": "X"}).status_code == 404


def test_a_transaction_is_stopped_while_it_runs(hub: world.World) -> None:
    url = f"transactions/{hub.transaction.pk}/stop/"
    assert post(url, {}).json()["payload"] == {"transactionId": 4711}
    type(hub.transaction).objects.update(state="ended")
    assert post(url, {}).status_code == 409


def test_reservations_are_made_read_and_cancelled(hub: world.World) -> None:
    """H01, H02."""
    Reservation.objects.all().delete()
    made = post("stations/VLT-0001/reservations/", {"token": "ABC", "evse": 1, "minutes": 5})
    assert (made.status_code, made.json()["state"], made.json()["requested_by"]) == (202, "asked", "API: tests")
    key = made.json()["id"]
    assert Call.objects.latest("created_at").payload["reservationId"] == key
    assert [one["id"] for one in get("stations/VLT-0001/reservations/")["results"]] == [key]
    assert post(f"stations/VLT-0001/reservations/{key}/cancel/", {}).json()["action"] == "CancelReservation"
    Reservation.objects.update(state="expired")
    assert post(f"stations/VLT-0001/reservations/{key}/cancel/", {}).status_code == 400
    Station.objects.create(identity="OTHER", country_code="NL", party_id="VLT", shard=0)
    assert post(f"stations/OTHER/reservations/{key}/cancel/", {}).status_code == 404
    refused = post("stations/VLT-0001/reservations/", {"token": "ABC", "connector_type": "cCCS2"})
    assert (refused.status_code, Reservation.objects.count()) == (400, 1)
    Station.objects.filter(identity="VLT-0001").update(subprotocol="ocpp2.0.1")
    for said, spoken in (({}, "ISO14443"), ({"token_type": "Central"}, "Central")):
        post("stations/VLT-0001/reservations/", {"token": "ABC", "evse": 1, **said})
        assert Call.objects.latest("created_at").payload["idToken"]["type"] == spoken


@pytest.mark.parametrize(("send", "wanted"), [("difference", ""), ("full", "full"), ("nothing", "clear")])
def test_a_local_list_is_seen_and_steered(hub: world.World, send: str, wanted: str) -> None:
    """D01."""
    LocalList.objects.all().delete()
    assert get("stations/VLT-0001/local-list/")["state"] == "unknown"
    assert post("stations/VLT-0001/local-list/", {"send": send}).status_code == 202
    assert LocalList.objects.get().wanted == wanted
    assert post("stations/VLT-0001/local-list/", {"send": "all"}).status_code == 400
