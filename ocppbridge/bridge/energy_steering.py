"""Steering a car: a wish of staff, of the Operator API or of a grid signal becomes the plan of its transaction.

Whoever wishes hears at once why it cannot be: the station does not offer it, the contract or the driver does not allow
it, the car cannot do it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import transaction

from ocppbridge.bridge import decisions, energy_transfers
from ocppbridge.charging.bidirectional import CannotPlan, Control, Wish, changed, plan
from ocppbridge.charging.charging_profiles import OperationMode, Period, Purpose, Unit
from ocppbridge.charging.energy_transfer import Offer, is_bidirectional
from ocppbridge.charging.ev_needs import Abilities, First
from ocppbridge.charging.intents import NotOffered
from ocppbridge.charging.setpoints import Setpoints
from ocppbridge.models import EnergyPlan, InstalledProfile, Transaction
from ocppbridge.services import calls, charging_profiles, energy_offers, energy_plans, ev_needs

AT_ONCE: Final = 1000
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
VOLTS: Final = Decimal(230)
FIRST_MODES = {First.CHARGE: OperationMode.CHARGING_ONLY, First.IDLE: OperationMode.IDLE}


class Case(NamedTuple):
    """What is known of one car at its EVSE."""

    offered: Offer
    able: Abilities
    transfers: tuple[str, ...]
    discharge: bool


def case(row: Transaction, held: EnergyPlan) -> Case:
    """As of now."""
    choices = decisions.choices()
    offered, needs = energy_offers.of_evse(row.station, row.evse_number or 1), ev_needs.latest(row)
    transfers = tuple(held.allowed)
    if not transfers:
        who = energy_transfers.holder(row)
        transfers = energy_transfers.allowed(who, offered, choices, row.station.identity).transfers
    requested = needs.requested if needs is not None else ""
    discharge = energy_transfers.may_discharge(row, transfers, requested, choices)
    return Case(offered, _within_others(row, held, ev_needs.of(needs)), transfers, discharge)


def _within_others(row: Transaction, held: EnergyPlan, able: Abilities) -> Abilities:
    """Our profile lies above those that partners have set for the session: their least limit caps what it may take."""
    others = InstalledProfile.objects.filter(
        station=row.station, transaction_id=row.transaction_id, purpose=Purpose.TX.value, wanted=True
    ).exclude(profile_id=held.profile_id)
    caps = [able.charge] if able.charge is not None else []
    for one in others:
        for schedule in charging_profiles.load(one.profile).schedules:
            caps += [_watts(schedule.unit, period) for period in schedule.periods if period.limit is not None]
    return replace(able, charge=min(caps)) if caps else able


def _watts(unit: Unit, period: Period) -> Decimal:
    limit = period.limit or Decimal()
    return limit if unit is Unit.W else limit * VOLTS * (period.phases or 3)


@transaction.atomic
def steer(row: Transaction, wish: Wish, by: str, now: datetime) -> EnergyPlan:
    """Plan it and have it sent. Raises CannotPlan or NotOffered."""
    held = _running(row)
    known = case(row, held)
    if not known.offered.bidirectional:
        raise CannotPlan(f"the station has no bidirectional charging: {known.offered.refusal}")
    wish = _beginning(wish, now)
    made = plan(
        _with_rules(wish, row.station.identity), known.able, known.offered, profile_id=held.profile_id,
        transaction=row.transaction_id, discharge=known.discharge, now=now,
    )  # fmt: skip
    _said(lambda: energy_plans.send(held, wish, made, by, now))
    return held


@transaction.atomic
def set_figures(row: Transaction, figures: Setpoints, by: str, now: datetime) -> EnergyPlan:
    """New figures of a plan that is dynamic and holds. Raises CannotPlan or NotOffered."""
    held = _running(row)
    if held.control not in (Control.PUSHED, Control.PULLED) or held.state not in energy_plans.OPEN or not held.wish:
        raise CannotPlan("there is no dynamic plan whose figures could change; make one first")
    if not figures.said():
        raise CannotPlan("nothing is said")
    known = case(row, held)
    mode = OperationMode(held.mode)
    if mode is OperationMode.CHARGING_ONLY and figures.discharges:
        raise CannotPlan("ChargingOnly has no negative figures")
    before = Setpoints.from_json(held.figures)
    within, cut = changed(figures, known.able, known.offered, discharge=known.discharge, held=before)
    _said(lambda: energy_plans.push(held, within, cut, by, now))
    return held


@transaction.atomic
def stop(row: Transaction, by: str, now: datetime) -> EnergyPlan:
    """End the plan: the car is not discharged any more. Raises NotOffered."""
    held = energy_plans.taken(row)
    _said(lambda: energy_plans.clear(held, by, now))
    return held


@transaction.atomic
def allow(row: Transaction, transfers: tuple[str, ...], by: str, now: datetime) -> EnergyPlan:
    """Staff's word on what the car may choose from, within what the EVSE offers. Raises CannotPlan or NotOffered."""
    held = _running(row)
    offered = energy_offers.of_evse(row.station, row.evse_number or 1)
    kept = tuple(one for one in dict.fromkeys(transfers) if offered.bidirectional or not is_bidirectional(one))
    if not kept:
        raise CannotPlan(f"nothing of it can be had: {offered.refusal or 'no kind of transfer is named'}")
    _said(lambda: energy_plans.allow(held, kept, by, now))
    return held


def first(row: Transaction, what: First, now: datetime) -> EnergyPlan | None:
    """What a car does until somebody steers it (V2X-FIRST-PLAN)."""
    mode = FIRST_MODES.get(what)
    if mode is None:
        return None
    able = ev_needs.of(ev_needs.latest(row))
    limit = able.charge if mode is OperationMode.CHARGING_ONLY else None
    wish = Wish(Control.SCHEDULED, (Period(0, limit=limit, operation_mode=mode),))
    return steer(row, wish, "first plan", now)


def heed_drivers(now: datetime) -> int:
    """Whose driver has said, since his plan was made, that his car is not to be discharged (SES-06): the plan ends."""
    plans = EnergyPlan.objects.filter(state__in=energy_plans.OPEN).select_related("transaction__station__connection")
    held = [one for one in plans[:AT_ONCE] if one.wish and energy_plans.discharges(one)]
    refused = energy_transfers.refused([one.transaction for one in held])
    gone = [one for one in held if one.changed_at and refused.get(one.transaction_id, LONG_AGO) > one.changed_at]
    for one in gone:
        stop(one.transaction, "the driver", now)
    return len(gone)


def _beginning(wish: Wish, now: datetime) -> Wish:
    """A schedule keeps its hours when it is planned again, for new needs."""
    return replace(wish, start=now) if wish.control is Control.SCHEDULED and wish.start is None else wish


def _with_rules(wish: Wish, identity: str) -> Wish:
    choices = decisions.choices()
    if wish.max_offline is None:
        said = choices.value("V2X-OFFLINE-LIMIT", station=identity)  # decision: V2X-OFFLINE-LIMIT
        wish = wish if said == "none" else replace(wish, max_offline=int(said))
    if wish.control is Control.PULLED and wish.pull_every is None:
        every = choices.number("V2X-PULL-INTERVAL", station=identity)  # decision: V2X-PULL-INTERVAL
        wish = replace(wish, pull_every=int(every))
    return wish


def _running(row: Transaction) -> EnergyPlan:
    if row.state != Transaction.State.RUNNING:
        raise CannotPlan(f"{row} is over")
    return energy_plans.taken(row)


def _said(ask: Callable[[], object]) -> None:
    try:
        ask()
    except calls.InvalidPayload as problem:
        raise NotOffered(str(problem)) from None
