"""A hub as operators run it, for tests from outside: `manage.py up` with its own data folder, on free ports.

It starts from a copy of a migrated database; that an empty folder will do, the demo's journey shows.
Tests talk to it through its ports, its commands and, to see what it kept, its database.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from config.datadir import DataDir
from config.supervisor import healthy
from roaming.ocpi import json as exact
from tests import ready

ROOT = Path(__file__).resolve().parent.parent
OWN = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "SECRET_KEY", "HUB_DATA", "DEMO")
"""What the test session set for itself; a hub under test has its own."""
MARKS = {"web": "config.wsgi", "ocpp": "config.asgi", "beat": "\0beat\0"}
"""How a process of the hub is known by its command line; a worker by its queue."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(
    holds: Callable[[], Any],
    what: str,
    seconds: float = 90.0,
    every: float = 0.2,
    why_not: Callable[[], str] = lambda: "",
) -> Any:
    """The first true value of a condition; fails with ``what``, and what stands in its way, when the time is up."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what} {why_not()}"
        time.sleep(every)
    return found


@dataclass
class Hub:
    """A running hub."""

    data: Path
    web_port: int
    ocpp_port: int
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    _hands: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def versions_url(self) -> str:
        return f"{self.url}/ocpi/versions"

    @property
    def ocpp_url(self) -> str:
        return f"ws://127.0.0.1:{self.ocpp_port}/ocpp"

    def run(self, *words: str) -> str:
        """Run Python with the hub's environment and return what it prints."""
        command = [sys.executable, *words]
        how = {"cwd": ROOT, "env": self.environment, "capture_output": True, "text": True, "timeout": 240}
        done = subprocess.run(command, check=False, **how)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def command(self, *words: str) -> Any:
        """`manage.py … --json`."""
        return json.loads(self.run("manage.py", *words, "--json"))

    def operate(self, verb: str, *words: str) -> Any:
        """What the operator does by hand (tests/operator.py)."""
        return self.by_hand("tests.operator", verb, *words)

    def by_hand(self, module: str, verb: str, *words: str, **more: Any) -> Any:
        """A verb of a module, with the hub's environment; the module's process is kept (tests/hands.py)."""
        if module not in self._hands:
            command = [sys.executable, "-m", "tests.hands", module]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            self._hands[module] = subprocess.Popen(command, cwd=ROOT, env=self.environment, **pipes)
        process = self._hands[module]
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(exact.dumps([verb, words, more]) + "\n")
        process.stdin.flush()
        said = json.loads(process.stdout.readline())
        assert "error" not in said, f"{verb} {words} {more}: {said['error']}"
        return said["result"]

    def drop_hands(self) -> None:
        for process in self._hands.values():
            process.communicate(timeout=60)
        self._hands.clear()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database says."""
        place = DataDir(self.data).sockets.postgres
        with psycopg.connect(host=str(place), user="postgres", dbname="hub") as connection:
            return connection.execute(query.encode(), values).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        return self.rows(query, *values)[0][0]

    def pids(self, name: str) -> list[int]:
        """The processes of the hub by their role: web, ocpp, beat, worker-<queue>."""
        mark = MARKS.get(name) or f"\0-Q\0{name.removeprefix('worker-')}\0"
        return [pid for pid in _children(self.process.pid) if mark in _command_line(pid)]

    def log(self) -> str:
        return (self.data / "hub.log").read_text(errors="replace")


@contextmanager
def running_hub(**settings: str) -> Iterator[Hub]:
    """Start a hub, and stop it as an operator would; it must leave nothing behind."""
    data = Path(tempfile.mkdtemp(prefix="hub-journey-"))
    data.chmod(0o711)  # PostgreSQL's own user passes through when we are root
    ready.furnish(DataDir(data))
    web_port, ocpp_port = free_port(), free_port()
    own = {name: value for name, value in os.environ.items() if name not in OWN}
    places = {"HUB_DATA": str(data), "HUB_WEB_PORT": str(web_port), "HUB_OCPP_PORT": str(ocpp_port)}
    rules = {"ESCALATION": "pragmatic", "OUTBOUND_ALLOW": "127.0.0.0/8", "PYTHONUNBUFFERED": "1"}
    environment = own | places | rules | {"DJANGO_SETTINGS_MODULE": "config.settings"} | settings
    with (data / "hub.log").open("wb") as log:
        command = [sys.executable, "manage.py", "up"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    hub = Hub(data, web_port, ocpp_port, process, environment)
    try:
        eventually(lambda: _up(hub), "the hub answers on both ports")
        yield hub
    finally:
        hub.drop_hands()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(90)
        finally:
            process.kill()
            shutil.rmtree(data, ignore_errors=True)


def _up(hub: Hub) -> bool:
    assert hub.process.poll() is None, f"the hub did not start:\n{hub.log()}"
    return all(healthy("127.0.0.1", port) for port in (hub.web_port, hub.ocpp_port))


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
