"""Payments through the Operator API: a page that takes the money, tariffs, limits, batteries; and the receipt."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ocppbridge.bridge import sessions
from ocppbridge.charging import one_time
from ocppbridge.models import BatterySwap, Settlement, Station, Transaction
from ocppbridge.services import web_payments
from roaming.services import tariffs
from tests.ocppbridge.api.test_stations import bearer, get, post
from tests.ocppbridge.bridge.test_sessions import OWNER, START, TARIFF, component, ended, metered, started
from tests.ocppbridge.bridge.test_sessions import station as priced
from tests.ocppbridge.world import new_station
from tests.roaming.console import world

__all__ = ["priced"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    world.build()
    made = new_station("CP1", location_id="L1", evses=["E1"])
    Station.objects.filter(pk=made.pk).update(subprotocol="ocpp2.1")
    made.refresh_from_db()
    return made


def code(station: Station) -> str:
    secret = web_payments.secret(station)
    return one_time.password(secret, timezone.now(), web_payments.SECONDS, web_payments.LENGTH)


def test_a_page_takes_the_money_and_the_station_starts(station: Station) -> None:
    """C25."""
    asked = {"station": "CP1", "evse": 1, "password": code(station)}
    made = post("web-payments/", asked)
    assert (made.status_code, made.json()["state"]) == (201, "open")
    assert "already" in str(post("web-payments/", asked).json())
    url = f"web-payments/{made.json()['id']}/"
    paid = post(f"{url}paid/", {"reference": "psp-1", "max_cost": "20.00"})
    assert (paid.status_code, paid.json()["state"], paid.json()["limits"]) == (202, "paid", {"maxCost": 20})
    assert post(f"{url}paid/", {"reference": "psp-2"}).status_code == 400
    assert get(url)["psp_ref"] == "psp-1"
    started = get("stations/CP1/calls/")["results"][0]
    assert (started["action"], started["payload"]["idToken"]["type"]) == ("RequestStartTransaction", "DirectPayment")


@pytest.mark.parametrize(
    ("more", "wrong"), [({"password": "AAAAAAAA"}, "password"), ({"evse": 9}, "evse"), ({"seconds": 1}, "seconds")]
)
def test_what_is_wrong_with_a_code_is_told_and_nothing_is_asked(station: Station, more: Any, wrong: str) -> None:
    """TC_C_132_CSMS, TC_C_133_CSMS."""
    answer = post("web-payments/", {"station": "CP1", "evse": 1, **more})
    assert (answer.status_code, list(answer.json())) == (400, [wrong])
    assert get("stations/CP1/calls/")["results"] == []


def test_a_payment_that_came_to_nothing_starts_nothing(station: Station) -> None:
    key = post("web-payments/", {"station": "CP1", "evse": 1}).json()["id"]
    assert post(f"web-payments/{key}/cancel/", {"reason": "declined"}).json()["state"] == "cancelled"
    assert post(f"web-payments/{key}/paid/", {"reference": "psp-2"}).status_code == 400


def test_a_tariff_is_sent_listed_asked_for_and_cleared(station: Station) -> None:
    """I07, I09, I10."""
    free = {**TARIFF, "elements": [{"price_components": [{**component("ENERGY", "0.30"), "step_size": 0}]}]}
    tariffs.store(OWNER, free, source=None, now=START)
    assert post("stations/CP1/tariffs/", {"evse": 1, "tariff": "NONE"}).status_code == 400
    assert "has no EVSE 9" in post("stations/CP1/tariffs/", {"evse": 9, "tariff": "T1"}).json()["detail"]
    assert post("stations/CP1/tariffs/", {"evse": 1, "tariff": "T1"}).json()["state"] == "sent"
    (row,) = get("stations/CP1/tariffs/")
    assert (row["ocpi_id"], row["losses"]) == ("T1", [])
    assert post("stations/CP1/tariffs/ask/", {}).json()["action"] == "GetTariffs"
    assert post("stations/CP1/tariffs/clear/", {"evse": 1}).json()["payload"] == {"evseId": 1}


def test_a_transaction_is_limited_while_it_runs(station: Station) -> None:
    """E16."""
    row = Transaction.objects.create(
        station=station, transaction_id="T1", evse_number=1, started_at=START, last_news_at=START
    )
    assert post(f"transactions/{row.pk}/limits/", {}).status_code == 400
    assert post(f"transactions/{row.pk}/limits/", {"max_energy": 5000}).json()["action"] == "TriggerMessage"
    Station.objects.update(subprotocol="ocpp2.0.1")
    assert "new in OCPP 2.1" in str(post(f"transactions/{row.pk}/limits/", {"max_energy": 5000}).json())


def test_a_running_transaction_gets_another_tariff(priced: Station) -> None:
    """I11; its station shows no prices, so it counts at once."""
    row = started(priced)
    tariffs.store(OWNER, {**TARIFF, "id": "T2"}, source=None, now=START)
    path = f"transactions/{row.pk}/tariffs/"
    assert "at no EVSE that is published" in str(post(path, {"tariff": "T2"}).json()["detail"])
    sessions.publish(row, timezone.now())
    made = post(path, {"tariff": "t2"}).json()
    assert (made["tariff"], made["state"], made["call"]) == ("T2", "holds", None)
    assert [one["tariff"] for one in get(path)["results"]] == ["T2"]
    assert "prices it already" in str(post(path, {"tariff": "T2"}).json()["detail"])
    assert (post(path, {}).status_code, post("transactions/0/tariffs/", {"tariff": "T2"}).status_code) == (400, 404)
    assert Client().get("/api/v1/transactions/0/tariffs/", headers=bearer()).status_code == 404


def test_batteries_are_swapped_by_request(station: Station) -> None:
    """RequestBatterySwap, block S."""
    strange = post("stations/CP1/battery-swaps/", {"token": "CARD", "token_type": "Plastic"})
    assert (strange.status_code, list(strange.json())) == (400, ["token_type"])
    made = post("stations/CP1/battery-swaps/", {"token": "CARD"})
    assert (made.status_code, made.json()["state"]) == (202, "asked")
    assert get(f"stations/CP1/battery-swaps/{BatterySwap.objects.get().pk}/")["id_token"] == "CARD"


def test_the_receipt_opens_with_its_key_alone(priced: Station, client: Client) -> None:
    """C18.FR.07: 0.50 a session, 10 kWh at 0.30, 1 h at 1.20; 21 % VAT."""
    row = started(priced)
    metered(row, 60, 11_000)
    ended(row, 60, 11_000)
    now = timezone.now()
    company = {"name": "<b>ACME</b>", "address1": "A 1", "city": "B", "country": "NL"}
    paid = Settlement.objects.create(
        station=priced, transaction=row, psp_ref="psp-1", status="Settled", amount=Decimal("5.69"), currency="EUR",
        settled_at=now, received_at=now, company=company,
    )  # fmt: skip
    answer = client.get(f"/receipts/{paid.key}")
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert "5.69 EUR" in page and "psp-1" in page and "&lt;b&gt;ACME" in page
    Settlement.objects.update(status="Failed")
    assert client.get(f"/receipts/{paid.key}").status_code == 404
    assert get("settlements/")["results"][0]["status"] == "Failed"
