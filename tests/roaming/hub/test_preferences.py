"""Charging preferences as a table: what a driver wishes, what the connector offers, what we answer."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from roaming.hub.preferences import Needs, answer, kilowatts
from roaming.ocpi.decoding import decode
from roaming.ocpi.evses import Connector
from roaming.ocpi.sessions import ChargingPreferences
from roaming.ocpi.tariffs import TariffType

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CONNECTOR = {
    "id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE", "max_voltage": 230,
    "max_amperage": 16, "last_updated": "2026-11-21T10:00:00Z",
}  # fmt: skip
IN_AN_HOUR, PAST = "2026-11-21T13:00:00Z", "2026-11-21T11:59:59Z"
ALL = frozenset(TariffType)

TABLE: list[tuple[str, dict[str, Any], Any, Needs, str]] = [
    # requirement, wishes, types of the tariffs at the connector, what must come along, answer
    ("SES-05", {"profile_type": "REGULAR"}, [], Needs(), "ACCEPTED"),
    ("SES-05", {"profile_type": "FAST"}, [None], Needs(), "PROFILE_TYPE_NOT_SUPPORTED"),
    ("SES-05", {"profile_type": "FAST"}, [TariffType.PROFILE_GREEN], Needs(), "PROFILE_TYPE_NOT_SUPPORTED"),
    ("SES-05", {"profile_type": "FAST"}, [TariffType.PROFILE_FAST], Needs(), "ACCEPTED"),
    ("SES-05", {"profile_type": "GREEN"}, ALL, Needs(), "DEPARTURE_REQUIRED"),
    ("SES-05", {"profile_type": "CHEAP", "energy_need": 5}, ALL, Needs(), "DEPARTURE_REQUIRED"),
    ("SES-05", {"profile_type": "CHEAP", "departure_time": IN_AN_HOUR}, ALL, Needs(), "ENERGY_NEED_REQUIRED"),
    ("SES-05", {"profile_type": "CHEAP", "departure_time": IN_AN_HOUR}, ALL, Needs(energy=False), "ACCEPTED"),
    ("SES-05", {"profile_type": "CHEAP"}, ALL, Needs(False, False), "ACCEPTED"),
    ("SES-05", {"profile_type": "CHEAP", "departure_time": IN_AN_HOUR, "energy_need": 11}, ALL, Needs(), "ACCEPTED"),
    ("SES-05", {"profile_type": "CHEAP", "departure_time": IN_AN_HOUR, "energy_need": Decimal("11.05")}, ALL, Needs(),
     "NOT_POSSIBLE"),
    ("SES-05", {"profile_type": "REGULAR", "departure_time": PAST}, [], Needs(), "NOT_POSSIBLE"),
    ("SES-05", {"profile_type": "REGULAR", "energy_need": -1}, [], Needs(), "NOT_POSSIBLE"),
    ("SES-05", {"profile_type": "REGULAR", "discharge_allowed": True}, [], Needs(), "ACCEPTED"),
]  # fmt: skip


@pytest.mark.parametrize(("requirement", "wishes", "types", "needs", "expected"), TABLE)
def test_the_table(requirement: str, wishes: dict[str, Any], types: Any, needs: Needs, expected: str) -> None:
    found = answer(decode(ChargingPreferences, wishes), decode(Connector, CONNECTOR), types, NOW, needs)
    assert found == expected


@pytest.mark.parametrize(("changes", "expected"), [
    ({}, "11.04"), ({"power_type": "AC_1_PHASE"}, "3.68"), ({"power_type": "AC_2_PHASE"}, "7.36"),
    ({"power_type": "DC", "max_voltage": 400, "max_amperage": 125}, "50"), ({"max_electric_power": 22000}, "22"),
])  # fmt: skip
def test_the_power_of_a_connector(changes: dict[str, Any], expected: str) -> None:
    """LOC-31: the voltage is line to neutral."""
    assert kilowatts(decode(Connector, {**CONNECTOR, **changes})) == Decimal(expected)
