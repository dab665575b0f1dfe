"""The stations of the simulator, driven by hand: what each version says, and what it says again after a lost socket."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ocppbridge.simulator.driver import Driver, Plan
from ocppbridge.simulator.evse import Profile
from ocppbridge.simulator.station import Station
from ocppbridge.simulator.v2 import Station2, Station21
from ocppbridge.simulator.v16 import Station16

T0 = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
ALL = pytest.mark.parametrize("kind", [Station16, Station2, Station21])


def answer_of(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """A hub that accepts everything."""
    accepted = {"status": "Accepted"}
    match action:
        case "BootNotification":
            return {"currentTime": "2026-11-21T12:00:00Z", "interval": 300} | accepted
        case "Authorize":
            return {"idTagInfo": accepted, "idTokenInfo": accepted}
        case "StartTransaction":
            return {"transactionId": 77, "idTagInfo": accepted}
    return {}


class Bench:
    """A station on a bench: its clock, and a hub that answers while ``answering``."""

    def __init__(self, kind: type[Station], **profile: Any) -> None:
        ids = itertools.count(1)
        self.station = kind(Profile("CP-1", power=36_000, **profile), lambda: f"m{next(ids)}")
        self.now = T0
        self.said: list[tuple[str, str, dict[str, Any]]] = []
        self.replies: list[list[Any]] = []
        self.answering = True
        self.station.connected(self.now)
        self.talk()

    def talk(self) -> None:
        """Carry frames until nobody has anything left to say."""
        while frames := self.station.to_send(self.now):
            for text in frames:
                frame = json.loads(text)
                if frame[0] != 2:
                    self.replies.append(frame)
                    continue
                self.said.append((frame[1], frame[2], frame[3]))
                if self.answering:
                    self.station.receive(json.dumps([3, frame[1], answer_of(frame[2], frame[3])]), self.now)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.station.tick(self.now)
        self.talk()

    def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.station.receive(json.dumps([2, "hub-1", action, payload]), self.now)
        self.talk()
        reply: dict[str, Any] = self.replies[-1][2]
        return reply

    def actions(self) -> list[str]:
        return [action for _, action, _ in self.said]

    def last(self, action: str) -> dict[str, Any]:
        return next(payload for _, name, payload in reversed(self.said) if name == action)


def remote_start(bench: Bench) -> dict[str, Any]:
    if bench.station.subprotocol == "ocpp1.6":
        return bench.call("RemoteStartTransaction", {"connectorId": 1, "idTag": "04AA"})
    token = {"idToken": "04AA", "type": "Central"}
    return bench.call("RequestStartTransaction", {"evseId": 1, "idToken": token, "remoteStartId": 5})


@ALL
def test_the_first_thing_said_is_the_boot_then_the_state_of_each_evse(kind: type[Station]) -> None:
    bench = Bench(kind, evses=2)
    assert bench.actions() == ["BootNotification", "StatusNotification", "StatusNotification"]


@ALL
def test_a_boot_that_is_not_accepted_is_said_again_after_the_interval(kind: type[Station]) -> None:
    bench = Bench(kind)
    station = kind(Profile("CP-2"), iter(str(n) for n in range(99)).__next__)
    station.connected(T0)
    pending = json.loads(station.to_send(T0)[0])
    station.receive(json.dumps([3, pending[1], {"status": "Pending", "interval": 7, "currentTime": "x"}]), T0)
    assert not station.accepted
    assert station.deadline == T0 + timedelta(seconds=7)
    station.tick(T0 + timedelta(seconds=7))
    assert json.loads(station.to_send(T0 + timedelta(seconds=7))[0])[2] == "BootNotification"
    assert bench.station.accepted


def test_a_remote_session_on_1_6_has_the_id_that_the_hub_gave_it() -> None:
    bench = Bench(Station16)
    bench.station.plug(1, bench.now)
    assert remote_start(bench) == {"status": "Accepted"}
    bench.later(5)
    assert bench.last("StartTransaction") == {
        "connectorId": 1,
        "idTag": "04AA",
        "meterStart": 1000,
        "timestamp": "2026-11-21T12:00:00Z",
    }
    assert bench.last("MeterValues")["transactionId"] == 77
    assert bench.last("MeterValues")["meterValue"][0]["sampledValue"][0]["value"] == "1050"
    bench.later(1)
    assert bench.call("RemoteStopTransaction", {"transactionId": 77}) == {"status": "Accepted"}
    stop = bench.last("StopTransaction")
    assert (stop["transactionId"], stop["meterStop"], stop["reason"]) == (77, 1060, "Remote")
    assert bench.last("StatusNotification")["status"] == "Finishing"


@pytest.mark.parametrize("kind", [Station2, Station21])
def test_a_remote_session_on_2_x_is_one_row_of_transaction_events(kind: type[Station]) -> None:
    bench = Bench(kind)
    bench.station.plug(1, bench.now)
    answer = remote_start(bench)
    bench.later(5)
    transaction = answer["transactionId"]
    assert bench.call("RequestStopTransaction", {"transactionId": transaction}) == {"status": "Accepted"}
    events = [payload for _, action, payload in bench.said if action == "TransactionEvent"]
    assert [event["eventType"] for event in events] == ["Started", "Updated", "Ended"]
    assert [event["seqNo"] for event in events] == [0, 1, 2]
    assert {event["transactionInfo"]["transactionId"] for event in events} == {transaction}
    assert events[0]["transactionInfo"]["remoteStartId"] == 5
    assert events[2]["transactionInfo"]["stoppedReason"] == "Remote"
    assert events[2]["meterValue"][0]["sampledValue"][0]["value"] == 1050


@ALL
def test_a_second_remote_start_on_a_busy_evse_is_rejected(kind: type[Station]) -> None:
    bench = Bench(kind)
    bench.station.plug(1, bench.now)
    assert remote_start(bench)["status"] == "Accepted"
    assert remote_start(bench)["status"] == "Rejected"


@ALL
def test_a_remote_start_without_a_cable_lapses_after_the_connection_timeout(kind: type[Station]) -> None:
    """TC_011_2, TC_F_04."""
    bench = Bench(kind)
    assert remote_start(bench)["status"] == "Accepted"
    bench.later(61)
    bench.station.plug(1, bench.now)
    bench.talk()
    assert not {"StartTransaction", "TransactionEvent"} & set(bench.actions())


@ALL
def test_an_unanswered_transaction_message_goes_out_again_unchanged_after_a_reconnect(kind: type[Station]) -> None:
    bench = Bench(kind)
    bench.station.plug(1, bench.now)
    bench.answering = False
    bench.station.swipe(1, "04AA", bench.now)
    bench.talk()
    asked = bench.said[-1]
    assert asked[1] == "StatusNotification"  # the plug; Authorize waits behind it and does not outlive the socket
    bench.station.disconnected(bench.now)
    bench.station.connected(bench.now)
    bench.answering = True
    bench.talk()
    assert "Authorize" not in bench.actions()

    bench.station.swipe(1, "04AA", bench.now)
    bench.talk()
    bench.answering = False
    bench.later(5)
    unanswered = bench.said[-1]
    bench.station.disconnected(bench.now)
    bench.later(5)
    bench.station.unplug(1, bench.now)
    bench.said.clear()
    bench.answering = True
    bench.station.connected(bench.now)
    bench.talk()
    assert bench.said[0] == unanswered
    kept = [payload for _, action, payload in bench.said if action in {"MeterValues", "TransactionEvent"}]
    assert len(kept) == {"ocpp1.6": 2}.get(bench.station.subprotocol, 3)


@ALL
def test_a_station_may_begin_and_end_a_transaction_without_a_socket(kind: type[Station]) -> None:
    bench = Bench(kind, starts_offline=True)
    bench.station.disconnected(bench.now)
    bench.station.plug(1, bench.now)
    bench.station.swipe(1, "04AA", bench.now)
    bench.later(5)
    bench.station.swipe(1, "04AA", bench.now)
    bench.later(60)
    bench.said.clear()
    bench.station.connected(bench.now)
    bench.talk()
    if kind is Station16:
        assert bench.last("StartTransaction")["timestamp"] == "2026-11-21T12:00:00Z"
        assert bench.last("StopTransaction")["transactionId"] == 77
        assert bench.last("StopTransaction")["timestamp"] == "2026-11-21T12:00:05Z"
    else:
        events = [payload for _, action, payload in bench.said if action == "TransactionEvent"]
        assert [(event["eventType"], event["offline"]) for event in events] == [
            ("Started", True),
            ("Updated", True),
            ("Ended", True),
        ]


@ALL
def test_a_refused_transaction_message_is_tried_three_times(kind: type[Station]) -> None:
    bench = Bench(kind)
    bench.station.plug(1, bench.now)
    bench.talk()
    bench.answering = False
    remote_start(bench)
    tried = bench.said[-1]
    for _ in range(3):
        bench.station.receive(json.dumps([4, tried[0], "InternalError", "", {}]), bench.now)
        bench.later(10)
    assert [entry for entry in bench.said if entry == tried] == [tried] * 3


@ALL
def test_an_action_that_the_station_does_not_know_is_not_implemented(kind: type[Station]) -> None:
    bench = Bench(kind)
    bench.station.receive(json.dumps([2, "hub-9", "MakeCoffee", {}]), bench.now)
    bench.talk()
    assert bench.replies[-1][:3] == [4, "hub-9", "NotImplemented"]


@ALL
def test_energy_runs_at_the_speed_asked_for_and_stops_when_the_car_is_full(kind: type[Station]) -> None:
    bench = Bench(kind, speed=60)
    bench.station.plug(1, bench.now)
    remote_start(bench)
    bench.later(10)
    bench.station.suspend(1, bench.now)
    bench.later(10)
    bench.station.unplug(1, bench.now)
    ended = next(note for note in bench.station.notes() if note["event"] == "ended")
    assert (ended["meter_start"], ended["meter_stop"]) == (1000, 1000 + 36_000 * 60 * 10 // 3600)


@ALL
def test_a_driver_comes_charges_and_leaves_as_often_as_planned(kind: type[Station]) -> None:
    bench = Bench(kind)
    plan = Plan("04AA", charge_for=timedelta(seconds=4), pause=timedelta(seconds=2), rounds=2)
    driver = Driver(bench.station, plan, bench.now)
    for _ in range(30):
        driver.tick(bench.now)
        bench.later(1)
    assert driver.finished
    assert driver.deadline is None
    ended = [note for note in bench.station.notes() if note["event"] == "ended"]
    assert [note["reason"] for note in ended] == ["EVDisconnected", "EVDisconnected"]


def test_acknowledged_messages_are_noted_with_their_ids() -> None:
    bench = Bench(Station16)
    notes = [note for note in bench.station.notes() if note["event"] == "acknowledged"]
    assert [(note["action"], note["message_id"]) for note in notes] == [
        ("BootNotification", "m1"),
        ("StatusNotification", "m2"),
    ]
