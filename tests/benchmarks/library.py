"""Lists and writes over HTTP against the library `extrawest-ocpi`, which serves and takes locations from memory.

What is compared is the server's CPU time: how much of each fits on its core. So several callers keep that core at work,
for both: one that sleeps between two requests is charged with falling asleep and waking up. PostgreSQL works on another
core; what it spends is said beside. The hub checks the token against the database, journals the exchange, validates,
stores, and marks three partners. Of the rounds, by turns with the peer's, the least counts on both sides: what else a
shared machine does can only add to them. `python -m tests.benchmarks.library 1` has one caller instead.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from tests.benchmarks import hub, network, running
from tests.benchmarks.measure import LOAD_CORE, cpu_seconds, free_port, server
from tests.benchmarks.report import Row
from tests.benchmarks.running import Line, Processes
from tests.foreign import environments

COUNT = 100_000
ROUNDS = 15
CALLERS = 4
PEER = "extrawest-ocpi, from memory"
LACKS = "no database, no journal, no visibility, no validation beyond types"
_seconds = itertools.count(1)


class Callers:
    """So many at once, each with a kept connection of its own to each door."""

    def __init__(self, number: int) -> None:
        self._threads = ThreadPoolExecutor(number)
        self._mine = threading.local()

    def all(self, call: Callable[[], object], times: int) -> None:
        for _ in self._threads.map(lambda _: call(), range(times)):
            pass

    def ask(self, door: Line, method: str, url: str, body: bytes | None = None) -> None:
        lines = vars(self._mine)
        name = f"{door.port} {door.token}"
        if name not in lines:
            lines[name] = Line(door.port, door.token)
        lines[name].ask(method, url, body)


def run(number: int = CALLERS) -> list[Row]:
    with hub.ground() as place:
        hub.setup_django(place)
        callers = network.callers()
        network.copy("roaming_location", network.stored(range(COUNT)))
        network.emsps(3, "http://127.0.0.1:9")
        network.settle()
        with running.processes(place, ["web"]) as ours, library("CPO") as shop, library("EMSP") as taker:
            os.sched_setaffinity(0, LOAD_CORE)
            many = Callers(number)
            return [*_pages(many, ours, callers.reader, *shop), *_writes(many, ours, callers.writer, *taker)]


def _pages(many: Callers, ours: Processes, token: str, pid: int, port: int) -> Iterator[Row]:
    reader = Line(ours.web_port, token)
    first = f"{reader.endpoint('locations', 'SENDER')}?limit=100"
    deep = reader.follow(first, 300)
    peer = Line(port, "token-of-ours")
    shelf = "/ocpi/cpo/2.2.1/locations/?limit=100&offset=300"
    pages, deep_pages, theirs = [], [], []
    for _ in range(ROUNDS):
        pages.append(cost(ours, lambda: many.ask(reader, "GET", first), 100, many))
        deep_pages.append(cost(ours, lambda: many.ask(reader, "GET", deep), 100, many))
        theirs.append(_peer_cost(pid, lambda: many.ask(peer, "GET", shelf), 8, many))
    peer_page = min(theirs)
    for what, found in ((f"page of 100 of {COUNT:,} locations", pages), ("page 300 by Link", deep_pages)):
        yield _row(f"GET, {what}", peer_page, found, 60.0)


def _writes(many: Callers, ours: Processes, token: str, pid: int, port: int) -> Iterator[Row]:
    writer = Line(ours.web_port, token)
    url = f"{writer.endpoint('locations', 'RECEIVER')}NL/PUT"
    peer = Line(port, "token-of-ours")
    changed, same, theirs = [], [], []

    def put(line: Line, base: str, new: bool) -> None:
        """The next location, with another status and date, or as it was."""
        number = next(numbers) % network.OWN
        many.ask(line, "PUT", f"{base}/LOC{number:06d}", body(number, next(_seconds) if new else 0))

    def again_put(number: int, content: bytes) -> None:
        many.ask(writer, "PUT", f"{url}/LOC{number:06d}", content)

    for _ in range(ROUNDS):
        numbers = itertools.count()
        changed.append(cost(ours, lambda: put(writer, url, True), 200, many))
        again = [(number, body(number, next(_seconds))) for number in range(50)]
        for number, content in again:
            writer.ask("PUT", f"{url}/LOC{number:06d}", content)
        turns = itertools.cycle(again)
        same.append(cost(ours, lambda turns=turns: again_put(*next(turns)), 200, many))  # type: ignore[misc]
        theirs.append(_peer_cost(pid, lambda: put(peer, "/ocpi/emsp/2.2.1/locations/NL/PUT", True), 100, many))
    peer_put = min(theirs)
    yield _row("PUT of a location, changed", peer_put, changed, 2.0)
    yield _row("PUT of a location, unchanged", peer_put, same, 3.0)


def body(number: int, second: int) -> bytes:
    """The location as it is at some second: one EVSE changes."""
    document = network.location(number, ("NL", "PUT"))
    stamp = network.written(network.START + timedelta(days=1, seconds=second))
    state = {"status": ("CHARGING", "AVAILABLE")[second % 2], "physical_reference": f"at {second}"}
    evse = document["evses"][0] | state | {"last_updated": stamp}
    return network.compact(document | {"evses": [evse, document["evses"][1]], "last_updated": stamp}).encode()


def cost(ours: Processes, call: Callable[[], object], times: int, many: Callers | None = None) -> tuple[float, float]:
    """CPU seconds of one call: the web process's, and the database's. `many`: who calls, instead of one."""
    _calls(call, 2 * CALLERS, many)
    web, database = ours.web_cpu(), ours.database_cpu()
    _calls(call, times, many)
    return (ours.web_cpu() - web) / times, (ours.database_cpu() - database) / times


def _calls(call: Callable[[], object], times: int, many: Callers | None) -> None:
    if many is not None:
        many.all(call, times)
        return
    for _ in range(times):
        call()


def _peer_cost(pid: int, call: Callable[[], object], times: int, many: Callers) -> float:
    _calls(call, CALLERS, many)
    before = cpu_seconds(pid)
    _calls(call, times, many)
    return (cpu_seconds(pid) - before) / times


def _row(what: str, peer: float, found: list[tuple[float, float]], target: float) -> Row:
    web, database = (min(pair[place] for pair in found) for place in (0, 1))
    figures = f"{web * 1000:.2f} ms (PostgreSQL beside: {database * 1000:.2f} ms) against {peer * 1000:.1f} ms"
    return Row(what, PEER, peer / web, ">=", target, figures, LACKS)


@contextmanager
def library(role: str) -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [str(environments.python("extrawest")), "-m", "tests.benchmarks.peers.library", str(port), role]
    folder = environments.CACHE.parent
    with server(command, port, {}, folder / f"library-{role}.log") as pid:
        yield pid, port


if __name__ == "__main__":
    from tests.benchmarks.report import show

    sys.exit(show(run(int(sys.argv[1]) if len(sys.argv) > 1 else CALLERS)))
