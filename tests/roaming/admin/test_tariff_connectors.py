"""Offering a tariff on many connectors at once, and taking it off; nobody else's change is undone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from roaming.models import Location, Tariff
from roaming.services import tariff_use
from tests.roaming.admin.tariff_pages import operator, place, store, url
from tests.roaming.console.forms import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def tariff() -> Tariff:
    operator()
    place("NORTH", ["T1"], ["OTHER"], [])
    place("SOUTH", ["T1", "OTHER"])
    return store()


def offered() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in Location.objects.order_by("object_id"):
        for evse in json.loads(row.document)["evses"]:
            found[evse["uid"]] = evse["connectors"][0].get("tariff_ids", [])
    return found


def key(evse: str) -> str:
    return f"{Location.objects.get(object_id=evse.split('-')[0]).pk}|{evse}|1"


def save(client: Client, row: Tariff, had: list[str], ticked: list[str]) -> Any:
    said = {"had": [key(one) for one in had], "ticked": [key(one) for one in ticked]}
    return client.post(url(row, "connectors"), said, follow=True)


def test_ticks_are_wishes(tariff: Tariff, admin_client: Client) -> None:
    """Behind the tariffs that are there; dates rise with the change only (LOC-11 to LOC-13)."""
    before = {row.object_id: row.version for row in Location.objects.all()}
    answer = save(admin_client, tariff, ["NORTH-1", "SOUTH-1"], ["SOUTH-1", "NORTH-2", "NORTH-3"])
    assert "NL/VLT/T1: offered on 2, taken off 1 connectors. Partners are told." in text(answer)
    assert offered() == {"NORTH-1": [], "NORTH-2": ["OTHER", "T1"], "NORTH-3": ["T1"], "SOUTH-1": ["T1", "OTHER"]}
    after = {row.object_id: row.version for row in Location.objects.all()}
    assert after == {"NORTH": before["NORTH"] + 1, "SOUTH": before["SOUTH"]}
    north = json.loads(Location.objects.get(object_id="NORTH").document)
    assert north["evses"][0]["last_updated"] == north["last_updated"] != "2026-11-21T10:00:00Z"
    assert "tariff_ids" not in north["evses"][0]["connectors"][0]


def test_what_somebody_else_did_meanwhile_stays(tariff: Tariff, admin_client: Client) -> None:
    place("NORTH", ["T1"], ["OTHER"], ["T1"], last_updated="2026-11-21T11:00:00Z")
    save(admin_client, tariff, ["NORTH-1", "SOUTH-1"], ["NORTH-1", "SOUTH-1"])  # the page showed no tick at NORTH-3
    assert offered()["NORTH-3"] == ["T1"]
    answer = save(admin_client, tariff, [], ["NORTH-1"])
    assert "Nothing changed, so nobody is told." in text(answer)


def test_connectors_are_found_by_words_and_by_what_they_have(tariff: Tariff, admin_client: Client) -> None:
    def rows(**query: str) -> list[str]:
        page = text(admin_client.get(url(tariff, "connectors"), query))
        return [one.split('"')[0].split("|")[1] for one in page.split('name="ticked" value="')[1:]]

    assert rows() == ["NORTH-1", "NORTH-2", "NORTH-3", "SOUTH-1"]
    assert rows(q="south") == ["SOUTH-1"]
    assert rows(q="utrecht 2") == ["NORTH-2"]
    assert rows(which="with") == ["NORTH-1", "SOUTH-1"]
    assert rows(which="without") == ["NORTH-2", "NORTH-3"]
    assert rows(which="none") == ["NORTH-3"]


def test_a_connector_may_spell_the_tariff_otherwise(tariff: Tariff, admin_client: Client) -> None:
    """TYP-03: who pays it is asked before its prices change, and it is not withdrawn beneath them."""
    place("NORTH", ["t1"], ["other"], last_updated="2026-11-21T11:00:00Z")
    place("SOUTH", [], last_updated="2026-11-21T11:00:00Z")
    assert tariff_use.use(tariff, timezone.now()).evses == 1
    assert "|NORTH-1|1" not in text(admin_client.get(url(tariff, "connectors"), {"which": "without"}))
    assert "EVSEs name it: NORTH-1" in text(admin_client.post(url(tariff, "withdraw"), {}, follow=True))


def test_connectors_of_others_are_out_of_reach(tariff: Tariff, admin_client: Client) -> None:
    foreign = Location.objects.get(object_id="SOUTH")
    Location.objects.filter(pk=foreign.pk).update(party_id="FAR")
    save(admin_client, tariff, ["SOUTH-1"], [])
    assert offered()["SOUTH-1"] == ["T1", "OTHER"]
    answer = admin_client.post(url(tariff, "connectors"), {"ticked": ["x", "1|", "||", "9999|E|1"]}, follow=True)
    assert "Nothing changed" in text(answer)


def test_the_page_of_the_tariff_names_its_connectors(tariff: Tariff, admin_client: Client) -> None:
    page = text(admin_client.get(url(tariff)))
    assert "Connectors with this tariff" in page and url(tariff, "connectors") in page
    assert "NORTH-1" in page and "NORTH-2" not in page and "11.0 kW" in page
