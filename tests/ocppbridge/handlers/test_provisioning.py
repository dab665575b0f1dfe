"""What a station is asked for after it has booted; through the front door."""

from __future__ import annotations

import pytest

from ocppbridge import drain
from ocppbridge.models import Call, Setting, Station
from roaming.services import decisions
from tests.ocppbridge.door import Door
from tests.ocppbridge.world import new_station

OLD = {"chargePointVendor": "ACME", "chargePointModel": "A"}
NEW = {"reason": "PowerUp", "chargingStation": {"vendorName": "ACME", "model": "A", "firmwareVersion": "1"}}


def boot(door: Door, subprotocol: str, said: dict[str, object]) -> list[str]:
    """The actions that it is asked for then, all in all."""
    with door.station("CP1", subprotocol) as talk:
        talk.call("BootNotification", said)
    for shard in range(8):
        drain.drain(shard)
    return list(Call.objects.order_by("pk").values_list("action", flat=True))


@pytest.mark.parametrize(("subprotocol", "said", "asked"), [
    ("ocpp1.6", OLD, []), ("ocpp2.0.1", NEW, []), ("ocpp2.1", NEW, ["GetBaseReport"]),
])  # fmt: skip
def test_a_2_1_station_is_asked_what_it_offers_as_nobody_knows(
    door: Door, subprotocol: str, said: dict[str, object], asked: list[str]
) -> None:
    """Q01, DEVICE-MODEL-REPORT: what no report says a station does not offer, so its first cars would be refused."""
    decisions.withdraw("DEVICE-MODEL-REPORT")
    new_station("CP1")
    assert boot(door, subprotocol, said) == asked


def test_once_its_report_is_known_it_is_asked_for_new_firmware_only(door: Door) -> None:
    decisions.withdraw("DEVICE-MODEL-REPORT")
    new_station("CP1")
    assert boot(door, "ocpp2.1", NEW) == ["GetBaseReport"]
    Setting.objects.create(station=Station.objects.get(), component="V2XChargingCtrlr", name="Enabled", value="true")
    assert boot(door, "ocpp2.1", NEW) == ["GetBaseReport"]
    newer = {
        "reason": "FirmwareUpdate",
        "chargingStation": {"vendorName": "ACME", "model": "A", "firmwareVersion": "2"},
    }
    assert boot(door, "ocpp2.1", newer) == ["GetBaseReport"] * 2
