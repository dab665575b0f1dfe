"""What OCPP 2.1 cannot say of an OCPI tariff: the table of losses, and how much each one weighs.

Rule: what would price something else is never sent; what rounds differently is sent only by decision; what is no price
is told and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Weight(StrEnum):
    """What a loss does to the price."""

    CHANGES = "changes the price"
    ROUNDS = "rounds differently"
    TELLS_LESS = "tells less"


CHANGES, ROUNDS, TELLS_LESS = Weight.CHANGES, Weight.ROUNDS, Weight.TELLS_LESS

LOSSES: Final[Mapping[str, tuple[Weight, str]]] = MappingProxyType(
    {
        "vat": (CHANGES, "OCPP taxes a whole dimension alike; here its components have different VAT"),
        "limit_vat": (CHANGES, "a price limit without incl_vat, over dimensions with different VAT"),
        "export": (CHANGES, "a price for energy that is fed back (max_power 0 or less) has no OCPP condition"),
        "flat_condition": (
            CHANGES,
            "OCPP judges a fixed fee at the start, when nothing has been measured yet",
        ),
        "flat_later": (CHANGES, "OCPI charges a FLAT as soon as one holds, OCPP only what holds at the start"),
        "reservation_condition": (CHANGES, "a reservation's price may only depend on the clock, its FLAT on nothing"),
        "step_size": (ROUNDS, "OCPP has no step_size: energy and time are billed as measured"),
        "unit_step": (TELLS_LESS, "a step_size of 1 rounds up parts of one Wh or one second"),
        "minute": (TELLS_LESS, "a price per hour that has no exact price per minute; 12 decimals are sent"),
        "end": (TELLS_LESS, "OCPP tariffs do not end by themselves; the hub sends the next one"),
        "expired": (TELLS_LESS, "a reservation that expires has no transaction, so the station never prices it"),
        "text": (TELLS_LESS, "a text longer than 512 characters is left out, and texts after the tenth"),
        "url": (TELLS_LESS, "tariff_alt_url has no place"),
        "energy_mix": (TELLS_LESS, "energy_mix has no place"),
        "component": (TELLS_LESS, "a component of a type that OCPI has not: it prices nothing on either side"),
    }
)


@dataclass(frozen=True, slots=True)
class Loss:
    """One of them, with the field of the OCPI tariff."""

    code: str
    pointer: str

    @property
    def weight(self) -> Weight:
        """What it does to the price."""
        return LOSSES[self.code][0]

    @property
    def text(self) -> str:
        """For staff."""
        return f"{self.pointer}: {LOSSES[self.code][1]}"
