"""What a simulated station answers the hub beyond a driver's day, and what it does then; in its schema's words."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ocppbridge.simulator.station import Station
from ocppbridge.simulator.v2 import Station2, Station21
from ocppbridge.simulator.v16 import Station16
from ocppbridge.versions.schemas import schemas
from tests.ocppbridge import pki
from tests.ocppbridge.simulator.test_stations import ALL, Bench, remote_start

VECTORS = Path(__file__).parents[2] / "vectors" / "ocpp"
NEW = pytest.mark.parametrize("kind", [Station2, Station21])


def is_old(bench: Bench) -> bool:
    return bench.station.schema_version == "1.6"


@ALL
def test_every_call_that_a_hub_may_send_is_answered_by_the_schema_or_refused(kind: type[Station]) -> None:
    vectors = json.loads((VECTORS / f"{kind.schema_version}.json").read_text())
    known = set()
    for action, vector in vectors.items():
        if "outcome" not in vector:  # the station's own
            continue
        bench = Bench(kind)
        bench.station.receive(json.dumps([2, "hub", action, vector["valid"]]), bench.now)
        for seconds in (1, 1, 1, 1, 10_000_000):
            bench.later(seconds)
        (answer,) = bench.replies
        if answer[0] == 3:
            schemas(kind.schema_version).check_response(action, answer[2])
            known.add(action)
        else:
            assert answer[2] == "NotImplemented"
    every = {"Reset", "SendLocalList", "ReserveNow", "InstallCertificate", "GetLog", "ClearCache", "TriggerMessage"}
    assert known >= every


def reserve(bench: Bench, number: int = 7, evse: int | None = 1, token: str = "04AA", minutes: int = 10) -> str:
    until = (bench.now + timedelta(minutes=minutes)).isoformat()
    if is_old(bench):
        asked = {"connectorId": evse or 0, "expiryDate": until, "idTag": token, "reservationId": number}
    else:
        where = {"evseId": evse} if evse else {}
        asked = {"id": number, "expiryDateTime": until, "idToken": {"idToken": token, "type": "Central"}, **where}
    status: str = bench.call("ReserveNow", asked)["status"]
    return status


def state(bench: Bench) -> str:
    said = bench.last("StatusNotification")
    return str(said.get("status") or said["connectorStatus"])


@ALL
def test_a_reserved_evse_is_kept_for_its_token_and_used_by_it(kind: type[Station]) -> None:
    """H01, H03."""
    bench = Bench(kind)
    assert reserve(bench) == "Accepted"
    assert state(bench) == "Reserved"
    assert reserve(bench, 8, token="04BB") == "Occupied"
    bench.station.swipe(1, "04BB", bench.now)
    bench.talk()
    bench.station.plug(1, bench.now)
    bench.talk()
    assert "held_for_another" in [note["event"] for note in bench.station.notes()]
    assert remote_start(bench)["status"] == "Accepted"
    begun = bench.last("StartTransaction" if is_old(bench) else "TransactionEvent")
    assert begun["reservationId"] == 7


@ALL
def test_a_reservation_is_cancelled_or_expires(kind: type[Station]) -> None:
    """H02, H04."""
    bench = Bench(kind)
    reserve(bench)
    assert bench.call("CancelReservation", {"reservationId": 7}) == {"status": "Accepted"}
    assert bench.call("CancelReservation", {"reservationId": 7}) == {"status": "Rejected"}
    assert state(bench) == "Available"
    reserve(bench, 8, minutes=1)
    assert bench.station.deadline == bench.now + timedelta(minutes=1)
    bench.later(60)
    assert state(bench) == "Available"
    told = [payload for _, action, payload in bench.said if action == "ReservationStatusUpdate"]
    assert told == ([] if is_old(bench) else [{"reservationId": 8, "reservationUpdateStatus": "Expired"}])


@ALL
def test_any_evse_may_be_reserved_and_a_broken_or_closed_one_may_not(kind: type[Station]) -> None:
    bench = Bench(kind)
    assert reserve(bench, evse=None) == "Accepted"
    assert state(bench) == "Available", "which one is not said"
    bench = Bench(kind)
    bench.station.fail(1, "InternalError", bench.now)
    assert reserve(bench) == "Faulted"
    bench.station.mend(1, bench.now)
    bench.station.evses[1].inoperative = True
    assert reserve(bench) == "Unavailable"


def listed(bench: Bench, kind: str, version: int, **tokens: str | None) -> str:
    if is_old(bench):
        entries = [{"idTag": one, **({"idTagInfo": {"status": say}} if say else {})} for one, say in tokens.items()]
        asked = {"listVersion": version, "updateType": kind, "localAuthorizationList": entries}
    else:
        entries = [
            {"idToken": {"idToken": one, "type": "Central"}, **({"idTokenInfo": {"status": say}} if say else {})}
            for one, say in tokens.items()
        ]
        asked = {"versionNumber": version, "updateType": kind, "localAuthorizationList": entries}
    status: str = bench.call("SendLocalList", asked)["status"]
    return status


@ALL
def test_a_local_list_is_held_changed_and_used_offline(kind: type[Station]) -> None:
    """D01, D02, C13."""
    bench = Bench(kind)
    assert listed(bench, "Full", 5, A="Accepted", B="Accepted", C="Blocked") == "Accepted"
    assert listed(bench, "Differential", 5, A=None) == "VersionMismatch"
    assert listed(bench, "Differential", 6, A=None, D="Accepted") == "Accepted"
    assert bench.station.memory.tokens == {"b": True, "c": False, "d": True}
    assert list(bench.call("GetLocalListVersion", {}).values()) == [6]
    bench.station.disconnected(bench.now)
    bench.station.plug(1, bench.now)
    for token, charges in (("C", False), ("A", False), ("D", True)):
        bench.station.swipe(1, token, bench.now)
        assert (bench.station.evses[1].charge is not None) == charges
        bench.station.evses[1].asking = False


@NEW
def test_the_device_model_is_reported_page_by_page(kind: type[Station]) -> None:
    """B07."""
    bench = Bench(kind)
    assert bench.call("GetBaseReport", {"requestId": 9, "reportBase": "FullInventory"}) == {"status": "Accepted"}
    bench.later(1)
    pages = [payload for _, action, payload in bench.said if action == "NotifyReport"]
    assert [(page["seqNo"], page.get("tbc", False)) for page in pages] == [(0, True), (1, False)]
    told = [entry["variable"]["name"] for page in pages for entry in page["reportData"]]
    assert len(told) == len(set(told)) == (5 if kind.schema_version == "2.1" else 4)
    wanted = [{"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}]
    assert bench.call("GetReport", {"requestId": 10, "componentVariable": wanted}) == {"status": "Accepted"}
    bench.later(1)
    (entry,) = bench.last("NotifyReport")["reportData"]
    assert entry["variableAttribute"] == [{"value": "60", "mutability": "ReadWrite"}]
    nothing = [{"component": {"name": "Coffee"}}]
    assert bench.call("GetReport", {"requestId": 11, "componentVariable": nothing}) == {"status": "EmptyResultSet"}


@ALL
def test_roots_are_installed_listed_and_deleted(kind: type[Station]) -> None:
    """M03 to M05."""
    use = "CentralSystemRootCertificate" if kind is Station16 else "CSMSRootCertificate"
    wanted: dict[str, Any] = {"certificateType": use if kind is Station16 else [use]}
    bench = Bench(kind)
    assert bench.call("GetInstalledCertificateIds", wanted) == {"status": "NotFound"}
    assert bench.call("InstallCertificate", {"certificateType": use, "certificate": "no"}) == {"status": "Rejected"}
    root = pki.certificate("Root", authority=True)
    assert bench.call("InstallCertificate", {"certificateType": use, "certificate": root.pem})["status"] == "Accepted"
    told = bench.call("GetInstalledCertificateIds", wanted)
    held = (
        told["certificateHashData"]
        if kind is Station16
        else [told["certificateHashDataChain"][0]["certificateHashData"]]
    )
    asked = {"certificateHashData": held[0]}
    assert bench.call("DeleteCertificate", asked) == {"status": "Accepted"}
    assert bench.call("DeleteCertificate", asked) == {"status": "NotFound"}


@ALL
def test_a_certificate_is_asked_for_with_a_key_of_its_own_and_taken(kind: type[Station]) -> None:
    """A02."""
    bench = Bench(kind)
    action = "ExtendedTriggerMessage" if kind is Station16 else "TriggerMessage"
    what = "SignChargePointCertificate" if kind is Station16 else "SignChargingStationCertificate"
    assert bench.call(action, {"requestedMessage": what}) == {"status": "Accepted"}
    assert "BEGIN CERTIFICATE REQUEST" in bench.last("SignCertificate")["csr"]
    signed = pki.certificate("CP-1")
    assert bench.call("CertificateSigned", {"certificateChain": signed.pem}) == {"status": "Accepted"}
    assert bench.call("CertificateSigned", {"certificateChain": "nonsense"}) == {"status": "Rejected"}


@ALL
def test_an_upload_is_told_step_by_step(kind: type[Station]) -> None:
    """N01; TC_045_1 on 1.6."""
    bench = Bench(kind)
    bench.call("GetLog", {"log": {"remoteLocation": "x"}, "logType": "SecurityLog", "requestId": 4})
    bench.later(1)
    bench.later(1)
    told = [payload for _, action, payload in bench.said if action == "LogStatusNotification"]
    assert told == [{"status": "Uploading", "requestId": 4}, {"status": "Uploaded", "requestId": 4}]


@NEW
def test_a_running_transaction_is_asked_about_and_told_about(kind: type[Station]) -> None:
    """E14, F06, I02."""
    bench = Bench(kind)
    assert bench.call("GetTransactionStatus", {"transactionId": "T"})["ongoingIndicator"] is False
    bench.station.plug(1, bench.now)
    transaction = remote_start(bench)["transactionId"]
    status = bench.call("GetTransactionStatus", {"transactionId": transaction})
    assert status == {"ongoingIndicator": True, "messagesInQueue": False}
    assert bench.call("TriggerMessage", {"requestedMessage": "TransactionEvent"}) == {"status": "Accepted"}
    assert bench.last("TransactionEvent")["triggerReason"] == "Trigger"
    bench.call("CostUpdated", {"totalCost": 1.5, "transactionId": transaction})
    shown = [note for note in bench.station.notes() if note["event"] == "cost_shown"]
    assert [note["cost"] for note in shown] == [1.5]
