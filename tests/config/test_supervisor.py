"""`manage.py up` as a real process tree: it answers, restarts what dies, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.children import hub_specs
from config.datadir import DataDir
from config.supervisor import healthy
from tests import ready

ROOT = Path(__file__).resolve().parents[2]
WAIT = 60.0


def eventually(condition: Callable[[], bool], seconds: float = WAIT) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        threading.Event().wait(0.05)
    return condition()


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Hub:
    """`manage.py up` with a data folder and ports of its own; its output is kept."""

    def __init__(self, folder: Path, *words: str, **variables: str) -> None:
        self.web, self.ocpp = free_ports(2)
        names = ("PATH", "HOME", "LANG", "PYTHONPATH")
        environment = {name: os.environ[name] for name in names if name in os.environ}
        environment |= {"HUB_DATA": str(folder), "HUB_WEB_PORT": str(self.web), "HUB_OCPP_PORT": str(self.ocpp)}
        environment |= {"ESCALATION": "pragmatic", **variables}
        self.output = folder / "output"
        with self.output.open("w") as output:
            self.process = psutil.Popen(
                [sys.executable, "manage.py", "up", *words], cwd=ROOT, env=environment, stdout=output, stderr=output
            )

    def text(self) -> str:
        return self.output.read_text()

    def up(self) -> bool:
        return eventually(lambda: "Ctrl-C stops it" in self.text() or self.process.poll() is not None)

    def family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def child(self, word: str) -> psutil.Process | None:
        found = [one for one in self.process.children() if not gone(one) and word in words_of(one)]
        return found[0] if found else None


def words_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it went while we looked
        return ""


def gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def draws(process: psutil.Process | None) -> bool:
    """Whether a process, or a child of it, has loaded what only the pages of staff need."""
    family = [process, *process.children(recursive=True)] if process else []
    return any("/PIL/" in part.path for one in family for part in one.memory_maps())


@pytest.fixture
def folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="hub-up-"))
    place.chmod(0o711)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def furnished(folder: Path) -> None:
    """The folder has its database already: the first test shows that an empty one will do."""
    ready.furnish(DataDir(folder))


@pytest.fixture
def hub(folder: Path) -> Iterator[Hub]:
    found = Hub(folder)
    try:
        assert found.up(), found.text()
        assert found.process.poll() is None, found.text()
        yield found
    finally:
        for one in found.family() if found.process.is_running() else []:
            one.kill()
        found.process.wait(WAIT)


def test_the_hub_answers_restarts_what_dies_and_leaves_nothing_behind(hub: Hub) -> None:
    assert healthy("127.0.0.1", hub.web)
    assert healthy("127.0.0.1", hub.ocpp)
    for word in ("granian", "uvicorn", "worker -P threads", "beat"):
        assert eventually(lambda word=word: hub.child(word) is not None), word  # type: ignore[misc]
    assert draws(hub.child("granian"))
    assert not draws(hub.child("uvicorn"))
    skips = {spec.name for spec in hub_specs() if "CELERY_SKIP_CHECKS" in spec.environment}  # checks load those pages
    assert skips == {"worker-interactive", "worker-drain", "worker-deliver", "worker-bulk", "beat"}

    web = hub.child("granian")
    postgres = hub.child("postgres")
    assert web is not None
    assert postgres is not None
    web.kill()
    assert eventually(lambda: "web ended (killed by SIGKILL), starting it again" in hub.text())
    assert eventually(lambda: hub.child("granian") not in (None, web) and healthy("127.0.0.1", hub.web)), hub.text()
    postgres.kill()
    assert eventually(lambda: hub.child("postgres") not in (None, postgres)), hub.text()
    assert eventually(lambda: healthy("127.0.0.1", hub.web)), hub.text()

    family = hub.family()
    assert len(family) >= 9
    hub.process.send_signal(signal.SIGTERM)
    assert hub.process.wait(WAIT) == 0, hub.text()
    assert eventually(lambda: all(gone(one) for one in family)), [one.cmdline() for one in family if not gone(one)]
    assert hub.text().rstrip().endswith("stopped (SIGTERM)")


def test_nothing_survives_a_supervisor_that_is_killed(furnished: None, hub: Hub) -> None:
    assert eventually(lambda: hub.child("beat") is not None)
    family = hub.family()
    hub.process.kill()
    hub.process.wait(WAIT)
    assert eventually(lambda: all(gone(one) for one in family)), [one.cmdline() for one in family if not gone(one)]


def test_a_taken_port_is_a_clear_message_and_exit_status_2(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        hub = Hub(folder, HUB_WEB_PORT=port)
        assert hub.process.wait(WAIT) == 2
        assert f"port {port} for web is not free" in hub.text()
        assert "set HUB_WEB_PORT" in hub.text()


def test_a_strict_hub_names_the_open_decisions_and_does_not_start(furnished: None, folder: Path) -> None:
    hub = Hub(folder, ESCALATION="strict")
    assert hub.process.wait(WAIT) == 1
    assert "TARIFF-ROUNDING (default four_decimals)" in hub.text()
    assert "    cents: " in hub.text()
    assert "decisions set ID VALUE" in hub.text()


def test_an_unknown_process_is_refused_by_name(folder: Path) -> None:
    hub = Hub(folder, "--only", "kitchen")
    assert hub.process.wait(WAIT) == 2
    assert "there is no kitchen" in hub.text()


def test_a_single_process_refuses_a_schema_that_is_not_there(folder: Path) -> None:
    """`--only` is for production, where migrating is a step of its own."""
    hub = Hub(folder, "--only", "beat")
    assert hub.process.wait(WAIT) == 1
    assert "run `manage.py migrate` first" in hub.text()
