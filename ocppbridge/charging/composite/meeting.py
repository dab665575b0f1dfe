"""Limits of several purposes that hold at the same instant, met by one period, all in one unit.

A figure is a total, or three figures of single phases; where one limit is by phase, all are taken by phase.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from ocppbridge.charging.charging_profiles import Period, Unit
from ocppbridge.charging.composite.changing import changed

Figure = tuple[Decimal, ...]
"""One figure, or one for each of three phases."""
NOTHING: Final = Period(0)
_NAMES: Final = {kind: (kind, f"{kind}_l2", f"{kind}_l3") for kind in ("limit", "discharge_limit", "setpoint")}


def meet(lead: Period | None, caps: Sequence[Period], unit: Unit, phases: int) -> Period | None:
    """What holds under all of them; None if nothing limits anything."""
    if lead is None and not caps:
        return None
    if lead is not None and not caps:
        return _held(lead, unit, phases)
    every = list(caps) if lead is None else [lead, *caps]
    if all(_simple(one) for one in every):
        return _simply(lead, every)
    return _fully(lead, every, unit, phases)


def raised(limit: Period, added: Period | None, unit: Unit, phases: int) -> Period:
    """A limit with what is generated on the spot on top of it."""
    least, more = _figure(limit, "limit"), _figure(added, "limit") if added is not None else None
    if least is None or more is None:
        return limit
    one, other = _alike(least, more, unit, phases)
    return changed(limit, **_fields("limit", tuple(a + b for a, b in zip(one, other, strict=True))))


def _simple(period: Period) -> bool:
    return (
        period.limit_l2 is None and period.limit_l3 is None and period.discharge_limit is None
        and period.setpoint is None
    )  # fmt: skip


def _simply(lead: Period | None, every: Sequence[Period]) -> Period:
    """The usual case: limits only."""
    lowest = every[0]
    for one in every[1:]:
        if one.limit is not None and (lowest.limit is None or one.limit < lowest.limit):
            lowest = one
    if lead is None or lowest is lead:
        return lowest
    return changed(lead, limit=lowest.limit)


def _fully(lead: Period | None, every: Sequence[Period], unit: Unit, phases: int) -> Period:
    limit = _bound(min, (_figure(one, "limit") for one in every), unit, phases)
    discharge = _bound(max, (_figure(one, "discharge_limit") for one in every), unit, phases)
    speaker = lead or next((one for one in every if one.setpoint is not None), every[0])
    return _held(changed(speaker, **_fields("limit", limit), **_fields("discharge_limit", discharge)), unit, phases)


def _held(period: Period, unit: Unit, phases: int) -> Period:
    """The setpoint between the limits."""
    setpoint = _figure(period, "setpoint")
    if setpoint is None:
        return period
    held = setpoint
    for kind, choose in (("limit", min), ("discharge_limit", max)):
        bound = _figure(period, kind)
        if bound is not None:
            held = _bound(choose, (held, bound), unit, phases) or held
    return period if held == setpoint else changed(period, **_fields("setpoint", held))


def total(periods: Sequence[Period | None], unit: Unit, phases: int) -> Period | None:
    """What several EVSEs may draw together; None as soon as one has no limit."""
    figures = [_figure(one, "limit") if one is not None else None for one in periods]
    summed: Figure | None = None
    for figure in figures:
        if figure is None:
            return None
        if summed is None:
            summed = figure
        else:
            one, other = _alike(summed, figure, unit, phases)
            summed = tuple(a + b for a, b in zip(one, other, strict=True))
    return None if summed is None else changed(NOTHING, **_fields("limit", summed))


def _figure(period: Period, kind: str) -> Figure | None:
    first, second, third = (getattr(period, name) for name in _NAMES[kind])
    if first is None and second is None and third is None:
        return None
    if second is None and third is None:
        return (first,)
    zero = Decimal(0)
    return (zero if first is None else first, zero if second is None else second, zero if third is None else third)


def _alike(one: Figure, other: Figure, unit: Unit, phases: int) -> tuple[Figure, Figure]:
    if len(one) == len(other):
        return one, other
    return (_spread(one, unit, phases), other) if len(one) == 1 else (one, _spread(other, unit, phases))


def _spread(figure: Figure, unit: Unit, phases: int) -> Figure:
    """A total on three phases: a current is per phase anyway, a power is divided among the phases that there are."""
    each = figure[0] if unit is Unit.A else figure[0] / phases
    return tuple(each if n < phases else Decimal(0) for n in range(3))


def _bound(
    choose: Callable[[Decimal, Decimal], Any], figures: Iterable[Figure | None], unit: Unit, phases: int
) -> Figure | None:
    found: Figure | None = None
    for figure in figures:
        if figure is None:
            continue
        if found is None:
            found = figure
        else:
            one, other = _alike(found, figure, unit, phases)
            found = tuple(choose(a, b) for a, b in zip(one, other, strict=True))
    return found


def _fields(kind: str, figure: Figure | None) -> dict[str, Decimal | None]:
    values = (*figure, None, None)[:3] if figure is not None else (None, None, None)
    return dict(zip(_NAMES[kind], values, strict=True))
