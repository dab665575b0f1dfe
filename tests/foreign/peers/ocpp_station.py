"""A station out of the package `ocpp` (its own message classes and schemas), for OCPP 1.6 or 2.0.1.

It boots, says that its connector is free, and charges when it is asked to: a remote start begins a transaction, a
remote stop ends it. Events go to standard output, one JSON object a line; the process ends with standard input.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from datetime import UTC, datetime

from ocpp.routing import after, on
from ocpp.v16 import ChargePoint as ChargePoint16
from ocpp.v16 import call as call16
from ocpp.v16 import call_result as result16
from ocpp.v201 import ChargePoint as ChargePoint201
from ocpp.v201 import call as call201
from ocpp.v201 import call_result as result201
from websockets.asyncio.client import connect

WH_EACH_SECOND = 100


def tell(event: str, **facts) -> None:
    sys.stdout.write(json.dumps({"event": event} | facts) + "\n")
    sys.stdout.flush()


def stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


class Counter:
    """A meter that counts Wh, and what was written down about the transaction."""

    def __init__(self) -> None:
        self.register = 5_000
        self.began: datetime | None = None
        self.meter_start = 0
        self.transaction: object = None
        self.charging = False
        self.sampling: asyncio.Task | None = None
        self.seq_no = 0

    def begin(self) -> datetime:
        self.began = datetime.now(UTC).replace(microsecond=0)
        self.meter_start = self.register
        self.charging = True
        return self.began

    def read(self, at: datetime) -> int:
        return self.meter_start + int((at - self.began).total_seconds()) * WH_EACH_SECOND

    def end(self) -> datetime:
        at = datetime.now(UTC).replace(microsecond=0)
        self.charging = False
        self.register = self.read(at)
        tell("ended", started_at=self.began.isoformat(), ended_at=at.isoformat(), meter_start=self.meter_start,
             meter_stop=self.register)  # fmt: skip
        return at


class Station16(ChargePoint16):
    """OCPP 1.6J."""

    counter = Counter()

    async def begin_day(self) -> None:
        boot = call16.BootNotification(charge_point_model="Library", charge_point_vendor="MobilityHouse")
        answer = await self.call(boot)
        await self.say("Available")
        tell("booted", status=answer.status)

    async def say(self, status: str) -> None:
        await self.call(call16.StatusNotification(connector_id=1, error_code="NoError", status=status))

    @on("RemoteStartTransaction")
    def on_start(self, id_tag: str, **rest):
        tell("called", action="RemoteStartTransaction", payload={"idTag": id_tag})
        return result16.RemoteStartTransaction(status="Accepted")

    @after("RemoteStartTransaction")
    async def started(self, id_tag: str, **rest) -> None:
        begin = self.counter.begin()
        start = call16.StartTransaction(1, id_tag, self.counter.meter_start, stamp(begin))
        self.counter.transaction = (await self.call(start)).transaction_id
        await self.say("Charging")
        self.counter.sampling = asyncio.create_task(self.sample())

    async def sample(self) -> None:
        while self.counter.charging:
            await asyncio.sleep(1)
            now = datetime.now(UTC).replace(microsecond=0)
            if not self.counter.charging:
                return
            value = [{"value": str(self.counter.read(now)), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}]
            readings = [{"timestamp": stamp(now), "sampled_value": value}]
            await self.call(call16.MeterValues(1, readings, self.counter.transaction))

    @on("RemoteStopTransaction")
    def on_stop(self, transaction_id: int):
        known = transaction_id == self.counter.transaction
        tell("called", action="RemoteStopTransaction", payload={"transactionId": transaction_id})
        return result16.RemoteStopTransaction(status="Accepted" if known else "Rejected")

    @after("RemoteStopTransaction")
    async def stopped(self, transaction_id: int) -> None:
        end = self.counter.end()
        await self.call(call16.StopTransaction(self.counter.register, stamp(end), transaction_id, reason="Remote"))
        await self.say("Available")


class Station201(ChargePoint201):
    """OCPP 2.0.1."""

    counter = Counter()

    async def begin_day(self) -> None:
        who = {"model": "Library", "vendor_name": "MobilityHouse"}
        answer = await self.call(call201.BootNotification(charging_station=who, reason="PowerUp"))
        await self.say("Available")
        tell("booted", status=answer.status)

    async def say(self, status: str) -> None:
        now = stamp(datetime.now(UTC))
        await self.call(call201.StatusNotification(now, connector_status=status, evse_id=1, connector_id=1))

    async def event(self, kind: str, trigger: str, at: datetime, info: dict, **more) -> None:
        value = {"value": self.counter.read(at), "measurand": "Energy.Active.Import.Register"}
        readings = [{"timestamp": stamp(at), "sampled_value": [value]}]
        message = call201.TransactionEvent(
            event_type=kind,
            timestamp=stamp(at),
            trigger_reason=trigger,
            seq_no=self.counter.seq_no,
            transaction_info={"transaction_id": self.counter.transaction} | info,
            meter_value=readings,
            **more,
        )
        self.counter.seq_no += 1
        await self.call(message)

    @on("RequestStartTransaction")
    def on_start(self, id_token: dict, remote_start_id: int, **rest):
        asked = {"idToken": id_token, "remoteStartId": remote_start_id}
        tell("called", action="RequestStartTransaction", payload=asked)
        return result201.RequestStartTransaction(status="Accepted")

    @after("RequestStartTransaction")
    async def started(self, id_token: dict, remote_start_id: int, **rest) -> None:
        await self.say("Occupied")
        begin = self.counter.begin()
        self.counter.transaction, self.counter.seq_no = f"T-{begin:%H%M%S}", 0
        info = {"charging_state": "Charging", "remote_start_id": remote_start_id}
        where = {"id_token": id_token, "evse": {"id": 1, "connector_id": 1}}
        await self.event("Started", "RemoteStart", begin, info, **where)
        self.counter.sampling = asyncio.create_task(self.sample())

    async def sample(self) -> None:
        while self.counter.charging:
            await asyncio.sleep(1)
            if not self.counter.charging:
                return
            now = datetime.now(UTC).replace(microsecond=0)
            await self.event("Updated", "MeterValuePeriodic", now, {"charging_state": "Charging"})

    @on("RequestStopTransaction")
    def on_stop(self, transaction_id: str):
        known = transaction_id == self.counter.transaction
        tell("called", action="RequestStopTransaction", payload={"transactionId": transaction_id})
        return result201.RequestStopTransaction(status="Accepted" if known else "Rejected")

    @after("RequestStopTransaction")
    async def stopped(self, transaction_id: str) -> None:
        end = self.counter.end()
        await self.event("Ended", "RemoteStop", end, {"charging_state": "EVConnected", "stopped_reason": "Remote"})
        await self.say("Available")


async def main(url: str, identity: str, password: str, version: str) -> None:
    kinds = {"1.6": ("ocpp1.6", Station16), "2.0.1": ("ocpp2.0.1", Station201)}
    subprotocol, kind = kinds[version]
    secret = base64.b64encode(f"{identity}:{password}".encode()).decode()
    heads = {"Authorization": f"Basic {secret}"}
    async with connect(f"{url}/{identity}", subprotocols=[subprotocol], additional_headers=heads, proxy=None) as socket:
        station = kind(identity, socket)
        listening = asyncio.create_task(station.start())
        await station.begin_day()
        await asyncio.to_thread(sys.stdin.read)
        listening.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
