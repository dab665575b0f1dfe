"""A hosted operator with a tariff in the admin, and the ways to its pages."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roaming.models import Agreement, Endpoint, Party, Platform, Tariff
from roaming.ocpi.party import PartyId
from roaming.services import locations, tariffs
from tests.personas import samples
from tests.roaming.console.forms import fields

CPO = PartyId("NL", "VLT")
OWN: dict[str, Any] = {"country_code": "NL", "party_id": "VLT"}
RESTRICTIONS = {"start_time": "08:00", "end_time": "20:00", "day_of_week": ["MONDAY"], "max_current": 16}
ELEMENTS = [
    {
        "price_components": [samples.price("ENERGY", "0.2500"), samples.price("TIME", "1.10", 60)],
        "restrictions": RESTRICTIONS,
    },
    {"price_components": [samples.price("ENERGY", "0.10")]},
]


def operator() -> Party:
    return Party.objects.create(country_code="NL", party_id="VLT", role="CPO")


def store(**changes: Any) -> Tariff:
    document = samples.tariff(**{**OWN, "elements": ELEMENTS, **changes})
    return tariffs.store(CPO, document, source=None, now=timezone.now()).obj


def place(location: str, *lists: list[str], **more: Any) -> None:
    """A location with one EVSE for each list of tariffs."""
    evses = [
        samples.evse(uid=f"{location}-{at}", evse_id=None, connectors=[samples.connector(tariff_ids=ids)])
        for at, ids in enumerate(lists, start=1)
    ]
    for evse in evses:
        evse.pop("evse_id")
    document = samples.location(**{**OWN, "id": location, "name": location, "evses": evses, **more})
    locations.store(CPO, document, source=None, now=timezone.now())


def partner(cpo: Party) -> Agreement:
    platform = Platform.objects.create(name="Emixx", status="CONNECTED")
    emsp = Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    Endpoint.objects.create(platform=platform, module="tariffs", role="RECEIVER", url="https://e.example/tariffs")
    return Agreement.objects.create(cpo=cpo, emsp=emsp)


def url(row: Tariff, view: str = "change") -> str:
    return reverse(f"admin:roaming_tariff_{view}", args=(row.pk,))


def typed(client: Client, row: Tariff, **said: Any) -> dict[str, Any]:
    """What a browser would post after these changes."""
    return {**fields(client.get(url(row)), "tariff_form"), **said}


def save(client: Client, row: Tariff, **said: Any) -> Any:
    return client.post(url(row), typed(client, row, **said))


def sketch(client: Client, row: Tariff, **said: Any) -> dict[str, Any]:
    """What the script gets while somebody types."""
    answer = client.post(url(row, "sketch_of"), typed(client, row, **said))
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: [str(one) for one in found] for name, found in answer.context_data["adminform"].form.errors.items()}


def text(row: Tariff) -> str:
    row.refresh_from_db()
    return row.document
