"""What a 2.1 station does about money: it keeps tariffs, calculates by them, holds EVSEs for payments, swaps batteries.

A charge is followed point by point, at each message about it; what it costs is calculated from the stretches between
them, as stations do, so a price that changes between two points is charged from the second on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ocppbridge.charging.costing import Span, cost, details
from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.evse import Charge, Evse
    from ocppbridge.simulator.station import Station

Tariff = Mapping[str, Any]

# What the station reports of itself; an instance stands in brackets.
REPORTED: Final = {("TariffCostCtrlr", "Enabled[Tariff]"): "true"}


@dataclass(frozen=True)
class Point:
    """A charge at one instant."""

    at: datetime
    register: int
    suspended: bool


@dataclass
class Till:
    """Tariffs by EVSE, of drivers by their token, of running transactions; the course of what runs."""

    default: dict[int, Tariff] = field(default_factory=dict)
    driver: dict[str, Tariff] = field(default_factory=dict)
    changed: dict[str, Tariff] = field(default_factory=dict)
    courses: dict[int, list[Point]] = field(default_factory=dict)

    def tariff_of(self, charge: Charge) -> Tariff | None:
        """The transaction's own, the driver's, the EVSE's, everybody's: the first there is."""
        own = self.changed.get(str(charge.transaction_id)) or self.driver.get(charge.permit.id_token.casefold())
        return own or self.default.get(charge.number) or self.default.get(0)

    def follow(self, evse: Evse, charge: Charge, at: datetime) -> None:
        """One more point."""
        self.courses.setdefault(charge.number, []).append(Point(at, evse.meter.read(at), charge.suspended))

    def account(self, charge: Charge, at: datetime) -> Payload:
        """costDetails for the end of a transaction; nothing where no tariff is held."""
        course, tariff = self.courses.pop(charge.number, []), self.tariff_of(charge)
        self.changed.pop(str(charge.transaction_id), None)
        if tariff is None or not course:
            return {}
        return {"costDetails": details(cost(tariff, [*map(_span, pairwise(course))], UTC), tariff, course[0].at)}


def _span(ends: tuple[Point, Point]) -> Span:
    before, after = ends
    seconds = Fraction(int((after.at - before.at).total_seconds()))
    energy = Fraction(after.register - before.register)
    watts = Decimal(int(energy * 3600 / seconds)) if seconds else Decimal()
    return Span(before.at, seconds, energy, idle=before.suspended, power=(watts, watts))


def _set(station: Station, asked: Payload, now: datetime) -> Payload:
    """SetDefaultTariff (I07); 0 is every EVSE."""
    station.memory.till.default[asked["evseId"]] = asked["tariff"]
    station.note("tariff_set", now, evse=asked["evseId"], tariff=asked["tariff"]["tariffId"])
    return {"status": "Accepted"}


def _tell(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetTariffs (I09)."""
    till = station.memory.till
    held = [
        {"tariffId": tariff["tariffId"], "tariffKind": "DefaultTariff", "evseIds": [evse]}
        for evse, tariff in till.default.items()
        if asked["evseId"] in (0, evse)
    ]
    held += [
        {"tariffId": tariff["tariffId"], "tariffKind": "DriverTariff", "idTokens": [token]}
        for token, tariff in till.driver.items()
    ]
    return {"status": "Accepted", "tariffAssignments": held} if held else {"status": "NoTariff"}


def _clear(station: Station, asked: Payload, now: datetime) -> Payload:
    """ClearTariffs (I10)."""
    till, named = station.memory.till, asked.get("tariffIds")
    gone = [
        evse
        for evse, tariff in till.default.items()
        if asked.get("evseId") in (None, evse) and (named is None or tariff["tariffId"] in named)
    ]
    said = [{"tariffId": till.default.pop(evse)["tariffId"], "status": "Accepted"} for evse in gone]
    return {"clearTariffsResult": said or [{"status": "NoTariff"}]}


def _change(station: Station, asked: Payload, now: datetime) -> Payload:
    """ChangeTransactionTariff (I11): from the start on, as a station does that does not cut."""
    evse = station.find_charge(asked["transactionId"])
    if evse is None or evse.charge is None:
        return {"status": "TxNotFound"}
    held = station.memory.till.tariff_of(evse.charge)
    if held is not None and held["currency"] != asked["tariff"]["currency"]:
        return {"status": "NoCurrencyChange"}
    station.memory.till.changed[asked["transactionId"]] = asked["tariff"]
    return {"status": "Accepted"}


def _await(station: Station, asked: Payload, now: datetime) -> Payload:
    """NotifyWebPaymentStarted (C25)."""
    station.note("payment_awaited", now, evse=asked["evseId"], seconds=asked["timeout"])
    return {}


def _swap(station: Station, asked: Payload, now: datetime) -> Payload:
    """RequestBatterySwap (S03): a weak battery goes in at slot 1, a full one comes out of slot 2."""
    for kind, slot, charge in (("BatteryIn", 1, 15), ("BatteryOut", 2, 98)):
        battery = {"evseId": slot, "serialNumber": f"B{slot:03d}", "soC": charge, "soH": 96}
        said = {
            "eventType": kind,
            "requestId": asked["requestId"],
            "idToken": asked["idToken"],
            "batteryData": [battery],
        }
        station.wire.ask("BatterySwap", said, keep=True)
    station.note("batteries_swapped", now, request=asked["requestId"])
    return {"status": "Accepted"}


ANSWERS: Final[Mapping[str, Callable[[Station, Payload, datetime], Payload]]] = MappingProxyType(
    {
        "SetDefaultTariff": _set,
        "GetTariffs": _tell,
        "ClearTariffs": _clear,
        "ChangeTransactionTariff": _change,
        "NotifyWebPaymentStarted": _await,
        "RequestBatterySwap": _swap,
    }
)
