"""A station's day through the front door: upgrade, boot, transaction; journal, inbox and drain."""

from __future__ import annotations

from typing import Any

from ocppbridge import drain
from ocppbridge.models import Frame, InboxItem, Station, Transaction
from tests.ocppbridge.door import Door
from tests.ocppbridge.world import new_station

BOOT = {"chargePointVendor": "ACME", "chargePointModel": "One"}


def start(**more: Any) -> dict[str, Any]:
    return {"connectorId": 1, "idTag": "CARD1", "meterStart": 1000, "timestamp": "2026-11-21T10:00:00Z", **more}


def test_a_boot_is_answered_journalled_and_drained(door: Door) -> None:
    station = new_station("CP1")
    with door.station("CP1") as talk:
        answer = talk.call("BootNotification", BOOT)
    assert answer["status"] == "Accepted"
    assert answer["currentTime"].endswith("Z")  # field quirk 1
    assert [(frame.direction, frame.kind, frame.action) for frame in Frame.objects.order_by("n")] == [
        (0, 2, "BootNotification"),
        (1, 3, "BootNotification"),
    ]
    assert InboxItem.objects.count() == 1
    assert drain.drain(station.shard) == 1
    station.refresh_from_db()
    assert (station.vendor, station.boot_status, InboxItem.objects.count()) == ("ACME", "Accepted", 0)


def test_a_transaction_of_1_6_gets_a_number_before_it_is_acknowledged_and_ends_with_its_energy(door: Door) -> None:
    station = new_station("CP1")
    with door.station("CP1") as talk:
        number = talk.call("StartTransaction", start())["transactionId"]
        assert Transaction.objects.get().wire_id == number
        talk.call("StopTransaction", {"transactionId": number, "meterStop": 3500, "timestamp": "2026-11-21T11:00:00Z"})
    drain.drain(station.shard)
    row = Transaction.objects.get()
    assert (row.state, row.energy_import) == ("ended", 2500)
    assert Station.objects.get().subprotocol == "ocpp1.6"
