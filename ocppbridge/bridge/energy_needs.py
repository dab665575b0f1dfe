"""A car's needs: judged while the station waits, followed by a first plan, remembered (K15 to K18, Q01, Q02)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ocppbridge.bridge import decisions, energy_steering, energy_transfers, wishes
from ocppbridge.charging.bidirectional import CannotPlan, is_over
from ocppbridge.charging.energy_transfer import is_bidirectional
from ocppbridge.charging.ev_needs import First, Judgement, Status, judge
from ocppbridge.charging.intents import NotOffered
from ocppbridge.charging.v2x_messages import NeedsTold
from ocppbridge.charging.v2x_replies import NeedsTaken
from ocppbridge.charging.wish_plan import car_of
from ocppbridge.models import EnergyPlan, EvNeeds, Station, Transaction
from ocppbridge.services import alerts, energy_offers, energy_plans, ev_needs
from ocppbridge.services.accounts import Account
from roaming.decisions import Choices


def answer(message: NeedsTold, account: Account, now: datetime, choices: Choices) -> NeedsTaken:
    """What the station is told; the row is committed before it is."""
    station = Station.objects.get(pk=account.station_id)
    row = _charging(station.pk, message.evse)
    judged = _judged(message, station, row, now, choices)
    reply = NeedsTaken(judged.status.value, judged.code, judged.reason)
    ev_needs.keep(station.pk, row, message, reply, now)
    return reply


def heard(message: NeedsTold, station: Station, row: Transaction | None, now: datetime) -> EvNeeds | None:
    """In the drain: whose they are, and what follows: a first plan, or the plan there is, made anew for them."""
    needs = ev_needs.find(station, message, row)
    if needs is None:
        return None
    if row is not None and needs.transaction_id != row.pk:
        EvNeeds.objects.filter(pk=needs.pk).update(transaction=row, digest=ev_needs.digest(message, row))
        needs.transaction = row
    if needs.code == "V2XNotOffered":
        text = f"a car asked for {needs.requested} at EVSE {needs.evse_number}: {needs.reason}"
        alerts.raise_alert(station.pk, "V2X-NOT-OFFERED", text, now)
    if row is not None and needs.status == Status.ACCEPTED:
        _plan(row, needs, now)
    return needs


def waited_for(row: Transaction, now: datetime, write: Callable[[], None]) -> None:
    """A transaction has begun: a car may have told its needs before, and waits for what follows; `write` writes what
    is known of the transaction by now."""
    if row.station.subprotocol == energy_offers.OLDEST:
        return
    needs = ev_needs.await_transaction(row, now)
    if needs is not None and needs.status == Status.ACCEPTED:
        write()
        _plan(row, needs, now)


def exceeded(row: Transaction, excess: str, now: datetime) -> None:
    """K15.FR.11: a car means to take more than it may, so it is told again what holds."""
    alerts.raise_alert(row.station_id, "EV-SCHEDULE-EXCEEDS", f"{row}: {excess}", now)
    if EnergyPlan.objects.filter(transaction=row, state="holds").update(state="stale", reason=excess):
        energy_plans.resend(now + energy_plans.AGAIN_AFTER)
    else:
        _quietly(row, now, lambda: wishes.schedule(row, now))


def began(row: Transaction, now: datetime) -> None:
    """A remote start has asked nobody for an authorization, so the station has not heard what the car may have."""
    if row.station.subprotocol != energy_offers.SPOKEN:
        return
    offered = energy_offers.of_evse(row.station, row.evse_number or 1)
    if not offered.bidirectional:
        return
    who = energy_transfers.holder(row)
    found = energy_transfers.allowed(who, offered, decisions.choices(), row.station.identity)
    _quietly(row, now, lambda: energy_plans.allow(energy_plans.taken(row), found.transfers, found.by, now))


def _judged(
    message: NeedsTold, station: Station, row: Transaction | None, now: datetime, choices: Choices
) -> Judgement:
    offered = energy_offers.of_evse(station, message.evse)
    held = energy_plans.of(row) if row is not None else None
    transfers = tuple(held.allowed) if held is not None else ()
    if not transfers:
        who = energy_transfers.holder(row) if row is not None else energy_transfers.Holder()
        transfers = energy_transfers.allowed(who, offered, choices, station.identity).transfers
    first = First(choices.value("V2X-FIRST-PLAN", station=station.identity))  # decision: V2X-FIRST-PLAN
    if not is_bidirectional(message.requested):
        first = First.NONE
    steered = held is not None and bool(held.wish)
    return judge(
        message, offered, transfers, now, first=first, steered=steered,
        scheduled=_scheduled(message, station, row, choices),
    )  # fmt: skip


def _scheduled(message: NeedsTold, station: Station, row: Transaction | None, choices: Choices) -> bool:
    if is_bidirectional(message.requested):
        return False
    said = choices.value("EV-NEEDS-PLAN", station=station.identity)  # decision: EV-NEEDS-PLAN
    car = car_of(message.requested, message.ac, message.dc, message.departure)
    return said == "schedule" and wishes.schedulable(row, car)


def _plan(row: Transaction, needs: EvNeeds, now: datetime) -> None:
    held = energy_plans.taken(row)  # a plan of staff may come just now: it is planned for these needs, not replaced
    if not held.wish and not is_bidirectional(needs.requested):
        _quietly(row, now, lambda: wishes.schedule(row, now))
        return
    wish = energy_plans.wish_of(held)
    if wish is not None and held.requested_by != "first plan" and not is_over(wish, now):
        _quietly(row, now, lambda: energy_steering.steer(row, wish, held.requested_by, now))
        return
    identity = row.station.identity
    what = First(decisions.choices().value("V2X-FIRST-PLAN", station=identity))  # decision: V2X-FIRST-PLAN
    _quietly(row, now, lambda: energy_steering.first(row, what, now))


def _charging(station_id: int, evse: int) -> Transaction | None:
    rows = Transaction.objects.filter(station_id=station_id, evse_number=evse, state=Transaction.State.RUNNING)
    return rows.select_related("station__connection").order_by("-started_at").first()


def _quietly(row: Transaction, now: datetime, ask: Callable[[], object]) -> None:
    """What cannot be said to the station is for staff, and no reason not to hear it."""
    try:
        ask()
    except (CannotPlan, NotOffered) as problem:
        alerts.raise_alert(row.station_id, "ENERGY-PLAN-IMPOSSIBLE", f"{row}: {problem}", now)
