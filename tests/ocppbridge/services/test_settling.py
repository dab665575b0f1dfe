"""What must happen once, happens once: the end of a call, the beginning of a transaction."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from ocppbridge.charging.messages import Started
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.handlers import settling
from ocppbridge.models import Call, Station, Transaction
from ocppbridge.rpc.connection import Connection
from ocppbridge.services import calls, transactions
from ocppbridge.services.accounts import Account
from ocppbridge.services.rulings import refused
from ocppbridge.transport.calling import Calling
from ocppbridge.transport.host import Scribe
from ocppbridge.transport.journal import Unit
from ocppbridge.versions import DIALECTS
from tests.ocppbridge.world import new_station

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
STATE = Call.State

pytestmark = pytest.mark.django_db


def called(station: Station, **more: Any) -> Call:
    return Call.objects.create(station=station, action="Reset", payload={}, state=STATE.SENT, expires_at=NOW, **more)


def test_a_call_ends_once_and_keeps_its_first_end() -> None:
    call = called(new_station())
    assert settling.unanswered(call.pk, True, NOW)
    assert not settling.unanswered(call.pk, True, NOW)
    assert not settling.settle(settling.answered(call, {"status": "Accepted"}, "", DIALECTS["ocpp1.6"], NOW))
    assert not calls.settle_all([calls.End(call, STATE.ANSWERED, NOW, outcome="Accepted")])
    call.refresh_from_db()
    assert (call.state, call.outcome, call.answer) == ("unanswered", "", None)


def test_a_call_that_is_not_known_ends_nothing() -> None:
    assert not settling.unanswered("00000000-0000-4000-8000-000000000000", True, NOW)


class Host:
    """What the calls of one connection do to its socket."""

    def __init__(self, released: bool) -> None:
        self.released, self.said, self.closed = released, list[str](), list[int]()

    def journal(self, unit: Unit) -> None:
        assert unit.done is not None
        unit.done(self.released)

    def say(self, text: str) -> None:
        self.said.append(text)

    def give_up(self, code: int, reason: str) -> None:
        self.closed.append(code)

    def unanswered(self, call_id: str, sent: bool) -> None:
        raise AssertionError("nothing has ended")


@pytest.mark.parametrize("released", [True, False])
def test_a_call_that_was_settled_before_it_left_does_not_leave_and_its_socket_is_given_up(released: bool) -> None:
    """Only whoever takes the node for dead settles what the node has claimed."""
    station = new_station()
    host = Host(released)
    account = Account(station.pk, "CP1", 0, "NL/VLT", subprotocol="ocpp1.6")
    rpc = Connection("1.6", timedelta(seconds=30))
    calling = Calling(rpc, DIALECTS["ocpp1.6"], host, Scribe(account, 1))  # type: ignore[arg-type]
    call = called(station)
    calling.offer(str(call.pk), "Reset", {"type": "Soft"}, {"type": "Soft"}, NOW + timedelta(minutes=1))
    calling.pump(NOW)
    assert (len(host.said), host.closed) == ((1, []) if released else (0, [1012]))


@pytest.mark.django_db(transaction=True)
def test_the_same_start_on_two_sockets_at_once_begins_one_transaction() -> None:
    """As the answering threads call it: outside of any transaction, where a lock would end with its own statement."""
    station = new_station()
    start = Started(None, NOW, Place(1, 1), IdToken("A"), meter_start=Decimal(0))
    together = threading.Barrier(8)
    numbers: list[int | None] = []

    def begin() -> None:
        try:
            together.wait(60)
            numbers.append(transactions.begin(station.pk, start, refused(), NOW).wire_id)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(numbers) == 8
    assert len(set(numbers)) == Transaction.objects.count() == 1
