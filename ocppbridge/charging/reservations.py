"""The life of a reservation (H01 to H04; CMD-19, SES-20, SES-21): asked, held, then used, expired, cancelled or lost.

Rule: whatever ends it first stays; what comes later changes nothing. 1.6 stations do not tell the end, so it is also
known from the clock, and from the transaction that uses it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ocppbridge.charging.outcomes import Accepted, Outcome


class State(StrEnum):
    """Where a reservation stands; the last four are final."""

    ASKED = "asked"
    HELD = "held"
    USED = "used"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"


_OPEN = frozenset({State.ASKED, State.HELD})
# What a 2.x station says of the end (H04): Removed is a cancellation by the station itself, a fault for instance.
_TOLD = {"Expired": State.EXPIRED, "NoTransaction": State.EXPIRED, "Removed": State.CANCELLED}


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation and why it ended."""

    expires_at: datetime
    state: State = State.ASKED
    reason: str = ""

    @property
    def open(self) -> bool:
        """Whether it may still be used."""
        return self.state in _OPEN

    def answered(self, outcome: Outcome) -> Reservation:
        """The station's answer to ReserveNow."""
        if self.state is not State.ASKED:
            return self
        if isinstance(outcome, Accepted):
            return replace(self, state=State.HELD)
        return replace(self, state=State.REFUSED, reason=outcome.status)

    def unanswered(self, sent: bool) -> Reservation:
        """ReserveNow got no answer. If it was sent, the station may hold it all the same, so it stays open."""
        if self.state is not State.ASKED or sent:
            return self
        return replace(self, state=State.REFUSED, reason="not sent")

    def used(self) -> Reservation:
        """A transaction names it, or its token has begun to charge on its EVSE."""
        return self._end(State.USED, "")

    def told(self, status: str) -> Reservation:
        """ReservationStatusUpdate; a status of a later version is taken as the station's own end."""
        return self._end(_TOLD.get(status, State.CANCELLED), status)

    def cancelled(self, outcome: Outcome) -> Reservation:
        """The answer to CancelReservation. Rejected means that the station knows none such: it is gone too."""
        return self._end(State.CANCELLED, outcome.status)

    def at(self, now: datetime) -> Reservation:
        """As the clock has it."""
        return self._end(State.EXPIRED, "time") if now >= self.expires_at else self

    def _end(self, state: State, reason: str) -> Reservation:
        return replace(self, state=state, reason=reason) if self.open else self
