"""Monitors out of reports and answers, and how urgent an event is (N02, N04, N07)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ocppbridge.charging.device_model import variable
from ocppbridge.charging.intents import Monitor, SetMonitors
from ocppbridge.charging.outcomes import Outcome, of_status

SEVERITIES: Final = (
    "danger", "hardware failure", "system failure", "critical", "error", "alert", "warning", "notice", "info", "debug",
)  # fmt: skip
CRITICAL: Final = 3  # danger to critical


@dataclass(frozen=True, slots=True)
class Reported:
    """A monitor as the station has it; where it came from is told since 2.1."""

    monitor: Monitor
    origin: str = ""


def reported(entries: Iterable[Mapping[str, Any]]) -> Iterator[Reported]:
    """The monitors of a page of NotifyMonitoringReport."""
    for entry in entries:
        on = variable(entry, None)
        for one in entry["variableMonitoring"]:
            monitor = Monitor(
                on, one["type"], Decimal(str(one["value"])), one["severity"], one["transaction"], one["id"]
            )
            yield Reported(monitor, one.get("eventNotificationType", ""))


def outcomes(intent: SetMonitors, outcome: Outcome | None) -> list[tuple[Outcome | None, int | None]]:
    """What became of each monitor, and the id that the station gave it; answers stand in the order of the questions."""
    told: Sequence[Mapping[str, Any]] = outcome.data.get("results", ()) if outcome is not None else ()
    if len(told) != len(intent.monitors):
        return [(outcome, None)] * len(intent.monitors)
    return [(of_status(one["status"], _reason(one)), one.get("id")) for one in told]


def _reason(entry: Mapping[str, Any]) -> str:
    info = entry.get("statusInfo") or {}
    return ": ".join(filter(None, (info.get("reasonCode"), info.get("additionalInfo"))))
