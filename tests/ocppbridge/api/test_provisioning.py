"""Verbs and block B for programs: typed, the same for every version, refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from ocppbridge.models import Call, DeviceReport, Setting, Station, WantedSetting
from tests.ocppbridge.api.test_stations import get, post
from tests.roaming.console import world

pytestmark = pytest.mark.django_db
HERE = "stations/VLT-0001"


@pytest.fixture
def station() -> Station:
    return world.build().station


@pytest.mark.parametrize(
    ("version", "verb", "body", "action", "payload"),
    [
        ("ocpp1.6", "reset", {"when": "now"}, "Reset", {"type": "Hard"}),
        ("ocpp2.0.1", "reset", {"evse": 2}, "Reset", {"type": "OnIdle", "evseId": 2}),
        ("ocpp2.1", "reset", {"when": "resume"}, "Reset", {"type": "ImmediateAndResume"}),
        ("ocpp1.6", "unlock", {"evse": 2}, "UnlockConnector", {"connectorId": 2}),
        ("ocpp2.1", "unlock", {"evse": 2, "connector": 3}, "UnlockConnector", {"evseId": 2, "connectorId": 3}),
        ("ocpp1.6", "trigger", {"message": "Heartbeat"}, "TriggerMessage", {"requestedMessage": "Heartbeat"}),
        (
            "ocpp2.0.1", "trigger", {"message": "MeterValues", "evse": 1}, "TriggerMessage",
            {"requestedMessage": "MeterValues", "evse": {"id": 1}},
        ),
        (
            "ocpp2.0.1", "availability", {"operative": False, "evse": 1, "connector": 1}, "ChangeAvailability",
            {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 1}},
        ),
        ("ocpp1.6", "availability", {"operative": True}, "ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
    ],
)  # fmt: skip
def test_a_verb_is_queued_in_the_station_s_own_words(
    station: Station, version: str, verb: str, body: dict[str, Any], action: str, payload: dict[str, Any]
) -> None:
    Station.objects.update(subprotocol=version)
    answer = post(f"{HERE}/{verb}/", body)
    assert answer.status_code == 202, answer.content
    call = Call.objects.get(pk=answer.json()["id"])
    assert (call.action, call.payload, call.purpose, call.requested_by) == (action, payload, "api", "API: tests")
    assert answer["Location"].endswith(f"/calls/{call.pk}/")


@pytest.mark.parametrize(
    ("verb", "body", "field", "words"),
    [
        ("reset", {"evse": 1}, "detail", "1.6 station is reset as a whole"),
        ("reset", {"when": "resume"}, "detail", "does not resume"),
        ("reset", {"when": "later"}, "when", "not a valid choice"),
        ("unlock", {}, "evse", "required"),
        ("unlock", {"evse": 1, "connector": 2}, "detail", "connector is an EVSE of its own"),
        ("availability", {"operative": True, "connector": 2}, "connector", "name its EVSE"),
        ("trigger", {"message": "TransactionEvent"}, "detail", "cannot be triggered"),
        ("network", {"slot": 1, "url": "wss://x", "security_profile": 2}, "detail", "1.6 keeps one way to its CSMS"),
        ("settings", {"settings": {"AuthorizationKey": "x"}}, "detail", "password"),
        ("settings", {"settings": {"Vendor.Thing": "x"}}, "detail", "no setting Vendor.Thing"),
        ("settings/read", {"settings": []}, "settings", "at least 1"),
        ("reports", {"settings": ["A.B"]}, "detail", "1.6 has configuration keys instead of a device model"),
        ("configuration", {"settings": {"AuthorizationKey": "x"}}, "settings", "a secret"),
        ("registration", {"boot_status": "Maybe"}, "boot_status", "not a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    station: Station, verb: str, body: dict[str, Any], field: str, words: str
) -> None:
    before = Call.objects.count()
    answer = post(f"{HERE}/{verb}/", body)
    assert answer.status_code == 400
    assert words in str(answer.json()[field])
    assert Call.objects.count() == before


def test_a_token_that_may_only_read_asks_for_nothing(station: Station) -> None:
    for verb in ("reset", "settings", "reports", "configuration", "configuration/apply", "registration"):
        assert post(f"{HERE}/{verb}/", {}, scope="read").status_code == 403
    assert post("stations/NOBODY/reset/", {}).status_code == 404


def test_settings_are_listed_read_and_written(station: Station) -> None:
    Station.objects.update(subprotocol="ocpp2.0.1")
    Setting.objects.create(
        station=station, component="OCPPCommCtrlr", name="OfflineThreshold", value="60", mutability="ReadWrite",
        least="1", unit="s",
    )  # fmt: skip
    (row,) = get(f"{HERE}/settings/", component="OCPPCommCtrlr")["results"]
    assert (row["setting"], row["value"], row["least"]) == ("OCPPCommCtrlr.OfflineThreshold", "60", "1")
    read = post(f"{HERE}/settings/read/", {"settings": ["OCPPCommCtrlr.OfflineThreshold", "HeartbeatInterval"]})
    written = post(f"{HERE}/settings/", {"settings": {"OCPPCommCtrlr.OfflineThreshold": "90"}})
    assert [one["action"] for one in read.json() + written.json()] == ["GetVariables", "SetVariables"]
    items = read.json()[0]["payload"]["getVariableData"]
    assert [item["variable"]["name"] for item in items] == ["OfflineThreshold", "HeartbeatInterval"]


def test_a_report_is_asked_for_and_read_until_it_is_whole(station: Station) -> None:
    Station.objects.update(subprotocol="ocpp2.1")
    made = post(f"{HERE}/reports/", {"inventory": "ConfigurationInventory"}).json()
    assert made["state"] == "asked"
    DeviceReport.objects.filter(pk=made["id"]).update(state="whole", entries=3)
    assert get(f"{HERE}/reports/{made['id']}/")["entries"] == 3


def test_what_is_wanted_is_said_compared_and_applied(station: Station) -> None:
    """The world wants HeartbeatInterval = 60 of all stations of NL/VLT; the station says 300."""
    shown = post(f"{HERE}/configuration/", {"settings": {"Vendor": "1", "A.B": "2"}}).json()
    assert shown["wanted"] == {"HeartbeatInterval": "60", "Vendor": "1"}
    assert shown["own"] == {"Vendor": "1", "A.B": "2"}
    assert shown["differing"]["HeartbeatInterval"] == {"wanted": "60", "found": "300", "why": "different"}
    assert shown["differing"]["Vendor"]["why"] == "not reported by the station"
    assert shown["unsayable"] == ["A.B"]
    answer = post(f"{HERE}/configuration/apply/", {})
    assert (answer.status_code, answer.json()["state"]) == (202, "writing")
    assert Call.objects.latest("created_at").payload == {"key": "HeartbeatInterval", "value": "60"}
    assert post(f"{HERE}/configuration/", {"settings": {}}).json()["own"] == {}
    assert WantedSetting.objects.filter(station=station).count() == 0
    assert get(f"{HERE}/configuration/")["state"] == "writing"


def test_a_station_is_held_and_accepted(station: Station) -> None:
    for word in ("Pending", "Accepted"):
        assert post(f"{HERE}/registration/", {"boot_status": word}).status_code == 202
        station.refresh_from_db()
        assert station.boot_policy == word
    assert Call.objects.filter(action="TriggerMessage").count() == 2
