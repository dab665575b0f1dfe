"""The outbox against partners that are slow, away, wrong or in a hurry."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from roaming import nudges
from roaming.models import Delivery, DeliveryAttempt, Platform
from roaming.services import decisions, deliveries, drains, locations, presence, sweeping
from tests.personas import samples
from tests.personas.partner import Partner, Said, until

LATER = "2026-11-21T11:00:00Z"
LATEST = "2026-11-21T11:30:00Z"


def store(hub: Any, **changes: Any) -> None:
    document = samples.location(party_id="VLT", **changes)
    locations.store(hub.host("NL/VLT"), document, source=None, now=timezone.now())


def status(hub: Any, value: str) -> None:
    """A status of the hosted EVSE, as a station would say it."""
    now = timezone.now()
    locations.set_evse_status(hub.host("NL/VLT"), "LOC1", "EVSE1", value, now, now=now)


def delivery() -> Delivery:
    return Delivery.objects.get(module="locations")


def due_now() -> None:
    Delivery.objects.update(due_at=timezone.now())
    Platform.objects.update(retry_at=None)


def test_changes_before_a_delivery_become_one(hub: Any, emsp: Partner) -> None:
    """TRA-08: a mark, not a queue of states."""
    store(hub)
    for value in ("CHARGING", "AVAILABLE", "RESERVED"):
        status(hub, value)
    hub.work()
    (put,) = emsp.pushed("locations")
    assert put.body["evses"][0]["status"] == "RESERVED"
    assert delivery().state == "DELIVERED"


def test_after_a_failure_the_whole_object_goes_never_the_old_patch(hub: Any, emsp: Partner) -> None:
    """TRA-08, COO-06, S34: 200 with 3000 is a failure; the same correlation id, a new request id."""
    store(hub)
    hub.work()
    status(hub, "CHARGING")
    emsp.answers["PATCH", "/odd"] = Said(status=3000, message="busy")
    hub.work()
    row = delivery()
    assert (row.state, row.attempts, row.needs_put) == ("PENDING", 1, True)
    assert row.due_at > timezone.now()
    status(hub, "AVAILABLE")
    due_now()
    hub.work()
    first, patch, put = emsp.pushed("locations")
    assert (first.method, patch.method, put.method) == ("PUT", "PATCH", "PUT")
    assert put.body["evses"][0]["status"] == "AVAILABLE"
    assert patch.headers["x-request-id"] != put.headers["x-request-id"]
    assert delivery().state == "DELIVERED"


def test_a_partner_that_lost_the_object_gets_it_at_once(hub: Any, emsp: Partner) -> None:
    """COO-06, LOC-10: 404 on a PATCH is answered with the PUT."""
    store(hub)
    hub.work()
    emsp.answers["PATCH", "/odd"] = Said(http_status=404, status=2003)
    status(hub, "CHARGING")
    hub.work()
    assert [one.method for one in emsp.pushed("locations")] == ["PUT", "PATCH", "PUT"]
    assert delivery().state == "DELIVERED"


def test_an_object_that_the_partner_refuses_is_not_sent_again_until_it_changes(hub: Any, emsp: Partner) -> None:
    emsp.answers["PUT", "/odd/receiver/locations"] = Said(status=2001, message="/address is ugly")
    store(hub)
    hub.work()
    assert (delivery().state, "ugly" in delivery().last_error) == ("REFUSED", True)
    hub.work()
    assert len(emsp.pushed("locations")) == 1
    emsp.answers.clear()
    status(hub, "CHARGING")
    hub.work()
    assert delivery().state == "DELIVERED"
    assert emsp.pushed("locations")[-1].method == "PUT"


def test_staff_may_send_it_again(hub: Any, emsp: Partner) -> None:
    store(hub)
    hub.work()
    deliveries.send_again(delivery(), timezone.now())
    hub.work()
    assert [one.method for one in emsp.pushed("locations")] == ["PUT", "PUT"]


def test_a_partner_that_hangs_holds_up_nobody_else(hub: Any, emsp: Partner, other_emsp: Partner) -> None:
    """HUB-36, S6: each platform has its own drain, and one time-out ends it."""
    Platform.objects.filter(pk=hub.platform(emsp).pk).update(request_timeout=1)
    emsp.answers["*", "/odd"] = Said(delay=60)
    store(hub)
    for number in range(5):
        store(hub, id=f"L{number}")
    slow = threading.Thread(target=run_drain, args=(hub.platform(emsp).pk,))
    slow.start()
    assert drains.drain(hub.platform(other_emsp).pk) >= 6
    slow.join()
    assert len(emsp.pushed("locations")) == 1
    row = Platform.objects.get(pk=hub.platform(emsp).pk)
    assert (row.timeouts_in_a_row, row.status) == (1, "CONNECTED")
    assert row.retry_at is not None and row.retry_at > timezone.now()
    assert row.pk not in drains.due_platforms(timezone.now())


def run_drain(platform_id: int) -> None:
    try:
        drains.drain(platform_id)
    finally:
        connection.close()


def test_there_is_one_drain_for_a_platform_at_a_time(hub: Any, emsp: Partner) -> None:
    """The second finds the lock taken; what was marked meanwhile is found by the first."""
    emsp.answers["PUT", "/odd/receiver/locations/NL/VLT/LOC1"] = Said(delay=0.5)
    store(hub)
    first = threading.Thread(target=run_drain, args=(hub.platform(emsp).pk,))
    first.start()
    until(lambda: emsp.pushed("locations"))
    store(hub, id="L2")
    assert drains.drain(hub.platform(emsp).pk) == 0
    first.join()
    assert [one.path.rpartition("/")[2] for one in emsp.pushed("locations")] == ["LOC1", "L2"]


def test_a_change_during_the_delivery_is_delivered_next(hub: Any, emsp: Partner) -> None:
    """The receiver has version 1 while version 2 is stored: the mark stays."""

    def change_meanwhile(seen: Any) -> Said:
        if len(emsp.pushed("locations")) == 1:
            status(hub, "CHARGING")
            connection.close()
        return Said()

    emsp.answers["PUT", "/odd/receiver/locations"] = change_meanwhile
    store(hub)
    hub.work()
    assert [one.method for one in emsp.pushed("locations")] == ["PUT", "PATCH"]
    assert (delivery().state, delivery().accepted_version) == ("DELIVERED", 2)


def test_a_change_is_nudged_for_once_until_the_drain_has_looked_for_the_last_time(
    hub: Any, emsp: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who drains looks again after the mark is gone: a nudge for each change meanwhile would find the lock taken."""
    told: list[str] = []

    class Broker:
        def send_task(self, name: str, **more: Any) -> None:
            told.append(name)

    def change_meanwhile(seen: Any) -> Said:
        if len(emsp.pushed("locations")) == 1:
            status(hub, "CHARGING")
            connection.close()
        return Said()

    monkeypatch.setattr(nudges, "current_app", Broker())
    monkeypatch.setattr(nudges, "_PENDING_SECONDS", 600)
    emsp.answers["PUT", "/odd/receiver/locations"] = change_meanwhile
    store(hub)
    hub.work()
    assert [one.method for one in emsp.pushed("locations")] == ["PUT", "PATCH"]
    assert told == [deliveries.TASK]
    status(hub, "AVAILABLE")
    assert told == [deliveries.TASK] * 2


def test_a_batch_learns_of_its_platform_once_and_each_result_is_one_statement(hub: Any, emsp: Partner) -> None:
    store(hub)
    store(hub, id="L2")
    Platform.objects.update(last_seen_at=timezone.now() - timedelta(minutes=1))
    with CaptureQueriesContext(connection) as asked:
        hub.work()
    said = [query["sql"] for query in asked.captured_queries]
    assert sum('UPDATE "roaming_platform"' in sql for sql in said) == 1
    assert sum('FROM "roaming_endpoint"' in sql for sql in said) == 1
    results = [sql for sql in said if "roaming_deliveryattempt" in sql]
    assert len(results) == 2 and all("UPDATE roaming_delivery" in sql for sql in results)
    assert set(DeliveryAttempt.objects.values_list("outcome", flat=True)) == {"accepted"}


def test_marks_of_hosted_objects_wait_for_a_partner_that_is_away(hub: Any, emsp: Partner) -> None:
    """HCI-06, OFFLINE-WINDOW: the present whole when it is back."""
    store(hub)
    hub.work()
    go_offline(hub, emsp)
    status(hub, "CHARGING")
    hub.work()
    assert len(emsp.pushed("locations")) == 1
    assert delivery().state == "PENDING"
    presence.answered(Platform.objects.get(pk=hub.platform(emsp).pk))
    hub.work()
    assert [one.method for one in emsp.pushed("locations")] == ["PUT", "PUT"]


def test_what_is_only_relayed_does_not_wait(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HUB-25, TRA-08: the partner pulls what it missed."""
    go_offline(hub, emsp)
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    assert delivery().state == "MUST_PULL"


def test_the_letter_is_a_decision_and_the_window_ends(hub: Any, emsp: Partner) -> None:
    """OFFLINE-WINDOW."""
    store(hub)
    go_offline(hub, emsp)
    later = timezone.now() + timedelta(hours=25)
    assert drains.give_up_waiting(timezone.now() + timedelta(hours=23)) == 0
    assert drains.give_up_waiting(later) == 1
    assert delivery().state == "MUST_PULL"
    decisions.choose("OFFLINE-WINDOW", "none")
    status(hub, "CHARGING")
    assert delivery().state == "MUST_PULL"


def go_offline(hub: Any, partner: Partner) -> None:
    for _ in range(3):
        presence.timed_out(hub.platform(partner))
    assert hub.platform(partner).status == "OFFLINE"


def test_no_transaction_no_mark(hub: Any, emsp: Partner) -> None:
    """The mark commits with the object or not at all."""

    class Undone(Exception):
        pass

    try:
        with transaction.atomic():
            store(hub)
            raise Undone
    except Undone:
        pass
    assert not Delivery.objects.filter(module="locations").exists()


def test_the_sweep_finds_what_a_lost_nudge_left_behind(hub: Any, emsp: Partner) -> None:
    """And costs few queries when there is nothing."""
    hub.work()
    sweeping.sweep()
    store(hub)
    assert drains.due_platforms(timezone.now()) == [hub.platform(emsp).pk]


def test_a_partner_that_wants_nulls_gets_them(hub: Any, emsp: Partner) -> None:
    """Peers 5: some refuse an object whose optional fields are absent. Differences stay differences."""
    Platform.objects.update(explicit_nulls=True)
    store(hub, **{"x-odd": 1})
    hub.work()
    status(hub, "CHARGING")
    hub.work()
    put, patch = emsp.pushed("locations")
    assert put.body["parking_type"] is None
    assert put.body["evses"][0]["floor_level"] is None
    assert put.body["evses"][0]["connectors"][0]["terms_and_conditions"] is None
    assert (put.body["x-odd"], put.body["name"]) == (1, samples.location()["name"])
    assert set(patch.body) == {"status", "last_updated"}


def test_partners_in_doubt_hold_a_part_of_the_threads_only(
    hub: Any, emsp: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRA-08: who did not answer last time waits while as many others are waited for, and loses nothing by it."""
    store(hub)
    hub.work()
    status(hub, "CHARGING")
    platform = delivery().platform_id
    Platform.objects.filter(pk=platform).update(timeouts_in_a_row=1)
    seats = threading.BoundedSemaphore(1)
    monkeypatch.setattr(drains, "_doubtful", seats)
    seats.acquire()
    assert drains.drain(platform) == 0
    assert delivery().state == "PENDING"
    seats.release()
    assert drains.drain(platform) == 1
    assert delivery().state == "DELIVERED"
    assert [one.method for one in emsp.pushed("locations")] == ["PUT", "PATCH"]
    assert seats.acquire(blocking=False)
