"""What time does to updates, logs, questions, events and files: given up, forgotten, erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ocppbridge import sweeps
from ocppbridge.models import (
    Call,
    CustomerPage,
    Enquiry,
    FileKey,
    FirmwareUpdate,
    LogRequest,
    Station,
    StationEvent,
    StoredFile,
    StreamValue,
)
from ocppbridge.services import enquiries, files, firmware
from roaming.decisions import Choices, Scope
from tests.ocppbridge import upkeep_world
from tests.ocppbridge.world import new_station

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    station = new_station()
    upkeep_world.build(station)
    return station


def later(**spans: float) -> datetime:
    return datetime.now(UTC) + timedelta(**spans)


def test_an_update_of_which_nothing_more_is_heard_has_come_to_nothing(station: Station) -> None:
    patience = Choices({(Scope.STATION, "CP1", "FIRMWARE-PATIENCE"): "2"})
    assert firmware.give_up(later(hours=1.5), patience) == 0
    assert firmware.give_up(later(hours=2.1), patience) == 1
    row = FirmwareUpdate.objects.get()
    assert (row.state, row.reason) == ("silent", "nothing more was heard")


def test_one_that_said_installed_on_a_station_that_has_the_version_is_done(station: Station) -> None:
    FirmwareUpdate.objects.update(state="installed", status="Installed")
    Station.objects.update(firmware_version="2.0")
    firmware.give_up(later(days=2), Choices())
    assert FirmwareUpdate.objects.get().state == "done"


def test_a_log_that_does_not_come_in_time_will_not_come(station: Station) -> None:
    LogRequest.objects.update(state="uploading", file=None)
    sweeps.upkeep(later(hours=2))
    row = LogRequest.objects.get()
    assert (row.state, row.reason) == ("failed", "nothing came in time")


def test_pages_that_fall_silent_break_a_question_off_and_a_late_one_mends_it(station: Station) -> None:
    call = Call.objects.create(station=station, action="x", payload={}, state="answered", expires_at=later(hours=1))
    now = later()
    row = Enquiry.objects.create(station=station, kind="messages", state="asked", call=call, asked_at=now)
    assert enquiries.give_up(now + timedelta(minutes=4)) == 0
    assert enquiries.give_up(now + timedelta(minutes=6)) == 1
    enquiries.take(station, "messages", row.pk, None, True, 1, now)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("whole", "")


def test_a_page_of_another_station_s_question_changes_nothing(station: Station) -> None:
    """S39."""
    other = new_station("CP2")
    row = Enquiry.objects.create(station=station, kind="messages", state="coming", asked_at=later())
    assert enquiries.take(other, "messages", row.pk, 0, True, 1, later()) is None
    assert enquiries.answered(row.pk, other, None) is None


def test_what_is_too_old_is_forgotten_and_what_is_personal_is_erased(station: Station) -> None:
    """S49."""
    sweeps.forget(later(days=29))
    assert (CustomerPage.objects.count(), StationEvent.objects.count(), StreamValue.objects.count()) == (1, 1, 1)
    sweeps.forget(later(days=31))
    assert (CustomerPage.objects.count(), Enquiry.objects.get().id_token) == (0, "")
    sweeps.forget(later(days=91))
    assert (StationEvent.objects.count(), StreamValue.objects.count()) == (0, 0)
    log = LogRequest.objects.get()
    assert (log.state, log.file) == ("uploaded", None)
    assert StoredFile.objects.count() == 1, "the image stays"


def test_half_a_file_and_a_key_whose_time_is_long_up_are_swept_away(station: Station) -> None:
    half = StoredFile.objects.create(name="half")
    files.append(half.pk, 0, b"x")
    files.address(station, later(), log=LogRequest.objects.get())
    files.sweep(later(hours=1))
    assert StoredFile.objects.filter(complete=False).exists()
    files.sweep(later(days=31))
    assert not StoredFile.objects.filter(complete=False).exists()
    assert not FileKey.objects.exists()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("a\\b\\c.log", "c.log"), ("", "file"), ("..", "file"), (".ssh", "ssh"),
        ('x"\r\n.zip', "x___.zip"), ("ü 中.zip", "___.zip"), ("a" * 300, "a" * 100),
    ],
)  # fmt: skip
def test_names_of_stations_are_made_harmless(said: str, kept: str) -> None:
    """S27."""
    assert files.safe_name(said) == kept
