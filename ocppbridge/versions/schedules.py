"""Charging schedules: of profiles, of limits, and composite; all versions spell them nearly alike (block K).

Rule: what the domain says is written as 2.1 spells it, and a version whose schema has no such word refuses it. 1.6
takes tenths: limits are rounded down and the least rate up, so that nobody gets more than was meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

import msgspec

from ocppbridge.charging.charging_profiles import AMOUNTS, OperationMode, Period, Schedule, Unit
from ocppbridge.charging.outcomes import Outcome, of_status
from ocppbridge.versions import moments
from ocppbridge.versions.payloads import amount, present

Payload = Mapping[str, Any]
_TENTH: Final = Decimal("0.1")
_PLAIN: Final = {
    "phases": "numberPhases",
    "phase_to_use": "phaseToUse",
    "preconditioning": "preconditioningRequest",
    "evse_sleep": "evseSleep",
    "operation_mode": "operationMode",
}
_SCHEDULE: Final = {
    "use_local_time": "useLocalTime",
    "randomized_delay": "randomizedDelay",
    "signature_id": "signatureId",
    "digest_value": "digestValue",
    "sales_tariff": "salesTariff",
    "absolute_price": "absolutePriceSchedule",
    "price_levels": "priceLevelSchedule",
}


def decimal(value: Any) -> Decimal | None:
    """A JSON number through its text, never by arithmetic on a float."""
    return None if value is None else Decimal(str(value))


def _points(curve: tuple[tuple[Any, Decimal], ...], name: str) -> list[dict[str, Any]] | None:
    said = [{name: amount(at) if isinstance(at, Decimal) else at, "power": amount(power)} for at, power in curve]
    return said or None


def period(said: Period) -> dict[str, Any]:
    """A ChargingSchedulePeriod."""
    figures = {wire: getattr(said, name) for name, wire in AMOUNTS.items()} | {"v2xBaseline": said.v2x_baseline}
    return {
        "startPeriod": said.start,
        **{wire: amount(value) for wire, value in figures.items() if value is not None},
        **present(**{wire: getattr(said, name) for name, wire in _PLAIN.items()}),
        **present(
            v2xFreqWattCurve=_points(said.freq_watt_curve, "frequency"),
            v2xSignalWattCurve=_points(said.signal_watt_curve, "signal"),
        ),
    }


def schedule(said: Schedule) -> dict[str, Any]:
    """A ChargingSchedule, but for its id."""
    at_soc = said.limit_at_soc
    return present(
        startSchedule=moments.write(said.start) if said.start else None,
        duration=said.duration,
        chargingRateUnit=said.unit.value,
        minChargingRate=None if said.minimum is None else amount(said.minimum),
        powerTolerance=None if said.power_tolerance is None else amount(said.power_tolerance),
        limitAtSoC={"soc": at_soc[0], "limit": amount(at_soc[1])} if at_soc else None,
        chargingSchedulePeriod=[period(one) for one in said.periods],
        **{wire: getattr(said, name) for name, wire in _SCHEDULE.items()},
    )


def schedule_16(said: Schedule) -> dict[str, Any]:
    """The same in tenths."""
    written = schedule(said)
    if said.minimum is not None:
        written["minChargingRate"] = amount(said.minimum.quantize(_TENTH, ROUND_CEILING))
    for entry, one in zip(written["chargingSchedulePeriod"], said.periods, strict=True):
        if one.limit is not None:
            entry["limit"] = amount(one.limit.quantize(_TENTH, ROUND_FLOOR))
    return written


def read_period(payload: Payload) -> Period:
    """The domain's period."""
    mode = payload.get("operationMode")
    figures: dict[str, Any] = {name: decimal(payload[wire]) for name, wire in AMOUNTS.items() if wire in payload}
    return Period(
        start=payload["startPeriod"],
        **figures,
        **{name: payload[wire] for name, wire in _PLAIN.items() if wire in payload and name != "operation_mode"},
        operation_mode=OperationMode(mode) if mode else None,
        v2x_baseline=decimal(payload.get("v2xBaseline")),
        freq_watt_curve=tuple(
            (Decimal(str(one["frequency"])), Decimal(str(one["power"]))) for one in payload.get("v2xFreqWattCurve", ())
        ),
        signal_watt_curve=tuple(
            (one["signal"], Decimal(str(one["power"]))) for one in payload.get("v2xSignalWattCurve", ())
        ),
    )


def read_schedule(payload: Payload) -> Schedule:
    """The domain's schedule."""
    start, at_soc = payload.get("startSchedule"), payload.get("limitAtSoC")
    return Schedule(
        unit=Unit(payload["chargingRateUnit"]),
        periods=tuple(read_period(one) for one in payload["chargingSchedulePeriod"]),
        start=moments.read(start) if start else None,
        duration=payload.get("duration"),
        minimum=decimal(payload.get("minChargingRate")),
        schedule_id=payload.get("id"),
        limit_at_soc=(at_soc["soc"], Decimal(str(at_soc["limit"]))) if at_soc else None,
        power_tolerance=decimal(payload.get("powerTolerance")),
        **{name: payload[wire] for name, wire in _SCHEDULE.items() if wire in payload},
    )


# What a station says that holds


def told_16(payload: Payload) -> Outcome:
    """The composite schedule in the domain's words; nothing where the station tells none."""
    told = payload.get("chargingSchedule")
    start = payload.get("scheduleStart") or (told or {}).get("startSchedule")
    return of_status(payload["status"], data=_told(told, start) if told else {})


def told_2(payload: Payload) -> Outcome:
    """The same of 2.x."""
    told = payload.get("schedule")
    reason = (payload.get("statusInfo") or {}).get("reasonCode", "")
    return of_status(payload["status"], reason, _told(told, told.get("scheduleStart")) if told else {})


def _told(told: Payload, start: str | None) -> dict[str, Any]:
    """`periods` as JSON has them; a period of 2.1 may say something else than a limit."""
    periods = [msgspec.to_builtins(read_period(one)) for one in told["chargingSchedulePeriod"]]
    kept = [{name: value for name, value in one.items() if value not in (None, [], ())} for one in periods]
    return present(start=start, duration=told.get("duration"), unit=told["chargingRateUnit"], periods=kept)
