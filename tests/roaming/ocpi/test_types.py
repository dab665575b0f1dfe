"""Scalars: dates above all."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.ocpi import json
from roaming.ocpi.types import IN_WORDS, format_datetime, is_conforming_datetime, parse_datetime, same

FORMAT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")


@pytest.mark.parametrize(
    "text",
    [
        "2015-06-29T20:39:09Z",
        "2015-06-29T20:39:09",
        "2016-12-29T17:45:09.2Z",
        "2016-12-29T17:45:09.2",
        "2018-01-01T01:08:01.123Z",
        "2018-01-01T01:08:01.123",
    ],
)
def test_the_six_sample_forms(text: str) -> None:
    """TYP-01: without designator it is UTC."""
    moment = parse_datetime(text)
    assert moment.tzinfo is UTC
    assert moment.isoformat()[:19] == text[:19]
    assert is_conforming_datetime(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-21T13:00:00+01:00", "2026-11-21T12:00:00Z"),
        ("2026-11-21T06:30:00-0530", "2026-11-21T12:00:00Z"),
        ("2026-11-21 12:00:00.416199+00:00", "2026-11-21T12:00:00.416Z"),
        ("2026-11-21T12:00:00.123456789Z", "2026-11-21T12:00:00.123Z"),
        ("2026-11-21t12:00:00z", "2026-11-21T12:00:00Z"),
        ("1970-1-1T00:00:00Z", "1970-01-01T00:00:00Z"),
    ],
)
def test_what_peers_send_beside_them(text: str, meant: str) -> None:
    """TYP-02, CDR-29, peers 9."""
    assert format_datetime(parse_datetime(text)) == meant
    assert not is_conforming_datetime(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-21",
        "2026-11-21T12:00",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T12:00:60Z",
        "2026-11-21T12:00:00+24:00",
        "2026-11-21T12:00:00+10:60",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-11-21T12:00:00Z\n",
        "٢٠٢٦-11-21T12:00:00Z",
        "2026-11-21T12:00:00 Europe/Berlin",
        None,
        5,
    ],
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="expected a date and time"):
        parse_datetime(text)


def test_a_date_without_zone_is_not_sent() -> None:
    with pytest.raises(ValueError, match="time zone"):
        format_datetime(datetime(2026, 1, 1))  # noqa: DTZ001  # the mistake itself


zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime.fromisoformat("0002-01-01"), datetime.fromisoformat("9998-12-31")
moments = st.datetimes(FIRST, LAST, timezones=zones)


@given(moments)
def test_every_moment_is_sent_in_the_right_form_and_read_again(moment: datetime) -> None:
    """TYP-02."""
    text = format_datetime(moment)
    assert FORMAT.fullmatch(text) and len(text) <= 25 and is_conforming_datetime(text)
    assert parse_datetime(text) == moment - timedelta(microseconds=moment.microsecond % 1000)


@given(moments)
def test_every_offset_is_understood(moment: datetime) -> None:
    assert parse_datetime(moment.isoformat()) == moment
    assert parse_datetime(moment.isoformat(sep=" ")) == moment


def test_decoded_dates_are_written_in_the_right_form() -> None:
    assert json.dumps([parse_datetime("2026-11-21T13:00:00.123456+01:00")]) == '["2026-11-21T12:00:00.123Z"]'


def test_ids_are_compared_without_case() -> None:
    """TYP-03."""
    assert same("Loc1", "lOC1") and not same("LOC1", "LOC2")


def test_every_pattern_has_words() -> None:
    assert all(re.compile(pattern) and words for pattern, words in IN_WORDS.items())
