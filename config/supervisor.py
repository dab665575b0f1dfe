"""The supervisor behind `manage.py up` and `demo`: starts the processes of a hub, keeps them up, stops them in order.

Theory of operation. Everything happens in the main thread: children get the kernel's parent-death signal, which belongs
to the thread that forked them, so that even a `kill -9` of the supervisor leaves nothing behind. `with Supervisor(...)`
starts and waits until the ports answer; `tend()` is one look at the children and engines, `watch()` repeats it until a
signal or a child that may end the hub does. Leaving the block stops the stages one after another: first who takes input
(web, ocpp, beat), then the workers. The engines belong to the caller, who started them before and stops them after.
"""

from __future__ import annotations

import http.client
import signal
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self

from config.children import Child, Spec
from config.engines import Engine

READY_SECONDS = 60.0
STOP_SECONDS = 8.0
PATIENCE = 4  # failed starts of one child before the hub itself gives up, while it starts


class StopRequested(BaseException):
    """SIGINT or SIGTERM arrived. Not an Exception: nothing on the way may take it for a failure."""


class CannotStart(Exception):
    """The hub cannot start; the message says why. `status` is the exit status to leave with."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class Supervisor:
    def __init__(self, specs: Iterable[Spec], *, host: str, engines: Sequence[Engine] = ()) -> None:
        self.children = [Child(spec, self.say) for spec in specs]
        self.engines = engines
        self.host = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104  # where to ask, not to bind
        self.width = max((len(child.spec.name) for child in self.children), default=4)

    def __enter__(self) -> Self:
        try:
            # Who is asked first starts first: on two cores seven starting processes would make the doors wait for all.
            doors = [child for child in self.children if child.spec.port]
            for child in doors:
                child.start()
            self._wait_ready(doors)
            for child in self.children:
                if child not in doors:
                    child.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def watch(self, until: Callable[[], bool] = lambda: False) -> int:
        """Tend the children until `until()` holds or a child that may end the hub ends; its status."""
        while not until():
            finished = self.tend()
            if finished is not None:
                return finished
            time.sleep(0.2)
        return 0

    def tend(self) -> int | None:
        now = time.monotonic()
        for engine in self.engines:
            if not engine.running:
                self.say("hub", f"{engine.name} ended, starting it again: {engine.last_words()}")
                engine.start()
        for child in self.children:
            if child.process is None:
                if child.failures and now >= child.start_again_at:
                    child.start()
            elif not child.running:
                if child.spec.at_exit == "finish":
                    return int(child.process.returncode)
                if child.spec.at_exit == "restart":
                    child.ended(now)
        return None

    def stop(self) -> None:
        """In stages; who does not go within STOP_SECONDS is killed with everything it started."""
        for stage in sorted({child.spec.stage for child in self.children}):
            going = [child for child in self.children if child.spec.stage == stage]
            for child in going:
                child.ask_to_stop()
            deadline = time.monotonic() + STOP_SECONDS
            with suppress(StopRequested):  # a second Ctrl-C: no more patience
                while any(child.running for child in going) and time.monotonic() < deadline:
                    time.sleep(0.05)
            for child in going:
                child.make_sure()

    def say(self, who: str, line: str) -> None:
        with suppress(OSError, ValueError):  # nobody reads any more; children must not stop over that
            print(f"{who:<{self.width}} | {line}", flush=True)  # noqa: T201  # this is the supervisor's terminal

    def _wait_ready(self, waiting: list[Child]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while waiting := [child for child in waiting if not healthy(self.host, child.spec.port, child.spec.tls)]:
            self.tend()
            stuck = next((child for child in self.children if child.failures >= PATIENCE), None)
            if stuck:
                raise CannotStart(f"{stuck.spec.name} does not stay up; its last lines stand above")
            if time.monotonic() > deadline:
                names = " and ".join(child.spec.name for child in waiting)
                raise CannotStart(f"no answer from {names} within {READY_SECONDS:.0f} s")
            time.sleep(0.05)


def refuse_taken_ports(host: str, specs: Iterable[Spec], variables: dict[str, str]) -> None:
    """Before anything is started. SO_REUSEPORT of a server must not hide that another hub listens here."""
    for spec in specs:
        if spec.port is None:
            continue
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, spec.port))
            except OSError as error:
                hint = f"stop what listens there, or set {variables.get(spec.name, 'another port')}"
                reason = f"port {spec.port} for {spec.name} is not free ({error.strerror}): {hint}"
                raise CannotStart(reason, status=2) from error


def healthy(host: str, port: int | None, tls: bool = False) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    if tls:  # whether a child of ours answers; its certificate is in a name for stations, not in this address
        anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(host, port, timeout=2, context=anybody)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def listen_for_signals() -> None:
    """SIGINT and SIGTERM become StopRequested in the main thread."""

    def stop(number: int, frame: FrameType | None) -> Any:
        raise StopRequested(signal.Signals(number).name)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
