"""Certification, block A and 1.6's security extension: who gets in, passwords, certificates, profiles, events."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from ocppbridge.charging import certificates as x509
from ocppbridge.charging.intents import CertificateUse, FetchLog, RawCall, Trigger
from ocppbridge.models import Alert, SecurityEvent, SigningRequest, Station, StationCertificate
from ocppbridge.services import certificates, password_changes, profiles, signing
from ocppbridge.services.authority import Embedded, anchors
from tests.ocppbridge import pki
from tests.ocppbridge.certification.talking import asked, boot, drained, settled, stamp, state
from tests.ocppbridge.door import PASSWORD, Door, Talk, basic, eventually
from tests.ocppbridge.secure import SecureDoor, serving_tls
from tests.ocppbridge.world import new_station

NEXT = "the-next-password-of-it"
ROOT = pki.certificate("Root of the CSMS", authority=True)
OWN = "ChargingStationCertificate"
V2 = pytest.mark.parametrize("version", ["ocpp2.0.1"])  # 2.1 says the same, as the tests of the services show
ALL = pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])


@pytest.fixture
def secure(transactional_db: None, pool: None, tmp_path: Path) -> Iterator[SecureDoor]:
    """TLS by this process, which trusts the stations that our own authority has signed for."""
    with serving_tls(tmp_path, Embedded().root()) as running:
        yield running
    with connections["default"].cursor() as cursor:
        cursor.execute("TRUNCATE ocppbridge_frame")


def at_work(talk: Talk) -> None:
    """Boot, status and, where the version has it, an event."""
    assert boot(talk)["status"] == "Accepted"
    assert state(talk, "Available") == {}
    if talk.socket.subprotocol != "ocpp1.6":
        event = {
            "eventId": 1, "timestamp": stamp(), "trigger": "Delta", "actualValue": "Available",
            "eventNotificationType": "HardWiredNotification", "component": {"name": "Connector"},
            "variable": {"name": "AvailabilityState"},
        }  # fmt: skip
        assert talk.call("NotifyEvent", {"generatedAt": stamp(), "seqNo": 0, "eventData": [event]}) == {}


def reported() -> bool:
    return drained().security_events.exists()


def signed(common_name: str = "CP1") -> pki.Holder:
    """A certificate that our authority has made."""
    key = pki.new_key()
    chain = x509.read_chain(Embedded().sign(pki.request(common_name, key), OWN, common_name))
    return pki.Holder(chain[0], key)


def least(profile: int) -> None:
    new_station()
    Station.objects.update(security_minimum=profile)


# Who gets in


@ALL
def test_the_right_password_gets_in(door: Door, version: str) -> None:
    """TC_085_CSMS, TC_A_01_CSMS; TC_088_CSMS: the sub-protocol of the upgrade is the one that was offered."""
    new_station()
    with door.station("CP1", version) as talk:
        assert talk.socket.subprotocol == version
        at_work(talk)


@ALL
def test_without_it_or_in_another_name_nobody_gets_in_and_with_it_the_station_does(door: Door, version: str) -> None:
    """TC_A_02_CSMS, TC_A_03_CSMS."""
    new_station()
    wrong = (None, basic("CP2", PASSWORD), basic("cp1", PASSWORD), basic("CP1", "wrong-password-of-16"))
    for authorization in wrong:
        with pytest.raises(InvalidStatus, match="401"):
            door.open("CP1", [version], authorization)
    with door.station("CP1", version) as talk:
        at_work(talk)


@ALL
def test_over_tls_with_our_certificate_the_station_is_at_work(secure: SecureDoor, version: str) -> None:
    """TC_086_CSMS, TC_A_04_CSMS."""
    least(2)
    with secure.secure_station("CP1", subprotocol=version) as talk:
        at_work(talk)


def test_tls_below_1_2_is_refused_and_1_2_is_taken(secure: SecureDoor) -> None:
    """TC_A_06_CSMS."""
    least(2)
    old = secure.context()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        secure.dial("CP1", context=old)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with secure.secure_station("CP1", context=old) as talk:
        at_work(talk)


@ALL
def test_with_its_own_certificate_the_station_is_at_work(secure: SecureDoor, version: str) -> None:
    """TC_087_CSMS, TC_A_07_CSMS."""
    least(3)
    with secure.secure_station("CP1", shown=signed(), password=None, subprotocol=version) as talk:
        at_work(talk)
    assert Station.objects.get().security_profile == 3


def test_a_certificate_that_is_not_its_own_or_of_no_authority_is_refused(secure: SecureDoor) -> None:
    """TC_A_08_CSMS: and with the right one the station is at work."""
    least(3)
    with pytest.raises((ssl.SSLError, OSError, EOFError, InvalidMessage, ConnectionClosed)):
        secure.dial("CP1", shown=pki.certificate("CP1"), password=None)
    with pytest.raises(InvalidStatus, match="401"):
        secure.dial("CP1", shown=signed("CP2"), password=None)
    with secure.secure_station("CP1", shown=signed(), password=None) as talk:
        at_work(talk)


# Passwords


def sent_password(talk: Talk) -> list[Any]:
    boot(talk)
    password_changes.send(drained(), by="staff", password=NEXT)
    return talk.called()


def of_variable(frame: list[Any], status: str) -> dict[str, Any]:
    (one,) = frame[3]["setVariableData"]
    return {"setVariableResult": [{"attributeStatus": status, **{k: one[k] for k in ("component", "variable")}}]}


def test_the_password_of_a_1_6_station_is_changed(door: Door) -> None:
    """TC_073_CSMS."""
    new_station()
    with door.station("CP1") as talk:
        frame = sent_password(talk)
        assert frame[2:] == ["ChangeConfiguration", {"key": "AuthorizationKey", "value": NEXT}]
        talk.answer(frame, {"status": "Accepted"})
    with door.station("CP1", password=NEXT) as talk:
        at_work(talk)


@V2
def test_the_password_is_changed_and_the_station_comes_back_with_it(door: Door, version: str) -> None:
    """TC_A_09_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        frame = sent_password(talk)
        (one,) = frame[3]["setVariableData"]
        assert (frame[2], one["variable"]["name"]) == ("SetVariables", "BasicAuthPassword")
        talk.answer(frame, of_variable(frame, "Accepted"))
    with door.station("CP1", version, password=NEXT) as talk:
        at_work(talk)

    def old_is_nothing() -> bool:
        try:
            with door.open("CP1", [version], basic("CP1", PASSWORD)):
                return False
        except InvalidStatus:
            return True

    eventually(old_is_nothing)


@V2
def test_a_password_that_the_station_rejects_is_not_used(door: Door, version: str) -> None:
    """TC_A_10_CSMS: it comes back with the old one."""
    new_station()
    with door.station("CP1", version) as talk:
        frame = sent_password(talk)
        (one,) = frame[3]["setVariableData"]
        assert (one["component"]["name"], one["variable"]["name"]) == ("SecurityCtrlr", "BasicAuthPassword")
        talk.answer(frame, of_variable(frame, "Rejected"))
        eventually(lambda: drained().password_changes.get().state == "refused")
    with door.station("CP1", version) as talk:
        at_work(talk)
    with pytest.raises(InvalidStatus, match="401"):
        door.open("CP1", [version], basic("CP1", NEXT))


# Certificates


def renewed(talk: Talk, what: str, use: str, answer: str = "Accepted") -> x509.Certificate:
    """Trigger, SignCertificate, CertificateSigned, and the station's answer; what it was sent."""
    boot(talk)
    version = talk.socket.subprotocol
    action, payload, _ = asked(talk, Trigger(what), {"status": "Accepted"})
    spelled = what.replace("ChargingStation", "ChargePoint") if version == "ocpp1.6" else what
    expected = "ExtendedTriggerMessage" if version == "ocpp1.6" else "TriggerMessage"
    assert (action, payload) == (expected, {"requestedMessage": spelled})
    request: dict[str, Any] = {"csr": pki.request("CP1")}
    if version != "ocpp1.6":
        request["certificateType"] = use
    assert talk.call("SignCertificate", request)["status"] == "Accepted"
    eventually(lambda: drained() and signing.sign_all(timezone.now()))
    frame = talk.called()
    assert frame[2] == "CertificateSigned"
    assert frame[3].get("certificateType", use) == use
    talk.answer(frame, {"status": answer})
    eventually(lambda: drained() and SigningRequest.objects.get().state in ("delivered", "failed"))
    return x509.read_chain(frame[3]["certificateChain"])[0]


@pytest.mark.parametrize(
    ("version", "what", "use"),
    [
        ("ocpp1.6", "SignChargingStationCertificate", OWN),
        ("ocpp2.0.1", "SignChargingStationCertificate", OWN),
        ("ocpp2.1", "SignChargingStationCertificate", OWN),
        ("ocpp2.0.1", "SignV2GCertificate", "V2GCertificate"),
        ("ocpp2.0.1", "SignCombinedCertificate", OWN),
    ],
)
def test_a_station_s_certificate_is_renewed_when_we_ask_for_it(door: Door, version: str, what: str, use: str) -> None:
    """TC_074_CSMS, TC_A_11_CSMS, TC_A_12_CSMS, TC_A_13_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        made = renewed(talk, what, use)
    assert x509.names(made.subject) == {"CP1"}
    assert (StationCertificate.objects.get().state, SigningRequest.objects.get().state) == ("held", "delivered")
    if use == OWN:
        x509.check_chain(made, [], anchors(), timezone.now())


def test_with_the_certificate_that_it_was_sent_the_station_connects(secure: SecureDoor) -> None:
    """TC_A_11_CSMS, its second half: profile 3 with what was signed over the socket."""
    new_station()
    key = pki.new_key()
    with secure.secure_station("CP1") as talk:
        boot(talk)
        talk.call("SignCertificate", {"csr": pki.request("CP1", key), "certificateType": OWN})
        eventually(lambda: drained() and signing.sign_all(timezone.now()))
        frame = talk.called()
        talk.answer(frame, {"status": "Accepted"})
    with secure.secure_station("CP1", shown=frame[3]["certificateChain"], key=key, password=None) as talk:
        at_work(talk)
    assert Station.objects.get().security_profile == 3


@ALL
def test_a_certificate_that_the_station_finds_invalid_is_told_and_its_event_is_an_alarm(
    door: Door, version: str
) -> None:
    """TC_077_CSMS, TC_A_14_CSMS."""
    new_station()
    event = "InvalidChargePointCertificate" if version == "ocpp1.6" else "InvalidChargingStationCertificate"
    with door.station("CP1", version) as talk:
        renewed(talk, "SignChargingStationCertificate", OWN, "Rejected")
        assert talk.call("SecurityEventNotification", {"type": event, "timestamp": stamp()}) == {}
        eventually(reported)
    assert StationCertificate.objects.get().state == "refused"
    assert Alert.objects.get(code=f"SECURITY-{event}"[:50]).severity == "critical"


@pytest.mark.parametrize(
    ("use", "spelled"),
    [
        (CertificateUse.MANUFACTURER, "ManufacturerRootCertificate"),
        (CertificateUse.CSMS, "CentralSystemRootCertificate"),
    ],
)
def test_a_root_is_installed_on_a_1_6_station_and_listed(door: Door, use: CertificateUse, spelled: str) -> None:
    """TC_075_1_CSMS, TC_075_2_CSMS."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        row = certificates.install(drained(), use, ROOT.pem, by="staff")
        frame = talk.called()
        assert frame[2:] == ["InstallCertificate", {"certificateType": spelled, "certificate": ROOT.pem}]
        talk.answer(frame, {"status": "Accepted"})
        for call in certificates.ask(drained(), by="staff"):
            frame = talk.called()
            mine = frame[3] == {"certificateType": spelled}
            found = x509.hash_data(ROOT.certificate, ROOT.certificate)
            talk.answer(
                frame, {"status": "Accepted", "certificateHashData": [found]} if mine else {"status": "NotFound"}
            )
            settled(call)
    row.refresh_from_db()
    assert (row.state, StationCertificate.objects.count()) == ("held", 1)


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
def test_one_certificate_is_deleted_from_a_1_6_station_in_its_own_algorithm(door: Door, algorithm: str) -> None:
    """TC_076_CSMS."""
    new_station()
    found = x509.hash_data(ROOT.certificate, ROOT.certificate, algorithm)
    with door.station("CP1") as talk:
        boot(talk)
        row = certificates.install(drained(), CertificateUse.CSMS, ROOT.pem, by="staff")
        talk.answer(talk.called(), {"status": "Accepted"})
        for call in certificates.ask(drained(), by="staff"):
            frame = talk.called()
            mine = frame[3]["certificateType"] == "CentralSystemRootCertificate"
            told = {"status": "Accepted", "certificateHashData": [found]} if mine else {"status": "NotFound"}
            talk.answer(frame, told)
            settled(call)
        row.refresh_from_db()
        call = certificates.delete(row, by="staff")
        frame = talk.called()
        assert frame[2:] == ["DeleteCertificate", {"certificateHashData": found}]
        talk.answer(frame, {"status": "Accepted"})
        settled(call)
    row.refresh_from_db()
    assert row.state == "gone"


def test_a_root_that_the_station_finds_invalid_is_told_and_its_event_is_an_alarm(door: Door) -> None:
    """TC_078_CSMS."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        certificates.install(drained(), CertificateUse.CSMS, ROOT.pem, by="staff")
        talk.answer(talk.called(), {"status": "Rejected"})
        event = {"type": "InvalidCentralSystemCertificate", "timestamp": stamp(), "techInfo": "unknown issuer"}
        assert talk.call("SecurityEventNotification", event) == {}
        eventually(reported)
    assert StationCertificate.objects.get().state == "refused"
    assert Alert.objects.get(code="SECURITY-InvalidCentralSystemCertificate").severity == "critical"


# Logs, firmware, profiles, events


@ALL
def test_the_security_log_is_fetched_and_its_upload_followed(door: Door, version: str) -> None:
    """TC_079_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        intent = FetchLog("https://logs.example.org/up", 7, "SecurityLog")
        action, payload, call = asked(talk, intent, {"status": "Accepted", "filename": "security.log"})
        assert (action, payload["logType"], payload["requestId"]) == ("GetLog", "SecurityLog", 7)
        for status in ("Uploading", "Uploaded"):
            assert talk.call("LogStatusNotification", {"status": status, "requestId": 7}) == {}
        eventually(lambda: drained().reports.filter(action="LogStatusNotification").count() == 2)
    assert call.outcome == "Accepted"


FIRMWARE = {
    "requestId": 3,
    "firmware": {
        "location": "https://firmware.example.org/one.bin", "retrieveDateTime": "2026-11-21T10:00:00Z",
        "signingCertificate": ROOT.pem, "signature": "c2lnbmF0dXJl",
    },
}  # fmt: skip


def firmware_statuses(talk: Talk, *statuses: str) -> None:
    for status in statuses:
        assert talk.call("SignedFirmwareStatusNotification", {"status": status, "requestId": 3}) == {}


def test_signed_firmware_is_installed_on_a_1_6_station(door: Door) -> None:
    """TC_080_CSMS."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        assert asked(talk, RawCall("SignedUpdateFirmware", FIRMWARE), {"status": "Accepted"})[1] == FIRMWARE
        firmware_statuses(talk, "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")
        assert boot(talk)["status"] == "Accepted"
        assert talk.call("SecurityEventNotification", {"type": "FirmwareUpdated", "timestamp": stamp()}) == {}
        state(talk, "Available")
        firmware_statuses(talk, "Installed")
        eventually(lambda: drained().reports.filter(action="FirmwareStatusNotification").count() == 6)
    assert SecurityEvent.objects.get().urgency == "info"
    assert not Alert.objects.filter(code__startswith="SECURITY").exists()


def test_firmware_whose_signature_does_not_hold_is_not_installed(door: Door) -> None:
    """TC_081_CSMS: and its event is an alarm."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        asked(talk, RawCall("SignedUpdateFirmware", FIRMWARE), {"status": "Accepted"})
        firmware_statuses(talk, "Downloading", "Downloaded", "InvalidSignature")
        talk.call("SecurityEventNotification", {"type": "InvalidFirmwareSignature", "timestamp": stamp()})
        eventually(reported)
    assert Alert.objects.get(code="SECURITY-InvalidFirmwareSignature").severity == "critical"


def test_a_1_6_station_moves_up_to_tls(secure: SecureDoor, settings: Any) -> None:
    """TC_083_CSMS: afterwards nothing less is let in."""
    settings.HUB_OCPP_PUBLIC_URL = "wss://hub.example.org"
    new_station()
    with secure.secure_station("CP1", subprotocol="ocpp1.6") as talk:
        boot(talk)
        profiles.upgrade(drained(), 3, by="staff")
        frame = talk.called()
        assert frame[2:] == ["ChangeConfiguration", {"key": "SecurityProfile", "value": "3"}]
        talk.answer(frame, {"status": "Accepted"})
        eventually(lambda: drained().profile_upgrades.get().state == "restarting")
        frame = talk.called()
        assert frame[2] == "Reset"
        talk.answer(frame, {"status": "Accepted"})
    with secure.secure_station("CP1", shown=signed(), password=None, subprotocol="ocpp1.6") as talk:
        at_work(talk)
    eventually(lambda: Station.objects.get().security_minimum == 3)
    with pytest.raises(InvalidStatus, match="401"):
        secure.dial("CP1", subprotocol="ocpp1.6")


@V2
def test_a_2x_station_moves_up_step_by_step(secure: SecureDoor, settings: Any, version: str) -> None:
    """TC_A_19_CSMS: afterwards the old profile is refused."""
    settings.HUB_OCPP_PUBLIC_URL = "wss://hub.example.org"
    new_station()
    with secure.secure_station("CP1", subprotocol=version) as talk:
        at_work(talk)
        profiles.upgrade(drained(), 3, by="staff")
        frame = talk.called()
        assert (frame[2], frame[3]["connectionData"]["securityProfile"]) == ("SetNetworkProfile", 3)
        talk.answer(frame, {"status": "Accepted"})
        eventually(lambda: drained().profile_upgrades.get().state == "preferred")
        frame = talk.called()
        assert frame[3]["setVariableData"][0]["variable"]["name"] == "NetworkConfigurationPriority"
        talk.answer(frame, of_variable(frame, "Accepted"))
        eventually(lambda: drained().profile_upgrades.get().state == "restarting")
        frame = talk.called()
        assert frame[2:] == ["Reset", {"type": "OnIdle"}]
        talk.answer(frame, {"status": "Accepted"})
    with secure.secure_station("CP1", shown=signed(), password=None, subprotocol=version) as talk:
        at_work(talk)
    eventually(lambda: Station.objects.get().security_minimum == 3)
    with pytest.raises(InvalidStatus, match="401"):
        secure.dial("CP1", subprotocol=version)
