"""One process's side of the sockets: its lanes to PostgreSQL, its threads, its mailbox, and who is connected.

There is one node for each event loop, made with the first socket. It renews its row every two seconds; a node whose
row was taken for dead closes everything and begins anew under another name, for its connections have been given up.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4
from weakref import WeakKeyDictionary

import psycopg
from channels.layers import get_channel_layer
from django.db import Error as DatabaseError

from ocppbridge import mailbox
from ocppbridge.bridge import decisions
from ocppbridge.charging.certificates import Certificate
from ocppbridge.services import alerts, authority
from ocppbridge.transport import database
from ocppbridge.transport.answering import Answering
from ocppbridge.transport.database import Claimed, Closing, Found, Issued, Opened, Opening, Seen
from ocppbridge.transport.guard import FailedUpgrades
from ocppbridge.transport.journal import Journal
from ocppbridge.transport.lanes import PATIENCE, Asking, Connection, Health
from ocppbridge.transport.wake import Nudger
from roaming.decisions import Choices

if TYPE_CHECKING:
    from ocppbridge.transport.consumer import StationConsumer

log = logging.getLogger(__name__)

BEAT_SECONDS: Final = 2.0
ROLL_CALL: Final = 30  # beats from one roll-call to the next
DOWN_SECONDS: Final = 10.0  # without PostgreSQL, until sockets are closed
TRY_AGAIN_LATER: Final = 1013
SERVICE_RESTART: Final = 1012
ABNORMAL: Final = 1006

_nodes: WeakKeyDictionary[asyncio.AbstractEventLoop, Node] = WeakKeyDictionary()


class Node:
    """See the module's docstring."""

    def __init__(self) -> None:
        self.name = _new_name()
        self.channel = f"stations.{uuid4().hex}"
        self.health = Health()
        self.choices = Choices()
        self.slow_passwords = False
        self.failed_upgrades = FailedUpgrades()
        self._anchors: tuple[Certificate, ...] | None = None
        self.stations: dict[int, StationConsumer] = {}
        self.answering = Answering()
        self._nudger = Nudger()
        self._alerted: dict[tuple[int, str], float] = {}
        self._beats = 0
        self.journal = Journal(database.connect, self.health, self._nudger.committed)
        self.lookups: Asking[str, Found | None] = Asking(database.connect, database.look_up, self.health, PATIENCE)
        self.certificates: Asking[str, Issued | None] = Asking(database.connect, database.issued, self.health)
        self.openings: Asking[Opening, Opened] = Asking(database.connect, database.open_all, self.health, PATIENCE)
        self.closings: Asking[Closing, bool] = Asking(database.connect, database.close_all, self.health, PATIENCE)
        self.claims: Asking[tuple[int, int], list[Claimed]] = Asking(database.connect, database.claim, self.health)
        self._tasks: list[asyncio.Task[Any]] = []

    @classmethod
    def current(cls) -> Node:
        """The node of the running event loop."""
        loop = asyncio.get_running_loop()
        node = _nodes.get(loop)
        if node is None:
            node = _nodes[loop] = cls()
            node.start()
        return node

    def start(self) -> None:
        """Run everything that runs beside the sockets."""
        lanes = [
            *self.journal.lanes,
            *(asking.lane for asking in (self.lookups, self.certificates, self.openings, self.closings, self.claims)),
        ]
        work = [*(lane.run() for lane in lanes), self._keep_house(), self._learn(), self._listen()]
        self._tasks = [asyncio.create_task(one) for one in work]
        self._nudger.start()

    def stop(self) -> None:
        """End it; for tests that run a server within their own process."""
        for task in self._tasks:
            task.cancel()
        self.answering.stop()
        self._nudger.stop()
        _nodes.pop(asyncio.get_running_loop(), None)

    # Who is connected

    def enter(self, consumer: StationConsumer, opened: Opened) -> None:
        """A socket is open; the one that it replaces is closed wherever it is."""
        station_id = consumer.account.station_id
        old = self.stations.get(station_id)
        self.stations[station_id] = consumer
        if old is not None:
            old.give_up(SERVICE_RESTART, "replaced by a newer connection")
        elif opened.replaced_channel and opened.replaced_channel != self.channel:
            message = {"type": mailbox.CLOSE, "station_id": station_id, "connection_id": opened.replaced_id}
            message["reason"] = "replaced by a newer connection"
            self.answering.spawn(mailbox.publish, opened.replaced_channel, message)
        if opened.replaced_id is not None:
            self.alert(station_id, "SOCKET-REPLACED", "a second authenticated connection replaced an open one")

    async def leave(self, consumer: StationConsumer, code: int, reason: str) -> None:
        """A socket is gone."""
        station_id = consumer.account.station_id
        if self.stations.get(station_id) is consumer:
            del self.stations[station_id]
        closing = Closing(consumer.connection_id, datetime.now(UTC), code, reason[:200])
        try:
            async with asyncio.timeout(5):
                while not await asyncio.shield(self.closings.ask(closing)):
                    await asyncio.sleep(database.LOCKED_SECONDS)
        except TimeoutError:  # it is in the lane, and noted when PostgreSQL is there again; else by the roll-call
            pass
        except psycopg.Error:
            log.warning("the end of connection %s is not noted; the roll-call will", consumer.connection_id)

    def alert(self, station_id: int, code: str, text: str) -> None:
        """Tell staff, at most once a minute for each station and code."""
        at = asyncio.get_running_loop().time()
        if at - self._alerted.get((station_id, code), -60.0) >= 60.0:
            self._alerted[station_id, code] = at
            self.answering.spawn(alerts.raise_alert, station_id, code, text, datetime.now(UTC))

    async def trusted(self) -> tuple[Certificate, ...]:
        """The authorities by which stations behind a proxy are recognised."""
        if self._anchors is None:
            try:
                self._anchors = await self.answering.run(authority.anchors)
            except Exception:
                log.exception("the authority does not say whom to trust")
                return ()
        return self._anchors

    # Beside the sockets

    async def _keep_house(self) -> None:
        connection: Connection | None = None
        try:
            while True:
                try:
                    connection = connection or await database.connect()
                    await self._tell(connection)
                    self._beats += 1
                    if self._beats % ROLL_CALL == 0:
                        await self._call_the_roll(connection)
                    self.health.worked()
                except (psycopg.Error, OSError) as error:
                    self.health.failed(error)
                    if connection is not None:
                        await connection.close()
                        connection = None
                if self.health.down_for() > DOWN_SECONDS:
                    self._close_all(TRY_AGAIN_LATER, "the hub cannot store anything now")
                await asyncio.sleep(BEAT_SECONDS)
        finally:
            if connection is not None:
                await connection.close()

    async def _learn(self) -> None:
        """What staff have decided; apart, for Django's pool may be away for longer than PostgreSQL was."""
        while True:
            try:
                self.choices = await self.answering.run(decisions.choices)
                self._anchors = None  # asked for again with the next certificate
            except (psycopg.Error, DatabaseError, OSError) as error:
                log.warning("the decisions cannot be read: %s", type(error).__name__)
            await asyncio.sleep(BEAT_SECONDS)

    async def _tell(self, connection: Connection) -> None:
        """That this node lives, and whom it has heard."""
        if not await database.beat(connection, self.name, len(self.stations)):
            self._begin_anew()
        self.slow_passwords = await database.slow_passwords(connection)
        seen = []
        for station_id, consumer in self.stations.items():
            if consumer.heard_at is not None:
                seen.append(Seen(station_id, consumer.connection_id, consumer.heard_at))
                consumer.heard_at = None
        if seen:
            locked = set(await database.seen(connection, seen))
            for one in seen:
                held = self.stations.get(one.station_id)
                if one.station_id in locked and held is not None and held.heard_at is None:
                    held.heard_at = one.at

    async def _call_the_roll(self, connection: Connection) -> None:
        """What is open and what is said to be must be the same: an opening was committed for which nobody waited any
        more, an end could not be noted, a socket was replaced by one that never came about."""
        before = {consumer.connection_id: consumer for consumer in self.stations.values()}
        held = await database.held(connection, self.name)
        for connection_id, consumer in before.items():
            if connection_id not in held:
                consumer.give_up(SERVICE_RESTART, "this connection was given up")
        sockets = before.keys() | {consumer.connection_id for consumer in self.stations.values()}
        lost = [one for one, settled in held.items() if settled and one not in sockets]
        if lost:
            log.warning("%s connections had no socket", len(lost))
            now = datetime.now(UTC)
            await database.close_all(
                connection, [Closing(one, now, ABNORMAL, "without a socket") for one in lost], False
            )

    def _begin_anew(self) -> None:
        log.error("this node was taken for dead; its sockets are closed")
        self.name = _new_name()
        self._close_all(SERVICE_RESTART, "this connection was given up")

    def _close_all(self, code: int, reason: str) -> None:
        for consumer in list(self.stations.values()):
            consumer.give_up(code, reason)

    async def _listen(self) -> None:
        """The mailbox; what is lost in it the sweep sends again."""
        layer = get_channel_layer()
        while layer is not None:
            try:
                self._told(await layer.receive(self.channel))
            except Exception:
                log.exception("the mailbox does not work")
                await asyncio.sleep(1)

    def _told(self, message: dict[str, Any]) -> None:
        if message.get("type") == mailbox.CALLS:
            for here in filter(None, map(self.stations.get, message["station_ids"])):
                here.fetch_calls()
            return
        consumer = self.stations.get(message.get("station_id", 0))
        if consumer is None:
            return
        match message.get("type"):
            case mailbox.CLOSE if message.get("connection_id") in (None, consumer.connection_id):
                consumer.give_up(SERVICE_RESTART, str(message.get("reason", "")))
            case mailbox.ACCOUNT:
                consumer.reload_account()


def _new_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"[-100:]
