"""Staff reserve and cancel: any EVSE, one of them, a connector type; each in the station's own version."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ocppbridge.models import Call, Reservation, Station
from tests.roaming.console import world

pytestmark = pytest.mark.django_db


def press(client: Client, name: str, verb: str, pk: int, **said: Any) -> Any:
    return client.post(reverse(f"admin:ocppbridge_{name}_{verb}", args=(pk,)), said, follow=True)


def test_staff_reserve_a_station_an_evse_or_a_connector_type(admin_client: Client) -> None:
    """H01; TC_049 (connectorId 0), TC_H_08, TC_H_14, TC_H_15."""
    hub = world.build()
    before = Reservation.objects.count()
    said = {"token": "CARD", "minutes": "15", "group": "G"}
    press(admin_client, "station", "reserve", hub.station.pk, **said)
    call = Call.objects.latest("created_at")
    assert (call.action, call.payload["connectorId"], call.payload["parentIdTag"]) == ("ReserveNow", 0, "G")
    press(admin_client, "evse", "reserve", hub.station.evses.get(number=2).pk, evse="2", **said)
    assert Call.objects.latest("created_at").payload["connectorId"] == 2
    refused = press(admin_client, "station", "reserve", hub.station.pk, connector_type="cCCS2", **said)
    assert "does not reserve by connector type" in str(refused.context_data["form"].errors)
    assert Reservation.objects.count() == before + 2
    Station.objects.update(subprotocol="ocpp2.0.1")
    press(admin_client, "station", "reserve", hub.station.pk, connector_type="cCCS2", **said)
    payload = Call.objects.latest("created_at").payload
    assert payload["connectorType"] == "cCCS2" and "evseId" not in payload
    assert payload["idToken"] == {"idToken": "CARD", "type": "ISO14443"}  # a station compares the type too


def test_staff_cancel_what_is_open(admin_client: Client) -> None:
    """H02."""
    world.build()
    row = Reservation.objects.latest("pk")
    Reservation.objects.filter(pk=row.pk).update(state="held")
    press(admin_client, "reservation", "cancel", row.pk)
    call = Call.objects.latest("created_at")
    assert (call.action, call.payload, call.purpose) == ("CancelReservation", {"reservationId": row.pk}, "staff")
    Reservation.objects.filter(pk=row.pk).update(state="expired")
    assert press(admin_client, "reservation", "cancel", row.pk).status_code == 409
