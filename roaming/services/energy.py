"""Import and export of an object as columns, apart and both positive (TAR-31): of a CDR, and of a Session that is over.

Where no period tells, the total stands in: it is all of one direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from roaming.ocpi.cdrs import Cdr, ChargingPeriod
from roaming.ocpi.sessions import Session
from roaming.pricing.flows import Flows, flows

ZERO = Decimal()


def of_cdr(cdr: Cdr) -> Flows:
    told = flows({"total_energy": cdr.total_energy, "charging_periods": _plain(cdr.charging_periods)})
    return told or _net(cdr.total_energy)


def of_session(session: Session) -> Flows:
    told = flows({"kwh": session.kwh, "charging_periods": _plain(session.charging_periods or [])})
    return told or _net(session.kwh)


def _net(total: Decimal) -> Flows:
    return Flows(max(total, ZERO), max(-total, ZERO))


def _plain(periods: Sequence[ChargingPeriod]) -> list[dict[str, Any]]:
    return [{"dimensions": [{"type": one.type.value, "volume": one.volume} for one in period.dimensions]}
            for period in periods]  # fmt: skip
