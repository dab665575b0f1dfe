"""The stage: waiting for what actors tell, and the lines in which it is told on."""

from __future__ import annotations

import sys
import threading

import pytest

from config.demo.narrate import Narrator, line
from config.demo.stage import Missing, Stage
from config.demo.verdict import Verdict

ECHO = "import sys, json\nfor l in sys.stdin: print(json.dumps({'event': 'done', **json.loads(l)}), flush=True)"


def test_waiting_finds_what_came_before_and_what_comes_later() -> None:
    stage = Stage()
    stage.told({"event": "a"})
    assert stage.wait(lambda event: event["event"] == "a", "a")
    threading.Timer(0.05, stage.told, [{"event": "b"}]).start()
    assert stage.wait(lambda event: event["event"] == "b", "b", seconds=60)


def test_what_came_before_the_mark_does_not_count() -> None:
    stage = Stage()
    stage.told({"event": "a"})
    with pytest.raises(Missing, match="the letter a: nothing of the kind"):
        stage.wait(lambda event: event["event"] == "a", "the letter a", seconds=0.05, since=stage.mark())


def test_leaving_the_stage_ends_every_actor() -> None:
    with Stage() as stage:
        actor = stage.enter_command("echo", [sys.executable, "-c", ECHO])
        assert actor.ask(do="nothing", result=5) == 5
        process = actor.process
    assert process.returncode == 0


def test_a_call_of_the_hub_and_its_answer_carry_the_message_id() -> None:
    station = {"who": "CP1", "event": "called", "action": "Reset", "message_id": "m-1", "payload": {"type": "Hard"}}
    told = line(station)
    assert told is not None
    assert told.split() == ["hub", "→", "CP1", "Reset", "type=Hard", "message", "m-1"]
    answered = line({"who": "CP1", "event": "answered", "message_id": "m-1", "payload": {"status": "Accepted"}})
    assert answered is not None
    assert answered.split() == ["CP1", "→", "hub", "status=Accepted", "answers", "m-1"]


def test_a_request_of_the_hub_carries_both_ids_and_what_became_of_it() -> None:
    served = {"who": "eMSP", "event": "served", "method": "PUT", "path": "/x", "http": 200, "ocpi": 1000}
    told = line(served | {"request_id": "r-1", "correlation_id": "c-1"})
    assert told is not None
    assert told.split() == ["hub", "→", "eMSP", "PUT", "/x", "⇒", "200/1000", "request", "r-1", "correlation", "c-1"]


def test_only_those_that_the_story_is_about_are_told_of() -> None:
    lines: list[str] = []
    narrator = Narrator(lines.append, told_of={"CP1"})
    for who in ("CP1", "CP2"):
        narrator({"who": who, "event": "sent", "action": "Authorize", "message_id": "m", "payload": {}})
        narrator({"who": who, "event": "sent", "action": "Heartbeat", "message_id": "m", "payload": {}})
    assert len(lines) == 1


def test_one_wrong_line_makes_the_whole_wrong() -> None:
    verdict = Verdict(lambda line: None)
    verdict.check("a", True)
    assert verdict.summary == "All 1 hops and figures were right."
    verdict.none("figures", ["total_cost is 1"])
    assert verdict.summary.splitlines() == ["1 of 2 were wrong:", "figures — total_cost is 1"]
