"""A scenario: what happens to a station, step by step, as a TOML file says it.

    title = "A session"
    [values]                   # what `--set name=value` may change; "$token" stands for it
    token = "04AABBCCDD"
    [station]                  # what the station is like, where it matters (fields of Profile)
    starts_offline = true
    [[step]]
    do = "plug"                # deeds.py has the verbs and their fields
    after = 2                  # seconds since the step before
    until = "started"          # then wait for this note of the station …
    with = { evse = 1 }        # … with these facts
    within = 30                # … for so many seconds; more is a failure

Pure: parsing takes text, playing (play.py) takes the time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from ocppbridge.simulator.deeds import NOW, BadDeed, check
from ocppbridge.simulator.evse import Profile
from ocppbridge.simulator.station import Station

_TIMING: Final = {"do", "after", "until", "with", "within"}
_TRAITS: Final = {one.name for one in fields(Profile)} - {"identity", "answer_timeout", "connection_timeout"}


class BadScenario(Exception):
    """The script cannot be played; the message says where and why."""


@dataclass(frozen=True)
class Pause:
    """Nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Until:
    """Wait for a note of the station; give up after so many seconds."""

    event: str
    within: float = 60.0
    facts: Mapping[str, Any] = field(default_factory=dict)


Performance = Generator[Pause | Until, datetime, None]
"""Yields what it waits for and is sent the time at which that was over."""


@dataclass(frozen=True)
class Scenario:
    """A script that was read and found playable."""

    title: str
    steps: tuple[Mapping[str, Any], ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    station: Mapping[str, Any] = field(default_factory=dict)

    def perform(self, station: Station, now: datetime) -> Performance:
        """One round of it."""
        for step in self.steps:
            if "after" in step:
                now = yield Pause(float(step["after"]))
            deed = {name: value for name, value in step.items() if name not in _TIMING}
            check(step["do"], deed).does(station, deed, now)
            if "until" in step:
                now = yield Until(step["until"], float(step.get("within", 60)), step.get("with", {}))


def parse(text: str, changes: Mapping[str, str] | None = None) -> Scenario:
    """Read a script; raise BadScenario with the step that is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise BadScenario(f"it is not TOML: {problem}") from None
    if unknown := set(document) - {"title", "values", "station", "step"}:
        raise BadScenario(f"{min(unknown)} is not a part of a scenario (title, values, station, step)")
    values = {**document.get("values", {})}
    for name, value in (changes or {}).items():
        values[name] = changed(values, name, value)
    traits = document.get("station", {})
    if unknown := set(traits) - _TRAITS:
        raise BadScenario(f"a station has no {min(unknown)}; it has {', '.join(sorted(_TRAITS))}")
    steps = tuple(_step(number, step, values) for number, step in enumerate(document.get("step", []), 1))
    if not steps:
        raise BadScenario("it has no [[step]]")
    return Scenario(document.get("title", ""), steps, values, traits)


def changed(values: Mapping[str, Any], name: str, text: str) -> Any:
    """A value from the command line, in the type of the one it replaces."""
    if name not in values:
        raise BadScenario(f"it has no value {name}; it has {', '.join(values) or 'none'}")
    kind = type(values[name])
    try:
        return text.lower() in ("true", "yes", "1") if kind is bool else kind(text)
    except ValueError:
        raise BadScenario(f"{name} must be {kind.__name__}, not {text}") from None


def _step(number: int, step: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    filled: dict[str, Any] = {name: _filled(value, values) for name, value in step.items()}
    deed = {name: value for name, value in filled.items() if name not in _TIMING}
    try:
        check(filled.get("do"), deed)
    except BadDeed as problem:
        raise BadScenario(f"step {number}: {problem}") from None
    for name in ("after", "within"):
        if not isinstance(filled.get(name, 0), int | float):
            raise BadScenario(f"step {number}: {name} must be seconds")
    if not {"with", "within"}.isdisjoint(filled) and "until" not in filled:
        raise BadScenario(f"step {number}: with and within go with until")
    return filled


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    """Every "$name" replaced by its value; "$now" is the time at which it is done."""
    if isinstance(value, str) and value.startswith("$") and value != NOW:
        if value[1:] not in values:
            raise BadScenario(f"{value} is not among the values")
        return values[value[1:]]
    if isinstance(value, dict):
        return {name: _filled(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, values) for inner in value]
    return value
