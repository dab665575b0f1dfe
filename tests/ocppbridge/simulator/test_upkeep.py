"""Blocks L, N and O of a simulated station: firmware, logs, monitors, streams, customers, displays."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from ocppbridge.charging import signatures
from ocppbridge.simulator.deeds import check
from ocppbridge.simulator.station import Station
from ocppbridge.simulator.v2 import Station2, Station21
from ocppbridge.simulator.v16 import Station16
from tests.ocppbridge import pki
from tests.ocppbridge.simulator.test_stations import ALL, Bench, remote_start

NEW = pytest.mark.parametrize("kind", [Station2, Station21])
AT = "2026-11-21T12:00:00Z"
SIGNER = pki.certificate("Manufacturer")


class Yard(Bench):
    """A bench whose errands are run: every image is `body`, every upload is kept."""

    body, good = b"version=2.0\n...", True

    def later(self, seconds: float) -> None:
        super().later(seconds)
        self.brought: list[bytes] = getattr(self, "brought", [])
        for errand in self.station.memory.upkeep.taken():
            if errand.body is not None:
                self.brought.append(errand.body)
            errand.done(self.good, self.body, self.now)
        self.talk()

    def told(self, action: str) -> list[dict[str, Any]]:
        return [payload for _, name, payload in self.said if name == action]

    def back(self) -> None:
        """The socket goes with the reboot, and comes back."""
        self.station.reset_wanted = False
        self.station.disconnected(self.now)
        self.station.connected(self.now)
        self.talk()


def firmware(body: bytes = Yard.body, key: ec.EllipticCurvePrivateKey = SIGNER.key) -> dict[str, Any]:
    signature = signatures.signed(key, hashlib.sha256(body).hexdigest())
    return {
        "location": "https://hub/fw", "retrieveDateTime": AT, "signingCertificate": SIGNER.pem, "signature": signature,
    }  # fmt: skip


def ask_update(bench: Yard, **more: Any) -> str:
    """Its statuses are told by this action."""
    action = "SignedUpdateFirmware" if isinstance(bench.station, Station16) else "UpdateFirmware"
    assert bench.call(action, {"requestId": 7, "firmware": {**firmware(), **more}}) == {"status": "Accepted"}
    return "SignedFirmwareStatusNotification" if action.startswith("Signed") else "FirmwareStatusNotification"


@ALL
def test_signed_firmware_is_verified_installed_and_booted_with(kind: type[Station]) -> None:
    """TC_L_01, TC_080."""
    bench = Yard(kind)
    action = ask_update(bench)
    for _ in range(3):
        bench.later(1)
    assert bench.station.reset_wanted
    bench.back()
    bench.later(1)
    words = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"]
    assert bench.told(action) == [{"status": word, "requestId": 7} for word in words]
    boot = bench.told("BootNotification")[-1]
    assert (boot.get("firmwareVersion") or boot["chargingStation"]["firmwareVersion"]) == "2.0"


@ALL
@pytest.mark.parametrize("what", ["signature", "download", "trait"])
def test_an_update_that_fails_says_how(kind: type[Station], what: str) -> None:
    """TC_L_06, TC_L_07, TC_081."""
    bench = Yard(kind, update_ends="InstallationFailed" if what == "trait" else "Installed")
    bench.good = what != "download"
    other = signatures.signed(SIGNER.key, "00" * 32)
    action = ask_update(bench, **({"signature": other} if what == "signature" else {}))
    for _ in range(4):
        bench.later(1)
    ends = {"signature": "InvalidSignature", "download": "DownloadFailed", "trait": "InstallationFailed"}[what]
    assert bench.told(action)[-1]["status"] == ends
    assert not bench.station.reset_wanted
    assert bool(bench.told("SecurityEventNotification")) == (what == "signature")


def test_unsigned_1_6_firmware_has_no_number_and_installs_before_it_boots() -> None:
    bench = Yard(Station16)
    assert bench.call("UpdateFirmware", {"location": "https://hub/fw", "retrieveDate": AT}) == {}
    for _ in range(3):
        bench.later(1)
    words = ["Downloading", "Downloaded", "Installing", "Installed"]
    assert bench.told("FirmwareStatusNotification") == [{"status": word} for word in words]
    assert bench.station.reset_wanted


@ALL
def test_nothing_is_installed_while_somebody_charges(kind: type[Station]) -> None:
    """L01.FR.06."""
    bench = Yard(kind)
    bench.station.plug(1, bench.now)
    remote_start(bench)
    action = ask_update(bench)
    for _ in range(6):
        bench.later(1)
    assert bench.told(action)[-1]["status"] == "SignatureVerified"
    bench.station.unplug(1, bench.now)
    bench.later(1)
    assert bench.told(action)[-1]["status"] == "InstallRebooting"


@NEW
def test_a_local_controller_publishes_what_has_the_checksum(kind: type[Station]) -> None:
    """TC_L_17, TC_L_19, TC_L_21, TC_L_22."""
    bench = Yard(kind)
    checksum = hashlib.md5(Yard.body, usedforsecurity=False).hexdigest()
    for number, asked in ((1, "0" * 32), (2, checksum)):
        bench.call("PublishFirmware", {"location": "https://hub/fw", "checksum": asked, "requestId": number})
        bench.later(1)
    told = [(one["requestId"], one["status"]) for one in bench.told("PublishFirmwareStatusNotification")]
    assert told[:2] == [(1, "Downloading"), (1, "InvalidChecksum")]
    assert told[-1] == (2, "Published")
    assert bench.call("UnpublishFirmware", {"checksum": checksum}) == {"status": "Unpublished"}
    assert bench.call("UnpublishFirmware", {"checksum": checksum}) == {"status": "NoFirmware"}


@ALL
@pytest.mark.parametrize("good", [True, False])
def test_a_log_is_brought_and_told(kind: type[Station], good: bool) -> None:
    """TC_N_25, TC_079."""
    bench = Yard(kind)
    bench.good = good
    where = {"log": {"remoteLocation": "http://hub/files/key-x/"}, "logType": "SecurityLog", "requestId": 4}
    assert bench.call("GetLog", where)["status"] == "Accepted"
    bench.later(1)
    told = [one["status"] for one in bench.told("LogStatusNotification")]
    assert told == ["Uploading", "Uploaded" if good else "UploadFailure"]
    assert b"firmware 1.0.0" in bench.brought[0]


MONITOR = {
    "type": "UpperThreshold", "value": 70, "severity": 4, "component": {"name": "EVSE"},
    "variable": {"name": "Temperature"},
}  # fmt: skip


def happen(bench: Bench, severity: int = 4) -> None:
    said = {"component": "EVSE", "variable": "Temperature", "value": "71", "severity": severity}
    check("event", said).does(bench.station, said, bench.now)
    bench.talk()


@NEW
def test_monitors_are_set_told_reported_and_cleared(kind: type[Station]) -> None:
    """TC_N_01, TC_N_05, TC_N_08, TC_N_44."""
    bench = Yard(kind)
    (made,) = bench.call("SetVariableMonitoring", {"setMonitoringData": [MONITOR]})["setMonitoringResult"]
    assert (made["status"], made["id"]) == ("Accepted", 1)
    happen(bench)
    assert bench.last("NotifyEvent")["eventData"][0]["variableMonitoringId"] == 1
    assert bench.call("SetMonitoringLevel", {"severity": 3}) == {"status": "Accepted"}
    happen(bench)
    assert len(bench.told("NotifyEvent")) == 1, "its severity is not told any more"
    delta = {"requestId": 9, "monitoringCriteria": ["DeltaMonitoring"]}
    assert bench.call("GetMonitoringReport", delta) == {"status": "EmptyResultSet"}
    assert bench.call("GetMonitoringReport", {"requestId": 9}) == {"status": "Accepted"}
    bench.later(1)
    assert bench.last("NotifyMonitoringReport")["monitor"][0]["variableMonitoring"][0]["id"] == 1
    cleared = bench.call("ClearVariableMonitoring", {"id": [1, 2]})["clearMonitoringResult"]
    assert [one["status"] for one in cleared] == ["Accepted", "NotFound"]
    assert bench.call("SetMonitoringBase", {"monitoringBase": "HardWiredOnly"}) == {"status": "Accepted"}


@NEW
def test_a_periodic_monitor_tells_until_it_is_cleared(kind: type[Station]) -> None:
    """TC_N_24."""
    bench = Yard(kind)
    bench.call("SetVariableMonitoring", {"setMonitoringData": [{**MONITOR, "type": "Periodic", "value": 2}]})
    for _ in range(4):
        bench.later(1)
    assert [one["eventData"][0]["trigger"] for one in bench.told("NotifyEvent")] == ["Periodic", "Periodic"]
    bench.call("ClearVariableMonitoring", {"id": [1]})
    bench.later(10)
    assert len(bench.told("NotifyEvent")) == 2


class Listening(Yard):
    """Also hears what is never answered."""

    def talk(self) -> None:
        while frames := self.station.to_send(self.now):
            for text in frames:
                frame = json.loads(text)
                if frame[0] == 6:
                    self.said.append((frame[1], frame[2], frame[3]))
                elif frame[0] == 2:
                    self.said.append((frame[1], frame[2], frame[3]))
                    answer = {"status": "Accepted", "currentTime": AT, "interval": 60}
                    if frame[2] not in ("BootNotification", "OpenPeriodicEventStream"):
                        answer = {}
                    self.station.receive(json.dumps([3, frame[1], answer]), self.now)
                else:
                    self.replies.append(frame)


def test_a_stream_is_opened_told_adjusted_and_closed() -> None:
    """N11 to N15 (2.1): its values come by SEND."""
    bench = Listening(Station21)
    streamed = {**MONITOR, "periodicEventStream": {"interval": 2}}
    bench.call("SetVariableMonitoring", {"setMonitoringData": [streamed]})
    assert bench.call("GetPeriodicEventStream", {})["constantStreamData"][0]["params"] == {"interval": 2}
    for _ in range(4):
        bench.later(1)
    assert len(bench.told("NotifyPeriodicEventStream")) == 2
    assert bench.call("AdjustPeriodicEventStream", {"id": 1, "params": {"interval": 1}}) == {"status": "Accepted"}
    bench.call("ClearVariableMonitoring", {"id": [1]})
    assert bench.last("ClosePeriodicEventStream") == {"id": 1}
    assert bench.call("AdjustPeriodicEventStream", {"id": 1, "params": {}}) == {"status": "Rejected"}


@NEW
def test_a_customer_is_reported_and_forgotten(kind: type[Station]) -> None:
    """TC_N_27, TC_N_28, TC_N_32."""
    bench = Yard(kind)
    bench.station.plug(1, bench.now)
    remote_start(bench)

    def told(number: int, clear: bool) -> str:
        token = {"idToken": "04AA", "type": "Central"}
        asked = {"requestId": number, "report": True, "clear": clear, "idToken": token}
        assert bench.call("CustomerInformation", asked) == {"status": "Accepted"}
        bench.later(1)
        return str(bench.last("NotifyCustomerInformation")["data"])

    assert told(1, True) == "token 04AA has charged here"
    assert told(2, False) == ""
    nothing = {"requestId": 3, "report": False, "clear": False, "customerIdentifier": "x"}
    assert bench.call("CustomerInformation", nothing) == {"status": "Rejected"}


@NEW
def test_messages_are_shown_until_their_time_is_up(kind: type[Station]) -> None:
    """TC_O_01, TC_O_03, TC_O_04, TC_O_10, TC_O_14, TC_O_19."""
    bench = Yard(kind)

    def show(number: int, **more: Any) -> str:
        text = {"format": more.pop("format", "UTF8"), "content": "hello"}
        message = {"id": number, "priority": "InFront", "message": text, **more}
        return str(bench.call("SetDisplayMessage", {"message": message})["status"])

    listed = {"requestId": 1}
    assert bench.call("GetDisplayMessages", listed) == {"status": "Unknown"}
    end = datetime.fromisoformat(AT).replace(tzinfo=bench.now.tzinfo)
    assert show(1) == show(2, endDateTime=max(end, bench.now).isoformat()) == "Accepted"
    assert show(3, format="HTML") == "NotSupportedMessageFormat"
    assert show(3, transactionId="nobody's") == "UnknownTransaction"
    bench.later(1)
    assert bench.call("GetDisplayMessages", listed) == {"status": "Accepted"}
    bench.later(1)
    assert [one["id"] for one in bench.last("NotifyDisplayMessages")["messageInfo"]] == [1]
    assert bench.call("ClearDisplayMessage", {"id": 1}) == {"status": "Accepted"}
    assert bench.call("ClearDisplayMessage", {"id": 1}) == {"status": "Unknown"}
