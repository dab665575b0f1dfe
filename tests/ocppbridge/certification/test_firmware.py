"""Certification, block L: firmware updates and publications, by typed verbs; 1.6 with and without its extension."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from ocppbridge.models import Alert, Call, FirmwareImage, FirmwarePublication, FirmwareUpdate, Station, Transaction
from ocppbridge.services import files, firmware, images, publications
from roaming.decisions import Choices
from tests.ocppbridge.certification.talking import boot, drained, settled, stamp, state
from tests.ocppbridge.door import Door, Talk, eventually
from tests.ocppbridge.world import new_station

ALL = pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])


@pytest.fixture
def image(door: Door, settings: Settings) -> FirmwareImage:
    """Signed by ourselves."""
    settings.HUB_OCPP_PUBLIC_URL = f"ws://127.0.0.1:{door.port}"
    file = files.store("fw.bin", "", [b"firmware"])
    image = FirmwareImage.objects.create(name="Two", version="2.0", file=file)
    images.sign(image)
    return image


def begin(talk: Talk, image: FirmwareImage, answer: dict[str, Any] | None = None) -> FirmwareUpdate:
    """An update is asked for, and answered."""
    row = firmware.update(drained(), image, Choices())
    frame = talk.called()
    assert frame[2] == ("SignedUpdateFirmware" if talk.socket.subprotocol == "ocpp1.6" else "UpdateFirmware")
    assert frame[3]["requestId"] == row.pk
    assert frame[3]["firmware"]["signingCertificate"].startswith("-----BEGIN CERTIFICATE")
    talk.answer(frame, answer or {"status": "Accepted"})
    settled(Call.objects.select_related("station").get(pk=frame[1]))
    return row


def say(talk: Talk, row: FirmwareUpdate, *statuses: str) -> None:
    old = talk.socket.subprotocol == "ocpp1.6"
    action = "SignedFirmwareStatusNotification" if old else "FirmwareStatusNotification"
    for status in statuses:
        assert talk.call(action, {"status": status, "requestId": row.pk}) == {}


def reboot(talk: Talk, version: str) -> None:
    if talk.socket.subprotocol == "ocpp1.6":
        assert boot(talk, firmwareVersion=version)["status"] == "Accepted"
    else:
        station = {"vendorName": "ACME", "model": "One", "firmwareVersion": version}
        assert boot(talk, reason="FirmwareUpdate", chargingStation=station)["status"] == "Accepted"


def standing(row: FirmwareUpdate) -> tuple[str, str]:
    drained()
    row.refresh_from_db()
    return row.state, row.reason


DOWNLOADED = ("Downloading", "Downloaded", "SignatureVerified")


@ALL
@pytest.mark.parametrize(
    ("requirement", "before"),
    [
        ("TC_L_01_CSMS", (*DOWNLOADED, "Installing", "InstallRebooting")),
        ("TC_L_02_CSMS", (*DOWNLOADED, "InstallScheduled", "Installing", "InstallRebooting")),
        ("TC_L_03_CSMS", ("DownloadScheduled", *DOWNLOADED, "Installing", "InstallRebooting")),
    ],
)
def test_an_update_is_done_when_the_station_has_booted_with_it(
    door: Door,
    image: FirmwareImage,
    version: str,
    requirement: str,
    before: tuple[str, ...],
) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        row = begin(talk, image)
        say(talk, row, *before)
        assert standing(row) == ("under way", "")
        reboot(talk, "2.0")
        state(talk, "Available")
        assert standing(row) == ("under way", ""), "the station has not said so yet"
        say(talk, row, "Installed")
        assert standing(row) == ("done", "")
    assert [one.status for one in row.steps.all()] == [*before, "Installed"]
    assert not row.keys.filter(expires_at__gt=row.ended_at).exists(), "its URL leads nowhere any more"


@ALL
def test_installed_is_believed_when_the_station_boots_with_it(door: Door, image: FirmwareImage, version: str) -> None:
    """Some say Installed before they boot, and some boot with what they had."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        row = begin(talk, image)
        say(talk, row, *DOWNLOADED, "Installed")
        assert standing(row)[0] == "installed"
        reboot(talk, "1.9")
        assert standing(row) == ("failed", "booted with 1.9, wanted 2.0")
        assert Alert.objects.get(code="FIRMWARE-FAILED").text == "Two: failed (booted with 1.9, wanted 2.0)"
        row = begin(talk, image)
        say(talk, row, *DOWNLOADED, "Installed")
        reboot(talk, "2.0")
        assert standing(row) == ("done", "")


@ALL
@pytest.mark.parametrize(
    ("requirement", "answer"),
    [("TC_L_04_CSMS", "RevokedCertificate"), ("TC_L_05_CSMS", "InvalidCertificate"), ("", "Rejected")],
)
def test_an_update_that_the_station_refuses_ends_there(
    door: Door, image: FirmwareImage, version: str, requirement: str, answer: str
) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        row = begin(talk, image, {"status": answer})
    assert standing(row) == ("refused", answer)


@ALL
@pytest.mark.parametrize(
    ("requirement", "statuses"),
    [
        ("TC_L_06_CSMS, TC_081_CSMS", ("Downloading", "Downloaded", "InvalidSignature")),
        ("TC_L_07_CSMS", ("Downloading", "DownloadPaused", "DownloadFailed")),
        ("TC_L_08_CSMS", (*DOWNLOADED, "Installing", "InstallVerificationFailed")),
        ("TC_L_09_CSMS", (*DOWNLOADED, "Installing", "InstallationFailed")),
    ],
)
def test_an_update_that_fails_says_why(
    door: Door, image: FirmwareImage, version: str, requirement: str, statuses: tuple[str, ...]
) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        row = begin(talk, image)
        say(talk, row, *statuses)
        if "InvalidSignature" in statuses:
            event = {"type": "InvalidFirmwareSignature", "timestamp": stamp()}
            assert talk.call("SecurityEventNotification", event) == {}
        assert standing(row) == ("failed", statuses[-1])
        say(talk, row, "Idle", "Downloading")
        assert standing(row) == ("failed", statuses[-1]), "nothing brings it back"


@V2
def test_a_later_update_takes_the_place_of_one_under_way(door: Door, image: FirmwareImage, version: str) -> None:
    """TC_L_10_CSMS, TC_L_11_CSMS: cancelled, or it cannot be; either way each goes its own way."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        first = begin(talk, image)
        say(talk, first, "Downloading")
        second = begin(talk, image, {"status": "AcceptedCanceled"})
        assert standing(first) == ("cancelled", f"replaced by update {second.pk}")
        say(talk, second, "Downloading", "Downloaded", "Installing")
        third = begin(talk, image, {"status": "Rejected"})
        assert (standing(second)[0], standing(third)) == ("cancelled", ("refused", "Rejected"))
        say(talk, second, "Installed")
        reboot(talk, "2.0")
    assert drained().firmware_version == "2.0"


@V2
def test_firmware_waits_for_a_transaction_to_end(door: Door, image: FirmwareImage, version: str) -> None:
    """TC_L_13_CSMS: the station downloads, and installs when nobody charges."""
    new_station()
    info = {"transactionId": "T1", "chargingState": "Charging"}
    event = {"timestamp": stamp(), "seqNo": 0, "transactionInfo": info, "evse": {"id": 1, "connectorId": 1}}
    with door.station("CP1", version) as talk:
        boot(talk)
        talk.call("TransactionEvent", {**event, "eventType": "Started", "triggerReason": "CablePluggedIn"})
        row = begin(talk, image)
        say(talk, row, *DOWNLOADED, "InstallScheduled")
        assert (standing(row)[0], Transaction.objects.get().state) == ("under way", "running")
        ended = {**event, "seqNo": 1, "eventType": "Ended", "triggerReason": "EVDeparted"}
        talk.call("TransactionEvent", ended)
        say(talk, row, "Installing", "InstallRebooting")
        reboot(talk, "2.0")
        say(talk, row, "Installed")
    assert standing(row) == ("done", "")


@pytest.mark.parametrize(
    ("requirement", "statuses", "ends"),
    [
        ("TC_044_1_CSMS", ("Downloading", "Downloaded", "Installing", "Installed"), "done"),
        ("TC_044_2_CSMS", ("Downloading", "DownloadFailed"), "failed"),
        ("TC_044_3_CSMS", ("Downloading", "Downloaded", "Installing", "InstallationFailed"), "failed"),
    ],
)
def test_unsigned_1_6_firmware_is_told_without_a_number(
    door: Door, settings: Settings, requirement: str, statuses: tuple[str, ...], ends: str
) -> None:
    new_station()
    image = FirmwareImage.objects.create(name="One", url="https://files.example/fw")
    with door.station("CP1") as talk:
        boot(talk)
        row = firmware.update(drained(), image, Choices(), retries=0)
        frame = talk.called()
        assert (frame[2], frame[3]["location"]) == ("UpdateFirmware", "https://files.example/fw")
        talk.answer(frame, {})
        settled(Call.objects.select_related("station").get(pk=frame[1]))
        for status in statuses:
            assert talk.call("FirmwareStatusNotification", {"status": status}) == {}
    assert standing(row)[0] == ends


# What a local controller offers


def publish(talk: Talk, image: FirmwareImage) -> FirmwarePublication:
    row = publications.publish(drained(), image)
    frame = talk.called()
    assert image.file is not None
    assert frame[2] == "PublishFirmware"
    assert (frame[3]["requestId"], frame[3]["checksum"]) == (row.pk, image.file.md5)
    talk.answer(frame, {"status": "Accepted"})
    settled(Call.objects.select_related("station").get(pk=frame[1]))
    return row


@V2
@pytest.mark.parametrize(
    ("requirement", "statuses", "ends"),
    [
        ("TC_L_17_CSMS", ("Downloading", "Downloaded", "ChecksumVerified", "Published"), "published"),
        ("TC_L_19_CSMS", ("Downloading", "Downloaded", "InvalidChecksum"), "failed"),
        ("TC_L_20_CSMS", ("Downloading", "Downloaded", "ChecksumVerified", "PublishFailed"), "failed"),
        ("TC_L_24_CSMS", ("Downloading", "DownloadFailed"), "failed"),
    ],
)
def test_firmware_is_published_or_not(
    door: Door, image: FirmwareImage, version: str, requirement: str, statuses: tuple[str, ...], ends: str
) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        row = publish(talk, image)
        for status in statuses:
            where = {"location": ["https://controller.example/fw"]} if status == "Published" else {}
            told = {"status": status, "requestId": row.pk, **where}
            assert talk.call("PublishFirmwareStatusNotification", told) == {}
        drained()
    row.refresh_from_db()
    assert (row.state, row.status) == (ends, statuses[-1])
    assert row.locations == (["https://controller.example/fw"] if ends == "published" else [])


@V2
@pytest.mark.parametrize(
    ("requirement", "answer", "ends"),
    [
        ("TC_L_21_CSMS", "Unpublished", "ended"),
        ("TC_L_22_CSMS", "NoFirmware", "ended"),
        ("TC_L_23_CSMS", "DownloadOngoing", "published"),
    ],
)
def test_firmware_is_taken_back(
    door: Door, image: FirmwareImage, version: str, requirement: str, answer: str, ends: str
) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        row = publish(talk, image)
        talk.call("PublishFirmwareStatusNotification", {"status": "Published", "requestId": row.pk, "location": ["x"]})
        drained()
        row.refresh_from_db()
        publications.unpublish(row)
        frame = talk.called()
        assert (frame[2], frame[3]) == ("UnpublishFirmware", {"checksum": row.checksum})
        talk.answer(frame, {"status": answer})
        settled(Call.objects.select_related("station").get(pk=frame[1]))
    row.refresh_from_db()
    assert row.state == ends
    assert ("DownloadOngoing" in row.reason) == (ends == "published")


def test_what_a_station_says_of_no_update_of_ours_is_kept_for_staff(door: Door) -> None:
    new_station()
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        talk.call("FirmwareStatusNotification", {"status": "Installed", "requestId": 77})
        eventually(lambda: drained().reports.filter(action="FirmwareStatusNotification").exists())
    assert Station.objects.get().firmware_updates.count() == 0
