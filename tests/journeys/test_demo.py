"""`manage.py demo` as a visitor runs it: it plays to the end, says what was right, and leaves no process behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
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
    process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        log = (self.data / "demo.log").open("wb")
        with log:
            command = [sys.executable, "manage.py", "demo", *words]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        return self.process

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

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
    visit = Visit(data, int(ports["HUB_WEB_PORT"]), inherited | ports | {"HUB_DATA": str(data)})
    yield visit
    visit.end()
    shutil.rmtree(data, ignore_errors=True)


def test_played_once_it_ends_with_everything_right_and_nothing_left_behind(visit: Visit) -> None:
    process = visit.start("--once")
    assert process.wait(300) == 0, visit.log()
    assert re.search(r"All \d\d hops and figures were right", visit.log()), visit.log()
    assert visit.log().count("CDR ") >= 2
    eventually(lambda: not visit.left_behind(), "every process is gone")


def test_a_second_start_plays_again_and_stops_at_a_signal(visit: Visit) -> None:
    process = visit.start()
    eventually(lambda: _status(visit) == 401, "OCPI answers")
    eventually(lambda: "Ctrl-C stops it" in visit.log(), "the story is over", seconds=240)
    assert "hops and figures were right" in visit.log(), visit.log()
    assert re.search(r"Admin .*/admin/ +login demo, password \S+", visit.log())
    process.send_signal(signal.SIGTERM)
    assert process.wait(90) == 0, visit.log()
    eventually(lambda: not visit.left_behind(), "every process is gone")


def _status(visit: Visit) -> int:
    try:
        return requests.get(f"http://127.0.0.1:{visit.web_port}/ocpi/versions", timeout=60).status_code
    except requests.ConnectionError:
        return 0


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:
        return b""


def _words(place: Path) -> str:
    return _read(place / "cmdline").replace(b"\0", b" ").decode(errors="replace")
