"""A site's stations that accept whatever charging profile they are told; at a word one more car arrives at the last.

``python -m tests.benchmarks.smart_fleet PORT STATIONS LIMIT`` says "begin" when all are connected, waits for a line on
standard input, lets the car arrive, and prints how long it took until the profile with the new limit was on every
socket: that of the station that was told first, of the last, and how many were told.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from functools import partial

import uvloop

from tests.benchmarks.fleet import Load, Score, Station, masked

LONGEST = 60.0
TOKEN = "SMARTCAR"  # a card


class Obedient(Station):
    """Accepts every call; remembers when it was told the limit that is waited for."""

    def __init__(self, number: int, load: Load, score: Score, limit: float) -> None:
        super().__init__(number, load, score, "")
        self.limit = limit
        self.told_at: float | None = None

    def _received(self, frame: bytes) -> None:
        body = frame[4 if frame[1] & 0x7F == 126 else 2 :]
        if body[:2] != b"[2":
            super()._received(frame)
            return
        _, message_id, action, payload = json.loads(body)
        if action == "SetChargingProfile":
            profile = payload["chargingProfile"]
            limit = profile["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"]
            if profile["stackLevel"] == 1 and limit == self.limit and self.told_at is None:
                self.told_at = time.perf_counter()
        self.transport.write(masked(json.dumps([3, message_id, {"status": "Accepted"}])))  # type: ignore[attr-defined]

    def arrive(self) -> None:
        """A car is plugged in and charges."""
        event = {
            "eventType": "Started", "triggerReason": "Authorized", "seqNo": 0,
            "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "evse": {"id": 1, "connectorId": 1},
            "transactionInfo": {"transactionId": f"smart-{self.number}", "chargingState": "Charging"},
            "idToken": {"idToken": TOKEN, "type": "ISO14443"},
        }  # fmt: skip
        self.transport.write(masked(json.dumps([2, "arrival", "TransactionEvent", event])))  # type: ignore[attr-defined]


async def run(port: int, count: int, limit: float) -> dict[str, float]:
    loop, score = asyncio.get_running_loop(), Score()
    load = Load(port=port, message="", subprotocol="ocpp2.0.1")
    stations = []
    for number in range(count):
        make = partial(Obedient, number, load, score, limit)
        stations.append((await loop.create_connection(make, "127.0.0.1", port))[1])
        await stations[-1].open
    print(json.dumps({"say": "begin"}), flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    begin = time.perf_counter()
    stations[-1].arrive()
    while any(station.told_at is None for station in stations) and time.perf_counter() - begin < LONGEST:
        await asyncio.sleep(0.005)
    told = sorted(station.told_at - begin for station in stations if station.told_at is not None)
    return {"told": len(told), "first": told[0] if told else 0.0, "last": told[-1] if told else 0.0}


if __name__ == "__main__":
    outcome = uvloop.run(run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
    print(json.dumps({"score": outcome}), flush=True)
