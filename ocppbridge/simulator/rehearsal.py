"""A crew of stations at work until their scenarios are over, somebody says stop, or the time is up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocppbridge.simulator.orders import BadOrder, obey
from ocppbridge.simulator.play import Play
from ocppbridge.simulator.shell import Seat, Tell, now, run


@dataclass(frozen=True)
class Outcome:
    """How it went."""

    stations: int
    connected: int
    rounds: int
    failures: dict[str, str]

    @property
    def good(self) -> bool:
        return not self.failures and self.connected == self.stations


async def rehearse(
    seats: Sequence[Seat], tell: Tell, *, seconds: float | None = None, orders: bool = False,
    refresh: Callable[[], None] | None = None,
) -> Outcome:  # fmt: skip
    """Run them; a station that never got a connection counts as a failure."""
    stop, came = asyncio.Event(), set[str]()
    for seat in seats:
        seat.station.listeners.append(
            lambda note: came.add(note["station"]) if note["event"] == "online" else None,
        )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(_end(seats, stop, seconds, refresh))]
    if orders:
        tasks.append(asyncio.create_task(obeying(seats, tell, stop)))
    await run(seats, tell, stop)
    for task in tasks:
        task.cancel()
    plays = {seat.station.profile.identity: seat.driver for seat in seats if isinstance(seat.driver, Play)}
    return Outcome(
        stations=len(seats),
        connected=len(came),
        rounds=sum(play.rounds_done for play in plays.values()),
        failures={identity: play.failure for identity, play in plays.items() if play.failure},
    )


async def obeying(seats: Sequence[Seat], tell: Tell, stop: asyncio.Event) -> None:
    """Orders from standard input; its end is ours."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    stations = {seat.station.profile.identity: seat.station for seat in seats}
    while line := await reader.readline():
        try:
            station = obey(stations, json.loads(line), now())
        except (BadOrder, ValueError, KeyError) as problem:
            tell({"at": now().isoformat(), "station": "", "event": "bad_order", "why": str(problem)})
            continue
        next(seat for seat in seats if seat.station is station).woken.set()
    stop.set()


async def _end(
    seats: Sequence[Seat], stop: asyncio.Event, seconds: float | None, refresh: Callable[[], None] | None
) -> None:
    """Set `stop` when every scenario is over and everything has been said, or when the time is up."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not all(_is_done(seat) for seat in seats):
                await asyncio.sleep(0.25)
                if refresh is not None:
                    refresh()
    stop.set()


def _is_done(seat: Seat) -> bool:
    if seat.driver is None or not seat.driver.finished:
        return False
    return seat.station.wire.idle or (isinstance(seat.driver, Play) and bool(seat.driver.failure))
