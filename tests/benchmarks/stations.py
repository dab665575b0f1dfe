"""Durable intake over real WebSockets: acknowledged after COMMIT, from 1,000 stations.

1. Server CPU per message against the ``ocpp`` package with a pool and a commit per message, and against the textbook.
2. Latency of the acknowledgement at 500 messages a second against a pool that commits each message behind the hub's own
   consumer and validation.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.benchmarks import hub
from tests.benchmarks.measure import Run, drive, free_port, middle, server
from tests.benchmarks.messages import SUBPROTOCOLS
from tests.benchmarks.report import Row
from tests.foreign import environments

ROUNDS = 5
SECONDS = 3.0
SECONDS_OF_THE_SLOW = 9.0  # a thousand stations wait that long for a first answer of the textbook

MESSAGES = ("MeterValues", "TransactionEvent")
TEXTBOOK = """CREATE TABLE peer_textbook_message (
    id bigserial PRIMARY KEY, at timestamptz, station varchar(50), action varchar(50), body jsonb
)"""
PEERS = {"package": "ocpp package, commit per message", "textbook": "daphne, Channels, jsonschema, acreate"}
LACKS = "no authentication, no order per station, no inbox, no message trace of its answers"


def run() -> list[Row]:
    """All servers in turns, several rounds."""
    peers = environments.python("bench")
    with hub.ground() as place:
        hub.setup_django(place)
        hub.add_stations()
        with psycopg.connect(place.dsn, autocommit=True) as connection:
            connection.execute(TEXTBOOK)
        return [*_cpu(place, peers), _latency(place)]


def _cpu(place: hub.Ground, peers: Path) -> Iterator[Row]:
    for message in MESSAGES:
        figures: dict[str, list[float]] = {"hub": [], "package": [], "textbook": []}
        with _hub(place) as ours, _package(place, peers) as package, _textbook(place, peers) as textbook:
            for _ in range(ROUNDS):
                for name, (pid, port) in (("hub", ours), ("package", package), ("textbook", textbook)):
                    seconds = SECONDS_OF_THE_SLOW if name == "textbook" else SECONDS
                    figures[name].append(_closed_loop(pid, port, message, seconds).cpu_us)
        hub_us = middle(figures["hub"])
        for name, share in (("package", 12), ("textbook", 25)):
            peer_us = middle(figures[name])
            yield Row(
                f"CPU per durable {message}",
                PEERS[name],
                hub_us / peer_us, "<=", 1 / share, f"{hub_us:.0f} µs against {peer_us:.0f} µs", LACKS,
            )  # fmt: skip


def _closed_loop(pid: int, port: int, message: str, seconds: float) -> Run:
    done = drive(
        pid,
        port=port,
        message=message,
        subprotocol=SUBPROTOCOLS[message],
        stations=hub.STATIONS,
        seconds=seconds,
        warm=1,
    )
    if done.refused or done.lost or not done.acknowledged:
        raise RuntimeError(
            f"{message} on {port}: {done.acknowledged} acknowledged, {done.refused} refused, {done.lost} lost"
        )
    return done


def _latency(place: hub.Ground) -> Row:
    grouped, pooled = [], []
    for _ in range(ROUNDS):
        for application, figures in (
            ("config.asgi:application", grouped),
            ("tests.benchmarks.peers.pooled:application", pooled),
        ):
            with _hub(place, application) as (pid, port):
                done = drive(
                    pid, port=port, message="MeterValues", subprotocol="ocpp1.6", stations=200, seconds=5.0, rate=500.0
                )
                figures.append((done.percentile(0.5), done.percentile(0.99)))
    ours, theirs = (middle([p50 for p50, _ in figures]) for figures in (grouped, pooled))
    tails = [middle([p99 for _, p99 in figures]) for figures in (grouped, pooled)]
    return Row(
        "acknowledgement at 500 messages/s, p50", "pool of 16, commit per message, same consumer", ours / theirs, "<=",
        1.0, f"{ours:.2f} ms against {theirs:.2f} ms (p99 {tails[0]:.1f} against {tails[1]:.1f})", "nothing",
    )  # fmt: skip


@contextmanager
def _hub(place: hub.Ground, application: str = "config.asgi:application") -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [*hub.ocpp_command(port)[:-1], application]
    with server(command, port, place.env, place.folder / "ocpp.log") as pid:
        yield pid, port


@contextmanager
def _package(place: hub.Ground, peers: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [str(peers), "-m", "tests.benchmarks.peers.package", str(port), place.dsn]
    with server(command, port, {}, place.folder / "package.log") as pid:
        yield pid, port


@contextmanager
def _textbook(place: hub.Ground, peers: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    words = ["-b", "127.0.0.1", "-p", str(port), "tests.benchmarks.peers.textbook:application"]
    command = [str(peers), "-m", "daphne", *words]
    with server(command, port, {"DATABASE_DSN": place.dsn}, place.folder / "textbook.log") as pid:
        yield pid, port


if __name__ == "__main__":
    from tests.benchmarks.report import show

    sys.exit(show(run()))
