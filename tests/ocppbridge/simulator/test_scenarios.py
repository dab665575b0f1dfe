"""Scripts: read, refused with the reason, played on a bench in all versions."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ocppbridge.rpc.errors import RpcError
from ocppbridge.simulator.library import find, shipped
from ocppbridge.simulator.play import PATIENCE, Play
from ocppbridge.simulator.scenario import BadScenario, parse
from ocppbridge.simulator.station import Station
from ocppbridge.versions.schemas import schemas
from tests.ocppbridge.simulator.test_stations import ALL, Bench, answer_of, remote_start

STEP = '[[step]]\ndo = "plug"\n'


class Stage(Bench):
    """A bench whose network can be cut, with a scenario played on it."""

    def play(self, perform: Any, seconds: int, **more: Any) -> Play:
        self.events: list[dict[str, Any]] = []
        self.station.listeners.append(self.events.append)
        play = Play(self.station, perform, self.now, **more)
        for _ in range(seconds * 2):
            play.tick(self.now)
            self.carry()
            self.later(0.5)
            if play.finished:
                break
        return play

    def carry(self) -> None:
        """What the shell does: let go of the socket, take a new one."""
        if self.station.wire.online and not self.station.reachable:
            self.station.disconnected(self.now)
        elif not self.station.wire.online and self.station.reachable:
            self.station.connected(self.now)
        self.talk()

    def talk(self) -> None:
        """Like a hub that checks what it is sent."""
        while frames := self.station.to_send(self.now):
            for text in frames:
                self._hear(text)

    def _hear(self, text: str) -> None:
        try:
            kind, number, *rest = json.loads(text)
        except ValueError:
            return
        if kind != 2:
            self.replies.append([kind, number, *rest])
        elif isinstance(number, str):
            self.said.append((number, *rest))
            self._answer(number, *rest)

    def _answer(self, number: str, action: str, payload: dict[str, Any]) -> None:
        if not self.answering:
            return
        answer: list[Any] = [3, number, answer_of(action, payload)]
        try:
            schemas(self.station.schema_version).check_request(action, payload)
        except RpcError as fault:
            answer = [4, number, str(fault.code), fault.description, {}]
        self.station.receive(json.dumps(answer), self.now)

    def told(self, *names: str) -> list[str]:
        return [event["event"] for event in self.events if event["event"] in names]


def stage(kind: type[Station], script: Any) -> Stage:
    station = dict(script.station)
    return Stage(kind, **station)


# What needs a hub that asks, or words of one version, has tests of its own.
OTHERS = ("remote", "v2g-", "pay-", "plug-", "battery-")
ALONE = [script.name for script in shipped() if not script.name.startswith(OTHERS)]


@pytest.mark.parametrize("name", ALONE)
@ALL
def test_every_script_that_comes_with_the_simulator_can_be_played_to_its_end(kind: type[Station], name: str) -> None:
    script = find(name)
    bench = stage(kind, script)
    play = bench.play(script.perform, 300)
    assert (play.failure, play.rounds_done) == ("", 1)
    assert bench.station.wire.idle
    assert all(evse.charge is None for evse in bench.station.evses.values())


@ALL
def test_the_remote_script_waits_for_somebody_elses_start_and_stop(kind: type[Station]) -> None:
    script = find("remote", {"patience": "30"})
    bench = Stage(kind)
    play = Play(bench.station, script.perform, bench.now)
    for second in range(30):
        play.tick(bench.now)
        bench.later(1)
        if second == 5:
            remote_start(bench)
        elif second == 10:
            bench.station.end(bench.station.evses[1], "Remote", bench.now)
            bench.talk()
    assert (play.finished, play.failure) == (True, "")


def test_offline_replay_tells_the_end_late_with_the_time_at_which_it_was() -> None:
    script = find("offline-replay", {"charge": "5", "away": "30"})
    bench = stage(*_kinds("2.0.1"), script)
    bench.play(script.perform, 120)
    said = [payload for _, action, payload in bench.said if action == "TransactionEvent"]
    assert [event["seqNo"] for event in said] == list(range(len(said)))
    assert (said[-1]["eventType"], said[-1]["offline"]) == ("Ended", True)
    assert bench.told("started", "offline", "ended", "online", "caught_up") == [
        "started", "offline", "ended", "online", "caught_up",
    ]  # fmt: skip


def test_a_flaky_meter_says_what_it_says_and_the_stations_own_figures_stay_true() -> None:
    script = find("flaky-meter", {"each": "10"})
    bench = stage(*_kinds("1.6"), script)
    bench.play(script.perform, 120)
    samples = [
        payload["meterValue"][0]["sampledValue"][0] for _, action, payload in bench.said if action == "MeterValues"
    ]
    assert {sample["unit"] for sample in samples} == {"Wh", "kWh"}
    figures = [sample["value"] for sample in samples]
    assert len(set(figures)) < len(figures), "it stuck"
    assert float(figures[-1]) < float(figures[0]) / 100, "it began anew"
    ended = next(event for event in bench.events if event["event"] == "ended")
    assert ended["meter_stop"] > ended["meter_start"]


def test_after_a_power_cut_the_boot_comes_first_and_then_what_had_ended() -> None:
    """TC_032_1: the reason is PowerLoss."""
    script = find("faults", {"charge": "5"})
    bench = stage(*_kinds("1.6"), script)
    bench.play(script.perform, 120)
    actions = bench.actions()
    boot = len(actions) - 1 - actions[::-1].index("BootNotification")
    stop = len(actions) - 1 - actions[::-1].index("StopTransaction")
    assert 0 < boot < stop
    assert bench.last("StopTransaction")["reason"] == "PowerLoss"
    faulted = [p for _, action, p in bench.said if action == "StatusNotification" and p["status"] == "Faulted"]
    assert [payload["errorCode"] for payload in faulted] == ["GroundFailure"]


@ALL
def test_a_mood_is_answered_with_until_the_station_behaves_again(kind: type[Station]) -> None:
    steps = [
        '[[step]]\ndo = "answer"\naction = "Reset"\nerror = "GenericError"\n',
        '[[step]]\ndo = "answer"\naction = "UnlockConnector"\npayload = { status = "Perhaps" }\n',
        '[[step]]\ndo = "answer"\naction = "ClearCache"\n',
    ]
    bench = Stage(kind)
    bench.play(parse("".join(steps)).perform, 5)
    for number, action in enumerate(("Reset", "UnlockConnector", "ClearCache")):
        bench.station.receive(json.dumps([2, f"hub-{number}", action, {"type": "Soft"}]), bench.now)
    bench.talk()
    assert [reply[:3] for reply in bench.replies] == [
        [4, "hub-0", "GenericError"],
        [3, "hub-1", {"status": "Perhaps"}],
    ]
    bench.play(parse('[[step]]\ndo = "behave"\n').perform, 5)
    assert bench.station.moods == {}


def test_what_never_comes_ends_the_scenario_with_what_stood_in_its_way() -> None:
    (kind,) = _kinds("1.6")
    bench = Stage(kind)
    bench.answering = False
    text = STEP + '[[step]]\ndo = "swipe"\nid_token = "X"\nuntil = "started"\nwithin = 5\n'
    play = bench.play(parse(text).perform, 60)
    assert play.failure == "no started within 5 s"
    assert bench.told("scenario_failed") == ["scenario_failed"]


def test_a_station_that_is_never_accepted_ends_its_scenario() -> None:
    (kind,) = _kinds("1.6")
    bench = Stage(kind)
    bench.station.accepted = False
    play = Play(bench.station, parse(STEP).perform, bench.now)
    bench.station.note("no_connection", bench.now, why="HTTP 401")
    play.tick(bench.now + PATIENCE)
    assert play.failure == "no boot was accepted within 60 s (no_connection: HTTP 401)"


def test_a_scenario_can_be_played_again_after_a_pause() -> None:
    (kind,) = _kinds("2.1")
    bench = Stage(kind)
    script = find("normal", {"charge": "2"})
    play = bench.play(script.perform, 120, rounds=3, pause=4.0)
    assert play.rounds_done == 3
    assert bench.told("started") == ["started"] * 3


PYTHON = '''"""Two cards."""
from ocppbridge.simulator.scenario import Pause, Until

VALUES = {"first": "A"}
STATION = {"evses": 2}

def play(station, now, values):
    station.plug(2, now)
    now = yield Pause(1)
    station.swipe(2, values["first"], now)
    now = yield Until("started", 10, {"evse": 2})
    station.unplug(2, now)
'''


def test_a_python_script_is_a_generator_that_is_sent_the_time(tmp_path: Path) -> None:
    path = tmp_path / "two.py"
    path.write_text(PYTHON)
    script = find(str(path), {"first": "B"})
    (kind,) = _kinds("2.0.1")
    bench = stage(kind, script)
    assert (script.title, bench.play(script.perform, 60).failure) == ("Two cards.", "")
    assert bench.last("Authorize")["idToken"]["idToken"] == "B"


def test_a_python_script_that_raises_fails_its_own_station_only(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("def play(station, now, values):\n    yield 1 / 0\n")
    (kind,) = _kinds("1.6")
    assert Stage(kind).play(find(str(path)).perform, 5).failure == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("step", "it is not TOML"),
        ("", "it has no [[step]]"),
        ("[steps]\n", "steps is not a part of a scenario"),
        ('[[step]]\ndo = "plugg"\n', "step 1: plugg is nothing that can be done; did you mean plug?"),
        ('[[step]]\ndo = "swipe"\n', "step 1: swipe needs id_token"),
        ('[[step]]\ndo = "plug"\nevse = "one"\n', "step 1: evse of plug must be a whole number, not 'one'"),
        ('[[step]]\ndo = "plug"\ncolour = 1\n', "step 1: plug has no colour; it has evse"),
        ('[[step]]\ndo = "wait"\nafter = "soon"\n', "step 1: after must be seconds"),
        ('[[step]]\ndo = "wait"\nwithin = 3\n', "step 1: with and within go with until"),
        ('[[step]]\ndo = "wait"\nafter = "$long"\n', "$long is not among the values"),
        ("[station]\nlegs = 4\n" + STEP, "a station has no legs"),
    ],
)
def test_what_cannot_be_played_is_said_before_anything_happens(text: str, sentence: str) -> None:
    with pytest.raises(BadScenario) as caught:
        parse(text)
    assert str(caught.value).startswith(sentence)


def test_a_script_that_is_not_there_is_answered_with_those_that_are() -> None:
    for name, sentence in [("nromal", "did you mean normal?"), ("zzz", "or give a path"), ("no.toml", "No such file")]:
        with pytest.raises(BadScenario, match=sentence.replace("?", r"\?")):
            find(name)
    with pytest.raises(BadScenario, match="it has no value cahrge"):
        find("normal", {"cahrge": "3"})
    with pytest.raises(BadScenario, match="charge must be int, not long"):
        find("normal", {"charge": "long"})


def _kinds(*versions: str) -> list[type[Station]]:
    kinds = {kind.schema_version: kind for kind in ALL.args[1]}
    return [kinds[version] for version in versions]


def test_time_between_steps_is_the_scripts() -> None:
    (kind,) = _kinds("1.6")
    bench = Stage(kind)
    began = bench.now
    bench.play(parse('[[step]]\ndo = "wait"\nafter = 7\n' + STEP).perform, 20)
    plugged = next(p for _, action, p in bench.said if action == "StatusNotification" and p["status"] == "Preparing")
    assert plugged["timestamp"] == (began + timedelta(seconds=7)).strftime("%Y-%m-%dT%H:%M:%SZ")


@ALL
def test_until_its_boot_is_accepted_a_station_keeps_what_had_ended_to_itself(kind: type[Station]) -> None:
    """B02.FR.02."""
    bench = Stage(kind)
    bench.station.plug(1, bench.now)
    remote_start(bench)
    bench.station.lose_power(bench.now)
    bench.carry()
    bench.said.clear()
    bench.answering, bench.station.reachable = False, True
    bench.carry()
    assert bench.actions() == ["BootNotification"]
    number = bench.said[0][0]
    pending = {"status": "Pending", "interval": 1, "currentTime": "2026-11-21T12:00:00Z"}
    bench.station.receive(json.dumps([3, number, pending]), bench.now)
    bench.answering = True
    bench.talk()
    assert bench.actions() == ["BootNotification"], "not yet"
    bench.later(1)
    assert bench.actions()[1] == "BootNotification"
    assert bench.actions()[2] == ("StopTransaction" if kind.schema_version == "1.6" else "TransactionEvent")


def test_a_note_with_other_facts_is_not_the_one_waited_for() -> None:
    (kind,) = _kinds("1.6")
    bench = Stage(kind, evses=2)
    text = '[[step]]\ndo = "plug"\nevse = 2\nuntil = "faulted"\nwith = { evse = 2 }\nwithin = 5\n'
    play = Play(bench.station, parse(text).perform, bench.now)
    play.tick(bench.now)
    bench.station.fail(1, "InternalError", bench.now)
    play.tick(bench.now)
    assert not play.finished
    bench.station.fail(2, "InternalError", bench.now)
    play.tick(bench.now)
    assert (play.finished, play.failure) == (True, "")
