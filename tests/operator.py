"""What an operator does by hand, through the services; played with a hub's environment by `tests.hands`.

``invite DE/EMX`` tells versions_url and token_a; ``stations LOCATION IDENTITY…`` makes a location with one EVSE for
each new station, with the tariff of the demo (alone: ``tariff``), and tells their passwords. ``register URL TOKEN NAME
[COMMANDS_URL]`` registers us at a partner that serves commands without naming them; ``rotate NAME`` and ``leave NAME``
say whether it worked.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from config.demo import world
from ocppbridge.services import stations
from roaming.models import Platform
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.party import PartyId
from roaming.services import hosting, locations, platforms, registration, tariffs


def invite(party: str) -> dict[str, str]:
    invitation = platforms.invite([("EMSP", PartyId.parse(party))], name=f"eMSP {party}")
    return {"versions_url": invitation.versions_url, "token_a": invitation.token_a}


def add_tariff() -> str:
    now = timezone.now()
    hosting.ensure(world.OPERATOR, world.OPERATOR_NAME)
    return tariffs.store(world.OPERATOR, world.tariff(now), source=None, now=now).obj.object_id


def add_stations(location_id: str, *identities: str) -> dict[str, str]:
    now = timezone.now()
    add_tariff()
    places = [world.Place(identity, "", location_id) for identity in identities]
    evses = [world.evse(place, now) for place in places]
    document = world.location(world.SQUARE, now) | {"id": location_id, "evses": evses}
    locations.store(world.OPERATOR, document, source=None, now=now)
    added = [
        stations.add(place.identity, str(world.OPERATOR), location_id=location_id, evses=[place.evse_uid])
        for place in places
    ]
    return {one.station.identity: one.password for one in added}


def register(versions_url: str, token_a: str, name: str, commands_url: str = "") -> int:
    platform = registration.register_with(versions_url, token_a, name=name)
    if commands_url:
        platform.endpoints.create(module="commands", role="RECEIVER", url=commands_url, overridden=True)
    return platform.pk


def rotate(name: str) -> bool:
    try:
        registration.rotate(Platform.objects.get(name=name))
    except OcpiError:
        return False
    return True


def leave(name: str) -> bool:
    return registration.leave(Platform.objects.get(name=name))


VERBS: dict[str, Callable[..., object]] = {
    "invite": invite, "tariff": add_tariff, "stations": add_stations, "register": register, "rotate": rotate,
    "leave": leave,
}  # fmt: skip
