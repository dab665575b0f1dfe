"""What the station side knows of one session: start, end, meter readings, states, reservation, switches of tariff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

StateName = Literal["charging", "suspended_ev", "suspended_evse", "idle"]
# PARKING_TIME = the vehicle does not request power; what the EVSE holds back is charging time (CDR-18).
PARKED = frozenset({"suspended_ev", "idle"})


class MeterPoint(msgspec.Struct, frozen=True):
    """One reading. Registers are in Wh and only grow; power is in W, negative while feeding back; current in A over
    all phases.
    """

    at: datetime
    import_wh: Decimal | None = None
    export_wh: Decimal | None = None
    power_w: Decimal | None = None
    current_a: Decimal | None = None
    soc: Decimal | None = None


class SessionFacts(msgspec.Struct, frozen=True):
    """`start` is when charging may begin (None: a reservation that came to nothing), `end` is None while it runs.

    `states` and `switches` hold from their instant on; before the first state the session charges, before the first
    switch its tariff is the one valid at the start. `time_zone` is that of the Location.
    """

    start: datetime | None
    end: datetime | None
    time_zone: str
    readings: Sequence[MeterPoint] = ()
    states: Sequence[tuple[datetime, StateName]] = ()
    reservation: tuple[datetime, datetime | None] | None = None
    switches: Sequence[tuple[datetime, str]] = ()  # (from when, tariff id)
    tariff_type: str | None = None  # REGULAR, AD_HOC_PAYMENT, PROFILE_… where the driver chose one

    @property
    def begin(self) -> datetime | None:
        """The start_date_time of the Session: the reservation's, if there was one."""
        return self.start if self.reservation is None else self.reservation[0]

    @property
    def known_end(self) -> datetime | None:
        """The end, or how far the readings and states of a running session reach."""
        if self.end is not None:
            return self.end
        told = [point.at for point in self.readings] + [at for at, _ in self.states] + [at for at, _ in self.switches]
        told += [at for at in (self.start, *(self.reservation or ())) if at is not None]
        return max(told, default=None)
