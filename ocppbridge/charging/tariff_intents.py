"""What we want of a station that shows prices (block I): the running cost, and 2.1's tariffs, in 2.1's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class TellCost:
    """The running total (I02), tax included."""

    transaction: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class SetTariff:
    """The tariff for whoever comes without one, at an EVSE or (0) at all of them."""

    tariff: Mapping[str, Any]
    evse: int = 0


@dataclass(frozen=True, slots=True)
class AskTariffs:
    """Which tariffs does it hold, at an EVSE or (0) at all of them?"""

    evse: int = 0


@dataclass(frozen=True, slots=True)
class ClearTariffs:
    """Forget tariffs: those named, or all; at one EVSE, or at all."""

    tariffs: tuple[str, ...] = ()
    evse: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeTariff:
    """Another tariff for a running transaction."""

    transaction: str
    tariff: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AwaitPayment:
    """Somebody pays for this EVSE on the web: no other start for so many seconds."""

    evse: int
    seconds: int
