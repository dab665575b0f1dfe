"""Lists and writes over HTTP against the library `extrawest-ocpi`, which serves and takes locations from memory.

What is compared is the server's CPU time: how much of each fits on its core. PostgreSQL works on another core; what it
spends is said beside. The hub checks the token against the database, journals the exchange, validates, stores, and
marks three partners. Of the rounds, by turns with the peer's, the least counts on both sides: what else a shared
machine does can only add to them.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from tests.benchmarks import hub, network, running
from tests.benchmarks.measure import LOAD_CORE, cpu_seconds, free_port, server
from tests.benchmarks.report import Row
from tests.benchmarks.running import Line, Processes
from tests.foreign import environments

COUNT = 100_000
ROUNDS = 15
PEER = "extrawest-ocpi, from memory"
LACKS = "no database, no journal, no visibility, no validation beyond types"
_seconds = itertools.count(1)


def run() -> list[Row]:
    with hub.ground() as place:
        hub.setup_django(place)
        callers = network.callers()
        network.copy("roaming_location", network.stored(range(COUNT)))
        network.emsps(3, "http://127.0.0.1:9")
        network.settle()
        with running.processes(place, ["web"]) as ours, library("CPO") as shop, library("EMSP") as taker:
            os.sched_setaffinity(0, LOAD_CORE)
            return [*_pages(ours, callers.reader, *shop), *_writes(ours, callers.writer, *taker)]


def _pages(ours: Processes, token: str, pid: int, port: int) -> Iterator[Row]:
    reader = Line(ours.web_port, token)
    first = f"{reader.endpoint('locations', 'SENDER')}?limit=100"
    deep = reader.follow(first, 300)
    peer = Line(port, "token-of-ours")
    shelf = "/ocpi/cpo/2.2.1/locations/?limit=100&offset=300"
    pages, deep_pages, theirs = [], [], []
    for _ in range(ROUNDS):
        pages.append(cost(ours, lambda: reader.ask("GET", first), 100))
        deep_pages.append(cost(ours, lambda: reader.ask("GET", deep), 100))
        theirs.append(_peer_cost(pid, lambda: peer.ask("GET", shelf), 6))
    peer_page = min(theirs)
    for what, found in ((f"page of 100 of {COUNT:,} locations", pages), ("page 300 by Link", deep_pages)):
        yield _row(f"GET, {what}", peer_page, found, 60.0)


def _writes(ours: Processes, token: str, pid: int, port: int) -> Iterator[Row]:
    writer = Line(ours.web_port, token)
    url = f"{writer.endpoint('locations', 'RECEIVER')}NL/PUT"
    peer = Line(port, "token-of-ours")
    changed, same, theirs = [], [], []

    def put(line: Line, base: str, new: bool) -> None:
        """The next location, with another status and date, or as it was."""
        number = next(numbers) % network.OWN
        line.ask("PUT", f"{base}/LOC{number:06d}", body(number, next(_seconds) if new else 0))

    for _ in range(ROUNDS):
        numbers = itertools.count()
        changed.append(cost(ours, lambda: put(writer, url, True), 200))
        again = [(number, body(number, next(_seconds))) for number in range(50)]
        for number, content in again:
            writer.ask("PUT", f"{url}/LOC{number:06d}", content)
        turns = itertools.cycle(again)
        same.append(cost(ours, lambda turns=turns: _again(writer, url, *next(turns)), 200))  # type: ignore[misc]
        theirs.append(_peer_cost(pid, lambda: put(peer, "/ocpi/emsp/2.2.1/locations/NL/PUT", True), 100))
    peer_put = min(theirs)
    yield _row("PUT of a location, changed", peer_put, changed, 2.0)
    yield _row("PUT of a location, unchanged", peer_put, same, 3.0)


def _again(line: Line, url: str, number: int, content: bytes) -> None:
    line.ask("PUT", f"{url}/LOC{number:06d}", content)


def body(number: int, second: int) -> bytes:
    """The location as it is at some second: one EVSE changes."""
    document = network.location(number, ("NL", "PUT"))
    stamp = network.written(network.START + timedelta(days=1, seconds=second))
    state = {"status": ("CHARGING", "AVAILABLE")[second % 2], "physical_reference": f"at {second}"}
    evse = document["evses"][0] | state | {"last_updated": stamp}
    return network.compact(document | {"evses": [evse, document["evses"][1]], "last_updated": stamp}).encode()


def cost(ours: Processes, call: Callable[[], object], times: int) -> tuple[float, float]:
    """CPU seconds of one call: the web process's, and the database's."""
    call()
    web, database = ours.web_cpu(), ours.database_cpu()
    for _ in range(times):
        call()
    return (ours.web_cpu() - web) / times, (ours.database_cpu() - database) / times


def _peer_cost(pid: int, call: Callable[[], object], times: int) -> float:
    call()
    before = cpu_seconds(pid)
    for _ in range(times):
        call()
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

    sys.exit(show(run()))
