"""``python -m tests.operator …``, run with a hub's environment: what its operator does by hand, through the services.

``invite DE/EMX`` prints versions_url and token_a; ``stations LOCATION IDENTITY…`` makes a location with one EVSE for
each new station, with the tariff of the demo (alone: ``tariff``), and prints their passwords. ``register URL TOKEN NAME
[COMMANDS_URL]`` registers us at a partner that serves commands without naming them; ``rotate NAME`` and ``leave NAME``
say whether it worked. All as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import django

django.setup()

from django.utils import timezone  # noqa: E402

from config.demo import world  # noqa: E402
from ocppbridge.services import stations  # noqa: E402
from roaming.models import Platform  # noqa: E402
from roaming.ocpi.errors import OcpiError  # noqa: E402
from roaming.ocpi.party import PartyId  # noqa: E402
from roaming.services import hosting, locations, platforms, registration, tariffs  # noqa: E402


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

if __name__ == "__main__":
    sys.stdout.write(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])))
