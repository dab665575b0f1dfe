"""A billing system killed (-9) and started again while several processes write: nothing missed, nothing twice."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from roaming.models import Assessment, Cdr
from tests.hub import ROOT, eventually
from tests.roaming.billing import world
from tests.roaming.billing.door import token

WRITERS, EACH = 3, 60
SEED = int(os.environ.get("KILL_SEED", "20261121"))


def start(*words: str) -> subprocess.Popen[bytes]:
    """Beside this process, on the same database."""
    place = connection.settings_dict
    database = f"host={place['HOST']} user={place['USER']} dbname={place['NAME']}"
    port = f" port={place['PORT']}" if place["PORT"] else ""
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, env={**os.environ, "DATABASE_URL": database + port})


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = start(*words)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def taken(path: Path) -> int:
    try:
        with sqlite3.connect(path) as kept:
            return int(kept.execute("SELECT count(*) FROM taken").fetchone()[0])
    except sqlite3.OperationalError:  # it has not begun, or is writing
        return 0


@pytest.mark.django_db(transaction=True)
def test_a_consumer_that_is_killed_again_and_again_has_each_change_once(live_server: Any, tmp_path: Path) -> None:
    world.begin()
    chance, kills = random.Random(SEED), 0
    path, bearer = tmp_path / "kept.db", token()
    script = str(Path(__file__).with_name("consumer.py"))
    writers = [
        start("-m", "tests.roaming.billing.writer", f"W{number}", str(EACH), str(SEED + number))
        for number in range(WRITERS)
    ]
    while any(writer.poll() is None for writer in writers):
        wanted = taken(path) + chance.randrange(5, 60)
        with running(script, live_server.url, bearer, str(path)) as consumer:
            eventually(
                lambda wanted=wanted: taken(path) >= wanted or all(one.poll() is not None for one in writers),
                "the consumer gets on", every=0.005,
            )  # fmt: skip
            assert consumer.poll() is None, "the consumer ended: a change came twice"
        kills += 1
    assert [writer.wait() for writer in writers] == [0] * WRITERS
    expected = Cdr.objects.count() + Assessment.objects.count()
    assert (Cdr.objects.count(), kills >= 4) == (WRITERS * EACH, True)
    with running(script, live_server.url, bearer, str(path)) as consumer:
        eventually(lambda: taken(path) == expected or consumer.poll() is not None, "the consumer has everything")
        assert consumer.poll() is None, "the consumer ended: a change came twice"
    with sqlite3.connect(path) as kept:
        rows = kept.execute("SELECT position, kind, cdr FROM taken ORDER BY position").fetchall()
    assert [position for position, _, _ in rows] == list(range(1, expected + 1))
    assert {cdr for _, kind, cdr in rows if kind == "made"} == set(Cdr.objects.values_list("pk", flat=True))
    assert {cdr for _, kind, cdr in rows if kind == "verdict"} == set(
        Assessment.objects.values_list("cdr_id", flat=True)
    )
