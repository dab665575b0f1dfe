"""Meter values in one shape: Wh, W, A, V, %, one Decimal each, whatever the station wrote (J; field quirks 3 and 14).

Rule: normalised per sample, since one station may use kWh in one message and Wh in the next. The measurand decides
the dimension, the unit only the factor; without a unit the measurand's own is meant. Signed data is kept byte for
byte. A negative Power.Active.Import is export. What is no number is dropped; the journal still has it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from msgspec import Struct

ENERGY_IMPORT: Final = "Energy.Active.Import.Register"
ENERGY_EXPORT: Final = "Energy.Active.Export.Register"
POWER_IMPORT: Final = "Power.Active.Import"
POWER_EXPORT: Final = "Power.Active.Export"

_BASE: Final = {
    "Wh": ("Wh", 0), "varh": ("varh", 0), "VAh": ("VAh", 0), "W": ("W", 0), "var": ("var", 0), "VA": ("VA", 0),
    "A": ("A", 0), "V": ("V", 0), "Hz": ("Hz", 0), "Hertz": ("Hz", 0), "Percent": ("%", 0), "%": ("%", 0),
    "K": ("K", 0), "Celsius": ("Celsius", 0), "Celcius": ("Celsius", 0), "Fahrenheit": ("Fahrenheit", 0),
}  # fmt: skip
_PREFIXED: Final = {
    f"{prefix}{unit}": (unit, power)
    for unit in ("Wh", "varh", "VAh", "W", "var", "VA", "A", "V")
    for prefix, power in (("k", 3), ("M", 6), ("m", -3))
}
# Exact spelling first ("MWh" is not "mWh"); any other capitals are taken for the commonest meaning.
_EXACT: Final = _BASE | _PREFIXED
_ANY_CASE: Final = {unit.lower(): meaning for unit, meaning in (_PREFIXED | _BASE).items() if unit[0] != "m"}

_DIMENSIONS: Final = (
    ("Energy.Active", "Wh"), ("EnergyRequest", "Wh"), ("Energy.Reactive", "varh"), ("Energy.Apparent", "VAh"),
    ("Power.Factor", ""), ("Power.Reactive", "var"), ("Power", "W"), ("Current", "A"), ("Voltage", "V"),
    ("SoC", "%"), ("Display.PresentSOC", "%"), ("Display.MinimumSOC", "%"), ("Display.TargetSOC", "%"),
    ("Display.MaximumSOC", "%"), ("Display.BatteryEnergyCapacity", "Wh"), ("Frequency", "Hz"),
    ("Temperature", "Celsius"),
)  # fmt: skip
_TEMPERATURES: Final = frozenset({"K", "Fahrenheit", "Celsius"})
# Ten thousand years of a gigawatt: beyond it (or finer than a billionth) a value is noise that would only cost digits.
_LARGEST, _FINEST = 15, -9


class Signed(Struct, frozen=True):
    """A signed meter value, as the meter wrote it (OCP-07)."""

    data: str
    encoding: str | None = None
    method: str | None = None
    public_key: str | None = None


class Sample(Struct, frozen=True):
    """One value; None only where the sample is nothing but signed data."""

    measurand: str
    value: Decimal | None
    unit: str
    phase: str | None = None
    location: str | None = None
    context: str = "Sample.Periodic"
    signed: Signed | None = None


class Reading(Struct, frozen=True):
    """What a meter showed at one instant."""

    at: datetime
    samples: tuple[Sample, ...]

    @property
    def context(self) -> str:
        """The context of the first sample, which nearly always is that of all."""
        return self.samples[0].context if self.samples else "Other"

    @property
    def signed(self) -> tuple[Signed, ...]:
        """All signed data in it."""
        return tuple(sample.signed for sample in self.samples if sample.signed)


def number(text: object) -> Decimal | None:
    """A finite Decimal of sane size, from a JSON number or a text with point or comma; None for anything else."""
    if isinstance(text, str):
        words = text.strip().replace(",", ".")
    elif isinstance(text, int | float | Decimal) and not isinstance(text, bool):
        words = str(text)
    else:
        return None
    try:
        value = Decimal(words)
    except InvalidOperation:
        return None
    sane = value.is_finite() and (not value or _FINEST <= value.adjusted() <= _LARGEST)
    return value if sane else None


def normalised(measurand: str, value: Decimal, unit: str | None, multiplier: int = 0) -> tuple[str, Decimal, str]:
    """(measurand, value, unit) in the measurand's own dimension."""
    said, dimension, power = _meant(measurand, unit or "", multiplier)
    scaled = value.scaleb(power) if power else value
    if dimension == "Celsius" and said in _TEMPERATURES:
        scaled = _celsius(scaled, said)
    if measurand == POWER_IMPORT and scaled < 0:
        return POWER_EXPORT, -scaled, dimension
    return measurand, scaled, dimension


@lru_cache(maxsize=1024)
def _meant(measurand: str, unit: str, multiplier: int) -> tuple[str, str, int]:
    """(the unit that was said, the measurand's own, the power of ten between them)."""
    said, power = _EXACT.get(unit) or _ANY_CASE.get(unit.lower(), (unit, 0))
    dimension = next((own for start, own in _DIMENSIONS if measurand.startswith(start)), said)
    return said, dimension, power + max(-12, min(12, multiplier))


def _celsius(value: Decimal, unit: str) -> Decimal:
    if unit == "K":
        return value - Decimal("273.15")
    if unit == "Fahrenheit":
        return ((value - 32) / Decimal("1.8")).quantize(Decimal("0.01"))
    return value
