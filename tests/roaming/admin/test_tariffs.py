"""Editing a hosted Tariff: elements as two tables, exact amounts, withdrawal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roaming.models import Agreement, Delivery, Endpoint, Party, Platform, Tariff
from roaming.ocpi.party import PartyId
from roaming.services import locations, tariffs
from tests.personas import samples
from tests.roaming.console.forms import fields

pytestmark = pytest.mark.django_db

CPO = PartyId("NL", "VLT")
RESTRICTIONS = {"start_time": "08:00", "end_time": "20:00", "day_of_week": ["MONDAY"], "max_current": 16}


@pytest.fixture
def tariff() -> Tariff:
    Party.objects.create(country_code="NL", party_id="VLT", role="CPO")
    elements = [
        {
            "price_components": [samples.price("ENERGY", "0.2500"), samples.price("TIME", "1.10", 60)],
            "restrictions": RESTRICTIONS,
        },
        {"price_components": [samples.price("ENERGY", "0.10")]},
    ]
    own = {"country_code": "NL", "party_id": "VLT", "min_price": {"excl_vat": 1}, "x_odd": [1.50]}
    return tariffs.store(CPO, samples.tariff(**own, elements=elements), source=None, now=timezone.now()).obj


def page_of(row: Tariff, view: str = "change") -> str:
    return reverse(f"admin:roaming_tariff_{view}", args=(row.pk,))


def save(client: Client, row: Tariff, **said: Any) -> Any:
    form = fields(client.get(page_of(row)), "tariff_form")
    return client.post(page_of(row), {**form, **said})


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: [str(one) for one in found] for name, found in answer.context_data["adminform"].form.errors.items()}


def text(row: Tariff) -> str:
    row.refresh_from_db()
    return row.document


def test_saving_without_a_change_changes_nothing(tariff: Tariff, admin_client: Client) -> None:
    """Both tables come back as the elements that they were made of, digit for digit."""
    before = text(tariff)
    answer = save(admin_client, tariff)
    assert answer.status_code == 302, errors(answer)
    assert (text(tariff), tariff.version) == (before, 1)


def test_a_price_keeps_its_digits(tariff: Tariff, admin_client: Client) -> None:
    answer = save(admin_client, tariff, **{"components-2-price": "0.12340"})
    assert answer.status_code == 302, errors(answer)
    assert '"price":0.12340' in text(tariff)
    assert '"price":0.2500' in text(tariff)


def test_restrictions_go_to_their_element(tariff: Tariff, admin_client: Client) -> None:
    answer = save(
        admin_client,
        tariff,
        **{"restrictions-1-element": "2", "restrictions-1-max_kwh": "50", "restrictions-1-days": "sunday"},
    )
    assert answer.status_code == 302, errors(answer)
    first, second = json.loads(text(tariff))["elements"]
    assert first["restrictions"] == RESTRICTIONS
    assert second["restrictions"] == {"max_kwh": 50, "day_of_week": ["SUNDAY"]}


def test_what_does_not_fit_names_its_field(tariff: Tariff, admin_client: Client) -> None:
    assert (
        "element 9 has no price"
        in errors(save(admin_client, tariff, **{"restrictions-0-element": "9"}))["restrictions"][0]
    )
    assert (
        "/elements/0/restrictions/start_time"
        in errors(save(admin_client, tariff, **{"restrictions-0-start_time": "8"}))["components"][0]
    )
    assert "max_excl" in errors(save(admin_client, tariff, max_excl="0.5"))
    assert "starts" in errors(save(admin_client, tariff, starts="tomorrow"))
    assert "row 1: price: " in errors(save(admin_client, tariff, **{"components-0-price": "much"}))["components"][0]


def test_a_withdrawn_tariff_is_deleted_at_partners_and_kept_here(tariff: Tariff, admin_client: Client) -> None:
    """TAR-05, HUB-14."""
    platform = Platform.objects.create(name="Emixx", status="CONNECTED")
    emsp = Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    Agreement.objects.create(cpo=Party.objects.get(party_id="VLT"), emsp=emsp)
    Endpoint.objects.create(platform=platform, module="tariffs", role="RECEIVER", url="https://e.example/tariffs")
    assert admin_client.post(page_of(tariff, "withdraw")).status_code == 302
    tariff.refresh_from_db()
    assert tariff.deleted_at is not None
    assert Delivery.objects.get(module="tariffs").deletion
    assert admin_client.post(page_of(tariff, "withdraw")).status_code == 409
    answer = save(admin_client, tariff, currency="EUR")
    assert answer.status_code == 302, errors(answer)
    tariff.refresh_from_db()
    assert tariff.deleted_at is None


def test_a_tariff_that_a_connector_names_is_not_withdrawn(tariff: Tariff, admin_client: Client) -> None:
    """TAR-04."""

    def place(month: int, *tariff_ids: str) -> None:
        evse = samples.evse(connectors=[samples.connector(tariff_ids=list(tariff_ids))])
        own = {"country_code": "NL", "party_id": "VLT", "last_updated": f"2026-{month:02}-01T00:00:00Z"}
        locations.store(CPO, samples.location(**own, evses=[evse]), source=None, now=timezone.now())

    place(1, tariff.object_id)
    assert "EVSEs name it: EVSE1" in admin_client.post(page_of(tariff, "withdraw")).rendered_content
    tariff.refresh_from_db()
    assert tariff.deleted_at is None
    place(2)
    assert admin_client.post(page_of(tariff, "withdraw")).status_code == 302


def test_a_new_tariff(tariff: Tariff, admin_client: Client) -> None:
    add = reverse("admin:roaming_tariff_add")
    row = {"components-0-type": "ENERGY", "components-0-price": "0.30", "components-0-vat": "21"}
    form = {
        **fields(admin_client.get(add), "tariff_form"),
        "owner": Party.objects.get().pk,
        "identifier": "T-NEW",
        **row,
    }
    answer = admin_client.post(add, form)
    assert answer.status_code == 302, errors(answer)
    made = json.loads(Tariff.objects.get(object_key="T-NEW").document)
    assert made["elements"] == [{"price_components": [{"type": "ENERGY", "price": 0.30, "vat": 21, "step_size": 1}]}]
