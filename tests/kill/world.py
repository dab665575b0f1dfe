"""``python -m tests.kill.world COUNT``, run with a hub's environment: a location with COUNT stations, and a tariff.

Prints the stations' passwords, which exist nowhere else, as JSON.
"""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from config.demo import world  # noqa: E402
from ocppbridge.services import stations  # noqa: E402
from roaming.services import locations, parties, tariffs  # noqa: E402

LOCATION = "KILL"


def identity(number: int) -> str:
    return f"K-{number:03}"


def build(count: int) -> dict[str, str]:
    now = timezone.now()
    parties.ensure_hosted(world.OPERATOR, world.OPERATOR_NAME)
    tariffs.store(world.OPERATOR, world.tariff(now), source=None, now=now)
    places = [world.Place(identity(number), "", LOCATION) for number in range(count)]
    place = world.location(world.SQUARE, now) | {"id": LOCATION, "evses": [world.evse(one, now) for one in places]}
    locations.store(world.OPERATOR, place, source=None, now=now)
    return {
        one.identity: stations.add(
            one.identity, str(world.OPERATOR), location_id=LOCATION, evses=[one.evse_uid]
        ).password
        for one in places
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build(int(sys.argv[1]))))
