"""What a transaction costs by an OCPP 2.1 tariff (block I): pure, as a station that calculates locally does it.

Per dimension the first price whose conditions hold at the start of a span holds for the span; without one it is free.
Energy is priced by the kWh, time by the minute, charging and idle time apart; the fixed fee is the first that holds at
the start of the transaction. Taxes stand on the dimension, stack on stack. minCost and maxCost bound the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, Final

Payload = Mapping[str, Any]
Range = tuple[Decimal, Decimal]

DIMENSIONS: Final = ("fixedFee", "energy", "chargingTime", "idleTime", "reservationTime", "reservationFixed")
_NAMES: Final = {"fixedFee": "fixed"}  # TotalCostType says it so
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a transaction in which nothing changes. Energy in Wh, power in W, current in A over all phases."""

    start: datetime
    seconds: Fraction
    energy: Fraction = Fraction()
    idle: bool = False
    reserved: bool = False
    power: Range | None = None
    current: Range | None = None


@dataclass
class Cost:
    """What came of it; amounts exact."""

    excl: dict[str, Fraction] = field(default_factory=dict)
    incl: dict[str, Fraction] = field(default_factory=dict)
    energy: Fraction = Fraction()
    charging: Fraction = Fraction()
    idle: Fraction = Fraction()
    reserved: Fraction = Fraction()
    bound: str = "NormalCost"
    total: tuple[Fraction, Fraction] = (Fraction(), Fraction())

    def add(self, name: str, excl: Fraction, factor: Fraction) -> None:
        """An amount of a dimension."""
        self.excl[name] = self.excl.get(name, Fraction()) + excl
        self.incl[name] = self.incl.get(name, Fraction()) + excl * factor


def cost(tariff: Payload, spans: Sequence[Span], zone: tzinfo) -> Cost:
    """By one tariff from the first span on."""
    made = Cost()
    since, used = Fraction(), Fraction()
    for span in spans:
        chosen = _chosen(tariff, span, span.start.astimezone(zone), since, used)
        quantities = {"energy": span.energy / 1000} | _times(span)
        for name, quantity in quantities.items():
            if name in chosen:
                made.add(name, chosen[name] * quantity, _factor(tariff[name]))
        _count(made, span)
        if not span.reserved:
            since, used = since + span.seconds, used + max(span.energy, Fraction())
    _fees(made, tariff, spans, zone)
    _bound(made, tariff)
    return made


def details(made: Cost, tariff: Payload, start: datetime) -> dict[str, Any]:
    """CostDetailsType, as a station tells it with the end of a transaction (I12)."""
    total: dict[str, Any] = {"currency": tariff["currency"], "typeOfCost": made.bound}
    for name in DIMENSIONS:
        if name in made.excl:
            total[_NAMES.get(name, name)] = {"exclTax": _money(made.excl[name]), "inclTax": _money(made.incl[name])}
    total["total"] = {"exclTax": _money(made.total[0]), "inclTax": _money(made.total[1])}
    usage = {"energy": _money(made.energy), "chargingTime": int(made.charging), "idleTime": int(made.idle)}
    if made.reserved:
        usage["reservationTime"] = int(made.reserved)
    begun = start.isoformat(timespec="seconds").replace("+00:00", "Z")
    periods = [{"tariffId": tariff["tariffId"], "startPeriod": begun}]
    return {"totalCost": total, "totalUsage": usage, "chargingPeriods": periods}


def _times(span: Span) -> dict[str, Fraction]:
    minutes = span.seconds / 60
    return {"reservationTime" if span.reserved else "idleTime" if span.idle else "chargingTime": minutes}


def _count(made: Cost, span: Span) -> None:
    if span.reserved:
        made.reserved += span.seconds
        return
    made.energy += span.energy
    # TotalUsageType: chargingTime is the whole session, idleTime the part of it in which nothing flowed.
    made.charging += span.seconds
    made.idle += span.seconds if span.idle else 0


def _chosen(tariff: Payload, span: Span, local: datetime, since: Fraction, used: Fraction) -> dict[str, Fraction]:
    found = {}
    for name in ("energy", *_times(span)):
        if span.reserved and name == "energy":
            continue
        for price in tariff.get(name, {}).get("prices", ()):
            if _holds(price.get("conditions", {}), span, local, since, used):
                found[name] = _fraction(price["priceKwh" if name == "energy" else "priceMinute"])
                break
    return found


def _fees(made: Cost, tariff: Payload, spans: Sequence[Span], zone: tzinfo) -> None:
    charging = [span for span in spans if not span.reserved]
    reserved = [span for span in spans if span.reserved]
    for name, where in (("fixedFee", charging), ("reservationFixed", reserved)):
        if not where or name not in tariff:
            continue
        local = where[0].start.astimezone(zone)
        for price in tariff[name]["prices"]:
            if _by_clock(price.get("conditions", {}), local):
                made.add(name, _fraction(price["priceFixed"]), _factor(tariff[name]))
                break


def _bound(made: Cost, tariff: Payload) -> None:
    excl, incl = sum(made.excl.values(), Fraction()), sum(made.incl.values(), Fraction())
    made.total = excl, incl
    ratio = incl / excl if excl else Fraction(1)
    for name, word, pick in (("minCost", "MinCost", max), ("maxCost", "MaxCost", min)):
        limit = tariff.get(name)
        if limit is None:
            continue
        low = pick(made.total[0], _fraction(limit["exclTax"])) if "exclTax" in limit else made.total[0]
        if "inclTax" in limit:
            high = pick(made.total[1], _fraction(limit["inclTax"]))
        else:
            high = low * ratio if low != made.total[0] else made.total[1]
        if (low, high) != made.total:
            made.bound, made.total = word, (low, max(low, high))


def _holds(conditions: Payload, span: Span, local: datetime, since: Fraction, used: Fraction) -> bool:
    return (
        _by_clock(conditions, local)
        and _inside(conditions, "Energy", (used, used))
        and _inside(conditions, "Time", (since, since))
        and _inside(conditions, "Power", span.power)
        and _inside(conditions, "Current", span.current)
    )


def _inside(conditions: Payload, name: str, measured: Iterable[Any] | None) -> bool:
    """From the minimum on and below the maximum; what was not measured fits no bound."""
    least, most = conditions.get(f"min{name}"), conditions.get(f"max{name}")
    if least is None and most is None:
        return True
    if measured is None:
        return False
    low, high = map(_fraction, measured)
    return (least is None or low >= _fraction(least)) and (most is None or high < _fraction(most))


def _by_clock(conditions: Payload, local: datetime) -> bool:
    day = local.date().isoformat()
    if day < conditions.get("validFromDate", day) or day >= conditions.get("validToDate", "9999-12-31"):
        return False
    if _DAYS[local.weekday()] not in conditions.get("dayOfWeek", _DAYS):
        return False
    start, end = conditions.get("startTimeOfDay", "00:00"), conditions.get("endTimeOfDay", "00:00")
    end = "24:00" if end == "00:00" else end
    now = f"{local:%H:%M}"
    return start <= now < end if start < end else now >= start or now < end


def _factor(priced: Payload) -> Fraction:
    """What a net amount is multiplied by: the taxes of one level add up, each level on top of those below."""
    levels: dict[int, Fraction] = {}
    for rate in priced.get("taxRates", ()):
        level = rate.get("stack", 0)
        levels[level] = levels.get(level, Fraction()) + _fraction(rate["tax"]) / 100
    factor = Fraction(1)
    for share in levels.values():
        factor *= 1 + share
    return factor


def _fraction(figure: Any) -> Fraction:
    return figure if isinstance(figure, Fraction) else Fraction(str(figure))


def _money(figure: Fraction) -> float:
    with localcontext(prec=60):
        return float((Decimal(figure.numerator) / figure.denominator).quantize(_PLACES))
