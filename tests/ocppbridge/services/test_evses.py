"""EVSEs as a command names them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ocppbridge.models import Connection, Station
from ocppbridge.services import evses
from tests.ocppbridge.world import new_station

pytestmark = pytest.mark.django_db


def test_what_a_command_may_mean_is_read_with_its_station_and_its_socket_in_one_statement() -> None:
    """An EVSE without a uid is not offered; identifiers are compared without regard to case (TYP-03)."""
    there = new_station("CP1", location_id="LOC1", evses=["E1", "E2", ""])
    new_station("CP2", location_id="LOC2", evses=["E1"])
    new_station("CP3", "NL/OTH", location_id="LOC1", evses=["E1"])
    now = timezone.now()
    socket = Connection.objects.create(
        station=there, subprotocol="ocpp1.6", node="n", channel="c", opened_at=now, alive_at=now
    )
    Station.objects.filter(pk=there.pk).update(connection=socket)
    with CaptureQueriesContext(connection) as asked:
        found = evses.offered("NL", "VLT", "loc1")
        read = [(evse.uid, evse.station.identity, evse.station.connection) for evse in found]
    assert len(asked) == 1
    assert read == [("E1", "CP1", socket), ("E2", "CP1", socket)]
    assert [evse.uid for evse in evses.offered("NL", "VLT", "LOC1", "e2")] == ["E2"]


def test_a_station_without_a_socket_has_none() -> None:
    new_station("CP1", location_id="LOC1", evses=["E1"])
    with CaptureQueriesContext(connection) as asked:
        (evse,) = evses.offered("NL", "VLT", "LOC1", "E1")
        assert evse.station.connection is None
    assert len(asked) == 1
