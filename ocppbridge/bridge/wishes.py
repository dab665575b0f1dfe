"""Preferences of drivers and needs of their cars as power: one TxProfile until they leave (SES-03, SES-06, K15).

Preferences count by decision PREFERENCES-PLAN, needs of cars that only charge by EV-NEEDS-PLAN. A profile that an eMSP
has set for the session goes before: then nothing is planned, and a car that tells its needs is told that one again.
A wish is heeded when it comes; the sweep finds what a nudge lost, once a wish.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.signals import post_save
from django.dispatch import receiver

from ocppbridge import nudges
from ocppbridge.bridge import budgets, energy_steering, power
from ocppbridge.bridge.decisions import choices
from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Period, Purpose, Schedule
from ocppbridge.charging.composite import Supply
from ocppbridge.charging.intents import NotOffered
from ocppbridge.charging.tokens import Place
from ocppbridge.charging.wish_plan import Car, most, needed
from ocppbridge.models import Call, InstalledProfile, Transaction
from ocppbridge.services import calls, charging_profiles, ev_needs
from roaming.models import Preference
from roaming.services.objects import key

PURPOSE: Final = "preferences"
FRESH: Final = timedelta(minutes=10)
AT_ONCE: Final = 100
ACCEPTED: Final = "ACCEPTED"


@receiver(post_save, sender=Preference)
def told(instance: Preference, created: bool, **more: Any) -> None:
    """A driver has said something, to whichever process: it is heeded at once."""
    if created and instance.response == ACCEPTED:
        nudges.wish(instance.pk)


def heed(wish_id: int, now: datetime) -> None:
    """What follows from a wish: power, shares of the site where they go by wishes, no discharge where he wants none."""
    wish = Preference.objects.filter(pk=wish_id).select_related("session").first()
    row = None if wish is None else _running(wish)
    if wish is None or row is None:
        return
    _once(wish, now)
    budgets.touched({row.station_id})
    if not wish.discharge_allowed:
        energy_steering.heed_drivers(now)


def sweep(now: datetime) -> list[Call]:
    """Plan what was wished lately, and has not been."""
    wishes = Preference.objects.filter(response=ACCEPTED, received_at__gt=now - FRESH)
    found = wishes.select_related("session").order_by("received_at", "pk")[:AT_ONCE]
    return [call for call in (_once(wish, now) for wish in found) if call is not None]


def _once(wish: Preference, now: datetime) -> Call | None:
    reference = f"wish:{wish.pk}"
    if Call.objects.filter(purpose=PURPOSE, reference=reference).exists():
        return None
    said = choices().value("PREFERENCES-PLAN")  # decision: PREFERENCES-PLAN
    row = _running(wish) if said == "profile" else None
    if row is None or _of_others(row).exists():
        return None
    return _plan(row, wish, reference, now, anew=False)


def schedulable(row: Transaction | None, car: Car) -> bool:
    """Whether a car that tells its needs can be told what holds."""
    return car.most is not None or (row is not None and _supply(row).most is not None)


def schedule(row: Transaction, now: datetime) -> Call | None:
    """K15, K17: a car that only charges has told what it needs; the schedule that holds for it."""
    other = _of_others(row).order_by("-level", "-accepted_at").first()
    if other is None:
        return _plan(row, _last(row), f"needs:{row.pk}", now, anew=True)
    place = Place(other.evse_number)
    return charging_profiles.set_on(row.station, charging_profiles.load(other.profile), place, purpose="repair")


def _plan(row: Transaction, wish: Preference | None, reference: str, now: datetime, *, anew: bool) -> Call | None:
    """`anew`: also what nothing limits, for a car that waits for a schedule."""
    mine = _held(row).filter(set_for=PURPOSE).first()
    supply, car = _supply(row), ev_needs.car_of(ev_needs.latest(row))
    planned = wish is not None and choices().value("PREFERENCES-PLAN") == "profile"  # decision: PREFERENCES-PLAN
    limit = None
    if wish is not None and planned:
        need = None if wish.energy_need is None else wish.energy_need * 1000
        limit = needed(wish.profile_type, now, wish.departure_time, need, supply, car)
    if limit is None and mine is None and not anew:
        return None
    limit = most(supply, car) if limit is None else limit
    if limit is None:
        return None
    number = mine.profile_id if mine is not None else charging_profiles.new_id()
    phases = supply.phases if car.phases is None else min(car.phases, supply.phases)
    periods = (Period(0, limit, phases=phases if car.unit == "A" else None),)
    content = Schedule(car.unit, periods, now.replace(microsecond=0))
    known = row.transaction_id or str(row.wire_id)
    profile = ChargingProfile(number, 0, Purpose.TX, Kind.ABSOLUTE, (content,), transaction=known)
    place = Place(row.evse_number or 1)
    try:
        return charging_profiles.set_on(row.station, profile, place, purpose=PURPOSE, reference=reference)
    except (NotOffered, calls.InvalidPayload):
        return None


def _running(wish: Preference) -> Transaction | None:
    try:
        session_id = UUID(wish.session.object_id)
    except ValueError:
        return None
    running = Transaction.objects.filter(state=Transaction.State.RUNNING, session_id=session_id)
    return running.select_related("station__connection").first()


def _last(row: Transaction) -> Preference | None:
    rows = Preference.objects.filter(session__object_key=key(str(row.session_id)), response=ACCEPTED)
    return rows.order_by("-received_at", "-pk").first()


def _held(row: Transaction) -> QuerySet[InstalledProfile]:
    known = row.transaction_id or str(row.wire_id)
    return InstalledProfile.objects.filter(station=row.station, transaction_id=known, purpose=Purpose.TX.value)


def _of_others(row: Transaction) -> QuerySet[InstalledProfile]:
    return _held(row).exclude(set_for=PURPOSE)


def _supply(row: Transaction) -> Supply:
    found = power.supplies(row.station, power.published(power.location_of(row.station)))
    return found.get(row.evse_number or 1, Supply())
