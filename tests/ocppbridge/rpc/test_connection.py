"""The connection's state machine: each call settles once, and time is an argument."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppbridge.rpc.connection import (
    Answered,
    Called,
    Connection,
    Invalid,
    Late,
    Refused,
    ResultRefused,
    Sent,
    Unanswered,
)
from ocppbridge.rpc.errors import Code, Forbidden, SchemaFault
from ocppbridge.rpc.frames import CallError, CallResult

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def connection(version: str = "1.6") -> Connection:
    return Connection(version, call_timeout=30 * SECOND)


def in_flight(version: str = "1.6") -> Connection:
    link = connection(version)
    link.offer("c1", "Reset", {"type": "Soft"})
    assert link.to_send(NOON) == [('[2,"c1","Reset",{"type":"Soft"}]', "c1")]
    return link


def test_a_call_of_the_station_is_reported_and_answered():
    link = connection()
    assert link.receive('[2,"1","Heartbeat",{}]', NOON) == [Called("1", "Heartbeat", {})]
    assert link.result("1", {"currentTime": "2026-11-21T12:00:00Z"}) == '[3,"1",{"currentTime":"2026-11-21T12:00:00Z"}]'
    assert link.last_heard == NOON


def test_a_refusal_is_spelled_as_the_version_spells_it():
    fault = SchemaFault("no idTag", Code.OCCURRENCE_CONSTRAINT)
    assert json.loads(connection("1.6").error("1", fault))[2] == "OccurenceConstraintViolation"
    assert json.loads(connection("2.1").error("1", fault))[2] == "OccurrenceConstraintViolation"
    assert json.loads(connection("2.0.1").error("1", Forbidden("boot first")))[2:] == [
        "SecurityError",
        "boot first",
        {},
    ]


def test_two_calls_of_the_station_in_flight_are_both_taken():
    """Field quirk 2: BootNotification and StatusNotification pipelined."""
    link = connection()
    first = link.receive('[2,"1","BootNotification",{}]', NOON)
    second = link.receive('[2,"2","StatusNotification",{}]', NOON)
    assert [first[0].message_id, second[0].message_id] == ["1", "2"]


def test_a_second_call_of_ours_waits_for_the_first():
    link = in_flight()
    link.offer("c2", "ClearCache", {})
    assert link.to_send(NOON) == []
    assert link.receive('[3,"c1",{"status":"Accepted"}]', NOON) == [Answered("c1", {"status": "Accepted"})]
    assert link.to_send(NOON) == [('[2,"c2","ClearCache",{}]', "c2")]


def test_calls_of_both_sides_do_not_wait_for_each_other():
    link = in_flight()
    assert link.receive('[2,"c1","Heartbeat",{}]', NOON) == [Called("c1", "Heartbeat", {})]
    assert link.open_calls == 1


def test_a_refused_call_is_settled_and_the_queue_goes_on():
    """Field quirk 8: the code is read in either spelling."""
    link = in_flight()
    link.offer("c2", "ClearCache", {})
    answer = '[4,"c1","FormationViolation","bad",{}]'
    assert link.receive(answer, NOON) == [Refused("c1", Code.FORMAT_VIOLATION, "bad", {})]
    assert len(link.to_send(NOON)) == 1


def test_a_call_that_is_never_answered_times_out_and_a_late_answer_changes_nothing():
    """Field quirk 9."""
    link = in_flight()
    link.offer("c2", "ClearCache", {})
    assert link.next_deadline == NOON + 30 * SECOND
    assert link.tick(NOON + 29 * SECOND) == []
    assert link.tick(NOON + 30 * SECOND) == [Unanswered("c1", sent=True)]
    assert link.to_send(NOON + 30 * SECOND)[0][1] == "c2"
    late = link.receive('[3,"c1",{"status":"Accepted"}]', NOON + 31 * SECOND)
    assert late == [Late("c1", CallResult("c1", {"status": "Accepted"}))]
    assert link.receive('[3,"c2",{"status":"Accepted"}]', NOON + 31 * SECOND) == [
        Answered("c2", {"status": "Accepted"})
    ]


def test_an_answer_to_what_was_never_asked_is_only_reported():
    link = connection()
    assert link.receive('[3,"x",{}]', NOON) == [Late("x", CallResult("x", {}))]
    assert link.receive('[4,"x","GenericError","",{}]', NOON) == [Late("x", CallError("x", Code.GENERIC_ERROR, "", {}))]


def test_an_answer_that_comes_twice_settles_once():
    link = in_flight()
    assert link.receive('[3,"c1",{}]', NOON) == [Answered("c1", {})]
    assert link.receive('[3,"c1",{}]', NOON) == [Late("c1", CallResult("c1", {}))]


def test_an_unreadable_answer_settles_the_call_as_refused():
    """Field quirk 10: the socket stays, the reason is told."""
    link = in_flight()
    invalid, refused = link.receive('[3,"c1","Accepted"]', NOON)
    assert isinstance(invalid, Invalid) and invalid.reply is None
    assert isinstance(refused, Refused) and refused.code is Code.FORMAT_VIOLATION
    assert link.open_calls == 0


def test_a_numeric_message_id_is_refused_under_its_own_digits():
    """Field quirks 5 and 13."""
    for version, code in (("1.6", "FormationViolation"), ("2.0.1", "FormatViolation")):
        (event,) = connection(version).receive('[2,17,"Heartbeat",{}]', NOON)
        assert isinstance(event, Invalid)
        assert json.loads(event.reply)[:3] == [4, "17", code]


def test_broken_json_is_answered_with_minus_one_in_2_x_and_not_at_all_in_1_6():
    (event,) = connection("2.0.1").receive("{", NOON)
    assert json.loads(event.reply)[:3] == [4, "-1", "RpcFrameworkError"]
    (event,) = connection("1.6").receive("{", NOON)
    assert event.reply is None and event.message_id is None


def test_a_closed_connection_settles_every_open_call():
    link = in_flight()
    link.offer("c2", "ClearCache", {})
    assert link.close() == [Unanswered("c1", sent=True), Unanswered("c2", sent=False)]
    assert link.close() == [] and link.open_calls == 0 and link.next_deadline is None


def test_a_call_whose_time_has_passed_never_leaves():
    """CMD: after TIMEOUT a start must not reach the station an hour later."""
    link = in_flight()
    link.offer("c2", "RemoteStartTransaction", {"idTag": "A"}, expires=NOON + 10 * SECOND)
    link.offer("c3", "ClearCache", {})
    assert link.next_deadline == NOON + 10 * SECOND
    link.receive('[3,"c1",{}]', NOON + 11 * SECOND)
    assert [call for _, call in link.to_send(NOON + 11 * SECOND)] == ["c3"]
    assert link.tick(NOON + 11 * SECOND) == [Unanswered("c2", sent=False)]


def test_nothing_leaves_when_all_that_waits_has_expired():
    link = connection()
    link.offer("c1", "ClearCache", {}, expires=NOON)
    assert link.to_send(NOON) == []
    assert link.tick(NOON) == [Unanswered("c1", sent=False)]


def test_a_call_id_is_offered_once():
    link = in_flight()
    link.offer("c2", "ClearCache", {})
    for call in ("c1", "c2"):
        with pytest.raises(ValueError, match="open already"):
            link.offer(call, "ClearCache", {})


def test_send_is_told_and_never_answered():
    """Field quirk 18."""
    link = connection("2.1")
    assert link.receive('[6,"7","NotifyPeriodicEventStream",{"id":1}]', NOON) == [
        Sent("7", "NotifyPeriodicEventStream", {"id": 1})
    ]
    (event,) = link.receive('[6,"7","NotifyPeriodicEventStream"]', NOON)
    assert isinstance(event, Invalid) and event.reply is None


def test_the_refusal_of_an_answer_goes_both_ways_in_2_1_only():
    link = connection("2.1")
    assert link.receive('[5,"7","TypeConstraintViolation","x",{}]', NOON) == [
        ResultRefused("7", Code.TYPE_CONSTRAINT, "x", {})
    ]
    fault = SchemaFault("no status", Code.OCCURRENCE_CONSTRAINT)
    assert json.loads(link.result_error("c1", fault)) == [5, "c1", "OccurrenceConstraintViolation", "no status", {}]
    assert connection("1.6").result_error("c1", fault) is None
    assert connection("2.0.1").result_error("c1", fault) is None


STEPS = st.lists(
    st.sampled_from(["offer", "offer-short", "send", "answer", "refuse", "garble", "stale", "wait"]), max_size=40
)


@given(STEPS)
def test_whatever_happens_each_call_settles_exactly_once_and_one_is_in_flight(steps):
    link, now, number = connection("2.1"), NOON, 0
    offered: set[str] = set()
    flying: str | None = None
    settled: list[str] = []
    for step in steps:
        events = []
        if step.startswith("offer"):
            number += 1
            offered.add(f"c{number}")
            link.offer(f"c{number}", "ClearCache", {}, expires=now + 5 * SECOND if step == "offer-short" else None)
        elif step == "send":
            for _, call in link.to_send(now):
                assert flying is None
                flying = call
        elif step == "wait":
            now += 10 * SECOND
            events = link.tick(now)
        else:
            target = flying if flying and step != "stale" else "c0"
            text = {"refuse": f'[4,"{target}"]', "garble": f'[3,"{target}",1]'}.get(step, f'[3,"{target}",{{}}]')
            events = link.receive(text, now)
        for event in events:
            if isinstance(event, Answered | Refused | Unanswered):
                settled.append(event.call_id)
                flying = None if event.call_id == flying else flying
    settled += [event.call_id for event in link.close()]
    assert sorted(settled) == sorted(offered)
