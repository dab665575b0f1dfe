"""What a connected station costs: CPU of a message that nobody stores, memory of an idle socket, CPU of a reconnect.

Against `ocpp-rpc` in strict mode (Node) and the ``ocpp`` package, which store nothing, like the hub here. 20,000 idle
stations on one process need as many open files, and are "not run" where the hard limit forbids it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import hub
from tests.benchmarks.measure import LOAD_CORE, ROOT, cpu_seconds, drive, free_port, memory_kb, middle, pinned, server
from tests.benchmarks.messages import SUBPROTOCOLS
from tests.benchmarks.report import Row
from tests.foreign import environments

ROUNDS = 5
SECONDS = 3.0
STATIONS = 1000
IDLE = 5000
MANY = 20_000
KB_PER_STATION = 30.0
FILES_BESIDE = 500

Server = tuple[int, int]  # process, port


@dataclass(frozen=True)
class Crowd:
    """What so many stations cost when they connect and stay."""

    connected: int
    cpu_us: float
    kb: float


def run() -> list[Row]:
    with hub.ground() as place, tempfile.TemporaryDirectory() as folder:
        hub.setup_django(place)
        hub.add_stations(MANY)
        log = Path(folder) / "peer.log"
        return [*_messages(place, log), *_crowds(place, log), *_many(place)]


def _messages(place: hub.Ground, log: Path) -> Iterator[Row]:
    with _unstored(place) as ours, _rpc(log) as rpc, _package(log) as package:
        for message, share in (("MeterValues", 0.1), ("TransactionEvent", 0.05)):
            figures: dict[str, list[float]] = {"hub": [], "rpc": [], "package": []}
            for _ in range(ROUNDS):
                for name, (pid, port) in (("hub", ours), ("rpc", rpc), ("package", package)):
                    done = drive(
                        pid, port=port, message=message, subprotocol=SUBPROTOCOLS[message], stations=STATIONS,
                        seconds=SECONDS,
                    )  # fmt: skip
                    if done.refused or done.lost or not done.acknowledged:
                        raise RuntimeError(f"{name}: {done.acknowledged} acknowledged, {done.refused} refused")
                    figures[name].append(done.cpu_us)
            mine, theirs, packaged = (middle(figures[name]) for name in ("hub", "rpc", "package"))
            yield Row(
                f"CPU per {message}, nothing stored", "ocpp-rpc, strict", mine / theirs, "<=", 1.0,
                f"{mine:.0f} µs against {theirs:.0f} µs", "no order per station, no state",
            )  # fmt: skip
            yield Row(
                f"CPU per {message}, nothing stored", "ocpp package", mine / packaged, "<=", share,
                f"{mine:.0f} µs against {packaged:.0f} µs", "no authentication, no order per station, no state",
            )  # fmt: skip


def _crowds(place: hub.Ground, log: Path) -> Iterator[Row]:
    ours, theirs = [], []
    for _ in range(3):  # a fresh process each time: memory is never given back whole
        with _hub(place) as server_of_ours:
            ours.append(_crowd(*server_of_ours, IDLE))
        with _rpc(log) as server_of_theirs:
            theirs.append(_crowd(*server_of_theirs, IDLE))
    kb, other_kb = (middle([each.kb for each in crowd]) for crowd in (ours, theirs))
    cpu, other_cpu = (middle([each.cpu_us for each in crowd]) for crowd in (ours, theirs))
    yield Row(
        f"memory of an idle station, {IDLE:,} connected", f"{KB_PER_STATION:.0f} kB", kb / KB_PER_STATION, "<=", 1.0,
        f"{kb:.1f} kB (ocpp-rpc {other_kb:.1f} kB)", "",
    )  # fmt: skip
    yield Row(
        f"CPU per connection in a storm of {IDLE:,}, Basic auth", "ocpp-rpc, strict", cpu / other_cpu, "<=", 1.3,
        f"{cpu:.0f} µs against {other_cpu:.0f} µs", "passwords in the clear, no account looked up, nothing noted",
    )  # fmt: skip


def _many(place: hub.Ground) -> Iterator[Row]:
    what = f"{MANY:,} idle stations on one process"
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < MANY + FILES_BESIDE:
        print(f"{what}: not run, the hard limit of open files is {resource.getrlimit(resource.RLIMIT_NOFILE)[1]:,}")
        return
    with _hub(place) as (pid, port):
        crowd = _crowd(pid, port, MANY)
    yield Row(what, "all of them", crowd.connected / MANY, ">=", 1.0, f"{crowd.kb:.1f} kB each", "")


def _crowd(pid: int, port: int, count: int) -> Crowd:
    """Connect them all, read the server's clocks before and after, let go."""
    load = {"port": port, "message": "Heartbeat", "stations": count, "seconds": 0, "idle": True}
    words = [sys.executable, "-m", "tests.benchmarks.fleet", json.dumps(load)]
    fleet = subprocess.Popen(
        words,
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=pinned(LOAD_CORE),  # noqa: PLW1509
    )
    assert fleet.stdin is not None and fleet.stdout is not None
    marks: list[tuple[float, int]] = []
    connected = 0
    for line in fleet.stdout:
        said = json.loads(line)
        connected = said.get("score", {}).get("connected", connected)
        if "say" in said:
            marks.append((cpu_seconds(pid), memory_kb(pid)))
            fleet.stdin.write("\n")
            fleet.stdin.flush()
    if fleet.wait() or len(marks) != 2:
        raise RuntimeError("the fleet did not connect; see its errors above")
    (cpu, memory), (cpu_then, memory_then) = marks
    return Crowd(connected, (cpu_then - cpu) / count * 1e6, (memory_then - memory) / count)


@contextmanager
def _hub(place: hub.Ground, application: str = "config.asgi:application") -> Iterator[Server]:
    port = free_port()
    command = [*hub.ocpp_command(port)[:-1], application]
    with server(command, port, place.env, place.folder / "ocpp.log") as pid:
        yield pid, port


def _unstored(place: hub.Ground) -> AbstractContextManager[Server]:
    return _hub(place, "tests.benchmarks.peers.unstored:application")


@contextmanager
def _rpc(log: Path) -> Iterator[Server]:
    node, modules = environments.node_modules()
    port = free_port()
    script = ROOT / "tests" / "foreign" / "node" / "server.js"
    env = {"NODE_PATH": str(modules / "node_modules")}
    with server([str(node), str(script), str(port)], port, env, log) as pid:
        yield pid, port


@contextmanager
def _package(log: Path) -> Iterator[Server]:
    port = free_port()
    command = [str(environments.python("bench")), "-m", "tests.benchmarks.peers.package", str(port)]
    with server(command, port, {}, log) as pid:
        yield pid, port


if __name__ == "__main__":
    from tests.benchmarks.report import show

    sys.exit(show(run()))
