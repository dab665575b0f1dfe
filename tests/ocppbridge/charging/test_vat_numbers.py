"""VAT numbers as their countries write them (C20), and the one-time password of a code (C25)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ocppbridge.charging import one_time
from ocppbridge.charging.vat_numbers import BadNumber, read

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("DE136695976", "DE"),
        ("nl 4495445b01", "NL"),
        ("XI980780684", "XI"),
        ("GB980780684", "GB"),
        ("EL094259216", "EL"),
        ("GR094259216", "EL"),
        ("CHE-107.787.577 MWST", "CH"),
        ("NO995525828MVA", "NO"),
        ("FR40303265045", "FR"),
    ],
)
def test_numbers_that_hold(text: str, country: str) -> None:
    assert read(text)[0] == country


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("DE123456789", "check"),
        ("136695976", "letters"),
        ("", "letters"),
        ("QQ123456", "no rule"),
        ("DE" + "1" * 30, "too long"),
    ],
)
def test_numbers_that_do_not(text: str, why: str) -> None:
    with pytest.raises(BadNumber, match=why):
        read(text)


def test_a_password_holds_for_its_slot_and_its_neighbours() -> None:
    given = one_time.password("secret", NOON, 60, 8)
    assert len(given) == 8 and set(given) <= set(one_time.ALPHABET)
    for minutes, holds in ((0, True), (1, True), (-1, True), (2, False), (-2, False)):
        assert one_time.holds(given, "secret", NOON + timedelta(minutes=minutes), 60, 8) is holds
    assert not one_time.holds(given, "another", NOON, 60, 8)
    assert not one_time.holds("", "secret", NOON, 60, 8)
    assert not one_time.holds("ü" * 8, "secret", NOON, 60, 8)
