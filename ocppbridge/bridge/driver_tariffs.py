"""A driver's own tariff, told with the answer to Authorize (I08): of an eMSP that pays another than everybody (TAR-30).

Authorize names no EVSE, so only a tariff that is the driver's at every EVSE of the station can be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ocppbridge.bridge import places, station_tariffs
from ocppbridge.bridge.places import Shelf
from ocppbridge.bridge.tariff_words import translated
from ocppbridge.models import Station
from ocppbridge.services import station_tariffs as shown
from ocppbridge.services.accounts import Account
from ocppbridge.services.rulings import Ruling
from roaming.decisions import Choices


def of(account: Account, ruling: Ruling, now: datetime, choices: Choices) -> Mapping[str, Any] | None:
    """An OCPP TariffType, or None where everybody's holds."""
    if account.version != "2.1" or not ruling.accepted or not ruling.cdr_token:
        return None
    wanted = choices.value("DRIVER-TARIFFS", station=account.identity) == "send"  # decision: DRIVER-TARIFFS
    if not wanted or not shown.shows(account.station_id):
        return None
    station = Station.objects.prefetch_related("evses").get(pk=account.station_id)
    shelf, own, usual = Shelf(), list[dict[str, Any]](), list[dict[str, Any]]()
    for evse in station.evses.all():
        found = [places.find(station, evse.number, None, now, token, shelf) for token in (ruling.cdr_token, None)]
        if found[0] is None or found[0].tariff is None:
            continue
        own.append(found[0].tariff)
        if found[1] is not None and found[1].tariff is not None:
            usual.append(found[1].tariff)
    if not own or any(one != own[0] for one in own) or usual == own:
        return None
    return station_tariffs.sayable(translated(own[0]), station, choices)
