"""Blocks L, N and O for programs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ocppbridge.models import (
    Call,
    DisplayMessage,
    Enquiry,
    EventStream,
    FirmwareCampaign,
    FirmwareImage,
    FirmwareUpdate,
    LogRequest,
    Station,
)
from tests.ocppbridge.api.test_stations import bearer, get, post
from tests.roaming.console import world

pytestmark = pytest.mark.django_db
HERE = "stations/VLT-0001"
MONITOR = {"variable": "EVSE@1.Temperature", "type": "Delta", "value": "1", "severity": 1}


@pytest.fixture
def station() -> Station:
    station = world.build().station
    Station.objects.update(subprotocol="ocpp2.1")
    return station


def raw(path: str) -> Any:
    return Client().get(f"/api/v1/{path}", headers=bearer())


def delete(path: str) -> int:
    return Client().delete(f"/api/v1/{path}", headers=bearer("operate")).status_code


def asked() -> dict[str, Any]:
    return {call.action: call.payload for call in Call.objects.filter(requested_by="API: tests")}


@pytest.mark.parametrize(
    "body", ['{"use": "\\ud800"}', '{"vendor": "A", "data": {"a": "b\\u0000"}}', '{"data": 1, "data": 2}']
)
def test_a_text_that_nobody_can_keep_is_refused_before_anybody_looks_at_it(station: Station, body: str) -> None:
    for path in ("data", "logs", "certificates"):
        answer = post(f"{HERE}/{path}/", body)
        assert (answer.status_code, "JSON parse error" in answer.json()["detail"]) == (400, True)


def test_firmware_is_sent_to_a_station_and_followed(station: Station) -> None:
    image = FirmwareImage.objects.create(name="Three", version="3.0", url="https://files.example/fw")
    assert {one["name"] for one in get("firmware-images/")["results"]} == {"Three", "One 2.0"}
    answer = post(f"{HERE}/firmware/", {"image": image.pk, "retries": 0})
    assert answer.status_code == 202, answer.content
    made = get(f"{HERE}/firmware/{answer.json()['id']}/")
    assert (made["state"], made["steps"], made["version"]) == ("asked", [], "3.0")
    assert asked()["UpdateFirmware"]["firmware"]["location"] == "https://files.example/fw"
    earlier = FirmwareUpdate.objects.exclude(pk=made["id"]).get()
    assert get(f"{HERE}/firmware/{earlier.pk}/")["steps"] == ["Downloading"]


@pytest.mark.parametrize(
    ("where", "body", "field", "words"),
    [
        ("firmware", {"image": 0}, "image", "none with this id"),
        ("logs", {"kind": "Diary"}, "kind", "not a valid choice"),
        ("monitors", {"monitors": []}, "monitors", "non_field_errors"),
        ("monitors", {"monitors": [{**MONITOR, "monitor_id": 2**31}]}, "monitors", "less than or equal"),
        ("monitors", {"monitors": [{**MONITOR, "interval": 2**63}]}, "monitors", "less than or equal"),
        ("reservations", {"token": "A", "evse": 2**31}, "evse", "less than or equal"),
        ("monitoring", {}, "non_field_errors", "a base or a level"),
        ("customers", {"report": True}, "non_field_errors", "one of token"),
        ("customers", {"token": "a", "identifier": "b"}, "non_field_errors", "one of token"),
        ("messages", {"texts": []}, "texts", "non_field_errors"),
        ("messages", {"texts": [{"content": "x"}], "state": "Sleepy"}, "detail", "cannot say it"),
        ("messages", {"texts": [{"content": "x"}, {"content": "y"}]}, "detail", "a language of its own"),
        ("messages", {"texts": [{"content": "x"}], "end": "2020-01-01T00:00Z"}, "detail", "ends before it begins"),
        (
            "messages",
            {"texts": [{"content": "x"}], "start": "2020-01-01T00:00Z", "end": "2020-01-02T00:00Z"},
            "detail",
            "its end is over",
        ),
        ("messages", {"texts": [{"content": "x"}], "message_id": 10**30}, "message_id", "less than or equal"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(
    station: Station, where: str, body: dict[str, Any], field: str, words: str
) -> None:
    answer = post(f"{HERE}/{where}/", body)
    assert answer.status_code == 400
    assert words in str(answer.json()[field])
    assert asked() == {}


@pytest.mark.parametrize("path", ["stations/%00/", "stations/a%00b/messages/", "stations/VLT-0001/messages/x/"])
def test_an_address_that_names_nothing_is_not_found(station: Station, path: str) -> None:
    assert raw(path).status_code == 404


def test_firmware_is_published_and_taken_back(station: Station) -> None:
    image = FirmwareImage.objects.get()
    made = post(f"{HERE}/publications/", {"image": image.pk}).json()
    assert image.file is not None
    assert (made["checksum"], made["state"]) == (image.file.md5, "asked")
    assert get(f"{HERE}/publications/{made['id']}/") == made
    assert delete(f"{HERE}/publications/{made['id']}/") == 202
    assert asked()["UnpublishFirmware"] == {"checksum": image.file.md5}


def test_a_campaign_is_made_started_and_stopped(station: Station) -> None:
    image = FirmwareImage.objects.create(name="Three", version="3.0", url="https://x")
    slip = post("firmware-campaigns/", {"name": "Summer", "image": image.pk, "identities": "VLT-0001\nVLT-0O01"})
    assert (slip.status_code, slip.json()) == (400, {"identities": ["no such station: VLT-0O01"]})
    assert post("firmware-campaigns/", {"name": "S", "image": image.pk, "window_to": "05:00"}).status_code == 400
    made = post("firmware-campaigns/", {"name": "Summer", "image": image.pk, "canary": 1}).json()
    assert (made["state"], made["stations"]) == ("draft", {})
    where = f"firmware-campaigns/{made['id']}"
    assert post(f"{where}/pause/", {}).status_code == 400
    assert post(f"{where}/start/", {}).json()["stations"] == {"waiting": 1}
    for verb, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        assert post(f"{where}/{verb}/", {}).json()["state"] == state
    assert "no station has failed" in post(f"{where}/retry/", {}).json()["detail"]
    assert FirmwareCampaign.objects.get(name="Summer").created_by == "API: tests"


def test_a_log_is_asked_for_and_read(station: Station) -> None:
    made = post(f"{HERE}/logs/", {"kind": "SecurityLog"}).json()
    assert (made["state"], made["size"]) == ("asked", None)
    assert raw(f"{HERE}/logs/{made['id']}/file/").status_code == 404
    row = LogRequest.objects.exclude(file=None).get()
    answer = raw(f"{HERE}/logs/{row.pk}/file/")
    assert b"".join(answer.streaming_content).startswith(b"<script>")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")


def test_monitors_events_and_streams(station: Station) -> None:
    listed = get(f"{HERE}/monitors/")["results"]
    assert [one["value"] for one in listed] == ["70"]
    assert [(one["variable"], one["monitor_id"]) for one in listed] == [("EVSE@1.Temperature", 7)]
    monitor = {"variable": "EVSE@1.Power", "type": "Delta", "value": "0.5", "severity": 6, "interval": 60}
    assert post(f"{HERE}/monitors/", {"monitors": [monitor]}).status_code == 202
    post(f"{HERE}/monitors/report/", {"variables": ["EVSE@1.Power"]})
    post(f"{HERE}/monitoring/", {"level": 4})
    post(f"{HERE}/streams/list/", {})
    stream = EventStream.objects.get()
    post(f"{HERE}/streams/{stream.pk}/adjust/", {"values": 5})
    made = asked()
    assert made["SetVariableMonitoring"]["setMonitoringData"][0]["periodicEventStream"] == {"interval": 60}
    assert made["SetMonitoringLevel"] == {"severity": 4}
    assert made["AdjustPeriodicEventStream"] == {"id": 1, "params": {"values": 5}}
    assert "GetPeriodicEventStream" in made
    assert made["GetMonitoringReport"]["componentVariable"][0]["variable"] == {"name": "Power"}
    events = get(f"{HERE}/events/", severity__lte="4")["results"]
    assert [(one["variable"], one["severity"]) for one in events] == [("EVSE@1.Temperature", 4)]
    assert get(f"{HERE}/events/", severity__lte="3")["results"] == []
    assert delete(f"{HERE}/monitors/7/") == 202
    assert asked()["ClearVariableMonitoring"] == {"id": [7]}
    assert len(get(f"{HERE}/streams/{stream.pk}/values/")["results"]) == 1


def test_customer_information_is_asked_for_read_and_erased(station: Station) -> None:
    made = post(f"{HERE}/customers/", {"identifier": "me", "clear": True}).json()
    assert (made["kind"], made["state"], made["told"]) == ("customer", "asked", "")
    assert asked()["CustomerInformation"]["customerIdentifier"] == "•••"
    told = Enquiry.objects.exclude(pk=made["id"]).get()
    assert get(f"{HERE}/enquiries/{told.pk}/")["told"].startswith("card ")
    assert delete(f"{HERE}/customers/{told.pk}/") == 204
    assert get(f"{HERE}/enquiries/{told.pk}/")["told"] is None


def test_messages_are_shown_listed_and_taken_off(station: Station) -> None:
    body = {"texts": [{"content": "Hello", "language": "en"}, {"content": "Hallo", "language": "de"}]}
    made = post(f"{HERE}/messages/", body).json()
    assert (made["message_id"], made["standing"]) == (2, "asked")
    assert [one["message_id"] for one in get(f"{HERE}/messages/")["results"]] == [2, 1]
    assert post(f"{HERE}/messages/report/", {}).json()["kind"] == "messages"
    assert asked()["SetDisplayMessage"]["message"]["messageExtra"][0]["content"] == "Hallo"
    assert delete(f"{HERE}/messages/1/") == 202
    assert (asked()["ClearDisplayMessage"], delete(f"{HERE}/messages/9/")) == ({"id": 1}, 404)
    assert list(DisplayMessage.objects.values_list("standing", flat=True)) == ["leaving", "asked"]
