"""Who runs the embedded engines of a HUB_DATA: one owner starts and stops them, guests use them meanwhile.

Two locks say it: the owner holds `owner.lock`; each guest shares `guests.lock`. A command that happens to be the
owner waits for its guests before it stops the engines; the supervisor insists on being the owner and waits for none.
"""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from config.datadir import DataDir
from config.engines import Engine, EngineError, Postgres, Valkey, started

PATIENCE = 60.0


@contextlib.contextmanager
def attached(path: Path) -> Iterator[None]:
    """The engines of `path` for the length of a command: those that run, or our own."""
    data = DataDir(path)
    data.prepare()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with _lock(path / "owner.lock") as owner:
            if _try(owner, fcntl.LOCK_EX):
                with started(data):
                    yield
                    with _lock(path / "guests.lock") as guests:
                        fcntl.flock(guests, fcntl.LOCK_EX)
                return
        with _lock(path / "guests.lock") as guests:
            if _try(guests, fcntl.LOCK_SH) and Postgres(data).ready() and Valkey(data).ready():
                yield
                return
        time.sleep(0.1)
    raise EngineError(f"the engines in {path} belong to another process and do not answer")


@contextlib.contextmanager
def owned(path: Path) -> Iterator[list[Engine]]:
    """The engines of `path` for a supervisor, which keeps them running."""
    data = DataDir(path)
    data.prepare()
    deadline = time.monotonic() + PATIENCE / 4
    with _lock(path / "owner.lock") as owner:
        while not _try(owner, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise EngineError(f"a hub already runs with the data in {path}; stop it or set another HUB_DATA")
            time.sleep(0.1)
        with started(data) as engines:
            yield engines


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[IO[str]]:
    with path.open("a") as file:
        yield file


def _try(file: IO[str], operation: int) -> bool:
    try:
        fcntl.flock(file, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
