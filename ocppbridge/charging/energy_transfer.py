"""Kinds of energy transfer, and whether a station can take energy back from a car (Q01).

Rule: bidirectional charging is offered where the station's report has the component V2XChargingCtrlr, Available and
Enabled; never because of its version or its model. What it says for an EVSE counts there more than what it says for
itself as a whole. Lists that it does not report do not narrow anything.

The standardized variables list Enabled for V2XChargingCtrlr (required) and DCDERCtrlr (optional), for ACDERCtrlr
neither; Available is one that any component may have, and Enabled "also logically states Available". So Available is
taken from Enabled where it is not reported, and a DER controller that says neither is one that cannot be switched off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ocppbridge.charging.charging_profiles import OperationMode
from ocppbridge.charging.device_model import Setting

CONTROLLER: Final = "V2XChargingCtrlr"
DER_CONTROLLERS: Final = ("DCDERCtrlr", "ACDERCtrlr")
CHARGING: Final = ("AC_single_phase", "AC_two_phase", "AC_three_phase", "DC", "DC_ACDP", "WPT")
BIDIRECTIONAL: Final = ("AC_BPT", "AC_BPT_DER", "AC_DER", "DC_BPT", "DC_ACDP_BPT")
TRANSFERS: Final = (*CHARGING, *BIDIRECTIONAL)
_YES: Final = "true"


@dataclass(frozen=True, slots=True)
class Offer:
    """What one EVSE offers. `refusal` says why it takes no energy back; "" where it does."""

    refusal: str = ""
    modes: frozenset[str] = frozenset()
    """Operation modes; empty: it does not say."""
    transfers: frozenset[str] = frozenset()
    dynamic: bool = True
    """Whether it takes dynamic profiles, as far as it says."""
    der: frozenset[str] | None = None
    """The kinds of grid support; None: it has no controller for it. Empty: it does not say which."""

    @property
    def bidirectional(self) -> bool:
        """Whether a car may be discharged here."""
        return not self.refusal

    def lacks(self, mode: OperationMode) -> bool:
        """Whether it says that it does not know the mode."""
        return bool(self.modes) and mode.value not in self.modes


NOTHING: Final = Offer(f"its report has no {CONTROLLER}")


def is_bidirectional(transfer: str) -> bool:
    """Whether a car that asks for it may give energy back. AC_DER supports the grid without a battery's discharge."""
    return transfer in BIDIRECTIONAL and transfer != "AC_DER"


def offer(settings: Iterable[Setting], evse: int) -> Offer:
    """What the station's report says for an EVSE."""
    said: dict[tuple[str, str], str] = {}
    ordered = sorted(settings, key=lambda one: one.variable.place.evse)  # the station first, the EVSE over it
    for one in ordered:
        variable = one.variable
        if variable.place.evse in (0, evse) and variable.attribute is None and variable.component and one.value:
            said[variable.component, variable.name] = one.value
    return Offer(
        refusal=_refusal(said),
        modes=_listed(said.get((CONTROLLER, "SupportedOperationModes"))),
        transfers=_listed(said.get((CONTROLLER, "SupportedEnergyTransferModes"))),
        dynamic=said.get(("SmartChargingCtrlr", "SupportsDynamicProfiles"), _YES).lower() == _YES,
        der=_der(said),
    )


def permitted(allowed: Iterable[str], offered: Offer) -> tuple[str, ...]:
    """What may be offered to the car: what its contract allows and the EVSE has."""
    return tuple(
        one
        for one in TRANSFERS
        if one in set(allowed)
        and (offered.bidirectional or one in CHARGING)
        and (not offered.transfers or one in offered.transfers)
    )


def _refusal(said: dict[tuple[str, str], str]) -> str:
    if not any(component == CONTROLLER for component, _ in said):
        return NOTHING.refusal
    enabled = said.get((CONTROLLER, "Enabled"))
    if said.get((CONTROLLER, "Available"), _YES if enabled else "").lower() != _YES:
        return f"its {CONTROLLER} is not available"
    return "" if (enabled or "").lower() == _YES else f"its {CONTROLLER} is not enabled"


def _der(said: dict[tuple[str, str], str]) -> frozenset[str] | None:
    found = None
    for controller in DER_CONTROLLERS:
        reported = any(component == controller for component, _ in said)
        if reported and all(said.get((controller, name), _YES).lower() == _YES for name in ("Available", "Enabled")):
            found = (found or frozenset()) | _listed(said.get((controller, "ModesSupported")))
    return found


def _listed(text: str | None) -> frozenset[str]:
    return frozenset(word.strip() for word in (text or "").split(",") if word.strip())
