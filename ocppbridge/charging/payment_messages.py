"""What a 2.1 station says of ad hoc payments and of batteries (C18 to C25, S01 to S04)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from ocppbridge.charging.tokens import IdToken


@dataclass(frozen=True, slots=True)
class Settled:
    """NotifySettlement: what the payment terminal has charged, or could not. `reference` is the provider's."""

    reference: str
    status: str
    amount: Decimal
    at: datetime
    transaction: str | None = None
    info: str | None = None
    receipt_id: str | None = None
    receipt_url: str | None = None
    company: Mapping[str, Any] | None = None
    vat_number: str | None = None


@dataclass(frozen=True, slots=True)
class VatNumberAsked:
    """VatNumberValidation: does this number hold, and whose is it?"""

    number: str
    evse: int | None = None


@dataclass(frozen=True, slots=True)
class Battery:
    """One battery in a slot."""

    slot: int
    serial_number: str
    soc: Decimal
    health: Decimal
    made: datetime | None = None
    info: str | None = None


@dataclass(frozen=True, slots=True)
class BatterySwapped:
    """BatterySwap: BatteryIn, BatteryOut, BatteryOutTimeout. `request_id` ties the events of one swap together."""

    event: str
    request_id: int
    token: IdToken
    batteries: tuple[Battery, ...]
