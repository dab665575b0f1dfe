"""Charging preferences for sessions of parties that are hosted here: answered, kept, priced (SES-03 to SES-06, TAR-28).

Only the token's owner may have wishes; for anybody else the session does not exist (S24). What was accepted switches
the session to the tariff of that profile type from then on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from roaming.hub import preferences as rules
from roaming.hub.preferences import Needs
from roaming.models import Party, Preference, Session
from roaming.ocpi import json
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import NotFound
from roaming.ocpi.evses import Capability, Connector, Evse
from roaming.ocpi.locations import Location
from roaming.ocpi.party import PartyId
from roaming.ocpi.sessions import ChargingPreferences, ChargingPreferencesResponse
from roaming.ocpi.status import Status
from roaming.ocpi.tariffs import Tariff, TariffType
from roaming.services import agreements, locations, sessions, tariffs
from roaming.services.decisions import choices
from roaming.services.objects import key

ACCEPTED = ChargingPreferencesResponse.ACCEPTED
_NEEDS = {"both": Needs(), "departure": Needs(energy=False), "nothing": Needs(departure=False, energy=False)}


def put(owner: PartyId, session_id: str, sender: Party, wishes: ChargingPreferences, now: datetime) -> str:
    """The ChargingPreferencesResponse. Raises NotFound for a foreign session and an EVSE that takes none (SES-04)."""
    session = sessions.find(owner, session_id)
    if session is None or not _pays(sender, session):
        raise _none("Unknown session")
    evse, connector = _place(owner, session)
    if Capability.CHARGING_PREFERENCES_CAPABLE not in (evse.capabilities or ()):
        raise _none("The EVSE takes no charging preferences")
    offered = list(_offered(owner, session, connector, now))
    needs = _NEEDS[choices().value("PREFERENCES-NEED")]  # decision: PREFERENCES-NEED
    response = rules.answer(wishes, connector, [tariff.type for tariff, _ in offered], now, needs)
    if session.status in sessions.FINAL:
        response = ChargingPreferencesResponse.NOT_POSSIBLE
    tariff = _priced_by(wishes, offered) if response is ACCEPTED else ""
    if tariff:
        Session.objects.filter(pk=session.pk).update(switched=True)
    Preference.objects.create(
        session=session, sender=sender, profile_type=wishes.profile_type, departure_time=wishes.departure_time,
        energy_need=wishes.energy_need, discharge_allowed=wishes.discharge_allowed, response=response.value,
        received_at=now, tariff=tariff,
    )  # fmt: skip
    return response.value


def switches(owner: PartyId, session_id: str) -> list[tuple[datetime, dict[str, Any]]]:
    """From when on which tariff prices the session, beside the one that it began with (TAR-28)."""
    rows = Preference.objects.filter(
        session__country_code=owner.country, session__party_id=owner.party, session__object_key=key(session_id),
        response=ACCEPTED.value,
    ).exclude(tariff="")  # fmt: skip
    return [(row.received_at, json.loads(row.tariff)) for row in rows.order_by("received_at", "pk")]


def _pays(sender: Party, session: Session) -> bool:
    payer = (session.token_country_code, session.token_party_id)
    return (sender.country_code, sender.party_id) == payer


def _none(message: str) -> NotFound:
    return NotFound(message, status=Status.INVALID_PARAMETERS)


def _place(owner: PartyId, session: Session) -> tuple[Evse, Connector]:
    row = locations.find(owner, session.location_id)
    location = decode(Location, row.document) if row is not None else None
    told = json.loads(session.document)
    for evse in (location.evses if location else None) or ():
        if key(evse.uid) == key(session.evse_uid):
            named = [one for one in evse.connectors if key(one.id) == key(str(told["connector_id"]))]
            return evse, (named or evse.connectors)[0]
    raise _none("The session is at no EVSE")


def _offered(owner: PartyId, session: Session, connector: Connector, now: datetime) -> Iterable[tuple[Tariff, str]]:
    """The tariffs at the connector for this payer, as they stand now (TAR-26)."""
    payer = PartyId(session.token_country_code, session.token_party_id)
    for tariff_id in agreements.tariffs_for(owner, payer, connector.tariff_ids or [], now):
        row = tariffs.find(owner, tariff_id)
        if row is None or row.deleted_at is not None:
            continue
        tariff = decode(Tariff, row.document)
        if (tariff.start_date_time or now) <= now and (tariff.end_date_time is None or now < tariff.end_date_time):
            yield tariff, row.document


def _priced_by(wishes: ChargingPreferences, offered: Iterable[tuple[Tariff, str]]) -> str:
    """Back to REGULAR is a switch too, where there is a tariff of that type or for everything."""
    wanted = rules.TARIFF_OF[wishes.profile_type]
    fitting = [document for tariff, document in offered if tariff.type is wanted]
    if not fitting and wanted is TariffType.REGULAR:
        fitting = [document for tariff, document in offered if tariff.type is None]
    return fitting[0] if fitting else ""
