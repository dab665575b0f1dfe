"""Editing a hosted Location and its EVSEs through the forms: what is saved, what survives, who is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roaming.models import Agreement, Delivery, Endpoint, Evse, Location, Party, Platform
from roaming.ocpi.party import PartyId
from roaming.services import locations
from tests.personas import samples
from tests.roaming.console.forms import fields

pytestmark = pytest.mark.django_db

CPO = PartyId("NL", "VLT")
OWN = {"country_code": "NL", "party_id": "VLT", "last_updated": "2026-01-01T00:00:00Z"}


@pytest.fixture
def place() -> Location:
    Party.objects.create(country_code="NL", party_id="VLT", role="CPO", name="Volt")
    odd = {"x_odd": {"kept": "1.10"}, "energy_mix": {"is_green_energy": True}}
    evse = samples.evse(x_evse=1, connectors=[samples.connector(x_connector=2)])
    document = samples.location(**OWN, evses=[evse, samples.evse(uid="EVSE2")], **odd)
    return locations.store(CPO, document, source=None, now=timezone.now()).obj


def change(client: Client, row: Any, **said: Any) -> Any:
    """Open the form, change something, save."""
    page = client.get(url(row, "change", row.pk))
    form = fields(page, f"{row._meta.model_name}_form")
    return client.post(url(row, "change", row.pk), {**form, **said})


def url(row: Any, view: str, *args: Any) -> str:
    return reverse(f"admin:roaming_{row._meta.model_name}_{view}", args=args)


def document(row: Location) -> dict[str, Any]:
    row.refresh_from_db()
    found: dict[str, Any] = json.loads(row.document)
    return found


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: [str(one) for one in found] for name, found in answer.context_data["adminform"].form.errors.items()}


def test_saving_without_a_change_changes_nothing(place: Location, admin_client: Client) -> None:
    before = place.document, place.version
    answer = change(admin_client, place)
    assert answer.status_code == 302
    place.refresh_from_db()
    assert (place.document, place.version) == before


def test_a_changed_field_is_saved_and_the_rest_survives(place: Location, admin_client: Client) -> None:
    """TRA-12: unknown members on every level, EVSEs included."""
    before = document(place)
    change(admin_client, place, name="Harbour", city="Rotterdam", latitude="51.907970")
    after = document(place)
    assert (after["name"], after["city"], after["coordinates"]["latitude"]) == ("Harbour", "Rotterdam", "51.907970")
    untouched = set(before) - {"name", "city", "coordinates", "last_updated"}
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert after["last_updated"] > before["last_updated"]
    assert Location.objects.get().city == "Rotterdam"


def test_partners_are_told(place: Location, admin_client: Client) -> None:
    platform = Platform.objects.create(name="Emixx", status="CONNECTED")
    emsp = Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    Agreement.objects.create(cpo=Party.objects.get(party_id="VLT"), emsp=emsp)
    Endpoint.objects.create(platform=platform, module="locations", role="RECEIVER", url="https://e.example/locations")
    change(admin_client, place, name="Harbour")
    delivery = Delivery.objects.get(module="locations", object_key="LOC1")
    assert (delivery.receiver, delivery.state, delivery.wanted_version) == (emsp, "PENDING", 2)


def test_what_does_not_fit_names_its_field(place: Location, admin_client: Client) -> None:
    version = place.version
    assert "latitude" in errors(change(admin_client, place, latitude="51.9"))
    assert "opening_times" in errors(change(admin_client, place, opening="hours"))["hours"][0]
    assert (
        "energy_mix"
        in errors(change(admin_client, place, rest='{"energy_mix": {"is_green_energy": "yes"}}'))["rest"][0]
    )
    assert errors(change(admin_client, place, rest="{oops"))["rest"]
    assert "name" in errors(change(admin_client, place, rest='{"name": "twice"}'))["rest"][0]
    place.refresh_from_db()
    assert place.version == version


def test_hours_are_rows(place: Location, admin_client: Client) -> None:
    row = {"hours-0-weekday": "1", "hours-0-period_begin": "08:00", "hours-0-period_end": "20:00"}
    answer = change(admin_client, place, opening="hours", **row)
    assert answer.status_code == 302
    hours = [{"weekday": 1, "period_begin": "08:00", "period_end": "20:00"}]
    assert document(place)["opening_times"] == {"twentyfourseven": False, "regular_hours": hours}
    change(admin_client, place, opening="always")
    assert document(place)["opening_times"] == {"twentyfourseven": True}


def test_a_status_that_a_station_reported_meanwhile_is_kept(place: Location, admin_client: Client) -> None:
    """The form was opened before the station began to charge."""
    page = admin_client.get(url(place, "change", place.pk))
    form = fields(page, "location_form")
    now = timezone.now()
    assert locations.set_evse_status(CPO, "LOC1", "EVSE1", "CHARGING", now, now=now)
    admin_client.post(url(place, "change", place.pk), {**form, "name": "Harbour"})
    assert [evse["status"] for evse in document(place)["evses"]] == ["CHARGING", "AVAILABLE"]


def test_a_new_location_belongs_to_a_hosted_party(place: Location, admin_client: Client) -> None:
    form = fields(admin_client.get(url(place, "add")), "location_form")
    said = {
        "owner": Party.objects.get().pk,
        "identifier": "LOC9",
        "name": "New",
        "address": "Kade 1",
        "city": "Delft",
        "country": "nld",
        "latitude": "52.011576",
        "longitude": "4.357068",
        "time_zone": "Europe/Amsterdam",
    }
    answer = admin_client.post(url(place, "add"), {**form, **said})
    assert answer.status_code == 302, errors(answer)
    row = Location.objects.get(object_key="LOC9")
    assert (row.country_code, row.party_id, row.country, row.source) == ("NL", "VLT", "NLD", None)
    again = admin_client.post(url(place, "add"), {**form, **said})
    assert "has one with this id" in errors(again)["identifier"][0]


def test_a_platforms_location_is_only_shown(place: Location, admin_client: Client) -> None:
    platform = Platform.objects.create(name="Other", status="CONNECTED")
    Party.objects.create(platform=platform, country_code="FR", party_id="XYZ", role="CPO")
    theirs = samples.location(country_code="FR", party_id="XYZ")
    row = locations.store(PartyId("FR", "XYZ"), theirs, source=platform, now=timezone.now()).obj
    for one in (row, row.evses.get()):
        page = admin_client.get(url(one, "change", one.pk))
        assert page.status_code == 200
        assert b"_save" not in page.content
        assert admin_client.post(url(one, "change", one.pk), {"name": "ours now"}).status_code == 403
    assert document(row)["name"] == "Station square"


def test_an_evse_is_saved_in_its_location(place: Location, admin_client: Client) -> None:
    evse = Evse.objects.get(uid="EVSE1")
    answer = change(
        admin_client,
        evse,
        physical_reference="7",
        **{"connectors-0-tariffs": "T1, T2", "connectors-0-max_amperage": "32"},
    )
    assert answer.status_code == 302, errors(answer)
    entry, other = document(place)["evses"]
    assert (entry["physical_reference"], entry["x_evse"]) == ("7", 1)
    connector = entry["connectors"][0]
    assert (connector["tariff_ids"], connector["max_amperage"], connector["x_connector"]) == (["T1", "T2"], 32, 2)
    assert entry["last_updated"] == connector["last_updated"] == document(place)["last_updated"]
    assert other == samples.evse(uid="EVSE2")
    assert Evse.objects.get(uid="EVSE1").tariff_ids == ["T1", "T2"]


def test_an_evse_keeps_the_status_that_nobody_touched(place: Location, admin_client: Client) -> None:
    evse = Evse.objects.get(uid="EVSE1")
    form = fields(admin_client.get(url(evse, "change", evse.pk)), "evse_form")
    now = timezone.now()
    locations.set_evse_status(CPO, "LOC1", "EVSE1", "CHARGING", now, now=now)
    admin_client.post(url(evse, "change", evse.pk), {**form, "floor_level": "-1"})
    assert document(place)["evses"][0]["status"] == "CHARGING"
    change(admin_client, evse, status="REMOVED")
    assert document(place)["evses"][0]["status"] == "REMOVED"


def test_a_connector_that_does_not_fit_is_named(place: Location, admin_client: Client) -> None:
    evse = Evse.objects.get(uid="EVSE1")
    wrong = errors(change(admin_client, evse, **{"connectors-0-max_voltage": "many"}))
    assert wrong["connectors"][0].startswith("row 1: Volt: ")
    gone = errors(change(admin_client, evse, **{"connectors-0-DELETE": "on"}))
    assert gone["connectors"] == ["at least one row is needed"]
    long = errors(change(admin_client, evse, **{"connectors-0-tariffs": "T" * 37}))
    assert long["connectors"][0].startswith("/evses/0/connectors/0/tariff_ids/0: ")


def test_the_figures_of_a_connector_fit_each_other(place: Location, admin_client: Client) -> None:
    """LOC-31: three phases are told line to neutral, and power is told where it is less than they give."""
    evse = Evse.objects.get(uid="EVSE1")
    between = errors(change(admin_client, evse, **{"connectors-0-max_voltage": "400"}))
    assert "line to neutral: 231, not 400" in between["connectors"][0]
    more = errors(change(admin_client, evse, **{"connectors-0-max_electric_power": "22000"}))
    assert "22000 W are more than volt and ampere give (11040 W)" in more["connectors"][0]
    assert change(admin_client, evse, **{"connectors-0-max_electric_power": "7400"}).status_code == 302


def test_an_evse_is_added_to_a_hosted_location_only(place: Location, admin_client: Client) -> None:
    """LOC-18."""
    platform = Platform.objects.create(name="Other", status="CONNECTED")
    theirs = samples.location(country_code="FR", party_id="XYZ", evses=[])
    foreign = locations.store(PartyId("FR", "XYZ"), theirs, source=platform, now=timezone.now()).obj
    add = url(Evse.objects.first(), "add")
    connector = {
        "connectors-0-id": "1",
        "connectors-0-standard": "CHADEMO",
        "connectors-0-format": "CABLE",
        "connectors-0-power_type": "DC",
        "connectors-0-max_voltage": "500",
        "connectors-0-max_amperage": "125",
    }
    form = {**fields(admin_client.get(add), "evse_form"), **connector, "uid": "NEW1"}
    assert "location" in errors(admin_client.post(add, {**form, "location": foreign.pk}))
    answer = admin_client.post(add, {**form, "location": place.pk})
    assert answer.status_code == 302, errors(answer)
    assert [evse["uid"] for evse in document(place)["evses"]] == ["EVSE1", "EVSE2", "NEW1"]
    assert Evse.objects.get(uid="NEW1").status == "UNKNOWN"
    again = admin_client.post(add, {**form, "location": place.pk, "uid": "evse2"})
    assert "uid" in errors(again)
