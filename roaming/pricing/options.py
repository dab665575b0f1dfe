"""The policies of pricing, as values. Their questions and defaults stand in roaming/decisions/pricing.py."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec


class Export(StrEnum):
    """What a period with negative ENERGY costs where the tariff has no element of its own for it."""

    CREDIT_AT_SAME_PRICE = "credit_at_same_price"
    NO_CREDIT = "no_credit"


class Flat(StrEnum):
    ONCE_PER_PHASE = "once_per_phase"
    EACH_COMPONENT_ONCE = "each_component_once"


class WithoutTariff(StrEnum):
    """A period without tariff_id while others have one: strict = "no Tariff is relevant", free; lenient = as if none
    had one.
    """

    STRICT = "strict"
    LENIENT = "lenient"


class Steps(StrEnum):
    """step_size: once per session (bugfix text), TIME and PARKING_TIME as one total (2.2.1 as first printed), or not
    at all.
    """

    ONCE = "once"
    TIME_AND_PARKING_TOGETHER = "time_and_parking_together"
    OFF = "off"


class Rounding(StrEnum):
    """How the totals of a bill leave: 4 decimals, or cents at each total."""

    FOUR_DECIMALS = "four_decimals"
    CENTS = "cents"


class PricingOptions(msgspec.Struct, frozen=True):
    tariff_type: str | None = None  # the wanted TariffType; None: told from the CDR's token
    export: Export = Export.CREDIT_AT_SAME_PRICE
    flat: Flat = Flat.ONCE_PER_PHASE
    without_tariff: WithoutTariff = WithoutTariff.STRICT
    steps: Steps = Steps.ONCE
    rounding: Rounding = Rounding.FOUR_DECIMALS
    tolerance: Decimal = Decimal("0.01")  # of an audit, per total

    @property
    def places(self) -> int:
        return 2 if self.rounding == Rounding.CENTS else 4
