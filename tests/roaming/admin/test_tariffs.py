"""Editing a hosted Tariff: elements as cards, exact amounts, what is kept, what is asked before, withdrawal."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roaming.models import Delivery, Location, Party, Platform, Session, Tariff
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import sessions, tariffs
from tests.personas import samples
from tests.roaming.admin.tariff_pages import (
    CPO,
    OWN,
    RESTRICTIONS,
    errors,
    operator,
    partner,
    place,
    save,
    sketch,
    store,
    text,
    typed,
    url,
)
from tests.roaming.console.forms import fields
from tests.roaming.console.forms import text as shown
from tests.roaming.pricing.building import D

pytestmark = pytest.mark.django_db


@pytest.fixture
def cpo() -> Party:
    return operator()


@pytest.fixture
def tariff(cpo: Party) -> Tariff:
    return store(min_price={"excl_vat": 1}, x_odd=[D("1.50")])


def test_saving_without_a_change_changes_nothing(tariff: Tariff, admin_client: Client) -> None:
    """The cards come back as the elements that they were made of, digit for digit."""
    before = text(tariff)
    answer = save(admin_client, tariff)
    assert answer.status_code == 302, errors(answer)
    assert (text(tariff), tariff.version) == (before, 1)


def test_a_price_keeps_its_digits(tariff: Tariff, admin_client: Client) -> None:
    answer = save(admin_client, tariff, **{"elements-1-components-0-price": "0,12340"})
    assert answer.status_code == 302, errors(answer)
    assert '"price":0.12340' in text(tariff)
    assert '"price":0.2500' in text(tariff)


def test_what_ocpi_does_not_know_is_kept_on_every_level(cpo: Party, admin_client: Client) -> None:
    """TRA-12: a member without a field survives a change of its neighbour; so does the energy mix."""
    component = {**samples.price("ENERGY", "0.2500"), "x_part": {"deep": D("1.500")}}
    elements = [
        {"price_components": [component], "restrictions": {"max_kwh": D("1.0"), "x_when": [1]}, "x_element": "é"}
    ]
    mix = {"is_green_energy": True}
    row = store(elements=elements, x_odd=[D("1.50")], energy_mix=mix, min_price={"excl_vat": 1, "x_tax": 2})
    answer = save(admin_client, row, **{"elements-0-components-0-vat": "19", "min_incl": "1.19"})
    assert answer.status_code == 302, errors(answer)
    stored = json.loads(text(row))
    component["vat"] = 19
    assert stored["elements"] == [{**elements[0], "price_components": [component]}]
    assert '"deep":1.500' in row.document and '"max_kwh":1.0' in row.document and '"price":0.2500' in row.document
    assert (stored["x_odd"], stored["energy_mix"]) == ([D("1.5")], mix)
    assert stored["min_price"] == {"excl_vat": 1, "incl_vat": D("1.19"), "x_tax": 2}


def test_restrictions_are_boxes_times_and_hours(tariff: Tariff, admin_client: Client) -> None:
    said = {
        "elements-1-day_of_week": ["SATURDAY", "SUNDAY"],
        "elements-1-start_time": "8:00",
        "elements-1-max_kwh": "50",
        "elements-1-min_duration": "1:30",
        "elements-1-max_duration": "2:00:30",
        "elements-1-start_date": "2027-01-01",
    }
    answer = save(admin_client, tariff, **said)
    assert answer.status_code == 302, errors(answer)
    first, second = json.loads(text(tariff))["elements"]
    assert first["restrictions"] == RESTRICTIONS
    assert second["restrictions"] == {
        "day_of_week": ["SATURDAY", "SUNDAY"],
        "start_time": "08:00",
        "max_kwh": 50,
        "min_duration": 5400,
        "max_duration": 7230,
        "start_date": "2027-01-01",
    }
    again = fields(admin_client.get(url(tariff)), "tariff_form")
    assert (again["elements-1-min_duration"], again["elements-1-max_duration"]) == ("1:30", "2:00:30")


def test_what_does_not_fit_stands_at_its_cell(tariff: Tariff, admin_client: Client) -> None:
    told = errors(save(admin_client, tariff, **{"elements-0-components-0-price": "much"}))["elements"]
    assert told == ["Element 1, price 1, Price: Enter a number."]
    page = shown(save(admin_client, tariff, **{"elements-0-components-0-price": "much"}))
    cell = page[page.index('name="elements-0-components-0-price"') :]
    assert "Enter a number." in cell[: cell.index("</div>")]
    told = errors(save(admin_client, tariff, **{"elements-1-min_duration": "90"}))["elements"]
    assert told == ["Element 2, From: write hours:minutes, such as 1:30 or 0:15"]
    assert "max_excl" in errors(save(admin_client, tariff, max_excl="0.5"))
    assert "min_excl" in errors(save(admin_client, tariff, min_excl="", min_incl="3"))
    assert "starts" in errors(save(admin_client, tariff, starts="tomorrow"))
    bad_time = {"elements-0-start_time": "25:00"}
    assert "/elements/0/restrictions/start_time" in errors(save(admin_client, tariff, **bad_time))["elements"][0]
    assert sketch(admin_client, tariff, **bad_time)["marks"]["id_elements-0-start_time"][0][0] == "bad"


def test_validity_is_picked_in_utc_and_kept_as_it_was_written(cpo: Party, admin_client: Client) -> None:
    row = store(end_date_time="2027-03-01T00:00:00.000Z")
    answer = save(admin_client, row, starts="2027-01-01T00:00")
    assert answer.status_code == 302, errors(answer)
    stored = json.loads(text(row))
    assert (stored["start_date_time"], stored["end_date_time"]) == ("2027-01-01T00:00:00Z", "2027-03-01T00:00:00.000Z")


def test_prices_that_drivers_pay_are_not_changed_in_passing(cpo: Party, tariff: Tariff, admin_client: Client) -> None:
    """Saved only when the box beside what the change means is ticked, and for these prices only (TAR-26)."""
    place("SITE", ["T1"], ["T1"])
    partner(cpo)
    running = samples.session(**OWN, location_id="SITE", evse_uid="SITE-1", status="ACTIVE")
    sessions.store(CPO, running, source=None, now=timezone.now())
    assert Session.objects.count() == 1
    dearer = {"elements-0-components-0-price": "0.90"}
    refused = save(admin_client, tariff, **dearer)
    page = shown(refused)
    assert errors(refused)["agreed"] == ["Drivers pay these prices: tick the box beside what the change means."]
    assert "Sessions that begin from now on at 2 EVSEs at 1 location are priced by what stands here." in page
    assert "1 session is running there now: they keep the prices that they began with (TAR-26)." in page
    assert "1 partner is told at once." in page
    agreed = fields(refused, "tariff_form") | {"agreed": _box(page)}
    other = {**agreed, "elements-0-components-0-price": "9.00"}
    assert "agreed" in errors(admin_client.post(url(tariff), other))
    assert admin_client.post(url(tariff), agreed).status_code == 302
    assert '"price":0.90' in text(tariff)


def _box(page: str) -> str:
    return page.split('name="agreed" value="')[1].split('"')[0]


def test_words_for_drivers_are_changed_without_asking(tariff: Tariff, admin_client: Client) -> None:
    place("SITE", ["T1"])
    said = {"tariff_alt_text-0-language": "nl", "tariff_alt_text-0-text": "Laden", "tariff_alt_text-1-language": "en"}
    more = {"tariff_alt_text-TOTAL_FORMS": "2", "tariff_alt_text-1-text": "Charging"}
    answer = save(admin_client, tariff, **said, **more, tariff_alt_url="https://volt.example/prices")
    assert answer.status_code == 302, errors(answer)
    stored = json.loads(text(tariff))
    assert [one["language"] for one in stored["tariff_alt_text"]] == ["nl", "en"]


def test_the_second_of_two_people_is_told_and_overwrites_nothing(tariff: Tariff, admin_client: Client) -> None:
    anna = Client()
    anna.force_login(User.objects.create_superuser("anna"))
    mine = typed(admin_client, tariff, **{"elements-0-components-0-price": "0.90"})
    assert save(anna, tariff, **{"elements-1-components-0-price": "0.70"}).status_code == 302
    stands = text(tariff)
    answer = admin_client.post(url(tariff), mine)
    page = shown(answer)
    assert errors(answer)["__all__"] == [
        "Somebody else has changed it since you opened this page. Nothing of yours was saved."
    ]
    assert "Changed meanwhile by anna" in page and "differs from them in: elements" in page
    assert text(tariff) == stands
    assert 'value="0.90"' in page  # what was typed is not lost
    over = page.split('name="over" value="')[-1].split('"')[0]
    assert admin_client.post(url(tariff), {**mine, "over": over}).status_code == 302
    assert '"price":0.90' in text(tariff) and '"price":0.70' not in text(tariff)
    assert admin_client.post(url(tariff), {**mine, "over": over}).status_code == 302  # it says the same already


def test_a_withdrawn_tariff_is_deleted_at_partners_and_kept_here(
    cpo: Party, tariff: Tariff, admin_client: Client
) -> None:
    """TAR-05, HUB-14."""
    partner(cpo)
    assert admin_client.post(url(tariff, "withdraw")).status_code == 302
    tariff.refresh_from_db()
    assert tariff.deleted_at is not None
    assert Delivery.objects.get(module="tariffs").deletion
    assert admin_client.post(url(tariff, "withdraw")).status_code == 409
    answer = save(admin_client, tariff, currency="EUR")
    assert answer.status_code == 302, errors(answer)
    tariff.refresh_from_db()
    assert tariff.deleted_at is None


def test_a_tariff_that_a_connector_names_is_not_withdrawn(tariff: Tariff, admin_client: Client) -> None:
    """TAR-04."""
    place("SITE", ["T1"])
    assert "EVSEs name it: SITE-1" in admin_client.post(url(tariff, "withdraw")).rendered_content
    tariff.refresh_from_db()
    assert tariff.deleted_at is None
    place("SITE", [], last_updated="2026-11-21T11:00:00Z")
    assert Location.objects.count() == 1
    assert admin_client.post(url(tariff, "withdraw")).status_code == 302


def test_a_new_tariff(cpo: Party, admin_client: Client) -> None:
    add = reverse("admin:roaming_tariff_add")
    row = {"elements-0-components-0-type": "ENERGY", "elements-0-components-0-price": "0.30"}
    form = {
        **fields(admin_client.get(add), "tariff_form"),
        "owner": cpo.pk,
        "identifier": "T-NEW",
        **row,
        "elements-0-components-0-vat": "21",
    }
    answer = admin_client.post(add, form)
    assert answer.status_code == 302, errors(answer)
    made = json.loads(Tariff.objects.get(object_key="T-NEW").document)
    assert made["elements"] == [
        {"price_components": [{"type": "ENERGY", "price": D("0.30"), "vat": 21, "step_size": 1}]}
    ]


def test_new_prices_from_a_date_stand_beside_the_old_ones(tariff: Tariff, admin_client: Client) -> None:
    """TAR-27: one tariff until then, its successor from then on, on the same connectors."""
    place("SITE", ["T1"], ["OTHER"])
    asked: dict[str, Any] = {"identifier": "T2", "begins": "2026-01-01T00:00", "offered": "on"}
    assert "sessions may have begun" in shown(admin_client.post(url(tariff, "succeed"), asked))
    asked["begins"] = "2077-01-01T00:00"
    answer = admin_client.post(url(tariff, "succeed"), asked)
    copy = Tariff.objects.get(object_key="T2")
    assert answer["Location"] == url(copy)
    assert json.loads(copy.document)["start_date_time"] == "2077-01-01T00:00:00Z"
    assert json.loads(text(tariff))["end_date_time"] == "2077-01-01T00:00:00Z"
    site = json.loads(Location.objects.get().document)
    assert [one["connectors"][0]["tariff_ids"] for one in site["evses"]] == [["T1", "T2"], ["OTHER"]]
    assert "this owner has a tariff with this id" in shown(admin_client.post(url(tariff, "succeed"), asked))


def test_new_prices_are_offered_where_the_old_ones_are_unless_staff_say_otherwise(
    tariff: Tariff, admin_client: Client
) -> None:
    """Where one ends and nothing follows, charging is free: that must not come of a box that nobody has seen."""
    place("SITE", ["T1"], ["OTHER"])
    box = re.search(r'<input[^>]*name="offered"[^>]*>', shown(admin_client.get(url(tariff, "succeed"))))
    assert box is not None and "checked" in box[0]
    asked = {"identifier": "T2", "begins": "2077-01-01T00:00"}
    answer = admin_client.post(url(tariff, "succeed"), asked, follow=True)
    assert "ends at 2077-01-01 00:00 (UTC) on 1 EVSE: offer this one there, or charging is free" in shown(answer)


def test_a_partners_tariff_is_shown_with_lint_words_and_prices(cpo: Party, admin_client: Client) -> None:
    platform = Platform.objects.create(name="Far", status="CONNECTED")
    Party.objects.create(platform=platform, country_code="BE", party_id="FAR", role="CPO")
    odd = [{"price_components": [samples.price("ENERGY", "0.50")], "restrictions": {"dayOfWeek": ["MONDAY"]}}]
    document = samples.tariff(country_code="BE", party_id="FAR", elements=odd)
    row = tariffs.store(PartyId("BE", "FAR"), document, source=platform, now=timezone.now()).obj
    page = shown(admin_client.get(url(row)))
    assert "&#x27;dayOfWeek&#x27; is not a field of OCPI 2.2.1" in page
    assert "always 0.5 EUR per kWh (0.605 incl. 21 % VAT)" in page
    assert "12.10" in page  # 20 kWh × 0.50 × 1.21
    assert 'name="_save"' not in page and 'name="elements-0-start_time"' not in page
    own = {"own-time_zone": "UTC", "own-kwh": "7", "own-connected": "1:00"}
    asked = admin_client.get(url(row, "sketch_of"), own)
    assert "Your own session" in asked.json()["parts"]["tariff-look"]
    assert "4.235" in asked.json()["parts"]["tariff-look"]  # 7 × 0.50 × 1.21
    assert admin_client.post(url(row), {"currency": "USD"}).status_code == 403
    assert admin_client.post(url(row, "succeed")).status_code == 409
    assert admin_client.get(url(row, "connectors")).status_code == 403
