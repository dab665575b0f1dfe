"""Certificates that stations ask for: signed by the authority, sent back, or turned down with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509 as cryptography_x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.utils import timezone

from ocppbridge import drain
from ocppbridge.charging import certificates as x509
from ocppbridge.handlers import settling
from ocppbridge.models import Alert, Call, LocalAuthority, SigningRequest, Station, StationCertificate
from ocppbridge.services import signing
from ocppbridge.services.authority import Declined, Embedded, anchors
from roaming.services import decisions
from tests.ocppbridge import pki
from tests.ocppbridge.door import Door, Talk, eventually
from tests.ocppbridge.world import new_station

USE = "ChargingStationCertificate"
STRANGERS = pki.certificate("Strangers", authority=True)


@pytest.fixture
def station(transactional_db: None) -> Station:
    made = new_station()
    Station.objects.update(subprotocol="ocpp2.0.1")
    made.refresh_from_db()
    return made


class Slow:
    """An authority that does not answer at first."""

    failures = 1

    def sign(self, request: str, use: str, identity: str) -> str:
        if Slow.failures:
            Slow.failures -= 1
            raise TimeoutError("it is asleep")
        return Embedded().sign(request, use, identity)

    def anchors(self) -> list[str]:
        return Embedded().anchors()


class Strict(Slow):
    """One that will not."""

    def sign(self, request: str, use: str, identity: str) -> str:
        raise Declined("no contract with this station's owner")


class Careless(Slow):
    """One that signs somebody else's key."""

    def sign(self, request: str, use: str, identity: str) -> str:
        return Embedded().sign(pki.request(identity), use, identity)


class Renaming(Slow):
    """One with its own ideas of the station's name."""

    def sign(self, request: str, use: str, identity: str) -> str:
        key = x509.read_request(request).public_key()
        return pki.certificate("somebody", STRANGERS, public=key).pem


class Strange(Slow):
    """One that signs with a key that leads to none of its roots."""

    def sign(self, request: str, use: str, identity: str) -> str:
        Embedded().root()
        return pki.certificate(identity, STRANGERS, public=x509.read_request(request).public_key()).pem


class Verbose(Slow):
    """One whose chains no station of this version takes."""

    def sign(self, request: str, use: str, identity: str) -> str:
        return Embedded().sign(request, use, identity) * 30


def asked(station: Station, csr: str = "", now: datetime | None = None) -> SigningRequest:
    return signing.take_down(station, csr or pki.request(station.identity), USE, None, now or timezone.now())


def test_a_request_is_signed_in_the_station_s_own_name_and_sent(station: Station) -> None:
    """A02."""
    key = pki.new_key()
    row = asked(station, pki.request("CP1", key, organization_name="ACME"))
    assert signing.sign_all(timezone.now()) == 1
    row.refresh_from_db()
    assert (row.state, row.certificate is not None) == ("signed", True)
    call = Call.objects.get(action="CertificateSigned")
    (leaf,) = x509.read_chain(call.payload["certificateChain"])
    assert leaf.public_key() == key.public_key()
    assert leaf.subject == pki.named("CP1", organization_name="ACME")
    x509.check_chain(leaf, [], anchors(), timezone.now())
    assert signing.sign_all(timezone.now()) == 0


def test_a_station_may_be_named_by_its_serial_number_but_by_nobody_else_s(station: Station) -> None:
    """A02.FR.06."""
    Station.objects.update(serial_number="SN-9")
    asked(station, pki.request("SN-9"))
    assert signing.sign_all(timezone.now()) == 1
    row = asked(station, pki.request("CP2"))
    assert signing.sign_all(timezone.now()) == 0
    row.refresh_from_db()
    assert (row.state, "CP2" in row.reason) == ("failed", True)
    assert Alert.objects.filter(station=station, code="CERTIFICATE-REQUEST").exists()


def test_a_station_that_gives_out_another_s_name_for_its_serial_number_gets_no_certificate(station: Station) -> None:
    """Else it could connect as that station afterwards."""
    new_station("CP2")
    Station.objects.filter(identity="CP1").update(serial_number="CP2")
    row = asked(station, pki.request("CP2"))
    assert signing.sign_all(timezone.now()) == 0
    row.refresh_from_db()
    assert "another station's name" in row.reason


def test_an_authority_that_sleeps_is_asked_again_later(station: Station, settings: Any) -> None:
    settings.STATION_AUTHORITY = f"{__name__}.Slow"
    Slow.failures = 1
    row, now = asked(station), timezone.now()
    assert signing.sign_all(now) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts, "TimeoutError" in row.reason) == ("waiting", 1, True)
    assert row.try_at > now + timedelta(seconds=30)
    assert not signing.waiting(now)
    assert signing.waiting(row.try_at)
    assert signing.sign_all(row.try_at) == 1


def test_an_authority_that_never_works_is_given_up_and_told(station: Station, settings: Any) -> None:
    settings.STATION_AUTHORITY = f"{__name__}.Slow"
    Slow.failures = 100
    row = asked(station)
    for _ in range(signing.MOST_ATTEMPTS):
        row.refresh_from_db()
        signing.sign_all(row.try_at)
    row.refresh_from_db()
    assert (row.state, "TimeoutError" in row.reason) == ("failed", True)


@pytest.mark.parametrize(
    ("authority", "reason"),
    [
        ("Strict", "no contract"),
        ("Careless", "another key"),
        ("Renaming", "another name"),
        ("Strange", "no authority that is trusted"),
        ("Verbose", "cannot say it"),
    ],
)
def test_what_the_authority_will_not_or_does_wrong_ends_with_the_reason(
    station: Station, settings: Any, authority: str, reason: str
) -> None:
    settings.STATION_AUTHORITY = f"{__name__}.{authority}"
    row = asked(station)
    assert signing.sign_all(timezone.now()) == 0
    row.refresh_from_db()
    assert row.state == "failed"
    assert reason in row.reason
    assert not Call.objects.exists()


def test_of_two_workers_one_signs(station: Station) -> None:
    row = asked(station)
    stale = timezone.now()
    assert signing.sign(row.pk, stale)
    assert not signing.sign(row.pk, stale)
    assert StationCertificate.objects.count() == 1


def test_a_request_asked_anew_takes_the_place_of_one_that_waits(station: Station) -> None:
    first, second = asked(station), asked(station)
    first.refresh_from_db()
    assert (first.state, second.state) == ("failed", "waiting")


def test_the_embedded_authority_is_one_and_its_key_is_not_in_clear(station: Station) -> None:
    """S17."""
    assert Embedded().anchors() == []
    assert Embedded().root() == Embedded().root()
    row = LocalAuthority.objects.get()
    assert "PRIVATE" not in row.sealed_key
    x509.check_root(x509.read_chain(row.certificate)[0], timezone.now())


def test_a_certificate_is_for_its_use_and_for_so_many_days(station: Station, settings: Any) -> None:
    settings.STATION_CERTIFICATE_DAYS = 10

    def signed(use: str, key: Any = None) -> cryptography_x509.Certificate:
        return x509.read_chain(Embedded().sign(pki.request("CP1", key), use, "CP1"))[0]

    def purposes(certificate: cryptography_x509.Certificate) -> list[Any]:
        return list(certificate.extensions.get_extension_for_class(cryptography_x509.ExtendedKeyUsage).value)

    own = signed(USE, rsa.generate_private_key(65537, 2048))
    assert purposes(own) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert purposes(signed("V2GCertificate")) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert timedelta(days=9) < own.not_valid_after_utc - timezone.now() <= timedelta(days=10)
    assert own.extensions.get_extension_for_class(cryptography_x509.KeyUsage).value.key_encipherment


SUBPROTOCOLS = pytest.mark.parametrize("subprotocol", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])


def signed_call(talk: Talk) -> list[Any]:
    """What comes back for a request, once drain and worker have done their part."""

    def signs() -> bool:
        drain.drain(Station.objects.get().shard)
        return bool(signing.sign_all(timezone.now()))

    eventually(signs, "it is signed")
    return talk.called()


@SUBPROTOCOLS
def test_over_the_socket_a_request_is_answered_signed_delivered_and_kept(
    door: Door, station: Station, subprotocol: str
) -> None:
    """A02, M.10 of the 1.6 extension: SignCertificate, CertificateSigned, in each version."""
    more: dict[str, Any] = {"ocpp1.6": {}, "ocpp2.0.1": {"certificateType": USE}}.get(
        subprotocol, {"certificateType": USE, "requestId": 77}
    )
    with door.station("CP1", subprotocol) as talk:
        assert talk.call("SignCertificate", {"csr": pki.request("CP1"), **more})["status"] == "Accepted"
        frame = signed_call(talk)
        assert frame[2] == "CertificateSigned"
        assert {name: frame[3][name] for name in frame[3] if name != "certificateChain"} == more
        talk.answer(frame, {"status": "Accepted"})
        eventually(lambda: drain.drain(station.shard) >= 0 and SigningRequest.objects.get().state == "delivered")
    row = StationCertificate.objects.get()
    assert (row.state, row.use, row.subject, row.origin) == ("held", USE, "CN=CP1", "signed")


@SUBPROTOCOLS
def test_a_request_that_nobody_would_sign_is_rejected_at_once(door: Door, station: Station, subprotocol: str) -> None:
    with door.station("CP1", subprotocol) as talk:
        assert talk.call("SignCertificate", {"csr": "hello"})["status"] == "Rejected"
        eventually(
            lambda: drain.drain(station.shard) >= 0 and station.reports.filter(action="SignCertificate").exists()
        )
    assert not SigningRequest.objects.exists()


def test_a_certificate_that_the_station_refuses_is_told(door: Door, station: Station) -> None:
    """A02.FR.13, and TC_A_14: the station judges what it is sent."""
    with door.station("CP1", "ocpp2.0.1") as talk:
        talk.call("SignCertificate", {"csr": pki.request("CP1")})
        talk.answer(signed_call(talk), {"status": "Rejected"})
        eventually(lambda: drain.drain(station.shard) >= 0 and SigningRequest.objects.get().state == "failed")
    assert StationCertificate.objects.get().state == "refused"
    assert Alert.objects.filter(code="CERTIFICATE-REQUEST").exists()


def test_where_the_decision_says_so_nothing_is_signed(door: Door, station: Station) -> None:
    """Decision STATION-CERTIFICATES."""
    decisions.choose("STATION-CERTIFICATES", "refuse")
    with door.station("CP1", "ocpp2.0.1") as talk:

        def refused() -> bool:
            return bool(talk.call("SignCertificate", {"csr": pki.request("CP1")})["status"] == "Rejected")

        eventually(refused)
        eventually(
            lambda: drain.drain(station.shard) >= 0 and station.reports.filter(action="SignCertificate").exists()
        )
    assert not Call.objects.exists()


def test_a_certificate_that_was_sent_and_not_answered_is_held_once_the_station_shows_it(station: Station) -> None:
    """A lost answer, like that to a password."""
    row, now = asked(station), timezone.now()
    signing.sign_all(now)
    call = Call.objects.get()
    Call.objects.update(state="sent", sent_at=now)
    settling.unanswered(call.pk, True, now)
    row.refresh_from_db()
    certificate = StationCertificate.objects.get()
    assert (row.state, certificate.state) == ("failed", "sent")
    signing.shown(certificate.fingerprint, now)
    row.refresh_from_db()
    certificate.refresh_from_db()
    assert (row.state, row.reason, certificate.state) == ("delivered", "", "held")


def test_of_certificates_for_the_same_use_the_station_keeps_the_last(station: Station) -> None:
    for _ in range(2):
        asked(station)
        signing.sign_all(timezone.now())
        signing.shown(StationCertificate.objects.latest("pk").fingerprint, timezone.now())
    assert list(StationCertificate.objects.order_by("pk").values_list("state", flat=True)) == ["gone", "held"]
