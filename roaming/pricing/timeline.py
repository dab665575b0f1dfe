"""The charging periods in order, with their quantities in kWh and seconds.

A period ends where the next one starts, the last one with the document (CDR-15). One with RESERVATION_TIME has a
reservation part, one with ENERGY, TIME or PARKING_TIME a charging part; it may have both. The charging part begins
with the first such period. Volumes in hours carry 4 decimals, that is ±0.18 s: what lies within 0.36 s of the
period's own clock is the clock, else what lies within 0.18 s of a whole second is that second, else it stands as
sent. Without this 0.1667 h at step 60 would bill 11 minutes. Dimensions that are absent are never made up from the
clock.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from roaming.pricing.amounts import HOUR
from roaming.pricing.clock import Seconds, instant, seconds
from roaming.pricing.documents import Document, Period
from roaming.pricing.errors import BadInput
from roaming.pricing.findings import Finding, note, warning
from roaming.pricing.registers import net_energy
from roaming.pricing.state import Reading, reading

CLOCK_SLACK = Decimal("0.36")
WHOLE_SLACK = Decimal("0.18")
ADDITIVE = frozenset({"ENERGY", "TIME", "PARKING_TIME", "RESERVATION_TIME", "ENERGY_IMPORT", "ENERGY_EXPORT"})
HOURLY = frozenset({"TIME", "PARKING_TIME"})


class Slice:
    """One charging period: `index` is its place in the document, `clock` its length (None where that is negative)."""

    __slots__ = ("at", "clock", "energy", "index", "quantities", "reserved", "tariff_id", "volumes")

    def __init__(self, at: datetime, index: int, period: Period) -> None:
        self.at = at
        self.index = index
        self.tariff_id = period.tariff_id
        self.volumes = volumes = {dimension.type: dimension.volume for dimension in period.dimensions}
        if len(volumes) != len(period.dimensions):
            self.volumes = _summed(period)
        self.clock: Seconds | None = None
        self.energy = self.volumes.get("ENERGY")
        self.reserved: Seconds | None = None  # RESERVATION_TIME
        self.quantities: dict[
            str, Seconds
        ] = {}  # of the charging part: ENERGY in kWh, TIME and PARKING_TIME in seconds

    @property
    def charges(self) -> bool:
        return self.energy is not None or "TIME" in self.volumes or "PARKING_TIME" in self.volumes

    @property
    def reserves(self) -> bool:
        return "RESERVATION_TIME" in self.volumes

    def end(self, at: datetime) -> None:
        """Now that the clock is known, the hours become seconds."""
        clock = seconds(at - self.at)
        self.clock = clock if clock >= 0 else None
        if self.energy is not None:
            self.quantities["ENERGY"] = self.energy
        for kind, volume in self.volumes.items():
            if kind in HOURLY:
                self.quantities[kind] = snapped(volume, self.clock)
            elif kind == "RESERVATION_TIME":
                self.reserved = snapped(volume, self.clock)

    @property
    def parked(self) -> bool:
        return "PARKING_TIME" in self.volumes and not self.energy and not self.volumes.get("TIME")

    def power(self) -> Reading | None:
        get = self.volumes.get
        return reading(get("MIN_POWER"), get("MAX_POWER"), self.energy, self.clock, self.parked)

    def current(self) -> Reading | None:
        get = self.volumes.get
        return reading(get("MIN_CURRENT"), get("MAX_CURRENT"), None, None, self.parked)


class Timeline:
    __slots__ = ("charge_start", "end", "expired", "findings", "slices", "start")

    def __init__(self, document: Document) -> None:
        self.findings: list[Finding] = []
        self.start = instant(document.start_date_time, "/start_date_time")
        self.slices = self._ordered(document.charging_periods or [])
        self.end = self._end(document)
        self._energy(document)
        end = self.end
        for piece in reversed(self.slices):
            piece.end(end)
            end = piece.at
        self._inside()
        charging = next((piece for piece in self.slices if piece.charges), None)
        self.charge_start = None if charging is None else charging.at
        self.expired = self._expired(document)

    def _ordered(self, periods: list[Period]) -> list[Slice]:
        slices: list[Slice] = []
        for period in periods:
            try:
                at = instant(period.start_date_time, "/start_date_time")
            except BadInput as error:
                pointer = f"/charging_periods/{len(slices)}{error.pointer}"
                raise BadInput(pointer, error.reason, error.document) from None
            slices.append(Slice(at, len(slices), period))
        for before, after in pairwise(slices):
            if after.at < before.at:
                pointer = f"/charging_periods/{after.index}/start_date_time"
                self.findings.append(
                    warning("periods_out_of_order", pointer, "starts before the period listed ahead of it")
                )
                return sorted(slices, key=lambda piece: piece.at)  # stable
        return slices

    def _end(self, document: Document) -> datetime:
        """A running session has no end: what was last said of it counts."""
        if document.end_date_time is not None:
            return instant(document.end_date_time, "/end_date_time")
        last = self.slices[-1].at if self.slices else self.start
        if document.last_updated is None:
            return last
        return max(last, instant(document.last_updated, "/last_updated"))

    def _inside(self) -> None:
        for piece in self.slices:
            if piece.at < self.start or piece.at > self.end:
                pointer = f"/charging_periods/{piece.index}/start_date_time"
                message = f"the period lies outside {self.start:%FT%TZ} to {self.end:%FT%TZ}; priced all the same"
                self.findings.append(warning("periods_outside_start_end_date_time", pointer, message))

    def _energy(self, document: Document) -> None:
        """A Session may tell its energy by the two registers alone; in a CDR they mean nothing (CDR-16)."""
        if document.cdr_location is not None:
            return
        lacking = [piece for piece in self.slices if piece.energy is None]
        if any("ENERGY_IMPORT" in piece.volumes or "ENERGY_EXPORT" in piece.volumes for piece in lacking):
            net, findings = net_energy([piece.volumes for piece in self.slices], document.kwh)
            self.findings += findings
            for piece, energy in zip(self.slices, net, strict=True):
                if piece.energy is None:
                    piece.energy = energy

    def _expired(self, document: Document) -> bool:
        """2.2.1 has no flag: nothing but a reservation, and it is over (ocpi/ocpi#395, #459)."""
        if document.reservation_expired is not None:
            return document.reservation_expired
        over = document.status not in ("RESERVATION", "PENDING", "ACTIVE")
        expired = over and self.charge_start is None and any(piece.reserves for piece in self.slices)
        if expired:
            self.findings.append(
                note("reservation_expired", "/charging_periods", "no period charges: an expired reservation")
            )
        return expired


def snapped(hours: Decimal, clock: Seconds | None) -> Seconds:
    """Hours to seconds, without the noise of 4 decimals."""
    exact = hours * HOUR
    if clock is not None and (exact == clock or abs(exact - clock) <= CLOCK_SLACK):
        return clock
    whole = exact.to_integral_value()
    return whole if abs(exact - whole) <= WHOLE_SLACK else exact


def _summed(period: Period) -> dict[str, Decimal]:
    """A dimension that is told twice in one period: quantities add up, of measurements the first stands."""
    volumes: dict[str, Decimal] = {}
    for dimension in period.dimensions:
        kind = dimension.type
        if kind not in volumes:
            volumes[kind] = dimension.volume
        elif kind in ADDITIVE:
            volumes[kind] += dimension.volume
    return volumes
