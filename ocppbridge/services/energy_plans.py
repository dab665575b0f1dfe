"""Plans of cars as rows: sent as profiles, changed while they hold, sent again after a silence, cleared (Q02 to Q12).

A plan has one profile, whose id never changes, so that a new edition replaces the old (K01.FR.05). What a station could
not be told at the time is STALE and told as soon as it is there again: never an old setpoint late, but the whole of
what holds then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.db import transaction

from ocppbridge.charging.bidirectional import Control, Plan, Wish, figures_of
from ocppbridge.charging.charging_profiles import ChargingProfile
from ocppbridge.charging.intents import ClearProfiles, Intent, NotOffered
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.profile_intents import InstallProfile
from ocppbridge.charging.setpoints import Setpoints, refigured
from ocppbridge.charging.tokens import Place
from ocppbridge.charging.v2x_intents import AllowTransfer, UpdateSetpoint
from ocppbridge.models import Call, EnergyPlan, InstalledProfile, Station, Transaction
from ocppbridge.services import alerts, calls, charging_profiles, energy_offers

PURPOSE: Final = "v2x"
PATIENCE: Final = timedelta(seconds=30)  # a setpoint that comes later is an old one
AGAIN_AFTER: Final = timedelta(seconds=10)
AT_ONCE: Final = 100
State = EnergyPlan.State
OPEN: Final = (State.SENT, State.HOLDS, State.STALE)


def of(row: Transaction) -> EnergyPlan:
    """The plan of a transaction, perhaps with nothing in it."""
    found, _ = EnergyPlan.objects.get_or_create(transaction=row, defaults={"station": row.station})
    found.transaction, found.station = row, row.station
    return found


def taken(row: Transaction) -> EnergyPlan:
    """The plan as it stands, for one writer at a time until COMMIT: drain, staff, programs and sweeps all write it."""
    of(row)
    found = EnergyPlan.objects.select_for_update().get(transaction=row)
    found.transaction, found.station = row, row.station
    return found


@transaction.atomic
def send(plan: EnergyPlan, wish: Wish, made: Plan, by: str, now: datetime) -> Call | None:
    """Have a new profile installed. Raises NotOffered; None where it waits for the station."""
    plan.control, plan.mode = wish.control.value, str(made.profile.schedule.periods[0].operation_mode or "")
    plan.wish, plan.profile = msgspec.to_builtins(wish), charging_profiles.dump(made.profile)
    plan.cut, plan.reason, plan.requested_by = list(made.cut), "", by[:150]
    dynamic = wish.control is not Control.SCHEDULED
    first = made.profile.schedule.periods[0]
    plan.figures = figures_of(first).to_json() if dynamic else {}
    return _install(plan, now)


@transaction.atomic
def push(plan: EnergyPlan, figures: Setpoints, cut: tuple[str, ...], by: str, now: datetime) -> Call | None:
    """New figures of a dynamic plan: pushed, or kept until the station pulls them. None where nothing is sent."""
    held = figures.over(Setpoints.from_json(plan.figures))
    plan.figures, plan.cut, plan.requested_by = held.to_json(), list(cut), by[:150]
    plan.profile = charging_profiles.dump(refigured(_profile(plan), held, now))
    if plan.control == Control.PULLED:
        plan.changed_at = now
        plan.save()
        return None
    if plan.state != State.HOLDS or not plan.station.online:
        return _install(plan, now)
    return _ask(plan, UpdateSetpoint(plan.profile_id, figures), State.SENT, now)


@transaction.atomic
def clear(plan: EnergyPlan, by: str, now: datetime) -> Call | None:
    """End what it says: ClearChargingProfile ends discharge."""
    plan.requested_by, plan.wish, plan.figures = by[:150], {}, {}
    if plan.state not in OPEN:
        plan.save()
        return None
    plan.reason = "to be cleared"
    return _ask(plan, ClearProfiles(plan.profile_id), State.STALE, now)


def allow(plan: EnergyPlan, transfers: tuple[str, ...], by: str, now: datetime) -> Call | None:
    """Tell the station what the car may choose from; nothing to tell: nothing is sent."""
    plan.allowed, plan.allowed_by, plan.allowed_outcome = list(transfers), by[:150], "asked"
    plan.save(update_fields=["allowed", "allowed_by", "allowed_outcome"])
    if not transfers:
        return None
    known = plan.transaction.transaction_id
    return calls.queue(
        plan.station,
        AllowTransfer(known, transfers),
        purpose=PURPOSE,
        reference=_reference(plan),
        requested_by=by[:150],
    )


def pulled(station_id: int, profile_id: int) -> Setpoints | None:
    """The figures that hold now, for a station that asks."""
    rows = EnergyPlan.objects.filter(station_id=station_id, state__in=OPEN).exclude(figures={})
    for plan in rows:
        if plan.profile_id == profile_id:
            return Setpoints.from_json(plan.figures)
    return None


def was_pulled(station: Station, profile_id: int, now: datetime) -> None:
    """The station is up to date."""
    for plan in EnergyPlan.objects.filter(station=station, state__in=OPEN):
        if plan.profile_id == profile_id:
            EnergyPlan.objects.filter(pk=plan.pk).update(pulled_at=now)
            _up_to_date(plan, now)


def settled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The end of a call about a plan; that of an older edition changes nothing."""
    key, _, edition = call.reference.partition(":")
    plan = EnergyPlan.objects.select_for_update().filter(pk=int(key or 0)).first()
    if plan is None:
        return
    if call.intent == AllowTransfer.__name__:
        EnergyPlan.objects.filter(pk=plan.pk).update(allowed_outcome=outcome.status[:50] if outcome else "no answer")
    elif edition == str(plan.edition) and plan.state != State.ENDED:
        _conclude(plan, call, outcome, now)
        plan.save()


def end(row: Transaction) -> None:
    """A TxProfile ends with its transaction (K01.FR.11)."""
    if row.station.subprotocol == energy_offers.SPOKEN:
        EnergyPlan.objects.filter(transaction=row).update(state=State.ENDED)


def unheard(station_ids: list[int]) -> None:
    """Their connection has ended: what they still hold then is not known, so it is told again."""
    rows = EnergyPlan.objects.filter(station__in=station_ids, state__in=(State.SENT, State.HOLDS))
    rows.update(state=State.STALE, reason="the station was away")


def resend(now: datetime) -> int:
    """What stations that are there have not been told."""
    rows = EnergyPlan.objects.filter(
        state=State.STALE, station__connection__isnull=False, changed_at__lt=now - AGAIN_AFTER
    )
    return sum(_again(key, now) for key in rows.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _again(key: int, now: datetime) -> bool:
    """Unless somebody is about to say something newer."""
    rows = EnergyPlan.objects.select_related("station__connection", "transaction")
    plan = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=key, state=State.STALE).first()
    if plan is None:
        return False
    try:
        if not plan.wish:
            clear(plan, plan.requested_by, now)
        else:
            _install(plan, now)
    except NotOffered as problem:
        plan.state, plan.reason = State.REFUSED, str(problem)[:255]
        plan.save(update_fields=["state", "reason"])
    return True


def _conclude(plan: EnergyPlan, call: Call, outcome: Outcome | None, now: datetime) -> None:
    if outcome is None:
        plan.state, plan.reason = State.STALE, "no answer"
    elif call.intent == ClearProfiles.__name__:
        gone = isinstance(outcome, Accepted) or outcome.status == "Unknown"
        plan.state = State.CLEARED if gone else State.STALE
        plan.reason = "" if gone else outcome.status
    elif isinstance(outcome, Accepted):
        plan.state, plan.reason, plan.holds_since = State.HOLDS, "", plan.holds_since or now
        _up_to_date(plan, now)
    else:
        plan.state, plan.reason = State.REFUSED, f"{outcome.status} {outcome.reason}".strip()[:255]
        text = f"the plan of {plan.transaction} was refused: {plan.reason}"
        alerts.raise_alert(plan.station_id, "ENERGY-PLAN-REFUSED", text, now)


def _up_to_date(plan: EnergyPlan, now: datetime) -> None:
    """What the station holds is what was pushed or pulled last; a report of it is no drift."""
    same = InstalledProfile.objects.filter(station_id=plan.station_id, profile_id=plan.profile_id)
    same.update(profile=plan.profile, accepted_at=now)


def _install(plan: EnergyPlan, now: datetime) -> Call | None:
    evse = plan.transaction.evse_number or 1
    return _ask(plan, InstallProfile(_profile(plan), Place(evse)), State.SENT, now)


def _ask(plan: EnergyPlan, intent: Intent, state: EnergyPlan.State, now: datetime) -> Call | None:
    plan.changed_at = now
    if not plan.station.online:
        plan.state, plan.reason = State.STALE, "the station is away"
        plan.save()
        return None
    plan.state, plan.edition = state, plan.edition + 1
    plan.save()
    return calls.queue(
        plan.station, intent, purpose=PURPOSE, reference=_reference(plan), requested_by=plan.requested_by,
        expires_in=PATIENCE,
    )  # fmt: skip


def _profile(plan: EnergyPlan) -> ChargingProfile:
    return charging_profiles.load(plan.profile)


def discharges(plan: EnergyPlan) -> bool:
    """Whether it may ever have the car give energy back."""
    periods = [period for one in _profile(plan).schedules for period in one.periods] if plan.profile else []
    curves = (power for period in periods for _, power in (*period.freq_watt_curve, *period.signal_watt_curve))
    return any(figures_of(period).discharges for period in periods) or any(power < 0 for power in curves)


msgspec.json.Decoder(Wish)  # now, and not in several threads at once (roaming/ocpi/decoding.py)


def wish_of(plan: EnergyPlan) -> Wish | None:
    """As it was asked for."""
    return msgspec.convert(plan.wish, Wish, strict=False) if plan.wish else None


def _reference(plan: EnergyPlan) -> str:
    return f"{plan.pk}:{plan.edition}"


def document(plan: EnergyPlan) -> dict[str, Any]:
    """For those who read it as JSON."""
    return {"profile_id": plan.profile_id, **plan.profile}
