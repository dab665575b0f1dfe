"""Cutting our own sessions into charging periods: one path for the running session's cost and for the CDR.

Theory of operation. Whoever owns the meter must start a new period wherever another price component becomes active,
the tariff switches or parking begins (CDR-14), since a reader prices each period at its start and never splits it.
So:
1. collect every instant that may matter (borders.py) and make the meter reach each kWh tier at a whole second
(meter.py);
2. look at each slice between two instants exactly as `price` will: same state, same figures as will be emitted, same
choice;
3. merge neighbours of the same phase, direction, tariff and rates; merging never changes a choice, because a bound
that a slice missed is still missed by the smaller minimum, the larger maximum and the earlier start;
4. emit ENERGY and TIME or PARKING_TIME always, MIN_/MAX_POWER and MIN_/MAX_CURRENT if the tariff looks at them,
tariff_id always. Energy between readings is interpolated; periods never mix import and export, and their sum is what
the registers say. A cut lies on a whole second; exactly the tier's kWh are counted before it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from roaming.pricing import borders
from roaming.pricing.amounts import ZERO, money, plain
from roaming.pricing.clock import zone
from roaming.pricing.documents import Tariffs, read_tariffs
from roaming.pricing.errors import BadInput
from roaming.pricing.facts import PARKED, SessionFacts
from roaming.pricing.figures import require_fit
from roaming.pricing.meter import Meter, at_second, second
from roaming.pricing.rates import ENERGY, FLAT, PARKING_TIME, TIME, Plan, choose, plans
from roaming.pricing.restrictions import Current, Power
from roaming.pricing.state import Reading, State
from roaming.pricing.tariffs import select

RESERVATION_TIME = "RESERVATION_TIME"
WORK = Context(
    prec=60, rounding=ROUND_HALF_UP, traps=[InvalidOperation]
)  # interpolation divides; what leaves has 4 decimals


class Piece:
    """One period in the making."""

    __slots__ = ("current", "end", "exported", "imported", "key", "kind", "power", "start", "tariff_id")

    def __init__(self, start: int, end: int, kind: str, tariff_id: str | None) -> None:
        self.start = start
        self.end = end
        self.kind = kind
        self.tariff_id = tariff_id
        self.imported = self.exported = ZERO
        self.power: Reading | None = None
        self.current: Reading | None = None
        self.key: tuple[Any, ...] = ()

    def swallow(self, other: Piece) -> None:
        self.end = other.end
        self.imported += other.imported
        self.exported += other.exported
        self.power = _wider(self.power, other.power)
        self.current = _wider(self.current, other.current)


def cut(
    facts: SessionFacts, tariffs: Tariffs, *, for_session: bool = False, longest: timedelta | None = None
) -> list[dict[str, Any]]:
    """The charging periods of a session, as OCPI dicts. `tariffs` are those that hold for this partner.

    `for_session` adds what only a Session may carry (ENERGY_IMPORT, ENERGY_EXPORT, STATE_OF_CHARGE); `longest` cuts
    longer periods at multiples of it from their start, so that a Session is told at a useful rate (SES-22). It
    changes no price.
    """
    with localcontext(WORK):
        knife = Knife(facts, tariffs)
        return [knife.period(piece, for_session) for piece in _shorter(knife.pieces(), knife, longest)]


def session_document(facts: SessionFacts, tariffs: Tariffs) -> dict[str, Any]:
    """The session as `price` reads it."""
    begin, end = facts.begin, facts.known_end
    told = {"start_date_time": _text(begin), "end_date_time": _text(end), "time_zone": facts.time_zone}
    return told | {"charging_periods": cut(facts, tariffs)} | ({"status": "ACTIVE"} if facts.end is None else {})


class Knife:
    def __init__(self, facts: SessionFacts, tariffs: Tariffs) -> None:
        begin, end = facts.begin, facts.known_end
        if begin is None or end is None:
            raise BadInput("/start", "neither a start nor a reservation is known", "facts")
        self.facts = facts
        self.zone: ZoneInfo = zone(facts.time_zone)
        given = read_tariffs(tariffs)
        for tariff in given:
            require_fit("tariff", tariff)
        self.plans = plans(given)
        self.by_key = {plan.key: plan for plan in self.plans}
        self.default = select(self.plans, begin, facts.tariff_type)
        self.checks = borders.checks(self.plans)
        self.begin = second(begin)
        self.end = max(second(end), self.begin)
        self.start = None if facts.start is None else second(facts.start)
        # Of several states in one second the last holds.
        self.states = sorted(((second(at), name) for at, name in facts.states), key=lambda state: state[0])
        self.meter = Meter(facts.readings, self.end if self.start is None else self.start, self.end)
        self.switches = sorted((second(at), name) for at, name in facts.switches)
        self.samples = [kind for kind in (Power, Current) if any(isinstance(check, kind) for check in self.checks)]
        for at, (_, name) in enumerate(facts.switches):
            if name.casefold() not in self.by_key:
                raise BadInput(f"/switches/{at}", f"no tariff {name!r} is known", "facts")

    def pieces(self) -> list[Piece]:
        found: list[Piece] = []
        charging = self.end if self.start is None else self.start
        if self.facts.reservation is not None:
            over = self.facts.reservation[1]
            until = charging if over is None else min(second(over), charging)
            if until > self.begin or self.start is None:
                found += self._reservation(self.begin, max(until, self.begin))
        if self.start is not None:
            found += self._charging(self.start)
        return found

    def _reservation(self, start: int, end: int) -> list[Piece]:
        times = {*borders.calendar(self.checks, self.zone, start, end), *borders.durations(self.checks, start)}
        expired = self.start is None and self.facts.end is not None
        found: list[Piece] = []
        for first, last in _slices(times | {at for at, _ in self.switches}, start, end):
            plan = self._plan(first)
            piece = Piece(first, last, RESERVATION_TIME, None if plan is None else plan.id)
            if plan is not None:
                state = State(at_second(first), self.zone, first - start, ZERO)
                rates = choose(plan.expired if expired else plan.reserved, frozenset({TIME, FLAT}), state)
                piece.key = tuple(rates.get(dimension) for dimension in (TIME, FLAT))
            _append(found, piece)
        return found

    def _charging(self, start: int) -> list[Piece]:
        tiers = {self.meter.cross(bound) for bound in borders.tiers(self.checks)} - {None}
        times = {at for at in tiers if at is not None}
        times |= {*borders.calendar(self.checks, self.zone, start, self.end), *borders.durations(self.checks, start)}
        times |= {*borders.flows(self.meter, self.checks)}
        times |= {at for at, _ in self.states} | {at for at, _ in self.switches}
        found: list[Piece] = []
        kwh = ZERO
        for first, last in _slices(times, start, self.end):
            piece = self._piece(first, last, kwh, found[-1] if found else None)
            kwh += piece.imported
            _append(found, piece)
        return found

    def _piece(self, first: int, last: int, kwh: Decimal, previous: Piece | None) -> Piece:
        plan = self._plan(first)
        parked = self._state(first) in PARKED
        kind = PARKING_TIME if parked else TIME
        piece = Piece(first, last, kind, None if plan is None else plan.id)
        self.measure(piece)
        direction = (piece.imported > piece.exported) - (piece.imported < piece.exported)
        if not direction:  # nothing flows: it goes with what was before
            direction = 1 if previous is None else previous.key[0]
        rates: tuple[Any, ...] = ()
        if plan is not None:
            state = State(at_second(first), self.zone, first - (self.start or 0), kwh, piece.power, piece.current)
            chosen = choose(plan.charging, frozenset({ENERGY, kind, FLAT}), state)
            rates = tuple(chosen.get(dimension) for dimension in (ENERGY, kind, FLAT))
        piece.key = (direction, *rates)
        return piece

    def measure(self, piece: Piece) -> None:
        before, after = self.meter.registers(piece.start), self.meter.registers(piece.end)
        if piece.start == self.start:
            before = ZERO, ZERO
        piece.imported, piece.exported = after[0] - before[0], after[1] - before[1]
        still = (ZERO, ZERO) if piece.kind == PARKING_TIME and not (piece.imported or piece.exported) else None
        if Power in self.samples:
            piece.power = still or self.meter.power(piece.start, piece.end)
        if Current in self.samples:
            piece.current = still or self.meter.current(piece.start, piece.end)

    def _state(self, at: int) -> str:
        return next((name for since, name in reversed(self.states) if since <= at), "charging")

    def _plan(self, at: int) -> Plan | None:
        name = next((name for since, name in reversed(self.switches) if since <= at), None)
        return self.default if name is None else self.by_key[name.casefold()]

    def period(self, piece: Piece, for_session: bool) -> dict[str, Any]:
        volumes = {}
        if piece.kind != RESERVATION_TIME:
            volumes[ENERGY] = piece.imported - piece.exported
        volumes[piece.kind] = money(Decimal(piece.end - piece.start))  # seconds over 3600
        for name, pair in (("POWER", piece.power), ("CURRENT", piece.current)):
            if pair is not None:
                volumes[f"MIN_{name}"], volumes[f"MAX_{name}"] = Decimal(pair[0]), Decimal(pair[1])
        if for_session and piece.kind != RESERVATION_TIME:
            volumes["ENERGY_IMPORT"], volumes["ENERGY_EXPORT"] = piece.imported, piece.exported
            if (soc := self.meter.soc(piece.end)) is not None:
                volumes["STATE_OF_CHARGE"] = soc
        told = {
            "start_date_time": _text(at_second(piece.start)),
            "dimensions": [{"type": kind, "volume": plain(volume)} for kind, volume in volumes.items()],
        }
        return told if piece.tariff_id is None else told | {"tariff_id": piece.tariff_id}


def _slices(times: set[int], start: int, end: int) -> list[tuple[int, int]]:
    return list(pairwise([start, *sorted(at for at in times if start < at < end), end]))


def _append(found: list[Piece], piece: Piece) -> None:
    last = found[-1] if found else None
    if last is not None and (last.kind, last.tariff_id, last.key) == (piece.kind, piece.tariff_id, piece.key):
        last.swallow(piece)
    else:
        found.append(piece)


def _wider(one: Reading | None, other: Reading | None) -> Reading | None:
    if one is None or other is None:  # unknown in a part is unknown in the whole
        return None
    return min(one[0], other[0]), max(one[1], other[1])


def _shorter(pieces: list[Piece], knife: Knife, longest: timedelta | None) -> list[Piece]:
    if longest is None:
        return pieces
    step = max(longest // timedelta(seconds=1), 1)
    shorter: list[Piece] = []
    for piece in pieces:
        for first, last in _slices(set(range(piece.start, piece.end, step)), piece.start, piece.end):
            part = Piece(first, last, piece.kind, piece.tariff_id)
            if piece.kind != RESERVATION_TIME:
                knife.measure(part)
            shorter.append(part)
    return shorter


def _text(at: datetime | None) -> str:
    return "" if at is None else f"{at_second(second(at)):%Y-%m-%dT%H:%M:%SZ}"
