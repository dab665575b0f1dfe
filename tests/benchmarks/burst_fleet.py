"""A fleet that plays one whole session at each station as fast as it is answered: 20 frames, 1.6 and 2.0.1 in turn.

``python -m tests.benchmarks.burst_fleet PORT STATIONS`` says "begin" when all are connected and "end" when all
have been answered, each time waiting for a line on standard input, so that the caller can read clocks.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import uvloop

from tests.benchmarks.fleet import Load, Score, Station, masked
from tests.benchmarks.messages import METER_VALUES, TRANSACTION_EVENT

FRAMES = 20
READINGS = FRAMES - 4
EVERY = timedelta(minutes=2)
_NUMBER = re.compile(rb'"transactionId":(\d+)')


def token_of(number: int) -> str:
    return f"BURST{number:05d}"


class Charging(Station):
    """One socket with a script; what it sends next may need the number that the hub gave it."""

    def __init__(self, number: int, load: Load, score: Score, begin: datetime) -> None:
        super().__init__(number, load, score, "")
        self.script = _script_16(number, begin) if load.subprotocol == "ocpp1.6" else _script_201(number, begin)
        self.at = 0
        self.transaction = 0
        self.finished = asyncio.get_running_loop().create_future()

    def _received(self, frame: bytes) -> None:
        if b"[4" in frame[2:8]:  # the hub is busy: said again, as a station does
            self.at -= 1
        found = _NUMBER.search(frame)
        if found:
            self.transaction = int(found[1])
        super()._received(frame)

    def send(self) -> None:
        if self.at == len(self.script):
            if not self.finished.done():
                self.finished.set_result(None)
            return
        action, payload = self.script[self.at]
        self.at += 1
        if "transactionId" in payload:
            payload = {**payload, "transactionId": self.transaction}
        text = json.dumps([2, f"b{self.at}", action, payload], separators=(",", ":"))
        self.transport.write(masked(text))  # type: ignore[attr-defined]


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def _script_16(number: int, begin: datetime) -> list[tuple[str, dict[str, Any]]]:
    readings: list[tuple[str, dict[str, Any]]] = []
    for turn in range(READINGS):
        sampled = [dict(each) for each in METER_VALUES[3]["meterValue"][0]["sampledValue"]]  # type: ignore[index]
        sampled[0]["value"] = str(1000 + 500 * (turn + 1))
        meter = [{"timestamp": _stamp(begin + EVERY * (turn + 1)), "sampledValue": sampled}]
        readings.append(("MeterValues", {"connectorId": 1, "transactionId": 0, "meterValue": meter}))
    end = begin + EVERY * (READINGS + 1)
    started = {"connectorId": 1, "idTag": token_of(number), "meterStart": 1000, "timestamp": _stamp(begin)}
    stopped = {"transactionId": 0, "meterStop": 1000 + 500 * (READINGS + 1), "timestamp": _stamp(end)}
    return [
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}),
        ("StartTransaction", started),
        *readings,
        ("StopTransaction", stopped),
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"}),
    ]


def _script_201(number: int, begin: datetime) -> list[tuple[str, dict[str, Any]]]:
    def event(kind: str, reason: str, turn: int, **more: object) -> tuple[str, dict[str, Any]]:
        body = json.loads(json.dumps(TRANSACTION_EVENT[3]))
        body["transactionInfo"]["transactionId"] = f"burst-{number}"
        body["meterValue"][0]["sampledValue"][0]["value"] = 1000 + 500 * turn
        body["meterValue"][0]["timestamp"] = _stamp(begin + EVERY * turn)
        said = {"eventType": kind, "triggerReason": reason, "seqNo": turn, "timestamp": _stamp(begin + EVERY * turn)}
        return "TransactionEvent", {**body, **said, **more}

    def status(word: str, at: datetime) -> tuple[str, dict[str, Any]]:
        said = {"timestamp": _stamp(at), "connectorStatus": word, "evseId": 1, "connectorId": 1}
        return "StatusNotification", said

    token = {"idToken": {"idToken": token_of(number), "type": "ISO14443"}}
    return [
        status("Occupied", begin),
        event("Started", "Authorized", 0, **token),
        *(event("Updated", "MeterValuePeriodic", turn + 1) for turn in range(READINGS)),
        event("Ended", "EVDeparted", READINGS + 1),
        status("Available", begin + EVERY * (READINGS + 1)),
    ]


async def run(port: int, count: int) -> Score:
    loop, score = asyncio.get_running_loop(), Score()
    begin = datetime.now(UTC) - timedelta(hours=1)
    stations: list[Charging] = []
    for number in range(count):
        load = Load(port=port, message="", subprotocol=("ocpp1.6", "ocpp2.0.1")[number % 2])
        make = partial(Charging, number, load, score, begin)
        stations.append((await loop.create_connection(make, "127.0.0.1", port))[1])
        if len(stations) % 64 == 0:
            await asyncio.gather(*(station.open for station in stations))
    await asyncio.gather(*(station.open for station in stations))
    for word in ("begin", "end"):
        print(json.dumps({"say": word}), flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)
        if word == "begin":
            for station in stations:
                station.running = station.measured = True
                station.send()
            await asyncio.gather(*(station.finished for station in stations))
    return score


if __name__ == "__main__":
    outcome = uvloop.run(run(int(sys.argv[1]), int(sys.argv[2])))
    print(json.dumps({"score": vars(outcome)}), flush=True)
