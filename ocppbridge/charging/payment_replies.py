"""What we answer a station about payments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettlementTaken:
    """The answer to NotifySettlement: our receipt, if we make one."""

    receipt_id: str | None = None
    receipt_url: str | None = None


@dataclass(frozen=True, slots=True)
class VatNumberJudged:
    """The answer to VatNumberValidation. `company` is an OCPP AddressType where a register has told it."""

    number: str
    accepted: bool
    evse: int | None = None
    company: Mapping[str, str] | None = None
    reason: str | None = None
