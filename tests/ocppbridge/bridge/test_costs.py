"""The running price on the station's display (I01 to I03; TC_I_01, TC_I_02)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.bridge import sessions
from ocppbridge.models import Call, Setting, Station, Transaction
from roaming.services import decisions
from tests.ocppbridge.bridge.test_sessions import at, ended, metered, started, station

__all__ = ["station"]

pytestmark = pytest.mark.django_db


def told() -> list[Any]:
    return [(call.action, call.payload) for call in Call.objects.order_by("created_at")]


@pytest.fixture
def row(station: Station) -> Transaction:
    """On a 2.x station that announces that it shows costs."""
    Station.objects.update(subprotocol="ocpp2.0.1")
    Setting.objects.create(station=station, component="TariffCostCtrlr", name="Enabled", instance="Cost", value="true")
    row = started(station)
    row.transaction_id, row.wire_id = "TX", None
    row.station = Station.objects.get()
    row.save()
    return row


def test_the_cost_so_far_is_told_with_taxes_and_at_most_so_often(row: Transaction) -> None:
    metered(row, 30, 6000)
    sessions.publish(row, at(30))
    assert told() == [("CostUpdated", {"transactionId": "TX", "totalCost": 3.146})]
    sessions.publish(row, at(31))  # nothing has changed
    metered(row, 31, 6100)
    sessions.publish(row, at(30.5))
    assert len(told()) == 1
    sessions.publish(row, at(31))
    assert len(told()) == 2
    assert Transaction.objects.get().cost_told == Decimal(str(told()[-1][1]["totalCost"]))


def test_the_end_is_told_at_once(row: Transaction) -> None:
    metered(row, 30, 6000)
    sessions.publish(row, at(30))
    ended(row, 31, 11000)
    sessions.publish(row, at(30.1))
    sessions.publish(row, at(40))
    assert [payload["totalCost"] for _, payload in told()] == [3.146, told()[-1][1]["totalCost"]]


def test_whoever_does_not_announce_it_is_not_told(row: Transaction) -> None:
    Setting.objects.update(value="false")
    metered(row, 30, 6000)
    sessions.publish(row, at(30))
    assert told() == []


def test_a_1_6_station_cannot_be_told(row: Transaction) -> None:
    row.transaction_id, row.wire_id = "", 7
    metered(row, 30, 6000)
    sessions.publish(row, at(30))
    assert told() == []


def test_it_may_be_decided_against(row: Transaction) -> None:
    """Decision COST-UPDATED."""
    decisions.choose("COST-UPDATED", "0")
    metered(row, 30, 6000)
    sessions.publish(row, at(30))
    assert told() == []
