"""Block E: transactions begin, go on, end. What has happened is recorded whatever we think of its token.

A start is given its row before it is acknowledged, so that the number on the wire is never lost; everything else
about a transaction is recorded by the drain, in the station's own order.
"""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import authorization, closing, energy_needs, limits, station_costs
from ocppbridge.charging.intents import AskTransaction
from ocppbridge.charging.messages import Ended, Started, TransactionFacts, Updated
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import TAKEN, Authorization, AuthorizationStatus, EventTaken, Reply, StartTaken
from ocppbridge.handlers.registry import Asked, Deciding, answers, records, settles
from ocppbridge.models import Call, Transaction
from ocppbridge.services import alerts, charging_profiles, energy_plans, transactions
from ocppbridge.services.rulings import refused
from ocppbridge.services.turns import Turn


def _names_somebody(message: TransactionFacts) -> bool:
    return message.token is not None or message.remote_start_id is not None


@answers(Started, waits=lambda message: message.transaction is None or _names_somebody(message))
def start(message: Started, asked: Asked) -> Reply | Deciding:
    """StartTransaction gets its number and a ruling; TransactionEvent Started a ruling, if it names somebody."""
    if message.transaction is not None:
        return _event(message, asked) if _names_somebody(message) else TAKEN
    return _number(message, asked)


def _number(message: Started, asked: Asked) -> Deciding:
    station = asked.account.station_id
    row = transactions.repeated(station, message, asked.now)
    if row is None:
        ruling = refused()
        if message.token is not None:
            ruling = yield from authorization.rule(
                asked.account, message.token, message.place, asked.now, asked.choices, starting=True
            )
            ruling = authorization.by_place(asked.account, message.place, ruling, asked.now, asked.choices)
        row = transactions.begin(station, message, ruling, asked.now)
        if row.authorization == ruling.authorization.status:
            return StartTaken(row.wire_id or 0, ruling.authorization)
    return StartTaken(row.wire_id or 0, Authorization(AuthorizationStatus(row.authorization)))


@answers(Updated, waits=lambda message: _names_somebody(message) or message.trigger == limits.ASKED)
def go_on(message: Updated, asked: Asked) -> Reply | Deciding:
    """E02 and on; one that we have triggered may be there to carry limits back (E16)."""
    if _names_somebody(message):
        return _event(message, asked)
    if message.trigger != limits.ASKED:
        return TAKEN
    return EventTaken(limits=limits.due(asked.account.station_id, message))


def _event(message: TransactionFacts, asked: Asked) -> Deciding:
    account = asked.account
    row = transactions.find(account.station_id, message.transaction)
    if row is not None and row.authorization and message.token is not None and _same(row, message):
        told = Authorization(AuthorizationStatus(row.authorization))
        return EventTaken(told, limits=limits.of(row, message, asked.now))
    ruling = authorization.by_remote_start(account, message.remote_start_id)
    if ruling is None and message.token is not None:
        starting = row is None or not row.authorization
        ruling = yield from authorization.rule(
            account, message.token, message.place, asked.now, asked.choices, starting=starting
        )
    if ruling is None:
        return TAKEN
    row = transactions.ensure(account.station_id, message, asked.now, ruling)
    limited = limits.of(row, message, asked.now) if ruling.accepted else None
    return EventTaken(ruling.authorization if message.token is not None else None, limits=limited)


def _same(row: Transaction, message: TransactionFacts) -> bool:
    return message.token is not None and row.id_token.casefold() == message.token.folded()


@answers(Ended, waits=lambda message: message.token is not None)
def stop(message: Ended, asked: Asked) -> Reply | Deciding:
    """Always taken (field quirk 7). Of whoever stops, no eMSP is asked: the session is over."""
    return _stopped(message, asked) if message.token is not None else TAKEN


def _stopped(message: Ended, asked: Asked) -> Deciding:
    if message.token is None:
        return TAKEN
    ruling = yield from authorization.rule(
        asked.account, message.token, message.place, asked.now, asked.choices, ask=False
    )
    return EventTaken(ruling.authorization)


@records(Started, parks=True)
def started(message: Started, turn: Turn) -> None:
    """The row is there already; what the answer did not need is filled in."""
    row = _advanced(message, turn)
    if message.remote_start_id is not None and row.evse_number:
        energy_needs.began(row, turn.received)
    if row.evse_number and not turn.speaks_numbers:
        energy_needs.waited_for(row, turn.received, turn.out.flush)
    if row.call_id is not None:
        charging_profiles.came_with(row, turn.received)
    for other in turn.all_at(row.evse_number) if row.evse_number else ():
        if other.pk != row.pk and other.started_at < row.started_at and row.state == Transaction.State.RUNNING:
            text = f"{row} has begun on EVSE {row.evse_number}, where {other} still runs: its end got lost"
            alerts.raise_alert(turn.station.pk, "TRANSACTION-SUPERSEDED", text, turn.received)


@records(Updated, parks=True)
def updated(message: Updated, turn: Turn) -> None:
    """An event of a transaction; the first heard of it if the start got lost."""
    _advanced(message, turn)


@records(Ended, parks=True)
def ended(message: Ended, turn: Turn) -> None:
    """The end. A 1.6 stop whose number is not ours ends nobody else's session (S39, field quirk 7)."""
    if message.transaction is not None and not turn.speaks_numbers:
        energy_plans.end(_advanced(message, turn))
        return
    row = turn.transaction(message.transaction) or turn.own_of(message)
    if row is not None:
        turn.advance(row, message)
        return
    text = f"a stop of transaction {message.transaction or 'without a number'}, which is not known here"
    alerts.raise_alert(turn.station.pk, "UNKNOWN-STOP", text, turn.received)


@settles(AskTransaction)
def status_told(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """E14: the station says whether a transaction still runs."""
    closing.told(call, outcome, now)


def _advanced(message: TransactionFacts, turn: Turn) -> Transaction:
    """Folded, with what 2.1 says of cost and limits beside it."""
    row = _row(message, turn)
    turn.advance(row, message)
    if station_costs.keep(row, message) and message.trigger in station_costs.REACHED:
        limits.reached(row, turn.received)
    return row


def _row(message: TransactionFacts, turn: Turn) -> Transaction:
    station = turn.station.pk
    if isinstance(message, Started) and message.transaction is None:
        row = transactions.repeated(station, message, turn.received)
        return turn.known(row or transactions.begin(station, message, refused(), turn.received))
    return turn.known(turn.transaction(message.transaction) or transactions.ensure(station, message, turn.received))
