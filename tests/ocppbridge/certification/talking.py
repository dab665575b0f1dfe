"""What the certification cases of provisioning, remote control and availability share: a station's usual words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ocppbridge import drain
from ocppbridge.charging.intents import Intent
from ocppbridge.models import Call, Station
from ocppbridge.services import calls
from tests.ocppbridge.door import Talk, eventually

BOOT_16 = {"chargePointVendor": "ACME", "chargePointModel": "One"}
BOOT_2 = {"reason": "PowerUp", "chargingStation": {"vendorName": "ACME", "model": "One"}}


def stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def boot(talk: Talk, **more: Any) -> Any:
    """BootNotification in the version of the socket."""
    return talk.call("BootNotification", {**(BOOT_16 if talk.socket.subprotocol == "ocpp1.6" else BOOT_2), **more})


def state(talk: Talk, word: str, evse: int = 1, connector: int = 1) -> Any:
    """StatusNotification."""
    if talk.socket.subprotocol == "ocpp1.6":
        said = {"connectorId": evse, "errorCode": "NoError", "status": word}
    else:
        said = {"timestamp": stamp(), "evseId": evse, "connectorId": connector, "connectorStatus": word}
    return talk.call("StatusNotification", said)


def drained(identity: str = "CP1") -> Station:
    """What has been journalled is understood; the station as it is then."""
    station = Station.objects.get(identity=identity)
    drain.drain(station.shard)
    return Station.objects.select_related("connection").get(identity=identity)


def asked(talk: Talk, intent: Intent, answer: dict[str, Any] | None, identity: str = "CP1") -> tuple[Any, Any, Call]:
    """A verb is queued, the station hears (action, payload) and gives its answer; the call as it settled."""
    call = calls.queue(drained(identity), intent, purpose="staff")
    frame = talk.called()
    assert frame[1] == str(call.pk)
    if answer is not None:
        talk.answer(frame, answer)
        settled(call)
    return frame[2], frame[3], call


def settled(call: Call) -> Call:
    """Wait for the journal, drain, and see."""

    def done() -> bool:
        drain.drain(call.station.shard)
        call.refresh_from_db()
        return call.state not in calls.OPEN

    eventually(done, f"{call} settles")
    return call
