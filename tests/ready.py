"""A migrated database, made once for a test session: its engines and its hubs start from a copy of the folder.

The first that asks makes it, as operators do (`manage.py migrate` on an empty one); other workers wait for it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.connections import embedded_urls
from config.datadir import DataDir
from config.engines import Postgres

ROOT = Path(__file__).resolve().parent.parent
PLACE = "HUB_TEST_READY"
FAST = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off"}
"""A test kills processes, not machines."""


def appoint() -> Path | None:
    """Where it will stand. Workers of pytest-xdist inherit that; None for them: it is not theirs to remove."""
    if PLACE in os.environ:
        return None
    folder = Path(tempfile.mkdtemp(prefix="hub-ready-"))
    folder.chmod(0o711)  # PostgreSQL's own user passes through when we are root
    os.environ[PLACE] = str(folder)
    return folder


def remove(folder: Path) -> None:
    os.environ.pop(PLACE, None)
    shutil.rmtree(folder, ignore_errors=True)


def furnish(data: DataDir) -> None:
    """Give an empty data folder its database; outside a test session (a bench) the folder's owner makes it."""
    if PLACE not in os.environ:
        return
    place = Path(os.environ[PLACE])
    made = DataDir(place / "made")
    with _alone(place / "lock"):
        if not (place / "done").exists():
            _make(made)
            (place / "done").touch()
    data.prepare()
    subprocess.run(["cp", "-a", f"{made.postgres_data}/.", str(data.postgres_data)], check=True)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(data: DataDir) -> None:
    engine = Postgres(data, FAST)
    engine.start()
    try:
        own = embedded_urls(data)
        told = {"HUB_DATA": str(data.path), "SECRET_KEY": str(own.secret_key)}
        environment = os.environ | own.as_environment() | told
        words = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
        subprocess.run(words, cwd=ROOT, env=environment, check=True)
    finally:
        engine.stop()
