"""Certification, block N: logs and diagnostics, with the file really brought to the hub; customer information."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from pytest_django import Settings

from ocppbridge.charging.tokens import IdToken
from ocppbridge.models import Call, Enquiry, Frame, LocalList, LogRequest, Station
from ocppbridge.services import customers, files, logs
from roaming.decisions import Choices
from tests.ocppbridge.certification.talking import boot, drained, settled, stamp
from tests.ocppbridge.door import Door, Talk
from tests.ocppbridge.world import new_station

ALL = pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])


@pytest.fixture
def station(door: Door, settings: Settings) -> Station:
    settings.HUB_OCPP_PUBLIC_URL = f"ws://127.0.0.1:{door.port}"
    return new_station()


def reply(talk: Talk, answer: dict[str, Any]) -> list[Any]:
    frame = talk.called()
    talk.answer(frame, answer)
    settled(Call.objects.select_related("station").get(pk=frame[1]))
    return frame


def get_log(talk: Talk, kind: str, status: str = "Accepted") -> tuple[LogRequest, str]:
    row = logs.ask(drained(), kind, Choices())
    frame = reply(talk, {"status": status, "filename": "station.log"})
    assert (frame[2], frame[3]["logType"], frame[3]["requestId"]) == ("GetLog", kind, row.pk)
    return row, frame[3]["log"]["remoteLocation"]


def standing(row: LogRequest) -> tuple[str, str]:
    drained()
    row.refresh_from_db()
    return row.state, row.reason


@V2
@pytest.mark.parametrize(("requirement", "kind"), [("TC_N_25_CSMS", "DiagnosticsLog"), ("TC_N_35_CSMS", "SecurityLog")])
def test_a_log_is_asked_for_brought_and_kept(
    door: Door, station: Station, version: str, requirement: str, kind: str
) -> None:
    with door.station("CP1", version) as talk:
        boot(talk)
        row, url = get_log(talk, kind)
        talk.call("LogStatusNotification", {"status": "Uploading", "requestId": row.pk})
        assert standing(row) == ("uploading", "")
        assert requests.put(f"{url}station.log", data=iter([b"one\n", b"two\n"])).status_code == 201
        talk.call("LogStatusNotification", {"status": "Uploaded", "requestId": row.pk})
        assert standing(row) == ("uploaded", "")
    assert row.file is not None
    assert b"".join(files.pieces(row.file)) == b"one\ntwo\n"
    assert (row.filename, row.status) == ("station.log", "Uploaded")
    assert not Frame.objects.filter(body__contains="key-").exists(), "the key is in no journal"


@pytest.mark.parametrize(
    ("requirement", "ends"), [("TC_045_1_CSMS", "uploaded"), ("TC_045_2_CSMS", "failed"), ("", "nothing came")]
)
def test_diagnostics_of_a_1_6_station_are_brought_into_the_folder_that_it_is_told(
    door: Door, station: Station, requirement: str, ends: str
) -> None:
    with door.station("CP1") as talk:
        boot(talk)
        row = logs.ask(drained(), "DiagnosticsLog", Choices())
        frame = reply(talk, {"fileName": "diag.zip"})
        assert frame[2] == "GetDiagnostics"
        talk.call("DiagnosticsStatusNotification", {"status": "Uploading"})
        if ends == "uploaded":
            assert requests.post(frame[3]["location"] + "diag.zip", data=b"zip").status_code == 201
        said = "UploadFailed" if ends == "failed" else "Uploaded"
        talk.call("DiagnosticsStatusNotification", {"status": said})
        assert standing(row)[0] == ("uploaded" if ends == "uploaded" else "failed")
    assert (row.reason == "the station says Uploaded, but nothing came") == (ends == "nothing came")


def test_a_1_6_station_with_nothing_to_tell_names_no_file(door: Door, station: Station) -> None:
    """TC_045_2_CSMS."""
    with door.station("CP1") as talk:
        boot(talk)
        row = logs.ask(drained(), "DiagnosticsLog", Choices())
        reply(talk, {})
    assert standing(row) == ("refused", "NoFile nothing to upload")


@ALL
def test_a_security_log_that_cannot_be_uploaded_says_why(door: Door, station: Station, version: str) -> None:
    """TC_079_CSMS."""
    with door.station("CP1", version) as talk:
        boot(talk)
        row, _ = get_log(talk, "SecurityLog")
        talk.call("LogStatusNotification", {"status": "PermissionDenied", "requestId": row.pk})
        assert standing(row) == ("failed", "PermissionDenied")
        again = logs.again(row, Choices(), "ann")
        talk.called()
    assert (again.kind, again.state, again.requested_by) == ("SecurityLog", "asked", "ann")


@V2
def test_a_log_may_be_refused(door: Door, station: Station, version: str) -> None:
    """TC_N_34_CSMS."""
    with door.station("CP1", version) as talk:
        boot(talk)
        row, url = get_log(talk, "DiagnosticsLog", "Rejected")
    assert standing(row) == ("refused", "Rejected")
    assert requests.put(url, data=b"x").status_code == 404


@V2
def test_a_second_request_takes_the_place_of_the_first(door: Door, station: Station, version: str) -> None:
    """TC_N_36_CSMS."""
    with door.station("CP1", version) as talk:
        boot(talk)
        first, _ = get_log(talk, "DiagnosticsLog")
        talk.call("LogStatusNotification", {"status": "Uploading", "requestId": first.pk})
        second, url = get_log(talk, "DiagnosticsLog", "AcceptedCanceled")
        talk.call("LogStatusNotification", {"status": "AcceptedCanceled", "requestId": first.pk})
        assert requests.put(url, data=b"log").status_code == 201
        assert standing(first) == ("cancelled", f"replaced by log {second.pk}")
        assert standing(second) == ("uploaded", "")


# What a station keeps of a customer


CARD = IdToken("04AABBCC", "ISO14443")


def ask_customer(talk: Talk, status: str = "Accepted", **more: Any) -> Enquiry:
    row = customers.ask(drained(), **{"report": True, "clear": False, "token": CARD, **more})
    frame = reply(talk, {"status": status})
    assert (frame[2], frame[3]["requestId"]) == ("CustomerInformation", row.pk)
    assert (frame[3]["report"], frame[3]["clear"]) == (more.get("report", True), more.get("clear", False))
    row.refresh_from_db()
    return row


def page(talk: Talk, row: Enquiry, seq_no: int, data: str, tbc: bool = False) -> None:
    said = {"requestId": row.pk, "seqNo": seq_no, "generatedAt": stamp(), "data": data, "tbc": tbc}
    assert talk.call("NotifyCustomerInformation", said) == {}


@V2
@pytest.mark.parametrize(
    ("requirement", "asked", "pages"),
    [
        ("TC_N_27_CSMS", {}, ["Ann Example, ", "Elm Street"]),
        ("TC_N_28_CSMS", {}, [""]),
        ("TC_N_30_CSMS", {"clear": True}, ["Ann Example"]),
        ("TC_N_31_CSMS", {"clear": True}, [""]),
        ("TC_N_62_CSMS", {"clear": True, "token": None, "identifier": "customer-7"}, ["Ann Example"]),
        (
            "TC_N_63_CSMS",
            {
                "clear": True, "token": None,
                "certificate": {
                    "hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "1",
                },
            },
            ["Ann Example"],
        ),
    ],
)  # fmt: skip
def test_what_a_station_keeps_is_told_page_by_page_and_stands_in_clear_nowhere(
    door: Door, station: Station, version: str, requirement: str, asked: dict[str, Any], pages: list[str]
) -> None:
    """S49."""
    with door.station("CP1", version) as talk:
        boot(talk)
        row = ask_customer(talk, **asked)
        for number in reversed(range(len(pages))):
            page(talk, row, number, pages[number], tbc=number < len(pages) - 1)
        drained()
    row.refresh_from_db()
    assert (row.state, customers.told(row)) == ("whole", "".join(pages))
    for word in ("Ann", "Elm", "customer-7"):
        assert not Frame.objects.filter(body__contains=word).exists()
        assert word not in "".join(row.pages.values_list("sealed", flat=True))
    customers.erase(row)
    assert (customers.told(row), row.id_token) == ("", "")


@V2
def test_a_station_that_will_not_tell_says_so(door: Door, station: Station, version: str) -> None:
    """TC_N_29_CSMS."""
    with door.station("CP1", version) as talk:
        boot(talk)
        row = ask_customer(talk, "Rejected")
        page(talk, row, 0, "Ann Example")
        drained()
    row.refresh_from_db()
    assert (row.state, customers.told(row)) == ("refused", ""), "what nobody asks for is not kept"


@V2
def test_clearing_alone_is_done_with_the_answer(door: Door, station: Station, version: str) -> None:
    """TC_N_32_CSMS; TC_N_46_CSMS: the local list is sent anew if the card was in it."""
    LocalList.objects.create(
        station=station, state="same", tokens=[["04AABBCC", "ISO14443", "Accepted", ""]], version=3
    )
    with door.station("CP1", version) as talk:
        boot(talk)
        row = ask_customer(talk, report=False, clear=True)
    assert row.state == "whole"
    row_of_list = LocalList.objects.get()
    assert (row_of_list.state, row_of_list.wanted) == ("unknown", "full")
