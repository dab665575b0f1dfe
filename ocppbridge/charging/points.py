"""One point of a session's course out of one reading: registers, power, current, state of charge.

Rule: a total outweighs its phases; phases are summed where there is no total (currents as well: what all conductors
carry). The outlet is what the driver is sold; other places of measurement count only where the outlet says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from msgspec import Struct

from ocppbridge.charging.readings import ENERGY_EXPORT, ENERGY_IMPORT, POWER_EXPORT, POWER_IMPORT, Reading, Sample

_PLACES: Final = ("Outlet", "Cable", "Inlet", "EV", "Body", "Upstream")
_LINES: Final = (frozenset({"L1", "L2", "L3"}), frozenset({"L1-N", "L2-N", "L3-N"}))


class Point(Struct, frozen=True):
    """What one instant adds to a session; None where the reading did not say. Power is positive towards the vehicle."""

    at: datetime
    import_wh: Decimal | None = None
    export_wh: Decimal | None = None
    import_interval_wh: Decimal | None = None
    export_interval_wh: Decimal | None = None
    power_w: Decimal | None = None
    current_a: Decimal | None = None
    soc: Decimal | None = None


def point(reading: Reading) -> Point:
    """The figures of one reading."""
    told: dict[str, list[Sample]] = {}
    for sample in reading.samples:
        if sample.value is not None:
            told.setdefault(sample.measurand, []).append(sample)
    power_in, power_out = _figure(told, POWER_IMPORT), _figure(told, POWER_EXPORT)
    power = None if power_in is None and power_out is None else (power_in or Decimal()) - (power_out or Decimal())
    current = _figure(told, "Current.Import")
    out = _figure(told, "Current.Export")
    soc = _figure(told, "SoC")
    return Point(
        at=reading.at,
        import_wh=_figure(told, ENERGY_IMPORT),
        export_wh=_figure(told, ENERGY_EXPORT),
        import_interval_wh=_figure(told, "Energy.Active.Import.Interval"),
        export_interval_wh=_figure(told, "Energy.Active.Export.Interval"),
        power_w=power,
        current_a=current if out is None or current else -out,
        soc=soc if soc is not None else _figure(told, "Display.PresentSOC"),
    )


def _figure(told: Mapping[str, list[Sample]], measurand: str) -> Decimal | None:
    found = told.get(measurand)
    if found is None:
        return None
    if len(found) == 1 and found[0].phase is None:
        return found[0].value if (found[0].location or "Outlet") in _PLACES else None
    for place in _PLACES:
        there = [sample for sample in found if (sample.location or "Outlet") == place]
        if there:
            return _total(there)
    return None


def _total(samples: Iterable[Sample]) -> Decimal | None:
    by_phase = {sample.phase: sample.value for sample in samples}
    if None in by_phase:
        return by_phase[None]
    for lines in _LINES:
        values = [value for phase, value in by_phase.items() if phase in lines and value is not None]
        if values:
            return sum(values, Decimal())
    return None
