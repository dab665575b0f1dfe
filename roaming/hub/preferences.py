"""What we answer to the ChargingPreferences of a driver at one of our own EVSEs (SES-03 to SES-06).

A profile type is supported where the connector has a tariff of that type (SES-05); REGULAR everywhere. Cheap and green
charging can be planned only if it is known by when, and how much (decision PREFERENCES-NEED). What the connector
cannot deliver until the departure is not possible. `now` is an argument, as all time is here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from roaming.ocpi.evses import Connector
from roaming.ocpi.sessions import ChargingPreferences, ChargingPreferencesResponse
from roaming.ocpi.tariffs import TariffType

TARIFF_OF: dict[str, TariffType] = {
    "CHEAP": TariffType.PROFILE_CHEAP,
    "FAST": TariffType.PROFILE_FAST,
    "GREEN": TariffType.PROFILE_GREEN,
    "REGULAR": TariffType.REGULAR,  # E18: shared with RFID
}
_PLANNED = frozenset({"CHEAP", "GREEN"})
_PHASES = {"AC_3_PHASE": 3, "AC_2_PHASE": 2, "AC_2_PHASE_SPLIT": 2}


@dataclass(frozen=True, slots=True)
class Needs:
    """What a planned profile type (cheap, green) cannot do without."""

    departure: bool = True
    energy: bool = True


def answer(
    wishes: ChargingPreferences, connector: Connector, types: Collection[TariffType | None], now: datetime,
    needs: Needs = Needs(),
) -> ChargingPreferencesResponse:  # fmt: skip
    """`types` are those of the tariffs at the connector; None is a tariff for all sessions."""
    if wishes.profile_type != "REGULAR" and TARIFF_OF[wishes.profile_type] not in types:
        return ChargingPreferencesResponse.PROFILE_TYPE_NOT_SUPPORTED
    planned = wishes.profile_type in _PLANNED
    if planned and needs.departure and wishes.departure_time is None:
        return ChargingPreferencesResponse.DEPARTURE_REQUIRED
    if planned and needs.energy and wishes.energy_need is None:
        return ChargingPreferencesResponse.ENERGY_NEED_REQUIRED
    if not _possible(wishes, connector, now):
        return ChargingPreferencesResponse.NOT_POSSIBLE
    return ChargingPreferencesResponse.ACCEPTED


def _possible(wishes: ChargingPreferences, connector: Connector, now: datetime) -> bool:
    if wishes.energy_need is not None and wishes.energy_need < 0:
        return False
    if wishes.departure_time is None:
        return True
    if wishes.departure_time <= now:
        return False
    hours = Decimal((wishes.departure_time - now).total_seconds()) / 3600
    return wishes.energy_need is None or wishes.energy_need <= kilowatts(connector) * hours


def kilowatts(connector: Connector) -> Decimal:
    """The most that it can deliver; voltage is line to neutral (LOC-31)."""
    if connector.max_electric_power is not None:
        return Decimal(connector.max_electric_power) / 1000
    phases = _PHASES.get(connector.power_type, 1)
    return Decimal(connector.max_voltage * connector.max_amperage * phases) / 1000
