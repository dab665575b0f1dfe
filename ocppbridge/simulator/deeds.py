"""What can be done to a station, by name: the words of orders (orders.py) and of scenarios (scenario.py).

One table, so that both understand the same; each deed names the fields that it needs and those that it may have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.simulator import grid_support, two_way
from ocppbridge.simulator.clock import stamp
from ocppbridge.simulator.monitors import happen
from ocppbridge.simulator.moods import Mood
from ocppbridge.simulator.station import Station

Fields = Mapping[str, Any]
NOW: Final = "$now"
EVSE: Final = {"evse": int}


class BadDeed(Exception):
    """Nobody can do that; the message says why."""


@dataclass(frozen=True)
class Deed:
    """A verb with the types of its fields."""

    does: Callable[[Station, Fields, datetime], object]
    about: str
    needs: Mapping[str, type]
    may: Mapping[str, type]


def _meter(station: Station, said: Fields, now: datetime) -> None:
    meter = station.evses[said.get("evse", 1)].meter
    if "shows" in said:
        meter.show(said["shows"], now)
    if "stuck" in said:
        meter.frozen = meter.said(now) if said["stuck"] else None
    meter.silent = said.get("silent", meter.silent)
    meter.unit = said.get("unit", meter.unit)


def _network(reachable: bool) -> Callable[[Station, Fields, datetime], None]:
    def change(station: Station, said: Fields, now: datetime) -> None:
        station.reachable = reachable

    return change


def _event(station: Station, said: Fields, now: datetime) -> None:
    if station.schema_version != "1.6":
        happen(station, dict(said), now)


def _say(station: Station, said: Fields, now: datetime) -> None:
    station.wire.ask(said["action"], _timed(said["payload"], now), keep=said.get("keep", False), unchecked=True)


def _timed(value: Any, now: datetime) -> Any:
    """With the time for every "$now"."""
    if isinstance(value, dict):
        return {name: _timed(inner, now) for name, inner in value.items()}
    if isinstance(value, list):
        return [_timed(inner, now) for inner in value]
    return stamp(now) if value == NOW else value


def _needs(station: Station, said: Fields, now: datetime) -> None:
    evse = station.evses[said.get("evse", 1)]
    if station.schema_version == "2.1":
        two_way.tell_needs(station, evse, said.get("transfer", "AC_BPT"), now, dynamic=said.get("dynamic", False))


def _grid(station: Station, said: Fields, now: datetime) -> None:
    if station.schema_version == "2.1":
        grid_support.tell_fault(station, said.get("fault", "OverVoltage"), now, ended=said.get("ended", False))


def _swing(station: Station, said: Fields, now: datetime) -> None:
    two_way.swing(station, said["millihertz"], now)


def _answer(station: Station, said: Fields, now: datetime) -> None:
    station.moods[said["action"]] = Mood(said.get("payload"), said.get("error", ""))


DEEDS: Final[Mapping[str, Deed]] = MappingProxyType(
    {
        "plug": Deed(lambda s, f, now: s.plug(f.get("evse", 1), now), "the cable goes in", {}, EVSE),
        "unplug": Deed(lambda s, f, now: s.unplug(f.get("evse", 1), now), "the cable comes out", {}, EVSE),
        "swipe": Deed(
            lambda s, f, now: s.swipe(f.get("evse", 1), f["id_token"], now, f.get("type", "ISO14443")),
            "a card is held to the reader",
            {"id_token": str},
            EVSE | {"type": str},
        ),
        "suspend": Deed(lambda s, f, now: s.suspend(f.get("evse", 1), now), "the car takes no more", {}, EVSE),
        "resume": Deed(lambda s, f, now: s.resume(f.get("evse", 1), now), "the car goes on", {}, EVSE),
        "fail": Deed(
            lambda s, f, now: s.fail(f.get("evse", 1), f.get("error", "InternalError"), now),
            "the EVSE breaks",
            {},
            EVSE | {"error": str},
        ),
        "mend": Deed(lambda s, f, now: s.mend(f.get("evse", 1), now), "the EVSE works again", {}, EVSE),
        "meter": Deed(
            _meter, "the meter misbehaves", {}, EVSE | {"shows": int, "stuck": bool, "silent": bool, "unit": str}
        ),
        "needs": Deed(
            _needs, "the car tells what it wants and can do (2.1)", {}, EVSE | {"transfer": str, "dynamic": bool}
        ),
        "grid fault": Deed(_grid, "the grid misbehaves, or does so no more (2.1)", {}, {"fault": str, "ended": bool}),
        "grid frequency": Deed(_swing, "cars with a frequency-watt curve follow it (2.1)", {"millihertz": int}, {}),
        "event": Deed(
            _event,
            "a component's variable changes, and is told if its severity is (2.x)",
            {"component": str, "variable": str, "value": str},
            {"severity": int},
        ),
        "cut": Deed(_network(False), "the network is gone", {}, {}),
        "restore": Deed(_network(True), "the network is back", {}, {}),
        "lose power": Deed(lambda s, f, now: s.lose_power(now), "power and network are gone", {}, {}),
        "boot": Deed(lambda s, f, now: s.boot(now), "it boots once more", {}, {}),
        "say": Deed(
            _say,
            "it sends any message, valid or not",
            {"action": str, "payload": dict},
            {"keep": bool},
        ),
        "mutter": Deed(lambda s, f, now: s.wire.mutter(f["text"]), "it sends any text", {"text": str}, {}),
        "answer": Deed(
            _answer,
            "from now on it answers an action with a payload, with an error, or not at all",
            {"action": str},
            {"payload": dict, "error": str},
        ),
        "behave": Deed(lambda s, f, now: s.moods.clear(), "it answers properly again", {}, {}),
        "wait": Deed(lambda s, f, now: None, "nothing", {}, {}),
    }
)


def check(name: Any, fields: Fields) -> Deed:
    """The deed, if it can be done with these fields; else BadDeed."""
    if name not in DEEDS:
        near = get_close_matches(str(name), list(DEEDS), n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(DEEDS)}"
        raise BadDeed(f"{name} is nothing that can be done{hint}")
    deed = DEEDS[name]
    if missing := [field for field in deed.needs if field not in fields]:
        raise BadDeed(f"{name} needs {' and '.join(missing)}")
    for field, value in fields.items():
        kind = {**deed.needs, **deed.may}.get(field)
        if kind is None:
            raise BadDeed(f"{name} has no {field}; it has {', '.join([*deed.needs, *deed.may]) or 'no fields'}")
        if type(value) is not kind:
            raise BadDeed(f"{field} of {name} must be {_WORDS[kind]}, not {value!r}")
    return deed


_WORDS: Final = {int: "a whole number", str: "a text", bool: "true or false", dict: "a table"}
