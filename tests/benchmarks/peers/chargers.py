"""Stations of 1.6 that do what they are told: report their status at a rate, take commands, flood with meter values.

Orders are JSON lines on standard input, answers on standard output:
``{"status": 20, "rate": 50}``   statuses for so many seconds; when done [[evse, timestamp, time of the answer], …]
``{"flood": 500}``               from now on meter values at that rate, answered or not; 0 ends it
``{"calls": true}``              what was called since the last time: [[station, action, time], …]
Run: ``python -m tests.benchmarks.peers.chargers PORT`` with a list of [identity, password] as the first line.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

import websockets

from tests.benchmarks.messages import MESSAGES

ANSWERS = {"UnlockConnector": {"status": "Unlocked"}}


class Charger:
    """One socket."""

    def __init__(self, identity: str, socket: Any) -> None:
        self.identity, self.socket = identity, socket
        self.sent = 0
        self.charging = False
        self.waiting: dict[str, asyncio.Future[None]] = {}

    async def listen(self) -> None:
        async for text in self.socket:
            frame = json.loads(text)
            if frame[0] == 2:
                calls.append([self.identity, frame[2], time.time()])
                await self.socket.send(json.dumps([3, frame[1], ANSWERS.get(frame[2], {"status": "Accepted"})]))
            elif (waiting := self.waiting.pop(frame[1], None)) is not None:
                waiting.set_result(None)

    async def ask(self, action: str, payload: dict[str, Any]) -> None:
        self.sent += 1
        number = f"b{self.sent}"
        answered = self.waiting[number] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps([2, number, action, payload]))
        await asyncio.wait_for(answered, 60)

    async def report(self) -> None:
        """The other status, and when it was acknowledged."""
        self.charging = not self.charging
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        status = "Charging" if self.charging else "Available"
        await self.ask("StatusNotification", {
            "connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": stamp,
        })  # fmt: skip
        told.append([f"{self.identity}-1", stamp, time.time()])


calls: list[Any] = []
told: list[Any] = []
flood = 0.0


async def connect(port: int, identity: str, password: str) -> Charger:
    uri = f"ws://{identity}:{password}@127.0.0.1:{port}/ocpp/{identity}"
    charger = Charger(identity, await websockets.connect(uri, subprotocols=[websockets.Subprotocol("ocpp1.6")]))
    keep(charger.listen())
    await charger.ask("BootNotification", {"chargePointModel": "Bench", "chargePointVendor": "Bench"})
    return charger


async def paced(chargers: list[Charger], rate: float, seconds: float) -> None:
    begin = time.monotonic()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
        keep(chargers[number % len(chargers)].report())
    await asyncio.sleep(1)


async def flooding(chargers: list[Charger]) -> None:
    """Ready-made frames; the answers are not waited for."""
    turn = 0
    while True:
        for _ in range(int(flood / 50)):
            turn += 1
            await chargers[turn % len(chargers)].socket.send(MESSAGES["MeterValues"].replace("@ID@", f"f{turn}"))
        await asyncio.sleep(0.02)


async def main() -> None:
    global flood
    loop = asyncio.get_running_loop()
    accounts = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    chargers = [await connect(int(sys.argv[1]), *account) for account in accounts]
    keep(flooding(chargers))
    say([])
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        if "status" in order:
            told.clear()
            await paced(chargers, order["rate"], order["status"])
            say(told)
        elif "flood" in order:
            flood = order["flood"]
            say([])
        else:
            say(calls)
            calls.clear()


def say(found: Any) -> None:
    print(json.dumps(found), flush=True)


_kept: set[asyncio.Task[None]] = set()


def keep(work: Any) -> None:
    """A task that nobody holds may be collected."""
    task = asyncio.ensure_future(work)
    _kept.add(task)
    task.add_done_callback(_kept.discard)


if __name__ == "__main__":
    asyncio.run(main())
