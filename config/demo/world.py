"""The small world of the demo: a hosted operator with two locations, five stations, a tariff, a staff login, a partner.

Made through the same services as the operator's commands use. A second start finds it and gives the stations and the
partner new secrets, since secrets are kept as digests and cannot be read back.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from config.demo.check import Prices
from ocppbridge.models import Station
from ocppbridge.services import passwords, stations
from roaming.models import Platform
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import format_datetime
from roaming.services import hosting, locations, tariffs

OPERATOR = PartyId("NL", "VLT")
OPERATOR_NAME = "Volt Square"
PARTNER = PartyId("DE", "EMX")
PARTNER_NAME = "Example Mobility"
LOGIN = "demo"
PRICES = Prices(energy=Decimal("0.40"), hour=Decimal("3.60"), flat=Decimal("0.50"), vat=Decimal(21))
TARIFF_ID = "DAY"


@dataclass(frozen=True)
class Place:
    """A station of the demo and the OCPI Location that it stands at."""

    identity: str
    version: str
    location_id: str
    power: int = 22_000

    @property
    def evse_uid(self) -> str:
        return f"{self.identity}-1"


SQUARE, HARBOUR = "SQUARE", "HARBOUR"
PLACES = [
    Place("DEMO-16", "1.6", SQUARE),
    Place("DEMO-201", "2.0.1", SQUARE),
    Place("DEMO-21", "2.1", HARBOUR, 50_000),
    Place("DEMO-16-B", "1.6", HARBOUR, 11_000),
    Place("DEMO-201-B", "2.0.1", HARBOUR, 11_000),
]
ADDRESSES = {
    SQUARE: ("Market Square", "Marktplein 1", "Utrecht", "52.090736", "5.121420"),
    HARBOUR: ("Old Harbour", "Havenkade 14", "Rotterdam", "51.917400", "4.481200"),
}


@dataclass
class World:
    """What the demo's actors have to be told."""

    passwords: dict[str, str] = field(default_factory=dict)
    staff_password: str = ""


def build() -> World:
    """Make it, or bring an earlier one up to date."""
    now = timezone.now()
    hosting.ensure(OPERATOR, OPERATOR_NAME)
    tariffs.store(OPERATOR, tariff(now), source=None, now=now)
    world = World()
    for location_id in ADDRESSES:
        if locations.find(OPERATOR, location_id) is None:
            locations.store(OPERATOR, location(location_id, now), source=None, now=now)
    for place in PLACES:
        world.passwords[place.identity] = _station(place)
    world.staff_password = _staff()
    return world


def forget_partner() -> None:
    """Each start plays the registration anew, so the partner of an earlier one goes first."""
    Platform.objects.filter(name=PARTNER_NAME).delete()


def tariff(now: datetime) -> dict[str, Any]:
    """ENERGY, TIME and FLAT with VAT; step_size 1 everywhere."""
    prices = (("ENERGY", PRICES.energy), ("TIME", PRICES.hour), ("FLAT", PRICES.flat))
    components = [{"type": kind, "price": price, "vat": PRICES.vat, "step_size": 1} for kind, price in prices]
    text = "€ 0.40 per kWh, € 3.60 per hour, € 0.50 per session, VAT 21 % on top"
    return {
        "country_code": OPERATOR.country,
        "party_id": OPERATOR.party,
        "id": TARIFF_ID,
        "currency": "EUR",
        "tariff_alt_text": [{"language": "en", "text": text}],
        "elements": [{"price_components": components}],
        "last_updated": format_datetime(now),
    }


def location(location_id: str, now: datetime) -> dict[str, Any]:
    name, street, city, latitude, longitude = ADDRESSES[location_id]
    return {
        "country_code": OPERATOR.country,
        "party_id": OPERATOR.party,
        "id": location_id,
        "publish": True,
        "name": name,
        "address": street,
        "city": city,
        "country": "NLD",
        "coordinates": {"latitude": latitude, "longitude": longitude},
        "operator": {"name": OPERATOR_NAME},
        "time_zone": "Europe/Amsterdam",
        "evses": [evse(place, now) for place in PLACES if place.location_id == location_id],
        "last_updated": format_datetime(now),
    }


def evse(place: Place, now: datetime) -> dict[str, Any]:
    connector = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 230,  # line to neutral (LOC-31)
        "max_amperage": 32,
        "max_electric_power": place.power,
        "tariff_ids": [TARIFF_ID],
        "last_updated": format_datetime(now),
    }
    return {
        "uid": place.evse_uid,
        "evse_id": f"NL*VLT*E{place.identity.replace('-', '')}*1",
        "status": "UNKNOWN",
        "capabilities": ["REMOTE_START_STOP_CAPABLE", "UNLOCK_CAPABLE", "RFID_READER"],
        "connectors": [connector],
        "last_updated": format_datetime(now),
    }


def _station(place: Place) -> str:
    """The station's new password."""
    station = Station.objects.filter(identity=place.identity).first()
    if station is None:
        added = stations.add(
            place.identity,
            str(OPERATOR),
            location_id=place.location_id,
            evses=[place.evse_uid],
            name=f"{ADDRESSES[place.location_id][0]} ({place.version})",
        )
        return added.password
    password = passwords.new_password()
    passwords.set_password(station, password)
    return password


def _staff() -> str:
    password = secrets.token_urlsafe(9)
    user, _ = get_user_model().objects.get_or_create(username=LOGIN, defaults={"is_staff": True, "is_superuser": True})
    user.set_password(password)
    user.save()
    return password
