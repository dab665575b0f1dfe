"""A transaction's energy, out of everything that tells of it: meterStart, meterStop, and two streams of readings.

Four registers are followed for import:

* `bounds`    meterStart and meterStop (1.6);
* `samples`   the readings that name the transaction (TransactionEvent; 1.6 MeterValues with its id, transactionData);
* `combined`  both in one course;
* `others`    readings of the same EVSE that do not name the transaction (2.x MeterValues; many 1.6 stations).

What is billed: stop less start where both make sense and the samples show no reset; else the combined course; and
`others` only where nothing else has two points. A station may keep session energy in one stream and its lifetime in
another (field quirk 3), so streams are never mixed. Export has `combined` and `others` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from ocppbridge.charging.findings import Finding
from ocppbridge.charging.points import Point
from ocppbridge.charging.registers import Register

_NEW: Final = Register()


class Metering(Struct, frozen=True):
    """The registers of one transaction."""

    bounds: Register = _NEW
    samples: Register = _NEW
    combined: Register = _NEW
    others: Register = _NEW
    export: Register = _NEW
    export_others: Register = _NEW

    @property
    def import_wh(self) -> Decimal:
        """Wh taken by the vehicle so far."""
        if self.bounds.count == 2 and self.bounds.segments == 1 and self.samples.segments <= 1:
            return self.bounds.energy
        return _best(self.combined, self.others)

    @property
    def export_wh(self) -> Decimal:
        """Wh given by the vehicle so far."""
        return _best(self.export, self.export_others)

    @property
    def known(self) -> bool:
        """Whether the import has ever been told by two points."""
        return max(self.combined.count, self.others.count) > 1

    def bound(self, at: datetime, value: Decimal, timed: bool = True) -> tuple[Metering, list[Finding | None]]:
        """meterStart or meterStop: a later bound that contradicts the first is a finding, and then does not count."""
        bounds, odd = self.bounds.take(at, value, timed)
        combined, _ = self.combined.take(at, value, timed)
        return replace(self, bounds=bounds, combined=combined), [odd]

    def read(self, point: Point, named: bool, timed: bool = True) -> tuple[Metering, list[Finding | None]]:
        """One reading; `named` if it names the transaction."""
        if not named:
            others, odd = _course(self.others, point.at, point.import_wh, point.import_interval_wh, timed)
            export, odd_export = _course(self.export_others, point.at, point.export_wh, point.export_interval_wh, timed)
            # A stream that is not billed as long as another tells more is no reason to hold a CDR.
            return replace(self, others=others, export_others=export), [] if self.known else [odd, odd_export]
        samples, odd = _course(self.samples, point.at, point.import_wh, point.import_interval_wh, timed)
        combined, _ = _course(self.combined, point.at, point.import_wh, point.import_interval_wh, timed)
        export, odd_export = _course(self.export, point.at, point.export_wh, point.export_interval_wh, timed)
        return replace(self, samples=samples, combined=combined, export=export), [odd, odd_export]

    def to_json(self) -> dict[str, Any]:
        """The registers that have readings, as JSON."""
        registers = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: register.to_json() for name, register in registers.items() if register.count}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Metering:
        """What `to_json` wrote."""
        return Metering(**{name: Register.from_json(register) for name, register in data.items()})


def _best(course: Register, fallback: Register) -> Decimal:
    return (fallback if course.count < 2 <= fallback.count else course).energy


def _course(
    register: Register, at: datetime, height: Decimal | None, gained: Decimal | None, timed: bool
) -> tuple[Register, Finding | None]:
    if height is not None:
        return register.take(at, height, timed)
    # Intervals count only where there is no register to read.
    if gained is not None and register.segments == 0:
        return register.add(at, gained), None
    return register, None
