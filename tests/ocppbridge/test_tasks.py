"""What workers are asked for: where the sweep runs, and that it runs once at a time."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from django.utils import timezone

from config.schedule import SCHEDULE
from ocppbridge import tasks
from ocppbridge.models import Call, SigningRequest, Station
from ocppbridge.services import signing
from ocppbridge.services.locks import Lock, held
from tests.ocppbridge import pki
from tests.ocppbridge.world import new_station


def test_the_sweep_of_stations_shares_no_queue_with_work_that_may_take_long() -> None:
    """Pulls and signatures are bulk work; a drain goes on while there is something to drain."""
    assert SCHEDULE["ocppbridge"]["options"]["queue"] == "interactive"


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_comes_while_another_runs_does_nothing() -> None:
    station = new_station()
    call = Call.objects.create(station=station, action="Reset", payload={}, expires_at=timezone.now())
    Call.objects.filter(pk=call.pk).update(created_at=timezone.now())
    begun, done = threading.Event(), threading.Event()

    def other() -> None:
        with held(Lock.SWEEP) as free:
            assert free
            begun.set()
            done.wait(60)
        connections["default"].close()

    thread = threading.Thread(target=other)
    thread.start()
    assert begun.wait(60)
    tasks.sweep()
    call.refresh_from_db()
    assert call.state == "queued"
    done.set()
    thread.join()
    tasks.sweep()
    call.refresh_from_db()
    assert call.state == "unanswered"


@pytest.mark.django_db
def test_certificates_are_signed_by_a_task_of_their_own() -> None:
    new_station()
    Station.objects.update(subprotocol="ocpp2.0.1")
    signing.take_down(Station.objects.get(), pki.request("CP1"), None, None, timezone.now())
    tasks.sign_certificates()
    assert SigningRequest.objects.get().state == "signed"
