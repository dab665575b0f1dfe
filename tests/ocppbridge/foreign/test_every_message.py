"""Every message of every version, said by foreign stations and to them: `ocpp-rpc` (Node, strict) and `ocpp` (Python).

Both check what they say and what they hear against schemas of their own. One connection a version walks all vectors:
first everything that a station says, then every call of ours, as it stands in the vectors and by typed verbs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.demo.stage import Actor, Missing, Stage
from ocppbridge import drain
from ocppbridge.charging.intents import Intent, NotOffered, RawCall
from ocppbridge.models import Call, Station
from ocppbridge.services import calls
from ocppbridge.versions import DIALECTS, Dialect
from tests.foreign.environments import HERE, node_modules
from tests.ocppbridge.door import PASSWORD, Door, eventually
from tests.ocppbridge.versions.test_losses import verbs
from tests.ocppbridge.world import new_station

VECTORS = Path(__file__).parents[2] / "vectors" / "ocpp"
SENDS = {"NotifyPeriodicEventStream"}  # never answered, and known to neither (message type 6)


def in_node(door: Door, subprotocol: str) -> list[str]:
    node, modules = node_modules()
    code = modules / "walker.js"
    code.write_text((HERE / "node" / "walker.js").read_text())
    return [str(node), str(code), door.url("").rstrip("/"), "CP1", PASSWORD, subprotocol]


def in_python(door: Door, subprotocol: str) -> list[str]:
    code = HERE / "peers" / "ocpp_walker.py"
    return [sys.executable, str(code), door.url("").rstrip("/"), "CP1", PASSWORD, subprotocol]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.mark.parametrize(
    ("program", "subprotocol"),
    [
        (in_node, "ocpp1.6"),
        (in_node, "ocpp2.0.1"),
        (in_node, "ocpp2.1"),
        (in_python, "ocpp1.6"),
        (in_python, "ocpp2.0.1"),
    ],
)
def test_a_foreign_station_takes_every_answer_and_every_call(
    door: Door, stage: Stage, program: Any, subprotocol: str
) -> None:
    station, dialect = new_station(), DIALECTS[subprotocol]
    vectors = json.loads((VECTORS / f"{dialect.version}.json").read_text())
    peer = stage.enter_command("station", program(door, subprotocol))
    peer.ask(do="connect", answers={action: vectors[action]["answer"] for action in sorted(dialect.to_station)})

    assert problems(peer, dialect, vectors) == {}
    station.refresh_from_db()
    asked = [calls.queue(station, intent, purpose="staff") for intent in intents(dialect, vectors)]
    eventually(lambda: settled(station, asked), "every call is settled")
    told = {f"{call.action}: {call.error_code} {call.error_description}" for call in fresh(asked) if not answered(call)}
    assert told == set()
    assert [event for event in stage.events if event["event"] == "invalid"] == []
    assert {call.action for call in asked} == dialect.to_station
    heard = {event["action"] for event in stage.events if event["event"] == "called"}
    assert heard >= dialect.to_station


def problems(peer: Actor, dialect: Dialect, vectors: dict[str, Any]) -> dict[str, str]:
    """What a station may say and could not, or was answered so that it would not have it."""
    found = {}
    for action in ["BootNotification", *sorted(dialect.handled - SENDS - {"BootNotification"})]:
        try:
            peer.ask(do="call", action=action, payload=vectors[action]["valid"])
        except Missing as problem:
            found[action] = str(problem)
    return found


def intents(dialect: Dialect, vectors: dict[str, Any]) -> Iterator[Intent]:
    """Every call as it stands in the vectors, then every verb that the version can say."""
    for action in sorted(dialect.to_station):
        yield RawCall(action, vectors[action]["valid"])
    for verb in verbs(dialect):
        try:
            dialect.down(verb)
        except NotOffered:
            continue
        yield verb


def settled(station: Station, asked: list[Call]) -> bool:
    drain.drain(station.shard)
    return all(call.state not in calls.OPEN for call in fresh(asked))


def fresh(asked: list[Call]) -> list[Call]:
    return list(Call.objects.filter(pk__in=[call.pk for call in asked]))


def answered(call: Call) -> bool:
    return call.state == Call.State.ANSWERED
