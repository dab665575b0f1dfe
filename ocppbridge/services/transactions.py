"""Transactions as rows: found by (station, id) only (S39), begun once whatever a station repeats, folded by `charging`.

The pure state machine's state stands in `course`; the columns beside it are filled from it, for lists and look-ups. A
1.6 start is given its number here, under a per-station lock, before it is acknowledged; the same start again (field
quirk 6) gets the same number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Final

from django.db import transaction
from django.db.models import Q

from ocppbridge.charging import stored
from ocppbridge.charging import transactions as pure
from ocppbridge.charging.messages import Metered, Started, StateChanged, TransactionFacts
from ocppbridge.charging.registers import Register
from ocppbridge.charging.transactions import Transaction as Course
from ocppbridge.charging.transactions import apply, start_key
from ocppbridge.models import Transaction
from ocppbridge.services.rulings import Ruling
from roaming import postgres
from roaming.postgres import rows, several
from roaming.postgres.questions import Question, first_of, rows_of, whole

RUNNING: Final = Transaction.State.RUNNING
REPEATED_WITHIN: Final = timedelta(hours=24)
_LOCKS: Final = 0x7E  # first key of the advisory locks of stations
_MILLI: Final = Decimal("0.001")
# The answering side writes the one, the drain the other, each leaving the other's alone.
RULING: Final = (
    "authorization", "auth_method", "authorization_reference", "token_owner", "cdr_token", "group_id", "call",
)  # fmt: skip
COURSE: Final = (
    "course", "last_news_at", "started_at", "ended_at", "start_seen", "offline", "last_seq_no", "state", "evse_number",
    "connector_number", "id_token", "id_token_type", "charging_state", "stop_reason", "remote_start_id",
    "reservation_id", "energy_import", "energy_export", "meter_start", "meter_stop", "export_start", "export_stop",
    "states", "findings", "silent_since",
)  # fmt: skip
# What stands in the questions for the real values.
_STATION, _NUMBER, _TEXT, _KEY, _SINCE = -1, -2, "<text>", "<key>", datetime(1, 1, 1, tzinfo=UTC)

Told = TransactionFacts | Metered | StateChanged


def lock(station_id: int) -> None:
    """Serialise what is done about one station's transactions, until the end of the database transaction."""
    postgres.later("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCKS, station_id % 2**31))


def find(station_id: int, told: str | None) -> Transaction | None:
    """The transaction that a station calls so: our number on 1.6, its own text on 2.x."""
    if told is None:
        return None
    values: dict[str | int, str | int] = {_STATION: station_id, _TEXT: told}
    number = told.isdecimal() and int(told) < 2**31
    if number:
        values[_NUMBER] = int(told)
    return first_of(Transaction, _by_id(number), values)


@cache
def _by_id(number: bool) -> Question:
    by_id = Q(transaction_id=_TEXT)
    if number:
        by_id |= Q(wire_id=_NUMBER, transaction_id="")
    found = Transaction.objects.filter(by_id, station_id=_STATION).order_by("pk")
    return Question.of(found.values_list(*whole(Transaction))[:1])


def running(station_ids: Iterable[int]) -> dict[int, list[Transaction]]:
    """What runs on these stations, by station."""
    found: dict[int, list[Transaction]] = {station_id: [] for station_id in station_ids}
    for row in several.rows(Transaction, _running_at_any(), found):
        found[row.station_id].append(row)
    return found


@cache
def _running_at_any() -> Question:
    found = Transaction.objects.filter(station_id__in=several.ANY, state=RUNNING)
    return Question.of(found.values_list(*whole(Transaction)))


def at_station(station_id: int) -> list[Transaction]:
    """What runs there, the latest start first."""
    return rows_of(Transaction, _running(), {_STATION: station_id})


@cache
def _running() -> Question:
    found = Transaction.objects.filter(station_id=_STATION, state=RUNNING).order_by("-started_at")
    return Question.of(found.values_list(*whole(Transaction)))


def repeated(station_id: int, message: Started, now: datetime) -> Transaction | None:
    """The transaction that this very StartTransaction has begun already."""
    values = {_STATION: station_id, _KEY: start_key(message)[:200], _SINCE: now - REPEATED_WITHIN}
    return first_of(Transaction, _repeats(), values)


@cache
def _repeats() -> Question:
    found = Transaction.objects.filter(Q(state=RUNNING) | Q(created_at__gt=_SINCE), station_id=_STATION, start_key=_KEY)
    return Question.of(found.order_by("pk").values_list(*whole(Transaction))[:1])


@transaction.atomic
def begin(station_id: int, message: Started, ruling: Ruling, now: datetime) -> Transaction:
    """The transaction of a 1.6 start, with its number. Always recorded: the energy flows already (1.6 §4.8)."""
    lock(station_id)
    row = repeated(station_id, message, now)
    if row is not None:
        return row
    ((wire_id,),) = postgres.fetch("SELECT nextval('ocppbridge_wire_id')")
    row = Transaction(station_id=station_id, wire_id=wire_id, start_key=start_key(message)[:200])
    advance(row, message, now)
    rule(row, ruling)
    rows.insert(row)
    return row


@transaction.atomic
def ensure(station_id: int, message: TransactionFacts, now: datetime, ruling: Ruling | None = None) -> Transaction:
    """The transaction of a 2.x event, made if this is the first that is heard of it."""
    lock(station_id)
    row = find(station_id, message.transaction)
    if row is None:
        row = Transaction(station_id=station_id, transaction_id=message.transaction or "")
        advance(row, message, now)
        if ruling is not None:
            rule(row, ruling)
        rows.insert(row)
    elif ruling is not None and not row.authorization:
        rule(row, ruling)
        rows.write(row, RULING)
    return row


def rule(row: Transaction, ruling: Ruling) -> None:
    """Write what the station was answered about the token, and what Session and CDR will say (SES-16 to SES-18)."""
    row.authorization = ruling.authorization.status.value
    row.auth_method = ruling.method
    row.authorization_reference = ruling.reference
    row.token_owner = ruling.owner
    row.cdr_token = ruling.cdr_token
    row.group_id = ruling.group_id
    row.call_id = ruling.call_id


def advance(row: Transaction, message: Told, received: datetime) -> Course:
    """Fold one message into the row (not saved)."""
    course = fold(row, message, received)
    fill(row)
    return course


def fold(row: Transaction, message: Told, received: datetime) -> Course:
    """Fold one message into the state that the row carries; its columns follow by `fill`, some at once."""
    before = row.folded or (stored.load(row.course) if row.course else None)
    course = row.folded = apply(before, message, received)
    row.last_news_at, row.silent_since, row.started_at = received, None, course.started_at
    if course.ended_at is not None:
        row.state = Transaction.State.CLOSED if course.closed else Transaction.State.ENDED
    if course.place is not None:
        row.evse_number = course.place.evse
    return course


def close(row: Transaction, by: str) -> None:
    """The staff's end, as of the last news (saved); the station's own end still replaces it."""
    row.folded, row.closed_by = pure.close(course_of(row), row.last_news_at), by[:150]
    fill(row)
    row.save(update_fields=[*COURSE, "closed_by"])


def course_of(row: Transaction) -> Course:
    """The pure state."""
    return row.folded or stored.load(row.course)


def fill(row: Transaction) -> None:
    """The columns out of the state that was folded."""
    course: Course | None = row.folded
    if course is None:
        return
    row.folded, row.course = None, stored.dump(course)
    row.started_at, row.ended_at = course.started_at, course.ended_at
    row.start_seen, row.offline, row.last_seq_no = course.start_seen, course.offline, course.last_seq_no
    if course.ended_at is not None:
        row.state = Transaction.State.CLOSED if course.closed else Transaction.State.ENDED
    if course.place is not None:
        row.evse_number, row.connector_number = course.place.evse, course.place.connector
    if course.token is not None:
        row.id_token, row.id_token_type = course.token.value, course.token.type or ""
    row.charging_state = (course.charging_state or "")[:20]
    row.stop_reason = (course.reason or "")[:30]
    row.remote_start_id, row.reservation_id = course.remote_start_id, course.reservation_id
    metering = course.metering
    row.energy_import, row.energy_export = _wh(metering.import_wh), _wh(metering.export_wh)
    row.meter_start, row.meter_stop = _ends(metering.bounds if metering.bounds.count else metering.combined, course)
    row.export_start, row.export_stop = _ends(metering.export, course)
    row.states = [[at.isoformat(), what] for at, what in course.states]
    row.findings = [[finding.code, finding.text] for finding in course.findings]


def _ends(register: Register, course: Course) -> tuple[Decimal | None, Decimal | None]:
    if not register.count:
        return None, None
    return _wh(register.first), _wh(register.last) if course.ended_at is not None else None


def _wh(value: Decimal) -> Decimal:
    return value.quantize(_MILLI, ROUND_HALF_UP)
