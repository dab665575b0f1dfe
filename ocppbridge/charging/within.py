"""Figures of a plan cut to what the car can do (Q01 to Q08): in total, phase by phase, reactive, apparent.

    a figure above the most, or below the least          cut to that, by phase where car and plan speak of phases
    phases that come to more than the car's total        all of them made smaller alike
    a setpoint smaller than the least that it can do     0: it cannot do so little
    a setpoint outside the plan's own limits             cut to those
    active and reactive power above the apparent         the reactive power gives way

Rule: what the car does not say cuts nothing, and every cut is told. Charging and absorbed reactive power (inductive)
are positive, discharging and injected reactive power (capacitive) negative. Rounded to tenths away from the bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import Final

from ocppbridge.charging.charging_profiles import Period
from ocppbridge.charging.ev_needs import Abilities, Reach

ZERO: Final = Decimal()
TENTH: Final = Decimal("0.1")
SUFFIXES: Final = ("", "_l2", "_l3")
ACTIVE: Final = ("limit", "discharge_limit", "setpoint")
REACTIVE: Final = "setpoint_reactive"
Figures = dict[str, Decimal]


def kind_of(name: str) -> str:
    """A figure without its phase."""
    return name.removesuffix("_l2").removesuffix("_l3")


def within(figures: Mapping[str, Decimal], able: Abilities, cut: list[str]) -> Figures:
    """What the car can do of it; what is cut is added to `cut`, for people."""
    kept: Figures = dict(figures)
    for kind in ACTIVE:
        _reached(kept, kind, able.active, little=kind == "setpoint")
    _within_own_limits(kept)
    _reached(kept, "setpoint", able.active, little=True)  # limits in total are divided alike, phases are not
    _reached(kept, REACTIVE, able.reactive, little=True)
    _apparent(kept, able)
    cut += [_said(name, value, kept[name]) for name, value in figures.items() if kept[name] != value]
    return kept


def curve(
    points: tuple[tuple[Decimal, Decimal], ...] | tuple[tuple[int, Decimal], ...], baseline: Decimal, able: Abilities,
    cut: list[str],
) -> tuple[tuple[Decimal, Decimal], ...]:  # fmt: skip
    """A curve whose power, on top of the baseline, the car can do."""
    kept = []
    for at, power in points:
        most = able.active.total.clamped(baseline + power) - baseline
        if most != power:
            cut.append(_said("curve", power, most))
        kept.append((at, most))
    return tuple(kept)  # type: ignore[arg-type]  # signals are whole numbers, frequencies are not


def baseline(period: Period, able: Abilities, cut: list[str]) -> Decimal | None:
    """The baseline that the car can do."""
    if period.v2x_baseline is None:
        return None
    kept = able.active.total.clamped(period.v2x_baseline)
    if kept != period.v2x_baseline:
        cut.append(_said("baseline", period.v2x_baseline, kept))
    return kept


def _reached(kept: Figures, kind: str, able: Reach, *, little: bool) -> None:
    names = _names(kept, kind)
    if not names:
        return
    if names == [kind]:
        kept[kind] = able.total.clamped(kept[kind])
        kept[kind] = ZERO if little and able.total.too_little(kept[kind]) else kept[kind]
        return
    if able.phases is not None:
        for name in names:
            phase = able.phases[SUFFIXES.index(name.removeprefix(kind))]
            kept[name] = phase.clamped(kept[name])
            kept[name] = ZERO if little and phase.too_little(kept[name]) else kept[name]
    _together(kept, names, able.total.clamped(_sum(kept, names)))
    if little and able.phases is None and able.total.too_little(_sum(kept, names)):
        kept.update(dict.fromkeys(names, ZERO))


def _within_own_limits(kept: Figures) -> None:
    names = _names(kept, "setpoint")
    by_phase = len(names) > 1
    for bound, choose in (("limit", min), ("discharge_limit", max)):
        limits = _names(kept, bound)
        if not limits or not names:
            continue
        if by_phase == (len(limits) > 1):
            for name in names:
                other = name.replace("setpoint", bound)
                kept[name] = choose(kept[name], kept[other]) if other in kept else kept[name]
        else:
            _together(kept, names, choose(_sum(kept, names), _sum(kept, limits)))


def _apparent(kept: Figures, able: Abilities) -> None:
    """P² + Q² ≤ S², in total, and by phase where everybody speaks of phases."""
    active, reactive = _names(kept, "setpoint"), _names(kept, REACTIVE)
    if not active or not reactive:
        return
    if able.apparent_phases is not None and len(active) > 1 and len(reactive) > 1:
        for suffix, reach in zip(SUFFIXES, able.apparent_phases, strict=True):
            if f"setpoint{suffix}" in kept and f"{REACTIVE}{suffix}" in kept:
                _give_way(kept, [f"setpoint{suffix}"], [f"{REACTIVE}{suffix}"], reach)
    _give_way(kept, active, reactive, able.apparent)


def _give_way(
    kept: Figures, active: list[str], reactive: list[str], most: tuple[Decimal | None, Decimal | None]
) -> None:
    power, other = _sum(kept, active), _sum(kept, reactive)
    largest = most[0] if power >= 0 else most[1]
    if largest is None or power**2 + other**2 <= largest**2:
        return
    power = min(max(power, -largest), largest)
    _together(kept, active, power)
    room = (largest**2 - power**2).sqrt().quantize(TENTH, ROUND_DOWN)
    _together(kept, reactive, min(max(other, -room), room))


def _together(kept: Figures, names: list[str], wanted: Decimal) -> None:
    """All alike, so that they come to no more than what is wanted."""
    if names == [kind_of(names[0])]:
        kept[names[0]] = wanted
        return
    whole = _sum(kept, names)
    if whole in (wanted, 0):
        return
    rounding = ROUND_FLOOR if wanted < whole else ROUND_CEILING
    for name in names:
        was = kept[name]
        new = (was * wanted / whole).quantize(TENTH, rounding)
        smaller = 0 <= wanted / whole <= 1
        kept[name] = (max(new, was) if was < 0 else min(new, was)) if smaller else new


def _names(kept: Mapping[str, Decimal], kind: str) -> list[str]:
    return [name for suffix in SUFFIXES if (name := f"{kind}{suffix}") in kept]


def _sum(kept: Mapping[str, Decimal], names: list[str]) -> Decimal:
    return sum((kept[name] for name in names), ZERO)


def _said(name: str, value: Decimal, kept: Decimal) -> str:
    unit = "var" if kind_of(name) == REACTIVE else "W"
    words = name.replace("_", " ").replace(" l2", " L2").replace(" l3", " L3")
    return f"{words} {value:f} {unit} cut to {kept.normalize():f} {unit}"
