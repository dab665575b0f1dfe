"""A transaction as a state machine: `apply(state, message, received) -> state`, pure, in whatever order messages come.

Theory of operation ------------------- Stations replay after an outage, repeat what was not acknowledged, restart
their numbering, lose the start or the end. So no message is refused here, and applying one twice changes nothing the
second time:

* the earliest time named is the start until Started itself has been seen; Ended fixes the end once. Later messages may
  still fill in what belongs before the end. `close` is the staff's end; a late Ended replaces it.
* readings go through `metering`, which takes them in any order and counts nothing twice.
* seqNo tells what is missing, nothing else: a gap is remembered until it is filled; a restart at 0 with the end is a
  finding (field quirk 6).
* a time before 2020 or more than a day ahead is a clock that was never set (field quirk 5): the time of receipt stands
  in, and a finding says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ocppbridge.charging.findings import Finding, with_findings
from ocppbridge.charging.messages import Ended, Metered, Started, StateChanged, TransactionFacts
from ocppbridge.charging.metering import Metering
from ocppbridge.charging.points import point
from ocppbridge.charging.readings import Reading
from ocppbridge.charging.states import activity
from ocppbridge.charging.tokens import IdToken, Place

EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(days=1)
MOST_MISSING: Final = 100
# A token in one of these events belongs to whoever stops, not to whoever charges.
_STOPPING: Final = frozenset({"StopAuthorized", "Deauthorized", "RemoteStop"})

_UNREAD: Final = Metering()


class Transaction(Struct, frozen=True):
    """What is known of one transaction."""

    started_at: datetime
    start_seen: bool = False
    place: Place | None = None
    token: IdToken | None = None
    stop_token: IdToken | None = None
    ended_at: datetime | None = None
    closed: bool = False
    reason: str | None = None
    metering: Metering = _UNREAD
    states: tuple[tuple[datetime, str], ...] = ()
    charging_state: str | None = None
    last_seq_no: int | None = None
    missing: tuple[int, ...] = ()
    offline: bool = False
    remote_start_id: int | None = None
    reservation_id: int | None = None
    found: tuple[Finding, ...] = ()

    @property
    def running(self) -> bool:
        """Whether no end has been seen."""
        return self.ended_at is None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything odd about it, as it stands now."""
        now: list[Finding | None] = []
        if not self.start_seen:
            now.append(Finding("START_MISSING"))
        if self.missing:
            now.append(Finding("SEQ_GAP", f"missing: {', '.join(map(str, self.missing))}"))
        if self.ended_at is not None and not self.metering.known:
            now.append(Finding("NO_METER"))
        return with_findings(self.found, now)

    @property
    def holds(self) -> bool:
        """Whether its CDR waits for staff (S42)."""
        return any(finding.holds for finding in self.findings)


def apply(
    state: Transaction | None, message: TransactionFacts | Metered | StateChanged, received: datetime
) -> Transaction:
    """The state after one message. `received` is when we heard it."""
    if isinstance(message, StateChanged):
        return _state_changed(state or Transaction(received), message, received)
    if isinstance(message, Metered):
        return _metered(state, message, received)
    at, odd = _moment(message.at, received)
    state = _facts(state or Transaction(at), message, at)
    state = _found(state, [odd])
    state = _numbered(state, message)
    if isinstance(message, Started):
        state = _started(state, message, at, timed=odd is None)
    state = _readings(state, message.readings, True, received)
    if isinstance(message, Ended):
        state = _ended(state, message, at, timed=odd is None)
    return state


def close(state: Transaction, at: datetime, reason: str = "Other") -> Transaction:
    """The staff's end of a transaction that will hear no more; a late Ended still replaces it."""
    return state if state.ended_at else replace(state, ended_at=max(at, state.started_at), closed=True, reason=reason)


def start_key(message: Started) -> str:
    """What makes two StartTransactions the same one (field quirk 6); a message id never does."""
    place, token = message.place, message.token
    where = place.evse if place else 0
    return f"{where}|{token.folded() if token else ''}|{message.at.isoformat()}|{message.meter_start}"


def _moment(at: datetime, received: datetime) -> tuple[datetime, Finding | None]:
    if EARLIEST <= at <= received + AHEAD:
        return at, None
    return received, Finding("CLOCK", f"{at.isoformat()} at {received.isoformat()}")


def _facts(state: Transaction, message: TransactionFacts, at: datetime) -> Transaction:
    stopping = isinstance(message, Ended) or message.trigger in _STOPPING
    token, stop_token = state.token, state.stop_token
    if message.token and stopping:
        stop_token = stop_token or message.token
    elif message.token:
        token = token or message.token
    told = {
        "started_at": state.started_at if state.start_seen else min(state.started_at, at),
        "place": _place(state.place, message.place),
        "token": token,
        "stop_token": stop_token,
        "offline": state.offline or message.offline,
        "remote_start_id": _first(state.remote_start_id, message.remote_start_id),
        "reservation_id": _first(state.reservation_id, message.reservation_id),
        "charging_state": message.charging_state or state.charging_state,
    }
    new = {name: value for name, value in told.items() if value != getattr(state, name)}
    if new:  # most events of a transaction repeat all of it, and a copy costs more than a look
        state = replace(state, **new)
    if message.charging_state is None:
        return state
    return _charging(state, message.charging_state, at, _again(state, message))


def _found(state: Transaction, odd: Iterable[Finding | None]) -> Transaction:
    found = [finding for finding in odd if finding is not None]
    return replace(state, found=with_findings(state.found, found)) if found else state


def _again(state: Transaction, message: TransactionFacts) -> bool:
    """Whether an event with this number has been here before."""
    number, last = message.seq_no, state.last_seq_no
    return number is not None and last is not None and number <= last and number not in state.missing


def _first(known: int | None, new: int | None) -> int | None:
    return known if known is not None else new


def _place(known: Place | None, new: Place | None) -> Place | None:
    """The first place named, completed by a connector that comes later (field quirk 5)."""
    if known is None or new is None:
        return known or new
    return new if known.connector is None and new.evse == known.evse else known


def _charging(state: Transaction, word: str, at: datetime, again: bool = False) -> Transaction:
    """One more state in the course; of several in one second the last to arrive holds."""
    now = activity(word)
    if now is None or (state.ended_at is not None and at > state.ended_at):
        return state
    if (at, now) in state.states or (again and any(moment == at for moment, _ in state.states)):
        return state
    course: list[tuple[datetime, str]] = []
    for moment, what in sorted((*state.states, (at, now)), key=lambda entry: entry[0]):
        if not course or course[-1][1] != what:
            course.append((moment, what))
    states = tuple(course)
    return state if states == state.states else replace(state, states=states)


def _numbered(state: Transaction, message: TransactionFacts) -> Transaction:
    number = message.seq_no
    if number is None:
        return state
    last = state.last_seq_no
    if last is None:
        # Started is number 0 by the book, but a station that counts from anywhere has lost nothing.
        skipped = range(0) if isinstance(message, Started) else range(number)
        return replace(state, last_seq_no=number, missing=tuple(skipped[-MOST_MISSING:]))
    if number > last:
        skipped = range(last + 1, number)[-MOST_MISSING:]  # cut while it is a range: a station may skip millions
        return replace(state, last_seq_no=number, missing=(*state.missing, *skipped)[-MOST_MISSING:])
    odd = Finding("SEQ_RESTART", f"{last} → 0") if number == 0 < last and isinstance(message, Ended) else None
    still = tuple(missed for missed in state.missing if missed != number)
    if isinstance(message, Started):  # nothing comes before the start
        still = tuple(missed for missed in still if missed > number)
    return _found(replace(state, missing=still), [odd])


def _started(state: Transaction, message: Started, at: datetime, timed: bool) -> Transaction:
    if not state.start_seen:
        state = replace(state, started_at=at, start_seen=True)
    if message.meter_start is None:
        return state
    metering, odd = state.metering.bound(at, message.meter_start, timed)
    return _found(replace(state, metering=metering), odd)


def _ended(state: Transaction, message: Ended, at: datetime, timed: bool) -> Transaction:
    if state.ended_at is not None and not state.closed:
        return state
    odd: list[Finding | None] = []
    if at < state.started_at:
        odd.append(Finding("END_BEFORE_START", f"{at.isoformat()} before {state.started_at.isoformat()}"))
    state = replace(state, ended_at=max(at, state.started_at), closed=False, reason=message.reason)
    if message.meter_stop is not None:
        metering, more = state.metering.bound(max(at, state.started_at), message.meter_stop, timed)
        state, odd = replace(state, metering=metering), odd + more
    return replace(state, found=with_findings(state.found, odd))


def _metered(state: Transaction | None, message: Metered, received: datetime) -> Transaction:
    if state is None:
        earliest = min((reading.at for reading in message.readings), default=received)
        state = Transaction(_moment(earliest, received)[0], place=message.place)
    return _readings(state, message.readings, message.transaction is not None, received)


def _readings(state: Transaction, readings: Iterable[Reading], named: bool, received: datetime) -> Transaction:
    metering, odd = state.metering, list[Finding | None]()
    for reading in sorted(readings, key=lambda reading: reading.at):
        at, unset = _moment(reading.at, received)
        if state.ended_at is not None and not state.closed and at > state.ended_at:
            continue  # the next driver's energy, or a replay with a wrong clock
        shown = point(reading)
        metering, more = metering.read(shown if unset is None else replace(shown, at=at), named, timed=unset is None)
        odd += [unset, *more]
    return state if metering is state.metering and not any(odd) else _found(replace(state, metering=metering), odd)


def _state_changed(state: Transaction, message: StateChanged, received: datetime) -> Transaction:
    """1.6 tells how a transaction stands by the state of its connector."""
    at = _moment(message.at or received, received)[0]
    if state.ended_at is not None or at < state.started_at:
        return state
    if at == state.started_at and activity(message.state) == "idle":
        return state  # Preparing came before the start; stations that count whole seconds give both the same instant
    return _charging(replace(state, charging_state=message.state), message.state, at)
