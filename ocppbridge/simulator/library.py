"""Scripts by name or by path: those that come with the simulator, a TOML file, or a Python file.

A Python script has `play(station, now, values)`: a generator that yields `Pause` or `Until` and is sent the time; what
`--set` changes stands in its `VALUES`, and `STATION` says what its station is like.
"""

from __future__ import annotations

import importlib.resources
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from importlib.abc import Loader
from pathlib import Path
from types import ModuleType
from typing import Any

from ocppbridge.simulator.play import Rounds
from ocppbridge.simulator.scenario import BadScenario, Performance, changed, parse
from ocppbridge.simulator.station import Station


@dataclass(frozen=True)
class Script:
    """What can be played."""

    name: str
    title: str
    perform: Rounds
    station: Mapping[str, Any]
    values: Mapping[str, Any]


def shipped() -> list[Script]:
    """Everything that comes with the simulator."""
    return [_toml(path, {}) for path in sorted(_shelf().glob("*.toml"))]


def find(name: str, changes: Mapping[str, str] | None = None) -> Script:
    """A script by its name or its path; BadScenario says what is wrong with it."""
    path = Path(name)
    if path.suffix not in (".toml", ".py"):
        path = _shelf() / f"{name}.toml"
        if not path.exists():
            raise BadScenario(f"There is no scenario {name}; {_hint(name)}.")
    try:
        return (_toml if path.suffix == ".toml" else _python)(path, changes or {})
    except OSError as problem:
        raise BadScenario(f"{path}: {problem.strerror}.") from None
    except BadScenario as problem:
        raise BadScenario(f"{path.name}: {problem}.") from None


def _toml(path: Path, changes: Mapping[str, str]) -> Script:
    scenario = parse(path.read_text(), changes)
    return Script(path.stem, scenario.title, scenario.perform, scenario.station, scenario.values)


def _python(path: Path, changes: Mapping[str, str]) -> Script:
    module = _loaded(path)
    play = getattr(module, "play", None)
    if not callable(play):
        raise BadScenario("it has no function play(station, now, values)")
    values = dict(getattr(module, "VALUES", {}))
    values |= {name: changed(values, name, value) for name, value in changes.items()}

    def perform(station: Station, now: datetime) -> Performance:
        scene: Performance = play(station, now, values)
        return scene

    title = (module.__doc__ or "").partition("\n")[0]
    return Script(path.stem, title, perform, dict(getattr(module, "STATION", {})), values)


def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"scenario_{path.stem}", path)
    if spec is None or not isinstance(spec.loader, Loader):
        raise BadScenario("it is no Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (SyntaxError, ImportError, NameError) as problem:
        raise BadScenario(f"{type(problem).__name__}: {problem}") from None
    return module


def _shelf() -> Path:
    return Path(str(importlib.resources.files("ocppbridge.simulator"))) / "scenarios"


def _hint(name: str) -> str:
    names = [path.stem for path in sorted(_shelf().glob("*.toml"))]
    near = get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}, or give a path"
