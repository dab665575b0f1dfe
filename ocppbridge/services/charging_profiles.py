"""Charging profiles on stations as rows: set, cleared, told, compared with what we set, repaired (K01 to K10).

A row follows the station's answer: what it accepted is there, and has replaced what had the same id, or the same
purpose, level and place (K01.FR.05). A report of everything shows what is there no more and what others have put there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from ocppbridge.charging.charging_profiles import (
    ChargingProfile,
    Installed,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
    flaw,
)
from ocppbridge.charging.intents import (
    AskProfiles,
    ClearProfiles,
    InstallProfile,
    NotOffered,
    StartCharging,
    UpdateSetpoint,
)
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.profile_drift import difference
from ocppbridge.charging.setpoints import refigured
from ocppbridge.charging.smart_messages import ProfilesReported
from ocppbridge.charging.tokens import Place
from ocppbridge.models import Call, InstalledProfile, ProfileInquiry, Station, Transaction
from ocppbridge.services import alerts, calls
from ocppbridge.services.accepted_profiles import OURS, Taken, columns, dump, keep
from ocppbridge.services.calls import End
from roaming.decisions import Choices

__all__ = [
    "OURS", "all_settled", "ask", "came_with", "dump", "for_start", "forget_ended", "installed", "load", "new_id",
    "repair", "set_on", "settled", "told",
]  # fmt: skip
Drift = InstalledProfile.Drift


def load(said: Any) -> ChargingProfile:
    """What `dump` wrote."""
    profile: ChargingProfile = msgspec.convert(said, ChargingProfile, strict=False)
    return profile


def installed(station: Station) -> list[Installed]:
    """What is there, as far as we know."""
    rows = InstalledProfile.objects.filter(station=station).exclude(drift=Drift.MISSING)
    return [Installed(load(row.profile), row.evse_number, row.source) for row in rows]


def new_id() -> int:
    """An id that no profile has, not even one that is still on its way: a station replaces what has the same id.

    It is above 2 000 000 000: below are those of transactions, of plans of cars, and those with a meaning of their own.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ocppbridge_profile_id')")
        (number,) = cursor.fetchone()
    return int(number)


def set_on(
    station: Station, profile: ChargingProfile, place: Place, *, purpose: str, by: str = "", reference: str = ""
) -> Call:
    """Ask the station to take it. Raises NotOffered, also for what no station may be told by us."""
    if profile.purpose is Purpose.EXTERNAL:
        raise NotOffered("external constraints are set on the spot, never by the central system (K01.FR.22)")
    if profile.purpose is Purpose.STATION_MAX and not place.is_station:
        raise NotOffered("the maximum of a station is set for the station as a whole (K01.FR.38)")
    if profile.purpose is Purpose.TX and (not profile.transaction or place.is_station):
        raise NotOffered("a TxProfile is for a transaction and its EVSE: name both (K01.FR.03)")
    if said := flaw(profile.schedule.periods):
        raise NotOffered(said)
    numbers = set() if place.is_station else set(station.evses.values_list("number", flat=True))
    if numbers and place.evse not in numbers:
        raise NotOffered(f"{station} has no EVSE {place.evse}")
    return calls.queue(station, InstallProfile(profile, place), purpose=purpose, reference=reference, requested_by=by)


def for_start(unit: Unit, limit: Decimal) -> ChargingProfile:
    """What a remote start may bring: a TxProfile of a transaction that is not there yet (K05)."""
    content = Schedule(unit, (Period(0, limit),))
    return ChargingProfile(new_id(), 0, Purpose.TX, Kind.RELATIVE, (content,))


def came_with(row: Transaction, now: datetime) -> None:
    """A transaction has begun by a remote start that brought a profile: it is the transaction's."""
    call = None if row.call_id is None else Call.objects.filter(pk=row.call_id).select_related("station").first()
    intent = None if call is None else calls.intent_of(call)
    if call is None or not isinstance(intent, StartCharging) or intent.profile is None:
        return
    profile = replace(intent.profile, transaction=row.transaction_id or str(row.wire_id))
    if not InstalledProfile.objects.filter(station=row.station, profile_id=profile.profile_id).exists():
        keep([Taken(call, InstallProfile(profile, Place(row.evse_number or 1)), now)])


def settled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """What the station made of being told, or of being asked to forget."""
    intent = calls.intent_of(call)
    if isinstance(intent, AskProfiles):
        _asked(intent.request_id, call.station, outcome)
    elif isinstance(intent, InstallProfile) and isinstance(outcome, Accepted):
        keep([Taken(call, intent, now)])
    elif isinstance(intent, ClearProfiles) and outcome is not None and _cleared(outcome):
        _fitting(call.station, intent).delete()
    elif isinstance(intent, UpdateSetpoint) and isinstance(outcome, Accepted):
        _refigured(call, intent, now)


def all_settled(ends: Iterable[End]) -> None:
    """The same for many calls, in their order; profiles that follow one another are kept together."""
    for installing, some in groupby(ends, key=lambda end: end.call.intent == InstallProfile.__name__):
        if installing:
            keep([taken for end in some if (taken := _taken(end)) is not None])
        else:
            for end in some:
                settled(end.call, end.meaning, end.at)


def _taken(end: End) -> Taken | None:
    intent = calls.intent_of(end.call) if isinstance(end.meaning, Accepted) else None
    return Taken(end.call, intent, end.at) if isinstance(intent, InstallProfile) else None


def _refigured(call: Call, intent: UpdateSetpoint, now: datetime) -> None:
    """K28: what was pushed holds from when it was sent, so the composite schedule and the drift go by it."""
    rows = InstalledProfile.objects.filter(station=call.station, kind=Kind.DYNAMIC.value)
    for row in rows.filter(profile_id=intent.profile_id):
        row.profile = dump(refigured(load(row.profile), intent.figures, call.sent_at or now))
        row.accepted_at = now
        row.save(update_fields=["profile", "accepted_at"])


def _cleared(outcome: Outcome) -> bool:
    return isinstance(outcome, Accepted) or outcome.status == "Unknown"


def _fitting(station: Station, intent: ClearProfiles) -> QuerySet[InstalledProfile]:
    fits = Q(source=OURS)
    if intent.profile_id is not None:
        fits &= Q(profile_id=intent.profile_id)
    if intent.place is not None:
        fits &= Q(evse_number=intent.place.evse)
    if intent.purpose is not None:
        fits &= Q(purpose=intent.purpose.value)
    if intent.level is not None:
        fits &= Q(level=intent.level)
    return InstalledProfile.objects.filter(fits, station=station)


# What the station tells


@transaction.atomic
def ask(station: Station, *, by: str = "", **criteria: Any) -> ProfileInquiry:
    """Have its profiles told (K09). Raises NotOffered for 1.6."""
    row = ProfileInquiry.objects.create(
        station=station, narrowed=bool(criteria), requested_by=by[:150], asked_at=timezone.now()
    )
    row.call = calls.queue(station, AskProfiles(row.pk, **criteria), purpose="profiles", requested_by=by)
    row.save(update_fields=["call"])
    return row


def _asked(request_id: int, station: Station, outcome: Outcome | None) -> None:
    row = ProfileInquiry.objects.filter(pk=request_id, station=station, state=ProfileInquiry.State.ASKED).first()
    if row is None or isinstance(outcome, Accepted):
        return
    row.state = ProfileInquiry.State.SILENT if outcome is None else ProfileInquiry.State.REFUSED
    if outcome is not None and outcome.status == "NoProfiles":
        row.state = ProfileInquiry.State.NONE
        if not row.narrowed:
            _compare(row, timezone.now())
    row.save(update_fields=["state"])


def told(station: Station, message: ProfilesReported, now: datetime) -> ProfileInquiry | None:
    """One page; the last one is compared with what we set."""
    row = ProfileInquiry.objects.filter(pk=message.request_id, station=station).first()
    known = {one.profile_id: one for one in InstalledProfile.objects.filter(station=station)}
    for profile in message.profiles:
        mine = known.get(profile.profile_id)
        _found(station, profile, mine, message, now)
    if row is None:
        return None
    row.seen = sorted({*row.seen, *(profile.profile_id for profile in message.profiles)})
    row.told_at = now
    if message.last:
        row.state = ProfileInquiry.State.WHOLE
        if not row.narrowed:
            _compare(row, now)
    row.save(update_fields=["seen", "told_at", "state"])
    return row


def _found(
    station: Station, profile: ChargingProfile, mine: InstalledProfile | None, message: ProfilesReported, now: datetime
) -> None:
    if mine is not None and mine.wanted:
        as_set = not difference(load(mine.profile), profile) and mine.evse_number == message.place.evse
        mine.drift, mine.reported_at = "" if as_set else Drift.DIFFERENT, now
        mine.save(update_fields=["drift", "reported_at"])
        return
    InstalledProfile.objects.update_or_create(
        station=station,
        profile_id=profile.profile_id,
        defaults={
            **columns(profile, message.place.evse), "source": message.source, "wanted": False, "reported_at": now,
            "drift": Drift.FOREIGN if message.source == OURS else "",
        },
    )  # fmt: skip


def _compare(inquiry: ProfileInquiry, now: datetime) -> None:
    rows = InstalledProfile.objects.filter(station=inquiry.station).exclude(profile_id__in=inquiry.seen)
    rows.filter(wanted=False).delete()
    over = rows.filter(purpose=Purpose.TX.value).exclude(transaction_id__in=_running(inquiry.station))
    over.delete()  # the station has dropped it with its transaction
    rows.filter(wanted=True, accepted_at__lt=inquiry.asked_at).update(drift=Drift.MISSING)
    drifted = InstalledProfile.objects.filter(station=inquiry.station).exclude(drift="")
    if drifted:
        text = ", ".join(f"{row.purpose} {row.profile_id} ({row.get_drift_display()})" for row in drifted[:10])
        alerts.raise_alert(inquiry.station_id, "PROFILE-DRIFT", f"its charging profiles: {text}", now)


def _running(station: Station) -> list[str]:
    rows = Transaction.objects.filter(station=station, state=Transaction.State.RUNNING)
    return [row.transaction_id or str(row.wire_id) for row in rows]


def repair(station: Station, choices: Choices, *, by: str = "") -> list[Call]:
    """Set again what is missing or different; take away what nobody here has set, where that is decided."""
    made = []
    for row in InstalledProfile.objects.filter(station=station, drift__in=(Drift.MISSING, Drift.DIFFERENT)):
        made.append(set_on(station, load(row.profile), Place(row.evse_number), purpose="repair", by=by))
    said = choices.value("PROFILE-FOREIGN", station=station.identity)  # decision: PROFILE-FOREIGN
    if said == "clear":
        for row in InstalledProfile.objects.filter(station=station, drift=Drift.FOREIGN):
            made.append(calls.queue(station, ClearProfiles(row.profile_id), purpose="repair", requested_by=by))
    return made


def forget_ended() -> int:
    """TxProfiles go with their transactions."""
    named = Q(transaction_id=OuterRef("transaction_id")) | Q(wire=OuterRef("transaction_id"))
    running = Transaction.objects.annotate(wire=Cast("wire_id", CharField())).filter(
        named, station=OuterRef("station"), state=Transaction.State.RUNNING
    )
    rows = InstalledProfile.objects.filter(~Exists(running), purpose=Purpose.TX.value).exclude(transaction_id="")
    return rows.delete()[0]
