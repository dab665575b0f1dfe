"""The tariffs as they were published to us when a session began: what a CDR is held against (ocpi/ocpi#273, #543).

An edition is what a tariff said until it was changed. A tariff that came to us later counts if its owner dates it
before the session: a partner that connects today has published long before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from roaming.models import Tariff, TariffEdition
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import parse_datetime
from roaming.services import locations
from roaming.services.objects import key

Json = dict[str, Any]


def publishes(owner: PartyId) -> bool:
    """Whether the party tells us of tariffs at all."""
    return Tariff.objects.filter(country_code=owner.country, party_id=owner.party).exists()


def held(owner: PartyId, identifiers: Iterable[str], at: datetime) -> list[Json]:
    """Those of these tariffs that were published by then, as they were."""
    keys = {key(one) for one in identifiers}
    rows = Tariff.objects.filter(country_code=owner.country, party_id=owner.party, object_key__in=keys)
    found = (_at(row, at) for row in rows.order_by("object_key"))
    return [one for one in found if one is not None]


def _at(row: Tariff, at: datetime) -> Json | None:
    edition = TariffEdition.objects.filter(tariff=row, held_until__gt=at).order_by("held_until", "pk").first()
    document: Json = json.loads(row.document if edition is None else edition.document)
    return document if row.created_at <= at or parse_datetime(str(document["last_updated"])) <= at else None


def named(cdr: Mapping[str, Any], owner: PartyId) -> list[str]:
    """The ids of the tariffs that a CDR is priced by: those inside, those that its periods name, the connector's."""
    inside = [str(one["id"]) for one in cdr.get("tariffs") or [] if isinstance(one, Mapping) and "id" in one]
    periods = cdr.get("charging_periods") or []
    told = [str(one["tariff_id"]) for one in periods if isinstance(one, Mapping) and one.get("tariff_id")]
    return list(dict.fromkeys([*inside, *told])) or _of_connector(cdr, owner)


def _of_connector(cdr: Mapping[str, Any], owner: PartyId) -> list[str]:
    place = cdr.get("cdr_location") or {}
    location = locations.find(owner, str(place.get("id", "")))
    if location is None:
        return []
    for evse in json.loads(location.document).get("evses") or []:
        if key(str(evse.get("uid", ""))) != key(str(place.get("evse_uid", ""))):
            continue
        for connector in evse.get("connectors") or []:
            if key(str(connector.get("id", ""))) == key(str(place.get("connector_id", ""))):
                return [str(one) for one in connector.get("tariff_ids") or []]
    return []
