"""Monitors as a station reports them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ocppbridge.charging.monitoring import reported


@pytest.mark.parametrize(("more", "origin"), [({}, ""), ({"eventNotificationType": "CustomMonitor"}, "CustomMonitor")])
def test_every_monitor_of_a_variable_is_told_with_where_it_came_from(more: dict[str, str], origin: str) -> None:
    """N02; 2.1 says who has set it."""
    entry = {
        "component": {"name": "EVSE", "evse": {"id": 2}},
        "variable": {"name": "Power"},
        "variableMonitoring": [
            {"id": 7, "transaction": False, "value": 11000.5, "type": "UpperThreshold", "severity": 4, **more},
            {"id": 8, "transaction": True, "value": 60, "type": "Periodic", "severity": 9, **more},
        ],
    }
    first, second = reported([entry])
    assert (first.monitor.type, first.monitor.value, first.origin) == ("UpperThreshold", Decimal("11000.5"), origin)
    assert (second.monitor.transaction, second.monitor.severity) == (True, 9)
    assert list(reported([])) == []
