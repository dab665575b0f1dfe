"""The embedded engines as real processes: start, restart after kill -9, one owner and its guests, refusals in words."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config import datadir, embedded
from config.datadir import NOBODY, DataDir, barrier
from config.embedded import attached, owned
from config.engines import EngineError, Postgres, Valkey, started
from config.privileges import tied

ROOT = Path(__file__).resolve().parents[2]
FAST = {"fsync": "off"}


@pytest.fixture
def data() -> Iterator[DataDir]:
    folder = Path(tempfile.mkdtemp(prefix="hub-engines-"))
    folder.chmod(0o711)
    yield DataDir(folder)
    shutil.rmtree(folder, ignore_errors=True)


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        threading.Event().wait(0.02)
    return condition()


def write(data: DataDir, value: int) -> None:
    with psycopg.connect(Postgres(data).dsn("hub"), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])


def values(data: DataDir) -> list[int]:
    with psycopg.connect(Postgres(data).dsn("hub")) as connection:
        return [row[0] for row in connection.execute("SELECT value FROM kept ORDER BY value").fetchall()]


def test_what_was_committed_is_there_after_a_stop_and_after_a_kill(data: DataDir) -> None:
    with started(data):
        write(data, 1)
    postgres = Postgres(data)
    postgres.start()
    write(data, 2)
    assert postgres.process is not None
    os.kill(postgres.process.pid, signal.SIGKILL)
    assert eventually(lambda: not postgres.running)
    postgres.start()
    try:
        assert values(data) == [1, 2]
    finally:
        postgres.stop()


def test_a_killed_valkey_starts_again_empty(data: DataDir) -> None:
    valkey = Valkey(data)
    valkey.start()
    with redis.Redis(unix_socket_path=str(data.sockets.valkey)) as client:
        client.set("nudge", "1")
    assert valkey.process is not None
    valkey.process.kill()
    assert eventually(lambda: not valkey.running)
    valkey.start()
    with redis.Redis(unix_socket_path=str(data.sockets.valkey)) as client:
        assert client.get("nudge") is None
    valkey.stop()
    assert not valkey.ready()


def test_engines_die_with_a_starter_that_is_killed(data: DataDir) -> None:
    code = (
        "import sys, signal; from pathlib import Path\n"
        "from config.datadir import DataDir; from config.engines import started\n"
        "with started(DataDir(Path(sys.argv[1]))): print('up', flush=True); signal.pause()"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(data.path)], cwd=ROOT, stdout=subprocess.PIPE)
    with starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"up\n"
        assert Postgres(data).ready()
        starter.kill()
    assert eventually(lambda: not Postgres(data).ready() and not Valkey(data).ready())


def test_a_client_that_stays_connected_does_not_hold_up_a_stop(data: DataDir) -> None:
    postgres = Postgres(data)
    postgres.start()
    with psycopg.connect(postgres.dsn("hub")):
        before = time.monotonic()
        postgres.stop()
    assert time.monotonic() - before < 30


def test_an_engine_that_never_ran_is_stopped_without_complaint(data: DataDir) -> None:
    Postgres(data).stop()


def test_a_second_hub_on_the_same_data_is_refused_in_words(data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "PATIENCE", 1.0)
    with owned(data.path), pytest.raises(EngineError, match="a hub already runs with the data in"):  # noqa: SIM117
        with owned(data.path):
            pytest.fail("two owners")


def test_a_guest_uses_the_running_engines_and_the_owner_waits_for_it(data: DataDir) -> None:
    seen: list[str] = []
    inside, leave = threading.Event(), threading.Event()

    def guest() -> None:
        with attached(data.path):
            write(data, 7)
            inside.set()
            leave.wait(60)
            seen.append("guest leaves")

    thread = threading.Thread(target=guest)
    with attached(data.path):
        thread.start()
        assert inside.wait(60)
        assert values(data) == [7]
        threading.Timer(0.3, leave.set).start()
    seen.append("engines stopped")
    thread.join(20)
    assert seen == ["guest leaves", "engines stopped"]
    assert not Postgres(data).ready()


def test_data_of_another_major_version_is_refused_with_the_way_out(data: DataDir) -> None:
    data.prepare()
    (data.postgres_data / "PG_VERSION").write_text("17\n")
    with pytest.raises(EngineError, match=r"written by PostgreSQL 17.*pg_dumpall"):
        Postgres(data).start()


def test_a_server_that_will_not_start_says_why(data: DataDir) -> None:
    with pytest.raises(EngineError, match=r"postgres did not start: .*no_such_setting"):
        Postgres(data, {"no_such_setting": "1"}).start()


def test_a_path_too_long_for_a_socket_moves_the_sockets_only(data: DataDir) -> None:
    deep = DataDir(data.path / ("deep" * 20) / ("deeper" * 5))
    assert len(str(deep.sockets.postgres / ".s.PGSQL.5432")) <= datadir.LONGEST_SOCKET
    assert deep.engine_path == deep.path
    with started(deep, FAST):
        write(deep, 3)
    shutil.rmtree(deep.sockets.postgres)


def test_below_a_private_home_the_engines_user_still_gets_its_files(data: DataDir) -> None:
    """As root PostgreSQL runs as uid 65534, who cannot pass a 0700 folder of root's; an ordinary user needs nothing."""
    private = data.path / "home"
    private.mkdir(mode=0o700)
    hidden = DataDir(private / "hub")
    assert barrier(hidden.path) == private
    root = os.geteuid() == 0
    assert hidden.engine_uid == (NOBODY if root else os.geteuid())
    assert (hidden.engine_path == hidden.path) is not root
    try:
        with started(hidden, FAST):
            write(hidden, 4)
            assert values(hidden) == [4]
        assert (private.stat().st_mode & 0o777) == 0o700, "a parent folder was opened up"
    finally:
        if root:
            shutil.rmtree(hidden.engine_path)


def test_a_socket_folder_of_somebody_else_is_refused(data: DataDir) -> None:
    data.path.mkdir(exist_ok=True)
    (data.path / "run").symlink_to("/tmp")
    with pytest.raises(datadir.DataDirError, match="belongs to somebody else"):
        data.prepare()


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(data: DataDir) -> None:
    key = data.secret_key()
    assert len(key) >= 48
    assert data.secret_key() == key
    assert (data.path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [found.name for found in data.path.iterdir()] == ["secret_key"]


def test_a_tied_process_is_started_from_the_main_thread_only() -> None:
    complaints: list[str] = []

    def elsewhere() -> None:
        try:
            tied(["true"], death_signal="TERM")
        except RuntimeError as error:
            complaints.append(str(error))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert complaints == ["a tied process dies with the thread that starts it: start it from the main thread"]
