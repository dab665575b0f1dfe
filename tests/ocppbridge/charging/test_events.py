"""What a component's event means."""

from __future__ import annotations

from typing import Any

import pytest

from ocppbridge.charging.events import Availability, alarming, availability
from ocppbridge.charging.tokens import STATION, Place


def event(component: str, variable: str, value: str, evse: dict[str, int] | None = None, **more: Any) -> dict[str, Any]:
    where = {"evse": evse} if evse else {}
    return {
        "component": {"name": component, **where}, "variable": {"name": variable}, "actualValue": value, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("component", "evse", "found"),
    [
        ("ChargingStation", None, Availability(STATION, "Occupied", False)),
        ("EVSE", {"id": 2}, Availability(Place(2), "Occupied", True)),
        ("Connector", {"id": 2, "connectorId": 1}, Availability(Place(2, 1), "Occupied", False)),
        ("EVSE", None, None),
        ("Connector", {"id": 2}, None),
        ("Controller", None, None),
    ],
)
def test_a_state_is_that_of_the_station_an_evse_or_a_connector(
    component: str, evse: dict[str, int] | None, found: Availability | None
) -> None:
    """G01: 2.1 stations tell it by AvailabilityState."""
    assert availability(event(component, "AvailabilityState", "Occupied", evse)) == found
    assert availability(event(component, "Temperature", "40", evse)) is None


LOCK = "ConnectorPlugRetentionLock"


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (event(LOCK, "Problem", "true", {"id": 1, "connectorId": 2}), "the lock of EVSE 1 connector 2 has failed"),
        (
            event(LOCK, "Tripped", "True", {"id": 1}, techInfo="stuck"),
            "the lock of EVSE 1 connector ? has failed: stuck",
        ),
        (event(LOCK, "Problem", "false", {"id": 1}), ""),
        (event(LOCK, "Enabled", "true", {"id": 1}), ""),
        (event("Connector", "Problem", "true", {"id": 1}), ""),
    ],
)
def test_a_lock_that_fails_is_told_to_staff(said: dict[str, Any], heard: str) -> None:
    """N07."""
    assert alarming(said) == heard
