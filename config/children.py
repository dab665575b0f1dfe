"""The processes of a hub: what each is started with, and one running instance of it.

Each can run many times on many machines; the commands here are the ones to use there too (`manage.py up --only NAME`).
"""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Literal

from django.conf import settings

from config.privileges import tied

QUEUES = ("interactive", "drain", "deliver", "bulk")
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:RSA+AESGCM"
UNCHECKED = {"CELERY_SKIP_CHECKS": "1"}  # Django's checks load every page of staff; `make lint` and the tests run them
FRAME_MARGIN = 1024  # a frame just over the limit gets an answer in OCPP's own words; far above it is cut off


@dataclass(frozen=True)
class Spec:
    """How a process is started, and what its end means: start it again, leave it, or end the hub with its status."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    tls: bool = False
    at_exit: Literal["restart", "leave", "finish"] = "restart"
    stage: int = 0  # stages stop one after another, lowest first


_KEPT = {"DB_POOL_SIZE": "0"}  # to take a connection out of a pool and put it back costs a request a twentieth


def hub_specs() -> list[Spec]:
    workers = [worker(queue) for queue in QUEUES]
    return [web(), ocpp(), *workers, beat()]


def web() -> Spec:
    words = ["--interface", "wsgi", "--host", settings.HUB_BIND, "--port", str(settings.HUB_WEB_PORT), "--http", "1"]
    words += ["--workers", str(settings.HUB_WEB_WORKERS), "--blocking-threads", str(settings.HUB_WEB_THREADS)]
    words += ["--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "error"]
    command = [sys.executable, "-m", "granian", *words, "config.wsgi:application"]
    return Spec("web", command, _KEPT, settings.HUB_WEB_PORT)


def ocpp() -> Spec:
    words = ["--host", settings.HUB_BIND, "--port", str(settings.HUB_OCPP_PORT), "--loop", "uvloop"]
    words += ["--http", "ocppbridge.transport.front:Front", "--ws", "ocppbridge.transport.websocket:Socket", *_tls()]
    words += ["--ws-max-size", str(settings.OCPP_FRAME_LIMIT + FRAME_MARGIN), "--lifespan", "off"]
    words += ["--ws-ping-interval", str(settings.OCPP_PING_INTERVAL)]
    words += ["--ws-ping-timeout", str(settings.OCPP_PING_TIMEOUT), "--timeout-graceful-shutdown", "5"]
    words += ["--no-server-header", "--no-proxy-headers", "--no-access-log", "--log-level", "warning"]
    command = [sys.executable, "-m", "uvicorn", *words, "config.asgi:application"]
    tls = bool(settings.OCPP_TLS_CERTIFICATE)
    return Spec("ocpp", command, _pool(settings.DB_POOL_SIZE), settings.HUB_OCPP_PORT, tls)


def _tls() -> list[str]:
    """TLS 1.2 or better, with the suites that OCPP names (A00.FR.318); a station may show a certificate of its own."""
    if not settings.OCPP_TLS_CERTIFICATE:
        return []
    words = ["--ssl-ciphers", CIPHERS]
    words += ["--ssl-certfile", settings.OCPP_TLS_CERTIFICATE, "--ssl-keyfile", settings.OCPP_TLS_KEY]
    if settings.OCPP_TLS_CLIENT_CA:
        words += ["--ssl-ca-certs", settings.OCPP_TLS_CLIENT_CA, "--ssl-cert-reqs", str(int(ssl.CERT_OPTIONAL))]
    return words


def worker(queue: str) -> Spec:
    threads = settings.HUB_DELIVER_THREADS if queue == "deliver" else settings.HUB_WORKER_THREADS
    words = ["worker", "-P", "threads", "-c", str(threads), "-Q", queue, "-n", f"{queue}-{os.getpid()}@%h"]
    words += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning"]
    return Spec(f"worker-{queue}", _celery(words), {**_pool(threads + 2), **UNCHECKED}, stage=1)


def beat() -> Spec:
    return Spec("beat", _celery(["beat", "-l", "warning", "--pidfile="]), {**_pool(2), **UNCHECKED})


def _celery(words: list[str]) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "config.celery", "-q", *words]


def _pool(size: int) -> dict[str, str]:
    return {"DB_POOL_SIZE": str(max(2, size))}


class Child:
    """A running process of a spec: its output line by line, its restarts."""

    def __init__(self, spec: Spec, say: Callable[[str, str], None]) -> None:
        self.spec, self.say = spec, say
        self.process: subprocess.Popen[str] | None = None
        self.failures = 0
        self.started_at = 0.0
        self.start_again_at = 0.0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """From the main thread: the child dies with it (see config/privileges.py)."""
        environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1", **self.spec.environment}
        self.process = subprocess.Popen(
            tied(self.spec.command, death_signal="TERM"),
            cwd=settings.ROOT,
            env={**os.environ, "HUB_DATA": str(settings.HUB_DATA), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # a terminal's Ctrl-C goes to the supervisor, which stops children in order
        )
        self.started_at = time.monotonic()
        threading.Thread(target=self._relay, args=(self.process.stdout,), daemon=True).start()

    def ended(self, now: float) -> None:
        """Take leave of a process that died: sweep up what it started, and say when to try again."""
        code = self.process.returncode if self.process else 0
        self._signal(signal.SIGKILL)
        self.failures = 1 if now - self.started_at > 30 else self.failures + 1
        self.start_again_at = now + min(0.25 * 2 ** (self.failures - 1), 10.0)
        self.process = None
        self.say("hub", f"{self.spec.name} ended ({_in_words(code)}), starting it again")

    def ask_to_stop(self) -> None:
        if self.running and self.process:
            self.process.terminate()

    def make_sure(self) -> None:
        """Whatever is left of the process and its own children is gone after this."""
        self._signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def _signal(self, sign: signal.Signals) -> None:
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)

    def _relay(self, output: IO[str]) -> None:
        with output:
            for line in output:
                self.say(self.spec.name, line.rstrip("\n"))


def _in_words(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
