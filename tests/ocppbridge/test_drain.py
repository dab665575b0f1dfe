"""The drain on journalled frames: order, savepoints, quarantine, parking, priorities, and no frame twice or never."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ocppbridge import drain, nudges
from ocppbridge.charging.messages import Metered, Started, Updated
from ocppbridge.handlers.registry import RECORDS, Record
from ocppbridge.models import Alert, Call, Connection, Frame, InboxItem, Quarantined, Report, Station, Transaction
from ocppbridge.services import shards
from ocppbridge.services.turns import Turn
from tests.ocppbridge.world import new_station

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)

pytestmark = pytest.mark.django_db


class Journal:
    """Frames of one station, as the transport would have written them."""

    def __init__(self, identity: str, subprotocol: str = "ocpp2.0.1") -> None:
        self.station = new_station(identity)
        self.connection = self.connect(subprotocol)
        self.n = 0

    def connect(self, subprotocol: str = "ocpp2.0.1") -> Connection:
        made = Connection.objects.create(
            station=self.station, subprotocol=subprotocol, node="n", channel="c", opened_at=NOW, alive_at=NOW
        )
        Station.objects.filter(pk=self.station.pk).update(connection=made, subprotocol=subprotocol)
        return made

    def write(self, action: str, payload: dict[str, Any], n: int | None = None, priority: int = 0) -> InboxItem:
        self.n = n or self.n + 1
        return self._frame(Frame.Kind.CALL, f"m{self.n}", action, [2, f"m{self.n}", action, payload], priority)

    def answer(self, call: Call, payload: dict[str, Any]) -> InboxItem:
        self.n += 1
        return self._frame(Frame.Kind.RESULT, str(call.pk), call.action, [3, str(call.pk), payload])

    def refuse(self, call: Call, code: str) -> InboxItem:
        self.n += 1
        return self._frame(Frame.Kind.ERROR, str(call.pk), call.action, [4, str(call.pk), code, "", {}])

    def _frame(self, kind: int, message_id: str, action: str, frame: list[Any], priority: int = 0) -> InboxItem:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ocppbridge_frame"
                " (at, station_id, connection_id, n, direction, kind, message_id, action, body)"
                " VALUES (%s, %s, %s, %s, 0, %s, %s, %s, %s) RETURNING id",
                (
                    NOW, self.station.pk, self.connection.pk, self.n, kind, message_id, action,
                    orjson.dumps(frame).decode(),
                ),
            )  # fmt: skip
            (frame_id,) = cursor.fetchone()
        return InboxItem.objects.create(
            shard=1, station=self.station, connection_id=self.connection.pk, n=self.n, frame_id=frame_id, frame_at=NOW,
            priority=priority,
        )  # fmt: skip

    def event(self, kind: str, seq_no: int, energy: int | None = None, **more: Any) -> InboxItem:
        payload: dict[str, Any] = {
            "eventType": kind, "timestamp": f"2026-11-21T10:{seq_no:02}:00Z", "triggerReason": "MeterValuePeriodic",
            "seqNo": seq_no, "transactionInfo": {"transactionId": f"TX-{self.station.identity}"}, "evse": {"id": 1},
        }  # fmt: skip
        if energy is not None:
            payload["meterValue"] = [{"timestamp": payload["timestamp"], "sampledValue": [{"value": energy}]}]
        return self.write("TransactionEvent", {**payload, **more})


@pytest.fixture
def fragile() -> Iterator[list[str]]:
    """Recording an Updated or a Metered fails for the stations named in the list."""
    broken: list[str] = []
    kept = {kind: RECORDS[kind] for kind in (Updated, Metered)}

    def wrapped(record: Record) -> Record:
        def function(message: Any, turn: Turn) -> None:
            record.function(message, turn)
            if turn.station.identity in broken:
                raise RuntimeError("it broke")

        return Record(function, record.priority, record.parks)

    RECORDS.update({kind: wrapped(record) for kind, record in kept.items()})
    yield broken
    RECORDS.update(kept)


def test_a_transaction_comes_out_of_its_events_in_the_order_of_connection_and_number() -> None:
    """Written in another order: ids are handed out before COMMIT."""
    journal = Journal("CP1")
    first = journal.connection
    later = journal.connect()
    journal.connection = later
    journal.write("StatusNotification", status("Available"), n=1)
    journal.connection = first
    journal.write("StatusNotification", status("Occupied"), n=2)
    journal.write("StatusNotification", status("Reserved"), n=1)
    assert drain.drain(1) == 3
    assert journal.station.evses.get().connectors.get().state == "Available"
    assert InboxItem.objects.count() == 0


def status(state: str) -> dict[str, Any]:
    return {"timestamp": "2026-11-21T10:00:00Z", "connectorStatus": state, "evseId": 1, "connectorId": 1}


def test_events_become_one_transaction_with_its_energy_and_readings() -> None:
    journal = Journal("CP1")
    for kind, seq_no, energy in (("Started", 0, 100), ("Updated", 1, 600), ("Ended", 2, 2100)):
        journal.event(kind, seq_no, energy)
    drain.drain(1)
    row = Transaction.objects.get()
    assert (row.state, row.energy_import, row.readings.count()) == ("ended", 2000, 3)


def test_the_same_events_again_change_nothing() -> None:
    """Field quirk 6: duplicates with the same or a new message id."""
    journal = Journal("CP1")
    for _ in range(2):
        for kind, seq_no, energy in (("Started", 0, 100), ("Updated", 1, 600), ("Ended", 2, 2100)):
            journal.event(kind, seq_no, energy)
        drain.drain(1)
    row = Transaction.objects.get()
    assert (row.energy_import, row.readings.count()) == (2000, 3)


def test_a_transaction_message_that_cannot_be_recorded_parks_its_station_after_three_tries(
    fragile: list[str],
) -> None:
    fragile.append("CP1")
    broken, fine = Journal("CP1"), Journal("CP2")
    for journal in (broken, fine):
        for kind, seq_no in (("Started", 0), ("Updated", 1), ("Ended", 2)):
            journal.event(kind, seq_no, 100 * seq_no)
    for attempt in (1, 2):
        drain.drain(1)
        waiting = list(InboxItem.objects.order_by("n").values_list("n", "attempts"))
        assert waiting == [(2, attempt), (3, 0)]
    drain.drain(1)
    put_aside = Quarantined.objects.get()
    assert (put_aside.station, put_aside.n, put_aside.parks, put_aside.attempts) == (broken.station, 2, True, 3)
    assert "it broke" in put_aside.error
    drain.drain(1)
    assert list(InboxItem.objects.values_list("n", flat=True)) == [3]  # it waits for staff
    assert Transaction.objects.get(station=fine.station).state == "ended"
    assert Transaction.objects.get(station=broken.station).state == "running"
    assert Alert.objects.get(station=broken.station).code == "STATION-PARKED"


def test_a_frame_put_aside_can_be_run_again_and_its_station_goes_on(fragile: list[str]) -> None:
    fragile.append("CP1")
    journal = Journal("CP1")
    for kind, seq_no in (("Started", 0), ("Updated", 1), ("Ended", 2)):
        journal.event(kind, seq_no, 100 * seq_no)
    for _ in range(3):
        drain.drain(1)
    put_aside = Quarantined.objects.get()
    assert not drain.rerun(put_aside, "anna")
    fragile.clear()
    assert drain.rerun(put_aside, "anna")
    put_aside.refresh_from_db()
    assert put_aside.resolution == "run again by anna"
    drain.drain(1)
    row = Transaction.objects.get()
    assert (row.state, row.energy_import, InboxItem.objects.count()) == ("ended", 200, 0)


def test_any_other_message_is_stepped_over_and_the_station_goes_on(fragile: list[str]) -> None:
    fragile.append("CP1")
    journal = Journal("CP1")
    values = [{"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": 1}]}]
    journal.write("MeterValues", {"evseId": 1, "meterValue": values}, priority=1)
    journal.write("StatusNotification", status("Occupied"))
    for _ in range(3):
        drain.drain(1)
    assert (Quarantined.objects.get().parks, InboxItem.objects.count()) == (False, 0)
    assert journal.station.evses.get().connectors.get().state == "Occupied"


def test_a_discarded_frame_lets_its_station_go_on_without_it(fragile: list[str]) -> None:
    fragile.append("CP1")
    journal = Journal("CP1")
    for kind, seq_no in (("Updated", 1), ("Ended", 2)):
        journal.event(kind, seq_no, 100 * seq_no)
    for _ in range(3):
        drain.drain(1)
    drain.discard(Quarantined.objects.get(), "anna", "nonsense")
    drain.drain(1)
    assert Transaction.objects.get().state == "ended"


def test_what_a_failing_row_had_written_is_undone_and_its_predecessors_stay(fragile: list[str]) -> None:
    fragile.append("CP1")
    journal = Journal("CP1")
    journal.event("Started", 0, 100)
    journal.event("Updated", 1, 600)
    drain.drain(1)
    row = Transaction.objects.get()
    assert (row.last_seq_no, row.readings.count()) == (0, 1)


def test_ten_stations_cost_hardly_more_statements_than_two() -> None:
    """A batch is written together: a statement for each kind of row."""

    def statements(names: list[str]) -> int:
        for name in names:
            journal = Journal(name)
            journal.write("StatusNotification", status("Occupied"))
            for kind, seq_no, energy in (("Started", 0, 100), ("Updated", 1, 600), ("Updated", 2, 900)):
                journal.event(kind, seq_no, energy)
        drain.drain(1)  # what makes rows asks for each of them
        for name in names:
            row = Journal.__new__(Journal)
            row.station = Station.objects.get(identity=name)
            assert row.station.connection is not None
            row.connection, row.n = row.station.connection, 10
            row.event("Updated", 3, 1200)
            row.write("StatusNotification", status("Available"))
        with CaptureQueriesContext(connection) as asked:
            assert drain.drain(1) == 2 * len(names)
        return len(asked)

    few = statements(["CP1", "CP2"])
    many = statements([f"CP{number}" for number in range(3, 13)])
    assert many <= few + 2
    assert set(Transaction.objects.values_list("energy_import", flat=True)) == {1100}


def test_one_station_s_trouble_costs_the_others_of_its_batch_nothing(fragile: list[str]) -> None:
    fragile.append("CP2")
    journals = [Journal(f"CP{number}") for number in (1, 2, 3)]
    for journal in journals:
        for kind, seq_no in (("Started", 0), ("Updated", 1), ("Ended", 2)):
            journal.event(kind, seq_no, 100 * seq_no)
    drain.drain(1)
    ended = Transaction.objects.filter(state="ended", energy_import=200)
    assert set(ended.values_list("station__identity", flat=True)) == {"CP1", "CP3"}
    assert list(InboxItem.objects.order_by("n").values_list("station__identity", "n")) == [("CP2", 2), ("CP2", 3)]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The shards that a drain has been asked for."""
    asked: list[int] = []

    class Broker:
        def send_task(self, name: str, args: list[int], **more: Any) -> None:
            asked.extend(args)

    monkeypatch.setattr(nudges, "current_app", Broker())
    monkeypatch.setattr(nudges, "_OUTSTANDING_SECONDS", 600)
    nudges.drain_begun(1)
    yield asked
    nudges.drain_begun(1)


def test_what_comes_during_a_drain_needs_no_nudge(told: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The drain finds it when it has taken the mark away, as a drain of its own would have found the shard taken."""
    journal = Journal("CP1")
    journal.event("Started", 0, 100)
    record = RECORDS[Updated]

    def and_one_more(message: Any, turn: Turn) -> None:
        record.function(message, turn)
        if journal.n == 2:
            journal.event("Ended", 2, 900)
            nudges.drain([1])

    monkeypatch.setitem(RECORDS, Updated, Record(and_one_more, record.priority, record.parks))
    journal.event("Updated", 1, 600)
    nudges.drain([1])
    assert drain.drain(1) == 3
    assert (told, Transaction.objects.get().state) == ([1], "ended")
    nudges.drain([1])
    assert told == [1, 1]


def test_a_drain_that_loses_the_database_leaves_no_mark(told: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Until that expires, neither a frame nor the sweep could have the shard drained again."""

    def lost(message: Any, turn: Turn) -> None:
        raise OperationalError("PostgreSQL went away")

    Journal("CP1").event("Started", 0, 100)
    record = RECORDS[Started]
    monkeypatch.setitem(RECORDS, Started, Record(lost, record.priority, record.parks))
    nudges.drain([1])
    with pytest.raises(OperationalError):
        drain.drain(1)
    nudges.drain([1])
    assert told == [1, 1]


def test_a_shard_that_has_had_its_turn_goes_behind_those_that_wait(
    told: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four shards of which more and more comes would keep all threads to themselves."""
    monkeypatch.setattr(drain, "TURN", 0.0)
    monkeypatch.setattr(drain, "STATIONS", 1)
    for name in ("CP1", "CP2"):
        Journal(name).event("Started", 0, 100)
    assert (drain.drain(1), told) == (1, [1])
    assert (drain.drain(1), told) == (1, [1])
    assert Transaction.objects.count() == 2


@pytest.mark.parametrize(("waited", "left"), [(-60, 1), (60, 0)])
def test_meter_values_that_come_during_a_drain_wait_for_company(
    waited: int, left: int, told: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a second, as without a drain: they are nudged for then. To drain each as it comes costs much more."""
    journal = Journal("CP1")
    record = RECORDS[Updated]

    def and_one_more(message: Any, turn: Turn) -> None:
        record.function(message, turn)
        if journal.n == 1:
            values = [{"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": 1}]}]
            item = journal.write("MeterValues", {"evseId": 1, "meterValue": values}, priority=1)
            at = timezone.now() - timedelta(seconds=waited)
            InboxItem.objects.filter(pk=item.pk).update(frame_at=at)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE ocppbridge_frame SET at = %s WHERE id = %s", (at, item.frame_id))

    monkeypatch.setitem(RECORDS, Updated, Record(and_one_more, record.priority, record.parks))
    journal.event("Updated", 1, 600)
    assert drain.drain(1) == 2 - left
    assert InboxItem.objects.count() == left


def test_a_parked_station_is_not_more_to_be_done(fragile: list[str], told: list[int]) -> None:
    journal = Journal("CP1")
    fragile.append("CP1")
    for kind, seq_no in (("Started", 0), ("Updated", 1), ("Ended", 2)):
        journal.event(kind, seq_no, 100)
    for _ in range(4):
        drain.drain(1)
    assert Quarantined.objects.get().parks
    with CaptureQueriesContext(connection) as asked:
        assert drain.drain(1) == 0
    assert sum("picked AS" in query["sql"] for query in asked.captured_queries) == 1
    assert told == []


def test_stations_with_more_than_meter_values_come_first() -> None:
    busy, meters = Journal("CP1"), Journal("CP2")
    values = [{"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": 1}]}]
    for _ in range(3):
        meters.write("MeterValues", {"evseId": 1, "meterValue": values}, priority=1)
    busy.write("StatusNotification", status("Occupied"))
    kept = drain.STATIONS
    drain.STATIONS = 1  # type: ignore[misc]
    try:
        picked = drain._pick(1, set())
    finally:
        drain.STATIONS = kept  # type: ignore[misc]
    assert {item.station_id for item in picked} == {busy.station.pk}


def test_a_frame_that_is_gone_from_the_journal_is_put_aside_not_lost_silently() -> None:
    journal = Journal("CP1")
    item = journal.write("StatusNotification", status("Occupied"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ocppbridge_frame WHERE id = %s", (item.frame_id,))
    for _ in range(3):
        drain.drain(1)
    assert "not in the journal" in Quarantined.objects.get().error


def test_what_is_only_taken_note_of_becomes_a_report() -> None:
    journal = Journal("CP1")
    journal.write("FirmwareStatusNotification", {"status": "Installed"}, priority=1)
    drain.drain(1)
    report = Report.objects.get()
    assert (report.action, report.summary) == ("FirmwareStatusNotification", "Installed")


@pytest.mark.django_db(transaction=True)
def test_two_drains_of_a_shard_never_run_together() -> None:
    journal = Journal("CP1")
    journal.event("Started", 0, 100)
    results: list[int] = []

    def other() -> None:
        try:
            results.append(drain.drain(1))
        finally:
            connections["default"].close()

    with transaction.atomic():
        shards.wait_for(1)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
        assert results == [0]
    assert drain.drain(1) == 1
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE ocppbridge_frame")
