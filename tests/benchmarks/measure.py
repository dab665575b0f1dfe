"""How the benchmarks measure: a server pinned to core 0, everything else on core 1, CPU time from the kernel's clocks.

Rates are noisy on a shared machine; CPU per message and ratios within one run are not, so those are what is reported.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE, LOAD_CORE = {0}, {max(0, (os.cpu_count() or 1) - 1)}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its children that still run."""
    total = 0.0
    for each in [pid, *_children(pid)]:
        fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / TICK
    return total


def memory_kb(pid: int) -> int:
    """Proportional set size of a process tree in kB."""
    total = 0
    for each in [pid, *_children(pid)]:
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [child for each in map(int, found) for child in (each, *_children(each))]


def pinned(core: set[int]) -> Callable[[], None]:
    """For a child: its core, and as many open files as may be."""

    def prepare() -> None:
        os.sched_setaffinity(0, core)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    return prepare


@contextmanager
def server(command: list[str], port: int, env: Mapping[str, str], log: Path) -> Iterator[int]:
    """A server process pinned to the server's core, ready when its port takes connections."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            preexec_fn=pinned(SERVER_CORE),  # noqa: PLW1509  # one thread here
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 30
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text()[-2000:]}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Run:
    """One measured stretch."""

    acknowledged: int
    refused: int
    lost: int
    seconds: float
    server_cpu: float
    latencies: list[float]

    @property
    def cpu_us(self) -> float:
        """Server CPU per acknowledged message, in microseconds."""
        return self.server_cpu / max(1, self.acknowledged) * 1e6

    @property
    def rate(self) -> float:
        """Acknowledged messages a second."""
        return self.acknowledged / self.seconds

    def percentile(self, share: float) -> float:
        """A latency in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


def drive(pid: int, **load: object) -> Run:
    """Run a fleet in a process of its own against the server ``pid`` and read the server's CPU clock around it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.fleet", json.dumps(load)], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        preexec_fn=pinned(LOAD_CORE),  # noqa: PLW1509  # one thread here
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    marks: list[tuple[float, float]] = []
    score: dict[str, object] = {}
    for line in process.stdout:
        said = json.loads(line)
        if "score" in said:
            score = said["score"]
        else:
            marks.append((cpu_seconds(pid), time.perf_counter()))
            process.stdin.write("\n")
            process.stdin.flush()
    if process.wait() or len(marks) != 2:
        raise RuntimeError("the fleet did not finish; see its errors above")
    (cpu_0, at_0), (cpu_1, at_1) = marks
    return Run(
        *(int(str(score[name])) for name in ("acknowledged", "refused", "lost")), at_1 - at_0, cpu_1 - cpu_0,
        list(score["latencies"]),  # type: ignore[call-overload]
    )  # fmt: skip


def middle(values: list[float]) -> float:
    """The median."""
    return float(median(values))
