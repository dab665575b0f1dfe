"""The hub's own processes as `manage.py up` starts them, on the server's core; and clients for them."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

import psycopg

from config.supervisor import healthy
from tests.benchmarks.hub import Ground
from tests.benchmarks.measure import LOAD_CORE, ROOT, SERVER_CORE, cpu_seconds, free_port, pinned


@dataclass(frozen=True)
class Processes:
    """A hub that runs."""

    place: Ground
    pid: int
    web_port: int
    ocpp_port: int

    def web_cpu(self) -> float:
        """Seconds of the web process so far."""
        return sum(cpu_seconds(pid) for pid in _children(self.pid) if b"config.wsgi" in _words(pid))

    def database_cpu(self) -> float:
        """Seconds of the PostgreSQL backends that serve connections; its housekeeping is not in it."""
        with psycopg.connect(self.place.dsn) as connection:
            query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            pids = [int(row[0]) for row in connection.execute(query)]
        return sum(cpu_seconds(pid) for pid in pids)


@contextmanager
def processes(place: Ground, only: Sequence[str] = (), **settings: str) -> Iterator[Processes]:
    """All of the hub, or `only` some of it; ready when the doors answer."""
    web_port, ocpp_port = free_port(), free_port()
    ports = {"HUB_WEB_PORT": str(web_port), "HUB_OCPP_PORT": str(ocpp_port), "OUTBOUND_ALLOW": "127.0.0.0/8"}
    command = [sys.executable, "manage.py", "up", *(word for name in only for word in ("--only", name))]
    with (place.folder / "up.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **place.env, **ports, **settings}, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, preexec_fn=pinned(SERVER_CORE),  # noqa: PLW1509  # one thread here
        )  # fmt: skip
    doors = [port for name, port in (("web", web_port), ("ocpp", ocpp_port)) if not only or name in only]
    try:
        deadline = time.monotonic() + 60
        while not all(healthy("127.0.0.1", port) for port in doors):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the hub did not start:\n{(place.folder / 'up.log').read_text()[-3000:]}")
            time.sleep(0.1)
        yield Processes(place, process.pid, web_port, ocpp_port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


IDLE = 2.0  # seconds; servers close a kept connection that is not used


@dataclass
class Line:
    """One kept connection of an OCPI client."""

    port: int
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._used = 0.0
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        token = base64.b64encode(self.token.encode()).decode()
        self._heads = {"Authorization": f"Token {token}", "Content-Type": "application/json", **self.headers}

    def ask(self, method: str, url: str, body: bytes | None = None) -> tuple[bytes, Message]:
        """Body and headers of an answer, which must be a success. `url` may be a whole one."""
        path = re.sub(r"^https?://[^/]+", "", url)
        if time.monotonic() - self._used > IDLE:
            self._connection.close()  # it opens itself again
        self._used = time.monotonic()
        self._connection.request(method, path, body, self._heads)
        answer = self._connection.getresponse()
        found = answer.read()
        if answer.status >= 300 or b'"status_code":1000' not in found[:60] + found[-400:]:
            raise RuntimeError(f"{method} {url}: {answer.status} {found[:400]!r}")
        return found, answer.headers

    def endpoint(self, module: str, role: str) -> str:
        """From the hub's version details."""
        told = json.loads(self.ask("GET", "/ocpi/2.2.1/")[0])["data"]["endpoints"]
        return next(str(one["url"]) for one in told if (one["identifier"], one["role"]) == (module, role))

    def follow(self, url: str, page: int) -> str:
        """The URL of a page as the Links of the pages before it lead there."""
        for _ in range(page - 1):
            match = re.match(r"<([^>]+)>", self.ask("GET", url)[1]["Link"])
            assert match is not None
            url = match[1]
        return url


@contextmanager
def beside(command: list[str], **env: str) -> Iterator[subprocess.Popen[str]]:
    """A program of the load's, on its core, told things on standard input and heard on standard output."""
    process = subprocess.Popen(
        command, cwd=ROOT, text=True, env={**os.environ, **env}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        preexec_fn=pinned(LOAD_CORE),  # noqa: PLW1509  # one thread here
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def heard(process: subprocess.Popen[str]) -> Any:
    """The next line that it says."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{process.args} ended")
    return json.loads(line)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
