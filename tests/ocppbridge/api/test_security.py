"""The Operator API and the command line on how stations prove who they are."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ocppbridge.charging import certificates as x509
from ocppbridge.models import Call, PasswordChange, Station
from ocppbridge.services import passwords
from roaming.services import operators
from tests.ocppbridge import pki, security_world
from tests.ocppbridge.world import new_station

pytestmark = pytest.mark.django_db

NEXT = "the-next-password-of-it"
ROOT = pki.certificate("Root of the CSMS", authority=True)


@pytest.fixture
def station() -> Station:
    new_station()
    Station.objects.update(subprotocol="ocpp2.0.1", security_profile=1)
    return Station.objects.get()


def bearer(scope: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {operators.issue('tests', scope)[1]}"}


def post(path: str, body: Any, scope: str = "operate") -> Any:
    return Client().post(f"/api/v1/{path}", body, content_type="application/json", headers=bearer(scope))


def get(path: str) -> Any:
    return Client().get(f"/api/v1/{path}", headers=bearer("read"))


def test_a_password_is_sent_over_the_socket_and_is_in_no_answer(station: Station) -> None:
    answer = post("stations/CP1/password/", {"password": NEXT})
    assert (answer.status_code, answer.json()["action"]) == (202, "SetVariables")
    assert NEXT not in answer.content.decode()
    assert PasswordChange.objects.get().requested_by == "API: tests"


def test_a_password_set_by_hand_is_answered_once(station: Station) -> None:
    answer = post("stations/CP1/password/", {"by_hand": True})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    station.refresh_from_db()
    assert station.password_digest == passwords.digest(answer.json()["password"].encode())


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("password", {"password": "short"}, "at least 16"),
        ("password", {"password": "short", "by_hand": True}, "at least 16"),
        ("security-profile", {"profile": 1}, "never lowered"),
        ("security-profile", {"profile": 7}, "not a valid choice"),
        ("certificates", {"use": "CSMSRootCertificate", "certificate": "x"}, "no PEM"),
        ("certificates", {"use": "Other", "certificate": "x"}, "not a valid choice"),
    ],
)
def test_what_cannot_be_done_is_a_400_that_says_why(
    station: Station, path: str, body: dict[str, Any], words: str
) -> None:
    answer = post(f"stations/CP1/{path}/", body)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Call.objects.exists()


@pytest.mark.parametrize("path", ["password", "security-profile", "certificates"])
def test_who_may_only_read_changes_nothing_and_an_unknown_station_is_404(station: Station, path: str) -> None:
    """S47."""
    assert post(f"stations/CP1/{path}/", {"profile": 2}, "read").status_code == 403
    body = {"profile": 2, "use": "CSMSRootCertificate", "certificate": ROOT.pem}
    assert post(f"stations/NOBODY/{path}/", body).status_code == 404


def test_a_profile_is_raised(station: Station) -> None:
    answer = post("stations/CP1/security-profile/", {"profile": 2, "url": "wss://hub.example.org/ocpp", "slot": 4})
    assert (answer.status_code, answer.json()["state"], answer.json()["slot"]) == (202, "asked", 4)
    assert get("stations/CP1/security-profile/").json()["results"][0]["target"] == 2


def test_certificates_are_installed_and_read(station: Station) -> None:
    body = {"use": "CSMSRootCertificate", "certificate": ROOT.pem}
    assert post("stations/CP1/certificates/", body).json()["state"] == "sent"
    (read,) = get("stations/CP1/certificates/").json()["results"]
    assert (read["subject"], read["station"]) == ("CN=Root of the CSMS", "CP1")


def test_security_events_are_read_and_narrowed(station: Station) -> None:
    security_world.build(station, station.created_at)
    (event,) = get("security-events/?urgency=critical").json()["results"]
    assert (event["type"], event["station"]) == ("TamperDetectionActivated", "CP1")
    assert get("security-events/?urgency=info").json()["results"] == []
    assert get(f"security-events/{event['id']}/").status_code == 200


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_command_line_sends_a_password_and_does_not_print_it(station: Station) -> None:
    said = run("station_password", "CP1", "--password", NEXT)
    assert "is offline" in said
    assert NEXT not in said
    assert json.loads(run("station_password", "CP1", "--json"))["call"] == str(Call.objects.get().pk)


def test_the_command_line_prints_a_password_set_by_hand_once(station: Station) -> None:
    made = json.loads(run("station_password", "CP1", "--by-hand", "--json"))
    station.refresh_from_db()
    assert station.password_digest == passwords.digest(made["password"].encode())
    assert "shown this once" in run("station_password", "CP1", "--by-hand", "--password", NEXT)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(("NOBODY",), "There is no station NOBODY."), (("CP1", "--password", "short"), "A station password has at least")],
)
def test_the_command_line_refuses_in_a_sentence_and_with_2(
    station: Station, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        run("station_password", *words)
    assert refused.value.returncode == 2


def test_the_command_line_says_what_is_the_least_profile_and_raises_it(station: Station, settings: Any) -> None:
    settings.HUB_OCPP_PUBLIC_URL = "wss://hub.example.org"
    assert "1: password, or better" in run("station_profile", "CP1")
    assert "It is asked to move to 2" in run("station_profile", "CP1", "--raise", "2", "--slot", "3")
    assert Call.objects.get().payload["configurationSlot"] == 3
    said = json.loads(run("station_profile", "CP1", "--least", "3", "--json"))
    assert said == {"station": "CP1", "least": 3, "connected_with": 1, "asked_to_move_to": 2}
    for words in (("NOBODY",), ("CP1", "--raise", "2")):
        with pytest.raises(CommandError) as refused:
            run("station_profile", *words)
        assert refused.value.returncode == 2
    assert (get("stations/CP1/").json()["security_minimum"], get("stations/CP1/").json()["security_profile"]) == (3, 1)


def test_the_authority_s_root_is_printed_for_a_proxy_before_anything_was_signed() -> None:
    (root,) = x509.read_chain(run("station_authority"))
    assert x509.is_authority(root)
    assert run("station_authority") == run("station_authority")
    assert json.loads(run("station_authority", "--json"))["roots"][0]["fingerprint"] == x509.fingerprint(root)
