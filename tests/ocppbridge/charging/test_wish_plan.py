"""A driver's wishes as amperes: what he needs until he leaves, with a tenth to spare."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ocppbridge.charging.composite import Supply
from ocppbridge.charging.wish_plan import amperes

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
D = Decimal


@pytest.mark.parametrize(("kind", "hours", "need", "expected"), [
    ("CHEAP", 10, 55_200, D("8.8")),  # 5,520 W on three phases are 8 A, and a tenth
    ("GREEN", 10, 6_900, D(6)),  # no car charges with less
    ("GREEN", 1, 30_000, None),  # all that there is
    ("FAST", 10, 55_200, None),
    ("REGULAR", 10, 55_200, None),
    ("CHEAP", 10, None, None),
    ("CHEAP", None, 55_200, None),
    ("CHEAP", -1, 55_200, None),
])  # fmt: skip
def test_he_gets_what_he_needs(kind: str, hours: int | None, need: int | None, expected: Decimal | None) -> None:
    departure = None if hours is None else NOW + timedelta(hours=hours)
    energy = None if need is None else D(need)
    assert amperes(kind, NOW, departure, energy, Supply(most=D(32))) == expected
