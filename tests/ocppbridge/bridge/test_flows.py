"""V2G: what the vehicle took and what it gave back, each by its own register, wherever it is told (TAR-31).

By hand: noon to 12:30 it takes 6 kWh, to 13:00 it gives 2 kWh back, to 13:30 it takes 1 kWh.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.bridge import sessions
from ocppbridge.charging import messages
from ocppbridge.charging.readings import ENERGY_EXPORT, ENERGY_IMPORT, Reading, Sample
from ocppbridge.charging.tokens import Place
from ocppbridge.models import MeterReading, Station, Transaction
from ocppbridge.services import stations, transactions
from roaming.models import Cdr, Session
from roaming.ocpi import json
from roaming.pricing import audit
from roaming.services import locations, tariffs
from tests.ocppbridge.bridge.test_sessions import LOCATION, OWNER, START, TARIFF, at, component, started

pytestmark = pytest.mark.django_db
D = Decimal

REGISTERS = ((0, 1000, 500), (30, 7000, 500), (60, 7000, 2500), (90, 8000, 2500))  # minute, import Wh, export Wh


def station_at(*elements: dict[str, Any]) -> Station:
    tariffs.store(OWNER, {**TARIFF, "elements": list(elements)}, source=None, now=START)
    locations.store(OWNER, LOCATION, source=None, now=START)
    return stations.add("CP1", "NL/VLT", location_id="L1", evses=["E1"]).station


def metered(row: Transaction, minute: int, taken: int, given: int) -> None:
    samples = (Sample(ENERGY_IMPORT, D(taken), "Wh"), Sample(ENERGY_EXPORT, D(given), "Wh"))
    told = messages.Metered(place=Place(1, 1), transaction="7", readings=(Reading(at=at(minute), samples=samples),))
    advance(row, told, minute)
    MeterReading.objects.create(
        transaction=row, at=at(minute), energy_import=taken, energy_export=given, digest=str(minute), samples=[]
    )


def advance(row: Transaction, told: Any, minute: int) -> None:
    transactions.advance(row, told, at(minute))
    row.save()


def charged(station: Station) -> tuple[Session, Cdr]:
    row = started(station)
    for minute, taken, given in REGISTERS:
        metered(row, minute, taken, given)
        sessions.publish(row, at(minute))
    advance(row, messages.Ended(at=at(90), transaction="7", reason="Local"), 90)
    sessions.publish(row, at(90))
    return Session.objects.get(), Cdr.objects.get()


def told(document: dict[str, Any], *kinds: str) -> list[tuple[Any, ...]]:
    periods = []
    for period in document["charging_periods"]:
        volumes = {one["type"]: one["volume"] for one in period["dimensions"]}
        periods.append((period["start_date_time"][11:16], *(volumes.get(kind) for kind in kinds)))
    return periods


def test_import_and_export_stand_apart_in_session_cdr_and_columns() -> None:
    session, cdr = charged(station_at({"price_components": [component("ENERGY", "0.30")]}))
    running, final = json.loads(session.document), json.loads(cdr.document)
    # a Session says both of every period (at most a quarter of an hour each); a CDR may say the net only
    apart = [("12:00", 3, 0), ("12:15", 3, 0), ("12:30", 0, 1), ("12:45", 0, 1), ("13:00", D("0.5"), 0),
             ("13:15", D("0.5"), 0)]  # fmt: skip
    assert told(running, "ENERGY_IMPORT", "ENERGY_EXPORT") == apart
    assert told(final, "ENERGY", "ENERGY_IMPORT") == [("12:00", 6, None), ("12:30", -2, None), ("13:00", 1, None)]
    assert (running["kwh"], final["total_energy"]) == (5, 5)
    assert (session.energy_import, session.energy_export) == (7, 2)
    assert (cdr.total_energy_import, cdr.total_energy_export) == (7, 2)
    assert audit(final, sessions=[running], time_zone="Europe/Amsterdam")[0].code == "export_at_import_price"


def test_export_earns_what_its_own_element_says_on_lines_of_its_own() -> None:
    own = {"price_components": [component("ENERGY", "0.10")], "restrictions": {"max_power": 0}}
    _, cdr = charged(station_at(own, {"price_components": [component("ENERGY", "0.30")]}))
    assert cdr.bill is not None
    # 7 × 0.30 = 2.10; 2 × 0.10 = 0.20 back; 1.90, with 21 % VAT 2.299
    assert json.loads(cdr.document)["total_cost"] == {"excl_vat": D("1.9"), "incl_vat": D("2.299")}
    figures = {name: D(cdr.bill[name]["excl_vat"]) for name in ("import_cost", "export_credit", "total_cost")}
    assert figures == {"import_cost": D("2.1"), "export_credit": D("-0.2"), "total_cost": D("1.9")}
    assert (D(cdr.bill["import_energy"]), D(cdr.bill["export_energy"])) == (7, 2)
    lines = [(D(line["measured"]), D(line["excl_vat"])) for line in cdr.bill["lines"]]
    assert lines == [(6, D("1.8")), (-2, D("-0.2")), (1, D("0.3"))]


def test_a_net_that_fits_hides_nothing() -> None:
    """Both registers 3 kWh off: the net is right, each flow is not."""
    session, cdr = charged(station_at({"price_components": [component("ENERGY", "0.30")]}))
    running = json.loads(session.document)
    for period in running["charging_periods"][:3:2]:
        for one in period["dimensions"]:
            if one["type"] in ("ENERGY_IMPORT", "ENERGY_EXPORT") and one["volume"]:
                one["volume"] += 3
    found = [one for one in audit(json.loads(cdr.document), sessions=[running]) if one.code == "session_flow_mismatch"]
    assert [one.amounts for one in found] == [{"cdr": 7, "session": 10}, {"cdr": 2, "session": 5}]


def test_a_meter_that_counts_no_export_adds_nothing_to_its_session() -> None:
    station = station_at({"price_components": [component("ENERGY", "0.30")]})
    row = started(station)
    sessions.publish(row, at(1))
    assert all(kind not in Session.objects.get().document for kind in ("ENERGY_IMPORT", "ENERGY_EXPORT"))
