"""Times on the wire (field quirks 1 and 5)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ocppbridge.rpc.errors import SchemaFault
from ocppbridge.versions import moments

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T12:00:00Z",
        "2026-11-21T12:00:00.000Z",
        "2026-11-21T13:00:00+01:00",
        "2026-11-21T12:00:00",
        "2026-11-21 12:00:00Z",
        "2026-11-21T12:00:00.000000000Z",
    ],
)
def test_every_usual_form_is_read(text):
    """Field quirk 5: with and without milliseconds."""
    assert moments.read(text) == NOON
    assert moments.read(text).tzinfo is UTC


def test_a_leap_second_is_the_second_before_it():
    assert moments.read("2026-12-31T23:59:60Z") == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert moments.read("2026-12-31T23:59:60.5Z") == datetime(2026, 12, 31, 23, 59, 59, 500000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0000-01-01T00:00:00Z"]
)
def test_what_is_no_time_is_the_stations_fault(text):
    with pytest.raises(SchemaFault):
        moments.read(text)


def test_times_are_written_in_utc_with_a_z():
    """Field quirk 1: strict clients refuse +00:00."""
    assert moments.write(NOON) == "2026-11-21T12:00:00Z"
    assert moments.write(NOON.astimezone(timezone(timedelta(hours=2)))) == "2026-11-21T12:00:00Z"
    assert moments.write(NOON + timedelta(microseconds=999_999)) == "2026-11-21T12:00:00Z"
