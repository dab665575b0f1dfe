"""A station, a tariff that pays for energy given back, an eMSP with a card; played with a hub's environment by
`tests.hands`. Tells the station's password."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from config.demo import world
from ocppbridge.services import stations
from roaming.models import Agreement, Party, Platform
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import format_datetime
from roaming.services import hosting, locations, tariffs, tokens

EVX = PartyId("DE", "EVX")
TARIFF = "V2G"


def tariff(stamp: str) -> dict[str, Any]:
    """0.30 a kWh taken, 0.25 a kWh given back; 21 % VAT."""

    def element(price: str, **restrictions: Any) -> dict[str, Any]:
        component = {"type": "ENERGY", "price": Decimal(price), "vat": 21, "step_size": 1}
        return {"price_components": [component]} | ({"restrictions": restrictions} if restrictions else {})

    return {
        "country_code": world.OPERATOR.country, "party_id": world.OPERATOR.party, "id": TARIFF, "currency": "EUR",
        "elements": [element("0.25", max_power=0), element("0.30")], "last_updated": stamp,
    }  # fmt: skip


def build(identity: str) -> str:
    now = timezone.now()
    stamp = format_datetime(now)
    hosting.ensure(world.OPERATOR, world.OPERATOR_NAME)
    tariffs.store(world.OPERATOR, tariff(stamp), source=None, now=now)
    place = world.Place(identity, "2.1", identity)
    evse = world.evse(place, now)
    evse["connectors"][0]["tariff_ids"] = [TARIFF]
    document = world.location(world.SQUARE, now) | {"id": identity, "evses": [evse]}
    locations.store(world.OPERATOR, document, source=None, now=now)
    if not Party.objects.filter(country_code=EVX.country, party_id=EVX.party).exists():
        platform = Platform.objects.create(name="V2X Mobility", status=Platform.Status.CONNECTED)
        emsp = Party.objects.create(platform=platform, country_code=EVX.country, party_id=EVX.party, role="EMSP")
        cpo = Party.objects.get(country_code=world.OPERATOR.country, party_id=world.OPERATOR.party)
        Agreement.objects.create(cpo=cpo, emsp=emsp)
    card = {
        "country_code": EVX.country, "party_id": EVX.party, "uid": f"CARD-{identity}", "type": "RFID",
        "contract_id": f"DE-EVX-{identity}", "issuer": "V2X Mobility", "valid": True, "whitelist": "ALWAYS",
        "last_updated": stamp,
    }  # fmt: skip
    tokens.store(EVX, card, source=None, now=now)
    added = stations.add(identity, str(world.OPERATOR), location_id=identity, evses=[place.evse_uid])
    return added.password


VERBS = {"build": build}
