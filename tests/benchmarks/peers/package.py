"""The peer most Python projects start from: the ``ocpp`` package on a ``websockets`` server, one commit per message.

It validates with the package's own schemas, answers after its INSERT has committed, and does nothing else: no
authentication, no order per station, no inbox. Without a DSN it stores nothing.
Run: ``python -m tests.benchmarks.peers.package PORT [DSN]``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import websockets
from ocpp.routing import on
from ocpp.v16 import ChargePoint as ChargePoint16
from ocpp.v16 import call_result as result16
from ocpp.v201 import ChargePoint as ChargePoint201
from ocpp.v201 import call_result as result201
from psycopg_pool import AsyncConnectionPool

TABLE = """CREATE TABLE IF NOT EXISTS peer_message (
    id bigserial PRIMARY KEY, at timestamptz, station text, action text, body jsonb
)"""
POOL: AsyncConnectionPool[Any] | None = None


async def keep(station: str, action: str, payload: dict[str, Any]) -> None:
    """One row, one commit."""
    if POOL is None:
        return
    async with POOL.connection() as connection:
        await connection.execute(
            "INSERT INTO peer_message (at, station, action, body) VALUES (%s, %s, %s, %s)",
            (datetime.now(UTC), station, action, json.dumps(payload)),
        )


class Station16(ChargePoint16):
    """1.6."""

    @on("MeterValues")
    async def meter_values(self, **payload: Any) -> Any:
        """Store, then answer."""
        await keep(self.id, "MeterValues", payload)
        return result16.MeterValues()


class Station201(ChargePoint201):
    """2.0.1."""

    @on("TransactionEvent")
    async def transaction_event(self, **payload: Any) -> Any:
        """Store, then answer."""
        await keep(self.id, "TransactionEvent", payload)
        return result201.TransactionEvent()


async def serve(socket: Any) -> None:
    """One station until it goes."""
    kind = Station201 if socket.subprotocol == "ocpp2.0.1" else Station16
    try:
        await kind(socket.request.path.rsplit("/", 1)[-1], socket).start()
    except websockets.ConnectionClosed:
        return


async def main(port: int, dsn: str) -> None:
    """Serve until killed."""
    global POOL
    logging.getLogger("ocpp").setLevel(logging.ERROR)
    if dsn:
        POOL = AsyncConnectionPool(dsn, min_size=16, max_size=16, open=False)
        await POOL.open()
        async with POOL.connection() as connection:
            await connection.execute(TABLE)
    async with websockets.serve(serve, "127.0.0.1", port, subprotocols=["ocpp1.6", "ocpp2.0.1"], compression=None):  # type: ignore[list-item]
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
