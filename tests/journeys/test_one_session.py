"""The session of the demo with foreign parties on both sides of the wire, none of whose code is ours.

The eMSP is `extrawest-ocpi`; the stations are the packages `ocpp` (Python) and `ocpp-rpc` (Node, strict about schemas).
The bill is worked out anew from what the station wrote down.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from config.demo import check, world
from config.demo.stage import Actor, Event, Stage
from tests.foreign.environments import HERE, node_modules, python
from tests.hub import Hub, eventually, free_port

PARTY = "SE/EXT"
CARD = "04F0E1D2C3B4A5"
_numbers = count(1)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture(scope="module")
def emsp(hub: Hub, stage: Stage) -> Actor:
    """The foreign eMSP, registered and with a card of its own at the hub."""
    port = free_port()
    peer = HERE / "peers" / "ocpi_party.py"
    emsp = stage.enter_command("eMSP", [str(python("extrawest")), str(peer), str(port), PARTY, "EMSP"])
    invitation = hub.command("invite_platform", "--role", "EMSP", "--party", PARTY, "--name", "Extrawest")
    answer = emsp.ask(do="register", versions_url=invitation["versions_url"], token_a=invitation["token_a"])
    assert [role.upper() for role in answer["roles"]] == ["NL/HUB HUB"]
    emsp.ask(do="card", uid=CARD)
    return emsp


def in_python(hub: Hub, identity: str, password: str, version: str) -> list[str]:
    return [sys.executable, str(HERE / "peers" / "ocpp_station.py"), hub.ocpp_url, identity, password, version]


def in_node(hub: Hub, identity: str, password: str, version: str) -> list[str]:
    node, modules = node_modules()
    code = (HERE / "node" / "station.js").read_text()
    (modules / "station.js").write_text(code)
    return [str(node), str(modules / "station.js"), hub.ocpp_url, identity, password, version]


@pytest.mark.parametrize("program", [in_python, in_node])
@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_one_session_from_registration_to_the_cdr(
    hub: Hub, stage: Stage, emsp: Actor, program: Any, version: str
) -> None:
    identity, password, place = _new_station(hub, version)
    station = stage.enter_command(identity, program(hub, identity, password, version))
    booted = stage.wait(lambda event: event["who"] == identity and event["event"] == "booted", "the station boots")
    assert booted["status"] == "Accepted"
    eventually(lambda: _status(emsp, place) == "AVAILABLE", "the eMSP finds the EVSE available", every=0.5)

    session = _start(stage, emsp, station, place)
    ended = _charge_and_stop(stage, emsp, station, session)
    bill = stage.wait(
        lambda event: event["event"] == "cdr" and _same(event["document"]["session_id"], session["id"]),
        "the eMSP is sent the CDR",
    )
    assert check.differences(bill["document"], check.expected(ended, world.PRICES)) == []
    assert _same(bill["document"]["cdr_token"]["uid"], CARD)
    assert [cdr["id"] for cdr in emsp.ask(do="pull", module="cdrs")].count(bill["document"]["id"]) == 1
    closed = [one["status"] for one in emsp.ask(do="pull", module="sessions") if one["id"] == session["id"]]
    assert closed == ["COMPLETED"]


def _new_station(hub: Hub, version: str) -> tuple[str, str, dict[str, str]]:
    identity = f"FOREIGN-{next(_numbers)}"
    hub.operate("tariff")
    words = ("--party", str(world.OPERATOR), "--location", identity, "--tariff", world.TARIFF_ID)
    told = hub.command("add_station", identity, *words)
    return identity, told["password"], {"location_id": identity, "evse_uid": told["evses"][0]}


def _status(emsp: Actor, place: dict[str, str]) -> str:
    for location in emsp.ask(do="pull", module="locations"):
        for evse in location["evses"]:
            if _same(evse["uid"], place["evse_uid"]):
                return str(evse["status"])
    return "not there"


def _start(stage: Stage, emsp: Actor, station: Actor, place: dict[str, str]) -> dict[str, Any]:
    since = stage.mark()
    reference = f"REF-{station.name}"
    response = emsp.ask(do="start", uid=CARD, to=str(world.OPERATOR), reference=reference, **place)
    assert response["result"] == "ACCEPTED"
    wanted = {"who": station.name, "event": "called"}
    asked = stage.wait(lambda event: wanted.items() <= event.items(), "the call reaches the station", since=since)
    assert CARD.lower() in str(asked["payload"]).lower()
    assert _result(stage, response)["result"] == "ACCEPTED"
    pushed = stage.wait(
        lambda event: _is_session(event) and _same(event["document"]["authorization_reference"] or "", reference),
        "the eMSP is sent the session",
        since=since,
    )
    assert pushed["document"]["status"] == "ACTIVE"
    document: dict[str, Any] = pushed["document"]
    return document


def _charge_and_stop(stage: Stage, emsp: Actor, station: Actor, session: dict[str, Any]) -> Event:
    def grown(event: Event) -> bool:
        return _is_session(event) and event["document"]["id"] == session["id"] and event["document"]["kwh"] >= 0.2

    stage.wait(grown, "the eMSP sees the energy grow")
    response = emsp.ask(do="stop", session_id=session["id"], to=str(world.OPERATOR))
    assert response["result"] == "ACCEPTED"
    assert _result(stage, response)["result"] == "ACCEPTED"
    return stage.wait(lambda event: event["who"] == station.name and event["event"] == "ended", "the station ends it")


def _result(stage: Stage, response: dict[str, Any]) -> Event:
    return stage.wait(
        lambda event: event["event"] == "command_result" and event["command_id"] == response["command_id"],
        "the result of the command",
    )


def _is_session(event: Event) -> bool:
    return bool(event["event"] == "pushed" and event["module"] == "sessions")


def _same(one: str, other: str) -> bool:
    """The library folds identifiers to lower case (TYP-03)."""
    return one.lower() == other.lower()
