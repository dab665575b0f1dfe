"""The page of a CDR shows what the meter signed: verdict, meter, readings, public key."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roaming.ocpi.party import PartyId
from roaming.pricing.ocmf_signatures import fingerprint
from roaming.services import cdrs
from tests.personas import samples
from tests.roaming.pricing.test_signed import BEGUN, ENDED, der, reading, written

pytestmark = pytest.mark.django_db


def page(client: Client, *records: str, key: str | None = None) -> str:
    values = [{"nature": "End", "plain_data": "x", "signed_data": record} for record in records]
    data: dict[str, Any] = {"encoding_method": "OCMF", "signed_values": values}
    data |= {"public_key": key} if key else {}
    document = samples.cdr(signed_data=data, meter_id="M1")
    row = cdrs.store(PartyId("NL", "CPO"), document, source=None, now=timezone.now()).obj
    answer = client.get(reverse("admin:roaming_cdr_change", args=[row.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_meter_readings_and_key_are_shown(admin_client: Client) -> None:
    key = der().hex()
    shown = page(admin_client, written(reading(BEGUN, ENDED)), key=key)
    for words in ("Signed meter values", "valid", "100.5000 kWh import", "104.5000 kWh import", "1-b:1.8.0", "begin",
                  "the CDR names meter M1", key[:40], fingerprint(key)):  # fmt: skip
        assert words in shown
    assert "2026-02-23 12:00:00 +0100" in shown


def test_so_is_what_does_not_hold(admin_client: Client) -> None:
    forged = written(reading(BEGUN, ENDED)).replace("104.5", "114.5")
    doubted = written(reading(BEGUN, ENDED | {"ST": "T"}))
    shown = page(admin_client, forged, doubted, "no record", written(reading()), key=der().hex())
    for words in ("invalid", "meter status T", "unreadable", "no reading of energy"):
        assert words in shown
    assert "the signature is not of this record by this public key" in shown


def test_without_a_key_that_is_said(admin_client: Client) -> None:
    shown = page(admin_client, written(reading(BEGUN, ENDED)))
    assert "no public key" in shown and "none came with it" in shown


def test_a_cdr_without_signed_data_has_no_such_panel(admin_client: Client) -> None:
    row = cdrs.store(PartyId("NL", "CPO"), samples.cdr(), source=None, now=timezone.now()).obj
    shown = admin_client.get(reverse("admin:roaming_cdr_change", args=[row.pk])).content.decode()
    assert "Signed meter values" not in shown
