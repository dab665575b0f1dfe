"""Two people at one location or EVSE: the second is told. What a station reports meanwhile is nobody's change."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roaming.models import Evse, Location
from roaming.ocpi import json
from roaming.services import locations
from tests.roaming.admin.tariff_pages import CPO, operator, place
from tests.roaming.console.forms import fields, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("anna"))
    return client


def page_of(row: Any) -> str:
    return reverse(f"admin:roaming_{row._meta.model_name}_change", args=(row.pk,))


def typed(client: Client, row: Any, **said: Any) -> dict[str, Any]:
    return {**fields(client.get(page_of(row)), f"{row._meta.model_name}_form"), **said}


def test_the_second_at_a_location_is_told_what_differs(anna: Client, admin_client: Client) -> None:
    operator()
    place("SITE", [])
    row = Location.objects.get()
    mine = typed(admin_client, row, city="Amersfoort")
    assert anna.post(page_of(row), typed(anna, row, name="Central station")).status_code == 302
    page = text(admin_client.post(page_of(row), mine))
    assert "Changed meanwhile by anna" in page and "differs from them in: city, name" in page
    row.refresh_from_db()
    assert (row.name, row.city) == ("Central station", "Utrecht")


def test_a_status_that_a_station_reports_is_no_change_of_anybodys(admin_client: Client) -> None:
    operator()
    place("SITE", [])
    row, evse = Location.objects.get(), Evse.objects.get()
    site, point = typed(admin_client, row, city="Amersfoort"), typed(admin_client, evse, floor_level="-1")
    now = timezone.now()
    assert locations.set_evse_status(CPO, "SITE", "SITE-1", "CHARGING", now, now=now)
    assert admin_client.post(page_of(row), site).status_code == 302
    assert admin_client.post(page_of(evse), point).status_code == 302
    row.refresh_from_db()
    stored = json.loads(row.document)
    assert (stored["city"], stored["evses"][0]["floor_level"]) == ("Amersfoort", "-1")
    assert stored["evses"][0]["status"] == "CHARGING"


def test_the_second_at_an_evse_is_told(anna: Client, admin_client: Client) -> None:
    operator()
    place("SITE", [])
    evse = Evse.objects.get()
    mine = typed(admin_client, evse, floor_level="-1")
    theirs = typed(anna, evse, **{"connectors-0-tariffs": "T1"})
    assert anna.post(page_of(evse), theirs).status_code == 302
    page = text(admin_client.post(page_of(evse), mine))
    assert "Changed meanwhile by anna" in page and "differs from them in: connectors, floor_level" in page
    evse.refresh_from_db()
    assert evse.tariff_ids == ["T1"]
