"""Answers from data: a few threads beside the event loop, a deadline for each step, no thread while an eMSP is asked.

A step that does not end in time is answered with InternalError; its thread goes on and what it stored stands, so the
station's repetition finds it. That an eMSP has answered a question is heard from Valkey; a poll, one query for all
questions, finds what was not heard.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import redis.asyncio as redis
from django.conf import settings
from django.db import connection
from redis.exceptions import RedisError

from ocppbridge.bridge import authorization
from ocppbridge.bridge.authorization import Pending
from ocppbridge.charging.replies import Reply
from ocppbridge.handlers.registry import Deciding
from ocppbridge.rpc.errors import InternalFault, RpcError
from ocppbridge.transport.dialogue import Dialogue, Question

log = logging.getLogger(__name__)

THREADS: Final = 4
STEP_SECONDS: Final = 8.0
POLL_SECONDS: Final = 0.5
ANSWERED: Final = "authorization:"  # the channel on which roaming tells of an answer; the question's id follows

R = TypeVar("R")


class Answering:
    """See the module's docstring."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="answers")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._waiting: dict[UUID, asyncio.Future[None]] = {}
        self._poller: asyncio.Task[None] | None = None
        self._listener: asyncio.Task[None] | None = None

    async def run(self, work: Callable[..., R], *words: Any) -> R:
        """Run something that uses the ORM."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _with_connection, work, *words)

    def spawn(self, work: Callable[..., Any], *words: Any) -> None:
        """Run it and look no further; a failure is logged, the sweep finds what it left."""
        self._keep(asyncio.create_task(self._logged(work, *words)))

    def ask(self, dialogue: Dialogue, question: Question) -> None:
        """Answer a question, then tell the dialogue."""
        self._keep(asyncio.create_task(self._answer(dialogue, question)))

    def stop(self) -> None:
        """Take no more work."""
        for task in [*self._tasks, *filter(None, [self._poller, self._listener])]:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, dialogue: Dialogue, question: Question) -> None:
        reply: Reply | RpcError
        try:
            reply = await self._decide(question)
        except RpcError as error:
            reply = error
        except TimeoutError:
            reply = InternalFault("the hub is busy")
        except Exception:
            log.exception("cannot answer %s", question.action)
            reply = InternalFault("the hub has failed")
        dialogue.decided(question, reply, datetime.now(UTC))

    async def _decide(self, question: Question) -> Reply:
        async with asyncio.timeout(STEP_SECONDS):
            step = await self.run(question.begin)
        if not isinstance(step, Generator):
            return step
        while True:
            async with asyncio.timeout(STEP_SECONDS):
                said = await self.run(_step, step)
            if not isinstance(said, Pending):
                return said
            await self._wait(said)

    async def _wait(self, pending: Pending) -> None:
        """Until the eMSP has answered, or its time is up."""
        answered = self._waiting[pending.request_id] = asyncio.get_running_loop().create_future()
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        seconds = (pending.until - datetime.now(UTC)).total_seconds()
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await answered
        except TimeoutError:
            pass  # the whitelist rule decides
        finally:
            self._waiting.pop(pending.request_id, None)

    async def _poll(self) -> None:
        while self._waiting:
            await asyncio.sleep(POLL_SECONDS)
            try:
                for request_id in await self.run(authorization.answered, list(self._waiting)):
                    self._answered(request_id)
            except Exception:
                log.exception("cannot look for answers of eMSPs")

    async def _listen(self) -> None:
        """From the first question on, for as long as the node lives."""
        while True:
            try:
                async with redis.from_url(settings.REDIS_URL) as client, client.pubsub() as channel:
                    await channel.psubscribe(f"{ANSWERED}*")
                    async for message in channel.listen():
                        if message["type"] == "pmessage":
                            self._answered(UUID(message["channel"].decode().removeprefix(ANSWERED)))
            except (RedisError, OSError, ValueError):
                log.warning("valkey is away; answers of eMSPs are polled for")
                await asyncio.sleep(1)

    def _answered(self, request_id: UUID) -> None:
        future = self._waiting.get(request_id)
        if future is not None and not future.done():
            future.set_result(None)

    async def _logged(self, work: Callable[..., Any], *words: Any) -> None:
        try:
            await self.run(work, *words)
        except Exception:
            log.exception("%s failed", getattr(work, "__name__", work))

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _step(deciding: Deciding) -> Pending | Reply:
    """One step of an answer: what it waits for, or the reply."""
    try:
        return next(deciding)
    except StopIteration as end:
        reply: Reply = end.value
        return reply


def _with_connection(work: Callable[..., R], *words: Any) -> R:
    try:
        return work(*words)
    finally:
        connection.close()  # back to the pool
