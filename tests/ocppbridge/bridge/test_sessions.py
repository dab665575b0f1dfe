"""A transaction as its partner sees it: the Session while it runs, one CDR at the end, one price for both.

The tariff of these tests: 0.50 a session, 0.30 a kWh, 1.20 an hour of charging, each with 21 % VAT.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.bridge import closing, sessions
from ocppbridge.charging import messages
from ocppbridge.charging.readings import ENERGY_IMPORT, Reading, Sample
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.models import MeterReading, Station, Transaction
from ocppbridge.services import stations, transactions
from roaming.models import Agreement, Assessment, Cdr, Party, Platform, Session
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.ocpi.sessions import ChargingPreferences
from roaming.services import locations, preferences, tariffs

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWNER = PartyId("NL", "VLT")
TOKEN = {"country_code": "DE", "party_id": "EMX", "uid": "04AA", "type": "RFID", "contract_id": "DE-EMX-C1-X"}


def component(kind: str, price: str) -> dict[str, Any]:
    return {"type": kind, "price": Decimal(price), "vat": Decimal(21), "step_size": 1}


TARIFF = {
    "country_code": "NL",
    "party_id": "VLT",
    "id": "T1",
    "currency": "EUR",
    "elements": [
        {"price_components": [component("FLAT", "0.50"), component("ENERGY", "0.30"), component("TIME", "1.20")]}
    ],
    "last_updated": "2026-01-01T00:00:00Z",
}
LOCATION = {
    "country_code": "NL",
    "party_id": "VLT",
    "id": "L1",
    "publish": True,
    "name": "Market",
    "address": "Market 1",
    "city": "Delft",
    "country": "NLD",
    "coordinates": {"latitude": "52.01160", "longitude": "4.35710"},
    "time_zone": "Europe/Amsterdam",
    "evses": [
        {
            "uid": "E1",
            "evse_id": "NL*VLT*E1",
            "status": "AVAILABLE",
            "connectors": [
                {
                    "id": "1",
                    "standard": "IEC_62196_T2",
                    "format": "SOCKET",
                    "power_type": "AC_3_PHASE",
                    "max_voltage": 230,
                    "max_amperage": 16,
                    "tariff_ids": ["T1"],
                    "last_updated": "2026-01-01T00:00:00Z",
                }
            ],
            "last_updated": "2026-01-01T00:00:00Z",
        }
    ],
    "last_updated": "2026-01-01T00:00:00Z",
}


@pytest.fixture
def station() -> Station:
    tariffs.store(OWNER, TARIFF, source=None, now=START)
    locations.store(OWNER, LOCATION, source=None, now=START)
    return stations.add("CP1", "NL/VLT", location_id="L1", evses=["E1"]).station


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def started(station: Station) -> Transaction:
    row = Transaction(station=station, wire_id=7, cdr_token=TOKEN, token_owner="DE/EMX", auth_method="COMMAND")
    told = messages.Started(
        at=START, transaction="7", place=Place(1, 1), token=IdToken("04AA"), meter_start=Decimal(1000)
    )
    transactions.advance(row, told, START)
    row.save()
    return row


def metered(row: Transaction, minutes: int, register: int) -> None:
    reading = Reading(at=at(minutes), samples=(Sample(measurand=ENERGY_IMPORT, value=Decimal(register), unit="Wh"),))
    transactions.advance(row, messages.Metered(place=Place(1, 1), transaction="7", readings=(reading,)), at(minutes))
    row.save()
    MeterReading.objects.create(
        transaction=row, at=at(minutes), energy_import=Decimal(register), digest=str(minutes), samples=[]
    )


def ended(row: Transaction, minutes: int, register: int) -> None:
    told = messages.Ended(at=at(minutes), transaction="7", meter_stop=Decimal(register), reason="Local")
    transactions.advance(row, told, at(minutes))
    row.save()


def test_a_running_session_shows_energy_and_cost_so_far(station: Station) -> None:
    row = started(station)
    metered(row, 30, 6000)
    assert sessions.publish(row, at(30))
    session = Session.objects.get()
    document = json.loads(session.document)
    assert (session.status, session.kwh) == ("ACTIVE", Decimal(5))
    assert document["evse_uid"] == "E1" and document["cdr_token"] == TOKEN and document["auth_method"] == "COMMAND"
    # 0.50 + 5 kWh × 0.30 + 0.5 h × 1.20 = 2.60; with 21 % VAT 3.146
    assert document["total_cost"] == {"excl_vat": Decimal("2.6"), "incl_vat": Decimal("3.146")}
    assert not Cdr.objects.exists()


def test_the_end_makes_one_cdr_whose_price_is_the_sessions(station: Station) -> None:
    row = started(station)
    metered(row, 30, 6000)
    ended(row, 60, 11000)
    sessions.publish(row, at(60))
    sessions.publish(row, at(61))
    cdr = Cdr.objects.get()
    document = json.loads(cdr.document)
    # 0.50 + 10 × 0.30 + 1 × 1.20 = 4.70; × 1.21 = 5.687
    assert document["total_cost"] == {"excl_vat": Decimal("4.7"), "incl_vat": Decimal("5.687")}
    assert (document["total_energy"], document["total_time"]) == (10, 1)
    assert document["tariffs"][0]["id"] == "T1" and document["cdr_location"]["evse_id"] == "NL*VLT*E1"
    assert json.loads(Session.objects.get().document)["total_cost"] == document["total_cost"]
    assert Session.objects.get().status == "COMPLETED"
    assert cdr.bill is not None and len(cdr.bill["lines"]) >= 3


def test_a_partners_own_tariff_prices_its_sessions_and_cdrs(station: Station) -> None:
    """TAR-30: the substitute of the agreement, also by name in the CDR."""
    own = {**TARIFF, "id": "T9", "elements": [{"price_components": [component("ENERGY", "0.20")]}]}
    tariffs.store(OWNER, own, source=None, now=START)
    emsp = Party.objects.create(country_code="DE", party_id="EMX", role="EMSP", platform=Platform.objects.create())
    cpo = Party.objects.get_or_create(country_code="NL", party_id="VLT", role="CPO")[0]
    Agreement.objects.create(cpo=cpo, emsp=emsp).substitutions.create(tariff_id="T1", substitute_id="T9")
    row = started(station)
    ended(row, 60, 11000)
    sessions.publish(row, at(60))
    document = json.loads(Cdr.objects.get().document)
    assert document["tariffs"][0]["id"] == document["charging_periods"][0]["tariff_id"] == "T9"
    assert document["total_cost"] == {"excl_vat": Decimal(2), "incl_vat": Decimal("2.42")}


def test_what_staff_change_during_the_session_does_not_reach_its_cdr(station: Station) -> None:
    """CDR-13, TAR-26."""
    row = started(station)
    sessions.publish(row, at(1))
    dearer = {**TARIFF, "elements": [{"price_components": [component("ENERGY", "9.00")]}]}
    tariffs.store(OWNER, {**dearer, "last_updated": "2026-03-01T12:10:00Z"}, source=None, now=at(10))
    moved = {**LOCATION, "address": "Harbour 9", "last_updated": "2026-03-01T12:10:00Z"}
    locations.store(OWNER, moved, source=None, now=at(10))
    ended(row, 60, 11000)
    sessions.publish(row, at(60))
    document = json.loads(Cdr.objects.get().document)
    assert document["total_cost"]["excl_vat"] == Decimal("4.7")
    assert document["cdr_location"]["address"] == "Market 1"


def test_a_cdr_whose_figures_are_in_doubt_waits_for_staff(station: Station) -> None:
    """S42."""
    row = started(station)
    ended(row, 60, 500)  # below the start register
    sessions.publish(row, at(60))
    held = Cdr.objects.get()
    assert (held.withheld, held.assessment.verdict, held.assessment.codes) == (
        True,
        "ON_HOLD",
        ["meter_backwards", "no_meter"],
    )
    closing.release(row, at(90), "anna")
    held.refresh_from_db()
    assert (held.withheld, held.listed_at, held.total_energy) == (False, at(90), Decimal())
    assert Assessment.objects.get().settled_by == "anna"


def test_late_news_of_a_cdr_that_waits_change_it_in_place(station: Station) -> None:
    """S42: nobody has seen it, so nothing has to be taken back."""
    row = started(station)
    metered(row, 30, 500)
    ended(row, 60, 600)
    sessions.publish(row, at(60))
    metered(row, 50, 11000)
    Transaction.objects.update(energy_import=Decimal(7000))
    row.refresh_from_db()
    sessions.publish(row, at(90))
    held = Cdr.objects.get()
    assert (held.withheld, held.version, held.total_energy) == (True, 2, Decimal(7))
    assert held.assessment.verdict == "ON_HOLD"


def test_without_a_known_owner_of_the_token_nobody_is_told(station: Station) -> None:
    row = started(station)
    row.cdr_token = None
    assert not sessions.publish(row, at(1))
    assert not Session.objects.exists()


def test_without_a_tariff_the_price_is_unknown_not_free(station: Station) -> None:
    """LOC-30, SES-15."""
    evse = {**LOCATION["evses"][0], "connectors": [{**LOCATION["evses"][0]["connectors"][0], "tariff_ids": []}]}  # type: ignore[index]
    locations.store(
        OWNER, {**LOCATION, "evses": [evse], "last_updated": "2026-02-01T00:00:00Z"}, source=None, now=START
    )
    row = started(station)
    ended(row, 60, 11000)
    sessions.publish(row, at(60))
    assert "total_cost" not in json.loads(Session.objects.get().document)
    assert "unknown" in json.loads(Cdr.objects.get().document)["remark"]


def test_a_green_wish_is_priced_by_the_green_tariff_from_then_on(station: Station) -> None:
    """TAR-28, SES-05: the next period names the tariff of the profile type that was accepted."""
    green = {**TARIFF, "id": "G1", "type": "PROFILE_GREEN"}
    green["elements"] = [{"price_components": [component("ENERGY", "0.10")]}]
    tariffs.store(OWNER, green, source=None, now=START)
    capable = json.loads(json.dumps(LOCATION))
    capable["evses"][0]["capabilities"] = ["CHARGING_PREFERENCES_CAPABLE"]
    capable["evses"][0]["connectors"][0]["tariff_ids"] = ["T1", "G1"]
    capable["last_updated"] = "2026-01-02T00:00:00Z"
    locations.store(OWNER, capable, source=None, now=START)
    emsp = Party.objects.create(country_code="DE", party_id="EMX", role="EMSP")
    row = started(station)
    metered(row, 30, 6000)
    sessions.publish(row, at(30))
    wishes = ChargingPreferences("GREEN", departure_time=at(600), energy_need=Decimal(10))
    assert preferences.put(OWNER, str(row.session_id), emsp, wishes, at(30)) == "ACCEPTED"
    ended(row, 60, 11000)
    sessions.publish(row, at(60))
    document = json.loads(Cdr.objects.get().document)
    assert [period["tariff_id"] for period in document["charging_periods"]] == ["T1", "G1"]
    assert [tariff["id"] for tariff in document["tariffs"]] == ["T1", "G1"]
    # 0.50 + 5 × 0.30 + 0.5 h × 1.20 = 2.60 until the wish, 5 × 0.10 = 0.50 afterwards
    assert document["total_cost"] == {"excl_vat": Decimal("3.1"), "incl_vat": Decimal("3.751")}


@pytest.mark.parametrize(("power", "minutes"), [("AC_3_PHASE", 15), ("DC", 5)])
def test_periods_come_at_a_useful_rate_and_each_only_when_it_is_over(
    station: Station, power: str, minutes: int
) -> None:
    """SES-22, SES-14, SES-23: what was told stays as it is, so a receiver that appends has the whole; ENERGY is what
    was charged within the period."""
    placed = json.loads(json.dumps(LOCATION))
    placed["evses"][0]["connectors"][0]["power_type"] = power
    locations.store(OWNER, placed | {"last_updated": "2026-01-02T00:00:00Z"}, source=None, now=START)
    row = started(station)
    told: list[dict[str, Any]] = []
    for now in (4, 16, 32, 47):
        metered(row, now, 1000 + now * 100)
        sessions.publish(row, at(now))
        document = json.loads(Session.objects.get().document)
        periods = document["charging_periods"]
        assert periods[: len(told)] == told
        assert len(periods) == now // minutes if now > minutes else periods == []
        told = periods
    ended(row, 60, 7000)
    sessions.publish(row, at(60))
    document = json.loads(Session.objects.get().document)
    assert document["charging_periods"][: len(told)] == told
    energies = [one["volume"] for period in document["charging_periods"] for one in period["dimensions"]
                if one["type"] == "ENERGY"]  # fmt: skip
    assert (sum(energies), document["kwh"]) == (6, 6)
    assert len(json.loads(Cdr.objects.get().document)["charging_periods"]) == 1
