"""Coroutines that start at once."""

from __future__ import annotations

import asyncio

import pytest

from ocppbridge.transport.eager import start


def test_what_waits_for_nothing_is_done_at_once_without_a_task() -> None:
    async def scenario() -> None:
        done: list[str] = []

        async def quick() -> None:
            done.append("done")

        assert start(quick()) is None
        assert done == ["done"]

    asyncio.run(scenario())


def test_what_waits_goes_on_as_a_task_where_it_stopped() -> None:
    async def scenario() -> None:
        gate, steps = asyncio.Event(), list[str]()

        async def slow() -> None:
            steps.append("begun")
            await gate.wait()
            await asyncio.sleep(0)
            steps.append("ended")

        task = start(slow())
        assert task is not None and steps == ["begun"]
        gate.set()
        await task
        assert steps == ["begun", "ended"]

    asyncio.run(scenario())


def test_a_failure_is_raised_where_it_happens() -> None:
    async def scenario() -> None:
        gate = asyncio.Event()

        async def fails(wait: bool) -> None:
            if wait:
                await gate.wait()
            raise OSError("gone")

        with pytest.raises(OSError, match="gone"):
            start(fails(wait=False))
        task = start(fails(wait=True))
        assert task is not None
        gate.set()
        with pytest.raises(OSError, match="gone"):
            await task

    asyncio.run(scenario())


def test_cancelling_the_task_reaches_the_coroutine() -> None:
    async def scenario() -> None:
        told: list[str] = []

        async def waits() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                told.append("cancelled")

        task = start(waits())
        assert task is not None
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert told == ["cancelled"]

    asyncio.run(scenario())
