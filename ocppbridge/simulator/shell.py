"""The socket shell: one WebSocket per station, kept up for ever; time and text go in, frames and notes come out.

Runs many stations in one loop (load, rehearsal, kill tests); the demo starts one process for each. A socket is let go
of while its station has no network, and its station's habits go on all the same.
"""

from __future__ import annotations

import asyncio
import base64
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus, WebSocketException

from ocppbridge.simulator.clock import earliest
from ocppbridge.simulator.errands import carry_out
from ocppbridge.simulator.station import Note, Station
from ocppbridge.simulator.upkeep import Errand

Tell = Callable[[Note], None]
_PATIENCE = 5
"""How much longer is waited after an answer that was no; only silence may be over in a moment."""


class Habit(Protocol):
    """Whoever acts upon a station: a driver, or a scenario."""

    def tick(self, now: datetime) -> None:
        """Do what is due."""

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""

    @property
    def deadline(self) -> datetime | None:
        """When `tick` wants to be called next."""


@dataclass
class Seat:
    """Where one station sits: its address, its password, who acts upon it."""

    station: Station
    url: str
    password: str | None
    driver: Habit | None = None
    tls: ssl.SSLContext | None = None
    begins_after: float = 0.0
    """Seconds before the first attempt to connect."""
    retry: tuple[float, float] = (0.3, 1.5)
    """Seconds between attempts to connect, chosen at random so that a fleet does not come back as one."""
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def address(self) -> str:
        return f"{self.url.rstrip('/')}/{quote(self.station.profile.identity, safe='')}"

    @property
    def heads(self) -> dict[str, str]:
        """Basic authentication, if it has a password at all (profiles 1 and 2)."""
        if self.password is None:
            return {}
        pair = f"{self.station.profile.identity}:{self.password}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def deadline(self) -> datetime | None:
        return earliest([self.station.deadline, self.driver.deadline if self.driver else None])


def now() -> datetime:
    return datetime.now(UTC)


async def run(seats: Sequence[Seat], tell: Tell, stop: asyncio.Event) -> None:
    """Run the stations until ``stop`` is set; then their sockets are closed."""
    tasks = [asyncio.create_task(_stay_connected(seat, tell)) for seat in seats]
    tasks += [asyncio.create_task(_keep_time(seat, tell)) for seat in seats]
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_time(seat: Seat, tell: Tell) -> None:
    """Station and driver act when due, also without a socket."""
    errands = set[asyncio.Task[None]]()
    while True:
        for errand in seat.station.memory.upkeep.taken():
            task = asyncio.create_task(_run_errand(seat, errand))
            errands.add(task)
            task.add_done_callback(errands.discard)
        seat.station.tick(now())
        if seat.driver is not None:
            seat.driver.tick(now())
        _tell_all(seat, tell)
        seat.woken.set()
        deadline = seat.deadline()
        pause = 1.0 if deadline is None else (deadline - now()).total_seconds()
        await asyncio.sleep(min(max(pause, 0.02), 0.5))


async def _run_errand(seat: Seat, errand: Errand) -> None:
    """A file is fetched or brought while the station goes on."""
    good, body = await asyncio.to_thread(carry_out, errand, seat.tls)
    errand.done(good, body, now())
    seat.woken.set()


async def _stay_connected(seat: Seat, tell: Tell) -> None:
    await asyncio.sleep(seat.begins_after)
    told = ""
    while True:
        pause = random.uniform(*seat.retry)  # noqa: S311  # spreads reconnects, guards nothing
        while not seat.station.reachable:
            await asyncio.sleep(0.05)
        try:
            async with connect(
                seat.address,
                subprotocols=[seat.station.subprotocol],  # type: ignore[list-item]  # a NewType of str
                additional_headers=seat.heads,
                ssl=seat.tls,
                compression=None,
                proxy=None,
                open_timeout=10,
                ping_interval=20,
                close_timeout=2,
            ) as socket:
                seat.station.connected(now())
                told = ""
                try:
                    await _converse(seat, socket, tell)
                except asyncio.CancelledError:  # we are told to stop, which is no error of ours (1011)
                    await socket.close(1001, "leaving")
                    raise
                finally:
                    seat.station.disconnected(now())
                    _tell_all(seat, tell)
        except (OSError, TimeoutError, InvalidHandshake, InvalidMessage, WebSocketException) as problem:
            why = _why(problem)
            if why != told and seat.station.reachable:  # once a reason, not once an attempt
                seat.station.note("no_connection", now(), why=why)
                _tell_all(seat, tell)
            told = why
            pause *= _PATIENCE if isinstance(problem, InvalidStatus) else 1
        await asyncio.sleep(pause)


def _why(problem: Exception) -> str:
    """What the other side said, if it said anything."""
    if isinstance(problem, InvalidStatus):
        said = (problem.response.body or b"").decode(errors="replace").strip()
        return " ".join(filter(None, (f"HTTP {problem.response.status_code}", said)))[:200]
    return f"{type(problem).__name__}: {problem}"[:200]


async def _converse(seat: Seat, socket: ClientConnection, tell: Tell) -> None:
    """Read and write until either ends."""
    seat.station.reset_wanted = False
    seat.woken.set()
    reader = asyncio.create_task(_read(seat, socket, tell))
    writer = asyncio.create_task(_write(seat, socket, tell))
    try:
        done, _ = await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (reader, writer):
            task.cancel()
        await asyncio.gather(reader, writer, return_exceptions=True)


async def _read(seat: Seat, socket: ClientConnection, tell: Tell) -> None:
    async for text in socket:
        seat.station.receive(text if isinstance(text, str) else text.decode(), now())
        _tell_all(seat, tell)
        seat.woken.set()


async def _write(seat: Seat, socket: ClientConnection, tell: Tell) -> None:
    while True:
        await seat.woken.wait()
        seat.woken.clear()
        if not seat.station.reachable:
            socket.transport.abort()
            return
        for text in seat.station.to_send(now()):
            await socket.send(text)
        _tell_all(seat, tell)
        if seat.station.reset_wanted:
            await asyncio.sleep(0.2)  # the answer to Reset leaves before the socket goes
            await socket.close()
            return


def _tell_all(seat: Seat, tell: Tell) -> None:
    for note in seat.station.notes():
        tell(note)
