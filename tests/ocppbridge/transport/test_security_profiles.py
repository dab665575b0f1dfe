"""Security profiles through the front door, TLS with real certificates included."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from ocppbridge.bridge import sites
from ocppbridge.charging import certificates as x509
from ocppbridge.models import Alert, Connection, Station, StationCertificate
from ocppbridge.services import certificates
from ocppbridge.services.authority import Embedded
from roaming.services import decisions
from tests.ocppbridge import pki
from tests.ocppbridge.door import PASSWORD, Door, basic, eventually
from tests.ocppbridge.secure import SecureDoor, serving_tls
from tests.ocppbridge.world import new_station

STATIONS = pki.certificate("Stations", authority=True)
BOOT = {"chargingStation": {"model": "One", "vendorName": "ACME"}, "reason": "PowerUp"}


@pytest.fixture
def tls_door(transactional_db: None, pool: None, tmp_path: Path) -> Iterator[SecureDoor]:
    with serving_tls(tmp_path, STATIONS.pem) as running:
        yield running
    with connections["default"].cursor() as cursor:
        cursor.execute("TRUNCATE ocppbridge_frame")


def minimum(profile: int, identity: str = "CP1") -> Station:
    station = new_station(identity)
    station.security_minimum = profile
    station.save()
    return station


def profile_of(identity: str = "CP1") -> int | None:
    return Station.objects.get(identity=identity).security_profile


def test_profile_1_a_password_over_plain_tcp(door: Door) -> None:
    new_station()
    with door.station("CP1") as talk:
        talk.call("Heartbeat", {})
        assert profile_of() == 1
        assert Connection.objects.get().security_profile == 1


def test_profile_2_a_password_over_tls(tls_door: SecureDoor) -> None:
    minimum(2)
    with tls_door.secure_station("CP1") as talk:
        assert talk.call("BootNotification", BOOT)["status"] == "Accepted"
        assert profile_of() == 2
    with pytest.raises(InvalidStatus, match="401"):
        tls_door.dial("CP1", password="wrong-password-of-16")


def test_profile_3_a_certificate_of_the_station_s_own(tls_door: SecureDoor) -> None:
    minimum(3)
    own = pki.certificate("CP1", STATIONS)
    with tls_door.secure_station("CP1", shown=own, password=None) as talk:
        assert talk.call("BootNotification", BOOT)["status"] == "Accepted"
        assert profile_of() == 3


def test_profile_3_another_station_s_certificate_is_refused_and_staff_are_told(tls_door: SecureDoor) -> None:
    """A00.FR.405: whose it is counts, not only who signed it."""
    station = minimum(2)
    with pytest.raises(InvalidStatus, match="401"):
        tls_door.dial("CP1", shown=pki.certificate("CP2", STATIONS))
    eventually(lambda: Alert.objects.filter(station=station, code="CLIENT-CERTIFICATE").exists())


@pytest.mark.parametrize("stranger", [pki.certificate("CP1"), pki.certificate("CP1", STATIONS, end=-pki.DAY / 2)])
def test_profile_3_a_certificate_that_nobody_trusted_has_signed_does_not_even_get_through_tls(
    tls_door: SecureDoor, stranger: pki.Holder
) -> None:
    """A00.FR.407."""
    minimum(2)
    with pytest.raises((ssl.SSLError, OSError, EOFError, InvalidMessage, ConnectionClosed)):
        tls_door.dial("CP1", shown=stranger)
    assert not Connection.objects.exists()


def test_profile_3_a_revoked_certificate_is_refused(tls_door: SecureDoor) -> None:
    station = minimum(3)
    own = pki.certificate("CP1", STATIONS)
    with tls_door.secure_station("CP1", shown=own, password=None) as talk:
        talk.call("Heartbeat", {})
    row = StationCertificate.objects.create(
        station=station, use="ChargingStationCertificate", origin="signed", state="held", made_at=station.created_at,
        changed_at=station.created_at, fingerprint=x509.fingerprint(own.certificate),
    )  # fmt: skip
    certificates.revoke(row)
    with pytest.raises(InvalidStatus, match="401"):
        tls_door.dial("CP1", shown=own, password=None)


def test_a_station_that_must_have_tls_is_refused_without_and_staff_are_told(door: Door) -> None:
    """A05.FR.06: its password is right, and that is not enough."""
    station = minimum(2)
    with pytest.raises(InvalidStatus, match="401"):
        door.open("CP1", ["ocpp1.6"], basic("CP1", PASSWORD))
    eventually(lambda: Alert.objects.filter(station=station, code="SECURITY-PROFILE").exists())
    assert not Connection.objects.exists()


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"])
def test_the_suites_that_ocpp_names_are_spoken(tls_door: SecureDoor, suite: str) -> None:
    """A00.FR.318."""
    minimum(2)
    named = tls_door.context()
    named.maximum_version = ssl.TLSVersion.TLSv1_2
    named.set_ciphers(suite)
    with tls_door.secure_station("CP1", context=named) as talk:
        assert talk.call("Heartbeat", {})["currentTime"]
        assert talk.socket.socket.cipher()[0] == suite


def test_a_station_checks_us_too(tls_door: SecureDoor) -> None:
    """A00.FR.312: a CSMS whose certificate leads nowhere is not spoken to."""
    minimum(2)
    with pytest.raises(ssl.SSLCertVerificationError):
        tls_door.dial("CP1", context=ssl.create_default_context(cadata=STATIONS.pem))


def test_profile_0_lets_in_who_asks_but_never_in_place_of_an_open_socket(door: Door) -> None:
    """S37: a newcomer who has proved nothing has no effect on the station that is there."""
    station = minimum(0)
    with door.open("CP1", ["ocpp1.6"], None) as real:
        assert profile_of() == 0
        with pytest.raises(InvalidStatus, match="409"):
            door.open("CP1", ["ocpp1.6"], None)
        real.send('[2,"a","Heartbeat",{}]')
        assert "currentTime" in str(real.recv(timeout=60))
        with door.station("CP1") as proved:  # with its password it is the newcomer that stays
            proved.call("Heartbeat", {})
            assert profile_of() == 1
    eventually(lambda: Alert.objects.filter(station=station, code="SOCKET-REFUSED").exists())


def test_staff_who_raise_the_minimum_put_out_what_is_below_it(door: Door) -> None:
    new_station()
    with door.station("CP1") as talk:
        talk.call("Heartbeat", {})
        station = Station.objects.select_related("connection").get()
        station.security_minimum = 2
        station.save(update_fields=["security_minimum"])
        with pytest.raises(ConnectionClosed):
            talk.receive()


def through_proxy(door: Door, identity: str, headers: dict[str, str], password: str | None = PASSWORD) -> int | None:
    if password is not None:
        headers = headers | {"Authorization": basic(identity, password)}
    with connect(
        door.url(identity),
        subprotocols=["ocpp1.6"],
        additional_headers=headers,
        compression=None,
        proxy=None,  # type: ignore[list-item]
    ):
        return profile_of(identity)


def rfc9440(holder: pki.Holder) -> dict[str, str]:
    return {"Client-Cert": f":{base64.b64encode(holder.der).decode()}:", "X-Forwarded-Proto": "https"}


def test_behind_a_trusted_proxy_tls_and_certificate_are_what_it_says(settings: Settings, door: Door) -> None:
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.0/8")]
    new_station()
    key = pki.new_key()
    own = pki.Holder(x509.read_chain(Embedded().sign(pki.request("CP1", key), "", "CP1"))[0], key)
    assert through_proxy(door, "CP1", {}) == 1
    assert through_proxy(door, "CP1", {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}) == 2
    assert Connection.objects.latest("pk").peer == "203.0.113.9"
    assert through_proxy(door, "CP1", rfc9440(own), None) == 3
    with pytest.raises(InvalidStatus, match="401"):  # of the right name, but the proxy let anything through
        through_proxy(door, "CP1", rfc9440(pki.certificate("CP1")))


def test_from_anybody_else_the_proxy_s_headers_are_nothing(door: Door) -> None:
    minimum(2)
    own = pki.certificate("CP1", STATIONS)
    with pytest.raises(InvalidStatus, match="401"):
        through_proxy(door, "CP1", rfc9440(own))


def test_failures_are_counted_by_the_address_that_a_trusted_proxy_tells(settings: Settings, door: Door) -> None:
    """S38: one attacker behind the proxy does not shut out everybody behind it."""
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.0/8")]
    new_station()
    codes = []
    for number in range(22):
        with pytest.raises(InvalidStatus) as refused:
            through_proxy(door, f"X{number}", {"X-Forwarded-For": "203.0.113.66"})
        codes.append(refused.value.response.status_code)
    assert codes[-1] == 429
    with pytest.raises(InvalidStatus, match="401"):
        through_proxy(door, "X99", {"X-Forwarded-For": "203.0.113.9"})


def test_a_station_cannot_become_another_by_a_certificate_that_it_had_signed_before_that_one_existed(
    tls_door: SecureDoor,
) -> None:
    """It called itself by the name, and got a certificate in it; then staff added the station of that name."""
    thief = minimum(1, "CP1")
    key = pki.new_key()
    own = pki.certificate("CP2", STATIONS, key=key)
    StationCertificate.objects.create(
        station=thief, use="ChargingStationCertificate", origin="signed", state="held", made_at=thief.created_at,
        changed_at=thief.created_at, fingerprint=x509.fingerprint(own.certificate),
    )  # fmt: skip
    minimum(1, "CP2")
    with pytest.raises(InvalidStatus, match="401"):
        tls_door.dial("CP2", shown=own, password=None)


@pytest.mark.django_db
def test_a_new_station_has_the_least_profile_that_was_decided() -> None:
    """Decision NEW-STATION-PROFILE."""
    assert sites.add("CP1", "NL/VLT").station.security_minimum == 1
    decisions.choose("NEW-STATION-PROFILE", "2")
    assert sites.add("CP2", "NL/VLT").station.security_minimum == 2
