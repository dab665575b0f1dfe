"""A fleet of charging stations as a load source, cheap enough that the server under test is what is measured.

Each station is an asyncio protocol that writes ready-made masked frames and only counts what comes back; nothing is
parsed. Closed loop (each station sends its next message when the last is acknowledged) or a given rate (Poisson).
Run as a process of its own, pinned by the caller: ``python -m tests.benchmarks.fleet '{"port": …}'`` prints JSON.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import struct
import sys
import time
from dataclasses import dataclass, field

import uvloop

MASK = b"\x01\x02\x03\x04"
AT_ONCE = 500


@dataclass
class Load:
    """What to do; ``seconds`` of measuring begin when every station is connected and warm."""

    port: int
    message: str  # METER_VALUES or TRANSACTION_EVENT, see messages.py
    stations: int = 1000
    seconds: float = 5.0
    rate: float = 0.0  # messages a second over all stations; 0 = closed loop
    path: str = "/ocpp/BENCH{number:05d}"
    subprotocol: str = "ocpp1.6"
    user: str = "BENCH{number:05d}"
    password: str = "benchmark-password-{number:05d}"
    warm: int = 2
    host: str = "127.0.0.1"
    idle: bool = False  # connect, then only hold the sockets


@dataclass
class Score:
    """What came back."""

    acknowledged: int = 0
    refused: int = 0
    connected: int = 0
    lost: int = 0
    latencies: list[float] = field(default_factory=list)


def masked(text: str) -> bytes:
    """One final text frame from a client."""
    data = text.encode()
    repeated = (MASK * (len(data) // 4 + 1))[: len(data)]
    body = (int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(data), "big")
    size = len(data)
    head = b"\x81" + (bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size))
    return head + MASK + body


class Station(asyncio.Protocol):
    """One socket: handshake, then send and count."""

    def __init__(self, number: int, load: Load, score: Score, text: str) -> None:
        self.number, self.load, self.score, self.text = number, load, score, text
        self.buffer = b""
        self.open = asyncio.get_running_loop().create_future()
        self.sent = 0
        self.sent_at = 0.0
        self.waiting = False
        self.running = False
        self.measured = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = transport
        user, password = (text.format(number=self.number) for text in (self.load.user, self.load.password))
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            f"GET {self.load.path.format(number=self.number)} HTTP/1.1\r\nHost: {self.load.host}:{self.load.port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: {self.load.subprotocol}\r\nAuthorization: Basic {basic}\r\n\r\n"
        )
        transport.write(request.encode())  # type: ignore[attr-defined]

    def connection_lost(self, exc: Exception | None) -> None:
        """Count what the server dropped."""
        self.score.lost += 1
        if not self.open.done():
            self.open.set_exception(exc or ConnectionError("refused"))

    def data_received(self, data: bytes) -> None:
        """Read the head of the upgrade, then frame after frame."""
        self.buffer += data
        if not self.open.done():
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head[:16]:
                self.open.set_exception(ConnectionError(head[:80].decode()))
                return
            self.buffer = rest
            self.score.connected += 1
            self.open.set_result(None)
        while (size := self._frame()) is not None:
            head, self.buffer = self.buffer[:size], self.buffer[size:]
            self._received(head)

    def _frame(self) -> int | None:
        """The length of the first whole frame in the buffer."""
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 0x7F, 2
        if size == 126:
            if len(buffer) < 4:
                return None
            size, start = struct.unpack_from(">H", buffer, 2)[0], 4
        return start + size if len(buffer) >= start + size else None

    def _received(self, frame: bytes) -> None:
        opcode = frame[0] & 0x0F
        if opcode == 9:
            self.transport.write(b"\x8a\x80" + MASK)  # type: ignore[attr-defined]
            return
        if opcode != 1:
            return
        body = frame[4 if frame[1] & 0x7F == 126 else 2 :]
        if body[:2] == b"[2":  # a call of the server's: not part of any benchmark
            return
        if body[:2] == b"[4":
            self.score.refused += 1
        if self.measured:
            self.score.acknowledged += 1
            if self.load.rate:
                self.score.latencies.append(time.perf_counter() - self.sent_at)
        self.waiting = False
        if self.running:
            self.send()

    def send(self) -> None:
        """The next message, under a message id of its own."""
        self.sent += 1
        self.waiting = True
        self.sent_at = time.perf_counter()
        self.transport.write(masked(self.text.replace("@ID@", f"m{self.sent}", 1)))  # type: ignore[attr-defined]


async def run(load: Load, text: str) -> Score:
    """Connect everybody, warm up, then measure; says when on standard output so that the caller can read CPU clocks."""
    score = Score()
    loop = asyncio.get_running_loop()
    if load.idle:
        _say("start")
        await loop.run_in_executor(None, sys.stdin.readline)
    stations = await _arrived(load, score, text)
    if load.idle:
        _say("idle")
        await loop.run_in_executor(None, sys.stdin.readline)
        return score
    for _ in range(load.warm):
        for station in stations:
            station.send()
        while any(station.waiting for station in stations):
            await asyncio.sleep(0.01)
    _say("begin")
    await loop.run_in_executor(None, sys.stdin.readline)
    for station in stations:
        station.measured = True
    if load.rate:
        await _at_rate(stations, load)
    else:
        for station in stations:
            station.running = True
            station.send()
        await asyncio.sleep(load.seconds)
        for station in stations:
            station.running = station.measured = False
    _say("end")
    await loop.run_in_executor(None, sys.stdin.readline)
    return score


async def _arrived(load: Load, score: Score, text: str) -> list[Station]:
    """All connected; as after a power cut, nobody waits for another to be let in, but for what a backlog can hold."""
    gate, loop = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()

    async def arrive(number: int) -> Station:
        home = (f"127.0.0.{2 + number // 10_000}", 0)
        async with gate:
            made = lambda: Station(number, load, score, text)  # noqa: E731
            _, station = await loop.create_connection(made, load.host, load.port, local_addr=home)
            await station.open
        return station

    return await asyncio.gather(*map(arrive, range(load.stations)))


async def _at_rate(stations: list[Station], load: Load) -> None:
    """Poisson arrivals, each on a station that is not waiting."""
    dice = random.Random(1)
    end = time.perf_counter() + load.seconds
    due = time.perf_counter()
    while due < end:
        due += dice.expovariate(load.rate)
        pause = due - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        station = stations[dice.randrange(len(stations))]
        if not station.waiting:
            station.send()
    await asyncio.sleep(0.2)


def _say(word: str) -> None:
    print(json.dumps({"say": word}), flush=True)


if __name__ == "__main__":
    from tests.benchmarks.messages import MESSAGES

    wanted = Load(**json.loads(sys.argv[1]))
    outcome = uvloop.run(run(wanted, MESSAGES.get(wanted.message, "")))
    print(json.dumps({"score": vars(outcome)}), flush=True)
