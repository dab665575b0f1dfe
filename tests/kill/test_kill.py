"""The gate: `ocpp`, `worker` and `web` are killed in turn at random moments of a hundred sessions.

Afterwards each session has exactly one CDR of the right amount, the eMSP has each of them, and every message that was
acknowledged to a station stands in the journal (a reply leaves after the COMMIT).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from config.demo import check, world
from config.demo.stage import Stage
from tests.hub import Hub, eventually, running_hub
from tests.kill.fleet import Fleet
from tests.kill.killer import Killer

STATIONS, ROUNDS = 25, 4
SEED = int(os.environ.get("KILL_SEED", "20261121"))  # another one: other moments


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


def test_a_hundred_sessions_survive_the_killing_of_each_process(hub: Hub) -> None:
    with Stage() as stage:
        emsp = stage.enter("eMSP", "config.demo.emsp", "--party", str(world.PARTNER))
        emsp.ask(do="register", **hub.operate("invite", str(world.PARTNER)))
        fleet = Fleet(stage, emsp, hub, STATIONS, ROUNDS)
        fleet.hand_out_cards()
        fleet.begin()
        with Killer(hub, SEED, every=(2.0, 4.5)) as killer:
            _let_them_charge(fleet)
        assert set(killer.killed) == {"ocpp", "worker", "web"} and min(killer.killed.values()) >= 3
        eventually(lambda: not fleet.unanswered(), "every message is acknowledged")
        _settle(hub)
        _each_session_has_one_right_cdr(hub, fleet)
        _the_emsp_has_each_cdr(hub, stage)
        _every_acknowledged_message_is_in_the_journal(hub, fleet)


def _let_them_charge(fleet: Fleet) -> None:
    last_orders = 0.0

    def all_ended() -> bool:
        nonlocal last_orders
        if time.monotonic() - last_orders > 4:
            last_orders = time.monotonic()
            fleet.order_starts()
        return len(fleet.ended()) >= STATIONS * ROUNDS

    eventually(all_ended, "a hundred sessions ended", seconds=300, every=0.5, why_not=fleet.unfinished)


def _settle(hub: Hub) -> None:
    """The hub has understood and delivered everything."""
    eventually(lambda: hub.one("SELECT count(*) FROM ocppbridge_inboxitem") == 0, "the inbox is empty")
    running = "SELECT count(*) FROM ocppbridge_transaction WHERE state = 'running'"
    eventually(lambda: hub.one(running) == 0, "no transaction runs")
    pending = "SELECT count(*) FROM roaming_delivery WHERE state = 'PENDING'"
    eventually(lambda: hub.one(pending) == 0, "everything is delivered")


def _each_session_has_one_right_cdr(hub: Hub, fleet: Fleet) -> None:
    quarantined = hub.rows("SELECT action, error FROM ocppbridge_quarantined")
    assert quarantined == []
    cdrs: dict[tuple[str, datetime], list[dict[str, Any]]] = {}
    for (text,) in hub.rows("SELECT document FROM roaming_cdr"):
        cdr = json.loads(text, parse_float=Decimal)
        began = check.instant(cdr["start_date_time"])
        cdrs.setdefault((cdr["cdr_location"]["evse_uid"], began), []).append(cdr)
    wrong = []
    for ended in fleet.ended():
        found = cdrs.pop((f"{ended['station']}-1", check.instant(ended["started_at"])), [])
        if len(found) != 1:
            wrong.append(f"{ended['station']} {ended['started_at']}: {len(found)} CDRs")
            continue
        differences = check.differences(found[0], check.expected(ended, world.PRICES))
        wrong += [f"{ended['station']} {ended['started_at']}: {text}" for text in differences]
    assert wrong == [], "\n".join(wrong)
    assert cdrs == {}, "CDRs of sessions that no station knows"


def _the_emsp_has_each_cdr(hub: Hub, stage: Stage) -> None:
    kept = {text for (text,) in hub.rows("SELECT object_id FROM roaming_cdr")}
    received = {event["document"]["id"] for event in stage.seen(lambda event: event["event"] == "cdr")}
    assert received == kept
    assert stage.seen(lambda event: event["event"] == "cdr_conflict") == []


def _every_acknowledged_message_is_in_the_journal(hub: Hub, fleet: Fleet) -> None:
    query = """SELECT s.identity, f.message_id, f.action FROM ocppbridge_frame f
               JOIN ocppbridge_station s ON s.id = f.station_id WHERE f.direction = 0 AND f.kind = 2"""
    journalled = set(hub.rows(query))
    lost = [said for said in fleet.acknowledged() if said not in journalled]
    assert lost == []
    assert len(fleet.acknowledged()) > STATIONS * ROUNDS * 3


def test_the_hub_is_seven_processes(hub: Hub) -> None:
    """The hub is what an operator starts: web, ocpp, four workers and beat, each a process of its own."""
    names = ["web", "ocpp", "beat", "worker-interactive", "worker-drain", "worker-deliver", "worker-bulk"]
    eventually(lambda: all(hub.pids(name) for name in names), "each runs (again)")
