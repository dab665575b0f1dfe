"""Certificates on stations: installed, listed, deleted, and watched until they expire; in each version."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ocppbridge import drain
from ocppbridge.charging import certificates as x509
from ocppbridge.charging.certificates import BadCertificate
from ocppbridge.charging.intents import CertificateUse
from ocppbridge.models import Alert, Call, Station, StationCertificate
from ocppbridge.services import calls, certificates
from tests.ocppbridge import pki
from tests.ocppbridge.door import Door, Talk, eventually
from tests.ocppbridge.world import new_station

ROOT = pki.certificate("Root of the CSMS", authority=True)
OTHER = pki.certificate("Another root", authority=True)
VERSIONS = pytest.mark.parametrize("subprotocol", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
CSMS, MANUFACTURER = CertificateUse.CSMS, CertificateUse.MANUFACTURER


@pytest.fixture
def station(transactional_db: None) -> Station:
    return new_station()


def present(talk: Talk | None = None) -> Station:
    if talk is not None:
        talk.call("Heartbeat", {})
    return Station.objects.select_related("connection").get()


def answered(talk: Talk, frame: list[Any], payload: dict[str, Any]) -> None:
    talk.answer(frame, payload)

    def settled() -> bool:
        drain.drain(present().shard)
        return Call.objects.get(pk=frame[1]).state == "answered"

    eventually(settled)


def hashes(of: pki.Holder = ROOT, algorithm: str = "SHA256") -> dict[str, str]:
    return x509.hash_data(of.certificate, of.certificate, algorithm)


def listing(subprotocol: str, *found: tuple[str, dict[str, str]]) -> dict[str, Any]:
    if not found:
        return {"status": "NotFound"}
    if subprotocol == "ocpp1.6":
        return {"status": "Accepted", "certificateHashData": [one for _, one in found]}
    entries = [{"certificateType": use, "certificateHashData": one} for use, one in found]
    return {"status": "Accepted", "certificateHashDataChain": entries}


def on_the_station() -> dict[str, str]:
    return {row.use: row.state for row in StationCertificate.objects.order_by("pk")}


@VERSIONS
def test_a_root_is_installed_listed_and_deleted(door: Door, station: Station, subprotocol: str) -> None:
    """M05, M03, M04; TC_075_1, TC_075_2, TC_076."""
    with door.station("CP1", subprotocol) as talk:
        row = certificates.install(present(talk), CSMS, ROOT.pem, by="staff")
        frame = talk.called()
        spelled = "CentralSystemRootCertificate" if subprotocol == "ocpp1.6" else "CSMSRootCertificate"
        assert frame[2:] == ["InstallCertificate", {"certificateType": spelled, "certificate": ROOT.pem}]
        answered(talk, frame, {"status": "Accepted"})
        assert on_the_station() == {"CSMSRootCertificate": "held"}

        asked = certificates.ask(present(), by="staff")
        assert len(asked) == (2 if subprotocol == "ocpp1.6" else 1)
        found = ("CSMSRootCertificate", hashes())
        answered(talk, talk.called(), listing(subprotocol, found))
        if subprotocol == "ocpp1.6":
            answered(talk, talk.called(), listing(subprotocol))
        row.refresh_from_db()
        assert (row.state, row.origin, StationCertificate.objects.count()) == ("held", "installed", 1)

        certificates.delete(row, by="staff")
        frame = talk.called()
        assert frame[2:] == ["DeleteCertificate", {"certificateHashData": hashes()}]
        answered(talk, frame, {"status": "Accepted"})
    assert on_the_station() == {"CSMSRootCertificate": "gone"}


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
def test_it_is_recognised_and_deleted_by_the_algorithm_that_the_station_uses(
    door: Door, station: Station, algorithm: str
) -> None:
    """TC_076."""
    with door.station("CP1", "ocpp2.0.1") as talk:
        row = certificates.install(present(talk), MANUFACTURER, ROOT.pem, by="staff")
        answered(talk, talk.called(), {"status": "Accepted"})
        certificates.ask(present(), by="staff")
        found = ("ManufacturerRootCertificate", hashes(algorithm=algorithm))
        answered(talk, talk.called(), listing("ocpp2.0.1", found))
        row.refresh_from_db()
        certificates.delete(row, by="staff")
        assert talk.called()[3]["certificateHashData"]["hashAlgorithm"] == algorithm
    assert StationCertificate.objects.count() == 1


def test_what_the_station_lists_is_the_truth(door: Door, station: Station) -> None:
    """What it does not list is gone, what we did not know is added."""
    with door.station("CP1", "ocpp2.0.1") as talk:
        certificates.install(present(talk), CSMS, ROOT.pem, by="staff")
        answered(talk, talk.called(), {"status": "Accepted"})
        certificates.ask(present(), by="staff")
        child = {**hashes(OTHER), "serialNumber": "0a"}
        told = listing("ocpp2.0.1", ("V2GCertificateChain", hashes(OTHER)))
        told["certificateHashDataChain"][0]["childCertificateHashData"] = [child]
        answered(talk, talk.called(), told)
    rows = StationCertificate.objects.order_by("pk").values_list("use", "state", "origin")
    assert list(rows) == [
        ("CSMSRootCertificate", "gone", "installed"),
        ("V2GCertificateChain", "held", "reported"),
        ("V2GCertificateChain", "held", "reported"),
    ]


def test_its_own_certificate_is_not_gone_because_a_station_never_lists_it(door: Door, station: Station) -> None:
    now = timezone.now()
    StationCertificate.objects.create(
        station=station, use="ChargingStationCertificate", origin="signed", state="held", made_at=now, changed_at=now
    )
    with door.station("CP1", "ocpp2.0.1") as talk:
        certificates.ask(present(talk), by="staff")
        answered(talk, talk.called(), {"status": "NotFound"})
    assert on_the_station() == {"ChargingStationCertificate": "held"}


@pytest.mark.parametrize("status", ["Rejected", "Failed"])
def test_what_the_station_does_not_install_is_told(door: Door, station: Station, status: str) -> None:
    with door.station("CP1", "ocpp2.0.1") as talk:
        certificates.install(present(talk), CSMS, ROOT.pem, by="staff")
        answered(talk, talk.called(), {"status": status})
    assert on_the_station() == {"CSMSRootCertificate": "refused"}
    assert Alert.objects.filter(station=station, code="CERTIFICATE-REFUSED").exists()


def test_what_no_station_should_trust_is_not_sent(station: Station) -> None:
    Station.objects.update(subprotocol="ocpp2.0.1")
    for bad in ("hello", pki.certificate("CP1", ROOT).pem, pki.certificate("R", authority=True, start=pki.DAY).pem):
        with pytest.raises(BadCertificate):
            certificates.install(present(), CSMS, bad, by="staff")
    assert not Call.objects.exists()


def test_what_a_version_has_not_is_refused_with_the_reason(station: Station) -> None:
    Station.objects.update(subprotocol="ocpp1.6")
    with pytest.raises(calls.NotOffered, match="V2GRootCertificate"):
        certificates.install(present(), CertificateUse.V2G, ROOT.pem, by="staff")
    assert not StationCertificate.objects.exists()


def test_one_whose_hashes_are_not_known_is_listed_before_it_is_deleted(station: Station) -> None:
    now = timezone.now()
    row = StationCertificate.objects.create(
        station=station, use="V2GRootCertificate", origin="installed", state="held", made_at=now, changed_at=now
    )
    with pytest.raises(calls.NotOffered, match="list"):
        certificates.delete(row, by="staff")


def test_expiry_is_told_once_before_it_comes(station: Station) -> None:
    now = timezone.now()
    for days in (400, 20, -1):
        StationCertificate.objects.create(
            station=station, use="ChargingStationCertificate", origin="signed", state="held", made_at=now,
            changed_at=now, subject=f"CN={days}", not_after=now + timedelta(days=days),
        )  # fmt: skip
    assert certificates.warn(now, 30) == 2
    assert certificates.warn(now, 30) == 0
    (alert,) = Alert.objects.filter(code="CERTIFICATE-EXPIRES")
    assert alert.count == 2
    assert certificates.warn(now, 365 * 2) == 1


def test_an_install_that_was_not_answered_is_known_again_when_the_station_lists_it(
    door: Door, station: Station
) -> None:
    with door.station("CP1", "ocpp2.0.1") as talk:
        row = certificates.install(present(talk), CSMS, ROOT.pem, by="staff")
        answered(talk, talk.called(), {"status": "Failed"})
        certificates.ask(present(), by="staff")
        answered(talk, talk.called(), listing("ocpp2.0.1", ("CSMSRootCertificate", hashes())))
    row.refresh_from_db()
    assert (row.state, StationCertificate.objects.count()) == ("held", 1)
