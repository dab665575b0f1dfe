"""The composite schedule of our stations: what is known of profiles, limits, transactions and connectors, put together.

Volts, phases and amperes come from the connector in the Location, the clock from its time zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from ocppbridge.bridge.decisions import choices
from ocppbridge.charging.charging_profiles import Installed, Purpose, Unit
from ocppbridge.charging.composite import GRID, Asked, Composite, Running, Situation, Supply, composite
from ocppbridge.models import MeterReading, PriorityCharging, Station, Transaction
from ocppbridge.services import charging_profiles, limits
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import locations

PHASES: Final = {"AC_1_PHASE": 1, "AC_2_PHASE": 2, "AC_2_PHASE_SPLIT": 2, "AC_3_PHASE": 3, "DC": 3}

RAISED: Final = {"grid": GRID, "external": frozenset({Purpose.EXTERNAL}), "nothing": frozenset[Purpose]()}


def location_of(station: Station) -> dict[str, Any]:
    """The Location's document; empty where there is none."""
    row = locations.find(PartyId(station.country_code, station.party_id), station.location_id)
    found: dict[str, Any] = json.loads(row.document) if row is not None else {}
    return found


def zone_of(location: Mapping[str, Any]) -> tzinfo:
    """By whose clock local times are meant."""
    try:
        return ZoneInfo(location.get("time_zone") or "UTC")
    except (KeyError, ValueError):
        return UTC


def published(location: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The EVSEs of a Location by their uids."""
    return {evse["uid"].upper(): evse for evse in location.get("evses") or ()}


def supplies(station: Station, evses: Mapping[str, Mapping[str, Any]]) -> dict[int, Supply]:
    """What each EVSE of the station hangs on."""
    found = {}
    for evse in station.evses.all():
        connectors = (evses.get(evse.uid.upper()) or {}).get("connectors") or ()
        if connectors:
            found[evse.number] = max((_supply(one) for one in connectors), key=lambda one: one.most or Decimal(0))
    return found


def _supply(connector: Mapping[str, Any]) -> Supply:
    """LOC-31: volts are between line and neutral; a power that is given caps what the amperes come to."""
    phases, volts = PHASES.get(connector["power_type"], 3), Decimal(connector["max_voltage"])
    most = Decimal(connector["max_amperage"])
    power = connector.get("max_electric_power")
    if power:
        most = min(most, (Decimal(power) / (volts * phases)).quantize(Decimal("0.1")))
    return Supply(volts, phases, most)


def situation(station: Station, location: Mapping[str, Any] | None = None) -> Situation:
    """What runs there, on what."""
    location = location_of(station) if location is None else location
    running = Transaction.objects.filter(station=station, state=Transaction.State.RUNNING).order_by("started_at")
    rows = [row for row in running if row.evse_number]
    activated = PriorityCharging.objects.filter(transaction__in=rows, activated=True)
    first = {one.transaction_id for one in activated}
    charged = {
        row.evse_number or 0: Running(
            row.transaction_id or str(row.wire_id), row.started_at, row.pk in first, _soc(row)
        )
        for row in rows
    }
    away = None if station.connection_id is not None else station.last_seen_at
    raised = RAISED[choices().value("LOCAL-GENERATION", station=station.identity)]  # decision: LOCAL-GENERATION
    return Situation(charged, supplies(station, published(location)), zone_of(location), away, raised=raised)


def _soc(row: Transaction) -> Decimal | None:
    found = MeterReading.objects.filter(transaction=row).exclude(soc=None).order_by("at").last()
    return found.soc if found is not None else None


def profiles(station: Station) -> list[Installed]:
    """Everything that limits it; a limit that was told and reported as a profile holds once."""
    told = charging_profiles.installed(station)
    sources = {one.source for one in told if one.source != charging_profiles.OURS}
    return told + [one for one in limits.installed(station) if one.source not in sources]


def computed(station: Station, evse: int, start: datetime, duration: int, unit: Unit = Unit.A) -> Composite:
    """What should hold on an EVSE, as far as we know."""
    return composite(profiles(station), Asked(evse, start, duration, unit), situation(station))
