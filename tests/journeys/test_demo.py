"""`manage.py demo` as a visitor runs it: it plays to the end, says what was right, and leaves no process behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.hub import OWN, ROOT, eventually, free_port


@dataclass
class Visit:
    """One data folder, visited more than once."""

    data: Path
    web_port: int
    environment: dict[str, str]

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        log = (self.data / "demo.log").open("wb")
        with log:
            command = [sys.executable, "manage.py", "demo", *words]
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def log(self) -> str:
        return (self.data / "demo.log").read_text(errors="replace")

    def left_behind(self) -> list[str]:
        """Processes that were started with this data folder and are still there."""
        mark = f"HUB_DATA={self.data}".encode()
        return [_words(place) for place in Path("/proc").glob("[0-9]*") if mark in _read(place / "environ")]


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    data = Path(tempfile.mkdtemp(prefix="hub-demo-"))
    data.chmod(0o711)
    ports = {"HUB_WEB_PORT": str(free_port()), "HUB_OCPP_PORT": str(free_port())}
    inherited = {name: value for name, value in os.environ.items() if name not in (*OWN, "ESCALATION")}
    yield Visit(data, int(ports["HUB_WEB_PORT"]), inherited | ports | {"HUB_DATA": str(data)})
    shutil.rmtree(data, ignore_errors=True)


def test_played_once_it_ends_with_everything_right_and_nothing_left_behind(visit: Visit) -> None:
    process = visit.start("--once")
    assert process.wait(150) == 0, visit.log()
    assert re.search(r"All \d\d hops and figures were right", visit.log()), visit.log()
    assert visit.log().count("CDR ") >= 2
    eventually(lambda: not visit.left_behind(), "every process is gone", seconds=10)


def test_a_second_start_answers_within_ten_seconds_and_stops_at_a_signal(visit: Visit) -> None:
    began = time.monotonic()
    process = visit.start()
    eventually(lambda: _status(visit) == 401, "OCPI answers", seconds=10, every=0.1)
    assert time.monotonic() - began < 10
    eventually(lambda: "Ctrl-C stops it" in visit.log(), "the story is over", seconds=120)
    assert "hops and figures were right" in visit.log(), visit.log()
    assert re.search(r"Admin .*/admin/ +login demo, password \S+", visit.log())
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0, visit.log()
    eventually(lambda: not visit.left_behind(), "every process is gone", seconds=10)


def _status(visit: Visit) -> int:
    try:
        return requests.get(f"http://127.0.0.1:{visit.web_port}/ocpi/versions", timeout=2).status_code
    except requests.ConnectionError:
        return 0


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:
        return b""


def _words(place: Path) -> str:
    return _read(place / "cmdline").replace(b"\0", b" ").decode(errors="replace")
