"""What a car needs (ISO 15118, K15 to K18, Q01), read and judged.

What becomes of needs, the first line that fits:

    it asks to give energy back where that is not offered       Rejected
    it asks for a transfer that its contract does not allow     Rejected: the station ends the session
    its figures contradict each other, or it wants to be gone   Rejected
    it only charges, and schedules are made here                Accepted
    it wants to be steered, and nobody steers it here           NoChargingProfile
    it cannot have its least energy by then                     NoChargingProfile: it does what it can by itself
    a profile is on its way                                     Accepted
    staff or an aggregator will send one later                  Processing
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from ocppbridge.charging.energy_transfer import Offer, is_bidirectional
from ocppbridge.charging.readings import number
from ocppbridge.charging.v2x_messages import NeedsTold

ZERO: Final = Decimal()
_HOUR: Final = Decimal(3600)
# The most and least of a direction, then of the other, by the schema's names.
ACTIVE: Final = ("maxChargePower", "minChargePower", "maxDischargePower", "minDischargePower")
REACTIVE: Final = (
    "maxChargeReactivePower", "minChargeReactivePower", "maxDischargeReactivePower", "minDischargeReactivePower",
)  # fmt: skip
APPARENT: Final = ("maxChargeApparentPower", "maxDischargeApparentPower")


class Status(StrEnum):
    """2.1's words."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    PROCESSING = "Processing"
    NO_PROFILE = "NoChargingProfile"


class First(StrEnum):
    """What a car that may give energy back does until somebody steers it (a decision)."""

    CHARGE = "charge"
    IDLE = "idle"
    WAIT = "wait"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Range:
    """The most and the least (but nothing) in either direction, without signs; None: the car does not say."""

    most: Decimal | None = None
    least: Decimal | None = None
    most_back: Decimal | None = None
    least_back: Decimal | None = None

    def clamped(self, value: Decimal) -> Decimal:
        """The nearest that it can do."""
        value = value if self.most is None else min(value, self.most)
        return value if self.most_back is None else max(value, -self.most_back)

    def too_little(self, value: Decimal) -> bool:
        """Whether it is something, and less than it can do."""
        return 0 < value < (self.least or ZERO) or -(self.least_back or ZERO) < value < 0


@dataclass(frozen=True, slots=True)
class Reach:
    """In total, and of each phase where the car speaks of phases."""

    total: Range = Range()
    phases: tuple[Range, Range, Range] | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the car can do, in W, var, VA and Wh, as totals of its phases where not said otherwise.

    None: it does not say.
    """

    charge: Decimal | None = None
    least_charge: Decimal | None = None
    discharge: Decimal | None = None
    least_discharge: Decimal | None = None
    least_energy: Decimal | None = None
    target_energy: Decimal | None = None
    v2x_energy: tuple[Decimal | None, Decimal | None] = (None, None)
    """The window in which it may be charged and discharged at will."""
    phases: tuple[Range, Range, Range] | None = None
    reactive: Reach = Reach()
    """Absorbed (inductive), and back: injected (capacitive)."""
    apparent: tuple[Decimal | None, Decimal | None] = (None, None)
    """While it charges, and while it discharges."""
    apparent_phases: tuple[tuple[Decimal | None, Decimal | None], ...] | None = None

    @property
    def active(self) -> Reach:
        """Charging, and back: discharging."""
        return Reach(Range(self.charge, self.least_charge, self.discharge, self.least_discharge), self.phases)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the station is answered; `code` has at most 20 characters."""

    status: Status
    code: str = ""
    reason: str = ""


def abilities(
    v2x: Mapping[str, Any], dc: Mapping[str, Any] | None = None, der: Mapping[str, Any] | None = None
) -> Abilities:
    """Out of v2xChargingParameters; what they leave out, out of the direct current's; reactive out of the DER's."""
    der = der or {}
    whole = number(der.get("maxApparentPower"))
    apparent = tuple(
        min((one for one in (_phases(der, name), whole) if one is not None), default=None) for name in APPARENT
    )
    return Abilities(
        charge=_phases(v2x, "maxChargePower") or number((dc or {}).get("evMaxPower")),
        least_charge=_phases(v2x, "minChargePower"),
        discharge=_size(_phases(v2x, "maxDischargePower")),
        least_discharge=_size(_phases(v2x, "minDischargePower")),
        least_energy=number(v2x.get("evMinEnergyRequest")),
        target_energy=number(v2x.get("evTargetEnergyRequest")) or number((dc or {}).get("energyAmount")),
        v2x_energy=(number(v2x.get("evMinV2XEnergyRequest")), number(v2x.get("evMaxV2XEnergyRequest"))),
        phases=_by_phase(v2x, ACTIVE),
        reactive=Reach(_range(_phases(der, name) for name in REACTIVE), _by_phase(der, REACTIVE)),
        apparent=(apparent[0], apparent[1]),
        apparent_phases=_apparent_phases(der),
    )


def judge(
    needs: NeedsTold, offered: Offer, allowed: Collection[str], now: datetime, *, first: First, steered: bool,
    scheduled: bool = False,
) -> Judgement:  # fmt: skip
    """See the module's docstring. `steered`: a plan for this very car is there already."""
    both = is_bidirectional(needs.requested)
    if both and not offered.bidirectional:
        return Judgement(Status.REJECTED, "V2XNotOffered", f"No bidirectional charging here: {offered.refusal}.")
    if offered.bidirectional and needs.requested not in allowed:  # others were never told what they may have
        words = ", ".join(allowed) or "none"
        return Judgement(Status.REJECTED, "TransferNotAllowed", f"{needs.requested} is not allowed, but {words}.")
    able = abilities(needs.v2x, needs.dc, needs.der)
    if problem := _contradiction(needs, able, now):
        return Judgement(Status.REJECTED, "InvalidNeeds", problem)
    if not both and not steered and scheduled:
        return Judgement(Status.ACCEPTED)
    if not steered and (first is First.NONE or not both):
        return Judgement(Status.NO_PROFILE, "NoProfile", "Nobody steers this car.")
    if needs.control_mode == "DynamicControl" and not offered.dynamic:
        return Judgement(Status.NO_PROFILE, "NoDynamicProfiles", "The station takes no dynamic profiles.")
    if _unreachable(needs, able, now):
        return Judgement(Status.NO_PROFILE, "NotEnoughTime", f"{able.least_energy} Wh cannot be had by then.")
    if not steered and first is First.WAIT:
        return Judgement(Status.PROCESSING, "Planning", "A profile will follow.")
    return Judgement(Status.ACCEPTED)


def _contradiction(needs: NeedsTold, able: Abilities, now: datetime) -> str:
    if needs.departure is not None and needs.departure <= now:
        return "It departs in the past."
    pairs = (
        (able.least_charge, able.charge, "charging power"),
        (number(needs.ac.get("evMinCurrent")), number(needs.ac.get("evMaxCurrent")), "current"),
        (able.least_discharge, able.discharge, "discharging power"),
        (able.v2x_energy[0], able.v2x_energy[1], "V2X energy"),
        (able.reactive.total.least, able.reactive.total.most, "absorbed reactive power"),
        (able.reactive.total.least_back, able.reactive.total.most_back, "injected reactive power"),
    )
    for least, most, what in pairs:
        if least is not None and most is not None and least > most:
            return f"Its least {what}, {least}, is more than its most, {most}."
    return ""


def _unreachable(needs: NeedsTold, able: Abilities, now: datetime) -> bool:
    if needs.departure is None or not able.charge or not able.least_energy or able.least_energy <= 0:
        return False
    seconds = Decimal(int((needs.departure - now).total_seconds()))
    return able.charge * seconds / _HOUR < able.least_energy


def _phases(said: Mapping[str, Any], name: str) -> Decimal | None:
    """The total: where L2 or L3 are told, the first figure is L1's alone."""
    found = [value for suffix in ("", "_L2", "_L3") if (value := number(said.get(f"{name}{suffix}"))) is not None]
    return sum(found, ZERO) if found else None


def _range(figures: Iterable[Decimal | None]) -> Range:
    most, least, most_back, least_back = figures
    return Range(most, least, _size(most_back), _size(least_back))


def _by_phase(said: Mapping[str, Any], names: Sequence[str]) -> tuple[Range, Range, Range] | None:
    """Of a car that speaks of phases; one of which it says nothing it has not, where it says the others."""
    spoken = {name for name in names if f"{name}_L2" in said or f"{name}_L3" in said}
    if not spoken:
        return None

    def figure(name: str, suffix: str) -> Decimal | None:
        told = number(said.get(f"{name}{suffix}"))
        absent = ZERO if name in spoken and name.startswith("max") else None
        return absent if told is None else told if name in spoken else None

    found = [_range(figure(name, suffix) for name in names) for suffix in ("", "_L2", "_L3")]
    return found[0], found[1], found[2]


def _apparent_phases(said: Mapping[str, Any]) -> tuple[tuple[Decimal | None, Decimal | None], ...] | None:
    found = _by_phase(said, (APPARENT[0], "", APPARENT[1], ""))
    return None if found is None else tuple((one.most, one.most_back) for one in found)


def _size(value: Decimal | None) -> Decimal | None:
    """Stations write discharging power with either sign."""
    return None if value is None else abs(value)
