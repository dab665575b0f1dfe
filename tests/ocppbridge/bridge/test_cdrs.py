"""CDRs of our own stations: whose words they carry, what they say of the place, what the meter signed."""

from __future__ import annotations

import base64
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import prefetch_related_objects
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

from ocppbridge.bridge import sessions
from ocppbridge.bridge.places import Shelf
from ocppbridge.models import MeterReading, Station, Transaction
from ocppbridge.services import stations
from roaming.models import Cdr, Location, Session
from roaming.ocpi import json
from roaming.pricing import audit, price
from roaming.services import deliveries, locations, tariffs
from tests.ocppbridge.bridge.test_sessions import LOCATION, OWNER, START, TARIFF, at, ended, metered, started

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    tariffs.store(OWNER, TARIFF, source=None, now=START)
    locations.store(OWNER, LOCATION, source=None, now=START)
    return stations.add("CP1", "NL/VLT", location_id="L1", evses=["E1"]).station


def finished(row: Transaction) -> dict[str, Any]:
    """Its CDR, there as soon as it has ended."""
    metered(row, 30, 6000)
    ended(row, 60, 11000)
    sessions.publish(row, at(60))
    document: dict[str, Any] = json.loads(Cdr.objects.get().document)
    return document


def test_session_and_cdr_carry_the_last_authorization(station: Station) -> None:
    """SES-17, SES-18, CDR-07, CDR-22, CDR-23, TOK-20, CMD-16: a command began it, a card went on with it."""
    row = started(station)
    row.authorization_reference = "REF-COMMAND"
    sessions.publish(row, at(1))
    running = json.loads(Session.objects.get().document)
    assert (running["auth_method"], running["authorization_reference"]) == ("COMMAND", "REF-COMMAND")
    row.auth_method, row.authorization_reference = "AUTH_REQUEST", "REF-CARD"
    cdr = finished(row)
    for document in (cdr, json.loads(Session.objects.get().document)):
        assert (document["auth_method"], document["authorization_reference"]) == ("AUTH_REQUEST", "REF-CARD")
        assert document["cdr_token"] == row.cdr_token
    assert cdr["session_id"] == str(row.session_id) == Session.objects.get().object_id


def test_who_pays_can_recompute_the_total_from_the_cdr_alone(station: Station) -> None:
    """CDR-27, CDR-15, CDR-17, CDR-21: with the tariff inside it, also where charging is free."""
    free = {**TARIFF, "elements": [{"price_components": [{"type": "FLAT", "price": 0, "step_size": 1}]}]}
    tariffs.store(OWNER, {**free, "last_updated": "2026-02-01T00:00:00Z"}, source=None, now=START)
    for total in (Decimal(0), Decimal("4.7")):
        cdr = finished(started(station))
        assert [tariff["id"] for tariff in cdr["tariffs"]] == ["T1"]
        assert price(cdr, time_zone="Europe/Amsterdam").total_cost.excl_vat == cdr["total_cost"]["excl_vat"] == total
        assert [finding for finding in audit(cdr) if finding.severity == "error"] == []
        Cdr.objects.all().delete()
        Transaction.objects.all().delete()
        tariffs.store(OWNER, {**TARIFF, "last_updated": "2026-02-02T00:00:00Z"}, source=None, now=START)


def test_of_the_second_session_on_no_sql_is_made(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making it again for each was half of what a session and its CDR cost the drain."""
    prefetch_related_objects([station], "evses__connectors")
    shelf = Shelf([station.pk])

    def told(row: Transaction) -> bool:
        row.station = station
        return sessions.publish(row, at(60), shelf)

    first, second = (over(station, number) for number in (1, 2))
    assert told(first)

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("SQL is made")

    monkeypatch.setattr(SQLCompiler, "as_sql", refuse)
    assert told(second)
    monkeypatch.undo()
    assert [row.object_id for row in Cdr.objects.order_by("pk")] == [str(first.session_id), str(second.session_id)]
    assert Transaction.objects.get(pk=second.pk).cdr_id == str(second.session_id)


def test_of_the_second_session_on_only_what_is_its_own_is_asked(station: Station) -> None:
    prefetch_related_objects([station], "evses__connectors")
    shelf, rows = Shelf([station.pk]), [over(station, number) for number in (1, 2)]
    with deliveries.asking_once():
        for row in rows:
            row.station = station
            with CaptureQueriesContext(connection) as asked:
                assert sessions.publish(row, at(60), shelf)
    read = [query["sql"].split(" FROM ")[1].split()[0] for query in asked if query["sql"].startswith("SELECT")]
    readings = ['"ocppbridge_meterreading"'] * 2  # the figures, and what is signed
    assert sorted(read) == sorted([*readings, '"roaming_location"', '"roaming_cdr"'])  # its clock, and its like


def over(station: Station, number: int) -> Transaction:
    """A transaction that has ended and that nobody has been told of."""
    row = started(station)
    row.wire_id = number
    row.save()
    metered(row, 30, 6000)
    ended(row, 60, 11000)
    return row


def test_an_evse_without_an_evse_id_is_named_by_its_uid(station: Station) -> None:
    """CDR-25."""
    held: Any = LOCATION["evses"]
    evse = {name: value for name, value in held[0].items() if name != "evse_id"}
    changed = {**LOCATION, "evses": [evse], "last_updated": "2026-02-01T00:00:00Z"}
    locations.store(OWNER, changed, source=None, now=START)
    assert finished(started(station))["cdr_location"]["evse_id"] == "E1"


OCMF = 'OCMF|{"FV":"1.0","GI":"Meter","RD":[{"TM":"2026-03-01T12:00:00,000+0000 S","RV":1.000}]}|{"SD":"3045…"}'


@pytest.mark.parametrize("written", [OCMF, base64.b64encode(OCMF.encode()).decode()])
def test_what_the_meter_signed_is_in_the_cdr_byte_for_byte(station: Station, written: str) -> None:
    """OCP-07, CDR-26: plain or in Base64, as the station wrote it; readable beside it."""
    row = started(station)
    for minute, context in ((0, "Transaction.Begin"), (30, "Sample.Clock"), (60, "Transaction.End")):
        samples = [
            {"measurand": "Voltage", "value": "230", "unit": "V", "context": context},
            {"measurand": "Energy.Active.Import.Register", "unit": "Wh", "context": context,
             "signed": {"data": written, "public_key": "3059"}},
        ]  # fmt: skip
        MeterReading.objects.create(
            transaction=row, at=START + timedelta(minutes=minute), digest=f"s{minute}", samples=samples
        )
    signed = finished(row)["signed_data"]
    assert (signed["encoding_method"], signed["public_key"]) == ("OCMF", "3059")
    assert [value["nature"] for value in signed["signed_values"]] == ["Start", "Intermediate", "End"]
    assert {(value["signed_data"], value["plain_data"]) for value in signed["signed_values"]} == {(written, OCMF)}


def test_a_signed_value_that_ocpi_cannot_carry_does_not_stop_the_cdr(station: Station) -> None:
    """OCP-07: it is left out, not cut."""
    row = started(station)
    samples = [{"measurand": "Energy.Active.Import.Register", "unit": "Wh", "signed": {"data": "x" * 5001}}]
    MeterReading.objects.create(transaction=row, at=START, digest="1", samples=samples)
    assert "signed_data" not in finished(row)


def test_a_station_that_is_not_offered_to_roaming_is_told_to_nobody(station: Station) -> None:
    """LOC-24: private stations have no Location, so neither they nor their sessions leave the hub."""
    private = stations.add("HOME1", "NL/VLT", evses=["X1"]).station
    row = started(private)
    assert not sessions.publish(row, at(1))
    ended(row, 60, 11000)
    assert not sessions.publish(row, at(60))
    assert (Session.objects.count(), Cdr.objects.count()) == (0, 0)
    assert b"X1" not in b"".join(row.document.encode() for row in Location.objects.all())


def test_stations_of_one_site_are_one_location(station: Station) -> None:
    """LOC-32, LOC-13: each moves its own EVSE there."""
    held: Any = LOCATION["evses"]
    both = {**LOCATION, "evses": [held[0], {**held[0], "uid": "E2"}], "last_updated": "2026-02-01T00:00:00Z"}
    locations.store(OWNER, both, source=None, now=START)
    second = stations.add("CP2", "NL/VLT", location_id="L1", evses=["E2"]).station
    (evse,) = second.evses.exclude(uid="")
    assert locations.set_evse_status(OWNER, second.location_id, evse.uid, "CHARGING", at(1), now=at(1))
    place = json.loads(Location.objects.get().document)
    assert [(one["uid"], one["status"]) for one in place["evses"]] == [("E1", "AVAILABLE"), ("E2", "CHARGING")]
    assert place["last_updated"] == place["evses"][1]["last_updated"] == "2026-03-01T12:01:00Z"
