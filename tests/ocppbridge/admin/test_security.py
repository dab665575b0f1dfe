"""The pages of the stations' security: passwords, profiles and certificates by button, and what came of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ocppbridge.models import Call, PasswordChange, ProfileUpgrade, SecurityEvent, Station, StationCertificate
from ocppbridge.services import certificates, password_changes, passwords, signing
from ocppbridge.services.authority import Embedded
from tests.ocppbridge import pki, security_world
from tests.ocppbridge.world import new_station

pytestmark = pytest.mark.django_db

ROOT = pki.certificate("Root of the CSMS", authority=True)
PAGES = ("securityevent", "stationcertificate", "signingrequest", "passwordchange", "profileupgrade", "localauthority")


@pytest.fixture
def station() -> Station:
    new_station()
    Station.objects.update(subprotocol="ocpp2.0.1", security_profile=1)
    return Station.objects.get()


def press(client: Client, name: str, verb: str, pk: int, **said: Any) -> Any:
    return client.post(reverse(f"admin:ocppbridge_{name}_{verb}", args=(pk,)), said, follow=True)


def page(client: Client, name: str, pk: int) -> str:
    return client.get(reverse(f"admin:ocppbridge_{name}_change", args=(pk,))).content.decode()


def test_a_new_password_is_sent_and_never_shown(station: Station, admin_client: Client) -> None:
    answer = press(admin_client, "station", "change_password", station.pk, password="the-next-password-of-it")
    call = Call.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("admin:ocppbridge_call_change", args=(call.pk,))
    assert (call.action, call.requested_by) == ("SetVariables", "admin")
    change = PasswordChange.objects.get()
    for text in (answer.content.decode(), page(admin_client, "passwordchange", change.pk)):
        assert "the-next-password" not in text
        assert change.digest not in text
    assert "both are right" in page(admin_client, "station", station.pk)


def test_a_password_set_by_hand_is_shown_once(station: Station, admin_client: Client) -> None:
    shown = press(admin_client, "station", "set_password", station.pk, password="").content.decode()
    (password,) = set(re.findall(r"[0-9a-f]{40}", shown))
    station.refresh_from_db()
    assert station.password_digest == passwords.digest(password.encode())


@pytest.mark.parametrize(
    ("verb", "said", "words"),
    [
        ("change_password", {"password": "short"}, "at least 16"),
        ("set_password", {"password": "short"}, "at least 16"),
        ("raise_profile", {"profile": "1", "slot": "2", "url": "", "interface": "Wired0"}, "never lowered"),
        ("install_certificate", {"use": "CSMSRootCertificate", "certificate": "hello"}, "no PEM certificate"),
    ],
)
def test_what_cannot_be_done_is_said_where_it_was_asked(
    station: Station, admin_client: Client, verb: str, said: dict[str, str], words: str
) -> None:
    assert words in press(admin_client, "station", verb, station.pk, **said).content.decode()
    assert not Call.objects.exists()


def test_a_profile_is_raised_and_given_up(station: Station, admin_client: Client, settings: Any) -> None:
    settings.HUB_OCPP_PUBLIC_URL = "wss://hub.example.org"
    press(admin_client, "station", "raise_profile", station.pk, profile="2", slot="3", url="", interface="Wireless0")
    row = ProfileUpgrade.objects.get()
    assert (row.target, row.slot, row.url) == (2, 3, "wss://hub.example.org/ocpp")
    assert Call.objects.get().payload["connectionData"]["ocppInterface"] == "Wireless0"
    press(admin_client, "profileupgrade", "give_up", row.pk)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "given up by admin")


def test_certificates_are_installed_listed_renewed_deleted_and_revoked(station: Station, admin_client: Client) -> None:
    def last() -> str:
        return Call.objects.latest("created_at").action

    press(admin_client, "station", "install_certificate", station.pk, use="CSMSRootCertificate", certificate=ROOT.pem)
    assert last() == "InstallCertificate"
    press(admin_client, "station", "list_certificates", station.pk)
    assert last() == "GetInstalledCertificateIds"
    press(admin_client, "station", "renew_certificate", station.pk, what="SignChargingStationCertificate")
    assert last() == "TriggerMessage"
    StationCertificate.objects.update(state="held", origin="signed")
    row = StationCertificate.objects.get()
    press(admin_client, "stationcertificate", "delete_from_station", row.pk)
    assert last() == "DeleteCertificate"
    press(admin_client, "stationcertificate", "revoke", row.pk)
    row.refresh_from_db()
    assert row.revoked_at is not None
    assert "revoked" in page(admin_client, "stationcertificate", row.pk)


def test_every_page_shows_what_there_is_and_no_secret(station: Station, admin_client: Client) -> None:
    """S17, S45."""
    now = timezone.now()
    Embedded().root()
    SecurityEvent.objects.create(
        station=station, type="TamperDetectionActivated", urgency="critical", at=now, received_at=now,
        info="<script>alert(1)</script>",
    )  # fmt: skip
    signing.take_down(station, pki.request("CP1"), None, None, now)
    signing.sign_all(now)
    password_changes.send(station, by="admin")
    certificates.install(station, certificates.CertificateUse.CSMS, ROOT.pem, by="admin")
    ProfileUpgrade.objects.create(station=station, target=2, made_at=now)
    secrets = [PasswordChange.objects.get().sealed, station.password_digest]
    for name in PAGES:
        model = apps.get_model("ocppbridge", name)
        listed = admin_client.get(reverse(f"admin:ocppbridge_{name}_changelist"))
        assert listed.status_code == 200
        texts = [listed.content.decode(), *(page(admin_client, name, row.pk) for row in model.objects.all())]
        assert len(texts) > 1
        for text in texts:
            assert "<script>alert(1)" not in text
            assert not [secret for secret in secrets if secret in text]
            assert "sealed" not in text


def test_staff_raise_the_least_profile_in_the_form(station: Station, admin_client: Client) -> None:
    text = page(admin_client, "station", station.pk)
    assert "security_minimum" in text
    assert "1: password" in text


def test_the_home_page_says_who_comes_without_tls_and_what_expires(station: Station, admin_client: Client) -> None:
    def tiles() -> dict[str, tuple[Any, str, str]]:
        found = admin_client.get(reverse("admin:index")).context["tiles"]
        return {one.title: (one.value, one.note, one.tone) for one in found}

    assert tiles()["Stations without TLS"] == ("1 of 1", "security profile below 2", "warn")
    assert "Certificates that expire" not in tiles()
    Station.objects.update(security_profile=2)
    security_world.build(station, timezone.now())
    assert tiles()["Stations without TLS"] == ("0 of 1", "", "good")
    assert tiles()["Certificates that expire"] == (0, "within 30 days", "good")
    StationCertificate.objects.update(not_after=timezone.now())
    Station.objects.update(security_profile=0)
    assert tiles()["Certificates that expire"] == (1, "1 have expired", "bad")
    assert tiles()["Stations without TLS"][2] == "bad"
    for url in (one.url for one in admin_client.get(reverse("admin:index")).context["tiles"] if one.url):
        assert admin_client.get(url).status_code == 200
