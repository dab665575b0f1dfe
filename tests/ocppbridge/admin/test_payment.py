"""Staff and payments: tariffs on stations, settlements, limits, web payments, battery swaps, roots for vehicles."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ocppbridge.models import (
    BatterySwap,
    Call,
    Revocation,
    Settlement,
    Station,
    StationTariff,
    Transaction,
    TransactionLimit,
    TrustedRoot,
    WebPayment,
)
from roaming.services import tariffs
from tests.ocppbridge.bridge.test_sessions import OWNER, START, TARIFF, component
from tests.ocppbridge.pki import certificate
from tests.ocppbridge.world import new_station
from tests.roaming.console import world

pytestmark = pytest.mark.django_db


def press(client: Client, name: str, verb: str, pk: int | None, **said: Any) -> Any:
    where = () if pk is None else (pk,)
    return client.post(reverse(f"admin:ocppbridge_{name}_{verb}", args=where), said, follow=True)


@pytest.fixture
def station() -> Station:
    made = new_station(location_id="L1", evses=["E1"])
    Station.objects.filter(pk=made.pk).update(subprotocol="ocpp2.1")
    made.refresh_from_db()
    free = {**TARIFF, "elements": [{"price_components": [{**component("ENERGY", "0.30"), "step_size": 0}]}]}
    tariffs.store(OWNER, free, source=None, now=START)
    return made


def last() -> tuple[str, Any]:
    call = Call.objects.latest("created_at")
    return call.action, call.payload


def test_staff_send_a_tariff_and_take_it_back(admin_client: Client, station: Station) -> None:
    """I07, I10."""
    refused = press(admin_client, "station", "set_tariff", station.pk, evse="1", tariff="NONE")
    assert "has no tariff NONE" in str(refused.context_data["form"].errors)
    press(admin_client, "station", "set_tariff", station.pk, evse="1", tariff="T1")
    action, payload = last()
    assert (action, payload["tariff"]["energy"]["prices"]) == ("SetDefaultTariff", [{"priceKwh": 0.3}])
    row = StationTariff.objects.get()
    assert row.by_hand
    StationTariff.objects.update(held_id=row.tariff_id, state="held")
    press(admin_client, "stationtariff", "take_back", row.pk)
    assert last() == ("ClearTariffs", {"tariffIds": [row.tariff_id], "evseId": 1})
    press(admin_client, "station", "ask_tariffs", station.pk, evse="0")
    assert last() == ("GetTariffs", {"evseId": 0})
    press(admin_client, "station", "clear_tariffs", station.pk, evse="1")
    assert last() == ("ClearTariffs", {"evseId": 1})


def test_a_tariff_that_ocpp_cannot_say_is_refused_with_the_reason(admin_client: Client, station: Station) -> None:
    back = {"price_components": [component("ENERGY", "0.1")], "restrictions": {"max_power": 0}}
    tariffs.store(OWNER, {**TARIFF, "id": "T9", "elements": [back]}, source=None, now=START)
    refused = press(admin_client, "station", "set_tariff", station.pk, evse="1", tariff="T9")
    assert "fed back" in str(refused.context_data["form"].errors)
    assert not StationTariff.objects.exists()


def test_staff_limit_a_running_transaction(admin_client: Client, station: Station) -> None:
    """E16."""
    row = Transaction.objects.create(
        station=station, transaction_id="T1", evse_number=1, started_at=START, last_news_at=START
    )
    refused = press(admin_client, "transaction", "limit", row.pk)
    assert "at least one" in str(refused.context_data["form"].errors)
    press(admin_client, "transaction", "limit", row.pk, max_cost="12.50", max_soc="80")
    assert last()[0] == "TriggerMessage"
    row.refresh_from_db()
    assert (row.limits, row.limits_due) == ({"maxCost": 12.5, "maxSoC": 80}, True)


def test_staff_have_batteries_swapped_and_settle_them(admin_client: Client, station: Station) -> None:
    """RequestBatterySwap, block S; a type that 2.1 does not know is refused."""
    refused = press(admin_client, "station", "swap_batteries", station.pk, token="CARD", type="Plastic")
    assert "not one of the available choices" in str(refused.context_data["form"].errors)
    press(admin_client, "station", "swap_batteries", station.pk, token="CARD", type="Central")
    row = BatterySwap.objects.get()
    token = {"idToken": "CARD", "type": "Central"}
    assert last() == ("RequestBatterySwap", {"requestId": row.request_id, "idToken": token})
    BatterySwap.objects.update(taken=[{"slot": 1, "serial_number": "B1", "soc": "12.5", "health": "97", "made": None}])
    page = admin_client.get(reverse("admin:ocppbridge_batteryswap_change", args=(row.pk,))).content.decode()
    assert "B1, charged 12.5 %, health 97 %" in page
    press(admin_client, "batteryswap", "settle", row.pk, amount="4.50", note="cash")
    row.refresh_from_db()
    assert (row.amount, row.note, row.settled_by) == (Decimal("4.50"), "cash", "admin")


def test_staff_set_up_codes_for_web_payments_and_cancel_one(admin_client: Client, station: Station) -> None:
    """C25; the secret stands in no page."""
    without = press(admin_client, "station", "web_codes", station.pk, template="https://")
    assert "has {totp}" in without.content.decode()
    press(admin_client, "station", "web_codes", station.pk, template="https://pay.example/{totp}")
    action, payload = last()
    assert action == "SetVariables"
    values = {one["variable"]["name"]: one["attributeValue"] for one in payload["setVariableData"]}
    assert values["SharedSecret"] == "•••"
    now = timezone.now()
    row = WebPayment.objects.create(station=station, evse_number=1, until=now, created_at=now)
    press(admin_client, "webpayment", "cancel", row.pk)
    row.refresh_from_db()
    assert row.state == WebPayment.State.CANCELLED


def test_a_web_payment_says_what_was_paid_for_and_leads_to_its_transaction_and_that_to_its_settlement(
    admin_client: Client, station: Station
) -> None:
    """C25."""
    now = timezone.now()
    limits = {"maxCost": 20, "maxEnergy": 30_500, "maxTime": 5400, "maxSoC": 80}
    common = {"station": station, "evse_number": 1}
    row = WebPayment.objects.create(**common, until=now, created_at=now, psp_ref="psp-1", limits=limits, state="paid")
    unpaid = WebPayment.objects.create(**common, until=now, created_at=now)
    Transaction.objects.create(**common, transaction_id="T0", started_at=START, last_news_at=START)
    charged = Transaction.objects.create(
        **common, transaction_id="T1", id_token="psp-1", started_at=START, last_news_at=START
    )
    paid = Settlement.objects.create(
        station=station, transaction=charged, psp_ref="psp-1", status="Settled", amount=Decimal("12.10"),
        currency="EUR", settled_at=now, received_at=now,
    )  # fmt: skip
    where = reverse("admin:ocppbridge_transaction_change", args=(charged.pk,))
    page = admin_client.get(reverse("admin:ocppbridge_webpayment_change", args=(row.pk,))).content.decode()
    assert "cost 20, 30.5 kWh, 1:30:00, 80 %" in page and where in page and "EVSE number" in page
    page = admin_client.get(reverse("admin:ocppbridge_webpayment_change", args=(unpaid.pk,))).content.decode()
    assert "/transaction/" not in page.split("EVSE number")[1]
    page = admin_client.get(where).content.decode()
    assert reverse("admin:ocppbridge_settlement_change", args=(paid.pk,)) in page and "12.1 EUR" in page


def test_staff_add_a_root_and_install_it(admin_client: Client, station: Station) -> None:
    """M05; C07."""
    root = certificate("MO Root", authority=True)
    refused = press(admin_client, "trustedroot", "add_root", None, use="MO", certificate=certificate("leaf").pem)
    assert "no authority" in str(refused.context_data["form"].errors)
    press(admin_client, "trustedroot", "add_root", None, use="MO", certificate=root.pem)
    row = TrustedRoot.objects.get()
    press(admin_client, "trustedroot", "install", row.pk, stations="CP1")
    assert last()[1]["certificateType"] == "MORootCertificate"
    refused = press(admin_client, "trustedroot", "install", row.pk, stations="NOBODY")
    assert "NOBODY" in str(refused.context_data["form"].errors)
    press(admin_client, "trustedroot", "remove", row.pk)
    assert not TrustedRoot.objects.exists()


def test_a_limit_of_a_token_is_kept_in_lower_case(admin_client: Client) -> None:
    where = reverse("admin:ocppbridge_transactionlimit_add")
    admin_client.post(where, {"token": "04AABB", "max_cost": "20"})
    assert TransactionLimit.objects.get().token == "04aabb"


def test_every_page_is_shown(admin_client: Client, station: Station) -> None:
    world.build()
    now = timezone.now()
    rows = [
        Settlement.objects.create(
            station=station, psp_ref="P", status="Settled", amount=Decimal("12.1"), settled_at=now, received_at=now
        ),
        WebPayment.objects.create(station=station, evse_number=1, until=now, created_at=now),
        TransactionLimit.objects.create(token="a", set_at=now),
        BatterySwap.objects.create(station=station, request_id=1, state="done", id_token="A", began_at=now),
        StationTariff.objects.create(station=station, evse_number=1, changed_at=now, losses=[["vat", "changes", "x"]]),
        Revocation.objects.create(
            digest="d", source="OCSP", serial_number="1", url="http://x", status="Good", this_update=now,
            next_update=now, fetched_at=now,
        ),
        TrustedRoot.objects.create(use="MO", subject="CN=x", fingerprint="f", not_after=now, added_at=now),
    ]  # fmt: skip
    for row in rows:
        name = row._meta.model_name
        assert admin_client.get(reverse(f"admin:ocppbridge_{name}_changelist")).status_code == 200
        assert admin_client.get(reverse(f"admin:ocppbridge_{name}_change", args=(row.pk,))).status_code == 200
