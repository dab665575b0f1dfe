"""Beat that may run many times: the holder of an advisory lock sends, the others look again every two seconds.

The lock belongs to a connection, so a beat that is killed or cut off from PostgreSQL loses it and another takes over.
Nothing is kept between runs: sweeps need no memory.
"""

from __future__ import annotations

import logging
from typing import Any

import psycopg
from celery.beat import Scheduler
from django.conf import settings

LOCK = 0x6875_6262  # "hubb"
LOOK_AGAIN = 2.0

log = logging.getLogger(__name__)


class LockedScheduler(Scheduler):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._connection: psycopg.Connection | None = None
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if not self.holds_lock():
            return LOOK_AGAIN
        return min(float(super().tick(*args, **kwargs)), LOOK_AGAIN)

    def holds_lock(self) -> bool:
        """Whether this beat is the one. Also notices a connection that has died."""
        try:
            if self._connection is not None:
                self._connection.execute("SELECT 1")
                return True
            return self._take_lock()
        except psycopg.OperationalError as error:
            log.warning("beat has no database: %s", type(error).__name__)
            self.let_go()
            return False

    def close(self) -> None:
        self.let_go()
        super().close()

    def let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _take_lock(self) -> bool:
        connection = psycopg.connect(settings.DATABASE_URL, autocommit=True, connect_timeout=5)
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if row is None or not row[0]:
            connection.close()
            return False
        self._connection = connection
        return True
