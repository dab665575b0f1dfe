"""What a page and a PUT cost at 10,000 and at 300,000 locations: CPU of the web process and of PostgreSQL together."""

from __future__ import annotations

import itertools
import os
import sys

from tests.benchmarks import hub, network, running
from tests.benchmarks.library import body, cost
from tests.benchmarks.measure import LOAD_CORE, middle
from tests.benchmarks.report import Row
from tests.benchmarks.running import Line, Processes

FEW, MANY = 10_000, 300_000
ROUNDS = 5
Costs = dict[str, float]


def run() -> list[Row]:
    with hub.ground() as place:
        hub.setup_django(place)
        callers = network.callers()
        network.emsps(3, "http://127.0.0.1:9")
        with running.processes(place, ["web"]) as ours:
            os.sched_setaffinity(0, LOAD_CORE)
            costs = []
            for numbers in (range(FEW), range(FEW, MANY)):
                network.copy("roaming_location", network.stored(numbers))
                network.settle()
                costs.append(_costs(ours, callers))
        few, many = costs
        return [_row(what, few[what], many[what]) for what in few]


def _costs(ours: Processes, callers: network.Callers) -> Costs:
    """Seconds of CPU a call."""
    reader, writer = Line(ours.web_port, callers.reader), Line(ours.web_port, callers.writer)
    first = f"{reader.endpoint('locations', 'SENDER')}?limit=100"
    last = reader.follow(first, 90)
    url = f"{writer.endpoint('locations', 'RECEIVER')}NL/PUT"
    turns = itertools.count()

    def put() -> None:
        number = next(turns) % network.OWN
        writer.ask("PUT", f"{url}/LOC{number:06d}", body(number, next(_seconds)))

    calls = {
        "GET of the first page": (lambda: reader.ask("GET", first), 100),
        "GET of page 90 by Link": (lambda: reader.ask("GET", last), 100),
        "PUT of a location": (put, 150),
    }
    found: dict[str, list[float]] = {what: [] for what in calls}
    for _ in range(ROUNDS):
        for what, (call, times) in calls.items():
            found[what].append(sum(cost(ours, call, times)))
    return {what: middle(values) for what, values in found.items()}


_seconds = itertools.count(1)


def _row(what: str, few: float, many: float) -> Row:
    figures = f"{many * 1000:.2f} ms against {few * 1000:.2f} ms of CPU"
    return Row(f"{what}, of {MANY:,} locations", f"of {FEW:,}", many / few, "<=", 1.3, figures, "the same hub")


if __name__ == "__main__":
    from tests.benchmarks.report import show

    sys.exit(show(run()))
