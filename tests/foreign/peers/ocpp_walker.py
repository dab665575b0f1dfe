"""A station out of the package `ocpp`: it says what it is told to say, through its message classes and its schemas.

Orders in on standard input, events out, one JSON object a line: connect (with what to answer calls with), call.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
import sys
from typing import Any

from ocpp.charge_point import ChargePoint, camel_to_snake_case, serialize_as_dict, snake_to_camel_case
from ocpp.routing import on
from websockets.asyncio.client import connect

FAMILIES = {"ocpp1.6": "v16", "ocpp2.0.1": "v201"}


def tell(event: str, **facts: Any) -> None:
    sys.stdout.write(json.dumps({"event": event} | facts) + "\n")
    sys.stdout.flush()


class Walker:
    """The orders."""

    def __init__(self, url: str, identity: str, password: str, subprotocol: str) -> None:
        family = FAMILIES[subprotocol]
        self.kind: type[ChargePoint] = importlib.import_module(f"ocpp.{family}").ChargePoint
        self.calls = importlib.import_module(f"ocpp.{family}.call")
        self.results = importlib.import_module(f"ocpp.{family}.call_result")
        secret = base64.b64encode(f"{identity}:{password}".encode()).decode()
        self.url, self.identity, self.subprotocol = f"{url}/{identity}", identity, subprotocol
        self.heads = {"Authorization": f"Basic {secret}"}
        self.station: Any = None

    async def connect(self, answers: dict[str, Any]) -> None:
        """The actions that it answers are known when it is made."""
        socket = await connect(self.url, subprotocols=[self.subprotocol], additional_headers=self.heads, proxy=None)  # type: ignore[list-item]
        answering = {f"on_{action}": self._route(action, answer) for action, answer in answers.items()}
        self.station = type("Answering", (self.kind,), answering)(self.identity, socket, response_timeout=60)
        self.listening = asyncio.create_task(self.station.start())

    def _route(self, action: str, answer: dict[str, Any]) -> Any:
        def answered(station: Any, **payload: Any) -> Any:
            tell("called", action=action)
            return getattr(self.results, action)(**camel_to_snake_case(answer))

        answered.__name__ = f"on_{action}"  # by which its router finds it
        return on(action)(answered)

    async def call(self, action: str, payload: dict[str, Any]) -> Any:
        message = getattr(self.calls, action)(**camel_to_snake_case(payload))
        result = await self.station.call(message, suppress=False)
        return snake_to_camel_case(serialize_as_dict(result))


async def main(*words: str) -> None:
    walker = Walker(*words)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        number, what = order.pop("id"), order.pop("do")
        try:
            tell("done", id=number, result=await getattr(walker, what)(**order))
        except Exception as problem:  # noqa: BLE001  # whatever it is, whoever gave the order hears it
            tell("failed", id=number, why=f"{type(problem).__name__}: {problem}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
