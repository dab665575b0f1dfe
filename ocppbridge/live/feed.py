"""One look a second for everybody who watches on this event loop; what changed is sent, each to whom it concerns.

A viewer who cannot keep up loses the line of traces first and is sent everything anew, never queued without end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import connection
from django.utils import timezone

from ocppbridge.live import looks
from ocppbridge.live.looks import Row, Rows, Trace
from ocppbridge.live.tickets import Viewer

log = logging.getLogger(__name__)

EVERY: Final = 1.0  # seconds
MOST_WAITING: Final = 20  # messages to one viewer
TABLES: Final[Mapping[str, Callable[[], Rows]]] = {
    "stations": looks.stations,
    "sessions": looks.sessions,
    "commands": looks.commands,
    "partners": looks.partners,
    "alerts": looks.alerts,
}
TRACES: Final[Mapping[str, Callable[[Trace], list[Row]]]] = {"frames": Trace.frames, "exchanges": Trace.exchanges}

Message = dict[str, Any]


class Line:
    """To one viewer."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.waiting: asyncio.Queue[Message] = asyncio.Queue(MOST_WAITING)
        self.whole = True  # the next message tells everything

    def tell(self, message: Message) -> None:
        """Queue it; who is too slow gets everything anew when there is room again."""
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.whole = True


class Feed:
    """See the module's docstring."""

    _feeds: WeakKeyDictionary[asyncio.AbstractEventLoop, Feed] = WeakKeyDictionary()

    def __init__(self) -> None:
        self.lines: set[Line] = set()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def current(cls) -> Feed:
        """Of the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in cls._feeds:
            cls._feeds[loop] = cls()
        return cls._feeds[loop]

    async def run(self, work: Callable[..., Any], *words: Any) -> Any:
        """Something that uses the ORM, beside the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _with_connection, work, *words)

    def join(self, viewer: Viewer) -> Line:
        """From now on this one is told."""
        line = Line(viewer)
        self.lines.add(line)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        return line

    def leave(self, line: Line) -> None:
        """With the last one the looking ends."""
        self.lines.discard(line)

    async def _watch(self) -> None:
        known: dict[str, Rows] = {}
        trace = Trace(timezone.now())
        while self.lines:
            wanted = frozenset[str]().union(*(line.viewer.sections for line in self.lines))
            try:
                tables, lines = await self.run(_look, wanted, trace, timezone.now())
            except Exception:
                log.exception("the live page could not look")
                for line in self.lines:
                    line.tell({"trouble": "the database cannot be reached"})
            else:
                changes = {name: difference(known.get(name, {}), rows) for name, rows in tables.items()}
                known |= tables
                for line in self.lines:
                    self._tell(line, tables, changes, lines)
            await asyncio.sleep(EVERY)

    @staticmethod
    def _tell(line: Line, tables: dict[str, Rows], changes: dict[str, Row], lines: dict[str, list[Row]]) -> None:
        seen, whole = line.viewer.sections, line.whole
        line.whole = False
        message: Message = {"whole": whole}
        for name in seen & tables.keys():
            if whole:
                message[name] = {"put": tables[name], "gone": []}
            elif changes[name]["put"] or changes[name]["gone"]:
                message[name] = changes[name]
        message |= {name: lines[name] for name in seen & lines.keys() if lines[name]}
        line.tell(message)


def difference(old: Rows, new: Rows) -> Row:
    """What must be put and what is gone to make the one the other."""
    put = {key: row for key, row in new.items() if old.get(key) != row}
    return {"put": put, "gone": [key for key in old if key not in new]}


def _look(wanted: frozenset[str], trace: Trace, now: datetime) -> tuple[dict[str, Rows], dict[str, list[Row]]]:
    tables = {name: look() for name, look in TABLES.items() if name in wanted}
    lines = {name: look(trace) for name, look in TRACES.items() if name in wanted}
    trace.looked(now)
    return tables, lines


def _with_connection(work: Callable[..., Any], *words: Any) -> Any:
    try:
        return work(*words)
    finally:
        connection.close()
