"""Beat may run many times: the holder of the advisory lock sends, another takes over when it goes."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings

from config.beat import LockedScheduler
from config.celery import app
from config.schedule import SCHEDULE
from tests.hub import eventually


@pytest.fixture
def beats(engines: None) -> Iterator[list[LockedScheduler]]:
    found = [LockedScheduler(app=app, lazy=True) for _ in range(2)]
    yield found
    for beat in found:
        beat.let_go()


def test_one_of_two_beats_schedules_and_the_other_takes_over(beats: list[LockedScheduler]) -> None:
    first, second = beats
    assert first.holds_lock()
    assert not second.holds_lock()
    assert first.holds_lock()
    first.close()
    assert eventually(second.holds_lock, "the other takes over", every=0.02)  # its server lets go a moment later


def test_a_beat_whose_connection_was_cut_notices_and_tries_again(beats: list[LockedScheduler]) -> None:
    beat = beats[0]
    assert beat.holds_lock()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    assert not beat.holds_lock()
    assert eventually(beat.holds_lock, "it holds it again", every=0.02)


def test_a_beat_without_the_lock_looks_again_soon_and_sends_nothing(beats: list[LockedScheduler]) -> None:
    assert beats[0].holds_lock()
    assert beats[1].tick() == 2.0


def test_every_sweep_names_its_queue_and_expires() -> None:
    for entry in SCHEDULE.values():
        assert entry["options"]["queue"] in {"interactive", "drain", "deliver", "bulk"}
        assert entry["options"]["expires"] >= entry["schedule"]
