"""Charging preferences of drivers as power: a TxProfile until they leave (decision PREFERENCES-PLAN; SES-03, SES-06).

A profile that an eMSP has set for the session goes before: then nothing is planned. Found by the sweep, once a wish.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ocppbridge.bridge import power
from ocppbridge.bridge.decisions import choices
from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Period, Purpose, Schedule, Unit
from ocppbridge.charging.composite import Supply
from ocppbridge.charging.intents import NotOffered
from ocppbridge.charging.tokens import Place
from ocppbridge.charging.wish_plan import amperes
from ocppbridge.models import Call, InstalledProfile, Transaction
from ocppbridge.services import calls, charging_profiles
from roaming.models import Preference

PURPOSE: Final = "preferences"
FRESH: Final = timedelta(minutes=10)
AT_ONCE: Final = 100


def sweep(now: datetime) -> list[Call]:
    """Plan what was wished lately."""
    wishes = Preference.objects.filter(response="ACCEPTED", received_at__gt=now - FRESH)
    made = []
    for wish in wishes.select_related("session").order_by("received_at", "pk")[:AT_ONCE]:
        reference = f"wish:{wish.pk}"
        if Call.objects.filter(purpose=PURPOSE, reference=reference).exists():
            continue
        said = choices().value("PREFERENCES-PLAN")  # decision: PREFERENCES-PLAN
        call = _plan(wish, reference, now) if said == "profile" else None
        if call is not None:
            made.append(call)
    return made


def _plan(wish: Preference, reference: str, now: datetime) -> Call | None:
    try:
        session_id = UUID(wish.session.object_id)
    except ValueError:
        return None
    running = Transaction.objects.filter(state=Transaction.State.RUNNING, session_id=session_id)
    row = running.select_related("station__connection").first()
    if row is None:
        return None
    known = row.transaction_id or str(row.wire_id)
    held = InstalledProfile.objects.filter(station=row.station, transaction_id=known, purpose=Purpose.TX.value)
    if held.exclude(set_for=PURPOSE).exists():
        return None
    mine = held.filter(set_for=PURPOSE).first()
    supplies = power.supplies(row.station, power.published(power.location_of(row.station)))
    supply = supplies.get(row.evse_number or 1, Supply())
    need = None if wish.energy_need is None else wish.energy_need * 1000
    limit = amperes(wish.profile_type, now, wish.departure_time, need, supply)
    number = mine.profile_id if mine is not None else charging_profiles.free_id(row.station)
    if limit is None and mine is None:
        return None
    most = supply.most if limit is None else limit
    if most is None:
        return None
    schedule = Schedule(Unit.A, (Period(0, most, phases=supply.phases),), now.replace(microsecond=0))
    profile = ChargingProfile(number, 0, Purpose.TX, Kind.ABSOLUTE, (schedule,), transaction=known)
    try:
        return charging_profiles.set_on(
            row.station, profile, Place(row.evse_number or 1), purpose=PURPOSE, reference=reference
        )
    except (NotOffered, calls.InvalidPayload):
        return None
