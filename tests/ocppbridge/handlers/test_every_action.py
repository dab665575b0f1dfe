"""Every action that a station of any version may send is answered by the book, and none is left out.

No socket: the conversation is driven as the transport drives it, and what would go out is looked at.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from ocppbridge.charging import messages
from ocppbridge.handlers.blocks import ANSWERS, RECORDS
from ocppbridge.reference.handling import verbs
from ocppbridge.rpc.errors import RpcError
from ocppbridge.services.accounts import Account
from ocppbridge.transport.dialogue import Dialogue, Question
from ocppbridge.transport.journal import NOT_DRAINED, Unit
from ocppbridge.versions import DIALECTS, Dialect
from ocppbridge.versions.schemas import read_schemas
from roaming.decisions import Choices
from tests.ocppbridge.versions.samples import fullest, leanest
from tests.ocppbridge.world import new_station

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)

pytestmark = pytest.mark.django_db

REQUESTS = [
    (subprotocol, action, schema)
    for subprotocol, dialect in DIALECTS.items()
    for action, kind, schema in read_schemas(dialect.version)
    if kind == "request"
]
SPOKEN = [case for case in REQUESTS if case[1] in DIALECTS[case[0]].handled]
SENDS = {"NotifyPeriodicEventStream"}  # never answered (field quirk 18)


class Host:
    """Commits everything at once and remembers what was said."""

    def __init__(self) -> None:
        self.said: list[list[Any]] = []
        self.units: list[Unit] = []
        self.questions: list[Question] = []
        self.choices = Choices()

    def journal(self, unit: Unit) -> None:
        self.units.append(unit)
        if unit.done is not None:
            unit.done(True)

    def say(self, text: str) -> None:
        self.said.append(orjson.loads(text))

    def ask(self, question: Question) -> None:
        self.questions.append(question)

    def unanswered(self, call_id: str, sent: bool) -> None:
        raise AssertionError("no call of ours is open")

    def give_up(self, code: int, reason: str) -> None:
        raise AssertionError(f"{code} {reason}")


def dialogue(subprotocol: str) -> tuple[Dialogue, Host]:
    station = new_station()
    host = Host()
    account = Account(station.pk, "CP1", station.shard, "NL/VLT", subprotocol=subprotocol)
    return Dialogue(account, 1, host, timedelta(seconds=30)), host


def hear(talk: Dialogue, host: Host, action: str, payload: dict[str, Any]) -> list[Any]:
    kind = 6 if action in SENDS else 2
    talk.receive(orjson.dumps([kind, "m1", action, payload]).decode(), NOW)
    for question in host.questions:
        try:
            reply = question.begin()
            if isinstance(reply, Generator):
                reply = finished(reply)
            talk.decided(question, reply, NOW)
        except RpcError as error:
            talk.decided(question, error, NOW)
    return host.said[0] if host.said else []


def finished(steps: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("made", [fullest, leanest])
@pytest.mark.parametrize(("subprotocol", "action", "schema"), SPOKEN, ids=lambda value: str(value)[:40])
def test_what_a_station_may_say_is_answered_with_a_valid_payload_and_journalled_with_its_answer(
    subprotocol: str, action: str, schema: dict[str, Any], made: Any
) -> None:
    talk, host = dialogue(subprotocol)
    answer = hear(talk, host, action, made(schema))
    if action in SENDS:
        assert answer == []
        assert [entry.direction for unit in host.units for entry in unit.entries] == [0]
        return
    assert answer[0] == 3, answer
    DIALECTS[subprotocol].validate_response(action, answer[2])
    (unit,) = host.units
    assert [(entry.direction, entry.kind, entry.error) for entry in unit.entries] == [(0, 2, ""), (1, 3, "")]
    assert [entry.n for entry in unit.entries] == [1, 2]
    assert talk.pending == 0


@pytest.mark.parametrize(
    ("subprotocol", "action"),
    [(subprotocol, action) for subprotocol, action, _ in REQUESTS if action not in DIALECTS[subprotocol].handled],
)
def test_what_is_not_for_a_station_or_not_for_us_is_declined_with_the_reason(subprotocol: str, action: str) -> None:
    """NotSupported: the action exists. What no version has is NotImplemented."""
    talk, host = dialogue(subprotocol)
    answer = hear(talk, host, action, {})
    assert (answer[0], answer[2]) == (4, "NotSupported")
    assert answer[3]
    assert host.units[0].entries[0].shard == NOT_DRAINED


@pytest.mark.parametrize("subprotocol", DIALECTS)
def test_what_no_version_has_is_not_implemented(subprotocol: str) -> None:
    talk, host = dialogue(subprotocol)
    assert hear(talk, host, "MakeCoffee", {})[2] == "NotImplemented"


@pytest.mark.parametrize("subprotocol", DIALECTS)
def test_no_action_of_any_schema_folder_is_left_out(subprotocol: str) -> None:
    """Every action is read into a word of its own, or written by us; none is declined, none only taken note of."""
    dialect = DIALECTS[subprotocol]
    assert (dict(dialect.declined), dialect.noted) == ({}, frozenset())
    actions = {action for action, kind, _ in read_schemas(dialect.version) if kind == "request"}
    assert set(dialect.ups) | dialect.to_station == actions
    written = {action for verb in dialect.downs for action in reached(dialect, verb)}
    assert dialect.to_station - written == set()


def reached(dialect: Dialect, verb: type) -> set[str]:
    """The actions that a typed verb of ours is written as."""
    return {action for action in dialect.to_station if verb in verbs(dialect, action)}


def test_every_word_of_the_domain_has_an_answer_and_all_but_questions_are_recorded() -> None:
    words = set(messages.Message.__args__)  # type: ignore[attr-defined]
    assert set(ANSWERS) == words
    assert words - set(RECORDS) == {messages.AuthorizeAsked}


@pytest.mark.parametrize("subprotocol", DIALECTS)
def test_only_the_first_heartbeat_of_a_connection_is_drained(subprotocol: str) -> None:
    """It shows that the station is back; the others are seen in bulk."""
    talk, host = dialogue(subprotocol)
    for _ in range(3):
        hear(talk, host, "Heartbeat", {})
    assert [unit.entries[0].shard != NOT_DRAINED for unit in host.units] == [True, False, False]


def test_while_a_question_is_out_later_calls_wait_their_turn_in_the_journal() -> None:
    """A start is always journalled before what follows it."""
    talk, host = dialogue("ocpp1.6")
    start = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2026-11-21T10:00:00Z"}
    talk.receive(orjson.dumps([2, "m1", "StartTransaction", start]).decode(), NOW)
    talk.receive('[2,"m2","Heartbeat",{}]', NOW)
    assert (host.units, host.said, talk.pending) == ([], [], 2)
    (question,) = host.questions
    talk.decided(question, finished(question.begin()), NOW)  # type: ignore[arg-type]
    assert [unit.entries[0].message_id for unit in host.units] == ["m1", "m2"]
    assert [unit.entries[0].n for unit in host.units] == [1, 2]


def test_what_the_journal_refuses_is_not_acknowledged() -> None:
    talk, host = dialogue("ocpp1.6")
    host.journal = lambda unit: unit.done(ValueError("poison")) if unit.done else None  # type: ignore[method-assign]
    assert hear(talk, host, "Heartbeat", {})[2] == "InternalError"
